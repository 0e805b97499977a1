"""What of a statement on whole arrays one trip of a loop over their elements does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from s2s_ad.analysis.lengths import Length, Shape
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Value
from s2s_ad.ops.fitting import is_elementwise
from s2s_ad.ops.linear import axes_of, dtype_of, shape_of
from s2s_ad.passes.native.places import FIRST, Access, Places, Views

# What a compiler of machine code makes of one number as NumPy does of each of many.
_OPERATORS = frozenset(("add", "sub", "mul", "div", "neg", "pos", "pow", "abs", "mod"))
_COMPARISONS = frozenset(("eq", "ne", "lt", "le", "gt", "ge", "bit_and", "bit_or", "bit_xor"))
_FUNCTIONS = frozenset(
    f"np.{name}"
    for name in (
        "exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh"
        " arccosh arctanh hypot fabs copysign add subtract multiply divide power negative positive absolute square"
        " reciprocal maximum minimum fmax fmin logaddexp floor ceil trunc rint isnan isinf isfinite sign where deg2rad"
        " rad2deg equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor"
    ).split()
)
_OTHERS = frozenset(("kept_product", "kept_quotient", "stop_gradient", "logistic"))
ELEMENTWISE = _OPERATORS | _COMPARISONS | _FUNCTIONS | _OTHERS
REDUCTIONS = frozenset(("np.sum", "np.mean", "np.prod", "np.max", "np.min"))
WRITES = frozenset(("index_set", "index_add"))
_NUMBERS = frozenset(("float64", "int64", "bool"))


@dataclass(frozen=True, eq=False)
class Member:
    """What a trip does for one statement.

    space   the lengths of the loops
    reads   for each input of which elements are read, which; a number stands for itself
    writes  which element it writes to, of the array that is its first input
    gone    for a reduction the loops over what is added up
    target  and where in the result the sums stand
    agreed  lengths that NumPy would compare when it runs
    """

    stmt: Apply
    space: Shape
    reads: tuple[Access | Atom, ...]
    writes: Access | None = None
    gone: frozenset[int] = frozenset()
    target: Places = ()
    agreed: tuple[tuple[Length, Length], ...] = ()

    @property
    def adds(self) -> bool:
        return self.stmt.op.name == "index_add"

    @property
    def plain(self) -> bool:
        """Whether it makes a number in each trip, and nothing else."""
        return self.writes is None and not self.gone

    @property
    def accesses(self) -> list[Access]:
        """All elements that it reads or writes, of arrays."""
        found = [r for r in self.reads if isinstance(r, Access)]
        return [*found, self.writes] if self.writes is not None else found


def member_of(stmt: Apply, views: Views) -> Member | None:
    """What a trip does for it; None if it is not such a statement, or not all of it is known before it runs."""
    found = _member(stmt, views)
    if found is None or not found.space:
        return None
    lengths = [*found.space, *(length for pair in found.agreed for length in pair)]
    if any(length != 1 and length[0] is stmt.out for length in lengths):
        return None
    return found if all(views.size(length, found.accesses) is not None for length in lengths) else None


def _member(stmt: Apply, views: Views) -> Member | None:
    name = stmt.op.name
    if len(stmt.outputs) != 1 or dtype_of(stmt.out.kind) not in _NUMBERS:
        return None
    if any(isinstance(a.kind, Array) and a.kind.shape and a.kind.dtype not in _NUMBERS for a in stmt.inputs):
        return None
    if name in ELEMENTWISE and shape_of(stmt.out.kind):
        return _elementwise(stmt, views)
    if name in WRITES:
        return _write(stmt, views)
    if name in REDUCTIONS:
        return _reduction(stmt, views)
    if name == "unbroadcast":
        return _unbroadcast(stmt, views)
    if isinstance(stmt.out.kind, Array) and views.seen_through(stmt):
        return _load(stmt, views)
    return None


def _space(shape: Shape) -> Shape:
    return tuple(length for length in shape if length != 1)


def _elementwise(stmt: Apply, views: Views) -> Member | None:
    arithmetic = stmt.op.name in _OPERATORS or is_elementwise(stmt.op)
    dtype, of = dtype_of(stmt.out.kind), [dtype_of(a.kind) for a in stmt.inputs]
    if dtype == "int64" or dtype == "bool" and stmt.op.name in _OPERATORS and arithmetic:
        return None  # whole numbers of NumPy wrap around, and its truth values add up to truth values
    if stmt.op.name.startswith("bit_") and any(d != "bool" for d in of):
        return None
    shape = views.lengths.of(stmt.out)
    reads = _operands(stmt.inputs, views.own(shape), shape, views, stmt)
    if reads is None:
        return None
    return Member(stmt, _space(shape), reads, agreed=_agreed(stmt.inputs, shape, views))


def _agreed(atoms: Sequence[Atom], shape: Shape, views: Views) -> tuple[tuple[Length, Length], ...]:
    """Lengths that are the same because NumPy would raise an exception if they were not."""
    pairs = [pair for a in atoms for pair in zip(views.lengths.of(a)[::-1], shape[::-1])]
    return tuple(dict.fromkeys((x, y) for x, y in pairs if x != 1 and x != y))


def _operands(
    atoms: Sequence[Atom], places: Places, shape: Shape, views: Views, stmt: Apply
) -> tuple[Access | Atom, ...] | None:
    """What is read of several things that are broadcast to a shape."""
    found: list[Access | Atom] = []
    for atom in atoms:
        if not shape_of(atom.kind):
            found.append(atom)
            continue
        fitted = views.fitted(atom, places, shape, (*stmt.inputs, stmt.out))
        read = None if fitted is None else views.read(atom, fitted)
        if read is None:
            return None
        found.append(read)
    return tuple(found)


def _load(stmt: Apply, views: Views) -> Member | None:
    shape = views.lengths.of(stmt.out)
    read = views.read(stmt.out, views.own(shape), stmt)
    return None if read is None else Member(stmt, _space(shape), (read,))


def _write(stmt: Apply, views: Views) -> Member | None:
    x, v = stmt.inputs[0], stmt.inputs[1]
    if not isinstance(x, Value) or dtype_of(x.kind) != "float64" or dtype_of(v.kind) not in ("float64", "int64"):
        return None
    shape = views.lengths.target(stmt)
    if None in shape:
        return None
    places = views.own(shape)
    into = views.indexed(stmt, dict(stmt.params)["index"], places)
    while len(shape) > len(views.lengths.of(v)) and shape and shape[0] == 1:
        shape, places = shape[1:], places[1:]
    reads = _operands((v,), places, shape, views, stmt)
    if into is None or reads is None:
        return None
    agreed = _agreed((v,), shape, views)
    whole = views.lengths.of(stmt.out)
    own = views.own(whole)
    if into == own and views.lengths.equal(_space(shape), _space(whole), (x,)):
        filled = views.read(x, own)
        if filled is not None and not isinstance(filled, Access):  # nothing is kept of an array of one number
            return Member(stmt, _space(shape), (filled, *reads), agreed=agreed)
    return Member(stmt, _space(shape), reads, Access(x, into), agreed=agreed)


def _reduction(stmt: Apply, views: Views) -> Member | None:
    x, params = stmt.inputs[0], {**stmt.op.defaults, **dict(stmt.params)}
    if params.get("dtype") is not None or not isinstance(x.kind, Array):
        return None
    return _reduced(stmt, axes_of(params["axis"], x.kind.rank), params["keepdims"], views)


def _unbroadcast(stmt: Apply, views: Views) -> Member | None:
    x, like = stmt.inputs
    lead = len(shape_of(x.kind)) - len(shape_of(like.kind))
    axes = list(range(lead))
    own = views.lengths.of(x)
    for axis, length in enumerate(views.lengths.of(like)):
        if length == 1:
            axes.append(axis + lead)
        elif not views.lengths.equal((length,), (own[axis + lead],), (x, like)):
            return None
    kept = [axis >= lead for axis in range(lead + len(shape_of(like.kind)))]
    return _reduced(stmt, tuple(axes), kept, views)


def _reduced(stmt: Apply, axes: tuple[int, ...], keepdims: bool | list[bool], views: Views) -> Member | None:
    x = stmt.inputs[0]
    if dtype_of(x.kind) != "float64" and not (dtype_of(x.kind) == "bool" and stmt.op.name == "np.sum"):
        return None
    shape = views.lengths.of(x)
    places = views.own(shape)
    read = views.read(x, places)
    gone = frozenset(p.axis for k, p in enumerate(places) if k in axes and p.axis is not None)
    if read is None or not gone:
        return None
    target = []
    for axis, place in enumerate(places):
        if axis not in axes:
            target.append(place)
        elif keepdims is True or isinstance(keepdims, list) and keepdims[axis]:
            target.append(FIRST)
    return Member(stmt, _space(shape), (read,), gone=gone, target=tuple(target))
