"""Derivatives of american_put in option.py."""

import math


def american_put_grad(spot, strike, rate, volatility, expiry, steps):
    """Gradient of american_put."""
    # Forward sweep
    dt = expiry / steps
    sqrt_dt = math.sqrt(dt)
    up = math.exp(volatility * sqrt_dt)
    growth = math.exp(rate * dt)
    v = 1.0 / up
    v2 = up - v
    weight = (growth - v) / v2
    values = []
    v3_tape = []
    for i in range(steps + 1):
        v3 = up ** (2 * i - steps)
        v3_tape.append(v3)
        v4 = strike - spot * v3
        values.append(0.0 if 0.0 > v4 else v4)
    tape = []
    for step in range(steps - 1, -1, -1):
        earlier = []
        v5_tape = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            v5 = up ** (2 * i - step)
            v5_tape.append(v5)
            sold = strike - spot * v5
            earlier.append(sold if sold > held else held)
        tape.append((values, v5_tape))
        values = earlier

    # Reverse sweep
    # return values[0]  [option.py:34]
    values_bar = [0.0] * len(values)
    values_bar[0] += 1.0
    weight_bar = 0.0
    growth_bar = 0.0
    up_bar = 0.0
    spot_bar = 0.0
    strike_bar = 0.0
    for step, (values, v5_tape) in zip(range(steps), reversed(tape)):
        v6 = [0.0] * len(values)
        earlier_bar = values_bar
        values_bar = v6
        for i, v7 in zip(reversed(range(step + 1)), reversed(v5_tape)):
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v7
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v8 = values[i]
            v9 = 1.0 - weight
            v10 = values[i + 1]
            held = (weight * v10 + v9 * v8) / growth
            # earlier.append(max(held, sold))  [option.py:32]
            sold_bar = earlier_bar[-1]
            del earlier_bar[-1]
            if sold > held:
                held_bar = 0.0
            else:
                held_bar = sold_bar
                sold_bar = 0.0
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            strike_bar += sold_bar
            v7_bar = -(sold_bar * spot)
            spot_bar -= sold_bar * v7
            v11 = 2 * i - step
            if up != 0 or v11 >= 1:
                v12 = v11 * up ** (v11 - 1)
            else:
                v12 = 0.0 if v11 == 0 else math.inf
            up_bar += v7_bar * v12 if v7_bar != 0 else v7_bar
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v_bar = held_bar / growth
            growth_bar -= v_bar * held
            values_bar[i] += v_bar * v9
            weight_bar += v_bar * (v10 - v8)
            values_bar[i + 1] += v_bar * weight
    for i, v3 in zip(reversed(range(steps + 1)), reversed(v3_tape)):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v_bar = values_bar[-1]
        del values_bar[-1]
        v_bar = 0.0 if 0.0 > strike - spot * v3 else v_bar
        strike_bar += v_bar
        v3_bar = -(v_bar * spot)
        spot_bar -= v_bar * v3
        v13 = 2 * i - steps
        if up != 0 or v13 >= 1:
            v14 = v13 * up ** (v13 - 1)
        else:
            v14 = 0.0 if v13 == 0 else math.inf
        up_bar += v3_bar * v14 if v3_bar != 0 else v3_bar
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v_bar = weight_bar / v2
    v15 = v_bar * weight
    growth_bar += v_bar
    up_bar += v * (v_bar - v15) / up - v15
    # growth = math.exp(rate * dt)  [option.py:22]
    v_bar = growth_bar * growth
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    v_bar = up_bar * up
    volatility_bar = v_bar * sqrt_dt
    sqrt_dt_bar = v_bar * volatility
    dt_bar += (
        sqrt_dt_bar * (0.5 / sqrt_dt if sqrt_dt != 0 else math.inf)
        if sqrt_dt_bar != 0
        else sqrt_dt_bar
    )
    # dt = expiry / steps  [option.py:20]
    expiry_bar = dt_bar / steps
    return spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar


