"""What programs are made of beside arithmetic: lists, records, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from s2s_ad.ir.kinds import COMPLEX, DTYPES, FLOAT, INT, NEVER, RECORD, TEXT, Array, Kind, List, join
from s2s_ad.ir.nodes import Block
from s2s_ad.ir.walk import clone
from s2s_ad.ops.core import Op, declare, linear, piecewise_constant
from s2s_ad.ops.registry import OPS
from s2s_ad.ops.trace import Traced, apply, current, d


class EveryInput(dict[int, Any]):
    """Transposes of an operation with any number of inputs: `share(ct, i, *inputs)`."""

    def __init__(self, share: Callable[..., Any], first: int = 0) -> None:
        self.share, self.first = share, first

    def __contains__(self, i: object) -> bool:
        return isinstance(i, int) and i >= self.first

    def __getitem__(self, i: int) -> Any:
        return lambda ct, *inputs, **params: self.share(ct, i, *inputs, **params)

    def __bool__(self) -> bool:
        return True


def item(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    kind = kinds[0]
    assert isinstance(kind, List)
    return kind.item


def _list_of(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    joined: Kind = params.get("item", NEVER)
    for kind in kinds:
        wider = join(joined, kind)
        if wider is None:
            raise TypeError(f"a list of {joined} and {kind}")
        joined = wider
    return List(joined)


def _with_item(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    """The kind of the first input, a list, with an item of the kind of the second in it."""
    return _list_of((item(kinds, params, op), kinds[1]), {}, op)


def first(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    return kinds[0]


def always(kind: Kind) -> Any:
    return lambda kinds, params, op: kind


# [a, b, c]; `item` is the kind of the items, needed where there are none
list_new = declare(
    (), lambda *items, item=NEVER: None, name="list_new", code="[{}]", infer=_list_of, cost=5, joint=True,
    transposes=EveryInput(lambda ct, i, *items, item=NEVER: list_get(ct, i)),
)  # fmt: skip

list_append = declare(
    (), lambda xs, x: None, name="list_append", code="xs.append(x)", cost=1, store=True, joint=True,
    infer=_with_item,
    transposes={0: lambda ct, xs, x: list_init(ct), 1: lambda ct, xs, x: list_get(ct, -1)},
)  # fmt: skip


@linear(name="list_get", code="xs[i]", cost=1, infer=item)
def list_get(ct, xs, i):
    return list_add_at(list_zeros(xs), ct, i)


def _add_at_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    kind = item(kinds, params, OPS["list_add_at"])
    if isinstance(kind, List):
        return f"xs[i] = {_plus_code(kind, 'xs[i]', 'x')}"
    # an array in a list may be in another list as well: it is replaced, not changed
    return "xs[i] = xs[i] + x" if isinstance(kind, Array) and kind.shape else "xs[i] += x"


list_add_at = declare(
    (), lambda xs, x, i: None, name="list_add_at", code=_add_at_code, cost=1, store=True, joint=True, infer=first,
    transposes={0: lambda ct, xs, x, i: ct, 1: lambda ct, xs, x, i: list_get(ct, i)},
)  # fmt: skip

list_set = declare(
    (), lambda xs, x, i: None, name="list_set", code="xs[i] = x", cost=1, store=True, joint=True,
    infer=_with_item,
    transposes={
        0: lambda ct, xs, x, i: list_set(ct, zero_item(xs, lambda: list_get(xs, i)), i),
        1: lambda ct, xs, x, i: list_get(ct, i),
    },
)  # fmt: skip


def zero_item(xs: Any, item: Callable[[], Any]) -> Any:
    """A zero like an item of the list, which is looked at only where its shape matters."""
    return zeros(item()) if isinstance(xs.kind.item, (List, Array)) else 0j if xs.kind.item == COMPLEX else 0.0


def zeros(x: Any) -> Any:
    """A zero of the kind of x."""
    if isinstance(x.kind, List):
        return list_zeros(x)
    if isinstance(x.kind, Array):
        return apply("zeros_like", x) if x.kind.rank else apply("zero_number", dtype=x.kind.dtype)
    return 0j if x.kind == COMPLEX else 0.0


def _zero_code(kind: Kind, name: str, optional: bool) -> str:
    if isinstance(kind, List):
        there = f"({name} or ())" if optional else name
        if not isinstance(kind.item, (List, Array)) or kind.item == Array("float64", ()):
            return f"[{'0j' if kind.item == COMPLEX else '0.0'}] * len({there})"
        return f"[{_zero_code(kind.item, 'item', optional)} for item in {there}]"
    return f"np.zeros_like({name})" if isinstance(kind, Array) else "0j" if kind == COMPLEX else "0.0"


def _real(kind: Kind) -> Kind:
    if isinstance(kind, List):
        return List(_real(kind.item))
    return kind if isinstance(kind, Array) or kind.real else FLOAT


@piecewise_constant(
    name="list_zeros",
    code=lambda params, kinds: _zero_code(kinds[0], "xs", params["optional"]),
    infer=lambda k, p, op: _real(k[0]),
    cost=5,
)
def list_zeros(xs, optional=False): ...


@linear(name="list_init", code="del xs[-1]", cost=1, infer=first, store=True)
def list_init(ct, xs):
    return list_append(ct, zero_item(xs, lambda: list_get(xs, -1)))


@piecewise_constant(name="list_len", code="len(xs)", cost=1, infer=always(INT))
def list_len(xs): ...


@linear(name="list_sum", code="sum(xs)", cost=20, infer=item)
def list_sum(ct, xs):
    return list_fill(ct, list_len(xs))


@linear(name="list_fill", code="[x] * n", cost=5, infer=lambda kinds, params, op: List(kinds[0]))
def list_fill(ct, x, n):
    return list_sum(ct)


list_concat = declare(
    (), lambda xs, ys: None, name="list_concat", code="xs + ys", cost=5, joint=True, infer=first,
    transposes={0: lambda ct, xs, ys: list_head(ct, xs), 1: lambda ct, xs, ys: list_tail(ct, xs)},
)  # fmt: skip


@linear(name="list_head", code="xs[:len(like)]", cost=5, infer=first)
def list_head(ct, xs, like):
    return list_concat(ct, list_zeros(list_tail(xs, like)))


@linear(name="list_tail", code="xs[len(like):]", cost=5, infer=first)
def list_tail(ct, xs, like):
    return list_concat(list_zeros(like), ct)


@linear(name="list_reverse", code="xs[::-1]", cost=5, infer=first)
def list_reverse(ct, xs):
    return list_reverse(ct)


def _plus_code(kind: Kind, x: str, y: str, depth: int = 0) -> str:
    if isinstance(kind, List):
        a, b = f"a{depth or ''}", f"b{depth or ''}"
        return f"[{_plus_code(kind.item, a, b, depth + 1)} for {a}, {b} in zip({x}, {y})]"
    return f"{x} + {y}"


# the sum of two cotangents of one list
list_plus = declare(
    (), lambda xs, ys: None, name="list_plus", code=lambda params, kinds: _plus_code(kinds[0], "xs", "ys"), cost=5,
    infer=first, joint=True, transposes={0: lambda ct, xs, ys: ct, 1: lambda ct, xs, ys: ct},
)  # fmt: skip


def _array_of(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    kind, lead = kinds[0], 0
    while isinstance(kind, List):
        kind, lead = kind.item, lead + 1
    inner = kind if isinstance(kind, Array) else Array(DTYPES[str(kind)], ())
    return Array(inner.dtype, (-2,) * lead + inner.shape)


@linear(name="list_to_array", code="np.array(xs)", infer=_array_of)
def list_to_array(ct, xs):
    return apply("array_to_list", ct, kind=xs.kind)


def _to_list_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    item = params["kind"].item
    return "x.tolist()" if not isinstance(item, Array) and _innermost(item) != "array" else "list(x)"


def _innermost(kind: Kind) -> str:
    while isinstance(kind, List):
        kind = kind.item
    return "array" if isinstance(kind, Array) else "number"


def _array_like(kinds: tuple[Kind, ...], params: Mapping[str, Any], op: Op) -> Kind:
    like = kinds[1]
    assert isinstance(like, Array)
    return Array(_array_of(kinds[:1], params, op).dtype, like.shape)  # type: ignore[attr-defined]


def _array_like_code(params: Mapping[str, Any], kinds: tuple[Kind, ...]) -> str:
    plain = isinstance(kinds[0], List) and kinds[0].item in (FLOAT, Array("float64", ()))
    if plain and isinstance(kinds[1], Array) and kinds[1].rank == 1:
        return "np.array(xs)"
    return "np.reshape(xs, np.shape(like))"  # of no items the list does not know the other axes


@linear(name="list_to_array_like", code=_array_like_code, infer=_array_like)
def list_to_array_like(ct, xs, like):
    return apply("array_to_list", ct, kind=xs.kind)


array_to_list = declare(
    (), lambda x, kind=None: None, name="array_to_list", code=_to_list_code,
    infer=lambda kinds, params, op: params["kind"],
    transposes={0: lambda ct, x, kind: list_to_array(ct)}, cost=20,
)  # fmt: skip


# What a forward sweep saved, as one tuple. `kinds` says what is in it.
pack = declare(
    (), lambda *xs: None, name="pack", code="({},)", infer=always(RECORD), cost=1, joint=True,
    transposes=EveryInput(lambda ct, i, *xs: None),
)  # fmt: skip

unpack = declare(
    (), lambda record, kinds=(): None, name="unpack", code="record", cost=1, infer=lambda k, params, op: params["kinds"]
)

copy = declare(
    (), lambda x: None, name="copy", code=lambda params, kinds: "list(x)" if isinstance(kinds[0], List) else "x.copy()",
    infer=first, cost=20, transposes={0: lambda ct, x: ct},
)  # fmt: skip

PACK, UNPACK = pack.ops["python"], unpack.ops["python"]

# What derivatives do with a variable whether anything is bound to it or not: where nothing is, nobody reads the result.
INDIFFERENT = (PACK, OPS["zeros_like"], OPS["list_zeros"])
# Where paths meet a number becomes one of the kind that both have, also where nothing is bound to it on one of them.
CONVERSIONS = frozenset(("float", "int", "complex", "astype", "np.complex64", "np.complex128"))


@piecewise_constant(name="record_zeros", code="zeros_of(record)", infer=always(RECORD), cost=20)
def record_zeros(record): ...


record_plus = declare(
    (), lambda xs, ys: None, name="record_plus", code="sum_of(xs, ys)", infer=always(RECORD), cost=20, joint=True,
    transposes={0: lambda ct, xs, ys: ct, 1: lambda ct, xs, ys: ct},
)  # fmt: skip


# `code` is the statement, in which _0, _1, ... stand for the inputs; `names` the objects of the user's that it names.
effect = declare(
    (), lambda *xs, code="", names=(): None, name="effect", code=lambda params, kinds: params["code"],
    infer=always(NEVER), effect=True, zero=True, cost=5,
)  # fmt: skip


# A string that is made when the program runs, or with another `kind` what is asked of one; `code` as above.
text = declare(
    (), lambda *xs, code="", kind=TEXT, names=(): None, name="text", code=lambda params, kinds: params["code"],
    infer=lambda kinds, params, op: params["kind"], zero=True, cost=20,
)  # fmt: skip


def _hook_pullback(ct: Any, x: Any, *captured: Any, out: Any, block: Block | None = None) -> Any:
    """What the user wrote for the reverse sweep, in terms of the cotangent and of what it reads."""
    assert block is not None
    given = dict(zip(block.params, (ct.atom, *(value.atom for value in captured))))
    copied = clone(Block((), block.stmts, block.results), given)
    current.builder.stmts.extend(copied.stmts)
    return Traced(copied.results[0]), *(None for _ in captured)


def _hook_tangent(x: Any, *captured: Any, out: Any, block: Block | None = None) -> None:
    d[out] = d[x]


# the identity; `block` takes the cotangent, and then the captured values, to another cotangent
gradient_hook = declare(
    (), lambda x, *captured, block=None: None, name="gradient_hook", code="_0", cost=0, infer=first,
    rule=_hook_tangent, pullback=_hook_pullback,
)  # fmt: skip
