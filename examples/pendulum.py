"""A differential equation integrated by the classical Runge-Kutta method: helpers, functions as arguments, tuples."""

import math


def swing(state, damping):
    """The rates of change of the angle and the speed of a damped pendulum."""
    angle, speed = state
    return speed, -math.sin(angle) - damping * speed


def moved(state, rates, time):
    return tuple(value + time * rate for value, rate in zip(state, rates))


def runge_kutta(rates, state, time, parameter):
    """One step of the classical method."""
    k1 = rates(state, parameter)
    k2 = rates(moved(state, k1, 0.5 * time), parameter)
    k3 = rates(moved(state, k2, 0.5 * time), parameter)
    k4 = rates(moved(state, k3, time), parameter)
    mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))
    return moved(state, mean, time)


def final_angle(angle, speed, damping, time, steps):
    """Where the pendulum is after `time`."""
    state = (angle, speed)
    for _ in range(steps):
        state = runge_kutta(swing, state, time / steps, damping)
    return state[0]


def energy(state):
    """The energy of a pendulum whose state is (angle, speed)."""
    angle, speed = state
    return 0.5 * speed**2 + 1.0 - math.cos(angle)


EXAMPLES = {
    "final_angle": (1.0, 0.0, 0.1, 3.0, 20),
    "energy": ((1.0, 0.5),),
}
