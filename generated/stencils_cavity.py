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
    rows, columns = u.shape
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
        t = 2 * dx
        t2 = (u[1:-1, 2:] - u[1:-1, :-2]) / t
        t3 = 2 * dy
        t4 = (v[2:, 1:-1] - v[:-2, 1:-1]) / t3
        t5 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / t3 * (v[1:-1, 2:] - v[1:-1, :-2]) / t)
        b[1:-1, 1:-1] = rho * (1 / dt * (t2 + t4) - t2**2 - t5 - t4**2)
        for _ in range(sweeps):
            pn = np.copy(p)
            dy_squared = dy**2
            dx_squared = dx**2
            t6 = dx_squared * dy_squared * b[1:-1, 1:-1]
            t7 = 2 * (dx_squared + dy_squared)
            t8 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - t6
            ) / t7
            p[1:-1, 1:-1] = t8
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        t9 = un[1:-1, 1:-1]
        t10 = t9 * dt / dx
        t11 = un[1:-1, :-2]
        t12 = vn[1:-1, 1:-1]
        t13 = t12 * dt / dy
        t14 = un[:-2, 1:-1]
        t15 = nu * dt / dx**2
        t16 = 2 * t9
        t17 = t15 * (un[1:-1, 2:] - t16 + t11)
        t18 = (
            t9
            - t10 * (t9 - t11)
            - t13 * (t9 - t14)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + t17
        )
        t19 = nu * dt / dy**2
        u[1:-1, 1:-1] = t18 + t19 * (un[2:, 1:-1] - t16 + t14)
        t20 = vn[1:-1, :-2]
        t21 = vn[:-2, 1:-1]
        t22 = 2 * t12
        t23 = t15 * (vn[1:-1, 2:] - t22 + t20)
        t24 = (
            t12
            - t10 * (t12 - t20)
            - t13 * (t12 - t21)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + t23
        )
        v[1:-1, 1:-1] = t24 + t19 * (vn[2:, 1:-1] - t22 + t21)
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
    p_bar_low_inner, p_bar_high_inner = p_bar[:-2, 1:-1], p_bar[2:, 1:-1]
    p_bar_inner_low, p_bar_inner_high = p_bar[1:-1, :-2], p_bar[1:-1, 2:]
    b_bar_inner = b_bar[1:-1, 1:-1]
    v_bar_low_inner, v_bar_high_inner = v_bar[:-2, 1:-1], v_bar[2:, 1:-1]
    v_bar_inner_low, v_bar_inner_high = v_bar[1:-1, :-2], v_bar[1:-1, 2:]
    u_bar_low_inner, u_bar_high_inner = u_bar[:-2, 1:-1], u_bar[2:, 1:-1]
    u_bar_inner_low, u_bar_inner_high = u_bar[1:-1, :-2], u_bar[1:-1, 2:]
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
        t25 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += t25
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        t_bar = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        t26 = vn[:-2, 1:-1]
        t27 = vn[1:-1, 1:-1]
        t28 = 2 * t27
        t29 = vn[2:, 1:-1]
        dy_squared = dy**2
        t30 = nu * dt / dy_squared
        t_bar_2 = t_bar * t30
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = t_bar_2
        vn_bar[1:-1, 1:-1] -= t_bar_2 * 2
        vn_bar[2:, 1:-1] += t_bar_2
        t31 = vn[1:-1, :-2]
        t32 = vn[1:-1, 2:]
        dx_squared = dx**2
        t33 = nu * dt / dx_squared
        t_bar_2 = t_bar * t33
        vn_bar[1:-1, :-2] += t_bar_2
        vn_bar[1:-1, 1:-1] -= t_bar_2 * 2
        vn_bar[1:-1, 2:] += t_bar_2
        t34 = (
            np.sum(t_bar * (t29 - t28 + t26)) / dy_squared
            + np.sum(t_bar * (t32 - t28 + t31)) / dx_squared
        )
        nu_bar += dt * t34
        t35 = -t_bar
        t36 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        t37 = 2 * rho * dy
        t38 = dt / t37
        t_bar_2 = unbroadcast(t35, np.shape(t36))
        t36_bar = t_bar_2 * t38
        p_bar_low_inner -= t36_bar
        p_bar_high_inner += t36_bar
        t39 = np.sum(t_bar_2 * t36) / t37
        rho_bar -= t39 * t38 * dy * 2
        t40 = t27 * dt / dy
        t_bar_2 = t35 * t40
        vn_bar[:-2, 1:-1] -= t_bar_2
        vn_bar[1:-1, 1:-1] += t_bar_2
        t_bar_2 = t35 * (t27 - t26) / dy
        vn_bar[1:-1, 1:-1] += t_bar_2 * dt
        t41 = un[1:-1, 1:-1]
        t42 = t41 * dt / dx
        t_bar_3 = t35 * t42
        vn_bar[1:-1, :-2] -= t_bar_3
        vn_bar[1:-1, 1:-1] += t_bar_3
        t_bar_3 = t35 * (t27 - t31) / dx
        dt_bar += nu * t34 + t39 + np.sum(t_bar_2 * t27) + np.sum(t_bar_3 * t41)
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = t_bar_3 * dt
        vn_bar[1:-1, 1:-1] += t_bar
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        t_bar = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        t43 = un[:-2, 1:-1]
        t44 = 2 * t41
        t45 = un[2:, 1:-1]
        t_bar_2 = t_bar * t30
        un_bar[:-2, 1:-1] += t_bar_2
        un_bar[1:-1, 1:-1] -= t_bar_2 * 2
        un_bar[2:, 1:-1] += t_bar_2
        t46 = un[1:-1, :-2]
        t47 = un[1:-1, 2:]
        t_bar_2 = t_bar * t33
        un_bar[1:-1, :-2] += t_bar_2
        un_bar[1:-1, 1:-1] -= t_bar_2 * 2
        un_bar[1:-1, 2:] += t_bar_2
        t48 = (
            np.sum(t_bar * (t45 - t44 + t43)) / dy_squared
            + np.sum(t_bar * (t47 - t44 + t46)) / dx_squared
        )
        nu_bar += dt * t48
        t49 = -t_bar
        t50 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        t51 = 2 * rho * dx
        t52 = dt / t51
        t_bar_2 = unbroadcast(t49, np.shape(t50))
        t50_bar = t_bar_2 * t52
        p_bar_inner_low -= t50_bar
        p_bar_inner_high += t50_bar
        t53 = np.sum(t_bar_2 * t50) / t51
        rho_bar -= t53 * t52 * dx * 2
        t_bar_2 = t49 * t40
        un_bar[:-2, 1:-1] -= t_bar_2
        un_bar[1:-1, 1:-1] += t_bar_2
        t_bar_2 = t49 * (t41 - t43) / dy
        vn_bar[1:-1, 1:-1] += t_bar_2 * dt
        t_bar_3 = t49 * t42
        un_bar[1:-1, :-2] -= t_bar_3
        un_bar[1:-1, 1:-1] += t_bar_3
        t_bar_3 = t49 * (t41 - t46) / dx
        dt_bar += nu * t48 + t53 + np.sum(t_bar_2 * t27) + np.sum(t_bar_3 * t41)
        un_bar[1:-1, 1:-1] += t_bar_3 * dt + t_bar
        for _ in range(sweeps):
            # p[-1, :] = 0  [stencils.py:48]
            p_bar[-1, :] = 0.0
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            t_bar = p_bar[:, 0].copy()
            p_bar[:, 0] = 0.0
            p_bar[:, 1] += t_bar
            # p[0, :] = p[1, :]  [stencils.py:46]
            t_bar = p_bar[0, :].copy()
            p_bar[0, :] = 0.0
            p_bar[1, :] += t_bar
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            t_bar = p_bar[:, -1].copy()
            p_bar[:, -1] = 0.0
            p_bar[:, -2] += t_bar
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            t8_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            t_bar = t8_bar / (2 * (dx_squared + dy_squared))
            b_bar_inner -= t_bar * (dx_squared * dy_squared)
            t_bar_2 = t_bar * dx_squared
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = t_bar_2
            pn_bar[2:, 1:-1] += t_bar_2
            t_bar = t_bar * dy_squared
            pn_bar[1:-1, :-2] += t_bar
            pn_bar[1:-1, 2:] += t_bar
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        t_bar = b_bar_inner.copy()
        b_bar[1:-1, 1:-1] = 0.0
        t54 = 2 * dy
        t55 = (t29 - t26) / t54
        t56 = t32 - t31
        t57 = (t45 - t43) / t54
        t58 = 2 * dx
        t59 = (t47 - t46) / t58
        t60 = t59 + t55
        t61 = 1 / dt
        t_bar_2 = t_bar * rho
        rho_bar += np.sum(t_bar * (t61 * t60 - t59**2 - 2 * (t57 * t56 / t58) - t55**2))
        t62 = t_bar_2 * (2.0 * t55) / t54
        v_bar_low_inner += t62
        v_bar_high_inner -= t62
        t_bar = -(t_bar_2 * 2 / t58)
        t56_bar = t_bar * t57
        v_bar_inner_low -= t56_bar
        v_bar_inner_high += t56_bar
        t_bar = t_bar * t56 / t54
        u_bar_low_inner -= t_bar
        u_bar_high_inner += t_bar
        t63 = t_bar_2 * (2.0 * t59) / t58
        u_bar_inner_low += t63
        u_bar_inner_high -= t63
        t60_bar = t_bar_2 * t61
        t_bar = t60_bar / t54
        v_bar_low_inner -= t_bar
        v_bar_high_inner += t_bar
        t_bar = t60_bar / t58
        u_bar_inner_low -= t_bar
        u_bar_inner_high += t_bar
        dt_bar -= np.sum(t_bar_2 * t60) / dt * t61
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar


