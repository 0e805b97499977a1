"""Derived functions of a program: each made once for each pattern of active inputs and outputs."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from s2s_ad.analysis.activity import Activity
from s2s_ad.analysis.selection import Selection
from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Atom, Block, Function, Program, Value
from s2s_ad.ir.walk import substitute


class Variants:
    """The program that grows: the given functions and those derived from them, under names not yet taken."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.activity = Activity(program)
        self.made: dict[str, Function] = {}
        self.names: dict[tuple[Any, ...], str] = {}

    @cached_property
    def selection(self) -> Selection:
        return Selection(self.program)

    def reserve(self, key: tuple[Any, ...], wish: str) -> tuple[str, bool]:
        """The name for this variant, and whether it is new and so has still to be made."""
        if key in self.names:
            return self.names[key], False
        taken = {*self.program.functions, *self.names.values()}
        name, number = wish, 1
        while name in taken:
            number += 1
            name = f"{wish}_{number}"
        self.names[key] = name
        return name, True

    def finish(self, entry: str) -> Program:
        return replace(self.program, functions={**self.program.functions, **self.made}, entry=entry)


def named(builder: Builder, since: int, value: Atom, primal: Atom, suffix: str) -> Atom:
    """Call a value made by the statements from `since` on after its primal, unless it has a name."""
    if not isinstance(value, Value) or value.hint or value.base is not None or not isinstance(primal, Value):
        return value
    for at in range(len(builder.stmts) - 1, since - 1, -1):
        stmt = builder.stmts[at]
        outputs = getattr(stmt, "outputs", ())
        if value in outputs:
            fresh = replace(value, base=primal, suffix=suffix)
            builder.stmts[at] = replace(stmt, outputs=tuple(fresh if o is value else o for o in outputs))  # type: ignore[arg-type]
            _replace_later(builder, at + 1, value, fresh)
            return fresh
    return value


def _replace_later(builder: Builder, start: int, old: Value, new: Value) -> None:
    if start < len(builder.stmts):
        later = substitute(Block((), tuple(builder.stmts[start:]), ()), {old: new})
        builder.stmts[start:] = later.stmts
