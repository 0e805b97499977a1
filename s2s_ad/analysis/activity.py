"""Activity: which values depend on the inputs asked for, and which the outputs depend on.

Griewank & Walther, Evaluating Derivatives, section 6.2: a derivative is needed only for values that are both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from s2s_ad.analysis.shifts import cancelled
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, For, If, Program, Section, Stmt, Value, While
from s2s_ad.ir.walk import outputs_of, split_params

Key = tuple[str, tuple[bool, ...]]


class _Answers:
    """Flags by function and pattern. Functions that call one another are asked in rounds, all from "none", until no
    answer grows any more; only then are the answers of the round kept."""

    def __init__(self) -> None:
        self.settled: dict[Key, tuple[bool, ...]] = {}
        self.assumed: dict[Key, tuple[bool, ...]] = {}
        self.asked: set[Key] = set()  # in this round
        self.grown = False
        self.running = False

    def ask(self, key: Key, count: int, find: Callable[[], tuple[bool, ...]]) -> tuple[bool, ...]:
        if key in self.settled:
            return self.settled[key]
        if self.running:
            self._ask_once(key, count, find)
            return self.assumed[key]
        self.running = True
        try:
            while True:
                self.asked, self.grown = set(), False
                self._ask_once(key, count, find)
                if not self.grown:
                    break
        finally:
            self.running = False
        self.settled.update(self.assumed)
        self.assumed = {}
        return self.settled[key]

    def _ask_once(self, key: Key, count: int, find: Callable[[], tuple[bool, ...]]) -> None:
        if key in self.asked:
            return
        self.asked.add(key)
        before = self.assumed.setdefault(key, (False,) * count)
        self.assumed[key] = tuple(a or b for a, b in zip(before, find()))
        self.grown = self.grown or self.assumed[key] != before


class Activity:
    """Answers for one program; what a callee does is found once for each pattern of active inputs or outputs."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._varied = _Answers()
        self._useful = _Answers()
        self._cancelled = cancelled(program)

    # --- forward: what varies with the inputs ---------------------------------------------------------------------

    def outputs(self, name: str, inputs: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which outputs of a function vary when these inputs do."""
        body = self.program.functions[name].body

        def find() -> tuple[bool, ...]:
            varied = self.varied(body, [p for p, on in zip(body.params, inputs) if on])
            return tuple(_in(r, varied) for r in body.results)

        return self._varied.ask((name, inputs), len(body.results), find)

    def varied(self, block: Block, seeds: Iterable[Value]) -> set[Value]:
        """The values in the block, inner blocks included, that vary with the seeds."""
        varied = set(seeds)
        self._vary(block, varied)
        return varied

    def _vary(self, block: Block, varied: set[Value]) -> None:
        for stmt in block.stmts:
            self._vary_stmt(stmt, varied)

    def _vary_stmt(self, stmt: Stmt, varied: set[Value]) -> None:
        if isinstance(stmt, Section):
            return
        if isinstance(stmt, Apply):
            if not stmt.op.zero and any(_in(a, varied) for a in stmt.inputs):
                varied.update(v for v in stmt.outputs if v.kind.real and v not in self._cancelled)
        elif isinstance(stmt, Call):
            inputs = tuple(_in(a, varied) for a in stmt.inputs)
            if any(inputs):
                outputs = self.outputs(stmt.callee, inputs)
                varied.update(v for v, on in zip(stmt.outputs, outputs) if on and v.kind.real)
        elif isinstance(stmt, If):
            for block in (stmt.then, stmt.orelse):
                self._vary(block, varied)
                varied.update(o for o, r in zip(stmt.outputs, block.results) if _in(r, varied) and o.kind.real)
                varied -= self._cancelled
        else:
            self._vary_loop(stmt, varied)

    def _vary_loop(self, stmt: For | While, varied: set[Value]) -> None:
        items, carried = split_params(stmt)
        walks = stmt.xs if isinstance(stmt, For) else ()
        for walk, item in zip(walks, items[len(items) - len(walks) :]):
            if _in(walk.source, varied):
                varied.add(item)
        varied.update(p for p, a in zip(carried, stmt.init) if _in(a, varied) and p.kind.real)
        while True:
            before = len(varied)
            self._vary(stmt.body, varied)
            varied.update(p for p, r in zip(carried, stmt.body.results) if _in(r, varied) and p.kind.real)
            if len(varied) == before:
                break
        pairs = zip(stmt.outputs, stmt.body.results)
        varied.update(o for o, r in pairs if _in(r, varied) and o.kind.real)
        varied.update(o for o, p in zip(stmt.outputs, carried) if p in varied)
        varied -= self._cancelled

    # --- backward: what the outputs depend on ---------------------------------------------------------------------

    def inputs(self, name: str, outputs: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which inputs of a function matter to these outputs."""
        body = self.program.functions[name].body

        def find() -> tuple[bool, ...]:
            useful = self.useful(body, [r for r, on in zip(body.results, outputs) if on])
            return tuple(p in useful for p in body.params)

        return self._useful.ask((name, outputs), len(body.params), find)

    def useful(self, block: Block, seeds: Iterable[Atom]) -> set[Value]:
        """The values in the block, inner blocks included, on which the seeds depend smoothly."""
        useful = {a for a in seeds if isinstance(a, Value)}
        self._use(block, useful)
        return useful

    def _add(self, values: set[Value], atoms: Iterable[Atom]) -> None:
        values.update(a for a in atoms if isinstance(a, Value) and a not in self._cancelled)

    def _use(self, block: Block, useful: set[Value]) -> None:
        for stmt in reversed(block.stmts):
            if any(o in useful for o in outputs_of(stmt)):
                self._use_stmt(stmt, useful)

    def _use_stmt(self, stmt: Stmt, useful: set[Value]) -> None:
        if isinstance(stmt, Apply):
            if not stmt.op.zero:
                self._add(useful, stmt.inputs)
        elif isinstance(stmt, Call):
            inputs = self.inputs(stmt.callee, tuple(o in useful for o in stmt.outputs))
            self._add(useful, [a for a, on in zip(stmt.inputs, inputs) if on])
        elif isinstance(stmt, If):
            for block in (stmt.then, stmt.orelse):
                self._add(useful, [r for o, r in zip(stmt.outputs, block.results) if o in useful])
                self._use(block, useful)
        elif isinstance(stmt, (For, While)):
            items, carried = split_params(stmt)
            self._add(useful, [r for o, r in zip(stmt.outputs, stmt.body.results) if o in useful])
            useful.update(p for o, p in zip(stmt.outputs, carried) if o in useful)
            while True:
                before = len(useful)
                self._use(stmt.body, useful)
                self._add(useful, [r for p, r in zip(carried, stmt.body.results) if p in useful])
                if len(useful) == before:
                    break
            self._add(useful, [a for a, p in zip(stmt.init, carried) if p in useful])
            walks = stmt.xs if isinstance(stmt, For) else ()
            self._add(useful, [w.source for w, p in zip(walks, items[len(items) - len(walks) :]) if p in useful])


def flags(values: Sequence[Atom], active: set[Value]) -> tuple[bool, ...]:
    return tuple(_in(v, active) for v in values)


def _in(atom: Atom, values: set[Value]) -> bool:
    return isinstance(atom, Value) and atom in values
