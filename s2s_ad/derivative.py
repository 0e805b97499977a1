"""A derivative as an object: compiled at the first call for arguments of a kind, readable, and saved to disk."""

from __future__ import annotations

import difflib
import functools
import inspect
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from s2s_ad import jacobians, transforms
from s2s_ad.arguments import check_memory, converted, kind_given
from s2s_ad.backend.module import format_source
from s2s_ad.cache import write_whole
from s2s_ad.errors import KindError, UnsupportedError
from s2s_ad.frontend.lower import lower
from s2s_ad.ir.builder import const
from s2s_ad.ir.kinds import FLOAT, Kind
from s2s_ad.ir.nodes import Atom, Block, Value
from s2s_ad.ir.structure import Leaf, Lowered, Node, Spec, Static, has_real, leaf_kinds, leaves, spec_of
from s2s_ad.ir.text import text_of
from s2s_ad.ir.walk import substitute
from s2s_ad.load import annotate
from s2s_ad.native import check_backend
from s2s_ad.pipeline import Compiled, compile_kept, emit
from s2s_ad.quick import Quick, unchanged
from s2s_ad.store import NotKept, fingerprint, spec_text
from s2s_ad.targets import held_by, plain_function

# those with the structure of a gradient, for which an index in wrt counts the arguments of the call
WHOLE = ("grad", "value_and_grad", "jacfwd", "jacrev", "jacobian", "hessian", "elementwise_grad")
SHOWN = (*WHOLE, "jvp", "vjp", "hvp")
MODES = (*SHOWN, "fwd", "lin")


@dataclass(frozen=True)
class How:
    """Which derivative, of what, and how it is written. `wrt` None: of every real argument.

    `of` None: of what the function returns; else of what it leaves in a parameter, or a tuple of these.
    """

    mode: str
    wrt: Any = None
    has_aux: bool = False
    optimize: bool = True
    of: Any = None
    backend: str = "numpy"
    by_columns: bool | None = None  # of a Jacobian: forward or reverse; None: as the kinds say

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"no such derivative: {self.mode}")
        check_backend(self.backend)


def _at(owner: Any, mode: str) -> Any:
    return owner._derivative(mode)


