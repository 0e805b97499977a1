"""Derivatives of misfit in objects.py."""

import numpy as np


def cofactors(x):
    """The cofactor matrix, which is the gradient of the determinant; exact also where the matrix is singular."""
    u, s, vt = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), np.ones((), s.dtype), s[..., None, :])
    sign = np.round(np.linalg.det(u) * np.linalg.det(vt))[..., None]
    return (u * (sign * np.prod(others, axis=-1))[..., None, :]) @ vt


def instance(cls, **attributes):
    """An object of the class with these attributes, made without its __init__."""
    made = cls.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def misfit_grad(kalman, measurements):
    """Gradient of misfit."""
    kalman_transition = kalman.transition
    kalman_noise = kalman.noise
    kalman_observation = kalman.observation
    kalman_spread = kalman.spread
    kalman_mean = kalman.mean
    kalman_covariance = kalman.covariance

    # Forward sweep
    tape = []
    for measured in measurements:
        v = kalman_transition @ kalman_mean
        v2 = kalman_transition @ kalman_covariance
        v3 = v2 @ kalman_transition.T + kalman_noise
        residual = measured - kalman_observation @ v
        v4 = kalman_observation @ v3
        spread = v4 @ kalman_observation.T + kalman_spread
        v5 = np.linalg.solve(spread, v4)
        gain = v5.T
        v6 = gain @ kalman_observation
        tape.append(
            (
                kalman_mean,
                kalman_covariance,
                v,
                v2,
                v3,
                residual,
                v4,
                spread,
                v5,
                v6,
                np.linalg.solve(spread, residual),
                np.linalg.det(spread),
            )
        )
        kalman_mean = v + gain @ residual
        kalman_covariance = v3 - v6 @ v3

    # Reverse sweep
    kalman_mean_bar = np.zeros_like(kalman_mean)
    kalman_covariance_bar = np.zeros_like(kalman_covariance)
    kalman_transition_bar = np.zeros_like(kalman_transition)
    kalman_noise_bar = np.zeros_like(kalman_noise)
    kalman_observation_bar = np.zeros_like(kalman_observation)
    kalman_spread_bar = np.zeros_like(kalman_spread)
    measured_bar_list = []
    for kalman_mean, kalman_covariance, v, v2, v3, residual, v4, spread, v5, v6, v8, v7 in reversed(
        tape
    ):
        # self.misfit += residual @ np.linalg.solve(spread, residual) + np.log(np.linalg.det(spread))  [objects.py:166]
        spread_T = spread.T
        v9 = np.linalg.solve(spread_T, residual)
        spread_bar = 1.0 / v7 * cofactors(spread) - np.outer(v9, v8)
        residual_bar = v8 + v9
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        gain = v5.T
        # self.covariance -= gain @ self.observation @ self.covariance  [objects.py:165]
        v_bar = -kalman_covariance_bar
        v10 = v3.T
        v6_bar = v_bar @ v10
        kalman_covariance_bar += v6.T @ v_bar
        gain_bar = v6_bar @ kalman_observation.T
        kalman_observation_bar += v5 @ v6_bar
        # self.mean += gain @ residual  [objects.py:164]
        gain_bar += np.outer(kalman_mean_bar, residual)
        residual_bar = residual_bar + v5 @ kalman_mean_bar
        measured_bar_list.append(residual_bar)
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        v_bar = np.linalg.solve(spread_T, gain_bar.T)
        spread_bar -= v_bar @ gain
        kalman_observation_bar += v_bar @ v10
        kalman_covariance_bar += kalman_observation.T @ v_bar
        # spread = self.observation @ self.covariance @ self.observation.T + self.spread  [objects.py:162]
        kalman_spread_bar += spread_bar
        v4_bar = spread_bar @ kalman_observation
        kalman_observation_bar = kalman_observation_bar + spread_bar.T @ v4 + v4_bar @ v10
        kalman_covariance_bar += kalman_observation.T @ v4_bar
        # residual = measured - self.observation @ self.mean  [objects.py:161]
        v_bar = -residual_bar
        kalman_observation_bar += np.outer(v_bar, v)
        kalman_mean_bar += kalman_observation.T @ v_bar
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        kalman_noise_bar += kalman_covariance_bar
        v2_bar = kalman_covariance_bar @ kalman_transition
        kalman_transition_bar = (
            kalman_transition_bar + kalman_covariance_bar.T @ v2 + v2_bar @ kalman_covariance.T
        )
        # self.mean = self.transition @ self.mean  [objects.py:157]
        kalman_transition_bar += np.outer(kalman_mean_bar, kalman_mean)
        kalman_mean_bar = kalman_transition.T @ kalman_mean_bar
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        kalman_covariance_bar = kalman_transition.T @ v2_bar
    measurements_bar = np.reshape(measured_bar_list[::-1], np.shape(measurements))
    return (
        instance(
            type(kalman),
            transition=kalman_transition_bar,
            noise=kalman_noise_bar,
            observation=kalman_observation_bar,
            spread=kalman_spread_bar,
            mean=kalman_mean_bar,
            covariance=kalman_covariance_bar,
            misfit=1.0,
        ),
        measurements_bar,
    )


