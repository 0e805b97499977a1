"""Derivatives of kalman in dynamics.py."""

import numpy as np


def cofactors(x):
    """The cofactor matrix, which is the gradient of the determinant; exact also where the matrix is singular."""
    u, s, vt = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), np.ones((), s.dtype), s[..., None, :])
    sign = np.round(np.linalg.det(u) * np.linalg.det(vt))[..., None]
    return (u * (sign * np.prod(others, axis=-1))[..., None, :]) @ vt


def kalman_grad(F, H, Q, R, x, P, measured):
    """Gradient of kalman."""
    # Forward sweep
    tape = []
    for z in measured:
        x_2 = F @ x
        v = F @ P
        P_2 = v @ F.T + Q
        innovation = z - H @ x_2
        v2 = H @ P_2
        S = v2 @ H.T + R
        v3 = np.linalg.solve(S, v2)
        K = v3.T
        v4 = K @ H
        tape.append(
            (
                x,
                P,
                x_2,
                v,
                P_2,
                innovation,
                v2,
                S,
                v3,
                v4,
                np.linalg.solve(S, innovation),
                np.linalg.det(S),
            )
        )
        x = x_2 + K @ innovation
        P = P_2 - v4 @ P_2

    # Reverse sweep
    x_bar = np.zeros_like(x)
    P_bar = np.zeros_like(P)
    F_bar = np.zeros_like(F)
    Q_bar = np.zeros_like(Q)
    H_bar = np.zeros_like(H)
    R_bar = np.zeros_like(R)
    z_bar_list = []
    for x, P, x_2, v, P_2, innovation, v2, S, v3, v4, v6, v5 in reversed(tape):
        # loss += 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(S)))  [dynamics.py:39]
        S_T = S.T
        v7 = np.linalg.solve(S_T, 0.5 * innovation)
        S_bar = 0.5 / v5 * cofactors(S) - np.outer(v7, v6)
        innovation_bar = 0.5 * v6 + v7
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        K = v3.T
        # P = P - K @ H @ P  [dynamics.py:38]
        v_bar = -P_bar
        P_T = P_2.T
        v4_bar = v_bar @ P_T
        P_bar += v4.T @ v_bar
        K_bar = v4_bar @ H.T
        H_bar += v3 @ v4_bar
        # x = x + K @ innovation  [dynamics.py:37]
        K_bar += np.outer(x_bar, innovation)
        innovation_bar += v3 @ x_bar
        z_bar_list.append(innovation_bar)
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        v_bar = np.linalg.solve(S_T, K_bar.T)
        S_bar -= v_bar @ K
        H_bar += v_bar @ P_T
        P_bar += H.T @ v_bar
        # S = H @ P @ H.T + R  [dynamics.py:35]
        R_bar += S_bar
        v2_bar = S_bar @ H
        H_bar = H_bar + S_bar.T @ v2 + v2_bar @ P_T
        P_bar += H.T @ v2_bar
        # innovation = z - H @ x  [dynamics.py:34]
        v_bar = -innovation_bar
        H_bar += np.outer(v_bar, x_2)
        x_bar += H.T @ v_bar
        # P = F @ P @ F.T + Q  [dynamics.py:33]
        Q_bar += P_bar
        v_bar = P_bar @ F
        F_bar += P_bar.T @ v
        P_bar = F.T @ v_bar
        F_bar += v_bar @ P.T
        # x = F @ x  [dynamics.py:32]
        F_bar += np.outer(x_bar, x)
        x_bar = F.T @ x_bar
    measured_bar = np.reshape(z_bar_list[::-1], np.shape(measured))
    return F_bar, H_bar, Q_bar, R_bar, x_bar, P_bar, measured_bar


