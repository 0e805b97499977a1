"""Derivatives of distance in newton.py."""

import math


def distance_grad(time, period, semi_major_axis, eccentricity):
    """Gradient of distance."""
    # Forward sweep
    mean_anomaly = 2.0 * math.pi * time / period
    sin_mean_anomaly = math.sin(mean_anomaly)
    angle = mean_anomaly + eccentricity * sin_mean_anomaly
    returned = False
    tape = []
    for _ in range(50):
        sin_angle = math.sin(angle)
        residual = angle - eccentricity * sin_angle - mean_anomaly
        cos_angle = math.cos(angle)
        step = residual / (1.0 - eccentricity * cos_angle)
        tape.append((sin_angle, cos_angle, step))
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            angle_2 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    cos_angle = math.cos(angle_2)
    y = 1.0 - eccentricity * cos_angle

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    eccentricity_bar = -semi_major_axis * cos_angle
    angle_bar = -(-semi_major_axis * eccentricity * math.sin(angle_2))
    angle_2_bar = angle_bar
    angle_bar = 0.0
    mean_anomaly_bar = 0.0
    for sin_angle, cos_angle, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += angle_2_bar
            angle_2_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v2 = angle_bar / (1.0 - eccentricity * cos_angle)
        v_bar = v2 * step
        eccentricity_bar -= v_bar * cos_angle
        angle_bar += v_bar * eccentricity * sin_angle
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v2 * sin_angle
        angle_bar += v2 * eccentricity * cos_angle - v2
        mean_anomaly_bar += v2
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * sin_mean_anomaly
    mean_anomaly_bar += angle_bar + angle_bar * eccentricity * math.cos(mean_anomaly)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar = mean_anomaly_bar / period
    period_bar = -(v_bar * mean_anomaly)
    time_bar = v_bar * (2.0 * math.pi)
    return time_bar, period_bar, y, eccentricity_bar


def distance_value_and_grad(time, period, semi_major_axis, eccentricity):
    """Value of distance and its gradient."""
    # Forward sweep
    mean_anomaly = 2.0 * math.pi * time / period
    sin_mean_anomaly = math.sin(mean_anomaly)
    angle = mean_anomaly + eccentricity * sin_mean_anomaly
    returned = False
    tape = []
    for _ in range(50):
        sin_angle = math.sin(angle)
        residual = angle - eccentricity * sin_angle - mean_anomaly
        cos_angle = math.cos(angle)
        step = residual / (1.0 - eccentricity * cos_angle)
        tape.append((sin_angle, cos_angle, step))
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            angle_2 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    cos_angle = math.cos(angle_2)
    v2 = 1.0 - eccentricity * cos_angle
    y = semi_major_axis * v2

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    eccentricity_bar = -semi_major_axis * cos_angle
    angle_bar = -(-semi_major_axis * eccentricity * math.sin(angle_2))
    angle_2_bar = angle_bar
    angle_bar = 0.0
    mean_anomaly_bar = 0.0
    for sin_angle, cos_angle, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += angle_2_bar
            angle_2_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v3 = angle_bar / (1.0 - eccentricity * cos_angle)
        v_bar = v3 * step
        eccentricity_bar -= v_bar * cos_angle
        angle_bar += v_bar * eccentricity * sin_angle
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v3 * sin_angle
        angle_bar += v3 * eccentricity * cos_angle - v3
        mean_anomaly_bar += v3
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * sin_mean_anomaly
    mean_anomaly_bar += angle_bar + angle_bar * eccentricity * math.cos(mean_anomaly)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar = mean_anomaly_bar / period
    period_bar = -(v_bar * mean_anomaly)
    time_bar = v_bar * (2.0 * math.pi)
    return y, (time_bar, period_bar, v2, eccentricity_bar)


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
    mean_anomaly = 2.0 * math.pi * time / period
    mean_anomaly_dot = (time_dot * (2.0 * math.pi) - period_dot * mean_anomaly) / period
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    sin_mean_anomaly = math.sin(mean_anomaly)
    angle = mean_anomaly + eccentricity * sin_mean_anomaly
    angle_dot = mean_anomaly_dot + (
        eccentricity_dot * sin_mean_anomaly
        + mean_anomaly_dot * math.cos(mean_anomaly) * eccentricity
    )
    returned = False
    for _ in range(50):
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        sin_angle = math.sin(angle)
        cos_angle = math.cos(angle)
        residual = angle - eccentricity * sin_angle - mean_anomaly
        residual_dot = (
            angle_dot
            - (eccentricity_dot * sin_angle + angle_dot * cos_angle * eccentricity)
            - mean_anomaly_dot
        )
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v = 1.0 - eccentricity * cos_angle
        step = residual / v
        step_dot = (
            residual_dot
            + (eccentricity_dot * cos_angle - angle_dot * sin_angle * eccentricity) * step
        ) / v
        # angle -= step  [newton.py:12]
        angle -= step
        angle_dot -= step_dot
        # if abs(step) < 1e-14:  [newton.py:13]
        returned = abs(step) < 1e-14
        if returned:
            angle_2 = angle
            angle_dot_2 = angle_dot
        if returned:
            break
    if not returned:
        # raise ValueError("Newton's method has not converged")  [newton.py:15]
        raise ValueError("Newton's method has not converged")
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    cos_angle = math.cos(angle_2)
    v3 = 1.0 - eccentricity * cos_angle
    y = semi_major_axis * v3
    v4 = (
        eccentricity_dot * cos_angle - angle_dot_2 * math.sin(angle_2) * eccentricity
    ) * semi_major_axis
    y_dot = semi_major_axis_dot * v3 - v4
    return y, y_dot


