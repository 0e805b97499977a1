"""Lists become arrays, and every loop counts: `for i in range(...)`, which takes what it walks by its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder
from s2s_ad.ir.kinds import ANY, INT, Array, Kind, List, is_number
from s2s_ad.ir.nodes import Apply, Atom, Call, For, Function, If, Range, Stmt, Value, While
from s2s_ad.ir.walk import map_inputs, outputs_of, split_params
from s2s_ad.ops.native import kind_in_array
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.bound import placeholder
from s2s_ad.passes.native.counting import Counting, Lowering
from s2s_ad.passes.native.kept import Kept, Side, Sinks, called_like, canonical, in_form, inside_of, refused, unpacked
from s2s_ad.passes.native.list_operations import on_arrays
from s2s_ad.passes.native.storage import (
    Flat,
    Grid,
    Part,
    Parts,
    Reading,
    Rows,
    Storage,
    depth_of,
    flat,
    grid,
    innermost,
    kind_of_rows,
)


def without_lists(function: Function) -> Function:
    """The function with arrays for its lists; what stays a list is written as one."""
    try:
        return _Lists(function).function()
    except UnsupportedError as error:
        if error.span is not None or function.span is None:
            raise
        # of what no line of the user's asked for, such as what a reverse sweep saves
        raise UnsupportedError(error.message, span=function.span, remedy=error.remedy) from None


class _Lists(Lowering):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.whole = function
        self.raw = self.origins.appended()  # lists that grow item by item in the user's own code stay lists
        self.packed = self.origins.recorded()

    def function(self) -> Function:
        params = []
        for value in self.whole.body.params:
            if isinstance(value.kind, List) and value in self.raw:
                raise refused("list that is an argument and grows")
            if isinstance(value.kind, List):
                if depth_of(value.kind) > 1 or not is_number(value.kind.item):
                    raise refused("arguments that are lists of lists or of arrays")
                array = Value(Array(kind_in_array(value.kind.item), (ANY,)), value.hint, value.base, value.suffix)
                self.readings[value] = Rows(array)
                value = array
            params.append(value)
        builder = Builder()
        self.block(builder, self.whole.body.stmts, Sinks())
        results = tuple(self.result(builder, a) for a in self.whole.body.results)
        return replace(self.whole, body=builder.block(params, results))

    def result(self, builder: Builder, atom: Atom) -> Atom:
        """What goes out of the function, or into a record."""
        found = self.readings.get(atom) if isinstance(atom, Value) else None
        if found is None:
            value = self.there(builder, atom)
            if isinstance(atom.kind, List):  # a list that has grown goes out as an array
                if depth_of(atom.kind) > 1 or not is_number(atom.kind.item):
                    raise refused("lists of lists or of arrays as results")
                return builder.apply(OPS["list_to_array"], value)
            return value
        if isinstance(found, Parts):
            raise refused("lists of lists as results")
        return found.array_of(builder)

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
        lists = (a for a in (*stmt.inputs, *stmt.outputs) if isinstance(a.kind, List))
        return any(a not in self.raw or a in self.readings for a in lists)

    def operation(self, builder: Builder, stmt: Apply) -> None:
        if stmt.op.name == "pack":
            fields: list[Atom] = []
            for a in stmt.inputs:
                found = self.reading(a)
                parts = (self.result(builder, a),) if found is None else canonical(builder, found).atoms
                if isinstance(a.kind, List) and len(parts) != 2 ** depth_of(a.kind) - 1:
                    raise refused("record for this list in it", stmt)
                fields += parts
            builder.emit(replace(stmt, inputs=tuple(fields)))
        elif stmt.op.name == "unpack":
            outs: list[Value] = []
            for value in stmt.outputs:
                depth = depth_of(value.kind)
                if not depth:
                    outs.append(value)
                    continue
                if value in self.raw:
                    raise refused("list that comes out of a record and grows", stmt)
                item = innermost(value.kind)
                rank = 0 if is_number(item) else item.rank  # type: ignore[attr-defined]
                data = called_like(value, Array(kind_in_array(item), (ANY,) * (1 + rank)))
                bounds = [called_like(value, Array("int64", (ANY,)), f"_{k}") for k in range(2**depth - 2)]
                found = unpacked(data, bounds)
                outs += [data, *bounds] if isinstance(found, Parts) else [data]
                self.readings[value] = found
            kinds = tuple(v.kind for v in outs)
            inputs = tuple(map(self.atom, stmt.inputs))
            builder.emit(replace(stmt, inputs=inputs, outputs=tuple(outs), params=(("kinds", kinds),)))
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
            place = builder.apply(OPS["checked_place"], place, found.length(builder))
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
            if isinstance(found, Parts):
                raise refused("way to change lists of lists of different lengths", stmt)
            arrays.append(self.atom(a) if found is None else found.array_of(builder))
        made = on_arrays(builder, stmt, arrays)
        if made is None:
            raise refused(f"{name} as it is used here", stmt)
        if out in self.raw:
            raise refused(f"{name} that makes a list which grows", stmt)
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
                array = called_like(out, Array(kind_in_array(out.kind.item), (ANY,)))
                self.readings[out] = Rows(array)
                out = array
            outputs.append(out)
        return replace(stmt, inputs=inputs, outputs=tuple(outputs))

    # --- branches -------------------------------------------------------------------------------------------------

    def branch(self, builder: Builder, stmt: If, sinks: Sinks) -> None:
        groups = sinks.groups(stmt.outputs)
        kept = {k for places in groups.values() for k in places}
        free = [k for k, out in enumerate(stmt.outputs) if self.is_list(out) and k not in kept]
        plain = [k for k in range(len(stmt.outputs)) if k not in kept and k not in free]
        sides: list[Side] = []
        for side in (stmt.then, stmt.orelse):
            inner = Builder(stmt.span)
            lists = {key: [side.results[k] for k in places] for key, places in groups.items()}
            inside = inside_of(lists, {key: sinks.storage[key] for key in groups}, stmt)
            self.block(inner, side.stmts, inside)
            storages = [self.kept(inner, lists[key], sinks.storage[key], inside.storage[key]) for key in groups]
            sides.append(Side(inner, side, storages, [self.reading(side.results[k]) for k in free]))
        forms = self.forms(sides, stmt)
        blocks = []
        for made in sides:
            results = [self.there(made.builder, made.block.results[k]) for k in plain]
            results += [value for storage in made.storages for value in storage.state]
            for form, found in zip(forms, made.readings):
                results += in_form(made.builder, form, found)
            blocks.append(made.builder.block((), results))
        outputs = [stmt.outputs[k] for k in plain]
        for key, places in groups.items():
            before = sinks.storage[key]
            state = tuple(replace(v) for v in before.state)
            sinks.storage[key] = before.with_state(state)
            outputs += state
            self.bind(builder, [stmt.outputs[k] for k in places], before, sinks.storage[key])
        for k, form in zip(free, forms):
            out = stmt.outputs[k]
            fresh = tuple(called_like(out, a.kind, f"_{n}" if n else "") for n, a in enumerate(form.atoms))
            self.readings[out] = form.with_atoms(fresh)
            outputs += fresh
        builder.emit(If(self.atom(stmt.cond), blocks[0], blocks[1], tuple(outputs), stmt.span))

    def bind(self, builder: Builder, values: Sequence[Value], before: Storage, after: Storage) -> None:
        """Say how lists are read again that have just been kept."""
        for member, value in enumerate(values):
            if isinstance(after, Grid) or after.depth == 1 or not isinstance(before, Flat):
                found = after.read(builder, member, before)
                if found is not None:
                    self.readings[value] = found

    def is_list(self, value: Value) -> bool:
        return isinstance(value.kind, List) and value not in self.raw

    def forms(self, sides: list[Side], stmt: If) -> list[Reading]:
        """What both sides leave of each list: arrays where they differ."""
        found = []
        for a, b in zip(sides[0].readings, sides[1].readings):
            if a is not None and b is not None and type(a) is not type(b):
                if isinstance(a, Parts) or isinstance(b, Parts):
                    raise refused("lists of lists that two branches make in different ways", stmt)
                form: Reading = a if isinstance(a, Rows) else b
            else:
                form = a or b or Rows(Value(Array("float64", (ANY,))))
            found.append(form)
        return found

    def kept(self, builder: Builder, results: Sequence[Atom], before: Storage, after: Storage) -> Storage:
        """Storage with the lists in it: added where they were made, else item by item here."""
        if after is not before or not any(isinstance(r, Value) for r in results):
            return after
        readings = [self.reading(r) for r in results]
        if any(found is None for found in readings) or any(depth_of(r.kind) > 1 for r in results):
            raise refused("list of lists that is made elsewhere")
        found = [r for r in readings if r is not None]
        length = found[0].length(builder)
        storage = before.begin(builder, length)
        state = tuple(replace(v) for v in storage.state)
        inner, place = Builder(builder.span), Value(INT)
        items = [r.item(inner, place, innermost(a.kind)) for r, a in zip(found, results)]
        numbers = [i for i in items if not isinstance(i, (Rows, Part, Parts))]
        ends = storage.with_state(state).put(inner, place, numbers).state
        outs = tuple(replace(v) for v in storage.state)
        trips = Range(ZERO_INT, length, ONE_INT)
        builder.emit(For(trips, False, (), storage.state, inner.block((place, *state), ends), outs, span=builder.span))
        return storage.with_state(outs).end(builder, length)

    # --- loops ----------------------------------------------------------------------------------------------------

    def loop(self, builder: Builder, stmt: For | While, sinks: Sinks) -> None:
        n = len(stmt.init)
        carried, results, ys = split_params(stmt)[1], stmt.body.results, stmt.outputs[n:]
        arrays = [k for k in range(n) if self.is_list(carried[k])]
        init = [self.carried(builder, a, k in arrays) for k, a in enumerate(stmt.init)]
        params = [self.array_param(p) if k in arrays else p for k, p in enumerate(carried)]
        inner = Builder(stmt.span)
        counting = Counting(self, builder, inner, stmt) if isinstance(stmt, For) else None
        trips = counting.trips() if counting is not None else None
        kept = [Kept(key, [n + k for k in ks], sinks.storage[key]) for key, ks in sinks.groups(ys).items()]
        own = [n + k for k, y in enumerate(ys) if y not in sinks.members]
        kept += self.made(builder, stmt, trips, own)
        begun = [group.before.begin(builder, trips) for group in kept]
        states = [tuple(replace(v) for v in storage.state) for storage in begun]
        during = {g.key: storage.with_state(state) for g, storage, state in zip(kept, begun, states)}
        trip: Atom = counting.trip() if counting is not None and kept else ZERO_INT
        opened = {g.key: during[g.key].open(trip) for g in kept if self.holds_list(results[g.places[0]])}
        inside = inside_of({g.key: [results[k] for k in g.places] for g in kept if g.key in opened}, dict(opened), stmt)
        if counting is not None:
            counting.items()
        ended = self.trip(inner, stmt, trip, kept, during, inside, opened)
        ends = [value for group in kept for value in ended[group.key].state]
        last = [self.carried(inner, a, k in arrays) for k, a in enumerate(results[:n])]
        stop = [self.atom(results[-1])] if stmt.stops else []
        outs = [called_like(out, params[k].kind) if k in arrays else out for k, out in enumerate(stmt.outputs[:n])]
        self.readings.update((stmt.outputs[k], Rows(outs[k])) for k in arrays)
        flat_states = [v for state in states for v in state]
        whole_init = (*init, *(v for storage in begun for v in storage.state))
        finals = [tuple(replace(v) for v in state) for state in states]
        outputs = (*outs, *(v for final in finals for v in final))
        lead = counting.lead if counting is not None else ()
        body = inner.block((*lead, *params, *flat_states), (*last, *ends, *stop))
        if counting is not None:
            builder.emit(For(counting.range, False, (), whole_init, body, outputs, stmt.stops, stmt.span))
        else:
            assert isinstance(stmt, While)
            asked = Builder(stmt.span)
            cond_params = [self.array_param(p) if k in arrays else p for k, p in enumerate(stmt.cond.params)]
            self.block(asked, stmt.cond.stmts, Sinks())
            cond_params += [replace(v) for v in flat_states]
            cond = asked.block(cond_params, tuple(map(self.atom, stmt.cond.results)))
            builder.emit(While(whole_init, cond, body, outputs, stmt.stops, stmt.span))
        for group, final in zip(kept, finals):
            after = during[group.key].with_state(final).end(builder, trips)
            if group.key in sinks.storage:
                sinks.storage[group.key] = after
                self.bind(builder, [stmt.outputs[k] for k in group.places], group.before, after)
            else:
                for member, k in enumerate(group.places):
                    found = after.read(builder, member, group.before)
                    assert found is not None
                    if stmt.outputs[k] in self.raw:
                        assert isinstance(after, Flat)
                        self.env[stmt.outputs[k]] = after.data[member]
                    else:
                        self.readings[stmt.outputs[k]] = found

    def trip(
        self,
        inner: Builder,
        stmt: For | While,
        trip: Atom,
        kept: Sequence[Kept],
        during: dict[object, Storage],
        inside: Sinks,
        opened: dict[object, Storage],
    ) -> dict[object, Storage]:
        """The statements of a trip, and what it keeps: an array as soon as it is there, before it is written to."""
        results = stmt.body.results
        made = {out: at for at, s in enumerate(stmt.body.stmts) for out in outputs_of(s)}
        waiting: dict[int, list[Kept]] = {}
        for group in kept:
            saved = [results[k] for k in group.places]
            arrays = group.key not in opened and any(isinstance(a.kind, Array) for a in saved)
            at = max(made.get(a, -1) if isinstance(a, Value) else -1 for a in saved)
            waiting.setdefault(at if arrays else len(stmt.body.stmts), []).append(group)
        ended = dict(during)
        for at in range(-1, len(stmt.body.stmts) + 1):
            if 0 <= at < len(stmt.body.stmts):
                self.block(inner, stmt.body.stmts[at : at + 1], inside)
            inner.span = stmt.span
            for group in waiting.get(at, ()):
                saved = [results[k] for k in group.places]
                if group.key in opened:
                    filled = self.kept(inner, saved, opened[group.key], inside.storage[group.key])
                    ended[group.key] = during[group.key].close(inner, trip, filled)
                else:
                    if any(isinstance(a.kind, List) for a in saved):
                        raise refused("tape of lists that grow", stmt)
                    items, counts = zip(*(self.copied(stmt, at, a) for a in saved))
                    items = tuple(self.there(inner, a) for a in items)
                    ended[group.key] = during[group.key].put(inner, trip, items, counts)
        return ended

    def copied(self, loop: For | While, at: int, atom: Atom) -> tuple[Atom, Atom | None]:
        """What is kept as soon as it is made is copied by that: not the copy of an array, but the array itself.

        And how many of its elements.
        """
        made = loop.body.stmts[at] if at < len(loop.body.stmts) else None
        if not isinstance(made, Apply) or made.out is not atom or made.op.name not in ("copy", "beginning"):
            return atom, None
        return made.inputs[0], self.atom(made.inputs[1]) if made.op.name == "beginning" else None

    def holds_list(self, atom: Atom) -> bool:
        return isinstance(atom.kind, List) and atom not in self.raw

    def carried(self, builder: Builder, atom: Atom, as_array: bool) -> Atom:
        if not as_array:
            return self.there(builder, atom)
        found = self.reading(atom)
        if found is None:
            return placeholder(builder, kind_of_rows(atom.kind))
        if isinstance(found, Parts):
            raise refused("loop that carries lists of lists of different lengths")
        return found.array_of(builder)

    def array_param(self, param: Value) -> Value:
        """What a loop carries instead of a list: of lists or arrays, if all of them have one shape."""
        array = called_like(param, kind_of_rows(param.kind))
        self.readings[param] = Rows(array)
        return array

    def made(self, builder: Builder, stmt: For | While, trips: Atom | None, places: list[int]) -> list[Kept]:
        """Storage for lists that no loop around keeps: those that the same loops fill go together."""
        kept: list[Kept] = []
        flats: dict[object, list[int]] = {}
        for k in places:
            y = stmt.outputs[k]
            if y in self.raw:
                if depth_of(y.kind) > 1:
                    raise refused("list of lists that grows", stmt)
                kept.append(Kept(object(), [k], flat(builder, [y], [innermost(y.kind)], listed=True)))
                continue
            found = self.grid(builder, stmt, k, trips, depth_of(y.kind), innermost(y.kind), y)
            if found is not None:
                kept.append(Kept(object(), [k], found))
            else:
                flats.setdefault(self.origins.path(stmt.body.results[k], depth_of(y.kind) - 1), []).append(k)
        for ks in flats.values():
            kept.append(Kept(object(), ks, self.flat(builder, stmt, ks, trips, depth_of(stmt.outputs[ks[0]].kind))))
        return kept

    def grid(
        self, builder: Builder, stmt: For | While, k: int, trips: Atom | None, depth: int, item: Kind, like: Value
    ) -> Grid | None:
        """An array for the list, if its size is known before the loop."""
        inner = self.origins.counts(stmt, stmt.body.results[k], depth - 1)
        shaped = None if is_number(item) else self.origins.shape_before(stmt, stmt.body.results[k], depth - 1)
        fits = is_number(item) or shaped is not None
        recorded = depth > 1 and any(y in self.packed for y in stmt.outputs if isinstance(y.kind, List))
        if trips is None or inner is None or not fits or recorded:
            return None
        sizes = [trips, *(self.count(builder, r) for r in inner)]
        if isinstance(shaped, tuple):
            return grid(builder, like, item, [*sizes, *map(self.atom, shaped)], None)
        return grid(builder, like, item, sizes, None if shaped is None else self.atom(shaped))

    def flat(self, builder: Builder, stmt: For | While, ks: list[int], trips: Atom | None, depth: int) -> Flat:
        bounds: list[Storage] = []
        for suffix in ("_start", "_end") if depth > 1 else ():
            like = called_like(stmt.outputs[ks[0]], List(INT), suffix)
            bounds.append(
                self.grid(builder, stmt, ks[0], trips, depth - 1, INT, like)
                or self.bounds(builder, stmt, ks[0], trips, depth - 1, like)
            )
        ys = [stmt.outputs[k] for k in ks]
        room = self.room(builder, stmt, stmt.body.results[ks[0]], trips, depth) if depth > 1 else None
        return flat(builder, ys, [innermost(y.kind) for y in ys], bounds, depth, room=room)

    def bounds(
        self, builder: Builder, stmt: For | While, k: int, trips: Atom | None, depth: int, like: Value
    ) -> Storage:
        """Storage for where the lists begin that stand `depth` deep."""
        inner: list[Storage] = []
        for suffix in ("_start", "_end") if depth > 1 else ():
            name = called_like(like, List(INT), suffix)
            inner.append(
                self.grid(builder, stmt, k, trips, depth - 1, INT, name)
                or self.bounds(builder, stmt, k, trips, depth - 1, name)
            )
        room = self.room(builder, stmt, stmt.body.results[k], trips, depth) if depth > 1 else None
        return flat(builder, [like], [INT], inner, depth, room=room)
