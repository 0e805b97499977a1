"""An equation solved inside the function: loops that end early, and an error of the function's own."""

import math


def eccentric_anomaly(mean_anomaly, eccentricity):
    """Kepler's equation E - e sin(E) = M, solved for E by Newton's method."""
    angle = mean_anomaly + eccentricity * math.sin(mean_anomaly)
    for _ in range(50):
        residual = angle - eccentricity * math.sin(angle) - mean_anomaly
        step = residual / (1.0 - eccentricity * math.cos(angle))
        angle -= step
        if abs(step) < 1e-14:
            return angle
    raise ValueError("Newton's method has not converged")


def distance(time, period, semi_major_axis, eccentricity):
    """How far from its star a planet is."""
    angle = eccentric_anomaly(2.0 * math.pi * time / period, eccentricity)
    return semi_major_axis * (1.0 - eccentricity * math.cos(angle))


EXAMPLES = {
    "eccentric_anomaly": (1.3, 0.2),
    "distance": (100.0, 365.25, 1.0, 0.0167),
}
