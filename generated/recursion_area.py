"""Derivatives of area in recursion.py."""

import math


def area_grad(a, b, width):
    # Forward sweep
    if b - a < 0.4 * width:
        _, simpson_saved = simpson_fwd(a, b, width)
        area_2_saved = None
        area_2_saved_2 = None
    else:
        middle = 0.5 * (a + b)
        _, area_2_saved = area_2_fwd(a, middle, width)
        _, area_2_saved_2 = area_2_fwd(middle, b, width)
        simpson_saved = None

    # Reverse sweep
    if b - a < 0.4 * width:
        # return simpson(a, b, width)  [recursion.py:25]
        a_bar, b_bar, width_bar = simpson_bwd(simpson_saved, 1.0)
    else:
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        middle_bar, b_bar, width_bar = area_2_bwd(area_2_saved_2, 1.0)
        a_bar, v4, v5 = area_2_bwd(area_2_saved, 1.0)
        middle_bar += v4
        width_bar += v5
        # middle = 0.5 * (a + b)  [recursion.py:26]
        v_bar = middle_bar * 0.5
        a_bar += v_bar
        b_bar += v_bar
    return a_bar, b_bar, width_bar


def area_value_and_grad(a, b, width):
    # Forward sweep
    if b - a < 0.4 * width:
        y, simpson_saved = simpson_fwd(a, b, width)
        area_2_saved = None
        area_2_saved_2 = None
    else:
        middle = 0.5 * (a + b)
        v, area_2_saved = area_2_fwd(a, middle, width)
        v2, area_2_saved_2 = area_2_fwd(middle, b, width)
        y = v + v2
        simpson_saved = None

    # Reverse sweep
    if b - a < 0.4 * width:
        # return simpson(a, b, width)  [recursion.py:25]
        a_bar, b_bar, width_bar = simpson_bwd(simpson_saved, 1.0)
    else:
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        middle_bar, b_bar, width_bar = area_2_bwd(area_2_saved_2, 1.0)
        a_bar, v3, v4 = area_2_bwd(area_2_saved, 1.0)
        middle_bar += v3
        width_bar += v4
        # middle = 0.5 * (a + b)  [recursion.py:26]
        v_bar = middle_bar * 0.5
        a_bar += v_bar
        b_bar += v_bar
    return y, (a_bar, b_bar, width_bar)


def area_jvp(a, b, width, a_dot, b_dot, width_dot):
    if b - a < 0.4 * width:
        # return simpson(a, b, width)  [recursion.py:25]
        y, y_dot = simpson_jvp(a, b, width, a_dot, b_dot, width_dot)
    else:
        # middle = 0.5 * (a + b)  [recursion.py:26]
        middle = 0.5 * (a + b)
        middle_dot = (a_dot + b_dot) * 0.5
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        v, v_dot = area_2_jvp(a, middle, width, a_dot, middle_dot, width_dot)
        v2, v2_dot = area_2_jvp(middle, b, width, middle_dot, b_dot, width_dot)
        y = v + v2
        y_dot = v_dot + v2_dot
    return y, y_dot


def area_vjp(a, b, width, y_bar=1.0):
    # Forward sweep
    if b - a < 0.4 * width:
        y, simpson_saved = simpson_fwd(a, b, width)
        area_2_saved = None
        area_2_saved_2 = None
    else:
        middle = 0.5 * (a + b)
        v, area_2_saved = area_2_fwd(a, middle, width)
        v2, area_2_saved_2 = area_2_fwd(middle, b, width)
        y = v + v2
        simpson_saved = None

    # Reverse sweep
    if b - a < 0.4 * width:
        # return simpson(a, b, width)  [recursion.py:25]
        a_bar, b_bar, width_bar = simpson_bwd(simpson_saved, y_bar)
    else:
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        middle_bar, b_bar, width_bar = area_2_bwd(area_2_saved_2, y_bar)
        a_bar, v3, v4 = area_2_bwd(area_2_saved, y_bar)
        middle_bar += v3
        width_bar += v4
        # middle = 0.5 * (a + b)  [recursion.py:26]
        v_bar = middle_bar * 0.5
        a_bar += v_bar
        b_bar += v_bar
    return y, (a_bar, b_bar, width_bar)


def simpson_fwd(a, b, width):
    v = math.exp(-((a / width) ** 2))
    v2 = math.exp(-((0.5 * (a + b) / width) ** 2))
    v3 = math.exp(-((b / width) ** 2))
    saved = a, b, width, v, v2, v3
    return (b - a) / 6.0 * (v + 4.0 * v2 + v3), saved


