"""The evaluation trace of a function, as textbooks print it: operation, primal, tangent, adjoint, source line."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from s2s_ad.arguments import cotangent_like
from s2s_ad.errors import KindError
from s2s_ad.ir.nodes import Value
from s2s_ad.ir.structure import leaves
from s2s_ad.span import Span
from s2s_ad.views.labels import is_real, label, operation, shown, worst
from s2s_ad.views.wengert import Choice, Step, Trip, WengertList

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_FEW = 3  # so many numbers get a column of tangents each


@dataclass(frozen=True)
class Row:
    """One line of the table. `kind` is "input", "operation", "branch", "loop", "trip", "more" or "output"."""

    kind: str
    depth: int = 0
    label: str = ""
    name: str = ""
    text: str = ""
    primal: str = ""
    tangents: tuple[str, ...] = ()
    adjoint: str = ""
    line: str = ""
    marks: tuple[str, ...] = ()  # "primal", "tangent", "adjoint": where NaN or inf is first


@dataclass(frozen=True)
class Finding:
    """The first number that is not finite.

    where      "primal", "tangent" or "adjoint"
    what       "nan", "inf" or "-inf"
    text       the operation that gave it
    place      file and line of the source
    source     that line
    """

    where: str
    what: str
    text: str
    place: str
    source: str

    def __str__(self) -> str:
        made = {
            "primal": f"{self.text} is {self.what}",
            "tangent": f"the tangent of {self.text} is {self.what}, and the function is finite there",
            "adjoint": f"{self.text} gives an adjoint of {self.what}, and the function is finite there",
        }
        return f"{self.place}: {made[self.where]}\n    {self.source}".rstrip()


@dataclass(eq=False, repr=False)
class Trace:
    """The evaluation trace of one run.

    Shown as a table by `print` and at the prompt, in colours by a terminal, as HTML by a notebook. `rows` are its
    lines, `json()` the same as data, `find_nan()` the operation where NaN or inf appears first.
    """

    run: WengertList
    directions: Sequence[tuple[str, Sequence[Any]]]
    seeds: Sequence[Any]
    limit: int = 8
    origins: dict[Step, str] = field(default_factory=dict)  # operations whose pullback gave a NaN or inf

    def __post_init__(self) -> None:
        self.tangents = [self.run.tangents(direction) for _, direction in self.directions]
        self.adjoints = self.run.adjoints(self.seeds, self._note)

    def _note(self, step: Step, shares: Sequence[Any]) -> None:
        bad = next(filter(None, map(worst, shares)), "")
        if bad and not self.origins:
            self.origins[step] = bad

    # --- names --------------------------------------------------------------------------------------------------------

    @cached_property
    def places(self) -> dict[Value, int]:
        """The numbers of the values: inputs end with 0, operations begin with 1."""
        inputs = [v for v in self.run.inputs if is_real(v)]
        found = {v: k - len(inputs) + 1 for k, v in enumerate(inputs)}
        made = (o for step in self.run.steps for o in step.apply.outputs if is_real(o))
        return {**found, **{v: k + 1 for k, v in enumerate(made)}}

    @cached_property
    def labels(self) -> dict[Value, str]:
        return {value: label(place) for value, place in self.places.items()}

    # --- rows ---------------------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        """The lines of the table, loops folded beyond the limit."""
        inputs = [self._row("input", v, (), v.hint or "", "", None) for v in self.run.inputs if is_real(v)]
        outputs = []
        for k, result in enumerate(self.run.results):
            if isinstance(result, Value) and result in self.labels:
                name = "y" if len(self.run.results) == 1 else f"y{k + 1}"
                row = self._row("output", result, (), "", f"= {self.labels[result]}", None)
                outputs.append(replace(row, label=name))
        return [*inputs, *self._grouped(self.run.lines, 0), *outputs]

    def _row(self, kind: str, value: Value, trips: tuple[Trip, ...], name: str, text: str, span: Span | None) -> Row:
        marks = tuple(where for where, first in self._first.items() if first is value) if kind != "output" else ()
        return Row(
            kind,
            len(trips),
            self.labels[value],
            name,
            text,
            shown(self.run.numbers[value]),
            tuple(shown(dots.get(value)) for dots in self.tangents),
            shown(self.adjoints.get(value)),
            span.place if span is not None else "",
            marks,
        )

    def _grouped(self, lines: Sequence[Union[Step, Choice]], depth: int) -> Iterator[Row]:
        """The lines of one level; those of each loop run together, trip by trip."""
        at = 0
        while at < len(lines):
            line = lines[at]
            if len(line.trips) == depth:
                yield from self._line(line)
                at += 1
                continue
            trip = line.trips[depth]
            end = at
            while end < len(lines) and len(lines[end].trips) > depth and lines[end].trips[depth].run == trip.run:
                end += 1
            yield from self._loop(lines[at:end], depth, trip)
            at = end

    def _loop(self, lines: Sequence[Union[Step, Choice]], depth: int, trip: Trip) -> Iterator[Row]:
        span = trip.span
        yield Row("loop", depth, text=" ".join(span.text.split()) if span else "loop", line=span.place if span else "")
        trips: dict[int, list[Union[Step, Choice]]] = {}
        for line in lines:
            trips.setdefault(line.trips[depth].number, []).append(line)
        numbers = list(trips)
        kept = {*numbers[: self.limit - 1], numbers[-1]} if len(numbers) > self.limit else set(numbers)
        # what is looked for is never folded away
        kept |= {number for number in numbers if any(map(self._is_marked, trips[number]))}
        for shown_now, group in itertools.groupby(numbers, kept.__contains__):
            if not shown_now:
                shut = len(list(group))
                yield Row("more", depth + 1, text=f"... {shut} more {'trip' if shut == 1 else 'trips'}")
                continue
            for number in group:
                yield Row("trip", depth, text=f"trip {number + 1}")
                yield from self._grouped(trips[number], depth + 1)

    def _is_marked(self, line: Union[Step, Choice]) -> bool:
        return isinstance(line, Step) and any(first in line.apply.outputs for first in self._first.values())

    def _line(self, line: Union[Step, Choice]) -> Iterator[Row]:
        if isinstance(line, Choice):
            text = " ".join(line.span.text.split())
            yield Row("branch", len(line.trips), text=text, primal=str(line.taken), line=line.span.place)
            return
        text = operation(line.apply, self.labels, self.run.numbers)
        for out in line.apply.outputs:
            if is_real(out):
                yield self._row("operation", out, line.trips, out.hint or "", text, line.apply.span)

    # --- what is not finite -------------------------------------------------------------------------------------------

    @cached_property
    def _first(self) -> dict[str, Value]:
        """For the primal, the tangent and the adjoint: what is not finite first, as the sweep goes."""
        order = list(self.places)
        found: dict[str, Value] = {}
        for where, numbers, values in (
            ("primal", [self.run.numbers], order),
            ("tangent", self.tangents, order),
            ("adjoint", [self.adjoints], order[::-1]),
        ):
            first = next((v for v in values for scope in numbers if worst(scope.get(v))), None)
            if first is not None:
                found[where] = first
        return found

    def find_nan(self) -> Finding | None:
        """Where NaN or inf appears first: in the function, else in its tangents, else in its adjoints; else None."""
        if "primal" in self._first:
            return self._found("primal", self._first["primal"], worst(self.run.numbers[self._first["primal"]]))
        for step, what in self.origins.items():
            return self._of_step("adjoint", step, what)
        if "tangent" in self._first:
            value = self._first["tangent"]
            return self._found("tangent", value, next(filter(None, (worst(d.get(value)) for d in self.tangents))))
        return None

    def _found(self, where: str, value: Value, what: str) -> Finding:
        step = next((s for s in self.run.steps if value in s.apply.outputs), None)
        if step is None:
            return Finding(where, what, f"the argument {value.hint}", self.run.probe.name, "")
        return self._of_step(where, step, what)

    def _of_step(self, where: str, step: Step, what: str) -> Finding:
        words = {value: shown(self.run.numbers[value]) for value in self.labels}
        text, span = operation(step.apply, words, self.run.numbers), step.apply.span
        return Finding(where, what, text, span.place if span else "", span.text if span else "")

    # --- shown --------------------------------------------------------------------------------------------------------

    def __rich__(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for title, justify in (("", "left"), ("operation", "left"), ("name", "left"), ("value", "right")):
            table.add_column(title, justify=justify, no_wrap=title != "operation")  # type: ignore[arg-type]
        for title, _ in self.directions:
            table.add_column(title, justify="right", style="cyan", no_wrap=True)
        table.add_column("adjoint", justify="right", style="magenta", no_wrap=True)
        table.add_column("line", style="dim", no_wrap=True)

        def cell(row: Row, where: str, text: str) -> Text:
            return Text(text, "bold red" if where in row.marks else "")

        for row in self.rows:
            indent = "  " * row.depth
            style = {"branch": "dim", "loop": "bold", "trip": "dim", "more": "dim", "output": "bold"}.get(row.kind, "")
            tangents = row.tangents or ("",) * len(self.directions)
            table.add_row(
                indent + row.label,
                Text(indent + row.text, style),
                row.name,
                cell(row, "primal", row.primal),
                *(cell(row, "tangent", text) for text in tangents),
                cell(row, "adjoint", row.adjoint),
                " ".join([row.line, *(f"<- first in the {where}" for where in row.marks)]).strip(),
                style=style,
            )
        return table

    def text(self, width: int = 1000) -> str:
        """The table as plain text; in a narrower one long operations are broken over several lines."""
        return _console(width, self).file.getvalue()  # type: ignore[attr-defined,no-any-return]

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self.text().splitlines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        code = '<pre style="font-family:monospace;line-height:1.3">{code}</pre>'
        return _console(140, self, record=True).export_html(inline_styles=True, code_format=code)

    def data(self) -> dict[str, Any]:
        """The rows as what JSON can hold."""
        titles = [title for title, _ in self.directions]
        return {"function": self.run.probe.name, "directions": titles, "rows": [asdict(row) for row in self.rows]}

    def json(self) -> str:
        return json.dumps(self.data(), ensure_ascii=False, indent=2)


def _console(width: int, trace: Trace, record: bool = False) -> Console:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, record=record, color_system="truecolor" if record else None)
    console.print(trace)
    return console


def trace(
    f: Callable[..., Any],
    *args: Any,
    directions: Sequence[Sequence[Any]] | None = None,
    seed: Any = None,
    limit: int = 8,
) -> Trace:
    """The evaluation trace of `f` at `args` (Griewank & Walther, tables 1.2, 2.4 and 3.1).

    directions   a tangent for each argument, for each direction; without it one direction for each argument where
                 they are numbers and few, else one with ones everywhere
    seed         the cotangent of the value, ones without it
    limit        so many trips of a loop are shown

    >>> def f(x1, x2):
    ...     return x1 * x2
    >>> row = trace(f, 2.0, 5.0).rows[2]
    >>> row.text, row.primal, row.tangents
    ('v₋₁ * v₀', '10', ('5', '2'))
    """
    run = WengertList(f, args)
    probe = run.probe
    given: list[tuple[str, Sequence[Any]]] = []
    if directions is not None:
        for k, tangents in enumerate(directions):
            if len(tangents) != len(probe.args):
                raise KindError(f"direction {k + 1} has {len(tangents)} tangents for {len(probe.args)} arguments")
            given.append((f"direction {k + 1}" if len(directions) > 1 else "tangent", _flat(run, tangents)))
    elif len(probe.numbers) <= _FEW and all(np.ndim(n) == 0 for n in probe.inputs(probe.args)):
        given += [(f"d/d{d.name}", _flat(run, d.tangents)) for d in probe.directions]
    else:
        ones = [np.ones_like(n) if n is not None else None for n in _flat(run, probe.args_seen())]
        given.append(("tangent", ones))
    result = probe.lowered.result
    if seed is None:
        seeds = [np.ones_like(n)[()] if _is_number(n) else None for n in leaves(result, probe.value)]
    else:
        seeds = leaves(result, cotangent_like(result, probe.value, seed, "seed"))
    return Trace(run, given, seeds, limit)


def _flat(run: WengertList, tangents: Sequence[Any]) -> list[Any]:
    """The tangents of the inputs, from those of the arguments; None where there is none."""
    bound = run.probe.bound(tuple(tangents))
    flat: list[Any] = []
    for name, spec in run.probe.lowered.arguments.items():
        flat += leaves(spec, bound[name])
    return flat + [None] * (len(run.inputs) - len(flat))


def _is_number(n: Any) -> bool:
    return isinstance(n, (float, complex, np.floating, np.complexfloating)) or np.asarray(n).dtype.kind in "fc"
