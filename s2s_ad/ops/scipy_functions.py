"""scipy.special and scipy.linalg, entered into the table when the user has imported them; we never import them."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from s2s_ad.errors import KindError
from s2s_ad.ir.kinds import Array, Kind
from s2s_ad.ops.core import INSIDE, POSITIVE, REALS, UNIT, Op, declare, elementwise
from s2s_ad.ops.linear import dtype_of, shape_of
from s2s_ad.ops.reductions import reduced, restore_axes, sum
from s2s_ad.ops.registry import FUNCTIONS
from s2s_ad.ops.slopes import along, pick, real_only, sign
from s2s_ad.ops.trace import ZERO, apply, constant, d

Params = Mapping[str, Any]
Kinds = tuple[Kind, ...]
Rule = Callable[..., None]


def _call(name: str, *inputs: Any) -> Any:
    return apply(f"special.{name}", *inputs)


# --- functions of one number ------------------------------------------------------------------------------------------

# the slope of each in x, where its value is y
SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "erf": lambda x, y: 2.0 / math.sqrt(math.pi) * _exp(-x * x),
    "erfc": lambda x, y: -2.0 / math.sqrt(math.pi) * _exp(-x * x),
    "erfinv": lambda x, y: math.sqrt(math.pi) / 2.0 * _exp(y * y),
    "erfcinv": lambda x, y: -math.sqrt(math.pi) / 2.0 * _exp(y * y),
    "gamma": lambda x, y: y * _call("psi", x),
    "gammaln": lambda x, y: _call("psi", x),
    "psi": lambda x, y: _call("polygamma", 1, x),
    "expit": lambda x, y: y * _call("expit", -x),
    "logit": lambda x, y: 1.0 / (x * (1.0 - x)),
    "log_expit": lambda x, y: _call("expit", -x),
    "entr": lambda x, y: -1.0 - apply("np.log", x),
    "ndtr": lambda x, y: _exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi),
    "ndtri": lambda x, y: math.sqrt(2.0 * math.pi) * _exp(0.5 * y * y),
    "log_ndtr": lambda x, y: _exp(-0.5 * x * x - y) / math.sqrt(2.0 * math.pi),
    "j0": lambda x, y: -_call("j1", x),
    "j1": lambda x, y: 0.5 * (_call("j0", x) - _call("jv", 2, x)),
    "i0": lambda x, y: _call("i1", x),
    "i1": lambda x, y: 0.5 * (_call("i0", x) + _call("iv", 2, x)),
    "i0e": lambda x, y: _call("i1e", x) - sign(x) * y,
    "i1e": lambda x, y: 0.5 * (_call("i0e", x) + _call("ive", 2, x)) - sign(x) * y,
}


def _exp(x: Any) -> Any:
    return apply("np.exp", x)


def _of_slope(slope: Callable[[Any, Any], Any]) -> Rule:
    def rule(x, *, out):
        real_only(x)
        d[out] = ZERO if d[x] is ZERO else d[x] * slope(x, out)

    return rule


# --- functions of two -------------------------------------------------------------------------------------------------


def _fixed(n: Any, name: str) -> Any:
    order = constant(n)
    if order is None or d[n] is not ZERO:
        raise KindError(
            f"the order of scipy.special.{name} must be known when compiled", remedy="Write it as a number."
        )
    return order


def _polygamma(n, x, *, out):
    d[out] = along(x, lambda: _call("polygamma", _fixed(n, "polygamma") + 1, x))


def _jv(n, x, *, out):
    order = _fixed(n, "jn")
    d[out] = along(x, lambda: 0.5 * (_call("jv", order - 1, x) - _call("jv", order + 1, x)))


def _iv(n, x, *, out):
    order = _fixed(n, "iv")
    d[out] = along(x, lambda: 0.5 * (_call("iv", order - 1, x) + _call("iv", order + 1, x)))


def _ive(n, x, *, out):
    order = _fixed(n, "ive")
    d[out] = along(x, lambda: 0.5 * (_call("ive", order - 1, x) + _call("ive", order + 1, x)) - sign(x) * out)


def _beta(a, b, *, out):
    both = _call("psi", a + b)
    d[out] = along(a, lambda: out * (_call("psi", a) - both)) + along(b, lambda: out * (_call("psi", b) - both))


def _betaln(a, b, *, out):
    both = _call("psi", a + b)
    d[out] = along(a, lambda: _call("psi", a) - both) + along(b, lambda: _call("psi", b) - both)


def _xlogy(x, y, *, out):
    d[out] = along(x, lambda: apply("np.log", y)) + along(y, lambda: pick(x == 0, 0.0, x / y))


def _xlog1py(x, y, *, out):
    d[out] = along(x, lambda: apply("np.log1p", y)) + along(y, lambda: pick(x == 0, 0.0, x / (1.0 + y)))


OF_TWO: dict[str, Rule] = {
    "polygamma": _polygamma,
    "jv": _jv,
    "iv": _iv,
    "ive": _ive,
    "beta": _beta,
    "betaln": _betaln,
    "xlogy": _xlogy,
    "xlog1py": _xlog1py,
}
DOMAINS: dict[str, tuple[tuple[float, float], ...]] = {
    **dict.fromkeys(("gamma", "gammaln", "psi", "entr", "beta", "betaln"), (POSITIVE,)),
    **dict.fromkeys(("logit", "ndtri"), (UNIT,)),
    "erfinv": (INSIDE,),
    "erfcinv": ((0.0, 2.0),),
    "xlogy": (REALS, POSITIVE),
    "xlog1py": (REALS, (-1.0, math.inf)),
}
OTHER_NAMES = {"psi": ("digamma",), "jv": ("jn",)}


# --- along axes -------------------------------------------------------------------------------------------------------


def _given(params: Params) -> str:
    axis = "" if params.get("axis") is None else f", axis={params['axis']!r}"
    return f"{axis}{', keepdims=True' if params.get('keepdims') else ''}"


def _code(name: str) -> Any:
    return lambda params, kinds: f'scipy_special("{name}")(x{_given(params)})'


def _floating(dtype: str) -> str:
    return "float64" if np.dtype(dtype).kind in "biu" else dtype


def _logsumexp_kind(kinds: Kinds, params: Params, op: Op) -> Kind:
    if params.get("keepdims") and not shape_of(kinds[0]):
        raise KindError("scipy.special.logsumexp of one number with keepdims", remedy="Leave keepdims away.")
    return reduced(_floating)(kinds, params, op)


def _logsumexp(x, axis=None, keepdims=False, *, out):
    real_only(x)
    if d[x] is not ZERO:
        weights = apply("np.exp", x - restore_axes(out, x, axis, keepdims))
        d[out] = sum(d[x] * weights, axis=axis, keepdims=keepdims)


def _logsumexp_pullback(ct, x, axis=None, keepdims=False, *, out):
    real_only(x)
    weights = apply("np.exp", x - restore_axes(out, x, axis, keepdims))
    return restore_axes(ct, x, axis, keepdims) * weights


def _softmax(x, axis=None, *, out):
    real_only(x)
    if d[x] is not ZERO:
        moved = out * d[x]
        d[out] = moved - out * sum(moved, axis=axis, keepdims=True)


def _log_softmax(x, axis=None, *, out):
    real_only(x)
    if d[x] is not ZERO:
        d[out] = d[x] - sum(apply("np.exp", out) * d[x], axis=axis, keepdims=True)


def _kept(kinds: Kinds, params: Params, op: Op) -> Kind:
    return Array(_floating(dtype_of(kinds[0])), shape_of(kinds[0]))


def _enter_special() -> None:
    special = sys.modules["scipy.special"]

    def enter(name: str, shape: Callable[..., Any], rule: Rule, **fields: Any) -> None:
        functions = tuple(getattr(special, each) for each in (name, *OTHER_NAMES.get(name, ())))
        different = tuple(dict.fromkeys(functions))
        fields |= {"domain": DOMAINS.get(name, ()), "rule": rule, "cost": 20}
        declare(different, shape, name=f"special.{name}", flavor="numpy", **fields)

    for name, slope in SLOPES.items():
        enter(name, lambda x: None, _of_slope(slope), code=f'scipy_special("{name}")(x)', infer=elementwise)
    for name, rule in OF_TWO.items():
        enter(name, lambda a, b: None, rule, code=f'scipy_special("{name}")(a, b)', infer=elementwise)
    enter(
        "logsumexp", lambda x, axis=None, keepdims=False: None, _logsumexp, pullback=_logsumexp_pullback,
        code=_code("logsumexp"), infer=_logsumexp_kind,
    )  # fmt: skip
    enter("softmax", lambda x, axis=None: None, _softmax, code=_code("softmax"), infer=_kept)
    enter("log_softmax", lambda x, axis=None: None, _log_softmax, code=_code("log_softmax"), infer=_kept)


FUNCTIONS.late["scipy.special"] = _enter_special
