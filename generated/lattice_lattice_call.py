"""Derivatives of lattice_call in lattice.py."""

import numpy as np


def lattice_call_grad(spot, strike, rate, volatility, expiry, steps):
    """Gradient of lattice_call."""
    # Forward sweep
    dt = expiry / steps
    sqrt_dt = np.sqrt(dt)
    up = np.exp(volatility * sqrt_dt)
    v = rate * dt
    v2 = np.exp(v)
    v3 = 1.0 / up
    v4 = up - v3
    p = (v2 - v3) / v4
    discount = np.exp(-v)
    value = np.zeros((steps + 1, steps + 1))
    v5_tape = []
    for i in range(steps + 1):
        v5 = up ** (2 * i - steps)
        v5_tape.append(v5)
        v6 = spot * v5 - strike
        value[steps, i] = 0.0 if 0.0 > v6 else v6
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            value[step, i] = discount * (
                p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i]
            )

    # Reverse sweep
    # return value[0, 0]  [lattice.py:18]
    value_bar = np.zeros_like(value)
    value_bar[0, 0] = 1.0
    zero = np.float64(0.0)
    p_bar = zero
    discount_bar = zero
    for step in range(steps):
        for i in reversed(range(step + 1)):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v_bar = value_bar[step, i]
            value_bar[step, i] = 0.0
            v7 = value[step + 1, i]
            v8 = 1.0 - p
            v9 = value[step + 1, i + 1]
            v_bar_2 = v_bar * discount
            discount_bar += v_bar * (p * v9 + v8 * v7)
            value_bar[step + 1, i] += v_bar_2 * v8
            p_bar += v_bar_2 * (v9 - v7)
            value_bar[step + 1, i + 1] += v_bar_2 * p
    up_bar = zero
    spot_bar = 0.0
    strike_bar = 0.0
    for i, v5 in zip(reversed(range(steps + 1)), reversed(v5_tape)):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v_bar = value_bar[steps, i]
        value_bar[steps, i] = 0.0
        v_bar = zero if 0.0 > spot * v5 - strike else v_bar
        strike_bar -= v_bar
        v5_bar = v_bar * spot
        spot_bar += v_bar * v5
        v10 = 2 * i - steps
        up_bar += v5_bar * (v10 * up ** (1.0 if v10 == 0 else v10 - 1)) if v5_bar != 0 else v5_bar
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    v_bar = -(discount_bar * discount)
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v_bar_2 = p_bar / v4
    v11 = v_bar_2 * p
    up_bar += v3 * (v_bar_2 - v11) / up - v11
    v12 = v_bar + v_bar_2 * v2
    rate_bar = dt * v12
    dt_bar = rate * v12
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v_bar = up_bar * up
    volatility_bar = v_bar * sqrt_dt
    sqrt_dt_bar = v_bar * volatility
    dt_bar += sqrt_dt_bar * (0.5 / sqrt_dt) if sqrt_dt_bar != 0 else sqrt_dt_bar
    # dt = expiry / steps  [lattice.py:8]
    expiry_bar = dt_bar / steps
    return spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar


