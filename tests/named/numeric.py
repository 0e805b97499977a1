"""Jacobians that know nothing of ours: by complex steps, and by differences of these."""

import numpy as np


def flat(tree):
    """All numbers of a value, in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, (tuple, list)):
        return np.concatenate([flat(item) for item in tree]) if len(tree) else np.zeros(0)
    return np.ravel(tree)


def by_steps(f, x, step=1e-30):
    """d f / d x of shape shape(f) + shape(x), for a function of one array that takes complex numbers."""
    x = np.asarray(x, dtype=float)
    columns = []
    for at in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[at] += 1j * step
        columns.append(np.imag(f(moved)) / step)
    found = np.stack(columns, axis=-1) if columns else np.zeros((*np.shape(f(x)), 0))
    return found.reshape((*found.shape[:-1], *x.shape))


def by_differences(f, x, step=1e-6):
    """The same by central differences, for functions that do not."""
    x = np.asarray(x, dtype=float)
    columns = []
    for at in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[at] += step
        down[at] -= step
        columns.append((np.asarray(f(up)) - np.asarray(f(down))) / (2 * step))
    found = np.stack(columns, axis=-1)
    return found.reshape((*found.shape[:-1], *x.shape))
