"""Loops that would walk one list twice."""

import numpy as np

import s2s_ad
from tests.agree import agrees

U = np.array([0.5, -0.75, 1.25, 0.25])


def relaxed(u, n):
    for _ in range(n):
        for i in range(len(u) - 1):
            u[i] = u[i] * u[i + 1] + np.sin(u[i])
    return np.sum(u)


def test_what_is_read_twice_is_walked_once():
    agrees(relaxed, U, 3)
    source = s2s_ad.grad(relaxed).source(U, 3)
    walked = [line.count("_tape") for line in source.splitlines() if "for " in line]
    assert max(walked) > 0 and source.count("reversed(v2_tape)") == 1, source
    for line in (line for line in source.splitlines() if " in zip(" in line):
        parts = line[line.index("zip(") + 4 :].rstrip("):").split(", ")
        assert len(set(parts)) == len(parts), line
