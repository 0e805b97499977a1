"""Derivatives of energy in pendulum.py."""

import math


def energy_grad(state):
    state_0, state_1 = state
    # return 0.5 * speed**2 + 1.0 - math.cos(angle)  [pendulum.py:37]
    state_1_bar = 0.5 * (2.0 * state_1)
    return math.sin(state_0), state_1_bar


def energy_value_and_grad(state):
    state_0, state_1 = state

    # Forward sweep
    y = 0.5 * state_1**2 + 1.0 - math.cos(state_0)

    # Reverse sweep
    # return 0.5 * speed**2 + 1.0 - math.cos(angle)  [pendulum.py:37]
    state_1_bar = 0.5 * (2.0 * state_1)
    return y, (math.sin(state_0), state_1_bar)


def energy_jvp(state, state_dot):
    state_0, state_1 = state
    state_0_dot, state_1_dot = state_dot
    # return 0.5 * speed**2 + 1.0 - math.cos(angle)  [pendulum.py:37]
    y = 0.5 * state_1**2 + 1.0 - math.cos(state_0)
    y_dot = state_1_dot * (2.0 * state_1) * 0.5 + state_0_dot * math.sin(state_0)
    return y, y_dot


def energy_vjp(state, y_bar=1.0):
    state_0, state_1 = state

    # Forward sweep
    y = 0.5 * state_1**2 + 1.0 - math.cos(state_0)

    # Reverse sweep
    # return 0.5 * speed**2 + 1.0 - math.cos(angle)  [pendulum.py:37]
    state_1_bar = y_bar * 0.5 * (2.0 * state_1)
    return y, (y_bar * math.sin(state_0), state_1_bar)
