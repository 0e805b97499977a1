"""One function of the program as a Python function: all the decisions, then the text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from s2s_ad.backend import signature
from s2s_ad.backend.aliases import without_second_names
from s2s_ad.backend.expressions import Expressions
from s2s_ad.backend.inplace import in_place
from s2s_ad.backend.live import Liveness, liveness
from s2s_ad.backend.loops import Writer
from s2s_ad.backend.memory import InPlace
from s2s_ad.backend.names import Classes, Namer, coalesce, flows, maybe_unbound
from s2s_ad.backend.schedule import Schedule, Scheduler
from s2s_ad.backend.speaking import speaking_names, taken_back
from s2s_ad.backend.wishes import DERIVED, wish_of
from s2s_ad.ir.kinds import Kind
from s2s_ad.ir.nodes import Apply, Atom, Block, Function, Section, Stmt, Value
from s2s_ad.ir.structure import Entry
from s2s_ad.ir.walk import blocks_of, inputs_of, map_inputs, outputs_of
from s2s_ad.ops.control import CONVERSIONS, INDIFFERENT
from s2s_ad.ops.core import Op


@dataclass(frozen=True)
class Written:
    """A function's syntax tree, and what it reads from outside."""

    tree: ast.FunctionDef
    used: frozenset[str]
    objects: dict[str, object]


@dataclass(frozen=True)
class _Decisions:
    plan: Schedule
    live: Liveness
    spots: InPlace
    classes: Classes
    unbound: frozenset[Value]
    names: dict[Value, str]
    numbered: frozenset[str]  # the wished names that more than one variable wanted at once


def write_function(
    function: Function,
    entry: Entry | None,
    name: str,
    callees: Mapping[str, str],
    aliases: Mapping[str, str],
    reserved: frozenset[str],
    effectful: frozenset[str],
    optimize: bool,
) -> Written:
    """Write `function` with the signature of `entry`, or with bare values if there is none."""
    function = _with_hints(_converting_late(function), signature.leaf_hints(function, entry))
    own = set(signature.parameter_names(entry)) if entry is not None else set()
    fixed = signature.fixed_names(function, entry, reserved)
    forbidden = (reserved | own) - set(fixed.values())
    function, decisions = _best(function, fixed, forbidden, optimize, effectful)
    plan, names = decisions.plan, decisions.names
    expressions = Expressions(plan, names, callees, aliases, reserved)
    nullable = frozenset(names[v] for v in _copied_on(function, decisions) if isinstance(v, Value))
    writer = Writer(plan, expressions, decisions.spots, nullable, optimize)

    used_leaf = _leaf_names(plan, names)
    body = signature.prologue(function, entry, used_leaf)
    writer.begun = bool(body)
    writer.titled = _sections(function, plan) > 1
    body += writer.block(function.body)
    if not (body and isinstance(body[-1], ast.Raise)):
        body += signature.returned(function, entry, expressions, writer.objects)
    doc = entry.doc if entry is not None else function.doc
    if doc:
        body.insert(0, ast.Expr(ast.Constant(doc)))
    arguments = signature.arguments(function, entry, fixed, expressions)
    decorators = [signature.errstate(entry, expressions)] if entry is not None and entry.errstate else []
    tree = ast.FunctionDef(
        name=name, args=arguments, body=body or [ast.Pass()], decorator_list=decorators, returns=None
    )
    without_second_names(tree, writer.views)
    return Written(tree, frozenset(expressions.used), dict(writer.objects))


def _best(
    function: Function, fixed: dict[Value, str], forbidden: frozenset[str], optimize: bool, effectful: frozenset[str]
) -> tuple[Function, _Decisions]:
    """The decisions under which the fewest variables have to be numbered."""
    best = _decide(function, fixed, forbidden, optimize, effectful, frozenset())
    if not optimize or not best.numbered:
        return function, best
    moved = _worth_moving(function, best)
    if moved:
        other = _decide(function, fixed, forbidden, optimize, effectful, moved)
        best = min(best, other, key=_clashes)
    copied = _result_kept_apart(function, best)
    if copied is not None:
        other = _decide(copied, fixed, forbidden, optimize, effectful, moved)
        if _clashes(other) < _clashes(best):
            return copied, other
    return function, best


def _clashes(decisions: _Decisions) -> int:
    names = set(decisions.names.values())
    return sum(f"{name}_{k}" in names for name in decisions.numbered for k in range(2, 10))


def _decide(
    function: Function,
    fixed: dict[Value, str],
    forbidden: frozenset[str],
    optimize: bool,
    effectful: frozenset[str],
    forced: frozenset[Value],
) -> _Decisions:
    plan = Scheduler(function, optimize, forced, effectful).run()
    live = liveness(function, plan)
    spots = in_place(function, plan, live, augment=optimize)
    classes = coalesce(function, plan, live, spots, fixed)
    unbound = frozenset(v for v in maybe_unbound(function, plan) if classes.known(v))
    speaking = speaking_names(function, plan) if optimize else {}
    namer = Namer(classes, forbidden, optimize, live.last, speaking, taken_back(function))
    names = namer.run(function.body.results, {classes.find(value) for value in unbound})
    return _Decisions(plan, live, spots, classes, unbound, names, frozenset(namer.numbered))


