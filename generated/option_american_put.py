"""Derivatives of american_put in option.py."""

import math


def american_put_grad(spot, strike, rate, volatility, expiry, steps):
    """Gradient of american_put."""
    # Forward sweep
    dt = expiry / steps
    v = math.sqrt(dt)
    up = math.exp(volatility * v)
    growth = math.exp(rate * dt)
    v2 = 1.0 / up
    v3 = up - v2
    weight = (growth - v2) / v3
    values = []
    v4_tape = []
    for i in range(steps + 1):
        v4 = up ** (2 * i - steps)
        v4_tape.append(v4)
        v5 = strike - spot * v4
        values.append(0.0 if 0.0 > v5 else v5)
    tape = []
    for step in range(steps - 1, -1, -1):
        earlier = []
        v6_tape = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            v6 = up ** (2 * i - step)
            v6_tape.append(v6)
            sold = strike - spot * v6
            earlier.append(sold if sold > held else held)
        tape.append((values, v6_tape))
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
    for step, (values, v6_tape) in zip(range(steps), reversed(tape)):
        v7 = [0.0] * len(values)
        earlier_bar = values_bar
        values_bar = v7
        for i, v8 in zip(reversed(range(step + 1)), reversed(v6_tape)):
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v8
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v9 = values[i]
            v10 = 1.0 - weight
            v11 = values[i + 1]
            held = (weight * v11 + v10 * v9) / growth
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
            v8_bar = -(sold_bar * spot)
            spot_bar -= sold_bar * v8
            v12 = 2 * i - step
            if up != 0 or v12 >= 1:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v13 = v12 * up ** (v12 - 1)
            else:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v13 = 0.0 if v12 == 0 else math.inf
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            up_bar += v8_bar * v13 if v8_bar != 0 else v8_bar
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v_bar = held_bar / growth
            growth_bar -= v_bar * held
            values_bar[i] += v_bar * v10
            weight_bar = weight_bar - v_bar * v9 + v_bar * v11
            values_bar[i + 1] += v_bar * weight
    for i, v14 in zip(reversed(range(steps + 1)), reversed(v4_tape)):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v_bar = values_bar[-1]
        del values_bar[-1]
        v_bar = 0.0 if 0.0 > strike - spot * v14 else v_bar
        strike_bar += v_bar
        v14_bar = -(v_bar * spot)
        spot_bar -= v_bar * v14
        v15 = 2 * i - steps
        if up != 0 or v15 >= 1:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v16 = v15 * up ** (v15 - 1)
        else:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v16 = 0.0 if v15 == 0 else math.inf
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        up_bar += v14_bar * v16 if v14_bar != 0 else v14_bar
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v_bar = weight_bar / v3
    v17 = v_bar * weight
    growth_bar += v_bar
    up_bar = up_bar - v17 - v17 / up * v2 + v_bar / up * v2
    # growth = math.exp(rate * dt)  [option.py:22]
    v_bar = growth_bar * growth
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    v_bar = up_bar * up
    volatility_bar = v_bar * v
    v_bar *= volatility
    dt_bar += v_bar * (0.5 / v if v != 0 else math.inf) if v_bar != 0 else v_bar
    # dt = expiry / steps  [option.py:20]
    expiry_bar = dt_bar / steps
    return spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar


