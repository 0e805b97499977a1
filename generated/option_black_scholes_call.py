"""Derivatives of black_scholes_call in option.py."""

import math


def black_scholes_call_grad(spot, strike, rate, volatility, expiry):
    """Gradient of black_scholes_call."""
    # Forward sweep
    v = math.sqrt(expiry)
    spread = volatility * v
    v2 = spot / strike
    v3 = rate + 0.5 * volatility**2
    d1 = (math.log(v2) + v3 * expiry) / spread
    d2 = d1 - spread
    v4 = math.sqrt(2.0)
    v5 = d1 / v4
    v6 = 0.5 * (1.0 + math.erf(v5))
    v7 = math.exp(-(rate * expiry))
    v8 = strike * v7
    v9 = d2 / v4
    v10 = 0.5 * (1.0 + math.erf(v9))

    # Reverse sweep
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v8_bar = -v10
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v11 = v8 * 0.5 * (1.1283791670955126 * math.exp(-(v9 * v9))) / v4
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    strike_bar = v8_bar * v7
    v_bar = -(v8_bar * strike * v7)
    rate_bar = v_bar * expiry
    expiry_bar = v_bar * rate
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d1_bar = spot * 0.5 * (1.1283791670955126 * math.exp(-(v5 * v5))) / v4
    # d2 = d1 - spread  [option.py:14]
    d1_bar -= v11
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v_bar = d1_bar / spread
    spread_bar = v11 - v_bar * d1
    v3_bar = v_bar * expiry
    expiry_bar += v_bar * v3
    rate_bar += v3_bar
    volatility_bar = volatility * v3_bar
    v12 = v_bar / v2 / strike
    spot_bar = v6 + v12
    strike_bar -= v12 * v2
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    volatility_bar += spread_bar * v
    expiry_bar += spread_bar * volatility * (0.5 / v if v != 0 else math.inf)
    return spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar


def black_scholes_call_value_and_grad(spot, strike, rate, volatility, expiry):
    """Value of black_scholes_call and its gradient."""
    # Forward sweep
    v = math.sqrt(expiry)
    spread = volatility * v
    v2 = spot / strike
    v3 = rate + 0.5 * volatility**2
    d1 = (math.log(v2) + v3 * expiry) / spread
    d2 = d1 - spread
    v4 = math.sqrt(2.0)
    v5 = d1 / v4
    v6 = 0.5 * (1.0 + math.erf(v5))
    v7 = math.exp(-(rate * expiry))
    v8 = strike * v7
    v9 = d2 / v4
    v10 = 0.5 * (1.0 + math.erf(v9))
    y = spot * v6 - v8 * v10

    # Reverse sweep
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v8_bar = -v10
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v11 = v8 * 0.5 * (1.1283791670955126 * math.exp(-(v9 * v9))) / v4
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    strike_bar = v8_bar * v7
    v_bar = -(v8_bar * strike * v7)
    rate_bar = v_bar * expiry
    expiry_bar = v_bar * rate
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d1_bar = spot * 0.5 * (1.1283791670955126 * math.exp(-(v5 * v5))) / v4
    # d2 = d1 - spread  [option.py:14]
    d1_bar -= v11
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v_bar = d1_bar / spread
    spread_bar = v11 - v_bar * d1
    v3_bar = v_bar * expiry
    expiry_bar += v_bar * v3
    rate_bar += v3_bar
    volatility_bar = volatility * v3_bar
    v12 = v_bar / v2 / strike
    spot_bar = v6 + v12
    strike_bar -= v12 * v2
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    volatility_bar += spread_bar * v
    expiry_bar += spread_bar * volatility * (0.5 / v if v != 0 else math.inf)
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
    v = math.sqrt(expiry)
    spread = volatility * v
    spread_dot = volatility_dot * v + expiry_dot * (0.5 / v if v != 0 else math.inf) * volatility
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v2 = spot / strike
    v3 = rate + 0.5 * volatility**2
    v_dot = (rate_dot + volatility_dot * volatility) * expiry + expiry_dot * v3
    d1 = (math.log(v2) + v3 * expiry) / spread
    d1_dot = ((spot_dot - strike_dot * v2) / strike / v2 + v_dot - spread_dot * d1) / spread
    # d2 = d1 - spread  [option.py:14]
    d2 = d1 - spread
    d2_dot = d1_dot - spread_dot
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v4 = math.sqrt(2.0)
    v5 = d1 / v4
    v6 = 0.5 * (1.0 + math.erf(v5))
    v6_dot = d1_dot / v4 * (1.1283791670955126 * math.exp(-(v5 * v5))) * 0.5
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v7 = math.exp(-(rate * expiry))
    v8 = strike * v7
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    v9 = d2 / v4
    v10 = 0.5 * (1.0 + math.erf(v9))
    v10_dot = d2_dot / v4 * (1.1283791670955126 * math.exp(-(v9 * v9))) * 0.5
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v_dot = (
        strike_dot * v7 - (rate_dot * expiry + expiry_dot * rate) * v7 * strike
    ) * v10 + v10_dot * v8
    y = spot * v6 - v8 * v10
    y_dot = spot_dot * v6 + v6_dot * spot - v_dot
    return y, y_dot


def black_scholes_call_vjp(spot, strike, rate, volatility, expiry, y_bar=1.0):
    """Value of black_scholes_call and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    v = math.sqrt(expiry)
    spread = volatility * v
    v2 = spot / strike
    v3 = rate + 0.5 * volatility**2
    d1 = (math.log(v2) + v3 * expiry) / spread
    d2 = d1 - spread
    v4 = math.sqrt(2.0)
    v5 = d1 / v4
    v6 = 0.5 * (1.0 + math.erf(v5))
    v7 = math.exp(-(rate * expiry))
    v8 = strike * v7
    v9 = d2 / v4
    v10 = 0.5 * (1.0 + math.erf(v9))
    y = spot * v6 - v8 * v10

    # Reverse sweep
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    v8_bar = -y_bar * v10
    v10_bar = -y_bar * v8
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d2_bar = v10_bar * 0.5 * (1.1283791670955126 * math.exp(-(v9 * v9))) / v4
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * expiry) * normal_cdf(d2)  [option.py:15]
    strike_bar = v8_bar * v7
    v_bar = -(v8_bar * strike * v7)
    rate_bar = v_bar * expiry
    expiry_bar = v_bar * rate
    spot_bar = y_bar * v6
    v6_bar = y_bar * spot
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))  [option.py:7]
    d1_bar = v6_bar * 0.5 * (1.1283791670955126 * math.exp(-(v5 * v5))) / v4
    # d2 = d1 - spread  [option.py:14]
    spread_bar = -d2_bar
    d1_bar += d2_bar
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread  [option.py:13]
    v_bar = d1_bar / spread
    spread_bar -= v_bar * d1
    v3_bar = v_bar * expiry
    expiry_bar += v_bar * v3
    rate_bar += v3_bar
    volatility_bar = volatility * v3_bar
    v11 = v_bar / v2 / strike
    spot_bar += v11
    strike_bar -= v11 * v2
    # spread = volatility * math.sqrt(expiry)  [option.py:12]
    volatility_bar += spread_bar * v
    expiry_bar += spread_bar * volatility * (0.5 / v if v != 0 else math.inf)
    return y, (spot_bar, strike_bar, rate_bar, volatility_bar, expiry_bar)