def _worth_moving(function: Function, found: _Decisions) -> frozenset[Value]:
    """Named values that clash with the variable they end up in: better computed where they are handed over."""
    moved = set()
    for source, target in flows(function, found.plan):
        if not isinstance(source, Value) or not found.plan.used(target) or found.plan.uses.get(source) != 1:
            continue
        strength, text = wish_of(source)
        plain = isinstance(found.plan.defs.get(source), Apply) and source not in found.plan.folded
        if (strength, text) == wish_of(target) and strength >= DERIVED and text in found.numbered and plain:
            moved.add(source)
    return frozenset(moved)


def _result_kept_apart(function: Function, found: _Decisions) -> Function | None:
    """With `y = x` before the reverse sweep, where the result's own name is wanted again after it."""
    body = function.body
    if any(wish_of(value)[1] == "y" for value in found.classes.parent):
        return None
    for result in body.results:
        if not isinstance(result, Value) or wish_of(result)[1] not in found.numbered or not result.hint:
            continue
        made = [k for k, stmt in enumerate(body.stmts) if result in outputs_of(stmt)]
        if not made:
            continue
        ends = [k for k, stmt in enumerate(body.stmts) if isinstance(stmt, Section) and k > made[0]]
        at = ends[0] if ends else made[0] + 1
        kept = Value(result.kind, "y")
        stmts = (*body.stmts[:at], Apply(_SAME, (result,), (kept,)), *body.stmts[at:])
        results = tuple(kept if atom is result else atom for atom in body.results)
        return replace(function, body=Block(body.params, stmts, results))
    return None


# What `y = x` is: the table has no operation that does nothing.
_SAME = Op("same", ("x",), "x", lambda kinds, params, op: kinds[0], cost=0)


_OR_MISSING = "_or_missing"


@cache
def _or_missing(op: Op) -> Op:
    def code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
        (name,) = op.names(1)
        return f"None if {name} is None else {op.text(tuple(params.items()), kinds)}"

    return Op(op.name + _OR_MISSING, op.args, code, op.infer, cost=1, defaults=op.defaults)


def _converting_late(function: Function) -> Function:
    """The function with conversions that leave alone what may not be there."""
    missing = maybe_unbound(function)
    if not missing:
        return function

    def stmt(s: Stmt) -> Stmt:
        if isinstance(s, Apply) and s.op.name in CONVERSIONS and s.inputs[0] in missing:
            return replace(s, op=_or_missing(s.op))
        return map_inputs(s, lambda a: a, inner)

    def inner(block: Block) -> Block:
        return replace(block, stmts=tuple(map(stmt, block.stmts)))

    return replace(function, body=inner(function.body))


def _sections(function: Function, plan: Schedule) -> int:
    """How many headings have something under them."""
    count, titled = 0, False
    for stmt in function.body.stmts:
        if isinstance(stmt, Section):
            titled = bool(stmt.title)
        elif titled and not plan.silent(stmt):
            count, titled = count + 1, False
    return count


def _copied_on(function: Function, found: _Decisions) -> Iterator[Atom]:
    """The values that may be missing where they are saved, handed on as a copy, or asked for a shape that nobody needs:
    Python would refuse that."""
    if not found.unbound:
        return
    for places in found.plan.appends.values():
        yield from (a for items in places.values() for _, atoms in items for a in atoms if a in found.unbound)
    yield from (a for a in _indifferently_read(function.body, set()) if a in found.unbound)
    for source, target in flows(function, found.plan):
        if source in found.unbound and found.plan.used(target) and not found.classes.same(source, target):
            yield source


def _indifferently_read(block: Block, read: set[Atom]) -> Iterator[Atom]:
    """What is read whether it is there or not, unless something has been read before that raises where it is not."""
    read = set(read)
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and (stmt.op in INDIFFERENT or stmt.op.name.endswith(_OR_MISSING)):
            yield from (a for a in stmt.inputs if a not in read)
        else:
            read.update(inputs_of(stmt))
        for inner in blocks_of(stmt):
            yield from _indifferently_read(inner, read)


def _leaf_names(plan: Schedule, names: Mapping[Value, str]) -> Callable[[Value], str | None]:
    def name_of(value: Value) -> str | None:
        return names[value] if plan.used(value) else None

    return name_of


def _with_hints(function: Function, hints: dict[Value, str]) -> Function:
    """The function with names for params that have none."""
    if not hints:
        return function
    renamed = {value: replace(value, hint=hint, base=None, suffix="") for value, hint in hints.items()}

    def inner(block: Block) -> Block:
        stmts = tuple(map_inputs(stmt, lambda a: renamed.get(a, a), inner) for stmt in block.stmts)  # type: ignore
        results = tuple(renamed.get(a, a) for a in block.results)  # type: ignore[arg-type]
        return Block(tuple(renamed.get(p, p) for p in block.params), stmts, results)

    return replace(function, body=inner(function.body))
