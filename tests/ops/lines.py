"""Calls as users write them, one a line: `statement ;; statement ;; result`, in the names of ARGUMENTS."""

from __future__ import annotations

import ast
import linecache
from typing import Any

import numpy as np

_rng = np.random.default_rng(7)
ARGUMENTS: dict[str, Any] = {
    "x": _rng.uniform(0.3, 2.0, 6),
    "y": _rng.uniform(0.3, 2.0, 6),
    "A": _rng.uniform(0.3, 2.0, (3, 4)),
    "C": _rng.uniform(0.3, 2.0, (3, 4)),
    "M": _rng.uniform(-1.0, 1.0, (3, 3)) + 2.0 * np.eye(3),
    "B": _rng.uniform(-1.0, 1.0, (2, 3, 3)) + 2.0 * np.eye(3),
    "T": _rng.uniform(0.3, 2.0, (2, 3, 4)),
    "p": 0.7,
    "q": 1.9,
    "z": np.array(1.3),
}
HEAD = "import math\nimport random\n\nimport numpy as np\n\n"


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def function(line: str) -> tuple[Any, list[Any]]:
    """The line as a function of the names in it, and their values; linecache knows its source."""
    *statements, result = (part.strip() for part in line.split(";;"))
    tree = ast.parse("\n".join([*statements, result]))
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = [name for name in ARGUMENTS if name in loaded]
    body = "".join(f"    {statement}\n" for statement in [*statements, f"return {result}"])
    text = f"{HEAD}def f({', '.join(names)}):\n{body}"
    file = f"<line: {line}>"
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), scope)
    return scope["f"], [ARGUMENTS[name] for name in names]
