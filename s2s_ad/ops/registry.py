"""The table itself: every elementary operation by its name, and what of the user's calls it stands for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s2s_ad.ops.core import Op

OPS: dict[str, Op] = {}


class Functions(dict[Any, "Op"]):
    """The operations by the functions that they stand for.

    Those of a library that need not be there are entered when the user has imported it: `late` says by whom.
    """

    def __init__(self) -> None:
        super().__init__()
        self.late: dict[str, Callable[[], None]] = {}
        self.lock = threading.Lock()

    def arrive(self) -> None:
        with self.lock:
            for module in [name for name in self.late if name in sys.modules]:
                self.late[module]()
                del self.late[module]

    def get(self, function: Any, default: Any = None) -> Any:
        if self.late:
            self.arrive()
        return super().get(function, default)

    def __contains__(self, function: object) -> bool:
        if self.late:
            self.arrive()
        return super().__contains__(function)


FUNCTIONS = Functions()
USERS: set[str] = set()  # the names of the operations that rules of the user's have added
