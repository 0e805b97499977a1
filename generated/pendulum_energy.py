"""Derivatives of energy in pendulum.py."""

import math


def energy_grad(state):
    """Gradient of energy."""
    angle, speed = state
    return math.sin(angle), speed


def energy_value_and_grad(state):
    """Value of energy and its gradient."""
    angle, speed = state
    y = 0.5 * speed**2 + 1.0 - math.cos(angle)
    return y, (math.sin(angle), speed)


def energy_jvp(state, state_dot):
    """Value of energy and its directional derivative (forward mode)."""
    angle, speed = state
    angle_dot, speed_dot = state_dot
    # return 0.5 * speed**2 + 1.0 - math.cos(angle)  [pendulum.py:37]
    y = 0.5 * speed**2 + 1.0 - math.cos(angle)
    y_dot = speed_dot * speed + angle_dot * math.sin(angle)
    return y, y_dot


def energy_vjp(state, y_bar=1.0):
    """Value of energy and its gradient weighted by y_bar (reverse mode)."""
    angle, speed = state

    # Forward sweep
    y = 0.5 * speed**2 + 1.0 - math.cos(angle)

    # Reverse sweep
    # return 0.5 * speed**2 + 1.0 - math.cos(angle)  [pendulum.py:37]
    speed_bar = y_bar * speed
    return y, (y_bar * math.sin(angle), speed_bar)
