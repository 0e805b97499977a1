"""s2s_ad: derivatives of ordinary Python and NumPy programs, as source code that a person would have written."""

from s2s_ad.api import grad, jvp, value_and_grad, vjp
from s2s_ad.check import check_grads
from s2s_ad.decorator import differentiate
from s2s_ad.errors import DifferentiationError, KindError, NotDifferentiableError, UnsupportedError
from s2s_ad.hooks import stop_gradient

__version__ = "0.1.0"

__all__ = [
    "DifferentiationError",
    "KindError",
    "NotDifferentiableError",
    "UnsupportedError",
    "__version__",
    "check_grads",
    "differentiate",
    "grad",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
