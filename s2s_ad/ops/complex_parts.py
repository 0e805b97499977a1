"""Complex numbers: made of two real ones, and taken apart again.

The gradient of a real u of z = x + iy is du/dx - i du/dy. With it a pullback is the tangent transposed without any
conjugation, and the identity that holds is Re(sum(w_bar * w_dot)) = Re(sum(z_bar * z_dot)). Where a real number meets
a complex one, its cotangent is the real part of what comes back (`ops/fitting.py`).
"""

from __future__ import annotations

import cmath
from collections.abc import Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import BOOL, COMPLEX, FLOAT, Array, Kind, is_complex
from s2s_ad.ops.control import EveryInput
from s2s_ad.ops.core import Op, declare, elementwise, linear, piecewise_constant, rule, same_kind
from s2s_ad.ops.linear import shape_of
from s2s_ad.ops.slopes import nonzero, sign
from s2s_ad.ops.trace import ZERO, Generic, apply, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]


def _complex_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    if any(shape_of(kind) for kind in kinds):
        raise KindError("complex() takes single numbers, not arrays", remedy="Use x.astype(complex), or x + 1j * y.")
    if len(kinds) > 1 and any(map(is_complex, kinds)):
        raise KindError("complex(a, b) of a number that is complex itself", remedy="Write a + 1j * b.")
    return COMPLEX


# complex(x), or complex(x, y) = x + iy
complex_ = declare(
    (complex,), lambda *parts: None, name="complex", code="complex({})", infer=_complex_kind, cost=1, joint=True,
    transposes=EveryInput(lambda ct, i, *parts: ct if i == 0 else -imag(ct)),
)  # fmt: skip


# --- parts ------------------------------------------------------------------------------------------------------------
# Each is there as the attribute or method, which Python's numbers have too, and as the function of NumPy.


@linear(name="real", code="x.real", infer=elementwise, alias=True, cost=1)
def _real(ct, x):
    return ct  # made complex where every cotangent is fitted


def _turned(ct, x):
    """-1j * ct: what is left of it in the imaginary part."""
    return -1j * ct if isinstance(ct.kind, Array) else complex_(0.0, -ct)


_imag = linear(name="imag", code="x.imag", infer=elementwise, alias=True, cost=1)(_turned)


@linear(name="conjugate", code="x.conjugate()", infer=elementwise, cost=1)
def _conjugate(ct, x):
    return conjugate(ct)


@rule(np.real, cost=1, alias=True)
def _np_real(x, *, out):
    d[out] = real(d[x]) if is_complex(x.kind) else d[x]


@rule(np.conjugate, cost=1, transposes={0: lambda ct, x: conjugate(ct)})
def _np_conjugate(x, *, out):
    d[out] = conjugate(d[x]) if is_complex(x.kind) else d[x]


def _imaginary_part(x, *, out):
    d[out] = imag(d[x]) if is_complex(x.kind) else ZERO


_np_imag = declare((np.imag,), _imaginary_part, rule=_imaginary_part, cost=1, alias=True)

real, imag = Generic("real", _real.ops), Generic("imag", _imag.ops)
conjugate = Generic("conjugate", {**_conjugate.ops, **_np_conjugate.ops})


# z.real = v and z.imag = v: linear in z and v together
set_real = declare(
    (), lambda z, v: None, name="set_real", code="z.real = v", infer=same_kind, cost=1, store=True, joint=True,
    broadcasts=True, transposes={0: lambda ct, z, v: set_real(ct, 0.0), 1: lambda ct, z, v: real(ct)},
)  # fmt: skip
set_imag = declare(
    (), lambda z, v: None, name="set_imag", code="z.imag = v", infer=same_kind, cost=1, store=True, joint=True,
    broadcasts=True, transposes={0: lambda ct, z, v: set_imag(ct, 0.0), 1: lambda ct, z, v: -imag(ct)},
)  # fmt: skip


def real_if(x: Any, change: Any) -> Any:
    """The change of a real result: its real part, if x is complex."""
    return real(change) if is_complex(x.kind) else change


def turned_back(x: Any) -> Any:
    """The conjugate, and of a real number itself."""
    return conjugate(x) if is_complex(x.kind) else x


def unit(x: Any) -> Any:
    """The slope of abs(x): its sign, and of complex numbers what is turned by the opposite angle; 0 at 0."""
    if not is_complex(x.kind):
        return sign(x)
    return conjugate(x) / nonzero(apply("np.absolute" if isinstance(x.kind, Array) else "abs", x))


# --- length and angle -------------------------------------------------------------------------------------------------


def length_change(x: Any, out: Any) -> Any:
    """The tangent of abs(x), which is 0 at 0."""
    return real(conjugate(x) * d[x]) / nonzero(out) if is_complex(x.kind) else d[x] * sign(x)


def _argument(x, *, out):
    r = nonzero(apply("np.absolute" if isinstance(x.kind, Array) else "abs", x))
    d[out] = imag(conjugate(x) * d[x]) / r / r if is_complex(x.kind) else ZERO


def _radians(kinds: Kinds, params: Params, op: Op) -> Kind:
    return FLOAT if op.flavor == "cmath" else elementwise(kinds, params, op)


def angle_of(z: Any) -> Any:
    """np.angle in radians."""
    return np.angle(z)


declare((angle_of,), _argument, name="np.angle", code="np.angle(x)", flavor="numpy", infer=elementwise, rule=_argument)
declare((cmath.phase,), _argument, infer=_radians, rule=_argument)


# --- conversions ------------------------------------------------------------------------------------------------------

for _name in ("complex128", "complex64"):
    linear(
        getattr(np, _name), name=f"np.{_name}", cost=1, flavor="numpy",
        infer=lambda kinds, params, op: Array(op.name[3:], shape_of(kinds[0])),
    )(lambda ct, x: ct)  # fmt: skip


# --- questions --------------------------------------------------------------------------------------------------------


def _bool(kinds: Kinds, params: Params, op: Op) -> Kind:
    return BOOL


for _function in (cmath.isnan, cmath.isinf, cmath.isfinite):
    piecewise_constant(_function, infer=_bool, cost=1)(lambda x: None)
piecewise_constant(cmath.isclose, infer=_bool)(lambda a, b, rel_tol=1e-09, abs_tol=0.0: None)
for _question in (np.iscomplex, np.isreal):
    piecewise_constant(_question, cost=1)(lambda x: None)
