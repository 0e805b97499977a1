"""Derivatives of black_scholes_call in option.py."""

import math


def black_scholes_call_grad(spot, strike, rate, volatility, expiry):
    """Gradient of black_scholes_call."""
    # Forward sweep
    sqrt_expiry = math.sqrt(expiry)
    spread = volatility * sqrt_expiry
    v = spot / strike
    v2 = rate + 0.5 * volatility**2
    d1 = (math.log(v) + v2 * expiry) / spread
    d2 = d1 - spread
    v3 = math.sqrt(2.0)
    v4 = d1 / v3
    v5 = 0.5 * (1.0 + math.erf(v4))
    v6 = math.exp(-(rate * expiry))
    v7 = strike * v6
    v8 = d2 / v3
    v9 = 0.5 * (1.0 + math.erf(v8))

    # Reverse sweep
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v7_bar = -v9
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v10 = v7 * 0.5 * (1.1283791670955126 * math.exp(-(v8 * v8))) / v3
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    strike_bar = v7_bar * v6
    v_bar = -(v7_bar * strike * v6)
    rate_bar = v_bar * expiry
    expiry_bar = v_bar * rate
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d1_bar = spot * 0.5 * (1.1283791670955126 * math.exp(-(v4 * v4))) / v3
    # d2 = d1 - spread  [option.py:14]
    d1_bar -= v10
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v_bar = d1_bar / spread
    spread_bar = v10 - v_bar * d1
    v2_bar = v_bar * expiry
    expiry_bar += v_bar * v2
    rate_bar += v2_bar
    volatility_bar = volatility * v2_bar
    v11 = v_bar / v / strike
    spot_bar = v5 + v11
    strike_bar -= v11 * v
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    volatility_bar += spread_bar * sqrt_expiry
    expiry_bar += spread_bar * volatility * (0.5 / sqrt_expiry if sqrt_expiry != 0 else math.inf)
    return spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar


def black_scholes_call_value_and_grad(spot, strike, rate, volatility, expiry):
    """Value of black_scholes_call and its gradient."""
    # Forward sweep
    sqrt_expiry = math.sqrt(expiry)
    spread = volatility * sqrt_expiry
    v = spot / strike
    v2 = rate + 0.5 * volatility**2
    d1 = (math.log(v) + v2 * expiry) / spread
    d2 = d1 - spread
    v3 = math.sqrt(2.0)
    v4 = d1 / v3
    v5 = 0.5 * (1.0 + math.erf(v4))
    v6 = math.exp(-(rate * expiry))
    v7 = strike * v6
    v8 = d2 / v3
    v9 = 0.5 * (1.0 + math.erf(v8))
    y = spot * v5 - v7 * v9

    # Reverse sweep
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v7_bar = -v9
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v10 = v7 * 0.5 * (1.1283791670955126 * math.exp(-(v8 * v8))) / v3
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    strike_bar = v7_bar * v6
    v_bar = -(v7_bar * strike * v6)
    rate_bar = v_bar * expiry
    expiry_bar = v_bar * rate
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d1_bar = spot * 0.5 * (1.1283791670955126 * math.exp(-(v4 * v4))) / v3
    # d2 = d1 - spread  [option.py:14]
    d1_bar -= v10
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v_bar = d1_bar / spread
    spread_bar = v10 - v_bar * d1
    v2_bar = v_bar * expiry
    expiry_bar += v_bar * v2
    rate_bar += v2_bar
    volatility_bar = volatility * v2_bar
    v11 = v_bar / v / strike
    spot_bar = v5 + v11
    strike_bar -= v11 * v
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    volatility_bar += spread_bar * sqrt_expiry
    expiry_bar += spread_bar * volatility * (0.5 / sqrt_expiry if sqrt_expiry != 0 else math.inf)
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)


def black_scholes_call_jvp(
    spot,
    strike,
    rate,
    volatility,
    expiry,
    spot_dot,
    strike_dot,
    rate_dot,
    volatility_dot,
    expiry_dot,
):
    """Value of black_scholes_call and its directional derivative (forward mode)."""
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    sqrt_expiry = math.sqrt(expiry)
    spread = volatility * sqrt_expiry
    spread_dot = (
        volatility_dot * sqrt_expiry
        + expiry_dot * (0.5 / sqrt_expiry if sqrt_expiry != 0 else math.inf) * volatility
    )
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v = spot / strike
    v2 = rate + 0.5 * volatility**2
    v_dot = (rate_dot + volatility_dot * volatility) * expiry + expiry_dot * v2
    d1 = (math.log(v) + v2 * expiry) / spread
    d1_dot = ((spot_dot - strike_dot * v) / strike / v + v_dot - spread_dot * d1) / spread
    # d2 = d1 - spread  [option.py:14]
    d2 = d1 - spread
    d2_dot = d1_dot - spread_dot
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v3 = math.sqrt(2.0)
    v4 = d1 / v3
    v5 = 0.5 * (1.0 + math.erf(v4))
    v5_dot = d1_dot / v3 * (1.1283791670955126 * math.exp(-(v4 * v4))) * 0.5
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v6 = math.exp(-(rate * expiry))
    v7 = strike * v6
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v8 = d2 / v3
    v9 = 0.5 * (1.0 + math.erf(v8))
    v9_dot = d2_dot / v3 * (1.1283791670955126 * math.exp(-(v8 * v8))) * 0.5
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v_dot = (
        strike_dot * v6 - (rate_dot * expiry + expiry_dot * rate) * v6 * strike
    ) * v9 + v9_dot * v7
    y = spot * v5 - v7 * v9
    y_dot = spot_dot * v5 + v5_dot * spot - v_dot
    return y, y_dot


def black_scholes_call_vjp(spot, strike, rate, volatility, expiry, y_bar=1.0):
    """Value of black_scholes_call and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    sqrt_expiry = math.sqrt(expiry)
    spread = volatility * sqrt_expiry
    v = spot / strike
    v2 = rate + 0.5 * volatility**2
    d1 = (math.log(v) + v2 * expiry) / spread
    d2 = d1 - spread
    v3 = math.sqrt(2.0)
    v4 = d1 / v3
    v5 = 0.5 * (1.0 + math.erf(v4))
    v6 = math.exp(-(rate * expiry))
    v7 = strike * v6
    v8 = d2 / v3
    v9 = 0.5 * (1.0 + math.erf(v8))
    y = spot * v5 - v7 * v9

    # Reverse sweep
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v7_bar = -y_bar * v9
    v9_bar = -y_bar * v7
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d2_bar = v9_bar * 0.5 * (1.1283791670955126 * math.exp(-(v8 * v8))) / v3
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    strike_bar = v7_bar * v6
    v_bar = -(v7_bar * strike * v6)
    rate_bar = v_bar * expiry
    expiry_bar = v_bar * rate
    spot_bar = y_bar * v5
    v5_bar = y_bar * spot
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d1_bar = v5_bar * 0.5 * (1.1283791670955126 * math.exp(-(v4 * v4))) / v3
    # d2 = d1 - spread  [option.py:14]
    spread_bar = -d2_bar
    d1_bar += d2_bar
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v_bar = d1_bar / spread
    spread_bar -= v_bar * d1
    v2_bar = v_bar * expiry
    expiry_bar += v_bar * v2
    rate_bar += v2_bar
    volatility_bar = volatility * v2_bar
    v10 = v_bar / v / strike
    spot_bar += v10
    strike_bar -= v10 * v
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    volatility_bar += spread_bar * sqrt_expiry
    expiry_bar += spread_bar * volatility * (0.5 / sqrt_expiry if sqrt_expiry != 0 else math.inf)
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)