def kalman_value_and_grad(F, H, Q, R, x, P, measured):
    """Value of kalman and its gradient."""
    # Forward sweep
    loss = 0.0
    tape = []
    for z in measured:
        x_2 = F @ x
        v = F @ P
        P_2 = v @ F.T + Q
        innovation = z - H @ x_2
        v2 = H @ P_2
        S = v2 @ H.T + R
        v3 = np.linalg.solve(S, v2)
        K = v3.T
        v4 = K @ H
        v5 = np.linalg.solve(S, innovation)
        v6 = np.linalg.det(S)
        tape.append((x, P, x_2, v, P_2, innovation, v2, S, v3, v4, v5, v6))
        loss += 0.5 * (innovation @ v5 + np.log(v6))
        x = x_2 + K @ innovation
        P = P_2 - v4 @ P_2

    # Reverse sweep
    x_bar = np.zeros_like(x)
    P_bar = np.zeros_like(P)
    F_bar = np.zeros_like(F)
    Q_bar = np.zeros_like(Q)
    H_bar = np.zeros_like(H)
    R_bar = np.zeros_like(R)
    z_bar_list = []
    for x, P, x_2, v, P_2, innovation, v2, S, v3, v4, v5, v6 in reversed(tape):
        # loss += 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(S)))  [dynamics.py:39]
        S_T = S.T
        v7 = np.linalg.solve(S_T, 0.5 * innovation)
        S_bar = 0.5 / v6 * cofactors(S) - np.outer(v7, v5)
        innovation_bar = 0.5 * v5 + v7
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        K = v3.T
        # P = P - K @ H @ P  [dynamics.py:38]
        v_bar = -P_bar
        P_T = P_2.T
        v4_bar = v_bar @ P_T
        P_bar += v4.T @ v_bar
        K_bar = v4_bar @ H.T
        H_bar += v3 @ v4_bar
        # x = x + K @ innovation  [dynamics.py:37]
        K_bar += np.outer(x_bar, innovation)
        innovation_bar += v3 @ x_bar
        z_bar_list.append(innovation_bar)
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        v_bar = np.linalg.solve(S_T, K_bar.T)
        S_bar -= v_bar @ K
        H_bar += v_bar @ P_T
        P_bar += H.T @ v_bar
        # S = H @ P @ H.T + R  [dynamics.py:35]
        R_bar += S_bar
        v2_bar = S_bar @ H
        H_bar = H_bar + S_bar.T @ v2 + v2_bar @ P_T
        P_bar += H.T @ v2_bar
        # innovation = z - H @ x  [dynamics.py:34]
        v_bar = -innovation_bar
        H_bar += np.outer(v_bar, x_2)
        x_bar += H.T @ v_bar
        # P = F @ P @ F.T + Q  [dynamics.py:33]
        Q_bar += P_bar
        v_bar = P_bar @ F
        F_bar += P_bar.T @ v
        P_bar = F.T @ v_bar
        F_bar += v_bar @ P.T
        # x = F @ x  [dynamics.py:32]
        F_bar += np.outer(x_bar, x)
        x_bar = F.T @ x_bar
    measured_bar = np.reshape(z_bar_list[::-1], np.shape(measured))
    return loss, (F_bar, H_bar, Q_bar, R_bar, x_bar, P_bar, measured_bar)


def kalman_jvp(F, H, Q, R, x, P, measured, F_dot, H_dot, Q_dot, R_dot, x_dot, P_dot, measured_dot):
    """Value of kalman and its directional derivative (forward mode)."""
    loss = 0.0
    loss_dot = 0.0
    for z, z_dot in zip(measured, measured_dot):
        # x = F @ x  [dynamics.py:32]
        x_2 = F @ x
        x_dot = F_dot @ x + F @ x_dot
        # P = F @ P @ F.T + Q  [dynamics.py:33]
        v = F @ P
        P_dot = (F_dot @ P + F @ P_dot) @ F.T + v @ F_dot.T
        P = v @ F.T + Q
        P_dot += Q_dot
        # innovation = z - H @ x  [dynamics.py:34]
        innovation = z - H @ x_2
        innovation_dot = z_dot - (H_dot @ x_2 + H @ x_dot)
        # S = H @ P @ H.T + R  [dynamics.py:35]
        v2 = H @ P
        v2_dot = H_dot @ P + H @ P_dot
        S = v2 @ H.T + R
        S_dot = v2_dot @ H.T + v2 @ H_dot.T + R_dot
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        v3 = np.linalg.solve(S, v2)
        K = v3.T
        K_dot = np.linalg.solve(S, v2_dot - S_dot @ v3).T
        # x = x + K @ innovation  [dynamics.py:37]
        x_2 += K @ innovation
        x_dot += K_dot @ innovation + K @ innovation_dot
        # P = P - K @ H @ P  [dynamics.py:38]
        v4 = K @ H
        v_dot = (K_dot @ H + K @ H_dot) @ P + v4 @ P_dot
        P = P - v4 @ P
        P_dot -= v_dot
        # loss += 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(S)))  [dynamics.py:39]
        v5 = np.linalg.solve(S, innovation)
        v6 = np.linalg.det(S)
        v_dot = np.sum(cofactors(S) * S_dot, axis=(-2, -1)) / v6
        v_dot = (
            innovation_dot @ v5
            + innovation @ np.linalg.solve(S, innovation_dot - S_dot @ v5)
            + v_dot
        )
        loss += 0.5 * (innovation @ v5 + np.log(v6))
        loss_dot += v_dot * 0.5
        x = x_2
    return loss, loss_dot


