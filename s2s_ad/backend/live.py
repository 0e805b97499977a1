"""Where each variable is needed, as intervals over the positions of the structured code.

A position is a number; a statement reads at one and writes at the next. An interval [a, b] says: written at a, last
read at b. Two variables can share a name if their intervals do not touch.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from s2s_ad.backend.schedule import Schedule
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, Function, If, Section, Stmt, Value, While
from s2s_ad.ir.walk import inputs_of, split_params

Interval = tuple[int, int]


@dataclass(frozen=True)
class Region:
    """How a block hangs in the one around it."""

    parent: Block
    loop: bool
    first: int  # where the statement reads: the condition, or the start of the loop
    end: int


@dataclass
class Liveness:
    start: dict[Block, int] = field(default_factory=dict)
    regions: dict[Block, Region] = field(default_factory=dict)
    read_at: dict[Stmt, int] = field(default_factory=dict)
    intervals: dict[Value, list[Interval]] = field(default_factory=dict)
    headers: dict[Stmt, Interval] = field(
        default_factory=dict
    )  # of a `for`: from the first values of what it carries on
    appended: dict[Value, int] = field(default_factory=dict)  # where a trip of a loop adds to a list that it makes
    last: int = 0

    def crosses(self, value: Value, position: int) -> bool:
        """Whether the value was there at the position and is read after the statement that stands there."""
        for first, last in self.intervals.get(value, ()):  # asked millions of times, for which `any` is slow
            if first <= position < last - 1:
                return True
        return False


class _Walker:
    def __init__(self, plan: Schedule) -> None:
        self.plan = plan
        self.live = Liveness()
        self.now = 0
        self.home: dict[Value, Block] = {}
        self.written: dict[Value, int] = {}
        self.extra: dict[Value, list[Interval]] = {}
        self.reads: dict[Value, list[tuple[Block, int]]] = {}

    def tick(self) -> int:
        self.now += 1
        return self.now

    def read(self, atom: Atom, block: Block, at: int) -> None:
        for value in self.plan.reads(atom):
            self.reads.setdefault(value, []).append((block, at))

    def write(self, value: Value, block: Block, at: int) -> None:
        self.home[value] = block
        self.written[value] = at

    def function(self, function: Function) -> Liveness:
        for value in function.body.params:
            self.write(value, function.body, 0)
        self.block(function.body)
        for atom in function.body.results:
            self.read(atom, function.body, self.now)
        self.live.last = self.now
        for value in self.home:
            self.live.intervals[value] = self.intervals(value)
        return self.live

    def block(self, block: Block) -> int:
        """Walk a block; the position at which its results are read."""
        self.live.start[block] = self.tick()
        appends = self.plan.appends.get(block, {})
        self.append(block, appends.get(-1, []))
        for at, stmt in enumerate(block.stmts):
            self.stmt(stmt, block)
            if at in appends:
                self.append(block, appends[at])
        return self.tick()

    def append(self, block: Block, items: list[tuple[Value, tuple[Atom, ...]]]) -> None:
        for leader, atoms in items:
            at = self.live.appended[leader] = self.tick()
            for atom in atoms:
                self.read(atom, block, at)

    def stmt(self, stmt: Stmt, block: Block) -> None:
        if isinstance(stmt, Section) or self.plan.silent(stmt):
            return
        if isinstance(stmt, (Apply, Call)) or stmt in self.plan.inline:
            at = self.live.read_at[stmt] = self.tick()
            copies = isinstance(stmt, Apply) and stmt.op.store
            for value in self.plan.source_reads(stmt):
                # the new version may be made before the other operands are read
                late = copies and value is not inputs_of(stmt)[0]
                self.reads.setdefault(value, []).append((block, at + late))
            at = self.tick()
            for value in stmt.outputs:
                self.write(value, block, at)
        elif isinstance(stmt, If):
            self.branches(stmt, block)
        else:
            self.loop(stmt, block)

    def branches(self, stmt: If, block: Block) -> None:
        first = self.live.read_at[stmt] = self.tick()
        self.read(stmt.cond, block, first)
        for branch in (stmt.then, stmt.orelse):
            end = self.block(branch)
            for atom, out in zip(branch.results, stmt.outputs):
                if self.plan.used(out):
                    self.read(atom, branch, end)
                    self.extra.setdefault(out, []).append((end + 1, end + 1))
            self.tick()
        end = self.tick()
        for branch in (stmt.then, stmt.orelse):
            self.live.regions[branch] = Region(block, False, first, end)
        for out in stmt.outputs:
            self.write(out, block, end)

    def loop(self, stmt: For | While, block: Block) -> None:
        first = self.live.read_at[stmt] = self.tick()
        n = len(stmt.init)
        for atom in stmt.init:
            self.read(atom, block, first)
        before = self.tick()
        head = self.tick()
        for atom in inputs_of(stmt)[: len(inputs_of(stmt)) - n]:
            self.read(atom, block, head)
        self.tick()
        after_cond = head + 1
        if isinstance(stmt, While):
            cond_end = self.block(stmt.cond)
            for atom in stmt.cond.results:
                self.read(atom, stmt.cond, cond_end)
            for value in stmt.cond.params:
                self.write(value, stmt.cond, self.live.start[stmt.cond])
                self.extra.setdefault(value, []).append((before, cond_end))
            after_cond = self.tick()
        for value in stmt.body.params:
            self.write(value, stmt.body, after_cond)
        if isinstance(stmt, For):
            self.live.headers[stmt] = before, after_cond
        # in a while loop the variable belongs to the condition until that has been evaluated
        for value in split_params(stmt)[1] if isinstance(stmt, For) else ():
            self.extra.setdefault(value, []).append((before, after_cond))
        end = self.block(stmt.body)
        for atom in stmt.body.results[:n]:
            self.read(atom, stmt.body, end)
        if stmt.stops:
            self.read(stmt.body.results[-1], stmt.body, end)
        written = self.tick()
        region_end = self.tick()
        for inner in (stmt.body, *((stmt.cond,) if isinstance(stmt, While) else ())):
            self.live.regions[inner] = Region(block, True, first, region_end)
        for walk in stmt.xs if isinstance(stmt, For) else ():
            # what is walked must stay as it is until the loop ends; a range is made once, before it begins
            self.read(walk.source, block, region_end)
        for out in stmt.outputs[:n]:
            self.write(out, block, written)
        for out in stmt.outputs[n:]:
            if self.plan.leader.get(out) is out:
                self.write(out, block, before)
                self.reads.setdefault(out, []).append((block, region_end))

    # --- from reads to intervals --------------------------------------------------------------------------------------

    def intervals(self, value: Value) -> list[Interval]:
        home, start = self.home[value], self.written[value]
        reads = [self.lifted(block, at, home) for block, at in self.reads.get(value, ())]
        found = self.within(home, start, reads)
        return merged(found + self.extra.get(value, []))

    def lifted(self, block: Block, at: int, home: Block) -> tuple[Block, int]:
        """A read inside a loop that began after the definition counts until the loop ends."""
        place, level = (block, at), block
        while level is not home:
            region = self.live.regions[level]
            if region.loop:
                place = (region.parent, region.end)
            level = region.parent
        return place

    def within(self, home: Block, start: int, reads: list[tuple[Block, int]]) -> list[Interval]:
        last = max((at for block, at in reads if block is home), default=start)
        # a read in a branch that begins after the last direct read keeps the value alive on that branch alone
        nested: dict[Block, list[tuple[Block, int]]] = {}
        for block, at in reads:
            if block is not home and at > last:
                nested.setdefault(self.child(block, home), []).append((block, at))
        if not nested:
            return [(start, last)]
        final = max(self.live.regions[child].first for child in nested)
        found = [(start, max(last, final))]
        for child, inside in nested.items():
            if self.live.regions[child].first == final:
                found += self.within(child, self.live.start[child], inside)
        return found

    def child(self, block: Block, home: Block) -> Block:
        while self.live.regions[block].parent is not home:
            block = self.live.regions[block].parent
        return block


def liveness(function: Function, plan: Schedule) -> Liveness:
    return _Walker(plan).function(function)


def merged(intervals: list[Interval]) -> list[Interval]:
    """Sorted, with those that overlap made one."""
    if len(intervals) == 1:
        return intervals
    out: list[Interval] = []
    for a, b in sorted(intervals):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def meet(a: list[Interval], b: list[Interval]) -> bool:
    """Whether two sorted lists of intervals have a position in common."""
    if len(a) > len(b):
        a, b = b, a
    for start, end in a:
        k = bisect_left(b, (start, -1))
        if k < len(b) and b[k][0] <= end:
            return True
        if k and b[k - 1][1] >= start:
            return True
    return False
