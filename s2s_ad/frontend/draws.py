"""Random numbers: np.random, random, and the methods of their generators."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.attributes import STREAMS, shape
from s2s_ad.frontend.calls import call
from s2s_ad.frontend.library import sizes_of, static
from s2s_ad.frontend.machine import Machine, builtin, number
from s2s_ad.frontend.operators import binary, operand, static_int
from s2s_ad.frontend.subscripts import get_item
from s2s_ad.frontend.values import NONE, NOTHING, Abstract, ArrayRef, Known, Sym, Tuple, is_nothing, what
from s2s_ad.frontend.views import replaced
from s2s_ad.ir.kinds import FLOAT, INT, MANY, NEVER, Array, Kind, Scalar, Stream, broadcast
from s2s_ad.ir.nodes import Atom, Const
from s2s_ad.ops.core import literal
from s2s_ad.ops.linear import dim_of

Given = dict[str, Abstract]

_SETTINGS = ("dtype", "replace", "shuffle", "endpoint", "axis", "method", "check_valid", "tol", "version")
_WHOLE = frozenset("""
    integers randint random_integers tomaxint binomial poisson geometric hypergeometric logseries negative_binomial zipf
    multinomial multivariate_hypergeometric choice permutation randrange getrandbits
    """.split())
# of these one draw is a vector, as long as this parameter
_VECTORS = {
    "dirichlet": "alpha",
    "multinomial": "pvals",
    "multivariate_normal": "mean",
    "multivariate_hypergeometric": "colors",
}
# name → the parameters that move and scale the standard draw of this name, with its own parameters
_STANDARD = {
    "normal": ("loc", "scale", "standard_normal", ()),
    "exponential": ("", "scale", "standard_exponential", ()),
    "gamma": ("", "scale", "standard_gamma", ("shape",)),
    "rayleigh": ("", "scale", "rayleigh", ()),
    "laplace": ("loc", "scale", "laplace", ()),
    "logistic": ("loc", "scale", "logistic", ()),
    "gumbel": ("loc", "scale", "gumbel", ()),
    "multivariate_normal": ("mean", "", "multivariate_normal", ("cov", "check_valid", "tol", "method")),
    "gauss": ("mu", "sigma", "gauss", ()),
    "normalvariate": ("mu", "sigma", "normalvariate", ()),
}
_LOGARITHMS = {"lognormal": "normal", "lognormvariate": "normalvariate"}


class Source:
    """Where one draw comes from: a generator that is an input, or the module's own."""

    def __init__(self, machine: Machine, module: str, stream: Atom | None) -> None:
        self.machine = machine
        self.module = module
        self.stream = stream

    def draw(self, name: str, given: Given, kind: Kind | None = None) -> Sym:
        """Emit the call as it is given; the shape, dtype and kind follow from its arguments."""
        machine = self.machine
        atoms: list[Atom] = [] if self.stream is None else [self.stream]
        entries: list[tuple[str, Any]] = []
        parameters = list(inspect.signature(getattr(self.owner, name)).parameters.values())[1:]
        in_order = True
        kinds: dict[str, Kind] = {}
        sizes: list[int | None] | None = None
        for parameter in parameters:
            if parameter.name not in given:
                in_order = False
                continue
            value = given[parameter.name]
            if parameter.kind is parameter.VAR_POSITIONAL:
                assert isinstance(value, Tuple)
                sizes, shaped = self._shape(value, atoms)
                entries += [("", size) for size in _each(shaped)]
                continue
            keyword = "" if in_order and parameter.kind is not parameter.KEYWORD_ONLY else parameter.name
            if isinstance(value, Known) and value.obj is None:
                in_order = False
                continue
            if parameter.name == "size":
                sizes, entry = self._shape(value, atoms)
            elif parameter.name in _SETTINGS:
                entry = literal(static(machine, value))
            else:
                atoms.append(operand(machine, value, near_array=True).atom)
                kinds[parameter.name] = atoms[-1].kind
                entry = ("in", len(atoms) - 1)
            entries.append((keyword, entry))
        dtype = static(machine, given["dtype"]) if "dtype" in given else None
        made = kind if kind is not None else _kind(self, name, kinds, sizes, dtype)
        names = (("random", random),) if self.module == "random" and self.stream is None else ()
        prefix = self.module if self.stream is None else "_0"
        return machine.apply("draw", *atoms, call=f"{prefix}.{name}", given=tuple(entries), kind=made, names=names)

    @property
    def owner(self) -> Any:
        """The class that has the method."""
        if self.stream is not None and isinstance(self.stream.kind, Stream):
            return STREAMS[self.stream.kind.name]
        return _SHARED[self.module]

    def _shape(self, value: Abstract, atoms: list[Atom]) -> tuple[list[int | None], Any]:
        sizes: list[int | None] = []
        entry: list[Any] = []
        for size in sizes_of(self.machine, value):
            known = static_int(size)
            sizes.append(known)
            if known is None:
                atoms.append(operand(self.machine, size).atom)
            entry.append(known if known is not None else ("in", len(atoms) - 1))
        return sizes, ("shape", *entry)


