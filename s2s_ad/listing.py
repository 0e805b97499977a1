"""Whole modules of derivatives, and each stage on the way, as text: what the command line prints and writes."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from s2s_ad import transforms
from s2s_ad.backend.module import format_source
from s2s_ad.derivative import Derivative, How, lowered_target, title_of
from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.source import definition
from s2s_ad.ir.kinds import List, is_complex
from s2s_ad.ir.nodes import Program
from s2s_ad.ir.structure import Leaf, Spec
from s2s_ad.ir.text import text_of
from s2s_ad.modes import derivative_of
from s2s_ad.passes.dce import reachable
from s2s_ad.pipeline import emit
from s2s_ad.signature import parse_kinds
from s2s_ad.targets import plain_function


def derivative_source(
    f: Callable[..., Any],
    modes: Sequence[str] = ("grad", "value_and_grad", "jvp", "vjp"),
    wrt: Any = None,
    signature: str | None = None,
    optimize: bool = True,
    args: Sequence[Any] = (),
    backend: str = "numpy",
) -> str:
    """The text of one module with these derivatives of a function, formatted."""
    derivatives = []
    for mode in modes:
        examples: Sequence[Any] = parse_kinds(signature) if signature else args
        derivative = derivative_of(f, How(mode, wrt, False, optimize)).chosen(examples)
        specs = derivative.specs(examples)
        try:
            with transforms.written_for(backend):
                derivatives.append(derivative.lowered(specs))
        except KindError:
            if mode in ("grad", "value_and_grad", "hvp") and len(modes) > 1 and not one_number(f, specs):
                continue  # a function with several results has no gradient; its jvp and vjp are written
            raise
    emitted = emit(derivatives, optimize, title_of(plain_function(f)), backend)
    return format_source(emitted.text)


def one_number(f: Callable[..., Any], specs: dict[str, Spec]) -> bool:
    """Whether the function returns one real number, so that it has a gradient."""
    result = lowered_target(f, specs).result
    if not isinstance(result, Leaf) or isinstance(result.kind, List):
        return False
    return getattr(result.kind, "shape", ()) == () and not is_complex(result.kind)


def stage_text(
    f: Callable[..., Any], stage: str, optimize: bool = True, wrt: Any = None, signature: str | None = None
) -> str:
    """A function at one stage: "ast", "ssa", or a derivative: "grad", "jvp", "vjp", "jacobian", "hessian", "hvp" ..."""
    if stage == "ast":
        return ast.dump(definition(plain_function(f)).node, indent=2) + "\n"
    if stage == "ssa":
        derivative = Derivative(f, How("jvp", wrt, False, optimize))
        specs = derivative.specs(parse_kinds(signature) if signature else ())
        return text_of(transforms.prepared(lowered_target(f, specs), optimize).program)
    return derivative_source(f, (stage,), wrt, signature, optimize)


@dataclass(frozen=True)
class Passed:
    """The SSA after a pass, in lines; `new` says of each whether the pass has made it."""

    name: str
    lines: tuple[str, ...]
    new: tuple[bool, ...]

    @property
    def changed(self) -> bool:
        return any(self.new)


def passes(
    f: Callable[..., Any], stage: str = "grad", optimize: bool = True, wrt: Any = None, signature: str | None = None
) -> list[Passed]:
    """The SSA after each pass on the way to a derivative, or with "ssa" to what is differentiated.

    >>> [made.name for made in passes(lambda x: x * x, "ssa")]
    ['frontend', 'inline', 'simplify', 'dce', 'sharpen', 'steady']
    """
    if stage == "ast":
        raise UnsupportedError("there is no SSA of the syntax tree", remedy="Use ssa, or the name of a derivative.")
    examples: Sequence[Any] = parse_kinds(signature) if signature else ()
    made: list[Passed] = []

    def see(name: str, program: Program) -> None:
        text = "".join(map(text_of, reachable(program.functions, program.entry).values()))
        made.append(_passed(name, text.splitlines(), made[-1].lines if made else ()))

    with transforms.watched(see):
        if stage == "ssa":
            derivative = Derivative(f, How("jvp", wrt, False, optimize))
            transforms.prepared(lowered_target(f, derivative.specs(examples)), optimize)
        else:
            derivative = derivative_of(f, How(stage, wrt, False, optimize)).chosen(examples)
            transforms.owned(derivative.lowered(derivative.specs(examples)))
    return made


def _passed(name: str, lines: Sequence[str], before: Sequence[str]) -> Passed:
    new = [True] * len(lines)
    for block in difflib.SequenceMatcher(None, before, lines, autojunk=False).get_matching_blocks():
        new[block.b : block.b + block.size] = [False] * block.size
    return Passed(name, tuple(lines), tuple(new))