def kalman_vjp(F, H, Q, R, x, P, measured, y_bar=1.0):
    """Value of kalman and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    loss = 0.0
    tape = []
    for z in measured:
        x_2 = F @ x
        v = F @ P
        P_2 = v @ F.T + Q
        innovation = z - H @ x_2
        v2 = H @ P_2
        S = v2 @ H.T + R
        v3 = np.linalg.solve(S, v2)
        K = v3.T
        v4 = K @ H
        v5 = np.linalg.solve(S, innovation)
        v6 = np.linalg.det(S)
        tape.append((x, P, x_2, v, P_2, innovation, v2, S, v3, v4, v5, v6))
        loss += 0.5 * (innovation @ v5 + np.log(v6))
        x = x_2 + K @ innovation
        P = P_2 - v4 @ P_2

    # Reverse sweep
    x_bar = np.zeros_like(x)
    P_bar = np.zeros_like(P)
    F_bar = np.zeros_like(F)
    Q_bar = np.zeros_like(Q)
    H_bar = np.zeros_like(H)
    R_bar = np.zeros_like(R)
    z_bar_list = []
    for x, P, x_2, v, P_2, innovation, v2, S, v3, v4, v5, v6 in reversed(tape):
        # loss += 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(S)))  [dynamics.py:39]
        v_bar = y_bar * 0.5
        S_T = S.T
        v7 = np.linalg.solve(S_T, v_bar * innovation)
        S_bar = v_bar / v6 * cofactors(S) - np.outer(v7, v5)
        innovation_bar = v_bar * v5 + v7
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        K = v3.T
        # P = P - K @ H @ P  [dynamics.py:38]
        v_bar = -P_bar
        P_T = P_2.T
        v4_bar = v_bar @ P_T
        P_bar += v4.T @ v_bar
        K_bar = v4_bar @ H.T
        H_bar += v3 @ v4_bar
        # x = x + K @ innovation  [dynamics.py:37]
        K_bar += np.outer(x_bar, innovation)
        innovation_bar += v3 @ x_bar
        z_bar_list.append(innovation_bar)
        # K = np.linalg.solve(S, H @ P).T  [dynamics.py:36]
        v_bar = np.linalg.solve(S_T, K_bar.T)
        S_bar -= v_bar @ K
        H_bar += v_bar @ P_T
        P_bar += H.T @ v_bar
        # S = H @ P @ H.T + R  [dynamics.py:35]
        R_bar += S_bar
        v2_bar = S_bar @ H
        H_bar = H_bar + S_bar.T @ v2 + v2_bar @ P_T
        P_bar += H.T @ v2_bar
        # innovation = z - H @ x  [dynamics.py:34]
        v_bar = -innovation_bar
        H_bar += np.outer(v_bar, x_2)
        x_bar += H.T @ v_bar
        # P = F @ P @ F.T + Q  [dynamics.py:33]
        Q_bar += P_bar
        v_bar = P_bar @ F
        F_bar += P_bar.T @ v
        P_bar = F.T @ v_bar
        F_bar += v_bar @ P.T
        # x = F @ x  [dynamics.py:32]
        F_bar += np.outer(x_bar, x)
        x_bar = F.T @ x_bar
    measured_bar = np.reshape(z_bar_list[::-1], np.shape(measured))
    return loss, (F_bar, H_bar, Q_bar, R_bar, x_bar, P_bar, measured_bar)
