"""Derivatives of kinetic_energy in objects.py."""

import math


def instance(cls, **attributes):
    """An object of the class with these attributes, made without its __init__."""
    made = cls.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def kinetic_energy_grad(system, dt, steps):
    """Gradient of kinetic_energy."""
    masses_0_mass = system.masses[0].mass
    masses_0_position_x = system.masses[0].position.x
    masses_0_position_y = system.masses[0].position.y
    masses_0_velocity_x = system.masses[0].velocity.x
    masses_0_velocity_y = system.masses[0].velocity.y
    masses_1_mass = system.masses[1].mass
    masses_1_position_x = system.masses[1].position.x
    masses_1_position_y = system.masses[1].position.y
    masses_1_velocity_x = system.masses[1].velocity.x
    masses_1_velocity_y = system.masses[1].velocity.y
    masses_2_mass = system.masses[2].mass
    masses_2_position_x = system.masses[2].position.x
    masses_2_position_y = system.masses[2].position.y
    masses_2_velocity_x = system.masses[2].velocity.x
    masses_2_velocity_y = system.masses[2].velocity.y
    springs_0_stiffness = system.springs[0].stiffness
    springs_0_length = system.springs[0].length
    springs_1_stiffness = system.springs[1].stiffness
    springs_1_length = system.springs[1].length

    # Forward sweep
    tape = []
    for _ in range(steps):
        v = masses_1_position_x - masses_0_position_x
        v2 = masses_1_position_y - masses_0_position_y
        v3 = math.hypot(v, v2)
        v4 = springs_0_stiffness * (1.0 - springs_0_length / v3)
        v5 = v4 * v
        v6 = v4 * v2
        masses_0_velocity_x += dt / masses_0_mass * v5
        masses_0_velocity_y += dt / masses_0_mass * v6
        v7 = masses_2_position_x - masses_1_position_x
        v8 = masses_2_position_y - masses_1_position_y
        v9 = math.hypot(v7, v8)
        v10 = springs_1_stiffness * (1.0 - springs_1_length / v9)
        v11 = v10 * v7
        v12 = v10 * v8
        masses_1_velocity_x = (
            masses_1_velocity_x - dt / masses_1_mass * v5 + dt / masses_1_mass * v11
        )
        masses_1_velocity_y = (
            masses_1_velocity_y - dt / masses_1_mass * v6 + dt / masses_1_mass * v12
        )
        masses_2_velocity_x -= dt / masses_2_mass * v11
        masses_2_velocity_y -= dt / masses_2_mass * v12
        tape.append(
            (
                v,
                v2,
                v3,
                masses_0_velocity_x,
                masses_0_velocity_y,
                v7,
                v8,
                v9,
                masses_1_velocity_x,
                masses_1_velocity_y,
                masses_2_velocity_x,
                masses_2_velocity_y,
            )
        )
        masses_0_position_x += dt * masses_0_velocity_x
        masses_0_position_y += dt * masses_0_velocity_y
        masses_1_position_x += dt * masses_1_velocity_x
        masses_1_position_y += dt * masses_1_velocity_y
        masses_2_position_x += dt * masses_2_velocity_x
        masses_2_position_y += dt * masses_2_velocity_y
    v13 = math.hypot(masses_0_velocity_x, masses_0_velocity_y)
    v14 = v13**2
    v15 = math.hypot(masses_1_velocity_x, masses_1_velocity_y)
    v16 = v15**2
    v17 = math.hypot(masses_2_velocity_x, masses_2_velocity_y)
    v18 = v17**2

    # Reverse sweep
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    v17_bar = masses_2_mass * v17
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v17 = v17 if v17 != 0 else 1.0
    masses_2_velocity_y_bar = v17_bar * (masses_2_velocity_y / v17)
    masses_2_velocity_x_bar = v17_bar * (masses_2_velocity_x / v17)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_2_mass_bar = v18 * 0.5
    v15_bar = masses_1_mass * v15
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v15 = v15 if v15 != 0 else 1.0
    masses_1_velocity_y_bar = v15_bar * (masses_1_velocity_y / v15)
    masses_1_velocity_x_bar = v15_bar * (masses_1_velocity_x / v15)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_1_mass_bar = v16 * 0.5
    v13_bar = masses_0_mass * v13
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v13 = v13 if v13 != 0 else 1.0
    masses_0_velocity_y_bar = v13_bar * (masses_0_velocity_y / v13)
    masses_0_velocity_x_bar = v13_bar * (masses_0_velocity_x / v13)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_0_mass_bar = v14 * 0.5
    masses_0_position_x_bar = 0.0
    masses_0_position_y_bar = 0.0
    masses_1_position_x_bar = 0.0
    masses_1_position_y_bar = 0.0
    masses_2_position_x_bar = 0.0
    masses_2_position_y_bar = 0.0
    springs_0_length_bar = 0.0
    springs_0_stiffness_bar = 0.0
    dt_bar = 0.0
    springs_1_length_bar = 0.0
    springs_1_stiffness_bar = 0.0
    for (
        v,
        v2,
        v3,
        masses_0_velocity_x,
        masses_0_velocity_y,
        v7,
        v8,
        v9,
        masses_1_velocity_x,
        masses_1_velocity_y,
        masses_2_velocity_x,
        masses_2_velocity_y,
    ) in reversed(tape):
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        masses_2_velocity_y_bar += masses_2_position_y_bar * dt
        dt_bar += (
            masses_2_position_y_bar * masses_2_velocity_y
            + masses_2_position_x_bar * masses_2_velocity_x
        )
        masses_2_velocity_x_bar += masses_2_position_x_bar * dt
        masses_1_velocity_y_bar += masses_1_position_y_bar * dt
        dt_bar += (
            masses_1_position_y_bar * masses_1_velocity_y
            + masses_1_position_x_bar * masses_1_velocity_x
        )
        masses_1_velocity_x_bar += masses_1_position_x_bar * dt
        masses_0_velocity_y_bar += masses_0_position_y_bar * dt
        dt_bar += (
            masses_0_position_y_bar * masses_0_velocity_y
            + masses_0_position_x_bar * masses_0_velocity_x
        )
        masses_0_velocity_x_bar += masses_0_position_x_bar * dt
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        v_bar = -masses_2_velocity_y_bar
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v19 = dt / masses_2_mass
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v20 = springs_1_length / v9
        v21 = 1.0 - v20
        v22 = springs_1_stiffness * v21
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23 = v22 * v8
        v24 = v22 * v7
        v19_bar = v_bar * v23 - masses_2_velocity_x_bar * v24
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v25 = v19_bar / masses_2_mass
        masses_2_mass_bar -= v25 * v19
        v26 = dt / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23_bar = v_bar * v19 + masses_1_velocity_y_bar * v26
        v26_bar = masses_1_velocity_y_bar * v23 + masses_1_velocity_x_bar * v24
        v24_bar = masses_1_velocity_x_bar * v26 - masses_2_velocity_x_bar * v19
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v27 = v26_bar / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v8_bar = v23_bar * v22
        v7_bar = v24_bar * v22
        v22_bar = v23_bar * v8 + v24_bar * v7
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        springs_1_stiffness_bar += v22_bar * v21
        v28 = v22_bar * springs_1_stiffness / v9
        v9_bar = v28 * v20
        springs_1_length_bar -= v28
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v9 = v9 if v9 != 0 else 1.0
        v7_bar += v9_bar * (v7 / v9)
        v8_bar += v9_bar * (v8 / v9)
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        masses_2_position_y_bar += v8_bar
        masses_2_position_x_bar += v7_bar
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        v_bar = -masses_1_velocity_y_bar
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v29 = dt / masses_1_mass
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v30 = springs_0_length / v3
        v31 = 1.0 - v30
        v32 = springs_0_stiffness * v31
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v33 = v32 * v2
        v34 = v32 * v
        v29_bar = v_bar * v33 - masses_1_velocity_x_bar * v34
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v35 = v29_bar / masses_1_mass
        masses_1_mass_bar -= v27 * v26 + v35 * v29
        v36 = dt / masses_0_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v33_bar = v_bar * v29 + masses_0_velocity_y_bar * v36
        v36_bar = masses_0_velocity_y_bar * v33 + masses_0_velocity_x_bar * v34
        v34_bar = masses_0_velocity_x_bar * v36 - masses_1_velocity_x_bar * v29
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v37 = v36_bar / masses_0_mass
        dt_bar += v25 + v27 + v35 + v37
        masses_0_mass_bar -= v37 * v36
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v2_bar = v33_bar * v32
        v_bar = v34_bar * v32
        v32_bar = v33_bar * v2 + v34_bar * v
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        springs_0_stiffness_bar += v32_bar * v31
        v38 = v32_bar * springs_0_stiffness / v3
        v3_bar = v38 * v30
        springs_0_length_bar -= v38
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v3 = v3 if v3 != 0 else 1.0
        v_bar += v3_bar * (v / v3)
        v2_bar += v3_bar * (v2 / v3)
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        masses_1_position_y_bar += v2_bar - v8_bar
        masses_0_position_y_bar -= v2_bar
        masses_1_position_x_bar += v_bar - v7_bar
        masses_0_position_x_bar -= v_bar
    return (
        instance(
            type(system),
            masses=[
                instance(
                    type(system.masses[0]),
                    mass=masses_0_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_0_position_x_bar,
                        y=masses_0_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_0_velocity_x_bar,
                        y=masses_0_velocity_y_bar,
                    ),
                ),
                instance(
                    type(system.masses[0]),
                    mass=masses_1_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_1_position_x_bar,
                        y=masses_1_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_1_velocity_x_bar,
                        y=masses_1_velocity_y_bar,
                    ),
                ),
                instance(
                    type(system.masses[0]),
                    mass=masses_2_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_2_position_x_bar,
                        y=masses_2_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_2_velocity_x_bar,
                        y=masses_2_velocity_y_bar,
                    ),
                ),
            ],
            springs=[
                instance(
                    type(system.springs[0]),
                    first=None,
                    second=None,
                    stiffness=springs_0_stiffness_bar,
                    length=springs_0_length_bar,
                ),
                instance(
                    type(system.springs[0]),
                    first=None,
                    second=None,
                    stiffness=springs_1_stiffness_bar,
                    length=springs_1_length_bar,
                ),
            ],
            time=0.0,
        ),
        dt_bar,
    )


