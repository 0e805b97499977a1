"""What loops hand to later loops over the same elements: as few arrays as possible.

Where elements must be read before others are written over them there are two groups, with arrays between them. Which
statements stand before and which after is chosen anew here: the arrays between are a smallest set that cuts what the
later loops need from what only the earlier ones can read (a minimum cut). What costs no more than an addition may be
done in both.
"""

from __future__ import annotations

from s2s_ad.ir.nodes import Value
from s2s_ad.passes.native.groups import Group, Groups
from s2s_ad.passes.native.members import Member
from s2s_ad.passes.native.places import Access
from s2s_ad.passes.residuals import minimum_cut

FAR = 10**6  # what cannot be moved is in no smallest set


def narrowed(groups: Groups) -> None:
    """Move statements between groups, in place."""
    worker = _Narrow(groups)
    for group in reversed(groups.groups):
        if group.members:
            worker.group(group)


class _Narrow:
    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.home: dict[Value, Group] = {}  # of what is a number in each trip
        self.made: dict[Value, Member] = {}
        for group in groups.groups:
            for member in group.members:
                if member.plain:
                    self.home[member.stmt.out] = group
                    self.made[member.stmt.out] = member

    def group(self, group: Group) -> None:
        """Choose what stands in this group, and what in an earlier one."""
        elsewhere = self.groups.stored(group)
        fixed = [m for m in group.members if not m.plain]
        sinks = list(dict.fromkeys([p for m in fixed for p in self.parents(m)] + elsewhere))
        before = {self.home[p] for m in group.members for p in self.parents(m)} - {group}
        cut = self.cut(sinks, group, min(before, key=lambda g: g.number)) if before else set()
        kept: dict[Value, Member] = {}
        stack = [v for v in sinks if v not in cut]
        while stack:
            value = stack.pop()
            if value not in kept:
                kept[value] = self.made[value]
                stack += [p for p in self.parents(self.made[value]) if p not in cut]
        group.members = self.groups.sorted([*fixed, *kept.values()])

    def cut(self, sinks: list[Value], group: Group, earlier: Group) -> set[Value]:
        """What the earlier group hands to this one."""

        movable = self.movable(group, earlier)

        def splits(value: Value) -> bool:
            if self.home[value] is group:
                return True
            member = self.made[value]
            return member.stmt.op.cost <= 1 and self.groups.may_stand(member, group)

        at_hand = self.groups.read_besides(group)

        def size(value: Value) -> int:
            if self.home[value] is not group:
                return value not in at_hand
            return 1 if value in movable else FAR

        cut = minimum_cut(sinks, lambda value: self.parents(self.made[value]), splits, size)
        self.move(cut, group, earlier)
        return cut

    def parents(self, member: Member) -> list[Value]:
        """What the trip must have as numbers, of what other trips could make."""
        found = [r.base for r in member.reads if isinstance(r, Access) and self.groups.handed_on(r)]
        return list(dict.fromkeys(found))

    def movable(self, group: Group, earlier: Group) -> set[Value]:
        """What can be made in the earlier group as well, with what it is made of."""
        found: set[Value] = set()
        for member in group.members:
            if member.plain and self.groups.may_stand(member, earlier):
                parents = self.parents(member)
                if all(self.home[p].number >= earlier.number or p in found for p in parents):
                    found.add(member.stmt.out)
        return found

    def move(self, values: set[Value], group: Group, earlier: Group) -> None:
        wanted, moved = set(values), []
        for member in reversed(group.members):
            out = member.stmt.out
            if out in wanted and self.home.get(out) is group:
                self.home[out] = earlier
                moved.append(member)
                wanted.update(self.parents(member))
        earlier.members = self.groups.sorted({m: None for m in (*earlier.members, *moved)})
