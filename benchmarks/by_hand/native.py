"""Adjoints that are written in another way for numba: tapes in arrays, inner loops that vectorise."""

import math

import numpy as np

from benchmarks.by_hand.statistics import gmm_vjp


def logistic_vjp(x, r, n):
    tape = np.empty(n)
    for i in range(n):
        tape[i] = x
        x = r * x * (1.0 - x)
    x_bar = 1.0
    r_bar = 0.0
    for i in range(n - 1, -1, -1):
        before = tape[i]
        r_bar += x_bar * (before * (1.0 - before))
        # one multiplication from trip to trip
        x_bar *= r * (1.0 - 2.0 * before)
    return x, (x_bar, r_bar)


# over arrays it is the same computation
gmm_arrays_vjp = gmm_vjp


def newton_sqrt_vjp(a):
    x = a
    tape = [x]
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
        tape.append(x)
    x_bar = 1.0
    a_bar = 0.0
    for i in range(len(tape) - 2, -1, -1):
        half = 0.5 * x_bar
        share = half / tape[i]
        a_bar += share
        x_bar = half - share * a / tape[i]
    return x, a_bar + x_bar


def heat_vjp(u, alpha, steps):
    u = u.copy()
    n = len(u)
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            new[i] = u[i] + alpha * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    u_bar = 2.0 * u
    for _ in range(steps):
        _heat_step_vjp(alpha, u_bar, new)
    return total, u_bar


def _heat_step_vjp(alpha, u_bar, new_bar):
    """A function of its own: with its arrays as arguments the loop vectorises."""
    n = len(u_bar)
    for i in range(n):
        new_bar[i] = u_bar[i]
    u_bar[0] = new_bar[0] + alpha * new_bar[1]
    u_bar[n - 1] = new_bar[n - 1] + alpha * new_bar[n - 2]
    new_bar[0] = 0.0
    new_bar[n - 1] = 0.0
    for i in range(1, n - 1):
        u_bar[i] = new_bar[i] + alpha * (new_bar[i + 1] - 2.0 * new_bar[i] + new_bar[i - 1])


def burgers_vjp(u, steps, c, nu):
    total, tape, u, new = _burgers_steps(u, steps, c, nu)
    u_bar = 2.0 * u
    for t in range(steps - 1, -1, -1):
        _burgers_step_vjp(tape[t], c, nu, u_bar, new)
    return total, u_bar


def burgers_fitted_vjp(u, steps, c, nu):
    total, tape, u, new = _burgers_steps(u, steps, c, nu)
    u_bar = 2.0 * u
    c_bar = nu_bar = 0.0
    for t in range(steps - 1, -1, -1):
        u = tape[t]
        for i in range(1, len(u) - 1):
            c_bar -= u_bar[i] * u[i] * (u[i] - u[i - 1])
            nu_bar += u_bar[i] * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        _burgers_step_vjp(u, c, nu, u_bar, new)
    return total, (u_bar, c_bar, nu_bar)


def _burgers_steps(u, steps, c, nu):
    u = u.copy()
    n = len(u)
    tape = np.empty((steps, n))
    new = u.copy()
    for t in range(steps):
        for i in range(n):
            tape[t, i] = u[i]
        for i in range(1, n - 1):
            new[i] = u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        for i in range(1, n - 1):
            u[i] = new[i]
    total = 0.0
    for i in range(n):
        total += u[i] * u[i]
    return total, tape, u, new


def _burgers_step_vjp(u, c, nu, u_bar, new_bar):
    n = len(u)
    for i in range(n):
        new_bar[i] = u_bar[i]
    u_bar[0] = new_bar[0] + new_bar[1] * (c * u[1] + nu)
    u_bar[n - 1] = new_bar[n - 1] + new_bar[n - 2] * nu
    new_bar[0] = 0.0
    new_bar[n - 1] = 0.0
    for i in range(1, n - 1):
        own = new_bar[i] * (1.0 - c * (2.0 * u[i] - u[i - 1]) - 2.0 * nu)
        u_bar[i] = own + new_bar[i + 1] * (c * u[i + 1] + nu) + new_bar[i - 1] * nu


