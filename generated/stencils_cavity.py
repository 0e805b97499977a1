"""Derivatives of cavity in stencils.py."""

import numpy as np


def unbroadcast(x, shape):
    """Sum x over the axes along which `shape` was broadcast to the shape of x."""
    lead = np.ndim(x) - len(shape)
    axes = (*range(lead), *(i + lead for i, n in enumerate(shape) if n == 1 and np.shape(x)[i + lead] != 1))
    return np.sum(x, axis=axes).reshape(shape)[()] if axes else x


def cavity_grad(u, v, p, lid, nu, rho, dt, steps, sweeps):
    """Gradient of cavity."""
    # Forward sweep
    rows = u.shape[0]
    columns = u.shape[1]
    dx = 2.0 / (columns - 1)
    dy = 2.0 / (rows - 1)
    b = np.zeros_like(u)
    tape = []
    v21_tape = []
    v25_tape = []
    for _ in range(steps):
        un = np.copy(u)
        vn = np.copy(v)
        v2 = 2 * dx
        v3 = (u[1:-1, 2:] - u[1:-1, :-2]) / v2
        v4 = 2 * dy
        v5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v4
        v6 = v3 ** 2
        v7 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / v4 * (v[1:-1, 2:] - v[1:-1, :-2]) / v2)
        v8 = v5 ** 2
        b = b.copy()
        b[1:-1, 1:-1] = rho * (1 / dt * (v3 + v5) - v6 - v7 - v8)
        pn_tape = []
        v9_tape = []
        v10_tape = []
        v11_tape = []
        v13_tape = []
        for _ in range(sweeps):
            pn = np.copy(p)
            pn_tape.append(pn)
            v9 = dy ** 2
            v9_tape.append(v9)
            v10 = dx ** 2
            v10_tape.append(v10)
            v11 = v10 * v9
            v11_tape.append(v11)
            v12 = v11 * b[1:-1, 1:-1]
            v13 = 2 * (v10 + v9)
            v13_tape.append(v13)
            v14 = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * v9 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v10 - v12) / v13
            p = p.copy()
            p[1:-1, 1:-1] = v14
            p = p.copy()
            p[:, -1] = p[:, -2]
            p = p.copy()
            p[0, :] = p[1, :]
            p = p.copy()
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((u, v, un, vn, v6, v8, b, p, pn_tape, v9_tape, v10_tape, v11_tape, v13_tape))
        v15 = un[1:-1, 1:-1]
        v16 = v15 * dt / dx
        v17 = un[1:-1, :-2]
        v18 = vn[1:-1, 1:-1]
        v19 = v18 * dt / dy
        v20 = un[:-2, 1:-1]
        v21 = dx ** 2
        v21_tape.append(v21)
        v22 = 2 * v15
        v23 = nu * dt / v21 * (un[1:-1, 2:] - v22 + v17)
        v24 = v15 - v16 * (v15 - v17) - v19 * (v15 - v20) - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2]) + v23
        v25 = dy ** 2
        v25_tape.append(v25)
        u = u.copy()
        u[1:-1, 1:-1] = v24 + nu * dt / v25 * (un[2:, 1:-1] - v22 + v20)
        v26 = vn[1:-1, :-2]
        v27 = vn[:-2, 1:-1]
        v28 = 2 * v18
        v29 = nu * dt / v21 * (vn[1:-1, 2:] - v28 + v26)
        v30 = v18 - v16 * (v18 - v26) - v19 * (v18 - v27) - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1]) + v29
        v = v.copy()
        v[1:-1, 1:-1] = v30 + nu * dt / v25 * (vn[2:, 1:-1] - v28 + v27)
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
    u_bar = u
    v_bar = v
    dt_bar = 0.0
    rho_bar = 0.0
    nu_bar = 0.0
    lid_bar = 0.0
    for (u, v, un, vn, v36, v35, b, p, pn_tape, v9_tape, v10_tape, v11_tape, v13_tape), v34, v33, v32, v31 in zip(reversed(tape), reversed(v21_tape), reversed(v25_tape), reversed(v21_tape), reversed(v25_tape)):
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v37 = 1 / dt
        v38 = 2 * dx
        v39 = (u[1:-1, 2:] - u[1:-1, :-2]) / v38
        v40 = 2 * dy
        v41 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v40
        v42 = v39 + v41
        v43 = v37 * v42
        v44 = v43 - v36
        v45 = (u[2:, 1:-1] - u[:-2, 1:-1]) / v40
        v46 = v[1:-1, 2:] - v[1:-1, :-2]
        v47 = 2 * (v45 * v46 / v38)
        v48 = v44 - v47
        v49 = v48 - v35
        v50 = rho * v49
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v51 = un[1:-1, 1:-1]
        v52 = v51 * dt / dx
        v53 = un[1:-1, :-2]
        v54 = v51 - v53
        v55 = v51 - v52 * v54
        v56 = vn[1:-1, 1:-1]
        v57 = v56 * dt / dy
        v58 = un[:-2, 1:-1]
        v59 = v51 - v58
        v60 = v57 * v59
        v61 = v55 - v60
        v62 = 2 * rho * dx
        v63 = dt / v62
        v64 = p[1:-1, 2:] - p[1:-1, :-2]
        v65 = v63 * v64
        v66 = v61 - v65
        v67 = nu * dt / v34
        v68 = 2 * v51
        v69 = un[1:-1, 2:] - v68 + v53
        v70 = v67 * v69
        v71 = v66 + v70
        v72 = nu * dt / v33
        v73 = un[2:, 1:-1] - v68 + v58
        v74 = v72 * v73
        v75 = v71 + v74
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v76 = vn[1:-1, :-2]
        v77 = v56 - v76
        v78 = v52 * v77
        v79 = v56 - v78
        v80 = vn[:-2, 1:-1]
        v81 = v56 - v80
        v82 = v57 * v81
        v83 = v79 - v82
        v84 = 2 * rho * dy
        v85 = dt / v84
        v86 = p[2:, 1:-1] - p[:-2, 1:-1]
        v87 = v85 * v86
        v88 = v83 - v87
        v89 = nu * dt / v32
        v90 = 2 * v56
        v91 = vn[1:-1, 2:] - v90 + v76
        v92 = v89 * v91
        v93 = v88 + v92
        v94 = nu * dt / v31
        v95 = vn[2:, 1:-1] - v90 + v80
        v96 = v94 * v95
        v97 = v93 + v96
        # v[:, -1] = 0  [stencils.py:85]
        v_bar = v_bar.copy()
        v_bar[:, -1] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v_bar[:, 0] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v_bar[-1, :] = 0.0
        # v[0, :] = 0  [stencils.py:82]
        v_bar[0, :] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        v98 = u_bar[-1, :]
        u_bar = u_bar.copy()
        u_bar[-1, :] = 0.0
        lid_bar = lid_bar + np.sum(v98)
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v99 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v97_bar = unbroadcast(v99, np.shape(v97))
        v93_bar = unbroadcast(v97_bar, np.shape(v93))
        v96_bar = unbroadcast(v97_bar, np.shape(v96))
        v95_bar = v96_bar * v94
        v94_bar = np.sum(v96_bar * v95)
        vn_bar = np.zeros_like(vn)
        vn_bar[:-2, 1:-1] += v95_bar
        vn_bar[1:-1, 1:-1] -= v95_bar * 2
        vn_bar[2:, 1:-1] += v95_bar
        v_bar_2 = v94_bar / v31
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v88_bar = unbroadcast(v93_bar, np.shape(v88))
        v92_bar = unbroadcast(v93_bar, np.shape(v92))
        v91_bar = v92_bar * v89
        v89_bar = np.sum(v92_bar * v91)
        vn_bar[1:-1, :-2] += v91_bar
        vn_bar[1:-1, 1:-1] -= v91_bar * 2
        vn_bar[1:-1, 2:] += v91_bar
        v_bar_2 = v89_bar / v32
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v83_bar = unbroadcast(v88_bar, np.shape(v83))
        v87_bar = unbroadcast(-v88_bar, np.shape(v87))
        v86_bar = v87_bar * v85
        v85_bar = np.sum(v87_bar * v86)
        p_bar[:-2, 1:-1] -= v86_bar
        p_bar[2:, 1:-1] += v86_bar
        v100 = v85_bar / v84
        dt_bar = dt_bar + v100
        rho_bar = rho_bar - v100 * v85 * dy * 2
        v79_bar = unbroadcast(v83_bar, np.shape(v79))
        v82_bar = unbroadcast(-v83_bar, np.shape(v82))
        v101 = v82_bar != 0
        v_bar_2 = np.where(v101, v82_bar * v81, 0.0)
        v81_bar = np.where(v101, v82_bar * v57, 0.0)
        vn_bar[:-2, 1:-1] -= v81_bar
        vn_bar[1:-1, 1:-1] += v81_bar
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / dy, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v56)
        vn_bar[1:-1, 1:-1] += v_bar_2 * dt
        v_bar_2 = unbroadcast(v79_bar, np.shape(v56))
        v78_bar = unbroadcast(-v79_bar, np.shape(v78))
        v102 = v78_bar != 0
        v_bar_3 = unbroadcast(np.where(v102, v78_bar * v77, 0.0), np.shape(v52))
        v77_bar = unbroadcast(np.where(v102, v78_bar * v52, 0.0), np.shape(v77))
        vn_bar[1:-1, :-2] -= v77_bar
        vn_bar[1:-1, 1:-1] += v77_bar
        v_bar_3 = np.where(v_bar_3 != 0, v_bar_3 / dx, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_3 * v51)
        un_bar = np.zeros_like(un)
        un_bar[1:-1, 1:-1] += v_bar_3 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v103 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v75_bar = unbroadcast(v103, np.shape(v75))
        v71_bar = unbroadcast(v75_bar, np.shape(v71))
        v74_bar = unbroadcast(v75_bar, np.shape(v74))
        v73_bar = v74_bar * v72
        v72_bar = np.sum(v74_bar * v73)
        un_bar[:-2, 1:-1] += v73_bar
        un_bar[1:-1, 1:-1] -= v73_bar * 2
        un_bar[2:, 1:-1] += v73_bar
        v_bar_2 = v72_bar / v33
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v66_bar = unbroadcast(v71_bar, np.shape(v66))
        v70_bar = unbroadcast(v71_bar, np.shape(v70))
        v69_bar = v70_bar * v67
        v67_bar = np.sum(v70_bar * v69)
        un_bar[1:-1, :-2] += v69_bar
        un_bar[1:-1, 1:-1] -= v69_bar * 2
        un_bar[1:-1, 2:] += v69_bar
        v_bar_2 = v67_bar / v34
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v61_bar = unbroadcast(v66_bar, np.shape(v61))
        v65_bar = unbroadcast(-v66_bar, np.shape(v65))
        v64_bar = v65_bar * v63
        v63_bar = np.sum(v65_bar * v64)
        p_bar[1:-1, :-2] -= v64_bar
        p_bar[1:-1, 2:] += v64_bar
        v104 = v63_bar / v62
        dt_bar = dt_bar + v104
        rho_bar = rho_bar - v104 * v63 * dx * 2
        v55_bar = unbroadcast(v61_bar, np.shape(v55))
        v60_bar = unbroadcast(-v61_bar, np.shape(v60))
        v105 = v60_bar != 0
        v57_bar = unbroadcast(np.where(v105, v60_bar * v59, 0.0), np.shape(v57))
        v59_bar = unbroadcast(np.where(v105, v60_bar * v57, 0.0), np.shape(v59))
        un_bar[:-2, 1:-1] -= v59_bar
        un_bar[1:-1, 1:-1] += v59_bar
        v_bar_2 = np.where(v57_bar != 0, v57_bar / dy, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v56)
        vn_bar[1:-1, 1:-1] += v_bar_2 * dt
        v_bar_2 = -v55_bar
        v106 = v_bar_2 != 0
        v52_bar = np.where(v106, v_bar_2 * v54, 0.0)
        v54_bar = np.where(v106, v_bar_2 * v52, 0.0)
        un_bar[1:-1, :-2] -= v54_bar
        un_bar[1:-1, 1:-1] += v54_bar
        v_bar_2 = np.where(v52_bar != 0, v52_bar / dx, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v51)
        un_bar[1:-1, 1:-1] += v_bar_2 * dt
        un_bar[1:-1, 1:-1] += v55_bar
        for pn, v110, v109, v108, v107 in zip(reversed(pn_tape), reversed(v9_tape), reversed(v10_tape), reversed(v11_tape), reversed(v13_tape)):
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v111 = (pn[1:-1, 2:] + pn[1:-1, :-2]) * v110 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v109
            v112 = v108 * b[1:-1, 1:-1]
            v113 = (v111 - v112) / v107
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
            v114 = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v113_bar = unbroadcast(v114, np.shape(v113))
            v_bar_2 = np.where(v113_bar != 0, v113_bar / v107, 0.0)
            v111_bar = unbroadcast(v_bar_2, np.shape(v111))
            v112_bar = unbroadcast(-v_bar_2, np.shape(v112))
            b_bar[1:-1, 1:-1] += np.where(v112_bar != 0, v112_bar * v108, 0.0)
            v_bar_2 = v111_bar * v109
            pn_bar = np.zeros_like(pn)
            pn_bar[:-2, 1:-1] += v_bar_2
            pn_bar[2:, 1:-1] += v_bar_2
            v_bar_2 = v111_bar * v110
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v115 = b_bar[1:-1, 1:-1].copy()
        b_bar[1:-1, 1:-1] = 0.0
        v50_bar = unbroadcast(v115, np.shape(v50))
        v116 = v50_bar != 0
        v49_bar = np.where(v116, v50_bar * rho, 0.0)
        rho_bar = rho_bar + np.sum(np.where(v116, v50_bar * v49, 0.0))
        v48_bar = unbroadcast(v49_bar, np.shape(v48))
        v35_bar = unbroadcast(-v49_bar, np.shape(v35))
        v_bar_2 = np.where(v35_bar != 0, v35_bar * (2.0 * v41), 0.0)
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v40, 0.0)
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v44_bar = unbroadcast(v48_bar, np.shape(v44))
        v_bar_2 = unbroadcast(-v48_bar, np.shape(v47)) * 2
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v38, 0.0)
        v117 = v_bar_2 != 0
        v45_bar = unbroadcast(np.where(v117, v_bar_2 * v46, 0.0), np.shape(v45))
        v46_bar = unbroadcast(np.where(v117, v_bar_2 * v45, 0.0), np.shape(v46))
        v_bar[1:-1, :-2] -= v46_bar
        v_bar[1:-1, 2:] += v46_bar
        v_bar_2 = np.where(v45_bar != 0, v45_bar / v40, 0.0)
        u_bar[:-2, 1:-1] -= v_bar_2
        u_bar[2:, 1:-1] += v_bar_2
        v43_bar = unbroadcast(v44_bar, np.shape(v43))
        v36_bar = unbroadcast(-v44_bar, np.shape(v36))
        v_bar_2 = np.where(v36_bar != 0, v36_bar * (2.0 * v39), 0.0)
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v38, 0.0)
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        v118 = v43_bar != 0
        v42_bar = np.where(v118, v43_bar * v37, 0.0)
        v37_bar = np.sum(np.where(v118, v43_bar * v42, 0.0))
        v39_bar = unbroadcast(v42_bar, np.shape(v39))
        v41_bar = unbroadcast(v42_bar, np.shape(v41))
        v_bar_2 = np.where(v41_bar != 0, v41_bar / v40, 0.0)
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v_bar_2 = np.where(v39_bar != 0, v39_bar / v38, 0.0)
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        dt_bar = dt_bar - v37_bar / dt * v37
        # vn = v.copy()  [stencils.py:59]
        v_bar = v_bar + vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar = u_bar + un_bar
    return u_bar.copy(), v_bar.copy(), p_bar, lid_bar, nu_bar, rho_bar, dt_bar


