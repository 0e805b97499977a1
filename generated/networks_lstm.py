"""Derivatives of lstm in networks.py."""

import numpy as np


def lstm_jvp(
    xs,
    Wf,
    Wi,
    Wo,
    Wc,
    bf,
    bi,
    bo,
    bc,
    xs_dot,
    Wf_dot,
    Wi_dot,
    Wo_dot,
    Wc_dot,
    bf_dot,
    bi_dot,
    bo_dot,
    bc_dot,
):
    """Value of lstm and its directional derivative (forward mode)."""
    # n = len(bf)  [networks.py:40]
    n = len(bf)
    # h = np.zeros(n)  [networks.py:41]
    h = np.zeros(n)
    # c = np.zeros(n)  [networks.py:42]
    c = np.zeros(n)
    # for t in range(len(xs)):  [networks.py:43]
    h_dot = np.zeros_like(h)
    c_dot = np.zeros_like(c)
    for t in range(len(xs)):
        # hx = np.concatenate([h, xs[t]])  [networks.py:44]
        hx = np.concatenate([h, xs[t]])
        hx_dot = np.concatenate([h_dot, xs_dot[t]])
        # f = sigmoid(Wf @ hx + bf)  [networks.py:45]
        v = Wf @ hx + bf
        v_dot = Wf_dot @ hx + Wf @ hx_dot + bf_dot
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v2 = np.exp(-v)
        v3 = 1.0 + v2
        v4 = 1.0 / v3
        v4_dot = v_dot * v2 * v4 / v3
        # i = sigmoid(Wi @ hx + bi)  [networks.py:46]
        v5 = Wi @ hx + bi
        v5_dot = Wi_dot @ hx + Wi @ hx_dot + bi_dot
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v6 = np.exp(-v5)
        v7 = 1.0 + v6
        v8 = 1.0 / v7
        v8_dot = v5_dot * v6 * v8 / v7
        # o = sigmoid(Wo @ hx + bo)  [networks.py:47]
        v9 = Wo @ hx + bo
        v9_dot = Wo_dot @ hx + Wo @ hx_dot + bo_dot
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v10 = np.exp(-v9)
        v11 = 1.0 + v10
        v12 = 1.0 / v11
        v12_dot = v9_dot * v10 * v12 / v11
        # c = f * c + i * np.tanh(Wc @ hx + bc)  [networks.py:48]
        c_dot = v4_dot * c + c_dot * v4
        v13 = np.tanh(Wc @ hx + bc)
        c = v4 * c + v8 * v13
        c_dot += v8_dot * v13 + (Wc_dot @ hx + Wc @ hx_dot + bc_dot) * (1.0 - v13 * v13) * v8
        # h = o * np.tanh(c)  [networks.py:49]
        v14 = np.tanh(c)
        h = v12 * v14
        h_dot = v12_dot * v14 + c_dot * (1.0 - v14 * v14) * v12
    return h, h_dot


def lstm_vjp(xs, Wf, Wi, Wo, Wc, bf, bi, bo, bc, y_bar):
    """Value of lstm and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    n = len(bf)
    v = len(xs)
    h = np.zeros(n)
    c = np.zeros(n)
    tape = []
    for t in range(v):
        hx = np.concatenate([h, xs[t]])
        v2 = np.exp(-(Wf @ hx + bf))
        v3 = np.exp(-(Wi @ hx + bi))
        v4 = np.exp(-(Wo @ hx + bo))
        v5 = np.tanh(Wc @ hx + bc)
        c_2 = 1.0 / (1.0 + v2) * c + 1.0 / (1.0 + v3) * v5
        v6 = np.tanh(c_2)
        tape.append((h, c, hx, v2, v3, v4, v5, v6))
        h = 1.0 / (1.0 + v4) * v6
        c = c_2
    y = h

    # Reverse sweep
    c_bar = np.zeros_like(c)
    xs_bar = np.zeros_like(xs)
    Wf_bar = np.zeros_like(Wf)
    bf_bar = np.zeros_like(bf)
    Wi_bar = np.zeros_like(Wi)
    bi_bar = np.zeros_like(bi)
    Wo_bar = np.zeros_like(Wo)
    bo_bar = np.zeros_like(bo)
    Wc_bar = np.zeros_like(Wc)
    bc_bar = np.zeros_like(bc)
    h_bar = y_bar
    for t, (h, c, hx, v11, v10, v9, v8, v7) in zip(reversed(range(v)), reversed(tape)):
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v12 = 1.0 + v9
        v13 = 1.0 / v12
        # h = o * np.tanh(c)  [networks.py:49]
        v13_bar = h_bar * v7
        c_bar += h_bar * v13 * (1.0 - v7 * v7)
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v14 = 1.0 + v10
        v15 = 1.0 / v14
        v16 = 1.0 + v11
        v17 = 1.0 / v16
        # c = f * c + i * np.tanh(Wc @ hx + bc)  [networks.py:48]
        v15_bar = c_bar * v8
        v_bar = c_bar * v15 * (1.0 - v8 * v8)
        bc_bar += v_bar
        hx_bar = Wc.T @ v_bar
        Wc_bar += np.outer(v_bar, hx)
        v17_bar = c_bar * c
        c_bar *= v17
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v18 = v13_bar / v12 * v13 * v9
        # o = sigmoid(Wo @ hx + bo)  [networks.py:47]
        bo_bar += v18
        Wo_bar += np.outer(v18, hx)
        hx_bar += Wo.T @ v18
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v19 = v15_bar / v14 * v15 * v10
        # i = sigmoid(Wi @ hx + bi)  [networks.py:46]
        bi_bar += v19
        Wi_bar += np.outer(v19, hx)
        hx_bar += Wi.T @ v19
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v20 = v17_bar / v16 * v17 * v11
        # f = sigmoid(Wf @ hx + bf)  [networks.py:45]
        bf_bar += v20
        Wf_bar += np.outer(v20, hx)
        hx_bar += Wf.T @ v20
        # hx = np.concatenate([h, xs[t]])  [networks.py:44]
        v21 = xs[t]
        h_bar = hx_bar[: h.shape[0]]
        xs_bar[t] += hx_bar[h.shape[0] :]
    return y, (xs_bar, Wf_bar, Wi_bar, Wo_bar, Wc_bar, bf_bar, bi_bar, bo_bar, bc_bar)
