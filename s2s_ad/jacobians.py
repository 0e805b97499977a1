"""Whole derivatives of functions with many inputs or outputs: Jacobians, Hessians and their products.

Like the transforms that they are made of, each is one from a lowered function to a lowered function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.kinds import ONE, RECORD, Array, Kind, List, is_number
from s2s_ad.ir.nodes import Atom, Block, Program, Stmt, Value
from s2s_ad.ir.structure import Leaf, Lowered, Node, Spec, Static, leaf_kinds, map_leaves, real_leaves
from s2s_ad.ir.walk import outputs_of, substitute
from s2s_ad.ops.derive import zero
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.directions import WithZeros, along, only_tangents, split
from s2s_ad.passes.forward import forward, forward_each
from s2s_ad.passes.one_by_one import OneByOne
from s2s_ad.passes.reverse import halves, reverse_joint
from s2s_ad.transforms import (
    Wanted,
    finished,
    gradient_spec,
    in_order,
    is_native,
    jvp,
    prepared,
    value_and_grad,
    wrt_flags,
)


def differentiated(lowered: Lowered, has_aux: bool) -> tuple[Spec, Spec | None]:
    """The spec of what is differentiated, and of what is passed on."""
    result = lowered.result
    if not has_aux:
        return result, None
    if not (isinstance(result, Node) and result.type is tuple and len(result.items) == 2):
        raise KindError(
            "with has_aux=True the function must return a pair (value, aux)", span=lowered.program.main.span
        )
    return result.items[0], result.items[1]


def jacobian_forward(
    lowered: Lowered,
    wrt: Sequence[Wanted],
    single: bool,
    has_aux: bool,
    optimize: bool,
    name: str,
    of: str = "",
    symmetric: bool = False,
) -> Lowered:
    """Column by column: a forward sweep for each number of the inputs.

    `symmetric`: it is the Jacobian of a gradient, of which one half says what is in the other.
    """
    value, aux = differentiated(lowered, has_aux)
    flags = _real_flags(lowered, wrt)
    main = lowered.program.main.body
    inputs = [p for p, on in zip(main.params, flags) if on]
    # to which the outputs of a gradient belong
    order = [x for x in dict.fromkeys(in_order(lowered, wrt, inputs, flags)) if isinstance(x, Value)]
    patterns = [[p is x for p in main.params] for x in order]
    program, variants = forward_each(lowered.program, patterns)
    builder = Builder()
    builder.stmts.extend(main.stmts)
    there = {*main.params, *(o for stmt in main.stmts for o in outputs_of(stmt))}
    kinds = leaf_kinds(value)
    _refuse_lists(kinds, lowered)
    outputs = main.results[: len(kinds)]
    made, found = _Blocks(builder, name), dict[tuple[int, Value], Atom]()
    for x, (variant, varied) in zip(order, variants):
        body = program.functions[variant].body
        seed = body.params[len(main.params)]
        before, after = split(body.stmts, [seed], there)
        builder.stmts.extend(s for s in before if not set(outputs_of(s)) <= there)
        dots = dict(zip((i for i, on in enumerate(varied) if on), body.results[len(main.results) :]))
        above = order[: order.index(x)] if symmetric and is_number(x.kind) else []
        known = {i: (order.index(x), other) for i, other in enumerate(above) if is_number(other.kind)}
        moving = [i for i in dots if i < len(kinds) and i not in known]
        builder.section(f"Along {x.hint}" if x.hint and len(inputs) > 1 else "", True)
        stmts = only_tangents(after, there, lowered.program)
        columns = made.along(stmts, seed, x, [(dots[i], outputs[i]) for i in moving], False)
        found.update(((i, x), column) for i, column in zip(moving, columns))
        found.update(((i, x), found[place]) for i, place in known.items() if place in found)
    blocks = _all_blocks(made, lowered, wrt, flags, outputs, inputs, found)
    whole = _structured(lowered, wrt, single, value, blocks)
    return _passing_on(lowered, program, builder, whole, aux, main.results[len(kinds) :], optimize, name, of)


def jacobian_reverse(
    lowered: Lowered, wrt: Sequence[Wanted], single: bool, has_aux: bool, optimize: bool, name: str
) -> Lowered:
    """Row by row: one forward sweep, and a reverse sweep for each number of the outputs."""
    value, aux = differentiated(lowered, has_aux)
    flags = _real_flags(lowered, wrt)
    kinds = leaf_kinds(value)
    wanted = [i for i, kind in enumerate(kinds) if kind.real]
    _refuse_lists(kinds, lowered)
    if any("complex" in str(kind) for kind in kinds):
        raise UnsupportedError(
            "rows of the Jacobian of a complex result are not taken",
            span=lowered.program.main.span,
            remedy="Return its real and its imaginary part, or use jacfwd.",
        )
    program = reverse_joint(lowered.program, flags, tuple(i in wanted for i in range(len(leaf_kinds(lowered.result)))))
    old, main = lowered.program.main.body, program.main.body
    outputs = main.results[: len(old.results)]
    seeds, cts = main.params[len(old.params) :], main.results[len(old.results) :]
    inputs = [p for p, on in zip(old.params, flags) if on]
    before, after = split(main.stmts, seeds)
    builder = Builder()
    builder.stmts.extend(before)
    made, found = _Blocks(builder, name), dict[tuple[int, Value], Atom]()
    for i, seed in zip(wanted, seeds):
        y = outputs[i]
        zeros = {s: outputs[k] for k, s in zip(wanted, seeds) if s is not seed}
        lean = WithZeros(after, seeds, zeros)
        ends = [(x, end) for x, ct in zip(inputs, cts) if (end := lean.atom(ct)) is not None]
        rows = made.along(lean.builder.stmts, seed, y, [(end, x) for x, end in ends], True)
        found.update(((i, x), row) for (x, _), row in zip(ends, rows))
    blocks = _all_blocks(made, lowered, wrt, flags, outputs[: len(kinds)], inputs, found)
    whole = _structured(lowered, wrt, single, value, blocks)
    return _passing_on(lowered, program, builder, whole, aux, outputs[len(kinds) :], optimize, name)


def _real_flags(lowered: Lowered, wrt: Sequence[Wanted]) -> tuple[bool, ...]:
    flags = wrt_flags(lowered, wrt)
    kinds = [p.kind for p, on in zip(lowered.program.main.body.params, flags) if on]
    if any("complex" in str(kind) for kind in kinds):
        raise UnsupportedError(
            "the Jacobian by a complex argument is not one array of numbers",
            span=lowered.program.main.span,
            remedy="Pass its real and its imaginary part.",
        )
    _refuse_lists(kinds, lowered)
    return flags


def _refuse_lists(kinds: Sequence[Kind], lowered: Lowered) -> None:
    if any(isinstance(kind, List) and not is_number(kind.item) for kind in kinds):
        raise UnsupportedError(
            "a Jacobian has no block for a list of lists or of arrays",
            span=lowered.program.main.span,
            remedy="Make one array of it: np.array(xs).",
        )


class _Blocks:
    """Makes the blocks of a Jacobian: each from what statements that depend on a seed make along each direction."""

    def __init__(self, builder: Builder, name: str) -> None:
        self.builder = builder
        # machine code is as fast for one direction as for many
        self.native = OneByOne(builder, "hessian" if name == "hessian" else "jacobian") if is_native() else None

    def along(
        self, stmts: Sequence[Stmt], seed: Value, like: Atom, wanted: Sequence[tuple[Atom, Atom]], by_rows: bool
    ) -> list[Atom]:
        """The blocks of `wanted`, each beside what has its shape; the seed has that of `like`."""
        if self.native is not None and not is_number(like.kind):
            return self.native.along(stmts, seed, like, wanted, by_rows)
        found, wide = along(self.builder, stmts, seed, like, [end for end, _ in wanted])
        turn = _as_rows if by_rows else _as_columns
        return [turn(self.builder, many, like, other, wide) for many, (_, other) in zip(found, wanted)]

    def zero(self, y: Atom, x: Atom) -> Atom:
        """The block of an output that does not depend on this input."""
        if is_number(x.kind) or is_number(y.kind):
            return zero(self.builder, y if is_number(x.kind) else x)
        return self.native.zero(y, x) if self.native is not None else self.builder.apply(OPS["zero_block"], y, x)


def _as_columns(builder: Builder, found: Atom, x: Atom, y: Atom, wide: bool) -> Atom:
    if is_number(x.kind) or isinstance(x.kind, List) and not isinstance(y.kind, List):
        return found
    if isinstance(y.kind, List):
        return builder.apply(OPS["turned"], found, y, x)
    return builder.apply_all(OPS["columns"], (found, y, x), (("wide", wide),))[0]


def _as_rows(builder: Builder, found: Atom, y: Atom, x: Atom, wide: bool) -> Atom:
    if is_number(y.kind) or isinstance(y.kind, List):
        return found
    if isinstance(x.kind, List):
        return builder.apply(OPS["turned"], found, x, y)
    return builder.apply_all(OPS["rows"], (found, y, x), (("wide", wide),))[0]


def _all_blocks(
    made: _Blocks,
    lowered: Lowered,
    wrt: Sequence[Wanted],
    flags: Sequence[bool],
    outputs: Sequence[Atom],
    inputs: Sequence[Value],
    found: dict[tuple[int, Value], Atom],
) -> list[list[Atom]]:
    """For each real output its blocks, in the order of `wrt`; those that nothing was found for are zero."""
    out = []
    for i, y in enumerate(outputs):
        if y.kind.real:
            row = [found[i, x] if (i, x) in found else made.zero(y, x) for x in inputs]
            out.append(in_order(lowered, wrt, row, flags))
    return out


def _structured(
    lowered: Lowered, wrt: Sequence[Wanted], single: bool, value: Spec, blocks: list[list[Atom]]
) -> tuple[Spec, list[Atom]]:
    """The structure of the output, with that of the input in the place of each of its numbers and arrays."""
    inner = gradient_spec(lowered, wrt, single)
    rows = iter(blocks)

    def row(leaf: Leaf) -> Spec:
        if not leaf.kind.real:
            return Static(None)
        atoms = iter(next(rows))
        return map_leaves(inner, lambda _: Leaf(next(atoms).kind))

    return map_leaves(value, row), [atom for row in blocks for atom in row]


def _passing_on(
    lowered: Lowered,
    program: Program,
    builder: Builder,
    made: tuple[Spec, list[Atom]],
    aux: Spec | None,
    rest: Sequence[Atom],
    optimize: bool,
    name: str,
    of: str = "",
) -> Lowered:
    spec, results = made
    if aux is not None:
        spec, results = Node(tuple, (spec, aux)), [*results, *rest]
    body = builder.block(lowered.program.main.body.params, results)
    return finished(lowered, program, body, spec, name, optimize, lowered.arguments, of)


def hessian(lowered: Lowered, wrt: Sequence[Wanted], single: bool, has_aux: bool, optimize: bool) -> Lowered:
    """Forward over reverse: the Jacobian of the gradient (of the rows of the Jacobian, for several outputs)."""
    rows = prepared(jacobian_reverse(lowered, wrt, single, has_aux, optimize, "jacrev"), optimize)
    value, _ = differentiated(lowered, has_aux)
    one = isinstance(value, Leaf) and is_number(value.kind) and len(set(wrt)) == len(wrt)
    return jacobian_forward(rows, wrt, single, has_aux, optimize, "hessian", lowered.program.main.name, one)


def hvp(lowered: Lowered, wrt: Sequence[Wanted], single: bool, optimize: bool) -> Lowered:
    """(arguments, vectors) -> the Hessian times the vectors, forward over reverse."""
    gradient = prepared(value_and_grad(lowered, wrt, single, False, False, optimize), optimize)
    moved = jvp(gradient, wrt, optimize)
    assert isinstance(moved.result, Node)
    body = moved.program.main.body
    kept = body.results[len(leaf_kinds(moved.result.items[0])) :]
    body = replace(body, results=kept)
    name = lowered.program.main.name
    return finished(moved, moved.program, body, moved.result.items[1], "hvp", optimize, moved.arguments, name)


def elementwise_grad(lowered: Lowered, wrt: Sequence[Wanted], single: bool, optimize: bool) -> Lowered:
    """The gradient of the sum of all outputs."""
    flags = wrt_flags(lowered, wrt)
    kinds = leaf_kinds(lowered.result)
    program = reverse_joint(lowered.program, flags, tuple(kind.real for kind in kinds))
    old, main = lowered.program.main.body, program.main.body
    seeds = main.params[len(old.params) :]
    before, after = split(main.stmts, seeds)
    builder = Builder()
    builder.stmts.extend(before)
    real = [y for y in main.results[: len(kinds)] if y.kind.real]
    ones = {seed: _ones(builder, y, lowered) for seed, y in zip(seeds, real)}
    body = substitute(Block((), tuple(after), main.results[len(kinds) :]), ones)
    builder.stmts.extend(body.stmts)
    cts = in_order(lowered, wrt, body.results, flags)
    spec = gradient_spec(lowered, wrt, single)
    made = builder.block(old.params, cts)
    return finished(lowered, program, made, spec, "elementwise_grad", optimize, lowered.arguments)


def _ones(builder: Builder, y: Atom, lowered: Lowered) -> Atom:
    if isinstance(y.kind, List):
        raise UnsupportedError(
            "elementwise_grad of a function that returns a list",
            span=lowered.program.main.span,
            remedy="Return an array: np.array(ys).",
        )
    return ONE_FLOAT if is_number(y.kind) else builder.apply(OPS["np.ones_like"], y)


def linearized(lowered: Lowered, wrt: Sequence[Wanted], optimize: bool) -> tuple[Lowered, Lowered]:
    """arguments -> (value, saved), and (saved, tangents of `wrt`) -> tangent."""
    flags = wrt_flags(lowered, wrt)
    program, varied = forward(lowered.program, flags)
    old, body = lowered.program.main.body, program.main.body
    seeds, dots = body.params[len(old.params) :], list(body.results[len(old.results) :])
    there = {*old.params, *(o for stmt in old.stmts for o in outputs_of(stmt))}
    before, after = split(body.stmts, seeds, there)
    builder, later = Builder(), Builder()
    builder.stmts.extend(old.stmts)
    builder.stmts.extend(s for s in before if not set(outputs_of(s)) <= there)
    later.stmts.extend(only_tangents(after, there, lowered.program))
    tangents = [dots.pop(0) if on else zero(later, v) for v, on in zip(old.results, varied) if on or v.kind.real]
    first, second = halves(old.params, builder.stmts, old.results, later.block((), tangents), seeds)
    forward_spec = Node(tuple, (lowered.result, Leaf(RECORD)))
    name = lowered.program.main.name
    half = finished(lowered, program, first, forward_spec, "fwd", optimize, lowered.arguments, name)
    given = {n: real_leaves(spec) for n, spec in lowered.arguments.items() if n in wrt}
    arguments: dict[str, Spec] = {"saved": Leaf(RECORD), **{f"{n}_dot": spec for n, spec in given.items()}}
    rest = replace(lowered, reads=())  # what it needs of them has been saved
    return half, finished(rest, program, second, real_leaves(lowered.result), "lin", optimize, arguments, name)


def better_forward(lowered: Lowered, wrt: Sequence[Wanted], has_aux: bool) -> bool:
    """Which way is shorter, as far as the kinds say: an array counts as a hundred numbers for each of its axes."""
    value, _ = differentiated(lowered, has_aux)
    flags = wrt_flags(lowered, wrt)
    inputs = [p.kind for p, on in zip(lowered.program.main.body.params, flags) if on]
    return sum(map(_size, inputs)) <= sum(_size(kind) for kind in leaf_kinds(value) if kind.real)


def _size(kind: Kind) -> int:
    if isinstance(kind, List):
        return 100
    return 100 ** sum(dim != ONE for dim in kind.shape) if isinstance(kind, Array) else 1
