"""Loops: what they walk, what they carry, what they save, and how they end."""

from __future__ import annotations

import ast

from s2s_ad.backend.expressions import negated, store
from s2s_ad.backend.hoisted import with_views
from s2s_ad.backend.outline import mark
from s2s_ad.backend.printer import remark
from s2s_ad.backend.statements import StatementWriter, is_const
from s2s_ad.backend.wishes import free_name
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Const, For, Value, While
from s2s_ad.ir.walk import split_params


class Writer(StatementWriter):
    """Writes one function."""

    def loop(self, stmt: For | While, out: list[ast.stmt]) -> None:
        title, self.title = self.title, ""
        begun = self.begun
        n, params = len(stmt.init), split_params(stmt)[1]
        live = [k for k in range(n) if self._needed(stmt, k)]
        anew = {params[k] for k in live if (stmt, k) in self.spots.copied_init}
        made = self.copies([(params[k], stmt.init[k]) for k in live], anew)
        for y in stmt.outputs[n:]:
            if self.plan.leader.get(y) is y:
                made.append(ast.Assign([store(self.expressions.name(y))], ast.List([], ast.Load())))

        pairs = [(params[k], stmt.body.results[k]) for k in live]
        stop = stmt.body.results[-1] if stmt.stops else None
        self.commented = None
        # while it goes on, a flag that ends it is what it was at the start
        unset = any(stmt.body.results[k] is stop and is_const(stmt.init[k], False) for k in live)
        if isinstance(stmt, For):
            target, iterable = self.header(stmt)
            made.append(ast.For(target, iterable, self.trip(stmt, pairs, stop, unset), []))
            if stmt.outlined:
                mark(made[-1])
        else:
            made.append(self.while_loop(stmt, pairs, stop, unset))
        if self.optimize and self.depth == 0:
            made[-1:] = with_views(made[-1], self.axes(), self.new_name)
        self.commented = None
        self.title, self.begun = title, begun
        made = [self.marked(made[0], stmt.span, quote=False), *(remark(s, (), span=stmt.span) for s in made[1:])]
        out += made
        out += self.copies([(stmt.outputs[k], params[k]) for k in live if self.plan.used(stmt.outputs[k])])

    def axes(self) -> dict[str, int]:
        """Of names that always stand for arrays how many axes these have, at least."""
        found: dict[str, int] = {}
        for value, name in self.expressions.names.items():
            rank = value.kind.rank if isinstance(value.kind, Array) and name not in self.nullable else 0
            found[name] = min(rank, found.get(name, rank))
        return found

    def new_name(self, text: str) -> str:
        name = free_name(text, self.expressions.variables | self.expressions.reserved | self.views)
        self.views.add(name)
        return name

    def _needed(self, stmt: For | While, k: int) -> bool:
        values = [split_params(stmt)[1][k], stmt.outputs[k]]
        if isinstance(stmt, While):
            values.append(stmt.cond.params[k])
        return any(map(self.plan.used, values))

    def trip(
        self, stmt: For | While, pairs: list[tuple[Value, Atom]], stop: Atom | None, unset: bool
    ) -> list[ast.stmt]:
        """The body of a loop."""
        self.depth += 1
        tail = self.tail_of(stmt.body, pairs, stop, unset)
        body = self.block(stmt.body, tail)
        if not (body and isinstance(body[-1], ast.Raise)):
            body += self.finish(pairs, None if tail is not None and tail.stop is not None else stop)
        self.depth -= 1
        return body or [ast.Pass()]

    def while_loop(self, stmt: While, pairs: list[tuple[Value, Atom]], stop: Atom | None, unset: bool) -> ast.stmt:
        before = self.block(stmt.cond)
        test = self.expressions.atom(stmt.cond.results[0])
        body = self.trip(stmt, pairs, stop, unset)
        if not before:
            return ast.While(test, body, [])
        leave = ast.If(negated(test), [ast.Break()], [])
        return ast.While(ast.Constant(True), [*before, leave, *body], [])

    # --- for ... in ... -----------------------------------------------------------------------------------------------

    def header(self, stmt: For) -> tuple[ast.expr, ast.expr]:
        """The target and the iterable of a `for`."""
        items = list(stmt.body.params[1 if stmt.trips is not None else 0 :])
        walks = self.walks(stmt, items)
        if stmt.even:  # all have one length: what is not read need not be walked
            read = [w for w in walks if any(map(self.plan.used, w[2]))]
            index_read = stmt.trips is not None and self.plan.used(stmt.body.params[0])
            if read or index_read or stmt.trips is not None:
                walks = read
            if stmt.trips is None or (walks and not index_read):
                walks = walks or self.walks(stmt, items)[:1]
                return self.together([self.walk(*w) for w in walks])
        if stmt.trips is None:
            return self.together([self.walk(*w) for w in walks])
        index = self.target(stmt.body.params[0])
        if self._enumerates(stmt, walks):
            target, iterable = self.walk(*walks[0])
            return ast.Tuple([index, target], ast.Store()), self.expressions.builtin("enumerate", iterable)
        t = stmt.trips
        bounds = [t.stop] if _is_number(t.start, 0) and _is_number(t.step, 1) else [t.start, t.stop]
        if not _is_number(t.step, 1):
            bounds.append(t.step)
        trips: ast.expr = self.expressions.builtin("range", *map(self.expressions.atom, bounds))
        if stmt.reverse and (walks or self.plan.used(stmt.body.params[0])):
            trips = self.expressions.builtin("reversed", trips)
        return self.together([(index, trips), *(self.walk(*w) for w in walks)])

    def walks(self, stmt: For, items: list[Value]) -> list[tuple[Atom, bool, list[Value]]]:
        """(what is walked, from its end?, its items): tapes that were merged are walked as one."""
        found: list[tuple[Atom, bool, list[Value]]] = []
        done: set[Value] = set()
        by_source = {walk.source: item for walk, item in zip(stmt.xs, items)}
        for walk, item in zip(stmt.xs, items):
            source = walk.source
            group = self.plan.groups.get(self.plan.leader.get(source, source)) if isinstance(source, Value) else None
            if group is None or len(group) == 1:
                found.append((source, walk.reverse, [item]))
            elif group[0] not in done:
                done.add(group[0])
                found.append((group[0], walk.reverse, [by_source[y] for y in group]))
        return found

    def walk(self, source: Atom, reverse: bool, items: list[Value]) -> tuple[ast.expr, ast.expr]:
        targets = [self.target(item) for item in items]
        target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
        iterable = self.expressions.atom(source)
        return target, self.expressions.builtin("reversed", iterable) if reverse else iterable

    def together(self, walks: list[tuple[ast.expr, ast.expr]]) -> tuple[ast.expr, ast.expr]:
        if len(walks) == 1:
            return walks[0]
        return ast.Tuple([target for target, _ in walks], ast.Store()), self.expressions.builtin(
            "zip", *(it for _, it in walks)
        )

    def _enumerates(self, stmt: For, walks: list[tuple[Atom, bool, list[Value]]]) -> bool:
        """Whether the range is that of the positions in the one list that is walked."""
        t = stmt.trips
        if t is None or len(walks) != 1 or stmt.reverse or walks[0][1]:
            return False
        if not (_is_number(t.start, 0) and _is_number(t.step, 1) and self.plan.used(stmt.body.params[0])):
            return False
        length = self.plan.defs.get(t.stop) if isinstance(t.stop, Value) else None
        counted = isinstance(length, Apply) and length.op.name == "list_len" and length.inputs[0] is walks[0][0]
        return stmt.even or (counted and isinstance(t.stop, Value) and t.stop in self.plan.folded)


def _is_number(atom: Atom, number: int) -> bool:
    return isinstance(atom, Const) and type(atom.value) is int and atom.value == number
