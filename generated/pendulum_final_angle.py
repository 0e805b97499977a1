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
        rate = -math.sin(state_0) - damping * state_1
        v2 = 0.5 * v
        v3 = state_1 + v2 * rate
        v4 = -math.sin(state_0 + v2 * state_1) - damping * v3
        v5 = state_1 + v2 * v4
        v6 = -math.sin(state_0 + v2 * v3) - damping * v5
        v7 = state_1 + v * v6
        v8 = (rate + 2.0 * v4 + 2.0 * v6 + (-math.sin(state_0 + v * v5) - damping * v7)) / 6.0
        tape.append((state_0, state_1, rate, v4, v6, v8))
        state_0 += v * ((state_1 + 2.0 * v3 + 2.0 * v5 + v7) / 6.0)
        state_1 += v * v8

    # Reverse sweep
    state_0_bar = 1.0
    state_1_bar = 0.0
    time_bar = 0.0
    damping_bar = 0.0
    for state_0, state_1, rate, v4, v6, v8 in reversed(tape):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v9 = time / steps
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v10 = 0.5 * v9
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v11 = state_1 + v9 * v6
        v12 = state_1 + v10 * v4
        v13 = state_1 + v10 * rate
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v14 = (state_1 + 2.0 * v13 + 2.0 * v12 + v11) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v8_bar = state_1_bar * v9
        v14_bar = state_0_bar * v9
        v9_bar = state_1_bar * v8 + state_0_bar * v14
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v_bar = v8_bar / 6.0
        v6_bar = v_bar * 2.0
        v_bar_2 = v14_bar / 6.0
        v12_bar = v_bar_2 * 2.0
        state_1_bar += v_bar_2
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v15 = state_0 + v9 * v12
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v11_bar = v_bar_2 - v_bar * damping
        v16 = v_bar * math.cos(v15)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v6_bar_2 = v6_bar + v11_bar * v9
        v9_bar += v11_bar * v6 - v16 * v12
        v12_bar_2 = v12_bar - v16 * v9
        v17 = state_0 + v10 * v13
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v12_bar_2 -= v6_bar_2 * damping
        v18 = v6_bar_2 * math.cos(v17)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v4_bar = v6_bar + v12_bar_2 * v10
        v10_bar = v12_bar_2 * v4 - v18 * v13
        v13_bar = v12_bar - v18 * v10
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v9_bar += v10_bar * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v19 = state_0 + v10 * state_1
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v13_bar -= v4_bar * damping
        v20 = v4_bar * math.cos(v19)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        rate_bar = v_bar + v13_bar * v10
        state_0_bar -= v16 + v18 + v20
        v_bar_2 = v13_bar * rate - v20 * state_1
        state_1_bar += v11_bar + v12_bar_2 + v13_bar - v20 * v10
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v9_bar += v_bar_2 * 0.5
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        damping_bar -= v_bar * v11 + v6_bar_2 * v12 + v4_bar * v13 + rate_bar * state_1
        state_1_bar -= rate_bar * damping
        state_0_bar -= rate_bar * math.cos(state_0)
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        time_bar += v9_bar / steps
    return state_0_bar, state_1_bar, damping_bar, time_bar


