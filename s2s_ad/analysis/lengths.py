"""Which arrays of a function surely have the same shape, though their lengths are known only when it runs.

`u[2:]`, `u[1:-1]` and `u[:-2]` are all two shorter than u: where they meet in a sum nothing is broadcast, and the
reverse sweep has nothing to look at while it runs. A length is 1, or a symbol: an axis of some value, less a number.

What is broadcast into something is 1 or as long as that. Two lengths of which each goes into the other are the same:
after `u[1:-1] = f(u, v)` and `v[1:-1] = g(u, v)`, u and v have the same length. Such a fact holds wherever the
statement that it comes from has run: in its block and in the blocks inside.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from s2s_ad.ir.kinds import ANY, INT, MANY, ONE, Array, Dim, List
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, If, Section, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, defined_in, outputs_of, split_params
from s2s_ad.ops.fitting import is_elementwise, shape_of
from s2s_ad.ops.indexing import every_axis
from s2s_ad.ops.linear import axes_of, dtype_of

Length = Any  # 1, or (what it is of, which axis, by how much it is shorter)
Shape = tuple[Length, ...]

# of these results the first input has the shape, and of those the second
LIKE_FIRST = frozenset(
    ("zeros_like", "copy", "beginning", "astype", "index_add", "index_set", "stop_gradient")
    + ("np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like")
    + ("np.flip", "np.roll", "np.triu", "np.tril", "np.copy", "np.array")
)
ASKS_LENGTH = frozenset(("shape_item", "array_len"))
_NEW = frozenset(("np.zeros", "np.ones", "np.empty", "np.full", "np.eye"))
LIKE_SECOND = frozenset(("broadcast_like", "unbroadcast", "reshape_like"))


class Lengths:
    """The shapes of everything in a block and the blocks in it; `given` are those of some of its params."""

    def __init__(self, block: Block, given: Mapping[Value, Shape] = MappingProxyType({})) -> None:
        self._shapes: dict[Value, Shape] = dict(given)
        self._numbers: dict[Atom, Hashable] = {}  # whole numbers that are equal have one name
        self._around: dict[Block, Block] = {}
        self._homes: dict[Value, Block] = {}
        self._fits: dict[Block, dict[Length, dict[Length, None]]] = {}  # what goes into what
        self._items: dict[Value, Shape] = {}  # of the arrays in a list, or in the lists in it
        for param in block.params:
            if param.suffix == "_dot" and param.base in block.params and param.kind == param.base.kind:
                self._shapes[param] = self.of(param.base)  # a tangent has the shape of what it belongs to
        self._block(block)

    def same(self, a: Atom, b: Atom) -> bool:
        """Whether both surely have the same shape."""
        return self.equal(self.of(a), self.of(b), (a, b))

    def equal(self, one: Shape, other: Shape, at: Sequence[Atom]) -> bool:
        """Whether two shapes are surely the same where the values `at` are known."""
        if one == other or len(one) != len(other):
            return one == other
        facts = [self._fits[block] for block in self._blocks(at) if block in self._fits]
        return all(x == y or _goes_into(x, y, facts) and _goes_into(y, x, facts) for x, y in zip(one, other))

    def _blocks(self, atoms: Sequence[Atom]) -> dict[Block, None]:
        """The blocks that have surely been run where these values are known."""
        found: dict[Block, None] = {}
        for atom in atoms:
            block = self._homes.get(atom) if isinstance(atom, Value) else None
            while block is not None and block not in found:
                found[block] = None
                block = self._around.get(block)
        return found

    def _note(self, block: Block, small: Shape, large: Shape, surely: bool = False) -> None:
        """That the first is broadcast into the second; `surely`: where it is not 1 they are the same."""
        for x, y in zip(small[::-1], large[::-1]):
            if x != 1 and x != y:
                self._fits.setdefault(block, {}).setdefault(x, {})[y] = None
                if surely and _is_many(x):
                    self._fits[block].setdefault(y, {})[x] = None

    def fills(self, write: Apply) -> bool:
        """Whether what is written into an array surely has the shape of the elements that it is written to."""
        return self.equal(self.target(write), self.of(write.inputs[1]), (write.out, write.inputs[1]))

    def target(self, write: Apply) -> Shape:
        """The shape of the elements that are written to; (None,) where it is not known."""
        return self._sliced(write, dict(write.params)["index"], (None,), write.inputs[2:])

    def of(self, atom: Atom) -> Shape:
        if isinstance(atom, Value) and atom in self._shapes:
            return self._shapes[atom]
        return _own(atom)

    def dims(self, value: Value) -> tuple[Dim, ...]:
        """What is known of the lengths of its axes: 1, not 1, or nothing."""
        return tuple(ONE if n == 1 else MANY if _is_many(n) else ANY for n in self.of(value))

    def _block(self, block: Block) -> None:
        self._homes.update(dict.fromkeys(block.params, block))
        self._fits.pop(block, None)
        for stmt in block.stmts:
            self._homes.update(dict.fromkeys(outputs_of(stmt), block))
            self._around.update(dict.fromkeys(blocks_of(stmt), block))
            if isinstance(stmt, (For, While)):
                self._loop(stmt)
                continue
            for inner in blocks_of(stmt):
                self._block(inner)
            if not isinstance(stmt, Section):
                self._stmt(stmt)
            if isinstance(stmt, Apply):
                self._facts(stmt, block)

    def _facts(self, stmt: Apply, block: Block) -> None:
        if stmt.op.name in ("index_set", "index_add"):
            target = self.target(stmt)
            if None not in target:
                self._note(block, self.of(stmt.inputs[1]), target)
        elif is_elementwise(stmt.op) and isinstance(stmt.out.kind, Array):
            for atom in stmt.inputs:
                self._note(block, self.of(atom), self.of(stmt.out), surely=True)

    def _loop(self, stmt: For | While) -> None:
        """What a loop carries keeps its shape if no trip changes it."""
        params = split_params(stmt)[1]
        steady = {
            k for k, p in enumerate(params) if shape_of(p.kind) and shape_of(p.kind) == shape_of(stmt.init[k].kind)
        }
        if isinstance(stmt, For):
            self._walked(stmt)
        while True:
            for k, param in enumerate(params):
                self._shapes[param] = self.of(stmt.init[k]) if k in steady else _own(param)
                if isinstance(stmt, While):
                    self._shapes[stmt.cond.params[k]] = self._shapes[param]
            for inner in blocks_of(stmt):
                self._block(inner)
            ends = [(params[k], stmt.body.results[k]) for k in range(len(params))]
            changed = {k for k in steady if not self.same(*ends[k])}
            if not changed:
                break
            steady -= changed
        for k in steady:
            self._shapes[stmt.outputs[k]] = self._shapes[params[k]]
        inside = defined_in(stmt.body)
        n = len(stmt.init)
        for out, item in zip(stmt.outputs[n:], stmt.body.results[n:]):
            if not isinstance(item, Value):
                continue
            shape = self._items.get(item) if isinstance(item.kind, List) else self.of(item)
            if shape and not any(value in inside for length in shape for value in _values_in(length)):
                self._items[out] = shape

    def _walked(self, loop: For) -> None:
        """What a loop takes from a list has the shape that another has put there."""
        for walk, item in zip(loop.xs, loop.body.params[loop.trips is not None :]):
            found = self._items.get(walk.source)  # type: ignore[arg-type]
            if found is None or not isinstance(walk.source.kind, List):
                continue
            if isinstance(item.kind, List):
                self._items[item] = found
            elif len(found) == len(shape_of(item.kind)):
                self._shapes[item] = found

    def _stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Apply) and len(stmt.outputs) == 1 and stmt.out.kind == INT:
            self._numbers[stmt.out] = self._number(stmt)
        elif isinstance(stmt, Apply) and len(stmt.outputs) == 1 and isinstance(stmt.out.kind, Array):
            self._shapes[stmt.out] = self._apply(stmt)
        elif isinstance(stmt, If):
            for out, a, b in zip(outputs_of(stmt), stmt.then.results, stmt.orelse.results):
                if self.of(a) == self.of(b) and len(self.of(a)) == len(shape_of(out.kind)):
                    self._shapes[out] = self.of(a)

    def _number(self, stmt: Apply) -> Hashable:
        if stmt.op.name in ASKS_LENGTH:
            return "length", self.of(stmt.inputs[0])[dict(stmt.params).get("axis", 0)]
        if stmt.op.name in ("add", "sub", "mul"):
            return stmt.op.name, *map(self._named, stmt.inputs)
        return stmt.out

    def _named(self, atom: Atom) -> Hashable:
        if isinstance(atom, Const):
            return type(atom.value), atom.value
        return self._numbers.get(atom, atom)

    def _given(self, sizes: Sequence[Atom], shape: Sequence[int | None]) -> Shape:
        """The shape of a new array: each None in `shape` is the next of the sizes."""
        left = iter(sizes)
        names = [self._named(next(left)) if n is None else n for n in shape]
        return tuple(_length(name) for name in names)

    def _apply(self, stmt: Apply) -> Shape:
        op, own = stmt.op, _own(stmt.out)
        params = {**op.defaults, **dict(stmt.params)}
        if is_elementwise(op) or op.name in ("np.where", "np.sign"):
            return self._combined(stmt.inputs, own)
        if op.name in _NEW and not any(n is not None and n < 0 for n in params["shape"]):
            return self._given(stmt.inputs[op.name == "np.full" :], params["shape"])
        if op.name in LIKE_FIRST:
            return self.of(stmt.inputs[0])
        if op.name in LIKE_SECOND:
            return self.of(stmt.inputs[1])
        if op.name == "getitem":
            return self._sliced(stmt, params["index"], own, stmt.inputs[1:])
        if "axis" in params and "keepdims" in params:
            return _reduced(self.of(stmt.inputs[0]), params["axis"], params["keepdims"])
        if op.name == "np.expand_dims":
            axes = axes_of(params["axis"] if isinstance(params["axis"], tuple) else (params["axis"],), len(own))
            left = iter(self.of(stmt.inputs[0]))
            return tuple(1 if axis in axes else next(left) for axis in range(len(own)))
        if op.name == "matmul" and len(shape_of(stmt.inputs[0].kind)) <= 2 >= len(shape_of(stmt.inputs[1].kind)):
            return self.of(stmt.inputs[0])[:-1] + self.of(stmt.inputs[1])[1:]
        if op.name == "np.transpose" and params["axes"] is None:
            return self.of(stmt.inputs[0])[::-1]
        return own

    def _combined(self, inputs: Sequence[Atom], own: Shape) -> Shape:
        """Of lengths that meet, those that are not 1 agree; which may be 1, though it is not known, says nothing."""
        result = []
        for axis in range(-len(own), 0):
            met = [(self.of(a)[axis], shape_of(a.kind)[axis]) for a in inputs if len(shape_of(a.kind)) >= -axis]
            symbols = dict.fromkeys(length for length, _ in met if length != 1)
            surely = [length for length, dim in met if dim == MANY or _is_many(length)]
            result.append(
                1 if not symbols else next(iter(symbols)) if len(symbols) == 1 else (surely or [own[axis]])[0]
            )
        return tuple(result)

    def _sliced(self, stmt: Apply, index: tuple[Any, ...], own: Shape, at: Sequence[Atom]) -> Shape:
        source = self.of(stmt.inputs[0])
        if len(index) == 1 and isinstance(index[0], tuple) and index[0][0] == "in" and shape_of(at[0].kind):
            # how many elements an array picks out depends on that array alone
            if dtype_of(at[0].kind) == "bool":
                return (("picked", at[0]), 0, 0), *source[len(shape_of(at[0].kind)) :]
            return *self.of(at[0]), *source[1:]
        if any(isinstance(e, tuple) and e[0] == "in" and shape_of(at[e[1]].kind) for e in index):
            return own
        names = [self._named(a) for a in at]
        found: list[Length] = []
        left = iter(source)
        for e in every_axis(index, len(source)):
            if e is None:
                found.append(1)
                continue
            length = next(left)
            if isinstance(e, tuple) and e[0] == "slice":
                found.append(_cut(length, e[1:], names))
        return tuple(found)


def _goes_into(x: Length, y: Length, facts: Sequence[Mapping[Length, Iterable[Length]]]) -> bool:
    """Whether x is 1 or y, by what goes into what."""
    seen, waiting = {x}, [x]
    while waiting:
        at = waiting.pop()
        if at == y:
            return True
        for fact in facts:
            more = [other for other in fact.get(at, ()) if other not in seen]
            seen.update(more)
            waiting += more
    return bool(x == 1)


def _values_in(length: Length) -> Iterator[Value]:
    """The values that a length is made of."""
    if isinstance(length, Value):
        yield length
    elif isinstance(length, tuple):
        for part in length:
            yield from _values_in(part)


def _own(atom: Atom) -> Shape:
    return tuple(1 if dim == ONE else (atom, axis, 0) for axis, dim in enumerate(shape_of(atom.kind)))


def _length(name: Hashable) -> Length:
    """The length that a whole number is."""
    if isinstance(name, tuple) and name[0] == "length":
        return name[1]
    return 1 if name in (1, (int, 1)) else (("number", name), 0, 0)


def _is_many(length: Length) -> bool:
    """Whether it is that of an axis whose kind says that it is not 1, or the first so many elements of one."""
    if length == 1 or length[2] != 0:
        return False
    what, axis, _ = length
    if not isinstance(what, Value):
        return what[0] == "first" and _is_many(what[1]) and _is_many(what[2])
    return bool(shape_of(what.kind)[axis] == MANY)


def _cut(length: Length, bounds: tuple[Any, ...], at: Sequence[Hashable]) -> Length:
    """What a slice leaves of a length."""
    if bounds in ((None, None, None), (None, None, -1)):
        return length
    start, stop, step = bounds
    from_start = start is None or isinstance(start, int) and start >= 0
    from_end = stop is None or isinstance(stop, int) and stop < 0
    if from_start and from_end and step in (None, 1) and length != 1:
        what, axis, shorter = length
        return what, axis, shorter + (start or 0) - (stop or 0)
    # the same bounds of the same length are the same; inputs in them count by what they are
    named = tuple(at[b[1]] if isinstance(b, tuple) else b for b in bounds)
    if start in (None, 0) and step in (None, 1) and isinstance(named[1], tuple) and named[1][0] == "length":
        many = named[1][1]
        return length if many == length else (("first", length, many), 0, 0)
    return (length, *named), 0, 0


def _reduced(shape: Shape, axis: Any, keepdims: bool) -> Shape:
    gone = axes_of(axis, len(shape))
    kept = ((1 if i in gone else length) for i, length in enumerate(shape))
    return tuple(length for i, length in enumerate(kept) if keepdims or i not in gone)
