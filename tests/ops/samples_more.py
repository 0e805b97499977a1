"""Samples of the operations on whole arrays that are more than moving elements: systems, factorisations, sorting."""

from __future__ import annotations

import numpy as np

from s2s_ad.ir.kinds import FLOAT, MANY, Array, List
from tests.ops.driver import Fixed

_rng = np.random.default_rng(21)


def r(*shape):
    return _rng.standard_normal(shape)


def regular(*shape):
    """Square matrices far from singular."""
    return r(*shape) + 3.0 * np.eye(shape[-1])


def symmetric(*shape):
    x = r(*shape)
    return x + np.swapaxes(x, -1, -2)


def positive(*shape):
    x = r(*shape)
    return x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])


def singular(n):
    x = r(n, n)
    x[-1] = x[0] + x[1]
    return x


LINALG = {
    "np.linalg.solve": [
        ([regular(3, 3), r(3)], {}),
        ([regular(3, 3), r(3, 2)], {}),
        ([regular(2, 3, 3), r(2, 3, 2)], {}),
        ([regular(2, 3, 3), r(3)], {}),
        ([regular(3, 3), r(2, 3, 2)], {}),
        ([regular(2, 1, 3, 3), r(4, 3, 2)], {}),
    ],
    "np.linalg.inv": [([regular(3, 3)], {}), ([regular(2, 3, 3)], {}), ([regular(1, 1)], {})],
    "pinv": [([r(3, 2)], {}), ([r(2, 3)], {}), ([regular(3, 3)], {}), ([r(2, 4, 3)], {})],
    "least_squares": [([r(4, 2), r(4)], {}), ([r(4, 2), r(4, 3)], {}), ([r(2, 4), r(2)], {})],
    "least_squares_residues": [([r(4, 2), r(4)], {}), ([r(4, 2), r(4, 3)], {}), ([r(2, 4), r(2)], {})],
    "least_squares_values": [([r(4, 2), r(4)], {}), ([r(2, 4), r(2)], {})],
    "least_squares_rank": [([r(4, 2), r(4)], {})],
    "np.linalg.det": [([regular(3, 3)], {}), ([regular(2, 3, 3)], {}), ([singular(3)], {}), ([r(1, 1)], {})],
    "cofactors": [([regular(3, 3)], {}), ([regular(2, 3, 3)], {}), ([singular(3)], {}), ([r(4, 4)], {})],
    "cofactors_change": [([Fixed(regular(3, 3)), r(3, 3)], {}), ([Fixed(singular(3)), r(3, 3)], {})],
    "slogdet_log": [([regular(3, 3)], {}), ([regular(2, 3, 3)], {})],
    "np.linalg.cholesky": [([positive(3, 3)], {}), ([positive(2, 3, 3)], {}), ([positive(3, 3)], {"upper": True})],
    "np.linalg.eigvalsh": [([symmetric(3, 3)], {}), ([symmetric(2, 3, 3)], {}), ([symmetric(3, 3)], {"UPLO": "U"})],
    "eigh_vectors": [([symmetric(3, 3)], {}), ([symmetric(2, 3, 3)], {}), ([symmetric(3, 3)], {"UPLO": "U"})],
    "inverse_gaps": [([r(3)], {}), ([r(2, 3)], {})],
    "diagonal_matrix": [([r(3)], {}), ([r(2, 3)], {}), ([r(1)], {})],
    "qr_q": [([r(3, 3)], {}), ([r(4, 2)], {}), ([r(2, 4, 3)], {})],
    "qr_r": [([r(3, 3)], {}), ([r(4, 2)], {}), ([r(2, 4, 3)], {})],
    "qr_complete_q": [([r(4, 2)], {})],
    "qr_complete_r": [([r(3, 3)], {}), ([r(4, 2)], {}), ([r(2, 4, 3)], {})],
    "svd_s": [([r(3, 3)], {}), ([r(4, 2)], {}), ([r(2, 4)], {}), ([r(2, 4, 3)], {})],
    "svd_u": [([r(3, 3)], {}), ([r(4, 2)], {}), ([r(2, 4)], {}), ([r(2, 4, 3)], {})],
    "svd_vt": [([r(3, 3)], {}), ([r(4, 2)], {}), ([r(2, 4)], {}), ([r(2, 4, 3)], {})],
    "np.diagonal": [
        ([r(3, 3)], {}),
        ([r(2, 4)], {"offset": 1}),
        ([r(4, 2)], {"offset": -1}),
        ([r(2, 3, 4)], {}),
        ([r(2, 3, 4)], {"offset": 1, "axis1": -1, "axis2": 0}),
        ([r(3, 3)], {"axis1": 1, "axis2": 0, "offset": 1}),
    ],
    "from_diagonals": [([r(3, 2), r(2, 3, 4)], {"axis1": 0, "axis2": 2})],
    "np.trace": [([r(3, 3)], {}), ([r(2, 3)], {"offset": 1}), ([r(2, 3, 3)], {"axis1": -1, "axis2": 1})],
}

