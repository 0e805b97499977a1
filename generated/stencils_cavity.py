"""Derivatives of cavity in stencils.py."""

import numpy as np


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (
        *range(lead),
        *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1),
    )
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


def cavity_grad(u, v, p, lid, nu, rho, dt, steps, sweeps):
    """Gradient of cavity."""
    # Forward sweep
    rows = u.shape[0]
    columns = u.shape[1]
    dx = 2.0 / (columns - 1)
    dy = 2.0 / (rows - 1)
    u = u.copy()
    b = np.zeros_like(u)
    v = v.copy()
    p = p.copy()
    tape = []
    for _ in range(steps):
        un = np.copy(u)
        vn = np.copy(v)
        v2 = 2 * dx
        v3 = (u[1:-1, 2:] - u[1:-1, :-2]) / v2
        v4 = 2 * dy
        v5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v4
        v6 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / v4 * (v[1:-1, 2:] - v[1:-1, :-2]) / v2)
        b[1:-1, 1:-1] = rho * (1 / dt * (v3 + v5) - v3**2 - v6 - v5**2)
        for _ in range(sweeps):
            pn = np.copy(p)
            dy_squared = dy**2
            dx_squared = dx**2
            v7 = dx_squared * dy_squared * b[1:-1, 1:-1]
            v8 = 2 * (dx_squared + dy_squared)
            v9 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - v7
            ) / v8
            p[1:-1, 1:-1] = v9
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        v10 = un[1:-1, 1:-1]
        v11 = v10 * dt / dx
        v12 = un[1:-1, :-2]
        v13 = vn[1:-1, 1:-1]
        v14 = v13 * dt / dy
        v15 = un[:-2, 1:-1]
        v16 = nu * dt / dx**2
        v17 = 2 * v10
        v18 = v16 * (un[1:-1, 2:] - v17 + v12)
        v19 = (
            v10
            - v11 * (v10 - v12)
            - v14 * (v10 - v15)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + v18
        )
        v20 = nu * dt / dy**2
        u[1:-1, 1:-1] = v19 + v20 * (un[2:, 1:-1] - v17 + v15)
        v21 = vn[1:-1, :-2]
        v22 = vn[:-2, 1:-1]
        v23 = 2 * v13
        v24 = v16 * (vn[1:-1, 2:] - v23 + v21)
        v25 = (
            v13
            - v11 * (v13 - v21)
            - v14 * (v13 - v22)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + v24
        )
        v[1:-1, 1:-1] = v25 + v20 * (vn[2:, 1:-1] - v23 + v22)
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0

    # Reverse sweep
    p_bar = np.zeros_like(p)
    b_bar = np.zeros_like(b)
    u_bar = u.copy()
    v_bar = v.copy()
    dt_bar = 0.0
    rho_bar = 0.0
    nu_bar = 0.0
    lid_bar = 0.0
    p_bar_low_inner = p_bar[:-2, 1:-1]
    p_bar_high_inner = p_bar[2:, 1:-1]
    p_bar_inner_low = p_bar[1:-1, :-2]
    p_bar_inner_high = p_bar[1:-1, 2:]
    b_bar_inner = b_bar[1:-1, 1:-1]
    v_bar_low_inner = v_bar[:-2, 1:-1]
    v_bar_high_inner = v_bar[2:, 1:-1]
    v_bar_inner_low = v_bar[1:-1, :-2]
    v_bar_inner_high = v_bar[1:-1, 2:]
    u_bar_low_inner = u_bar[:-2, 1:-1]
    u_bar_high_inner = u_bar[2:, 1:-1]
    u_bar_inner_low = u_bar[1:-1, :-2]
    u_bar_inner_high = u_bar[1:-1, 2:]
    for un, vn, p_old in reversed(tape):
        # v[:, -1] = 0  [stencils.py:85]
        v_bar[:, -1] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v_bar[:, 0] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v_bar[-1, :] = 0.0
        # v[0, :] = 0  [stencils.py:82]
        v_bar[0, :] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        v26 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += v26
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v_bar_2 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v27 = vn[:-2, 1:-1]
        v28 = vn[1:-1, 1:-1]
        v29 = 2 * v28
        v30 = vn[2:, 1:-1]
        dy_squared = dy**2
        v31 = nu * dt / dy_squared
        v_bar_3 = v_bar_2 * v31
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = v_bar_3
        vn_bar[1:-1, 1:-1] -= v_bar_3 * 2
        vn_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v30 - v29 + v27)) / dy_squared
        v32 = vn[1:-1, :-2]
        v33 = vn[1:-1, 2:]
        dx_squared = dx**2
        v34 = nu * dt / dx_squared
        v_bar_4 = v_bar_2 * v34
        vn_bar[1:-1, :-2] += v_bar_4
        vn_bar[1:-1, 1:-1] -= v_bar_4 * 2
        vn_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v33 - v29 + v32)) / dx_squared
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v35 = -v_bar_2
        v36 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        v37 = 2 * rho * dy
        v38 = dt / v37
        v_bar_5 = unbroadcast(v35, np.shape(v36))
        v36_bar = v_bar_5 * v38
        p_bar_low_inner -= v36_bar
        p_bar_high_inner += v36_bar
        v39 = np.sum(v_bar_5 * v36) / v37
        rho_bar -= v39 * v38 * dy * 2
        v40 = v28 * dt / dy
        v_bar_5 = v35 * v40
        vn_bar[:-2, 1:-1] -= v_bar_5
        vn_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v35 * (v28 - v27) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v41 = un[1:-1, 1:-1]
        v42 = v41 * dt / dx
        v_bar_6 = v35 * v42
        vn_bar[1:-1, :-2] -= v_bar_6
        vn_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v35 * (v28 - v32) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v39
            + np.sum(v_bar_5 * v28)
            + np.sum(v_bar_6 * v41)
        )
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = v_bar_6 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v_bar_2 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v43 = un[:-2, 1:-1]
        v44 = 2 * v41
        v45 = un[2:, 1:-1]
        v_bar_3 = v_bar_2 * v31
        un_bar[:-2, 1:-1] += v_bar_3
        un_bar[1:-1, 1:-1] -= v_bar_3 * 2
        un_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v45 - v44 + v43)) / dy_squared
        v46 = un[1:-1, :-2]
        v47 = un[1:-1, 2:]
        v_bar_4 = v_bar_2 * v34
        un_bar[1:-1, :-2] += v_bar_4
        un_bar[1:-1, 1:-1] -= v_bar_4 * 2
        un_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v47 - v44 + v46)) / dx_squared
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v48 = -v_bar_2
        v49 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        v50 = 2 * rho * dx
        v51 = dt / v50
        v_bar_5 = unbroadcast(v48, np.shape(v49))
        v49_bar = v_bar_5 * v51
        p_bar_inner_low -= v49_bar
        p_bar_inner_high += v49_bar
        v52 = np.sum(v_bar_5 * v49) / v50
        rho_bar -= v52 * v51 * dx * 2
        v_bar_5 = v48 * v40
        un_bar[:-2, 1:-1] -= v_bar_5
        un_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v48 * (v41 - v43) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v_bar_6 = v48 * v42
        un_bar[1:-1, :-2] -= v_bar_6
        un_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v48 * (v41 - v46) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v52
            + np.sum(v_bar_5 * v28)
            + np.sum(v_bar_6 * v41)
        )
        un_bar[1:-1, 1:-1] += v_bar_6 * dt + v_bar_2
        for _ in range(sweeps):
            # p[-1, :] = 0  [stencils.py:48]
            p_bar[-1, :] = 0.0
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            v_bar_2 = p_bar[:, 0].copy()
            p_bar[:, 0] = 0.0
            p_bar[:, 1] += v_bar_2
            # p[0, :] = p[1, :]  [stencils.py:46]
            v_bar_2 = p_bar[0, :].copy()
            p_bar[0, :] = 0.0
            p_bar[1, :] += v_bar_2
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            v_bar_2 = p_bar[:, -1].copy()
            p_bar[:, -1] = 0.0
            p_bar[:, -2] += v_bar_2
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v9_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v_bar_2 = v9_bar / (2 * (dx_squared + dy_squared))
            b_bar_inner -= v_bar_2 * (dx_squared * dy_squared)
            v_bar_3 = v_bar_2 * dx_squared
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = v_bar_3
            pn_bar[2:, 1:-1] += v_bar_3
            v_bar_2 = v_bar_2 * dy_squared
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v_bar_2 = b_bar_inner.copy()
        b_bar[1:-1, 1:-1] = 0.0
        v53 = 2 * dy
        v54 = (v30 - v27) / v53
        v55 = v33 - v32
        v56 = (v45 - v43) / v53
        v57 = 2 * dx
        v58 = (v47 - v46) / v57
        v59 = v58 + v54
        v60 = 1 / dt
        v_bar_3 = v_bar_2 * rho
        rho_bar += np.sum(v_bar_2 * (v60 * v59 - v58**2 - 2 * (v56 * v55 / v57) - v54**2))
        v61 = v_bar_3 * (2.0 * v54) / v53
        v_bar_low_inner += v61
        v_bar_high_inner -= v61
        v_bar_2 = -(v_bar_3 * 2 / v57)
        v55_bar = v_bar_2 * v56
        v_bar_inner_low -= v55_bar
        v_bar_inner_high += v55_bar
        v_bar_2 = v_bar_2 * v55 / v53
        u_bar_low_inner -= v_bar_2
        u_bar_high_inner += v_bar_2
        v62 = v_bar_3 * (2.0 * v58) / v57
        u_bar_inner_low += v62
        u_bar_inner_high -= v62
        v59_bar = v_bar_3 * v60
        v_bar_2 = v59_bar / v53
        v_bar_low_inner -= v_bar_2
        v_bar_high_inner += v_bar_2
        v_bar_2 = v59_bar / v57
        u_bar_inner_low -= v_bar_2
        u_bar_inner_high += v_bar_2
        dt_bar -= np.sum(v_bar_3 * v59) / dt * v60
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar


