"""The targets of Lu et al. (2019), section 5: functions on an interval and on a square."""

import math

import numpy as np

from experiments.data.catalogue import computed, declare

CITATION = "Lu, Shin, Su and Karniadakis, Dying ReLU and Initialization, 2020"
POINTS = 3000
FUNCTIONS = {
    "absolute_value": (1, np.abs),
    "x_sin_5x": (1, lambda x: x * np.sin(5 * x)),
    "step_sin_5x": (1, lambda x: (x > 0) + 0.2 * np.sin(5 * x)),
    "absolute_value_2d": (2, lambda x: np.abs(np.stack([x[:, 0] + x[:, 1], x[:, 0] - x[:, 1]], axis=1))),
}


def function(name):
    """Draw 3,000 points `(n, d)` of [-sqrt(3), sqrt(3)]^d to train on, as many to test, in float32, with targets."""
    dimensions, target = FUNCTIONS[name]
    draw = np.random.default_rng(0)
    x = draw.uniform(-math.sqrt(3), math.sqrt(3), (2, POINTS, dimensions)).astype("float32")
    y = [target(part.astype("float64")).astype("float32").reshape(POINTS, -1) for part in x]
    return x[0], y[0], x[1], y[1]


ENTRY = computed(function, CITATION, "a function on [-sqrt(3), sqrt(3)]^d")
for name in FUNCTIONS:
    declare(name, ENTRY)
