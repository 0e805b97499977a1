"""A lattice: its rows are saved as they are overwritten."""

import math

import numpy as np


def lattice_vjp(spot, strike, rate, volatility, expiry, steps):
    dt = expiry / steps
    root = math.sqrt(dt)
    up = math.exp(volatility * root)
    growth = math.exp(rate * dt)
    width = up - 1.0 / up
    p = (growth - 1.0 / up) / width
    discount = math.exp(-rate * dt)
    rows = np.empty((steps + 1, steps + 1))
    for i in range(steps + 1):
        rows[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            rows[step, i] = discount * (p * rows[step + 1, i + 1] + (1.0 - p) * rows[step + 1, i])

    bars = np.zeros(steps + 1)
    bars[0] = 1.0
    p_bar = 0.0
    discount_bar = 0.0
    for step in range(steps):
        above = 0.0
        for i in range(step, -1, -1):
            bar = bars[i]
            high = rows[step + 1, i + 1]
            low = rows[step + 1, i]
            p_bar += bar * discount * (high - low)
            discount_bar += bar * (p * high + (1.0 - p) * low)
            share = discount * bar
            bars[i + 1] = above + p * share
            above = (1.0 - p) * share
        bars[0] = above
    spot_bar = 0.0
    strike_bar = 0.0
    up_bar = p_bar * ((1.0 - p * (1.0 + up * up)) / (up * up)) / width
    for i in range(steps + 1):
        if rows[steps, i] > 0.0:
            power = up ** (2 * i - steps)
            spot_bar += bars[i] * power
            strike_bar -= bars[i]
            up_bar += bars[i] * spot * (2 * i - steps) * power / up
    growth_bar = p_bar / width * growth
    fall_bar = discount_bar * discount
    through = up_bar * up
    rate_bar = (growth_bar - fall_bar) * dt
    dt_bar = (growth_bar - fall_bar) * rate + 0.5 * through * volatility / root
    return rows[0, 0], (spot_bar, strike_bar, rate_bar, through * root, dt_bar / steps)
