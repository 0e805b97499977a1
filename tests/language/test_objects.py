"""Dataclasses, namedtuples and plain objects: as arguments and results, read, written to, made inside."""

import copy
import enum
import functools
import math
from dataclasses import InitVar, dataclass, field, replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

import s2s_ad
from s2s_ad.arguments import own_copy
from s2s_ad.ir.structure import leaf_kinds, leaves, real_leaves, rebuild, spec_of
from tests.agree import agrees, same
from tests.language.cases import Cases

case = Cases()
inside = Cases()


class Shape(enum.Enum):
    ROUND = "round"
    FLAT = "flat"


class State(NamedTuple):
    x: float
    v: float = 0.5

    @property
    def energy(self):
        return 0.5 * self.v**2 + 0.5 * self.x**2

    def moved(self, dt):
        return self._replace(x=self.x + dt * self.v, v=self.v - dt * self.x)


@dataclass
class Vector:
    x: float
    y: float = 2.0

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, scale):
        return Vector(self.x * scale, self.y * scale) if isinstance(scale, (int, float)) else NotImplemented

    def __rmul__(self, scale):
        return self * scale

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __abs__(self):
        return math.hypot(self.x, self.y)

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return self.x if i == 0 else self.y

    def __setitem__(self, i, value):
        if i == 0:
            self.x = value
        else:
            self.y = value

    def __iter__(self):
        return iter((self.x, self.y))

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __contains__(self, value):
        return value == self.x or value == self.y


@dataclass(frozen=True)
class Frozen:
    a: float
    b: np.ndarray
    shape: Shape = Shape.ROUND
    n: int = 2
    scale: float = field(init=False)
    factor: InitVar[float] = 3.0

    def __post_init__(self, factor):
        object.__setattr__(self, "scale", self.a * factor)


class Slotted:
    __slots__ = ("__hidden", "p")

    def __init__(self, p, hidden):
        self.p = p
        self.__hidden = hidden

    @property
    def hidden(self):
        return self.__hidden

    @hidden.setter
    def hidden(self, value):
        self.__hidden = 2.0 * value


class Base:
    rate = 0.1

    def __init__(self, w):
        self.w = w
        self.steps = 0

    def forward(self, x):
        return self.w * x

    def step(self, gradient):
        self.w -= self.rate * gradient
        self.steps += 1

    @classmethod
    def of_two(cls, a, b):
        return cls(a * b)

    @staticmethod
    def square(x):
        return x * x

    def __call__(self, x):
        return self.square(self.forward(x))


class Derived(Base):
    def __init__(self, w, bias=1.0):
        super().__init__(w)
        self.bias = bias

    def forward(self, x):
        return super().forward(x) + self.bias

    @functools.cached_property
    def doubled(self):
        return 2.0 * self.w


@case((Vector(1.5, 2.0),))
def attributes(p):
    return p.x * p.y + abs(p) * p[1]


@case((Vector(1.5, 2.0), 0.1, 4), (Vector(1.5, 2.0), 0.1, 0))
def written_in_a_loop(p, dt, n):
    for _ in range(n):
        p.x += p.y * dt
        p.y -= math.sin(p.x) * dt
    return p.x * p.y


@case((Vector(1.5, 2.0), Vector(0.5, 1.0)), (Vector(1.5, 2.0), Vector(-9.5, 1.0)))
def written_in_a_branch(p, q):
    if p.x > -q.x:
        p.x = p.x * q.y
    else:
        q.y = q.y * p.y
    return p.x * q.y


@case((Vector(1.5, 2.0), 0.3))
def two_names_of_one_object(p, a):
    q = p
    q.x = a * p.x
    p.y *= q.x
    return p.x * q.y


@case((State(1.0, 0.5), 0.1, 4))
def namedtuple_stepped(s, dt, n):
    for _ in range(n):
        s = s.moved(dt)
    x, v = s
    return x * v + s[0] * s.energy


@case((State(1.0, 0.5),))
def namedtuple_made_again(s):
    t = State(s.v, v=s.x)
    u = State._make((t.x * 2.0, t.v))
    return u._asdict()["x"] * u.v + len(u) * State(s.x).v * t.x


@case((Frozen(1.5, np.array([1.0, 2.0])), 2.0))
def frozen_and_replaced(f, x):
    g = replace(f, a=f.a * x, factor=2.0)
    if f.shape is Shape.ROUND and g.shape == Shape.ROUND:
        return np.sum(g.b * f.b) * g.scale + f.scale * f.n
    return x


@case((Slotted(1.5, 2.0), 0.5))
def slots_and_private_names(s, x):
    s.hidden = s.hidden * x
    s.p += s.hidden
    return s.p * s.hidden


