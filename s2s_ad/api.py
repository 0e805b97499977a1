"""The functions that users import: grad, value_and_grad, jvp, vjp."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from s2s_ad.derivative import Derivative, How, Jvp, Vjp
from s2s_ad.native import check_backend


def _options(wrt: Any, argnums: Any) -> Any:
    return wrt if argnums is None else argnums


def grad(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    has_aux: bool = False,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """The gradient of a function that returns one real number.

    `wrt` is an index, a parameter's name, or a tuple of either; the gradient has the structure of what it names.
    `of` asks for what the function leaves in a parameter, instead of what it returns, or for a tuple of these:
    `of="A"`, `of=("return", "A")`. Raises KindError where that is no float, UnsupportedError where the function cannot
    be differentiated.

    >>> grad(lambda w: 2.0 * (3.0 * w) ** 2 + 4.0)(1.0)
    36.0
    """
    check_backend(backend)
    return Derivative(f, How("grad", _options(wrt, argnums), has_aux, optimize, of, backend))


def value_and_grad(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    has_aux: bool = False,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """(value, gradient) in one call; with `has_aux` ((value, aux), gradient).

    >>> value_and_grad(lambda x, y: x * y, wrt=("x", "y"))(2.0, 5.0)
    (10.0, (5.0, 2.0))
    """
    check_backend(backend)
    return Derivative(f, How("value_and_grad", _options(wrt, argnums), has_aux, optimize, of, backend))


for _transform in (grad, value_and_grad):
    # grad(f) inside a function that is differentiated is made when that function is compiled
    _transform.__s2s_static__ = True  # type: ignore[attr-defined]


class _Once:
    """The derivatives made for jvp and vjp, kept as long as the function lives."""

    def __init__(self) -> None:
        self.made: Any = weakref.WeakKeyDictionary()

    def get(self, f: Any, how: How, make: Callable[[Any, How], Any]) -> Any:
        try:
            per_function = self.made.setdefault(f, {})
        except TypeError:  # it takes no weak references
            return make(f, how)
        found = per_function.get(how)
        if found is None:
            found = per_function.setdefault(how, make(f, how))
        return found


_once = _Once()


def jvp(
    f: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> tuple[Any, Any]:
    """(value, tangent): the derivative along a direction, in forward mode.

    `tangents` has an entry for each of `primals`, of its structure; where a part is not real, anything may stand.

    >>> jvp(lambda x, y: x * y, (2.0, 5.0), (1.0, 0.0))
    (10.0, 5.0)
    """
    check_backend(backend)
    return _once.get(f, How("jvp", None, False, optimize, of, backend), Jvp)(tuple(primals), tuple(tangents))  # type: ignore[no-any-return]


def vjp(
    f: Callable[..., Any], *primals: Any, of: Any = None, backend: str = "numpy", optimize: bool = True
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """(value, pullback): the pullback takes a cotangent of the value to a tuple of those of the arguments.

    It has None where an argument is not real, and may be called again.

    >>> value, pullback = vjp(lambda x, y: x * y, 2.0, 5.0)
    >>> pullback(1.0)
    (5.0, 2.0)
    """
    check_backend(backend)
    return _once.get(f, How("fwd", None, False, optimize, of, backend), Vjp)(*primals)  # type: ignore[no-any-return]
