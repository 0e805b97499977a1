"""Names for what the user has not named, of what it is: `sin_angle`, `exp_z`, `x_squared`; else of what it was for.

Only where a variable is all its life what its name says, and where nothing else could be meant.
"""

from __future__ import annotations

from collections.abc import Callable

from s2s_ad.backend.schedule import Schedule
from s2s_ad.backend.wishes import DERIVED, wish_of
from s2s_ad.ir.nodes import Apply, Atom, Const, For, Function, If, Value, While
from s2s_ad.ir.walk import all_stmts

LONGEST = 18
_FUNCTIONS = frozenset(
    f"{module}.{name}"
    for module in ("np", "math")
    for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "max", "min", "sum", "mean")
)


def speaking_names(function: Function, plan: Schedule) -> dict[Atom, str]:
    """For values without a name of their own what they may be called, where they have to have a name."""
    kept = taken_back(function)  # what is taken out of a list, or out of a branch, and what was put in
    found: dict[Atom, str] = {}

    def name_of(atom: Atom) -> str:
        if not isinstance(atom, Value):
            return ""
        strength, text = wish_of(atom)
        return text if strength >= DERIVED else found.get(atom, "")

    for stmt in all_stmts(function.body):
        if isinstance(stmt, If):
            kept.update((out, result) for out, result in zip(stmt.outputs, stmt.then.results) if out.base is None)
    for stmt in all_stmts(function.body):
        if isinstance(stmt, Apply) and len(stmt.outputs) == 1:
            text = _of_operation(stmt, plan, name_of) or _of_parameter(stmt.out)
            if text:
                found[stmt.out] = text
        if isinstance(stmt, (For, If)):
            for out in (*stmt.outputs, *(stmt.body.params if isinstance(stmt, For) else ())):
                if out in kept and (said := found.get(kept[out])):
                    found[out] = said
    return found


def taken_back(function: Function) -> dict[Value, Atom]:
    """Of what a loop takes out of a list that another loop has made: what was put in."""
    listed: dict[Atom, Atom] = {}
    found: dict[Value, Atom] = {}
    for stmt in all_stmts(function.body):
        if isinstance(stmt, (For, While)):
            listed.update(zip(stmt.outputs[len(stmt.init) :], stmt.body.results[len(stmt.init) :]))
        if isinstance(stmt, For):
            items = stmt.body.params[stmt.trips is not None :]
            found.update((item, listed[w.source]) for w, item in zip(stmt.xs, items) if w.source in listed)
    return found


def _of_operation(stmt: Apply, plan: Schedule, name_of: Callable[[Atom], str]) -> str:
    if stmt.op.name == "zero_number":
        return "zero"
    if not stmt.inputs or stmt.inputs[0] in plan.folded:
        return ""
    of, name = name_of(stmt.inputs[0]), stmt.op.name
    if not of:
        return ""
    if name in _FUNCTIONS:
        text = f"{name.split('.')[1]}_{of}"
    elif name == "np.transpose" and not stmt.params:
        text = f"{of}_T"
    elif name == "pow" and isinstance(stmt.inputs[1], Const) and stmt.inputs[1].value == 2:
        text = f"{of}_squared"
    else:
        return ""
    return text if len(text) <= LONGEST else ""


def _of_parameter(value: Value) -> str:
    """The name of the parameter that it was computed for."""
    if value.hint or value.base is None or value.suffix:
        return ""
    strength, text = wish_of(value.base)
    return text if strength >= DERIVED else ""