class Derivative:
    """A derivative of a function, compiled at the first call for each structure and kind of the arguments.

    Threads may share it. It pickles as (function, options).
    """

    def __init__(self, target: Callable[..., Any], how: How) -> None:
        self.target = target
        self.how = how
        self.function = plain_function(target)
        self._args, self._named = held_by(target)
        self._signature = inspect.signature(self.function)
        self.parameters = self._signature.parameters
        self._plain = (
            not self._args
            and not self._named
            and all(p.kind is p.POSITIONAL_OR_KEYWORD for p in self.parameters.values())
        )
        self._compiled: dict[Any, Compiled] = {}
        self._quick = Quick()
        self._numbers = self._quick.numbers
        self._last: dict[str, Spec] | None = None
        self._lock = threading.RLock()
        self.owner: Any = None  # the decorated function, if it is one of its derivatives
        functools.update_wrapper(self, self.function, updated=())
        self.__name__ = f"{getattr(target, '__name__', 'f')}_{how.mode}"
        del self.__dict__["__wrapped__"]  # its result is not that of the function

    def __reduce__(self) -> tuple[Any, ...]:
        if self.owner is not None:  # found again at the function, which its name leads to
            return _at, (self.owner, self.how.mode)
        return type(self), (self.target, self.how)

    def __repr__(self) -> str:
        return f"<{self.how.mode} of {getattr(self.target, '__qualname__', self.target)}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            # as few steps as Python allows: of what a call costs, a gradient of some numbers is the smaller part
            if len(args) == 1:
                found = self._numbers.get((type(args[0]),))
            elif len(args) == 2:
                one, other = args
                found = self._numbers.get((type(one), type(other)))
            else:
                found = self._numbers.get(tuple(map(type, args)))
            if found is not None:
                function, scope, name, seen, rest = found
                if scope.get(name) is not seen or rest and not unchanged(rest):
                    return self._call(args, kwargs)
            else:
                known = self._quick.find(args)
                if known is None:
                    return self._call(args, kwargs)
                function = known.function
            try:
                return function(*args)
            except Exception as error:
                annotate(error)
                raise
        return self._call(args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values = self._bind(args, kwargs)
        compiled, reads = self.compiled_for(values)
        check_memory(compiled, values, reads)
        given = list(zip(compiled.arguments.values(), values.values()))
        if not kwargs:
            self._quick.note(args, compiled.arguments, compiled, self.function)
        return run(compiled, [converted(*given[i]) for i in compiled.positions], reads)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if not kwargs and len(args) == len(self.parameters) and self._plain:
            return dict(zip(self.parameters, args))
        try:
            bound = self._signature.bind(*self._args, *args, **{**self._named, **kwargs})
        except TypeError as error:  # Python's own message names the function
            raise TypeError(
                f"{self.function.__name__}() is called with other arguments than it takes: {error}"
            ) from None
        bound.apply_defaults()
        return bound.arguments

    def _dots(self, tangents: Sequence[Any]) -> dict[str, Any]:
        """The tangents by the names of the parameters that the call gives."""
        return self._signature.bind(*(None for _ in self._args), *tangents, **self._named).arguments

    def compiled_for(self, values: dict[str, Any]) -> tuple[Compiled, dict[str, Any]]:
        """The code for arguments like these, and what it reads from outside now."""
        specs = self._floats({name: spec_of(value) for name, value in values.items()})
        return self.compiled_for_specs(specs)

    def compiled_for_specs(self, specs: dict[str, Spec]) -> tuple[Compiled, dict[str, Any]]:
        key = tuple(specs.values())
        compiled = self._compiled.get(key)
        reads = compiled.current(self.function) if compiled is not None else None
        if compiled is None or reads is None:
            with self._lock:
                compiled = self._compiled.get(key)
                reads = compiled.current(self.function) if compiled is not None else None
                if compiled is None or reads is None:
                    self._quick.clear()
                    compiled = self._compiled[key] = self._compile(specs)
                    reads = compiled.current(self.function)
                    if reads is None:
                        raise UnsupportedError(f"what {self.function.__name__} reads changes while it is compiled")
                self._last = specs
        return compiled, reads

    def _compile(self, specs: dict[str, Spec]) -> Compiled:
        return compile_kept(self.function, self._key(specs), lambda: self.lowered(specs), *self._writing)

    def _key(self, specs: dict[str, Spec], part: str = "") -> str | None:
        """Where it is kept on disk; None if it depends on an object of this process."""
        try:
            kinds = [(name, spec_text(spec)) for name, spec in specs.items()]
            # a bound method and its function are one code: an index counts the parameters that the call gives
            return repr((fingerprint(self.function), self._hows(), list(self._free()), part, kinds))
        except NotKept:
            return None

    @property
    def _writing(self) -> tuple[bool, str]:
        return self.how.optimize, self.how.backend

    def _hows(self) -> tuple[How, ...]:
        inner = self.target._hows() if isinstance(self.target, Derivative) else ()
        return (*inner, self.how)

    # --- lowering -------------------------------------------------------------------------------------------------

    def _floats(self, specs: dict[str, Spec]) -> dict[str, Spec]:
        names, _ = self.wrt_names(specs)
        if self.how.wrt is None:
            names = tuple(each for name in names for each in self._arguments(name, specs))
        specs = transforms.floats(specs, names)
        return self.target._floats(specs) if isinstance(self.target, Derivative) else specs

    def _arguments(self, name: transforms.Wanted, specs: dict[str, Spec]) -> list[transforms.Wanted]:
        """Of *args those that are real: each is an argument for itself, and an int among them stays one."""
        several = isinstance(name, str) and self.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        spec = specs[name] if isinstance(name, str) else None
        if not (several and isinstance(spec, Node)):
            return [name]
        return [(str(name), i) for i, item in enumerate(spec.items) if has_real(item)]

    def lowered(self, specs: dict[str, Spec]) -> Lowered:
        """The derivative as a program, for arguments with these specs."""
        specs = self._floats(specs)
        with transforms.written_for(self.how.backend):
            prepared = transforms.prepared(self.lowered_target(specs), self.how.optimize)
            names, single = self.wrt_names(specs)
            return transformed(prepared, names, single, self.how)

    def lowered_target(self, specs: dict[str, Spec]) -> Lowered:
        """The function itself as a program, or the derivative of which this is one."""
        of = self.how.of
        if isinstance(self.target, Derivative):
            if of is not None:
                raise UnsupportedError("a derivative leaves its arguments as they are", remedy="Leave out of=.")
            return lowered_target(self.target, specs)
        for part in of if isinstance(of, tuple) else (of,):
            if part not in (None, "return"):
                self._name(part, specs)
        lowered = lower(plain_function(self.target), specs, of)
        if of is None and (lowered.written or lowered.changed) and lowered.result == Static(None):
            owners = [name for name, spec in specs.items() for _ in leaf_kinds(spec)]
            changed = list(dict.fromkeys([*(owners[place] for place in lowered.written), *lowered.changed]))
            asked = repr(changed[0]) if len(changed) == 1 else repr(tuple(changed))
            raise KindError(
                f"{self.function.__name__} returns nothing and changes {', '.join(changed)}",
                remedy=f"Ask for what it leaves there: of={asked}.",
            )
        return lowered

    def __s2s_lower__(self, positional: Sequence[Spec], keywords: dict[str, Spec]) -> Lowered:
        """For the frontend: this derivative called inside a function that is differentiated itself."""
        if self._args or self._named:
            raise UnsupportedError(
                f"the derivative of {self.function.__name__}, which holds some of its arguments, is not called inside",
                remedy="Take the derivative of the function itself, and pass it all arguments.",
            )
        bound = self._signature.bind(*positional, **keywords)
        lowered = self.lowered(self._given(bound.arguments))
        by_name, params, baked = self._params(lowered, bound.arguments)
        # the caller has the leaves in the order in which the call names them
        named = [value for name in keywords if name in by_name for value in by_name.pop(name)]
        order = (*(value for values in by_name.values() for value in values), *named, *params)
        body = lowered.program.main.body
        return transforms.with_main(lowered, substitute(Block(order, body.stmts, body.results), baked))

    def _given(self, bound: dict[str, Any]) -> dict[str, Spec]:
        return {name: _argument_spec(p, bound) for name, p in self.parameters.items()}

    def _params(
        self, lowered: Lowered, bound: dict[str, Any]
    ) -> tuple[dict[str, list[Value]], list[Value], dict[Value, Atom]]:
        """The params of each argument of a call, those after them, and constants for what it leaves to defaults."""
        by_name: dict[str, list[Value]] = {}
        params = list(lowered.program.main.body.params)
        for name in self.parameters:
            n = len(leaf_kinds(lowered.arguments[name]))
            by_name[name], params = params[:n], params[n:]
        baked: dict[Value, Atom] = {}
        for name in [n for n in self.parameters if n not in bound]:
            # a number that the call leaves to its default is a constant of this call
            spec, default = lowered.arguments[name], self.parameters[name].default
            numbers = leaves(spec, default) if leaf_kinds(spec) else []
            baked.update(zip(by_name.pop(name), map(const, numbers)))
        return by_name, params, baked

    @property
    def __s2s_function__(self) -> Any:
        return self.function

    @property
    def __s2s_held__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return self._args, self._named

    def wrt_names(self, specs: dict[str, Spec]) -> tuple[tuple[transforms.Wanted, ...], bool]:
        """The parameters asked for, and whether the answer is one thing, not a tuple."""
        wrt = self.how.wrt
        if wrt is None:
            free = {name: specs[name] for name in self._free() if name in specs}
            names = tuple(name for name, spec in free.items() if has_real(spec))
            if not names and self.how.mode in WHOLE:
                names = tuple(n for n, s in free.items() if any(str(k) == "int" for k in leaf_kinds(s)))
            return names, len(names) == 1
        if isinstance(wrt, tuple):
            return tuple(self._name(w, specs) for w in wrt), False
        return (self._name(wrt, specs),), True

    def _free(self) -> list[str]:
        """The parameters that a bound method or a partial leaves to the call."""
        return [name for name in list(self.parameters)[len(self._args) :] if name not in self._named]

    def _name(self, wrt: int | str, specs: dict[str, Spec]) -> transforms.Wanted:
        names: list[transforms.Wanted] = list(self._free())
        at, star = next(
            ((i, n) for i, n in enumerate(self._free()) if self.parameters[n].kind is inspect.Parameter.VAR_POSITIONAL),
            (0, ""),
        )
        if star and self.how.mode in WHOLE:  # an index counts what the call gives
            extra = specs[star]
            names[at:] = [(star, i) for i in range(len(extra.items))] if isinstance(extra, Node) else []
        if isinstance(wrt, str):
            if wrt in self.parameters:
                return wrt
            near = difflib.get_close_matches(wrt, list(self.parameters), 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Its parameters are {', '.join(self.parameters)}."
            raise KindError(f"{self.function.__name__} has no parameter {wrt!r}", remedy=hint)
        if not isinstance(wrt, (int, np.integer)) or isinstance(wrt, bool):
            raise KindError(f"wrt is an index, a name, or a tuple of them, not {wrt!r}")
        if not -len(names) <= wrt < len(names):
            raise KindError(
                f"{self.function.__name__} has {len(names)} {'parameter' if len(names) == 1 else 'parameters'}; "
                f"wrt={wrt} is none of them",
                remedy=f"Its parameters are {', '.join(self.parameters)}.",
            )
        return names[wrt]

    # --- reading it -----------------------------------------------------------------------------------------------

    def specs(self, args: Sequence[Any]) -> dict[str, Spec]:
        """The specs for example arguments, or kinds; with none: of the last call, else the annotations, else floats."""
        if not args:
            held = dict(zip(self.parameters, self._args)) | self._named
            guessed = (
                (name, spec_of(held[name]) if name in held else self._guess(p)) for name, p in self.parameters.items()
            )
            return self._last or self._floats(dict(guessed))
        given = [kind_given(a) for a in args]
        plain = [None if isinstance(g, Kind) else a for g, a in zip(given, args)]
        specs = {name: spec_of(value) for name, value in self._bind(tuple(plain), {}).items()}
        specs.update((name, Leaf(g)) for name, g in zip(self._free(), given) if isinstance(g, Kind))
        return self._floats(specs)

    def _guess(self, parameter: inspect.Parameter) -> Spec:
        if parameter.default is not parameter.empty:
            return spec_of(parameter.default)
        kind = kind_given(parameter.annotation)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return spec_of(() if parameter.kind is parameter.VAR_POSITIONAL else {})
        return Leaf(kind if isinstance(kind, Kind) else FLOAT)

    def chosen(self, args: Sequence[Any]) -> Derivative:
        """Of several ways to the same derivative the one for arguments like these."""
        return self

    def source(self, *args: Any) -> str:
        """The text of its module, formatted.

        `args` are example arguments, or their kinds (`float`, `"float64[:, :]"`). Without any, those of the last call
        are taken, else the annotations of the function, else floats.
        """
        way = self.chosen(args)
        return format_source(way.compiled_for_specs(way.specs(args))[0].emitted.text)

    def ssa(self, *args: Any) -> str:
        """The text form of its SSA."""
        way = self.chosen(args)
        return text_of(way.lowered(way.specs(args)).program)

    def save(self, path: str | FilePath, *args: Any) -> None:
        """Write its module; it runs where s2s_ad is not installed."""
        way = self.chosen(args)
        lowered = way.lowered(way.specs(args))
        text = format_source(emit([lowered], self.how.optimize, title_of(self.function), self.how.backend).text)
        write_whole(FilePath(path), text)


def transformed(lowered: Lowered, wrt: Sequence[transforms.Wanted], single: bool, how: How) -> Lowered:
    """The derivative that `how` names, of a function that is ready to be differentiated."""
    mode, has_aux, optimize = how.mode, how.has_aux, how.optimize
    if mode == "jvp":
        return transforms.jvp(lowered, wrt, optimize)
    if mode == "vjp":
        return transforms.vjp(lowered, wrt, optimize)
    if mode in ("grad", "value_and_grad"):
        return transforms.value_and_grad(lowered, wrt, single, has_aux, mode == "value_and_grad", optimize)
    if mode == "hessian":
        return jacobians.hessian(lowered, wrt, single, has_aux, optimize)
    if mode == "hvp":
        return jacobians.hvp(lowered, wrt, single, optimize)
    if mode == "elementwise_grad":
        return jacobians.elementwise_grad(lowered, wrt, single, optimize)
    forward = how.by_columns if how.by_columns is not None else mode != "jacrev"
    if mode == "jacobian" and how.by_columns is None:
        forward = jacobians.better_forward(lowered, wrt, has_aux)
    make = jacobians.jacobian_forward if forward else jacobians.jacobian_reverse
    return make(lowered, wrt, single, has_aux, optimize, mode)


def title_of(function: Any) -> str:
    file = (inspect.getsourcefile(inspect.unwrap(function)) or "").replace("\\", "/").rsplit("/", 1)[-1]
    return f"Derivatives of {function.__name__}" + (f" in {file}." if file.endswith(".py") else ".")


def run(compiled: Compiled, call: Sequence[Any], reads: dict[str, Any]) -> Any:
    """Call emitted code; an error in it says which line of the user's it stands for."""
    try:
        return compiled.function(*call, **reads)
    except Exception as error:
        annotate(error)
        raise


def lowered_target(target: Any, specs: dict[str, Spec]) -> Lowered:
    """What is to be differentiated, as a program."""
    return target.lowered(specs) if isinstance(target, Derivative) else lower(plain_function(target), specs)


def _argument_spec(parameter: inspect.Parameter, given: dict[str, Any]) -> Spec:
    """The spec of one parameter, from those of the arguments that were bound to it."""
    if parameter.kind is parameter.VAR_POSITIONAL:
        return Node(tuple, tuple(given.get(parameter.name, ())))
    if parameter.kind is parameter.VAR_KEYWORD:
        named = given.get(parameter.name, {})
        return Node(dict, tuple(named.values()), tuple(named))
    found: Spec | None = given.get(parameter.name)
    return found if found is not None else spec_of(parameter.default)
