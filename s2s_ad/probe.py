"""A function at a point, seen along directions: what every way of differentiating it is asked for."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from s2s_ad.arguments import converted, own_copy, replica
from s2s_ad.derivative import Derivative, lowered_target
from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import INT, Array, Kind, List, is_complex
from s2s_ad.ir.objects import attribute_names, has_attributes, is_namedtuple
from s2s_ad.ir.structure import (
    Leaf,
    Lowered,
    Spec,
    has_real,
    leaf_kinds,
    leaves,
    real_leaves,
    rebuild,
    resolve,
    spec_of,
)
from s2s_ad.ir.walk import all_stmts, outputs_of
from s2s_ad.shadow import NotApplicable
from s2s_ad.targets import held_by, plain_function
from s2s_ad.transforms import as_float, prepared

FEW = 12  # so many numbers get a partial derivative each
MANY_DIRECTIONS = 3


@dataclass(frozen=True, eq=False)
class Direction:
    """One tangent for each argument, None where it is not real. `at` is the one number that moves, if it is one."""

    name: str
    tangents: tuple[Any, ...]
    at: int | None = None


class Probe:
    """A function at a point. Several results are weighted, so that there is always one number to differentiate."""

    def __init__(self, f: Callable[..., Any], args: Sequence[Any]) -> None:
        self.f = f
        self.specs = [spec_of(a) for a in args]
        self.args = tuple(replica(converted(spec, a)) for spec, a in zip(self.specs, args))
        if not any(map(has_real, self.specs)):
            self._take_ints_as_floats()
        self.numbers = [n for tree in self.args_seen() for n in _real_numbers(tree)]

    def need_numbers(self) -> None:
        """KindError where there is nothing to differentiate by."""
        if not self.numbers:
            raise KindError("none of the arguments is real", remedy="Give it a float (5.0) or a float array.")

    @cached_property
    def value(self) -> Any:
        return self.call(self.args)

    @cached_property
    def single(self) -> bool:
        """Whether the value is one real number."""
        if isinstance(self.value, np.ndarray):
            return not self.value.shape and self.value.dtype.kind != "c"
        return isinstance(self.value, (int, float, np.generic)) and not isinstance(self.value, np.complexfloating)

    @cached_property
    def weight(self) -> Any:
        """With what each number of the value is multiplied: always the same numbers at random, 1 if there is one."""
        rng = np.random.default_rng(1)
        return 1.0 if self.single else _like(self.value, lambda v: float(rng.standard_normal()), any_number=True)

    def _take_ints_as_floats(self) -> None:
        """grad(f)(3) means 3.0, if the function takes that."""
        specs = [as_float(spec) for spec in self.specs]
        args = tuple(replica(converted(spec, a)) for spec, a in zip(specs, self.args))
        try:
            self.call(args)
        except TypeError:
            return  # an int that must stay one, such as the end of a range
        self.specs, self.args = specs, args

    @property
    def name(self) -> str:
        return getattr(self.f, "__name__", "f")

    def args_seen(self) -> tuple[Any, ...]:
        """The arguments with None where they are not differentiated."""
        return tuple(_like(a, lambda v: v) for a in self.args)

    def call(self, args: tuple[Any, ...]) -> Any:
        return self.f(*replica(args))

    def itself(self) -> Callable[[], Any]:
        """The function at its arguments, to be timed: copies are made of what it writes to only."""
        f = self.f if isinstance(self.f, Derivative) else getattr(self.f, "__s2s_function__", self.f)
        args = self.args
        return (lambda: f(*own_copy(args))) if self.lowered.written else lambda: f(*args)

    def weighted(self, value: Any) -> Any:
        """The value as one real number."""
        return real_part(dot(self.weight, value))

    def along(self, direction: Direction, t: float) -> float:
        """The function, as one number, at a step of t along the direction."""
        return float(self.weighted(self.call(self.moved(direction, lambda x, d: x + t * d))))

    def beside(self, direction: Direction) -> tuple[Callable[[float], float], list[str]]:
        """The same, NaN where the function raises: beside the point it may be out of its domain. And what it raised."""
        raised: list[str] = []

        def at(t: float) -> float:
            try:
                return self.along(direction, t)
            except Exception as error:  # it may raise anything: whoever asks says so
                raised.append(f"{type(error).__name__}: {error}")
                return math.nan

        return at, raised

    def moved(self, direction: Direction, step: Callable[[Any, Any], Any]) -> tuple[Any, ...]:
        """The arguments with `step(number or array, tangent)` in the place of each that is real."""
        return tuple(_moved(s, a, d, step) for s, a, d in zip(self.specs, self.args, direction.tangents))

    @cached_property
    def complex(self) -> bool:
        """Whether complex numbers take part in the program."""
        functions = self.lowered.program.functions.values()
        values = [
            v for f in functions for v in (*f.body.params, *(v for s in all_stmts(f.body) for v in outputs_of(s)))
        ]
        return any(is_complex(_innermost(value.kind)) for value in values)

    @cached_property
    def directions(self) -> tuple[Direction, ...]:
        """One for each number where they are few, else some at random, always the same."""
        if len(self.numbers) > FEW:
            rng = np.random.default_rng(0)
            return tuple(
                Direction(f"direction {k + 1}", self._tangents(lambda v: float(rng.standard_normal())))
                for k in range(MANY_DIRECTIONS)
            )
        return tuple(self._unit(name, at) for at, name in enumerate(self.names()))

    @property
    def places(self) -> Direction:
        """A direction of which the tangent of each number is its place among them, counted from 0."""
        position = iter(range(len(self.numbers)))
        return Direction("places", self._tangents(lambda v: float(next(position))))

    def _unit(self, name: str, at: int) -> Direction:
        position = iter(range(len(self.numbers)))
        return Direction(name, self._tangents(lambda v: float(next(position) == at)), at)

    def _tangents(self, tangent: Callable[..., float]) -> tuple[Any, ...]:
        return tuple(_like(a, tangent) for a in self.args)

    def names(self) -> list[str]:
        """What the user would write for each number: x, p['a'][0], A[1, 2]."""
        return [name for top, a in zip(self._tops(), self.args_seen()) for name in _names(top, a)]

    @property
    def whole(self) -> list[str]:
        """The arguments that are ints."""
        return [top for top, spec in zip(self._tops(), self.specs) if spec == Leaf(INT)]

    def _tops(self) -> list[str]:
        tops: list[str] = []
        held, named = held_by(self.f)
        for p in list(inspect.signature(plain_function(self.f)).parameters.values())[len(held) :]:
            if p.kind is p.VAR_POSITIONAL:
                tops += [f"{p.name}[{i}]" for i in range(len(self.args) - len(tops))]
            elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.name not in named:
                tops.append(p.name)
        return tops

    def products(self, cotangents: Mapping[str, Any]) -> list[float]:
        """The derivative along each direction, of the cotangents of the parameters."""
        given = [cotangents.get(name) for name in self.by_name(self.args)]
        found = partials(given)
        # a partial is picked, not multiplied out: the others may be infinite
        return [
            (
                found[direction.at]
                if direction.at is not None
                else float(real_part(dot(list(self.by_name(direction.tangents).values()), given)))
            )
            for direction in self.directions
        ]

    def check_value(self, found: float) -> None:
        """NotApplicable where a program run in another way does not come to what the function gives."""
        here = float(self.weighted(self.value))
        with np.errstate(all="ignore"):
            same = np.isclose(found, here, rtol=1e-6 if self.epsilon < 1e-12 else 1e-2, atol=1e-9, equal_nan=True)
        if not same:
            raise NotApplicable(f"its value is {found:.6g} where the function gives {here:.6g}")

    # --- the function as a program ------------------------------------------------------------------------------------

    def bound(self, args: tuple[Any, ...]) -> dict[str, Any]:
        """The arguments by the names of their parameters, with defaults."""
        bound = self._binding(args)
        bound.apply_defaults()
        return bound.arguments

    def by_name(self, trees: Sequence[Any]) -> dict[str, Any]:
        """Something for each argument, such as a tangent, by the names of the parameters that are given."""
        held, _ = held_by(self.f)
        return dict(list(self._binding(trees).arguments.items())[len(held) :])

    def _binding(self, args: Sequence[Any]) -> inspect.BoundArguments:
        held, named = held_by(self.f)
        return inspect.signature(plain_function(self.f)).bind(*held, *args, **named)

    @cached_property
    def lowered(self) -> Lowered:
        """The function as the frontend reads it."""
        specs = {name: spec_of(value) for name, value in self.bound(self.args).items()}
        return prepared(lowered_target(self.f, specs), optimize=False)

    def interpreted(self, run: Callable[..., tuple[Any, ...]], args: tuple[Any, ...]) -> Any:
        """The function as one number, when `run(*inputs)` runs its program; `args` may hold anything as numbers."""
        return dot(self.weight, rebuild(self.lowered.result, iter(run(*self.inputs(args)))))

    def inputs(self, args: tuple[Any, ...]) -> list[Any]:
        """What the program takes: the parts of the arguments, and what it reads outside."""
        return self.inputs_of(self.lowered, self.bound(args))

    def inputs_of(self, lowered: Lowered, values: Mapping[str, Any]) -> list[Any]:
        """What a program made of this one takes, given its arguments by name."""
        found = [leaf for name, spec in lowered.arguments.items() for leaf in leaves(spec, values[name])]
        found += [resolve(plain_function(self.f), read.path) for read in lowered.reads]
        return [replica(value) for value in found]

    def scale(self, direction: Direction) -> float:
        """How large the numbers are that move along a direction, for a step in it."""
        given = [float(n) for n in self.numbers]
        moving = given if direction.at is None else [given[direction.at]]
        return math.hypot(*moving) / math.hypot(*numbers(direction.tangents))

    @cached_property
    def epsilon(self) -> float:
        """The relative accuracy of the least exact number that goes in or comes out."""
        kinds = [kind for spec in (*self.specs, spec_of(self.value)) for kind in leaf_kinds(spec) if kind.real]
        return max(float(np.finfo(_dtype(kind)).eps) for kind in kinds)


def real_part(number: Any) -> Any:
    """Of a complex number; anything else, such as a symbol, is what it is."""
    return number.real if isinstance(number, (complex, np.complexfloating)) else number


def dot(weight: Any, value: Any) -> Any:
    """The sum of weight * value over all numbers; None and what is no number count nothing."""
    if has_attributes(type(value)):
        names = attribute_names(value) if weight is not None else ()
        return sum(dot(getattr(weight, name), getattr(value, name)) for name in names)
    if isinstance(value, dict):
        return sum(dot(weight[key], v) for key, v in value.items()) if weight is not None else 0.0
    if isinstance(value, (tuple, list)):
        return sum(dot(w, v) for w, v in zip(weight, value)) if weight is not None else 0.0
    if weight is None or value is None or isinstance(value, (str, bool)):
        return 0.0
    if isinstance(value, np.ndarray) and value.shape:
        return (np.asarray(weight) * value).sum()
    return weight * value


def numbers(tree: Any) -> list[float]:
    """All real numbers of a derivative, in the order of the rows; a complex one is two."""
    return [float(n) for n in _real_numbers(tree)]


def partials(cotangents: Any) -> list[float]:
    """The derivatives along the real and the imaginary direction, of which a gradient is du/dx - i du/dy."""
    return numbers(_like(cotangents, lambda v: v, turned=True))


def _real_numbers(tree: Any) -> Iterator[Any]:
    if has_attributes(type(tree)):
        tree = tuple(getattr(tree, name) for name in attribute_names(tree))
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if isinstance(tree, (tuple, list)):
        for item in tree:
            yield from _real_numbers(item)
    elif isinstance(tree, np.ndarray):
        yield from tree.ravel() if tree.dtype.kind != "c" else np.stack([tree.real, tree.imag], -1).ravel()
    elif isinstance(tree, (complex, np.complexfloating)):
        yield from (tree.real, tree.imag)
    elif isinstance(tree, (bool, int, float, np.generic)):
        yield tree


def _names(top: str, tree: Any) -> list[str]:
    fields = tree._fields if is_namedtuple(type(tree)) else ()
    if fields or has_attributes(type(tree)):
        names = fields or attribute_names(tree)
        return [found for name in names for found in _names(f"{top}.{name}", getattr(tree, name))]
    if isinstance(tree, dict):
        return [name for key, item in tree.items() for name in _names(f"{top}[{key!r}]", item)]
    if isinstance(tree, (tuple, list)):
        return [name for i, item in enumerate(tree) for name in _names(f"{top}[{i}]", item)]
    if isinstance(tree, np.ndarray) and tree.shape:
        places = [f"{top}[{', '.join(map(str, at))}]" for at in np.ndindex(tree.shape)]
        return [name for place, item in zip(places, tree.ravel()) for name in _names(place, item)]
    if isinstance(tree, (complex, np.complexfloating)):
        return [f"{top}.real", f"{top}.imag"]
    return [] if tree is None else [top]


def _like(value: Any, number: Callable[[Any], Any], any_number: bool = False, turned: bool = False) -> Any:
    """The structure of a value with `number(v)` for each real number v, and None for what is not real.

    A complex number is two real ones; `turned`: the imaginary ones change their sign.
    """
    if isinstance(value, np.ndarray) and value.shape:
        if not (any_number and value.dtype.kind in "iu" or value.dtype.kind in "fc"):
            return None
        dtype = complex if value.dtype.kind == "c" else float
        items = [_like(v, number, any_number, turned) for v in value.ravel()]
        return np.array(items, dtype=dtype).reshape(value.shape)
    if isinstance(value, (complex, np.complexfloating)):
        real, imag = number(value.real), number(value.imag)
        return complex(real, -imag if turned else imag)
    if is_namedtuple(type(value)):
        return value._make(_like(v, number, any_number, turned) for v in value)
    if has_attributes(type(value)):
        spec = real_leaves(spec_of(value))
        return rebuild(spec, iter([_like(leaf, number, any_number, turned) for leaf in leaves(spec, value)]))
    if isinstance(value, (tuple, list)):
        ints = isinstance(spec_of(value), Leaf) and spec_of(value).kind.real  # type: ignore[union-attr]
        return type(value)([_like(v, number, any_number or bool(ints), turned) for v in value])
    if isinstance(value, dict):
        return {key: _like(v, number, any_number, turned) for key, v in value.items()}
    if isinstance(value, (float, np.floating)) or any_number and not isinstance(value, (bool, np.bool_, str)):
        return number(value) if isinstance(value, (int, float, np.generic, np.ndarray)) else None
    return number(value) if isinstance(value, np.ndarray) and value.dtype.kind in "fc" else None


def _moved(spec: Spec, value: Any, direction: Any, step: Callable[[Any, Any], Any]) -> Any:
    if direction is None:
        return value
    steps = iter(leaves(real_leaves(spec), direction))
    flat = zip(leaf_kinds(spec), leaves(spec, value))
    return rebuild(spec, iter([_moved_leaf(kind, v, next(steps), step) if kind.real else v for kind, v in flat]))


def _moved_leaf(kind: Kind, value: Any, direction: Any, step: Callable[[Any, Any], Any]) -> Any:
    if isinstance(kind, List):
        return [_moved_leaf(kind.item, v, d, step) for v, d in zip(value, direction)]
    moved = step(value, direction)
    return np.asarray(moved) if isinstance(value, np.ndarray) and not value.ndim else moved


def _innermost(kind: Kind) -> Kind:
    while isinstance(kind, List):
        kind = kind.item
    return kind


def _dtype(kind: Kind) -> str:
    kind = _innermost(kind)
    return kind.dtype if isinstance(kind, Array) else "float64"
