"""Sums of products: np.einsum, tensordot, convolutions, cross products. Each is linear in every one of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.ir.kinds import ANY, MANY, ONE, Array, Dim, Kind, broadcast, is_complex, result_dtype
from s2s_ad.ops.control import EveryInput
from s2s_ad.ops.core import Op, declare
from s2s_ad.ops.linear import as_number, axes_of, broadcast_like, dtype_of, shape_of
from s2s_ad.ops.reductions import sum
from s2s_ad.ops.shaping import expand_dims, transpose
from s2s_ad.ops.trace import apply

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def dtype_of_all(kinds: Kinds) -> str:
    return result_dtype(tuple(Array(dtype_of(k), ()) for k in kinds))


# --- einsum -----------------------------------------------------------------------------------------------------------
# While its derivative is found, subscripts are lists of labels, in which numbers count the axes of "..." from the last.


def contraction(*operands: Any, subscripts: str = "") -> Any:
    """np.einsum with the subscripts last, and with the arrow in them."""
    return np.einsum(subscripts, *operands)


def with_arrow(subscripts: str, count: int) -> str:
    """The subscripts without spaces and with the result that NumPy takes them to have."""
    text = subscripts.replace(" ", "")
    given, arrow, _ = text.partition("->")
    if len(given.split(",")) != count:
        raise KindError(f"np.einsum has subscripts for {len(given.split(','))} arrays, and is given {count}")
    if arrow:
        return text
    labels = given.replace("...", "").replace(",", "")
    once = sorted(label for label in set(labels) if labels.count(label) == 1)
    return f"{text}->{'...' * ('...' in given)}{''.join(once)}"


Labels = list[Any]


def _labels(part: str, rank: int) -> Labels:
    head, dots, tail = part.partition("...")
    free = rank - len(head) - len(tail)
    if free < 0 or free and not dots:
        raise KindError(f"the subscripts {part!r} do not fit an array with {rank} axes")
    return [*head, *range(free - 1, -1, -1), *tail]


def _parsed(params: Params, shapes: list[tuple[Dim, ...]]) -> tuple[list[Labels], Labels]:
    given, result = with_arrow(params["subscripts"], len(shapes)).split("->")
    inputs = [_labels(part, len(shape)) for part, shape in zip(given.split(","), shapes)]
    free = 1 + max((label for labels in inputs for label in labels if isinstance(label, int)), default=-1)
    count = len(result.replace("...", "")) + (free if "..." in result else 0)
    return inputs, _labels(result, count)


def _einsum_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    shapes = [shape_of(k) for k in kinds]
    inputs, result = _parsed(params, shapes)
    dims: dict[Any, Dim] = {}
    for labels, shape in zip(inputs, shapes):
        for label, dim in zip(labels, shape):
            dims[label] = broadcast(Array("bool", (dims.get(label, ONE),)), Array("bool", (dim,)))[0]
    for label in result:
        if label not in dims:
            raise KindError(f"np.einsum has {label!r} in its result only")
    return Array(dtype_of_all(kinds), tuple(dims[label] for label in result))


def _einsum_code(params: Params, kinds: Kinds) -> str:
    return f'np.einsum("{params["subscripts"]}", {{}})'


def _text(labels: Labels) -> str:
    # the axes of "..." are always all of them that are there, side by side and in order
    parts = ["..." if label == 0 else "" if isinstance(label, int) else label for label in labels]
    return "".join(parts)


def _einsum_share(ct: Any, i: int, *xs: Any, subscripts: str = "") -> Any:
    inputs, result = _parsed({"subscripts": subscripts}, [shape_of(x.kind) for x in xs])
    own = inputs[i]
    others = [(labels, x) for k, (labels, x) in enumerate(zip(inputs, xs)) if k != i]
    unused = iter(label for label in ascii_letters if all(label not in labels for labels in inputs))
    wanted: Labels = []
    for axis, label in enumerate(own):  # an axis that occurs twice is a diagonal, the rest of which is zero
        if label in wanted:
            new = next(unused)
            others.append(([label, new], apply(_unit_like.ops["numpy"], xs[i], axis=axis)))
            label = new
        wanted.append(label)
    operands = [(result, ct), *others]
    if len(operands) == 2 and (product := _as_matmul(operands[0], operands[1], wanted)) is not None:
        return product
    reached = {label for labels, _ in operands for label in labels}
    made = _in_order(wanted, reached)
    if len(operands) == 1 and made == result:
        share = ct
    elif not result and len(others) == 1 and made == others[0][0]:
        share = ct * others[0][1]
    else:
        given = ",".join(_text(labels) for labels, _ in operands)
        share = einsum(*(x for _, x in operands), subscripts=f"{given}->{_text(made)}")
    extra = len(set(made) - set(wanted))
    if extra:
        share = sum(share, axis=tuple(range(extra)))
    missing = tuple(axis for axis, label in enumerate(wanted) if label not in reached)
    if not missing:
        return share
    if share.rank:
        share = expand_dims(share, axis=missing[0] if len(missing) == 1 else missing)
    return broadcast_like(share, xs[i])


def _as_matmul(one: tuple[Labels, Any], other: tuple[Labels, Any], wanted: Labels) -> Any:
    """A sum of products as a product of matrices, or of stacks of them, if it is one: BLAS is faster than einsum."""
    (left, x), (right, y) = one, other
    shared = [label for label in left if label in right]
    stack = [label for label in wanted if label in shared]
    met = [label for label in shared if label not in wanted]
    rows, columns = ([label for label in labels if label not in shared] for labels in (left, right))
    if [len(rows), len(columns), len(met)] != [1, 1, 1] or len(wanted) != len(stack) + 2:
        return None
    if len({*left, *right}) != len(stack) + 3 or any(isinstance(label, int) for label in (*left, *right)):
        return None
    if any(shape_of(z.kind)[labels.index(met[0])] != MANY for labels, z in (one, other)):
        return None  # einsum would repeat what has length one
    if wanted.index(rows[0]) > wanted.index(columns[0]):  # the other way round nothing is to be turned afterwards
        (left, x), (right, y), rows, columns = (right, y), (left, x), columns, rows
    x = _moved(x, left, [*stack, *rows, *met])
    y = _moved(y, right, [*stack, *met, *columns])
    return _moved(apply("matmul", x, y), [*stack, *rows, *columns], wanted)


def _moved(x: Any, labels: Labels, wanted: Labels) -> Any:
    """The axes of x, called `labels`, in another order."""
    axes = tuple(labels.index(label) for label in wanted)
    if axes == tuple(range(len(axes))):
        return x
    if axes == (1, 0):
        return transpose(x)
    return transpose(x, axes=axes)


def _in_order(wanted: Labels, reached: set[Any]) -> Labels:
    """The labels that there are, with the axes of "..." that `wanted` has not before all others."""
    made = [label for label in wanted if label in reached]
    more = sorted((label for label in reached if isinstance(label, int) and label not in wanted), reverse=True)
    if more and any(isinstance(label, int) for label in made) and not isinstance(made[0], int):
        raise UnsupportedError("np.einsum that broadcasts over axes in the middle", remedy="Let them be the first.")
    return [*more, *made]


einsum = declare(
    (contraction,), lambda *operands, subscripts="": None, name="np.einsum", code=_einsum_code, infer=_einsum_kind,
    flavor="numpy", cost=20, transposes=EveryInput(_einsum_share), broadcasts=True, alias=True,
)  # fmt: skip


def _unit_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    dim = shape_of(kinds[0])[params["axis"]]
    return Array(dtype_of(kinds[0]), (dim, dim))


# the unit matrix with the length and dtype of an axis of x
_unit_like = declare(
    (), lambda x, axis=0: None, name="unit_like", infer=_unit_kind, zero=True, cost=20, flavor="numpy",
    code=lambda params, kinds: f"np.eye(x.shape[{params['axis']}], dtype=x.dtype)",
)  # fmt: skip


# --- tensordot --------------------------------------------------------------------------------------------------------


def _paired(params: Params, rank_x: int, rank_y: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    axes = params.get("axes", 2)
    if isinstance(axes, int):
        return tuple(range(rank_x - axes, rank_x)), tuple(range(axes))
    first, second = axes
    return axes_of(first, rank_x), axes_of(second, rank_y)


def _free(rank: int, taken: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis for axis in range(rank) if axis not in taken)


def _tensordot_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    x, y = (shape_of(k) for k in kinds)
    first, second = _paired(params, len(x), len(y))
    kept = [x[axis] for axis in _free(len(x), first)] + [y[axis] for axis in _free(len(y), second)]
    return Array(dtype_of_all(kinds), tuple(kept))


def _tensordot_code(params: Params, kinds: Kinds) -> str:
    axes = params.get("axes", 2)
    ranks = [len(shape_of(k)) for k in kinds]
    met, _ = _paired(params, ranks[0], ranks[1])
    return as_number(f"np.tensordot(x, y{'' if axes == 2 else f', axes={axes!r}'})", ranks[0] + ranks[1] - 2 * len(met))


def _ordered(x: Any, order: tuple[int, ...]) -> Any:
    """The axes of x, of which the k-th is to become the order[k]-th, in their places."""
    back = tuple(order.index(axis) for axis in range(len(order)))
    return x if back == tuple(range(len(order))) else transpose(x, axes=back)


def tensordot_left(ct, x, y, axes=2):
    first, second = _paired({"axes": axes}, x.rank, y.rank)
    free = _free(x.rank, first)
    kept = _free(y.rank, second)
    share = tensordot(ct, y, axes=(tuple(range(len(free), ct.rank)), kept))
    met = tuple(axis for _, axis in sorted(zip(second, first)))  # the axes of y that are left come in their order
    return _ordered(share, (*free, *met))


def tensordot_right(ct, x, y, axes=2):
    first, second = _paired({"axes": axes}, x.rank, y.rank)
    free = _free(x.rank, first)
    share = tensordot(x, ct, axes=(free, tuple(range(len(free)))))
    met = tuple(axis for _, axis in sorted(zip(first, second)))
    return _ordered(share, (*met, *_free(y.rank, second)))


tensordot = declare(
    (np.tensordot,), lambda x, y, axes=2: None, code=_tensordot_code, infer=_tensordot_kind, cost=20,
    transposes={0: tensordot_left, 1: tensordot_right},
)  # fmt: skip


# --- convolutions -----------------------------------------------------------------------------------------------------


def _vectors(kinds: Kinds, op: Op) -> None:
    if any(len(shape_of(k)) != 1 for k in kinds):
        raise KindError(f"{op.name} takes two vectors", remedy="Take one pair of vectors after the other.")


def full_convolution(x: Any, y: Any) -> Any:
    """np.convolve of vectors, all of it."""
    return np.convolve(x, y)


def _convolved(kinds: Kinds, params: Params, op: Op) -> Kind:
    _vectors(kinds, op)
    x, y = (shape_of(k)[0] for k in kinds)
    return Array(dtype_of_all(kinds), (y if x == ONE else x if y == ONE else ANY,))


convolve = declare(
    (full_convolution,), lambda x, y: None, name="np.convolve", code="np.convolve(x, y)", infer=_convolved, cost=20,
    flavor="numpy", transposes={0: lambda ct, x, y: slide(ct, y), 1: lambda ct, x, y: slide(ct, x)},
)  # fmt: skip


def _slid(kinds: Kinds, params: Params, op: Op) -> Kind:
    _vectors(kinds, op)
    x, y = (shape_of(k)[0] for k in kinds)
    return Array(dtype_of_all(kinds), (x if y == ONE else ONE if x == ONE else ANY,))


def _slide_code(params: Params, kinds: Kinds) -> str:
    # what np.correlate conjugates is conjugated before
    return f'np.correlate(x, {"y.conj()" if is_complex(kinds[1]) else "y"}, "valid")'


# the inner products of y with what lies below it as it slides along x, which is not shorter
slide = declare(
    (), lambda x, y: None, name="slide", code=_slide_code, infer=_slid, cost=20, flavor="numpy",
    transposes={0: lambda ct, x, y: convolve(ct, y), 1: lambda ct, x, y: slide(x, ct)},
)  # fmt: skip


# --- cross products ---------------------------------------------------------------------------------------------------


def _crossed(kinds: Kinds, params: Params, op: Op) -> Kind:
    if not all(shape_of(k) for k in kinds):
        raise KindError("np.cross takes vectors, not numbers")
    return Array(dtype_of_all(kinds), broadcast(*kinds))


def three_dimensional(x: Any, y: Any) -> Any:
    """np.cross of vectors along the last axis."""
    return np.cross(x, y)


def _cross_left(ct, x, y):
    return cross(y, ct)


def _cross_right(ct, x, y):
    return cross(ct, x)


cross = declare(
    (three_dimensional,), lambda x, y: None, name="np.cross", code="np.cross(x, y)", infer=_crossed, cost=20,
    flavor="numpy", transposes={0: _cross_left, 1: _cross_right}, broadcasts=True,
)  # fmt: skip