def misfit_value_and_grad(kalman, measurements):
    """Value of misfit and its gradient."""
    kalman_transition = kalman.transition
    kalman_noise = kalman.noise
    kalman_observation = kalman.observation
    kalman_spread = kalman.spread
    kalman_mean = kalman.mean
    kalman_covariance = kalman.covariance
    kalman_misfit = kalman.misfit

    # Forward sweep
    tape = []
    for measured in measurements:
        v = kalman_transition @ kalman_mean
        v2 = kalman_transition @ kalman_covariance
        v3 = v2 @ kalman_transition.T + kalman_noise
        residual = measured - kalman_observation @ v
        v4 = kalman_observation @ v3
        spread = v4 @ kalman_observation.T + kalman_spread
        v5 = np.linalg.solve(spread, v4)
        gain = v5.T
        v6 = gain @ kalman_observation
        v7 = np.linalg.solve(spread, residual)
        v8 = np.linalg.det(spread)
        tape.append(
            (kalman_mean, kalman_covariance, v, v2, v3, residual, v4, spread, v5, v6, v7, v8)
        )
        misfit = kalman_misfit + (residual @ v7 + np.log(v8))
        kalman_mean = v + gain @ residual
        kalman_covariance = v3 - v6 @ v3
        kalman_misfit = misfit
    y = float(kalman_misfit)

    # Reverse sweep
    kalman_mean_bar = np.zeros_like(kalman_mean)
    kalman_covariance_bar = np.zeros_like(kalman_covariance)
    kalman_transition_bar = np.zeros_like(kalman_transition)
    kalman_noise_bar = np.zeros_like(kalman_noise)
    kalman_observation_bar = np.zeros_like(kalman_observation)
    kalman_spread_bar = np.zeros_like(kalman_spread)
    measured_bar_list = []
    for kalman_mean, kalman_covariance, v, v2, v3, residual, v4, spread, v5, v6, v7, v8 in reversed(
        tape
    ):
        # self.misfit += residual @ np.linalg.solve(spread, residual) + np.log(np.linalg.det(spread))  [objects.py:166]
        spread_T = spread.T
        v9 = np.linalg.solve(spread_T, residual)
        spread_bar = 1.0 / v8 * cofactors(spread) - np.outer(v9, v7)
        residual_bar = v7 + v9
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        gain = v5.T
        # self.covariance -= gain @ self.observation @ self.covariance  [objects.py:165]
        v_bar = -kalman_covariance_bar
        v10 = v3.T
        v6_bar = v_bar @ v10
        kalman_covariance_bar += v6.T @ v_bar
        gain_bar = v6_bar @ kalman_observation.T
        kalman_observation_bar += v5 @ v6_bar
        # self.mean += gain @ residual  [objects.py:164]
        gain_bar += np.outer(kalman_mean_bar, residual)
        residual_bar = residual_bar + v5 @ kalman_mean_bar
        measured_bar_list.append(residual_bar)
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        v_bar = np.linalg.solve(spread_T, gain_bar.T)
        spread_bar -= v_bar @ gain
        kalman_observation_bar += v_bar @ v10
        kalman_covariance_bar += kalman_observation.T @ v_bar
        # spread = self.observation @ self.covariance @ self.observation.T + self.spread  [objects.py:162]
        kalman_spread_bar += spread_bar
        v4_bar = spread_bar @ kalman_observation
        kalman_observation_bar = kalman_observation_bar + spread_bar.T @ v4 + v4_bar @ v10
        kalman_covariance_bar += kalman_observation.T @ v4_bar
        # residual = measured - self.observation @ self.mean  [objects.py:161]
        v_bar = -residual_bar
        kalman_observation_bar += np.outer(v_bar, v)
        kalman_mean_bar += kalman_observation.T @ v_bar
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        kalman_noise_bar += kalman_covariance_bar
        v2_bar = kalman_covariance_bar @ kalman_transition
        kalman_transition_bar = (
            kalman_transition_bar + kalman_covariance_bar.T @ v2 + v2_bar @ kalman_covariance.T
        )
        # self.mean = self.transition @ self.mean  [objects.py:157]
        kalman_transition_bar += np.outer(kalman_mean_bar, kalman_mean)
        kalman_mean_bar = kalman_transition.T @ kalman_mean_bar
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        kalman_covariance_bar = kalman_transition.T @ v2_bar
    measurements_bar = np.reshape(measured_bar_list[::-1], np.shape(measurements))
    return y, (
        instance(
            type(kalman),
            transition=kalman_transition_bar,
            noise=kalman_noise_bar,
            observation=kalman_observation_bar,
            spread=kalman_spread_bar,
            mean=kalman_mean_bar,
            covariance=kalman_covariance_bar,
            misfit=1.0,
        ),
        measurements_bar,
    )


