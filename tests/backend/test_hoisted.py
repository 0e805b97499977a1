"""Slices of adjoints, taken before the loop that adds to them: the same numbers, and only where they stay views."""

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

U = np.array([0.5, -1.25, 2.0, 0.75, 1.5, 0.25])
M = np.arange(20.0).reshape(4, 5) % 7 / 3 + 0.5


def diffused(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] * u[0] + u[:-2])
    return np.sum(u * u)


def two_axes(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += 0.25 * (u[:-2, 1:-1] * u[2:, 1:-1] + u[1:-1, 2:] - u[1:-1, :-2])
        u[0, :] = u[1, :]
    return np.sum(u**2)


def swapped(u, steps):
    u = u.copy()
    new = u.copy()
    for _ in range(steps):
        new[1:-1] = u[1:-1] * u[2:] + u[:-2]
        u, new = new, u
    return np.sum(u * u)


def made_anew(u, steps):
    for _ in range(steps):
        v = u[1:-1] * u[2:] + u[:-2]
        u = np.concatenate((u[:1], v, u[-1:])) + 0.1 * np.sum(v)
    return np.sum(u * u)


def nested(u, steps):
    u = u.copy()
    for i in range(steps):
        for _ in range(i):
            u[1:] += 0.1 * u[:-1] ** 2
        if i > 1:
            u[:2] *= u[1:3]
    return np.sum(u * u)


@pytest.mark.parametrize(
    ("f", "x"), [(diffused, U), (two_axes, M), (swapped, U), (made_anew, U), (nested, U)], ids=lambda v: str(v)[:20]
)
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_derivatives_are_right(f, x, steps):
    agrees(f, x, steps)


def test_what_is_added_to_is_taken_once():
    source = s2s_ad.grad(diffused).source(U, 3)
    loop = source[source.index("# Reverse sweep") :].split("\n    for ")
    assert "u_bar_low, u_bar_inner, u_bar_high = u_bar[:-2], u_bar[1:-1], u_bar[2:]" in loop[0]
    assert "u_bar_low += " in loop[1] and "u_bar[" not in loop[1].replace("u_bar[0]", ""), source


def test_what_changes_places_is_sliced_where_it_is():
    source = s2s_ad.grad(swapped).source(U, 3)
    assert "u_bar, new_bar = new_bar, u_bar" in source.replace(
        "new_bar, u_bar = u_bar, new_bar", "u_bar, new_bar = new_bar, u_bar"
    )
    assert "_inner =" not in source and "_high =" not in source


def test_a_name_that_is_taken_is_not_taken_again():
    def f(u, u_bar_low):
        u = u.copy()
        for _ in range(3):
            u[1:] += u_bar_low * u[:-1]
        return np.sum(u * u)

    agrees(f, U, 0.5)
    assert "u_bar_low_2 = u_bar[:-1]" in s2s_ad.grad(f, (0, 1)).source(U, 0.5)


def test_a_forward_sweep_takes_the_slices_of_what_it_adds_to_before_the_loop():
    def spread(u, steps):
        for _ in range(steps):
            u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        return np.sum(u * u)

    source = s2s_ad.value_and_grad(spread).source(U, 3)
    assert "u_inner += 0.1 * (u_high - 2.0 * u_inner + u_low)" in source, source


def test_what_is_only_read_stays_as_the_user_wrote_it():
    source = s2s_ad.value_and_grad(made_anew).source(U, 3)
    assert "u[1:-1] * u[2:] + u[:-2]" in source, source