def cavity_value_and_grad(u, v, p, lid, nu, rho, dt, steps, sweeps):
    """Value of cavity and its gradient."""
    # Forward sweep
    rows = u.shape[0]
    columns = u.shape[1]
    dx = 2.0 / (columns - 1)
    dy = 2.0 / (rows - 1)
    u = u.copy()
    b = np.zeros_like(u)
    v = v.copy()
    p = p.copy()
    tape = []
    for _ in range(steps):
        un = np.copy(u)
        vn = np.copy(v)
        v2 = 2 * dx
        v3 = (u[1:-1, 2:] - u[1:-1, :-2]) / v2
        v4 = 2 * dy
        v5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v4
        v6 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / v4 * (v[1:-1, 2:] - v[1:-1, :-2]) / v2)
        b[1:-1, 1:-1] = rho * (1 / dt * (v3 + v5) - v3**2 - v6 - v5**2)
        for _ in range(sweeps):
            pn = np.copy(p)
            dy_squared = dy**2
            dx_squared = dx**2
            v7 = dx_squared * dy_squared * b[1:-1, 1:-1]
            v8 = 2 * (dx_squared + dy_squared)
            v9 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - v7
            ) / v8
            p[1:-1, 1:-1] = v9
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        v10 = un[1:-1, 1:-1]
        v11 = v10 * dt / dx
        v12 = un[1:-1, :-2]
        v13 = vn[1:-1, 1:-1]
        v14 = v13 * dt / dy
        v15 = un[:-2, 1:-1]
        v16 = nu * dt / dx**2
        v17 = 2 * v10
        v18 = v16 * (un[1:-1, 2:] - v17 + v12)
        v19 = (
            v10
            - v11 * (v10 - v12)
            - v14 * (v10 - v15)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + v18
        )
        v20 = nu * dt / dy**2
        u[1:-1, 1:-1] = v19 + v20 * (un[2:, 1:-1] - v17 + v15)
        v21 = vn[1:-1, :-2]
        v22 = vn[:-2, 1:-1]
        v23 = 2 * v13
        v24 = v16 * (vn[1:-1, 2:] - v23 + v21)
        v25 = (
            v13
            - v11 * (v13 - v21)
            - v14 * (v13 - v22)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + v24
        )
        v[1:-1, 1:-1] = v25 + v20 * (vn[2:, 1:-1] - v23 + v22)
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    y = 0.5 * np.sum(u**2 + v**2)

    # Reverse sweep
    p_bar = np.zeros_like(p)
    b_bar = np.zeros_like(b)
    u_bar = u.copy()
    v_bar = v.copy()
    dt_bar = 0.0
    rho_bar = 0.0
    nu_bar = 0.0
    lid_bar = 0.0
    p_bar_low_inner = p_bar[:-2, 1:-1]
    p_bar_high_inner = p_bar[2:, 1:-1]
    p_bar_inner_low = p_bar[1:-1, :-2]
    p_bar_inner_high = p_bar[1:-1, 2:]
    b_bar_inner = b_bar[1:-1, 1:-1]
    v_bar_low_inner = v_bar[:-2, 1:-1]
    v_bar_high_inner = v_bar[2:, 1:-1]
    v_bar_inner_low = v_bar[1:-1, :-2]
    v_bar_inner_high = v_bar[1:-1, 2:]
    u_bar_low_inner = u_bar[:-2, 1:-1]
    u_bar_high_inner = u_bar[2:, 1:-1]
    u_bar_inner_low = u_bar[1:-1, :-2]
    u_bar_inner_high = u_bar[1:-1, 2:]
    for un, vn, p_old in reversed(tape):
        # v[:, -1] = 0  [stencils.py:85]
        v_bar[:, -1] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v_bar[:, 0] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v_bar[-1, :] = 0.0
        # v[0, :] = 0  [stencils.py:82]
        v_bar[0, :] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        v26 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += v26
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v_bar_2 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v27 = vn[:-2, 1:-1]
        v28 = vn[1:-1, 1:-1]
        v29 = 2 * v28
        v30 = vn[2:, 1:-1]
        dy_squared = dy**2
        v31 = nu * dt / dy_squared
        v_bar_3 = v_bar_2 * v31
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = v_bar_3
        vn_bar[1:-1, 1:-1] -= v_bar_3 * 2
        vn_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v30 - v29 + v27)) / dy_squared
        v32 = vn[1:-1, :-2]
        v33 = vn[1:-1, 2:]
        dx_squared = dx**2
        v34 = nu * dt / dx_squared
        v_bar_4 = v_bar_2 * v34
        vn_bar[1:-1, :-2] += v_bar_4
        vn_bar[1:-1, 1:-1] -= v_bar_4 * 2
        vn_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v33 - v29 + v32)) / dx_squared
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v35 = -v_bar_2
        v36 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        v37 = 2 * rho * dy
        v38 = dt / v37
        v_bar_5 = unbroadcast(v35, np.shape(v36))
        v36_bar = v_bar_5 * v38
        p_bar_low_inner -= v36_bar
        p_bar_high_inner += v36_bar
        v39 = np.sum(v_bar_5 * v36) / v37
        rho_bar -= v39 * v38 * dy * 2
        v40 = v28 * dt / dy
        v_bar_5 = v35 * v40
        vn_bar[:-2, 1:-1] -= v_bar_5
        vn_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v35 * (v28 - v27) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v41 = un[1:-1, 1:-1]
        v42 = v41 * dt / dx
        v_bar_6 = v35 * v42
        vn_bar[1:-1, :-2] -= v_bar_6
        vn_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v35 * (v28 - v32) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v39
            + np.sum(v_bar_5 * v28)
            + np.sum(v_bar_6 * v41)
        )
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = v_bar_6 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v_bar_2 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v43 = un[:-2, 1:-1]
        v44 = 2 * v41
        v45 = un[2:, 1:-1]
        v_bar_3 = v_bar_2 * v31
        un_bar[:-2, 1:-1] += v_bar_3
        un_bar[1:-1, 1:-1] -= v_bar_3 * 2
        un_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v45 - v44 + v43)) / dy_squared
        v46 = un[1:-1, :-2]
        v47 = un[1:-1, 2:]
        v_bar_4 = v_bar_2 * v34
        un_bar[1:-1, :-2] += v_bar_4
        un_bar[1:-1, 1:-1] -= v_bar_4 * 2
        un_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v47 - v44 + v46)) / dx_squared
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v48 = -v_bar_2
        v49 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        v50 = 2 * rho * dx
        v51 = dt / v50
        v_bar_5 = unbroadcast(v48, np.shape(v49))
        v49_bar = v_bar_5 * v51
        p_bar_inner_low -= v49_bar
        p_bar_inner_high += v49_bar
        v52 = np.sum(v_bar_5 * v49) / v50
        rho_bar -= v52 * v51 * dx * 2
        v_bar_5 = v48 * v40
        un_bar[:-2, 1:-1] -= v_bar_5
        un_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v48 * (v41 - v43) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v_bar_6 = v48 * v42
        un_bar[1:-1, :-2] -= v_bar_6
        un_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v48 * (v41 - v46) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v52
            + np.sum(v_bar_5 * v28)
            + np.sum(v_bar_6 * v41)
        )
        un_bar[1:-1, 1:-1] += v_bar_6 * dt + v_bar_2
        for _ in range(sweeps):
            # p[-1, :] = 0  [stencils.py:48]
            p_bar[-1, :] = 0.0
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            v_bar_2 = p_bar[:, 0].copy()
            p_bar[:, 0] = 0.0
            p_bar[:, 1] += v_bar_2
            # p[0, :] = p[1, :]  [stencils.py:46]
            v_bar_2 = p_bar[0, :].copy()
            p_bar[0, :] = 0.0
            p_bar[1, :] += v_bar_2
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            v_bar_2 = p_bar[:, -1].copy()
            p_bar[:, -1] = 0.0
            p_bar[:, -2] += v_bar_2
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v9_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v_bar_2 = v9_bar / (2 * (dx_squared + dy_squared))
            b_bar_inner -= v_bar_2 * (dx_squared * dy_squared)
            v_bar_3 = v_bar_2 * dx_squared
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = v_bar_3
            pn_bar[2:, 1:-1] += v_bar_3
            v_bar_2 = v_bar_2 * dy_squared
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v_bar_2 = b_bar_inner.copy()
        b_bar[1:-1, 1:-1] = 0.0
        v53 = 2 * dy
        v54 = (v30 - v27) / v53
        v55 = v33 - v32
        v56 = (v45 - v43) / v53
        v57 = 2 * dx
        v58 = (v47 - v46) / v57
        v59 = v58 + v54
        v60 = 1 / dt
        v_bar_3 = v_bar_2 * rho
        rho_bar += np.sum(v_bar_2 * (v60 * v59 - v58**2 - 2 * (v56 * v55 / v57) - v54**2))
        v61 = v_bar_3 * (2.0 * v54) / v53
        v_bar_low_inner += v61
        v_bar_high_inner -= v61
        v_bar_2 = -(v_bar_3 * 2 / v57)
        v55_bar = v_bar_2 * v56
        v_bar_inner_low -= v55_bar
        v_bar_inner_high += v55_bar
        v_bar_2 = v_bar_2 * v55 / v53
        u_bar_low_inner -= v_bar_2
        u_bar_high_inner += v_bar_2
        v62 = v_bar_3 * (2.0 * v58) / v57
        u_bar_inner_low += v62
        u_bar_inner_high -= v62
        v59_bar = v_bar_3 * v60
        v_bar_2 = v59_bar / v53
        v_bar_low_inner -= v_bar_2
        v_bar_high_inner += v_bar_2
        v_bar_2 = v59_bar / v57
        u_bar_inner_low -= v_bar_2
        u_bar_inner_high += v_bar_2
        dt_bar -= np.sum(v_bar_3 * v59) / dt * v60
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return y, (u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar)