def area_2_fwd(a, b, width):
    """The area under `bump` from a to b; an interval that is wide beside the bump is halved."""
    if b - a < 0.4 * width:
        y, simpson_saved = simpson_fwd(a, b, width)
        area_2_saved = None
        area_2_saved_2 = None
    else:
        middle = 0.5 * (a + b)
        v, area_2_saved = area_2_fwd(a, middle, width)
        v2, area_2_saved_2 = area_2_fwd(middle, b, width)
        y = v + v2
        simpson_saved = None
    saved = b - a < 0.4 * width, simpson_saved, area_2_saved, area_2_saved_2
    return y, saved


def simpson_bwd(saved, x1):
    a, b, width, v, v2, v3 = saved
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v4 = a / width
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v5 = 0.5 * (a + b)
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v6 = v5 / width
    v7 = b / width
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v_bar = x1 * ((b - a) / 6.0)
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v8 = v_bar * v3 * (2.0 * v7) / width
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v2_bar = v_bar * 4.0
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v9 = v2_bar * v2 * (2.0 * v6) / width
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v_bar_2 = -(v9 * 0.5)
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v10 = v_bar * v * (2.0 * v4) / width
    a_bar = v_bar_2 - v10
    width_bar = v8 * v7 + v9 * v6 + v10 * v4
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v_bar = x1 * (v + 4.0 * v2 + v3) / 6.0
    b_bar = v_bar_2 - v8 + v_bar
    a_bar -= v_bar
    return a_bar, b_bar, width_bar


def area_2_bwd(saved, x1):
    """The area under `bump` from a to b; an interval that is wide beside the bump is halved."""
    v, simpson_saved, area_2_saved, area_2_saved_2 = saved
    if v:
        # return simpson(a, b, width)  [recursion.py:25]
        a_bar, b_bar, width_bar = simpson_bwd(simpson_saved, x1)
    else:
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        middle_bar, b_bar, width_bar = area_2_bwd(area_2_saved_2, x1)
        a_bar, v2, v3 = area_2_bwd(area_2_saved, x1)
        middle_bar += v2
        width_bar += v3
        # middle = 0.5 * (a + b)  [recursion.py:26]
        v_bar = middle_bar * 0.5
        a_bar += v_bar
        b_bar += v_bar
    return a_bar, b_bar, width_bar


def simpson_jvp(a, b, width, a_dot, b_dot, width_dot):
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v = (b - a) / 6.0
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v2 = a / width
    v3 = math.exp(-(v2**2))
    v3_dot = -((a_dot - width_dot * v2) / width * (2.0 * v2) * v3)
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v4 = 0.5 * (a + b)
    v4_dot = (a_dot + b_dot) * 0.5
    # return math.exp(-((x / width) ** 2))  [recursion.py:15]
    v5 = v4 / width
    v6 = math.exp(-(v5**2))
    v7 = (v4_dot - width_dot * v5) / width * (2.0 * v5) * v6
    v8 = b / width
    v9 = math.exp(-(v8**2))
    v10 = (b_dot - width_dot * v8) / width * (2.0 * v8) * v9
    # return (b - a) / 6.0 * (bump(a, width) + 4.0 * bump(0.5 * (a + b), width) + bump(b, width))  [recursion.py:19]
    v11 = v3 + 4.0 * v6 + v9
    return v * v11, (b_dot - a_dot) / 6.0 * v11 + (v3_dot - v7 * 4.0 - v10) * v


def area_2_jvp(a, b, width, a_dot, b_dot, width_dot):
    """The area under `bump` from a to b; an interval that is wide beside the bump is halved."""
    if b - a < 0.4 * width:
        # return simpson(a, b, width)  [recursion.py:25]
        y, y_dot = simpson_jvp(a, b, width, a_dot, b_dot, width_dot)
    else:
        # middle = 0.5 * (a + b)  [recursion.py:26]
        middle = 0.5 * (a + b)
        middle_dot = (a_dot + b_dot) * 0.5
        # return area(a, middle, width) + area(middle, b, width)  [recursion.py:27]
        v, v_dot = area_2_jvp(a, middle, width, a_dot, middle_dot, width_dot)
        v2, v2_dot = area_2_jvp(middle, b, width, middle_dot, b_dot, width_dot)
        y = v + v2
        y_dot = v_dot + v2_dot
    return y, y_dot
