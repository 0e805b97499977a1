"""Test functions for optimisation: Moré, Garbow, Hillstrom, Testing Unconstrained Optimization Software, 1981.

Residuals as their authors state them, with loops where they have sums; standard starting points.
"""

import numpy as np


def rosenbrock(x):
    return np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])


def freudenstein_roth(x):
    return np.array(
        [-13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1], -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1]]
    )


def powell_badly_scaled(x):
    return np.array([1e4 * x[0] * x[1] - 1.0, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001])


def brown_badly_scaled(x):
    return np.array([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0])


def beale(x):
    goals = (1.5, 2.25, 2.625)
    return np.array([goals[i] - x[0] * (1.0 - x[1] ** (i + 1)) for i in range(3)])


def jennrich_sampson(x):
    i = np.arange(1.0, 11.0)
    return 2.0 + 2.0 * i - (np.exp(i * x[0]) + np.exp(i * x[1]))


def helical_valley(x):
    theta = np.arctan(x[1] / x[0]) / (2.0 * np.pi)
    if x[0].real < 0.0:
        theta = theta + 0.5
    return np.array([10.0 * (x[2] - 10.0 * theta), 10.0 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1.0), x[2]])


BARD = (0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39)


def bard(x):
    out = x[0] * np.zeros(15)
    for i in range(15):
        u, v = i + 1.0, 15.0 - i
        out[i] = BARD[i] - (x[0] + u / (v * x[1] + min(u, v) * x[2]))
    return out


GAUSSIAN = np.array([0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
                     0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009])  # fmt: skip


def gaussian(x):
    t = (8.0 - np.arange(1.0, 16.0)) / 2.0
    return x[0] * np.exp(-x[1] * (t - x[2]) ** 2 / 2.0) - GAUSSIAN


MEYER = np.array([34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0,
                  8261.0, 7030.0, 6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0])  # fmt: skip


def meyer(x):
    t = 45.0 + 5.0 * np.arange(1.0, 17.0)
    return x[0] * np.exp(x[1] / (t + x[2])) - MEYER


def box_three(x):
    t = 0.1 * np.arange(1.0, 11.0)
    return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10.0 * t))


def powell_singular(x):
    return np.array(
        [
            x[0] + 10.0 * x[1],
            np.sqrt(5.0) * (x[2] - x[3]),
            (x[1] - 2.0 * x[2]) ** 2,
            np.sqrt(10.0) * (x[0] - x[3]) ** 2,
        ]
    )


def wood(x):
    a, b, c, d = x
    return np.array(
        [
            10.0 * (b - a**2),
            1.0 - a,
            np.sqrt(90.0) * (d - c**2),
            1.0 - c,
            np.sqrt(10.0) * (b + d - 2.0),
            (b - d) / np.sqrt(10.0),
        ]
    )


