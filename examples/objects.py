"""Programs that are written with classes: a network of layers, masses on springs, a Kalman filter."""

import math
from dataclasses import dataclass, field

import numpy as np


class Layer:
    """A dense layer with an activation."""

    def __init__(self, weights, bias, activation="tanh"):
        self.weights = weights
        self.bias = bias
        self.activation = activation

    def __call__(self, x):
        z = x @ self.weights + self.bias
        if self.activation == "tanh":
            return np.tanh(z)
        if self.activation == "relu":
            return np.maximum(z, 0.0)
        return z


class Scaled(Layer):
    """A layer whose result is scaled by a number that is learned too."""

    def __init__(self, weights, bias, scale):
        super().__init__(weights, bias, activation="linear")
        self.scale = scale

    def __call__(self, x):
        return self.scale * super().__call__(x)


class Network:
    """Layers one after the other, with a penalty on large weights."""

    penalty = 0.01

    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self):
        return len(self.layers)

    def loss(self, x, y):
        """The mean squared error, and the penalty."""
        errors = self(x) - y
        return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)

    def size(self):
        return sum(float(np.sum(layer.weights**2)) for layer in self.layers)


def network_loss(network, x, y):
    """The loss of a network at inputs x (rows) and targets y."""
    return network.loss(x, y)


@dataclass
class Vector:
    x: float
    y: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __rmul__(self, scale):
        return Vector(scale * self.x, scale * self.y)

    def __abs__(self):
        return math.hypot(self.x, self.y)


@dataclass
class Mass:
    mass: float
    position: Vector
    velocity: Vector = field(default_factory=lambda: Vector(0.0, 0.0))

    def pushed(self, force, dt):
        """A force acts for a short time."""
        self.velocity += (dt / self.mass) * force

    def moved(self, dt):
        self.position += dt * self.velocity

    @property
    def energy(self):
        return 0.5 * self.mass * abs(self.velocity) ** 2


@dataclass
class Spring:
    """Holds two masses together; these are the masses of the system themselves."""

    first: Mass
    second: Mass
    stiffness: float
    length: float

    def act(self, dt):
        apart = self.second.position - self.first.position
        force = self.stiffness * (1.0 - self.length / abs(apart)) * apart
        self.first.pushed(force, dt)
        self.second.pushed(-1.0 * force, dt)


class System:
    """Masses on springs."""

    def __init__(self, masses, springs):
        self.masses, self.springs = masses, springs
        self.time = 0.0

    def step(self, dt):
        for spring in self.springs:
            spring.act(dt)
        for mass in self.masses:
            mass.moved(dt)
        self.time += dt

    def run(self, dt, steps):
        for _ in range(steps):
            self.step(dt)
        return self


def kinetic_energy(system, dt, steps):
    """The kinetic energy after some steps of the system."""
    return sum(mass.energy for mass in system.run(dt, steps).masses)


class Kalman:
    """A linear Kalman filter: the state is changed by each measurement."""

    def __init__(self, transition, noise, observation, spread):
        self.transition = transition
        self.noise = noise
        self.observation = observation
        self.spread = spread
        self.mean = np.zeros(len(transition))
        self.covariance = np.eye(len(transition))
        self.misfit = 0.0

    def predict(self):
        self.mean = self.transition @ self.mean
        self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise

    def update(self, measured):
        residual = measured - self.observation @ self.mean
        spread = self.observation @ self.covariance @ self.observation.T + self.spread
        gain = np.linalg.solve(spread, self.observation @ self.covariance).T
        self.mean += gain @ residual
        self.covariance -= gain @ self.observation @ self.covariance
        self.misfit += residual @ np.linalg.solve(spread, residual) + np.log(np.linalg.det(spread))


def misfit(kalman, measurements):
    """How badly the filter predicts the measurements (rows): minus twice the logarithm of their likelihood."""
    for measured in measurements:
        kalman.predict()
        kalman.update(measured)
    return float(kalman.misfit)


def _chain():
    masses = [Mass(1.0 + 0.1 * i, Vector(1.2 * i, 0.1 * i * i)) for i in range(3)]
    return System(masses, [Spring(a, b, 2.0, 1.0) for a, b in zip(masses, masses[1:])])


_rng = np.random.default_rng(5)
_draw = _rng.standard_normal
EXAMPLES = {
    "network_loss": (
        Network(
            Layer(_draw((3, 4)), _draw(4)),
            Layer(_draw((4, 4)), _draw(4), "relu"),
            Scaled(_draw((4, 2)), _draw(2), 0.7),
        ),
        _draw((5, 3)),
        _draw((5, 2)),
    ),
    "kinetic_energy": (_chain(), 0.1, 4),
    "misfit": (
        Kalman(np.array([[1.0, 0.1], [0.0, 1.0]]), 0.01 * np.eye(2), np.array([[1.0, 0.3]]), np.array([[0.2]])),
        _draw((4, 1)),
    ),
}
