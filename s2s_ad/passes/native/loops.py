"""What the passes over loops have in common: the innermost loops first, each where it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from s2s_ad.ir.builder import Builder
from s2s_ad.ir.nodes import Block, For
from s2s_ad.ir.walk import map_inputs


class LoopPass(ABC):
    """Rewrites the counted loops of a block, and leaves the rest. `around` are the blocks in which it is at work."""

    def __init__(self) -> None:
        self.around: list[Block] = []

    def block(self, block: Block) -> Block:
        self.around.append(block)
        builder = Builder()
        for stmt in block.stmts:
            moved = map_inputs(stmt, lambda a: a, self.block)
            if isinstance(moved, For):
                self.loop(builder, moved)
            else:
                builder.emit(moved)
        self.around.pop()
        return replace(block, stmts=tuple(builder.stmts))

    @abstractmethod
    def loop(self, builder: Builder, loop: For) -> None:
        """Emit what stands for the loop."""
