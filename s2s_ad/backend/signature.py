"""How an entry's arguments come in and its results go out."""

from __future__ import annotations

import ast
import inspect
import keyword
import math
from collections.abc import Callable, Iterator, Mapping
from types import MethodType
from typing import Any

from s2s_ad.backend.expressions import Expressions, load, store
from s2s_ad.backend.wishes import DERIVED, wish_of
from s2s_ad.errors import UnsupportedError
from s2s_ad.ir.nodes import Atom, Function, Value
from s2s_ad.ir.structure import Entry, Leaf, Node, Spec, Static, leaf_kinds


def parameter_names(entry: Entry) -> list[str]:
    return [p.name for p in entry.params] + [r.name for r in entry.reads]


def is_flat(entry: Entry) -> bool:
    """Whether the function can also be called with bare values and returns them bare."""
    leafy = all(isinstance(p.spec, Leaf) for p in entry.params) and not entry.reads
    result = entry.result
    bare = isinstance(result, Leaf) or (
        isinstance(result, Node) and result.type is tuple and len(result.items) > 1
        and all(isinstance(item, Leaf) for item in result.items)
    )  # fmt: skip
    return leafy and bare


def fixed_names(function: Function, entry: Entry | None, reserved: frozenset[str]) -> dict[Value, str]:
    """The params of the body whose names the signature settles."""
    params = function.body.params
    if entry is None:
        return _flat_names(params, reserved)
    fixed: dict[Value, str] = {}
    leaves = iter(params)
    for param in entry.params:
        if isinstance(param.spec, Leaf):
            fixed[next(leaves)] = param.name
        else:
            for _ in leaf_kinds(param.spec):
                next(leaves)
    for read in entry.reads:
        fixed[next(leaves)] = read.name
    return fixed


def _flat_names(params: tuple[Value, ...], reserved: frozenset[str]) -> dict[Value, str]:
    from_value: dict[Value, str] = {}
    taken = set(reserved)
    for k, value in enumerate(params):
        strength, wish = wish_of(value)
        stem = wish if strength >= DERIVED else f"x{k}"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}_{count}"
        taken.add(name)
        from_value[value] = name
    return from_value


def leaf_hints(function: Function, entry: Entry | None) -> dict[Value, str]:
    """Names for the leaves of structured params that have none."""
    hints: dict[Value, str] = {}
    if entry is None:
        return hints
    leaves = iter(function.body.params)

    def visit(spec: Spec, name: str) -> None:
        if isinstance(spec, Leaf):
            value = next(leaves)
            if wish_of(value)[0] < DERIVED:
                hints[value] = name
        elif isinstance(spec, Node):
            keys = spec.keys or range(len(spec.items))
            for key, item in zip(keys, spec.items):
                plain = isinstance(key, str) and key.isidentifier() and not keyword.iskeyword(key)
                visit(item, key if plain else f"{name}_{key}" if isinstance(key, int) else f"{name}_item")

    for param in entry.params:
        visit(param.spec, param.name)
    return hints


def arguments(function: Function, entry: Entry | None, fixed: Mapping[Value, str], exprs: Expressions) -> ast.arguments:
    """The signature."""
    if entry is None:
        names = [ast.arg(fixed[value]) for value in function.body.params]
        return ast.arguments([], names, None, [], [], None, [])
    defaults = [ast.parse(p.default, mode="eval").body for p in entry.params if p.default is not None]
    keyword_only = [ast.arg(read.name) for read in entry.reads]
    keyword_defaults = [
        None if read.default is None else exprs.literal(read.default, read.kind) for read in entry.reads
    ]
    names = [ast.arg(p.name) for p in entry.params]
    return ast.arguments([], names, None, keyword_only, keyword_defaults, None, defaults)


def prologue(function: Function, entry: Entry | None, name_of: Callable[[Value], str | None]) -> list[ast.stmt]:
    """Takes structured arguments apart; leaves that nobody reads (no name) are passed over."""
    if entry is None:
        return []
    out: list[ast.stmt] = []
    leaves = iter(function.body.params)
    for param in entry.params:
        if isinstance(param.spec, Node):
            out += _open(param.spec, load(param.name), leaves, name_of)
        else:
            for _ in leaf_kinds(param.spec):
                next(leaves)
    return out


def _open(
    spec: Node, source: ast.expr, leaves: Iterator[Value], name_of: Callable[[Value], str | None]
) -> list[ast.stmt]:
    names = {value: name_of(value) for value in _take(leaves, len(leaf_kinds(spec)))}
    within = iter(names)
    if len(spec.items) > 1 and _only_sequences(spec):
        target = _target(spec, within, names)
        wanted = any(names.values())
        return [ast.Assign([target], source)] if wanted else []
    out: list[ast.stmt] = []
    keys = spec.keys or tuple(range(len(spec.items)))
    for key, item in zip(keys, spec.items):
        part = _part(spec, source, key)
        if isinstance(item, Leaf):
            name = names[next(within)]
            if name is not None:
                out.append(ast.Assign([store(name)], part))
        elif isinstance(item, Node):
            out += _open(item, part, within, names.__getitem__)
    return out