@case((Derived(1.5, 2.0), 0.5), (Base(1.5), 0.5))
def inheritance(model, x):
    y = model(x) * model.rate
    if isinstance(model, Derived):
        y += model.doubled * model.bias
    return y


@case((Derived(1.5, 2.0), 0.5, 3))
def trained(model, x, n):
    for _ in range(n):
        model.step(2.0 * model.forward(x) * x)
    return model(x) * model.steps


@case((Base(np.array([1.0, 2.0])), np.array([0.5, 0.25])))
def array_attribute_changed_in_place(model, x):
    w = model.w
    model.w -= 0.5 * x
    model.w[0] *= 2.0
    return np.sum(w * w) + np.sum(model.w)


@case(([Vector(1.0, 2.0), Vector(0.5, 0.25)], 0.1))
def list_of_objects(ps, dt):
    for p in ps:
        p.x += dt * p.y
    for i in range(len(ps)):
        ps[i].y += ps[i - 1].x
    return sum(p.x * p.y for p in ps) + sum(abs(p) for p in ps)


@case(({"a": Vector(1.0, 2.0), "b": (State(2.0), [Base(3.0)])},))
def nested(tree):
    tree["b"][1][0].w *= tree["a"].x
    return tree["b"][1][0].w * tree["b"][0].x + tree["a"].y


@case((SimpleNamespace(x=1.0, inner=SimpleNamespace(y=2.0)),))
def namespaces(p):
    p.inner.z = p.x * p.inner.y
    q = SimpleNamespace(x=p.inner.z)
    return q.x * p.x * getattr(p.inner, "w", 3.0) + hasattr(p, "inner")


@case((Vector(1.0, 2.0), 3.0))
def copies(p, x):
    q = copy.copy(p)
    r = copy.deepcopy([p, q])
    q.x *= x
    r[0].y = x
    return p.x * q.x + r[0].y * r[0].x + vars(q)["y"]


@inside((1.5, 2.0), (1.5, -2.0))
def made_in_a_branch(x, y):
    p = Vector(x, y)
    if y > 0:
        p = p + Vector(y, x)
    return p.x * p.y


@inside((1.5, 2.0))
def operators(x, y):
    p = Vector(x) + 2.0 * Vector(x, y) * 3
    p += -Vector(y, y)
    p[0] = p @ Vector(x, y)
    a, b = p
    if Vector(x, y) < p and Vector(x, y) == Vector(x, y) and Vector(x, y) != p and x in Vector(x, y):
        return a * b + sum(v * v for v in p) + len(p)
    return x


@inside((1.5, 2.0, 4))
def state_in_a_loop(x, v, n):
    state, force = State(x=x, v=v), Derived(2.0)
    for _ in range(n):
        state = State(x=state.x + 0.1 * state.v, v=state.v - 0.1 * force(state.x))
        force.bias = state.v
    return state.energy * force.bias


@inside((1.5, 2.0))
def class_and_static_methods(x, y):
    model = Derived.of_two(x, y)
    again = type(model)(model.w, bias=y)
    setattr(again, "w", Base.square(again.w))
    return model.square(again.forward(x)) + Derived.rate * x


@inside((1.5, 2.0))
def bound_methods_handed_on(x, y):
    model = Derived(x)
    f, g = model.forward, functools.partial(Base.forward, model)
    model.w = y * x
    return f(x) * g(y) * sum(map(model, (x, y)))


@inside((1.5, 2.0))
def matched(x, y):
    match Vector(x, y):
        case State(x=a):
            return a
        case Vector(a, y=b):
            return a * b * b
    return x


def _numbers(specs, values):
    """Every real number of the values, with (argument, leaf, index) of each."""
    for a, (spec, value) in enumerate(zip(specs, values)):
        flat = [leaf for leaf, kind in zip(leaves(spec, value), leaf_kinds(spec))]
        for i, (leaf, kind) in enumerate(zip(flat, leaf_kinds(spec))):
            if kind.real:
                yield from ((a, i, index) for index in np.ndindex(np.shape(leaf)))


def _moved(specs, args, where, step):
    a, i, index = where
    flat = leaves(specs[a], own_copy(args[a]))
    if index:
        flat[i][index] += step
    else:
        flat[i] += step
    moved = own_copy(list(args))
    moved[a] = rebuild(specs[a], iter(flat))
    return moved


def _partials(f, args):
    specs = [spec_of(arg) for arg in args]
    out = []
    for where in _numbers(specs, args):
        ends = [f(*_moved(specs, args, where, step)) for step in (-1e-5, 1e-5)]
        out.append((ends[1] - ends[0]) / 2e-5)
    return out


