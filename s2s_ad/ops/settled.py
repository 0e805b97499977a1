"""What compositions ask while they are compiled. The front end calls these functions instead of reading them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from s2s_ad.errors import UnsupportedError

SETTLED: list[Callable[..., Any]] = []
F = TypeVar("F", bound=Callable[..., Any])


def settled(function: F) -> F:
    """Everything that it is given must be known when compiled, and so is what it returns."""
    SETTLED.append(function)
    return function


@settled
def refused(message: str, remedy: str = "") -> Any:
    """Refuse the call, at the user's own line, where NumPy can do something that is not differentiated."""
    raise UnsupportedError(message, remedy=remedy)


@settled
def real_only(dtype: Any, name: str) -> Any:
    """Refuse complex numbers, which NumPy would conjugate."""
    if np.dtype(dtype).kind == "c":
        raise UnsupportedError(f"{name} of complex numbers", remedy="Work with real and imaginary parts.")


def is_known(value: Any) -> bool:
    """Whether a number is known when compiled. The front end answers, also for those that are not."""
    return True


@settled
def is_wider(dtype: Any, than: Any) -> bool:
    """Whether a floating dtype was widened by what it met."""
    return np.dtype(than).kind in "fc" and np.dtype(dtype) != np.dtype(than)


@settled
def plain(value: Any) -> Any:
    """The number itself: -np.inf is known, though it is computed."""
    return value


@settled
def count_up(*bounds: int) -> tuple[int, ...]:
    """range(...) as a tuple."""
    return tuple(range(*bounds))


@settled
def hundredth(q: float) -> float:
    """q percent."""
    return q / 100


@settled
def axes_tuple(axis: int | tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """The axes that `axis` names, counted from the first; None: all of them."""
    axes = tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return tuple(a + rank if a < 0 else a for a in axes)


@settled
def one_long_axis(at: int, rank: int) -> tuple[int, ...]:
    """The shape of a vector that lies along one of `rank` axes."""
    return tuple(-1 if axis == at else 1 for axis in range(rank))


@settled
def place_of(item: int, items: tuple[int, ...]) -> int:
    return items.index(item)


@settled
def opposite_norm(norm: Any) -> Any:
    """The scale of a Fourier transform that a transform in the other direction has by that name."""
    return {None: "forward", "backward": "forward", "forward": "backward"}.get(norm, norm)


@settled
def sorted_tuple(items: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(items))


@settled
def others_of(axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """The axes that are not among these."""
    return tuple(axis for axis in range(rank) if axis not in axes)


@settled
def item_numbers(count: int, axis: int) -> tuple[int, ...]:
    """The numbers of all axes but one."""
    return tuple(k for k in range(count) if k != axis % count)


@settled
def has_letter(text: str, letter: str) -> bool:
    """Whether the letter, small or not, is in the text."""
    return letter in text.lower()
