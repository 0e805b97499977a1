"""Derivatives of spmv in graphs.py."""

import numpy as np


def spmv_jvp(indptr, indices, data, x, data_dot, x_dot):
    """Value of spmv and its directional derivative (forward mode)."""
    # y = np.empty(len(indptr) - 1)  [graphs.py:16]
    y = np.empty(len(indptr) - 1)
    # for i in range(len(y)):  [graphs.py:17]
    y_dot = np.zeros_like(y)
    for i in range(len(y)):
        # columns = indices[indptr[i] : indptr[i + 1]]  [graphs.py:18]
        v = indptr[i]
        v2 = indptr[i + 1]
        columns = indices[v:v2]
        # values = data[indptr[i] : indptr[i + 1]]  [graphs.py:19]
        values = data[v:v2]
        values_dot = data_dot[v:v2]
        # y[i] = values @ x[columns]  [graphs.py:20]
        v3 = x[columns]
        y[i] = values @ v3
        y_dot[i] = values_dot @ v3 + values @ x_dot[columns]
    return y, y_dot


def spmv_vjp(indptr, indices, data, x, y_bar):
    """Value of spmv and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    y = np.empty(len(indptr) - 1)
    v = len(y)
    for i in range(v):
        v2 = indptr[i]
        v3 = indptr[i + 1]
        columns = indices[v2:v3]
        values = data[v2:v3]
        y[i] = values @ x[columns]

    # Reverse sweep
    data_bar = np.zeros_like(data)
    x_bar = np.zeros_like(x)
    y_bar = y_bar.tolist()
    for i in reversed(range(v)):
        # values = data[indptr[i] : indptr[i + 1]]  [graphs.py:19]
        v4 = indptr[i + 1]
        v5 = indptr[i]
        values = data[v5:v4]
        # columns = indices[indptr[i] : indptr[i + 1]]  [graphs.py:18]
        columns = indices[v5:v4]
        # y[i] = values @ x[columns]  [graphs.py:20]
        v_bar = y_bar[i]
        y_bar[i] = 0.0
        values_bar = v_bar * x[columns]
        np.add.at(x_bar, columns, v_bar * values)
        # values = data[indptr[i] : indptr[i + 1]]  [graphs.py:19]
        data_bar[v5:v4] += values_bar
    return y, (data_bar, x_bar)
