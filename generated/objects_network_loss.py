"""Derivatives of network_loss in objects.py."""

import numpy as np


def instance(cls, **attributes):
    """An object of the class with these attributes, made without its __init__."""
    made = cls.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def network_loss_grad(network, x, y, *, penalty=0.01):
    """Gradient of network_loss."""
    layers_0_weights = network.layers[0].weights
    layers_0_bias = network.layers[0].bias
    layers_1_weights = network.layers[1].weights
    layers_1_bias = network.layers[1].bias
    layers_2_weights = network.layers[2].weights
    layers_2_bias = network.layers[2].bias
    layers_2_scale = network.layers[2].scale

    # Forward sweep
    z = x @ layers_0_weights + layers_0_bias
    x_2 = np.tanh(z)
    z = x_2 @ layers_1_weights + layers_1_bias
    x_3 = np.maximum(z, 0.0)
    z_2 = x_3 @ layers_2_weights + layers_2_bias
    x_4 = layers_2_scale * z_2
    errors = x_4 - y
    errors_squared = errors**2

    # Reverse sweep
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    v_bar = 1.0 / 3 * penalty
    # return sum(float(np.sum(layer.weights**2)) for layer in self.layers)  [objects.py:59]
    layers_2_weights_bar = v_bar * (2.0 * layers_2_weights)
    layers_1_weights_bar = v_bar * (2.0 * layers_1_weights)
    layers_0_weights_bar = v_bar * (2.0 * layers_0_weights)
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    errors_bar = np.divide(1.0, errors_squared.size) * (2.0 * errors)
    # errors = self(x) - y  [objects.py:55]
    y_bar = -errors_bar
    # return self.scale * super().__call__(x)  [objects.py:34]
    z_bar = errors_bar * layers_2_scale
    layers_2_scale_bar = np.sum(errors_bar * z_2)
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_2_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_2_weights.T
    layers_2_weights_bar += x_3.T @ z_bar
    # return np.maximum(z, 0.0)  [objects.py:22]
    z_bar = np.where(z > 0.0, x_bar, np.where(z == 0.0, 0.5 * x_bar, 0.0))
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_1_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_1_weights.T
    layers_1_weights_bar += x_2.T @ z_bar
    # return np.tanh(z)  [objects.py:20]
    z_bar = x_bar * (1.0 - x_2 * x_2)
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_0_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_0_weights.T
    layers_0_weights_bar += x.T @ z_bar
    return (
        instance(
            type(network),
            layers=[
                instance(
                    type(network.layers[0]),
                    weights=layers_0_weights_bar,
                    bias=layers_0_bias_bar,
                    activation="tanh",
                ),
                instance(
                    type(network.layers[0]),
                    weights=layers_1_weights_bar,
                    bias=layers_1_bias_bar,
                    activation="relu",
                ),
                instance(
                    type(network.layers[2]),
                    weights=layers_2_weights_bar,
                    bias=layers_2_bias_bar,
                    activation="linear",
                    scale=layers_2_scale_bar,
                ),
            ],
        ),
        x_bar,
        y_bar,
    )