def american_put_value_and_grad(spot, strike, rate, volatility, expiry, steps):
    """Value of american_put and its gradient."""
    # Forward sweep
    dt = expiry / steps
    sqrt_dt = math.sqrt(dt)
    up = math.exp(volatility * sqrt_dt)
    growth = math.exp(rate * dt)
    v = 1.0 / up
    v2 = up - v
    weight = (growth - v) / v2
    values = []
    v3_tape = []
    for i in range(steps + 1):
        v3 = up ** (2 * i - steps)
        v3_tape.append(v3)
        v4 = strike - spot * v3
        values.append(0.0 if 0.0 > v4 else v4)
    tape = []
    for step in range(steps - 1, -1, -1):
        earlier = []
        v5_tape = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            v5 = up ** (2 * i - step)
            v5_tape.append(v5)
            sold = strike - spot * v5
            earlier.append(sold if sold > held else held)
        tape.append((values, v5_tape))
        values = earlier
    y = values[0]

    # Reverse sweep
    # return values[0]  [option.py:34]
    values_bar = [0.0] * len(values)
    values_bar[0] += 1.0
    weight_bar = 0.0
    growth_bar = 0.0
    up_bar = 0.0
    spot_bar = 0.0
    strike_bar = 0.0
    for step, (values, v5_tape) in zip(range(steps), reversed(tape)):
        v6 = [0.0] * len(values)
        earlier_bar = values_bar
        values_bar = v6
        for i, v7 in zip(reversed(range(step + 1)), reversed(v5_tape)):
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v7
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v8 = values[i]
            v9 = 1.0 - weight
            v10 = values[i + 1]
            held = (weight * v10 + v9 * v8) / growth
            # earlier.append(max(held, sold))  [option.py:32]
            sold_bar = earlier_bar[-1]
            del earlier_bar[-1]
            if sold > held:
                held_bar = 0.0
            else:
                held_bar = sold_bar
                sold_bar = 0.0
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            strike_bar += sold_bar
            v7_bar = -(sold_bar * spot)
            spot_bar -= sold_bar * v7
            v11 = 2 * i - step
            if up != 0 or v11 >= 1:
                v12 = v11 * up ** (v11 - 1)
            else:
                v12 = 0.0 if v11 == 0 else math.inf
            up_bar += v7_bar * v12 if v7_bar != 0 else v7_bar
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v_bar = held_bar / growth
            growth_bar -= v_bar * held
            values_bar[i] += v_bar * v9
            weight_bar += v_bar * (v10 - v8)
            values_bar[i + 1] += v_bar * weight
    for i, v3 in zip(reversed(range(steps + 1)), reversed(v3_tape)):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v_bar = values_bar[-1]
        del values_bar[-1]
        v_bar = 0.0 if 0.0 > strike - spot * v3 else v_bar
        strike_bar += v_bar
        v3_bar = -(v_bar * spot)
        spot_bar -= v_bar * v3
        v13 = 2 * i - steps
        if up != 0 or v13 >= 1:
            v14 = v13 * up ** (v13 - 1)
        else:
            v14 = 0.0 if v13 == 0 else math.inf
        up_bar += v3_bar * v14 if v3_bar != 0 else v3_bar
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v_bar = weight_bar / v2
    v15 = v_bar * weight
    growth_bar += v_bar
    up_bar += v * (v_bar - v15) / up - v15
    # growth = math.exp(rate * dt)  [option.py:22]
    v_bar = growth_bar * growth
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    v_bar = up_bar * up
    volatility_bar = v_bar * sqrt_dt
    sqrt_dt_bar = v_bar * volatility
    dt_bar += (
        sqrt_dt_bar * (0.5 / sqrt_dt if sqrt_dt != 0 else math.inf)
        if sqrt_dt_bar != 0
        else sqrt_dt_bar
    )
    # dt = expiry / steps  [option.py:20]
    expiry_bar = dt_bar / steps
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)


