"""An operation as a small program of its own, from which its derivatives are read."""

from __future__ import annotations

import ast
import itertools
import keyword
import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from s2s_ad import transforms
from s2s_ad.backend.module import emit_module
from s2s_ad.errors import DifferentiationError, UnsupportedError
from s2s_ad.ir.builder import Builder, const
from s2s_ad.ir.kinds import FLOAT, INT, Kind, List
from s2s_ad.ir.nodes import Apply, Block, Const, Function, Program, Value
from s2s_ad.ir.structure import Entry, Leaf, Lowered, Node, Param, Spec, leaf_kinds
from s2s_ad.ops.core import Op
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.ops.slopes import to_bool, to_float, to_int
from s2s_ad.signature import parse_kinds

_VECTORS = List(parse_kinds("float64[:]")[0])
# what an operation is shown with, where plain arrays and the defaults of its parameters would not show it
_ARGUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "matmul": ("float64[:, :], float64[:, :]", {}),
    "np.dot": ("float64[:, :], float64[:, :]", {}),
    "np.einsum": ("float64[:, :], float64[:, :]", {"subscripts": "ij,jk->ik"}),
    "np.tensordot": ("float64[:, :, :], float64[:, :]", {"axes": 1}),
    "np.reshape": ("float64[:, :]", {"shape": (-1,)}),
    "np.broadcast_to": ("float64[:]", {"shape": (3, -1)}),
    "np.transpose": ("float64[:, :]", {}),
    "np.repeat": ("float64[:], int", {}),
    "np.roll": ("float64[:], int", {}),
    "np.tile": ("float64[:]", {"reps": 2}),
    "np.full": ("float", {"shape": (3,)}),
    "np.linspace": ("float, float", {"shape": (5,)}),
    "np.arange": ("float, float, float", {}),
    "np.split": ("float64[:]", {"sections": 2, "i": 1}),
    "np.pad": ("float64[:]", {"pad_width": 1}),
    "np.where": ("bool[:], float64[:], float64[:]", {}),
    "np.linalg.solve": ("float64[:, :], float64[:]", {}),
    "np.take_along_axis": ("float64[:, :], int64[:, :]", {"axis": 1}),
    "getitem": ("float64[:]", {"index": (0,)}),
    "index_set": ("float64[:], float", {"index": (0,)}),
    "index_add": ("float64[:], float", {"index": (0,)}),
    "astype": ("float64[:]", {"dtype": "float32"}),
    "list_get": ("list[float], int", {}),
    "math.ldexp": ("float, int", {}),
    "math.fsum": ("float, float, float", {}),
    "float": ("float", {}),
    "list_append": ("list[float], float", {}),
    "list_set": ("list[float], float, int", {}),
    "list_add_at": ("list[float], float, int", {}),
    "list_head": ("list[float], list[float]", {}),
    "list_tail": ("list[float], list[float]", {}),
    "list_to_array_like": ("list[float], float64[:]", {}),
    "array_to_list": ("float64[:]", {"kind": List(FLOAT)}),
    "list_fill": ("float, int", {}),
    "part": ("float64[:], float64[:], float64[:]", {"i": 1, "axis": 0}),
    "broadcast_like": ("float64[:], float64[:, :]", {}),
    "products_without": ("float64[:]", {"m": 1}),
    "prefixes_without": ("float64[:]", {"m": 1}),
    "np.bincount": ("int64[:], float64[:], int", {}),
    "cofactors_change": ("float64[:, :], float64[:, :]", {}),
    "unit": ("float64[:], int", {}),
    "rows": ("list[float64[:]], float64[:], float64[:]", {}),
    "rows_apart": ("float64[:, :], float64[:], float64[:]", {"kind": _VECTORS}),
    "columns": ("list[float64[:]], float64[:], float64[:]", {}),
    "columns_apart": ("float64[:, :], float64[:], float64[:]", {"kind": _VECTORS}),
    "turned": ("list[list[float]], list[float], float64[:]", {}),
    "turned_back": ("list[float64[:]], list[list[float]], float64[:]", {}),
    "last_written": ("float64[:], int64[:]", {"index": (("in", 0),)}),
    **{f"np.fft.{name}": ("complex128[:]", {}) for name in ("fft", "ifft", "irfft")},
    **{f"np.fft.{name} to a length": ("complex128[:]", {"shape": (8,)}) for name in ("fft", "ifft", "irfft")},
    "np.fft.rfft to a length": ("float64[:]", {"shape": (8,)}),
    **{f"np.fft.{name} of a step": ("float", {"shape": (8,)}) for name in ("fftfreq", "rfftfreq")},
    **{f"cmath.{name}": ("complex", {}) for name in "exp log10 sqrt sin cos tan sinh cosh tanh phase".split()},
    **{f"cmath.a{name}": ("complex", {}) for name in "sin cos tan sinh cosh tanh".split()},
    **{name: ("complex", {}) for name in ("real", "imag", "conjugate")},
    "np.angle": ("complex128[:]", {}),
    **{name: ("complex128[:], float64[:]", {}) for name in ("set_real", "set_imag")},
    "largest_real": ("complex128[:, :]", {}),
    "slogdet_direction": ("complex128[:, :]", {}),
    **{name: ("2, float64[:]", {}) for name in ("special.polygamma", "special.jv", "special.iv", "special.ive")},
}
_TRIED = ("float64[:]", "float64[:, :]", "float64[:, :, :]", "float", "int", "int64[:]", "bool[:]", "list[float]")
_BY_NAME = {
    "xs": ("list[float]", *_TRIED),
    "ys": ("list[float]", *_TRIED),
    "i": ("int",),
    "n": ("int",),
    "sizes": ("int",),
}