def cavity_value_and_grad(u, v, p, lid, nu, rho, dt, steps, sweeps):
    """Value of cavity and its gradient."""
    # Forward sweep
    rows = u.shape[0]
    columns = u.shape[1]
    dx = 2.0 / (columns - 1)
    dy = 2.0 / (rows - 1)
    b = np.zeros_like(u)
    tape = []
    v21_tape = []
    v25_tape = []
    for _ in range(steps):
        un = np.copy(u)
        vn = np.copy(v)
        v2 = 2 * dx
        v3 = (u[1:-1, 2:] - u[1:-1, :-2]) / v2
        v4 = 2 * dy
        v5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v4
        v6 = v3 ** 2
        v7 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / v4 * (v[1:-1, 2:] - v[1:-1, :-2]) / v2)
        v8 = v5 ** 2
        b = b.copy()
        b[1:-1, 1:-1] = rho * (1 / dt * (v3 + v5) - v6 - v7 - v8)
        pn_tape = []
        v9_tape = []
        v10_tape = []
        v11_tape = []
        v13_tape = []
        for _ in range(sweeps):
            pn = np.copy(p)
            pn_tape.append(pn)
            v9 = dy ** 2
            v9_tape.append(v9)
            v10 = dx ** 2
            v10_tape.append(v10)
            v11 = v10 * v9
            v11_tape.append(v11)
            v12 = v11 * b[1:-1, 1:-1]
            v13 = 2 * (v10 + v9)
            v13_tape.append(v13)
            v14 = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * v9 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v10 - v12) / v13
            p = p.copy()
            p[1:-1, 1:-1] = v14
            p = p.copy()
            p[:, -1] = p[:, -2]
            p = p.copy()
            p[0, :] = p[1, :]
            p = p.copy()
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((u, v, un, vn, v6, v8, b, p, pn_tape, v9_tape, v10_tape, v11_tape, v13_tape))
        v15 = un[1:-1, 1:-1]
        v16 = v15 * dt / dx
        v17 = un[1:-1, :-2]
        v18 = vn[1:-1, 1:-1]
        v19 = v18 * dt / dy
        v20 = un[:-2, 1:-1]
        v21 = dx ** 2
        v21_tape.append(v21)
        v22 = 2 * v15
        v23 = nu * dt / v21 * (un[1:-1, 2:] - v22 + v17)
        v24 = v15 - v16 * (v15 - v17) - v19 * (v15 - v20) - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2]) + v23
        v25 = dy ** 2
        v25_tape.append(v25)
        u = u.copy()
        u[1:-1, 1:-1] = v24 + nu * dt / v25 * (un[2:, 1:-1] - v22 + v20)
        v26 = vn[1:-1, :-2]
        v27 = vn[:-2, 1:-1]
        v28 = 2 * v18
        v29 = nu * dt / v21 * (vn[1:-1, 2:] - v28 + v26)
        v30 = v18 - v16 * (v18 - v26) - v19 * (v18 - v27) - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1]) + v29
        v = v.copy()
        v[1:-1, 1:-1] = v30 + nu * dt / v25 * (vn[2:, 1:-1] - v28 + v27)
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    y = 0.5 * np.sum(u ** 2 + v ** 2)

    # Reverse sweep
    p_bar = np.zeros_like(p)
    b_bar = np.zeros_like(b)
    u_bar = u
    v_bar = v
    dt_bar = 0.0
    rho_bar = 0.0
    nu_bar = 0.0
    lid_bar = 0.0
    for (u, v, un, vn, v36, v35, b, p, pn_tape, v9_tape, v10_tape, v11_tape, v13_tape), v34, v33, v32, v31 in zip(reversed(tape), reversed(v21_tape), reversed(v25_tape), reversed(v21_tape), reversed(v25_tape)):
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v37 = 1 / dt
        v38 = 2 * dx
        v39 = (u[1:-1, 2:] - u[1:-1, :-2]) / v38
        v40 = 2 * dy
        v41 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v40
        v42 = v39 + v41
        v43 = v37 * v42
        v44 = v43 - v36
        v45 = (u[2:, 1:-1] - u[:-2, 1:-1]) / v40
        v46 = v[1:-1, 2:] - v[1:-1, :-2]
        v47 = 2 * (v45 * v46 / v38)
        v48 = v44 - v47
        v49 = v48 - v35
        v50 = rho * v49
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v51 = un[1:-1, 1:-1]
        v52 = v51 * dt / dx
        v53 = un[1:-1, :-2]
        v54 = v51 - v53
        v55 = v51 - v52 * v54
        v56 = vn[1:-1, 1:-1]
        v57 = v56 * dt / dy
        v58 = un[:-2, 1:-1]
        v59 = v51 - v58
        v60 = v57 * v59
        v61 = v55 - v60
        v62 = 2 * rho * dx
        v63 = dt / v62
        v64 = p[1:-1, 2:] - p[1:-1, :-2]
        v65 = v63 * v64
        v66 = v61 - v65
        v67 = nu * dt / v34
        v68 = 2 * v51
        v69 = un[1:-1, 2:] - v68 + v53
        v70 = v67 * v69
        v71 = v66 + v70
        v72 = nu * dt / v33
        v73 = un[2:, 1:-1] - v68 + v58
        v74 = v72 * v73
        v75 = v71 + v74
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v76 = vn[1:-1, :-2]
        v77 = v56 - v76
        v78 = v52 * v77
        v79 = v56 - v78
        v80 = vn[:-2, 1:-1]
        v81 = v56 - v80
        v82 = v57 * v81
        v83 = v79 - v82
        v84 = 2 * rho * dy
        v85 = dt / v84
        v86 = p[2:, 1:-1] - p[:-2, 1:-1]
        v87 = v85 * v86
        v88 = v83 - v87
        v89 = nu * dt / v32
        v90 = 2 * v56
        v91 = vn[1:-1, 2:] - v90 + v76
        v92 = v89 * v91
        v93 = v88 + v92
        v94 = nu * dt / v31
        v95 = vn[2:, 1:-1] - v90 + v80
        v96 = v94 * v95
        v97 = v93 + v96
        # v[:, -1] = 0  [stencils.py:85]
        v_bar = v_bar.copy()
        v_bar[:, -1] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v_bar[:, 0] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v_bar[-1, :] = 0.0
        # v[0, :] = 0  [stencils.py:82]
        v_bar[0, :] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        v98 = u_bar[-1, :]
        u_bar = u_bar.copy()
        u_bar[-1, :] = 0.0
        lid_bar = lid_bar + np.sum(v98)
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v99 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v97_bar = unbroadcast(v99, np.shape(v97))
        v93_bar = unbroadcast(v97_bar, np.shape(v93))
        v96_bar = unbroadcast(v97_bar, np.shape(v96))
        v95_bar = v96_bar * v94
        v94_bar = np.sum(v96_bar * v95)
        vn_bar = np.zeros_like(vn)
        vn_bar[:-2, 1:-1] += v95_bar
        vn_bar[1:-1, 1:-1] -= v95_bar * 2
        vn_bar[2:, 1:-1] += v95_bar
        v_bar_2 = v94_bar / v31
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v88_bar = unbroadcast(v93_bar, np.shape(v88))
        v92_bar = unbroadcast(v93_bar, np.shape(v92))
        v91_bar = v92_bar * v89
        v89_bar = np.sum(v92_bar * v91)
        vn_bar[1:-1, :-2] += v91_bar
        vn_bar[1:-1, 1:-1] -= v91_bar * 2
        vn_bar[1:-1, 2:] += v91_bar
        v_bar_2 = v89_bar / v32
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v83_bar = unbroadcast(v88_bar, np.shape(v83))
        v87_bar = unbroadcast(-v88_bar, np.shape(v87))
        v86_bar = v87_bar * v85
        v85_bar = np.sum(v87_bar * v86)
        p_bar[:-2, 1:-1] -= v86_bar
        p_bar[2:, 1:-1] += v86_bar
        v100 = v85_bar / v84
        dt_bar = dt_bar + v100
        rho_bar = rho_bar - v100 * v85 * dy * 2
        v79_bar = unbroadcast(v83_bar, np.shape(v79))
        v82_bar = unbroadcast(-v83_bar, np.shape(v82))
        v101 = v82_bar != 0
        v_bar_2 = np.where(v101, v82_bar * v81, 0.0)
        v81_bar = np.where(v101, v82_bar * v57, 0.0)
        vn_bar[:-2, 1:-1] -= v81_bar
        vn_bar[1:-1, 1:-1] += v81_bar
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / dy, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v56)
        vn_bar[1:-1, 1:-1] += v_bar_2 * dt
        v_bar_2 = unbroadcast(v79_bar, np.shape(v56))
        v78_bar = unbroadcast(-v79_bar, np.shape(v78))
        v102 = v78_bar != 0
        v_bar_3 = unbroadcast(np.where(v102, v78_bar * v77, 0.0), np.shape(v52))
        v77_bar = unbroadcast(np.where(v102, v78_bar * v52, 0.0), np.shape(v77))
        vn_bar[1:-1, :-2] -= v77_bar
        vn_bar[1:-1, 1:-1] += v77_bar
        v_bar_3 = np.where(v_bar_3 != 0, v_bar_3 / dx, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_3 * v51)
        un_bar = np.zeros_like(un)
        un_bar[1:-1, 1:-1] += v_bar_3 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v103 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v75_bar = unbroadcast(v103, np.shape(v75))
        v71_bar = unbroadcast(v75_bar, np.shape(v71))
        v74_bar = unbroadcast(v75_bar, np.shape(v74))
        v73_bar = v74_bar * v72
        v72_bar = np.sum(v74_bar * v73)
        un_bar[:-2, 1:-1] += v73_bar
        un_bar[1:-1, 1:-1] -= v73_bar * 2
        un_bar[2:, 1:-1] += v73_bar
        v_bar_2 = v72_bar / v33
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v66_bar = unbroadcast(v71_bar, np.shape(v66))
        v70_bar = unbroadcast(v71_bar, np.shape(v70))
        v69_bar = v70_bar * v67
        v67_bar = np.sum(v70_bar * v69)
        un_bar[1:-1, :-2] += v69_bar
        un_bar[1:-1, 1:-1] -= v69_bar * 2
        un_bar[1:-1, 2:] += v69_bar
        v_bar_2 = v67_bar / v34
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v61_bar = unbroadcast(v66_bar, np.shape(v61))
        v65_bar = unbroadcast(-v66_bar, np.shape(v65))
        v64_bar = v65_bar * v63
        v63_bar = np.sum(v65_bar * v64)
        p_bar[1:-1, :-2] -= v64_bar
        p_bar[1:-1, 2:] += v64_bar
        v104 = v63_bar / v62
        dt_bar = dt_bar + v104
        rho_bar = rho_bar - v104 * v63 * dx * 2
        v55_bar = unbroadcast(v61_bar, np.shape(v55))
        v60_bar = unbroadcast(-v61_bar, np.shape(v60))
        v105 = v60_bar != 0
        v57_bar = unbroadcast(np.where(v105, v60_bar * v59, 0.0), np.shape(v57))
        v59_bar = unbroadcast(np.where(v105, v60_bar * v57, 0.0), np.shape(v59))
        un_bar[:-2, 1:-1] -= v59_bar
        un_bar[1:-1, 1:-1] += v59_bar
        v_bar_2 = np.where(v57_bar != 0, v57_bar / dy, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v56)
        vn_bar[1:-1, 1:-1] += v_bar_2 * dt
        v_bar_2 = -v55_bar
        v106 = v_bar_2 != 0
        v52_bar = np.where(v106, v_bar_2 * v54, 0.0)
        v54_bar = np.where(v106, v_bar_2 * v52, 0.0)
        un_bar[1:-1, :-2] -= v54_bar
        un_bar[1:-1, 1:-1] += v54_bar
        v_bar_2 = np.where(v52_bar != 0, v52_bar / dx, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v51)
        un_bar[1:-1, 1:-1] += v_bar_2 * dt
        un_bar[1:-1, 1:-1] += v55_bar
        for pn, v110, v109, v108, v107 in zip(reversed(pn_tape), reversed(v9_tape), reversed(v10_tape), reversed(v11_tape), reversed(v13_tape)):
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v111 = (pn[1:-1, 2:] + pn[1:-1, :-2]) * v110 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v109
            v112 = v108 * b[1:-1, 1:-1]
            v113 = (v111 - v112) / v107
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
            v114 = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v113_bar = unbroadcast(v114, np.shape(v113))
            v_bar_2 = np.where(v113_bar != 0, v113_bar / v107, 0.0)
            v111_bar = unbroadcast(v_bar_2, np.shape(v111))
            v112_bar = unbroadcast(-v_bar_2, np.shape(v112))
            b_bar[1:-1, 1:-1] += np.where(v112_bar != 0, v112_bar * v108, 0.0)
            v_bar_2 = v111_bar * v109
            pn_bar = np.zeros_like(pn)
            pn_bar[:-2, 1:-1] += v_bar_2
            pn_bar[2:, 1:-1] += v_bar_2
            v_bar_2 = v111_bar * v110
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v115 = b_bar[1:-1, 1:-1].copy()
        b_bar[1:-1, 1:-1] = 0.0
        v50_bar = unbroadcast(v115, np.shape(v50))
        v116 = v50_bar != 0
        v49_bar = np.where(v116, v50_bar * rho, 0.0)
        rho_bar = rho_bar + np.sum(np.where(v116, v50_bar * v49, 0.0))
        v48_bar = unbroadcast(v49_bar, np.shape(v48))
        v35_bar = unbroadcast(-v49_bar, np.shape(v35))
        v_bar_2 = np.where(v35_bar != 0, v35_bar * (2.0 * v41), 0.0)
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v40, 0.0)
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v44_bar = unbroadcast(v48_bar, np.shape(v44))
        v_bar_2 = unbroadcast(-v48_bar, np.shape(v47)) * 2
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v38, 0.0)
        v117 = v_bar_2 != 0
        v45_bar = unbroadcast(np.where(v117, v_bar_2 * v46, 0.0), np.shape(v45))
        v46_bar = unbroadcast(np.where(v117, v_bar_2 * v45, 0.0), np.shape(v46))
        v_bar[1:-1, :-2] -= v46_bar
        v_bar[1:-1, 2:] += v46_bar
        v_bar_2 = np.where(v45_bar != 0, v45_bar / v40, 0.0)
        u_bar[:-2, 1:-1] -= v_bar_2
        u_bar[2:, 1:-1] += v_bar_2
        v43_bar = unbroadcast(v44_bar, np.shape(v43))
        v36_bar = unbroadcast(-v44_bar, np.shape(v36))
        v_bar_2 = np.where(v36_bar != 0, v36_bar * (2.0 * v39), 0.0)
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v38, 0.0)
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        v118 = v43_bar != 0
        v42_bar = np.where(v118, v43_bar * v37, 0.0)
        v37_bar = np.sum(np.where(v118, v43_bar * v42, 0.0))
        v39_bar = unbroadcast(v42_bar, np.shape(v39))
        v41_bar = unbroadcast(v42_bar, np.shape(v41))
        v_bar_2 = np.where(v41_bar != 0, v41_bar / v40, 0.0)
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v_bar_2 = np.where(v39_bar != 0, v39_bar / v38, 0.0)
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        dt_bar = dt_bar - v37_bar / dt * v37
        # vn = v.copy()  [stencils.py:59]
        v_bar = v_bar + vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar = u_bar + un_bar
    return y, (u_bar.copy(), v_bar.copy(), p_bar, lid_bar, nu_bar, rho_bar, dt_bar)


