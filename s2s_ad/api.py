"""The functions that users import: grad, value_and_grad, jvp, vjp, jacobian, hessian and their kin."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from s2s_ad.arguments import one_for_each
from s2s_ad.derivative import Derivative, How
from s2s_ad.directional import Jvp, Linearized, Vjp
from s2s_ad.inside import parts_of
from s2s_ad.modes import Jacobian


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
    `of="A"`, `of=("return", "A")`. `backend="numba"` compiles the derivative to machine code, in which a float divided
    by zero is inf or NaN, as in NumPy. Raises KindError where that is no float, UnsupportedError where the function
    cannot be differentiated.

    >>> grad(lambda w: 2.0 * (3.0 * w) ** 2 + 4.0)(1.0)
    36.0
    """
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
    return Derivative(f, How("value_and_grad", _options(wrt, argnums), has_aux, optimize, of, backend))


def jacfwd(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    has_aux: bool = False,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """The Jacobian, column by column: a forward sweep for each number of the input.

    Its shape is shape(output) + shape(input). For several arguments, or a structure of them, there is such a block for
    each, in their structure; for a structure as output, one of these for each of its parts.

    >>> import numpy as np
    >>> jacfwd(lambda x: x * x)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [0., 6.]])
    """
    return Derivative(f, How("jacfwd", _options(wrt, argnums), has_aux, optimize, of, backend))


def jacrev(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    has_aux: bool = False,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """The Jacobian, row by row: one forward sweep, and a reverse sweep for each number of the output.

    The blocks are those of `jacfwd`.

    >>> jacrev(lambda x, y: (x * y, x + y), wrt=("x", "y"))(2.0, 5.0)
    ((5.0, 2.0), (1.0, 1.0))
    """
    return Derivative(f, How("jacrev", _options(wrt, argnums), has_aux, optimize, of, backend))


def jacobian(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    has_aux: bool = False,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """The Jacobian by `jacfwd` or `jacrev`, whichever has less to do.

    Where the output is an array, the function itself is called once for each new shape of the arguments to see how
    large that is.

    >>> import numpy as np
    >>> jacobian(lambda x: np.sum(x * x))(np.array([2.0, 3.0]))
    array([4., 6.])
    """
    return Jacobian(f, How("jacobian", _options(wrt, argnums), has_aux, optimize, of, backend))


def hessian(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    has_aux: bool = False,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """The second derivatives, of shape shape(input) + shape(input), forward over reverse.

    With several arguments a tuple of tuples of blocks; with an output of a shape, that stands before.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return Derivative(f, How("hessian", _options(wrt, argnums), has_aux, optimize, of, backend))


def elementwise_grad(
    f: Callable[..., Any],
    wrt: Any = 0,
    *,
    argnums: Any = None,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Derivative:
    """The derivative of each element of the output by the element of the input that it was made of.

    That is the gradient of the sum of the output, so it means something only where no element of the output depends on
    two of the input.

    >>> import numpy as np
    >>> elementwise_grad(lambda x: x**3)(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    return Derivative(f, How("elementwise_grad", _options(wrt, argnums), False, optimize, of, backend))


for _transform in (grad, value_and_grad, jacfwd, jacrev, jacobian, hessian, elementwise_grad):
    # grad(f) inside a function that is differentiated is made when that function is compiled
    _transform.__s2s_static__ = True  # type: ignore[attr-defined]


class _Once:
    """The derivatives made for jvp and vjp, kept as long as the function lives."""

    def __init__(self) -> None:
        self.made: Any = weakref.WeakKeyDictionary()

    def get(self, f: Any, make: Callable[[Any, How], Any], mode: str, of: Any, backend: str, optimize: bool) -> Any:
        key = mode, of, backend, optimize
        try:
            per_function = self.made.get(f)
            if per_function is None:
                per_function = self.made.setdefault(f, {})
        except TypeError:  # it takes no weak references
            return make(f, How(mode, None, False, optimize, of, backend))
        found = per_function.get(key)
        if found is None:
            found = per_function.setdefault(key, make(f, How(mode, None, False, optimize, of, backend)))
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
    derivative = _once.get(f, Jvp, "jvp", of, backend, optimize)
    return derivative(one_for_each("primals", primals), one_for_each("tangents", tangents))  # type: ignore[no-any-return]


def vjp(
    f: Callable[..., Any], *primals: Any, of: Any = None, backend: str = "numpy", optimize: bool = True
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """(value, pullback): the pullback takes a cotangent of the value to a tuple of those of the arguments.

    It has None where an argument is not real, and may be called again.

    >>> value, pullback = vjp(lambda x, y: x * y, 2.0, 5.0)
    >>> pullback(1.0)
    (5.0, 2.0)
    """
    return _once.get(f, Vjp, "fwd", of, backend, optimize)(*primals)  # type: ignore[no-any-return]


def hvp(
    f: Callable[..., Any],
    primals: Sequence[Any],
    vectors: Sequence[Any],
    *,
    of: Any = None,
    backend: str = "numpy",
    optimize: bool = True,
) -> Any:
    """The Hessian times vectors, forward over reverse: the cost of a few gradients, whatever the size of the Hessian.

    `vectors` has an entry for each of `primals`. The product has the structure of the gradient: one thing if one of the
    primals is real, else a tuple.

    >>> import numpy as np
    >>> hvp(lambda x: x[0] ** 2 * x[1], (np.array([2.0, 3.0]),), (np.array([1.0, 0.0]),))
    array([6., 4.])
    """
    derivative = _once.get(f, Jvp, "hvp", of, backend, optimize)
    return derivative(one_for_each("primals", primals), one_for_each("vectors", vectors))


def linearize(
    f: Callable[..., Any], *primals: Any, of: Any = None, backend: str = "numpy", optimize: bool = True
) -> tuple[Any, Callable[..., Any]]:
    """(value, tangent): `tangent` takes one tangent for each primal to that of the value, as often as it is called.

    What does not depend on the direction is computed once, as far as it stands outside of loops and branches.

    >>> value, tangent = linearize(lambda x, y: x * y, 2.0, 5.0)
    >>> tangent(1.0, 0.0), tangent(0.0, 1.0)
    (5.0, 2.0)
    """
    return _once.get(f, Linearized, "lin", of, backend, optimize)(*primals)  # type: ignore[no-any-return]


def _parts(mode: str) -> Callable[..., tuple[Any, ...]]:
    def parts(f: Any, *, of: Any = None, backend: str = "numpy", optimize: bool = True) -> tuple[Any, ...]:
        return parts_of(f, How(mode, None, False, optimize, of, backend))

    return parts


for _call, _mode in ((jvp, "jvp"), (hvp, "hvp"), (vjp, "fwd"), (linearize, "lin")):
    # called inside a function that is differentiated, it becomes a part of that
    _call.__s2s_parts__ = _parts(_mode)  # type: ignore[union-attr]
