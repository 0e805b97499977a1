"""Samples of the operations on whole arrays that are more than moving elements: systems, factorisations, sorting."""

from __future__ import annotations

import numpy as np

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
    "np.cumprod": [([r(4)], {}), ([r(2, 3)], {"axis": 0}), ([r(2, 3)], {}), ([np.array([2.0, 0.0, 3.0, 0.0])], {})],
    "prefixes_without": [([r(3)], {"m": 1}), ([r(2, 3)], {"m": 2})],
    **{
        name: [([r(2, 3)], {}), ([r(2, 3)], {"axis": 0}), ([r(2, 3)], {"axis": -1, "keepdims": True})]
        for name in ("np.nansum", "np.nanmean", "np.nanmax", "np.nanmin")
    },
    "np.prod": [([r(2, 3, 2)], {"axis": (0, 2)}), ([r(2, 3)], {"axis": (-1, 0), "keepdims": True})]
    + [([r(2, 3)], p) for p in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}, {"keepdims": True})]
    + [([r(4)], {}), ([np.array([2.0, 0.0, 3.0])], {})],
    "np.median": [([r(5)], {}), ([r(4, 3)], {"axis": 0}), ([r(2, 3)], {"axis": -1, "keepdims": True}), ([r(2, 3)], {})],
    "np.quantile": [
        ([r(5)], {"q": 0.3}),
        ([r(4, 3)], {"q": 0.9, "axis": 0}),
        ([r(2, 3)], {"q": 1.0, "keepdims": True}),
    ],
}

_points = np.array([-1.0, 0.0, 0.7, 2.0])
ORDER = {
    "np.sort": [([r(5)], {}), ([r(4, 3)], {"axis": 0})],
    "np.unique": [([np.array([2.0, 1.0, 3.0])], {}), ([np.array([[2.0, 1.0], [4.0, 3.0]])], {})],
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

MORE = {**LINALG, **PRODUCTS, **REDUCTIONS, **ORDER, **PARTS}