KOWALIK = np.array([0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
AT = np.array([4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])


def kowalik_osborne(x):
    return KOWALIK - x[0] * (AT**2 + AT * x[1]) / (AT**2 + AT * x[2] + x[3])


def brown_dennis(x):
    out = np.zeros(20) * x[0]
    for i in range(20):
        t = (i + 1) / 5.0
        out[i] = (x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2
    return out


def biggs(x):
    t = 0.1 * np.arange(1.0, 14.0)
    y = np.exp(-t) - 5.0 * np.exp(-10.0 * t) + 3.0 * np.exp(-4.0 * t)
    return x[2] * np.exp(-t * x[0]) - x[3] * np.exp(-t * x[1]) + x[5] * np.exp(-t * x[4]) - y


def watson(x):
    n = len(x)
    out = np.zeros(31) * x[0]
    for i in range(29):
        t = (i + 1) / 29.0
        slope, total, power = 0.0, 0.0, 1.0
        for j in range(n):
            total = total + x[j] * power
            if j + 1 < n:
                slope = slope + (j + 1) * x[j + 1] * power
            power = power * t
        out[i] = slope - total**2 - 1.0
    out[29] = x[0]
    out[30] = x[1] - x[0] ** 2 - 1.0
    return out


def penalty(x):
    return np.concatenate([np.sqrt(1e-5) * (x - 1.0), np.array([np.sum(x**2) - 0.25])])


def variably_dimensioned(x):
    s = np.sum(np.arange(1.0, len(x) + 1.0) * (x - 1.0))
    return np.concatenate([x - 1.0, np.array([s, s**2])])


def trigonometric(x):
    n = len(x)
    return n - np.sum(np.cos(x)) + np.arange(1.0, n + 1.0) * (1.0 - np.cos(x)) - np.sin(x)


def brown_almost_linear(x):
    n = len(x)
    out = x + np.sum(x) - (n + 1.0)
    out[n - 1] = np.prod(x) - 1.0
    return out


def discrete_boundary_value(x):
    n = len(x)
    h = 1.0 / (n + 1)
    out = 2.0 * x + h**2 * (x + h * np.arange(1.0, n + 1.0) + 1.0) ** 3 / 2.0
    out[1:] -= x[:-1]
    out[:-1] -= x[1:]
    return out


def discrete_integral(x):
    n = len(x)
    h = 1.0 / (n + 1)
    t = h * np.arange(1.0, n + 1.0)
    cube = (x + t + 1.0) ** 3
    below = np.cumsum(t * cube)
    above = np.sum((1.0 - t) * cube) - np.cumsum((1.0 - t) * cube)
    return x + h * ((1.0 - t) * below + t * above) / 2.0


def broyden_tridiagonal(x):
    out = (3.0 - 2.0 * x) * x + 1.0
    out[1:] -= x[:-1]
    out[:-1] -= 2.0 * x[1:]
    return out


def broyden_banded(x):
    n = len(x)
    out = x * (2.0 + 5.0 * x**2) + 1.0
    for i in range(n):
        for j in range(max(0, i - 5), min(n, i + 2)):
            if j != i:
                out[i] -= x[j] * (1.0 + x[j])
    return out


def linear_full_rank(x):
    s = 2.0 * np.sum(x) / 8.0 + 1.0
    return np.concatenate([x, np.zeros(8 - len(x))]) - s


def chebyquad(x):
    n = len(x)
    out = np.zeros(n) * x[0]
    for j in range(n):
        one, t = 1.0, 2.0 * x[j] - 1.0
        before, now = one, t
        for i in range(n):
            out[i] += now / n
            before, now = now, 2.0 * t * now - before
    for i in range(1, n, 2):
        out[i] += 1.0 / ((i + 1.0) ** 2 - 1.0)
    return out


FUNCTIONS = {
    rosenbrock: (-1.2, 1.0),
    freudenstein_roth: (0.5, -2.0),
    powell_badly_scaled: (0.0, 1.0),
    brown_badly_scaled: (1.0, 1.0),
    beale: (1.0, 1.0),
    jennrich_sampson: (0.3, 0.4),
    helical_valley: (-1.0, 0.1, 0.3),
    bard: (1.0, 1.0, 1.0),
    gaussian: (0.4, 1.0, 0.1),
    meyer: (0.02, 4000.0, 250.0),
    box_three: (0.0, 10.0, 20.0),
    powell_singular: (3.0, -1.0, 0.0, 1.0),
    wood: (-3.0, -1.0, -3.0, -1.0),
    kowalik_osborne: (0.25, 0.39, 0.415, 0.39),
    brown_dennis: (25.0, 5.0, -5.0, -1.0),
    biggs: (1.0, 2.0, 1.0, 1.0, 1.0, 1.0),
    watson: (0.3, -0.2, 0.5, 0.1, -0.4, 0.2),
    penalty: (1.0, 2.0, 3.0, 4.0),
    variably_dimensioned: (0.75, 0.5, 0.25, 0.1),
    trigonometric: (0.2, 0.25, 0.1, 0.3),
    brown_almost_linear: (0.5, 0.6, 0.4, 0.7),
    discrete_boundary_value: (-0.14, -0.2, -0.19, -0.1),
    discrete_integral: (-0.14, -0.2, -0.19, -0.1),
    broyden_tridiagonal: (-1.0, -0.9, -1.1, -1.0, -0.8),
    broyden_banded: (-1.0, -0.9, -1.1, -1.0, -0.8, -0.7, -0.5),
    linear_full_rank: (1.0, 1.5, 0.5),
    chebyquad: (0.2, 0.4, 0.6, 0.8),
}  # fmt: skip