def lattice_call_value_and_grad(spot, strike, rate, volatility, expiry, steps):
    """Value of lattice_call and its gradient."""
    # Forward sweep
    dt = expiry / steps
    sqrt_dt = np.sqrt(dt)
    up = np.exp(volatility * sqrt_dt)
    v = rate * dt
    v2 = np.exp(v)
    v3 = 1.0 / up
    v4 = up - v3
    p = (v2 - v3) / v4
    discount = np.exp(-v)
    value = np.zeros((steps + 1, steps + 1))
    v5_tape = []
    for i in range(steps + 1):
        v5 = up ** (2 * i - steps)
        v5_tape.append(v5)
        v6 = spot * v5 - strike
        value[steps, i] = 0.0 if 0.0 > v6 else v6
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
    zero = np.float64(0.0)
    p_bar = zero
    discount_bar = zero
    for step in range(steps):
        for i in reversed(range(step + 1)):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v_bar = value_bar[step, i]
            value_bar[step, i] = 0.0
            v7 = value[step + 1, i]
            v8 = 1.0 - p
            v9 = value[step + 1, i + 1]
            v_bar_2 = v_bar * discount
            discount_bar += v_bar * (p * v9 + v8 * v7)
            value_bar[step + 1, i] += v_bar_2 * v8
            p_bar += v_bar_2 * (v9 - v7)
            value_bar[step + 1, i + 1] += v_bar_2 * p
    up_bar = zero
    spot_bar = 0.0
    strike_bar = 0.0
    for i, v5 in zip(reversed(range(steps + 1)), reversed(v5_tape)):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v_bar = value_bar[steps, i]
        value_bar[steps, i] = 0.0
        v_bar = zero if 0.0 > spot * v5 - strike else v_bar
        strike_bar -= v_bar
        v5_bar = v_bar * spot
        spot_bar += v_bar * v5
        v10 = 2 * i - steps
        up_bar += v5_bar * (v10 * up ** (1.0 if v10 == 0 else v10 - 1)) if v5_bar != 0 else v5_bar
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    v_bar = -(discount_bar * discount)
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v_bar_2 = p_bar / v4
    v11 = v_bar_2 * p
    up_bar += v3 * (v_bar_2 - v11) / up - v11
    v12 = v_bar + v_bar_2 * v2
    rate_bar = dt * v12
    dt_bar = rate * v12
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v_bar = up_bar * up
    volatility_bar = v_bar * sqrt_dt
    sqrt_dt_bar = v_bar * volatility
    dt_bar += sqrt_dt_bar * (0.5 / sqrt_dt) if sqrt_dt_bar != 0 else sqrt_dt_bar
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
    sqrt_dt = np.sqrt(dt)
    up = np.exp(volatility * sqrt_dt)
    up_dot = (volatility_dot * sqrt_dt + expiry_dot / steps * (0.5 / sqrt_dt) * volatility) * up
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v = rate * dt
    v_dot = rate_dot * dt + expiry_dot / steps * rate
    v2 = np.exp(v)
    v3 = 1.0 / up
    v4 = up_dot * v3 / up
    v5 = up - v3
    p = (v2 - v3) / v5
    p_dot = (v_dot * v2 + v4 - (up_dot + v4) * p) / v5
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    discount = np.exp(-v)
    v6 = v_dot * discount
    # value = np.zeros((steps + 1, steps + 1))  [lattice.py:12]
    value = np.zeros((steps + 1, steps + 1))
    # for i in range(steps + 1):  [lattice.py:13]
    value_dot = np.zeros_like(value)
    for i in range(steps + 1):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v7 = 2 * i - steps
        v8 = up**v7
        v9 = spot * v8 - strike
        v9_dot = (
            spot_dot * v8 + up_dot * (v7 * up ** (1.0 if v7 == 0 else v7 - 1)) * spot - strike_dot
        )
        if 0.0 > v9:
            v9 = 0.0
            v9_dot = 0.0
        value[steps, i] = v9
        value_dot[steps, i] = v9_dot
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v10 = value[step + 1, i + 1]
            v11 = 1.0 - p
            v12 = value[step + 1, i]
            v_dot = value_dot[step + 1, i] * v11 - p_dot * v12
            v13 = p * v10 + v11 * v12
            v_dot = (p_dot * v10 + value_dot[step + 1, i + 1] * p + v_dot) * discount - v6 * v13
            value[step, i] = discount * v13
            value_dot[step, i] = v_dot
    # return value[0, 0]  [lattice.py:18]
    y = value[0, 0]
    y_dot = value_dot[0, 0]
    return y, y_dot


def lattice_call_vjp(spot, strike, rate, volatility, expiry, steps, y_bar=1.0):
    """Value of lattice_call and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    dt = expiry / steps
    sqrt_dt = np.sqrt(dt)
    up = np.exp(volatility * sqrt_dt)
    v = rate * dt
    v2 = np.exp(v)
    v3 = 1.0 / up
    v4 = up - v3
    p = (v2 - v3) / v4
    discount = np.exp(-v)
    value = np.zeros((steps + 1, steps + 1))
    v5_tape = []
    for i in range(steps + 1):
        v5 = up ** (2 * i - steps)
        v5_tape.append(v5)
        v6 = spot * v5 - strike
        value[steps, i] = 0.0 if 0.0 > v6 else v6
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
    zero = np.float64(0.0)
    p_bar = zero
    discount_bar = zero
    for step in range(steps):
        for i in reversed(range(step + 1)):
            # value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])  [lattice.py:17]
            v_bar = value_bar[step, i]
            value_bar[step, i] = 0.0
            v7 = value[step + 1, i]
            v8 = 1.0 - p
            v9 = value[step + 1, i + 1]
            v_bar_2 = v_bar * discount
            discount_bar += v_bar * (p * v9 + v8 * v7)
            value_bar[step + 1, i] += v_bar_2 * v8
            p_bar += v_bar_2 * (v9 - v7)
            value_bar[step + 1, i + 1] += v_bar_2 * p
    up_bar = zero
    spot_bar = 0.0
    strike_bar = 0.0
    for i, v5 in zip(reversed(range(steps + 1)), reversed(v5_tape)):
        # value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)  [lattice.py:14]
        v_bar = value_bar[steps, i]
        value_bar[steps, i] = 0.0
        v_bar = zero if 0.0 > spot * v5 - strike else v_bar
        strike_bar -= v_bar
        v5_bar = v_bar * spot
        spot_bar += v_bar * v5
        v10 = 2 * i - steps
        up_bar += v5_bar * (v10 * up ** (1.0 if v10 == 0 else v10 - 1)) if v5_bar != 0 else v5_bar
    # discount = np.exp(-rate * dt)  [lattice.py:11]
    v_bar = -(discount_bar * discount)
    # p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)  [lattice.py:10]
    v_bar_2 = p_bar / v4
    v11 = v_bar_2 * p
    up_bar += v3 * (v_bar_2 - v11) / up - v11
    v12 = v_bar + v_bar_2 * v2
    rate_bar = dt * v12
    dt_bar = rate * v12
    # up = np.exp(volatility * np.sqrt(dt))  [lattice.py:9]
    v_bar = up_bar * up
    volatility_bar = v_bar * sqrt_dt
    sqrt_dt_bar = v_bar * volatility
    dt_bar += sqrt_dt_bar * (0.5 / sqrt_dt) if sqrt_dt_bar != 0 else sqrt_dt_bar
    # dt = expiry / steps  [lattice.py:8]
    expiry_bar = dt_bar / steps
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)
