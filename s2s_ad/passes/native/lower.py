"""All steps from a program of derivatives to one for a compiler of machine code."""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.nodes import Function, Program
from s2s_ad.passes.cse import cse
from s2s_ad.passes.dce import dce_function, effectful
from s2s_ad.passes.native.bound import bound
from s2s_ad.passes.native.hoist import checked, hoisted
from s2s_ad.passes.native.lists import without_lists
from s2s_ad.passes.native.numbers import plain_numbers
from s2s_ad.passes.simplify import simplify


def native(program: Program) -> Program:
    """The program without lists and None, with one type for each variable, whose numbers cannot overflow unseen."""
    made = replace(program, functions={name: _lowered(f) for name, f in program.functions.items()})
    made = cse(simplify(made))
    effects = effectful(made)
    return replace(made, functions={name: dce_function(f, effects) for name, f in made.functions.items()})


def _lowered(function: Function) -> Function:
    function = bound(replace(function, body=plain_numbers(function.body)))
    return without_lists(replace(function, body=hoisted(checked(function.body))))
