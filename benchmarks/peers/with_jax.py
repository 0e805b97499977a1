"""JAX: ports on whole arrays, and ports that keep the function's own loops where those have a reverse mode."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.peers import ports

jax.config.update("jax_enable_x64", True)

NAMESPACE = SimpleNamespace(
    **{name: getattr(jnp, name) for name in ports.NUMPY},
    loop=lambda n, body, carry: lax.fori_loop(0, n, lambda _, c: body(c), carry),
    scan=lax.scan,
    repeat=lax.while_loop,
    inside=lambda u, values: u.at[(slice(1, -1),) * u.ndim].set(values),
    diagonals=lambda a: jnp.diagonal(a, axis1=-2, axis2=-1),
    log_softmax=jax.nn.log_softmax,
)


def heat(u, alpha, steps):
    n = len(u)

    def step(_, carry):
        u, new = carry
        new = lax.fori_loop(
            1, n - 1, lambda i, new: new.at[i].set(u[i] + alpha * (u[i + 1] - 2.0 * u[i] + u[i - 1])), new
        )
        return lax.fori_loop(1, n - 1, lambda i, u: u.at[i].set(new[i]), u), new

    u, _ = lax.fori_loop(0, steps, step, (u, u))
    return lax.fori_loop(0, n, lambda i, total: total + u[i] * u[i], 0.0)


def burgers(u, steps, c, nu):
    n = len(u)

    def point(u, i):
        return u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])

    def step(_, carry):
        u, new = carry
        new = lax.fori_loop(1, n - 1, lambda i, new: new.at[i].set(point(u, i)), new)
        return lax.fori_loop(1, n - 1, lambda i, u: u.at[i].set(new[i]), u), new

    u, _ = lax.fori_loop(0, steps, step, (u, u))
    return lax.fori_loop(0, n, lambda i, total: total + u[i] * u[i], 0.0)


def gauss_seidel(u, f, sweeps):
    n = len(u)

    def point(i, j, u):
        return u.at[i, j].set(0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - f[i, j]))

    def row(i, u):
        return lax.fori_loop(1, n - 1, lambda j, u: point(i, j, u), u)

    u = lax.fori_loop(0, sweeps, lambda _, u: lax.fori_loop(1, n - 1, row, u), u)
    return jnp.sum(u * u)


def gmm_diagonal(alphas, means, logs, x):
    n, d = x.shape
    k = len(alphas)
    scale = jnp.exp(logs)

    def point(i, total):
        def component(c, carry):
            terms, largest = carry

            def add(j, t):
                z = (x[i, j] - means[c, j]) * scale[c, j]
                return t + logs[c, j] - 0.5 * z * z

            t = lax.fori_loop(0, d, add, alphas[c])
            return terms.at[c].set(t), jnp.where(t > largest, t, largest)

        terms, largest = lax.fori_loop(0, k, component, (jnp.zeros(k), -1e300))
        s = lax.fori_loop(0, k, lambda c, s: s + jnp.exp(terms[c] - largest), 0.0)
        return total + jnp.log(s) + largest

    return lax.fori_loop(0, n, point, 0.0)


def lattice(spot, strike, rate, volatility, expiry, steps):
    dt = expiry / steps
    up = jnp.exp(volatility * jnp.sqrt(dt))
    p = (jnp.exp(rate * dt) - 1.0 / up) / (up - 1.0 / up)
    discount = jnp.exp(-rate * dt)

    def leaf(i, value):
        return value.at[i].set(jnp.maximum(spot * up ** (2 * i - steps) - strike, 0.0))

    def point(i, value):
        return value.at[i].set(discount * (p * value[i + 1] + (1.0 - p) * value[i]))

    value = lax.fori_loop(0, steps + 1, leaf, jnp.zeros(steps + 1))
    # bounds that change from trip to trip have no reverse mode: every row is as long as the first
    return lax.fori_loop(0, steps, lambda _, value: lax.fori_loop(0, steps, point, value), value)[0]


LITERAL = {f.__name__: f for f in (heat, burgers, gauss_seidel, gmm_diagonal, lattice)}


def calls(program, args):
    port = getattr(ports, program.ported)
    yield "JAX", _call(program, lambda *a: port(NAMESPACE, *a), args)
    # programs of slices have no loops over elements that could be kept
    if program.function.__name__ in LITERAL:
        yield "JAX, literal", _call(program, LITERAL[program.function.__name__], args)


def _call(program, f, args):
    # whole numbers are lengths of loops, not data: they are known when compiled
    fixed = {k for k, a in enumerate(args) if isinstance(a, int)}
    data = [jnp.asarray(a) for k, a in enumerate(args) if k not in fixed]

    def whole(*moving):
        rest = iter(moving)
        return f(*(a if k in fixed else next(rest) for k, a in enumerate(args)))

    places = [k for k in range(len(args)) if k not in fixed]
    wrt = tuple(places.index(k) for k in program.positions)
    if program.derivative == "hvp":
        compiled = jax.jit(lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1])
    elif program.function.__name__ == "newton_sqrt":
        compiled = jax.jit(lambda a: jax.jvp(f, (a,), (jnp.ones_like(a),)))  # a while loop has forward mode only
    else:
        compiled = jax.jit(jax.value_and_grad(whole, wrt))
    return lambda: jax.block_until_ready(compiled(*data))


def version():
    return f"JAX {jax.__version__}"


def array(leaf):
    return np.asarray(leaf)