class Shown(NamedTuple):
    """A function that only applies the operation, what it is differentiated by, and its derivatives."""

    apply: Apply
    lowered: Lowered
    moving: tuple[str, ...]
    jvp: Lowered | None
    vjp: Lowered | None


@cache
def shown_as(op: Op) -> Shown | None:
    """With arguments of the simplest kinds that it takes; None if there are none."""
    if op.name in _ARGUMENTS:
        kinds, params = _ARGUMENTS[op.name]
        return _applied(
            op, [int(kinds[0]), *parse_kinds(kinds[3:])] if kinds[0].isdigit() else parse_kinds(kinds), params
        )
    for choice in _choices(op):
        try:
            return _applied(op, choice, {})
        except (DifferentiationError, TypeError, ValueError, LookupError, AttributeError, AssertionError):
            continue  # it does not take these kinds
    return None


def _choices(op: Op) -> Iterator[list[Kind]]:
    count = len(op.args) + op.variadic
    counts = (count, count - 1) if op.variadic else (count,)
    if is_elementwise(op) or op.infer in (to_float, to_int, to_bool):
        one = parse_kinds("float64[:]")[0] if op.flavor == "numpy" else FLOAT
        yield from ([one] * n for n in counts)
        yield [INT] * count
        return
    names = [name.lstrip("*") for name in op.args]
    for n in counts:
        tried = [_BY_NAME.get(name, _TRIED) for name in (*names, names[-1] if names else "")[:n]]
        for texts in itertools.product(*tried):
            yield [kind for text in texts for kind in parse_kinds(text)]


def _applied(op: Op, inputs: Sequence[Kind | int], params: dict[str, Any]) -> Shown:
    fixed = [name for name in op.args if not name.startswith("*")]
    more = op.args[-1][1:].rstrip("s") if op.variadic else ""
    names = [*fixed, *(f"{more}{k + 1}" for k in range(len(inputs) - len(fixed)))]
    builder = Builder()
    atoms = [const(x) if isinstance(x, int) else Value(x, name) for x, name in zip(inputs, names)]
    builder.apply_all(op, atoms, tuple(params.items()))
    stmt = builder.stmts[0]
    assert isinstance(stmt, Apply)
    values = [atom for atom in atoms if isinstance(atom, Value)]
    name = _identifier(op.name)
    program = Program({name: Function(name, builder.block(values, (stmt.out,)))}, name)
    lowered = Lowered(program, {v.hint: Leaf(v.kind) for v in values}, Leaf(stmt.out.kind), (), ())
    lowered = transforms.prepared(lowered, True)
    if op.zero or not op.differentiable:
        return Shown(stmt, lowered, (), None, None)
    every = tuple(v.hint for v in values if v.kind.real)
    linear = tuple(name for i, name in enumerate(names) if i in op.transposes and name in every)
    if not stmt.out.kind.real or not every:
        raise TypeError(f"{op.name} of these kinds is not real")
    if op.others:  # the others only lend their shape
        return _derived(stmt, lowered, linear)
    try:
        return _derived(stmt, lowered, every)
    except UnsupportedError:  # such as a third derivative
        return _derived(stmt, lowered, linear)


def _derived(stmt: Apply, lowered: Lowered, moving: tuple[str, ...]) -> Shown:
    return Shown(stmt, lowered, moving, transforms.jvp(lowered, moving, True), transforms.vjp(lowered, moving, True))


def _identifier(name: str) -> str:
    last = re.sub(r"\W", "_", name.rpartition(".")[2])
    return f"{last}_" if keyword.iskeyword(last) else last


def statements(lowered: Lowered, results: Sequence[str]) -> tuple[str, ...]:
    """The body of a derivative without the value, its results assigned to names instead of returned."""
    main = lowered.program.main.body
    kept = main.results[1:]
    spec: Spec = Node(tuple, tuple(Leaf(result.kind) for result in kept)) if len(kept) > 1 else Leaf(kept[0].kind)
    made = transforms.with_main(lowered, Block(main.params, main.stmts, kept))
    program = transforms.optimized(made.program, True)
    params = tuple(Param(name, spec) for name, spec in lowered.arguments.items() if leaf_kinds(spec))
    text = emit_module(program, [Entry(program.entry, params, (), spec)], optimize=True).text
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    lines: list[str] = []
    for node in next(each for each in functions if each.name == program.entry).body:
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) and len(kept) > 1 else [node.value]
            texts = zip(results, (ast.get_source_segment(text, part) for part in parts))
            lines += [f"{result} = {written}" for result, written in texts if written != result]
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            written = ast.get_source_segment(text, node, padded=True) or ""
            lines += textwrap.dedent(written).splitlines()
    return tuple(lines)


def code_of(op: Op, shown: Shown | None) -> str:
    if isinstance(op.code, str) and not op.variadic:
        return op.code
    if shown is None:
        return ""
    stmt = shown.apply
    names = [str(a.value) if isinstance(a, Const) else getattr(a, "hint", "") for a in stmt.inputs]
    text = op.text(stmt.params, tuple(a.kind for a in stmt.inputs))
    return re.sub(r"\b_(\d)\b", lambda match: names[int(match[1])], text) if op.variadic else text