def distance_vjp(time, period, semi_major_axis, eccentricity, y_bar=1.0):
    """Value of distance and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    mean_anomaly = 2.0 * math.pi * time / period
    sin_mean_anomaly = math.sin(mean_anomaly)
    angle = mean_anomaly + eccentricity * sin_mean_anomaly
    returned = False
    tape = []
    for _ in range(50):
        sin_angle = math.sin(angle)
        residual = angle - eccentricity * sin_angle - mean_anomaly
        cos_angle = math.cos(angle)
        step = residual / (1.0 - eccentricity * cos_angle)
        tape.append((sin_angle, cos_angle, step))
        angle -= step
        returned = abs(step) < 1e-14
        if returned:
            angle_2 = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")
    cos_angle = math.cos(angle_2)
    v2 = 1.0 - eccentricity * cos_angle
    y = semi_major_axis * v2

    # Reverse sweep
    # return semi_major_axis * (1.0 - eccentricity * math.cos(angle))  [newton.py:21]
    semi_major_axis_bar = y_bar * v2
    v_bar = -(y_bar * semi_major_axis)
    eccentricity_bar = v_bar * cos_angle
    angle_bar = -(v_bar * eccentricity * math.sin(angle_2))
    angle_2_bar = angle_bar
    angle_bar = 0.0
    mean_anomaly_bar = 0.0
    for sin_angle, cos_angle, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += angle_2_bar
            angle_2_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v3 = angle_bar / (1.0 - eccentricity * cos_angle)
        v_bar = v3 * step
        eccentricity_bar -= v_bar * cos_angle
        angle_bar += v_bar * eccentricity * sin_angle
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        eccentricity_bar += v3 * sin_angle
        angle_bar += v3 * eccentricity * cos_angle - v3
        mean_anomaly_bar += v3
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * sin_mean_anomaly
    mean_anomaly_bar += angle_bar + angle_bar * eccentricity * math.cos(mean_anomaly)
    # angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)  [newton.py:20]
    v_bar = mean_anomaly_bar / period
    period_bar = -(v_bar * mean_anomaly)
    time_bar = v_bar * (2.0 * math.pi)
    return y, (time_bar, period_bar, semi_major_axis_bar, eccentricity_bar)
