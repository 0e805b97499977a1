"""The models of ten nonlinear regression problems of NIST, as anyone would write them."""

import numpy as np


def misra1a(x, b1, b2):
    return b1 * (1.0 - np.exp(-b2 * x))


def danwood(x, b1, b2):
    return b1 * x**b2


def lanczos3(x, b1, b2, b3, b4, b5, b6):
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)


def gauss1(x, b1, b2, b3, b4, b5, b6, b7, b8):
    peaks = b3 * np.exp(-((x - b4) ** 2) / b5**2) + b6 * np.exp(-((x - b7) ** 2) / b8**2)
    return b1 * np.exp(-b2 * x) + peaks


def kirby2(x, b1, b2, b3, b4, b5):
    return (b1 + b2 * x + b3 * x**2) / (1.0 + b4 * x + b5 * x**2)


def cubic_over_cubic(x, b1, b2, b3, b4, b5, b6, b7):
    return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1.0 + b5 * x + b6 * x**2 + b7 * x**3)


def mgh17(x, b1, b2, b3, b4, b5):
    return b1 + b2 * np.exp(-x * b4) + b3 * np.exp(-x * b5)


def enso(x, b1, b2, b3, b4, b5, b6, b7, b8, b9):
    turn = 2.0 * np.pi * x
    year = b2 * np.cos(turn / 12.0) + b3 * np.sin(turn / 12.0)
    oscillation = b5 * np.cos(turn / b4) + b6 * np.sin(turn / b4) + b8 * np.cos(turn / b7) + b9 * np.sin(turn / b7)
    return b1 + year + oscillation


def eckerle4(x, b1, b2, b3):
    return b1 / b2 * np.exp(-0.5 * ((x - b3) / b2) ** 2)


MODELS = {
    "Misra1a": misra1a,
    "DanWood": danwood,
    "Lanczos3": lanczos3,
    "Gauss1": gauss1,
    "Kirby2": kirby2,
    "Hahn1": cubic_over_cubic,
    "MGH17": mgh17,
    "Thurber": cubic_over_cubic,
    "ENSO": enso,
    "Eckerle4": eckerle4,
}

X = np.array([0.5, 1.0, 1.75])

EXAMPLES = {
    "misra1a": (X, 2.4, 0.55),
    "danwood": (X, 0.77, 3.9),
    "lanczos3": (X, 0.087, 0.95, 0.84, 2.95, 1.58, 4.99),
    "gauss1": (X, 9.9, 0.1, 10.0, 0.7, 2.3, 7.2, 1.8, 0.5),
    "kirby2": (X, 1.7, -0.14, 0.26, -0.17, 0.22),
    "cubic_over_cubic": (X, 12.9, 14.9, 5.8, 0.75, 0.97, 0.4, 0.05),
    "mgh17": (X, 0.38, 1.9, -1.5, 0.13, 0.22),
    "enso": (X, 10.5, 3.1, 0.53, 4.4, -1.6, 0.53, 2.7, 0.21, 1.5),
    "eckerle4": (X, 1.6, 0.41, 1.2),
}