def misfit_jvp(kalman, measurements, kalman_dot, measurements_dot):
    """Value of misfit and its directional derivative (forward mode)."""
    kalman_transition = kalman.transition
    kalman_noise = kalman.noise
    kalman_observation = kalman.observation
    kalman_spread = kalman.spread
    kalman_mean = kalman.mean
    kalman_covariance = kalman.covariance
    kalman_misfit = kalman.misfit
    kalman_transition_dot = kalman_dot.transition
    kalman_noise_dot = kalman_dot.noise
    kalman_observation_dot = kalman_dot.observation
    kalman_spread_dot = kalman_dot.spread
    kalman_mean_dot = kalman_dot.mean
    kalman_covariance_dot = kalman_dot.covariance
    kalman_misfit_dot = kalman_dot.misfit
    for measured, measured_dot in zip(measurements, measurements_dot):
        # self.mean = self.transition @ self.mean  [objects.py:157]
        v = kalman_transition @ kalman_mean
        v_dot = kalman_transition_dot @ kalman_mean + kalman_transition @ kalman_mean_dot
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        v2 = kalman_transition @ kalman_covariance
        v3 = (
            kalman_transition_dot @ kalman_covariance + kalman_transition @ kalman_covariance_dot
        ) @ kalman_transition.T
        v4 = v2 @ kalman_transition.T + kalman_noise
        v4_dot = v3 + v2 @ kalman_transition_dot.T + kalman_noise_dot
        # residual = measured - self.observation @ self.mean  [objects.py:161]
        residual = measured - kalman_observation @ v
        residual_dot = measured_dot - (kalman_observation_dot @ v + kalman_observation @ v_dot)
        # spread = self.observation @ self.covariance @ self.observation.T + self.spread  [objects.py:162]
        v5 = kalman_observation @ v4
        v5_dot = kalman_observation_dot @ v4 + kalman_observation @ v4_dot
        spread = v5 @ kalman_observation.T + kalman_spread
        spread_dot = (
            v5_dot @ kalman_observation.T + v5 @ kalman_observation_dot.T + kalman_spread_dot
        )
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        v6 = np.linalg.solve(spread, v5)
        gain = v6.T
        gain_dot = np.linalg.solve(spread, v5_dot - spread_dot @ v6).T
        # self.covariance -= gain @ self.observation @ self.covariance  [objects.py:165]
        v7 = gain @ kalman_observation
        # self.misfit += residual @ np.linalg.solve(spread, residual) + np.log(np.linalg.det(spread))  [objects.py:166]
        v8 = np.linalg.solve(spread, residual)
        v9 = np.linalg.det(spread)
        v_dot_2 = np.sum(cofactors(spread) * spread_dot, axis=(-2, -1)) / v9
        v_dot_2 = (
            residual_dot @ v8
            + residual @ np.linalg.solve(spread, residual_dot - spread_dot @ v8)
            + v_dot_2
        )
        misfit = kalman_misfit + (residual @ v8 + np.log(v9))
        misfit_dot = kalman_misfit_dot + v_dot_2
        # self.mean += gain @ residual  [objects.py:164]
        kalman_mean = v + gain @ residual
        # self.covariance -= gain @ self.observation @ self.covariance  [objects.py:165]
        kalman_covariance = v4 - v7 @ v4
        kalman_misfit = misfit
        # self.mean += gain @ residual  [objects.py:164]
        kalman_mean_dot = v_dot + (gain_dot @ residual + gain @ residual_dot)
        # self.covariance -= gain @ self.observation @ self.covariance  [objects.py:165]
        kalman_covariance_dot = v4_dot - (
            (gain_dot @ kalman_observation + gain @ kalman_observation_dot) @ v4 + v7 @ v4_dot
        )
        kalman_misfit_dot = misfit_dot
    # return float(kalman.misfit)  [objects.py:174]
    y = float(kalman_misfit)
    return y, kalman_misfit_dot


