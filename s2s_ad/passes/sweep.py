"""The reverse sweep of a block: the adjoint of each statement, last one first, and what is saved for it.

The reverse sweep is written first, as if every value of the forward sweep could still be read. Then, from the inside
out, each loop body and branch decides what of that it saves and what it computes again (`residuals`), and saved values
become extra outputs of the forward statement: lists with one item a trip, results of a branch.
Griewank & Walther, Evaluating Derivatives, sections 3.2 and 12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from s2s_ad.analysis.absence import maybe_absent
from s2s_ad.analysis.activity import flags
from s2s_ad.analysis.kept import Kept
from s2s_ad.analysis.lengths import Lengths
from s2s_ad.analysis.overwritten import overwritten
from s2s_ad.analysis.selection import Selection
from s2s_ad.analysis.throughout import read_throughout
from s2s_ad.ir.builder import ONE_INT, ZERO_INT, Builder, name_like
from s2s_ad.ir.kinds import FLOAT, INT, RECORD, Array, Kind, List
from s2s_ad.ir.nodes import (
    Absent,
    Apply,
    Atom,
    Block,
    Call,
    Const,
    For,
    If,
    Range,
    Section,
    Stmt,
    Value,
    Walk,
    While,
)
from s2s_ad.ir.walk import all_stmts, clone, free_values, map_inputs, outputs_of, split_params, substitute
from s2s_ad.ops.control import PACK, UNPACK
from s2s_ad.ops.derive import pullback
from s2s_ad.ops.guards import Guard
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.accumulate import Adjoints
from s2s_ad.passes.cse import cse_key, shareable
from s2s_ad.passes.dce import dce_block
from s2s_ad.passes.residuals import Residuals, choose_residuals

# operations that ask one of their inputs for its shape and its dtype alone
LIKE = {"zeros_like": 0, "broadcast_like": 1, "unbroadcast": 1, "reshape_like": 1}
Flags = tuple[bool, ...]
Split = Callable[[str, Flags, Flags], tuple[str, str]]  # the two halves of a function that is called


class Sweep:
    """The reverse sweep of one function. `extra` and `instead` say how its forward statements change."""

    def __init__(self, block: Block, active: set[Value], split: Split, selection: Selection) -> None:
        self.active = active
        self.split = split
        self.absent = maybe_absent(block)
        self.lengths = Lengths(block)
        self.overwritten = overwritten(block)
        self.kept = Kept(block, self.lengths, self.overwritten)
        self.throughout = read_throughout(self.kept)
        self.selection = selection
        # statement -> what is saved of it: (value inside, output that holds it)
        self.extra: dict[Stmt, list[tuple[Value, Value]]] = {}
        self.counted: dict[Stmt, Value] = {}  # loop -> output that counts its trips
        self.instead: dict[Stmt, Stmt] = {}
        self.copied: dict[Value, Value] = {}  # what is saved of an array that is overwritten later

    # --- the forward sweep, with what it saves --------------------------------------------------------------------

    def augmented(self, stmts: Iterable[Stmt]) -> list[Stmt]:
        made: list[Stmt] = []
        for stmt in stmts:
            if not isinstance(stmt, Section):
                made.append(self.augment(stmt))
                made += self.copies(outputs_of(stmt))
        return made

    def copies(self, values: Iterable[Value]) -> list[Stmt]:
        return [Apply(OPS["copy"], (v,), (self.copied[v],)) for v in values if v in self.copied]

    def block(self, block: Block, more: Sequence[Atom] = (), at: int | None = None) -> Block:
        end = len(block.results) if at is None else at
        results = (*block.results[:end], *more, *block.results[end:])
        return Block(block.params, (*self.copies(block.params), *self.augmented(block.stmts)), results)

    def augment(self, stmt: Stmt) -> Stmt:
        saves = self.extra.get(stmt, [])
        more = tuple(outer for _, outer in saves)
        if stmt in self.instead:
            return self.instead[stmt]
        if isinstance(stmt, If):
            inside = set(_defined(self.block(stmt.then)))
            then = [v if v in inside else Absent(v.kind) for v, _ in saves]
            orelse = [v if v not in inside else Absent(v.kind) for v, _ in saves]
            outputs = (*stmt.outputs, *more)
            return replace(
                stmt, then=self.block(stmt.then, then), orelse=self.block(stmt.orelse, orelse), outputs=outputs
            )
        if isinstance(stmt, (For, While)):
            body = self.block(stmt.body, [v for v, _ in saves], len(stmt.outputs))
            changed = replace(stmt, body=body, outputs=(*stmt.outputs, *more))
            return self.count(changed, self.counted[stmt]) if stmt in self.counted else changed
        return stmt

    def count(self, loop: For | While, trips: Value) -> For | While:
        """The loop with one more carried value: the number of its trips."""
        n, before, inner = len(loop.init), Value(INT, trips.hint), Builder(loop.span)
        inner.stmts.extend(loop.body.stmts)
        after = inner.apply(OPS["add"], before, ONE_INT, hint=trips.hint)
        results = loop.body.results
        changed = replace(
            loop,
            init=(*loop.init, ZERO_INT),
            body=inner.block((*loop.body.params, before), (*results[:n], after, *results[n:])),
            outputs=(*loop.outputs[:n], trips, *loop.outputs[n:]),
        )
        if isinstance(changed, While):
            cond = changed.cond
            changed = replace(changed, cond=replace(cond, params=(*cond.params, Value(INT, trips.hint))))
        return changed

    # --- the reverse sweep ----------------------------------------------------------------------------------------

    def back(self, block: Block, builder: Builder, adjoints: Adjoints) -> None:
        for stmt in reversed(block.stmts):
            if not any(o in adjoints for o in outputs_of(stmt)):
                continue
            builder.span = getattr(stmt, "span", None)
            if isinstance(stmt, Apply):
                self.back_apply(stmt, builder, adjoints)
            elif isinstance(stmt, Call):
                self.back_call(stmt, builder, adjoints)
            elif isinstance(stmt, If):
                self.back_branch(stmt, builder, adjoints)
            elif isinstance(stmt, (For, While)):
                self.back_loop(stmt, builder, adjoints)

    def back_apply(self, stmt: Apply, builder: Builder, adjoints: Adjoints) -> None:
        on = flags(stmt.inputs, self.active)
        if stmt.op is UNPACK:
            fields = [adjoints.take_or_zero(builder, o) if o.kind.real else Absent(o.kind) for o in stmt.outputs]
            record = builder.apply_all(PACK, fields)[0]
            adjoints.add(builder, stmt.inputs[0], record)
            return
        ct = adjoints.take(stmt.out)
        assert ct is not None
        if stmt.op is PACK:
            kinds = tuple(a.kind for a in stmt.inputs)
            fields = list(builder.apply_all(UNPACK, [ct], (("kinds", kinds),)))
            for a, field, active in zip(stmt.inputs, fields, on):
                if active:
                    adjoints.add(builder, a, field)
            return
        since = len(builder.stmts)
        filled = stmt.op.name in ("index_set", "index_add") and self.lengths.fills(stmt)
        shares = pullback(builder, stmt, ct, on, self.guard(stmt), self.lengths.same, filled)
        for a, share in zip(stmt.inputs, shares):
            if share is not None:
                # a share of several inputs is not changed for the sake of one of them
                adjoints.add(builder, a, share, since if shares.count(share) == 1 else None)

    def guard(self, stmt: Apply) -> Guard:
        """How the pullback is guarded: not because of writes that leave the element alone where the result stands."""
        level = self.selection.level(stmt.out)
        last = self.kept.only_written(stmt.out) if level is Guard.POLE else None
        if last is not None and self.selection.level(last) <= Guard.STEEP:
            return Guard.NONE
        return self.selection.guard(stmt)

    def back_call(self, stmt: Call, builder: Builder, adjoints: Adjoints) -> None:
        inputs = flags(stmt.inputs, self.active)
        outputs = tuple(o in adjoints for o in stmt.outputs)
        forward, backward = self.split(stmt.callee, inputs, outputs)
        record = Value(RECORD, f"{stmt.callee}_saved")
        self.instead[stmt] = Call(forward, stmt.inputs, (*stmt.outputs, record), stmt.span)
        cts = [adjoints.take_or_zero(builder, o) for o, on in zip(stmt.outputs, outputs) if on]
        receivers = [a for a, on in zip(stmt.inputs, inputs) if on]
        shares = tuple(Value(a.kind) for a in receivers)
        since = len(builder.stmts)
        builder.emit(Call(backward, (record, *cts), shares, stmt.span))
        for a, share in zip(receivers, shares):
            adjoints.add(builder, a, share, since)

    def back_branch(self, stmt: If, builder: Builder, adjoints: Adjoints) -> None:
        cts = [(k, adjoints.take(o)) for k, o in enumerate(stmt.outputs) if o in adjoints]
        sides: list[tuple[Builder, Adjoints]] = []
        changed: dict[Value, None] = {}
        for block in (stmt.then, stmt.orelse):
            inner, local = Builder(stmt.span), adjoints.copy()
            for k, ct in cts:
                assert ct is not None
                local.add(inner, block.results[k], ct)
            self.back(block, inner, local)
            own = set(_defined(block))
            changed.update((v, None) for v in local.changed_since(adjoints) if v not in own)
            sides.append((inner, local))
        blocks = []
        for block, (inner, local) in zip((stmt.then, stmt.orelse), sides):
            inner.span = stmt.span
            ends = [local.take_or_zero(inner, v) for v in changed]
            blocks.append(self.settle(stmt, block, trimmed(inner.block((), ends))))
        pairs = zip(changed, blocks[0].results, blocks[1].results)
        outputs = tuple(name_like(_of_adjoint(v, one, other), v, "_bar") for v, one, other in pairs)
        builder.emit(If(stmt.cond, blocks[0], blocks[1], outputs, stmt.span))
        for v, out in zip(changed, outputs):
            adjoints.put(v, out)

    def shaped(self, backward: Block, inside: Block) -> Block:
        """The reverse block asking arrays that are there anyway for shapes, instead of those of the forward block."""
        made = set(_defined(inside))

        def block(b: Block) -> Block:
            return Block(b.params, tuple(map(stmt, b.stmts)), b.results)

        def stmt(s: Stmt) -> Stmt:
            if isinstance(s, Apply) and s.op.name in LIKE and s.inputs[LIKE[s.op.name]] in made:
                k = LIKE[s.op.name]
                like = self.kept.of_shape(s.inputs[k])
                return replace(s, inputs=(*s.inputs[:k], like, *s.inputs[k + 1 :])) if like is not None else s
            return map_inputs(s, lambda a: a, block)

        return block(backward)

    def still(self, value: Value) -> Value:
        """The value, or a copy of it where it is an array that is written to later on."""
        if value not in self.overwritten:
            return value
        if value not in self.copied:
            self.copied[value] = Value(value.kind, base=value, suffix="_old")
        return self.copied[value]

    def settle(self, stmt: If, block: Block, backward: Block) -> Block:
        """Let the reverse branch read only what the forward branch saves for it."""
        inside = self.block(block)
        backward = self.shaped(_reusing(backward, inside), inside)
        residuals = choose_residuals(
            (), inside.stmts, free_values(backward), (), self.overwritten, self.throughout, self.kept.read_again
        )
        outs = [replace(v) for v in residuals.saved]
        self.extra.setdefault(stmt, []).extend(zip(map(self.still, residuals.saved), outs))
        return with_repeats(Builder(), residuals, backward, dict(zip(residuals.saved, outs)))

    def back_loop(self, stmt: For | While, builder: Builder, adjoints: Adjoints) -> None:
        items, carried = split_params(stmt)
        n = len(stmt.init)
        moving = [i for i, p in enumerate(carried) if p in self.active]
        listed = [i for i in range(n, len(stmt.outputs)) if stmt.outputs[i] in adjoints]
        own = set(_defined(stmt.body))
        captured = [v for v in free_values(stmt.body) if v in self.active and v not in own]

        inner, local = Builder(stmt.span), Adjoints(self.active, self.absent)
        ct_params = [name_like(carried[i].kind, carried[i], "_bar") for i in moving]
        ct_items = [name_like(_item(stmt.outputs[i].kind), stmt.body.results[i], "_bar") for i in listed]
        sums = [name_like(v.kind, v, "_bar") for v in captured]
        for v, total in zip(captured, sums):
            local.put(v, total)
        for i, ct in (*zip(moving, ct_params), *zip(listed, ct_items)):
            local.add(inner, stmt.body.results[i], ct)
        self.back(stmt.body, inner, local)
        inner.span = stmt.span
        ends = [local.take_or_zero(inner, carried[i]) for i in moving]
        totals = [local.take_or_zero(inner, v) for v in captured]
        walks = list(zip(stmt.xs, items[len(items) - len(stmt.xs) :])) if isinstance(stmt, For) else []
        given = [(w, p) for w, p in walks if p in self.active]
        item_cts = [local.take_or_zero(inner, p) for _, p in given]
        backward = trimmed(inner.block((), (*ends, *totals, *item_cts)))

        builder.span = None  # where an adjoint starts from zero, no line of the user's is differentiated
        starts = [adjoints.take_or_zero(builder, stmt.outputs[i]) for i in moving]
        starts += [adjoints.take_or_zero(builder, v) for v in captured]
        ys_in = [Walk(_taken(adjoints, stmt.outputs[i]), True) for i in listed]
        summed = (*(carried[i] for i in moving), *captured)
        finals = tuple(name_like(_of_adjoint(v, end), v, "_bar") for v, end in zip(summed, (*ends, *totals)))
        lists = tuple(Value(List(_item(w.source.kind)), base=p, suffix="_bar_list") for w, p in given)
        params = (*ct_items, *ct_params, *sums)
        builder.emit(self.reversed_loop(stmt, builder, backward, params, ys_in, starts, (*finals, *lists)))
        for v, final in zip(captured, finals[len(moving) :]):
            adjoints.put(v, final)
        for i, final in zip(moving, finals):  # an initial value may be captured as well: it gets both
            adjoints.add(builder, stmt.init[i], final)
        for (walk, _), ys in zip(given, lists):
            since = len(builder.stmts)
            adjoints.add(builder, walk.source, self.unwalked(builder, stmt, walk, ys), since)

    def reversed_loop(
        self,
        stmt: For | While,
        builder: Builder,
        backward: Block,
        params: tuple[Value, ...],
        ys_in: list[Walk],
        starts: list[Atom],
        outputs: tuple[Value, ...],
    ) -> For:
        """The loop over the trips of `stmt`, last first, that does `backward`; what it reads of a trip is saved."""
        items, carried = split_params(stmt)
        walks = stmt.xs if isinstance(stmt, For) else ()
        trips = stmt.trips if isinstance(stmt, For) else None
        index = items[0] if trips is not None else None
        aligned = isinstance(stmt, For) and stmt.in_step and not stmt.stops
        inside = self.block(stmt.body)
        backward = self.shaped(_reusing(backward, inside), inside)
        needed = free_values(backward)
        at_hand = set(items) if aligned else set()
        residuals = choose_residuals(
            stmt.body.params,
            inside.stmts,
            needed,
            at_hand,
            self.overwritten,
            self.throughout,
            self.kept.read_again,
        )
        reads = free_values(Block((), residuals.repeated, ())) | needed
        walked = [v for v in items if v in reads and v in at_hand]
        saved = [self.still(v) for v in residuals.saved]
        copied = {v: self.copied[v] for v in residuals.saved if v in self.copied}
        residuals = replace(residuals, same={**residuals.same, **copied})
        listed = [Value(List(v.kind), base=v, suffix="_tape") for v in residuals.saved]
        self.extra.setdefault(stmt, []).extend(zip(saved, listed))

        fresh = [replace(v) for v in saved]
        mapping: dict[Value, Atom] = dict(zip(saved, fresh))
        xs = [Walk(v, True) for v in listed] + ys_in
        over: Range | None = None
        lead: list[Value] = []
        turned = False
        if aligned and (walked or not xs):  # what the loop itself walks is walked again, from the other end
            assert isinstance(stmt, For)
            again = [(i, w) for i, w in zip(items[trips is not None :], walks) if i in walked]
            if index is not None and (index in walked or not xs and not again):
                lead = [index]
                over, turned = self.turned(stmt, builder)
            elif not xs and not again:
                again = [(items[0], walks[0])]
            xs = [*(Walk(w.source, not w.reverse) for _, w in again), *xs]
            taken = [*lead, *(i for i, _ in again)]
            lead = [replace(v) for v in taken]
            mapping.update(zip(taken, lead))
        elif not xs:
            count = Value(INT, "trips")
            self.counted[stmt] = count
            over = Range(ZERO_INT, count, ONE_INT)
            lead = [Value(INT)]
        whole = with_repeats(Builder(), residuals, backward, mapping)
        body = Block((*lead, *fresh, *params), whole.stmts, whole.results)
        return For(over, turned, tuple(xs), tuple(starts), body, outputs, False, stmt.span, even=True)

    def turned(self, stmt: For, builder: Builder) -> tuple[Range, bool]:
        """The range of a loop from its other end: (range, whether it is walked from its last item)."""
        trips = stmt.trips
        assert trips is not None
        if stmt.reverse or not (isinstance(trips.step, Const) and trips.step.value == -1):
            return trips, not stmt.reverse
        start, stop = (builder.apply(OPS["add"], end, ONE_INT) for end in (trips.stop, trips.start))
        return Range(start, stop, ONE_INT), False

    def unwalked(self, builder: Builder, stmt: For | While, walk: Walk, ys: Value) -> Atom:
        """The cotangent of what was walked from those of its items, which come last trip first."""
        assert isinstance(stmt, For)
        aligned = stmt.in_step and not stmt.stops
        source: Atom = walk.source
        ct: Atom = ys if walk.reverse else builder.apply(OPS["list_reverse"], ys)
        if isinstance(source.kind, Array):
            if aligned:
                return builder.apply(OPS["list_to_array_like"], ct, source)
            count = builder.apply(OPS["list_len"], ct)
            part = ("slice", ("in", 0), None, None) if walk.reverse else ("slice", None, ("in", 0), None)
            at: Atom = count
            if walk.reverse:
                at = builder.apply(OPS["sub"], builder.apply(OPS["list_len"], source), count)
            read = builder.apply(OPS["getitem"], source, at, index=(part,))
            filled = builder.apply(OPS["list_to_array_like"], ct, read)
            empty = builder.apply(OPS["zeros_like"], source)
            return builder.apply(OPS["index_add"], empty, filled, at, index=(part,))
        if aligned:
            return ct
        # a loop that stopped early, or a zip of unequal lengths: the items that were not reached have cotangent zero
        rest = builder.apply(OPS["list_zeros"], builder.apply(OPS["list_tail"], source, ct))
        return builder.apply(OPS["list_concat"], *((rest, ct) if walk.reverse else (ct, rest)))


def _of_adjoint(value: Value, *found: Atom) -> Kind:
    """The kind of the adjoint of a value: that of a Python float may be a number of NumPy's, which has a dtype."""
    wider = (atom.kind for atom in found if isinstance(atom.kind, Array) and not atom.kind.rank)
    return next(wider, value.kind) if value.kind == FLOAT else value.kind


