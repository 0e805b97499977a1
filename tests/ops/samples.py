"""Arguments for operations that `trials.py` can make up none for: name → [(inputs, static parameters)].

Each is tried in float32, with NaN and inf, and with its lengths made 0 and 1, too.
"""

from __future__ import annotations

import numpy as np

from tests.ops.driver import Fixed
from tests.ops.samples_complex import COMPLEX
from tests.ops.samples_more import MORE

_rng = np.random.default_rng(20)


def r(*shape):
    return _rng.standard_normal(shape)


WHOLE = ("slice", None, None, None)

SAMPLES = {
    # reductions
    "np.var": [([r(5)], {"ddof": 1})],
    "np.std": [([r(5)], {"ddof": 1})],
    "products_without": [([r(4)], {"m": 1}), ([r(2, 4)], {"m": 2}), ([np.array([0.0, 2.0, 0.0])], {"m": 1})],
    # shapes
    "np.reshape": [
        ([r(2, 3)], {"shape": (6,)}),
        ([r(2, 3)], {"shape": (3, -1)}),
        ([r(2, 3)], {"shape": (-1, 1)}),
        ([r(6), Fixed(2)], {"shape": (None, 3)}),
        ([r(6), 2, 3], {"shape": (None, None)}),
        ([2.5], {"shape": (1, 1)}),
        ([r(1, 1)], {"shape": ()}),
    ],
    "reshape_like": [([r(6), r(2, 3)], {}), ([r(1), np.float64(2.0)], {})],
    "np.expand_dims": [([r(2, 3)], {"axis": a}) for a in (0, 1, -1, (0, 3))] + [([2.5], {"axis": 0})],
    "np.squeeze": [([r(2, 1, 3)], {"axis": 1}), ([r(1, 1)], {"axis": (0, 1)}), ([r(1, 2, 1)], {}), ([r(2, 3)], {})],
    "np.transpose": [
        ([r(2, 3)], {}),
        ([r(2, 3, 4)], {"axes": (1, 2, 0)}),
        ([r(2, 3, 4)], {}),
        ([r(3)], {}),
        ([2.5], {}),
    ],
    "np.swapaxes": [([r(2, 3, 4)], {"axis1": 0, "axis2": -1})],
    "np.moveaxis": [
        ([r(2, 3, 4)], {"source": 0, "destination": -1}),
        ([r(2, 3, 4)], {"source": (0, 1), "destination": (-1, 0)}),
    ],
    "np.roll": [([r(2, 3), 1], {"axis": 1}), ([r(5), Fixed(-2)], {}), ([r(2, 3), 2], {})],
    "np.triu": [([r(3, 3)], {}), ([r(2, 3)], {"k": 1})],
    "np.tril": [([r(3, 3)], {}), ([r(2, 3)], {"k": -1})],
    "np.broadcast_to": [
        ([r(3)], {"shape": (2, 3)}),
        ([r(2, 1)], {"shape": (2, 4)}),
        ([2.5, 3], {"shape": (None,)}),
        ([r(1, 3), 4], {"shape": (2, None, 3)}),
    ],
    "np.tile": [
        ([r(3)], {"reps": 2}),
        ([r(2, 3)], {"reps": (2, 2)}),
        ([r(3)], {"reps": (2, 1)}),
        ([r(2, 3)], {"reps": 2}),
    ],
    "np.mgrid": [([Fixed(3)], {"index": (("slice", 0, ("in", 0), None), ("slice", None, 4, 2))})],
    "numbers_repeated": [([np.array([0, 1, 2]), np.array([2, 0, 1])], {}), ([np.arange(4), 2], {})],
    "np.repeat": [([r(2, 3), 2], {}), ([r(2, 3), 2], {"axis": 0}), ([r(3), Fixed(3)], {"axis": -1}), ([2.5, 3], {})],
    "sum_tiles": [([r(4, 6), r(2, 3)], {"reps": (2, 2)})],
    "sum_repeats": [([r(4, 3), r(2, 3), 2], {"axis": 0})],
    "broadcast_like": [([r(3), r(2, 3)], {}), ([2.5, r(2)], {}), ([r(2, 1), r(2, 3)], {})],
    "unbroadcast": [
        ([r(2, 3), r(3)], {}),
        ([r(2, 3), r(2, 1)], {}),
        ([r(2, 3), np.float64(1.0)], {}),
        ([r(3), r(3)], {}),
    ],
    # joining
    "np.stack": [
        ([r(2), r(2)], {}),
        ([r(2, 3), r(2, 3)], {"axis": -1}),
        ([1.5, 2.5, np.float64(3.0)], {}),
        ([r(3)], {}),
    ],
    "array_of": [
        ([1.5, 2.5, 3], {}),
        ([1.5, 2.0, 3.0, 4.0], {"nest": (2, 2)}),
        ([r(2), r(2)], {}),
        ([1.5], {"nest": (1, 1)}),
    ],
    "np.concatenate": [
        ([r(2), r(3)], {}),
        ([r(2, 3), r(1, 3), r(2, 3)], {}),
        ([r(2, 1), r(2, 3)], {"axis": 1}),
        ([r(2, 3), r(2)], {"axis": None}),
        ([r(3)], {}),
        ([r(1), r(1), r(4)], {"axis": -1}),
    ],
    "part": [([r(5), r(2), r(3)], {"i": 1, "axis": 0}), ([r(2, 6), r(2, 2), r(2, 1), r(2, 3)], {"i": 1, "axis": 1})],
    "np.vstack": [([r(3), r(3)], {}), ([r(2, 3), r(3)], {}), ([r(2, 3), r(1, 3)], {}), ([1.5, 2.5], {})],
    "np.hstack": [([r(3), r(2)], {}), ([r(2, 3), r(2, 1)], {}), ([1.5, r(2)], {}), ([1.5, 2.5], {})],
    "np.column_stack": [([r(3), r(3)], {}), ([r(3, 2), r(3)], {}), ([r(3, 1), r(3, 2)], {})],
    # products
    "matmul": [
        ([r(*a), r(*b)], {})
        for a, b in [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3, 4)),
            ((2, 1), (1, 4)),
            ((5, 2, 3), (3, 4)),
            ((5, 2, 3), (5, 3, 4)),
            ((2, 3), (5, 3, 4)),
            ((1, 2, 3), (5, 3, 4)),
            ((5, 2, 3), (3,)),
            ((3,), (5, 3, 2)),
            ((6, 1, 2, 3), (5, 3, 2)),
        ]
    ],
    "np.vdot": [([r(3), r(3)], {}), ([r(2, 3), r(2, 3)], {}), ([r(2, 3), r(6)], {})],
    "np.outer": [([r(3), r(2)], {}), ([r(2, 2), r(3)], {}), ([r(1), r(3)], {})],
    "from_diagonal": [([r(2), r(2, 4)], {"offset": 1}), ([r(3), r(3, 3)], {})],
    "np.diag": [
        ([r(3)], {}),
        ([r(3)], {"k": 1}),
        ([r(1)], {"k": -1}),
        ([r(1)], {}),
        ([r(3, 3)], {}),
        ([r(2, 4)], {"k": 1}),
    ],
    # elements
    "getitem": [
        ([r(4)], {"index": (1,)}),
        ([r(4)], {"index": (-1,)}),
        ([r(2, 3)], {"index": (1,)}),
        ([r(2, 3)], {"index": (1, -1)}),
        ([r(2, 3)], {"index": (WHOLE, 0)}),
        ([r(5)], {"index": (("slice", 1, -1, None),)}),
        ([r(5)], {"index": (("slice", None, None, -1),)}),
        ([r(5)], {"index": (("slice", None, None, 2),)}),
        ([r(5), 2], {"index": (("in", 0),)}),
        ([r(5), 1, 3], {"index": (("slice", ("in", 0), ("in", 1), None),)}),
        ([r(2, 3)], {"index": (None, WHOLE, None)}),
        ([r(2, 3, 4)], {"index": (Ellipsis, 0)}),
        ([r(3)], {"index": (Ellipsis, 0)}),
        ([r(2, 3)], {"index": (Ellipsis, None)}),
        ([r(4), np.array([0, 2, 2])], {"index": (("in", 0),)}),
        ([r(4, 3), np.array([[0, 2], [1, 1]])], {"index": (("in", 0),)}),
        ([r(3, 4), np.array([0, 1]), np.array([2, 2])], {"index": (("in", 0), ("in", 1))}),
        ([r(3, 4), np.array([0, 1, 0])], {"index": (WHOLE, ("in", 0))}),
        ([r(3), np.array([True, False, True])], {"index": (("in", 0),)}),
        ([r(2, 3), np.array([[True, False, True], [False, False, True]])], {"index": (("in", 0),)}),
        ([r(2, 3, 4), np.array([0, 1])], {"index": (("in", 0), WHOLE, 1)}),
        ([r(2, 3, 4), np.array([0, 1])], {"index": (0, ("in", 0))}),
        ([r(2, 3, 4), np.array([0, 1])], {"index": (WHOLE, 0, ("in", 0))}),
        ([r(2, 3, 4), 1, np.array([0, 1])], {"index": (("in", 0), WHOLE, ("in", 1))}),
    ],
    "index_set": [
        ([r(4), 2.5], {"index": (1,)}),
        ([r(2, 3), r(3)], {"index": (1,)}),
        ([r(2, 3), r(2, 1)], {"index": (Ellipsis,)}),
        ([r(5), r(3)], {"index": (("slice", 1, -1, None),)}),
        ([r(4), r(3), np.array([0, 2, 2])], {"index": (("in", 0),)}),
        ([r(3), r(2), np.array([True, False, True])], {"index": (("in", 0),)}),
        ([r(3, 4), r(3), np.array([0, 1, 0]), np.array([2, 2, 2])], {"index": (("in", 0), ("in", 1))}),
    ],
    "index_add": [
        ([r(4), 2.5], {"index": (1,)}),
        ([r(2, 3), r(3)], {"index": (1,)}),
        ([r(5), r(3)], {"index": (("slice", 1, -1, None),)}),
        ([r(4), r(3), np.array([0, 2, 2])], {"index": (("in", 0),)}),
        ([r(3), r(2), np.array([True, False, True])], {"index": (("in", 0),)}),
        ([r(3, 4), r(2), np.array([0, 1]), np.array([2, 2])], {"index": (("in", 0), ("in", 1))}),
    ],
    "np.where": [
        ([r(3) > 0, r(3), r(3)], {}),
        ([r(2, 3) > 0, r(3), 2.5], {}),
        ([np.True_, r(3), r(3)], {}),
        ([True, 1.5, 2.5], {}),
    ],
    # creation and conversion
    "np.full": [([2.5], {"shape": (3,)}), ([2.5, 2], {"shape": (None, 3)}), ([r(3)], {"shape": (2, 3)})],
    "np.full_like": [([r(2, 3), 2.5], {})],
    "np.arange": [([0.5, 3.0, 0.7], {}), ([0.5, 4.0], {})],
    "np.linspace": [([0.5, 2.0], {"shape": (5,)}), ([0.5, 2.0, 4], {"shape": (None,), "endpoint": False})],
    "np.array": [([r(3)], {}), ([2.5], {}), ([r(3)], {"dtype": np.float32})],
    "np.asarray": [([r(3)], {}), ([2.5], {})],
    "copy": [([r(3)], {})],
    "np.float64": [([r(3)], {}), ([2.5], {})],
    "np.float32": [([r(3)], {})],
    "np.float16": [([r(3)], {})],
    "astype": [([r(3)], {"dtype": "float32"})],
    "widened": [([r(3)[0]], {"dtype": "float64"})],
    # lists of numbers
    "math.fsum": [([[1.5, 2.5, 3.5]], {}), ([r(4)], {})],
    **MORE,
    **COMPLEX,
}
