"""Derivatives of huber in recurrence.py."""

import math


def huber_grad(r, delta):
    """Gradient of huber."""
    # Forward sweep
    v = abs(r) <= delta

    # Reverse sweep
    if v:
        r_bar = r
        delta_bar = 0.0
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        delta_bar = abs(r) - delta
        r_bar = delta * (math.copysign(1.0, r) if r != 0 else 0.0)
    return r_bar, delta_bar


def huber_value_and_grad(r, delta):
    """Value of huber and its gradient."""
    # Forward sweep
    if abs(r) <= delta:
        y = 0.5 * r * r
    else:
        y = delta * (abs(r) - 0.5 * delta)

    # Reverse sweep
    if abs(r) <= delta:
        r_bar = r
        delta_bar = 0.0
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        delta_bar = abs(r) - delta
        r_bar = delta * (math.copysign(1.0, r) if r != 0 else 0.0)
    return y, (r_bar, delta_bar)


def huber_jvp(r, delta, r_dot, delta_dot):
    """Value of huber and its directional derivative (forward mode)."""
    if abs(r) <= delta:
        # return 0.5 * r * r  [recurrence.py:16]
        y = 0.5 * r * r
        y_dot = r_dot * 0.5 * r + r_dot * (0.5 * r)
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        v = abs(r) - 0.5 * delta
        y = delta * v
        y_dot = (
            delta_dot * v
            + (r_dot * (math.copysign(1.0, r) if r != 0 else 0.0) - delta_dot * 0.5) * delta
        )
    return y, y_dot


def huber_vjp(r, delta, y_bar=1.0):
    """Value of huber and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    if abs(r) <= delta:
        y = 0.5 * r * r
    else:
        y = delta * (abs(r) - 0.5 * delta)

    # Reverse sweep
    if abs(r) <= delta:
        # return 0.5 * r * r  [recurrence.py:16]
        r_bar = y_bar * r
        delta_bar = 0.0
    else:
        # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
        delta_bar = y_bar * (abs(r) - 0.5 * delta) - y_bar * delta * 0.5
        r_bar = y_bar * delta * (math.copysign(1.0, r) if r != 0 else 0.0)
    return y, (r_bar, delta_bar)
