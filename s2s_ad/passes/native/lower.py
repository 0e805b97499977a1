"""All steps from a program of derivatives to one for a compiler of machine code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import Stream
from s2s_ad.ir.nodes import Apply, Function, Program
from s2s_ad.ir.walk import all_stmts
from s2s_ad.passes.cse import cse
from s2s_ad.passes.dce import dce_block, dce_function, effectful
from s2s_ad.passes.native.arrays import array_loops
from s2s_ad.passes.native.bound import bound
from s2s_ad.passes.native.bounds import Assumption, within_bounds
from s2s_ad.passes.native.buffers import reused
from s2s_ad.passes.native.chains import short_chains
from s2s_ad.passes.native.copies import uncopied
from s2s_ad.passes.native.direct import direct
from s2s_ad.passes.native.expressions import as_loops
from s2s_ad.passes.native.fuse import fused
from s2s_ad.passes.native.held import held
from s2s_ad.passes.native.hoist import checked, hoisted
from s2s_ad.passes.native.lists import without_lists
from s2s_ad.passes.native.numbers import plain_numbers
from s2s_ad.passes.native.once import handed_out_once
from s2s_ad.passes.native.outlines import with_trips
from s2s_ad.passes.native.outside import outside
from s2s_ad.passes.native.rolling import rolled
from s2s_ad.passes.native.roots import with_roots
from s2s_ad.passes.native.rows import rows_saved
from s2s_ad.passes.native.scratch import forward_again, zeros_throughout
from s2s_ad.passes.native.zeros import written_once
from s2s_ad.passes.simplify import simplify


def native(program: Program, entries: Collection[str]) -> tuple[Program, dict[str, tuple[Assumption, ...]]]:
    """The program without lists and None, with one type for each variable, whose numbers cannot overflow unseen.

    And for each of the entries what is assumed of its arguments: else its indices may be out of bounds.
    """
    for function in program.functions.values():
        _check_streams(function)
    functions: dict[str, Function] = {}
    assumed: dict[str, tuple[Assumption, ...]] = {}
    effects = effectful(program)
    first = cse(replace(program, functions={name: _plain(f) for name, f in program.functions.items()}))
    for name, function in first.functions.items():
        functions[name], assumed[name] = _lowered(function, name in entries, effects)
    made = replace(program, functions=functions)
    made = cse(simplify(made))
    effects = effectful(made)
    functions = {name: _finished(dce_function(f, effects)) for name, f in made.functions.items()}
    return replace(made, functions=functions), assumed


def _check_streams(function: Function) -> None:
    """The compiler has streams of its own for np.random and random: only a Generator that is passed in is the same."""
    for stmt in all_stmts(function.body):
        if not isinstance(stmt, Apply) or not stmt.op.draws:
            continue
        if not stmt.inputs or stmt.inputs[0].kind != Stream("Generator"):
            raise UnsupportedError(
                "native code has random numbers of its own here: they would be other ones",
                span=stmt.span,
                remedy='Pass np.random.default_rng(...) as an argument and draw from it, or use backend="numpy".',
            )


def _finished(function: Function) -> Function:
    return with_trips(reused(replace(function, body=with_roots(plain_numbers(function.body)))))


def _plain(function: Function) -> Function:
    function = bound(replace(function, body=plain_numbers(function.body)))
    body = plain_numbers(array_loops(as_loops(function.body)))
    return replace(function, body=hoisted(checked(body)))


def _lowered(function: Function, assuming: bool, effects: set[str]) -> tuple[Function, tuple[Assumption, ...]]:
    body = dce_block(rows_saved(function.body), effects)
    body = forward_again(uncopied(fused(body, zeros_throughout(body))))
    body = outside(short_chains(direct(body)))
    body, assumed = within_bounds(written_once(rolled(held(body))), assuming)
    made = without_lists(replace(function, body=handed_out_once(body)))
    return replace(made, body=plain_numbers(made.body)), assumed
