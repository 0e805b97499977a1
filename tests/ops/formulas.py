"""What the functions of numbers compute, as formulas of SymPy.

An operation whose code is made of these and of arithmetic needs no formula here: its code is one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import sympy as sp

from s2s_ad.ops.core import Op

FORMULAS: dict[tuple[str, ...], Callable[..., Any]] = {
    ("math.exp", "np.exp"): sp.exp,
    ("math.exp2", "np.exp2"): lambda x: 2**x,
    ("math.expm1", "np.expm1"): lambda x: sp.exp(x) - 1,
    ("math.log", "np.log"): lambda x: sp.log(x),
    ("math.log2", "np.log2"): lambda x: sp.log(x) / sp.log(2),
    ("math.log10", "np.log10"): lambda x: sp.log(x) / sp.log(10),
    ("math.log1p", "np.log1p"): lambda x: sp.log(1 + x),
    ("math.sqrt", "np.sqrt"): sp.sqrt,
    ("math.cbrt", "np.cbrt"): lambda x: (x**2) ** sp.Rational(1, 6) * x / sp.sqrt(x**2),
    ("math.sin", "np.sin"): sp.sin,
    ("math.cos", "np.cos"): sp.cos,
    ("math.tan", "np.tan"): sp.tan,
    ("math.asin", "np.arcsin"): sp.asin,
    ("math.acos", "np.arccos"): sp.acos,
    ("math.atan", "np.arctan"): sp.atan,
    ("math.atan2", "np.arctan2"): lambda y, x: sp.atan2(y, x),
    ("math.sinh", "np.sinh"): sp.sinh,
    ("math.cosh", "np.cosh"): sp.cosh,
    ("math.tanh", "np.tanh"): sp.tanh,
    ("math.asinh", "np.arcsinh"): sp.asinh,
    ("math.acosh", "np.arccosh"): sp.acosh,
    ("math.atanh", "np.arctanh"): sp.atanh,
    ("math.degrees", "np.degrees", "np.rad2deg"): lambda x: x * 180 / sp.pi,
    ("math.radians", "np.radians", "np.deg2rad"): lambda x: x * sp.pi / 180,
    ("math.erf", "special.erf"): sp.erf,
    ("math.erfc", "special.erfc"): sp.erfc,
    ("math.gamma", "special.gamma"): sp.gamma,
    ("math.lgamma", "special.gammaln"): lambda x: sp.log(sp.gamma(x)),
    ("digamma", "special.psi"): sp.digamma,
    ("polygamma",): lambda x: sp.polygamma(1, x),
    ("math.hypot", "np.hypot"): lambda x, y: sp.sqrt(x**2 + y**2),
    ("np.add",): lambda x, y: x + y,
    ("np.subtract",): lambda x, y: x - y,
    ("np.multiply", "kept_product"): lambda x, y: x * y,
    ("np.divide", "kept_quotient"): lambda x, y: x / y,
    ("math.pow", "np.power", "np.float_power"): lambda x, y: x**y,
    ("np.negative",): lambda x: -x,
    ("float", "np.positive", "np.real", "np.conjugate", "np.float64"): lambda x: x,
    ("np.square",): lambda x: x**2,
    ("np.reciprocal",): lambda x: 1 / x,
    ("np.logaddexp",): lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
    ("np.logaddexp2",): lambda x, y: sp.log(2**x + 2**y) / sp.log(2),
    ("logistic", "special.expit"): lambda x: 1 / (1 + sp.exp(-x)),
    ("special.logit",): lambda x: sp.log(x / (1 - x)),
    ("special.log_expit",): lambda x: -sp.log(1 + sp.exp(-x)),
    ("special.entr",): lambda x: -x * sp.log(x),
    ("special.ndtr",): lambda x: sp.erfc(-x / sp.sqrt(2)) / 2,
    ("special.log_ndtr",): lambda x: sp.log(sp.erfc(-x / sp.sqrt(2)) / 2),
    ("special.j0",): lambda x: sp.besselj(0, x),
    ("special.j1",): lambda x: sp.besselj(1, x),
    ("special.i0",): lambda x: sp.besseli(0, x),
    ("special.i1",): lambda x: sp.besseli(1, x),
    ("special.beta",): lambda x, y: sp.gamma(x) * sp.gamma(y) / sp.gamma(x + y),
    ("special.betaln",): lambda x, y: sp.log(sp.gamma(x) * sp.gamma(y) / sp.gamma(x + y)),
    ("special.xlogy",): lambda x, y: x * sp.log(y),
    ("special.xlog1py",): lambda x, y: x * sp.log(1 + y),
    ("np.sinc",): lambda x: sp.sin(sp.pi * x) / (sp.pi * x),
    ("sinc_derivative",): lambda x: sp.diff(sp.sin(sp.pi * x) / (sp.pi * x), x),
    ("math.fma",): lambda x, y, z: x * y + z,
    ("math.sumprod",): lambda a, b, c, e: a * c + b * e,
    ("math.fsum",): lambda x, y, z: x + y + z,
}
BY_NAME = {name: formula for names, formula in FORMULAS.items() for name in names}


def _library(prefix: str) -> SimpleNamespace:
    """The formulas under the names of a library."""
    return SimpleNamespace(**{name[len(prefix) :]: f for name, f in BY_NAME.items() if name.startswith(prefix)})


LIBRARIES = {"math": _library("math."), "np": _library("np.")}


def expression(op: Op) -> tuple[int, Callable[..., Any]] | None:
    """How many numbers it takes, and what it makes of symbols; None where SymPy has no formula for it."""
    if op.name in BY_NAME:
        formula = BY_NAME[op.name]
        written = inspect.isfunction(formula) and formula.__module__ == __name__
        return (len(inspect.signature(formula).parameters) if written else len(op.args)), formula
    if op.zero or op.variadic or not isinstance(op.code, str) or not op.args:
        return None
    symbols = sp.symbols(f"y:{len(op.args)}")
    try:
        made = eval(op.code, {**LIBRARIES, "__builtins__": {}}, dict(zip(op.args, symbols)))
    except (NameError, AttributeError, TypeError, SyntaxError):
        return None  # it is made of something else
    if not isinstance(made, sp.Expr) or made.has(sp.Mod, sp.floor, sp.conjugate):
        return None
    return len(symbols), lambda *xs: made.subs(dict(zip(symbols, xs)), simultaneous=True)


__all__ = ["BY_NAME", "expression"]
