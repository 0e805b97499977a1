"""What users write inside their functions, and beside them, to steer a derivative."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from s2s_ad.arguments import zeros_like
from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import ANY, MANY, Array, Kind, kind_of, sample
from s2s_ad.ops.core import Op, register
from s2s_ad.ops.registry import FUNCTIONS, OPS, USERS
from s2s_ad.ops.trace import Traced, Zero, apply
from s2s_ad.signature import parse_kinds
from s2s_ad.targets import plain_function

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """The identity, with derivative zero.

    >>> import s2s_ad
    >>> s2s_ad.grad(lambda x: x * s2s_ad.stop_gradient(x))(3.0)
    3.0
    """
    return x


FUNCTIONS[stop_gradient] = OPS["stop_gradient"]


class gradient_of:  # noqa: N801  it is used as a statement
    """`with gradient_of(x) as x_bar:` runs its body in the reverse sweep, where the gradient of what follows is known.

    There x_bar is the derivative of the result by x: print it, test it, or bind another one to it, which takes its
    place. Forward mode passes the body by. In the function itself the body runs with zeros.

    >>> import s2s_ad
    >>> def f(x):
    ...     y = x * x
    ...     with gradient_of(y) as y_bar:
    ...         y_bar = min(y_bar, 1.0)
    ...     return 5.0 * y
    >>> s2s_ad.grad(f)(3.0)
    6.0
    """

    __s2s_gradient__ = True

    def __init__(self, x: Any) -> None:
        self.x = x

    def __enter__(self) -> Any:
        return zeros_like(self.x)

    def __exit__(self, *raised: object) -> None:
        return None


class Checkpointed:
    """A function of which nothing is saved for the reverse sweep."""

    __s2s_recompute__ = True

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__s2s_function__ = plain_function(function)
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__s2s_function__(*args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        inner = self.__s2s_function__
        found: Any = inspect.getmodule(inner)
        for name in inner.__qualname__.split("."):
            found = getattr(found, name, None)
        return (checkpoint, (inner,)) if found is inner else (_found, (inner.__module__, inner.__qualname__))


def _found(module: str, qualname: str) -> Any:
    return functools.reduce(getattr, qualname.split("."), importlib.import_module(module))


def checkpoint(f: Callable[..., Any]) -> Checkpointed:
    """The function, which a reverse sweep runs again instead of saving what is in it.

    Where it is called, only its arguments are saved. `f` is a function defined at the top of a module, and returns new
    numbers and arrays. It serves as a decorator, or is called where it is needed.

    >>> import s2s_ad, math
    >>> def step(x):
    ...     return math.sin(x) * x
    >>> s2s_ad.grad(lambda x: checkpoint(step)(x) * x)(0.0)
    0.0
    """
    return Checkpointed(f)


checkpoint.__s2s_static__ = True  # type: ignore[attr-defined]


# --- rules ------------------------------------------------------------------------------------------------------------


class Rule:
    """A function with a derivative of the user's own. Called, it is the function; in other rules, a part of these."""

    def __init__(self, function: Callable[..., Any], op: Op) -> None:
        self.function, self.op = function, op
        functools.update_wrapper(self, function)
        del self.__dict__["__wrapped__"]

    def __call__(self, *args: Any) -> Any:
        if any(isinstance(arg, (Traced, Zero)) for arg in args):
            return apply(self.op, *args)
        return self.function(*args)

    def __reduce__(self) -> str:
        return str(self.__dict__["__qualname__"])

    def pullback(self, back: Callable[..., Any]) -> Rule:
        """Decorate the pullback, (ct, *inputs, out) -> a cotangent for each input."""
        return self._with(pullback=_checked(back, self.op.args))

    def tangent(self, along: Callable[..., Any]) -> Rule:
        """Decorate the tangent, for forward mode, where there is a pullback already."""
        return self._with(rule=along)

    def _with(self, **changed: Any) -> Rule:
        self.op = _registered(self.function, dataclasses.replace(self.op, **changed))
        return self


def _registered(function: Any, op: Op) -> Op:
    OPS.pop(op.name, None)
    USERS.add(op.name)
    return register(op, function)


