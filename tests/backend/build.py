"""Making small programs by hand, and running what is emitted for them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

import s2s_ad.ops  # noqa: F401  (fills the table)
from s2s_ad.backend.module import Emitted, emit_module
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Apply, Atom, Block, Function, Program, Value
from s2s_ad.ir.structure import Entry, Leaf, Node, Param, Spec
from s2s_ad.ir.verify import verify
from s2s_ad.ops.evaluate import evaluate
from s2s_ad.ops.registry import OPS
from s2s_ad.span import Span


def span(line: int, text: str) -> Span:
    return Span("example.py", line, text=text)


def put(b: Builder, op: str, *inputs: Atom, base: Value | None = None, hint: str = "", **params: Any) -> Value:
    """Append an operation; its result is called `hint`, or is the adjoint of `base`."""
    out = b.apply(OPS[op], *inputs, hint=hint, **params)
    if base is None:
        return out
    named = Value(out.kind, base=base, suffix="_bar")
    last = b.stmts.pop()
    assert isinstance(last, Apply)
    b.emit(Apply(last.op, last.inputs, (named,), last.params, last.span))
    return named


def program(body: Block, name: str = "f") -> Program:
    return verify(Program({name: Function(name, body)}, name))


def entry_of(made: Program, result: Spec | None = None) -> Entry:
    main = made.main
    leaves = tuple(Leaf(a.kind) for a in main.body.results)
    params = tuple(Param(v.hint or f"p{k}", Leaf(v.kind)) for k, v in enumerate(main.body.params))
    return Entry(made.entry, params, (), result or (leaves[0] if len(leaves) == 1 else Node(tuple, leaves)))


def emit(made: Program, *, optimize: bool = True, entry: Entry | None = None) -> Emitted:
    return emit_module(made, [entry or entry_of(made)], optimize=optimize)


def text(made: Program, *, optimize: bool = True, entry: Entry | None = None) -> str:
    """The emitted code from the first `def` on."""
    whole = emit(made, optimize=optimize, entry=entry).text
    return whole[whole.index("def ") :]


def load(emitted: Emitted, name: str = "f", **names: Any) -> Any:
    scope = {**emitted.names, **names}
    exec(compile(emitted.text, "<emitted>", "exec"), scope)
    return scope[name]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)):
        return isinstance(b, (list, tuple)) and len(a) == len(b) and all(map(same, a, b))
    return bool(np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True))


def agrees(made: Program, *args: Any) -> None:
    """Both forms of the emitted code compute what the program means, and leave the arguments alone."""
    want = evaluate(made, *copy.deepcopy(args))
    for optimize in (True, False):
        emitted = emit(made, optimize=optimize)
        given: Sequence[Any] = copy.deepcopy(args)
        got = load(emitted, made.entry)(*given)
        assert same(want if len(want) > 1 else want[0], got), emitted.text
        assert same(list(args), list(given)), emitted.text