def kinetic_energy_value_and_grad(system, dt, steps):
    """Value of kinetic_energy and its gradient."""
    masses_0_mass = system.masses[0].mass
    masses_0_position_x = system.masses[0].position.x
    masses_0_position_y = system.masses[0].position.y
    masses_0_velocity_x = system.masses[0].velocity.x
    masses_0_velocity_y = system.masses[0].velocity.y
    masses_1_mass = system.masses[1].mass
    masses_1_position_x = system.masses[1].position.x
    masses_1_position_y = system.masses[1].position.y
    masses_1_velocity_x = system.masses[1].velocity.x
    masses_1_velocity_y = system.masses[1].velocity.y
    masses_2_mass = system.masses[2].mass
    masses_2_position_x = system.masses[2].position.x
    masses_2_position_y = system.masses[2].position.y
    masses_2_velocity_x = system.masses[2].velocity.x
    masses_2_velocity_y = system.masses[2].velocity.y
    springs_0_stiffness = system.springs[0].stiffness
    springs_0_length = system.springs[0].length
    springs_1_stiffness = system.springs[1].stiffness
    springs_1_length = system.springs[1].length

    # Forward sweep
    tape = []
    for _ in range(steps):
        v = masses_1_position_x - masses_0_position_x
        v2 = masses_1_position_y - masses_0_position_y
        v3 = math.hypot(v, v2)
        v4 = springs_0_stiffness * (1.0 - springs_0_length / v3)
        v5 = v4 * v
        v6 = v4 * v2
        masses_0_velocity_x += dt / masses_0_mass * v5
        masses_0_velocity_y += dt / masses_0_mass * v6
        v7 = masses_2_position_x - masses_1_position_x
        v8 = masses_2_position_y - masses_1_position_y
        v9 = math.hypot(v7, v8)
        v10 = springs_1_stiffness * (1.0 - springs_1_length / v9)
        v11 = v10 * v7
        v12 = v10 * v8
        masses_1_velocity_x = (
            masses_1_velocity_x - dt / masses_1_mass * v5 + dt / masses_1_mass * v11
        )
        masses_1_velocity_y = (
            masses_1_velocity_y - dt / masses_1_mass * v6 + dt / masses_1_mass * v12
        )
        masses_2_velocity_x -= dt / masses_2_mass * v11
        masses_2_velocity_y -= dt / masses_2_mass * v12
        tape.append(
            (
                v,
                v2,
                v3,
                masses_0_velocity_x,
                masses_0_velocity_y,
                v7,
                v8,
                v9,
                masses_1_velocity_x,
                masses_1_velocity_y,
                masses_2_velocity_x,
                masses_2_velocity_y,
            )
        )
        masses_0_position_x += dt * masses_0_velocity_x
        masses_0_position_y += dt * masses_0_velocity_y
        masses_1_position_x += dt * masses_1_velocity_x
        masses_1_position_y += dt * masses_1_velocity_y
        masses_2_position_x += dt * masses_2_velocity_x
        masses_2_position_y += dt * masses_2_velocity_y
    v13 = math.hypot(masses_0_velocity_x, masses_0_velocity_y)
    v14 = v13**2
    v15 = math.hypot(masses_1_velocity_x, masses_1_velocity_y)
    v16 = v15**2
    v17 = math.hypot(masses_2_velocity_x, masses_2_velocity_y)
    v18 = v17**2
    y = 0.5 * masses_0_mass * v14 + 0.5 * masses_1_mass * v16 + 0.5 * masses_2_mass * v18

    # Reverse sweep
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    v17_bar = 0.5 * masses_2_mass * (2.0 * v17)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v17 = v17 if v17 != 0 else 1.0
    masses_2_velocity_y_bar = v17_bar * (masses_2_velocity_y / v17)
    masses_2_velocity_x_bar = v17_bar * (masses_2_velocity_x / v17)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_2_mass_bar = v18 * 0.5
    v15_bar = 0.5 * masses_1_mass * (2.0 * v15)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v15 = v15 if v15 != 0 else 1.0
    masses_1_velocity_y_bar = v15_bar * (masses_1_velocity_y / v15)
    masses_1_velocity_x_bar = v15_bar * (masses_1_velocity_x / v15)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_1_mass_bar = v16 * 0.5
    v13_bar = 0.5 * masses_0_mass * (2.0 * v13)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v13 = v13 if v13 != 0 else 1.0
    masses_0_velocity_y_bar = v13_bar * (masses_0_velocity_y / v13)
    masses_0_velocity_x_bar = v13_bar * (masses_0_velocity_x / v13)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_0_mass_bar = v14 * 0.5
    masses_0_position_x_bar = 0.0
    masses_0_position_y_bar = 0.0
    masses_1_position_x_bar = 0.0
    masses_1_position_y_bar = 0.0
    masses_2_position_x_bar = 0.0
    masses_2_position_y_bar = 0.0
    springs_0_length_bar = 0.0
    springs_0_stiffness_bar = 0.0
    dt_bar = 0.0
    springs_1_length_bar = 0.0
    springs_1_stiffness_bar = 0.0
    for (
        v,
        v2,
        v3,
        masses_0_velocity_x,
        masses_0_velocity_y,
        v7,
        v8,
        v9,
        masses_1_velocity_x,
        masses_1_velocity_y,
        masses_2_velocity_x,
        masses_2_velocity_y,
    ) in reversed(tape):
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        masses_2_velocity_y_bar += masses_2_position_y_bar * dt
        dt_bar += (
            masses_2_position_y_bar * masses_2_velocity_y
            + masses_2_position_x_bar * masses_2_velocity_x
        )
        masses_2_velocity_x_bar += masses_2_position_x_bar * dt
        masses_1_velocity_y_bar += masses_1_position_y_bar * dt
        dt_bar += (
            masses_1_position_y_bar * masses_1_velocity_y
            + masses_1_position_x_bar * masses_1_velocity_x
        )
        masses_1_velocity_x_bar += masses_1_position_x_bar * dt
        masses_0_velocity_y_bar += masses_0_position_y_bar * dt
        dt_bar += (
            masses_0_position_y_bar * masses_0_velocity_y
            + masses_0_position_x_bar * masses_0_velocity_x
        )
        masses_0_velocity_x_bar += masses_0_position_x_bar * dt
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        v_bar = -masses_2_velocity_y_bar
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v19 = dt / masses_2_mass
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v20 = springs_1_length / v9
        v21 = 1.0 - v20
        v22 = springs_1_stiffness * v21
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23 = v22 * v8
        v24 = v22 * v7
        v19_bar = v_bar * v23 - masses_2_velocity_x_bar * v24
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v25 = v19_bar / masses_2_mass
        masses_2_mass_bar -= v25 * v19
        v26 = dt / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23_bar = v_bar * v19 + masses_1_velocity_y_bar * v26
        v26_bar = masses_1_velocity_y_bar * v23 + masses_1_velocity_x_bar * v24
        v24_bar = masses_1_velocity_x_bar * v26 - masses_2_velocity_x_bar * v19
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v27 = v26_bar / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v8_bar = v23_bar * v22
        v7_bar = v24_bar * v22
        v22_bar = v23_bar * v8 + v24_bar * v7
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        springs_1_stiffness_bar += v22_bar * v21
        v28 = v22_bar * springs_1_stiffness / v9
        v9_bar = v28 * v20
        springs_1_length_bar -= v28
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v9 = v9 if v9 != 0 else 1.0
        v7_bar += v9_bar * (v7 / v9)
        v8_bar += v9_bar * (v8 / v9)
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        masses_2_position_y_bar += v8_bar
        masses_2_position_x_bar += v7_bar
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        v_bar = -masses_1_velocity_y_bar
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v29 = dt / masses_1_mass
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v30 = springs_0_length / v3
        v31 = 1.0 - v30
        v32 = springs_0_stiffness * v31
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v33 = v32 * v2
        v34 = v32 * v
        v29_bar = v_bar * v33 - masses_1_velocity_x_bar * v34
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v35 = v29_bar / masses_1_mass
        masses_1_mass_bar -= v27 * v26 + v35 * v29
        v36 = dt / masses_0_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v33_bar = v_bar * v29 + masses_0_velocity_y_bar * v36
        v36_bar = masses_0_velocity_y_bar * v33 + masses_0_velocity_x_bar * v34
        v34_bar = masses_0_velocity_x_bar * v36 - masses_1_velocity_x_bar * v29
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v37 = v36_bar / masses_0_mass
        dt_bar += v25 + v27 + v35 + v37
        masses_0_mass_bar -= v37 * v36
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v2_bar = v33_bar * v32
        v_bar = v34_bar * v32
        v32_bar = v33_bar * v2 + v34_bar * v
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        springs_0_stiffness_bar += v32_bar * v31
        v38 = v32_bar * springs_0_stiffness / v3
        v3_bar = v38 * v30
        springs_0_length_bar -= v38
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v3 = v3 if v3 != 0 else 1.0
        v_bar += v3_bar * (v / v3)
        v2_bar += v3_bar * (v2 / v3)
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        masses_1_position_y_bar += v2_bar - v8_bar
        masses_0_position_y_bar -= v2_bar
        masses_1_position_x_bar += v_bar - v7_bar
        masses_0_position_x_bar -= v_bar
    return y, (
        instance(
            type(system),
            masses=[
                instance(
                    type(system.masses[0]),
                    mass=masses_0_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_0_position_x_bar,
                        y=masses_0_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_0_velocity_x_bar,
                        y=masses_0_velocity_y_bar,
                    ),
                ),
                instance(
                    type(system.masses[0]),
                    mass=masses_1_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_1_position_x_bar,
                        y=masses_1_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_1_velocity_x_bar,
                        y=masses_1_velocity_y_bar,
                    ),
                ),
                instance(
                    type(system.masses[0]),
                    mass=masses_2_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_2_position_x_bar,
                        y=masses_2_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_2_velocity_x_bar,
                        y=masses_2_velocity_y_bar,
                    ),
                ),
            ],
            springs=[
                instance(
                    type(system.springs[0]),
                    first=None,
                    second=None,
                    stiffness=springs_0_stiffness_bar,
                    length=springs_0_length_bar,
                ),
                instance(
                    type(system.springs[0]),
                    first=None,
                    second=None,
                    stiffness=springs_1_stiffness_bar,
                    length=springs_1_length_bar,
                ),
            ],
            time=0.0,
        ),
        dt_bar,
    )