def network_loss_value_and_grad(network, x, y, *, penalty=0.01):
    """Value of network_loss and its gradient."""
    layers_0_weights = network.layers[0].weights
    layers_0_bias = network.layers[0].bias
    layers_1_weights = network.layers[1].weights
    layers_1_bias = network.layers[1].bias
    layers_2_weights = network.layers[2].weights
    layers_2_bias = network.layers[2].bias
    layers_2_scale = network.layers[2].scale

    # Forward sweep
    z = x @ layers_0_weights + layers_0_bias
    x_2 = np.tanh(z)
    z = x_2 @ layers_1_weights + layers_1_bias
    x_3 = np.maximum(z, 0.0)
    z_2 = x_3 @ layers_2_weights + layers_2_bias
    x_4 = layers_2_scale * z_2
    errors = x_4 - y
    errors_squared = errors**2
    v = float(np.sum(layers_2_weights**2))
    v2 = penalty * (float(np.sum(layers_0_weights**2)) + float(np.sum(layers_1_weights**2)) + v)
    value = float(np.mean(errors_squared)) + v2 / 3

    # Reverse sweep
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    v_bar = 1.0 / 3 * penalty
    # return sum(float(np.sum(layer.weights**2)) for layer in self.layers)  [objects.py:59]
    layers_2_weights_bar = v_bar * (2.0 * layers_2_weights)
    layers_1_weights_bar = v_bar * (2.0 * layers_1_weights)
    layers_0_weights_bar = v_bar * (2.0 * layers_0_weights)
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    errors_bar = np.divide(1.0, errors_squared.size) * (2.0 * errors)
    # errors = self(x) - y  [objects.py:55]
    y_bar = -errors_bar
    # return self.scale * super().__call__(x)  [objects.py:34]
    z_bar = errors_bar * layers_2_scale
    layers_2_scale_bar = np.sum(errors_bar * z_2)
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_2_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_2_weights.T
    layers_2_weights_bar += x_3.T @ z_bar
    # return np.maximum(z, 0.0)  [objects.py:22]
    z_bar = np.where(z > 0.0, x_bar, np.where(z == 0.0, 0.5 * x_bar, 0.0))
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_1_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_1_weights.T
    layers_1_weights_bar += x_2.T @ z_bar
    # return np.tanh(z)  [objects.py:20]
    z_bar = x_bar * (1.0 - x_2 * x_2)
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_0_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_0_weights.T
    layers_0_weights_bar += x.T @ z_bar
    return value, (
        instance(
            type(network),
            layers=[
                instance(
                    type(network.layers[0]),
                    weights=layers_0_weights_bar,
                    bias=layers_0_bias_bar,
                    activation="tanh",
                ),
                instance(
                    type(network.layers[0]),
                    weights=layers_1_weights_bar,
                    bias=layers_1_bias_bar,
                    activation="relu",
                ),
                instance(
                    type(network.layers[2]),
                    weights=layers_2_weights_bar,
                    bias=layers_2_bias_bar,
                    activation="linear",
                    scale=layers_2_scale_bar,
                ),
            ],
        ),
        x_bar,
        y_bar,
    )


def network_loss_jvp(network, x, y, network_dot, x_dot, y_dot, *, penalty=0.01):
    """Value of network_loss and its directional derivative (forward mode)."""
    layers_0_weights = network.layers[0].weights
    layers_0_bias = network.layers[0].bias
    layers_1_weights = network.layers[1].weights
    layers_1_bias = network.layers[1].bias
    layers_2_weights = network.layers[2].weights
    layers_2_bias = network.layers[2].bias
    layers_2_scale = network.layers[2].scale
    layers_0_weights_dot = network_dot.layers[0].weights
    layers_0_bias_dot = network_dot.layers[0].bias
    layers_1_weights_dot = network_dot.layers[1].weights
    layers_1_bias_dot = network_dot.layers[1].bias
    layers_2_weights_dot = network_dot.layers[2].weights
    layers_2_bias_dot = network_dot.layers[2].bias
    layers_2_scale_dot = network_dot.layers[2].scale
    # z = x @ self.weights + self.bias  [objects.py:18]
    z = x @ layers_0_weights + layers_0_bias
    z_dot = x_dot @ layers_0_weights + x @ layers_0_weights_dot + layers_0_bias_dot
    # return np.tanh(z)  [objects.py:20]
    x = np.tanh(z)
    x_dot = z_dot * (1.0 - x * x)
    # z = x @ self.weights + self.bias  [objects.py:18]
    z = x @ layers_1_weights + layers_1_bias
    z_dot = x_dot @ layers_1_weights + x @ layers_1_weights_dot + layers_1_bias_dot
    # return np.maximum(z, 0.0)  [objects.py:22]
    x = np.maximum(z, 0.0)
    x_dot = np.where(z > 0.0, z_dot, np.where(z == 0.0, 0.5 * z_dot, 0.0))
    # z = x @ self.weights + self.bias  [objects.py:18]
    z = x @ layers_2_weights + layers_2_bias
    z_dot = x_dot @ layers_2_weights + x @ layers_2_weights_dot + layers_2_bias_dot
    # return self.scale * super().__call__(x)  [objects.py:34]
    x = layers_2_scale * z
    x_dot = layers_2_scale_dot * z + z_dot * layers_2_scale
    # errors = self(x) - y  [objects.py:55]
    errors = x - y
    errors_dot = x_dot - y_dot
    # return sum(float(np.sum(layer.weights**2)) for layer in self.layers)  [objects.py:59]
    v_dot = np.sum(layers_1_weights_dot * (2.0 * layers_1_weights))
    v_dot_2 = np.sum(layers_2_weights_dot * (2.0 * layers_2_weights))
    v = float(np.sum(layers_2_weights**2))
    v2 = float(np.sum(layers_0_weights**2)) + float(np.sum(layers_1_weights**2)) + v
    v2_dot = np.sum(layers_0_weights_dot * (2.0 * layers_0_weights)) + v_dot + v_dot_2
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    value = float(np.mean(errors**2)) + penalty * v2 / 3
    value_dot = np.mean(errors_dot * (2.0 * errors)) + v2_dot * penalty / 3
    return value, value_dot


