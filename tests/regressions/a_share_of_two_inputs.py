"""The adjoint of c goes to both terms of its sum; scattering it right into one of them changed the other too."""

import numpy as np


def f(x, a):
    c = x * a + a
    s = np.array([c[2], 1.0])
    return s @ s + c[1] * a[0]
