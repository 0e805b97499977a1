"""The transforms that users ask for, each from a lowered function to a lowered function, so that they compose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Union

from s2s_ad.errors import KindError
from s2s_ad.ir.builder import ONE_FLOAT, Builder
from s2s_ad.ir.kinds import FLOAT, INT, RECORD, Array, Kind, List, Scalar, is_complex, is_number
from s2s_ad.ir.nodes import Atom, Block, Function, Program, Section, Stmt, Value
from s2s_ad.ir.objects import float_attributes
from s2s_ad.ir.structure import Leaf, Lowered, Node, Spec, Static, leaf_kinds, map_leaves, real_leaves
from s2s_ad.ir.verify import verify
from s2s_ad.ir.walk import substitute, with_callees
from s2s_ad.ops.derive import zero
from s2s_ad.passes.cse import cse
from s2s_ad.passes.dce import dce
from s2s_ad.passes.forward import forward
from s2s_ad.passes.inline import inline, inline_short
from s2s_ad.passes.own import copy_overlaps, own_results, unwidened
from s2s_ad.passes.reverse import calls, reverse_joint, reverse_split
from s2s_ad.passes.sharpen import sharpen
from s2s_ad.passes.simplify import simplify
from s2s_ad.passes.steady import steady
from s2s_ad.passes.thrift import thrifty

_backend: ContextVar[str] = ContextVar("_backend", default="")
CHECKED = False  # the tests set it: the verifier runs between any two passes
_watching: ContextVar[Callable[[str, Program], None] | None] = ContextVar("_watching", default=None)


@contextmanager
def watched(see: Callable[[str, Program], None]) -> Iterator[None]:
    """Within it, `see(name, program)` is told what each pass makes."""
    token = _watching.set(see)
    try:
        yield
    finally:
        _watching.reset(token)


def _passed(name: str, program: Program) -> Program:
    """The program, after whoever watches has seen it."""
    if CHECKED:
        verify(program)
    see = _watching.get()
    if see is not None:
        see(name, program)
    return program


def optimized(program: Program, optimize: bool) -> Program:
    """The program made shorter and plainer; with `optimize` off only what nothing reads is taken away."""
    return _through(program, (simplify, cse, dce, simplify, dce, thrifty, dce) if optimize else (dce,))


def _through(program: Program, steps: Sequence[Callable[[Program], Program]]) -> Program:
    for step in steps:
        program = _passed(step.__name__, step(program))
    return program


@contextmanager
def written_for(backend: str) -> Iterator[None]:
    """Within it, derivatives are made for this backend: the outermost decides for those that are taken inside it."""
    token = _backend.set(_backend.get() or backend)
    try:
        yield
    finally:
        _backend.reset(token)


def is_native() -> bool:
    """Whether machine code is made of what is differentiated now."""
    return _backend.get() not in ("", "numpy")


def prepared(lowered: Lowered, optimize: bool) -> Lowered:
    """What the frontend made, ready to be differentiated."""
    _passed("frontend", lowered.program)
    # what the user computes twice stays so: shared across branches, it would drag adjoints out of them
    bodies = inline_short if is_native() else inline
    program = _through(lowered.program, (bodies, simplify, dce, sharpen, steady) if optimize else (dce,))
    return replace(lowered, program=_named_result(lowered, program))


def _named_result(lowered: Lowered, program: Program) -> Program:
    """A single result that the user gave no name is called y, so that its tangent is y_dot and its adjoint y_bar."""
    taken = {*lowered.arguments, *(read.name for read in lowered.reads)}
    hint = next(name for name in ("y", "value", "result", "y_") if name not in taken)
    return replace(program, functions={name: _hinted_result(f, hint) for name, f in program.functions.items()})


def _hinted_result(function: Function, hint: str) -> Function:
    body = function.body
    result = body.results[0] if len(body.results) == 1 else None
    if not isinstance(result, Value) or result.hint or result.base is not None or result in body.params:
        return function
    named = replace(result, hint=hint)

    def outputs(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Section) or result not in stmt.outputs:
            return stmt
        return replace(stmt, outputs=tuple(named if v is result else v for v in stmt.outputs))

    return replace(function, body=substitute(replace(body, stmts=tuple(map(outputs, body.stmts))), {result: named}))


# what is differentiated: a parameter, or one of those that *args takes in: ("args", 2)
Wanted = Union[str, tuple[str, int]]


def _parts(arguments: Mapping[str, Spec], wrt: Sequence[Wanted]) -> Iterator[tuple[Wanted, Spec]]:
    """The arguments in order; one of which only some items are wanted, item by item."""
    opened = {part[0] for part in wrt if isinstance(part, tuple)}
    for name in sorted(opened.intersection(part for part in wrt if isinstance(part, str))):
        raise KindError(f"wrt names {name} and some of it", remedy="Name each argument once.")
    for name, spec in arguments.items():
        if name in opened and isinstance(spec, Node):
            yield from (((name, i), item) for i, item in enumerate(spec.items))
        else:
            yield name, spec


def wrt_flags(lowered: Lowered, wrt: Sequence[Wanted]) -> tuple[bool, ...]:
    """For each input of the program whether it is differentiated."""
    out: list[bool] = []
    for part, spec in _parts(lowered.arguments, wrt):
        kinds = leaf_kinds(spec)
        on = [part in wrt and kind.real for kind in kinds]
        if part in wrt and not any(on) and not _is_empty(spec):
            name = part if isinstance(part, str) else f"{part[0]}[{part[1]}]"
            raise KindError(_why_not(name, spec), remedy=_remedy(spec))
        out += on
    return (*out, *[False] * len(lowered.reads))


def _is_empty(spec: Spec) -> bool:
    """An empty list, tuple or dict, of which the gradient is one too."""
    return isinstance(spec, Node) and not spec.items


def _why_not(name: str, spec: Spec) -> str:
    if isinstance(spec, Leaf):
        return f"cannot differentiate with respect to {name}: it is {_a(spec.kind)}"
    what = repr(spec.value) if isinstance(spec, Static) else "a structure without floats"
    return f"cannot differentiate with respect to {name}: it is {what}"


def _remedy(spec: Spec) -> str:
    if isinstance(spec, Leaf) and isinstance(spec.kind, Array):
        return "Pass an array of floats: a.astype(float)."
    return "Name another parameter in wrt."


def _a(kind: Kind) -> str:
    return f"an array {kind}" if isinstance(kind, Array) else f"a {kind}"


def gradient_spec(lowered: Lowered, wrt: Sequence[Wanted], single: bool) -> Spec:
    """The structure of a gradient: that of the arguments asked for."""
    specs = dict(_parts(lowered.arguments, wrt))
    parts = tuple(real_leaves(specs[part]) for part in wrt)
    return parts[0] if single else Node(tuple, parts)


def scalar_output(lowered: Lowered, has_aux: bool) -> tuple[Spec, tuple[bool, ...]]:
    """The spec of the value to be differentiated, and for each output whether it is it."""
    result = lowered.result
    if has_aux:
        if not (isinstance(result, Node) and result.type is tuple and len(result.items) == 2):
            raise KindError(
                "with has_aux=True the function must return a pair (value, aux)", span=lowered.program.main.span
            )
        result = result.items[0]
    kinds = leaf_kinds(lowered.result)
    if not (isinstance(result, Leaf) and _is_real_scalar(result.kind)):
        raise KindError(
            f"grad needs a function that returns one real number; this one returns {_describe(result)}",
            span=lowered.program.main.span,
            remedy=(
                _COMPLEX if isinstance(result, Leaf) and is_complex(result.kind) and is_number(result.kind) else _MANY
            ),
        )
    return result, tuple(i == 0 for i in range(len(kinds)))


_MANY = "Use jacobian for all its derivatives, vjp with a cotangent, or reduce it to a number (np.sum)."
_COMPLEX = (
    "Take its real part or its absolute value. The derivative of a holomorphic function is jvp with a tangent of 1."
)


def _is_real_scalar(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.name in ("float", "int", "bool")
    return isinstance(kind, Array) and not kind.shape and kind.dtype.startswith(("float", "int"))


def _describe(spec: Spec) -> str:
    if isinstance(spec, Leaf):
        return _a(spec.kind)
    if isinstance(spec, Static):
        return repr(spec.value)
    return f"a {spec.type.__name__} of {len(spec.items)}"


# --- the transforms ---------------------------------------------------------------------------------------------------


def value_and_grad(
    lowered: Lowered, wrt: Sequence[Wanted], single: bool, has_aux: bool, value: bool, optimize: bool
) -> Lowered:
    """The gradient, or with `value` the pair (value, gradient)."""
    _, outputs = scalar_output(lowered, has_aux)
    flags = wrt_flags(lowered, wrt)
    n_in, n_out = len(lowered.program.main.body.params), len(leaf_kinds(lowered.result))
    outputs = tuple(on and kind.real for on, kind in zip(outputs, leaf_kinds(lowered.result)))
    program = reverse_joint(lowered.program, flags, outputs)
    main = program.main
    seeds = main.body.params[n_in:]
    body = substitute(main.body, dict.fromkeys(seeds, ONE_FLOAT))
    keep = list(range(n_out)) if value else [i for i in range(n_out) if i > 0 and has_aux]
    cts = in_order(lowered, wrt, body.results[n_out:], flags)
    results = (*(body.results[i] for i in keep), *cts)
    body = Block(main.body.params[:n_in], body.stmts, results)
    spec = gradient_spec(lowered, wrt, single)
    if value:
        spec = Node(tuple, (lowered.result, spec))
    elif has_aux:
        assert isinstance(lowered.result, Node)
        spec = Node(tuple, (spec, lowered.result.items[1]))
        aux = len(keep)
        body = replace(body, results=(*body.results[aux:], *body.results[:aux]))
    suffix = "value_and_grad" if value else "grad"
    return finished(lowered, program, body, spec, suffix, optimize, lowered.arguments)


def in_order(lowered: Lowered, wrt: Sequence[Wanted], cts: Sequence[Atom], flags: Sequence[bool]) -> list[Atom]:
    """The cotangents in the order of `wrt`, which may not be that of the parameters."""
    found: dict[Wanted, list[Atom]] = {}
    rest, at = list(cts), 0
    for part, spec in _parts(lowered.arguments, wrt):
        n = len(leaf_kinds(spec))
        count = sum(flags[at : at + n])
        found[part], rest, at = rest[:count], rest[count:], at + n
    return [ct for part in wrt for ct in found[part]]


def jvp(lowered: Lowered, wrt: Sequence[Wanted], optimize: bool) -> Lowered:
    """(arguments, tangents of those in `wrt`) -> (value, tangent)."""
    flags = wrt_flags(lowered, wrt)
    program, varied = forward(lowered.program, flags)
    main = program.main
    n_out = len(leaf_kinds(lowered.result))
    values, dots = main.body.results[:n_out], list(main.body.results[n_out:])
    builder = Builder()
    builder.stmts.extend(main.body.stmts)
    tangents = [dots.pop(0) if on else zero(builder, v) if v.kind.real else None for v, on in zip(values, varied)]
    params = _reads_last(lowered, main.body.params)
    results = (*values, *(t for t in tangents if t is not None))
    # tangents stand in the order of the parameters, as the program has them
    dotted = {f"{name}_dot": real_leaves(spec) for name, spec in lowered.arguments.items() if name in wrt}
    arguments = {**lowered.arguments, **_fresh(lowered, dotted)}
    spec = Node(tuple, (lowered.result, real_leaves(lowered.result)))
    return finished(lowered, program, builder.block(params, results), spec, "jvp", optimize, arguments)


def vjp(lowered: Lowered, wrt: Sequence[Wanted], optimize: bool) -> Lowered:
    """(arguments, cotangent) -> (value, cotangents of `wrt`), both sweeps in one."""
    flags = wrt_flags(lowered, wrt)
    kinds = leaf_kinds(lowered.result)
    program = reverse_joint(lowered.program, flags, tuple(kind.real for kind in kinds))
    main = program.main
    n_out = len(kinds)
    params = _reads_last(lowered, main.body.params)
    cts = in_order(lowered, wrt, main.body.results[n_out:], flags)
    arguments = {**lowered.arguments, **_fresh(lowered, {_seed_name(lowered): real_leaves(lowered.result)})}
    spec = Node(tuple, (lowered.result, gradient_spec(lowered, wrt, len(wrt) == 1)))
    block = Block(params, main.body.stmts, (*main.body.results[:n_out], *cts))
    return finished(lowered, program, block, spec, "vjp", optimize, arguments)


def _reads_last(lowered: Lowered, params: Sequence[Value]) -> tuple[Value, ...]:
    """The arguments, what a transform has added behind all inputs, and then what is read outside."""
    n_in = len(lowered.program.main.body.params)
    args = n_in - len(lowered.reads)
    return (*params[:args], *params[n_in:], *params[args:n_in])


def _seed_name(lowered: Lowered) -> str:
    """The cotangent of the result: y_bar, unless that would be the adjoint of a parameter y."""
    return "value_bar" if "y" in lowered.arguments else "y_bar"


def vjp_split(lowered: Lowered, wrt: Sequence[Wanted], optimize: bool) -> tuple[Lowered, Lowered]:
    """arguments -> (value, saved), and (saved, cotangent) -> cotangents of `wrt`, as a tuple."""
    flags = wrt_flags(lowered, wrt)
    kinds = leaf_kinds(lowered.result)
    program, fwd, bwd = reverse_split(lowered.program, flags, tuple(kind.real for kind in kinds))
    whole = replace(program, entry=fwd)
    forward_spec = Node(tuple, (lowered.result, Leaf(RECORD)))
    body = program.functions[fwd].body
    forward_half = finished(lowered, whole, body, forward_spec, "fwd", optimize, lowered.arguments)
    main = program.functions[bwd].body
    cts = in_order(lowered, wrt, main.results, flags)
    arguments: dict[str, Spec] = {"saved": Leaf(RECORD), "y_bar": real_leaves(lowered.result)}
    backward = replace(lowered, reads=())  # what it needs of them has been saved
    back = replace(program, entry=bwd)
    block = Block(main.params, main.stmts, tuple(cts))
    return forward_half, finished(backward, back, block, gradient_spec(lowered, wrt, False), "bwd", optimize, arguments)


def _fresh(lowered: Lowered, wished: dict[str, Spec]) -> dict[str, Spec]:
    """Parameters that are added, under names that the function does not use itself."""
    taken = {*lowered.arguments, *(read.name for read in lowered.reads)}
    out = {}
    for name, spec in wished.items():
        while name in taken:
            name += "_"
        taken.add(name)
        out[name] = spec
    return out


def finished(
    lowered: Lowered,
    program: Program,
    body: Block,
    result: Spec,
    suffix: str,
    optimize: bool,
    arguments: dict[str, Spec],
    of: str = "",
) -> Lowered:
    """A derivative of a function (called `of`, if it is not that of `lowered` itself), with a name and a docstring."""
    old = lowered.program.main
    of = of or old.name
    name = f"{of}_{suffix}"
    same = program.functions.get(name)
    if same is None or same.body.params != body.params or same.body.results != body.results:
        program = _moved_aside(program, name)
    doc = _DOCS.get(suffix, "").format(of, _listed(arguments))
    functions = {**program.functions, name: Function(name, body, doc, old.span)}
    made = optimized(_passed(suffix, replace(program, functions=functions, entry=name)), optimize)
    return replace(lowered, program=made, result=result, arguments=arguments)


_DOCS = {
    "grad": "Gradient of {0}.",
    "value_and_grad": "Value of {0} and its gradient.",
    "jvp": "Value of {0} and its directional derivative (forward mode).",
    "vjp": "Value of {0} and its gradient weighted by {1} (reverse mode).",
    "fwd": "Value of {0}, and what its reverse sweep needs.",
    "jacfwd": "Jacobian of {0} (forward mode).",
    "jacrev": "Jacobian of {0} (reverse mode).",
    "jacobian": "Jacobian of {0}.",
    "hessian": "Hessian of {0}.",
    "hvp": "Product of the Hessian of {0} with a vector.",
    "elementwise_grad": "Derivative of each element of {0} by the element that it was made of.",
    "lin": "Directional derivative of {0}, from what was saved at a point.",
    "bwd": "Gradient of {0} weighted by {1}, from what the forward sweep saved.",
}


def _listed(arguments: dict[str, Spec]) -> str:
    return list(arguments)[-1] if arguments else ""


def _moved_aside(program: Program, name: str) -> Program:
    """Where a recursion calls the function whose name the new entry takes, that one is called _name."""
    called = any(calls(f, name) for f in program.functions.values())
    if not called:
        return program

    names = {name: f"_{name}"}
    functions = {
        names.get(key, key): replace(f, name=names.get(key, f.name), body=with_callees(f.body, names))
        for key, f in program.functions.items()
    }
    return replace(program, functions=functions, entry=names.get(program.entry, program.entry))


def with_main(lowered: Lowered, body: Block) -> Lowered:
    """The same with another body of its entry function."""
    main = replace(lowered.program.main, body=body)
    functions = {**lowered.program.functions, lowered.program.entry: main}
    return replace(lowered, program=replace(lowered.program, functions=functions))


def owned(lowered: Lowered) -> Lowered:
    """What is returned shares no memory with the arguments, nor what is written: for the last step before emission."""
    program = lowered.program
    functions = {**program.functions, program.entry: own_results(program.main)}
    own = _passed("own_results", replace(program, functions=functions))
    apart = {name: copy_overlaps(unwidened(function)) for name, function in own.functions.items()}
    return replace(lowered, program=_passed("copy_overlaps", replace(own, functions=apart)))


def floats(arguments: Mapping[str, Spec], wrt: Sequence[Wanted]) -> dict[str, Spec]:
    """The arguments with ints that are to be differentiated taken as floats."""
    out: dict[str, Spec] = {}
    for name, spec in arguments.items():
        some = {part[1] for part in wrt if isinstance(part, tuple) and part[0] == name}
        if some and isinstance(spec, Node):
            spec = replace(spec, items=tuple(as_float(s) if i in some else s for i, s in enumerate(spec.items)))
        out[name] = as_float(spec) if name in wrt else spec
    return out


def as_float(spec: Spec) -> Spec:
    """Ints that are to be differentiated are taken as floats, those of NumPy and in lists too; int arrays are not."""
    if isinstance(spec, Node) and spec.by_name:  # an int attribute is a size or a count, unless its class says float
        wanted = (key in float_attributes(spec.type) for key in spec.keys)
        items = (as_float(s) if w or isinstance(s, Node) else s for s, w in zip(spec.items, wanted))
        return replace(spec, items=tuple(items))
    if isinstance(spec, Node):
        return replace(spec, items=tuple(map(as_float, spec.items)))
    return map_leaves(spec, lambda leaf: Leaf(_as_float(leaf.kind), leaf.boxed))


def _as_float(kind: Kind) -> Kind:
    if isinstance(kind, List):
        return List(_as_float(kind.item))
    is_int = kind == INT or isinstance(kind, Array) and not kind.shape and kind.dtype.startswith(("int", "uint"))
    return FLOAT if is_int else kind