def final_angle_value_and_grad(angle, speed, damping, time, steps):
    """Value of final_angle and its gradient."""
    # Forward sweep
    state_0 = angle
    state_1 = speed
    tape = []
    for _ in range(steps):
        v = time / steps
        rate = -math.sin(state_0) - damping * state_1
        v2 = 0.5 * v
        v3 = state_1 + v2 * rate
        v4 = -math.sin(state_0 + v2 * state_1) - damping * v3
        v5 = state_1 + v2 * v4
        v6 = -math.sin(state_0 + v2 * v3) - damping * v5
        v7 = state_1 + v * v6
        v8 = (rate + 2.0 * v4 + 2.0 * v6 + (-math.sin(state_0 + v * v5) - damping * v7)) / 6.0
        tape.append((state_0, state_1, rate, v4, v6, v8))
        state_0 += v * ((state_1 + 2.0 * v3 + 2.0 * v5 + v7) / 6.0)
        state_1 += v * v8
    y = state_0

    # Reverse sweep
    state_0_bar = 1.0
    state_1_bar = 0.0
    time_bar = 0.0
    damping_bar = 0.0
    for state_0, state_1, rate, v4, v6, v8 in reversed(tape):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v9 = time / steps
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v10 = 0.5 * v9
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v11 = state_1 + v9 * v6
        v12 = state_1 + v10 * v4
        v13 = state_1 + v10 * rate
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v14 = (state_1 + 2.0 * v13 + 2.0 * v12 + v11) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v8_bar = state_1_bar * v9
        v14_bar = state_0_bar * v9
        v9_bar = state_1_bar * v8 + state_0_bar * v14
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v_bar = v8_bar / 6.0
        v6_bar = v_bar * 2.0
        v_bar_2 = v14_bar / 6.0
        v12_bar = v_bar_2 * 2.0
        state_1_bar += v_bar_2
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v15 = state_0 + v9 * v12
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v11_bar = v_bar_2 - v_bar * damping
        v16 = v_bar * math.cos(v15)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v6_bar_2 = v6_bar + v11_bar * v9
        v9_bar += v11_bar * v6 - v16 * v12
        v12_bar_2 = v12_bar - v16 * v9
        v17 = state_0 + v10 * v13
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v12_bar_2 -= v6_bar_2 * damping
        v18 = v6_bar_2 * math.cos(v17)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v4_bar = v6_bar + v12_bar_2 * v10
        v10_bar = v12_bar_2 * v4 - v18 * v13
        v13_bar = v12_bar - v18 * v10
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v9_bar += v10_bar * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v19 = state_0 + v10 * state_1
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v13_bar -= v4_bar * damping
        v20 = v4_bar * math.cos(v19)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        rate_bar = v_bar + v13_bar * v10
        state_0_bar -= v16 + v18 + v20
        v_bar_2 = v13_bar * rate - v20 * state_1
        state_1_bar += v11_bar + v12_bar_2 + v13_bar - v20 * v10
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v9_bar += v_bar_2 * 0.5
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        damping_bar -= v_bar * v11 + v6_bar_2 * v12 + v4_bar * v13 + rate_bar * state_1
        state_1_bar -= rate_bar * damping
        state_0_bar -= rate_bar * math.cos(state_0)
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        time_bar += v9_bar / steps
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
        rate = -math.sin(state_0) - damping * state_1
        rate_dot = -(state_0_dot * math.cos(state_0)) - (
            damping_dot * state_1 + state_1_dot * damping
        )
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v2 = 0.5 * v
        v2_dot = v_dot * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v3 = state_0 + v2 * state_1
        v3_dot = state_0_dot + (v2_dot * state_1 + state_1_dot * v2)
        v4 = state_1 + v2 * rate
        v4_dot = state_1_dot + (v2_dot * rate + rate_dot * v2)
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v5 = -math.sin(v3) - damping * v4
        v5_dot = -(v3_dot * math.cos(v3)) - (damping_dot * v4 + v4_dot * damping)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v6 = state_0 + v2 * v4
        v6_dot = state_0_dot + (v2_dot * v4 + v4_dot * v2)
        v7 = state_1 + v2 * v5
        v7_dot = state_1_dot + (v2_dot * v5 + v5_dot * v2)
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v8 = -math.sin(v6) - damping * v7
        v8_dot = -(v6_dot * math.cos(v6)) - (damping_dot * v7 + v7_dot * damping)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v9 = state_0 + v * v7
        v9_dot = state_0_dot + (v_dot * v7 + v7_dot * v)
        v10 = state_1 + v * v8
        v10_dot = state_1_dot + (v_dot * v8 + v8_dot * v)
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v11 = -math.sin(v9) - damping * v10
        v11_dot = -(v9_dot * math.cos(v9)) - (damping_dot * v10 + v10_dot * damping)
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v12 = (state_1 + 2.0 * v4 + 2.0 * v7 + v10) / 6.0
        v12_dot = (state_1_dot + v4_dot * 2.0 + v7_dot * 2.0 + v10_dot) / 6.0
        rate = (rate + 2.0 * v5 + 2.0 * v8 + v11) / 6.0
        rate_dot = (rate_dot + v5_dot * 2.0 + v8_dot * 2.0 + v11_dot) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        state_0 += v * v12
        state_1 += v * rate
        state_0_dot += v_dot * v12 + v12_dot * v
        state_1_dot += v_dot * rate + rate_dot * v
    return state_0, state_0_dot