def misfit_vjp(kalman, measurements, y_bar=1.0):
    """Value of misfit and its gradient weighted by y_bar (reverse mode)."""
    kalman_transition = kalman.transition
    kalman_noise = kalman.noise
    kalman_observation = kalman.observation
    kalman_spread = kalman.spread
    kalman_mean = kalman.mean
    kalman_covariance = kalman.covariance
    kalman_misfit = kalman.misfit

    # Forward sweep
    tape = []
    for measured in measurements:
        v = kalman_transition @ kalman_mean
        v2 = kalman_transition @ kalman_covariance
        v3 = v2 @ kalman_transition.T + kalman_noise
        residual = measured - kalman_observation @ v
        v4 = kalman_observation @ v3
        spread = v4 @ kalman_observation.T + kalman_spread
        v5 = np.linalg.solve(spread, v4)
        gain = v5.T
        v6 = gain @ kalman_observation
        v7 = np.linalg.solve(spread, residual)
        v8 = np.linalg.det(spread)
        tape.append(
            (kalman_mean, kalman_covariance, v, v2, v3, residual, v4, spread, v5, v6, v7, v8)
        )
        misfit = kalman_misfit + (residual @ v7 + np.log(v8))
        kalman_mean = v + gain @ residual
        kalman_covariance = v3 - v6 @ v3
        kalman_misfit = misfit
    y = float(kalman_misfit)

    # Reverse sweep
    kalman_mean_bar = np.zeros_like(kalman_mean)
    kalman_covariance_bar = np.zeros_like(kalman_covariance)
    kalman_transition_bar = np.zeros_like(kalman_transition)
    kalman_noise_bar = np.zeros_like(kalman_noise)
    kalman_observation_bar = np.zeros_like(kalman_observation)
    kalman_spread_bar = np.zeros_like(kalman_spread)
    kalman_misfit_bar = y_bar
    measured_bar_list = []
    for kalman_mean, kalman_covariance, v, v2, v3, residual, v4, spread, v5, v6, v7, v8 in reversed(
        tape
    ):
        # self.misfit += residual @ np.linalg.solve(spread, residual) + np.log(np.linalg.det(spread))  [objects.py:166]
        spread_T = spread.T
        v9 = np.linalg.solve(spread_T, kalman_misfit_bar * residual)
        spread_bar = kalman_misfit_bar / v8 * cofactors(spread) - np.outer(v9, v7)
        residual_bar = kalman_misfit_bar * v7 + v9
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        gain = v5.T
        # self.covariance -= gain @ self.observation @ self.covariance  [objects.py:165]
        v_bar = -kalman_covariance_bar
        v10 = v3.T
        v6_bar = v_bar @ v10
        kalman_covariance_bar += v6.T @ v_bar
        gain_bar = v6_bar @ kalman_observation.T
        kalman_observation_bar += v5 @ v6_bar
        # self.mean += gain @ residual  [objects.py:164]
        gain_bar += np.outer(kalman_mean_bar, residual)
        residual_bar += v5 @ kalman_mean_bar
        measured_bar_list.append(residual_bar)
        # gain = np.linalg.solve(spread, self.observation @ self.covariance).T  [objects.py:163]
        v_bar = np.linalg.solve(spread_T, gain_bar.T)
        spread_bar -= v_bar @ gain
        kalman_observation_bar += v_bar @ v10
        kalman_covariance_bar += kalman_observation.T @ v_bar
        # spread = self.observation @ self.covariance @ self.observation.T + self.spread  [objects.py:162]
        kalman_spread_bar += spread_bar
        v4_bar = spread_bar @ kalman_observation
        kalman_observation_bar = kalman_observation_bar + spread_bar.T @ v4 + v4_bar @ v10
        kalman_covariance_bar += kalman_observation.T @ v4_bar
        # residual = measured - self.observation @ self.mean  [objects.py:161]
        v_bar = -residual_bar
        kalman_observation_bar += np.outer(v_bar, v)
        kalman_mean_bar += kalman_observation.T @ v_bar
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        kalman_noise_bar += kalman_covariance_bar
        v2_bar = kalman_covariance_bar @ kalman_transition
        kalman_transition_bar = (
            kalman_transition_bar + kalman_covariance_bar.T @ v2 + v2_bar @ kalman_covariance.T
        )
        # self.mean = self.transition @ self.mean  [objects.py:157]
        kalman_transition_bar += np.outer(kalman_mean_bar, kalman_mean)
        kalman_mean_bar = kalman_transition.T @ kalman_mean_bar
        # self.covariance = self.transition @ self.covariance @ self.transition.T + self.noise  [objects.py:158]
        kalman_covariance_bar = kalman_transition.T @ v2_bar
    measurements_bar = np.reshape(measured_bar_list[::-1], np.shape(measurements))
    return y, (
        instance(
            type(kalman),
            transition=kalman_transition_bar,
            noise=kalman_noise_bar,
            observation=kalman_observation_bar,
            spread=kalman_spread_bar,
            mean=kalman_mean_bar,
            covariance=kalman_covariance_bar,
            misfit=kalman_misfit_bar,
        ),
        measurements_bar,
    )
