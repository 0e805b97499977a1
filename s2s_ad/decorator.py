"""@differentiate: a function that carries its derivatives."""

from __future__ import annotations

import abc
import difflib
import functools
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, overload

from s2s_ad.derivative import SHOWN, Derivative, How
from s2s_ad.directional import Jvp, Vjp
from s2s_ad.errors import UnsupportedError
from s2s_ad.frontend.lower import lower
from s2s_ad.ir.text import text_of
from s2s_ad.modes import derivative_of, of_another
from s2s_ad.native import check_backend
from s2s_ad.symbolic import Symbolic, symbolic
from s2s_ad.targets import plain_function
from s2s_ad.views.compare import Comparison, compare
from s2s_ad.views.graph import Graph, graph
from s2s_ad.views.trace import Trace, trace


class _Derivatives(abc.ABC):
    """`.grad`, `.jacobian`, `.hessian`, `.jvp`, `.vjp`, `.hvp` ... of whatever says what its derivatives are."""

    @abc.abstractmethod
    def _target(self) -> Callable[..., Any]:
        """What is differentiated, with the arguments that it brings along."""

    @abc.abstractmethod
    def _derivative(self, mode: str) -> Derivative:
        """The derivative of that name."""

    @functools.cached_property
    def grad(self) -> Derivative:
        """The gradient with respect to `wrt`, at the arguments of the function."""
        return self._derivative("grad")

    @functools.cached_property
    def value_and_grad(self) -> Derivative:
        """(value, gradient) at the arguments of the function."""
        return self._derivative("value_and_grad")

    @functools.cached_property
    def jacobian(self) -> Derivative:
        """The Jacobian with respect to `wrt`, at the arguments of the function: shape(output) + shape(input)."""
        return self._derivative("jacobian")

    @functools.cached_property
    def hessian(self) -> Derivative:
        """The second derivatives with respect to `wrt`, at the arguments of the function."""
        return self._derivative("hessian")

    def jvp(self, tangents: Sequence[Any], *args: Any) -> tuple[Any, Any]:
        """(value, tangent) along `tangents`, one for each of `wrt`."""
        value, tangent = self._along("jvp", tangents, args)
        return value, tangent

    def hvp(self, vectors: Sequence[Any], *args: Any) -> Any:
        """The Hessian times `vectors`, one for each of `wrt`."""
        return self._along("hvp", vectors, args)

    def _along(self, mode: str, tangents: Sequence[Any], args: tuple[Any, ...]) -> Any:
        derivative = self._derivative(mode)
        assert isinstance(derivative, Jvp)
        return derivative.along(args, tangents)

    def vjp(self, cotangent: Any, *args: Any) -> tuple[Any, Any]:
        """(value, cotangents): the pullback of `cotangent`, one for each of `wrt`."""
        derivative = self._derivative("fwd")
        assert isinstance(derivative, Vjp)
        value, cts = derivative.asked(args, cotangent)
        return value, cts[0] if len(cts) == 1 else cts

    def trace(self, *args: Any, directions: Any = None, seed: Any = None, limit: int = 8) -> Trace:
        """The evaluation trace at the arguments: each operation with its value, tangents, adjoint and source line.

        `directions`: a tangent for each argument, for each direction; `seed`: the cotangent of the value; `limit`: so
        many trips of a loop are shown.
        """
        return trace(self._target(), *args, directions=directions, seed=seed, limit=limit)

    def graph(self, *args: Any, values: bool = False) -> Graph:
        """The computational graph for arguments like these; with `values` what each node is in a run at them."""
        return graph(self._target(), *args, values=values)

    def symbolic(self, *args: Any) -> Symbolic:
        """(value, gradient) as SymPy expressions in the arguments; `args` say what it is for, floats without any.

        The gradient is by all real arguments. Raises UnsupportedError where a branch or a loop depends on the numbers.
        """
        return symbolic(self._target(), *args)

    def compare(self, *args: Any, repeat: int = 5) -> Comparison:
        """The derivatives at the arguments by SymPy, differences, a complex step, and both modes, with their costs.

        Times are medians of `repeat` measurements.
        """
        return compare(self._target(), *args, repeat=repeat)

    def source(self, mode: str = "grad", *args: Any) -> str:
        """The text of the module of a derivative ("grad", "jvp", "jacobian", "hessian", "hvp" ...), formatted."""
        return self._readable(mode).source(*args)

    def ssa(self, mode: str = "grad", *args: Any) -> str:
        """The text form of the SSA of a derivative, or with "primal" of the function itself."""
        if mode == "primal":
            return text_of(lower(plain_function(self._target()), self._readable("grad").specs(args)).program)
        return self._readable(mode).ssa(*args)

    def save(self, path: str | Path, mode: str = "grad", *args: Any) -> None:
        """Write the module of a derivative; it runs where s2s_ad is not installed."""
        self._readable(mode).save(path, *args)

    def _readable(self, mode: str) -> Derivative:
        if mode not in SHOWN:
            near = difflib.get_close_matches(mode, SHOWN, 1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(SHOWN)}."
            raise UnsupportedError(f"no derivative is called {mode!r}", remedy=remedy)
        return self._derivative(mode)


class Differentiable(_Derivatives):
    """The user's function itself, with its derivatives beside it; in a class, a method."""

    def __init__(self, function: Callable[..., Any], wrt: Any, backend: str, optimize: bool) -> None:
        self.__s2s_function__: Callable[..., Any] = plain_function(function)
        self._wrt, self._backend, self._optimize = wrt, backend, optimize
        functools.update_wrapper(self, function)
        self._derivatives: dict[str, Derivative] = {}
        self._of_methods: dict[str, Derivative] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__s2s_function__(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<differentiable function {self.__s2s_function__.__qualname__}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else BoundDifferentiable(self, instance)

    def __reduce__(self) -> Any:
        # found again by its name, as a plain function is
        return str(self.__dict__["__qualname__"])

    def _target(self) -> Callable[..., Any]:
        return self.__s2s_function__

    def _derivative(self, mode: str) -> Derivative:
        found = self._derivatives.get(mode)
        if found is None:
            found = self._derivatives.setdefault(mode, self._made(mode, self))
        return found

    def _made(self, mode: str, owner: _Derivatives) -> Derivative:
        how = How(mode, self._wrt, False, self._optimize, backend=self._backend)
        made = derivative_of(owner._target(), how)
        made.owner = owner
        return made


class BoundDifferentiable(_Derivatives, functools.partial):  # type: ignore[type-arg]
    """A decorated method of an object: it calls as the method, and its derivatives take the method's arguments."""

    func: Differentiable

    def __init__(self, function: Differentiable, instance: Any) -> None:
        functools.update_wrapper(self, function.__s2s_function__)
        del self.__dict__["__wrapped__"]  # which has one parameter more

    def _target(self) -> Callable[..., Any]:
        return types.MethodType(self.func.__s2s_function__, *self.args)

    def _derivative(self, mode: str) -> Derivative:
        method: Differentiable = self.func
        first = method._of_methods.get(mode)
        if first is None:
            first = method._of_methods.setdefault(mode, method._made(mode, self))
        # what was compiled for one object serves all of its kind
        other = of_another(first, self._target())
        other.owner = self
        return other

    def __reduce__(self) -> Any:
        return type(self), (self.func, *self.args)

    def __repr__(self) -> str:
        return f"<differentiable method {self.func.__s2s_function__.__qualname__} of {self.args[0]!r}>"


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
