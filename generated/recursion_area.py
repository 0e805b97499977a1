"""Derivatives of area in recursion.py."""

import math


def area_grad(a, b, width):
    """Gradient of area."""
    _, saved = area_fwd(a, b, width)
    a_bar, b_bar, width_bar = area_bwd(saved, 1.0)
    return a_bar, b_bar, width_bar


def area_value_and_grad(a, b, width):
    """Value of area and its gradient."""
    y, saved = area_fwd(a, b, width)
    a_bar, b_bar, width_bar = area_bwd(saved, 1.0)
    return y, (a_bar, b_bar, width_bar)


def area_jvp(a, b, width, a_dot, b_dot, width_dot):
    """Value of area and its directional derivative (forward mode)."""
    if b - a < 0.4 * width:
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        v = (b - a) / 6.0
        # return math.exp(-((x / width) ** 2))  [recursion.py:15]
        v2 = a / width
        v3 = math.exp(-(v2**2))
        v3_dot = -((a_dot - width_dot * v2) / width * (2.0 * v2) * v3)
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        x = 0.5 * (a + b)
        x_dot = (a_dot + b_dot) * 0.5
        # return math.exp(-((x / width) ** 2))  [recursion.py:15]
        v4 = x / width
        v5 = math.exp(-(v4**2))
        v6 = (x_dot - width_dot * v4) / width * (2.0 * v4) * v5
        v7 = b / width
        v8 = math.exp(-(v7**2))
        v9 = (b_dot - width_dot * v7) / width * (2.0 * v7) * v8
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        v10 = v3 + 4.0 * v5 + v8
        y = v * v10
        y_dot = (b_dot - a_dot) / 6.0 * v10 + (v3_dot - v6 * 4.0 - v9) * v
    else:
        # middle = 0.5 * (a + b)  [recursion.py:26]
        middle = 0.5 * (a + b)
        middle_dot = (a_dot + b_dot) * 0.5
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        v11, v11_dot = area_jvp(a, middle, width, a_dot, middle_dot, width_dot)
        v12, v12_dot = area_jvp(middle, b, width, middle_dot, b_dot, width_dot)
        y = v11 + v12
        y_dot = v11_dot + v12_dot
    return y, y_dot


def area_vjp(a, b, width, y_bar=1.0):
    """Value of area and its gradient weighted by y_bar (reverse mode)."""
    y, saved = area_fwd(a, b, width)
    a_bar, b_bar, width_bar = area_bwd(saved, y_bar)
    return y, (a_bar, b_bar, width_bar)


def area_fwd(a, b, width):
    if b - a < 0.4 * width:
        v = math.exp(-((a / width) ** 2))
        v2 = math.exp(-((0.5 * (a + b) / width) ** 2))
        v3 = math.exp(-((b / width) ** 2))
        y = (b - a) / 6.0 * (v + 4.0 * v2 + v3)
        area_saved = None
        area_saved_2 = None
    else:
        middle = 0.5 * (a + b)
        v4, area_saved = area_fwd(a, middle, width)
        v5, area_saved_2 = area_fwd(middle, b, width)
        y = v4 + v5
        v = None
        v2 = None
        v3 = None
    saved = a, b, width, v, v2, v3, area_saved, area_saved_2
    return y, saved


def area_bwd(saved, y_bar):
    a, b, width, v, v2, v3, area_saved, area_saved_2 = saved
    # if b - a < 0.4 * width:  [recursion.py:24]
    v4 = b - a
    if v4 < 0.4 * width:
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        v_bar = y_bar * (v4 / 6.0)
        # return math.exp(-((x / width) ** 2))  [recursion.py:15]
        v5 = b / width
        v6 = v_bar * v3 * (2.0 * v5) / width
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        v2_bar = v_bar * 4.0
        x = 0.5 * (a + b)
        # return math.exp(-((x / width) ** 2))  [recursion.py:15]
        v7 = x / width
        v8 = v2_bar * v2 * (2.0 * v7) / width
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        v_bar_2 = -(v8 * 0.5)
        # return math.exp(-((x / width) ** 2))  [recursion.py:15]
        v9 = a / width
        v10 = v_bar * v * (2.0 * v9) / width
        a_bar = v_bar_2 - v10
        width_bar = v6 * v5 + v8 * v7 + v10 * v9
        # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
        v_bar = y_bar * (v + 4.0 * v2 + v3) / 6.0
        b_bar = v_bar_2 - v6 + v_bar
        a_bar -= v_bar
    else:
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        middle_bar, b_bar, width_bar = area_bwd(area_saved_2, y_bar)
        a_bar, v11, v12 = area_bwd(area_saved, y_bar)
        middle_bar += v11
        width_bar += v12
        # middle = 0.5 * (a + b)  [recursion.py:26]
        v_bar = middle_bar * 0.5
        a_bar += v_bar
        b_bar += v_bar
    return a_bar, b_bar, width_bar
