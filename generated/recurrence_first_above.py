"""Derivatives of first_above in recurrence.py."""

import math


def first_above_grad(x, rate, level, n):
    """Gradient of first_above."""
    # Forward sweep
    total = 0.0
    x_tape = []
    for _ in range(n):
        x_tape.append(x)
        x = x * rate
        if x < 0.0:
            continue
        v = abs(x)
        if v <= 1.0:
            v2 = 0.5 * x * x
        else:
            v2 = v - 0.5
        total = total + v2
        if total > level:
            break

    # Reverse sweep
    x_bar = 0.0
    rate_bar = 0.0
    for x in reversed(x_tape):
        # x = x * rate  [recurrence.py:24]
        x_2 = x * rate
        if not x_2 < 0.0:
            if abs(x_2) <= 1.0:
                # return 0.5 * r * r  [recurrence.py:16]
                x_bar += x_2
            else:
                # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
                x_bar += math.copysign(1.0, x_2) if x_2 != 0 else 0.0
        # x = x * rate  [recurrence.py:24]
        rate_bar += x_bar * x
        x_bar *= rate
    return x_bar, rate_bar, 0.0


def first_above_value_and_grad(x, rate, level, n):
    """Value of first_above and its gradient."""
    # Forward sweep
    total = 0.0
    x_tape = []
    for _ in range(n):
        x_tape.append(x)
        x = x * rate
        if x < 0.0:
            continue
        v = abs(x)
        if v <= 1.0:
            v2 = 0.5 * x * x
        else:
            v2 = v - 0.5
        total = total + v2
        if total > level:
            break

    # Reverse sweep
    x_bar = 0.0
    rate_bar = 0.0
    for x in reversed(x_tape):
        # x = x * rate  [recurrence.py:24]
        x_2 = x * rate
        if not x_2 < 0.0:
            if abs(x_2) <= 1.0:
                # return 0.5 * r * r  [recurrence.py:16]
                x_bar += x_2
            else:
                # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
                x_bar += math.copysign(1.0, x_2) if x_2 != 0 else 0.0
        # x = x * rate  [recurrence.py:24]
        rate_bar += x_bar * x
        x_bar *= rate
    return total, (x_bar, rate_bar, 0.0)


def first_above_jvp(x, rate, level, n, x_dot, rate_dot, level_dot):
    """Value of first_above and its directional derivative (forward mode)."""
    total = 0.0
    total_dot = 0.0
    for _ in range(n):
        # x = x * rate  [recurrence.py:24]
        x_2 = x * rate
        x_dot = x_dot * rate + rate_dot * x
        if x_2 < 0.0:
            broke = False
        else:
            # if abs(r) <= delta:  [recurrence.py:15]
            v = abs(x_2)
            v2 = x_2 != 0
            if v <= 1.0:
                # return 0.5 * r * r  [recurrence.py:16]
                v3 = 0.5 * x_2
                v4 = v3 * x_2
                v4_dot = x_dot * 0.5 * x_2 + x_dot * v3
            else:
                # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
                v4 = v - 0.5
                v4_dot = x_dot * (math.copysign(1.0, x_2) if v2 else 0.0)
            # total = total + huber(x, 1.0)  [recurrence.py:27]
            total = total + v4
            total_dot += v4_dot
            # if total > level:  [recurrence.py:28]
            broke = total > level
        x = x_2
        if broke:
            break
    return total, total_dot


def first_above_vjp(x, rate, level, n, y_bar=1.0):
    """Value of first_above and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    total = 0.0
    x_tape = []
    for _ in range(n):
        x_tape.append(x)
        x = x * rate
        if x < 0.0:
            continue
        v = abs(x)
        if v <= 1.0:
            v2 = 0.5 * x * x
        else:
            v2 = v - 0.5
        total = total + v2
        if total > level:
            break

    # Reverse sweep
    x_bar = 0.0
    rate_bar = 0.0
    for x in reversed(x_tape):
        # x = x * rate  [recurrence.py:24]
        x_2 = x * rate
        if not x_2 < 0.0:
            if abs(x_2) <= 1.0:
                # return 0.5 * r * r  [recurrence.py:16]
                x_bar += y_bar * x_2
            else:
                # return delta * (abs(r) - 0.5 * delta)  [recurrence.py:17]
                x_bar += y_bar * (math.copysign(1.0, x_2) if x_2 != 0 else 0.0)
        # x = x * rate  [recurrence.py:24]
        rate_bar += x_bar * x
        x_bar *= rate
    return total, (x_bar, rate_bar, 0.0)