def cavity_jvp(
    u, v, p, lid, nu, rho, dt, steps, sweeps, u_dot, v_dot, p_dot, lid_dot, nu_dot, rho_dot, dt_dot
):
    """Value of cavity and its directional derivative (forward mode)."""
    # rows, columns = u.shape  [stencils.py:53]
    rows = u.shape[0]
    columns = u.shape[1]
    # dx = 2.0 / (columns - 1)  [stencils.py:54]
    dx = 2.0 / (columns - 1)
    # dy = 2.0 / (rows - 1)  [stencils.py:55]
    dy = 2.0 / (rows - 1)
    # b = np.zeros_like(u)  [stencils.py:56]
    b = np.zeros_like(u)
    u = u.copy()
    v = v.copy()
    p = p.copy()
    u_dot = u_dot.copy()
    v_dot = v_dot.copy()
    p_dot = p_dot.copy()
    # for _ in range(steps):  [stencils.py:57]
    b_dot = np.zeros_like(b)
    for _ in range(steps):
        # un = u.copy()  [stencils.py:58]
        un = np.copy(u)
        un_dot = np.copy(u_dot)
        # vn = v.copy()  [stencils.py:59]
        vn = np.copy(v)
        vn_dot = np.copy(v_dot)
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v2 = 1 / dt
        v3 = 2 * dx
        v4 = (u[1:-1, 2:] - u[1:-1, :-2]) / v3
        v4_dot = (u_dot[1:-1, 2:] - u_dot[1:-1, :-2]) / v3
        v5 = 2 * dy
        v6 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v5
        v6_dot = (v_dot[2:, 1:-1] - v_dot[:-2, 1:-1]) / v5
        v7 = v4 + v6
        v8 = (u[2:, 1:-1] - u[:-2, 1:-1]) / v5
        v9 = v[1:-1, 2:] - v[1:-1, :-2]
        v_dot_2 = (u_dot[2:, 1:-1] - u_dot[:-2, 1:-1]) / v5 * v9 + (
            v_dot[1:-1, 2:] - v_dot[1:-1, :-2]
        ) * v8
        v_dot_3 = v6_dot * (2.0 * v6)
        v10 = v2 * v7 - v4**2 - 2 * (v8 * v9 / v3) - v6**2
        v11 = (
            (v4_dot + v6_dot) * v2
            - dt_dot * v2 / dt * v7
            - v4_dot * (2.0 * v4)
            - v_dot_2 / v3 * 2
            - v_dot_3
        ) * rho
        b[1:-1, 1:-1] = rho * v10
        b_dot[1:-1, 1:-1] = rho_dot * v10 + v11
        for _ in range(sweeps):
            # pn = p.copy()  [stencils.py:39]
            pn = np.copy(p)
            pn_dot = np.copy(p_dot)
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            dy_squared = dy**2
            dx_squared = dx**2
            v_dot_2 = (pn_dot[1:-1, 2:] + pn_dot[1:-1, :-2]) * dy_squared + (
                pn_dot[2:, 1:-1] + pn_dot[:-2, 1:-1]
            ) * dx_squared
            v12 = dx_squared * dy_squared
            v13 = v12 * b[1:-1, 1:-1]
            v14 = 2 * (dx_squared + dy_squared)
            v15 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - v13
            ) / v14
            p[1:-1, 1:-1] = v15
            p_dot[1:-1, 1:-1] = (v_dot_2 - b_dot[1:-1, 1:-1] * v12) / v14
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            p[:, -1] = p[:, -2]
            p_dot[:, -1] = p_dot[:, -2]
            # p[0, :] = p[1, :]  [stencils.py:46]
            p[0, :] = p[1, :]
            p_dot[0, :] = p_dot[1, :]
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            p[:, 0] = p[:, 1]
            p_dot[:, 0] = p_dot[:, 1]
            # p[-1, :] = 0  [stencils.py:48]
            p[-1, :] = 0
            p_dot[-1, :] = 0.0
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v16 = un[1:-1, 1:-1]
        v16_dot = un_dot[1:-1, 1:-1]
        v17 = v16 * dt / dx
        v17_dot = (v16_dot * dt + dt_dot * v16) / dx
        v18 = un[1:-1, :-2]
        v18_dot = un_dot[1:-1, :-2]
        v19 = v16 - v18
        v20 = vn[1:-1, 1:-1]
        v20_dot = vn_dot[1:-1, 1:-1]
        v21 = v20 * dt / dy
        v21_dot = (v20_dot * dt + dt_dot * v20) / dy
        v22 = un[:-2, 1:-1]
        v22_dot = un_dot[:-2, 1:-1]
        v23 = v16 - v22
        v24 = 2 * rho * dx
        v25 = dt / v24
        v26 = p[1:-1, 2:] - p[1:-1, :-2]
        v_dot_2 = (dt_dot - rho_dot * 2 * dx * v25) / v24 * v26 + (
            p_dot[1:-1, 2:] - p_dot[1:-1, :-2]
        ) * v25
        v_dot_3 = nu_dot * dt + dt_dot * nu
        dx_squared = dx**2
        v27 = nu * dt / dx_squared
        v27_dot = v_dot_3 / dx_squared
        v28 = 2 * v16
        v28_dot = v16_dot * 2
        v29 = un[1:-1, 2:] - v28 + v18
        v_dot_4 = v27_dot * v29 + (un_dot[1:-1, 2:] - v28_dot + v18_dot) * v27
        dy_squared = dy**2
        v30 = nu * dt / dy_squared
        v30_dot = v_dot_3 / dy_squared
        v31 = un[2:, 1:-1] - v28 + v22
        v_dot_3 = v30_dot * v31 + (un_dot[2:, 1:-1] - v28_dot + v22_dot) * v30
        v_dot_2 = (
            v16_dot
            - (v17_dot * v19 + (v16_dot - v18_dot) * v17)
            - (v21_dot * v23 + (v16_dot - v22_dot) * v21)
            - v_dot_2
            + v_dot_4
            + v_dot_3
        )
        u[1:-1, 1:-1] = v16 - v17 * v19 - v21 * v23 - v25 * v26 + v27 * v29 + v30 * v31
        u_dot[1:-1, 1:-1] = v_dot_2
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v32 = vn[1:-1, :-2]
        v32_dot = vn_dot[1:-1, :-2]
        v33 = v20 - v32
        v34 = vn[:-2, 1:-1]
        v34_dot = vn_dot[:-2, 1:-1]
        v35 = v20 - v34
        v36 = 2 * rho * dy
        v37 = dt / v36
        v38 = p[2:, 1:-1] - p[:-2, 1:-1]
        v_dot_2 = (dt_dot - rho_dot * 2 * dy * v37) / v36 * v38 + (
            p_dot[2:, 1:-1] - p_dot[:-2, 1:-1]
        ) * v37
        v39 = 2 * v20
        v39_dot = v20_dot * 2
        v40 = vn[1:-1, 2:] - v39 + v32
        v_dot_3 = v27_dot * v40 + (vn_dot[1:-1, 2:] - v39_dot + v32_dot) * v27
        v41 = vn[2:, 1:-1] - v39 + v34
        v_dot_4 = v30_dot * v41 + (vn_dot[2:, 1:-1] - v39_dot + v34_dot) * v30
        v_dot_2 = (
            v20_dot
            - (v17_dot * v33 + (v20_dot - v32_dot) * v17)
            - (v21_dot * v35 + (v20_dot - v34_dot) * v21)
            - v_dot_2
            + v_dot_3
            + v_dot_4
        )
        v[1:-1, 1:-1] = v20 - v17 * v33 - v21 * v35 - v37 * v38 + v27 * v40 + v30 * v41
        v_dot[1:-1, 1:-1] = v_dot_2
        # u[0, :] = 0  [stencils.py:78]
        u[0, :] = 0
        u_dot[0, :] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u[:, 0] = 0
        u_dot[:, 0] = 0.0
        # u[:, -1] = 0  [stencils.py:80]
        u[:, -1] = 0
        u_dot[:, -1] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        u[-1, :] = lid
        u_dot[-1, :] = lid_dot
        # v[0, :] = 0  [stencils.py:82]
        v[0, :] = 0
        v_dot[0, :] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v[-1, :] = 0
        v_dot[-1, :] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v[:, 0] = 0
        v_dot[:, 0] = 0.0
        # v[:, -1] = 0  [stencils.py:85]
        v[:, -1] = 0
        v_dot[:, -1] = 0.0
    # return 0.5 * np.sum(u**2 + v**2)  [stencils.py:86]
    y = 0.5 * np.sum(u**2 + v**2)
    y_dot = np.sum(u_dot * (2.0 * u) + v_dot * (2.0 * v)) * 0.5
    return y, y_dot


