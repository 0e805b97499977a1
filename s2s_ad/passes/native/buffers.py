"""Arrays that every trip of a loop makes anew for itself are made once before the loop, and used again.

A small array costs as much as some dozens of multiplications.
"""

from __future__ import annotations

from dataclasses import replace

from s2s_ad.ir.builder import ZERO_FLOAT, Builder
from s2s_ad.ir.kinds import Array
from s2s_ad.ir.nodes import Apply, Atom, Block, Const, For, Function, Section, Stmt, Value, While
from s2s_ad.ir.walk import blocks_of, free_values, inputs_of, outputs_of, split_params, substitute
from s2s_ad.ops.creation import ZEROS
from s2s_ad.ops.fitting import shape_of
from s2s_ad.ops.native import dtype_object
from s2s_ad.ops.registry import OPS
from s2s_ad.passes.native.affine import Affine
from s2s_ad.passes.native.loops import LoopPass

_EMPTY = frozenset(("np.empty", "np.empty_like", "rows_like"))
_UPDATES = frozenset(("index_set", "index_add"))


def reused(function: Function) -> Function:
    """The function with such arrays made before its loops."""
    return replace(function, body=_Buffers(function.body).block(function.body))


class _Buffers(LoopPass):
    def __init__(self, body: Block) -> None:
        super().__init__()
        self.affine = Affine(body)
        self.homes: dict[Value, tuple[tuple[int, ...], int]] = {}  # in which blocks a value is defined, and when
        self._note(body, ())

    def _note(self, block: Block, path: tuple[int, ...]) -> None:
        path = (*path, len(self.homes))
        for param in block.params:
            self.homes[param] = path, len(self.homes)
        for stmt in block.stmts:
            for inner in blocks_of(stmt):
                self._note(inner, path)
            for value in outputs_of(stmt):
                self.homes[value] = path, len(self.homes)

    def there_before(self, value: Value, loop: For) -> bool:
        """Whether a value is defined before the loop, in a block around it."""
        (path, when), (inner, start) = self.homes[value], self.homes[loop.body.params[0]]
        return when < start and inner[: len(path)] == path and len(path) < len(inner)

    def loop(self, builder: Builder, loop: For) -> None:
        """The loop, with arrays that are its own made before it."""
        n = len(loop.init)
        stmts: list[Stmt] = []
        params: list[Value] = []
        init: list[Atom] = []
        results: list[Atom] = []
        same: dict[Value, Atom] = {}
        for k, stmt in enumerate(loop.body.stmts):
            if isinstance(stmt, Apply) and stmt.op.name in _EMPTY | ZEROS and isinstance(stmt.out.kind, Array):
                last = _last_version(stmt.out, loop.body.stmts[k + 1 :], loop.body.results)
                sizes = self.sizes(stmt, loop)
                if last is not None and sizes is not None:
                    param = replace(stmt.out)
                    init.append(self.made(builder, stmt, sizes))
                    params.append(param)
                    if stmt.op.name in ZEROS:
                        index = (("index", (Ellipsis,)),)
                        stmts.append(Apply(OPS["index_set"], (param, ZERO_FLOAT), stmt.outputs, index, stmt.span))
                    else:
                        same[stmt.out] = param
                    results.append(last)
                    continue
            stmts.append(stmt)
        if not params:
            builder.emit(loop)
            return
        body = loop.body
        whole = Block((*body.params, *params), tuple(stmts), (*body.results[:n], *results, *body.results[n:]))
        whole = substitute(whole, same)
        outputs = (*loop.outputs[:n], *(replace(p) for p in params), *loop.outputs[n:])
        builder.emit(replace(loop, init=(*loop.init, *init), body=whole, outputs=outputs))

    def sizes(self, stmt: Apply, loop: For) -> list[Atom] | None:
        """The lengths of the array, if they are there before the loop and it holds floats."""
        kind = stmt.out.kind
        if not isinstance(kind, Array) or not kind.rank:
            return None
        found: list[Atom] = list(stmt.inputs[1:]) if stmt.op.name == "rows_like" else []
        if any(isinstance(a, Value) and not self.there_before(a, loop) for a in found):
            return None
        like = stmt.inputs[0] if found else stmt.out
        assert isinstance(like, Value)
        for axis in range(kind.rank - len(found)):
            size = self.affine.length_value(like, axis, lambda v: self.there_before(v, loop))
            if size is None:
                return None
            found.append(size)
        return found

    def made(self, builder: Builder, stmt: Apply, sizes: list[Atom]) -> Value:
        kind = stmt.out.kind
        assert isinstance(kind, Array)
        shape = tuple(a.value if isinstance(a, Const) else None for a in sizes)
        params: tuple[tuple[str, object], ...] = (("shape", shape),)
        dtype = dtype_object(Array(kind.dtype, ()))
        params += (("dtype", dtype),) if dtype is not None else ()
        out = replace(stmt.out)
        inputs = tuple(a for a in sizes if not isinstance(a, Const))
        made = Apply(OPS["np.empty"], inputs, (out,), params, stmt.span)
        builder.emit(made)
        self.affine.made[out] = made  # so it is made before a loop around this one
        return out


