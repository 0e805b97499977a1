"""A call option under Black and Scholes, on a binomial lattice that is filled backwards."""

import numpy as np


def lattice_call(spot, strike, rate, volatility, expiry, steps):
    """The price of a European call."""
    dt = expiry / steps
    up = np.exp(volatility * np.sqrt(dt))
    p = (np.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    discount = np.exp(-rate * dt)
    value = np.zeros((steps + 1, steps + 1))
    for i in range(steps + 1):
        value[steps, i] = max(spot * up ** (2 * i - steps) - strike, 0.0)
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            value[step, i] = discount * (p * value[step + 1, i + 1] + (1.0 - p) * value[step + 1, i])
    return value[0, 0]


EXAMPLES = {"lattice_call": (100.0, 95.0, 0.03, 0.25, 0.5, 6)}
