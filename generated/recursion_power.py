"""Derivatives of power in recursion.py."""


def power_grad(x, n):
    """Gradient of power."""
    _, saved = power_fwd(x, n)
    x_bar = power_bwd(saved, 1.0)
    return x_bar


def power_value_and_grad(x, n):
    """Value of power and its gradient."""
    y, saved = power_fwd(x, n)
    x_bar = power_bwd(saved, 1.0)
    return y, x_bar


def power_jvp(x, n, x_dot):
    """Value of power and its directional derivative (forward mode)."""
    if n == 0:
        y = 1.0
        y_dot = 0.0
    else:
        # half = power(x, n // 2)  [recursion.py:10]
        half, half_dot = power_jvp(x, n // 2, x_dot)
        if n % 2:
            # return half * half * x if n % 2 else half * half  [recursion.py:11]
            v = half * half
            y = v * x
            y_dot = 2.0 * half_dot * half * x + x_dot * v
        else:
            # return half * half * x if n % 2 else half * half  [recursion.py:11]
            y = half * half
            y_dot = 2.0 * half_dot * half
    return y, y_dot


def power_vjp(x, n, y_bar=1.0):
    """Value of power and its gradient weighted by y_bar (reverse mode)."""
    y, saved = power_fwd(x, n)
    x_bar = power_bwd(saved, y_bar)
    return y, x_bar


def power_fwd(x, n):
    if n == 0:
        y = 1.0
        half = None
        power_saved = None
    else:
        half, power_saved = power_fwd(x, n // 2)
        y = half * half * x if n % 2 else half * half
    saved = x, n, half, power_saved
    return y, saved


def power_bwd(saved, y_bar):
    x, n, half, power_saved = saved
    if n == 0:
        x_bar = 0.0
    else:
        if n % 2:
            # return half * half * x if n % 2 else half * half  [recursion.py:11]
            x_bar = y_bar * (half * half)
            half_bar = 2.0 * (y_bar * x) * half
        else:
            # return half * half * x if n % 2 else half * half  [recursion.py:11]
            half_bar = 2.0 * half * y_bar
            x_bar = 0.0
        # half = power(x, n // 2)  [recursion.py:10]
        x_bar += power_bwd(power_saved, half_bar)
    return x_bar