def _last_version(value: Value, stmts: tuple[Stmt, ...], results: tuple[Atom, ...]) -> Value | None:
    """What has become of the array at the end of the trip; None if somebody else may hold it then."""
    at = value
    for k, stmt in enumerate(stmts):
        if isinstance(stmt, Section):
            continue
        direct = at in inputs_of(stmt)
        within = any(at in free_values(b) for b in blocks_of(stmt))
        if not direct and not within:
            continue
        if within and not direct:
            if not all(only_read(at, b) for b in blocks_of(stmt)):
                return None
        elif isinstance(stmt, Apply) and stmt.op.name in _UPDATES and stmt.inputs[0] is at:
            if at in stmt.inputs[1:]:
                return None
            at = stmt.out
        elif isinstance(stmt, (For, While)) and not within:
            places = [k for k, a in enumerate(stmt.init) if a is at]
            reads = inputs_of(stmt)[: len(inputs_of(stmt)) - len(stmt.init)]
            if len(places) != 1 or at in reads:
                return None
            param = split_params(stmt)[1][places[0]]
            end = _last_version(param, stmt.body.stmts, ())
            if end is None or stmt.body.results[places[0]] is not end or list(stmt.body.results).count(end) != 1:
                return None
            if isinstance(stmt, While) and stmt.cond.params[places[0]] in _reads_of(stmt.cond):
                return None
            at = stmt.outputs[places[0]]
        elif not _plain_read(stmt, at) and not _read_in_part(stmt, at, Block((), stmts[k + 1 :], results)):
            return None
    return None if any(r is at for r in results) else at


def _plain_read(stmt: Stmt, value: Value) -> bool:
    """Whether it only looks at elements of the array, or at its shape."""
    if not isinstance(stmt, Apply):
        return False
    if stmt.op.name in ("shape_item", "array_len", "rows_like") or stmt.op.name in ZEROS:
        return True
    return stmt.op.name == "getitem" and not isinstance(stmt.out.kind, Array) and stmt.inputs[0] is value


def _read_in_part(stmt: Stmt, value: Value, block: Block) -> bool:
    """Whether it takes rows of the array, which the block, in which it stands or which comes after it, only reads."""
    if not isinstance(stmt, Apply) or stmt.op.name != "getitem" or stmt.inputs[0] is not value:
        return False
    return not any(isinstance(a, Value) and shape_of(a.kind) for a in stmt.inputs[1:]) and only_read(stmt.out, block)


def only_read(value: Value, block: Block) -> bool:
    """Whether the block only looks at elements of the array, at its shape, or at rows of it in the same way."""
    if value in block.results:
        return False
    for stmt in block.stmts:
        if value in inputs_of(stmt) and not _plain_read(stmt, value) and not _read_in_part(stmt, value, block):
            return False
        if not all(only_read(value, inner) for inner in blocks_of(stmt)):
            return False
    return True


def _reads_of(block: Block) -> set[Atom]:
    return {a for stmt in block.stmts for a in inputs_of(stmt)} | set(block.results)