def _each(shaped: Any) -> list[Any]:
    return [("shape", size) for size in shaped[1:]]


def _kind(source: Source, name: str, kinds: dict[str, Kind], sizes: list[int | None] | None, dtype: Any) -> Kind:
    whole = name in _WHOLE
    dims = tuple(dim_of(n) for n in sizes) if sizes is not None else ()
    if name in _VECTORS:
        vector = kinds[_VECTORS[name]]
        assert isinstance(vector, Array)
        return Array("int64" if whole else "float64", (*dims, vector.shape[-1]))
    if sizes is None:
        dims = broadcast(*(kind for key, kind in kinds.items() if key not in ("a", "p") or name != "choice"))
    item = np.dtype(dtype if dtype is not None else "int64" if whole else "float64").name
    if dims or sizes is not None or name == "integers" or whole and dtype is not None and dtype is not int:
        return Array(item, dims)
    return INT if whole else FLOAT


# --- draws that are arithmetic on a standard one ----------------------------------------------------------------------


def _varies(machine: Machine, value: Abstract | None) -> bool:
    """Whether a parameter is a number that something may be differentiated by."""
    if value is None:
        return False
    atom = operand(machine, value, near_array=True).atom
    return not isinstance(atom, Const) and atom.kind.real


def _moved(source: Source, name: str, given: Given) -> Abstract | None:
    """loc + scale * (a standard draw), which is how these are drawn; None where nothing varies."""
    machine = source.machine
    if name in _LOGARITHMS:
        inner = {"loc": "mean", "scale": "sigma"} if name == "lognormal" else {"mu": "mu", "sigma": "sigma"}
        if not any(_varies(machine, given.get(key)) for key in inner.values()):
            return None
        renamed = {key: given[old] for key, old in inner.items() if old in given}
        rest = {key: value for key, value in given.items() if key not in inner.values()}
        normal = _moved(source, _LOGARITHMS[name], {**renamed, **rest})
        assert normal is not None
        return call(machine, Known(np.exp if name == "lognormal" else math.exp), [normal], {})
    if name == "uniform":
        low, high = ("low", "high") if "a" not in given else ("a", "b")
        if not any(_varies(machine, given.get(key)) for key in (low, high)):
            return None
        start, stop = given.get(low, number(0.0)), given.get(high, number(1.0))
        unit = source.draw("random", _sized(machine, given, [start, stop]))
        start, stop = (_fitted(machine, given, value) for value in (start, stop))
        return binary(machine, "add", start, binary(machine, "mul", binary(machine, "sub", stop, start), unit))
    if name == "expovariate":
        if not _varies(machine, given.get("lambd")):
            return None
        return binary(machine, "div", source.draw(name, {"lambd": number(1.0)}), given["lambd"])
    if name not in _STANDARD:
        return None
    place, scale, standard, kept = _STANDARD[name]
    if not any(_varies(machine, given.get(key)) for key in (place, scale)):
        return None
    movers = [given[key] for key in (place, scale, *kept) if key in given and key in ("loc", "scale", "shape")]
    rest = {key: given[key] for key in kept if key in given}
    if name == "multivariate_normal":
        zeros = call(machine, Known(np.zeros_like), [operand(machine, given["mean"], near_array=True)], {})
        drawn = source.draw(standard, {"mean": zeros, **rest, **_size(given)})
        return binary(machine, "add", operand(machine, given["mean"], near_array=True), drawn)
    elif standard in ("gauss", "normalvariate"):
        drawn = source.draw(standard, {"mu": number(0.0), "sigma": number(1.0)})
    else:
        drawn = source.draw(standard, {**rest, **_sized(machine, given, movers)})
    made: Abstract = drawn
    if scale in given:
        made = binary(machine, "mul", _fitted(machine, given, given[scale]), made)
    return binary(machine, "add", _fitted(machine, given, given[place]), made) if place in given else made