def kinetic_energy_jvp(system, dt, steps, system_dot, dt_dot):
    """Value of kinetic_energy and its directional derivative (forward mode)."""
    masses_0_mass = system.masses[0].mass
    masses_0_position_x = system.masses[0].position.x
    masses_0_position_y = system.masses[0].position.y
    masses_0_velocity_x = system.masses[0].velocity.x
    masses_0_velocity_y = system.masses[0].velocity.y
    masses_1_mass = system.masses[1].mass
    masses_1_position_x = system.masses[1].position.x
    masses_1_position_y = system.masses[1].position.y
    masses_1_velocity_x = system.masses[1].velocity.x
    masses_1_velocity_y = system.masses[1].velocity.y
    masses_2_mass = system.masses[2].mass
    masses_2_position_x = system.masses[2].position.x
    masses_2_position_y = system.masses[2].position.y
    masses_2_velocity_x = system.masses[2].velocity.x
    masses_2_velocity_y = system.masses[2].velocity.y
    springs_0_stiffness = system.springs[0].stiffness
    springs_0_length = system.springs[0].length
    springs_1_stiffness = system.springs[1].stiffness
    springs_1_length = system.springs[1].length
    masses_0_mass_dot = system_dot.masses[0].mass
    masses_0_position_x_dot = system_dot.masses[0].position.x
    masses_0_position_y_dot = system_dot.masses[0].position.y
    masses_0_velocity_x_dot = system_dot.masses[0].velocity.x
    masses_0_velocity_y_dot = system_dot.masses[0].velocity.y
    masses_1_mass_dot = system_dot.masses[1].mass
    masses_1_position_x_dot = system_dot.masses[1].position.x
    masses_1_position_y_dot = system_dot.masses[1].position.y
    masses_1_velocity_x_dot = system_dot.masses[1].velocity.x
    masses_1_velocity_y_dot = system_dot.masses[1].velocity.y
    masses_2_mass_dot = system_dot.masses[2].mass
    masses_2_position_x_dot = system_dot.masses[2].position.x
    masses_2_position_y_dot = system_dot.masses[2].position.y
    masses_2_velocity_x_dot = system_dot.masses[2].velocity.x
    masses_2_velocity_y_dot = system_dot.masses[2].velocity.y
    springs_0_stiffness_dot = system_dot.springs[0].stiffness
    springs_0_length_dot = system_dot.springs[0].length
    springs_1_stiffness_dot = system_dot.springs[1].stiffness
    springs_1_length_dot = system_dot.springs[1].length
    for _ in range(steps):
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        v = masses_1_position_x - masses_0_position_x
        v_dot = masses_1_position_x_dot - masses_0_position_x_dot
        v2 = masses_1_position_y - masses_0_position_y
        v2_dot = masses_1_position_y_dot - masses_0_position_y_dot
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v3 = math.hypot(v, v2)
        v4 = v3 if v3 != 0 else 1.0
        v3_dot = v_dot * (v / v4) + v2_dot * (v2 / v4)
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v5 = springs_0_length / v3
        v6 = 1.0 - v5
        v7 = springs_0_stiffness * v6
        v7_dot = (
            springs_0_stiffness_dot * v6
            - (springs_0_length_dot - v3_dot * v5) / v3 * springs_0_stiffness
        )
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v8 = v7 * v
        v8_dot = v7_dot * v + v_dot * v7
        v9 = v7 * v2
        v9_dot = v7_dot * v2 + v2_dot * v7
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v10 = dt / masses_0_mass
        v10_dot = (dt_dot - masses_0_mass_dot * v10) / masses_0_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v11 = v10 * v8
        v11_dot = v10_dot * v8 + v8_dot * v10
        v12 = v10 * v9
        v12_dot = v10_dot * v9 + v9_dot * v10
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        masses_0_velocity_x += v11
        masses_0_velocity_x_dot += v11_dot
        masses_0_velocity_y += v12
        masses_0_velocity_y_dot += v12_dot
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v13 = dt / masses_1_mass
        v13_dot = (dt_dot - masses_1_mass_dot * v13) / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v14 = v13 * v8
        v14_dot = v13_dot * v8 + v8_dot * v13
        v15 = v13 * v9
        v15_dot = v13_dot * v9 + v9_dot * v13
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        v16 = masses_2_position_x - masses_1_position_x
        v16_dot = masses_2_position_x_dot - masses_1_position_x_dot
        v17 = masses_2_position_y - masses_1_position_y
        v17_dot = masses_2_position_y_dot - masses_1_position_y_dot
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v18 = math.hypot(v16, v17)
        v19 = v18 if v18 != 0 else 1.0
        v18_dot = v16_dot * (v16 / v19) + v17_dot * (v17 / v19)
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v20 = springs_1_length / v18
        v21 = 1.0 - v20
        v22 = springs_1_stiffness * v21
        v22_dot = (
            springs_1_stiffness_dot * v21
            - (springs_1_length_dot - v18_dot * v20) / v18 * springs_1_stiffness
        )
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23 = v22 * v16
        v23_dot = v22_dot * v16 + v16_dot * v22
        v24 = v22 * v17
        v24_dot = v22_dot * v17 + v17_dot * v22
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v25 = dt / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v26 = v25 * v23
        v26_dot = v13_dot * v23 + v23_dot * v25
        v27 = v25 * v24
        v27_dot = v13_dot * v24 + v24_dot * v25
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        masses_1_velocity_x += v26 - v14
        masses_1_velocity_x_dot += v26_dot - v14_dot
        masses_1_velocity_y += v27 - v15
        masses_1_velocity_y_dot += v27_dot - v15_dot
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v28 = dt / masses_2_mass
        v28_dot = (dt_dot - masses_2_mass_dot * v28) / masses_2_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v29 = v28 * v23
        v29_dot = v28_dot * v23 + v23_dot * v28
        v30 = v28 * v24
        v30_dot = v28_dot * v24 + v24_dot * v28
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        masses_2_velocity_x -= v29
        masses_2_velocity_x_dot -= v29_dot
        masses_2_velocity_y -= v30
        masses_2_velocity_y_dot -= v30_dot
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v31 = dt * masses_0_velocity_x
        v31_dot = dt_dot * masses_0_velocity_x + masses_0_velocity_x_dot * dt
        v32 = dt * masses_0_velocity_y
        v32_dot = dt_dot * masses_0_velocity_y + masses_0_velocity_y_dot * dt
        v33 = dt * masses_1_velocity_x
        v33_dot = dt_dot * masses_1_velocity_x + masses_1_velocity_x_dot * dt
        v34 = dt * masses_1_velocity_y
        v34_dot = dt_dot * masses_1_velocity_y + masses_1_velocity_y_dot * dt
        v35 = dt * masses_2_velocity_x
        v35_dot = dt_dot * masses_2_velocity_x + masses_2_velocity_x_dot * dt
        v36 = dt * masses_2_velocity_y
        v36_dot = dt_dot * masses_2_velocity_y + masses_2_velocity_y_dot * dt
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        masses_0_position_x += v31
        masses_0_position_y += v32
        masses_1_position_x += v33
        masses_1_position_y += v34
        masses_2_position_x += v35
        masses_2_position_y += v36
        masses_0_position_x_dot += v31_dot
        masses_0_position_y_dot += v32_dot
        masses_1_position_x_dot += v33_dot
        masses_1_position_y_dot += v34_dot
        masses_2_position_x_dot += v35_dot
        masses_2_position_y_dot += v36_dot
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v37 = math.hypot(masses_0_velocity_x, masses_0_velocity_y)
    v38 = v37 if v37 != 0 else 1.0
    v39 = masses_0_velocity_y_dot * (masses_0_velocity_y / v38)
    v37_dot = masses_0_velocity_x_dot * (masses_0_velocity_x / v38) + v39
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    v40 = v37**2
    v41 = 0.5 * masses_0_mass * v40
    v41_dot = masses_0_mass_dot * 0.5 * v40 + v37_dot * (2.0 * v37) * (0.5 * masses_0_mass)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v42 = math.hypot(masses_1_velocity_x, masses_1_velocity_y)
    v43 = v42 if v42 != 0 else 1.0
    v44 = masses_1_velocity_y_dot * (masses_1_velocity_y / v43)
    v42_dot = masses_1_velocity_x_dot * (masses_1_velocity_x / v43) + v44
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    v45 = v42**2
    v46 = 0.5 * masses_1_mass * v45
    v46_dot = masses_1_mass_dot * 0.5 * v45 + v42_dot * (2.0 * v42) * (0.5 * masses_1_mass)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v47 = math.hypot(masses_2_velocity_x, masses_2_velocity_y)
    v48 = v47 if v47 != 0 else 1.0
    v49 = masses_2_velocity_y_dot * (masses_2_velocity_y / v48)
    v47_dot = masses_2_velocity_x_dot * (masses_2_velocity_x / v48) + v49
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    v50 = v47**2
    v51 = 0.5 * masses_2_mass * v50
    v51_dot = masses_2_mass_dot * 0.5 * v50 + v47_dot * (2.0 * v47) * (0.5 * masses_2_mass)
    # return sum(mass.energy for mass in system.run(dt, steps).masses)  [objects.py:141]
    y = v41 + v46 + v51
    y_dot = v41_dot + v46_dot + v51_dot
    return y, y_dot


