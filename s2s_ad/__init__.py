"""s2s_ad: derivatives of ordinary Python and NumPy programs, as source code that a person would have written."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s2s_ad.api import (
        elementwise_grad,
        grad,
        hessian,
        hvp,
        jacfwd,
        jacobian,
        jacrev,
        jvp,
        linearize,
        value_and_grad,
        vjp,
    )
    from s2s_ad.check import check_grads
    from s2s_ad.decorator import differentiate
    from s2s_ad.errors import DifferentiationError, KindError, NotDifferentiableError, UnsupportedError
    from s2s_ad.hooks import checkpoint, gradient_of, rule, stop_gradient
    from s2s_ad.ops.trace import d

__version__ = "0.1.0"

__all__ = [
    "DifferentiationError",
    "KindError",
    "NotDifferentiableError",
    "UnsupportedError",
    "__version__",
    "check_grads",
    "checkpoint",
    "d",
    "differentiate",
    "elementwise_grad",
    "grad",
    "gradient_of",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "rule",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

# Who only may need a derivative does not wait for a compiler: a name is fetched when it is first asked for.
_HOMES = {
    "api": (
        "elementwise_grad",
        "grad",
        "hessian",
        "hvp",
        "jacfwd",
        "jacobian",
        "jacrev",
        "jvp",
        "linearize",
        "value_and_grad",
        "vjp",
    ),
    "check": ("check_grads",),
    "decorator": ("differentiate",),
    "errors": ("DifferentiationError", "KindError", "NotDifferentiableError", "UnsupportedError"),
    "hooks": ("checkpoint", "gradient_of", "rule", "stop_gradient"),
    "ops.trace": ("d",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 's2s_ad' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"s2s_ad.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
