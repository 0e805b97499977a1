"""Every program in functional form, on whole arrays, over the namespace `t` of a tool.

Beside the names of NumPy that are used here, a namespace has `loop(n, body, carry)`, `scan(body, carry, rows)`,
`inside(u, values)` (u with other values within its border), `diagonals` and `log_softmax`.
"""


def f(t, x1, x2):
    return t.log(x1) + x1 * x2 - t.sin(x2)


def logistic(t, x, r, n):
    return t.loop(n, lambda x: r * x * (1.0 - x), x)


def newton_sqrt(t, a):
    return t.repeat(lambda x: abs(x * x - a) > 1e-12 * a, lambda x: 0.5 * (x + a / x), a)


def heat(t, u, alpha, steps):
    u = t.loop(steps, lambda u: t.inside(u, u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2])), u)
    return t.sum(u * u)


def burgers(t, u, steps, c, nu):
    def step(u):
        left, middle, right = u[:-2], u[1:-1], u[2:]
        return t.inside(u, middle - c * middle * (middle - left) + nu * (right - 2.0 * middle + left))

    u = t.loop(steps, step, u)
    return t.sum(u * u)


def jacobi(t, u, f, sweeps):
    def sweep(u):
        around = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:]
        return t.inside(u, 0.25 * (around - f[1:-1, 1:-1]))

    u = t.loop(sweeps, sweep, u)
    return t.sum(u * u)


def gauss_seidel(t, u, f, sweeps):
    """Along a row it is a recurrence with one factor, so a triangular matrix solves it at once."""
    places = t.arange(u.shape[1] - 2)
    powers = places[:, None] - places
    solve = t.where(powers >= 0, 0.25 ** abs(powers), 0.0)

    def row(above, of):
        old, below, force = of
        right = 0.25 * (above[1:-1] + below[1:-1] + old[2:] - force[1:-1])
        inner = solve @ right + 0.25 * old[0] * solve[:, 0]
        new = t.concatenate([old[:1], inner, old[-1:]])
        return new, new

    def sweep(u):
        _, rows = t.scan(row, u[0], (u[1:-1], u[2:], f[1:-1]))
        return t.concatenate([u[:1], rows, u[-1:]])

    u = t.loop(sweeps, sweep, u)
    return t.sum(u * u)


def lu(t, A):
    return t.linalg.slogdet(A)[1]


def cholesky(t, A):
    """The loops read the lower triangle only."""
    lower = t.linalg.cholesky(t.tril(A) + t.swapaxes(t.tril(A, -1), 0, 1))
    return 2.0 * t.sum(t.log(t.diagonals(lower)))


def gmm(t, alphas, means, factors, x):
    n, d = x.shape
    logs = t.diagonals(factors)
    scale = t.exp(logs)
    lower = t.tril(factors, -1)
    root = lower + scale[:, :, None] * t.eye(d)
    z = (x - means[:, None, :]) @ t.swapaxes(root, 1, 2)
    terms = (alphas + t.sum(logs, axis=1))[:, None] - 0.5 * t.sum(z * z, axis=2)
    largest = t.amax(terms, axis=0)
    total = t.sum(t.log(t.sum(t.exp(terms - largest), axis=0)) + largest)
    prior = 0.5 * (t.sum(scale * scale) + t.sum(lower * lower))
    return total - prior - n * t.log(t.sum(t.exp(alphas)))


def gmm_diagonal(t, alphas, means, logs, x):
    z = (x[:, None, :] - means) * t.exp(logs)
    terms = alphas + t.sum(logs, axis=1) - 0.5 * t.sum(z * z, axis=2)
    largest = t.amax(terms, axis=1)
    return t.sum(t.log(t.sum(t.exp(terms - largest[:, None]), axis=1)) + largest)


def logistic_regression(t, w, b, X, y):
    margins = y * (X @ w + b)
    return t.mean(t.logaddexp(0.0 * margins, -margins)) + 0.01 * t.sum(w * w)


def mlp(t, W1, b1, W2, b2, W3, b3, x, labels):
    h1 = t.tanh(x @ W1 + b1)
    h2 = t.tanh(h1 @ W2 + b2)
    logp = t.log_softmax(h2 @ W3 + b3)
    return -t.mean(logp[t.arange(len(labels)), labels])


def nbody(t, x, v, mass, dt, steps):
    def acceleration(x):
        d = x[None, :, :] - x[:, None, :]
        pull = mass / (t.sum(d * d, axis=2) + 0.01) ** 1.5
        return t.sum(pull[:, :, None] * d, axis=1)

    def step(state):
        x, v, a = state
        v = v + 0.5 * dt * a
        x = x + dt * v
        a = acceleration(x)
        return x, v + 0.5 * dt * a, a

    _, v, _ = t.loop(steps, step, (x, v, acceleration(x)))
    return 0.5 * t.sum(mass * t.sum(v * v, axis=1))


def lattice(t, spot, strike, rate, volatility, expiry, steps):
    """All rows are as long as the last: what stands beyond their end is never read by what counts."""
    dt = expiry / steps
    up = t.exp(volatility * t.sqrt(dt))
    p = (t.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    discount = t.exp(-rate * dt)
    payoff = spot * up ** (2 * t.arange(steps + 1) - steps) - strike
    value = t.where(payoff > 0.0, payoff, 0.0)

    def back(value):
        return discount * (p * t.concatenate([value[1:], value[-1:]]) + (1.0 - p) * value)

    return t.loop(steps, back, value)[0]


def rosenbrock(t, x):
    return t.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


# what all namespaces have under one name
NUMPY = """abs amax arange concatenate cos exp eye linalg log logaddexp mean sin sqrt sum swapaxes tanh tril
where""".split()
