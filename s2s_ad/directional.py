"""Derivatives along directions, and pulled back: callables that take more than the arguments of the function."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from s2s_ad import jacobians, transforms
from s2s_ad.arguments import check_memory, converted, cotangent_like, own_copy, zeros_like
from s2s_ad.derivative import Derivative, How, run
from s2s_ad.errors import KindError
from s2s_ad.ir.structure import Lowered, Spec, leaf_kinds, spec_of
from s2s_ad.pipeline import Compiled, compile_kept


class Jvp(Derivative):
    """Forward mode, or the Hessian in a direction: called with a tuple of primals and one of tangents."""

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        if len(tangents) != len(primals):
            raise KindError(f"{len(primals)} primals and {len(tangents)} tangents", remedy="Give one for each.")
        given = self._dots(tangents)
        return self._along(self._bind(tuple(primals), {}), given)

    def along(self, args: Sequence[Any], tangents: Sequence[Any]) -> Any:
        """The derivative at `args`, with one tangent for each parameter asked for."""
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
        for (_, spec), name in zip(arguments[len(values) :], (n for n in values if n in names)):
            # a parameter left to its default moves nowhere
            dot = dots[name] if name in dots else zeros_like(values[name])
            call.append(cotangent_like(spec, values[name], dot, "tangent", name))
        return run(compiled, call, reads)


class _Halves(Derivative):
    """A derivative in two calls: the first saves what the second reads."""

    split: Callable[..., tuple[Lowered, Lowered]]

    def __init__(self, target: Callable[..., Any], how: How) -> None:
        super().__init__(target, how)
        self._second: dict[Any, Compiled] = {}

    def _compile(self, specs: dict[str, Spec]) -> Compiled:
        @functools.cache
        def halves() -> tuple[Lowered, Lowered]:
            inner = transforms.prepared(self.lowered_target(specs), self.how.optimize)
            names, _ = self.wrt_names(specs)
            return type(self).split(inner, names, self.how.optimize)

        first = compile_kept(self.function, self._key(specs, "first"), lambda: halves()[0], *self._writing)
        # the other half reads what this one saves
        part = f"after {first.emitted.text} {[(read.name, str(read.kind)) for read in first.reads]}"
        second = compile_kept(self.function, self._key(specs, part), lambda: halves()[1], *self._writing)
        self._second[tuple(specs.values())] = second
        return first

    def _start(self, primals: tuple[Any, ...]) -> tuple[Any, Any, dict[str, Any], dict[str, Spec], Compiled]:
        """(value, saved, arguments, their specs, the second half): none of which the caller can change."""
        given_now = self._bind(primals, {})
        values = own_copy(given_now)
        specs = self._floats({name: spec_of(value) for name, value in values.items()})
        compiled, reads = self.compiled_for_specs(specs)
        check_memory(compiled, given_now, reads)
        call = [converted(compiled.arguments[n], values[n]) for n in values if leaf_kinds(specs[n])]
        value, saved = run(compiled, call, {name: own_copy(read) for name, read in reads.items()})
        return own_copy(value), saved, values, specs, self._second[tuple(specs.values())]


class Linearized(_Halves):
    """Forward mode in two halves."""

    split = staticmethod(jacobians.linearized)

    def __call__(self, *primals: Any) -> Any:
        value, saved, values, specs, second = self._start(primals)
        names, _ = self.wrt_names(specs)
        given = [name for name in values if name in names]

        def tangent(*tangents: Any) -> Any:
            if len(tangents) != len(primals):
                raise KindError(f"{len(primals)} primals and {len(tangents)} tangents", remedy="Give one for each.")
            dots = self._dots(tangents)
            call = [saved]
            for spec, name in zip(list(second.arguments.values())[1:], given):
                dot = dots[name] if name in dots else zeros_like(values[name])
                call.append(cotangent_like(spec, values[name], dot, "tangent", name))
            return run(second, call, {})

        return value, tangent


class Vjp(_Halves):
    """Reverse mode in two halves."""

    split = staticmethod(transforms.vjp_split)

    def __call__(self, *primals: Any) -> Any:
        value, saved, values, specs, second = self._start(primals)
        spec = second.arguments["y_bar"]
        names, _ = self.wrt_names(specs)
        shapes = own_copy(value)

        def pullback(cotangent: Any) -> tuple[Any, ...]:
            ct = cotangent_like(spec, shapes, cotangent, "cotangent", "")
            found = dict(zip(names, run(second, [saved, ct] if leaf_kinds(spec) else [saved], {})))
            return self._each(found, values, len(primals))

        return value, pullback

    def _each(self, found: dict[Any, Any], values: dict[str, Any], count: int) -> tuple[Any, ...]:
        """One cotangent for each of the arguments that the call gave, those in *args one by one."""
        out: list[Any] = []
        for name in self._free():
            if name not in values:
                continue
            value = values[name]
            cts = found.get(name)
            several = self.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            out += (cts or [None] * len(value)) if several else [cts]
        return tuple(out[:count])
