"""Which values are surely numbers that cannot be changed in place: what NumPy's arithmetic makes of arrays without axes
is a number, so `x += y` means `x = x + y` there. An array without axes that came from elsewhere could be changed."""

from __future__ import annotations

from s2s_ad.ir.kinds import Array, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Const, For, Function, If, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, split_params
from s2s_ad.ops.updates import ELEMENTS

_READS = ("getitem", ELEMENTS["getitem"].name)
_ARITHMETIC = frozenset(
    {"add", "sub", "mul", "div", "neg", "pow", "mod", "matmul", "zero_number", "np.sum", "np.mean", "np.vdot"}
)


def plain_numbers(function: Function) -> frozenset[Value]:
    """A greatest fixpoint: what a loop carries is plain if what it starts from and what each trip makes of it are."""
    stmts = list(all_stmts(function.body))
    sources = {value: found for stmt in stmts for value, found in _sources(stmt)}
    plain = {value for value in sources if getattr(value.kind, "shape", None) == ()}

    def is_plain(atom: Atom) -> bool:
        return isinstance(atom, Const) or isinstance(atom.kind, Scalar) or atom in plain

    while True:
        struck = {value for value in plain if not all(map(is_plain, sources[value]))}
        if not struck:
            return frozenset(plain)
        plain -= struck


def _is_element(stmt: Apply) -> bool:
    """Whether it reads one element; `x[..., 0]` would be an array without axes."""
    index = dict(stmt.params).get("index", ())
    return stmt.op.name in _READS and getattr(stmt.out.kind, "shape", None) == () and Ellipsis not in index


def _sources(stmt: Stmt) -> list[tuple[Value, tuple[Atom, ...]]]:
    """Of each value that is made here the atoms that all have to be plain numbers for it to be one."""
    if isinstance(stmt, Apply):
        known = stmt.op.name in _ARITHMETIC and not dict(stmt.params).get("keepdims", False)
        known = known or _is_element(stmt)
        return [(stmt.out, ())] if known and isinstance(stmt.out.kind, Array) else []
    if isinstance(stmt, If):
        return list(zip(stmt.outputs, zip(stmt.then.results, stmt.orelse.results)))
    if not isinstance(stmt, (For, While)):
        return []
    carried = [split_params(stmt)[1], *([stmt.cond.params] if isinstance(stmt, While) else []), stmt.outputs]
    ends = list(zip(stmt.init, stmt.body.results))
    return [pair for values in carried for pair in zip(values, ends)]
