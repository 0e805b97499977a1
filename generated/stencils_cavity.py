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
            v7 = dy**2
            v8 = dx**2
            v9 = v8 * v7 * b[1:-1, 1:-1]
            v10 = 2 * (v8 + v7)
            v11 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * v7 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v8 - v9
            ) / v10
            p[1:-1, 1:-1] = v11
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        v12 = un[1:-1, 1:-1]
        v13 = v12 * dt / dx
        v14 = un[1:-1, :-2]
        v15 = vn[1:-1, 1:-1]
        v16 = v15 * dt / dy
        v17 = un[:-2, 1:-1]
        v18 = dx**2
        v19 = 2 * v12
        v20 = nu * dt / v18 * (un[1:-1, 2:] - v19 + v14)
        v21 = (
            v12
            - v13 * (v12 - v14)
            - v16 * (v12 - v17)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + v20
        )
        v22 = dy**2
        u[1:-1, 1:-1] = v21 + nu * dt / v22 * (un[2:, 1:-1] - v19 + v17)
        v23 = vn[1:-1, :-2]
        v24 = vn[:-2, 1:-1]
        v25 = 2 * v15
        v26 = nu * dt / v18 * (vn[1:-1, 2:] - v25 + v23)
        v27 = (
            v15
            - v13 * (v15 - v23)
            - v16 * (v15 - v24)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + v26
        )
        v[1:-1, 1:-1] = v27 + nu * dt / v22 * (vn[2:, 1:-1] - v25 + v24)
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
        v28 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += v28
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v_bar_2 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v29 = vn[:-2, 1:-1]
        v30 = vn[1:-1, 1:-1]
        v31 = 2 * v30
        v32 = vn[2:, 1:-1]
        v33 = dy**2
        v_bar_3 = v_bar_2 * (nu * dt / v33)
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = v_bar_3
        vn_bar[1:-1, 1:-1] -= v_bar_3 * 2
        vn_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v32 - v31 + v29)) / v33
        v34 = vn[1:-1, :-2]
        v35 = vn[1:-1, 2:]
        v36 = dx**2
        v_bar_4 = v_bar_2 * (nu * dt / v36)
        vn_bar[1:-1, :-2] += v_bar_4
        vn_bar[1:-1, 1:-1] -= v_bar_4 * 2
        vn_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v35 - v31 + v34)) / v36
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v37 = -v_bar_2
        v38 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        v39 = 2 * rho * dy
        v40 = dt / v39
        v_bar_5 = unbroadcast(v37, np.shape(v40 * v38))
        v38_bar = v_bar_5 * v40
        p_bar[:-2, 1:-1] -= v38_bar
        p_bar[2:, 1:-1] += v38_bar
        v41 = np.sum(v_bar_5 * v38) / v39
        rho_bar -= v41 * v40 * dy * 2
        v42 = v30 * dt / dy
        v_bar_5 = v37 * v42
        vn_bar[:-2, 1:-1] -= v_bar_5
        vn_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v37 * (v30 - v29) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v43 = un[1:-1, 1:-1]
        v44 = v43 * dt / dx
        v_bar_6 = v37 * v44
        vn_bar[1:-1, :-2] -= v_bar_6
        vn_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v37 * (v30 - v34) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v41
            + np.sum(v_bar_5 * v30)
            + np.sum(v_bar_6 * v43)
        )
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = v_bar_6 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v_bar_2 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v45 = un[:-2, 1:-1]
        v46 = 2 * v43
        v47 = un[2:, 1:-1]
        v_bar_3 = v_bar_2 * (nu * dt / v33)
        un_bar[:-2, 1:-1] += v_bar_3
        un_bar[1:-1, 1:-1] -= v_bar_3 * 2
        un_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v47 - v46 + v45)) / v33
        v48 = un[1:-1, :-2]
        v49 = un[1:-1, 2:]
        v_bar_4 = v_bar_2 * (nu * dt / v36)
        un_bar[1:-1, :-2] += v_bar_4
        un_bar[1:-1, 1:-1] -= v_bar_4 * 2
        un_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v49 - v46 + v48)) / v36
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v50 = -v_bar_2
        v51 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        v52 = 2 * rho * dx
        v53 = dt / v52
        v_bar_5 = unbroadcast(v50, np.shape(v53 * v51))
        v51_bar = v_bar_5 * v53
        p_bar[1:-1, :-2] -= v51_bar
        p_bar[1:-1, 2:] += v51_bar
        v54 = np.sum(v_bar_5 * v51) / v52
        rho_bar -= v54 * v53 * dx * 2
        v_bar_5 = v50 * v42
        un_bar[:-2, 1:-1] -= v_bar_5
        un_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v50 * (v43 - v45) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v_bar_6 = v50 * v44
        un_bar[1:-1, :-2] -= v_bar_6
        un_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v50 * (v43 - v48) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v54
            + np.sum(v_bar_5 * v30)
            + np.sum(v_bar_6 * v43)
        )
        un_bar[1:-1, 1:-1] += v_bar_6 * dt
        un_bar[1:-1, 1:-1] += v_bar_2
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
            v11_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v_bar_2 = v11_bar / (2 * (v36 + v33))
            b_bar[1:-1, 1:-1] -= v_bar_2 * (v36 * v33)
            v_bar_3 = v_bar_2 * v36
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = v_bar_3
            pn_bar[2:, 1:-1] += v_bar_3
            v_bar_2 = v_bar_2 * v33
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v_bar_2 = b_bar[1:-1, 1:-1].copy()
        b_bar[1:-1, 1:-1] = 0.0
        v55 = 2 * dy
        v56 = (v32 - v29) / v55
        v57 = v35 - v34
        v58 = (v47 - v45) / v55
        v59 = 2 * dx
        v60 = (v49 - v48) / v59
        v61 = v60 + v56
        v62 = 1 / dt
        v_bar_3 = v_bar_2 * rho
        rho_bar += np.sum(v_bar_2 * (v62 * v61 - v60**2 - 2 * (v58 * v57 / v59) - v56**2))
        v63 = v_bar_3 * (2.0 * v56) / v55
        v_bar[:-2, 1:-1] += v63
        v_bar[2:, 1:-1] -= v63
        v_bar_2 = -(v_bar_3 * 2 / v59)
        v57_bar = v_bar_2 * v58
        v_bar[1:-1, :-2] -= v57_bar
        v_bar[1:-1, 2:] += v57_bar
        v_bar_2 = v_bar_2 * v57 / v55
        u_bar[:-2, 1:-1] -= v_bar_2
        u_bar[2:, 1:-1] += v_bar_2
        v64 = v_bar_3 * (2.0 * v60) / v59
        u_bar[1:-1, :-2] += v64
        u_bar[1:-1, 2:] -= v64
        v61_bar = v_bar_3 * v62
        v_bar_2 = v61_bar / v55
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v_bar_2 = v61_bar / v59
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        dt_bar -= np.sum(v_bar_3 * v61) / dt * v62
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
            v7 = dy**2
            v8 = dx**2
            v9 = v8 * v7 * b[1:-1, 1:-1]
            v10 = 2 * (v8 + v7)
            v11 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * v7 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v8 - v9
            ) / v10
            p[1:-1, 1:-1] = v11
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        v12 = un[1:-1, 1:-1]
        v13 = v12 * dt / dx
        v14 = un[1:-1, :-2]
        v15 = vn[1:-1, 1:-1]
        v16 = v15 * dt / dy
        v17 = un[:-2, 1:-1]
        v18 = dx**2
        v19 = 2 * v12
        v20 = nu * dt / v18 * (un[1:-1, 2:] - v19 + v14)
        v21 = (
            v12
            - v13 * (v12 - v14)
            - v16 * (v12 - v17)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + v20
        )
        v22 = dy**2
        u[1:-1, 1:-1] = v21 + nu * dt / v22 * (un[2:, 1:-1] - v19 + v17)
        v23 = vn[1:-1, :-2]
        v24 = vn[:-2, 1:-1]
        v25 = 2 * v15
        v26 = nu * dt / v18 * (vn[1:-1, 2:] - v25 + v23)
        v27 = (
            v15
            - v13 * (v15 - v23)
            - v16 * (v15 - v24)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + v26
        )
        v[1:-1, 1:-1] = v27 + nu * dt / v22 * (vn[2:, 1:-1] - v25 + v24)
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
        v28 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += v28
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v_bar_2 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v29 = vn[:-2, 1:-1]
        v30 = vn[1:-1, 1:-1]
        v31 = 2 * v30
        v32 = vn[2:, 1:-1]
        v33 = dy**2
        v_bar_3 = v_bar_2 * (nu * dt / v33)
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = v_bar_3
        vn_bar[1:-1, 1:-1] -= v_bar_3 * 2
        vn_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v32 - v31 + v29)) / v33
        v34 = vn[1:-1, :-2]
        v35 = vn[1:-1, 2:]
        v36 = dx**2
        v_bar_4 = v_bar_2 * (nu * dt / v36)
        vn_bar[1:-1, :-2] += v_bar_4
        vn_bar[1:-1, 1:-1] -= v_bar_4 * 2
        vn_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v35 - v31 + v34)) / v36
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v37 = -v_bar_2
        v38 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        v39 = 2 * rho * dy
        v40 = dt / v39
        v_bar_5 = unbroadcast(v37, np.shape(v40 * v38))
        v38_bar = v_bar_5 * v40
        p_bar[:-2, 1:-1] -= v38_bar
        p_bar[2:, 1:-1] += v38_bar
        v41 = np.sum(v_bar_5 * v38) / v39
        rho_bar -= v41 * v40 * dy * 2
        v42 = v30 * dt / dy
        v_bar_5 = v37 * v42
        vn_bar[:-2, 1:-1] -= v_bar_5
        vn_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v37 * (v30 - v29) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v43 = un[1:-1, 1:-1]
        v44 = v43 * dt / dx
        v_bar_6 = v37 * v44
        vn_bar[1:-1, :-2] -= v_bar_6
        vn_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v37 * (v30 - v34) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v41
            + np.sum(v_bar_5 * v30)
            + np.sum(v_bar_6 * v43)
        )
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = v_bar_6 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v_bar_2 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v45 = un[:-2, 1:-1]
        v46 = 2 * v43
        v47 = un[2:, 1:-1]
        v_bar_3 = v_bar_2 * (nu * dt / v33)
        un_bar[:-2, 1:-1] += v_bar_3
        un_bar[1:-1, 1:-1] -= v_bar_3 * 2
        un_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v47 - v46 + v45)) / v33
        v48 = un[1:-1, :-2]
        v49 = un[1:-1, 2:]
        v_bar_4 = v_bar_2 * (nu * dt / v36)
        un_bar[1:-1, :-2] += v_bar_4
        un_bar[1:-1, 1:-1] -= v_bar_4 * 2
        un_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v49 - v46 + v48)) / v36
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v50 = -v_bar_2
        v51 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        v52 = 2 * rho * dx
        v53 = dt / v52
        v_bar_5 = unbroadcast(v50, np.shape(v53 * v51))
        v51_bar = v_bar_5 * v53
        p_bar[1:-1, :-2] -= v51_bar
        p_bar[1:-1, 2:] += v51_bar
        v54 = np.sum(v_bar_5 * v51) / v52
        rho_bar -= v54 * v53 * dx * 2
        v_bar_5 = v50 * v42
        un_bar[:-2, 1:-1] -= v_bar_5
        un_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v50 * (v43 - v45) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v_bar_6 = v50 * v44
        un_bar[1:-1, :-2] -= v_bar_6
        un_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v50 * (v43 - v48) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v54
            + np.sum(v_bar_5 * v30)
            + np.sum(v_bar_6 * v43)
        )
        un_bar[1:-1, 1:-1] += v_bar_6 * dt
        un_bar[1:-1, 1:-1] += v_bar_2
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
            v11_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v_bar_2 = v11_bar / (2 * (v36 + v33))
            b_bar[1:-1, 1:-1] -= v_bar_2 * (v36 * v33)
            v_bar_3 = v_bar_2 * v36
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = v_bar_3
            pn_bar[2:, 1:-1] += v_bar_3
            v_bar_2 = v_bar_2 * v33
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v_bar_2 = b_bar[1:-1, 1:-1].copy()
        b_bar[1:-1, 1:-1] = 0.0
        v55 = 2 * dy
        v56 = (v32 - v29) / v55
        v57 = v35 - v34
        v58 = (v47 - v45) / v55
        v59 = 2 * dx
        v60 = (v49 - v48) / v59
        v61 = v60 + v56
        v62 = 1 / dt
        v_bar_3 = v_bar_2 * rho
        rho_bar += np.sum(v_bar_2 * (v62 * v61 - v60**2 - 2 * (v58 * v57 / v59) - v56**2))
        v63 = v_bar_3 * (2.0 * v56) / v55
        v_bar[:-2, 1:-1] += v63
        v_bar[2:, 1:-1] -= v63
        v_bar_2 = -(v_bar_3 * 2 / v59)
        v57_bar = v_bar_2 * v58
        v_bar[1:-1, :-2] -= v57_bar
        v_bar[1:-1, 2:] += v57_bar
        v_bar_2 = v_bar_2 * v57 / v55
        u_bar[:-2, 1:-1] -= v_bar_2
        u_bar[2:, 1:-1] += v_bar_2
        v64 = v_bar_3 * (2.0 * v60) / v59
        u_bar[1:-1, :-2] += v64
        u_bar[1:-1, 2:] -= v64
        v61_bar = v_bar_3 * v62
        v_bar_2 = v61_bar / v55
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v_bar_2 = v61_bar / v59
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        dt_bar -= np.sum(v_bar_3 * v61) / dt * v62
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
            v12 = dy**2
            v13 = dx**2
            v_dot_2 = (pn_dot[1:-1, 2:] + pn_dot[1:-1, :-2]) * v12 + (
                pn_dot[2:, 1:-1] + pn_dot[:-2, 1:-1]
            ) * v13
            v14 = v13 * v12
            v15 = v14 * b[1:-1, 1:-1]
            v16 = 2 * (v13 + v12)
            v17 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * v12 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v13 - v15
            ) / v16
            p[1:-1, 1:-1] = v17
            p_dot[1:-1, 1:-1] = (v_dot_2 - b_dot[1:-1, 1:-1] * v14) / v16
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
        v18 = un[1:-1, 1:-1]
        v18_dot = un_dot[1:-1, 1:-1]
        v19 = v18 * dt / dx
        v19_dot = (v18_dot * dt + dt_dot * v18) / dx
        v20 = un[1:-1, :-2]
        v20_dot = un_dot[1:-1, :-2]
        v21 = v18 - v20
        v22 = vn[1:-1, 1:-1]
        v22_dot = vn_dot[1:-1, 1:-1]
        v23 = v22 * dt / dy
        v23_dot = (v22_dot * dt + dt_dot * v22) / dy
        v24 = un[:-2, 1:-1]
        v24_dot = un_dot[:-2, 1:-1]
        v25 = v18 - v24
        v26 = 2 * rho * dx
        v27 = dt / v26
        v28 = p[1:-1, 2:] - p[1:-1, :-2]
        v_dot_2 = (dt_dot - rho_dot * 2 * dx * v27) / v26 * v28 + (
            p_dot[1:-1, 2:] - p_dot[1:-1, :-2]
        ) * v27
        v29 = dx**2
        v30 = nu * dt / v29
        v31 = 2 * v18
        v31_dot = v18_dot * 2
        v32 = un[1:-1, 2:] - v31 + v20
        v_dot_3 = (nu_dot * dt + dt_dot * nu) / v29 * v32 + (
            un_dot[1:-1, 2:] - v31_dot + v20_dot
        ) * v30
        v33 = dy**2
        v34 = nu * dt / v33
        v35 = un[2:, 1:-1] - v31 + v24
        v_dot_4 = (nu_dot * dt + dt_dot * nu) / v33 * v35 + (
            un_dot[2:, 1:-1] - v31_dot + v24_dot
        ) * v34
        v_dot_2 = (
            v18_dot
            - (v19_dot * v21 + (v18_dot - v20_dot) * v19)
            - (v23_dot * v25 + (v18_dot - v24_dot) * v23)
            - v_dot_2
            + v_dot_3
            + v_dot_4
        )
        u[1:-1, 1:-1] = v18 - v19 * v21 - v23 * v25 - v27 * v28 + v30 * v32 + v34 * v35
        u_dot[1:-1, 1:-1] = v_dot_2
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v36 = vn[1:-1, :-2]
        v36_dot = vn_dot[1:-1, :-2]
        v37 = v22 - v36
        v38 = vn[:-2, 1:-1]
        v38_dot = vn_dot[:-2, 1:-1]
        v39 = v22 - v38
        v40 = 2 * rho * dy
        v41 = dt / v40
        v42 = p[2:, 1:-1] - p[:-2, 1:-1]
        v_dot_2 = (dt_dot - rho_dot * 2 * dy * v41) / v40 * v42 + (
            p_dot[2:, 1:-1] - p_dot[:-2, 1:-1]
        ) * v41
        v43 = nu * dt / v29
        v44 = 2 * v22
        v44_dot = v22_dot * 2
        v45 = vn[1:-1, 2:] - v44 + v36
        v_dot_3 = (nu_dot * dt + dt_dot * nu) / v29 * v45 + (
            vn_dot[1:-1, 2:] - v44_dot + v36_dot
        ) * v43
        v46 = nu * dt / v33
        v47 = vn[2:, 1:-1] - v44 + v38
        v_dot_4 = (nu_dot * dt + dt_dot * nu) / v33 * v47 + (
            vn_dot[2:, 1:-1] - v44_dot + v38_dot
        ) * v46
        v_dot_2 = (
            v22_dot
            - (v19_dot * v37 + (v22_dot - v36_dot) * v19)
            - (v23_dot * v39 + (v22_dot - v38_dot) * v23)
            - v_dot_2
            + v_dot_3
            + v_dot_4
        )
        v[1:-1, 1:-1] = v22 - v19 * v37 - v23 * v39 - v41 * v42 + v43 * v45 + v46 * v47
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
            v7 = dy**2
            v8 = dx**2
            v9 = v8 * v7 * b[1:-1, 1:-1]
            v10 = 2 * (v8 + v7)
            v11 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * v7 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v8 - v9
            ) / v10
            p[1:-1, 1:-1] = v11
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        v12 = un[1:-1, 1:-1]
        v13 = v12 * dt / dx
        v14 = un[1:-1, :-2]
        v15 = vn[1:-1, 1:-1]
        v16 = v15 * dt / dy
        v17 = un[:-2, 1:-1]
        v18 = dx**2
        v19 = 2 * v12
        v20 = nu * dt / v18 * (un[1:-1, 2:] - v19 + v14)
        v21 = (
            v12
            - v13 * (v12 - v14)
            - v16 * (v12 - v17)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + v20
        )
        v22 = dy**2
        u[1:-1, 1:-1] = v21 + nu * dt / v22 * (un[2:, 1:-1] - v19 + v17)
        v23 = vn[1:-1, :-2]
        v24 = vn[:-2, 1:-1]
        v25 = 2 * v15
        v26 = nu * dt / v18 * (vn[1:-1, 2:] - v25 + v23)
        v27 = (
            v15
            - v13 * (v15 - v23)
            - v16 * (v15 - v24)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + v26
        )
        v[1:-1, 1:-1] = v27 + nu * dt / v22 * (vn[2:, 1:-1] - v25 + v24)
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
        v28 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += v28
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v_bar_2 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v29 = vn[:-2, 1:-1]
        v30 = vn[1:-1, 1:-1]
        v31 = 2 * v30
        v32 = vn[2:, 1:-1]
        v33 = dy**2
        v_bar_3 = v_bar_2 * (nu * dt / v33)
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = v_bar_3
        vn_bar[1:-1, 1:-1] -= v_bar_3 * 2
        vn_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v32 - v31 + v29)) / v33
        v34 = vn[1:-1, :-2]
        v35 = vn[1:-1, 2:]
        v36 = dx**2
        v_bar_4 = v_bar_2 * (nu * dt / v36)
        vn_bar[1:-1, :-2] += v_bar_4
        vn_bar[1:-1, 1:-1] -= v_bar_4 * 2
        vn_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v35 - v31 + v34)) / v36
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v37 = -v_bar_2
        v38 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        v39 = 2 * rho * dy
        v40 = dt / v39
        v_bar_5 = unbroadcast(v37, np.shape(v40 * v38))
        v38_bar = v_bar_5 * v40
        p_bar[:-2, 1:-1] -= v38_bar
        p_bar[2:, 1:-1] += v38_bar
        v41 = np.sum(v_bar_5 * v38) / v39
        rho_bar -= v41 * v40 * dy * 2
        v42 = v30 * dt / dy
        v_bar_5 = v37 * v42
        vn_bar[:-2, 1:-1] -= v_bar_5
        vn_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v37 * (v30 - v29) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v43 = un[1:-1, 1:-1]
        v44 = v43 * dt / dx
        v_bar_6 = v37 * v44
        vn_bar[1:-1, :-2] -= v_bar_6
        vn_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v37 * (v30 - v34) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v41
            + np.sum(v_bar_5 * v30)
            + np.sum(v_bar_6 * v43)
        )
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = v_bar_6 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v_bar_2 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v45 = un[:-2, 1:-1]
        v46 = 2 * v43
        v47 = un[2:, 1:-1]
        v_bar_3 = v_bar_2 * (nu * dt / v33)
        un_bar[:-2, 1:-1] += v_bar_3
        un_bar[1:-1, 1:-1] -= v_bar_3 * 2
        un_bar[2:, 1:-1] += v_bar_3
        v_bar_3 = np.sum(v_bar_2 * (v47 - v46 + v45)) / v33
        v48 = un[1:-1, :-2]
        v49 = un[1:-1, 2:]
        v_bar_4 = v_bar_2 * (nu * dt / v36)
        un_bar[1:-1, :-2] += v_bar_4
        un_bar[1:-1, 1:-1] -= v_bar_4 * 2
        un_bar[1:-1, 2:] += v_bar_4
        v_bar_4 = np.sum(v_bar_2 * (v49 - v46 + v48)) / v36
        nu_bar = nu_bar + v_bar_3 * dt + v_bar_4 * dt
        v50 = -v_bar_2
        v51 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        v52 = 2 * rho * dx
        v53 = dt / v52
        v_bar_5 = unbroadcast(v50, np.shape(v53 * v51))
        v51_bar = v_bar_5 * v53
        p_bar[1:-1, :-2] -= v51_bar
        p_bar[1:-1, 2:] += v51_bar
        v54 = np.sum(v_bar_5 * v51) / v52
        rho_bar -= v54 * v53 * dx * 2
        v_bar_5 = v50 * v42
        un_bar[:-2, 1:-1] -= v_bar_5
        un_bar[1:-1, 1:-1] += v_bar_5
        v_bar_5 = v50 * (v43 - v45) / dy
        vn_bar[1:-1, 1:-1] += v_bar_5 * dt
        v_bar_6 = v50 * v44
        un_bar[1:-1, :-2] -= v_bar_6
        un_bar[1:-1, 1:-1] += v_bar_6
        v_bar_6 = v50 * (v43 - v48) / dx
        dt_bar = (
            dt_bar
            + v_bar_3 * nu
            + v_bar_4 * nu
            + v54
            + np.sum(v_bar_5 * v30)
            + np.sum(v_bar_6 * v43)
        )
        un_bar[1:-1, 1:-1] += v_bar_6 * dt
        un_bar[1:-1, 1:-1] += v_bar_2
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
            v11_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v_bar_2 = v11_bar / (2 * (v36 + v33))
            b_bar[1:-1, 1:-1] -= v_bar_2 * (v36 * v33)
            v_bar_3 = v_bar_2 * v36
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = v_bar_3
            pn_bar[2:, 1:-1] += v_bar_3
            v_bar_2 = v_bar_2 * v33
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v_bar_2 = b_bar[1:-1, 1:-1].copy()
        b_bar[1:-1, 1:-1] = 0.0
        v55 = 2 * dy
        v56 = (v32 - v29) / v55
        v57 = v35 - v34
        v58 = (v47 - v45) / v55
        v59 = 2 * dx
        v60 = (v49 - v48) / v59
        v61 = v60 + v56
        v62 = 1 / dt
        v_bar_3 = v_bar_2 * rho
        rho_bar += np.sum(v_bar_2 * (v62 * v61 - v60**2 - 2 * (v58 * v57 / v59) - v56**2))
        v63 = v_bar_3 * (2.0 * v56) / v55
        v_bar[:-2, 1:-1] += v63
        v_bar[2:, 1:-1] -= v63
        v_bar_2 = -(v_bar_3 * 2 / v59)
        v57_bar = v_bar_2 * v58
        v_bar[1:-1, :-2] -= v57_bar
        v_bar[1:-1, 2:] += v57_bar
        v_bar_2 = v_bar_2 * v57 / v55
        u_bar[:-2, 1:-1] -= v_bar_2
        u_bar[2:, 1:-1] += v_bar_2
        v64 = v_bar_3 * (2.0 * v60) / v59
        u_bar[1:-1, :-2] += v64
        u_bar[1:-1, 2:] -= v64
        v61_bar = v_bar_3 * v62
        v_bar_2 = v61_bar / v55
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v_bar_2 = v61_bar / v59
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        dt_bar -= np.sum(v_bar_3 * v61) / dt * v62
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return y, (u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar)
