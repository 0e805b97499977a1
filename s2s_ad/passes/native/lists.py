"""Lists become arrays, and every loop counts: `for i in range(...)`, which takes what it walks by its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from s2s_ad.analysis.activity import split_params
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import ANY, INT, Array, Kind, List
from s2s_ad.ir.nodes import Absent, Apply, Atom, Block, Call, Const, For, Function, If, Range, Stmt, Value, Walk, While
from s2s_ad.ir.walk import all_stmts, map_inputs, outputs_of
from s2s_ad.ops.native import is_number, kind_in_array
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.bound import placeholder
from s2s_ad.passes.native.list_operations import on_arrays
from s2s_ad.passes.native.origins import Origins
from s2s_ad.passes.native.storage import (
    Flat,
    Grid,
    Part,
    Parts,
    Reading,
    Rows,
    Storage,
    at,
    depth_of,
    flat,
    grid,
    innermost,
    minus,
    plus,
)

Sinks = dict[Value, Storage]  # a list that is made in a block, and where the loop around the block keeps it
MINUS_ONE = Const(-1, INT)


def without_lists(function: Function) -> Function:
    """The function with arrays for its lists; what stays a list is written as one."""
    return _Lists(function).function()


def refused(what: str, stmt: Stmt | None = None) -> UnsupportedError:
    return UnsupportedError(
        f"native code has no {what}", span=getattr(stmt, "span", None), remedy='Use backend="numpy" for this function.'
    )


class _Lists:
    def __init__(self, function: Function) -> None:
        self.whole = function
        self.origins = Origins(function.body)
        self.raw = self.origins.appended()  # lists that grow item by item in the user's own code stay lists
        self.readings: dict[Value, Reading] = {}
        self.env: dict[Value, Atom] = {}
        self.packed = {
            a for s in all_stmts(function.body) if isinstance(s, Apply) and s.op.name == "pack" for a in s.inputs
        } | set(function.body.results)

    def function(self) -> Function:
        params = []
        for value in self.whole.body.params:
            if isinstance(value.kind, List) and value not in self.raw:
                if depth_of(value.kind) > 1 or not is_number(value.kind.item):
                    raise refused("arguments that are lists of lists or of arrays")
                array = Value(Array(kind_in_array(value.kind.item), (ANY,)), value.hint, value.base, value.suffix)
                self.readings[value] = Rows(array)
                value = array
            params.append(value)
        builder = Builder()
        self.block(builder, self.whole.body.stmts, {})
        results = tuple(self.result(builder, a) for a in self.whole.body.results)
        return replace(self.whole, body=builder.block(params, results))

    def result(self, builder: Builder, atom: Atom) -> Atom:
        """What goes out of the function, or into a record."""
        found = self.readings.get(atom) if isinstance(atom, Value) else None
        if found is None:
            return placeholder(builder, atom.kind) if isinstance(atom, Absent) else self.atom(atom)
        if isinstance(found, Parts) or isinstance(found, Rows) and depth_of(atom.kind) > 1:
            raise refused("lists of lists as results")
        return found.array_of(builder)

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Value) and atom in self.env:
            atom = self.env[atom]
        return atom

    def reading(self, atom: Atom) -> Reading | None:
        return self.readings.get(atom) if isinstance(atom, Value) else None

    # --- blocks ---------------------------------------------------------------------------------------------------

    def block(self, builder: Builder, stmts: Iterable[Stmt], sinks: Sinks) -> None:
        """Append the statements; what the block makes of the lists in `sinks` is added to their storage."""
        for stmt in stmts:
            builder.span = getattr(stmt, "span", None)
            if isinstance(stmt, If):
                self.branch(builder, stmt, sinks)
            elif isinstance(stmt, (For, While)):
                self.loop(builder, stmt, sinks)
            elif isinstance(stmt, Apply) and (stmt.op.name in ("pack", "unpack") or self.has_list(stmt)):
                self.operation(builder, stmt)
            elif isinstance(stmt, Call):
                builder.emit(self.call(builder, stmt))
            else:
                builder.emit(map_inputs(stmt, self.atom, lambda b: b))

    def has_list(self, stmt: Apply) -> bool:
        return any(isinstance(a.kind, List) and a not in self.raw for a in (*stmt.inputs, *stmt.outputs))

    def operation(self, builder: Builder, stmt: Apply) -> None:
        if stmt.op.name == "pack":
            fields: list[Atom] = []
            for a in stmt.inputs:
                found = self.reading(a)
                fields += [self.result(builder, a)] if found is None else _canonical(builder, found).atoms
            builder.emit(replace(stmt, inputs=tuple(fields)))
        elif stmt.op.name == "unpack":
            outs: list[Value] = []
            for value in stmt.outputs:
                depth = depth_of(value.kind)
                if not depth or value in self.raw:
                    outs.append(value)
                    continue
                item = innermost(value.kind)
                data = _like(value, Array(kind_in_array(item), (ANY,)) if is_number(item) else List(item))
                bounds = [_like(value, Array("int64", (ANY,)), f"_{k}") for k in range(2 * (depth - 1))]
                found = _unpacked(data, bounds)
                outs += [data, *bounds] if isinstance(found, Parts) else [data]
                self.readings[value] = found
            kinds = tuple(v.kind for v in outs)
            builder.emit(replace(stmt, inputs=tuple(map(self.atom, stmt.inputs)), outputs=tuple(outs), params=(("kinds", kinds),)))
        else:
            self.on_lists(builder, stmt)

    def on_lists(self, builder: Builder, stmt: Apply) -> None:
        """An operation on lists, done on arrays."""
        out = stmt.outputs[0]
        name = stmt.op.name
        if name == "list_len" and (found := self.reading(stmt.inputs[0])) is not None:
            self.env[out] = found.length(builder)
            return
        if name == "list_get" and (found := self.reading(stmt.inputs[0])) is not None:
            place = self.atom(stmt.inputs[1])
            if isinstance(place, Const) and place.value < 0:
                place = plus(builder, found.length(builder), place)
            item = found.item(builder, place, out.kind)
            if isinstance(item, (Rows, Part, Parts)):
                self.readings[out] = item
            else:
                self.env[out] = item
            return
        arrays: list[Atom] = []
        for a in stmt.inputs:
            found = self.reading(a)
            if found is None and isinstance(a.kind, List):
                raise refused(f"{name} of a list that is not one of numbers", stmt)
            if isinstance(found, Parts) or found is not None and depth_of(a.kind) > 1:
                raise refused(f"{name} of lists of lists", stmt)
            arrays.append(self.atom(a) if found is None else found.array_of(builder))
        made = on_arrays(builder, stmt, arrays)
        if made is None:
            raise refused(f"{name} as it is used here", stmt)
        if isinstance(out.kind, List):
            self.readings[out] = Rows(made)
        else:
            self.env[out] = made

    def call(self, builder: Builder, stmt: Call) -> Call:
        inputs = tuple(self.result(builder, a) for a in stmt.inputs)
        outputs = []
        for out in stmt.outputs:
            if isinstance(out.kind, List):
                if depth_of(out.kind) > 1 or not is_number(out.kind.item):
                    raise refused("functions that return lists of lists", stmt)
                array = _like(out, Array(kind_in_array(out.kind.item), (ANY,)))
                self.readings[out] = Rows(array)
                out = array
            outputs.append(out)
        return replace(stmt, inputs=inputs, outputs=tuple(outputs))

    # --- branches -------------------------------------------------------------------------------------------------

    def branch(self, builder: Builder, stmt: If, sinks: Sinks) -> None:
        kept = [k for k, out in enumerate(stmt.outputs) if out in sinks]
        free = [k for k, out in enumerate(stmt.outputs) if self.is_list(out) and k not in kept]
        plain = [k for k in range(len(stmt.outputs)) if k not in kept and k not in free]
        sides = []
        for side in (stmt.then, stmt.orelse):
            inner, inside = Builder(stmt.span), _sinks({side.results[k]: sinks[stmt.outputs[k]] for k in kept}, kept, side, stmt)
            before = dict(inside)
            self.block(inner, side.stmts, inside)
            states = []
            for k in kept:
                storage = self.kept(inner, side.results[k], before, inside) or sinks[stmt.outputs[k]]
                states.append(storage)
            sides.append((inner, side, states, [self.reading(side.results[k]) for k in free]))
        forms = self.forms(sides, stmt)
        blocks = []
        for inner, side, states, readings in sides:
            results = [self.there(inner, side.results[k]) for k in plain]
            results += [value for storage in states for value in storage.state]
            for form, found in zip(forms, readings):
                results += _in_form(inner, form, found)
            blocks.append(inner.block((), results))
        outputs = [stmt.outputs[k] for k in plain]
        for k in kept:
            state = tuple(replace(v) for v in sinks[stmt.outputs[k]].state)
            sinks[stmt.outputs[k]] = sinks[stmt.outputs[k]].with_state(state)
            outputs += state
        for k, form in zip(free, forms):
            out = stmt.outputs[k]
            fresh = tuple(_like(out, a.kind, f"_{n}" if n else "") for n, a in enumerate(form.atoms))
            self.readings[out] = form.with_atoms(fresh)
            outputs += fresh
        builder.emit(If(self.atom(stmt.cond), blocks[0], blocks[1], tuple(outputs), stmt.span))

    def is_list(self, value: Value) -> bool:
        return isinstance(value.kind, List) and value not in self.raw

    def there(self, builder: Builder, atom: Atom) -> Atom:
        return placeholder(builder, atom.kind) if isinstance(atom, Absent) else self.atom(atom)

    def forms(self, sides: list[tuple[Builder, Block, list[Storage], list[Reading | None]]], stmt: If) -> list[Reading]:
        """What both sides leave of each list: arrays where they differ."""
        found = []
        for a, b in zip(sides[0][3], sides[1][3]):
            if a is not None and b is not None and type(a) is not type(b):
                if isinstance(a, Parts) or isinstance(b, Parts):
                    raise refused("lists of lists that two branches make in different ways", stmt)
                form: Reading = a if isinstance(a, Rows) else b
            else:
                form = a or b or Rows(Value(Array("float64", (ANY,))))
            found.append(form)
        return found

    def kept(self, builder: Builder, result: Atom, before: Sinks, after: Sinks) -> Storage | None:
        """Storage with the list in it: added where it was made, else item by item here."""
        if not isinstance(result, Value):
            return None
        if after[result] is not before[result]:
            return after[result]
        found = self.reading(result)
        storage = after[result]
        if found is None or depth_of(result.kind) > 1:
            raise refused("list of lists that is made elsewhere")
        length = found.length(builder)
        storage = storage.reserve(builder, length)
        state = tuple(replace(v) for v in storage.state)
        inner, place = Builder(builder.span), Value(INT)
        item = found.item(inner, place, innermost(result.kind))
        assert not isinstance(item, (Rows, Part, Parts))
        ends = storage.with_state(state).put(inner, place, item).state
        outs = tuple(replace(v) for v in storage.state)
        trips = Range(ZERO_INT, length, ONE_INT)
        builder.emit(For(trips, False, (), storage.state, inner.block((place, *state), ends), outs, span=builder.span))
        return storage.with_state(outs)

    # --- loops ----------------------------------------------------------------------------------------------------

    def loop(self, builder: Builder, stmt: For | While, sinks: Sinks) -> None:
        n, m = len(stmt.init), len(stmt.outputs)
        carried = split_params(stmt)[1]
        arrays = [k for k in range(n) if self.is_list(carried[k])]
        init = [self.carried(builder, a, k in arrays) for k, a in enumerate(stmt.init)]
        params = [self.array_param(p) if k in arrays else p for k, p in enumerate(carried)]
        inner = Builder(stmt.span)
        counting = _Counting(self, builder, inner, stmt) if isinstance(stmt, For) else None
        trips = counting.trips() if counting is not None else None
        storages: list[Storage] = []
        before = []
        for k in range(n, m):
            storage = sinks.get(stmt.outputs[k]) or self.make(builder, stmt, k, trips)
            before.append(storage)
            storages.append(storage.reserve(builder, trips))
        states = [tuple(replace(v) for v in storage.state) for storage in storages]
        inside: Sinks = {}
        trip: Atom = counting.trip() if counting is not None and storages else ZERO_INT
        started = [storage.with_state(state) for storage, state in zip(storages, states)]
        lists = [k for k in range(n, m) if isinstance(stmt.body.results[k].kind, List) and stmt.body.results[k] not in self.raw]
        opened = {stmt.body.results[k]: started[k - n].open(trip) for k in lists}
        inside = _sinks(opened, lists, stmt.body, stmt)
        at_start = dict(inside)
        if counting is not None:
            counting.items()
        self.block(inner, stmt.body.stmts, inside)
        inner.span = stmt.span
        ends: list[Value] = []
        for k in range(n, m):
            result, storage = stmt.body.results[k], started[k - n]
            if k in lists:
                made = self.kept(inner, result, at_start, inside) or storage.open(trip)
                storage = storage.close(inner, trip, made)
            else:
                storage = storage.put(inner, trip, self.there(inner, result))
            ends += storage.state
        results = [self.carried(inner, a, k in arrays) for k, a in enumerate(stmt.body.results[:n])]
        stop = [self.atom(stmt.body.results[-1])] if stmt.stops else []
        outs = [replace(out) if k in arrays else out for k, out in enumerate(stmt.outputs[:n])]
        outs = [_like(out, params[k].kind) if k in arrays else out for k, out in enumerate(outs)]
        finals = [tuple(replace(v) for v in storage.state) for storage in storages]
        for k in arrays:
            self.readings[stmt.outputs[k]] = Rows(outs[k])
        flat_states = tuple(v for state in states for v in state)
        whole_init = (*init, *(v for storage in storages for v in storage.state))
        outputs = (*outs, *(v for final in finals for v in final))
        body = inner.block((*(counting.lead if counting is not None else ()), *params, *flat_states), (*results, *ends, *stop))
        if counting is not None:
            builder.emit(For(counting.range, False, (), whole_init, body, outputs, stmt.stops, stmt.span))
        else:
            assert isinstance(stmt, While)
            asked = Builder(stmt.span)
            cond_params = [self.array_param(p) if k in arrays else p for k, p in enumerate(stmt.cond.params)]
            self.block(asked, stmt.cond.stmts, {})
            cond_params += [replace(v) for v in flat_states]
            cond = asked.block(cond_params, tuple(map(self.atom, stmt.cond.results)))
            builder.emit(While(whole_init, cond, body, outputs, stmt.stops, stmt.span))
        for k, old, storage, final in zip(range(n, m), before, storages, finals):
            self.finished(builder, stmt.outputs[k], old, storage.with_state(final), sinks)

    def finished(self, builder: Builder, y: Value, old: Storage, new: Storage, sinks: Sinks) -> None:
        if y not in sinks:
            self.readings[y] = new.read(builder)
            return
        sinks[y] = new
        if isinstance(new, Grid):
            row = builder.apply(OPS["getitem"], new.array, *new.places, index=at(*new.places))
            self.readings[y] = Rows(row)
        elif new.depth == 1 and isinstance(old, Flat):
            self.readings[y] = Part(new.data, old.used, new.used)

    def carried(self, builder: Builder, atom: Atom, as_array: bool) -> Atom:
        if not as_array:
            return self.there(builder, atom)
        found = self.reading(atom)
        if found is None:
            return placeholder(builder, Array(kind_in_array(innermost(atom.kind)), (ANY,)))
        if isinstance(found, Parts) or depth_of(atom.kind) > 1:
            raise refused("loop that carries a list of lists")
        return found.array_of(builder)

    def array_param(self, param: Value) -> Value:
        if depth_of(param.kind) > 1 or not is_number(innermost(param.kind)):
            raise refused("loop that carries a list of lists or of arrays")
        array = _like(param, Array(kind_in_array(innermost(param.kind)), (ANY,)))
        self.readings[param] = Rows(array)
        return array

    def make(self, builder: Builder, stmt: For | While, k: int, trips: Atom | None) -> Storage:
        """Storage for a list that no loop around keeps."""
        y = stmt.outputs[k]
        return self.storage(builder, stmt, k, trips, depth_of(y.kind), innermost(y.kind), y)

    def storage(
        self, builder: Builder, stmt: For | While, k: int, trips: Atom | None, depth: int, item: Kind, like: Value
    ) -> Storage:
        inner = self.origins.counts(stmt, stmt.body.results[k], depth - 1)
        shaped = None if is_number(item) else self.origins.shape_before(stmt, stmt.body.results[k], depth - 1)
        fits = is_number(item) or shaped is not None
        if trips is not None and inner is not None and fits and not (depth > 1 and like in self.packed):
            sizes = [trips, *(self.count(builder, r) for r in inner)]
            return grid(builder, like, item, sizes, None if shaped is None else self.atom(shaped))
        if depth == 1:
            return flat(builder, like, item)
        starts, ends = (
            self.storage(builder, stmt, k, trips, depth - 1, INT, _like(like, List(INT), suffix))
            for suffix in ("_start", "_end")
        )
        return flat(builder, like, item, starts, ends, depth)

    def count(self, builder: Builder, r: Range) -> Atom:
        """How many trips a range has."""
        start, stop, step = (self.atom(a) for a in (r.start, r.stop, r.step))
        if not (isinstance(step, Const) and step.value == 1):
            return builder.apply(OPS["trip_count"], start, stop, step)
        count = minus(builder, stop, start)
        if isinstance(count, Const):
            return Const(max(count.value, 0), INT)
        return count if self.origins.is_length(count) else builder.apply(OPS["not_negative"], count)


class _Counting:
    """A loop as one over a range: how it counts, and where in what it walks a trip finds its item."""

    def __init__(self, lists: _Lists, outer: Builder, inner: Builder, stmt: For) -> None:
        self.lists, self.outer, self.inner, self.stmt = lists, outer, inner, stmt
        items = split_params(stmt)[0]
        self.index = items[0] if stmt.trips is not None else None
        self.walked = items[len(items) - len(stmt.xs) :]
        self.sources = [self.source(walk) for walk in stmt.xs]
        uneven = not stmt.even and len(stmt.xs) + (stmt.trips is not None) > 1
        step = lists.atom(stmt.trips.step) if stmt.trips is not None else ONE_INT
        if stmt.trips is not None and not uneven and isinstance(step, Const) and step.value == 1:
            self.start, self.stop = lists.atom(stmt.trips.start), lists.atom(stmt.trips.stop)
            self.down = stmt.reverse
            counter: Value | None = self.index
            self.number: Atom | None = None
        else:
            self.start = ZERO_INT
            self.number = self.stop = self.least()
            self.down = stmt.trips is None and not uneven and all(walk.reverse for walk in stmt.xs)
            counter = None
        self.uneven = uneven
        self.counter = counter if counter is not None else Value(INT)
        self.lead = (self.counter,)
        last, first = minus(outer, self.stop, ONE_INT), minus(outer, self.start, ONE_INT)
        self.range = Range(last, first, MINUS_ONE) if self.down else Range(self.start, self.stop, ONE_INT)
        self._trip: Atom | None = None

    def source(self, walk: Walk) -> Reading | None:
        """How the items are read; None of a list that stays one."""
        found = self.lists.reading(walk.source)
        if found is None and not isinstance(walk.source.kind, List):
            return Rows(self.lists.atom(walk.source))
        return found

    def length(self, k: int) -> Atom:
        source = self.sources[k]
        if source is None:
            return self.outer.apply(OPS["list_len"], self.lists.atom(self.stmt.xs[k].source))
        return source.length(self.outer)

    def least(self) -> Atom:
        """The number of trips: of the shortest."""
        stmt = self.stmt
        counts = [self.lists.count(self.outer, stmt.trips)] if stmt.trips is not None else []
        counts += [self.length(k) for k in range(len(self.sources) if not (stmt.even and counts) else 0)]
        if stmt.even:
            return counts[0]
        least = counts[0]
        for count in counts[1:]:
            least = self.outer.apply(OPS["lesser"], least, count)
        return least

    def trips(self) -> Atom | None:
        """The number of trips; None where it is known only afterwards."""
        if self.stmt.stops:
            return None
        if self.number is None:
            assert self.stmt.trips is not None
            self.number = self.lists.count(self.outer, self.stmt.trips)
        return self.number

    def trip(self) -> Atom:
        """The number of trips before this one."""
        if self._trip is None:
            place = minus(self.inner, self.counter, self.start)
            self._trip = minus(self.inner, minus(self.outer, self.stop, ONE_INT), self.counter) if self.down else place
        return self._trip

    def items(self) -> None:
        """Bind the index and what is walked."""
        stmt, inner, lists = self.stmt, self.inner, self.lists
        if self.index is not None and self.counter is not self.index:
            assert stmt.trips is not None
            start, step = lists.atom(stmt.trips.start), lists.atom(stmt.trips.step)
            place = self.trip()
            if stmt.reverse:
                last = minus(self.outer, lists.count(self.outer, stmt.trips), ONE_INT)
                place = minus(inner, last, place)
            moved = place if isinstance(step, Const) and step.value == 1 else inner.apply(OPS["mul"], place, step)
            lists.env[self.index] = plus(inner, start, moved)
        for k, (walk, source, item) in enumerate(zip(stmt.xs, self.sources, self.walked)):
            place = self.place(walk, k)
            if source is None:
                lists.env[item] = inner.apply(OPS["list_get"], lists.atom(walk.source), place)
                continue
            found = source.item(inner, place, item.kind)
            if isinstance(found, (Rows, Part, Parts)):
                lists.readings[item] = found
            else:
                lists.env[item] = _named(inner, found, item)

    def place(self, walk: Walk, k: int) -> Atom:
        if not walk.reverse:
            return self.trip()
        if self.uneven or self.down is False:
            last = minus(self.outer, self.length(k), ONE_INT)
            return minus(self.inner, last, self.trip())
        return minus(self.inner, self.counter, self.start)  # both go down together


def _sinks(found: Sinks, places: list[int], block: Block, stmt: Stmt) -> Sinks:
    values = [block.results[k] for k in places if isinstance(block.results[k], Value)]
    if len(set(values)) < len(values):
        raise refused("loop that saves one list twice", stmt)
    return {value: storage for value, storage in found.items() if isinstance(value, Value)}


def _named(builder: Builder, atom: Atom, like: Value) -> Atom:
    """The item under the name that it has in the program."""
    last = builder.stmts[-1]
    if isinstance(last, Apply) and last.outputs == (atom,):
        named = Value(atom.kind, like.hint, like.base, like.suffix)
        builder.stmts[-1] = replace(last, outputs=(named,))
        return named
    return atom


def _like(value: Value, kind: Kind, more: str = "") -> Value:
    """A value of another kind under the same name."""
    return Value(kind, base=value, suffix=more) if more else Value(kind, value.hint, value.base, value.suffix)


def _canonical(builder: Builder, found: Reading) -> Reading:
    """The form in which a list goes into a record: one array, or for lists of lists as `Parts` of whole arrays."""
    if not isinstance(found, Parts):
        return Rows(found.array_of(builder))
    data = found.data
    return Parts(data, _canonical(builder, found.starts), _canonical(builder, found.ends))


def _unpacked(data: Value, bounds: list[Value]) -> Reading:
    if not bounds:
        return Rows(data)
    half = len(bounds) // 2
    return Parts(data, _unpacked(bounds[0], bounds[1:half]), _unpacked(bounds[half], bounds[half + 1 :]))


def _in_form(builder: Builder, form: Reading, found: Reading | None) -> list[Atom]:
    if found is None:
        return [placeholder(builder, a.kind) for a in form.atoms]
    if isinstance(form, Rows) and isinstance(found, Part):
        return [found.array_of(builder)]
    return list(found.atoms)