PRODUCTS = {
    "np.einsum": [
        ([r(2, 3), r(3, 4)], {"subscripts": "ij,jk->ik"}),
        ([r(2, 3), r(3)], {"subscripts": "ij,j"}),
        ([r(3, 3)], {"subscripts": "ii"}),
        ([r(3, 3)], {"subscripts": "ii->i"}),
        ([r(2, 3)], {"subscripts": "ij->j"}),
        ([r(2, 3), r(2, 3)], {"subscripts": "ij,ij->"}),
        ([r(3, 3, 2), r(2)], {"subscripts": "iij,j->i"}),
        ([r(4, 2, 3), r(3, 2)], {"subscripts": "...ij,...jk->...ik"}),
        ([r(4, 2, 3), r(3, 2)], {"subscripts": "...ij,...jk->...i"}),
        ([r(1, 2), r(3, 2)], {"subscripts": "ij,ij->ij"}),
        ([r(2), r(2), r(2)], {"subscripts": "i,i,i->"}),
    ],
    "np.tensordot": [
        ([r(2, 3, 4), r(3, 4, 2)], {}),
        ([r(3), r(2)], {"axes": 0}),
        ([r(2, 3, 4), r(3, 4, 2)], {"axes": ((2, 0), (1, 2))}),
        ([r(2, 3, 4), r(3, 4, 2)], {"axes": ((0, 1), (2, 0))}),
        ([r(3), r(3)], {"axes": 1}),
    ],
    "np.dot": [
        ([r(*a), r(*b)], {})
        for a, b in [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3, 4)),
            ((), (3,)),
            ((2, 2), ()),
            ((5, 2, 3), (3,)),
            ((2, 2, 3), (3, 4)),
            ((3,), (2, 3, 4)),
            ((2, 3), (4, 3, 2)),
            ((5, 2, 3), (2, 3, 4)),
        ]
    ]
    + [([2.5, r(3)], {})],
    "np.convolve": [([r(5), r(2)], {}), ([r(2), r(3)], {}), ([r(1), r(3)], {})],
    "slide": [([r(5), r(2)], {}), ([r(3), r(3)], {})],
    "np.cross": [([r(3), r(3)], {}), ([r(2, 3), r(3)], {}), ([r(3), r(2, 1, 3)], {})],
    "np.linalg.norm": [([r(4)], {"ord": 3}), ([r(2, 3)], {"ord": 2.5, "axis": 1, "keepdims": True}), ([r(4)], {})],
}

REDUCTIONS = {
    "np.cumprod": [([np.array([2.0, 0.0, 3.0, 0.0])], {})],
    "prefixes_without": [([r(3)], {"m": 1}), ([r(2, 3)], {"m": 2})],
    "np.prod": [([np.array([2.0, 0.0, 3.0])], {})],
    "np.quantile": [
        ([r(5)], {"q": 0.3}),
        ([r(4, 3)], {"q": 0.9, "axis": 0}),
        ([r(2, 3)], {"q": 1.0, "keepdims": True}),
    ],
}

