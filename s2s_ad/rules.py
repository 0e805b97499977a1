"""The table of operations as text: for each its code, its tangent, and the pullback that is derived from it."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from s2s_ad import transforms
from s2s_ad.backend.module import format_source
from s2s_ad.errors import DifferentiationError
from s2s_ad.frontend.methods import ARRAY_METHODS
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import FLOAT
from s2s_ad.ir.nodes import Function, Program, Value
from s2s_ad.ops.compositions import COMPOSITIONS
from s2s_ad.ops.core import REALS, Op
from s2s_ad.ops.derive import pullback
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.ops.registry import FUNCTIONS, OPS
from s2s_ad.ops.slopes import to_float
from s2s_ad.pipeline import emit
from s2s_ad.rule_programs import code_of, shown_as, statements

# of newer Pythons than the oldest that is supported; their namesakes in NumPy have the same rules
_NEWER = {"math.cbrt", "math.exp2", "math.sumprod", "math.fma"}


@dataclass(frozen=True)
class Rule:
    """One operation as it is shown; `tangent` and `pullback` are statements of Python, a line each.

    Both are empty where `note` says why: it is constant between jumps, or has no derivative.
    """

    name: str
    stands_for: tuple[str, ...]
    code: str
    tangent: tuple[str, ...] = ()
    pullback: tuple[str, ...] = ()
    note: str = ""


def rules() -> list[Rule]:
    """Every operation of the table, by name; those of SciPy too where it is installed.

    >>> {rule.name: rule for rule in rules()}["np.tanh"].pullback
    ('y = np.tanh(x)', 'x_bar = y_bar * (1.0 - y * y)')
    """
    _load_all()
    # a statement that is said to be constant is never met before differentiation
    shown = [op for op in OPS.values() if not op.effect and not (op.store and op.zero)]
    return [_rule(op) for op in sorted(shown, key=lambda op: (op.name.lower(), op.name))]


def overview() -> str:
    """The whole table as plain text."""
    parts = []
    for rule in rules():
        lines = [f"{rule.name}  {', '.join(rule.stands_for)}".rstrip(), f"  code      {rule.code}"]
        lines += [f"  derivative {rule.note}"] if rule.note else _labelled("tangent", rule.tangent)
        parts.append("\n".join([*lines, *_labelled("pullback", rule.pullback)]))
    return "\n\n".join(parts)


def _labelled(label: str, lines: Sequence[str]) -> list[str]:
    return [f"  {label if not k else '':<9} {line}" for k, line in enumerate(lines)]


def markdown() -> str:
    """The table as a page: `docs/rules.md`. What only newer Pythons have is left out, so that all write the same."""
    every = [rule for rule in rules() if rule.name not in _NEWER]
    moving = [rule for rule in every if not rule.note]
    constant = [rule for rule in every if rule.note.startswith("zero")]
    refused = [rule for rule in every if rule.note and rule not in constant]
    called = [rule for rule in moving if rule.stands_for]
    inner = [rule for rule in moving if not rule.stands_for]
    return "\n".join(
        [
            "# The table of operations",
            "",
            "Written by `python examples/generate.py`; `s2s-ad rules np.tanh` shows one operation in full. Tangents",
            "are as the rules state them, pullbacks are derived from them. `x_dot` is the tangent of `x`, `x_bar` its",
            "cotangent, `y` (or `value`) the result. The arguments are the simplest: where NumPy broadcasts, sums come",
            "in addition.",
            "",
            "## Functions and operators",
            "",
            *_rows(called),
            "",
            "## Programs of operations",
            "",
            "These are differentiated as if their definition stood in the program: "
            + ", ".join(
                f"`{name}`"
                for name in sorted(filter(None, map(_dotted, COMPOSITIONS)), key=str.lower)
                if name not in _NEWER
            )
            + ".",
            "",
            "## What these are made of",
            "",
            "Parts of functions with several results, derivatives that are operations themselves, elements and lists.",
            "",
            *_rows(inner),
            "",
            "## Constant between jumps",
            "",
            "The derivative is zero: " + ", ".join(f"`{rule.name}`" for rule in constant) + ".",
            "",
            "## Without a derivative",
            "",
            "Refused where one would be needed: " + ", ".join(f"`{rule.name}`" for rule in refused) + ".",
            "",
        ]
    )


def _rows(shown: Sequence[Rule]) -> Iterator[str]:
    yield "| operation | written | tangent | pullback |"
    yield "|---|---|---|---|"
    for rule in shown:
        name = f"`{rule.name}`"
        others = [text for text in rule.stands_for if text != rule.name]
        cells = [name, _cell(others), _cell(rule.tangent), _cell(rule.pullback)]
        yield f"| {' | '.join(cells)} |"


def _cell(lines: Sequence[str]) -> str:
    return "<br>".join(f"`{line}`" for line in lines).replace("|", "\\|")


def find(name: str) -> list[Op]:
    """The operations of a name: `np.sin`, `sin`, `numpy.linalg.solve`, `*`; none if there is none.

    >>> [op.name for op in find("sin")]
    ['cmath.sin', 'math.sin', 'np.sin']
    """
    _load_all()
    wanted = name.replace("numpy.", "np.").replace("scipy.", "")
    exact = [op for op in OPS.values() if wanted in _names(op)]
    short = [op for op in OPS.values() if wanted in {each.rpartition(".")[2] for each in _names(op)}]
    return sorted(exact or short, key=lambda op: op.name)


def near(name: str) -> list[str]:
    """Names that resemble one that is not there, the nearest first."""
    _load_all()
    names = {each for op in OPS.values() for each in _names(op)} | set(_compositions())
    shorts = {each.rpartition(".")[2]: each for each in sorted(names, reverse=True)}
    close = difflib.get_close_matches(name, sorted(names | set(shorts)), n=6, cutoff=0.6)
    return list(dict.fromkeys(shorts.get(each, each) for each in close))


def details(name: str) -> str:
    """One operation in full, as text; LookupError with names near to it if there is none.

    >>> print(details("np.tanh"))
    np.tanh
    ...
    """
    found = find(name)
    if found:
        return "\n\n".join(_in_full(op) for op in found)
    program = _compositions().get(name.replace("numpy.", "np.").replace("scipy.", ""))
    if program is not None:
        return f"{name}: a program of operations, differentiated as if you had written it\n\n{_source(program)}"
    close = near(name)
    hint = f"; near to it: {', '.join(close)}" if close else ""
    raise LookupError(f"there is no operation {name}{hint}")


# --- names ------------------------------------------------------------------------------------------------------------


@cache
def _load_all() -> None:
    """The operations on functions of SciPy enter the table when it is imported."""
    if importlib.util.find_spec("scipy"):
        import scipy.linalg
        import scipy.special  # noqa: F401
    FUNCTIONS.arrive()


def _dotted(function: Any) -> str:
    """The name under which a user calls a function of a library; empty for functions of ours."""
    name, module = function.__name__, getattr(function, "__module__", None) or "numpy"
    if module.startswith("s2s_ad") or module in ("_operator", "operator"):
        return ""
    if isinstance(function, np.ufunc) and getattr(np, name, None) is not function:
        return f"scipy.special.{name}"
    if module == "builtins":
        return str(name)
    library, *inner = module.split(".")
    public = [part for part in inner[:1] if not part.startswith("_")]
    return ".".join(["np" if library == "numpy" else library, *public, name])


@cache
def _stands_for(op: Op) -> tuple[str, ...]:
    """What users write that becomes this operation."""
    names = [_dotted(function) for function, each in FUNCTIONS.items() if each is op]
    methods = [f"x.{m}()" for m in ARRAY_METHODS if FUNCTIONS.get(getattr(np, m, None)) is op]
    written = [str(op.code)] if _is_operator(op) else []
    if op.name in _compositions():
        names.append(op.name)  # through a program that puts its arguments in order
    return tuple(dict.fromkeys(text for text in (*written, *sorted(filter(None, names)), *methods) if text))


def _is_operator(op: Op) -> bool:
    return getattr(op.function, "__module__", "") == "_operator"


def _names(op: Op) -> set[str]:
    """By all of these it is found."""
    operators = {text.replace("x", "").replace("y", "").strip() for text in _stands_for(op) if " " in text}
    functions = {text.removeprefix("scipy.") for text in _stands_for(op) if text.isidentifier() or "." in text}
    return {op.name, *operators, *functions}


def _compositions() -> dict[str, Callable[..., Any]]:
    return {_dotted(f).removeprefix("scipy."): program for f, program in COMPOSITIONS.items() if _dotted(f)}


# --- one operation in a line ------------------------------------------------------------------------------------------


@cache
def _rule(op: Op) -> Rule:
    shown = shown_as(op)
    rule = Rule(op.name, _stands_for(op), code_of(op, shown))
    if op.zero:
        return replace(rule, note="zero: it is constant between jumps")
    if not op.differentiable or shown is None or shown.jvp is None or shown.vjp is None:
        return replace(rule, note="none: what would need it is refused")
    out = "value" if "y" in shown.lowered.arguments else "y"
    back = statements(shown.vjp, [f"{name}_bar" for name in shown.moving])
    return replace(rule, tangent=statements(shown.jvp, [f"{out}_dot"]), pullback=back)


# --- one operation in full --------------------------------------------------------------------------------------------


def _in_full(op: Op) -> str:
    rule = _rule(op)
    head = [
        op.name,
        f"  written    {', '.join(rule.stands_for) or 'by the compiler alone'}",
        f"  code       {rule.code}",
    ]
    if op.domain:
        head.append(f"  domain     {_domain(op)}")
    head += [f"  {'at a kink' if not k else '':<9}  {line}" for k, line in enumerate(_kinks(op))]
    if op.selects:
        head.append("  selects    what it does not take has derivative zero, whatever its slope")
    shown = shown_as(op)
    if rule.note or shown is None or shown.jvp is None or shown.vjp is None:
        return "\n".join([*head, f"  derivative {rule.note}"])
    functions = [shown.jvp, shown.vjp]
    try:
        functions.append(transforms.jvp(shown.vjp, shown.moving, True))  # the tangent of the pullback
    except DifferentiationError as error:
        head.append(f"  refused    {str(error).splitlines()[0]}")
    return "\n".join([*head, "", format_source(emit(functions, True).text).strip()])


def _domain(op: Op) -> str:
    names = [name.lstrip("*") for name in op.args]
    return ", ".join(_interval(name, *bounds) for name, bounds in zip(names, op.domain) if bounds != REALS)


def _interval(name: str, low: float, high: float) -> str:
    return f"{name} > {low:g}" if high == REALS[1] else f"{low:g} < {name} < {high:g}"


def _kinks(op: Op) -> Iterator[str]:
    """The slopes that are given where the two sides differ, or where they are infinite."""
    if (
        op.zero
        or op.rule is None
        or op.variadic
        or len(op.args) > 2
        or not (is_elementwise(op) or op.infer is to_float)
    ):
        return
    ends = [end for bounds in op.domain for end in bounds if abs(end) != REALS[1]]
    for at in sorted({-1.0, 0.0, 1.0, *ends}):
        point = [at] * len(op.args)
        slopes = _slopes(op, point)
        if slopes is None:
            continue
        for k, (name, slope) in enumerate(zip(op.args, slopes)):
            left, right = (_slopes(op, [x + h if i == k else x for i, x in enumerate(point)]) for h in (-1e-7, 1e-7))
            where = " = ".join([*op.args, f"{at:g}"])
            sides = [side[k] for side in (left, right) if side is not None]
            if slope != slope or any(abs(side - slope) > 1e-3 * (1.0 + abs(slope)) for side in sides) or slope in (
                REALS
            ):  # fmt: skip
                yield f"{where}: the slope in {name} is {slope:g}"


def _slopes(op: Op, point: Sequence[float]) -> list[float] | None:
    """The partial derivatives at a point; None where there is no value, or no number."""
    builder = Builder()
    inputs = [Value(FLOAT) for _ in point]
    seed = Value(FLOAT)
    try:
        with np.errstate(all="ignore"):
            value = op.evaluate(tuple(point), (), tuple(x.kind for x in inputs))
            if isinstance(value, complex) or not np.isfinite(value):
                return None
            builder.apply(op, *inputs)
            cts = pullback(builder, builder.stmts[0], seed, [True] * len(inputs))  # type: ignore[arg-type]
            there = [ct for ct in cts if ct is not None]
            program = Program({"f": Function("f", builder.block([*inputs, seed], there))}, "f")
            values = iter(evaluate(program, *point, 1.0))
    except (ArithmeticError, ValueError, DifferentiationError):
        return None  # Python raises an exception there
    return [float(next(values)) if ct is not None else 0.0 for ct in cts]


def _source(program: Callable[..., Any]) -> str:
    return inspect.getsource(program).rstrip()
