"""Derivatives along directions, and pulled back: callables that take more than the arguments of the function."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s2s_ad import jacobians, transforms
from s2s_ad.arguments import check_memory, converted, cotangent_like, own_copy, zeros_like
from s2s_ad.derivative import Derivative, How, run
from s2s_ad.errors import KindError
from s2s_ad.ir.structure import Lowered, Spec, leaf_kinds, spec_of
from s2s_ad.pipeline import Compiled, compile_kept
from s2s_ad.quick import Known


class Jvp(Derivative):
    """Forward mode, or the Hessian in a direction: called with a tuple of primals and one of tangents."""

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        if len(tangents) != len(primals):
            raise KindError(f"{len(primals)} primals and {len(tangents)} tangents", remedy="Give one for each.")
        known = self._quick.find(primals)
        if known is None:
            return self._along(self._bind(tuple(primals), {}), self._dots(tangents))
        return _run_along(known, primals, tangents)

    def along(self, args: Sequence[Any], tangents: Sequence[Any]) -> Any:
        """The derivative at `args`, with one tangent for each parameter asked for."""
        known = self._quick.find(args)
        if known is not None and len(tangents) == len(known.more[0]):
            dots = dict(zip(known.more[0], tangents))
            return _run_along(known, args, {i: dots[name] for i, name, _ in known.more[1]})
        values = self._bind(tuple(args), {})
        names, _ = self.wrt_names(self._floats({name: spec_of(value) for name, value in values.items()}))
        if len(tangents) != len(names):
            raise KindError(f"{len(tangents)} tangents for {len(names)} parameters: {', '.join(map(str, names))}")
        return self._along(values, dict(zip(map(str, names), tangents)))

    def _along(self, values: dict[str, Any], dots: dict[str, Any]) -> Any:
        compiled, reads = self.compiled_for(values)
        check_memory(compiled, values, reads)
        arguments = list(compiled.arguments.items())
        call = [converted(spec, values[name]) for name, spec in arguments[: len(values)] if leaf_kinds(spec)]
        names, _ = self.wrt_names(dict(arguments[: len(values)]))
        moving = [(i, name) for i, name in enumerate(values) if name in names]
        more = [(i, name, spec) for (_, spec), (i, name) in zip(arguments[len(values) :], moving)]
        for _, name, spec in more:
            # a parameter left to its default moves nowhere
            dot = dots[name] if name in dots else zeros_like(values[name])
            call.append(cotangent_like(spec, values[name], dot, "tangent", name))
        if self._plain:
            specs, kept = dict(arguments[: len(values)]), (tuple(map(str, names)), more)
            self._quick.note(tuple(values.values()), specs, compiled, self.function, kept)
        return run(compiled, call, reads)


def _run_along(known: Known, primals: Sequence[Any], tangents: Sequence[Any] | Mapping[int, Any]) -> Any:
    """`tangents` by the places of the parameters."""
    call = list(primals)
    for i, name, spec in known.more[1]:
        call.append(cotangent_like(spec, primals[i], tangents[i], "tangent", name))
    return run(known.compiled, call, {})


@dataclass(frozen=True)
class _Started:
    """What the first half leaves, none of which the caller can change."""

    value: Any
    saved: Any
    values: dict[str, Any]  # of the arguments
    names: tuple[Any, ...]  # of those that are differentiated
    second: Compiled


class _Halves(Derivative):
    """A derivative in two calls: the first saves what the second reads."""

    split: Callable[..., tuple[Lowered, Lowered]]

    def __init__(self, target: Callable[..., Any], how: How) -> None:
        super().__init__(target, how)
        self._second: dict[Any, Compiled] = {}

    def _compile(self, specs: dict[str, Spec]) -> Compiled:
        @functools.cache
        def halves() -> tuple[Lowered, Lowered]:
            with transforms.written_for(self.how.backend):
                inner = transforms.prepared(self.lowered_target(specs), self.how.optimize)
                names, _ = self.wrt_names(specs)
                return type(self).split(inner, names, self.how.optimize)

        first = compile_kept(self.function, self._key(specs, "first"), lambda: halves()[0], *self._writing)
        # the other half reads what this one saves
        part = f"after {first.emitted.text} {[(read.name, str(read.kind)) for read in first.reads]}"
        second = compile_kept(self.function, self._key(specs, part), lambda: halves()[1], *self._writing)
        self._second[tuple(specs.values())] = second
        return first

    def _start(self, primals: tuple[Any, ...]) -> _Started:
        known = self._quick.find(primals)
        if known is not None:
            values = {name: own_copy(primal) for name, primal in zip(self.parameters, primals)}
            value, saved = run(known.compiled, list(values.values()), {})
            return _Started(own_copy(value), saved, values, *known.more)
        given_now = self._bind(primals, {})
        values = own_copy(given_now)
        specs = self._floats({name: spec_of(value) for name, value in values.items()})
        compiled, reads = self.compiled_for_specs(specs)
        check_memory(compiled, given_now, reads)
        call = [converted(compiled.arguments[n], values[n]) for n in values if leaf_kinds(specs[n])]
        value, saved = run(compiled, call, {name: own_copy(read) for name, read in reads.items()})
        second, (names, _) = self._second[tuple(specs.values())], self.wrt_names(specs)
        if self._plain:
            self._quick.note(tuple(given_now.values()), compiled.arguments, compiled, self.function, (names, second))
        return _Started(own_copy(value), saved, values, names, second)


class Linearized(_Halves):
    """Forward mode in two halves."""

    split = staticmethod(jacobians.linearized)

    def __call__(self, *primals: Any) -> Any:
        started = self._start(primals)
        values, second = started.values, started.second
        given = [name for name in values if name in started.names]

        def tangent(*tangents: Any) -> Any:
            if len(tangents) != len(primals):
                raise KindError(f"{len(primals)} primals and {len(tangents)} tangents", remedy="Give one for each.")
            dots = self._dots(tangents)
            call = [started.saved]
            for spec, name in zip(list(second.arguments.values())[1:], given):
                dot = dots[name] if name in dots else zeros_like(values[name])
                call.append(cotangent_like(spec, values[name], dot, "tangent", name))
            return run(second, call, {})

        return started.value, tangent


class Vjp(_Halves):
    """Reverse mode in two halves."""

    split = staticmethod(transforms.vjp_split)

    def __call__(self, *primals: Any) -> Any:
        started = self._start(primals)
        back = self._back(started)

        def pullback(cotangent: Any) -> tuple[Any, ...]:
            return self._each(back(cotangent), started.values, len(primals))

        return started.value, pullback

    def asked(self, primals: tuple[Any, ...], cotangent: Any) -> tuple[Any, tuple[Any, ...]]:
        """The value, and a cotangent for each parameter asked for, in the order in which they were."""
        started = self._start(primals)
        if isinstance(cotangent, tuple) and len(cotangent) == 1 and not isinstance(started.value, tuple):
            cotangent = cotangent[0]
        return started.value, tuple(self._back(started)(cotangent).values())

    def _back(self, started: _Started) -> Callable[[Any], dict[Any, Any]]:
        """From a cotangent of the value to those of the parameters asked for."""
        spec = started.second.arguments["y_bar"]
        saved = [started.saved]
        shapes = own_copy(started.value)

        def back(cotangent: Any) -> dict[Any, Any]:
            ct = cotangent_like(spec, shapes, cotangent, "cotangent", "")
            return dict(zip(started.names, run(started.second, [*saved, ct] if leaf_kinds(spec) else saved, {})))

        return back

    def _each(self, found: dict[Any, Any], values: dict[str, Any], count: int) -> tuple[Any, ...]:
        """One cotangent for each of the arguments that the call gave, those in *args one by one."""
        if self._plain:
            return tuple([found.get(name) for name in values][:count])
        out: list[Any] = []
        for name in self._free():
            if name not in values:
                continue
            value = values[name]
            cts = found.get(name)
            several = self.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            out += (cts or [None] * len(value)) if several else [cts]
        return tuple(out[:count])
