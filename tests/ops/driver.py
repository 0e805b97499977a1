"""Runs one operation, its tangent and its pullback, as small programs."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import numpy as np

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.kinds import Array, List, kind_of
from s2s_ad.ir.nodes import Const, Function, Program, Value
from s2s_ad.ir.verify import fits, verify
from s2s_ad.ops.derive import pullback, tangent
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.guards import Guard
from s2s_ad.ops.registry import OPS

# operations on symmetric matrices, which are moved along symmetric directions only
SYMMETRIC = {"np.linalg.cholesky", "np.linalg.eigvalsh", "eigh_vectors"}


class Fixed:
    """An input that is a constant of the program."""

    def __init__(self, value):
        self.value = value


def real(value):
    return not isinstance(value, Fixed) and kind_of(value).real


def plain(value):
    return value.value if isinstance(value, Fixed) else value


class Case:
    """An operation applied to `inputs`; `loose=True` hides the lengths of all axes from the compiler."""

    def __init__(self, op, inputs, params=None, *, loose=False):
        self.op = OPS[op] if isinstance(op, str) else op
        self.inputs, self.params = list(inputs), dict(params or {})
        self.loose = loose

    def _kind(self, value):
        kind = kind_of(value)
        if self.loose and isinstance(kind, Array):
            return Array(kind.dtype, (-2,) * kind.rank)
        return kind

    def kinds(self):
        return tuple(self._kind(plain(x)) for x in self.inputs)

    def kinds_of_results(self):
        return self.op.kinds(self.kinds(), tuple(self.params.items()))

    def _start(self):
        builder = Builder()
        atoms = []
        for x in self.inputs:
            atoms.append(Const(x.value, kind_of(x.value)) if isinstance(x, Fixed) else Value(self._kind(x)))
        builder.apply_all(self.op, atoms, tuple(self.params.items()))
        return builder, atoms

    def _run(self, builder, params, given, results):
        program = Program({"f": Function("f", builder.block(params, results))}, "f")
        with np.errstate(all="ignore"):
            return evaluate(verify(program), *given)

    def value(self):
        builder, atoms = self._start()
        params = [a for a in atoms if isinstance(a, Value)]
        given = [x for x in self.inputs if not isinstance(x, Fixed)]
        (out,) = builder.stmts[0].outputs
        (result,) = self._run(builder, params, given, [out])
        assert fits(kind_of(result), out.kind), f"{self.op.name}: inferred {out.kind}, got {kind_of(result)}"
        if isinstance(out.kind, Array) and isinstance(kind_of(result), Array):
            assert out.kind.dtype == kind_of(result).dtype, f"inferred {out.kind}, got {result.dtype}"
        return result

    def tangent(self, dots):
        """`dots`: one for each input, None for zero."""
        builder, atoms = self._start()
        params = [a for a in atoms if isinstance(a, Value)]
        given = [x for x in self.inputs if not isinstance(x, Fixed)]
        wanted = []
        for atom, dot in zip(atoms, dots):
            wanted.append(None if dot is None else Value(self._kind(dot)))
        result = tangent(builder, builder.stmts[0], wanted)
        if result is None:
            return None
        params += [w for w in wanted if w is not None]
        given += [dot for dot in dots if dot is not None]
        (value,) = self._run(builder, params, given, [result])
        return value

    def pullback(self, ct, active=None, derived=False, guard=Guard.NONE):
        """The cotangents of the inputs; `derived`: the rule transposed also where the table gives a pullback."""
        builder, atoms = self._start()
        apply = builder.stmts[0]
        if derived:
            apply = replace(apply, op=replace(apply.op, pullback=None))
        params = [a for a in atoms if isinstance(a, Value)]
        given = [x for x in self.inputs if not isinstance(x, Fixed)]
        active = active or [real(x) for x in self.inputs]
        seed = Value(self._kind(ct))
        cts = pullback(builder, apply, seed, active, guard)
        values = iter(self._run(builder, [*params, seed], [*given, ct], [c for c in cts if c is not None]))
        return [None if c is None else next(values) for c in cts]


def rng_for(*names):
    """Random numbers that are the same in every run, and different for each name."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, names)).encode()))


def random_like(rng, x):
    if isinstance(x, list):
        return [random_like(rng, item) for item in x]
    if type(x) is float:
        return float(rng.standard_normal())
    if np.iscomplexobj(x):
        made = rng.standard_normal(np.shape(x)) + 1j * rng.standard_normal(np.shape(x))
        return complex(made) if type(x) is complex else made.astype(np.asarray(x).dtype)[()]
    return rng.standard_normal(np.shape(x)).astype(np.asarray(x).dtype)[()]


def direction(rng, name, x):
    """A tangent of an input: symmetric where the operation takes the input for symmetric."""
    v = random_like(rng, x)
    return v + np.conj(np.swapaxes(v, -1, -2)) if name in SYMMETRIC else v


def dot(a: Any, b: Any) -> float:
    """The real part of the sum of all products."""
    if isinstance(a, list):
        return sum(dot(x, y) for x, y in zip(a, b))
    return float(np.real(np.sum(np.asarray(a, dtype=complex) * np.asarray(b, dtype=complex))))


def differences(case, dots, h=1e-6):
    """The directional derivative by central differences."""
    values = []
    for step in (h, -h):
        moved = [x if dx is None else _moved(x, dx, step) for x, dx in zip(case.inputs, dots)]
        values.append(Case(case.op, moved, case.params).value())
    return _scaled_difference(*values, 2 * h)


def _moved(x, dx, step):
    return [_moved(a, b, step) for a, b in zip(x, dx)] if isinstance(x, list) else x + step * dx


def _scaled_difference(a, b, width):
    if isinstance(a, list):
        return [_scaled_difference(x, y, width) for x, y in zip(a, b)]
    return (a - b) / width


__all__ = ["Case", "Fixed", "List", "differences", "direction", "dot", "plain", "random_like", "real", "rng_for"]