_gaps = np.array([[1.9, -1.1, 0.8], [0.3, np.nan, 1.2], [-0.7, 0.4, np.nan], [0.6, 2.2, np.nan]])
_points = np.array([-1.0, 0.0, 0.7, 2.0])
ORDER = {
    "np.unique": [
        ([np.array([2.0, 1.0, 3.0])], {}),
        ([np.array([[2.0, 1.0], [4.0, 3.0]])], {}),
        ([np.array([[2.0, 1.0], [4.0, 3.0], [0.5, 0.7]])], {"axis": 0}),
        ([np.array([[2.0, 1.0, 0.3], [4.0, 3.0, 0.9]])], {"axis": -1}),
    ],
    "first_places_of": [([r(2, 3)], {}), ([r(2, 3)], {"axis": 1})],
    "places_among_different": [([r(2, 3)], {}), ([r(2, 3)], {"axis": 0})],
    "group_sizes": [([r(2, 3)], {}), ([r(2, 3)], {"axis": 1})],
    "np.isin": [([r(3), np.array([0.3, 0.1])], {}), ([r(2, 2), r(3)], {"invert": True})],
    "np.nanmedian": [([_gaps], {}), ([_gaps], {"axis": 0}), ([_gaps], {"axis": 1, "keepdims": True}), ([r(5)], {})],
    "np.nanquantile": [
        ([_gaps], {"q": 0.3}),
        ([_gaps], {"q": 0.9, "axis": 0}),
        ([_gaps], {"q": 0.25, "axis": -1, "keepdims": True, "method": "hazen"}),
        ([r(5)], {"q": 1.0}),
    ],
    "nanquantile_weights": [([_gaps], {"q": 0.3, "axis": 1}), ([_gaps], {"q": 0.5, "method": "lower"})],
    "np.take_along_axis": [
        ([r(2, 3), np.array([[0, 0], [2, 1]])], {"axis": 1}),
        ([r(2, 3), np.array([[1, 0, 1]])], {"axis": 0}),
        ([r(2, 3), np.array([[0], [2]])], {"axis": -1}),
    ],
    "add_along_axis": [([r(2, 2), r(2, 3), np.array([[0, 0], [2, 1]])], {"axis": 1})],
    "np.interp": [
        ([r(3), _points, r(4)], {}),
        ([0.3, _points, r(4)], {}),
        ([np.array([-3.0, 0.1, 5.0]), _points, r(4)], {"left": 0.5, "right": 1.0}),
        ([np.array([-3.0, 0.1, 5.0]), _points, r(4)], {}),
    ],
    "put_where": [([r(2), np.array([[True, False], [False, True]])], {})],
    "np.bincount": [([np.array([0, 2, 2]), r(3), 0], {}), ([np.array([0, 2, 2]), r(3), 5], {})],
}

PARTS = {
    "np.meshgrid": [
        ([r(3), r(2)], {"at": 0}),
        ([r(3), r(2)], {"at": 1}),
        ([r(3), r(2)], {"at": 1, "indexing": "ij"}),
        ([r(3), r(2), r(4)], {"at": 2}),
        ([r(3), r(2), r(4)], {"at": 0}),
        ([r(3)], {"at": 0}),
    ],
    "np.split": [
        ([r(4)], {"sections": 2, "i": 1}),
        ([r(2, 3)], {"sections": 3, "i": 0, "axis": 1}),
        ([r(5)], {"sections": 3, "i": 2, "equal": False}),
    ],
    "into_part": [([r(2), r(5)], {"sections": 3, "i": 1})],
    "np.pad": [
        ([r(3)], {"pad_width": 1}),
        ([r(3)], {"pad_width": (1, 2), "constant_values": 3.0}),
        ([r(2, 3)], {"pad_width": ((1, 2), (0, 1)), "mode": "edge"}),
        ([r(2, 3)], {"pad_width": 2, "mode": "reflect"}),
        ([r(2, 3)], {"pad_width": ((2, 1),), "mode": "symmetric"}),
        ([r(3)], {"pad_width": 4, "mode": "wrap"}),
    ],
    "pad_linear": [([r(3)], {"pad_width": 1, "mode": "edge"})],
    "sum_pads": [
        ([r(5), r(3)], {"pad_width": 1, "mode": "edge"}),
        ([r(6, 4), r(3, 3)], {"pad_width": ((1, 2), (0, 1))}),
    ],
}

_grid = np.array([-1.0, 0.0, 1.0])

# what has no derivative: places, counts, comparisons of whole arrays, new arrays
CONSTANT = {
    "np.allclose": [([r(3), r(3)], {}), ([_grid, _grid], {})],
    "np.array_equal": [([r(3), r(3)], {}), ([_grid, _grid], {}), ([r(3), r(2)], {})],
    "np.argpartition": [([r(5)], {"kth": 2})],
    "np.searchsorted": [([_grid, r(4)], {}), ([_grid, 0.3], {"side": "right"}), ([_grid, _grid], {})],
    "np.digitize": [([r(4), _grid], {}), ([_grid, _grid], {"right": True})],
    "interval": [([r(4), _grid], {})],
    "count_each": [([np.array([0, 2, 2]), 0], {}), ([np.array([0, 2, 2]), 5], {})],
    "last_written": [
        ([r(4), np.array([0, 2, 2])], {"index": (("in", 0),)}),
        ([r(3, 4), np.array([0, 1, 0]), np.array([2, 2, 2])], {"index": (("in", 0), ("in", 1))}),
    ],
    "zero_number": [([], {"dtype": "float64"}), ([], {"dtype": "float32"})],
    "np.zeros": [([], {"shape": (2, 3)}), ([2], {"shape": (None, 3), "dtype": np.float32}), ([], {"shape": ()})],
    "np.ones": [([], {"shape": (2, 3)}), ([2], {"shape": (None,)})],
    "np.eye": [([], {"shape": (3, 3)}), ([2], {"shape": (None, 3), "k": 1})],
    "least_squares_residues": [([r(4, 2), r(4)], {}), ([r(4, 2), r(4, 3)], {})],
    "places": [([r(4)], {})],
    "fractions": [([r(4)], {}), ([r(4)], {"endpoint": False})],
    "range_len": [([0, 5, 2], {}), ([5, 0, -1], {}), ([3, 3, 1], {})],
    "slice_bound": [([7, 1, -1], {"which": 1, "bounds": (("in", 0), ("in", 1), None)})],
}