class _RuleMaker:
    """`rule`: see there."""

    def __call__(self, function: Callable[..., Any], *, returns: Any = None) -> Callable[[Callable[..., None]], Rule]:
        """Say what the derivative of a function is, whose source is then not looked into.

        The decorated function states the tangent of the result, linear in d[...]; the reverse sweep has it transposed.
        In it stand arithmetic and the functions of np, on `x`, on the result `out`, and on other functions with a rule.
        `returns` is the kind of the result ("float", "float64[:]"), or "same": as the first argument; without it the
        function is tried on ones. A rule is given before the first derivative is taken.

        >>> import s2s_ad
        >>> from s2s_ad import d
        >>> def cube(x):
        ...     return x * x * x
        >>> @s2s_ad.rule(cube)
        ... def cube_rule(x, *, out):
        ...     d[out] = 3.0 * x * x * d[x]
        >>> s2s_ad.grad(lambda x: 2.0 * cube(x))(2.0)
        24.0
        """

        def decorate(along: Callable[..., None]) -> Rule:
            return self._made(function, _inputs(along, ("out",)), returns, rule=along)

        return decorate

    def pullback(self, function: Callable[..., Any], *, returns: Any = None) -> Callable[[Callable[..., Any]], Rule]:
        """Say what the pullback of a function is: (ct, *inputs, out) -> a cotangent, or a tuple of them with None where
        there is none. Without a tangent the function has no forward mode.
        """

        def decorate(back: Callable[..., Any]) -> Rule:
            args = _inputs(back, ("out", "ct"))
            return self._made(function, args, returns, pullback=_checked(back, args))

        return decorate

    def opaque(self, function: Callable[..., Any], *, returns: Any = None) -> Rule:
        """A function to be called in rules, such as a derivative in C. It has no derivative itself."""
        parameters = inspect.signature(function).parameters.values()
        args = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
        return self._made(function, args, returns)

    def _made(self, function: Callable[..., Any], args: tuple[str, ...], returns: Any, **fields: Any) -> Rule:
        if not callable(function):
            raise KindError(f"a rule is for a function, and this is {function!r}")
        if function in FUNCTIONS and not FUNCTIONS[function].objects:
            raise UnsupportedError(f"{FUNCTIONS[function].name} has a rule in the table")
        word = getattr(function, "__name__", "")
        word = word if word.isidentifier() else "function"
        where = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', word)}"
        op = Op(
            where, args, f"{word}({', '.join(args)})", _infer(function, returns), flavor="numpy", cost=20,
            function=function, objects={word: function}, **fields,
        )  # fmt: skip
        made = Rule(function, _registered(function, op))
        FUNCTIONS[made] = made.op
        return made


rule = _RuleMaker()


def _inputs(written: Callable[..., Any], without: tuple[str, ...]) -> tuple[str, ...]:
    parameters = inspect.signature(written).parameters.values()
    if "out" not in (p.name for p in parameters):
        raise KindError(f"the rule {written.__name__} has no parameter out", remedy="Write: def f_rule(x, *, out): ...")
    return tuple(p.name for p in parameters if p.name not in without)


def _checked(back: Callable[..., Any], args: tuple[str, ...]) -> Callable[..., Any]:
    @functools.wraps(back)
    def pullback(ct: Any, *inputs: Any, out: Any) -> Any:
        found = back(ct, *inputs, out=out)
        cts = found if isinstance(found, tuple) else (found,)
        if len(cts) != len(args):
            raise KindError(f"the pullback {back.__name__} gives {len(cts)} cotangents for {len(args)} inputs")
        return cts

    return pullback


def _infer(function: Callable[..., Any], returns: Any) -> Callable[..., Kind]:
    given = parse_kinds(returns)[0] if isinstance(returns, str) and returns != "same" else None

    def infer(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
        if given is not None or returns == "same":
            return given or kinds[0]
        try:
            with np.errstate(all="ignore"):
                found = kind_of(function(*map(sample, kinds)))
        except Exception as error:
            raise UnsupportedError(
                f"what {op.name} returns is not known: of ones it raises {type(error).__name__}: {error}",
                remedy='Say it: @s2s_ad.rule(f, returns="float64[:]").',
            ) from error
        if found is None:
            raise KindError(f"{op.name} returns neither a number nor an array")
        if isinstance(found, Array):  # of two ones a length says nothing
            found = Array(found.dtype, tuple(ANY if dim == MANY else dim for dim in found.shape))
        return found

    return infer
