"""jvp, hvp, vjp and linearize called inside a function that is differentiated itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from s2s_ad import transforms
from s2s_ad.derivative import Derivative, How
from s2s_ad.directional import Jvp, Linearized, Vjp
from s2s_ad.errors import KindError
from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT, INT, Array, Scalar
from s2s_ad.ir.nodes import Atom, Block, Value
from s2s_ad.ir.structure import Leaf, Lowered, Node, Spec, Static, leaf_kinds
from s2s_ad.ir.walk import substitute
from s2s_ad.ops.registry import OPS


class _Fitting:
    """Params for what a call gives, in the place of those that a derivative takes."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.params: list[Value] = []
        self.instead: dict[Value, Atom] = {}

    def take(self, given: Spec, expected: Spec, params: Iterator[Value], what: str) -> None:
        """`params` are those of `expected`; where that is not real, whatever is given is not looked at."""
        if isinstance(expected, Static):
            self.ignore(given)
        elif isinstance(expected, Leaf):
            self.leaf(given, next(params), what)
        else:
            same = isinstance(given, Node) and (given.type, given.keys) == (expected.type, expected.keys)
            if not same or len(given.items) != len(expected.items):  # type: ignore[union-attr]
                raise KindError(f"the {what} has not the structure of what it belongs to")
            for item, wanted in zip(given.items, expected.items):  # type: ignore[union-attr]
                self.take(item, wanted, params, what)

    def tangent(self, name: str, dots: dict[str, Any], expected: Spec, params: Iterator[Value]) -> None:
        """Of a parameter; one that is left to its default moves nowhere."""
        if name in dots:
            self.take(_spec(dots[name]), expected, params, f"tangent of {name}")
            return
        for kind, param in zip(leaf_kinds(expected), params):
            if not isinstance(kind, Scalar):
                raise KindError(f"{name} is left to its default", remedy="Give every array among the primals.")
            self.instead[param] = ZERO_FLOAT

    def ignore(self, given: Spec) -> None:
        self.params += [Value(kind) for kind in leaf_kinds(given)]

    def leaf(self, given: Spec, param: Value, what: str) -> None:
        kind = given.kind if isinstance(given, Leaf) else None
        if kind == param.kind:
            self.params.append(param)
            return
        value = Value(kind, param.hint) if kind is not None else None
        axes = kind.rank if isinstance(kind, Array) else 0
        if value is None or axes != (param.kind.rank if isinstance(param.kind, Array) else 0):
            raise KindError(f"the {what} has not the shape of what it belongs to: {kind} for {param.kind}")
        self.params.append(value)
        whole = kind == INT and param.kind == FLOAT
        self.instead[param] = self.builder.apply(OPS["float"], value) if whole else value

    def done(
        self, lowered: Lowered, first: Sequence[Value], last: Sequence[Value], baked: dict[Value, Atom]
    ) -> Lowered:
        body = lowered.program.main.body
        block = Block((*first, *self.params, *last), (*self.builder.stmts, *body.stmts), body.results)
        return transforms.with_main(lowered, substitute(block, {**self.instead, **baked}))


class _Part:
    """What the frontend calls in the place of a derivative, or of one half of it."""

    def __init__(self, derivative: Derivative) -> None:
        self.derivative = derivative
        self.__s2s_function__ = derivative.function


class Along(_Part):
    """jvp or hvp, called with the primals and then the tangents."""

    def __s2s_lower__(self, positional: Sequence[Spec], keywords: dict[str, Spec]) -> Lowered:
        derivative = self.derivative
        count = len(positional) // 2
        if len(positional) != 2 * count:
            raise KindError("there are not as many primals as tangents", remedy="Give one for each.")
        bound = derivative._signature.bind(*positional[:count]).arguments
        dots = derivative._signature.bind(*positional[count:]).arguments
        lowered = derivative.lowered(derivative._given(bound))
        by_name, rest, baked = derivative._params(lowered, bound)
        names, _ = derivative.wrt_names({name: lowered.arguments[name] for name in derivative.parameters})
        expected = iter(list(lowered.arguments.values())[len(derivative.parameters) :])
        fitting, params = _Fitting(), iter(rest)
        for name in derivative.parameters:
            if name not in names:
                fitting.ignore(_spec(dots.get(name)))
                continue
            fitting.tangent(name, dots, next(expected), params)
        return fitting.done(lowered, [v for values in by_name.values() for v in values], list(params), baked)