def final_angle_vjp(angle, speed, damping, time, steps, y_bar=1.0):
    """Value of final_angle and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    state_0 = angle
    state_1 = speed
    tape = []
    for _ in range(steps):
        v = time / steps
        rate = -math.sin(state_0) - damping * state_1
        v2 = 0.5 * v
        v3 = state_1 + v2 * rate
        v4 = -math.sin(state_0 + v2 * state_1) - damping * v3
        v5 = state_1 + v2 * v4
        v6 = -math.sin(state_0 + v2 * v3) - damping * v5
        v7 = state_1 + v * v6
        v8 = (rate + 2.0 * v4 + 2.0 * v6 + (-math.sin(state_0 + v * v5) - damping * v7)) / 6.0
        tape.append((state_0, state_1, rate, v4, v6, v8))
        state_0 += v * ((state_1 + 2.0 * v3 + 2.0 * v5 + v7) / 6.0)
        state_1 += v * v8
    y = state_0

    # Reverse sweep
    state_0_bar = y_bar
    state_1_bar = 0.0
    time_bar = 0.0
    damping_bar = 0.0
    for state_0, state_1, rate, v4, v6, v8 in reversed(tape):
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        v9 = time / steps
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v10 = 0.5 * v9
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v11 = state_1 + v9 * v6
        v12 = state_1 + v10 * v4
        v13 = state_1 + v10 * rate
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v14 = (state_1 + 2.0 * v13 + 2.0 * v12 + v11) / 6.0
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v8_bar = state_1_bar * v9
        v14_bar = state_0_bar * v9
        v9_bar = state_1_bar * v8 + state_0_bar * v14
        # mean = tuple((a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4))  [pendulum.py:22]
        v_bar = v8_bar / 6.0
        v6_bar = v_bar * 2.0
        v_bar_2 = v14_bar / 6.0
        v12_bar = v_bar_2 * 2.0
        state_1_bar += v_bar_2
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v15 = state_0 + v9 * v12
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v11_bar = v_bar_2 - v_bar * damping
        v16 = v_bar * math.cos(v15)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v6_bar_2 = v6_bar + v11_bar * v9
        v9_bar += v11_bar * v6 - v16 * v12
        v12_bar_2 = v12_bar - v16 * v9
        v17 = state_0 + v10 * v13
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v12_bar_2 -= v6_bar_2 * damping
        v18 = v6_bar_2 * math.cos(v17)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v4_bar = v6_bar + v12_bar_2 * v10
        v10_bar = v12_bar_2 * v4 - v18 * v13
        v13_bar = v12_bar - v18 * v10
        # k3 = rates(moved(state, k2, 0.5 * time), parameter)  [pendulum.py:20]
        v9_bar += v10_bar * 0.5
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        v19 = state_0 + v10 * state_1
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        v13_bar -= v4_bar * damping
        v20 = v4_bar * math.cos(v19)
        # return tuple(value + time * rate for value, rate in zip(state, rates))  [pendulum.py:13]
        rate_bar = v_bar + v13_bar * v10
        state_0_bar -= v16 + v18 + v20
        v_bar_2 = v13_bar * rate - v20 * state_1
        state_1_bar += v11_bar + v12_bar_2 + v13_bar - v20 * v10
        # k2 = rates(moved(state, k1, 0.5 * time), parameter)  [pendulum.py:19]
        v9_bar += v_bar_2 * 0.5
        # return speed, -math.sin(angle) - damping * speed  [pendulum.py:9]
        damping_bar -= v_bar * v11 + v6_bar_2 * v12 + v4_bar * v13 + rate_bar * state_1
        state_1_bar -= rate_bar * damping
        state_0_bar -= rate_bar * math.cos(state_0)
        # state = runge_kutta(swing, state, time / steps, damping)  [pendulum.py:30]
        time_bar += v9_bar / steps
    return y, (state_0_bar, state_1_bar, damping_bar, time_bar)
