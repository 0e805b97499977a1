"""What the derivatives of the whole programs in examples/ cost, at sizes that are still small."""

import copy
import functools

import numpy as np


def relax(a):
    """One write to each element, each of which depends on the one before and on what it overwrites."""
    for i in range(1, len(a)):
        a[i] = a[i] + 0.5 * a[i - 1] * a[i]
    return np.sum(a)


def arguments():
    """(file, function) -> arguments."""
    rng = np.random.default_rng(0)
    draw = rng.standard_normal
    square = draw((24, 24))
    definite = square @ square.T + 24.0 * np.eye(24)
    mlp = [(100, 64), (64, 32), (32,), (32, 32), (32,), (32, 10), (10,)]
    indptr = np.arange(0, 801, 8)
    return {
        ("arrays", "heat"): (draw(2_000), 0.2, 100),
        ("arrays", "cholesky_logdet"): (definite,),
        ("arrays", "mlp_loss"): (
            *(draw(shape) for shape in [(64, 32), (32,), (32, 10), (10,), (200, 64)]),
            rng.integers(0, 10, 200),
        ),
        ("stencils", "burgers"): (np.sin(2.0 * np.pi * np.arange(400.0) / 398.0), 1e-3, 1e-4, 100),
        ("stencils", "gauss_seidel"): (draw((20, 20)), draw((20, 20)), 5),
        ("stencils", "cavity"): (*(0.1 * draw((3, 41, 41))), 1.0, 0.1, 1.0, 0.001, 5, 20),
        ("factorisations", "lu_solve"): (definite, draw(24)),
        ("factorisations", "lu_logdet"): (definite,),
        ("factorisations", "cholesky"): (definite,),
        ("factorisations", "gram_schmidt"): (draw((40, 20)),),
        ("factorisations", "thomas"): (
            *(rng.uniform(size=200), 3.0 + rng.uniform(size=201), rng.uniform(size=200), draw(201)),
        ),
        ("dynamics", "nbody"): (draw((8, 3)), 0.1 * draw((8, 3)), rng.uniform(size=8), 0.01, 10),
        ("dynamics", "kalman"): (
            *(np.eye(4) + 0.1 * draw((4, 4)), draw((2, 4)), 0.1 * np.eye(4), np.eye(2), draw(4), np.eye(4)),
            draw((50, 2)),
        ),
        ("networks", "conv2d"): (draw((4, 16, 16, 3)), draw((3, 3, 3, 8)), draw(8)),
        ("networks", "mlp"): tuple(draw(shape) for shape in mlp),
        ("networks", "lstm"): (draw((20, 8)), *(0.2 * draw((4, 16, 24))), *(0.2 * draw((4, 16)))),
        ("graphs", "floyd_warshall"): (rng.uniform(1.0, 9.0, (30, 30)),),
        ("graphs", "spmv"): (indptr, rng.integers(0, 100, 800), draw(800), draw(100)),
        ("lattice", "lattice_call"): (100.0, 95.0, 0.03, 0.25, 0.5, 50),
    }


def like(value):
    """A cotangent for a value."""
    return tuple(map(like, value)) if isinstance(value, tuple) else value


def timed(function, derivative, written, args, medians):
    """The times of the function, of copying its arguments, of its derivative, and of the one written by hand."""
    cotangent = like(function(*copy.deepcopy(args)))
    calls = [
        lambda: function(*copy.deepcopy(args)),
        lambda: copy.deepcopy(args),
        lambda: derivative(*args, cotangent),
    ]
    if written is not None:
        calls.append(lambda: written(*args, cotangent))
    return medians(*calls, repeats=7)


def programs(root, load, medians, table):
    """Value and gradient over the function; for three of them also over what a person wrote."""
    by_hand = load(root / "tests" / "handwritten" / "arrays_d.py")
    for (module, name), args in arguments().items():
        function = getattr(load(root / "examples" / f"{module}.py"), name)
        derivative = getattr(load(root / "generated" / f"{module}_{name}.py"), f"{name}_vjp")
        written = getattr(by_hand, f"{name}_vjp", None)
        whole, copying, ours, *hand = timed(function, derivative, written, args, medians)
        note = f"ours / by hand {ours / hand[0]:.2f}" if hand else ""
        table.add_row(f"{name}: value and gradient / function", f"{ours / (whole - copying):.2f}", note)


def writes(s2s_ad, emitted, medians, table):
    """The time of both sweeps for each of n writes to an array of n elements."""
    smallest = None
    for size in (1_000, 10_000, 100_000):
        a = np.random.default_rng(0).uniform(-0.5, 0.5, size)
        gradient = emitted(s2s_ad.grad(relax), "relax_grad", a)
        (took,) = medians(functools.partial(gradient, a), repeats=5)
        smallest = smallest or took / size
        note = f"{took / size / smallest:.2f} of that for 1,000"
        table.add_row(f"{size:,} writes, both sweeps", f"{took / size * 1e6:.2f} µs a write", note)