def network_loss_vjp(network, x, y, value_bar=1.0, *, penalty=0.01):
    """Value of network_loss and its gradient weighted by value_bar (reverse mode)."""
    layers_0_weights = network.layers[0].weights
    layers_0_bias = network.layers[0].bias
    layers_1_weights = network.layers[1].weights
    layers_1_bias = network.layers[1].bias
    layers_2_weights = network.layers[2].weights
    layers_2_bias = network.layers[2].bias
    layers_2_scale = network.layers[2].scale

    # Forward sweep
    z = x @ layers_0_weights + layers_0_bias
    x_2 = np.tanh(z)
    z = x_2 @ layers_1_weights + layers_1_bias
    x_3 = np.maximum(z, 0.0)
    z_2 = x_3 @ layers_2_weights + layers_2_bias
    x_4 = layers_2_scale * z_2
    errors = x_4 - y
    errors_squared = errors**2
    v = float(np.sum(layers_2_weights**2))
    v2 = penalty * (float(np.sum(layers_0_weights**2)) + float(np.sum(layers_1_weights**2)) + v)
    value = float(np.mean(errors_squared)) + v2 / 3

    # Reverse sweep
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    v_bar = value_bar / 3 * penalty
    # return sum(float(np.sum(layer.weights**2)) for layer in self.layers)  [objects.py:59]
    layers_2_weights_bar = v_bar * (2.0 * layers_2_weights)
    layers_1_weights_bar = v_bar * (2.0 * layers_1_weights)
    layers_0_weights_bar = v_bar * (2.0 * layers_0_weights)
    # return float(np.mean(errors**2)) + self.penalty * self.size() / len(self)  [objects.py:56]
    errors_bar = np.divide(value_bar, errors_squared.size) * (2.0 * errors)
    # errors = self(x) - y  [objects.py:55]
    y_bar = -errors_bar
    # return self.scale * super().__call__(x)  [objects.py:34]
    z_bar = errors_bar * layers_2_scale
    layers_2_scale_bar = np.sum(errors_bar * z_2)
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_2_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_2_weights.T
    layers_2_weights_bar += x_3.T @ z_bar
    # return np.maximum(z, 0.0)  [objects.py:22]
    z_bar = np.where(z > 0.0, x_bar, np.where(z == 0.0, 0.5 * x_bar, 0.0))
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_1_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_1_weights.T
    layers_1_weights_bar += x_2.T @ z_bar
    # return np.tanh(z)  [objects.py:20]
    z_bar = x_bar * (1.0 - x_2 * x_2)
    # z = x @ self.weights + self.bias  [objects.py:18]
    layers_0_bias_bar = np.sum(z_bar, axis=0)
    x_bar = z_bar @ layers_0_weights.T
    layers_0_weights_bar += x.T @ z_bar
    return value, (
        instance(
            type(network),
            layers=[
                instance(
                    type(network.layers[0]),
                    weights=layers_0_weights_bar,
                    bias=layers_0_bias_bar,
                    activation="tanh",
                ),
                instance(
                    type(network.layers[0]),
                    weights=layers_1_weights_bar,
                    bias=layers_1_bias_bar,
                    activation="relu",
                ),
                instance(
                    type(network.layers[2]),
                    weights=layers_2_weights_bar,
                    bias=layers_2_bias_bar,
                    activation="linear",
                    scale=layers_2_scale_bar,
                ),
            ],
        ),
        x_bar,
        y_bar,
    )
