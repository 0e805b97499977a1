"""Derivatives of lattice_call in lattice.py."""

import numpy as np


def lattice_call_grad(spot, strike, rate, volatility, expiry, steps):
    """Gradient of lattice_call."""
    # Forward sweep
    dt = expiry / steps
    v = np.sqrt(dt)
    up = np.exp(volatility * v)
    v2 = rate * dt
    v3 = np.exp(v2)
    v4 = 1.0 / up
    v5 = up - v4
    p = (v3 - v4) / v5
    discount = np.exp(-v2)
    value = np.zeros((steps + 1, steps + 1))
    v6_tape = []
    for i in range(steps + 1):
        v6 = up ** (2 * i - steps)
        v6_tape.append(v6)
        v7 = spot * v6 - strike
        value[steps, i] = 0.0 if 0.0 > v7 else v7
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            value[step, i] = discount * (
                p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i]
            )

    # Reverse sweep
    # return value[0, 0]  [lattice.py:18]
    value_bar = np.zeros_like(value)
    value_bar[0, 0] = 1.0
    v8 = np.float64(0.0)
    p_bar = v8
    discount_bar = v8
    for step in range(steps):
        for i in reversed(range(step + 1)):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v_bar = value_bar[step, i]
            value_bar[step, i] = 0.0
            v9 = value[step + 1, i]
            v10 = 1.0 - p
            v11 = value[step + 1, i + 1]
            v_bar_2 = v_bar * discount
            discount_bar += v_bar * (p * v11 + v10 * v9)
            value_bar[step + 1, i] += v_bar_2 * v10
            p_bar = p_bar - v_bar_2 * v9 + v_bar_2 * v11
            value_bar[step + 1, i + 1] += v_bar_2 * p
    up_bar = v8
    spot_bar = 0.0
    strike_bar = 0.0
    for i, v12 in zip(reversed(range(steps + 1)), reversed(v6_tape)):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v_bar = value_bar[steps, i]
        value_bar[steps, i] = 0.0
        v_bar = v8 if 0.0 > spot * v12 - strike else v_bar
        strike_bar -= v_bar
        v12_bar = v_bar * spot
        spot_bar += v_bar * v12
        v13 = 2 * i - steps
        up_bar += (
            v12_bar * (v13 * up ** (1.0 if v13 == 0 else v13 - 1)) if v12_bar != 0 else v12_bar
        )
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    v_bar = -(discount_bar * discount)
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v_bar = p_bar / v5
    v14 = v_bar * p
    up_bar = up_bar - v14 - v14 / up * v4 + v_bar / up * v4
    v2_bar = v_bar * v3
    rate_bar += v2_bar * dt
    dt_bar += v2_bar * rate
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v_bar = up_bar * up
    volatility_bar = v_bar * v
    v_bar *= volatility
    dt_bar += v_bar * (0.5 / v) if v_bar != 0 else v_bar
    # dt = expiry / steps  [lattice.py:8]
    expiry_bar = dt_bar / steps
    return spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar


def lattice_call_value_and_grad(spot, strike, rate, volatility, expiry, steps):
    """Value of lattice_call and its gradient."""
    # Forward sweep
    dt = expiry / steps
    v = np.sqrt(dt)
    up = np.exp(volatility * v)
    v2 = rate * dt
    v3 = np.exp(v2)
    v4 = 1.0 / up
    v5 = up - v4
    p = (v3 - v4) / v5
    discount = np.exp(-v2)
    value = np.zeros((steps + 1, steps + 1))
    v6_tape = []
    for i in range(steps + 1):
        v6 = up ** (2 * i - steps)
        v6_tape.append(v6)
        v7 = spot * v6 - strike
        value[steps, i] = 0.0 if 0.0 > v7 else v7
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            value[step, i] = discount * (
                p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i]
            )
    y = value[0, 0]

    # Reverse sweep
    # return value[0, 0]  [lattice.py:18]
    value_bar = np.zeros_like(value)
    value_bar[0, 0] = 1.0
    v8 = np.float64(0.0)
    p_bar = v8
    discount_bar = v8
    for step in range(steps):
        for i in reversed(range(step + 1)):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v_bar = value_bar[step, i]
            value_bar[step, i] = 0.0
            v9 = value[step + 1, i]
            v10 = 1.0 - p
            v11 = value[step + 1, i + 1]
            v_bar_2 = v_bar * discount
            discount_bar += v_bar * (p * v11 + v10 * v9)
            value_bar[step + 1, i] += v_bar_2 * v10
            p_bar = p_bar - v_bar_2 * v9 + v_bar_2 * v11
            value_bar[step + 1, i + 1] += v_bar_2 * p
    up_bar = v8
    spot_bar = 0.0
    strike_bar = 0.0
    for i, v12 in zip(reversed(range(steps + 1)), reversed(v6_tape)):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v_bar = value_bar[steps, i]
        value_bar[steps, i] = 0.0
        v_bar = v8 if 0.0 > spot * v12 - strike else v_bar
        strike_bar -= v_bar
        v12_bar = v_bar * spot
        spot_bar += v_bar * v12
        v13 = 2 * i - steps
        up_bar += (
            v12_bar * (v13 * up ** (1.0 if v13 == 0 else v13 - 1)) if v12_bar != 0 else v12_bar
        )
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    v_bar = -(discount_bar * discount)
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v_bar = p_bar / v5
    v14 = v_bar * p
    up_bar = up_bar - v14 - v14 / up * v4 + v_bar / up * v4
    v2_bar = v_bar * v3
    rate_bar += v2_bar * dt
    dt_bar += v2_bar * rate
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v_bar = up_bar * up
    volatility_bar = v_bar * v
    v_bar *= volatility
    dt_bar += v_bar * (0.5 / v) if v_bar != 0 else v_bar
    # dt = expiry / steps  [lattice.py:8]
    expiry_bar = dt_bar / steps
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)


