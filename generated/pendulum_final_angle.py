"""Derivatives of final_angle in pendulum.py."""

import math


def final_angle_grad(angle, speed, damping, time, steps):
    """Gradient of final_angle."""
    # Forward sweep
    state_0 = angle
    state_1 = speed
    tape = []
    for _ in range(steps):
        v = time / steps
        v2 = -math.sin(state_0) - damping * state_1
        v3 = 0.5 * v
        v4 = state_1 + v3 * v2
        v5 = -math.sin(state_0 + v3 * state_1) - damping * v4
        v6 = state_1 + v3 * v5
        v7 = -math.sin(state_0 + v3 * v4) - damping * v6
        v8 = state_1 + v * v7
        v9 = (v2 + 2.0 * v5 + 2.0 * v7 + (-math.sin(state_0 + v * v6) - damping * v8)) / 6.0
        tape.append((state_0, state_1, v2, v5, v7, v9))
        state_0 += v * ((state_1 + 2.0 * v4 + 2.0 * v6 + v8) / 6.0)
        state_1 += v * v9

    # Reverse sweep
    state_0_bar = 1.0
    state_1_bar = 0.0
    time_bar = 0.0
    damping_bar = 0.0
    for state_0, state_1, v13, v12, v11, v10 in reversed(tape):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v14 = time / steps
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v15 = 0.5 * v14
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v16 = state_1 + v14 * v11
        v17 = state_1 + v15 * v12
        v18 = state_1 + v15 * v13
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v19 = (state_1 + 2.0 * v18 + 2.0 * v17 + v16) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v10_bar = state_1_bar * v14
        v19_bar = state_0_bar * v14
        v14_bar = state_1_bar * v10 + state_0_bar * v19
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v_bar = v10_bar / 6.0
        v11_bar = v_bar * 2.0
        v_bar_2 = v19_bar / 6.0
        v17_bar = v_bar_2 * 2.0
        state_1_bar += v_bar_2
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v20 = state_0 + v14 * v17
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v16_bar = v_bar_2 - v_bar * damping
        v21 = v_bar * math.cos(v20)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v11_bar_2 = v11_bar + v16_bar * v14
        v14_bar = v14_bar + v16_bar * v11 - v21 * v17
        v17_bar_2 = v17_bar - v21 * v14
        v22 = state_0 + v15 * v18
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v17_bar_2 -= v11_bar_2 * damping
        v23 = v11_bar_2 * math.cos(v22)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v12_bar = v11_bar + v17_bar_2 * v15
        v15_bar = v17_bar_2 * v12 - v23 * v18
        v18_bar = v17_bar - v23 * v15
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v14_bar += v15_bar * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v24 = state_0 + v15 * state_1
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v18_bar -= v12_bar * damping
        v25 = v12_bar * math.cos(v24)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v13_bar = v_bar + v18_bar * v15
        state_0_bar = state_0_bar - v21 - v23 - v25
        v_bar_2 = v18_bar * v13 - v25 * state_1
        state_1_bar = state_1_bar + v16_bar + v17_bar_2 + v18_bar - v25 * v15
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v14_bar += v_bar_2 * 0.5
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        damping_bar = (
            damping_bar - v_bar * v16 - v11_bar_2 * v17 - v12_bar * v18 - v13_bar * state_1
        )
        state_1_bar -= v13_bar * damping
        state_0_bar -= v13_bar * math.cos(state_0)
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        time_bar += v14_bar / steps
    return state_0_bar, state_1_bar, damping_bar, time_bar


