"""Blocks of the IR as lists of Python statements."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from s2s_ad.backend import templates
from s2s_ad.backend.abreast import abreast, is_listing
from s2s_ad.backend.expressions import Expressions, fresh, load, method, negated, store
from s2s_ad.backend.memory import InPlace
from s2s_ad.backend.printer import remark
from s2s_ad.backend.schedule import Schedule
from s2s_ad.ir.kinds import Array, List, Scalar
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Const, For, If, Section, Stmt, Unbound, Value, While
from s2s_ad.ops.updates import FUNCTIONS, is_nested, to_list
from s2s_ad.span import Span

_COMMENT = 100
_AUGMENTED = (ast.Add, ast.Sub, ast.Mult, ast.Div)


@dataclass
class Copy:
    """One assignment where paths meet: at the end of a branch or of a trip."""

    target: str
    source: Atom
    value: ast.expr
    reads: set[str]


@dataclass(frozen=True)
class Tail:
    """Of a branch after which the trip of a loop is over: `stop` says whether the loop is, too.

    `kept`: it is read after the loop as well. `unset`: then it is False until it is set.
    """

    stop: Value | None
    kept: bool = False
    unset: bool = False


class StatementWriter:
    """Writes everything but loops, which `loops.Writer` adds."""

    def __init__(
        self, plan: Schedule, expressions: Expressions, spots: InPlace, nullable: frozenset[str], optimize: bool
    ) -> None:
        self.plan = plan
        self.expressions = expressions
        self.spots = spots
        self.nullable = nullable  # variables that hold None where Python would have bound nothing
        self.optimize = optimize
        self.annotate = False
        self.title = ""
        self.titled = True  # a single heading says nothing
        self.begun = False  # whether anything stands in the function yet
        self.commented: tuple[str, int] | None = None
        self.depth = 0  # of loops
        self.views: set[str] = set()  # names that slices have got before loops
        self.objects: dict[str, object] = {}  # what effects name

    # --- blocks -------------------------------------------------------------------------------------------------------

    def block(self, block: Block, tail: Tail | None = None) -> list[ast.stmt]:
        """The statements of a block, without what happens to its results."""
        out: list[ast.stmt] = []
        appends = self.plan.appends.get(block, {})
        final = self._final(block)
        self.append_items(appends.get(-1, ()), out)
        for at, stmt in enumerate(block.stmts):
            self.stmt(stmt, out, tail if at == final else None)
            self.append_items(appends.get(at, ()), out)
        return out

    def _final(self, block: Block) -> int:
        """The index of the last statement, if nothing is printed after it."""
        for at in range(len(block.stmts) - 1, -1, -1):
            if any(k >= at for k in self.plan.appends.get(block, {})):
                return -1
            if not self.plan.silent(block.stmts[at]):
                return at
        return -1

    def append_items(self, items: Sequence[tuple[Value, tuple[Atom, ...]]], out: list[ast.stmt]) -> None:
        for tape, atoms in items:
            parts = [self.expressions.atom(a) for a in atoms]
            item = parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())
            out.append(ast.Expr(method(load(self.expressions.name(tape)), "append", item)))

    def stmt(self, stmt: Stmt, out: list[ast.stmt], tail: Tail | None = None) -> None:
        if isinstance(stmt, Section):
            self.title, self.annotate, self.commented = stmt.title if self.titled else "", stmt.annotate, None
        elif self.plan.silent(stmt):
            return
        elif isinstance(stmt, Apply):
            self.apply(stmt, out)
        elif isinstance(stmt, Call):
            value = self.expressions.source(stmt)
            self.put(self.targets(stmt.outputs, value), stmt.span, out)
        elif isinstance(stmt, If):
            self.branch(stmt, out, tail)
        else:
            self.loop(stmt, out)

    def loop(self, stmt: For | While, out: list[ast.stmt]) -> None:
        raise NotImplementedError

    def put(self, statements: Sequence[ast.stmt], span: Span | None, out: list[ast.stmt]) -> None:
        for statement in statements:
            out.append(self.marked(statement, span))

    def marked(self, statement: ast.stmt, span: Span | None, quote: bool = True) -> ast.stmt:
        """The statement with the comments that are due above it."""
        comments = []
        blank = bool(self.title) and self.begun
        self.begun = True
        if self.title:
            comments.append(self.title)
            self.title = ""
        compound = isinstance(statement, (ast.For, ast.While, ast.If))
        if quote and self.annotate and span is not None and span.text and not compound:
            if (span.file, span.line) != self.commented:
                self.commented = (span.file, span.line)
                comments.append(_comment(span))
        return remark(statement, comments, blank, span)

    # --- single operations --------------------------------------------------------------------------------------------

    def apply(self, stmt: Apply, out: list[ast.stmt]) -> None:
        expressions = self.expressions
        self.objects.update(dict(dict(stmt.params).get("names", ())))
        if stmt.op.draws and not self.plan.used(stmt.out):
            self.put([ast.Expr(expressions.source(stmt))], stmt.span, out)
        elif stmt.op.effect and not stmt.op.draws:
            text = templates.code_of(stmt)
            trees = [expressions.instance(tree, stmt, text) for tree in templates.statements(text)]
            self.put(trees, stmt.span, out)
        elif stmt.op.store:
            self.write_element(stmt, out)
        elif stmt.op.name == "unpack" or len(stmt.outputs) > 1:
            if any(map(self.plan.used, stmt.outputs)):
                target = ast.Tuple([self.target(v) for v in stmt.outputs], ast.Store())
                self.put([ast.Assign([target], expressions.source(stmt))], stmt.span, out)
        else:
            value = expressions.source(stmt)
            if stmt.outputs[0] in self.spots.copied_views:
                value = method(value, "copy")
            span = self.origin(stmt.inputs[0]) if stmt.op is to_list else stmt.span
            self.put([self.assign(stmt, expressions.name(stmt.outputs[0]), value)], span, out)
            if stmt.op is to_list and self.optimize:
                out[-2:] = abreast(out[-2:], is_listing)

    def assign(self, stmt: Stmt, name: str, value: ast.expr) -> ast.stmt:
        """`x = value`, or `x += ...` where that means the same."""
        span = stmt.span if isinstance(stmt, (Apply, If, Call)) else None
        if isinstance(stmt, Apply) and self.optimize and self.annotate and self._adds_to_a_number(stmt):
            added = _added(value, name)
            if added is not None:
                return added
        if isinstance(stmt, Apply) and self.optimize and self._may_augment(stmt, name, value, span):
            assert isinstance(value, ast.BinOp)
            if isinstance(value.left, ast.Name) and value.left.id == name:
                return ast.AugAssign(store(name), value.op, value.right)
        return ast.Assign([store(name)], value)

    def _adds_to_a_number(self, stmt: Apply) -> bool:
        """Whether it is a number, and what it is added to one that cannot be changed in place."""
        if getattr(stmt.out.kind, "shape", ()):
            return False
        first, made = stmt.out, stmt
        while made.op.name in ("add", "sub") and isinstance(made.inputs[0], Value):
            first = made.inputs[0]
            inner = self.maker(first)
            if not isinstance(inner, Apply):
                break
            made = inner
        return first is not stmt.out and (isinstance(first.kind, Scalar) or first in self.spots.plain)

    def _may_augment(self, stmt: Apply, name: str, value: ast.expr, span: Span | None) -> bool:
        if not isinstance(value, ast.BinOp) or not isinstance(value.op, _AUGMENTED):
            return False
        if span is not None and span.text.replace(" ", "").startswith(f"{name}="):
            return False  # the user wrote it out
        first = stmt.inputs[0]
        if isinstance(first, Value) and (isinstance(first.kind, Scalar) or first in self.spots.plain):
            return not getattr(stmt.out.kind, "shape", ())
        return stmt in self.spots.on_spot

    def write_element(self, stmt: Apply, out: list[ast.stmt]) -> None:
        """An update in place, of a copy where the old version is still wanted."""
        expressions = self.expressions
        first, name = stmt.inputs[0], expressions.name(stmt.outputs[0])
        text = templates.code_of(stmt)
        made: list[ast.stmt] = []
        if stmt not in self.spots.on_spot:
            made.append(ast.Assign([store(name)], self.copied(first)))
            trees = self.element(stmt, text, name)
        else:
            assert isinstance(first, Value)
            trees = self.element(stmt, text, expressions.name(first))
            if expressions.name(first) != name and stmt.op in FUNCTIONS:
                value = expressions.instance(templates.expression(FUNCTIONS[stmt.op]), stmt, FUNCTIONS[stmt.op])
                trees = [ast.Assign([store(name)], value)]
            elif expressions.name(first) != name:
                trees = [*trees, ast.Assign([store(name)], load(expressions.name(first)))]
        self.put([*made, *trees], stmt.span, out)

    def element(self, stmt: Apply, text: str, target: str) -> list[ast.stmt]:
        trees = templates.statements(text)
        made = [_subtracted(self.expressions.instance(tree, stmt, text, first=target)) for tree in trees]
        if self.optimize and stmt.op.name in (
            "index_set",
            "list_element_set",
        ):  # += on an item of a list would change what is in it
            return [_augmented(tree, stmt.span) for tree in made]
        return made

    def copied(self, atom: Atom) -> ast.expr:
        """A new object that may be written to."""
        value = self.expressions.atom(atom)
        if isinstance(atom, Value) and is_nested(atom.kind):
            rows = "row.copy()" if not is_nested(atom.kind.item) else "[row.copy() for row in row]"  # type: ignore
            tree = templates.expression(f"[{rows} for row in x]")
            return fresh(tree, {"x": lambda: self.expressions.atom(atom)}, lambda name: name)
        if isinstance(atom, Value) and isinstance(atom.kind, (Array, List)) and atom not in self.plan.folded:
            return method(value, "copy")
        if isinstance(atom, Value) and isinstance(atom.kind, Array):
            return method(value, "copy")
        return self.expressions.builtin("list", value) if isinstance(atom, Value) else value

    def target(self, value: Value) -> ast.expr:
        return store(self.expressions.name(value) if self.plan.used(value) else "_")

    def targets(self, outputs: Sequence[Value], value: ast.expr) -> list[ast.stmt]:
        """The assignment of a call's results."""
        if not outputs:
            return [ast.Expr(value)]
        if len(outputs) == 1:
            return [ast.Assign([self.target(outputs[0])], value)]
        return [ast.Assign([ast.Tuple([self.target(v) for v in outputs], ast.Store())], value)]

    # --- where paths meet ---------------------------------------------------------------------------------------------

    def copies(self, pairs: Sequence[tuple[Value, Atom]], anew: Collection[Value] = ()) -> list[ast.stmt]:
        """Assign all at once: one after the other where that is the same, else as one tuple.

        What is in `anew` gets a copy of its own, to be written to.
        """
        waiting: list[Copy] = []
        out: list[ast.stmt] = []
        for target, source in pairs:
            name = self.expressions.name(target)
            if isinstance(source, Unbound):
                out += self.unbind(name)
            elif target in anew:
                waiting.append(Copy(name, source, self.copied(source), self.read_names(source)))
            elif not self.settled(target, source):
                waiting.append(Copy(name, source, self.expressions.atom(source), self.read_names(source)))
        while waiting:
            ready = [c for c in waiting if not any(c.target in other.reads for other in waiting if other is not c)]
            if not ready:
                names = ast.Tuple([store(c.target) for c in waiting], ast.Store())
                values = ast.Tuple([c.value for c in waiting], ast.Load())
                out.append(self.marked(ast.Assign([names], values), self.origin(waiting[0].source)))
                return out
            copy = ready[0]
            waiting.remove(copy)
            made = self.assign(self.maker(copy.source), copy.target, copy.value)
            out.append(self.marked(made, self.origin(copy.source)))
        return out

    def settled(self, target: Value, source: Atom) -> bool:
        """Whether the two are one variable already."""
        if not isinstance(source, Value) or source in self.plan.folded:
            return False
        return self.expressions.name(source) == self.expressions.name(target)

    def finish(self, pairs: Sequence[tuple[Value, Atom]], stop: Atom | None) -> list[ast.stmt]:
        """The end of a trip: the new values, then whether to go on."""
        if stop is None or is_const(stop, False):
            return self.copies(pairs)
        if is_const(stop, True):
            return [*self.copies(pairs), ast.Break()]
        changed = {self.expressions.name(t) for t, source in pairs if not self.settled(t, source)}
        test = self.expressions.atom(stop)
        if not changed & self.read_names(stop):
            return [*self.copies(pairs), ast.If(test, [ast.Break()], [])]
        name = self.expressions.apart("stop")
        kept = ast.Assign([store(name)], test)
        return [kept, *self.copies(pairs), ast.If(load(name), [ast.Break()], [])]

    def tail_of(
        self, block: Block, pairs: Sequence[tuple[Value, Atom]], stop: Atom | None, unset: bool = False
    ) -> Tail | None:
        """What the last statement of a block at the end of a trip may take over, if it is an If."""
        at = self._final(block)
        last = block.stmts[at] if at >= 0 else None
        if not isinstance(last, If) or last in self.plan.inline:
            return None
        if not all(self.settled(target, source) for target, source in pairs):
            return None
        if stop is None or is_const(stop, False):
            return Tail(None)
        kept = any(source is stop for _, source in pairs)
        taken = isinstance(stop, Value) and stop in last.outputs and self.plan.uses.get(stop) == 1 + kept
        return Tail(stop, kept, unset) if taken and isinstance(stop, Value) else None

    def unbind(self, name: str) -> list[ast.stmt]:
        """Leave the name without a value, also where an earlier trip has given it one."""
        if name in self.nullable:
            return [ast.Assign([store(name)], ast.Constant(None))]
        if self.depth == 0:
            return []
        return [ast.Assign([store(name)], ast.Constant(None)), ast.Delete([ast.Name(name, ast.Del())])]

    def read_names(self, atom: Atom) -> set[str]:
        return {self.expressions.name(value) for value in self.plan.reads(atom)}

    def maker(self, atom: Atom) -> Stmt:
        """The operation at the top of a folded expression."""
        if isinstance(atom, Value) and atom in self.plan.folded:
            return self.plan.defs[atom]
        return Section("", False)

    def origin(self, atom: Atom) -> Span | None:
        stmt = self.maker(atom)
        return stmt.span if not isinstance(stmt, Section) else None

    # --- branches -----------------------------------------------------------------------------------------------------

    def branch(self, stmt: If, out: list[ast.stmt], tail: Tail | None) -> None:
        if stmt in self.plan.inline:
            value = self.expressions.choice(stmt)
            made = ast.Assign([store(self.expressions.name(stmt.outputs[0]))], value)
            return self.put([made], stmt.span, out)
        test = self.expressions.atom(stmt.cond)
        title, self.title = self.title, ""
        begun = self.begun
        before = self.commented
        then = self.side(stmt, stmt.then, tail)
        after_then, self.commented = self.commented, before
        orelse = self.side(stmt, stmt.orelse, tail)
        if not (before == after_then == self.commented):
            self.commented = None  # what stands below is of the line above the branches only where both are
        made_if: list[ast.stmt] = []
        if then and orelse:
            made_if = [ast.If(test, then, orelse)]
        elif then:
            made_if = [ast.If(test, then, [])]
        elif orelse and tail is not None and len(orelse) > 1:
            made_if = [ast.If(test, [ast.Continue()], []), *orelse]
        elif orelse:
            made_if = [ast.If(negated(test), orelse, [])]
        self.title, self.begun = title, begun
        if made_if:
            made_if[0] = self.marked(made_if[0], stmt.span)
        out += made_if

    def side(self, stmt: If, block: Block, tail: Tail | None) -> list[ast.stmt]:
        """One branch, with what it leaves in the outputs."""
        stop: Atom | None = None
        pairs = []
        for out, result in zip(stmt.outputs, block.results):
            if tail is not None and out is tail.stop:
                stop = result
                if not tail.kept or (tail.unset and is_const(result, False)):
                    continue
            if self.plan.used(out):
                pairs.append((out, result))
        inner = self.tail_of(block, pairs, stop, tail.unset) if tail is not None else None
        body = self.block(block, inner)
        if not (body and isinstance(body[-1], ast.Raise)):
            body += self.finish(pairs, None if inner is not None and inner.stop is not None else stop)
        return body