# and so it is with slices
heat_slices_vjp = heat_vjp
burgers_slices_vjp = burgers_vjp


def jacobi_vjp(u, f, sweeps):
    n, m = u.shape
    u = u.copy()
    new = u.copy()
    for _ in range(sweeps):
        _jacobi_step(u, f, new)
        u, new = new, u
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += u[i, j] * u[i, j]
    u_bar = 2.0 * u
    f_bar = np.zeros_like(f)
    # a quarter of the adjoint of the inside, with zeros around it
    share = np.zeros((n, m))
    for _ in range(sweeps):
        _jacobi_step_vjp(u_bar, f_bar, share)
    return total, (u_bar, f_bar)


def _jacobi_step(u, f, new):
    n, m = u.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            new[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j])


def _jacobi_step_vjp(u_bar, f_bar, share):
    n, m = u_bar.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            share[i, j] = 0.25 * u_bar[i, j]
            f_bar[i, j] -= share[i, j]
    for i in range(1, n - 1):
        u_bar[i, 0] += share[i, 1]
        u_bar[i, m - 1] += share[i, m - 2]
    for j in range(1, m - 1):
        u_bar[0, j] += share[1, j]
        u_bar[n - 1, j] += share[n - 2, j]
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            u_bar[i, j] = share[i - 1, j] + share[i + 1, j] + share[i, j - 1] + share[i, j + 1]


def logistic_regression_vjp(w, b, X, y):
    margins = X @ w
    n = len(y)
    total = 0.0
    b_bar = 0.0
    for i in range(n):
        margin = y[i] * (margins[i] + b)
        e = math.exp(-abs(margin))
        total += math.log1p(e) + max(-margin, 0.0)
        margins[i] = -y[i] / n * (e / (1.0 + e) if margin > 0.0 else 1.0 / (1.0 + e))
        b_bar += margins[i]
    w_bar = X.T @ margins
    square = 0.0
    for j in range(len(w)):
        square += w[j] * w[j]
        w_bar[j] += 0.02 * w[j]
    return total / n + 0.01 * square, (w_bar, b_bar)


def _tanh(a, b):
    n, m = a.shape
    for i in range(n):
        for j in range(m):
            a[i, j] = math.tanh(a[i, j] + b[j])


def _tanh_vjp(h, bar, b_bar):
    n, m = h.shape
    for i in range(n):
        for j in range(m):
            bar[i, j] *= 1.0 - h[i, j] * h[i, j]
            b_bar[j] += bar[i, j]


def _softmax_vjp(z, b, labels, b_bar):
    n, m = z.shape
    total = 0.0
    for i in range(n):
        largest = -np.inf
        for j in range(m):
            z[i, j] += b[j]
            largest = max(largest, z[i, j])
        total -= z[i, labels[i]] - largest
        s = 0.0
        for j in range(m):
            z[i, j] = math.exp(z[i, j] - largest)
            s += z[i, j]
        total += math.log(s)
        for j in range(m):
            z[i, j] /= s * n
        z[i, labels[i]] -= 1.0 / n
        for j in range(m):
            b_bar[j] += z[i, j]
    return total / n


def mlp_vjp(W1, b1, W2, b2, W3, b3, x, labels):
    h1 = x @ W1
    _tanh(h1, b1)
    h2 = h1 @ W2
    _tanh(h2, b2)
    z = h2 @ W3
    b1_bar = np.zeros_like(b1)
    b2_bar = np.zeros_like(b2)
    b3_bar = np.zeros_like(b3)
    y = _softmax_vjp(z, b3, labels, b3_bar)
    a2_bar = z @ W3.T
    _tanh_vjp(h2, a2_bar, b2_bar)
    a1_bar = a2_bar @ W2.T
    _tanh_vjp(h1, a1_bar, b1_bar)
    return y, (x.T @ a1_bar, b1_bar, h1.T @ a2_bar, b2_bar, h2.T @ z, b3_bar)