def cavity_value_and_grad(u, v, p, lid, nu, rho, dt, steps, sweeps):
    """Value of cavity and its gradient."""
    # Forward sweep
    rows, columns = u.shape
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
        t = 2 * dx
        t2 = (u[1:-1, 2:] - u[1:-1, :-2]) / t
        t3 = 2 * dy
        t4 = (v[2:, 1:-1] - v[:-2, 1:-1]) / t3
        t5 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / t3 * (v[1:-1, 2:] - v[1:-1, :-2]) / t)
        b[1:-1, 1:-1] = rho * (1 / dt * (t2 + t4) - t2**2 - t5 - t4**2)
        for _ in range(sweeps):
            pn = np.copy(p)
            dy_squared = dy**2
            dx_squared = dx**2
            t6 = dx_squared * dy_squared * b[1:-1, 1:-1]
            t7 = 2 * (dx_squared + dy_squared)
            t8 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - t6
            ) / t7
            p[1:-1, 1:-1] = t8
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        t9 = un[1:-1, 1:-1]
        t10 = t9 * dt / dx
        t11 = un[1:-1, :-2]
        t12 = vn[1:-1, 1:-1]
        t13 = t12 * dt / dy
        t14 = un[:-2, 1:-1]
        t15 = nu * dt / dx**2
        t16 = 2 * t9
        t17 = t15 * (un[1:-1, 2:] - t16 + t11)
        t18 = (
            t9
            - t10 * (t9 - t11)
            - t13 * (t9 - t14)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + t17
        )
        t19 = nu * dt / dy**2
        u[1:-1, 1:-1] = t18 + t19 * (un[2:, 1:-1] - t16 + t14)
        t20 = vn[1:-1, :-2]
        t21 = vn[:-2, 1:-1]
        t22 = 2 * t12
        t23 = t15 * (vn[1:-1, 2:] - t22 + t20)
        t24 = (
            t12
            - t10 * (t12 - t20)
            - t13 * (t12 - t21)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + t23
        )
        v[1:-1, 1:-1] = t24 + t19 * (vn[2:, 1:-1] - t22 + t21)
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
    p_bar_low_inner, p_bar_high_inner = p_bar[:-2, 1:-1], p_bar[2:, 1:-1]
    p_bar_inner_low, p_bar_inner_high = p_bar[1:-1, :-2], p_bar[1:-1, 2:]
    b_bar_inner = b_bar[1:-1, 1:-1]
    v_bar_low_inner, v_bar_high_inner = v_bar[:-2, 1:-1], v_bar[2:, 1:-1]
    v_bar_inner_low, v_bar_inner_high = v_bar[1:-1, :-2], v_bar[1:-1, 2:]
    u_bar_low_inner, u_bar_high_inner = u_bar[:-2, 1:-1], u_bar[2:, 1:-1]
    u_bar_inner_low, u_bar_inner_high = u_bar[1:-1, :-2], u_bar[1:-1, 2:]
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
        t25 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += t25
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        t_bar = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        t26 = vn[:-2, 1:-1]
        t27 = vn[1:-1, 1:-1]
        t28 = 2 * t27
        t29 = vn[2:, 1:-1]
        dy_squared = dy**2
        t30 = nu * dt / dy_squared
        t_bar_2 = t_bar * t30
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = t_bar_2
        vn_bar[1:-1, 1:-1] -= t_bar_2 * 2
        vn_bar[2:, 1:-1] += t_bar_2
        t31 = vn[1:-1, :-2]
        t32 = vn[1:-1, 2:]
        dx_squared = dx**2
        t33 = nu * dt / dx_squared
        t_bar_2 = t_bar * t33
        vn_bar[1:-1, :-2] += t_bar_2
        vn_bar[1:-1, 1:-1] -= t_bar_2 * 2
        vn_bar[1:-1, 2:] += t_bar_2
        t34 = (
            np.sum(t_bar * (t29 - t28 + t26)) / dy_squared
            + np.sum(t_bar * (t32 - t28 + t31)) / dx_squared
        )
        nu_bar += dt * t34
        t35 = -t_bar
        t36 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        t37 = 2 * rho * dy
        t38 = dt / t37
        t_bar_2 = unbroadcast(t35, np.shape(t36))
        t36_bar = t_bar_2 * t38
        p_bar_low_inner -= t36_bar
        p_bar_high_inner += t36_bar
        t39 = np.sum(t_bar_2 * t36) / t37
        rho_bar -= t39 * t38 * dy * 2
        t40 = t27 * dt / dy
        t_bar_2 = t35 * t40
        vn_bar[:-2, 1:-1] -= t_bar_2
        vn_bar[1:-1, 1:-1] += t_bar_2
        t_bar_2 = t35 * (t27 - t26) / dy
        vn_bar[1:-1, 1:-1] += t_bar_2 * dt
        t41 = un[1:-1, 1:-1]
        t42 = t41 * dt / dx
        t_bar_3 = t35 * t42
        vn_bar[1:-1, :-2] -= t_bar_3
        vn_bar[1:-1, 1:-1] += t_bar_3
        t_bar_3 = t35 * (t27 - t31) / dx
        dt_bar += nu * t34 + t39 + np.sum(t_bar_2 * t27) + np.sum(t_bar_3 * t41)
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = t_bar_3 * dt
        vn_bar[1:-1, 1:-1] += t_bar
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        t_bar = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        t43 = un[:-2, 1:-1]
        t44 = 2 * t41
        t45 = un[2:, 1:-1]
        t_bar_2 = t_bar * t30
        un_bar[:-2, 1:-1] += t_bar_2
        un_bar[1:-1, 1:-1] -= t_bar_2 * 2
        un_bar[2:, 1:-1] += t_bar_2
        t46 = un[1:-1, :-2]
        t47 = un[1:-1, 2:]
        t_bar_2 = t_bar * t33
        un_bar[1:-1, :-2] += t_bar_2
        un_bar[1:-1, 1:-1] -= t_bar_2 * 2
        un_bar[1:-1, 2:] += t_bar_2
        t48 = (
            np.sum(t_bar * (t45 - t44 + t43)) / dy_squared
            + np.sum(t_bar * (t47 - t44 + t46)) / dx_squared
        )
        nu_bar += dt * t48
        t49 = -t_bar
        t50 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        t51 = 2 * rho * dx
        t52 = dt / t51
        t_bar_2 = unbroadcast(t49, np.shape(t50))
        t50_bar = t_bar_2 * t52
        p_bar_inner_low -= t50_bar
        p_bar_inner_high += t50_bar
        t53 = np.sum(t_bar_2 * t50) / t51
        rho_bar -= t53 * t52 * dx * 2
        t_bar_2 = t49 * t40
        un_bar[:-2, 1:-1] -= t_bar_2
        un_bar[1:-1, 1:-1] += t_bar_2
        t_bar_2 = t49 * (t41 - t43) / dy
        vn_bar[1:-1, 1:-1] += t_bar_2 * dt
        t_bar_3 = t49 * t42
        un_bar[1:-1, :-2] -= t_bar_3
        un_bar[1:-1, 1:-1] += t_bar_3
        t_bar_3 = t49 * (t41 - t46) / dx
        dt_bar += nu * t48 + t53 + np.sum(t_bar_2 * t27) + np.sum(t_bar_3 * t41)
        un_bar[1:-1, 1:-1] += t_bar_3 * dt + t_bar
        for _ in range(sweeps):
            # p[-1, :] = 0  [stencils.py:48]
            p_bar[-1, :] = 0.0
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            t_bar = p_bar[:, 0].copy()
            p_bar[:, 0] = 0.0
            p_bar[:, 1] += t_bar
            # p[0, :] = p[1, :]  [stencils.py:46]
            t_bar = p_bar[0, :].copy()
            p_bar[0, :] = 0.0
            p_bar[1, :] += t_bar
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            t_bar = p_bar[:, -1].copy()
            p_bar[:, -1] = 0.0
            p_bar[:, -2] += t_bar
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            t8_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            t_bar = t8_bar / (2 * (dx_squared + dy_squared))
            b_bar_inner -= t_bar * (dx_squared * dy_squared)
            t_bar_2 = t_bar * dx_squared
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = t_bar_2
            pn_bar[2:, 1:-1] += t_bar_2
            t_bar = t_bar * dy_squared
            pn_bar[1:-1, :-2] += t_bar
            pn_bar[1:-1, 2:] += t_bar
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        t_bar = b_bar_inner.copy()
        b_bar[1:-1, 1:-1] = 0.0
        t54 = 2 * dy
        t55 = (t29 - t26) / t54
        t56 = t32 - t31
        t57 = (t45 - t43) / t54
        t58 = 2 * dx
        t59 = (t47 - t46) / t58
        t60 = t59 + t55
        t61 = 1 / dt
        t_bar_2 = t_bar * rho
        rho_bar += np.sum(t_bar * (t61 * t60 - t59**2 - 2 * (t57 * t56 / t58) - t55**2))
        t62 = t_bar_2 * (2.0 * t55) / t54
        v_bar_low_inner += t62
        v_bar_high_inner -= t62
        t_bar = -(t_bar_2 * 2 / t58)
        t56_bar = t_bar * t57
        v_bar_inner_low -= t56_bar
        v_bar_inner_high += t56_bar
        t_bar = t_bar * t56 / t54
        u_bar_low_inner -= t_bar
        u_bar_high_inner += t_bar
        t63 = t_bar_2 * (2.0 * t59) / t58
        u_bar_inner_low += t63
        u_bar_inner_high -= t63
        t60_bar = t_bar_2 * t61
        t_bar = t60_bar / t54
        v_bar_low_inner -= t_bar
        v_bar_high_inner += t_bar
        t_bar = t60_bar / t58
        u_bar_inner_low -= t_bar
        u_bar_inner_high += t_bar
        dt_bar -= np.sum(t_bar_2 * t60) / dt * t61
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
    rows, columns = u.shape
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
        t = 1 / dt
        t2 = 2 * dx
        t3 = (u[1:-1, 2:] - u[1:-1, :-2]) / t2
        t3_dot = (u_dot[1:-1, 2:] - u_dot[1:-1, :-2]) / t2
        t4 = 2 * dy
        t5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / t4
        t5_dot = (v_dot[2:, 1:-1] - v_dot[:-2, 1:-1]) / t4
        t6 = t3 + t5
        t7 = (u[2:, 1:-1] - u[:-2, 1:-1]) / t4
        t8 = v[1:-1, 2:] - v[1:-1, :-2]
        t_dot = (u_dot[2:, 1:-1] - u_dot[:-2, 1:-1]) / t4 * t8 + (
            v_dot[1:-1, 2:] - v_dot[1:-1, :-2]
        ) * t7
        t_dot_2 = t5_dot * (2.0 * t5)
        t9 = t * t6 - t3**2 - 2 * (t7 * t8 / t2) - t5**2
        t10 = (
            (t3_dot + t5_dot) * t
            - dt_dot * t / dt * t6
            - t3_dot * (2.0 * t3)
            - t_dot / t2 * 2
            - t_dot_2
        ) * rho
        b[1:-1, 1:-1] = rho * t9
        b_dot[1:-1, 1:-1] = rho_dot * t9 + t10
        for _ in range(sweeps):
            # pn = p.copy()  [stencils.py:39]
            pn = np.copy(p)
            pn_dot = np.copy(p_dot)
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            dy_squared = dy**2
            dx_squared = dx**2
            t_dot = (pn_dot[1:-1, 2:] + pn_dot[1:-1, :-2]) * dy_squared + (
                pn_dot[2:, 1:-1] + pn_dot[:-2, 1:-1]
            ) * dx_squared
            t11 = dx_squared * dy_squared
            t12 = t11 * b[1:-1, 1:-1]
            t13 = 2 * (dx_squared + dy_squared)
            t14 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - t12
            ) / t13
            p[1:-1, 1:-1] = t14
            p_dot[1:-1, 1:-1] = (t_dot - b_dot[1:-1, 1:-1] * t11) / t13
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
        t15 = un[1:-1, 1:-1]
        t15_dot = un_dot[1:-1, 1:-1]
        t16 = t15 * dt / dx
        t16_dot = (t15_dot * dt + dt_dot * t15) / dx
        t17 = un[1:-1, :-2]
        t17_dot = un_dot[1:-1, :-2]
        t18 = t15 - t17
        t19 = vn[1:-1, 1:-1]
        t19_dot = vn_dot[1:-1, 1:-1]
        t20 = t19 * dt / dy
        t20_dot = (t19_dot * dt + dt_dot * t19) / dy
        t21 = un[:-2, 1:-1]
        t21_dot = un_dot[:-2, 1:-1]
        t22 = t15 - t21
        t23 = 2 * rho * dx
        t24 = dt / t23
        t25 = p[1:-1, 2:] - p[1:-1, :-2]
        t_dot = (dt_dot - rho_dot * 2 * dx * t24) / t23 * t25 + (
            p_dot[1:-1, 2:] - p_dot[1:-1, :-2]
        ) * t24
        t_dot_2 = nu_dot * dt + dt_dot * nu
        dx_squared = dx**2
        t26 = nu * dt / dx_squared
        t26_dot = t_dot_2 / dx_squared
        t27 = 2 * t15
        t27_dot = t15_dot * 2
        t28 = un[1:-1, 2:] - t27 + t17
        t_dot_3 = t26_dot * t28 + (un_dot[1:-1, 2:] - t27_dot + t17_dot) * t26
        dy_squared = dy**2
        t29 = nu * dt / dy_squared
        t29_dot = t_dot_2 / dy_squared
        t30 = un[2:, 1:-1] - t27 + t21
        t_dot_2 = t29_dot * t30 + (un_dot[2:, 1:-1] - t27_dot + t21_dot) * t29
        t_dot = (
            t15_dot
            - (t16_dot * t18 + (t15_dot - t17_dot) * t16)
            - (t20_dot * t22 + (t15_dot - t21_dot) * t20)
            - t_dot
            + t_dot_3
            + t_dot_2
        )
        u[1:-1, 1:-1] = t15 - t16 * t18 - t20 * t22 - t24 * t25 + t26 * t28 + t29 * t30
        u_dot[1:-1, 1:-1] = t_dot
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        t31 = vn[1:-1, :-2]
        t31_dot = vn_dot[1:-1, :-2]
        t32 = t19 - t31
        t33 = vn[:-2, 1:-1]
        t33_dot = vn_dot[:-2, 1:-1]
        t34 = t19 - t33
        t35 = 2 * rho * dy
        t36 = dt / t35
        t37 = p[2:, 1:-1] - p[:-2, 1:-1]
        t_dot = (dt_dot - rho_dot * 2 * dy * t36) / t35 * t37 + (
            p_dot[2:, 1:-1] - p_dot[:-2, 1:-1]
        ) * t36
        t38 = 2 * t19
        t38_dot = t19_dot * 2
        t39 = vn[1:-1, 2:] - t38 + t31
        t_dot_2 = t26_dot * t39 + (vn_dot[1:-1, 2:] - t38_dot + t31_dot) * t26
        t40 = vn[2:, 1:-1] - t38 + t33
        t_dot_3 = t29_dot * t40 + (vn_dot[2:, 1:-1] - t38_dot + t33_dot) * t29
        t_dot = (
            t19_dot
            - (t16_dot * t32 + (t19_dot - t31_dot) * t16)
            - (t20_dot * t34 + (t19_dot - t33_dot) * t20)
            - t_dot
            + t_dot_2
            + t_dot_3
        )
        v[1:-1, 1:-1] = t19 - t16 * t32 - t20 * t34 - t36 * t37 + t26 * t39 + t29 * t40
        v_dot[1:-1, 1:-1] = t_dot
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
    rows, columns = u.shape
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
        t = 2 * dx
        t2 = (u[1:-1, 2:] - u[1:-1, :-2]) / t
        t3 = 2 * dy
        t4 = (v[2:, 1:-1] - v[:-2, 1:-1]) / t3
        t5 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / t3 * (v[1:-1, 2:] - v[1:-1, :-2]) / t)
        b[1:-1, 1:-1] = rho * (1 / dt * (t2 + t4) - t2**2 - t5 - t4**2)
        for _ in range(sweeps):
            pn = np.copy(p)
            dy_squared = dy**2
            dx_squared = dx**2
            t6 = dx_squared * dy_squared * b[1:-1, 1:-1]
            t7 = 2 * (dx_squared + dy_squared)
            t8 = (
                (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy_squared
                + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx_squared
                - t6
            ) / t7
            p[1:-1, 1:-1] = t8
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((un, vn, p.copy()))
        t9 = un[1:-1, 1:-1]
        t10 = t9 * dt / dx
        t11 = un[1:-1, :-2]
        t12 = vn[1:-1, 1:-1]
        t13 = t12 * dt / dy
        t14 = un[:-2, 1:-1]
        t15 = nu * dt / dx**2
        t16 = 2 * t9
        t17 = t15 * (un[1:-1, 2:] - t16 + t11)
        t18 = (
            t9
            - t10 * (t9 - t11)
            - t13 * (t9 - t14)
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + t17
        )
        t19 = nu * dt / dy**2
        u[1:-1, 1:-1] = t18 + t19 * (un[2:, 1:-1] - t16 + t14)
        t20 = vn[1:-1, :-2]
        t21 = vn[:-2, 1:-1]
        t22 = 2 * t12
        t23 = t15 * (vn[1:-1, 2:] - t22 + t20)
        t24 = (
            t12
            - t10 * (t12 - t20)
            - t13 * (t12 - t21)
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
            + t23
        )
        v[1:-1, 1:-1] = t24 + t19 * (vn[2:, 1:-1] - t22 + t21)
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
    p_bar_low_inner, p_bar_high_inner = p_bar[:-2, 1:-1], p_bar[2:, 1:-1]
    p_bar_inner_low, p_bar_inner_high = p_bar[1:-1, :-2], p_bar[1:-1, 2:]
    b_bar_inner = b_bar[1:-1, 1:-1]
    v_bar_low_inner, v_bar_high_inner = v_bar[:-2, 1:-1], v_bar[2:, 1:-1]
    v_bar_inner_low, v_bar_inner_high = v_bar[1:-1, :-2], v_bar[1:-1, 2:]
    u_bar_low_inner, u_bar_high_inner = u_bar[:-2, 1:-1], u_bar[2:, 1:-1]
    u_bar_inner_low, u_bar_inner_high = u_bar[1:-1, :-2], u_bar[1:-1, 2:]
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
        t25 = np.sum(u_bar[-1, :])
        u_bar[-1, :] = 0.0
        lid_bar += t25
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        t_bar = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        t26 = vn[:-2, 1:-1]
        t27 = vn[1:-1, 1:-1]
        t28 = 2 * t27
        t29 = vn[2:, 1:-1]
        dy_squared = dy**2
        t30 = nu * dt / dy_squared
        t_bar_2 = t_bar * t30
        vn_bar = np.zeros_like(v)
        vn_bar[:-2, 1:-1] = t_bar_2
        vn_bar[1:-1, 1:-1] -= t_bar_2 * 2
        vn_bar[2:, 1:-1] += t_bar_2
        t31 = vn[1:-1, :-2]
        t32 = vn[1:-1, 2:]
        dx_squared = dx**2
        t33 = nu * dt / dx_squared
        t_bar_2 = t_bar * t33
        vn_bar[1:-1, :-2] += t_bar_2
        vn_bar[1:-1, 1:-1] -= t_bar_2 * 2
        vn_bar[1:-1, 2:] += t_bar_2
        t34 = (
            np.sum(t_bar * (t29 - t28 + t26)) / dy_squared
            + np.sum(t_bar * (t32 - t28 + t31)) / dx_squared
        )
        nu_bar += dt * t34
        t35 = -t_bar
        t36 = p_old[2:, 1:-1] - p_old[:-2, 1:-1]
        t37 = 2 * rho * dy
        t38 = dt / t37
        t_bar_2 = unbroadcast(t35, np.shape(t36))
        t36_bar = t_bar_2 * t38
        p_bar_low_inner -= t36_bar
        p_bar_high_inner += t36_bar
        t39 = np.sum(t_bar_2 * t36) / t37
        rho_bar -= t39 * t38 * dy * 2
        t40 = t27 * dt / dy
        t_bar_2 = t35 * t40
        vn_bar[:-2, 1:-1] -= t_bar_2
        vn_bar[1:-1, 1:-1] += t_bar_2
        t_bar_2 = t35 * (t27 - t26) / dy
        vn_bar[1:-1, 1:-1] += t_bar_2 * dt
        t41 = un[1:-1, 1:-1]
        t42 = t41 * dt / dx
        t_bar_3 = t35 * t42
        vn_bar[1:-1, :-2] -= t_bar_3
        vn_bar[1:-1, 1:-1] += t_bar_3
        t_bar_3 = t35 * (t27 - t31) / dx
        dt_bar += nu * t34 + t39 + np.sum(t_bar_2 * t27) + np.sum(t_bar_3 * t41)
        un_bar = np.zeros_like(u)
        un_bar[1:-1, 1:-1] = t_bar_3 * dt
        vn_bar[1:-1, 1:-1] += t_bar
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        t_bar = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        t43 = un[:-2, 1:-1]
        t44 = 2 * t41
        t45 = un[2:, 1:-1]
        t_bar_2 = t_bar * t30
        un_bar[:-2, 1:-1] += t_bar_2
        un_bar[1:-1, 1:-1] -= t_bar_2 * 2
        un_bar[2:, 1:-1] += t_bar_2
        t46 = un[1:-1, :-2]
        t47 = un[1:-1, 2:]
        t_bar_2 = t_bar * t33
        un_bar[1:-1, :-2] += t_bar_2
        un_bar[1:-1, 1:-1] -= t_bar_2 * 2
        un_bar[1:-1, 2:] += t_bar_2
        t48 = (
            np.sum(t_bar * (t45 - t44 + t43)) / dy_squared
            + np.sum(t_bar * (t47 - t44 + t46)) / dx_squared
        )
        nu_bar += dt * t48
        t49 = -t_bar
        t50 = p_old[1:-1, 2:] - p_old[1:-1, :-2]
        t51 = 2 * rho * dx
        t52 = dt / t51
        t_bar_2 = unbroadcast(t49, np.shape(t50))
        t50_bar = t_bar_2 * t52
        p_bar_inner_low -= t50_bar
        p_bar_inner_high += t50_bar
        t53 = np.sum(t_bar_2 * t50) / t51
        rho_bar -= t53 * t52 * dx * 2
        t_bar_2 = t49 * t40
        un_bar[:-2, 1:-1] -= t_bar_2
        un_bar[1:-1, 1:-1] += t_bar_2
        t_bar_2 = t49 * (t41 - t43) / dy
        vn_bar[1:-1, 1:-1] += t_bar_2 * dt
        t_bar_3 = t49 * t42
        un_bar[1:-1, :-2] -= t_bar_3
        un_bar[1:-1, 1:-1] += t_bar_3
        t_bar_3 = t49 * (t41 - t46) / dx
        dt_bar += nu * t48 + t53 + np.sum(t_bar_2 * t27) + np.sum(t_bar_3 * t41)
        un_bar[1:-1, 1:-1] += t_bar_3 * dt + t_bar
        for _ in range(sweeps):
            # p[-1, :] = 0  [stencils.py:48]
            p_bar[-1, :] = 0.0
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            t_bar = p_bar[:, 0].copy()
            p_bar[:, 0] = 0.0
            p_bar[:, 1] += t_bar
            # p[0, :] = p[1, :]  [stencils.py:46]
            t_bar = p_bar[0, :].copy()
            p_bar[0, :] = 0.0
            p_bar[1, :] += t_bar
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            t_bar = p_bar[:, -1].copy()
            p_bar[:, -1] = 0.0
            p_bar[:, -2] += t_bar
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            t8_bar = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            t_bar = t8_bar / (2 * (dx_squared + dy_squared))
            b_bar_inner -= t_bar * (dx_squared * dy_squared)
            t_bar_2 = t_bar * dx_squared
            pn_bar = np.zeros_like(p)
            pn_bar[:-2, 1:-1] = t_bar_2
            pn_bar[2:, 1:-1] += t_bar_2
            t_bar = t_bar * dy_squared
            pn_bar[1:-1, :-2] += t_bar
            pn_bar[1:-1, 2:] += t_bar
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        t_bar = b_bar_inner.copy()
        b_bar[1:-1, 1:-1] = 0.0
        t54 = 2 * dy
        t55 = (t29 - t26) / t54
        t56 = t32 - t31
        t57 = (t45 - t43) / t54
        t58 = 2 * dx
        t59 = (t47 - t46) / t58
        t60 = t59 + t55
        t61 = 1 / dt
        t_bar_2 = t_bar * rho
        rho_bar += np.sum(t_bar * (t61 * t60 - t59**2 - 2 * (t57 * t56 / t58) - t55**2))
        t62 = t_bar_2 * (2.0 * t55) / t54
        v_bar_low_inner += t62
        v_bar_high_inner -= t62
        t_bar = -(t_bar_2 * 2 / t58)
        t56_bar = t_bar * t57
        v_bar_inner_low -= t56_bar
        v_bar_inner_high += t56_bar
        t_bar = t_bar * t56 / t54
        u_bar_low_inner -= t_bar
        u_bar_high_inner += t_bar
        t63 = t_bar_2 * (2.0 * t59) / t58
        u_bar_inner_low += t63
        u_bar_inner_high -= t63
        t60_bar = t_bar_2 * t61
        t_bar = t60_bar / t54
        v_bar_low_inner -= t_bar
        v_bar_high_inner += t_bar
        t_bar = t60_bar / t58
        u_bar_inner_low -= t_bar
        u_bar_inner_high += t_bar
        dt_bar -= np.sum(t_bar_2 * t60) / dt * t61
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return y, (u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar)
