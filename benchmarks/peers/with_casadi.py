"""CasADi, where it applies: expressions of numbers for what is small, functions that are folded for what is stepped."""

import functools

import casadi as ca
import numpy as np


def f(x1, x2):
    return ca.log(x1) + x1 * x2 - ca.sin(x2)


def logistic(x, r, n):
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def folded(step, state, times, *fixed):
    """The state after so many steps: the step is written out once, in numbers."""
    symbols = [ca.SX.sym(f"a{k}", *a.shape) for k, a in enumerate((state, *fixed))]
    one = ca.Function("step", symbols, [step(*symbols)])
    if not fixed:
        return one.fold(times)(state)
    return one.mapaccum(times)(state, *(ca.repmat(a, 1, times) for a in fixed))[:, -state.shape[1] :]


def heat(u, alpha, steps):
    def step(u):
        return ca.vertcat(u[0], u[1:-1] + alpha * (u[2:] - 2.0 * u[1:-1] + u[:-2]), u[-1])

    return ca.sumsqr(folded(step, u, steps))


def burgers(u, steps, c, nu):
    def step(u, c=c, nu=nu):
        left, middle, right = u[:-2], u[1:-1], u[2:]
        return ca.vertcat(u[0], middle - c * middle * (middle - left) + nu * (right - 2.0 * middle + left), u[-1])

    # what it is differentiated by goes through the steps with it
    return ca.sumsqr(folded(step, u, steps, *(a for a in (c, nu) if isinstance(a, ca.MX))))


def jacobi(u, f, sweeps):
    def sweep(u, f):
        new = ca.SX(u)
        new[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - f[1:-1, 1:-1])
        return new

    return ca.sumsqr(folded(sweep, u, sweeps, f))


def gauss_seidel(u, f, sweeps):
    def sweep(u, f):
        n = u.shape[0]
        rows, force = ([[a[i, j] for j in range(n)] for i in range(n)] for a in (u, f))
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                around = rows[i - 1][j] + rows[i + 1][j] + rows[i][j - 1] + rows[i][j + 1]
                rows[i][j] = 0.25 * (around - force[i][j])
        return ca.vertcat(*(ca.horzcat(*row) for row in rows))

    return ca.sumsqr(folded(sweep, u, sweeps, f))


def lu(A):
    n = A.shape[0]
    total = 0.0
    for k in range(n):
        total += ca.log(ca.fabs(A[k, k]))
        if k < n - 1:
            A[k + 1 :, k] /= A[k, k]
            A[k + 1 :, k + 1 :] -= A[k + 1 :, k] @ A[k, k + 1 :]
    return total


def gmm(alphas, means, factors, x):
    """The factors of the components stand one below the other."""
    n, d = x.shape
    terms, prior = [], 0.0
    for c in range(alphas.shape[0]):
        block = factors[c * d : (c + 1) * d, :]
        lower, scale = ca.tril(block, False), ca.exp(ca.diag(block))
        z = (x - ca.repmat(means[c, :], n, 1)) @ (lower + ca.diag(scale)).T
        terms.append(alphas[c] + ca.trace(block) - 0.5 * ca.sum2(z * z))
        prior += 0.5 * (ca.sumsqr(scale) + ca.sumsqr(lower))
    return _log_of_sums(terms) - prior - n * ca.log(ca.sum1(ca.exp(alphas)))


def gmm_diagonal(alphas, means, logs, x):
    n = x.shape[0]
    terms = []
    for c in range(alphas.shape[0]):
        z = (x - ca.repmat(means[c, :], n, 1)) * ca.repmat(ca.exp(logs[c, :]), n, 1)
        terms.append(alphas[c] + ca.sum2(logs[c, :]) - 0.5 * ca.sum2(z * z))
    return _log_of_sums(terms)


def _log_of_sums(terms):
    """Of each point over the components, added up."""
    largest = functools.reduce(ca.fmax, terms)
    return ca.sum1(ca.log(sum(ca.exp(t - largest) for t in terms)) + largest)