def _size(given: Given) -> Given:
    return {"size": given["size"]} if "size" in given else {}


def _sized(machine: Machine, given: Given, movers: list[Abstract]) -> Given:
    """The size of the standard draw: as asked, else that of the parameters together."""
    if "size" in given and not (isinstance(given["size"], Known) and given["size"].obj is None):
        return _size(given)
    arrays = [operand(machine, v, near_array=True) for v in movers]
    arrays = [v for v in arrays if isinstance(v.kind, Array) and v.kind.rank]
    if not arrays:
        return {}
    whole: Abstract = arrays[0]
    for other in arrays[1:]:
        whole = binary(machine, "add", whole, other)
    assert isinstance(whole, Sym)
    return {"size": shape(machine, whole)}


def _fitted(machine: Machine, given: Given, value: Abstract) -> Abstract:
    """A parameter that is an array has to fit the size that was asked for."""
    found = operand(machine, value, near_array=True)
    if "size" in given and isinstance(found.kind, Array) and found.kind.rank:
        return call(machine, Known(np.broadcast_to), [found, given["size"]], {})
    return found


# --- draws of places --------------------------------------------------------------------------------------------------


def _choice(source: Source, given: Given) -> Abstract:
    """One or more items of an array: places are drawn, and the items move linearly."""
    machine = source.machine
    if source.module == "random":  # one item of any sequence
        count = call(machine, Known(len), [given["seq"]], {})
        return get_item(machine, given["seq"], source.draw("randrange", {"start": count}))
    pool = operand(machine, given["a"], near_array=True)
    if not (isinstance(pool.kind, Array) and pool.kind.rank):
        return source.draw("choice", given)
    if "axis" in given and static(machine, given["axis"]) != 0:
        raise UnsupportedError("choice() along another axis than the first", remedy="Move the axis with np.moveaxis.")
    count = call(machine, Known(len), [pool], {})
    return get_item(machine, pool, source.draw("choice", {**given, "a": count}))


def _order(source: Source, x: Abstract) -> Sym:
    count = call(source.machine, Known(len), [x], {})
    return source.draw("permutation", {"x": count}, Array("int64", (MANY,)))


def _permutation(source: Source, given: Given) -> Abstract:
    machine = source.machine
    _first_axis(machine, given)
    x = operand(machine, given["x"], near_array=True)
    if isinstance(x.kind, Array) and x.kind.rank:
        return get_item(machine, x, _order(source, x))
    return source.draw("permutation", given, Array("int64", (dim_of(static_int(x)),)))


def _shuffle(source: Source, given: Given) -> Abstract:
    """The items of an array in another order, in place."""
    machine = source.machine
    _first_axis(machine, given)
    array = machine.held(given["x"])
    if source.module == "random" or not isinstance(array, ArrayRef):
        raise UnsupportedError(
            f"shuffle() of {what(given['x'])} is not followed",
            remedy="Make an array of it: x = rng.permutation(x), with rng = np.random.default_rng().",
        )
    made = get_item(machine, array, _order(source, array))
    assert isinstance(made, Sym)
    replaced(machine, array, Sym(made.atom))
    return NONE


def _first_axis(machine: Machine, given: Given) -> None:
    if "axis" in given and static(machine, given["axis"]) != 0:
        raise UnsupportedError("only the first axis is shuffled here", remedy="Move the axis with np.moveaxis.")


def _seed(source: Source, given: Given) -> Abstract:
    source.draw("seed", given, NEVER)
    return NONE


