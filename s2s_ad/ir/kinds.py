"""Kinds: what the compiler knows of a value before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

# The length of one axis: exactly 1, MANY (any length but 1), or ANY (not known).
# Knowing which axes have length 1 settles at compile time where NumPy broadcasts.
Dim = int
ONE: Dim = 1
MANY: Dim = -1
ANY: Dim = -2


@dataclass(frozen=True)
class Kind:
    """Base of all kinds. `real` says whether a derivative with respect to it makes sense."""

    @property
    def real(self) -> bool:
        return False


@dataclass(frozen=True)
class Scalar(Kind):
    """A number of Python itself."""

    name: str

    @property
    def real(self) -> bool:
        return self.name in ("float", "complex")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Array(Kind):
    """A NumPy array, or with an empty shape a NumPy scalar or 0-d array."""

    dtype: str
    shape: tuple[Dim, ...]

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def real(self) -> bool:
        return np.dtype(self.dtype).kind in "fc"

    def __str__(self) -> str:
        axes = ", ".join({ONE: "1", MANY: ":", ANY: "?"}[dim] for dim in self.shape)
        return f"{self.dtype}[{axes}]"


@dataclass(frozen=True)
class List(Kind):
    """A Python list whose length is known only when it runs, all of one kind. Tapes are lists."""

    item: Kind

    @property
    def real(self) -> bool:
        return self.item.real

    def __str__(self) -> str:
        return f"list[{self.item}]"


@dataclass(frozen=True)
class Record(Kind):
    """A tuple that only `pack` and `unpack` look into: what a forward sweep saved for a reverse sweep."""

    @property
    def real(self) -> bool:
        return True

    def __str__(self) -> str:
        return "record"


@dataclass(frozen=True)
class Stream(Kind):
    """A generator of random numbers, which draws advance: `name` is that of its class."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Text(Kind):
    """A string that is made when the program runs: it is shown, or asked for what it is."""

    def __str__(self) -> str:
        return "str"


@dataclass(frozen=True)
class Never(Kind):
    """The kind of a value that is never there: what a recursion not yet understood returns."""

    def __str__(self) -> str:
        return "never"


FLOAT = Scalar("float")
INT = Scalar("int")
BOOL = Scalar("bool")
COMPLEX = Scalar("complex")
RECORD = Record()
TEXT = Text()
NEVER = Never()
_ORDER = {"bool": 0, "int": 1, "float": 2, "complex": 3}
# the dtypes of arrays of Python's numbers
DTYPES = {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"}
_PYTHON = {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX}
_STREAMS = {"numpy.random._generator.Generator", "numpy.random.mtrand.RandomState", "random.Random"}


def is_number(kind: Kind) -> bool:
    """Whether it is a single number, of Python or NumPy."""
    return isinstance(kind, Scalar) or isinstance(kind, Array) and not kind.shape


def is_complex(kind: Kind) -> bool:
    """Whether it is a complex number or an array of them."""
    return kind == COMPLEX or isinstance(kind, Array) and kind.dtype.startswith("complex")


def kind_of(value: Any) -> Kind | None:
    """The kind of a run-time number, array or list of them; None for everything else.

    >>> str(kind_of(np.zeros((3, 1))))
    'float64[:, 1]'
    """
    scalar = _PYTHON.get(type(value))
    if scalar is not None:
        return scalar
    if isinstance(value, (np.ndarray, np.generic)):
        # a matrix or a masked array has other arithmetic
        if value.dtype.kind not in "fciub" or isinstance(value, (np.matrix, np.ma.MaskedArray)):
            return None
        return Array(value.dtype.name, tuple(ONE if n == 1 else MANY for n in value.shape))
    if f"{type(value).__module__}.{type(value).__name__}" in _STREAMS:
        return Stream(type(value).__name__)
    if type(value) is list and value:
        items = {kind_of(item) for item in value}
        if None in items:
            return None
        joined: Kind | None = None
        for item in items:
            joined = item if joined is None else join(joined, item)  # type: ignore[arg-type]
            if joined is None:
                return None
        return List(joined) if joined is not None else None
    return None


def join(a: Kind, b: Kind) -> Kind | None:
    """The smallest kind that holds both, as Python and NumPy would widen; None where there is none."""
    if a == b or isinstance(b, Never):
        return a
    if isinstance(a, Never):
        return b
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a if _ORDER[a.name] >= _ORDER[b.name] else b
    if isinstance(a, List) and isinstance(b, List):
        item = join(a.item, b.item)
        return None if item is None else List(item)
    if isinstance(a, Array) and isinstance(b, Array):
        if a.rank != b.rank:
            return None
        dims = tuple(x if x == y else ANY for x, y in zip(a.shape, b.shape))
        return Array(np.result_type(a.dtype, b.dtype).name, dims)
    if isinstance(a, Array) and isinstance(b, Scalar):
        # a number of Python's alone has 64 bits: what is computed of it is narrowed where it must be, never widened
        return Array(np.result_type(a.dtype, np.dtype(DTYPES[b.name])).name, ()) if a.rank == 0 else None
    if isinstance(a, Scalar) and isinstance(b, Array):
        return join(b, a)
    return None


def broadcast(*kinds: Kind) -> tuple[Dim, ...]:
    """The shape of an elementwise result."""
    shapes = [kind.shape if isinstance(kind, Array) else () for kind in kinds]
    rank = max((len(shape) for shape in shapes), default=0)
    out = []
    for axis in range(-rank, 0):
        dims = {shape[axis] for shape in shapes if len(shape) >= -axis}
        out.append(MANY if MANY in dims else ANY if ANY in dims else ONE)
    return tuple(out)


@cache
def result_dtype(kinds: tuple[Kind, ...]) -> str:
    """The dtype of an arithmetic result, with Python numbers weak as in NumPy 2."""
    weak = {"bool": False, "int": 1, "float": 1.0, "complex": 1j}
    parts: list[Any] = [np.dtype(k.dtype) if isinstance(k, Array) else weak[str(k)] for k in kinds]
    return str(np.result_type(*parts).name)


def sample(kind: Kind) -> Any:
    """A small concrete value of the kind, on which an operation can be tried out."""
    if isinstance(kind, Scalar):
        return {"bool": True, "int": 1, "float": 1.0, "complex": 1 + 0j}[kind.name]
    if isinstance(kind, Array):
        ones = np.ones(tuple(1 if dim == ONE else 2 for dim in kind.shape), dtype=kind.dtype)
        return ones if kind.shape else ones[()]
    if isinstance(kind, List):
        return [sample(kind.item), sample(kind.item)]
    raise TypeError(f"no sample of {kind}")