def cavity_vjp(u, v, p, lid, nu, rho, dt, steps, sweeps, y_bar=1.0):
    """Value of cavity and its gradient weighted by y_bar (reverse mode)."""
    # Forward sweep
    rows = u.shape[0]
    columns = u.shape[1]
    dx = 2.0 / (columns - 1)
    dy = 2.0 / (rows - 1)
    b = np.zeros_like(u)
    u = u.copy()
    v = v.copy()
    p = p.copy()
    tape = []
    for _ in range(steps):
        un = np.copy(u)
        vn = np.copy(v)
        v2 = 2 * dx
        v3 = (u[1:-1, 2:] - u[1:-1, :-2]) / v2
        v4 = 2 * dy
        v5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v4
        v6 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / v4 * (v[1:-1, 2:] - v[1:-1, :-2]) / v2)
        b[1:-1, 1:-1] = rho * (1 / dt * (v3 + v5) - v3**2 - v6 - v5**2)
        for _ in range(sweeps):
            pn = np.copy(p)
            dy_squared = dy**2
            dx_squared = dx**2
            v7 = dx_squared * dy_squared * b[1:-1, 1:-1]
            v8 = 2 * (dx_squared + dy_squared)
            v9 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - v7
            ) / v8
            p[1:-1, 1:-1] = v9
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        v10 = un[1:-1, 1:-1]
        v11 = v10 * dt / dx
        v12 = un[1:-1, :-2]
        v13 = vn[1:-1, 1:-1]
        v14 = v13 * dt / dy
        v15 = un[:-2, 1:-1]
        v16 = nu * dt / dx**2
        v17 = 2 * v10
        v18 = v16 * (un[1:-1, 2:] - v17 + v12)
        v19 = (
            v10
            - v11 * (v10 - v12)
            - v14 * (v10 - v15)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + v18
        )
        v20 = nu * dt / dy**2
        u[1:-1, 1:-1] = v19 + v20 * (un[2:, 1:-1] - v17 + v15)
        v21 = vn[1:-1, :-2]
        v22 = vn[:-2, 1:-1]
        v23 = 2 * v13
        v24 = v16 * (vn[1:-1, 2:] - v23 + v21)
        v25 = (
            v13
            - v11 * (v13 - v21)
            - v14 * (v13 - v22)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + v24
        )
        v[1:-1, 1:-1] = v25 + v20 * (vn[2:, 1:-1] - v23 + v22)
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    y = 0.5 * np.sum(u**2 + v**2)

    # Reverse sweep
    # return 0.5 * np.sum(u**2 + v**2)  [stencils.py:86]
    v_bar = y_bar * v
    u_bar = y_bar * u
    p_bar = np.zeros_like(p)
    b_bar = np.zeros_like(b)
    dt_bar = 0.0
    rho_bar = 0.0
    nu_bar = 0.0
    lid_bar = 0.0
    p_bar_low_inner = p_bar[:-2, 1:-1]
    p_bar_high_inner = p_bar[2:, 1:-1]
    p_bar_inner_low = p_bar[1:-1, :-2]
    p_bar_inner_high = p_bar[1:-1, 2:]
    b_bar_inner = b_bar[1:-1, 1:-1]
    v_bar_low_inner = v_bar[:-2, 1:-1]
    v_bar_high_inner = v_bar[2:, 1:-1]
    v_bar_inner_low = v_bar[1:-1, :-2]
    v_bar_inner_high = v_bar[1:-1, 2:]
    u_bar_low_inner = u_bar[:-2, 1:-1]
    u_bar_high_inner = u_bar[2:, 1:-1]
    u_bar_inner_low = u_bar[1:-1, :-2]
    u_bar_inner_high = u_bar[1:-1, 2:]
    for un, vn, p_old in reversed(tape):
        # v[:, -1] = 0  [stencils.py:85]
        v_bar[:, -1] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v_bar[:, 0] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v_bar[-1, :] = 0.0
        # v[0, :] = 0  [stencils.py:82]
        v_bar[0, :] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        v26 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += v26
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v_bar_2 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v27 = vn[:-2, 1:-1]
        v28 = vn[1:-1, 1:-1]
        v29 = 2 * v28
        v30 = vn[2:, 1:-1]
        dy_squared = dy**2
        v31 = nu * dt / dy_squared
        v_bar_3 = v_bar_2 * v31
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = v_bar_3
        vn_bar[1:-1, 1:-1] -= v_bar_3 * 2
        vn_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v30 - v29 + v27)) / dy_squared
        v32 = vn[1:-1, :-2]
        v33 = vn[1:-1, 2:]
        dx_squared = dx**2
        v34 = nu * dt / dx_squared
        v_bar_4 = v_bar_2 * v34
        vn_bar[1:-1, :-2] += v_bar_4
        vn_bar[1:-1, 1:-1] -= v_bar_4 * 2
        vn_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v33 - v29 + v32)) / dx_squared
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v35 = -v_bar_2
        v36 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        v37 = 2 * rho * dy
        v38 = dt / v37
        v_bar_5 = unbroadcast(v35, np.shape(v36))
        v36_bar = v_bar_5 * v38
        p_bar_low_inner -= v36_bar
        p_bar_high_inner += v36_bar
        v39 = np.sum(v_bar_5 * v36) / v37
        rho_bar -= v39 * v38 * dy * 2
        v40 = v28 * dt / dy
        v_bar_5 = v35 * v40
        vn_bar[:-2, 1:-1] -= v_bar_5
        vn_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v35 * (v28 - v27) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v41 = un[1:-1, 1:-1]
        v42 = v41 * dt / dx
        v_bar_6 = v35 * v42
        vn_bar[1:-1, :-2] -= v_bar_6
        vn_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v35 * (v28 - v32) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v39
            + np.sum(v_bar_5 * v28)
            + np.sum(v_bar_6 * v41)
        )
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = v_bar_6 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v_bar_2 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v43 = un[:-2, 1:-1]
        v44 = 2 * v41
        v45 = un[2:, 1:-1]
        v_bar_3 = v_bar_2 * v31
        un_bar[:-2, 1:-1] += v_bar_3
        un_bar[1:-1, 1:-1] -= v_bar_3 * 2
        un_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v45 - v44 + v43)) / dy_squared
        v46 = un[1:-1, :-2]
        v47 = un[1:-1, 2:]
        v_bar_4 = v_bar_2 * v34
        un_bar[1:-1, :-2] += v_bar_4
        un_bar[1:-1, 1:-1] -= v_bar_4 * 2
        un_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v47 - v44 + v46)) / dx_squared
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v48 = -v_bar_2
        v49 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        v50 = 2 * rho * dx
        v51 = dt / v50
        v_bar_5 = unbroadcast(v48, np.shape(v49))
        v49_bar = v_bar_5 * v51
        p_bar_inner_low -= v49_bar
        p_bar_inner_high += v49_bar
        v52 = np.sum(v_bar_5 * v49) / v50
        rho_bar -= v52 * v51 * dx * 2
        v_bar_5 = v48 * v40
        un_bar[:-2, 1:-1] -= v_bar_5
        un_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v48 * (v41 - v43) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v_bar_6 = v48 * v42
        un_bar[1:-1, :-2] -= v_bar_6
        un_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v48 * (v41 - v46) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v52
            + np.sum(v_bar_5 * v28)
            + np.sum(v_bar_6 * v41)
        )
        un_bar[1:-1, 1:-1] += v_bar_6 * dt + v_bar_2
        for _ in range(sweeps):
            # p[-1, :] = 0  [stencils.py:48]
            p_bar[-1, :] = 0.0
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            v_bar_2 = p_bar[:, 0].copy()
            p_bar[:, 0] = 0.0
            p_bar[:, 1] += v_bar_2
            # p[0, :] = p[1, :]  [stencils.py:46]
            v_bar_2 = p_bar[0, :].copy()
            p_bar[0, :] = 0.0
            p_bar[1, :] += v_bar_2
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            v_bar_2 = p_bar[:, -1].copy()
            p_bar[:, -1] = 0.0
            p_bar[:, -2] += v_bar_2
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v9_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v_bar_2 = v9_bar / (2 * (dx_squared + dy_squared))
            b_bar_inner -= v_bar_2 * (dx_squared * dy_squared)
            v_bar_3 = v_bar_2 * dx_squared
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = v_bar_3
            pn_bar[2:, 1:-1] += v_bar_3
            v_bar_2 = v_bar_2 * dy_squared
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v_bar_2 = b_bar_inner.copy()
        b_bar[1:-1, 1:-1] = 0.0
        v53 = 2 * dy
        v54 = (v30 - v27) / v53
        v55 = v33 - v32
        v56 = (v45 - v43) / v53
        v57 = 2 * dx
        v58 = (v47 - v46) / v57
        v59 = v58 + v54
        v60 = 1 / dt
        v_bar_3 = v_bar_2 * rho
        rho_bar += np.sum(v_bar_2 * (v60 * v59 - v58**2 - 2 * (v56 * v55 / v57) - v54**2))
        v61 = v_bar_3 * (2.0 * v54) / v53
        v_bar_low_inner += v61
        v_bar_high_inner -= v61
        v_bar_2 = -(v_bar_3 * 2 / v57)
        v55_bar = v_bar_2 * v56
        v_bar_inner_low -= v55_bar
        v_bar_inner_high += v55_bar
        v_bar_2 = v_bar_2 * v55 / v53
        u_bar_low_inner -= v_bar_2
        u_bar_high_inner += v_bar_2
        v62 = v_bar_3 * (2.0 * v58) / v57
        u_bar_inner_low += v62
        u_bar_inner_high -= v62
        v59_bar = v_bar_3 * v60
        v_bar_2 = v59_bar / v53
        v_bar_low_inner -= v_bar_2
        v_bar_high_inner += v_bar_2
        v_bar_2 = v59_bar / v57
        u_bar_inner_low -= v_bar_2
        u_bar_inner_high += v_bar_2
        dt_bar -= np.sum(v_bar_3 * v59) / dt * v60
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return y, (u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar)
