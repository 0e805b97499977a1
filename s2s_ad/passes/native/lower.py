"""All steps from a program of derivatives to one for a compiler of machine code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.kinds import Stream
from s2s_ad.ir.nodes import Apply, Function, Program
from s2s_ad.ir.walk import all_stmts
from s2s_ad.passes.cse import cse
from s2s_ad.passes.dce import dce_block, dce_function, effectful
from s2s_ad.passes.native.aligned import begun_first
from s2s_ad.passes.native.alike import Alike, assumptions, sums, supposed
from s2s_ad.passes.native.arrays import array_loops
from s2s_ad.passes.native.aside import read_in_place
from s2s_ad.passes.native.asked import asked_once
from s2s_ad.passes.native.bound import bound
from s2s_ad.passes.native.bounds import Assumption, within_bounds
from s2s_ad.passes.native.buffers import reused
from s2s_ad.passes.native.by_index import by_index
from s2s_ad.passes.native.chains import short_chains
from s2s_ad.passes.native.coefficients import with_coefficients
from s2s_ad.passes.native.copies import uncopied
from s2s_ad.passes.native.direct import direct
from s2s_ad.passes.native.expressions import as_loops
from s2s_ad.passes.native.fuse import fused
from s2s_ad.passes.native.held import held
from s2s_ad.passes.native.hoist import checked, hoisted
from s2s_ad.passes.native.joined import joined
from s2s_ad.passes.native.lists import without_lists
from s2s_ad.passes.native.numbers import plain_numbers
from s2s_ad.passes.native.once import handed_out_once
from s2s_ad.passes.native.outlines import with_trips
from s2s_ad.passes.native.outside import outside
from s2s_ad.passes.native.put_together import put_together
from s2s_ad.passes.native.rolling import rolled
from s2s_ad.passes.native.roots import with_roots
from s2s_ad.passes.native.rows import rows_saved
from s2s_ad.passes.native.scratch import forward_again, zeros_throughout
from s2s_ad.passes.native.sliding import slid
from s2s_ad.passes.native.spread import spread
from s2s_ad.passes.native.zeros import written_once
from s2s_ad.passes.simplify import simplify


@dataclass(frozen=True)
class Assumed:
    """What is assumed of the arguments of a function, and the function that assumes nothing.

    That has no name where it is the same one, with a look at every index.
    """

    conditions: tuple[Assumption, ...]
    otherwise: str = ""


def native(program: Program, entries: Collection[str]) -> tuple[Program, dict[str, Assumed]]:
    """The program without lists and None, with one type for each variable, whose numbers cannot overflow unseen.

    And for each of the entries what is assumed of its arguments: else its indices may be out of bounds.
    """
    for function in program.functions.values():
        _check_streams(function)
    functions = dict(program.functions)
    alike = {name: found for name in entries if (found := supposed(functions[name].body))}
    general = {name: _free(f"{name}_general", functions) for name in alike}
    functions.update((new, replace(functions[name], name=new)) for name, new in general.items())
    assumed: dict[str, Assumed] = {}
    effects = effectful(program)
    plain = {name: _plain(f, alike.get(name, {})) for name, f in functions.items()}
    for name, function in cse(replace(program, functions=plain)).functions.items():
        same = alike.get(name, {})
        functions[name], conditions = _lowered(function, name in entries, effects, same)
        assumed[name] = Assumed((*assumptions(function.body.params, same), *conditions), general.get(name, ""))
    made = replace(program, functions=functions)
    made = cse(simplify(made))
    effects = effectful(made)
    functions = {name: dce_function(_finished(dce_function(f, effects)), effects) for name, f in made.functions.items()}
    return replace(made, functions=functions), assumed


def _check_streams(function: Function) -> None:
    """The compiler has streams of its own for np.random and random: only a Generator that is passed in is the same."""
    for stmt in all_stmts(function.body):
        if not isinstance(stmt, Apply) or not stmt.op.draws:
            continue
        if dict(stmt.params)["call"].startswith("time."):
            raise UnsupportedError(
                "native code has no clock",
                span=stmt.span,
                remedy='Take the time around the call, or use backend="numpy".',
            )
        if not stmt.inputs or stmt.inputs[0].kind != Stream("Generator"):
            raise UnsupportedError(
                "native code has random numbers of its own here: they would be other ones",
                span=stmt.span,
                remedy='Pass np.random.default_rng(...) as an argument and draw from it, or use backend="numpy".',
            )


def _finished(function: Function) -> Function:
    return with_trips(reused(replace(function, body=with_roots(plain_numbers(function.body)))))


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _plain(function: Function, alike: Alike) -> Function:
    function = bound(replace(function, body=plain_numbers(put_together(by_index(function.body)))))
    body = plain_numbers(array_loops(as_loops(function.body, alike)))
    body = hoisted(checked(body))
    return replace(function, body=hoisted(with_coefficients(body)))  # coefficients, too, go out as far as they can


def _lowered(
    function: Function, assuming: bool, effects: set[str], alike: Alike
) -> tuple[Function, tuple[Assumption, ...]]:
    body = dce_block(rows_saved(function.body), effects)
    body = forward_again(uncopied(fused(body, zeros_throughout(body))))
    body = outside(short_chains(joined(direct(body))))
    body = read_in_place(begun_first(written_once(slid(rolled(spread(held(body)))))))
    body, assumed = within_bounds(body, assuming, sums(alike))
    made = without_lists(replace(function, body=handed_out_once(body)))
    return replace(made, body=plain_numbers(asked_once(made.body))), assumed