def american_put_jvp(
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
    """Value of american_put and its directional derivative (forward mode)."""
    # dt = expiry / steps  [option.py:20]
    dt = expiry / steps
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    sqrt_dt = math.sqrt(dt)
    up = math.exp(volatility * sqrt_dt)
    up_dot = (
        volatility_dot * sqrt_dt
        + expiry_dot / steps * (0.5 / sqrt_dt if sqrt_dt != 0 else math.inf) * volatility
    ) * up
    # growth = math.exp(rate * dt)  [option.py:22]
    growth = math.exp(rate * dt)
    growth_dot = (rate_dot * dt + expiry_dot / steps * rate) * growth
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v = 1.0 / up
    v2 = up_dot * v / up
    v3 = up - v
    weight = (growth - v) / v3
    weight_dot = (growth_dot + v2 - (up_dot + v2) * weight) / v3
    # for i in range(steps + 1):  [option.py:25]
    values = []
    values_dot = [0.0] * len(values)
    for i in range(steps + 1):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v4 = 2 * i - steps
        v5 = up**v4
        if up != 0 or v4 >= 1:
            v6 = v4 * up ** (v4 - 1)
        else:
            v6 = 0.0 if v4 == 0 else math.inf
        v7 = strike - spot * v5
        v7_dot = strike_dot - (spot_dot * v5 + up_dot * v6 * spot)
        if 0.0 > v7:
            v7 = 0.0
            v7_dot = 0.0
        values.append(v7)
        values_dot.append(v7_dot)
    for step in range(steps - 1, -1, -1):
        # for i in range(step + 1):  [option.py:29]
        earlier = []
        earlier_dot = [0.0] * len(earlier)
        for i in range(step + 1):
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v8 = values[i + 1]
            v9 = 1.0 - weight
            v10 = values[i]
            held = (weight * v8 + v9 * v10) / growth
            v11 = growth_dot * held
            v12 = (
                weight_dot * v8
                + values_dot[i + 1] * weight
                + (values_dot[i] * v9 - weight_dot * v10)
                - v11
            )
            held_dot = v12 / growth
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            v13 = 2 * i - step
            v14 = up**v13
            if up != 0 or v13 >= 1:
                v15 = v13 * up ** (v13 - 1)
            else:
                v15 = 0.0 if v13 == 0 else math.inf
            sold = strike - spot * v14
            sold_dot = strike_dot - (spot_dot * v14 + up_dot * v15 * spot)
            if sold > held:
                v16 = sold
                v16_dot = sold_dot
            else:
                v16 = held
                v16_dot = held_dot
            # earlier.append(max(held, sold))  [option.py:32]
            earlier.append(v16)
            earlier_dot.append(v16_dot)
        values = earlier
        values_dot = earlier_dot
    # return values[0]  [option.py:34]
    y = values[0]
    y_dot = values_dot[0]
    return y, y_dot


def american_put_vjp(spot, strike, rate, volatility, expiry, steps, y_bar=1.0):
    """Value of american_put and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    dt = expiry / steps
    sqrt_dt = math.sqrt(dt)
    up = math.exp(volatility * sqrt_dt)
    growth = math.exp(rate * dt)
    v = 1.0 / up
    v2 = up - v
    weight = (growth - v) / v2
    values = []
    v3_tape = []
    for i in range(steps + 1):
        v3 = up ** (2 * i - steps)
        v3_tape.append(v3)
        v4 = strike - spot * v3
        values.append(0.0 if 0.0 > v4 else v4)
    tape = []
    for step in range(steps - 1, -1, -1):
        earlier = []
        v5_tape = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            v5 = up ** (2 * i - step)
            v5_tape.append(v5)
            sold = strike - spot * v5
            earlier.append(sold if sold > held else held)
        tape.append((values, v5_tape))
        values = earlier
    y = values[0]

    # Reverse sweep
    # return values[0]  [option.py:34]
    values_bar = [0.0] * len(values)
    values_bar[0] += y_bar
    weight_bar = 0.0
    growth_bar = 0.0
    up_bar = 0.0
    spot_bar = 0.0
    strike_bar = 0.0
    for step, (values, v5_tape) in zip(range(steps), reversed(tape)):
        v6 = [0.0] * len(values)
        earlier_bar = values_bar
        values_bar = v6
        for i, v7 in zip(reversed(range(step + 1)), reversed(v5_tape)):
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v7
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v8 = values[i]
            v9 = 1.0 - weight
            v10 = values[i + 1]
            held = (weight * v10 + v9 * v8) / growth
            # earlier.append(max(held, sold))  [option.py:32]
            sold_bar = earlier_bar[-1]
            del earlier_bar[-1]
            if sold > held:
                held_bar = 0.0
            else:
                held_bar = sold_bar
                sold_bar = 0.0
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            strike_bar += sold_bar
            v7_bar = -(sold_bar * spot)
            spot_bar -= sold_bar * v7
            v11 = 2 * i - step
            if up != 0 or v11 >= 1:
                v12 = v11 * up ** (v11 - 1)
            else:
                v12 = 0.0 if v11 == 0 else math.inf
            up_bar += v7_bar * v12 if v7_bar != 0 else v7_bar
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v_bar = held_bar / growth
            growth_bar -= v_bar * held
            values_bar[i] += v_bar * v9
            weight_bar += v_bar * (v10 - v8)
            values_bar[i + 1] += v_bar * weight
    for i, v3 in zip(reversed(range(steps + 1)), reversed(v3_tape)):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v_bar = values_bar[-1]
        del values_bar[-1]
        v_bar = 0.0 if 0.0 > strike - spot * v3 else v_bar
        strike_bar += v_bar
        v3_bar = -(v_bar * spot)
        spot_bar -= v_bar * v3
        v13 = 2 * i - steps
        if up != 0 or v13 >= 1:
            v14 = v13 * up ** (v13 - 1)
        else:
            v14 = 0.0 if v13 == 0 else math.inf
        up_bar += v3_bar * v14 if v3_bar != 0 else v3_bar
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v_bar = weight_bar / v2
    v15 = v_bar * weight
    growth_bar += v_bar
    up_bar += v * (v_bar - v15) / up - v15
    # growth = math.exp(rate * dt)  [option.py:22]
    v_bar = growth_bar * growth
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    v_bar = up_bar * up
    volatility_bar = v_bar * sqrt_dt
    sqrt_dt_bar = v_bar * volatility
    dt_bar += (
        sqrt_dt_bar * (0.5 / sqrt_dt if sqrt_dt != 0 else math.inf)
        if sqrt_dt_bar != 0
        else sqrt_dt_bar
    )
    # dt = expiry / steps  [option.py:20]
    expiry_bar = dt_bar / steps
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)