def cavity_jvp(u, v, p, lid, nu, rho, dt, steps, sweeps, u_dot, v_dot, p_dot, lid_dot, nu_dot, rho_dot, dt_dot):
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
        v_dot_2 = (u_dot[2:, 1:-1] - u_dot[:-2, 1:-1]) / v5 * v9 + (v_dot[1:-1, 2:] - v_dot[1:-1, :-2]) * v8
        v_dot_3 = v6_dot * (2.0 * v6)
        v10 = v2 * v7 - v4 ** 2 - 2 * (v8 * v9 / v3) - v6 ** 2
        v11 = ((v4_dot + v6_dot) * v2 - dt_dot * v2 / dt * v7 - v4_dot * (2.0 * v4) - v_dot_2 / v3 * 2 - v_dot_3) * rho
        v_dot_2 = rho_dot * v10 + v11
        b[1:-1, 1:-1] = rho * v10
        b_dot[1:-1, 1:-1] = v_dot_2
        for _ in range(sweeps):
            # pn = p.copy()  [stencils.py:39]
            pn = np.copy(p)
            pn_dot = np.copy(p_dot)
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v12 = dy ** 2
            v13 = dx ** 2
            v_dot_2 = (pn_dot[1:-1, 2:] + pn_dot[1:-1, :-2]) * v12 + (pn_dot[2:, 1:-1] + pn_dot[:-2, 1:-1]) * v13
            v14 = v13 * v12
            v15 = v14 * b[1:-1, 1:-1]
            v16 = 2 * (v13 + v12)
            v17 = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * v12 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v13 - v15) / v16
            v17_dot = (v_dot_2 - b_dot[1:-1, 1:-1] * v14) / v16
            p[1:-1, 1:-1] = v17
            p_dot[1:-1, 1:-1] = v17_dot
            # p[:, -1] = p[:, -2]  [stencils.py:45]
            v_dot_2 = p_dot[:, -2].copy()
            p = p.copy()
            p[:, -1] = p[:, -2]
            p_dot[:, -1] = v_dot_2
            # p[0, :] = p[1, :]  [stencils.py:46]
            v_dot_2 = p_dot[1, :].copy()
            p = p.copy()
            p[0, :] = p[1, :]
            p_dot[0, :] = v_dot_2
            # p[:, 0] = p[:, 1]  [stencils.py:47]
            v_dot_2 = p_dot[:, 1].copy()
            p = p.copy()
            p[:, 0] = p[:, 1]
            p_dot[:, 0] = v_dot_2
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
        v_dot_2 = (dt_dot - rho_dot * 2 * dx * v27) / v26 * v28 + (p_dot[1:-1, 2:] - p_dot[1:-1, :-2]) * v27
        v29 = dx ** 2
        v30 = nu * dt / v29
        v31 = 2 * v18
        v31_dot = v18_dot * 2
        v32 = un[1:-1, 2:] - v31 + v20
        v_dot_3 = (nu_dot * dt + dt_dot * nu) / v29 * v32 + (un_dot[1:-1, 2:] - v31_dot + v20_dot) * v30
        v33 = dy ** 2
        v34 = nu * dt / v33
        v35 = un[2:, 1:-1] - v31 + v24
        v_dot_4 = (nu_dot * dt + dt_dot * nu) / v33 * v35 + (un_dot[2:, 1:-1] - v31_dot + v24_dot) * v34
        v_dot_2 = v18_dot - (v19_dot * v21 + (v18_dot - v20_dot) * v19) - (v23_dot * v25 + (v18_dot - v24_dot) * v23) - v_dot_2 + v_dot_3 + v_dot_4
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
        v_dot_2 = (dt_dot - rho_dot * 2 * dy * v41) / v40 * v42 + (p_dot[2:, 1:-1] - p_dot[:-2, 1:-1]) * v41
        v43 = nu * dt / v29
        v44 = 2 * v22
        v44_dot = v22_dot * 2
        v45 = vn[1:-1, 2:] - v44 + v36
        v_dot_3 = (nu_dot * dt + dt_dot * nu) / v29 * v45 + (vn_dot[1:-1, 2:] - v44_dot + v36_dot) * v43
        v46 = nu * dt / v33
        v47 = vn[2:, 1:-1] - v44 + v38
        v_dot_4 = (nu_dot * dt + dt_dot * nu) / v33 * v47 + (vn_dot[2:, 1:-1] - v44_dot + v38_dot) * v46
        v_dot_2 = v22_dot - (v19_dot * v37 + (v22_dot - v36_dot) * v19) - (v23_dot * v39 + (v22_dot - v38_dot) * v23) - v_dot_2 + v_dot_3 + v_dot_4
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
    y = 0.5 * np.sum(u ** 2 + v ** 2)
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
    tape = []
    v21_tape = []
    v25_tape = []
    for _ in range(steps):
        un = np.copy(u)
        vn = np.copy(v)
        v2 = 2 * dx
        v3 = (u[1:-1, 2:] - u[1:-1, :-2]) / v2
        v4 = 2 * dy
        v5 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v4
        v6 = v3 ** 2
        v7 = 2 * ((u[2:, 1:-1] - u[:-2, 1:-1]) / v4 * (v[1:-1, 2:] - v[1:-1, :-2]) / v2)
        v8 = v5 ** 2
        b = b.copy()
        b[1:-1, 1:-1] = rho * (1 / dt * (v3 + v5) - v6 - v7 - v8)
        pn_tape = []
        v9_tape = []
        v10_tape = []
        v11_tape = []
        v13_tape = []
        for _ in range(sweeps):
            pn = np.copy(p)
            pn_tape.append(pn)
            v9 = dy ** 2
            v9_tape.append(v9)
            v10 = dx ** 2
            v10_tape.append(v10)
            v11 = v10 * v9
            v11_tape.append(v11)
            v12 = v11 * b[1:-1, 1:-1]
            v13 = 2 * (v10 + v9)
            v13_tape.append(v13)
            v14 = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * v9 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v10 - v12) / v13
            p = p.copy()
            p[1:-1, 1:-1] = v14
            p = p.copy()
            p[:, -1] = p[:, -2]
            p = p.copy()
            p[0, :] = p[1, :]
            p = p.copy()
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        tape.append((u, v, un, vn, v6, v8, b, p, pn_tape, v9_tape, v10_tape, v11_tape, v13_tape))
        v15 = un[1:-1, 1:-1]
        v16 = v15 * dt / dx
        v17 = un[1:-1, :-2]
        v18 = vn[1:-1, 1:-1]
        v19 = v18 * dt / dy
        v20 = un[:-2, 1:-1]
        v21 = dx ** 2
        v21_tape.append(v21)
        v22 = 2 * v15
        v23 = nu * dt / v21 * (un[1:-1, 2:] - v22 + v17)
        v24 = v15 - v16 * (v15 - v17) - v19 * (v15 - v20) - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2]) + v23
        v25 = dy ** 2
        v25_tape.append(v25)
        u = u.copy()
        u[1:-1, 1:-1] = v24 + nu * dt / v25 * (un[2:, 1:-1] - v22 + v20)
        v26 = vn[1:-1, :-2]
        v27 = vn[:-2, 1:-1]
        v28 = 2 * v18
        v29 = nu * dt / v21 * (vn[1:-1, 2:] - v28 + v26)
        v30 = v18 - v16 * (v18 - v26) - v19 * (v18 - v27) - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1]) + v29
        v = v.copy()
        v[1:-1, 1:-1] = v30 + nu * dt / v25 * (vn[2:, 1:-1] - v28 + v27)
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = lid
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0
    y = 0.5 * np.sum(u ** 2 + v ** 2)

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
    for (u, v, un, vn, v36, v35, b, p, pn_tape, v9_tape, v10_tape, v11_tape, v13_tape), v34, v33, v32, v31 in zip(reversed(tape), reversed(v21_tape), reversed(v25_tape), reversed(v21_tape), reversed(v25_tape)):
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v37 = 1 / dt
        v38 = 2 * dx
        v39 = (u[1:-1, 2:] - u[1:-1, :-2]) / v38
        v40 = 2 * dy
        v41 = (v[2:, 1:-1] - v[:-2, 1:-1]) / v40
        v42 = v39 + v41
        v43 = v37 * v42
        v44 = v43 - v36
        v45 = (u[2:, 1:-1] - u[:-2, 1:-1]) / v40
        v46 = v[1:-1, 2:] - v[1:-1, :-2]
        v47 = 2 * (v45 * v46 / v38)
        v48 = v44 - v47
        v49 = v48 - v35
        v50 = rho * v49
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v51 = un[1:-1, 1:-1]
        v52 = v51 * dt / dx
        v53 = un[1:-1, :-2]
        v54 = v51 - v53
        v55 = v51 - v52 * v54
        v56 = vn[1:-1, 1:-1]
        v57 = v56 * dt / dy
        v58 = un[:-2, 1:-1]
        v59 = v51 - v58
        v60 = v57 * v59
        v61 = v55 - v60
        v62 = 2 * rho * dx
        v63 = dt / v62
        v64 = p[1:-1, 2:] - p[1:-1, :-2]
        v65 = v63 * v64
        v66 = v61 - v65
        v67 = nu * dt / v34
        v68 = 2 * v51
        v69 = un[1:-1, 2:] - v68 + v53
        v70 = v67 * v69
        v71 = v66 + v70
        v72 = nu * dt / v33
        v73 = un[2:, 1:-1] - v68 + v58
        v74 = v72 * v73
        v75 = v71 + v74
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v76 = vn[1:-1, :-2]
        v77 = v56 - v76
        v78 = v52 * v77
        v79 = v56 - v78
        v80 = vn[:-2, 1:-1]
        v81 = v56 - v80
        v82 = v57 * v81
        v83 = v79 - v82
        v84 = 2 * rho * dy
        v85 = dt / v84
        v86 = p[2:, 1:-1] - p[:-2, 1:-1]
        v87 = v85 * v86
        v88 = v83 - v87
        v89 = nu * dt / v32
        v90 = 2 * v56
        v91 = vn[1:-1, 2:] - v90 + v76
        v92 = v89 * v91
        v93 = v88 + v92
        v94 = nu * dt / v31
        v95 = vn[2:, 1:-1] - v90 + v80
        v96 = v94 * v95
        v97 = v93 + v96
        # v[:, -1] = 0  [stencils.py:85]
        v_bar[:, -1] = 0.0
        # v[:, 0] = 0  [stencils.py:84]
        v_bar[:, 0] = 0.0
        # v[-1, :] = 0  [stencils.py:83]
        v_bar[-1, :] = 0.0
        # v[0, :] = 0  [stencils.py:82]
        v_bar[0, :] = 0.0
        # u[-1, :] = lid  [stencils.py:81]
        v98 = u_bar[-1, :].copy()
        u_bar[-1, :] = 0.0
        lid_bar = lid_bar + np.sum(v98)
        # u[:, -1] = 0  [stencils.py:80]
        u_bar[:, -1] = 0.0
        # u[:, 0] = 0  [stencils.py:79]
        u_bar[:, 0] = 0.0
        # u[0, :] = 0  [stencils.py:78]
        u_bar[0, :] = 0.0
        # v[1:-1, 1:-1] = (  [stencils.py:70]
        v99 = v_bar[1:-1, 1:-1].copy()
        v_bar[1:-1, 1:-1] = 0.0
        v97_bar = unbroadcast(v99, np.shape(v97))
        v93_bar = unbroadcast(v97_bar, np.shape(v93))
        v96_bar = unbroadcast(v97_bar, np.shape(v96))
        v95_bar = v96_bar * v94
        v94_bar = np.sum(v96_bar * v95)
        vn_bar = np.zeros_like(vn)
        vn_bar[:-2, 1:-1] += v95_bar
        vn_bar[1:-1, 1:-1] -= v95_bar * 2
        vn_bar[2:, 1:-1] += v95_bar
        v_bar_2 = v94_bar / v31
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v88_bar = unbroadcast(v93_bar, np.shape(v88))
        v92_bar = unbroadcast(v93_bar, np.shape(v92))
        v91_bar = v92_bar * v89
        v89_bar = np.sum(v92_bar * v91)
        vn_bar[1:-1, :-2] += v91_bar
        vn_bar[1:-1, 1:-1] -= v91_bar * 2
        vn_bar[1:-1, 2:] += v91_bar
        v_bar_2 = v89_bar / v32
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v83_bar = unbroadcast(v88_bar, np.shape(v83))
        v87_bar = unbroadcast(-v88_bar, np.shape(v87))
        v86_bar = v87_bar * v85
        v85_bar = np.sum(v87_bar * v86)
        p_bar[:-2, 1:-1] -= v86_bar
        p_bar[2:, 1:-1] += v86_bar
        v100 = v85_bar / v84
        dt_bar = dt_bar + v100
        rho_bar = rho_bar - v100 * v85 * dy * 2
        v79_bar = unbroadcast(v83_bar, np.shape(v79))
        v82_bar = unbroadcast(-v83_bar, np.shape(v82))
        v101 = v82_bar != 0
        v_bar_2 = np.where(v101, v82_bar * v81, 0.0)
        v81_bar = np.where(v101, v82_bar * v57, 0.0)
        vn_bar[:-2, 1:-1] -= v81_bar
        vn_bar[1:-1, 1:-1] += v81_bar
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / dy, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v56)
        vn_bar[1:-1, 1:-1] += v_bar_2 * dt
        v_bar_2 = unbroadcast(v79_bar, np.shape(v56))
        v78_bar = unbroadcast(-v79_bar, np.shape(v78))
        v102 = v78_bar != 0
        v_bar_3 = unbroadcast(np.where(v102, v78_bar * v77, 0.0), np.shape(v52))
        v77_bar = unbroadcast(np.where(v102, v78_bar * v52, 0.0), np.shape(v77))
        vn_bar[1:-1, :-2] -= v77_bar
        vn_bar[1:-1, 1:-1] += v77_bar
        v_bar_3 = np.where(v_bar_3 != 0, v_bar_3 / dx, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_3 * v51)
        un_bar = np.zeros_like(un)
        un_bar[1:-1, 1:-1] += v_bar_3 * dt
        vn_bar[1:-1, 1:-1] += v_bar_2
        # u[1:-1, 1:-1] = (  [stencils.py:62]
        v103 = u_bar[1:-1, 1:-1].copy()
        u_bar[1:-1, 1:-1] = 0.0
        v75_bar = unbroadcast(v103, np.shape(v75))
        v71_bar = unbroadcast(v75_bar, np.shape(v71))
        v74_bar = unbroadcast(v75_bar, np.shape(v74))
        v73_bar = v74_bar * v72
        v72_bar = np.sum(v74_bar * v73)
        un_bar[:-2, 1:-1] += v73_bar
        un_bar[1:-1, 1:-1] -= v73_bar * 2
        un_bar[2:, 1:-1] += v73_bar
        v_bar_2 = v72_bar / v33
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v66_bar = unbroadcast(v71_bar, np.shape(v66))
        v70_bar = unbroadcast(v71_bar, np.shape(v70))
        v69_bar = v70_bar * v67
        v67_bar = np.sum(v70_bar * v69)
        un_bar[1:-1, :-2] += v69_bar
        un_bar[1:-1, 1:-1] -= v69_bar * 2
        un_bar[1:-1, 2:] += v69_bar
        v_bar_2 = v67_bar / v34
        nu_bar = nu_bar + v_bar_2 * dt
        dt_bar = dt_bar + v_bar_2 * nu
        v61_bar = unbroadcast(v66_bar, np.shape(v61))
        v65_bar = unbroadcast(-v66_bar, np.shape(v65))
        v64_bar = v65_bar * v63
        v63_bar = np.sum(v65_bar * v64)
        p_bar[1:-1, :-2] -= v64_bar
        p_bar[1:-1, 2:] += v64_bar
        v104 = v63_bar / v62
        dt_bar = dt_bar + v104
        rho_bar = rho_bar - v104 * v63 * dx * 2
        v55_bar = unbroadcast(v61_bar, np.shape(v55))
        v60_bar = unbroadcast(-v61_bar, np.shape(v60))
        v105 = v60_bar != 0
        v57_bar = unbroadcast(np.where(v105, v60_bar * v59, 0.0), np.shape(v57))
        v59_bar = unbroadcast(np.where(v105, v60_bar * v57, 0.0), np.shape(v59))
        un_bar[:-2, 1:-1] -= v59_bar
        un_bar[1:-1, 1:-1] += v59_bar
        v_bar_2 = np.where(v57_bar != 0, v57_bar / dy, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v56)
        vn_bar[1:-1, 1:-1] += v_bar_2 * dt
        v_bar_2 = -v55_bar
        v106 = v_bar_2 != 0
        v52_bar = np.where(v106, v_bar_2 * v54, 0.0)
        v54_bar = np.where(v106, v_bar_2 * v52, 0.0)
        un_bar[1:-1, :-2] -= v54_bar
        un_bar[1:-1, 1:-1] += v54_bar
        v_bar_2 = np.where(v52_bar != 0, v52_bar / dx, 0.0)
        dt_bar = dt_bar + np.sum(v_bar_2 * v51)
        un_bar[1:-1, 1:-1] += v_bar_2 * dt
        un_bar[1:-1, 1:-1] += v55_bar
        for pn, v110, v109, v108, v107 in zip(reversed(pn_tape), reversed(v9_tape), reversed(v10_tape), reversed(v11_tape), reversed(v13_tape)):
            # p[1:-1, 1:-1] = (  [stencils.py:40]
            v111 = (pn[1:-1, 2:] + pn[1:-1, :-2]) * v110 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * v109
            v112 = v108 * b[1:-1, 1:-1]
            v113 = (v111 - v112) / v107
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
            v114 = p_bar[1:-1, 1:-1].copy()
            p_bar[1:-1, 1:-1] = 0.0
            v113_bar = unbroadcast(v114, np.shape(v113))
            v_bar_2 = np.where(v113_bar != 0, v113_bar / v107, 0.0)
            v111_bar = unbroadcast(v_bar_2, np.shape(v111))
            v112_bar = unbroadcast(-v_bar_2, np.shape(v112))
            b_bar[1:-1, 1:-1] += np.where(v112_bar != 0, v112_bar * v108, 0.0)
            v_bar_2 = v111_bar * v109
            pn_bar = np.zeros_like(pn)
            pn_bar[:-2, 1:-1] += v_bar_2
            pn_bar[2:, 1:-1] += v_bar_2
            v_bar_2 = v111_bar * v110
            pn_bar[1:-1, :-2] += v_bar_2
            pn_bar[1:-1, 2:] += v_bar_2
            # pn = p.copy()  [stencils.py:39]
            p_bar += pn_bar
        # b[1:-1, 1:-1] = rho * (  [stencils.py:29]
        v115 = b_bar[1:-1, 1:-1].copy()
        b_bar[1:-1, 1:-1] = 0.0
        v50_bar = unbroadcast(v115, np.shape(v50))
        v116 = v50_bar != 0
        v49_bar = np.where(v116, v50_bar * rho, 0.0)
        rho_bar = rho_bar + np.sum(np.where(v116, v50_bar * v49, 0.0))
        v48_bar = unbroadcast(v49_bar, np.shape(v48))
        v35_bar = unbroadcast(-v49_bar, np.shape(v35))
        v_bar_2 = np.where(v35_bar != 0, v35_bar * (2.0 * v41), 0.0)
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v40, 0.0)
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v44_bar = unbroadcast(v48_bar, np.shape(v44))
        v_bar_2 = unbroadcast(-v48_bar, np.shape(v47)) * 2
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v38, 0.0)
        v117 = v_bar_2 != 0
        v45_bar = unbroadcast(np.where(v117, v_bar_2 * v46, 0.0), np.shape(v45))
        v46_bar = unbroadcast(np.where(v117, v_bar_2 * v45, 0.0), np.shape(v46))
        v_bar[1:-1, :-2] -= v46_bar
        v_bar[1:-1, 2:] += v46_bar
        v_bar_2 = np.where(v45_bar != 0, v45_bar / v40, 0.0)
        u_bar[:-2, 1:-1] -= v_bar_2
        u_bar[2:, 1:-1] += v_bar_2
        v43_bar = unbroadcast(v44_bar, np.shape(v43))
        v36_bar = unbroadcast(-v44_bar, np.shape(v36))
        v_bar_2 = np.where(v36_bar != 0, v36_bar * (2.0 * v39), 0.0)
        v_bar_2 = np.where(v_bar_2 != 0, v_bar_2 / v38, 0.0)
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        v118 = v43_bar != 0
        v42_bar = np.where(v118, v43_bar * v37, 0.0)
        v37_bar = np.sum(np.where(v118, v43_bar * v42, 0.0))
        v39_bar = unbroadcast(v42_bar, np.shape(v39))
        v41_bar = unbroadcast(v42_bar, np.shape(v41))
        v_bar_2 = np.where(v41_bar != 0, v41_bar / v40, 0.0)
        v_bar[:-2, 1:-1] -= v_bar_2
        v_bar[2:, 1:-1] += v_bar_2
        v_bar_2 = np.where(v39_bar != 0, v39_bar / v38, 0.0)
        u_bar[1:-1, :-2] -= v_bar_2
        u_bar[1:-1, 2:] += v_bar_2
        dt_bar = dt_bar - v37_bar / dt * v37
        # vn = v.copy()  [stencils.py:59]
        v_bar += vn_bar
        # un = u.copy()  [stencils.py:58]
        u_bar += un_bar
    return y, (u_bar, v_bar, p_bar, lid_bar, nu_bar, rho_bar, dt_bar)
