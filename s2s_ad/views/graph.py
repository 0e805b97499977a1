"""The computational graph of a function: inputs, operations, outputs, local partials; loops and branches as boxes."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from s2s_ad.derivative import Derivative, How, lowered_target
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import is_number
from s2s_ad.ir.nodes import Apply, Atom, Block, Call, Const, For, Function, If, Program, Stmt, Value, While
from s2s_ad.ir.structure import Lowered
from s2s_ad.ir.walk import split_params
from s2s_ad.ops import derive
from s2s_ad.ops.evaluate import Evaluator, Scope
from s2s_ad.passes.simplify import simplify_function
from s2s_ad.signature import parse_kinds
from s2s_ad.span import Span
from s2s_ad.transforms import prepared
from s2s_ad.views.labels import expression, is_real, label, operation, shown
from s2s_ad.views.wengert import WengertList


@dataclass(frozen=True)
class Box:
    """A loop, a branch, or one side of it. `parent` is the id of the box around it, or nothing."""

    id: str
    title: str
    parent: str = ""


@dataclass(frozen=True)
class Node:
    """`kind` is "input", "operation", "carried", "choice" or "output"; `value` what it was in the run."""

    id: str
    kind: str
    label: str
    text: str
    box: str = ""
    value: str = ""


@dataclass(frozen=True)
class Edge:
    """From an input of an operation to it. `partial`: its derivative by that input; `back`: to the next trip."""

    start: str
    stop: str
    partial: str = ""
    back: bool = False


@dataclass(eq=False, repr=False)
class Graph:
    """The graph as data, and as DOT, Mermaid and SVG. A notebook shows the SVG."""

    name: str
    boxes: list[Box] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<graph of {self.name} with {len(self.nodes)} nodes: .svg(), .dot(), .mermaid(), .save(path)>"

    def dot(self) -> str:
        """In the language of Graphviz."""
        lines = [
            f"digraph {_quoted(self.name)} {{",
            "  rankdir=LR;",
            '  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled", fillcolor=white];',
            '  edge [fontname="Helvetica", fontsize=9, color="#555555"];',
            '  graph [fontname="Helvetica", fontsize=10, color="#999999", style=rounded];',
        ]

        def frame(box: Box) -> tuple[list[str], str]:
            return [f"subgraph cluster_{box.id} {{", f"  label={_quoted(box.title)};"], "}"

        self._inside("", "  ", lines, self._dot_node, frame)
        for edge in self.edges:
            about = [f"label={_quoted(' ' + edge.partial)}"] if edge.partial else []
            about += ["style=dashed", "constraint=false"] if edge.back else []
            attributes = f" [{', '.join(about)}]" if about else ""
            lines.append(f"  {edge.start} -> {edge.stop}{attributes};")
        return "\n".join([*lines, "}", ""])

    def mermaid(self) -> str:
        """In the language of Mermaid, which GitHub and many notebooks draw."""
        lines = ["flowchart LR"]

        def frame(box: Box) -> tuple[list[str], str]:
            return [f"subgraph {box.id}[{_words(box.title)}]"], "end"

        self._inside("", "  ", lines, self._mermaid_node, frame)
        for edge in self.edges:
            arrow = "-.->" if edge.back else "-->"
            lines.append(f"  {edge.start} {arrow}{f'|{_words(edge.partial)}|' if edge.partial else ''} {edge.stop}")
        return "\n".join([*lines, ""])

    def _inside(
        self,
        box: str,
        indent: str,
        lines: list[str],
        node_line: Callable[[Node], str],
        frame: Callable[[Box], tuple[list[str], str]],
    ) -> None:
        for node in self.nodes:
            if node.box == box:
                lines.append(indent + node_line(node))
        for inner in self.boxes:
            if inner.parent == box:
                start, stop = frame(inner)
                lines += [indent + line for line in start]
                self._inside(inner.id, indent + "  ", lines, node_line, frame)
                lines.append(indent + stop)

    def _dot_node(self, node: Node) -> str:
        color = _COLORS.get(node.kind)
        return f"{node.id} [label={_quoted(_lines(node))}{f', fillcolor={_quoted(color)}' if color else ''}];"

    def _mermaid_node(self, node: Node) -> str:
        left, right = _SHAPES.get(node.kind, ("[", "]"))
        return f"{node.id}{left}{_words(_lines(node))}{right}"

    def svg(self) -> str:
        """As a picture; raises UnsupportedError where pygraphviz, which brings Graphviz along, is not installed."""
        try:
            import pygraphviz
        except ImportError:
            raise UnsupportedError(
                "a picture of the graph needs pygraphviz",
                remedy="pip install s2s-ad[graph], or take the text: .dot() or .mermaid().",
            ) from None
        drawn: bytes = pygraphviz.AGraph(string=self.dot()).draw(format="svg", prog="dot")
        text = drawn.decode("utf-8")
        return text[text.index("<svg") :]

    def save(self, path: str | Path) -> None:
        """Write it as the ending of the path says: .svg, .dot or .mmd."""
        made = {".svg": self.svg, ".dot": self.dot, ".gv": self.dot, ".mmd": self.mermaid}.get(Path(path).suffix)
        if made is None:
            raise UnsupportedError(f"a graph is not written as {Path(path).name}", remedy="Use .svg, .dot or .mmd.")
        Path(path).write_text(made(), encoding="utf-8", newline="\n")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        try:
            return {"image/svg+xml": self.svg(), "text/plain": self.mermaid()}
        except UnsupportedError:
            return {"text/vnd.mermaid": self.mermaid(), "text/plain": self.mermaid()}


_COLORS = {"input": "#dbeafe", "output": "#dcfce7", "carried": "#fef3c7", "choice": "#fae8ff"}
_SHAPES = {"input": ("([", "])"), "output": ("([", "])"), "choice": ("{{", "}}")}


def _lines(node: Node) -> str:
    head = f"{node.label} = {node.text}" if node.label and node.text else node.label or node.text
    return f"{head}\n{node.value}" if node.value else head


def _quoted(text: str) -> str:
    body = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{body}"'


def _words(text: str) -> str:
    return '"' + html.escape(text).replace("&#x27;", "'").replace("&quot;", "#quot;").replace("\n", "<br/>") + '"'


# --- from the program -------------------------------------------------------------------------------------------------


def graph(
    f: Callable[..., Any],
    *args: Any,
    values: bool = False,
    signature: str | None = None,
    partials: bool = True,
) -> Graph:
    """The computational graph of `f` for arguments like `args`; without any, for floats or what `signature` says.

    values     show what each node is in a run at `args`; in a loop, in its last trip
    partials   write the local partial derivatives on the edges, where all is numbers

    >>> print(graph(lambda x, y: x * y).mermaid())
    flowchart LR
      n1(["v₋₁ = x"])
      n2(["v₀ = y"])
      n3["v₁ = v₋₁ * v₀"]
      n4(["y"])
      n1 -->|"v₀"| n3
      n2 -->|"v₋₁"| n3
      n3 --> n4
    <BLANKLINE>
    """
    if args:
        run = WengertList(f, args)
        return _Drawing(f, run.probe.lowered, run.latest if values else {}, partials).graph
    if values:
        raise UnsupportedError("values are shown of a run", remedy="Give the arguments of one.")
    derivative = Derivative(f, How("jvp", None, False, True))
    specs = derivative.specs(parse_kinds(signature) if signature else ())
    return _Drawing(f, prepared(lowered_target(f, specs), optimize=False), {}, partials).graph


class _Drawing:
    def __init__(self, f: Callable[..., Any], lowered: Lowered, numbers: Scope, partials: bool) -> None:
        self.numbers, self.partials = numbers, partials
        self.program = lowered.program
        self.graph = Graph(getattr(f, "__name__", "f"))
        self.at: dict[Value, str] = {}  # the node that a value comes from
        self.labels: dict[Value, str] = {}
        self.operations = 0
        body = lowered.program.main.body
        inputs = [v for v in body.params if is_real(v)]
        for k, value in enumerate(inputs):
            self.labels[value] = label(k - len(inputs) + 1)
            self.node("input", value, value.hint or "", "")
        self.block(body, "")
        for k, result in enumerate(body.results):
            name = "y" if len(body.results) == 1 else f"y{k + 1}"
            self.graph.nodes.append(Node(self.fresh(), "output", name, "", "", ""))
            self.edge(result, self.graph.nodes[-1].id)

    def fresh(self) -> str:
        return f"n{len(self.graph.nodes) + 1}"

    def node(self, kind: str, value: Value, text: str, box: str) -> str:
        there = value in self.numbers
        made = Node(
            self.fresh(), kind, self.labels.get(value, ""), text, box, shown(self.numbers[value]) if there else ""
        )
        self.graph.nodes.append(made)
        self.at[value] = made.id
        return made.id

    def edge(self, source: Atom, stop: str, partial: str = "", back: bool = False) -> None:
        start = self.at.get(source) if isinstance(source, Value) else None
        if start is not None:
            self.graph.edges.append(Edge(start, stop, partial, back))

    def box(self, title: str, parent: str) -> str:
        self.graph.boxes.append(Box(f"b{len(self.graph.boxes) + 1}", title, parent))
        return self.graph.boxes[-1].id

    def block(self, block: Block, box: str) -> None:
        for stmt in block.stmts:
            self.stmt(stmt, box)

    def stmt(self, stmt: Stmt, box: str) -> None:
        if isinstance(stmt, Apply):
            if stmt.outputs and is_real(stmt.out):
                self.apply(stmt, box)
        elif isinstance(stmt, Call):
            inputs = ", ".join(self.word(a) for a in stmt.inputs)
            for out in filter(is_real, stmt.outputs):
                self.name(out)
                node = self.node("operation", out, f"{stmt.callee}({inputs})", box)
                for a in stmt.inputs:
                    self.edge(a, node)
        elif isinstance(stmt, If):
            self.branch(stmt, box)
        elif isinstance(stmt, (For, While)):
            self.loop(stmt, box)

    def name(self, value: Value) -> None:
        self.operations += 1
        self.labels[value] = label(self.operations)

    def word(self, atom: Atom) -> str:
        if isinstance(atom, Value):
            return self.labels.get(atom) or atom.hint or shown(self.numbers.get(atom, "..."))
        return atom.text or repr(atom.value) if isinstance(atom, Const) else "nothing"

    def words(self, apply: Apply) -> dict[Value, str]:
        return {a: self.word(a) for a in apply.inputs if isinstance(a, Value)}

    def apply(self, stmt: Apply, box: str) -> None:
        self.name(stmt.out)
        node = self.node("operation", stmt.out, operation(stmt, self.words(stmt), self.numbers), box)
        partials = _Partials(stmt, self.words(stmt), self.numbers) if self.partials and _of_numbers(stmt) else None
        for i, atom in enumerate(stmt.inputs):
            self.edge(atom, node, partials.text(i) if partials is not None else "")

    def branch(self, stmt: If, box: str) -> None:
        if not any(map(is_real, stmt.outputs)):
            return
        whole = self.box(_title(stmt.span, "if"), box)
        sides = []
        for title, block in (("yes", stmt.then), ("no", stmt.orelse)):
            side = self.box(title, whole)
            self.block(block, side)
            sides.append((title, block))
            if not any(node.box == side for node in self.graph.nodes):
                self.graph.boxes = [b for b in self.graph.boxes if b.id != side]
        for k, out in enumerate(stmt.outputs):
            if is_real(out):
                self.name(out)
                node = self.node("choice", out, out.hint or "one of them", whole)
                for title, block in sides:
                    self.edge(block.results[k], node, title)

    def loop(self, stmt: For | While, box: str) -> None:
        inside = self.box(_title(stmt.span, "loop"), box)
        n, carried = len(stmt.init), split_params(stmt)[1]
        if isinstance(stmt, For):
            for walk, item in zip(stmt.xs, stmt.body.params[1 if stmt.trips is not None else 0 :]):
                if is_real(item):
                    self.name(item)
                    self.edge(walk.source, self.node("operation", item, f"an item of {self.word(walk.source)}", inside))
        for param, start in zip(carried, stmt.init):
            if is_real(param):
                self.name(param)
                self.edge(start, self.node("carried", param, param.hint or "carried", inside))
        self.block(stmt.body, inside)
        for k, (out, result) in enumerate(zip(stmt.outputs, stmt.body.results)):
            if k < n and is_real(carried[k]) and result is not carried[k]:
                self.edge(result, self.at[carried[k]], back=True)
            source = result if isinstance(result, Value) and result in self.at else carried[k] if k < n else result
            if is_real(out) and isinstance(source, Value) and source in self.at:
                self.at[out] = self.at[source]
                self.labels[out] = self.labels[source]


def _title(span: Span | None, otherwise: str) -> str:
    return " ".join(span.text.split()) if span is not None and span.text else otherwise


def _of_numbers(apply: Apply) -> bool:
    """Whether everything is one number: only then is a partial one number too."""
    return all(is_number(a.kind) for a in apply.inputs)


class _Partials:
    """The local partials of an operation: its pullback of 1, as expressions or, where there was a run, as numbers."""

    def __init__(self, apply: Apply, words: dict[Value, str], numbers: Scope) -> None:
        self.apply, self.words, self.numbers = apply, words, numbers

    @cached_property
    def shares(self) -> tuple[Sequence[Stmt], Sequence[Atom | None]]:
        builder = Builder()
        active = [isinstance(a, Value) and a.kind.real for a in self.apply.inputs]
        one = Const(1.0, self.apply.out.kind)
        shares = derive.pullback(builder, self.apply, one, active)
        kept = [i for i, share in enumerate(shares) if share is not None]
        results = tuple(share for share in shares if share is not None)
        made = simplify_function(Function("partial", Block((), tuple(builder.stmts), results))).body
        found: list[Atom | None] = [None] * len(shares)
        for i, result in zip(kept, made.results):
            found[i] = result
        return made.stmts, found

    def text(self, i: int) -> str:
        stmts, shares = self.shares
        share = shares[i]
        if share is None:
            return ""
        if isinstance(share, Const):
            return shown(share.value)
        known = {a for a in (*self.apply.inputs, self.apply.out) if isinstance(a, Value)}
        if known <= set(self.numbers):
            block = Block((), tuple(stmts), (share,))
            return shown(Evaluator(Program({}, "")).block(block, dict(self.numbers))[0], 4)
        own = {**self.words, self.apply.out: self.words.get(self.apply.out, "out")}
        return expression(share, [s for s in stmts if isinstance(s, Apply)], own).removeprefix("1.0 * ")