def kinetic_energy_vjp(system, dt, steps, y_bar=1.0):
    """Value of kinetic_energy and its gradient weighted by y_bar (reverse mode)."""
    masses_0_mass = system.masses[0].mass
    masses_0_position_x = system.masses[0].position.x
    masses_0_position_y = system.masses[0].position.y
    masses_0_velocity_x = system.masses[0].velocity.x
    masses_0_velocity_y = system.masses[0].velocity.y
    masses_1_mass = system.masses[1].mass
    masses_1_position_x = system.masses[1].position.x
    masses_1_position_y = system.masses[1].position.y
    masses_1_velocity_x = system.masses[1].velocity.x
    masses_1_velocity_y = system.masses[1].velocity.y
    masses_2_mass = system.masses[2].mass
    masses_2_position_x = system.masses[2].position.x
    masses_2_position_y = system.masses[2].position.y
    masses_2_velocity_x = system.masses[2].velocity.x
    masses_2_velocity_y = system.masses[2].velocity.y
    springs_0_stiffness = system.springs[0].stiffness
    springs_0_length = system.springs[0].length
    springs_1_stiffness = system.springs[1].stiffness
    springs_1_length = system.springs[1].length

    # Forward sweep
    tape = []
    for _ in range(steps):
        v = masses_1_position_x - masses_0_position_x
        v2 = masses_1_position_y - masses_0_position_y
        v3 = math.hypot(v, v2)
        v4 = springs_0_stiffness * (1.0 - springs_0_length / v3)
        v5 = v4 * v
        v6 = v4 * v2
        masses_0_velocity_x += dt / masses_0_mass * v5
        masses_0_velocity_y += dt / masses_0_mass * v6
        v7 = masses_2_position_x - masses_1_position_x
        v8 = masses_2_position_y - masses_1_position_y
        v9 = math.hypot(v7, v8)
        v10 = springs_1_stiffness * (1.0 - springs_1_length / v9)
        v11 = v10 * v7
        v12 = v10 * v8
        masses_1_velocity_x = (
            masses_1_velocity_x - dt / masses_1_mass * v5 + dt / masses_1_mass * v11
        )
        masses_1_velocity_y = (
            masses_1_velocity_y - dt / masses_1_mass * v6 + dt / masses_1_mass * v12
        )
        masses_2_velocity_x -= dt / masses_2_mass * v11
        masses_2_velocity_y -= dt / masses_2_mass * v12
        tape.append(
            (
                v,
                v2,
                v3,
                masses_0_velocity_x,
                masses_0_velocity_y,
                v7,
                v8,
                v9,
                masses_1_velocity_x,
                masses_1_velocity_y,
                masses_2_velocity_x,
                masses_2_velocity_y,
            )
        )
        masses_0_position_x += dt * masses_0_velocity_x
        masses_0_position_y += dt * masses_0_velocity_y
        masses_1_position_x += dt * masses_1_velocity_x
        masses_1_position_y += dt * masses_1_velocity_y
        masses_2_position_x += dt * masses_2_velocity_x
        masses_2_position_y += dt * masses_2_velocity_y
    v13 = math.hypot(masses_0_velocity_x, masses_0_velocity_y)
    v14 = v13**2
    v15 = math.hypot(masses_1_velocity_x, masses_1_velocity_y)
    v16 = v15**2
    v17 = math.hypot(masses_2_velocity_x, masses_2_velocity_y)
    v18 = v17**2
    y = 0.5 * masses_0_mass * v14 + 0.5 * masses_1_mass * v16 + 0.5 * masses_2_mass * v18

    # Reverse sweep
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    v17_bar = y_bar * (0.5 * masses_2_mass) * (2.0 * v17)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v17 = v17 if v17 != 0 else 1.0
    masses_2_velocity_y_bar = v17_bar * (masses_2_velocity_y / v17)
    masses_2_velocity_x_bar = v17_bar * (masses_2_velocity_x / v17)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_2_mass_bar = y_bar * v18 * 0.5
    v15_bar = y_bar * (0.5 * masses_1_mass) * (2.0 * v15)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v15 = v15 if v15 != 0 else 1.0
    masses_1_velocity_y_bar = v15_bar * (masses_1_velocity_y / v15)
    masses_1_velocity_x_bar = v15_bar * (masses_1_velocity_x / v15)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_1_mass_bar = y_bar * v16 * 0.5
    v13_bar = y_bar * (0.5 * masses_0_mass) * (2.0 * v13)
    # return math.hypot(self.x, self.y)  [objects.py:82]
    v13 = v13 if v13 != 0 else 1.0
    masses_0_velocity_y_bar = v13_bar * (masses_0_velocity_y / v13)
    masses_0_velocity_x_bar = v13_bar * (masses_0_velocity_x / v13)
    # return 0.5 * self.mass * abs(self.velocity) ** 2  [objects.py:100]
    masses_0_mass_bar = y_bar * v14 * 0.5
    masses_0_position_x_bar = 0.0
    masses_0_position_y_bar = 0.0
    masses_1_position_x_bar = 0.0
    masses_1_position_y_bar = 0.0
    masses_2_position_x_bar = 0.0
    masses_2_position_y_bar = 0.0
    springs_0_length_bar = 0.0
    springs_0_stiffness_bar = 0.0
    dt_bar = 0.0
    springs_1_length_bar = 0.0
    springs_1_stiffness_bar = 0.0
    for (
        v,
        v2,
        v3,
        masses_0_velocity_x,
        masses_0_velocity_y,
        v7,
        v8,
        v9,
        masses_1_velocity_x,
        masses_1_velocity_y,
        masses_2_velocity_x,
        masses_2_velocity_y,
    ) in reversed(tape):
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        masses_2_velocity_y_bar += masses_2_position_y_bar * dt
        dt_bar += (
            masses_2_position_y_bar * masses_2_velocity_y
            + masses_2_position_x_bar * masses_2_velocity_x
        )
        masses_2_velocity_x_bar += masses_2_position_x_bar * dt
        masses_1_velocity_y_bar += masses_1_position_y_bar * dt
        dt_bar += (
            masses_1_position_y_bar * masses_1_velocity_y
            + masses_1_position_x_bar * masses_1_velocity_x
        )
        masses_1_velocity_x_bar += masses_1_position_x_bar * dt
        masses_0_velocity_y_bar += masses_0_position_y_bar * dt
        dt_bar += (
            masses_0_position_y_bar * masses_0_velocity_y
            + masses_0_position_x_bar * masses_0_velocity_x
        )
        masses_0_velocity_x_bar += masses_0_position_x_bar * dt
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        v_bar = -masses_2_velocity_y_bar
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v19 = dt / masses_2_mass
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v20 = springs_1_length / v9
        v21 = 1.0 - v20
        v22 = springs_1_stiffness * v21
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23 = v22 * v8
        v24 = v22 * v7
        v19_bar = v_bar * v23 - masses_2_velocity_x_bar * v24
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v25 = v19_bar / masses_2_mass
        masses_2_mass_bar -= v25 * v19
        v26 = dt / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v23_bar = v_bar * v19 + masses_1_velocity_y_bar * v26
        v26_bar = masses_1_velocity_y_bar * v23 + masses_1_velocity_x_bar * v24
        v24_bar = masses_1_velocity_x_bar * v26 - masses_2_velocity_x_bar * v19
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v27 = v26_bar / masses_1_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v8_bar = v23_bar * v22
        v7_bar = v24_bar * v22
        v22_bar = v23_bar * v8 + v24_bar * v7
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        springs_1_stiffness_bar += v22_bar * v21
        v28 = v22_bar * springs_1_stiffness / v9
        v9_bar = v28 * v20
        springs_1_length_bar -= v28
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v9 = v9 if v9 != 0 else 1.0
        v7_bar += v9_bar * (v7 / v9)
        v8_bar += v9_bar * (v8 / v9)
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        masses_2_position_y_bar += v8_bar
        masses_2_position_x_bar += v7_bar
        # return Vector(self.x + other.x, self.y + other.y)  [objects.py:73]
        v_bar = -masses_1_velocity_y_bar
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v29 = dt / masses_1_mass
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        v30 = springs_0_length / v3
        v31 = 1.0 - v30
        v32 = springs_0_stiffness * v31
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v33 = v32 * v2
        v34 = v32 * v
        v29_bar = v_bar * v33 - masses_1_velocity_x_bar * v34
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v35 = v29_bar / masses_1_mass
        masses_1_mass_bar -= v27 * v26 + v35 * v29
        v36 = dt / masses_0_mass
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v33_bar = v_bar * v29 + masses_0_velocity_y_bar * v36
        v36_bar = masses_0_velocity_y_bar * v33 + masses_0_velocity_x_bar * v34
        v34_bar = masses_0_velocity_x_bar * v36 - masses_1_velocity_x_bar * v29
        # self.velocity += (dt / self.mass) * force  [objects.py:93]
        v37 = v36_bar / masses_0_mass
        dt_bar += v25 + v27 + v35 + v37
        masses_0_mass_bar -= v37 * v36
        # return Vector(scale * self.x, scale * self.y)  [objects.py:79]
        v2_bar = v33_bar * v32
        v_bar = v34_bar * v32
        v32_bar = v33_bar * v2 + v34_bar * v
        # force = self.stiffness * (1.0 - self.length / abs(apart)) * apart  [objects.py:114]
        springs_0_stiffness_bar += v32_bar * v31
        v38 = v32_bar * springs_0_stiffness / v3
        v3_bar = v38 * v30
        springs_0_length_bar -= v38
        # return math.hypot(self.x, self.y)  [objects.py:82]
        v3 = v3 if v3 != 0 else 1.0
        v_bar += v3_bar * (v / v3)
        v2_bar += v3_bar * (v2 / v3)
        # return Vector(self.x - other.x, self.y - other.y)  [objects.py:76]
        masses_1_position_y_bar += v2_bar - v8_bar
        masses_0_position_y_bar -= v2_bar
        masses_1_position_x_bar += v_bar - v7_bar
        masses_0_position_x_bar -= v_bar
    return y, (
        instance(
            type(system),
            masses=[
                instance(
                    type(system.masses[0]),
                    mass=masses_0_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_0_position_x_bar,
                        y=masses_0_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_0_velocity_x_bar,
                        y=masses_0_velocity_y_bar,
                    ),
                ),
                instance(
                    type(system.masses[0]),
                    mass=masses_1_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_1_position_x_bar,
                        y=masses_1_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_1_velocity_x_bar,
                        y=masses_1_velocity_y_bar,
                    ),
                ),
                instance(
                    type(system.masses[0]),
                    mass=masses_2_mass_bar,
                    position=instance(
                        type(system.masses[0].position),
                        x=masses_2_position_x_bar,
                        y=masses_2_position_y_bar,
                    ),
                    velocity=instance(
                        type(system.masses[0].position),
                        x=masses_2_velocity_x_bar,
                        y=masses_2_velocity_y_bar,
                    ),
                ),
            ],
            springs=[
                instance(
                    type(system.springs[0]),
                    first=None,
                    second=None,
                    stiffness=springs_0_stiffness_bar,
                    length=springs_0_length_bar,
                ),
                instance(
                    type(system.springs[0]),
                    first=None,
                    second=None,
                    stiffness=springs_1_stiffness_bar,
                    length=springs_1_length_bar,
                ),
            ],
            time=0.0,
        ),
        dt_bar,
    )
