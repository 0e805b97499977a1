"""Random programs whose loops hand lists and arrays from one trip to the next, and write to them on the way."""

from __future__ import annotations

from s2s_ad.ir.builder import Builder, const
from s2s_ad.ir.kinds import FLOAT, Kind
from s2s_ad.ir.nodes import Atom, Value
from tests.backend.random_programs import ARRAY, NUMBERS, Generator, NothingToRead, Scope


class Moving(Generator):
    def kinds(self) -> list[Kind]:
        return [self.random.choice([NUMBERS, NUMBERS, ARRAY]) for _ in range(self.random.randint(1, 3))]

    def pick(self, scope: Scope, kind: Kind) -> Atom:
        known = [v for v in scope if v.kind == kind]
        if not known:
            raise NothingToRead
        return self.random.choice(known[-2:] if self.random.random() < 0.8 else known)

    def fresh(self, b: Builder, scope: Scope) -> Value:
        if self.random.random() < 0.4:
            return self.put(b, "zeros_like", self.pick(scope, ARRAY))
        if self.random.random() < 0.5:
            return self.put(b, "list_new", self.pick(scope, FLOAT), const(0.5))
        return self.put(b, "list_zeros", self.pick(scope, NUMBERS))

    def written(self, b: Builder, scope: Scope) -> Value:
        number = self.pick(scope, FLOAT)
        if self.random.random() < 0.3:
            return self.put(b, "index_add", self.pick(scope, ARRAY), number, index=self.index())
        if self.random.random() < 0.4:
            return self.put(b, "list_append", self.pick(scope, NUMBERS), number)
        return self.put(b, self.random.choice(["list_set", "list_add_at"]), self.pick(scope, NUMBERS), number, const(0))

    def read(self, b: Builder, scope: Scope) -> Value:
        if self.random.random() < 0.4:
            return self.put(b, "float", self.put(b, "getitem", self.pick(scope, ARRAY), index=self.index()))
        return self.put(b, "list_get", self.pick(scope, NUMBERS), const(self.random.choice([0, -1])))

    def statements(self, b: Builder, scope: Scope, depth: int, count: int) -> None:
        for _ in range(count):
            b.span = self.span()
            roll = self.random.random()
            if roll < 0.2:
                scope.append(self.fresh(b, scope))
            elif roll < 0.55:
                scope.append(self.written(b, scope))
            elif roll < 0.65:
                scope.append(self.read(b, scope))
            elif roll < 0.9 and depth < 3:
                self.counted(b, scope, depth)
            elif depth < 3:
                self.branch(b, scope, depth)
