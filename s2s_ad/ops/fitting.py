"""Shapes and dtypes of derivatives: the one place where they are made those of the primal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from s2s_ad.ir.kinds import ANY, FLOAT, ONE, Array, Kind, Scalar, is_complex
from s2s_ad.ir.nodes import Apply, Atom, Stmt, Value
from s2s_ad.ir.walk import inputs_of, outputs_of
from s2s_ad.ops.core import Op, elementwise
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.slopes import numeric
from s2s_ad.ops.trace import Traced, current

SameShape = Callable[[Atom, Atom], bool]


class Model(Traced):
    """Stands for a tangent while its operation is transposed, where there are no tangents.

    It has the kind of one; a value of its shape is made only if a transpose asks for it.
    """

    __slots__ = ("_kind", "_make", "_made")

    def __init__(self, kind: Kind, make: Callable[[], Atom]) -> None:
        self._kind, self._make = kind, make
        self._made: Atom | None = None

    @property
    def kind(self) -> Kind:
        return self._kind

    @property
    def atom(self) -> Atom:  # type: ignore[override]
        if self._made is None:
            self._made = self._make()
        return self._made


def shape_of(kind: Kind) -> tuple[int, ...]:
    return kind.shape if isinstance(kind, Array) else ()


def is_elementwise(op: Op) -> bool:
    return op.infer is elementwise or op.infer is numeric


def not_known(a: Atom, b: Atom) -> bool:
    """What is known of two shapes where nothing is known beyond their kinds."""
    return False


def one_shape(apply: Apply, same_shape: SameShape) -> bool:
    """Whether everything that is not a single number in an elementwise operation has the shape of the result."""
    arrays = [x for x in apply.inputs if shape_of(x.kind)]
    return is_elementwise(apply.op) and (len(arrays) <= 1 or all(same_shape(apply.out, x) for x in arrays))


def covers(
    apply: Apply, stmts: Sequence[Stmt], dots: Sequence[Atom | None], result: Atom, same_shape: SameShape
) -> bool:
    """Whether a tangent that `stmts` compute has surely the shape of the result, where lengths are not known.

    In an elementwise operation that is so if it was made from all the inputs that could give their shape to the result.
    """
    if not is_elementwise(apply.op) or one_shape(apply, same_shape):
        return True  # its derivative is made of whole operations, which have the right shape
    every = frozenset(i for i, x in enumerate(apply.inputs) if shape_of(x.kind))
    known: dict[Atom, frozenset[int]] = {out: every for out in apply.outputs}
    for i, (x, dot) in enumerate(zip(apply.inputs, dots)):
        known[x] = known.get(x, frozenset()) | {i}
        if dot is not None:
            known[dot] = known.get(dot, frozenset()) | {i}
    for stmt in stmts:
        made = frozenset[int]().union(*(known.get(a, frozenset()) for a in inputs_of(stmt)))
        known.update((out, made) for out in outputs_of(stmt))
    return known.get(result, frozenset()) >= every


def fit_tangent(dot: Atom, out: Value, exact: bool = True) -> Atom:
    """A tangent has the shape and the dtype of its primal, also where a smaller input was broadcast."""
    if isinstance(out.kind, (Array, Scalar)):
        same = shape_of(dot.kind) == shape_of(out.kind)
        if not same or not exact and ANY in shape_of(out.kind):
            dot = current.builder.apply(OPS["broadcast_like"], dot, out)
        return _fit_dtype(fit_field(dot, out.kind), out.kind)
    return dot


def fit_field(atom: Atom, kind: Kind) -> Atom:
    """A real number made complex where `kind` is, and the real part of a complex one taken where it is not."""
    have, apply = atom.kind, current.builder.apply
    if not isinstance(have, (Array, Scalar)) or is_complex(have) == is_complex(kind):
        return atom
    if not is_complex(kind):
        return apply(OPS["real"], atom)
    if isinstance(kind, Scalar):
        return apply(OPS["complex"], atom)
    assert isinstance(kind, Array)
    if shape_of(have):
        return apply(OPS["astype"], atom, dtype=kind.dtype)
    return apply(OPS[f"np.{kind.dtype}"], atom)


def fit_cotangent(ct: Atom, primal: Traced, exact: bool = False) -> Atom:
    """Sum a cotangent over the axes along which its primal was broadcast, and give it the dtype of the primal.

    `exact`: nothing was broadcast if only the number of axes is the same, though some lengths are not known.
    """
    if not isinstance(primal.kind, (Array, Scalar)) or not isinstance(ct.kind, (Array, Scalar)):
        return ct
    if is_complex(ct.kind) and not is_complex(primal.kind):
        ct = fit_field(ct, primal.kind)
    have, want = shape_of(ct.kind), shape_of(primal.kind)
    if not (have == want and ANY not in have or exact and len(have) == len(want)):
        ct = _fit_shape(ct, have, want, primal)
    return _fit_dtype(fit_field(ct, primal.kind), primal.kind)


def _fit_shape(ct: Atom, have: tuple[int, ...], want: tuple[int, ...], primal: Traced) -> Atom:
    apply = current.builder.apply
    extra = len(have) - len(want)
    if extra < 0:
        return apply(OPS["broadcast_like"], ct, primal.atom)
    if ANY in want or any(h == ANY and w != ANY for h, w in zip(have[extra:], want)):
        return apply(OPS["unbroadcast"], ct, primal.atom)
    if extra:
        lead = tuple(range(extra))
        ct = apply(OPS["np.sum"], ct, axis=None if not want else lead[0] if extra == 1 else lead)
    ones = tuple(i for i, (h, w) in enumerate(zip(have[extra:], want)) if w == ONE and h != ONE)
    if ones:
        ct = apply(OPS["np.sum"], ct, axis=ones[0] if len(ones) == 1 else ones, keepdims=True)
    if any(h == ONE and w != ONE for h, w in zip(have[extra:], want)):
        ct = apply(OPS["broadcast_like"], ct, primal.atom)
    return ct


def _fit_dtype(ct: Atom, primal: Kind) -> Atom:
    """float32 stays float32: a derivative that a wider operand widened is narrowed again."""
    if not isinstance(primal, Array) or not primal.real:
        return ct
    array = isinstance(ct.kind, Array)
    if array and ct.kind.dtype == primal.dtype:  # type: ignore[attr-defined]
        return ct
    if primal.dtype in ("float32", "float16") and (ct.kind == FLOAT or array and not shape_of(ct.kind)):
        return current.builder.apply(OPS[f"np.{primal.dtype}"], ct)  # a number, which may be one of Python's
    return current.builder.apply(OPS["astype"], ct, dtype=primal.dtype) if array else ct


def same_lengths(a: Atom, b: Atom, makers: Mapping[Value, Apply]) -> bool:
    """Whether it can be seen that two arrays have one shape: each was made of one array, element by element."""
    return shape_lender(a, makers) is shape_lender(b, makers)


def shape_lender(atom: Atom, makers: Mapping[Value, Apply]) -> Atom:
    """The array whose shape this one has, as far back as can be seen."""
    while isinstance(atom, Value) and (made := makers.get(atom)) is not None and is_elementwise(made.op):
        arrays = [a for a in made.inputs if shape_of(a.kind)]
        if len(arrays) != 1 or shape_of(arrays[0].kind) != shape_of(atom.kind):
            break
        atom = arrays[0]
    return atom
