"""HIPS autograd: the same programs with Python's loops around operations on whole arrays."""

from importlib.metadata import version as version_of
from types import SimpleNamespace

import autograd
import autograd.numpy as anp
import numpy as np

from benchmarks.peers import ports
from benchmarks.peers.python_loops import loop, repeat, scan


def inside(u, values):
    if u.ndim == 1:
        return anp.concatenate([u[:1], values, u[-1:]])
    middle = anp.concatenate([u[1:-1, :1], values, u[1:-1, -1:]], axis=1)
    return anp.concatenate([u[:1], middle, u[-1:]])


def log_softmax(z):
    z = z - anp.max(z, axis=1, keepdims=True)
    return z - anp.log(anp.sum(anp.exp(z), axis=1, keepdims=True))


NAMESPACE = SimpleNamespace(
    **{name: getattr(anp, name) for name in ports.NUMPY},
    loop=loop,
    scan=scan(anp.stack),
    repeat=repeat,
    inside=inside,
    diagonals=lambda a: anp.diagonal(a, axis1=-1, axis2=-2),
    log_softmax=log_softmax,
)


def calls(program, args):
    port = getattr(ports, program.ported)
    if program.derivative == "hvp":
        product = autograd.hessian_vector_product(lambda x: port(NAMESPACE, x))
        yield "autograd", lambda: product(*args)
    else:
        gradient = autograd.value_and_grad(lambda *a: port(NAMESPACE, *a), program.wrt)
        yield "autograd", lambda: gradient(*args)


def version():
    return f"autograd {version_of('autograd')}"


def array(leaf):
    return np.asarray(leaf)
