"""The table itself: every elementary operation by its name, and what of the user's calls it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s2s_ad.ops.core import Op

OPS: dict[str, Op] = {}
FUNCTIONS: dict[Any, Op] = {}
