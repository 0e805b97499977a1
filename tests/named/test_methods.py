"""Decorated methods: `instance.method.grad` and its like, and the method itself."""

import inspect
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees


@dataclass  # with __eq__, so that it cannot be hashed
class Spring:
    stiffness: float
    length: float

    @s2s_ad.differentiate
    def energy(self, x, push=0.0):
        """What it holds."""
        return 0.5 * self.stiffness * (x - self.length) ** 2 + push * x

    @s2s_ad.differentiate(wrt="self")
    def fit(self, x):
        return 0.5 * self.stiffness * (x - self.length) ** 2

    @s2s_ad.differentiate
    def forces(self, x):
        return -self.stiffness * (x - self.length)


SPRING = Spring(2.0, 1.0)


def test_it_calls_as_the_method():
    assert SPRING.energy(4.0) == 9.0
    assert SPRING.energy(4.0, push=1.0) == 13.0
    assert SPRING.energy.__doc__ == "What it holds."
    assert list(inspect.signature(SPRING.energy).parameters) == ["x", "push"]
    assert repr(SPRING.energy).startswith("<differentiable method Spring.energy of Spring(")
    assert isinstance(Spring.energy, type(Spring.fit)) and Spring.energy(SPRING, 4.0) == 9.0


def test_its_derivatives_take_the_arguments_of_the_method():
    agrees(lambda x, push: 0.5 * 2.0 * (x - 1.0) ** 2 + push * x, 4.0, 0.5)
    assert SPRING.energy.grad(4.0, 0.5) == (6.5, 4.0)
    assert SPRING.energy.value_and_grad(4.0, 0.0) == (9.0, (6.0, 4.0))
    assert SPRING.energy.jvp((1.0, 0.0), 4.0, 0.0) == (9.0, 6.0)
    assert SPRING.energy.vjp(2.0, 4.0, 0.0) == (9.0, (12.0, 8.0))
    assert SPRING.energy.hvp((1.0, 0.0), 4.0, 0.0) == (2.0, 1.0)
    assert SPRING.energy.hessian(4.0, 0.0) == ((2.0, 1.0), (1.0, 0.0))
    assert np.array_equal(SPRING.forces.jacobian(np.array([4.0, 5.0])), [[-2.0, 0.0], [0.0, -2.0]])
    assert SPRING.energy.source("grad", 4.0, 0.0).startswith("def energy_grad(self, x, push)")
    assert "x_bar" in SPRING.energy.ssa("grad", 4.0, 0.0) and SPRING.energy.ssa("primal", 4.0, 0.0)
    assert "6" in {row.adjoint for row in SPRING.energy.trace(4.0, 0.0).rows}
    assert SPRING.energy.graph(4.0, 0.0).nodes


def test_wrt_self_is_the_object():
    assert SPRING.fit.grad(4.0) == Spring(4.5, -6.0)
    assert Spring.fit.grad(SPRING, 4.0) == Spring(4.5, -6.0)


def test_of_the_class_the_object_counts_as_an_argument():
    assert Spring.energy.grad(SPRING, 4.0, 0.0) == (Spring(4.5, -6.0), 6.0, 4.0)


def test_each_object_gets_its_own_numbers():
    springs = [Spring(float(k), 1.0) for k in range(1, 4)]
    gradients = [spring.energy.grad for spring in springs]
    assert [gradient(4.0, 0.0)[0] for gradient in gradients] == [3.0, 6.0, 9.0]
    assert [gradient(4.0, 0.0)[0] for gradient in gradients] == [3.0, 6.0, 9.0]
    jacobians = [spring.forces.jacobian for spring in springs]
    assert [jacobian(np.ones(1)).item() for jacobian in jacobians] == [-1.0, -2.0, -3.0]
    springs[0].stiffness = 10.0
    assert gradients[0](4.0, 0.0)[0] == 30.0


def test_what_is_compiled_for_one_object_serves_the_others(monkeypatch):
    assert Spring(1.0, 0.0).energy.grad(4.0, 0.0) == (4.0, 4.0)

    def again(*_):
        pytest.fail("it is compiled again")

    monkeypatch.setattr(s2s_ad.derivative.Derivative, "_compile", again)
    assert Spring(2.0, 0.0).energy.grad(4.0, 0.0) == (8.0, 4.0)


def test_it_pickles():
    for thing in (SPRING.energy, SPRING.energy.grad):
        again = pickle.loads(pickle.dumps(thing))
        assert again(4.0, 0.0) == thing(4.0, 0.0)


def test_inside_a_function_that_is_differentiated():
    assert s2s_ad.grad(lambda x: SPRING.energy(x) ** 2)(4.0) == 2.0 * 9.0 * 6.0
    assert s2s_ad.grad(SPRING.energy)(4.0) == 6.0
    bound = SPRING.energy
    assert s2s_ad.grad(lambda x: bound(x) ** 2)(4.0) == 2.0 * 9.0 * 6.0


@s2s_ad.differentiate(wrt=("y", "x"))
def swapped(x, y):
    return x * y * y


def test_tangents_and_cotangents_stand_in_the_order_of_wrt_at_every_call():
    assert [swapped.jvp((1.0, 0.0), 2.0, 3.0)[1] for _ in range(3)] == [12.0] * 3
    assert [swapped.hvp((1.0, 0.0), 2.0, 3.0) for _ in range(3)] == [(4.0, 6.0)] * 3
    assert [swapped.vjp(1.0, 2.0, 3.0) for _ in range(3)] == [(18.0, (12.0, 9.0))] * 3
    assert swapped.grad(2.0, 3.0) == (12.0, 9.0)


def test_the_pullback_to_the_object():
    assert SPRING.fit.vjp(1.0, 4.0) == (9.0, Spring(4.5, -6.0))
    assert SPRING.fit.jvp((Spring(1.0, 0.0),), 4.0) == (9.0, 4.5)
