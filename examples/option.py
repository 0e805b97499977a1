"""The price of an option, in closed form and on a lattice: its derivatives are what traders call the greeks."""

import math


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def black_scholes_call(spot, strike, rate, volatility, expiry):
    """The right to buy at `strike` when `expiry` has come."""
    spread = volatility * math.sqrt(expiry)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread
    d2 = d1 - spread
    return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)


def american_put(spot, strike, rate, volatility, expiry, steps):
    """The right to sell at `strike` at any time until `expiry`, on a binomial lattice of so many steps."""
    dt = expiry / steps
    up = math.exp(volatility * math.sqrt(dt))
    growth = math.exp(rate * dt)
    weight = (growth - 1.0 / up) / (up - 1.0 / up)
    values = []
    for i in range(steps + 1):
        values.append(max(strike - spot * up ** (2 * i - steps), 0.0))
    for step in range(steps - 1, -1, -1):
        earlier = []
        for i in range(step + 1):
            held = (weight * values[i + 1] + (1.0 - weight) * values[i]) / growth
            sold = strike - spot * up ** (2 * i - step)
            earlier.append(max(held, sold))
        values = earlier
    return values[0]


EXAMPLES = {
    "black_scholes_call": (100.0, 95.0, 0.03, 0.25, 0.5),
    "american_put": (100.0, 105.0, 0.03, 0.25, 0.5, 12),
}
