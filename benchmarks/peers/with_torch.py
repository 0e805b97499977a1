"""PyTorch, eager: the same programs with Python's loops around operations on whole tensors."""

from types import SimpleNamespace

import numpy as np
import torch

from benchmarks.peers import ports
from benchmarks.peers.python_loops import loop, repeat, scan

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def inside(u, values):
    u = u.clone()
    u[(slice(1, -1),) * u.ndim] = values
    return u


NAMESPACE = SimpleNamespace(
    **{name: getattr(torch, name) for name in ports.NUMPY},
    loop=loop,
    scan=scan(torch.stack),
    repeat=repeat,
    inside=inside,
    diagonals=lambda a: torch.diagonal(a, dim1=-2, dim2=-1),
    log_softmax=lambda z: torch.log_softmax(z, dim=1),
)


def calls(program, args):
    port = getattr(ports, program.ported)
    data = [a if isinstance(a, int) else torch.as_tensor(a) for a in args]
    if program.derivative == "hvp":
        *data, vector = data
    moving = [data[k].requires_grad_() for k in program.positions]

    def gradient():
        value = port(NAMESPACE, *data)
        return value, torch.autograd.grad(value, moving)

    def product():
        (slope,) = torch.autograd.grad(port(NAMESPACE, *data), moving, create_graph=True)
        return torch.autograd.grad(slope, moving, vector)

    yield "PyTorch", product if program.derivative == "hvp" else gradient


def version():
    return f"PyTorch {torch.__version__}"


def array(leaf):
    return leaf.detach().numpy() if isinstance(leaf, torch.Tensor) else np.asarray(leaf)