def final_angle_value_and_grad(angle, speed, damping, time, steps):
    """Value of final_angle and its gradient."""
    # Forward sweep
    state_0 = angle
    state_1 = speed
    tape = []
    for _ in range(steps):
        v = time / steps
        v2 = -math.sin(state_0) - damping * state_1
        v3 = 0.5 * v
        v4 = state_1 + v3 * v2
        v5 = -math.sin(state_0 + v3 * state_1) - damping * v4
        v6 = state_1 + v3 * v5
        v7 = -math.sin(state_0 + v3 * v4) - damping * v6
        v8 = state_1 + v * v7
        v9 = (v2 + 2.0 * v5 + 2.0 * v7 + (-math.sin(state_0 + v * v6) - damping * v8)) / 6.0
        tape.append((state_0, state_1, v2, v5, v7, v9))
        state_0 += v * ((state_1 + 2.0 * v4 + 2.0 * v6 + v8) / 6.0)
        state_1 += v * v9
    y = state_0

    # Reverse sweep
    state_0_bar = 1.0
    state_1_bar = 0.0
    time_bar = 0.0
    damping_bar = 0.0
    for state_0, state_1, v13, v12, v11, v10 in reversed(tape):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v14 = time / steps
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v15 = 0.5 * v14
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v16 = state_1 + v14 * v11
        v17 = state_1 + v15 * v12
        v18 = state_1 + v15 * v13
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v19 = (state_1 + 2.0 * v18 + 2.0 * v17 + v16) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v10_bar = state_1_bar * v14
        v19_bar = state_0_bar * v14
        v14_bar = state_1_bar * v10 + state_0_bar * v19
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v_bar = v10_bar / 6.0
        v11_bar = v_bar * 2.0
        v_bar_2 = v19_bar / 6.0
        v17_bar = v_bar_2 * 2.0
        state_1_bar += v_bar_2
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v20 = state_0 + v14 * v17
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v16_bar = v_bar_2 - v_bar * damping
        v21 = v_bar * math.cos(v20)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v11_bar_2 = v11_bar + v16_bar * v14
        v14_bar = v14_bar + v16_bar * v11 - v21 * v17
        v17_bar_2 = v17_bar - v21 * v14
        v22 = state_0 + v15 * v18
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v17_bar_2 -= v11_bar_2 * damping
        v23 = v11_bar_2 * math.cos(v22)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v12_bar = v11_bar + v17_bar_2 * v15
        v15_bar = v17_bar_2 * v12 - v23 * v18
        v18_bar = v17_bar - v23 * v15
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v14_bar += v15_bar * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v24 = state_0 + v15 * state_1
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v18_bar -= v12_bar * damping
        v25 = v12_bar * math.cos(v24)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v13_bar = v_bar + v18_bar * v15
        state_0_bar = state_0_bar - v21 - v23 - v25
        v_bar_2 = v18_bar * v13 - v25 * state_1
        state_1_bar = state_1_bar + v16_bar + v17_bar_2 + v18_bar - v25 * v15
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v14_bar += v_bar_2 * 0.5
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        damping_bar = (
            damping_bar - v_bar * v16 - v11_bar_2 * v17 - v12_bar * v18 - v13_bar * state_1
        )
        state_1_bar -= v13_bar * damping
        state_0_bar -= v13_bar * math.cos(state_0)
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        time_bar += v14_bar / steps
    return y, (state_0_bar, state_1_bar, damping_bar, time_bar)


def final_angle_jvp(
    angle, speed, damping, time, steps, angle_dot, speed_dot, damping_dot, time_dot
):
    """Value of final_angle and its directional derivative (forward mode)."""
    state_0 = angle
    state_1 = speed
    state_0_dot = angle_dot
    state_1_dot = speed_dot
    for _ in range(steps):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v = time / steps
        v_dot = time_dot / steps
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v2 = -math.sin(state_0) - damping * state_1
        v2_dot = -(state_0_dot * math.cos(state_0)) - (
            damping_dot * state_1 + state_1_dot * damping
        )
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v3 = 0.5 * v
        v3_dot = v_dot * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v4 = state_0 + v3 * state_1
        v4_dot = state_0_dot + (v3_dot * state_1 + state_1_dot * v3)
        v5 = state_1 + v3 * v2
        v5_dot = state_1_dot + (v3_dot * v2 + v2_dot * v3)
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v6 = -math.sin(v4) - damping * v5
        v6_dot = -(v4_dot * math.cos(v4)) - (damping_dot * v5 + v5_dot * damping)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v7 = state_0 + v3 * v5
        v7_dot = state_0_dot + (v3_dot * v5 + v5_dot * v3)
        v8 = state_1 + v3 * v6
        v8_dot = state_1_dot + (v3_dot * v6 + v6_dot * v3)
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v9 = -math.sin(v7) - damping * v8
        v9_dot = -(v7_dot * math.cos(v7)) - (damping_dot * v8 + v8_dot * damping)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v10 = state_0 + v * v8
        v10_dot = state_0_dot + (v_dot * v8 + v8_dot * v)
        v11 = state_1 + v * v9
        v11_dot = state_1_dot + (v_dot * v9 + v9_dot * v)
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v12 = -math.sin(v10) - damping * v11
        v12_dot = -(v10_dot * math.cos(v10)) - (damping_dot * v11 + v11_dot * damping)
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v13 = (state_1 + 2.0 * v5 + 2.0 * v8 + v11) / 6.0
        v13_dot = (state_1_dot + v5_dot * 2.0 + v8_dot * 2.0 + v11_dot) / 6.0
        v14 = (v2 + 2.0 * v6 + 2.0 * v9 + v12) / 6.0
        v14_dot = (v2_dot + v6_dot * 2.0 + v9_dot * 2.0 + v12_dot) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        state_0 += v * v13
        state_1 += v * v14
        state_0_dot += v_dot * v13 + v13_dot * v
        state_1_dot += v_dot * v14 + v14_dot * v
    return state_0, state_0_dot


