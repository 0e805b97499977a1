"""Graphs as matrices: all shortest paths, and a sparse matrix times a vector."""

import numpy as np


def floyd_warshall(distance):
    """The lengths of all shortest paths, in place of the lengths of the edges."""
    n = len(distance)
    for k in range(n):
        distance[:] = np.minimum(distance, distance[:, k, np.newaxis] + distance[k])
    return distance


def spmv(indptr, indices, data, x):
    """A sparse matrix, row by row (CSR), times a vector."""
    y = np.empty(len(indptr) - 1)
    for i in range(len(y)):
        columns = indices[indptr[i] : indptr[i + 1]]
        values = data[indptr[i] : indptr[i + 1]]
        y[i] = values @ x[columns]
    return y


_rng = np.random.default_rng(5)
EXAMPLES = {
    "floyd_warshall": (_rng.uniform(1.0, 9.0, (5, 5)),),
    "spmv": (np.array([0, 2, 3, 3, 6]), np.array([0, 3, 1, 0, 2, 3]), _rng.standard_normal(6), _rng.standard_normal(4)),
}
