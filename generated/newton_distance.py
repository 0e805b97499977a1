"""Derivatives of distance in newton.py."""

import math


def distance_grad(time, period, semi_major_axis, eccentricity):
    # Forward sweep
    v = 2.0 * math.pi
    v2 = v * time / period
    v3 = math.sin(v2)
    angle = v2 + eccentricity * v3
    returned = False
    tape = []
    for _ in range(50):
        v5 = math.sin(angle)
        residual = angle - eccentricity * v5 - v2
        v6 = math.cos(angle)
        tape.append((angle, v5, v6))
        step = residual / (1.0 - eccentricity * v6)
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            v4 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    v8 = math.cos(v4)
    y = 1.0 - eccentricity * v8

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    v_bar = -semi_major_axis
    eccentricity_bar = v_bar * v8
    v4_bar = -(v_bar * eccentricity * math.sin(v4))
    angle_bar = 0.0
    v2_bar = 0.0
    for angle, v10, v9 in reversed(tape):
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        residual = angle - eccentricity * v10 - v2
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v11 = 1.0 - eccentricity * v9
        step = residual / v11
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v4_bar
            v4_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v12 = angle_bar / v11
        v_bar = -(v12 * step)
        eccentricity_bar += v_bar * v9
        angle_bar -= v_bar * eccentricity * math.sin(angle)
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v12 * v10
        angle_bar = angle_bar - v12 + v12 * eccentricity * math.cos(angle)
        v2_bar += v12
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * v3
    v2_bar = v2_bar + angle_bar + angle_bar * eccentricity * math.cos(v2)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar = v2_bar / period
    period_bar = -(v_bar * v2)
    time_bar = v_bar * v
    return time_bar, period_bar, y, eccentricity_bar


def distance_value_and_grad(time, period, semi_major_axis, eccentricity):
    # Forward sweep
    v = 2.0 * math.pi
    v2 = v * time / period
    v3 = math.sin(v2)
    angle = v2 + eccentricity * v3
    returned = False
    tape = []
    for _ in range(50):
        v5 = math.sin(angle)
        residual = angle - eccentricity * v5 - v2
        v6 = math.cos(angle)
        tape.append((angle, v5, v6))
        step = residual / (1.0 - eccentricity * v6)
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            v4 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    v8 = math.cos(v4)
    v9 = 1.0 - eccentricity * v8
    y = semi_major_axis * v9

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    v_bar = -semi_major_axis
    eccentricity_bar = v_bar * v8
    v4_bar = -(v_bar * eccentricity * math.sin(v4))
    angle_bar = 0.0
    v2_bar = 0.0
    for angle, v11, v10 in reversed(tape):
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        residual = angle - eccentricity * v11 - v2
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v12 = 1.0 - eccentricity * v10
        step = residual / v12
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v4_bar
            v4_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v13 = angle_bar / v12
        v_bar = -(v13 * step)
        eccentricity_bar += v_bar * v10
        angle_bar -= v_bar * eccentricity * math.sin(angle)
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v13 * v11
        angle_bar = angle_bar - v13 + v13 * eccentricity * math.cos(angle)
        v2_bar += v13
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * v3
    v2_bar = v2_bar + angle_bar + angle_bar * eccentricity * math.cos(v2)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar = v2_bar / period
    period_bar = -(v_bar * v2)
    time_bar = v_bar * v
    return y, (time_bar, period_bar, v9, eccentricity_bar)


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
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v = 2.0 * math.pi
    v2 = v * time / period
    v2_dot = (time_dot * v - period_dot * v2) / period
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    v3 = math.sin(v2)
    angle = v2 + eccentricity * v3
    angle_dot = v2_dot + (eccentricity_dot * v3 + v2_dot * math.cos(v2) * eccentricity)
    returned = False
    for _ in range(50):
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        v5 = math.sin(angle)
        v6 = math.cos(angle)
        residual = angle - eccentricity * v5 - v2
        residual_dot = angle_dot - (eccentricity_dot * v5 + angle_dot * v6 * eccentricity) - v2_dot
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v7 = 1.0 - eccentricity * v6
        step = residual / v7
        step_dot = (
            residual_dot + (eccentricity_dot * v6 - angle_dot * v5 * eccentricity) * step
        ) / v7
        # angle -= step  [newton.py:12]
        angle -= step
        angle_dot -= step_dot
        # if abs(step) < 1e-14:  [newton.py:13]
        returned = abs(step) < 1e-14
        if returned:
            v4 = angle
            v4_dot = angle_dot
        if returned:
            break
    if not returned:
        # raise ValueError("Newton's method has not converged")  [newton.py:15]
        raise ValueError("Newton's method has not converged")
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    v9 = math.cos(v4)
    v10 = 1.0 - eccentricity * v9
    y = semi_major_axis * v10
    v11 = (eccentricity_dot * v9 - v4_dot * math.sin(v4) * eccentricity) * semi_major_axis
    y_dot = semi_major_axis_dot * v10 - v11
    return y, y_dot


def distance_vjp(time, period, semi_major_axis, eccentricity, y_bar=1.0):
    # Forward sweep
    v = 2.0 * math.pi
    v2 = v * time / period
    v3 = math.sin(v2)
    angle = v2 + eccentricity * v3
    returned = False
    tape = []
    for _ in range(50):
        v5 = math.sin(angle)
        residual = angle - eccentricity * v5 - v2
        v6 = math.cos(angle)
        tape.append((angle, v5, v6))
        step = residual / (1.0 - eccentricity * v6)
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            v4 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    v8 = math.cos(v4)
    v9 = 1.0 - eccentricity * v8
    y = semi_major_axis * v9

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    semi_major_axis_bar = y_bar * v9
    v_bar = -(y_bar * semi_major_axis)
    eccentricity_bar = v_bar * v8
    v4_bar = -(v_bar * eccentricity * math.sin(v4))
    angle_bar = 0.0
    v2_bar = 0.0
    for angle, v11, v10 in reversed(tape):
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        residual = angle - eccentricity * v11 - v2
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v12 = 1.0 - eccentricity * v10
        step = residual / v12
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v4_bar
            v4_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v13 = angle_bar / v12
        v_bar = -(v13 * step)
        eccentricity_bar += v_bar * v10
        angle_bar -= v_bar * eccentricity * math.sin(angle)
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v13 * v11
        angle_bar = angle_bar - v13 + v13 * eccentricity * math.cos(angle)
        v2_bar += v13
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * v3
    v2_bar = v2_bar + angle_bar + angle_bar * eccentricity * math.cos(v2)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar = v2_bar / period
    period_bar = -(v_bar * v2)
    time_bar = v_bar * v
    return y, (time_bar, period_bar, semi_major_axis_bar, eccentricity_bar)