def final_angle_vjp(angle, speed, damping, time, steps, y_bar=1.0):
    """Value of final_angle and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    state_0 = angle
    state_1 = speed
    tape = []
    for _ in range(steps):
        v = time / steps
        v2 = -math.sin(state_0) - damping * state_1
        v3 = 0.5 * v
        v4 = state_1 + v3 * v2
        v5 = -math.sin(state_0 + v3 * state_1) - damping * v4
        v6 = state_1 + v3 * v5
        v7 = -math.sin(state_0 + v3 * v4) - damping * v6
        v8 = state_1 + v * v7
        v9 = (v2 + 2.0 * v5 + 2.0 * v7 + (-math.sin(state_0 + v * v6) - damping * v8)) / 6.0
        tape.append((state_0, state_1, v2, v5, v7, v9))
        state_0 += v * ((state_1 + 2.0 * v4 + 2.0 * v6 + v8) / 6.0)
        state_1 += v * v9
    y = state_0

    # Reverse sweep
    state_0_bar = y_bar
    state_1_bar = 0.0
    time_bar = 0.0
    damping_bar = 0.0
    for state_0, state_1, v13, v12, v11, v10 in reversed(tape):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v14 = time / steps
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v15 = 0.5 * v14
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v16 = state_1 + v14 * v11
        v17 = state_1 + v15 * v12
        v18 = state_1 + v15 * v13
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v19 = (state_1 + 2.0 * v18 + 2.0 * v17 + v16) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v10_bar = state_1_bar * v14
        v19_bar = state_0_bar * v14
        v14_bar = state_1_bar * v10 + state_0_bar * v19
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v_bar = v10_bar / 6.0
        v11_bar = v_bar * 2.0
        v_bar_2 = v19_bar / 6.0
        v17_bar = v_bar_2 * 2.0
        state_1_bar += v_bar_2
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v20 = state_0 + v14 * v17
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v16_bar = v_bar_2 - v_bar * damping
        v21 = v_bar * math.cos(v20)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v11_bar_2 = v11_bar + v16_bar * v14
        v14_bar = v14_bar + v16_bar * v11 - v21 * v17
        v17_bar_2 = v17_bar - v21 * v14
        v22 = state_0 + v15 * v18
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v17_bar_2 -= v11_bar_2 * damping
        v23 = v11_bar_2 * math.cos(v22)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v12_bar = v11_bar + v17_bar_2 * v15
        v15_bar = v17_bar_2 * v12 - v23 * v18
        v18_bar = v17_bar - v23 * v15
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v14_bar += v15_bar * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v24 = state_0 + v15 * state_1
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v18_bar -= v12_bar * damping
        v25 = v12_bar * math.cos(v24)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v13_bar = v_bar + v18_bar * v15
        state_0_bar = state_0_bar - v21 - v23 - v25
        v_bar_2 = v18_bar * v13 - v25 * state_1
        state_1_bar = state_1_bar + v16_bar + v17_bar_2 + v18_bar - v25 * v15
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v14_bar += v_bar_2 * 0.5
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        damping_bar = (
            damping_bar - v_bar * v16 - v11_bar_2 * v17 - v12_bar * v18 - v13_bar * state_1
        )
        state_1_bar -= v13_bar * damping
        state_0_bar -= v13_bar * math.cos(state_0)
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        time_bar += v14_bar / steps
    return y, (state_0_bar, state_1_bar, damping_bar, time_bar)
