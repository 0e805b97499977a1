"""Which statements on whole arrays share their loops.

The statements of a block are gone through from the last to the first, and each joins the last group that it may stand
in: before all that read what it makes, and before what is written over what it reads. In a group each trip does for all
of them what it does for one after the other, so elements must be read and written in the order in which the statements
would do it (`in_order`). Sums may be added in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, free_values, inputs_of, outputs_of
from s2s_ad.passes.native.affine import Length
from s2s_ad.passes.native.members import WRITES, Member, member_of
from s2s_ad.passes.native.places import Access, Views, in_order

MOST = 60  # statements in one group


@dataclass(eq=False)
class Group:
    """Statements that share their loops, or one that stays as it is; `number` counts from the last."""

    number: int
    members: list[Member] = field(default_factory=list)
    other: Stmt | None = None


@dataclass(frozen=True, eq=False)
class Use:
    """Who reads a value: in which group, and which element; None for the whole of it."""

    group: Group
    access: Access | None


class Groups:
    """The groups of one block, in the order in which they are to be run."""

    def __init__(self, block: Block, views: Views) -> None:
        self.block, self.views = block, views
        self.groups: list[Group] = []  # the last one first
        self.uses: dict[Value, list[Use]] = {}
        self.over: dict[Value, list[Group]] = {}  # what is written over it
        self.version = _versions(block)
        self._use_whole([a for a in block.results if isinstance(a, Value)], self._group())
        views.lazy = set(_lazy(block, views))
        for stmt in reversed(block.stmts):
            self._place(stmt)
        self.groups = self.groups[:0:-1]

    def _group(self, other: Stmt | None = None) -> Group:
        group = Group(len(self.groups), other=other)
        self.groups.append(group)
        return group

    def _use_whole(self, values: Sequence[Value], group: Group) -> None:
        for value in values:
            self.uses.setdefault(value, []).append(Use(group, None))

    def _place(self, stmt: Stmt) -> None:
        if isinstance(stmt, Apply) and len(stmt.outputs) == 1 and stmt.out in self.views.lazy:
            if not self.uses.get(stmt.out):
                return
        elif isinstance(stmt, Apply):
            member = member_of(stmt, self.views)
            if member is not None and self._wanted(member):
                self._join(member)
                return
        group = self._group(stmt)
        reads = {a: None for a in inputs_of(stmt) if isinstance(a, Value)}
        for inner in blocks_of(stmt):
            reads.update(free_values(inner))
        self._use_whole(list(reads), group)
        for value in overwritten(stmt):
            self.over.setdefault(value, []).append(group)

    def _wanted(self, member: Member) -> bool:
        """Whether loops are of use: a view or a copy that nobody reads element by element stays what it is."""
        uses = self.uses.get(member.stmt.out, [])
        if not uses:
            return False
        if member.writes is None and not member.gone and self.views.seen_through(member.stmt):
            return all(use.access is not None for use in uses)
        return True

    # --- joining a group ----------------------------------------------------------------------------------------------

    def _join(self, member: Member) -> None:
        first = self._earliest(member)
        for group in self.groups[first:]:
            if group.members and len(group.members) < MOST and self._fits(member, group):
                break
        else:
            group = self._group()
        group.members.insert(0, member)
        for read in member.accesses:
            self.uses.setdefault(read.base, []).append(Use(group, read))
        numbers = [a for a in member.stmt.inputs if isinstance(a, Value) and not isinstance(a.kind, Array)]
        self._use_whole(numbers, group)
        symbols = [symbol for access in member.accesses for place in access.places for symbol, _ in place.terms]
        for length in (*member.space, *(length for pair in member.agreed for length in pair)):
            size = self.views.size(length)
            symbols += [size[0]] if size is not None else []
        self._use_whole([s.array if isinstance(s, Length) else s for s in symbols], group)
        if member.writes is not None:
            self.over.setdefault(member.writes.base, []).append(group)

    def _earliest(self, member: Member) -> int:
        """The number of the last group in which it may stand; the groups are numbered from the last."""
        least = 1
        for use in self.uses.get(member.stmt.out, ()):
            least = max(least, use.group.number + (not self._hands_on(member, use)))
        for access in member.accesses:
            for group in self.over.get(access.base, ()):
                least = max(least, group.number + (not group.members))
        return least

    def _hands_on(self, member: Member, use: Use) -> bool:
        """Whether a trip may read what the same trip has made."""
        if use.access is None or member.gone:
            return False
        if member.writes is not None:
            return True
        if any(m.writes is use.access for m in use.group.members):
            return False  # it must be there as an array
        return use.access.places == self.views.own(self.views.lengths.of(member.stmt.out))

    def _fits(self, member: Member, group: Group) -> bool:
        views, stmt = self.views, member.stmt
        other = group.members[0]
        at = (stmt.out, other.stmt.out, *(a for a in (*stmt.inputs, *other.stmt.inputs)))
        if not views.lengths.equal(member.space, other.space, at):
            return False
        if member.writes is not None and not self._goes_on(member, group):
            return False
        depth = len(member.space)
        own = member.accesses
        if member.writes is not None:
            for read in own[:-1]:
                if self._met(read, member.writes) and not in_order(read, member.writes, depth):
                    return False
        return all(self._ordered(member, m, depth) for m in group.members)

    def _goes_on(self, member: Member, group: Group) -> bool:
        """Whether the array that it writes to is not read elsewhere where the group itself writes on."""
        out = member.stmt.out
        if not any(m.writes is not None and m.writes.base is out for m in group.members):
            return True
        return all(use.group is group for use in self.uses.get(out, ()))

    def _met(self, a: Access, b: Access) -> bool:
        """Whether both are of the same array, though of different versions of it."""
        return self.version.get(a.base, (a.base, 0))[0] is self.version.get(b.base, (b.base, 0))[0]

    def _ordered(self, member: Member, later: Member, depth: int) -> bool:
        for a in member.accesses:
            for b in later.accesses:
                writing = (a is member.writes) + (b is later.writes)
                if not writing or not self._met(a, b) or writing == 2 and member.adds and later.adds:
                    continue
                first, second = a, b
                if a is member.writes and writing == 1 and self._number(b.base) <= self._number(a.base):
                    first, second = b, a  # what is read is what stood there before
                if not in_order(first, second, depth):
                    return False
        return True

    def _number(self, value: Value) -> int:
        return self.version.get(value, (value, 0))[1]


# --- what happens to arrays in a block --------------------------------------------------------------------------------


def overwritten(stmt: Stmt) -> dict[Value, None]:
    """The arrays on whose spot the statement, or one inside it, puts another version of them."""
    found: dict[Value, None] = {}
    for inner in (stmt, *(s for block in blocks_of(stmt) for s in all_stmts(block))):
        if isinstance(inner, Apply) and inner.op.store:
            changed: Sequence[Atom] = inner.inputs[:1]
        elif isinstance(inner, (For, While)):
            changed = inner.init
        else:
            continue
        found.update((a, None) for a in changed if isinstance(a, Value) and isinstance(a.kind, Array))
    return found


def _versions(block: Block) -> dict[Value, tuple[Value, int]]:
    """For what is made by a write, of which array it is a version, and the how maniest."""
    found: dict[Value, tuple[Value, int]] = {}
    for stmt in block.stmts:
        if isinstance(stmt, Apply) and stmt.op.name in WRITES and isinstance(stmt.inputs[0], Value):
            before = stmt.inputs[0]
            root, number = found.get(before, (before, 0))
            found[stmt.out] = root, number + 1
    return found


def _lazy(block: Block, views: Views) -> dict[Value, None]:
    """The views of which each element is read where it stands: nothing has been written over it by then."""
    end = len(block.stmts)
    last: dict[Atom, int] = dict.fromkeys(block.results, end)
    over: dict[Value, int] = {}
    for at in range(end - 1, -1, -1):
        stmt = block.stmts[at]
        seen = isinstance(stmt, Apply) and len(stmt.outputs) == 1 and views.seen_through(stmt)
        until = last.get(outputs_of(stmt)[0], at) if seen else at
        reads: list[Atom] = [*inputs_of(stmt), *(v for inner in blocks_of(stmt) for v in free_values(inner))]
        for atom in reads:
            last[atom] = max(last.get(atom, at), until)
        over.update(dict.fromkeys(overwritten(stmt), at))
    found: dict[Value, None] = {}
    for stmt in block.stmts:
        if not isinstance(stmt, Apply) or len(stmt.outputs) != 1 or not views.seen_through(stmt):
            continue
        read = views.read(stmt.out, views.own(views.lengths.of(stmt.out)), stmt)
        if not isinstance(read, Access) or over.get(read.base, end + 1) >= last.get(stmt.out, 0):
            found[stmt.out] = None
            views.lazy.add(stmt.out)
    return found
