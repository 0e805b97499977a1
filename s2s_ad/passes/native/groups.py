"""Which statements on whole arrays share their loops.

The statements of a block are gone through from the last to the first, and each joins the last group that it may stand
in: before all that read what it makes, and before what is written over what it reads. In a group each trip does for all
of them what it does for one after the other, so elements must be read and written in the order in which the statements
would do it (`in_order`). Sums may be added in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, For, Stmt, Value, While
from s2s_ad.ir.walk import all_stmts, blocks_of, free_values, inputs_of, outputs_of
from s2s_ad.passes.native.affine import Length
from s2s_ad.passes.native.members import WRITES, Member, member_of
from s2s_ad.passes.native.places import Access, Places, Views, in_order

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
        self.position = {stmt: k for k, stmt in enumerate(block.stmts)}
        self._use_whole([a for a in block.results if isinstance(a, Value)], self._group())
        views.lazy = set(_lazy(block, views))
        for stmt in reversed(block.stmts):
            self._place(stmt)
        self.groups = self.groups[:0:-1]
        self.makers = {out: group for group in self.groups for out in _makes(group)}
        self.numbers = {m.stmt.out for group in self.groups for m in group.members if m.plain}

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
            if member is not None and member.plain and not member.agreed and not self.uses.get(stmt.out):
                return  # it was there for its lengths, which are asked for elsewhere
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
        if not self._ordered(member, member):
            return False  # what it writes over it reads afterwards: whoever copies an array looks whether that is so
        if member.plain and self.views.seen_through(member.stmt):
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
        return use.access.places == self._own(member.stmt.out)

    def _fits(self, member: Member, group: Group) -> bool:
        if member.writes is not None and not self._goes_on(member, group):
            return False
        return self._alike(member, group) and all(self._ordered(member, m) for m in group.members)

    def _alike(self, member: Member, group: Group) -> bool:
        """Whether the loops would be the same."""
        stmt, other = member.stmt, group.members[0]
        at = (stmt.out, other.stmt.out, *stmt.inputs, *other.stmt.inputs)
        return self.views.lengths.equal(member.space, other.space, at)

    def _goes_on(self, member: Member, group: Group) -> bool:
        """Whether the array that it writes to is not read elsewhere where the group itself writes on."""
        out = member.stmt.out
        if not any(m.writes is not None and m.writes.base is out for m in group.members):
            return True
        return all(use.group is group for use in self.uses.get(out, ()))

    def _ordered(self, one: Member, other: Member) -> bool:
        """Whether each trip may do for both what it does: of one array, what is read and written in their order."""
        if one.writes is None and other.writes is None:
            return True
        for a in one.accesses:
            for b in other.accesses:
                writing = (a is one.writes) + (b is other.writes)
                if not writing or a is b or writing == 2 and one.adds and other.adds:
                    continue
                (root, m), (same, n) = (self.version.get(x.base, (x.base, 0)) for x in (a, b))
                if root is not same:
                    continue
                # what is read is the array as it is before the write to that version of it
                first = a is not one.writes if m == n else m < n
                if not in_order(*((a, b) if first else (b, a)), len(one.space)):
                    return False
        return True

    # --- for those who choose anew ------------------------------------------------------------------------------------

    def may_stand(self, member: Member, group: Group) -> bool:
        """Whether a statement that writes to nothing may stand in this group, but for what other trips make for it."""
        if not self._alike(member, group) or not all(self._ordered(member, m) for m in group.members):
            return False
        reads = {a for a in member.stmt.inputs if isinstance(a, Value) and not isinstance(a.kind, Array)}
        for access in member.accesses:
            if any(over.number >= group.number + (over is group) for over in self.over.get(access.base, ())):
                return False
            if not self.handed_on(access):
                reads.add(access.base)
            reads.update(s for p in access.places for s, _ in p.terms if isinstance(s, Value))
        return all(value not in self.makers or self.makers[value].number > group.number for value in reads)

    def handed_on(self, access: Access) -> bool:
        """Whether it is what a trip of loops over the same elements makes of that element."""
        return access.base in self.numbers and access.places == self._own(access.base)

    def _own(self, value: Value) -> Places:
        return self.views.own(self.views.lengths.of(value))

    def sorted(self, members: Iterable[Member]) -> list[Member]:
        """In the order of the program."""
        return sorted(members, key=lambda member: self.position[member.stmt])

    def stored(self, group: Group) -> list[Value]:
        """What others read of what the trips of a group make."""
        at = self.groups.index(group)
        read: set[Value] = {a for a in self.block.results if isinstance(a, Value)}
        for each in self.groups[at + 1 :]:
            read |= self._reads(each)
        before = {m.stmt.out for each in self.groups[:at] for m in each.members}
        own = [m.stmt.out for m in group.members if m.plain and m.stmt.out not in before]
        return [value for value in own if value in read]

    def read_besides(self, group: Group) -> set[Value]:
        """What must be there as an array for others than this group."""
        read = {a for a in self.block.results if isinstance(a, Value)}
        return read.union(*(self._reads(each) for each in self.groups if each is not group))

    def _reads(self, group: Group) -> set[Value]:
        """What must be there as an array before a group."""
        if group.other is not None:
            found = {a for a in inputs_of(group.other) if isinstance(a, Value)}
            return found.union(*(free_values(inner) for inner in blocks_of(group.other)))
        made = {m.stmt.out for m in group.members if m.plain}
        written = {m.writes.base for m in group.members if m.writes is not None}
        reads = [r for m in group.members for r in m.reads if isinstance(r, Access)]
        return written.union(r.base for r in reads if r.base not in made or not self.handed_on(r))


def _makes(group: Group) -> Sequence[Value]:
    return outputs_of(group.other) if group.other is not None else [m.stmt.out for m in group.members]


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
