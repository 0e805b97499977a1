"""Reverse mode: a program that runs forward and saves, then backwards and accumulates adjoints.

Two forms: joint, both sweeps in one function; split, two functions and a record of what the first saved for the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from s2s_ad.ir.builder import ZERO_INT, Builder, name_like
from s2s_ad.ir.kinds import INT, RECORD
from s2s_ad.ir.nodes import (
    Apply,
    Atom,
    Block,
    Call,
    Function,
    Program,
    Stmt,
    Value,
)
from s2s_ad.ir.walk import all_stmts, free_values
from s2s_ad.ops.control import PACK, UNPACK
from s2s_ad.passes.accumulate import Adjoints
from s2s_ad.passes.directions import only_tangents
from s2s_ad.passes.residuals import choose_residuals
from s2s_ad.passes.sweep import Flags, Sweep, trimmed, with_repeats
from s2s_ad.passes.variants import Variants


def reverse_joint(program: Program, inputs: Flags, outputs: Flags) -> Program:
    """Both sweeps in one function: (inputs, cotangents of the active outputs) -> (outputs, cotangents of `inputs`)."""
    variants = Variants(program)
    main = program.main
    if any(calls(f, main.name) for f in program.functions.values()):
        return _joined_halves(variants, main, inputs, outputs)
    name, _ = variants.reserve((program.entry, inputs, outputs, "joint"), f"{program.entry}_vjp")
    pass_, cts, seeds, backward = _sweep_back(variants, main, inputs, outputs)
    forward = Builder()
    forward.section("Forward sweep", False)
    forward.stmts.extend(pass_.augmented(main.body.stmts))
    forward.section("Reverse sweep", True)
    forward.stmts.extend(backward.stmts)
    body = forward.block((*main.body.params, *seeds), (*main.body.results, *cts))
    variants.made[name] = Function(name, body, main.doc, main.span)
    return variants.finish(name)


def _joined_halves(variants: Variants, main: Function, inputs: Flags, outputs: Flags) -> Program:
    """A recursion has its two halves as functions anyway: the joint one calls them."""
    name, _ = variants.reserve((main.name, inputs, outputs, "joint"), f"{main.name}_vjp")
    forward, backward = _split(variants, main.name, inputs, outputs)
    body = main.body
    values = [Value(r.kind, base=r if isinstance(r, Value) else None) for r in body.results]
    record = Value(RECORD, "saved")
    seeds = [name_like(r.kind, r, "_bar") for r, on in zip(body.results, outputs) if on]
    cts = [name_like(p.kind, p, "_bar") for p, on in zip(body.params, inputs) if on]
    builder = Builder()
    builder.emit(Call(forward, body.params, (*values, record)))
    builder.emit(Call(backward, (record, *seeds), tuple(cts)))
    made = builder.block((*body.params, *seeds), (*values, *cts))
    variants.made[name] = Function(name, made, main.doc, main.span)
    return variants.finish(name)


def calls(function: Function, name: str) -> bool:
    return any(isinstance(s, Call) and s.callee == name for s in all_stmts(function.body))


def reverse_split(program: Program, inputs: Flags, outputs: Flags) -> tuple[Program, str, str]:
    """The sweeps as two functions: inputs -> (outputs, record), and (record, cotangents) -> cotangents of `inputs`."""
    variants = Variants(program)
    forward, backward = _split(variants, program.entry, inputs, outputs)
    return variants.finish(forward), forward, backward


def _split(variants: Variants, name: str, inputs: Flags, outputs: Flags) -> tuple[str, str]:
    forward_name, fresh = variants.reserve((name, inputs, outputs, "forward"), f"{name}_fwd")
    backward_name, _ = variants.reserve((name, inputs, outputs, "backward"), f"{name}_bwd")
    if fresh:
        function = variants.program.functions[name]
        body = function.body
        pass_, cts, seeds, backward = _sweep_back(variants, function, inputs, outputs)
        stmts, later = pass_.augmented(body.stmts), backward.block((), cts)
        if function.recompute:  # the second half runs it again, from its arguments, and in silence
            repeated = only_tangents(
                [s for s in stmts if not (isinstance(s, Apply) and s.op.effect)], set(), variants.program
            )
            stmts, later = list(body.stmts), Block((), (*repeated, *later.stmts), later.results)
        forward, back = halves(body.params, stmts, body.results, later, seeds)
        variants.made[forward_name] = Function(forward_name, forward, "", function.span)
        variants.made[backward_name] = Function(backward_name, back, "", function.span)
    return forward_name, backward_name


def halves(
    params: tuple[Value, ...], stmts: Sequence[Stmt], results: tuple[Atom, ...], later: Block, seeds: Sequence[Value]
) -> tuple[Block, Block]:
    """A block that is done in two calls: params -> (results, record), and (record, seeds) -> results of `later`."""
    later = trimmed(later)
    residuals = choose_residuals(params, stmts, free_values(later))
    record = Value(RECORD, "saved")
    forward = Builder()
    forward.stmts.extend(stmts)
    saved = forward.apply_all(PACK, residuals.saved or (ZERO_INT,), (), ("saved",))[0]
    start = Builder()
    kinds = tuple(v.kind for v in residuals.saved) or (INT,)
    fields = start.apply_all(UNPACK, [record], (("kinds", kinds),), [v.hint for v in residuals.saved])
    start.section("", True)
    mapping: dict[Value, Atom] = dict(zip(residuals.saved, fields))
    whole = with_repeats(start, residuals, later, mapping)
    return forward.block(params, (*results, saved)), Block((record, *seeds), whole.stmts, whole.results)


def _sweep_back(
    variants: Variants, function: Function, inputs: Flags, outputs: Flags
) -> tuple[Sweep, list[Atom], list[Value], Builder]:
    body = function.body
    varied = variants.activity.varied(body, [p for p, on in zip(body.params, inputs) if on])
    wanted = [r for r, on in zip(body.results, outputs) if on]
    active = varied & variants.activity.useful(body, wanted)
    pass_ = Sweep(body, active, partial(_split, variants), variants.selection)
    builder = Builder()
    adjoints = Adjoints(active, pass_.absent)
    seeds = []
    for result in wanted:
        seed = name_like(result.kind, result, "_bar")
        seeds.append(seed)
        builder.span = None
        adjoints.add(builder, result, seed)
    pass_.back(body, builder, adjoints)
    builder.span = None
    cts = [adjoints.take_or_zero(builder, p) for p, on in zip(body.params, inputs) if on]
    return pass_, cts, seeds, builder
