"""Derivatives of distance in newton.py."""

import math


def distance_grad(time, period, semi_major_axis, eccentricity):
    """Gradient of distance."""
    # Forward sweep
    v = 2.0 * math.pi * time / period
    v2 = math.sin(v)
    angle = v + eccentricity * v2
    returned = False
    tape = []
    for _ in range(50):
        v4 = math.sin(angle)
        residual = angle - eccentricity * v4 - v
        v5 = math.cos(angle)
        step = residual / (1.0 - eccentricity * v5)
        tape.append((v4, v5, step))
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            v3 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    v7 = math.cos(v3)
    y = 1.0 - eccentricity * v7

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    eccentricity_bar = -semi_major_axis * v7
    v3_bar = -(-semi_major_axis * eccentricity * math.sin(v3))
    angle_bar = 0.0
    v_bar = 0.0
    for v8, v9, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v3_bar
            v3_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v10 = angle_bar / (1.0 - eccentricity * v9)
        v_bar_2 = v10 * step
        eccentricity_bar -= v_bar_2 * v9
        angle_bar += v_bar_2 * eccentricity * v8
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v10 * v8
        angle_bar = angle_bar - v10 + v10 * eccentricity * v9
        v_bar += v10
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * v2
    v_bar = v_bar + angle_bar + angle_bar * eccentricity * math.cos(v)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar /= period
    period_bar = -(v_bar * v)
    time_bar = v_bar * (2.0 * math.pi)
    return time_bar, period_bar, y, eccentricity_bar


def distance_value_and_grad(time, period, semi_major_axis, eccentricity):
    """Value of distance and its gradient."""
    # Forward sweep
    v = 2.0 * math.pi * time / period
    v2 = math.sin(v)
    angle = v + eccentricity * v2
    returned = False
    tape = []
    for _ in range(50):
        v4 = math.sin(angle)
        residual = angle - eccentricity * v4 - v
        v5 = math.cos(angle)
        step = residual / (1.0 - eccentricity * v5)
        tape.append((v4, v5, step))
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            v3 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    v7 = math.cos(v3)
    v8 = 1.0 - eccentricity * v7
    y = semi_major_axis * v8

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    eccentricity_bar = -semi_major_axis * v7
    v3_bar = -(-semi_major_axis * eccentricity * math.sin(v3))
    angle_bar = 0.0
    v_bar = 0.0
    for v9, v10, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v3_bar
            v3_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v11 = angle_bar / (1.0 - eccentricity * v10)
        v_bar_2 = v11 * step
        eccentricity_bar -= v_bar_2 * v10
        angle_bar += v_bar_2 * eccentricity * v9
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v11 * v9
        angle_bar = angle_bar - v11 + v11 * eccentricity * v10
        v_bar += v11
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * v2
    v_bar = v_bar + angle_bar + angle_bar * eccentricity * math.cos(v)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar /= period
    period_bar = -(v_bar * v)
    time_bar = v_bar * (2.0 * math.pi)
    return y, (time_bar, period_bar, v8, eccentricity_bar)


def distance_jvp(
    time,
    period,
    semi_major_axis,
    eccentricity,
    time_dot,
    period_dot,
    semi_major_axis_dot,
    eccentricity_dot,
):
    """Value of distance and its directional derivative (forward mode)."""
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v = 2.0 * math.pi * time / period
    v_dot = (time_dot * (2.0 * math.pi) - period_dot * v) / period
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    v2 = math.sin(v)
    angle = v + eccentricity * v2
    angle_dot = v_dot + (eccentricity_dot * v2 + v_dot * math.cos(v) * eccentricity)
    returned = False
    for _ in range(50):
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        v4 = math.sin(angle)
        v5 = math.cos(angle)
        residual = angle - eccentricity * v4 - v
        residual_dot = angle_dot - (eccentricity_dot * v4 + angle_dot * v5 * eccentricity) - v_dot
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v6 = 1.0 - eccentricity * v5
        step = residual / v6
        step_dot = (
            residual_dot + (eccentricity_dot * v5 - angle_dot * v4 * eccentricity) * step
        ) / v6
        # angle -= step  [newton.py:12]
        angle -= step
        angle_dot -= step_dot
        # if abs(step) < 1e-14:  [newton.py:13]
        returned = abs(step) < 1e-14
        if returned:
            v3 = angle
            v3_dot = angle_dot
        if returned:
            break
    if not returned:
        # raise ValueError("Newton's method has not converged")  [newton.py:15]
        raise ValueError("Newton's method has not converged")
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    v8 = math.cos(v3)
    v9 = 1.0 - eccentricity * v8
    y = semi_major_axis * v9
    v10 = (eccentricity_dot * v8 - v3_dot * math.sin(v3) * eccentricity) * semi_major_axis
    y_dot = semi_major_axis_dot * v9 - v10
    return y, y_dot


def distance_vjp(time, period, semi_major_axis, eccentricity, y_bar=1.0):
    """Value of distance and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = 2.0 * math.pi * time / period
    v2 = math.sin(v)
    angle = v + eccentricity * v2
    returned = False
    tape = []
    for _ in range(50):
        v4 = math.sin(angle)
        residual = angle - eccentricity * v4 - v
        v5 = math.cos(angle)
        step = residual / (1.0 - eccentricity * v5)
        tape.append((v4, v5, step))
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            v3 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    v7 = math.cos(v3)
    v8 = 1.0 - eccentricity * v7
    y = semi_major_axis * v8

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    semi_major_axis_bar = y_bar * v8
    v_bar = -(y_bar * semi_major_axis)
    eccentricity_bar = v_bar * v7
    v3_bar = -(v_bar * eccentricity * math.sin(v3))
    angle_bar = 0.0
    v_bar = 0.0
    for v9, v10, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v3_bar
            v3_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v11 = angle_bar / (1.0 - eccentricity * v10)
        v_bar_2 = v11 * step
        eccentricity_bar -= v_bar_2 * v10
        angle_bar += v_bar_2 * eccentricity * v9
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v11 * v9
        angle_bar = angle_bar - v11 + v11 * eccentricity * v10
        v_bar += v11
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * v2
    v_bar = v_bar + angle_bar + angle_bar * eccentricity * math.cos(v)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar /= period
    period_bar = -(v_bar * v)
    time_bar = v_bar * (2.0 * math.pi)
    return y, (time_bar, period_bar, semi_major_axis_bar, eccentricity_bar)
