"""Derivatives of eccentric_anomaly in newton.py."""

import math


def eccentric_anomaly_grad(mean_anomaly, eccentricity):
    """Gradient of eccentric_anomaly."""
    # Forward sweep
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
            break
    if not returned:
        raise ValueError("Newton's method has not converged")

    # Reverse sweep
    angle_bar = 0.0
    v_bar = 1.0
    eccentricity_bar = 0.0
    mean_anomaly_bar = 0.0
    for sin_angle, cos_angle, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += v_bar
            v_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v2 = angle_bar / (1.0 - eccentricity * cos_angle)
        v_bar_2 = v2 * step
        eccentricity_bar -= v_bar_2 * cos_angle
        angle_bar += v_bar_2 * eccentricity * sin_angle
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        mean_anomaly_bar += v2
        eccentricity_bar += v2 * sin_angle
        angle_bar += v2 * eccentricity * cos_angle - v2
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * sin_mean_anomaly
    mean_anomaly_bar += angle_bar + angle_bar * eccentricity * math.cos(mean_anomaly)
    return mean_anomaly_bar, eccentricity_bar


def eccentric_anomaly_value_and_grad(mean_anomaly, eccentricity):
    """Value of eccentric_anomaly and its gradient."""
    # Forward sweep
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
            y = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")

    # Reverse sweep
    angle_bar = 0.0
    y_bar = 1.0
    eccentricity_bar = 0.0
    mean_anomaly_bar = 0.0
    for sin_angle, cos_angle, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += y_bar
            y_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v2 = angle_bar / (1.0 - eccentricity * cos_angle)
        v_bar = v2 * step
        eccentricity_bar -= v_bar * cos_angle
        angle_bar += v_bar * eccentricity * sin_angle
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        mean_anomaly_bar += v2
        eccentricity_bar += v2 * sin_angle
        angle_bar += v2 * eccentricity * cos_angle - v2
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * sin_mean_anomaly
    mean_anomaly_bar += angle_bar + angle_bar * eccentricity * math.cos(mean_anomaly)
    return y, (mean_anomaly_bar, eccentricity_bar)


def eccentric_anomaly_jvp(mean_anomaly, eccentricity, mean_anomaly_dot, eccentricity_dot):
    """Value of eccentric_anomaly and its directional derivative (forward mode)."""
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    sin_mean_anomaly = math.sin(mean_anomaly)
    v_dot = (
        eccentricity_dot * sin_mean_anomaly
        + mean_anomaly_dot * math.cos(mean_anomaly) * eccentricity
    )
    angle = mean_anomaly + eccentricity * sin_mean_anomaly
    angle_dot = mean_anomaly_dot + v_dot
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
            y = angle
            y_dot = angle_dot
        if returned:
            break
    if not returned:
        # raise ValueError("Newton's method has not converged")  [newton.py:15]
        raise ValueError("Newton's method has not converged")
    return y, y_dot


def eccentric_anomaly_vjp(mean_anomaly, eccentricity, y_bar=1.0):
    """Value of eccentric_anomaly and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
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
            y = angle
        if returned:
            break
    if not returned:
        raise ValueError("Newton's method has not converged")

    # Reverse sweep
    angle_bar = 0.0
    eccentricity_bar = 0.0
    mean_anomaly_bar = 0.0
    for sin_angle, cos_angle, step in reversed(tape):
        if abs(step) < 1e-14:
            # if abs(step) < 1e-14:  [newton.py:13]
            angle_bar += y_bar
            y_bar = 0.0
        # step = residual / (1.0 - eccentricity * math.cos(angle))  [newton.py:11]
        v2 = angle_bar / (1.0 - eccentricity * cos_angle)
        v_bar = v2 * step
        eccentricity_bar -= v_bar * cos_angle
        angle_bar += v_bar * eccentricity * sin_angle
        # residual = angle - eccentricity * math.sin(angle) - mean_anomaly  [newton.py:10]
        mean_anomaly_bar += v2
        eccentricity_bar += v2 * sin_angle
        angle_bar += v2 * eccentricity * cos_angle - v2
    # angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)  [newton.py:8]
    eccentricity_bar += angle_bar * sin_mean_anomaly
    mean_anomaly_bar += angle_bar + angle_bar * eccentricity * math.cos(mean_anomaly)
    return y, (mean_anomaly_bar, eccentricity_bar)