def _flat(derivatives, specs):
    out = []
    for ct, spec in zip(derivatives, specs):
        found = leaves(real_leaves(spec), ct) if ct is not None else []
        out += [number for leaf in found for number in np.ravel(leaf)]
    return out


@pytest.mark.parametrize("optimize", [True, False])
@pytest.mark.parametrize("f, args", case.found)
def test_arguments(f, args, optimize):
    specs = [spec_of(arg) for arg in args]
    before = [leaf for spec, arg in zip(specs, args) for leaf in leaves(spec, own_copy(arg))]
    value, pullback = s2s_ad.vjp(f, *args, optimize=optimize)
    assert value == pytest.approx(f(*own_copy(list(args))), rel=1e-13)
    expected = _partials(f, args)
    got = _flat(pullback(1.0), specs)
    assert got == pytest.approx(expected, rel=1e-8, abs=1e-8)
    # forward mode along a direction
    direction = iter(np.cos(np.arange(100.0)))
    tangents = [
        rebuild(real_leaves(spec), iter([_direction(leaf, direction) for leaf in leaves(real_leaves(spec), arg)]))
        for spec, arg in zip(specs, args)
    ]
    _, tangent = s2s_ad.jvp(f, args, tangents, optimize=optimize)
    assert tangent == pytest.approx(np.dot(got, _flat(tangents, specs)), rel=1e-12)
    same([leaf for spec, arg in zip(specs, args) for leaf in leaves(spec, arg)], before)


def _direction(leaf, numbers):
    if isinstance(leaf, list):
        return [_direction(item, numbers) for item in leaf]
    return np.array([next(numbers) for _ in np.ravel(leaf)]).reshape(np.shape(leaf)) if np.ndim(leaf) else next(numbers)


@pytest.mark.parametrize("f, point", inside.found)
def test_made_inside(f, point):
    agrees(f, *point)


class Node:
    def __init__(self, value, *children):
        self.value, self.children, self.parent = value, list(children), None
        for child in children:
            child.parent = self

    def total(self, x):
        own = self.value * x if self.parent is None else self.value * x * self.parent.value
        return own + sum(child.total(x * x) for child in self.children)


def test_a_tree_whose_nodes_know_their_parents():
    tree = Node(2.0, Node(3.0, Node(5.0)), Node(7.0))
    value, pullback = s2s_ad.vjp(Node.total, tree, 1.1)
    assert value == pytest.approx(tree.total(1.1))
    ct = pullback(1.0)[0]
    x = 1.1
    # by hand: 2 x + 3·2 x² + 5·3 x⁴ + 7·2 x²
    assert ct.value == pytest.approx(x + 3 * x**2 + 7 * x**2)
    assert ct.children[0].value == pytest.approx(2 * x**2 + 5 * x**4)
    assert ct.children[0].children[0].value == pytest.approx(3 * x**4)
    assert ct.children[0].parent is None and type(ct.children[1]) is Node


def test_gradients_are_objects_of_the_same_class():
    frozen = Frozen(1.5, np.array([1.0, 2.0]))
    ct = s2s_ad.grad(lambda f: np.sum(f.b) * f.a)(frozen)
    assert type(ct) is Frozen and ct.a == 3.0 and ct.shape is None and ct.n is None and ct.scale == 0.0
    np.testing.assert_array_equal(ct.b, [1.5, 1.5])
    assert s2s_ad.grad(lambda s: s.x * s.v)(State(2.0, 3.0)) == State(3.0, 2.0)
    model = Derived(1.5)
    assert vars(s2s_ad.grad(Derived.forward, wrt="self")(model, 2.0)) == {"w": 2.0, "steps": None, "bias": 1.0}
    assert vars(model) == {"w": 1.5, "steps": 0, "bias": 1.0}


def test_bound_methods_callable_objects_and_partials():
    model = Derived(1.5, 2.0)
    assert s2s_ad.grad(model.forward)(3.0) == 1.5
    assert s2s_ad.grad(model)(3.0) == 2.0 * (1.5 * 3.0 + 2.0) * 1.5
    assert s2s_ad.grad(model.forward, wrt=("self", "x"))(3.0)[0].w == 3.0
    assert s2s_ad.grad(functools.partial(Base.forward, model))(3.0) == 1.5
    model.w = 4.0
    assert s2s_ad.grad(model.forward)(3.0) == 4.0
    value, pullback = s2s_ad.vjp(model.forward, 3.0)
    assert (value, pullback(1.0)) == (14.0, (4.0,))
    assert s2s_ad.jvp(model.forward, (3.0,), (1.0,)) == (14.0, 4.0)
    s2s_ad.check_grads(model.forward, (3.0,))
    s2s_ad.check_grads(Derived.__call__, (model, 3.0), order=2)


