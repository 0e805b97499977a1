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
        x = Wf @ hx + bf
        x_dot = Wf_dot @ hx + Wf @ hx_dot + bf_dot
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v = np.exp(-x)
        v2 = 1.0 + v
        f = 1.0 / v2
        f_dot = x_dot * v * f / v2
        # i = sigmoid(Wi @ hx + bi)  [networks.py:46]
        x = Wi @ hx + bi
        x_dot = Wi_dot @ hx + Wi @ hx_dot + bi_dot
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v3 = np.exp(-x)
        v4 = 1.0 + v3
        i = 1.0 / v4
        i_dot = x_dot * v3 * i / v4
        # o = sigmoid(Wo @ hx + bo)  [networks.py:47]
        x = Wo @ hx + bo
        x_dot = Wo_dot @ hx + Wo @ hx_dot + bo_dot
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v5 = np.exp(-x)
        v6 = 1.0 + v5
        o = 1.0 / v6
        o_dot = x_dot * v5 * o / v6
        # c = f * c + i * np.tanh(Wc @ hx + bc)  [networks.py:48]
        c_dot = f_dot * c + c_dot * f
        v7 = np.tanh(Wc @ hx + bc)
        c = f * c + i * v7
        c_dot += i_dot * v7 + (Wc_dot @ hx + Wc @ hx_dot + bc_dot) * (1.0 - v7 * v7) * i
        # h = o * np.tanh(c)  [networks.py:49]
        tanh_c = np.tanh(c)
        h = o * tanh_c
        h_dot = o_dot * tanh_c + c_dot * (1.0 - tanh_c * tanh_c) * o
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
        f = 1.0 / (1.0 + v2)
        v3 = np.exp(-(Wi @ hx + bi))
        i = 1.0 / (1.0 + v3)
        v4 = np.exp(-(Wo @ hx + bo))
        o = 1.0 / (1.0 + v4)
        v5 = np.tanh(Wc @ hx + bc)
        c_2 = f * c + i * v5
        tanh_c = np.tanh(c_2)
        tape.append((h, c, hx, v2, v3, v4, v5, tanh_c))
        h = o * tanh_c
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
    for t, (h, c, hx, v2, v3, v4, v5, tanh_c) in zip(reversed(range(v)), reversed(tape)):
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v6 = 1.0 + v4
        o = 1.0 / v6
        # h = o * np.tanh(c)  [networks.py:49]
        o_bar = h_bar * tanh_c
        c_bar += h_bar * o * (1.0 - tanh_c * tanh_c)
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v7 = 1.0 + v3
        i = 1.0 / v7
        v8 = 1.0 + v2
        f = 1.0 / v8
        # c = f * c + i * np.tanh(Wc @ hx + bc)  [networks.py:48]
        i_bar = c_bar * v5
        v_bar = c_bar * i * (1.0 - v5 * v5)
        bc_bar += v_bar
        hx_bar = Wc.T @ v_bar
        Wc_bar += np.outer(v_bar, hx)
        f_bar = c_bar * c
        c_bar *= f
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v9 = o_bar / v6 * o * v4
        # o = sigmoid(Wo @ hx + bo)  [networks.py:47]
        bo_bar += v9
        Wo_bar += np.outer(v9, hx)
        hx_bar += Wo.T @ v9
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v10 = i_bar / v7 * i * v3
        # i = sigmoid(Wi @ hx + bi)  [networks.py:46]
        bi_bar += v10
        Wi_bar += np.outer(v10, hx)
        hx_bar += Wi.T @ v10
        # return 1.0 / (1.0 + np.exp(-x))  [networks.py:35]
        v11 = f_bar / v8 * f * v2
        # f = sigmoid(Wf @ hx + bf)  [networks.py:45]
        bf_bar += v11
        Wf_bar += np.outer(v11, hx)
        hx_bar += Wf.T @ v11
        # hx = np.concatenate([h, xs[t]])  [networks.py:44]
        h_bar = hx_bar[: h.shape[0]]
        xs_bar[t] += hx_bar[h.shape[0] :]
    return y, (xs_bar, Wf_bar, Wi_bar, Wo_bar, Wc_bar, bf_bar, bi_bar, bo_bar, bc_bar)
