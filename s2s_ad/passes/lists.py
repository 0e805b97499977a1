"""Adjoints that loops of a reverse sweep change element by element, as lists meanwhile: Python reads and writes an item
of a list several times as fast as an element of an array. Which numbers come out is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from s2s_ad.analysis.absence import maybe_absent
from s2s_ad.analysis.lengths import Lengths
from s2s_ad.analysis.plain_floats import needed_as_numpy
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.groups import representative
from s2s_ad.ir.kinds import FLOAT, INT, Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Const, For, If, Program, Section, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, defined_in, map_inputs, outputs_of, split_params, use_counts
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.updates import ELEMENTS, from_list, to_list

# nanoseconds: what an access saves where an array has one axis, and where it has more; an element there and back
_SAVED = {"getitem": (29, 52), "index_set": (20, 46), "index_add": (55, 90)}
_THERE, _BACK = 15, 40
_MARGIN, _MARGIN_READ = 3, 6  # below that it is not worth a line
_MOST_AXES = 3
_NEED_AN_ARRAY = frozenset({"array_len", "shape_item", "getitem", "add", "sub", "mul", "div", "np.sum", "copy"})


def with_lists(program: Program) -> Program:
    """The program with adjoints in lists where loops go through their elements."""
    functions = {}
    for name, function in program.functions.items():
        worker = _Lists(function.body)
        functions[name] = replace(function, body=worker.block(function.body, False))
    return replace(program, functions=functions)


@dataclass
class _Group:
    """The versions of one array, or of several that change places, in a loop."""

    members: dict[Value, None] = field(default_factory=dict)
    accesses: list[Apply] = field(default_factory=list)
    good: bool = True
    saved: float = 0.0  # nanoseconds for each element


@dataclass(frozen=True)
class _Ahead:
    """What is saved by later loops that go on with an array, and whether anybody wants it as an array at the end."""

    saved: float = 0.0
    wanted: bool = True


class _Lists:
    def __init__(self, body: Block) -> None:
        self.makers = {out: s for s in all_stmts(body) if isinstance(s, Apply) for out in s.outputs}
        self.trips = {s.body.params[0]: s.trips for s in all_stmts(body) if isinstance(s, For) and s.trips is not None}
        self.uses = use_counts(body)
        self.numpy = needed_as_numpy(body)
        loops = [s for s in all_stmts(body) if isinstance(s, For)]
        self.before = {out: init for s in loops for out, init in zip(s.outputs, s.init)}
        self.scope: set[Value] = set()
        self.params = [p for p in body.params if _is_wanted(p)]
        self.ahead: dict[Atom, _Ahead] = {}
        self.depth = 0  # of loops
        self.lengths = cache(lambda: Lengths(body))
        self.read: dict[Value, Value] = {}  # of arrays the lists that are only read
        self.coming: list[Value] = []  # the arrays that loops of this block read so
        self.absent: set[Atom] = {*maybe_absent(body)}  # what may be None, as far as the statements so far show

    def block(self, block: Block, on: bool) -> Block:
        builder = Builder()
        outer = self.read, self.scope, self.coming, self.absent
        self.read, self.scope, self.coming = dict(self.read), {*self.scope, *block.params}, []
        self.absent = set(self.absent)
        if on or any(isinstance(stmt, Section) and stmt.annotate for stmt in block.stmts):
            self.look_ahead(block)
        listed: dict[Atom, Value] = {}  # of arrays at this place the list that has the same elements
        for stmt in block.stmts:
            if isinstance(stmt, Section):
                on = stmt.annotate
            if on and isinstance(stmt, For) and _is_reverse(stmt):
                self.loop(stmt, builder, listed)
            else:
                builder.emit(map_inputs(stmt, lambda a: a, lambda inner, on=on: self.block(inner, on)))  # type: ignore
            self.scope.update(outputs_of(stmt))
            if isinstance(stmt, Apply) and stmt.op.name in _NEED_AN_ARRAY:
                self.absent.difference_update(stmt.inputs[:1])
        self.read, self.scope, self.coming, self.absent = outer
        return replace(block, stmts=tuple(builder.stmts))

    def look_ahead(self, block: Block) -> None:
        """Note what later loops save by the arrays that are handed on to them, and what they read."""
        for stmt in reversed(block.stmts):
            if isinstance(stmt, For) and _is_reverse(stmt):
                groups = self.groups(stmt)
                self.coming[:0] = dict.fromkeys(self.reads(stmt, set(groups)).values())
                for init, param, out in zip(stmt.init, split_params(stmt)[1], stmt.outputs):
                    if param in groups and groups[param].good and self.uses[init] == 1:
                        after = self.after(out)
                        self.ahead[init] = _Ahead(groups[param].saved + after.saved, after.wanted)

    def after(self, out: Value) -> _Ahead:
        return self.ahead.get(out) or _Ahead(wanted=self.uses[out] > 0)

    def loop(self, loop: For, builder: Builder, listed: dict[Atom, Value]) -> None:
        """The loop with lists, with what goes into them before it and what comes out of them after it."""
        _, carried = split_params(loop)
        groups = self.groups(loop)
        places = [k for k, p in enumerate(carried) if p in groups]
        for k in places:
            groups[carried[k]].good &= self.worth(loop, k, groups[carried[k]], listed)
        turned = {k for k in places if groups[carried[k]].good}
        mapping: dict[Value, Value] = {}
        for group in {id(g): g for g in groups.values() if g.good}.values():
            for value in group.members:
                kind = to_list.kinds((value.kind,))[0]
                mapping[value] = Value(kind, value.hint, value.base, value.suffix)
        reads = self.reads(loop, set(groups))
        init: list[Atom] = [*loop.init]
        for k in sorted(turned):
            at = loop.init[k]
            alone = self.uses[at] == 1  # what was listed is written to from here on
            init[k] = listed[at] if alone and at in listed else self.made(at, carried[k], builder)
        wanted = dict.fromkeys(reads.values())
        for array in (*wanted, *(self.coming if turned or wanted else ())):
            if array in wanted and array in listed:
                self.read[array] = listed[array]  # nobody writes to it: the array is read here as well
            elif array in wanted or array in self.scope and array not in listed:  # what is listed once stands together
                if array not in self.read:
                    self.read[array] = _emitted(builder, array, Value(array.kind, base=array, suffix="_list"))
        lists = {array: self.read[array] for array in wanted}
        outputs: list[Value] = []
        for k, out in enumerate(loop.outputs):
            outputs.append(_like(mapping[carried[k]], out) if k in turned else out)
        rewritten = _Rewriter(mapping, {read: lists[array] for read, array in reads.items()})
        self.depth += 1
        body = self.block(rewritten.block(loop.body), True)
        self.depth -= 1
        builder.emit(replace(loop, init=tuple(init), body=body, outputs=tuple(outputs)))
        for k in sorted(turned):
            like: tuple[Atom, ...] = ()
            if len(shape_of(loop.outputs[k].kind)) > 1:
                like = (self.shape_lender(loop.init[k], (loop.outputs[k], carried[k]), lists),)
            builder.emit(Apply(from_list, (outputs[k], *like), (loop.outputs[k],)))
            listed[loop.outputs[k]] = outputs[k]

    def made(self, init: Atom, param: Value, builder: Builder) -> Value:
        """The list that the loop begins with."""
        maker = self.makers.get(init)  # type: ignore[arg-type]
        if maker is not None and maker.op.name == "zeros_like":
            init = builder.apply(maker.op, *maker.inputs)
        return _emitted(builder, init, param)

    def shape_lender(self, init: Atom, versions: Iterable[Value], others: Iterable[Value]) -> Atom:
        """An array of the same shape that is there anyway."""
        at: Atom | None = init
        while isinstance(at, Value):
            maker, at = self.makers.get(at), self.before.get(at)
            if maker is not None and maker.op.name == "zeros_like" and self.lengths().same(init, maker.inputs[0]):
                return maker.inputs[0]
        # an adjoint has the shape of its primal
        primals = [v.base for v in (init, *versions) if isinstance(v, Value) and v.base is not None]
        alike = [*(p for p in primals if p in self.scope), *others, *self.params]
        return next((a for a in alike if any(self.lengths().same(a, b) for b in (init, *primals))), init)

    # --- which arrays -------------------------------------------------------------------------------------------------

    def groups(self, loop: For) -> dict[Atom, _Group]:
        """The versions of arrays that the loop carries: those that are good are touched by single elements only."""
        _, carried = split_params(loop)
        joined = _Joined()
        for at in _loops_and_branches(loop):
            for a, b in _meetings(at):
                joined.join(a, b)
        for stmt in all_stmts(loop.body):
            if isinstance(stmt, Apply) and stmt.op.name in ("index_add", "index_set"):
                joined.join(stmt.inputs[0], stmt.out)
        inside = defined_in(loop.body)
        odd = [b for at in _loops_and_branches(loop) for a, b in _meetings(at) if a not in inside and at is not loop]
        odd += [p for p, init in zip(carried, loop.init) if not isinstance(init, Value)]
        found: dict[Value, _Group] = {}
        for param in carried:
            if _is_wanted(param):
                group = found.setdefault(joined.find(param), _Group())
                group.good = group.good and param.suffix == "_bar"
        for value in joined.values():
            root = joined.find(value)
            if root in found and value in inside:
                found[root].members.setdefault(value)
        groups: dict[Atom, _Group] = {value: group for group in found.values() for value in group.members}
        self.look_at_uses(loop, groups, odd)
        for group in found.values():
            group.saved = self.saved(group.accesses, loop)
        return groups

    def look_at_uses(self, loop: For, groups: Mapping[Atom, _Group], odd: Iterable[Atom]) -> None:
        """Note the accesses to elements, and that a group is not good if something else is done with it.

        `odd` are those into which something comes from outside, other than as what the loop begins with.
        """

        def spoil(atoms: Iterable[Atom]) -> None:
            for atom in atoms:
                if atom in groups:
                    groups[atom].good = False

        spoil(odd)
        for stmt in (loop, *all_stmts(loop.body)):
            if isinstance(stmt, Apply) and _is_access(stmt):
                if stmt.inputs[0] in groups:
                    groups[stmt.inputs[0]].accesses.append(stmt)
                else:
                    spoil(stmt.outputs)
                if stmt.op.name == "getitem" and stmt.out in self.numpy:
                    spoil(stmt.inputs[:1])
            elif isinstance(stmt, (Apply, Call)):
                spoil((*stmt.inputs, *stmt.outputs))
            elif isinstance(stmt, (For, While)):
                items, _ = split_params(stmt)
                spoil((*items, *stmt.body.results[len(stmt.init) :]))
                spoil(walk.source for walk in (stmt.xs if isinstance(stmt, For) else ()))

    def reads(self, loop: For, carried: Iterable[Atom]) -> dict[Apply, Value]:
        """The reads of elements of arrays that stand before the loop, with the arrays."""
        inside = {*defined_in(loop.body), *carried}
        found: dict[Value, list[Apply]] = {}
        for stmt in all_stmts(loop.body):
            if isinstance(stmt, Apply) and stmt.op.name == "getitem" and _is_access(stmt):
                array = stmt.inputs[0]
                if isinstance(array, Value) and array not in inside and stmt.out not in self.numpy:
                    found.setdefault(array, []).append(stmt)
        good = {
            array: reads
            for array, reads in found.items()
            if array not in self.absent and self.saved(reads, loop) > _MARGIN_READ * _THERE
        }
        return {read: array for array, reads in good.items() for read in reads}

    def worth(self, loop: For, k: int, group: _Group, listed: Mapping[Atom, Value]) -> bool:
        """Whether what the accesses save is more than what it costs to list all elements."""
        if loop.init[k] in self.absent:
            return False
        if self.uses[loop.init[k]] == 1 and loop.init[k] in listed:
            return True
        after = self.after(loop.outputs[k])
        if after.wanted and self.depth:
            return False  # arrays made in each trip are small
        return group.saved + after.saved > _MARGIN * (_THERE + _BACK * after.wanted)

    def saved(self, accesses: list[Apply], loop: For) -> float:
        """The time that lists save for each element of an array, if the accesses go through all of it."""
        saved = 0.0
        around = _around(loop)
        for access in accesses:
            nest, rank = around[access], len(shape_of(access.inputs[0].kind))
            at = access.inputs[1 if access.op.name == "getitem" else 2 :]
            through = [self.goes_through(index, nest) for index in at]
            loops = {one for one in through if one is not None}
            each = len(loops) == rank or len(loops) >= 1 and len(loops) == len(at) and len(nest) >= rank
            if each:
                saved += _SAVED[access.op.name][min(rank, 2) - 1] * (10 if len(nest) > rank else 1)
        return saved

    def goes_through(self, index: Atom, nest: tuple[Value, ...]) -> Value | None:
        """The index of the loop whose trips this one counts, up to an offset, if it runs along lengths of arrays."""
        while isinstance(index, Value):
            if index in self.trips:
                return index if index in nest and self.is_length(index) else None
            made = self.makers.get(index)
            if made is None or made.op.name not in ("add", "sub") or not isinstance(made.inputs[1], Const):
                break
            index = made.inputs[0]
        return None

    def is_length(self, atom: Atom) -> bool:
        """Whether it is the length of an array, or counts up to one, give or take a constant."""
        trips = self.trips.get(atom)  # type: ignore[arg-type]
        if trips is not None:
            ends = (trips.start, trips.stop)
            return all(isinstance(a, Const) or self.is_length(a) for a in ends) and any(map(self.is_length, ends))
        made = self.makers.get(atom)  # type: ignore[arg-type]
        if made is not None and made.op.name in ("add", "sub"):
            return any(map(self.is_length, made.inputs))
        return made is not None and made.op.name in ("shape_item", "array_len", "np.size")


def _is_reverse(loop: For) -> bool:
    return any(p.suffix == "_bar" for p in split_params(loop)[1])


def _is_wanted(value: Value) -> bool:
    kind = value.kind
    return isinstance(kind, Array) and kind.dtype == "float64" and 1 <= kind.rank <= _MOST_AXES


def _is_access(stmt: Apply) -> bool:
    """Whether it is about one element of an array of floats."""
    if stmt.op.name not in ELEMENTS or not _is_wanted(stmt.inputs[0]):  # type: ignore[arg-type]
        return False
    first = 1 if stmt.op.name == "getitem" else 2
    index = dict(stmt.params).get("index", ())
    if len(index) != len(shape_of(stmt.inputs[0].kind)) or not all(a.kind == INT for a in stmt.inputs[first:]):
        return False
    if first == 2 and stmt.inputs[1].kind not in (FLOAT, Array("float64", ())):
        return False  # an array would turn it into its own kind
    return all(type(e) is int or isinstance(e, tuple) and e[0] == "in" for e in index)


def _loops_and_branches(loop: For) -> Iterator[For | While | If]:
    yield loop
    for stmt in all_stmts(loop.body):
        if isinstance(stmt, (For, While, If)):
            yield stmt


def _meetings(stmt: For | While | If) -> Iterator[tuple[Atom, Atom]]:
    """What becomes what where a trip or a branch begins and ends."""
    if isinstance(stmt, If):
        for out, a, b in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
            yield from ((a, out), (b, out))
        return
    for k, param in enumerate(split_params(stmt)[1]):
        yield from ((stmt.init[k], param), (stmt.body.results[k], param), (param, stmt.outputs[k]))
        if isinstance(stmt, While):
            yield param, stmt.cond.params[k]


def _around(loop: For) -> dict[Stmt, tuple[Value, ...]]:
    """The indices, or first params, of the loops around each statement, from this one inwards."""
    found: dict[Stmt, tuple[Value, ...]] = {}

    def inside(block: Block, nest: tuple[Value, ...]) -> None:
        for stmt in block.stmts:
            found[stmt] = nest
            for inner in blocks_of(stmt):
                inside(inner, (*nest, *inner.params[:1]) if isinstance(stmt, For) else nest)

    inside(loop.body, loop.body.params[:1])
    return found


def _like(pattern: Atom, named: Value) -> Value:
    return Value(pattern.kind, named.hint, named.base, named.suffix)


def _emitted(builder: Builder, array: Atom, named: Value) -> Value:
    out = Value(to_list.kinds((array.kind,))[0], named.hint, named.base, named.suffix)
    builder.emit(Apply(to_list, (array,), (out,)))
    return out


class _Joined:
    """Arrays of floats that are one, at different times."""

    def __init__(self) -> None:
        self.parent: dict[Value, Value] = {}

    def values(self) -> list[Value]:
        return list(self.parent)

    def find(self, value: Value) -> Value:
        self.parent.setdefault(value, value)
        return representative(self.parent, value)

    def join(self, a: Atom, b: Atom) -> None:
        if isinstance(a, Value) and isinstance(b, Value) and _is_wanted(a) and _is_wanted(b):
            self.parent[self.find(a)] = self.find(b)


class _Rewriter:
    """The body of a loop with lists in the place of arrays."""

    def __init__(self, mapping: Mapping[Value, Value], reads: Mapping[Stmt, Value]) -> None:
        self.mapping, self.reads = mapping, reads

    def atom(self, atom: Atom) -> Atom:
        return self.mapping.get(atom, atom) if isinstance(atom, Value) else atom

    def values(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(self.mapping.get(value, value) for value in values)

    def block(self, block: Block) -> Block:
        stmts = tuple(map(self.stmt, block.stmts))
        return Block(self.values(block.params), stmts, tuple(map(self.atom, block.results)))

    def stmt(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, Section):
            return stmt
        if isinstance(stmt, Apply):
            array = stmt.inputs[0] if stmt.inputs else None
            listed = self.reads.get(stmt) or (self.mapping.get(array) if isinstance(array, Value) else None)
            if listed is None:
                return stmt
            inputs = (listed, *stmt.inputs[1:])
            return replace(stmt, op=ELEMENTS[stmt.op.name], inputs=inputs, outputs=self.values(stmt.outputs))
        stmt = map_inputs(stmt, self.atom, self.block)
        return stmt if isinstance(stmt, Section) else replace(stmt, outputs=self.values(stmt.outputs))