_list = [1.5, -0.5, 2.5]
LISTS = {
    "list_new": [([1.5, 2.5], {}), ([r(2), r(2)], {})],
    "list_append": [([_list, 3.5], {})],
    "list_get": [([_list, 1], {}), ([[r(2), r(2)], -1], {})],
    "list_add_at": [([_list, 3.5, 1], {}), ([[r(2), r(2)], r(2), 1], {}), ([[[1.5, 2.5]], [0.5, 4.0], 0], {})],
    "list_set": [([_list, 3.5, 1], {}), ([[r(2), r(2)], r(2), 1], {})],
    "list_init": [([_list], {})],
    "list_sum": [([_list], {}), ([[r(2), r(2)]], {})],
    "list_fill": [([2.5, 3], {}), ([r(2), 3], {})],
    "list_concat": [([_list, [0.5]], {})],
    "list_head": [([_list, [0.5]], {})],
    "list_tail": [([_list, [0.5]], {})],
    "list_reverse": [([_list], {})],
    "list_plus": [([_list, [0.5, 1.5, 2.5]], {})],
    "list_len": [([_list], {})],
    "list_zeros": [([_list], {}), ([[r(2), r(2)]], {})],
    "list_to_array": [([_list], {}), ([[r(2), r(2)]], {})],
    "list_to_array_like": [([_list, r(3)], {})],
    "array_to_list": [([r(3)], {"kind": List(FLOAT)})],
}

_array = Array("float64", (MANY,))
BLOCKS = {
    "unit": [([r(3), 1], {}), ([r(2, 3), 4], {})],
    "unit_rows": [([r(3), 1], {}), ([r(2, 3), 2], {})],
    "spread": [([r(3), r(4, 3)], {}), ([r(2, 3), r(4, 2, 3)], {})],
    "zero_rows": [([r(3), r(4, 3)], {})],
    "zero_block": [([r(2), r(3)], {}), ([_list, r(2)], {}), ([1.5, r(2)], {})],
    "rows": [([[r(3), r(3)], r(2), r(3)], {}), ([r(2, 3), r(2), r(3)], {})],
    "rows_apart": [([r(2, 3), r(2), r(3)], {"kind": List(_array)})],
    "columns": [([[r(2), r(2), r(2)], r(2), r(3)], {}), ([r(3, 2), r(2), r(3)], {})],
    "columns_apart": [([r(2, 3), r(2), r(3)], {"kind": List(_array)})],
    "turned": [([[[1.5, 2.5], [0.5, 1.0], [2.0, 3.0]], [0.1, 0.2], r(3)], {})],
    "turned_back": [([[r(3), r(3)], [[1.5, 2.5], [0.5, 1.0], [2.0, 3.0]], r(3)], {})],
}

NATIVE = {
    "trip_count": [([0, 5, 2], {}), ([5, 0, -1], {})],
    "lesser": [([3, 2], {})],
    "beginning": [([r(5), 3], {})],
    "checked_place": [([2, 5], {}), ([-1, 5], {})],
    "same_length": [([4, 4], {}), ([-1, 0], {})],
    "joined": [([r(3), r(2)], {})],
    "with_row": [([r(2, 3), r(3), 1], {})],
    **{f"checked_{name}": [([7, 3], {})] for name in "mul pow floordiv mod shift_left add sub".split()},
}

_order = Fixed(2)
SPECIAL = {
    "special.polygamma": [([_order, 1.3], {}), ([_order, np.array([0.5, 2.2])], {})],
    **{name: [([_order, 1.3], {}), ([_order, r(2, 3)], {})] for name in ("special.jv", "special.iv", "special.ive")},
    "expm": [([r(3, 3) / 2.0], {}), ([r(2, 2)], {})],
    "expm_change": [([r(3, 3), r(3, 3)], {})],
    "expm_bend": [([Fixed(r(3, 3)), r(3, 3), r(3, 3)], {})],
}

MORE = {**LINALG, **PRODUCTS, **REDUCTIONS, **ORDER, **PARTS, **CONSTANT, **LISTS, **BLOCKS, **NATIVE, **SPECIAL}
