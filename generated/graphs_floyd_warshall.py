"""Derivatives of floyd_warshall in graphs.py."""

import numpy as np


def floyd_warshall_jvp(distance, distance_dot):
    """Value of floyd_warshall and its directional derivative (forward mode)."""
    # n = len(distance)  [graphs.py:8]
    n = len(distance)
    for k in range(n):
        # distance[:] = np.minimum(distance, distance[:, k, np.newaxis] + distance[k])  [graphs.py:10]
        v = distance[:, k, None] + distance[k]
        v_dot = distance_dot[:, k, None] + distance_dot[k]
        v2 = np.where(distance == v, 0.5 * (distance_dot + v_dot), v_dot)
        distance_dot = np.where(distance < v, distance_dot, v2)
        distance = np.minimum(distance, v)
    return distance.copy(), distance_dot.copy()


def floyd_warshall_vjp(distance, y_bar):
    """Value of floyd_warshall and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = len(distance)
    distance_tape = []
    for k in range(n):
        distance_tape.append(distance)
        distance = np.minimum(distance, distance[:, k, None] + distance[k])

    # Reverse sweep
    distance_bar = y_bar
    for k, distance_2 in zip(reversed(range(n)), reversed(distance_tape)):
        # distance[:] = np.minimum(distance, distance[:, k, np.newaxis] + distance[k])  [graphs.py:10]
        v = distance_2[:, k, None] + distance_2[k]
        v2 = distance_2 < v
        v3 = distance_2 == v
        v4 = 0.5 * distance_bar
        distance_bar_2 = np.where(v2, distance_bar, np.where(v3, v4, 0.0))
        v_bar = np.where(v2, 0.0, np.where(v3, v4, distance_bar))
        distance_bar_2[k] += np.sum(v_bar, axis=0)
        distance_bar_2[:, k, None] += np.sum(v_bar, axis=1, keepdims=True)
        distance_bar = distance_bar_2
    return distance.copy(), distance_bar.copy()