def american_put_value_and_grad(spot, strike, rate, volatility, expiry, steps):
    """Value of american_put and its gradient."""
    # Forward sweep
    dt = expiry / steps
    v = math.sqrt(dt)
    up = math.exp(volatility * v)
    growth = math.exp(rate * dt)
    v2 = 1.0 / up
    v3 = up - v2
    weight = (growth - v2) / v3
    values = []
    v4_tape = []
    for i in range(steps + 1):
        v4 = up ** (2 * i - steps)
        v4_tape.append(v4)
        v5 = strike - spot * v4
        values.append(0.0 if 0.0 > v5 else v5)
    tape = []
    for step in range(steps - 1, -1, -1):
        earlier = []
        v6_tape = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            v6 = up ** (2 * i - step)
            v6_tape.append(v6)
            sold = strike - spot * v6
            earlier.append(sold if sold > held else held)
        tape.append((values, v6_tape))
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
    for step, (values, v6_tape) in zip(range(steps), reversed(tape)):
        v7 = [0.0] * len(values)
        earlier_bar = values_bar
        values_bar = v7
        for i, v8 in zip(reversed(range(step + 1)), reversed(v6_tape)):
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v8
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v9 = values[i]
            v10 = 1.0 - weight
            v11 = values[i + 1]
            held = (weight * v11 + v10 * v9) / growth
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
            v8_bar = -(sold_bar * spot)
            spot_bar -= sold_bar * v8
            v12 = 2 * i - step
            if up != 0 or v12 >= 1:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v13 = v12 * up ** (v12 - 1)
            else:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v13 = 0.0 if v12 == 0 else math.inf
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            up_bar += v8_bar * v13 if v8_bar != 0 else v8_bar
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v_bar = held_bar / growth
            growth_bar -= v_bar * held
            values_bar[i] += v_bar * v10
            weight_bar = weight_bar - v_bar * v9 + v_bar * v11
            values_bar[i + 1] += v_bar * weight
    for i, v14 in zip(reversed(range(steps + 1)), reversed(v4_tape)):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v_bar = values_bar[-1]
        del values_bar[-1]
        v_bar = 0.0 if 0.0 > strike - spot * v14 else v_bar
        strike_bar += v_bar
        v14_bar = -(v_bar * spot)
        spot_bar -= v_bar * v14
        v15 = 2 * i - steps
        if up != 0 or v15 >= 1:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v16 = v15 * up ** (v15 - 1)
        else:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v16 = 0.0 if v15 == 0 else math.inf
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        up_bar += v14_bar * v16 if v14_bar != 0 else v14_bar
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v_bar = weight_bar / v3
    v17 = v_bar * weight
    growth_bar += v_bar
    up_bar = up_bar - v17 - v17 / up * v2 + v_bar / up * v2
    # growth = math.exp(rate * dt)  [option.py:22]
    v_bar = growth_bar * growth
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    v_bar = up_bar * up
    volatility_bar = v_bar * v
    v_bar *= volatility
    dt_bar += v_bar * (0.5 / v if v != 0 else math.inf) if v_bar != 0 else v_bar
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
    v = math.sqrt(dt)
    up = math.exp(volatility * v)
    up_dot = (
        volatility_dot * v + expiry_dot / steps * (0.5 / v if v != 0 else math.inf) * volatility
    ) * up
    # growth = math.exp(rate * dt)  [option.py:22]
    growth = math.exp(rate * dt)
    growth_dot = (rate_dot * dt + expiry_dot / steps * rate) * growth
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v2 = 1.0 / up
    v3 = up_dot * v2 / up
    v4 = up - v2
    weight = (growth - v2) / v4
    weight_dot = (growth_dot + v3 - (up_dot + v3) * weight) / v4
    # for i in range(steps + 1):  [option.py:25]
    values = []
    values_dot = [0.0] * len(values)
    for i in range(steps + 1):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v5 = 2 * i - steps
        v6 = up**v5
        if up != 0 or v5 >= 1:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v7 = v5 * up ** (v5 - 1)
        else:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v7 = 0.0 if v5 == 0 else math.inf
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v8 = strike - spot * v6
        v8_dot = strike_dot - (spot_dot * v6 + up_dot * v7 * spot)
        if 0.0 > v8:
            v8 = 0.0
            v8_dot = 0.0
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        values.append(v8)
        values_dot.append(v8_dot)
    for step in range(steps - 1, -1, -1):
        # for i in range(step + 1):  [option.py:29]
        earlier = []
        earlier_dot = [0.0] * len(earlier)
        for i in range(step + 1):
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v9 = values[i + 1]
            v10 = 1.0 - weight
            v11 = values[i]
            held = (weight * v9 + v10 * v11) / growth
            v12 = growth_dot * held
            v13 = (
                weight_dot * v9
                + values_dot[i + 1] * weight
                + (values_dot[i] * v10 - weight_dot * v11)
                - v12
            )
            held_dot = v13 / growth
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            v14 = 2 * i - step
            v15 = up**v14
            if up != 0 or v14 >= 1:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v16 = v14 * up ** (v14 - 1)
            else:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v16 = 0.0 if v14 == 0 else math.inf
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v15
            sold_dot = strike_dot - (spot_dot * v15 + up_dot * v16 * spot)
            if sold > held:
                v17 = sold
                v17_dot = sold_dot
            else:
                v17 = held
                v17_dot = held_dot
            # earlier.append(max(held, sold))  [option.py:32]
            earlier.append(v17)
            earlier_dot.append(v17_dot)
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
    v = math.sqrt(dt)
    up = math.exp(volatility * v)
    growth = math.exp(rate * dt)
    v2 = 1.0 / up
    v3 = up - v2
    weight = (growth - v2) / v3
    values = []
    v4_tape = []
    for i in range(steps + 1):
        v4 = up ** (2 * i - steps)
        v4_tape.append(v4)
        v5 = strike - spot * v4
        values.append(0.0 if 0.0 > v5 else v5)
    tape = []
    for step in range(steps - 1, -1, -1):
        earlier = []
        v6_tape = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            v6 = up ** (2 * i - step)
            v6_tape.append(v6)
            sold = strike - spot * v6
            earlier.append(sold if sold > held else held)
        tape.append((values, v6_tape))
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
    for step, (values, v6_tape) in zip(range(steps), reversed(tape)):
        v7 = [0.0] * len(values)
        earlier_bar = values_bar
        values_bar = v7
        for i, v8 in zip(reversed(range(step + 1)), reversed(v6_tape)):
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            sold = strike - spot * v8
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v9 = values[i]
            v10 = 1.0 - weight
            v11 = values[i + 1]
            held = (weight * v11 + v10 * v9) / growth
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
            v8_bar = -(sold_bar * spot)
            spot_bar -= sold_bar * v8
            v12 = 2 * i - step
            if up != 0 or v12 >= 1:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v13 = v12 * up ** (v12 - 1)
            else:
                # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
                v13 = 0.0 if v12 == 0 else math.inf
            # sold = strike - spot * up ** (2 * i - step)  [option.py:31]
            up_bar += v8_bar * v13 if v8_bar != 0 else v8_bar
            # held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth  [option.py:30]
            v_bar = held_bar / growth
            growth_bar -= v_bar * held
            values_bar[i] += v_bar * v10
            weight_bar = weight_bar - v_bar * v9 + v_bar * v11
            values_bar[i + 1] += v_bar * weight
    for i, v14 in zip(reversed(range(steps + 1)), reversed(v4_tape)):
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        v_bar = values_bar[-1]
        del values_bar[-1]
        v_bar = 0.0 if 0.0 > strike - spot * v14 else v_bar
        strike_bar += v_bar
        v14_bar = -(v_bar * spot)
        spot_bar -= v_bar * v14
        v15 = 2 * i - steps
        if up != 0 or v15 >= 1:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v16 = v15 * up ** (v15 - 1)
        else:
            # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
            v16 = 0.0 if v15 == 0 else math.inf
        # values.append(max(strike - spot * up ** (2 * i - steps), 0.0))  [option.py:26]
        up_bar += v14_bar * v16 if v14_bar != 0 else v14_bar
    # weight = (growth - 1.0 / up) / (up - 1.0 / up)  [option.py:23]
    v_bar = weight_bar / v3
    v17 = v_bar * weight
    growth_bar += v_bar
    up_bar = up_bar - v17 - v17 / up * v2 + v_bar / up * v2
    # growth = math.exp(rate * dt)  [option.py:22]
    v_bar = growth_bar * growth
    rate_bar = v_bar * dt
    dt_bar = v_bar * rate
    # up = math.exp(volatility * math.sqrt(dt))  [option.py:21]
    v_bar = up_bar * up
    volatility_bar = v_bar * v
    v_bar *= volatility
    dt_bar += v_bar * (0.5 / v if v != 0 else math.inf) if v_bar != 0 else v_bar
    # dt = expiry / steps  [option.py:20]
    expiry_bar = dt_bar / steps
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)