def _item(kind: Kind) -> Kind:
    if isinstance(kind, List):
        return kind.item
    assert isinstance(kind, Array)
    return Array(kind.dtype, kind.shape[1:])


def _taken(adjoints: Adjoints, value: Value) -> Atom:
    ct = adjoints.take(value)
    assert ct is not None
    return ct


def _defined(block: Block) -> list[Value]:
    return [*block.params, *(o for stmt in block.stmts for o in outputs_of(stmt))]


def _reusing(backward: Block, inside: Block) -> Block:
    """The reverse block reading results of the forward block instead of computing dear ones again."""
    made = {cse_key(s): s.out for s in inside.stmts if isinstance(s, Apply) and s.op.cost > 1 and shareable(s)}
    again: dict[Value, Atom] = {}
    for stmt in all_stmts(backward):
        if isinstance(stmt, Apply) and stmt.op.cost > 1 and shareable(stmt) and (found := made.get(cse_key(stmt))):
            again[stmt.out] = found
    return trimmed(substitute(backward, again)) if again else backward


def trimmed(block: Block) -> Block:
    """Without what no result needs: nothing is saved for the sake of a statement that is thrown away later."""
    return dce_block(block, set())


def with_repeats(start: Builder, residuals: Residuals, block: Block, mapping: dict[Value, Atom]) -> Block:
    """`block`, reading the saved values, with fresh copies of the repeated statements where they are first read."""
    same: dict[Value, Atom] = dict(residuals.same)
    repeated = clone(substitute(Block((), residuals.repeated, ()), same), mapping)
    rest = clone(substitute(block, same), mapping)
    stmts = list(rest.stmts)
    reads = [_reads(stmt) for stmt in stmts]
    for stmt in reversed(repeated.stmts):
        made = set(outputs_of(stmt))
        at = next((k for k, found in enumerate(reads) if made & found), len(stmts))
        line = _line(stmts[at]) if at < len(stmts) else None
        while at > 0 and line != _line(stmt) and line is not None and _line(stmts[at - 1]) == line:
            at -= 1  # not between two statements of one line
        stmts.insert(at, stmt)
        reads.insert(at, _reads(stmt))
    return Block((), (*start.stmts, *stmts), rest.results)


def _line(stmt: Stmt) -> tuple[str, int] | None:
    span = None if isinstance(stmt, Section) else stmt.span
    return None if span is None else (span.file, span.line)


def _reads(stmt: Stmt) -> set[Value]:
    return set(free_values(Block((), (stmt,), ())))