def logistic_regression(w, b, X, y):
    margins = y * (X @ w + b)
    return ca.sum1(ca.log1p(ca.exp(-margins))) / X.shape[0] + 0.01 * ca.sumsqr(w)


def mlp(W1, b1, W2, b2, W3, b3, x, labels):
    n = x.shape[0]

    def layer(h, W, b):
        return h @ W + ca.repmat(b.T, n, 1)

    z = layer(ca.tanh(layer(ca.tanh(layer(x, W1, b1)), W2, b2)), W3, b3)
    chosen = np.zeros(z.shape)
    chosen[np.arange(n), labels] = 1.0
    return (ca.sum1(ca.log(ca.sum2(ca.exp(z)))) - ca.sum1(ca.sum2(z * ca.DM(chosen)))) / n


def nbody(x, v, mass, dt, steps):
    n = mass.shape[0]

    def acceleration(x, mass):
        rows = []
        for i in range(n):
            d = x - ca.repmat(x[i, :], n, 1)
            pull = mass / (ca.sum2(d * d) + 0.01) ** 1.5
            rows.append(pull.T @ d)
        return ca.vertcat(*rows)

    def step(state, mass):
        x, v, a = state[:, :3], state[:, 3:6], state[:, 6:]
        v = v + 0.5 * dt * a
        x = x + dt * v
        a = acceleration(x, mass)
        return ca.horzcat(x, v + 0.5 * dt * a, a)

    state = folded(step, ca.horzcat(x, v, acceleration(x, mass)), steps, mass)
    return 0.5 * ca.sum1(mass * ca.sum2(state[:, 3:6] ** 2))


def lattice(spot, strike, rate, volatility, expiry, steps):
    dt = expiry / steps
    up = ca.exp(volatility * ca.sqrt(dt))
    p = (ca.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    discount = ca.exp(-rate * dt)
    value = ca.fmax(spot * up ** (2 * ca.DM(range(steps + 1)) - steps) - strike, 0.0)
    for _ in range(steps):
        value = discount * (p * value[1:] + (1.0 - p) * value[:-1])
    return value


def rosenbrock(x):
    return ca.sum1(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


# expressions of numbers; the others are expressions of matrices, in which functions of numbers are called
NUMBERS = (f, logistic, lu, lattice, rosenbrock)
MATRICES = (heat, burgers, jacobi, gauss_seidel, gmm, gmm_diagonal, logistic_regression, mlp, nbody)
PORTS = {port.__name__: port for port in NUMBERS + MATRICES}


def calls(program, args):
    port = PORTS.get(program.ported)
    if port is None:
        return
    kind = ca.SX if port in NUMBERS else ca.MX
    places = [k for k, a in enumerate(args) if k in program.positions or np.ndim(a) and a.dtype.kind == "f"]
    inputs = [ca.DM(_matrix(args[k])) for k in places]
    symbols = [kind.sym(f"x{k}", *a.shape) for k, a in zip(places, inputs)]
    made = []

    def compiled():
        if program.derivative == "hvp":
            x, vector = symbols
            return ca.Function("d", symbols, [ca.jtimes(ca.gradient(port(x), x), x, vector)])
        # copies: the port may write to its matrices, as the function does
        own = dict(zip(places, map(kind, symbols)))
        function = ca.Function("f", symbols, [port(*(own.get(k, a) for k, a in enumerate(args)))])
        gradients = [f"grad:o0:i{places.index(k)}" for k in program.positions]
        return function.factory("d", function.name_in(), ["o0", *gradients])

    def call():
        if not made:
            made.append(compiled())
        return made[0].call(inputs)

    yield "CasADi", call


def _matrix(a):
    """Of more than two axes the first go together."""
    return a.reshape(-1, a.shape[-1]) if np.ndim(a) > 2 else a


def version():
    return f"CasADi {ca.__version__}"


def array(leaf):
    return np.asarray(leaf, dtype=float)
