"""What an elementary operation is, and the table of them."""

from __future__ import annotations

import cmath
import copy
import inspect
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import COMPLEX, Array, Kind, broadcast, kind_of, sample
from s2s_ad.ops.helpers import HELPER_FUNCTIONS
from s2s_ad.ops.registry import FUNCTIONS, OPS
from s2s_ad.ops.trace import Generic

Params = tuple[tuple[str, Any], ...]
Code = str | Callable[[Mapping[str, Any], tuple[Kind, ...]], str]
REALS, POSITIVE, UNIT, INSIDE = (-math.inf, math.inf), (0.0, math.inf), (0.0, 1.0), (-1.0, 1.0)
# views for some arguments only, and so not marked for it in the table
_SOMETIMES_VIEWS = frozenset({"np.diag", "np.imag"})
Infer = Callable[[tuple[Kind, ...], Mapping[str, Any], "Op"], "Kind | tuple[Kind, ...]"]


@dataclass(frozen=True, eq=False)
class Op:
    """One elementary operation.

    name       as in the text form: "math.log", "add"
    args       the names of its inputs, which stand for them in `code`; a last "*args" takes any number
    code       an expression of Python in terms of `args`: "math.log(x)"; or a function of (params, kinds) that makes
               one. With `*args`, "{}" stands for all of them, with commas, and _0, _1, ... for each of all the inputs.
    infer      (kinds of the inputs, params, op) -> kind of the output, or a tuple of kinds for several outputs
    flavor     "python", "math", "cmath" or "numpy": of which family a generic function in its rule is taken
    rule       the tangent, linear in d[...]:  rule(*inputs, out=..., **params)
    pullback   (ct, *inputs, out=..., **params) -> cotangent(s): instead of the transposed rule
    transposes {input position: (ct, *inputs, **params) -> cotangent of it}: the operation is linear in each of these
    zero       its derivative is zero wherever there is one
    cost       0 free (a name, a constant), 1 like an addition, 5 like exp, 20 whole arrays or calls
    effect     must be kept, and in order: print, raise
    draws      an effect that has a value: it takes from a stream of random numbers
    alias      its result may share memory with its first input
    joint      it is linear in all the inputs of `transposes` at once (stack, index_add), not in each alone (matmul)
    others     of its inputs, those without a transpose have derivative zero: they only lend their shape, or are whole
               numbers
    broadcasts not elementwise, but some inputs may be smaller than what it takes them for; elementwise ones always may.
               A function of their kinds says whether they may
    selects    it passes some of what it is given on and drops the rest: see `guarded` in ops/derive.py
    store      its code is a statement that changes its first input in place: "a[i] += v"
    objects    what of the user's its code names
    domain     of a function of numbers: the open interval of each input in which it is differentiated; the last one
               holds for all further inputs. Empty: all numbers.
    """

    name: str
    args: tuple[str, ...]
    code: Code
    infer: Infer
    flavor: str = "python"
    rule: Callable[..., None] | None = None
    pullback: Callable[..., Any] | None = None
    transposes: Mapping[int, Callable[..., Any]] = field(default_factory=dict)
    zero: bool = False
    cost: int = 5
    effect: bool = False
    draws: bool = False
    alias: bool = False
    store: bool = False
    joint: bool = False
    others: bool = False
    broadcasts: bool | Callable[[tuple[Kind, ...]], bool] = False
    selects: bool = False
    domain: tuple[tuple[float, float], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    function: Any = None
    objects: Mapping[str, object] = field(default_factory=dict)

    @property
    def differentiable(self) -> bool:
        return self.rule is not None or self.pullback is not None or bool(self.transposes) or self.zero

    @property
    def variadic(self) -> bool:
        return bool(self.args) and self.args[-1].startswith("*")

    def names(self, count: int) -> tuple[str, ...]:
        """What stands for each of `count` inputs in `text`: the args, or _0, _1, ... where their number is open."""
        return tuple(f"_{k}" for k in range(count)) if self.variadic else self.args

    def text(self, params: Params, kinds: tuple[Kind, ...]) -> str:
        """The expression (for `effect` and `store` the statement) in terms of `names(len(kinds))`."""
        given = {**self.defaults, **dict(params)}
        text = self.code if isinstance(self.code, str) else self.code(given, kinds)
        if self.variadic and "code" not in given:  # code that is given, of a message, may hold braces of its own
            text = text.replace("{}", ", ".join(self.names(len(kinds))[len(self.args) - 1 :]))
        return text

    def kinds(self, kinds: tuple[Kind, ...], params: Params = ()) -> tuple[Kind, ...]:
        inferred = self.infer(kinds, {**self.defaults, **dict(params)}, self)
        return inferred if isinstance(inferred, tuple) else (inferred,)

    def evaluate(self, values: tuple[Any, ...], params: Params, kinds: tuple[Kind, ...]) -> Any:
        """What the emitted code would compute."""
        text, names = self.text(params, kinds), self.names(len(kinds))
        if self.store or self.effect and not self.draws:
            return run_statement(text, names, values)
        if self.objects:
            return eval(text, {"math": math, "np": np, **self.objects}, dict(zip(names, values)))
        return evaluator(text, names)(*values)

    @property
    def may_alias(self) -> bool:
        """Whether its result shares memory with its first input, at least for some inputs."""
        return self.alias or self.name in _SOMETIMES_VIEWS

    def __repr__(self) -> str:
        return f"<op {self.name}>"


@lru_cache(maxsize=4096)
def evaluator(text: str, names: tuple[str, ...]) -> Callable[..., Any]:
    """The expression as a function of its inputs."""
    code = compile(f"lambda {', '.join(names)}: {text}", "<op>", "eval")
    modules = {"math": math, "cmath": cmath, "np": np, "random": random}
    return eval(code, {**modules, **HELPER_FUNCTIONS})  # type: ignore[no-any-return]


def run_statement(text: str, names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """A statement on a copy of its first input, which is then the result."""
    scope = dict(HELPER_FUNCTIONS, **dict(zip(names, values)), math=math, cmath=cmath, np=np)
    if values and isinstance(values[0], (list, np.ndarray)):
        scope[names[0]] = copy.copy(values[0])
    exec(compile(text, "<op>", "exec"), scope)
    return scope[names[0]] if names else None


def register(op: Op, *functions: Any) -> Op:
    """Put an operation in the table, and say which Python functions it stands for."""
    if op.name in OPS:
        raise ValueError(f"{op.name} is in the table already")
    OPS[op.name] = op
    for function in functions:
        FUNCTIONS[function] = op
    return op


@cache
def _tried(op: Op, kinds: tuple[Kind, ...], params: Params) -> Kind:
    scalars = tuple(Array(k.dtype, ()) if isinstance(k, Array) else k for k in kinds)
    try:
        with np.errstate(all="ignore"):
            result = op.evaluate(tuple(sample(k) for k in scalars), params, kinds)
    except TypeError as error:
        raise KindError(f"{op.name} does not take {', '.join(map(str, kinds))}: {error}") from error
    kind = kind_of(result)
    if kind is None:
        raise TypeError(f"{op.name} makes a {type(result).__name__}")
    return kind


def elementwise(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    """Broadcasts; the dtype is found by trying the operation on ones."""
    result, shape = _tried(op, kinds, tuple(params.items())), broadcast(*kinds)
    if shape and result == COMPLEX:  # 1j times a NumPy float is Python's, while 1j times an array is an array
        return Array("complex128", shape)
    return Array(result.dtype, shape) if isinstance(result, Array) else result


def same_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    """The output is of the kind of the first input."""
    return kinds[0]


def literal(value: Any) -> str:
    """A static parameter as it stands in the code."""
    if isinstance(value, np.dtype):
        return f'np.dtype("{value.name}")'
    if isinstance(value, type):
        return f"np.{value.__name__}" if issubclass(value, np.generic) else value.__name__
    if isinstance(value, float) and not math.isfinite(value):
        return f"{'-' if value < 0 else ''}np.{'nan' if math.isnan(value) else 'inf'}"
    return repr(value)


def call_code(name: str, args: tuple[str, ...], defaults: Mapping[str, Any]) -> Code:
    """Code of a plain call; parameters that have their default are left out."""
    if not defaults:
        return f"{name}({', '.join(args)})"

    def code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
        given = [f"{k}={literal(v)}" for k, v in params.items() if k in defaults and not _same(v, defaults[k])]
        return f"{name}({', '.join([*args, *given])})"

    return code


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def _dotted(function: Any) -> tuple[str, str]:
    """(flavor, name in the code) of a library function."""
    module = getattr(function, "__module__", "") or ""
    name = function.__name__
    if module in ("math", "cmath"):
        return module, f"{module}.{name}"
    if isinstance(function, np.ufunc) or module.startswith("numpy"):
        return "numpy", ("np.linalg." if "linalg" in module else "np.") + name
    return "python", name


def declare(
    functions: tuple[Any, ...],
    shape_of: Callable[..., Any],
    *,
    infer: Infer = elementwise,
    name: str | None = None,
    code: Code | None = None,
    flavor: str | None = None,
    **fields: Any,
) -> Generic:
    """Make one operation for each function (or one called `name`), with inputs and parameters as in `shape_of`.

    Parameters of `shape_of` without a default are inputs, those with one are static; `out` and `ct` are skipped.
    """
    inputs: list[str] = []
    defaults: dict[str, Any] = {}
    for parameter in inspect.signature(shape_of).parameters.values():
        if parameter.name in ("out", "ct"):
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            inputs.append("*" + parameter.name)
        elif parameter.default is parameter.empty:
            inputs.append(parameter.name)
        else:
            defaults[parameter.name] = parameter.default
    args = tuple(inputs)
    ops = {}
    for function in functions or (None,):
        family, dotted = _dotted(function) if function is not None else ("python", shape_of.__name__)
        family = flavor or family
        op = Op(
            name or dotted,
            args,
            code if code is not None else call_code(dotted, args, defaults),
            infer,
            flavor=family,
            defaults=defaults,
            function=function,
            **fields,
        )
        register(op, *(functions if name else (function,) if function is not None else ()))
        ops[family] = op
        if name:
            break
    return Generic(shape_of.__name__, ops)


def rule(*functions: Any, pullback: Callable[..., Any] | None = None, **options: Any) -> Callable[..., Generic]:
    """Declare an operation by its tangent, which is linear in d[...].

        @rule(math.tanh, np.tanh)
        def tanh(x, *, out):
            d[out] = (1 - out * out) * d[x]

    The pullback is the rule transposed (Griewank & Walther, Evaluating Derivatives, section 3.2), unless one is given.
    """

    def decorate(tangent: Callable[..., None]) -> Generic:
        return declare(functions, tangent, rule=tangent, pullback=pullback, **options)

    return decorate


def linear(*functions: Any, cost: int = 20, **options: Any) -> Callable[..., Generic]:
    """Declare an operation that is linear in its first input, by its transpose: (ct, x, ...) -> cotangent of x."""

    def decorate(transpose: Callable[..., Any]) -> Generic:
        return declare(functions, transpose, transposes={0: transpose}, others=True, cost=cost, **options)

    return decorate


def piecewise_constant(*functions: Any, **options: Any) -> Callable[..., Generic]:
    """Declare an operation whose derivative is zero; the body of the decorated function is not used."""

    def decorate(shape_of: Callable[..., Any]) -> Generic:
        return declare(functions, shape_of, zero=True, **options)

    return decorate