def lattice_call_jvp(
    spot,
    strike,
    rate,
    volatility,
    expiry,
    steps,
    spot_dot,
    strike_dot,
    rate_dot,
    volatility_dot,
    expiry_dot,
):
    """Value of lattice_call and its directional derivative (forward mode)."""
    # dt = expiry / steps  [lattice.py:8]
    dt = expiry / steps
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v = np.sqrt(dt)
    up = np.exp(volatility * v)
    up_dot = (volatility_dot * v + expiry_dot / steps * (0.5 / v) * volatility) * up
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v2 = rate * dt
    v2_dot = rate_dot * dt + expiry_dot / steps * rate
    v3 = np.exp(v2)
    v4 = 1.0 / up
    v5 = up_dot * v4 / up
    v6 = up - v4
    p = (v3 - v4) / v6
    p_dot = (v2_dot * v3 + v5 - (up_dot + v5) * p) / v6
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    discount = np.exp(-v2)
    v7 = v2_dot * discount
    # value = np.zeros((steps + 1, steps + 1))  [lattice.py:12]
    value = np.zeros((steps + 1, steps + 1))
    # for i in range(steps + 1):  [lattice.py:13]
    value_dot = np.zeros_like(value)
    for i in range(steps + 1):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v8 = 2 * i - steps
        v9 = up**v8
        v10 = spot * v9 - strike
        v10_dot = (
            spot_dot * v9 + up_dot * (v8 * up ** (1.0 if v8 == 0 else v8 - 1)) * spot - strike_dot
        )
        if 0.0 > v10:
            v10 = 0.0
            v10_dot = 0.0
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        value[steps, i] = v10
        value_dot[steps, i] = v10_dot
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v11 = value[step + 1, i + 1]
            v12 = 1.0 - p
            v13 = value[step + 1, i]
            v_dot = value_dot[step + 1, i] * v12 - p_dot * v13
            v14 = p * v11 + v12 * v13
            v_dot = (p_dot * v11 + value_dot[step + 1, i + 1] * p + v_dot) * discount - v7 * v14
            value[step, i] = discount * v14
            value_dot[step, i] = v_dot
    # return value[0, 0]  [lattice.py:18]
    y = value[0, 0]
    y_dot = value_dot[0, 0]
    return y, y_dot


def lattice_call_vjp(spot, strike, rate, volatility, expiry, steps, y_bar=1.0):
    """Value of lattice_call and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    dt = expiry / steps
    v = np.sqrt(dt)
    up = np.exp(volatility * v)
    v2 = rate * dt
    v3 = np.exp(v2)
    v4 = 1.0 / up
    v5 = up - v4
    p = (v3 - v4) / v5
    discount = np.exp(-v2)
    value = np.zeros((steps + 1, steps + 1))
    v6_tape = []
    for i in range(steps + 1):
        v6 = up ** (2 * i - steps)
        v6_tape.append(v6)
        v7 = spot * v6 - strike
        value[steps, i] = 0.0 if 0.0 > v7 else v7
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            value[step, i] = discount * (
                p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i]
            )
    y = value[0, 0]

    # Reverse sweep
    # return value[0, 0]  [lattice.py:18]
    value_bar = np.zeros_like(value)
    value_bar[0, 0] = y_bar
    v8 = np.float64(0.0)
    p_bar = v8
    discount_bar = v8
    for step in range(steps):
        for i in reversed(range(step + 1)):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v_bar = value_bar[step, i]
            value_bar[step, i] = 0.0
            v9 = value[step + 1, i]
            v10 = 1.0 - p
            v11 = value[step + 1, i + 1]
            v_bar_2 = v_bar * discount
            discount_bar += v_bar * (p * v11 + v10 * v9)
            value_bar[step + 1, i] += v_bar_2 * v10
            p_bar = p_bar - v_bar_2 * v9 + v_bar_2 * v11
            value_bar[step + 1, i + 1] += v_bar_2 * p
    up_bar = v8
    spot_bar = 0.0
    strike_bar = 0.0
    for i, v12 in zip(reversed(range(steps + 1)), reversed(v6_tape)):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v_bar = value_bar[steps, i]
        value_bar[steps, i] = 0.0
        v_bar = v8 if 0.0 > spot * v12 - strike else v_bar
        strike_bar -= v_bar
        v12_bar = v_bar * spot
        spot_bar += v_bar * v12
        v13 = 2 * i - steps
        up_bar += (
            v12_bar * (v13 * up ** (1.0 if v13 == 0 else v13 - 1)) if v12_bar != 0 else v12_bar
        )
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    v_bar = -(discount_bar * discount)
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v_bar = p_bar / v5
    v14 = v_bar * p
    up_bar = up_bar - v14 - v14 / up * v4 + v_bar / up * v4
    v2_bar = v_bar * v3
    rate_bar += v2_bar * dt
    dt_bar += v2_bar * rate
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v_bar = up_bar * up
    volatility_bar = v_bar * v
    v_bar *= volatility
    dt_bar += v_bar * (0.5 / v) if v_bar != 0 else v_bar
    # dt = expiry / steps  [lattice.py:8]
    expiry_bar = dt_bar / steps
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)
