"""Out of single assignment: which values share one variable, and what it is called."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping

from s2s_ad.backend.live import Interval, Liveness, meet, merged
from s2s_ad.backend.memory import InPlace
from s2s_ad.backend.schedule import Schedule
from s2s_ad.backend.wishes import DERIVED, HINT, NONE, WEAK, root_of, wish_of
from s2s_ad.ir.groups import representative
from s2s_ad.ir.nodes import Apply, Atom, For, Function, If, Unbound, Value, While
from s2s_ad.ir.walk import all_stmts, split_params
from s2s_ad.ops.updates import FUNCTIONS


class Classes:
    """Values grouped into variables; each group with its intervals and the name that it wants most."""

    def __init__(self, plan: Schedule, live: Liveness, fixed: dict[Value, str]) -> None:
        self.plan = plan
        self.parent: dict[Value, Value] = {}
        self.intervals: dict[Value, list[Interval]] = {}
        self.wish: dict[Value, tuple[int, str]] = {}
        self.fixed: dict[Value, str] = {}
        for value, intervals in live.intervals.items():
            self.parent[value] = value
            self.intervals[value] = list(intervals)
            self.wish[value] = wish_of(value)
            if len(plan.groups.get(value, ())) > 1:
                self.wish[value] = (DERIVED, "tape")  # it holds more than one thing
            if value in fixed:
                self.fixed[value] = fixed[value]
                self.wish[value] = (HINT, fixed[value])

    def find(self, value: Value) -> Value:
        return representative(self.parent, self.plan.leader.get(value, value))

    def same(self, a: Atom, b: Atom) -> bool:
        if not isinstance(a, Value) or not isinstance(b, Value) or not self.known(a) or not self.known(b):
            return False
        return self.find(a) is self.find(b)

    def known(self, value: Value) -> bool:
        return self.plan.leader.get(value, value) in self.parent

    def merge(self, a: Atom, b: Atom, whatever_the_names: bool = False, header: Interval | None = None) -> bool:
        """Make two values one variable if their intervals and their names allow it.

        `header`: there both are the same, as a loop begins to carry b with a in it.
        """
        if not isinstance(a, Value) or not isinstance(b, Value) or not self.known(a) or not self.known(b):
            return False
        x, y = self.find(a), self.find(b)
        if x is y:
            return True
        if not (whatever_the_names or self._names_agree(x, y)):
            return False
        if x in self.fixed and y in self.fixed:
            return False
        before = self.intervals[x] if header is None else [_cut(one, header) for one in self.intervals[x]]
        if meet(before, self.intervals[y]):
            return False
        self.intervals[x] = before
        if len(self.intervals[x]) < len(self.intervals[y]):
            x, y = y, x
        theirs, ours = self.wish.pop(y), self.wish.pop(x)
        if y is self.find(b):
            theirs, ours = ours, theirs
        self.parent[y] = x
        for interval in self.intervals.pop(y):
            insort(self.intervals[x], interval)
        self.wish[x] = max(theirs, ours, key=lambda wish: wish[0])  # of two as strong, that of `a`
        if y in self.fixed:
            self.fixed[x] = self.fixed.pop(y)
            self.wish[x] = (HINT, self.fixed[x])
        return True

    def _names_agree(self, x: Value, y: Value) -> bool:
        (strong_x, name_x), (strong_y, name_y) = self.wish[x], self.wish[y]
        return name_x == name_y or min(strong_x, strong_y) < DERIVED

    def roots(self) -> list[Value]:
        """One value of each variable, in order of first position."""
        found = [v for v in self.parent if self.parent[v] is v]
        return sorted(found, key=lambda v: self.intervals[v][0])


def _cut(interval: Interval, header: Interval) -> Interval:
    """An interval that ends in the header of a loop, without what it has in common with that."""
    start, end = interval
    return (start, header[0] - 1) if start < header[0] <= end <= header[1] else interval


def flows(function: Function, plan: Schedule | None = None) -> Iterator[tuple[Atom, Value]]:
    """What is copied into what at the ends of branches and of trips, the most welcome merges first.

    With a plan only what is used then.
    """
    stmts = list(all_stmts(function.body))
    loops = [s for s in stmts if isinstance(s, (For, While))]
    for loop in loops:
        for k, param in enumerate(split_params(loop)[1]):
            yield param, loop.outputs[k]
    for loop in loops:
        for k, param in enumerate(split_params(loop)[1]):
            yield loop.body.results[k], param
    for stmt in stmts:
        if isinstance(stmt, If):
            for out, *results in zip(stmt.outputs, stmt.then.results, stmt.orelse.results):
                if plan is None or plan.used(out):
                    for result in results:
                        yield result, out
    for loop in loops:
        for k, param in enumerate(split_params(loop)[1]):
            yield loop.init[k], param


def maybe_unbound(function: Function, plan: Schedule | None = None) -> set[Value]:
    """The values that may not be there when they are asked for."""
    found: set[Value] = set()
    edges = list(flows(function, plan))
    readers: dict[Value, list[Value]] = {}
    queue: list[Value] = []
    for source, target in edges:
        if isinstance(source, Unbound):
            queue.append(target)
        elif isinstance(source, Value):
            readers.setdefault(source, []).append(target)
    while queue:
        value = queue.pop()
        if value not in found:
            found.add(value)
            queue += readers.get(value, [])
    return found


def coalesce(function: Function, plan: Schedule, live: Liveness, spots: InPlace, fixed: dict[Value, str]) -> Classes:
    classes = Classes(plan, live, fixed)
    for stmt in all_stmts(function.body):
        if isinstance(stmt, While):
            for in_cond, in_body in zip(stmt.cond.params, stmt.body.params):
                merged_now = classes.merge(in_cond, in_body, whatever_the_names=True)
                assert merged_now, "the condition and the body of a loop carry the same variables"
    for stmt in all_stmts(function.body):
        if isinstance(stmt, Apply) and stmt in spots.on_spot:
            if stmt.op not in FUNCTIONS or _goes_on(stmt.inputs[0], stmt.outputs[0]):
                classes.merge(stmt.inputs[0], stmt.outputs[0], whatever_the_names=stmt.op.store)
        if isinstance(stmt, (For, While)):
            for param, out in zip(split_params(stmt)[1], stmt.outputs):
                # what a loop leaves behind goes on under the name that it had inside, unless the user has two
                classes.merge(param, out, whatever_the_names=min(wish_of(param)[0], wish_of(out)[0]) < HINT)
    unbound = maybe_unbound(function, plan)
    edges = list(flows(function, plan))
    for source, target in edges:
        if isinstance(source, Value) and source in unbound:
            classes.merge(source, target, whatever_the_names=True)
    for source, target in edges:
        # what has no name may be computed right into a named variable, but not go on under a name that it has not
        if isinstance(source, Value) and not (wish_of(source)[0] >= DERIVED > wish_of(target)[0]):
            classes.merge(source, target)
    for loop, header in live.headers.items():
        assert isinstance(loop, For)
        for k, param in enumerate(split_params(loop)[1]):
            if (loop, k) not in spots.copied_init and _alike(loop.init[k], param):
                classes.merge(loop.init[k], param, header=header)
    for stmt in all_stmts(function.body):
        if isinstance(stmt, Apply) and stmt.op.store and _alike(stmt.inputs[0], stmt.outputs[0]):
            classes.merge(stmt.inputs[0], stmt.outputs[0])
    return classes


def _goes_on(a: Atom, b: Value) -> bool:
    """Whether an adjoint that is written over may keep its name: what it becomes has none, or the same."""
    return _alike(a, b) or isinstance(a, Value) and wish_of(a)[0] == DERIVED > wish_of(b)[0]


def _alike(a: Atom, b: Value) -> bool:
    """Whether both want the same name: a copy that is then changed does not lend its name to what it was made of."""
    return isinstance(a, Value) and wish_of(a) == wish_of(b)


class Namer:
    """Gives every variable its name. `reserved` are names that no variable may have."""

    def __init__(
        self,
        classes: Classes,
        reserved: Iterable[str],
        optimize: bool,
        end: int,
        speaking: Mapping[Atom, str],
        taken_back: Mapping[Value, Atom],
    ) -> None:
        self.classes = classes
        self.reserved = frozenset(reserved)
        self.optimize = optimize
        self.end = end
        self.names: dict[Value, str] = {}  # by root
        self.taken: dict[str, list[Interval]] = {}
        self.counts: dict[str, int] = {}
        users = {root_of(value)[0].hint for value in classes.parent}
        # of what has no name: `v_bar` is then not the adjoint of the user's v
        self.stem = next((letter for letter in ("v", "t", "w") if letter not in users), "v")
        self.numbered: set[str] = set()
        self.speaking: dict[Value, str] = {}  # of variables that have no name: what all that they hold may be called
        said: dict[Value, set[str]] = {}
        for value in classes.parent:
            said.setdefault(classes.find(value), set()).add(speaking.get(value, ""))
        self.speaking = {root: text for root, texts in said.items() if len(texts) == 1 for text in texts if text}
        self.spoken: set[str] = set()
        self.saved: dict[Value, Value] = {}  # of variables that a loop takes out of a tape: those that were put in
        for item, put_in in taken_back.items():
            if classes.known(item) and isinstance(put_in, Value) and classes.known(put_in):
                self.saved[classes.find(item)] = classes.find(put_in)

    def run(self, results: Iterable[Atom], alone: set[Value]) -> dict[Value, str]:
        classes = self.classes
        roots = classes.roots()
        for root in alone:
            # nobody else may leave something behind under this name
            classes.intervals[root] = [(0, self.end + 1)]
        for root in roots:
            if root in classes.fixed:
                self.give(root, classes.fixed[root])
        returned = {classes.find(v) for v in results if isinstance(v, Value) and classes.known(v)}
        for wanted in (HINT, DERIVED, NONE, WEAK):
            for root in roots:
                if root not in self.names and classes.wish[root][0] == wanted:
                    self.name(root, root in returned)
        return {value: self.names[classes.find(value)] for value in classes.parent}

    def name(self, root: Value, returned: bool) -> None:
        strength, text = self.classes.wish[root]
        before = self.names.get(self.saved[root], "") if root in self.saved else ""
        if before and self.free(before, root):
            return self.give(root, before)
        if strength == NONE:
            if returned and self.optimize and self.free("y", root):
                self.give(root, "y")
            elif not (self.optimize and self.speak(root)):
                self.number(root)
            return
        if strength == WEAK:
            base, own = root_of(root)  # without a suffix of its own it has that of another value of the variable
            known = own and self.classes.known(base) and self.names.get(self.classes.find(base))
            text = (known or self.stem) + text.replace("_tape_tape", "_tapes")
        self.give(root, self.variant(text, root))

    def speak(self, root: Value) -> bool:
        """Give it a name that says what it is, if nothing else is called so."""
        text = self.speaking.get(root, "")
        if not text or not self.free(text, root) or text in self.taken and text not in self.spoken:
            return False
        self.spoken.add(text)
        self.give(root, text)
        return True

    def number(self, root: Value) -> None:
        """v, v2, v3, ...; in the unoptimised listing v1, v2, ..."""
        while True:
            count = self.counts[self.stem] = self.counts.get(self.stem, 0) + 1
            name = self.stem if count == 1 and self.optimize else f"{self.stem}{count}"
            if name not in self.taken and name not in self.reserved:
                return self.give(root, name)

    def variant(self, text: str, root: Value) -> str:
        """The name itself, else with a number; with an underscore where it means something else in the module."""
        stem = text + "_" if text in self.reserved else text
        name, count = stem, self.counts.get(stem, 1)
        while not self.free(name, root):
            count += 1
            name = f"{stem}_{count}"
            self.numbered.add(text)
        return name

    def free(self, name: str, root: Value) -> bool:
        if name in self.reserved:
            return False
        return name not in self.taken or not meet(self.taken[name], self.classes.intervals[root])

    def give(self, root: Value, name: str) -> None:
        self.names[root] = name
        mine = self.classes.intervals[root]
        held = self.taken.setdefault(name, [])
        if len(mine) * 8 < len(held):
            for interval in mine:
                insort(held, interval)
        else:
            self.taken[name] = merged(sorted(held + mine))
