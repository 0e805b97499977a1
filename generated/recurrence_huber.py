"""Derivatives of huber in recurrence.py."""

import math


def huber_grad(r, delta):
    # Forward sweep
    v = abs(r)
    v2 = v <= delta

    # Reverse sweep
    if v2:
        # return 0.5 * r * r  [recurrence.py:16]
        r_bar = 0.5 * r + r * 0.5
        delta_bar = 0.0
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        delta_bar = v - 0.5 * delta - delta * 0.5
        r_bar = delta * (math.copysign(1.0, r) if r != 0 else 0.0)
    return r_bar, delta_bar


def huber_value_and_grad(r, delta):
    # Forward sweep
    v = abs(r)
    if v <= delta:
        y = 0.5 * r * r
    else:
        y = delta * (v - 0.5 * delta)

    # Reverse sweep
    if v <= delta:
        # return 0.5 * r * r  [recurrence.py:16]
        r_bar = 0.5 * r + r * 0.5
        delta_bar = 0.0
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        delta_bar = v - 0.5 * delta - delta * 0.5
        r_bar = delta * (math.copysign(1.0, r) if r != 0 else 0.0)
    return y, (r_bar, delta_bar)


def huber_jvp(r, delta, r_dot, delta_dot):
    # if abs(r) <= delta:  [recurrence.py:15]
    v = abs(r)
    v2 = r != 0
    if v <= delta:
        # return 0.5 * r * r  [recurrence.py:16]
        v3 = 0.5 * r
        y = v3 * r
        y_dot = r_dot * 0.5 * r + r_dot * v3
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        v4 = v - 0.5 * delta
        y = delta * v4
        y_dot = (
            delta_dot * v4
            + (r_dot * (math.copysign(1.0, r) if v2 else 0.0) - delta_dot * 0.5) * delta
        )
    return y, y_dot


def huber_vjp(r, delta, y_bar=1.0):
    # Forward sweep
    v = abs(r)
    if v <= delta:
        y = 0.5 * r * r
    else:
        y = delta * (v - 0.5 * delta)

    # Reverse sweep
    if v <= delta:
        # return 0.5 * r * r  [recurrence.py:16]
        r_bar = y_bar * (0.5 * r) + y_bar * r * 0.5
        delta_bar = 0.0
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        v_bar = y_bar * delta
        delta_bar = y_bar * (v - 0.5 * delta) - v_bar * 0.5
        r_bar = v_bar * (math.copysign(1.0, r) if r != 0 else 0.0)
    return y, (r_bar, delta_bar)
