"""What an outer loop need not do in each of its trips: multiply what it sums up with factors that no trip changes.

Where each trip i adds w[i, c, j] * f[c, j] to a[c, j], the loop adds up the w, and one walk over c and j after it
multiplies the sums with f. Where w is the same for all j, it is added up once for each c, and not for each element.
This is done to adjoints and tangents: what the user wrote is computed as he wrote it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import ANY, FLOAT, Array, Kind, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Range, Section, Stmt, Value
from s2s_ad.ir.walk import defined_in, is_derivative, map_inputs, split_params, substitute, use_counts
from s2s_ad.ops.creation import ZEROS
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.accesses import Place, place_of
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.apart import Apart
from s2s_ad.passes.native.fuse import only_sums
from s2s_ad.passes.native.products import Product
from s2s_ad.passes.native.storage import at

Path = tuple[For, ...]


def outside(block: Block) -> Block:
    """The block whose loops add up what their trips change, and no more."""
    return _Outside(block).block(block)


class _Fixed:
    """What is the same in all trips of an outer loop, but for the indices of the loops on a path within it."""

    def __init__(self, loop: For, path: Path) -> None:
        self.inside = defined_in(loop.body)
        self.indices = {inner.body.params[0] for inner in path}
        blocks = (loop.body, *(inner.body for inner in path))
        self.made = {s.outputs[0]: s for b in blocks for s in b.stmts if isinstance(s, Apply)}
        self.known: dict[Atom, bool] = {}

    def __contains__(self, atom: Atom) -> bool:
        if atom not in self.inside or atom in self.indices:
            return True
        if atom not in self.known:
            stmt = self.made.get(atom)
            number = stmt if stmt is not None and isinstance(stmt.out.kind, Scalar) else None
            self.known[atom] = number is not None and not number.op.effect and all(a in self for a in number.inputs)
        return self.known[atom]

    def reads(self, atom: Atom) -> Iterator[Apply]:
        """The elements of arrays that it is made of, where it is made in the loop."""
        stmt = self.made.get(atom) if atom in self.inside else None
        if stmt is not None:
            if stmt.op.name == "getitem":
                yield stmt
            for a in stmt.inputs:
                yield from self.reads(a)


@dataclass(frozen=True)
class _Sum:
    """A statement that adds a product to an element, in loops within the outer one."""

    slot: int  # of the array, in the outer loop
    path: Path
    stmt: Apply
    place: Place
    product: Product
    fixed: _Fixed
    depth: int  # of the loops on the path, those whose trips change `own`
    kept: Place  # where the sums are kept, in an array of their own or in that to which they go
    here: bool  # the latter

    def same_sums(self, other: _Sum) -> bool:
        """Whether both add up the same numbers, at the same places of arrays made for them."""
        own, others = self.product, other.product
        same = own.own == others.own and own.negative == others.negative and [*self.kept] == [*other.kept]
        return same and not (self.here or other.here)


@dataclass(frozen=True)
class _Moved:
    """A sum that a loop no longer multiplies; `total`: the sums, where its array does not hold them."""

    found: _Sum
    total: Value | None


class _Outside:
    def __init__(self, body: Block) -> None:
        self.apart = Apart(Affine(body))

    def block(self, block: Block) -> Block:
        builder = Builder()
        for stmt in block.stmts:
            moved: list[_Moved] = []
            before = stmt
            while isinstance(stmt, For) and (found := self.found(stmt, {m.found.slot for m in moved})) is not None:
                same = next((m for m in moved if m.found.same_sums(found)), None)
                stmt, total = self.without(builder, stmt, found, same)
                moved.append(_Moved(found, total))
            after: list[Stmt] = []
            if isinstance(stmt, For) and isinstance(before, For) and moved:
                stmt, after = self.finished(before, stmt, moved)
            builder.emit(map_inputs(stmt, lambda a: a, self.block))
            builder.stmts += after
        return replace(block, stmts=tuple(builder.stmts))

    # --- what can be moved --------------------------------------------------------------------------------------------

    def found(self, loop: For, slots: Collection[int]) -> _Sum | None:
        """The first sum of the loop that can be; of the arrays in these slots something has been moved already."""
        trips = loop.trips
        if trips is None or loop.stops or not isinstance(trips.step, Const) or trips.step.value not in (1, -1):
            return None
        uses = use_counts(loop.body) if any(isinstance(s, For) for s in loop.body.stmts) else None
        for slot, param in enumerate(split_params(loop)[1]):
            kind, end = param.kind, loop.body.results[slot]
            if (
                uses is None
                or end is param
                or not is_derivative(param)
                or not isinstance(kind, Array)
                or kind.dtype != "float64"
                or not kind.rank
            ):
                continue
            if only_sums(loop.body, param, end, uses):
                sums = list(_sums(loop.body, param, ()))
                alone = len(sums) == 1 and slot not in slots and self.is_zeros(loop.init[slot])
                each = (self.sum(loop, slot, path, stmt, alone) for path, stmt in sums if path)
                if (first := next((s for s in each if s is not None), None)) is not None:
                    return first
        return None

    def is_zeros(self, atom: Atom) -> bool:
        made = self.apart.affine.made.get(atom)  # type: ignore[arg-type]
        return isinstance(made, Apply) and made.op.name in ZEROS

    def sum(self, loop: For, slot: int, path: Path, stmt: Apply, alone: bool) -> _Sum | None:
        """What of this statement may be done after the loop; None if nothing."""
        place, fixed = place_of(stmt), _Fixed(loop, path)
        if place is None or stmt.inputs[1].kind != FLOAT or not all(_plain(inner, fixed) for inner in path):
            return None
        if not all(a in fixed for a in place):
            return None
        product = Product(stmt.inputs[1], fixed.made, fixed.__contains__, lambda a: any(True for _ in fixed.reads(a)))
        depth = max((_home(a, path) for a in product.own), default=0)
        reads = [read for atom in (*product.fixed, *product.below) for read in fixed.reads(atom)]
        if depth == len(path) and not reads:
            return None
        indices = tuple(inner.body.params[0] for inner in path[:depth])
        # no more room than an array has that is there
        if not any(set(indices) <= set(each) for each in (place, *(r.inputs[1:] for r in reads))):
            return None
        if depth == len(path) == len(place) and set(place) == set(indices):
            return _Sum(slot, path, stmt, place, product, fixed, depth, place, alone)
        sizes = [inner.trips.stop for inner in path[:depth] if inner.trips is not None]
        return (
            None
            if any(a in fixed.inside for a in sizes)
            else _Sum(slot, path, stmt, place, product, fixed, depth, indices, False)
        )

    # --- moving it ----------------------------------------------------------------------------------------------------

    def without(self, builder: Builder, loop: For, found: _Sum, same: _Moved | None) -> tuple[For, Value | None]:
        """The loop that adds up only what is its own, and the sums, where the array itself does not hold them.

        `same`: what has been moved before, with these same sums.
        """
        builder.span = found.stmt.span
        if found.here:
            return replace(loop, body=_adding_own(loop.body, found)), None
        if same is not None:
            return replace(loop, body=_without(loop.body, found.stmt)), same.total
        loop, total = _carrying(loop, found, self.room(builder, loop, found) if found.depth else ZERO_FLOAT)
        return replace(loop, body=_without(loop.body, found.stmt)), total

    def finished(self, old: For, loop: For, moved: Sequence[_Moved]) -> tuple[For, list[Stmt]]:
        """The loop with outputs of its own, and the walks that make of them those that it had."""
        made = {m.found.slot: old.outputs[m.found.slot] for m in moved}
        start = {slot: replace(value) for slot, value in made.items()}
        loop = replace(loop, outputs=tuple(start.get(k, v) for k, v in enumerate(loop.outputs)))
        trips, inner = loop.trips, Builder(moved[0].found.stmt.span)
        assert trips is not None
        walks: dict[tuple[Value, ...], list[_Moved]] = {}
        for each in moved:
            walks.setdefault(tuple(step.body.params[0] for step in each.found.path), []).append(each)
        state = start
        for walk in walks.values():
            state = {**state, **_walked(inner, walk, state)}
        ends = (trips.start, trips.stop) if _is_one(trips.step) else (trips.stop, trips.start)
        if self.apart.surely_runs(*ends):
            final = {state[slot]: value for slot, value in made.items()}
            return loop, [_named_so(s, final) for s in inner.stmts]
        after = Builder(inner.span)
        ran = after.apply(OPS["gt"], *ends[::-1])  # what the walks read may not be there if no trip has read it
        then, orelse = inner.block((), tuple(state.values())), Block((), (), tuple(start.values()))
        after.emit(If(ran, then, orelse, tuple(made[slot] for slot in state), after.span))
        return loop, after.stmts

    def room(self, builder: Builder, loop: For, found: _Sum) -> Value:
        """Zeros for the sums."""
        if found.kept is found.place:
            array = loop.init[found.slot]
            out = _named(found, array.kind)
            builder.emit(Apply(OPS["zeros_like"], (array,), (out,), (), builder.span))
            return out
        sizes: list[Atom] = []
        for inner in found.path[: found.depth]:
            assert inner.trips is not None
            size = inner.trips.stop
            if not self.apart.affine.not_negative(self.apart.affine.sum(size)):
                size = builder.apply(OPS["not_negative"], size)
            sizes.append(size)
        shape = tuple(a.value if isinstance(a, Const) else None for a in sizes)
        out = _named(found, Array("float64", (ANY,) * len(sizes)))
        inputs = tuple(a for a in sizes if not isinstance(a, Const))
        builder.emit(Apply(OPS["np.zeros"], inputs, (out,), (("shape", shape),), builder.span))
        return out


def _sums(block: Block, start: Value, path: Path) -> Iterator[tuple[Path, Apply]]:
    """The statements that add to the array in the block, which does nothing else with it, and in its counted loops."""
    array = start
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and array in stmt.inputs:
            if stmt.op.name == "index_add":
                yield path, stmt
            array = stmt.out
        elif not isinstance(stmt, Apply) and array in getattr(stmt, "init", ()):
            slot = stmt.init.index(array)  # type: ignore[union-attr]
            if isinstance(stmt, For):
                yield from _sums(stmt.body, split_params(stmt)[1][slot], (*path, stmt))
            array = stmt.outputs[slot]  # type: ignore[union-attr]


def _plain(loop: For, fixed: _Fixed) -> bool:
    """Whether it counts from zero, and as far in each trip of the outer loop."""
    trips = loop.trips
    if trips is None or loop.stops or loop.xs and not loop.even or trips.stop not in fixed:
        return False
    return isinstance(trips.start, Const) and trips.start.value == 0 and _is_one(trips.step)


def _named_so(stmt: Stmt, names: Mapping[Value, Value]) -> Stmt:
    """The statement with other values as its outputs."""
    if isinstance(stmt, Section):
        return stmt
    return replace(stmt, outputs=tuple(names.get(v, v) for v in stmt.outputs))


def _is_one(step: Atom) -> bool:
    return isinstance(step, Const) and step.value == 1


def _home(atom: Atom, path: Path) -> int:
    """How many of the loops on the path it is made within."""
    return next((k for k in range(len(path), 0, -1) if atom in defined_in(path[k - 1].body)), 0)


def _named(found: _Sum, kind: Kind) -> Value:
    array = found.stmt.inputs[0]
    assert isinstance(array, Value)
    return Value(kind, base=array, suffix="_sum")


# --- in the loop ------------------------------------------------------------------------------------------------------


def _carrying(loop: For, found: _Sum, start: Atom, level: int = 0) -> tuple[For, Value]:
    """The loop that adds up the numbers, too: in as many loops as change them."""
    param = _named(found, start.kind)
    builder, end = Builder(found.stmt.span), param
    last = found.stmt if found.depth == len(found.path) else found.path[found.depth]
    for stmt in loop.body.stmts:
        if level < found.depth and stmt is found.path[level]:
            assert isinstance(stmt, For)
            stmt, end = _carrying(stmt, found, param, level + 1)
        elif level == found.depth and stmt is last:
            number, end = found.product.changing(builder), replace(param)
            name, params = ("index_add", (("index", at(*found.kept)),)) if found.kept else ("add", ())
            builder.emit(Apply(OPS[name], (param, number, *found.kept), (end,), params, builder.span))
        builder.emit(stmt)
    n, body, out = len(loop.init), loop.body, replace(param)
    changed = Block((*body.params, param), tuple(builder.stmts), (*body.results[:n], end, *body.results[n:]))
    outputs = (*loop.outputs[:n], out, *loop.outputs[n:])
    return replace(loop, init=(*loop.init, start), body=changed, outputs=outputs), out


def _with(block: Block, stmt: Apply, instead: Sequence[Stmt]) -> Block:
    """The block, or one within it, with other statements in the place of this one."""
    stmts: list[Stmt] = []
    for each in block.stmts:
        stmts += instead if each is stmt else [map_inputs(each, lambda a: a, lambda b: _with(b, stmt, instead))]
    return replace(block, stmts=tuple(stmts))


def _without(block: Block, stmt: Apply) -> Block:
    return substitute(_with(block, stmt, ()), {stmt.out: stmt.inputs[0]})


def _adding_own(block: Block, found: _Sum) -> Block:
    """The block, whose statement adds only what is its own."""
    builder, stmt = Builder(found.stmt.span), found.stmt
    number = found.product.changing(builder)
    builder.emit(replace(stmt, inputs=(stmt.inputs[0], number, *stmt.inputs[2:])))
    return _with(block, stmt, builder.stmts)


# --- after the loop ---------------------------------------------------------------------------------------------------


Arrays = Mapping[int, Value]  # by their places in the outer loop


def _walked(builder: Builder, moved: Sequence[_Moved], arrays: Arrays) -> dict[int, Value]:
    """The arrays after the loops on one path, run once more, which multiply the sums with what is fixed."""
    used = dict.fromkeys(each.found.slot for each in moved)
    return _level(builder, moved, 0, {slot: arrays[slot] for slot in used}, {})


def _level(
    builder: Builder, moved: Sequence[_Moved], level: int, arrays: Arrays, again: Mapping[Atom, Atom]
) -> dict[int, Value]:
    """The loops from this one on; `again` are the indices and numbers that have been made again."""
    env, found = dict(again), moved[0].found
    if level == len(found.path):
        state = dict(arrays)
        for each in moved:
            state[each.found.slot] = _element(builder, each, state[each.found.slot], env)
        return state
    loop = found.path[level]
    assert loop.trips is not None
    index = replace(loop.body.params[0])
    bounds = Range(*(_again(builder, found, env, a) for a in (loop.trips.start, loop.trips.stop, loop.trips.step)))
    params = {slot: replace(array) for slot, array in arrays.items()}
    inner = Builder(builder.span)
    ends = _level(inner, moved, level + 1, params, {**env, loop.body.params[0]: index})
    outputs = {slot: replace(array) for slot, array in arrays.items()}
    body = inner.block((index, *params.values()), tuple(ends.values()))
    builder.emit(For(bounds, False, (), tuple(arrays.values()), body, tuple(outputs.values()), span=loop.span))
    return outputs


def _element(builder: Builder, moved: _Moved, array: Value, env: dict[Atom, Atom]) -> Value:
    """The array with the product in one element."""
    found, out = moved.found, replace(array)
    stmt, builder.span = found.stmt, found.stmt.span
    place = [_again(builder, found, env, a) for a in stmt.inputs[2:]]
    indices = [_again(builder, found, env, a) for a in found.kept]
    if moved.total is None:
        number: Value = builder.apply(OPS["getitem"], array, *place, **dict(stmt.params))
    elif indices:
        number = builder.apply(OPS["getitem"], moved.total, *indices, index=at(*indices))
    else:
        number = moved.total
    whole = found.product.times_fixed(builder, number, lambda a: _again(builder, found, env, a))
    op = OPS["index_set" if moved.total is None else "index_add"]
    builder.emit(Apply(op, (array, whole, *place), (out,), stmt.params, stmt.span))
    return out


def _again(builder: Builder, found: _Sum, env: dict[Atom, Atom], atom: Atom) -> Atom:
    """A number that was made in the loop, made again."""
    fixed = found.fixed
    if atom not in fixed.inside:
        return atom
    if atom not in env:
        stmt = fixed.made[atom]
        inputs = tuple(_again(builder, found, env, a) for a in stmt.inputs)
        out = replace(stmt.out)
        builder.emit(replace(stmt, inputs=inputs, outputs=(out,)))
        env[atom] = out
    return env[atom]
