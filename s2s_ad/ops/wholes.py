"""Functions with several results: each result is an operation of the table, and here is the call that makes them all.

Differentiation sees the single results, so each has its own rule and what is not read costs nothing.
`passes/together.py` puts those of one call together again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from s2s_ad.ir.kinds import Kind, is_complex
from s2s_ad.ir.nodes import Apply
from s2s_ad.ops.core import literal
from s2s_ad.ops.linear import shape_of

Params = Mapping[str, Any]
Wanted = frozenset[int]
Kinds = tuple[Kind, ...]


@dataclass(frozen=True, eq=False)
class Whole:
    """A function with several results.

    parts   for each result the operations that are it
    code    (params, wanted results, kinds of the inputs) -> the call, in which {} stands for the inputs
    count   (stmt, wanted results) -> the results that this call has, in order; None: all of `parts`
    apart   results for which NumPy has a function of their own
    written only what the user wrote as one call is put together, with this in the line: a // b and a % b alone stay as
            they are
    named   only if all results are wanted and have names
    """

    name: str
    parts: tuple[tuple[str, ...], ...]
    code: Callable[[Params, Wanted, Kinds], str]
    count: Callable[[Apply, Wanted], tuple[int, ...]] | None = None
    apart: Wanted = field(default_factory=frozenset)
    written: str = ""
    named: bool = False

    def results(self, stmt: Apply, wanted: Wanted) -> tuple[int, ...]:
        """The numbers of the results of the call, in order."""
        return tuple(range(len(self.parts))) if self.count is None else self.count(stmt, wanted)


# operation → the call of which it is a result, and which one: a number, or the parameter that says it
PARTS: dict[str, tuple[Whole, int | str]] = {}


def part_of(stmt: Apply) -> tuple[Whole, int, dict[str, Any]] | None:
    """The call of which the operation is one result, which one it is, and the parameters of the call."""
    found = PARTS.get(stmt.op.name)
    if found is None:
        return None
    whole, at = found
    params = {**stmt.op.defaults, **dict(stmt.params)}
    return whole, params.pop(at) if isinstance(at, str) else at, params


def _declare(name: str, *parts: str | tuple[str, ...], code: Any = None, given: str = "", **options: Any) -> None:
    """`given`: the parameters that stand in the call where they are not their default."""
    names = tuple((part,) if isinstance(part, str) else part for part in parts)
    whole = Whole(name, names, code or _call(name, *given.split()), **options)
    for at, operations in enumerate(names):
        for operation in operations:
            PARTS[operation] = whole, at


def _numbered(name: str, part: str, at: str, count: Callable[[Apply], int], code: Any = None, **options: Any) -> None:
    """As many results as `count` says, all one operation, of which the parameter `at` says which result it is."""
    PARTS[part] = Whole(name, (), code or _call(name), lambda stmt, wanted: tuple(range(count(stmt))), **options), at


def _call(name: str, *given: str) -> Callable[[Params, Wanted, Kinds], str]:
    def code(params: Params, wanted: Wanted, kinds: Kinds) -> str:
        options = "".join(f", {key}={literal(params[key])}" for key in given if params.get(key) is not None)
        return f"{name}({{}}{options})"

    return code


def _by_triangle(params: Params, wanted: Wanted, kinds: Kinds) -> str:
    return f"np.linalg.eigh({{}}{'' if params['UPLO'] == 'L' else ', UPLO=' + repr(params['UPLO'])})"


def _eig(params: Params, wanted: Wanted, kinds: Kinds) -> str:
    return "np.linalg.eig({})" if is_complex(kinds[0]) else "complex_eig({})"


def _svd(params: Params, wanted: Wanted, kinds: Kinds) -> str:
    return f"np.linalg.svd({{}}{'' if params.get('full') else ', full_matrices=False'})"


def _meshgrid(params: Params, wanted: Wanted, kinds: Kinds) -> str:
    return f"np.meshgrid({{}}{'' if params['indexing'] == 'xy' else ', indexing=' + repr(params['indexing'])})"


_OPTIONS = ("", "return_index", "return_inverse", "return_counts")


def _unique(params: Params, wanted: Wanted, kinds: Kinds) -> str:
    options = "".join(f", {_OPTIONS[k]}=True" for k in sorted(wanted - {0}))
    return f"np.unique({{}}{options}{'' if params['axis'] is None else ', axis=' + str(params['axis'])})"


_declare("np.linalg.slogdet", ("slogdet_sign", "slogdet_direction"), "slogdet_log")
_declare("np.linalg.eigh", "np.linalg.eigvalsh", "eigh_vectors", code=_by_triangle, apart=frozenset({0}))
_declare("np.linalg.eig", "np.linalg.eigvals", "eigenvector_matrix", code=_eig, apart=frozenset({0}))
_declare("np.linalg.qr", "qr_q", "qr_r", apart=frozenset({1}))
_declare("np.linalg.qr", "qr_complete_q", "qr_complete_r", code=lambda *_: 'np.linalg.qr({}, mode="complete")')
_declare("np.linalg.svd", "svd_u", "svd_s", "svd_vt", code=_svd, apart=frozenset({1}))
_declare(
    "np.unique", "np.unique", "first_places_of", "places_among_different", "group_sizes", code=_unique,
    count=lambda stmt, wanted: (0, *sorted(wanted - {0})), apart=frozenset({0}),
)  # fmt: skip
_declare(
    "np.linalg.lstsq", "least_squares", "least_squares_residues", "least_squares_rank", "least_squares_values",
    given="rcond",
)  # fmt: skip
_declare("math.modf", "fraction_part", "whole_part")
_declare("math.frexp", "mantissa", "exponent")
_declare("np.frexp", "np_mantissa", "np_exponent")
_declare("divmod", "floordiv", "mod", apart=frozenset({0, 1}), written="divmod(")
_declare("np.divmod", "np.floor_divide", "np.remainder", apart=frozenset({0, 1}), written="np.divmod(")
_numbered("np.meshgrid", "np.meshgrid", "at", lambda stmt: len(stmt.inputs), code=_meshgrid)
_numbered("np.nonzero", "nonzero_places", "axis", lambda stmt: len(shape_of(stmt.inputs[0].kind)))
_numbered(
    "shape", "shape_item", "axis", lambda stmt: len(shape_of(stmt.inputs[0].kind)), code=lambda *_: "{}.shape",
    written=".shape", named=True,
)  # fmt: skip
