"""A function of many variables to be minimised."""

import numpy as np

from benchmarks.registry import Program


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def start(rng, quick):
    return (rng.standard_normal(6 if quick else 1000),)


def along(rng, quick):
    return *start(rng, quick), *start(rng, quick)


PROGRAMS = [
    Program("Rosenbrock, 1,000 variables", rosenbrock, start),
    Program("Rosenbrock, Hessian-vector product", rosenbrock, along, derivative="hvp"),
]