_SPECIAL: dict[str, Callable[[Source, Given], Abstract]] = {
    "choice": _choice,
    "permutation": _permutation,
    "shuffle": _shuffle,
    "seed": _seed,
}


# --- which functions these are ----------------------------------------------------------------------------------------

_SHARED: dict[str, Any] = {"np.random": np.random.RandomState, "random": random.Random}  # of the modules themselves
_MODULES = {"Generator": "np.random", "RandomState": "np.random", "Random": "random"}
_ALSO = {"sample": "random_sample", "ranf": "random_sample"}
_PYTHON = """
    random uniform gauss normalvariate randint randrange choice seed triangular betavariate expovariate gammavariate
    lognormvariate vonmisesvariate paretovariate weibullvariate getrandbits shuffle
    """.split()
_NOT_DRAWS = {"bit_generator", "bytes", "spawn", "permuted", "get_state", "set_state"}


def _drawing(name: str, module: str, owner: Any) -> Any:
    """What a call of the method, or of the module's function, does."""

    def run(machine: Machine, args: list[Abstract], keywords: Given) -> Abstract:
        if any(is_nothing(value) for value in (*args, *keywords.values())):
            return NOTHING
        signature = inspect.signature(getattr(owner or _SHARED[module], name))
        try:
            bound = signature.bind_partial(*(args if owner is not None else [NONE, *args]), **keywords)
        except TypeError as error:
            raise UnsupportedError(f"{name}(): {error}") from None
        given = dict(bound.arguments)
        first = given.pop(next(iter(signature.parameters)))
        stream = operand(machine, first).atom if owner is not None else None
        return _drawn(Source(machine, module, stream), name, _as_one(given))

    return run


def _as_one(given: dict[str, Any]) -> Given:
    """The sizes of rand(2, 3), which come one by one."""
    return {key: Tuple(value) if isinstance(value, tuple) else value for key, value in given.items()}


def _drawn(source: Source, name: str, given: Given) -> Abstract:
    if "out" in given:
        raise UnsupportedError(f"the argument out= of {name}()", remedy="Assign the result: a[...] = ...")
    if name in _SPECIAL:
        return _SPECIAL[name](source, given)
    moved = _moved(source, name, given)
    return moved if moved is not None else source.draw(name, given)


for _kind_name, _class in STREAMS.items():
    _module = _MODULES[_kind_name]
    _shared = {"Random": random, "RandomState": np.random}.get(_kind_name)
    for _name in _PYTHON if _class is random.Random else [n for n in dir(_class) if not n.startswith("_")]:
        if _name not in _NOT_DRAWS:
            builtin(getattr(_class, _name))(_drawing(_name, _module, _class))
            if hasattr(_shared, _name):
                builtin(getattr(_shared, _name))(_drawing(_name, _module, None))
for _name, _same in _ALSO.items():
    builtin(getattr(np.random, _name))(_drawing(_same, "np.random", None))


def _generator(name: str, kind: str, call_text: str) -> Any:
    """A generator made inside the function."""

    def run(machine: Machine, args: list[Abstract], keywords: Given) -> Abstract:
        values = [*args, *keywords.values()]
        if any(is_nothing(value) for value in values):
            return NOTHING
        if len(values) > 1:
            raise UnsupportedError(f"{name} takes one seed")
        if values and isinstance(values[0], Sym) and isinstance(values[0].kind, Stream):
            return values[0]
        atoms: list[Atom] = []
        if values and not (isinstance(values[0], Known) and values[0].obj is None):
            atoms.append(operand(machine, values[0], near_array=True).atom)
            if atoms[0].kind.real and not isinstance(atoms[0].kind, Scalar):
                raise KindError("a seed is a whole number, or several")
        given = tuple(("", ("in", k)) for k in range(len(atoms)))
        names = (("random", random),) if call_text.startswith("random.") else ()
        return machine.apply("draw", *atoms, call=call_text, given=given, kind=Stream(kind), names=names)

    return run


builtin(np.random.default_rng)(_generator("default_rng", "Generator", "np.random.default_rng"))
builtin(np.random.RandomState)(_generator("RandomState", "RandomState", "np.random.RandomState"))
builtin(random.Random)(_generator("Random", "Random", "random.Random"))