def _part(spec: Node, source: ast.expr, key: Any) -> ast.expr:
    """An item of a container, as code."""
    if spec.by_name or issubclass(spec.type, tuple) and spec.keys:
        return ast.Attribute(_again(source), key, ast.Load())
    return ast.Subscript(_again(source), _key(key), ast.Load())


def _key(key: object) -> ast.expr:
    """A key of a dict as code."""
    if type(key) is tuple:
        return ast.Tuple([_key(part) for part in key], ast.Load())
    if type(key) in (str, bytes, bool, int, type(None)) or type(key) is float and math.isfinite(key):
        return ast.parse(repr(key), mode="eval").body
    raise UnsupportedError(
        f"a dict with the key {key!r} cannot be taken apart in a module", remedy="Use strings or ints as keys."
    )


def _take(values: Iterator[Value], count: int) -> list[Value]:
    return [next(values) for _ in range(count)]


def _again(source: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(source), mode="eval").body


def _only_sequences(spec: Spec) -> bool:
    if isinstance(spec, Node):
        return issubclass(spec.type, (tuple, list)) and bool(spec.items) and all(map(_only_sequences, spec.items))
    return True


def _target(spec: Spec, leaves: Iterator[Value], names: Mapping[Value, str | None]) -> ast.expr:
    if isinstance(spec, Leaf):
        return store(names[next(leaves)] or "_")
    if isinstance(spec, Static):
        return store("_")
    return ast.Tuple([_target(item, leaves, names) for item in spec.items], ast.Store())


def returned(function: Function, entry: Entry | None, exprs: Expressions, objects: dict[str, object]) -> list[ast.stmt]:
    """The return statement."""
    results = function.body.results
    if entry is None:
        if not results:
            return []
        parts = [exprs.atom(atom) for atom in results]
        return [ast.Return(parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load()))]
    if isinstance(entry.result, Static) and entry.result.value is None:
        return []
    given: dict[type, ast.expr] = {}
    for param in entry.params:
        _classes_in(param.spec, load(param.name), given)
    return [ast.Return(_rebuilt(entry.result, iter(results), exprs, objects, given))]


def errstate(entry: Entry, exprs: Expressions) -> ast.expr:
    """The decorator under which the function warns of no more than the one that was differentiated."""
    keywords = [ast.keyword(name, ast.Constant(mode)) for name, mode in entry.errstate]
    return ast.Call(ast.Attribute(load(exprs.outside("np")), "errstate", ast.Load()), [], keywords)


def _classes_in(spec: Spec, source: ast.expr, found: dict[type, ast.expr]) -> None:
    """For each class of which an object is among the arguments, where one stands."""
    if not isinstance(spec, Node):
        return
    if spec.type not in (tuple, list, dict, MethodType):
        found.setdefault(spec.type, source)
    for key, item in zip(spec.keys or range(len(spec.items)), spec.items):
        if isinstance(item, Node):
            _classes_in(item, _part(spec, source, key), found)


def _rebuilt(
    spec: Spec,
    results: Iterator[Atom],
    exprs: Expressions,
    objects: dict[str, object],
    given: Mapping[type, ast.expr],
) -> ast.expr:
    if isinstance(spec, Leaf):
        return exprs.atom(next(results))
    if isinstance(spec, Static):
        return _static(spec.value, exprs, objects)
    items = [_rebuilt(item, results, exprs, objects, given) for item in spec.items]
    if spec.type not in (tuple, list, dict):
        return _object(spec, items, exprs, objects, given)
    if spec.type is dict:
        return ast.Dict([_static(key, exprs, objects) for key in spec.keys], items)
    return ast.List(items, ast.Load()) if spec.type is list else ast.Tuple(items, ast.Load())


def _object(
    spec: Node, items: list[ast.expr], exprs: Expressions, objects: dict[str, object], given: Mapping[type, ast.expr]
) -> ast.expr:
    """An object of a class of the user's: of the class of an argument, else of one that the module imports."""
    source = given.get(spec.type)
    cls = _static(spec.type, exprs, objects) if source is None else exprs.builtin("type", _again(source))
    if issubclass(spec.type, tuple):
        return ast.Call(ast.Attribute(cls, "_make", ast.Load()), [ast.Tuple(items, ast.Load())], [])
    named = [ast.keyword(key, item) for key, item in zip(spec.keys, items)]
    return ast.Call(load(exprs.outside("instance")), [cls], named)


def _static(value: object, exprs: Expressions, objects: dict[str, object]) -> ast.expr:
    """Something known when compiled, as code: a literal, or the name of an object that the module is given."""
    if value is Ellipsis or isinstance(value, bytes):
        return ast.Constant(value)
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return exprs.literal(value)
    if isinstance(value, tuple) and type(value) is tuple:
        return ast.Tuple([_static(item, exprs, objects) for item in value], ast.Load())
    if inspect.ismodule(value):
        raise UnsupportedError("a derivative cannot return a module", remedy="Return numbers and arrays.")
    stem = getattr(value, "__name__", "") or type(value).__name__
    name = stem if stem.isidentifier() and not keyword.iskeyword(stem) else "static"
    while exprs.apart(name) != name or name in exprs.reserved or objects.get(name, value) is not value:
        name += "_"
    objects[name] = value
    return load(name)