def _lattice_step(later, p, discount, row):
    for i in range(len(row)):
        row[i] = discount * (p * later[i + 1] + (1.0 - p) * later[i])


def _lattice_step_vjp(later, p, discount, bars, later_bars, highs, lows):
    """What p and the discount get is added up in two arrays: a sum over numbers would not vectorise."""
    n = len(bars)
    for i in range(n):
        highs[i] += bars[i] * later[i + 1]
        lows[i] += bars[i] * later[i]
    up, down = discount * p, discount * (1.0 - p)
    later_bars[0] = down * bars[0]
    for i in range(1, n):
        later_bars[i] = up * bars[i - 1] + down * bars[i]
    later_bars[n] = up * bars[n - 1]


def lattice_vjp(spot, strike, rate, volatility, expiry, steps):
    dt = expiry / steps
    root = math.sqrt(dt)
    up = math.exp(volatility * root)
    growth = math.exp(rate * dt)
    width = up - 1.0 / up
    p = (growth - 1.0 / up) / width
    discount = math.exp(-rate * dt)
    rows = np.empty((steps + 1, steps + 1))
    powers = np.empty(steps + 1)
    for i in range(steps + 1):
        powers[i] = up ** (2 * i - steps)
        rows[steps, i] = max(spot * powers[i] - strike, 0.0)
    for step in range(steps - 1, -1, -1):
        _lattice_step(rows[step + 1], p, discount, rows[step, : step + 1])

    bars = np.ones(steps + 1)
    later_bars = np.empty(steps + 1)
    highs = np.zeros(steps)
    lows = np.zeros(steps)
    for step in range(steps):
        _lattice_step_vjp(rows[step + 1], p, discount, bars[: step + 1], later_bars, highs, lows)
        bars, later_bars = later_bars, bars
    high = np.sum(highs)
    low = np.sum(lows)
    p_bar = discount * (high - low)
    discount_bar = p * high + (1.0 - p) * low
    spot_bar = 0.0
    strike_bar = 0.0
    up_bar = p_bar * ((1.0 - p * (1.0 + up * up)) / (up * up)) / width
    for i in range(steps + 1):
        if rows[steps, i] > 0.0:
            spot_bar += bars[i] * powers[i]
            strike_bar -= bars[i]
            up_bar += bars[i] * spot * (2 * i - steps) * powers[i] / up
    growth_bar = p_bar / width * growth
    fall_bar = discount_bar * discount
    through = up_bar * up
    rate_bar = (growth_bar - fall_bar) * dt
    dt_bar = (growth_bar - fall_bar) * rate + 0.5 * through * volatility / root
    return rows[0, 0], (spot_bar, strike_bar, rate_bar, through * root, dt_bar / steps)


def rosenbrock_vjp(x):
    n = len(x)
    x_bar = np.empty(n)
    y = 0.0
    before = 0.0
    for i in range(n - 1):
        low = x[i]
        valley = x[i + 1] - low * low
        rest = 1.0 - low
        y += 100.0 * valley * valley + rest * rest
        x_bar[i] = before - 400.0 * valley * low - 2.0 * rest
        before = 200.0 * valley
    x_bar[n - 1] = before
    return y, x_bar


def rosenbrock_hvp(x, v):
    n = len(x)
    along = np.empty(n)
    before = 0.0
    for i in range(n - 1):
        low = x[i]
        off = -400.0 * low
        along[i] = before + (1200.0 * low * low - 400.0 * x[i + 1] + 2.0) * v[i] + off * v[i + 1]
        before = 200.0 * v[i + 1] + off * v[i]
    along[n - 1] = before
    return along