class First(_Part):
    """The first half of vjp or of linearize."""

    halves: tuple[Lowered, Lowered]
    given: dict[str, Spec]
    bound: dict[str, Any]

    def __s2s_lower__(self, positional: Sequence[Spec], keywords: dict[str, Spec]) -> Lowered:
        derivative = self.derivative
        self.bound = derivative._signature.bind(*positional).arguments
        self.given = derivative._floats(derivative._given(self.bound))
        prepared = transforms.prepared(derivative.lowered_target(self.given), derivative.how.optimize)
        names, _ = derivative.wrt_names(self.given)
        self.halves = type(derivative).split(prepared, names, derivative.how.optimize)  # type: ignore[attr-defined]
        by_name, rest, baked = derivative._params(self.halves[0], self.bound)
        return _Fitting().done(self.halves[0], [v for values in by_name.values() for v in values], rest, baked)


class Second(_Part):
    """The second half, called with what the first one saved, and a cotangent or tangents."""

    def __init__(self, first: First) -> None:
        super().__init__(first.derivative)
        self.first = first

    def __s2s_lower__(self, positional: Sequence[Spec], keywords: dict[str, Spec]) -> Lowered:
        lowered, derivative = self.first.halves[1], self.derivative
        record, *params = lowered.program.main.body.params
        names, _ = derivative.wrt_names(self.first.given)
        fitting, values = _Fitting(), iter(params)
        expected = list(lowered.arguments.items())[1:]
        if isinstance(derivative, Linearized):
            dots = derivative._signature.bind(*positional[1:]).arguments
            by_primal = dict(zip((name for name in self.first.given if name in names), expected))
            for name in self.first.given:
                if name in by_primal:
                    fitting.tangent(name, dots, by_primal[name][1], values)
                else:
                    fitting.ignore(_spec(dots.get(name)))
            return fitting.done(lowered, [record], [], {})
        if len(positional) != 2:
            raise KindError("a pullback takes one cotangent")
        fitting.take(positional[1], expected[0][1], values, "cotangent")
        made = fitting.done(lowered, [record], [], {})
        assert isinstance(made.result, Node)
        found = dict(zip(names, made.result.items))
        kept = self._kept(found, made.program.main.body)
        return replace(transforms.with_main(made, kept), result=Node(tuple, tuple(self._each(found))))

    def _kept(self, found: dict[Any, Spec], body: Block) -> Block:
        """Without the cotangents of what the call has left to its default."""
        results, kept = list(body.results), []
        for name, spec in found.items():
            n = len(leaf_kinds(spec))
            kept += results[:n] if name in self.first.bound else []
            del results[:n]
        return Block(body.params, body.stmts, tuple(kept))

    def _each(self, found: dict[Any, Spec]) -> Iterator[Spec]:
        """One cotangent for each of the arguments that the call gave, those in *args one by one."""
        for name, given in self.first.bound.items():
            several = self.derivative.parameters[name].kind is self.derivative.parameters[name].VAR_POSITIONAL
            cts = found.get(name, Static(None))
            if several:
                yield from cts.items if isinstance(cts, Node) else (Static(None) for _ in given)
            else:
                yield cts


def _spec(given: Any) -> Spec:
    """Of *args a tuple has been bound."""
    return Node(tuple, given) if isinstance(given, tuple) else Static(None) if given is None else given


def parts_of(f: Callable[..., Any], how: How) -> tuple[Any, ...]:
    """What the frontend calls: one object, or two halves."""
    if how.mode in ("jvp", "hvp"):
        return (Along(Jvp(f, how)),)
    first = First((Vjp if how.mode == "fwd" else Linearized)(f, how))
    return first, Second(first)