GLOBAL = Derived(1.5, 2.0)


def reads_a_global(x):
    return GLOBAL.forward(x) * GLOBAL.rate


def test_attributes_outside_are_read_anew(monkeypatch):
    g = s2s_ad.grad(reads_a_global)
    assert g(1.0) == 1.5 * 0.1
    monkeypatch.setattr(GLOBAL, "w", 3.0)
    assert g(1.0) == 3.0 * 0.1
    monkeypatch.setattr(Base, "rate", 0.5)
    assert g(1.0) == 1.5
    monkeypatch.setattr(GLOBAL, "rate", 2.0, raising=False)
    assert g(1.0) == 6.0
    monkeypatch.setattr(Derived, "forward", lambda self, x: self.bias * x * x)
    assert g(1.0) == 8.0
    monkeypatch.setitem(globals(), "GLOBAL", Base(7.0))
    assert g(1.0) == 3.5


def changes(p, q):
    p.x = p.x * q.x
    return p.x * q.x


def asks(p, q):
    return p.x if p is q else p.y


def sets_outside(x):
    GLOBAL.w = x
    return x


def sets_frozen(f):
    f.a = 2.0 * f.a
    return f.a


def has_no_such(p):
    return p.z


def sometimes_has(p):
    if p.x > 0:
        p.z = p.x
    return p.z


def of_two_classes(x):
    p = Vector(x) if x > 0 else Base(x)
    return p.x


def written_by_a_second_name(x, y):
    a, b = Vector(x), Vector(y)
    c = a if x > y else b
    c.x = 3.0 * x
    return c.x * a.x


REFUSED = [
    (changes, 2 * (Vector(1.0),), "changes an object in p", "deepcopy"),
    (asks, 2 * (Vector(1.0),), "in q too", "deepcopy"),
    (sets_outside, (1.0,), "stands outside the function", "argument"),
    (sets_frozen, (Frozen(1.0, np.ones(2)),), "frozen", "replace"),
    (has_no_such, (Vector(1.0),), "no attribute z", "__init__"),
    (sometimes_has, (Vector(1.0),), "no attribute z on one of two paths", "before the branch"),
    (of_two_classes, (1.0,), "a Vector on one path and a Base on another", "branch"),
    (written_by_a_second_name, (1.0, 2.0), "other names", "copy.copy"),
]


@pytest.mark.parametrize("f, args, message, remedy", REFUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_refused(f, args, message, remedy):
    with pytest.raises(s2s_ad.UnsupportedError, match=message) as caught:
        s2s_ad.vjp(f, *args)
    assert remedy in caught.value.remedy


def test_what_a_method_leaves_in_its_object():
    model = Derived(1.5, 2.0)
    with pytest.raises(s2s_ad.KindError, match="changes self") as caught:
        s2s_ad.grad(Base.step, wrt="self")(model, 1.0)
    assert "of='self'" in caught.value.remedy
    value, pullback = s2s_ad.vjp(Base.step, model, 1.0, of="self")
    assert (value.w, value.steps, value.bias, model.w) == (1.4, 1, 2.0, 1.5)
    ct = copy.copy(value)
    ct.w, ct.bias = 3.0, 5.0
    of_model, of_gradient = pullback(ct)
    assert (of_model.w, of_model.bias, of_gradient) == (3.0, 5.0, pytest.approx(-0.3))


def test_the_text_stands_alone():
    text = s2s_ad.grad(written_in_a_loop).source(Vector(1.5, 2.0), 0.1, 4)
    assert "import" not in text.replace("import math", "")
    scope = {}
    exec(text, scope)
    ct = scope["written_in_a_loop_grad"](SimpleNamespace(x=1.5, y=2.0), 0.1, 4)
    expected = s2s_ad.grad(written_in_a_loop)(Vector(1.5, 2.0), 0.1, 4)
    assert (ct.x, ct.y) == (expected.x, expected.y)


@dataclass
class Weighted:
    weight: float

    def square(self, x):
        return self.weight * x * x


def test_a_bound_method_and_its_function_are_kept_apart(tmp_path, monkeypatch):
    """They have one code; what the first argument is differs."""
    monkeypatch.setenv("S2S_AD_CACHE_DIR", str(tmp_path))
    weighted = Weighted(3.0)
    for _ in range(2):
        assert s2s_ad.grad(Weighted.square)(weighted, 2.0) == Weighted(4.0)
        assert s2s_ad.grad(weighted.square)(2.0) == 12.0
        assert s2s_ad.hessian(weighted.square)(2.0) == 6.0
