"""@differentiate: a function that carries its derivatives."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, overload

from s2s_ad.derivative import Derivative, How, Jvp, Vjp, plain_function
from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.lower import lower
from s2s_ad.ir.text import text_of
from s2s_ad.native import check_backend


class Differentiable:
    """The user's function itself, with `.grad`, `.value_and_grad`, `.jvp`, `.vjp` beside it."""

    def __init__(self, function: Callable[..., Any], wrt: Any, backend: str, optimize: bool) -> None:
        self.__s2s_function__ = plain_function(function)
        self._wrt, self._backend, self._optimize = wrt, backend, optimize
        functools.update_wrapper(self, function)
        self._derivatives: dict[str, Derivative] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__s2s_function__(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __reduce__(self) -> Any:
        # found again by its name, as a plain function is
        return str(self.__dict__["__qualname__"])

    def _derivative(self, mode: str) -> Derivative:
        found = self._derivatives.get(mode)
        if found is None:
            kinds = {"fwd": Vjp, "jvp": Jvp}
            how = How(mode, self._wrt, False, self._optimize, backend=self._backend)
            made = kinds.get(mode, Derivative)(self.__s2s_function__, how)
            found = self._derivatives.setdefault(mode, made)
        return found

    @functools.cached_property
    def grad(self) -> Derivative:
        """The gradient with respect to `wrt`, at the arguments of the function."""
        return self._derivative("grad")

    @functools.cached_property
    def value_and_grad(self) -> Derivative:
        """(value, gradient) at the arguments of the function."""
        return self._derivative("value_and_grad")

    def jvp(self, tangents: Sequence[Any], *args: Any) -> tuple[Any, Any]:
        """(value, tangent) along `tangents`, one for each of `wrt`."""
        derivative = self._derivative("jvp")
        assert isinstance(derivative, Jvp)
        value, tangent = derivative.along(args, tangents)
        return value, tangent

    def vjp(self, cotangent: Any, *args: Any) -> tuple[Any, Any]:
        """(value, cotangents): the pullback of `cotangent`, one for each of `wrt`."""
        derivative = self._derivative("fwd")
        value, pullback = derivative(*args)
        if isinstance(cotangent, tuple) and len(cotangent) == 1 and not isinstance(value, tuple):
            cotangent = cotangent[0]
        cts = tuple(ct for ct in pullback(cotangent) if ct is not None)
        return value, cts[0] if len(cts) == 1 else cts

    def source(self, mode: str = "grad", *args: Any) -> str:
        """The text of the module of a derivative ("grad", "value_and_grad", "jvp", "vjp"), formatted."""
        return self._readable(mode).source(*args)

    def ssa(self, mode: str = "grad", *args: Any) -> str:
        """The text form of the SSA of a derivative, or with "primal" of the function itself."""
        if mode == "primal":
            return text_of(lower(self.__s2s_function__, self._readable("grad").specs(args)).program)
        return self._readable(mode).ssa(*args)

    def save(self, path: str | Path, mode: str = "grad", *args: Any) -> None:
        """Write the module of a derivative; it runs where s2s_ad is not installed."""
        self._readable(mode).save(path, *args)

    def _readable(self, mode: str) -> Derivative:
        if mode not in ("grad", "value_and_grad", "jvp", "vjp"):
            raise UnsupportedError(f"no derivative is called {mode!r}", remedy="Use grad, value_and_grad, jvp or vjp.")
        return self._derivative(mode)


@overload
def differentiate(function: Callable[..., Any], /) -> Differentiable: ...
@overload
def differentiate(
    *, wrt: Any = None, backend: str = "numpy", optimize: bool = True
) -> Callable[[Callable[..., Any]], Differentiable]: ...


def differentiate(
    function: Callable[..., Any] | None = None, /, *, wrt: Any = None, backend: str = "numpy", optimize: bool = True
) -> Any:
    """Give a function its derivatives. Without `wrt`, with respect to every real argument.

    >>> @differentiate
    ... def area(width, height):
    ...     return width * height
    >>> area(2.0, 3.0), area.grad(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """
    check_backend(backend)
    if function is None:
        return lambda f: Differentiable(f, wrt, backend, optimize)
    return Differentiable(function, wrt, backend, optimize)
