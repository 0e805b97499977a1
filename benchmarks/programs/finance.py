"""A call option on a binomial lattice."""

import math

import numpy as np

from benchmarks.registry import Program


def lattice(spot, strike, rate, volatility, expiry, steps):
    dt = expiry / steps
    up = math.exp(volatility * math.sqrt(dt))
    p = (math.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    discount = math.exp(-rate * dt)
    value = np.zeros(steps + 1)
    for i in range(steps + 1):
        value[i] = max(spot * up ** (2 * i - steps) - strike, 0.0)
    for step in range(steps - 1, -1, -1):
        for i in range(step + 1):
            value[i] = discount * (p * value[i + 1] + (1.0 - p) * value[i])
    return value[0]


def option(rng, quick):
    return 100.0, 95.3, 0.03, 0.25, 0.5, 6 if quick else 200


PROGRAMS = [Program("Black-Scholes lattice, 200 steps", lattice, option, tuple(range(5)))]