def _added(value: ast.expr, name: str) -> ast.stmt | None:
    """`x += a + b` for `x = x + a + b`: of numbers, and in a reverse sweep, as it changes last digits."""
    more: list[ast.expr] = []
    less: list[ast.expr] = []
    while isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        (more if isinstance(value.op, ast.Add) else less).insert(0, value.right)
        value = value.left
    if not (isinstance(value, ast.Name) and value.id == name) or len(more) + len(less) < 2:
        return None
    if any(isinstance(n, ast.Name) and n.id == name for part in (*more, *less) for n in ast.walk(part)):
        return None
    first, *rest = more or less
    for part in rest:
        first = ast.BinOp(first, ast.Add(), part)
    if not more:
        return ast.AugAssign(store(name), ast.Sub(), first)
    for part in less:
        first = ast.BinOp(first, ast.Sub(), part)
    return ast.AugAssign(store(name), ast.Add(), first)


def _subtracted(tree: ast.stmt) -> ast.stmt:
    """`a -= b` for `a += -b`."""
    if isinstance(tree, ast.AugAssign) and isinstance(tree.op, ast.Add) and isinstance(tree.value, ast.UnaryOp):
        if isinstance(tree.value.op, ast.USub):
            return ast.AugAssign(tree.target, ast.Sub(), tree.value.operand)
    return tree


def _augmented(tree: ast.stmt, span: Span | None) -> ast.stmt:
    """`a[i] *= b` for `a[i] = a[i] * b`, unless the user wrote it out."""
    if not isinstance(tree, ast.Assign) or not isinstance(tree.value, ast.BinOp):
        return tree
    target, value = tree.targets[0], tree.value
    if not isinstance(value.op, _AUGMENTED) or not isinstance(target, ast.Subscript):
        return tree
    text = ast.unparse(target)
    if (
        text != ast.unparse(value.left)
        or span is not None
        and span.text.replace(" ", "").startswith(f"{text.replace(' ', '')}=")
    ):
        return tree
    return ast.AugAssign(target, value.op, value.right)


def _comment(span: Span) -> str:
    text = " ".join(span.text.split())
    if len(text) > _COMMENT:
        text = text[: _COMMENT - 3] + "..."
    return f"{text}  [{span.place}]"


def is_const(atom: Atom, value: bool) -> bool:
    return isinstance(atom, Const) and atom.value is value
