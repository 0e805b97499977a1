"""The text of a random program that writes to arrays, in all the ways in which NumPy programs do."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.arrays import Arrays, Scope, Shape

HEAD = """import math

import numpy as np
"""
PARAMETERS: dict[str, Shape] = {"x": (4,), "y": (4,), "A": (3, 4), "S": (3, 3), "C": (2, 3, 4)}
Lines = list[str]


class ArrayProgram(Arrays):
    """Draws one program; `text` is the module. REAL is its dtype; OF, where it stands, is what is differentiated."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.count = 0
        self.loops = 0
        self.helpers = {}
        self.result = lambda scope: "0.0"
        parts = [HEAD, f"\nREAL = np.{'float32' if self.chance(0.12) else 'float64'}\n"]
        for k in range(self.random.choice([0, 1, 1, 2, 2])):
            parts.append(self.helper(f"helper_{k}"))
        parts.append(self.main())
        self.text = "\n".join(parts)

    # --- functions ----------------------------------------------------------------------------------------------------

    def helper(self, name: str) -> str:
        scope = Scope(arrays={"u": (4,)})
        if self.chance(0.5):
            scope.arrays["w"] = (4,)
        elif self.chance(0.4):
            scope.arrays["M"] = (3, 4)
        parameters: list[tuple[str, Shape]] = list(scope.arrays.items())
        if self.chance(0.6):
            scope.floats.append("c")
            parameters.append(("c", ()))
        returns = self.pick("nothing", "nothing", "float", "(4,)", "(4,)", "(3,)")
        shape: Shape = (4,) if returns == "(4,)" else (3,)
        results: dict[str, Callable[[Scope], str]] = {
            "nothing": lambda inner: "",
            "float": lambda inner: self.number(inner),
            str(shape): lambda inner: self.view_of(inner, shape) or self.array(inner, shape),
        }
        self.inside_helper, self.result = True, results[returns]
        lines = self.block(scope, 1, self.random.randint(1, 3), depth=1)
        end = self.result(scope)
        self.inside_helper = False
        self.helpers.setdefault(returns, []).append((name, tuple(shape for _, shape in parameters)))
        head = f"\ndef {name}({', '.join(p for p, _ in parameters)}):"
        return "\n".join([head, *lines, *([f"    return {end}"] if end else [])]) + "\n"

    def main(self) -> str:
        wanted = ["x", *(p for p in ("y", "A") if self.chance(0.75)), *(p for p in ("S", "C") if self.chance(0.2))]
        scope = Scope(arrays={name: PARAMETERS[name] for name in wanted})
        if self.chance(0.7):
            wanted.append("k")
            scope.floats.append("k")
        if self.chance(0.4):
            wanted.append("n")
            scope.ints.append("n")
        changed = [name for name in wanted if name in PARAMETERS]
        of = ""
        if self.chance(0.15):
            names = ["return"] * self.chance(0.5) + self.random.sample(changed, min(len(changed), 2))
            of = f"\nOF = {tuple(names)!r}\n"
        several = self.chance(0.2)
        if several:
            self.result = lambda inner: f"{self.total(inner)}, {self.view_of(inner, (4,)) or self.array(inner, (4,))}"
        else:
            self.result = self.total
        lines = self.block(scope, 1, self.random.randint(3, 8), depth=0)
        lines.append(f"    return {self.result(scope)}")
        return "\n".join([of, f"def f({', '.join(wanted)}):", *lines]) + "\n"

    def total(self, scope: Scope) -> str:
        """A number that every array has a part in."""
        terms = [f"{0.3 * (k + 1):.1f} * np.sum({name} * {name})" for k, name in enumerate(scope.arrays)]
        terms += [f"np.sum({name} * np.sin({name}))" for name in scope.groups]
        terms += scope.floats[-2:]
        self.random.shuffle(terms)
        return " + ".join(terms)

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, scope: Scope, indent: int, count: int, depth: int) -> Lines:
        lines: Lines = []
        for _ in range(count):
            lines += ["    " * indent + line for line in self.statement(scope, depth)]
        return lines

    def statement(self, scope: Scope, depth: int) -> Lines:
        choices: list[tuple[float, Callable[[Scope], Lines]]] = [
            (14, self.write), (6, self.write_element), (6, self.change), (4, self.masked), (3, self.indexed),
            (7, self.bind_array), (5, self.bind_view), (3, self.rebind), (4, self.several), (3, self.bind_number),
            (3, self.into_out), (2, self.whole), (2, self.group), (1, self.index_array), (1, self.bind_mask),
        ]  # fmt: skip
        if not self.inside_helper:
            choices.append((1, self.local_function))
            if self.helpers.get("nothing"):
                choices.append((5, self.call))
        if self.loops or depth:
            choices.append((1.5, self.leave))
        if depth < 3:
            nested = [(5.0, self.branch), (5, self.count_loop), (4, self.row_loop), (1.5, self.while_loop)]
            choices += [(w, lambda s, make=make: make(s, depth)) for w, make in nested]  # type: ignore[misc]
        make = self.random.choices([m for _, m in choices], [w for w, _ in choices])[0]
        return make(scope)

    def name(self, scope: Scope, shape: Shape, new: bool = False) -> str:
        """A name to bind to an array: sometimes one that is bound to another array of this shape."""
        old = [n for n, found in scope.arrays.items() if found == shape and n not in scope.kept]
        if old and not new and self.chance(0.3):
            return self.random.choice(old)
        self.count += 1
        return f"{self.pick('v', 'w', 'z')}{self.count}"

    def target(self, scope: Scope) -> tuple[str, Shape]:
        """What an assignment writes into, and its shape."""
        text, shape = self.any_view(scope)
        return (text, shape) if text.endswith("]") else (f"{text}[:]", shape)

    def write(self, scope: Scope) -> Lines:
        text, shape = self.target(scope)
        value = self.array(scope, shape) if self.chance(0.75) else self.number(scope)
        if self.chance(0.2):
            return [f"{text} *= {self.small(scope)}"]
        return [f"{text} {self.pick('=', '=', '+=', '-=')} {value}"]

    def write_element(self, scope: Scope) -> Lines:
        if self.chance(0.3):
            return [f"{self.element(scope)} *= {self.small(scope)}"]
        return [f"{self.element(scope)} {self.pick('=', '=', '+=', '-=')} {self.number(scope)}"]

    def change(self, scope: Scope) -> Lines:
        name = self.random.choice(list(scope.arrays))
        if self.chance(0.3):
            return [f"{name} *= {self.small(scope)}"]
        return [f"{name} {self.pick('+=', '-=')} {self.array(scope, scope.arrays[name])}"]

    def masked(self, scope: Scope) -> Lines:
        text, shape = self.any_view(scope, steps=(0, 0, 0, 1))
        mask = self.mask(scope, shape)
        return [self.weighted([
            (2, lambda: f"{text}[{mask}] = {self.number(scope)}"),
            (2, lambda: f"{text}[{mask}] {self.pick('+=', '-=')} {self.number(scope, 0)}"),
            (1, lambda: f"{text}[{mask}] *= {self.small(scope)}"),
            (1, lambda: f"{text}[{mask}] = {self.array(scope, shape, 0)}[{mask}]"),
        ])]  # fmt: skip

    def indexed(self, scope: Scope) -> Lines:
        text, shape = self.any_view(scope, steps=(0, 0, 0, 1))
        known = [n for n, (_, limit) in scope.places.items() if limit <= shape[0]]
        count = 3
        if known and self.chance(0.7):
            place = self.random.choice(known)
            count = scope.places[place][0]
        else:
            place = f"[{', '.join(str(self.random.randrange(shape[0])) for _ in range(count))}]"
        value = self.array(scope, (count, *shape[1:]), 0)
        if len(shape) > 1 and shape[1] > 2 and self.chance(0.3):  # along the second axis
            place = f":, [{', '.join(str(self.random.randrange(shape[1])) for _ in range(count))}]"
            value = self.array(scope, (shape[0], count, *shape[2:]), 0)
            return [f"{text}[{place}] {self.pick('=', '+=', '-=')} {value}"]
        return [self.weighted([
            (2, lambda: f"{text}[{place}] = {value}"),
            (2, lambda: f"{text}[{place}] {self.pick('+=', '-=')} {value}"),
            (1, lambda: f"{text}[{place}] *= {self.small(scope)}"),
            (2, lambda: f"np.{self.pick('add', 'add', 'subtract')}.at({text}, {place}, {value})"),
        ])]  # fmt: skip

    def bind_array(self, scope: Scope) -> Lines:
        shape = self.random.choice([(4,), (4,), (3,), (3, 4), (2, 4), (3, 3)])
        value = self.array(scope, shape, 2)
        name = self.name(scope, shape)
        lines = [f"{name} = {value}"]
        if self.chance(0.1):
            other = self.name(scope, shape, new=True)
            lines = [f"{name} = {other} = {value}"]
            scope.arrays[other] = shape
        scope.arrays[name] = shape
        return lines

    def bind_view(self, scope: Scope) -> Lines:
        text, shape = self.any_view(scope, steps=(0, 1, 1, 1, 2))
        name = self.name(scope, shape)
        scope.arrays[name] = shape
        return [f"{name} = {text}"]

    def rebind(self, scope: Scope) -> Lines:
        """A name that is bound to an array is bound to another one."""
        free = [n for n in scope.arrays if n not in scope.kept]
        if not free:
            return self.change(scope)
        name = self.random.choice(free)
        return [f"{name} = {self.array(scope, scope.arrays[name])}"]

    def several(self, scope: Scope) -> Lines:
        a, b = self.element(scope), self.element(scope)
        same = [(m, n) for m, p in scope.arrays.items() for n, q in scope.arrays.items() if p == q and m < n]
        free = [pair for pair in same if not scope.kept & set(pair)]
        choices: list[tuple[float, Callable[[], str]]] = [
            (2, lambda: f"{a}, {b} = {b}, {a}"),
            (1, lambda: f"{a} = {b} = {self.number(scope)}"),
            (1, lambda: f"{a}, {b} = {self.number(scope)}, {self.number(scope)}"),
        ]
        if same:
            m, n = self.random.choice(same)
            half = self.pick("[:1]", "[1:]", "[::2]", "[-1]", "[0]")
            choices.append((2, lambda: f"{m}{half}, {n}{half} = {n}{half}, {self.pick(m + half, self.number(scope))}"))
            choices.append((1, lambda: f"{m}[:] = {n}[:] = {self.array(scope, scope.arrays[m])}"))
        if free:
            m, n = self.random.choice(free)
            choices.append((1.5, lambda: f"{m}, {n} = {n}, {m}"))
        return [self.weighted(choices)]

    def bind_number(self, scope: Scope) -> Lines:
        old = [n for n in scope.floats if n not in scope.kept]
        if old and self.chance(0.5):
            name = self.random.choice(old)
            return [f"{name} {self.pick('=', '+=', '-=')} {self.number(scope)}"]
        self.count += 1
        line = f"s{self.count} = {self.number(scope, 2)}"
        scope.floats.append(f"s{self.count}")
        return [line]

    def into_out(self, scope: Scope) -> Lines:
        text, shape = self.any_view(scope)
        a = self.array(scope, shape, 0)
        function = self.pick("add", "multiply", "subtract", "maximum")
        return [self.weighted([
            (2, lambda: f"np.{function}({a}, {self.array(scope, shape, 0)}, out={text})"),
            # not np.negative: NumPy (2.2 to 2.5) gets it wrong in place where the elements are 64 bytes apart
            (1, lambda: f"np.{self.pick('sin', 'tanh', 'arctan')}({a}, {self.pick('out=', '')}{text})"),
        ])]  # fmt: skip

    def whole(self, scope: Scope) -> Lines:
        text, shape = self.any_view(scope)
        choices = [
            (2, lambda: f"np.copyto({text}, {self.array(scope, shape, 0)})"),
            (1, lambda: f"{text}.fill({self.number(scope, 0)})"),
            (1, lambda: f"{text}.sort(axis=0)"),
        ]
        if len(shape) == 2:
            choices.append((2, lambda: f"np.fill_diagonal({text}, {self.number(scope, 0)})"))
        return [self.weighted(choices)]  # type: ignore[arg-type]

    def group(self, scope: Scope) -> Lines:
        """Arrays in a tuple, a list or a dict."""
        if scope.groups and self.chance(0.3):
            item = self.random.choice(list(scope.groups))
            if not item.startswith("p"):
                return [f"{item} = {self.view_of(scope, scope.groups[item]) or self.made(scope, scope.groups[item])}"]
        (a, p), (b, q) = self.any_view(scope), self.any_view(scope)
        if self.chance(0.4):
            b = self.array(scope, q)
        self.count += 1
        kind = self.pick("p", "q", "d")
        name = f"{kind}{self.count}"
        keys = ["'one'", "'two'"] if kind == "d" else ["0", "1"]
        scope.groups.update({f"{name}[{keys[0]}]": p, f"{name}[{keys[1]}]": q})
        text = {"p": f"({a}, {b})", "q": f"[{a}, {b}]", "d": f"{{'one': {a}, 'two': {b}}}"}[kind]
        return [f"{name} = {text}"]

    def index_array(self, scope: Scope) -> Lines:
        self.count += 1
        name, limit = f"at{self.count}", self.random.choice([3, 4])
        count = self.random.choice([2, 3, 4])
        scope.places[name] = count, limit
        if count == limit == 4 and self.chance(0.5):
            return [f"{name} = np.argsort({self.array(scope, (4,), 0)})"]
        return [f"{name} = np.array([{', '.join(str(self.random.randrange(limit)) for _ in range(count))}])"]

    def bind_mask(self, scope: Scope) -> Lines:
        _, shape = self.any_view(scope)
        self.count += 1
        name, line = f"m{self.count}", f"m{self.count} = {self.array(scope, shape, 0)} > {self.number(scope, 0)}"
        scope.masks[name] = shape
        return [line]

    def local_function(self, scope: Scope) -> Lines:
        """A function that writes to the arrays around it."""
        self.count += 1
        inner = scope.copy()
        inner.floats.append("r")
        name = f"g{self.count}"
        body = [*self.write(inner), *self.write_element(inner)]
        where = self.pick(f"{name}({self.number(scope, 0)})", f"{name}({self.element(scope)})")
        return [f"def {name}(r):", *(f"    {line}" for line in body), "", where]

    def call(self, scope: Scope) -> Lines:
        return [self.called(scope, "nothing")]

    def leave(self, scope: Scope) -> Lines:
        if self.loops and self.chance(0.7):
            return [f"if {self.condition(scope)}:", f"    {self.pick('break', 'continue')}"]
        return [f"if {self.condition(scope)}:", f"    return {self.result(scope)}".rstrip()]

    # --- statements with statements in them ---------------------------------------------------------------------------

    def nested(self, scope: Scope, depth: int, head: str, most: int = 3) -> Lines:
        return [head, *self.block(scope, 1, self.random.randint(1, most), depth + 1)]

    def branch(self, scope: Scope, depth: int) -> Lines:
        then = scope.copy()
        lines = self.nested(then, depth, f"if {self.condition(scope)}:")
        if self.chance(0.5):
            lines += self.nested(scope.copy(), depth, "else:", 2)
        elif self.chance(0.3):
            shape = self.random.choice([(4,), (3,)])
            name = self.name(scope, shape, new=True)
            one, two = self.view_of(scope, shape), self.array(scope, shape)
            if one is not None:
                lines += [f"    {name} = {one}", "else:", f"    {name} = {two}"]
                scope.arrays[name] = shape
        return lines

    def loop(self, scope: Scope, depth: int, head: str) -> Lines:
        self.loops += 1
        lines = self.nested(scope, depth, head)
        self.loops -= 1
        return lines

    def count_loop(self, scope: Scope, depth: int) -> Lines:
        self.count += 1
        i = f"i{self.count}"
        inner = scope.copy()
        inner.ints.append(i)
        stops = ["3", "2", "1, 4", "3, 0, -1", *(["n"] if "n" in scope.ints else [])]
        return self.loop(inner, depth, f"for {i} in range({self.pick(*stops)}):")

    def row_loop(self, scope: Scope, depth: int) -> Lines:
        self.count += 1
        inner = scope.copy()
        text, shape = self.any_view(scope, steps=(0, 0, 0, 1))
        row, i = f"row{self.count}", f"i{self.count}"
        inner.kept |= {row, text.partition("[")[0].partition(".")[0]}

        def bind(name: str, dims: Shape) -> None:
            if dims:
                inner.arrays[name] = dims
            else:
                inner.floats.append(name)
            inner.kept |= {name}

        bind(row, shape[1:])
        form = self.pick("", "", "", "enumerate", "zip", "reversed")
        if form == "enumerate":
            inner.ints.append(i)
            return self.loop(inner, depth, f"for {i}, {row} in enumerate({text}):")
        if form == "zip":
            other, dims = self.any_view(scope, steps=(0, 0, 0, 1))
            bind(f"e{self.count}", dims[1:])
            return self.loop(inner, depth, f"for {row}, e{self.count} in zip({text}, {other}):")
        return self.loop(inner, depth, f"for {row} in {'reversed(' + text + ')' if form else text}:")

    def while_loop(self, scope: Scope, depth: int) -> Lines:
        self.count += 1
        counter = f"j{self.count}"
        inner = scope.copy()
        inner.ints.append(counter)
        inner.kept |= {counter}
        test = f"{counter} < {self.pick('2', '3')}"
        if self.chance(0.4):
            test += f" and {self.number(scope, 0)} < {self.pick('0.9', '1.4')}"
        lines = self.loop(inner, depth, f"while {test}:")
        return [f"{counter} = 0", lines[0], f"    {counter} += 1", *lines[1:]]
