"""Reading, writing and adding to elements, slices and selections of arrays.

`index` is one entry an axis: an int, None (newaxis), Ellipsis, ("in", k) for the k-th index input, or a tuple
("slice", start, stop, step) of such entries or None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from s2s_ad.ir.kinds import ANY, ONE, Array, Dim, Kind, broadcast
from s2s_ad.ops.core import Op, declare, piecewise_constant
from s2s_ad.ops.linear import dtype_of, shape_of, zeros_like
from s2s_ad.ops.shaping import squeeze
from s2s_ad.ops.slopes import pick

WHOLE = ("slice", None, None, None)
BACKWARDS = ("slice", None, None, -1)


def index_text(index: tuple[Any, ...], names: tuple[str, ...]) -> str:
    def entry(e: Any) -> str:
        if e is Ellipsis:
            return "..."
        if isinstance(e, tuple) and e[0] == "in":
            return names[e[1]]
        if isinstance(e, tuple):
            start, stop, step = ("" if part is None else entry(part) for part in e[1:])
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return repr(e)

    return ", ".join(map(entry, index)) or "()"


def every_axis(index: Iterable[Any], rank: int) -> list[Any]:
    """The index with an entry for each axis: whole slices where it has `...` or ends early. New axes stay."""
    entries = list(index)
    missing = rank - sum(e is not None and e is not Ellipsis for e in entries)
    at = next((k for k, e in enumerate(entries) if e is Ellipsis), len(entries))
    return [*entries[:at], *[WHOLE] * missing, *entries[at + 1 :]]


def without_empty_ellipsis(index: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
    """The index without a `...` that stands for no axis, where slices are left: x[..., 1:] of a vector is x[1:]."""
    rest = tuple(e for e in index if e is not Ellipsis)
    plain = all(e is None or type(e) is int or isinstance(e, tuple) and e[0] == "slice" for e in rest)
    sliced = any(isinstance(e, tuple) for e in rest)
    return rest if plain and sliced and len(rest) - rest.count(None) == rank else index


def _indexed(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    x, at = kinds[0], kinds[1:]
    assert isinstance(x, Array)
    index = params["index"]
    fancy = [at[e[1]] for e in index if isinstance(e, tuple) and e[0] == "in" and shape_of(at[e[1]])]
    used = 0
    for e in index:
        if e is None or e is Ellipsis:
            continue
        mask = isinstance(e, tuple) and e[0] == "in" and dtype_of(at[e[1]]) == "bool"
        used += len(shape_of(at[e[1]])) if mask else 1
    full = list(index) if any(e is Ellipsis for e in index) else [*index, Ellipsis]
    shape: list[Dim] = []
    axis = 0
    place: int | None = None
    split = False
    for position, e in enumerate(full):
        if e is None:
            shape.append(ONE)
        elif e is Ellipsis:
            rest = x.rank - used
            shape.extend(x.shape[axis : axis + rest])
            axis += rest
        elif isinstance(e, tuple) and e[0] == "slice":
            whole = e[1:] in ((None, None, None), (None, None, -1))
            shape.append(x.shape[axis] if whole else ANY)
            axis += 1
        else:
            is_array = isinstance(e, tuple) and shape_of(at[e[1]])
            mask = isinstance(e, tuple) and dtype_of(at[e[1]]) == "bool"
            axis += len(shape_of(at[e[1]])) if mask else 1
            if is_array or fancy:
                if place is not None and full[position - 1] in (None, Ellipsis):
                    split = True
                elif place is not None and isinstance(full[position - 1], tuple) and full[position - 1][0] == "slice":
                    split = True
                place = len(shape) if place is None else place
    if fancy:
        masks = [k for k in fancy if dtype_of(k) == "bool"]
        common = (ANY,) if masks else broadcast(*fancy)
        at_axis = 0 if split else place or 0
        shape[at_axis:at_axis] = common
    return Array(x.dtype, tuple(shape))


def _names(kinds: tuple[Kind, ...], first: int) -> tuple[str, ...]:
    return tuple(f"_{k}" for k in range(first, len(kinds)))


getitem = declare(
    (), lambda x, *at, index=(): None, name="getitem", infer=_indexed, cost=1, alias=True,
    code=lambda params, kinds: f"_0[{index_text(params['index'], _names(kinds, 1))}]",
    transposes={0: lambda ct, x, *at, index: _put_back(ct, x, at, index)},
)  # fmt: skip


def _put_back(ct: Any, x: Any, at: Any, index: tuple[Any, ...]) -> Any:
    """Zeros with the cotangent where the elements were read; itself, where they all were, with more axes."""
    if None in index and all(e is None or e == WHOLE for e in index):
        return squeeze(ct, axis=tuple(i for i, e in enumerate(index) if e is None))
    return index_add(zeros_like(x), ct, *at, index=index)


def may_repeat(index: tuple[Any, ...], at: tuple[Kind, ...]) -> bool:
    """Whether the index can name an element more than once, as arrays of ints do."""
    arrays = [at[e[1]] for e in index if isinstance(e, tuple) and e[0] == "in" and shape_of(at[e[1]])]
    return any(dtype_of(kind) != "bool" for kind in arrays)


def has_mask(index: tuple[Any, ...], at: tuple[Kind, ...]) -> bool:
    return any(isinstance(e, tuple) and e[0] == "in" and dtype_of(at[e[1]]) == "bool" for e in index)


def _index_add_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    names, index = _names(kinds, 2), params["index"]
    where = index_text(index, names)
    if may_repeat(index, kinds[2:]):  # an index may occur twice: += would add it once
        return f"np.add.at(_0, {where if len(index) == 1 else f'np.s_[{where}]'}, _1)"
    return f"_0[{where}] += _1"


index_add = declare(
    (), lambda x, v, *at, index=(): None, name="index_add", infer=lambda kinds, params, op: kinds[0], cost=1,
    store=True, joint=True, broadcasts=True, code=_index_add_code,
    transposes={
        0: lambda ct, x, v, *at, index: ct,
        1: lambda ct, x, v, *at, index: getitem(ct, *at, index=index),
    },
)  # fmt: skip


def _last_written_kind(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    found = _indexed(kinds, params, op)
    assert isinstance(found, Array)
    return Array("bool", found.shape)


@piecewise_constant(
    name="last_written", infer=_last_written_kind, cost=20,
    code=lambda params, kinds: f"last_written(np.shape(_0), np.s_[{index_text(params['index'], _names(kinds, 1))}])",
)  # fmt: skip
def last_written(x, *at, index=()):
    """Of several writes to one element the last one stays: which of the writes stay."""


def _kept(ct: Any, x: Any, at: Any, index: tuple[Any, ...]) -> Any:
    """The cotangent of what was written, from that of the array it was written into."""
    share = getitem(ct, *at, index=index)
    if may_repeat(index, tuple(a.kind for a in at)):
        return pick(last_written(x, *at, index=index), share, 0.0)
    return share


def _set_pullback(ct: Any, x: Any, v: Any, *at: Any, out: Any, index: tuple[Any, ...]) -> Any:
    share = _kept(ct, x, at, index)  # read before the elements are set to zero, so that this can be done on the spot
    zeroed = index_set(ct, 0.0, *at, index=index)
    return zeroed, share, *(None for _ in at)


index_set = declare(
    (), lambda x, v, *at, index=(): None, name="index_set", infer=lambda kinds, params, op: kinds[0], cost=1,
    store=True, joint=True, broadcasts=True, pullback=_set_pullback,
    code=lambda params, kinds: f"_0[{index_text(params['index'], _names(kinds, 2))}] = _1",
    transposes={
        0: lambda ct, x, v, *at, index: index_set(ct, 0.0, *at, index=index),
        1: lambda ct, x, v, *at, index: _kept(ct, x, at, index),
    },
)  # fmt: skip
