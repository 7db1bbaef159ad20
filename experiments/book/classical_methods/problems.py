"""What is minimised: quadratics of a given condition, a function that traps the heavy ball, surfaces of the plane.

The surfaces of `PICTURED` are those behind the book's figures 2 and 3, and a saddle.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from keras import ops

from experiments.data.catalogue import computed, declare

BOOK = "Faria, Aprendizado de Máquina, Universidade de Brasília, 2025"
STARTS = 64  # of each surface; the first one is drawn in the figures


@dataclasses.dataclass(frozen=True)
class Surface:
    """A function of the plane.

    Attributes:
        of: from x and y, tensors or arrays, to the value.
        minima: where it is 0.
        start: where most paths begin; the others begin near it.
        window: what a figure shows, `(left, right, bottom, top)`.
    """

    of: Callable
    minima: tuple
    start: tuple
    window: tuple

    def __call__(self, point):
        return self.of(point[0], point[1])

    def distance(self, point):
        """Return how far the nearest minimum is."""
        return min(float(np.hypot(*(np.asarray(point) - m))) for m in self.minima)


SURFACES = {
    "ravine": Surface(lambda x, y: 0.5 * (x * x + 50 * y * y), ((0, 0),), (-8, 2), (-9.5, 3, -3, 3)),
    "rosenbrock": Surface(lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2, ((1, 1),), (-1.5, 2), (-2.2, 2.2, -1, 3)),
    "beale": Surface(
        lambda x, y: (1.5 - x * (1 - y)) ** 2 + (2.25 - x * (1 - y * y)) ** 2 + (2.625 - x * (1 - y**3)) ** 2,
        ((3, 0.5),),
        (1, 1.5),
        (-0.5, 4.5, -1, 2.2),
    ),
    "himmelblau": Surface(
        lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
        ((3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848127)),
        (0, -0.5),
        (-5.5, 5.5, -5.5, 5.5),
    ),
}


def line():
    """Return 100 points `x, y` near a line, which least squares fits."""
    draw = np.random.default_rng(0)
    x = draw.uniform(-2, 2, 100)
    return x, 1.5 * x - 0.5 + draw.normal(0, 0.6, 100)


def _fit():
    """Return half the mean squared error of the line `y = a x + b` by a and b, and where it is least."""
    x, y = line()
    rows = np.stack([x, np.ones_like(x)], axis=1)
    best = np.linalg.lstsq(rows, y, rcond=None)[0]
    hessian, rest = rows.T @ rows / len(x), 0.5 * float(np.mean((rows @ best - y) ** 2))

    def of(a, b):
        a, b = a - best[0], b - best[1]
        return rest + 0.5 * (hessian[0, 0] * a * a + 2 * hessian[0, 1] * a * b + hessian[1, 1] * b * b)

    return of, tuple(best)


def _waves(x, y):
    return 0.1 * (x * x + y * y) + 2 - ops.cos(1.5 * x) - ops.cos(1.5 * y)


FIT, BEST = _fit()
SQUARE, HILL = (-4.5, 4.5, -4.5, 4.5), (-2.7, 2.7)  # a hill of the waves is at (-2.3, 2.3)
PICTURED = {
    "bowl": Surface(lambda x, y: 0.1 * (x * x + y * y), ((0, 0),), HILL, SQUARE),
    "waves": Surface(_waves, ((0, 0),), HILL, SQUARE),
    "saddle": Surface(
        lambda x, y: 0.5 * x * x + 0.25 * y**4 - 0.5 * y * y, ((0, 1), (0, -1)), (1.4, 1e-4), (-0.6, 1.6, -1.5, 1.5)
    ),
    "fit": Surface(FIT, (BEST,), (-1.5, 2.0), (-2, 3, -2, 3)),
}


def trap(x):
    """Return a function, strongly convex, whose slope is 25 x, from 1 on x + 24, from 2 on 25 x - 24.

    On it the heavy ball with the parameters that are best for a quadratic of curvatures 1 to 25 runs round a cycle of
    three points for ever.
    """
    middle, far = 0.5 * x * x + 24 * x - 12, 12.5 * x * x - 24 * x + 36
    return ops.sum(ops.where(x < 1, 12.5 * x * x, ops.where(x < 2, middle, far)))


def _points(name):
    """Return starting points near a surface's own, which comes first."""
    surface = {**SURFACES, **PICTURED}[name.removeprefix("starts_")]
    left, right, bottom, top = surface.window
    spread = 0.02 * np.array([right - left, top - bottom])
    x = np.array(surface.start) + np.random.default_rng(0).normal(size=(STARTS, 2)) * spread
    x[0] = surface.start
    return _twice(x)


def _positions(name):
    """Return 50 equidistant numbers from 0 to 1: where each eigenvalue lies between the smallest and the largest."""
    return _twice(np.linspace(0, 1, 50)[:, None])


def _near(name):
    """Return starting points of the heavy ball between 3.25 and 3.35, the first one 3.3."""
    x = np.random.default_rng(0).uniform(3.25, 3.35, (STARTS, 1))
    x[0] = 3.3
    return _twice(x)


def _across(name):
    """Return starting points on a parabola between 1.8 and 2.2, on the left; the first one -2."""
    x = -np.random.default_rng(0).uniform(1.8, 2.2, (STARTS, 1))
    x[0] = -2.0
    return _twice(x)


def _beside(name):
    """Return starting points beside a saddle: some 1.4 along its ridge, a ten-thousandth off it."""
    draw = np.random.default_rng(0)
    x = np.stack([draw.uniform(1.3, 1.5, STARTS), 1e-4 * draw.uniform(0.5, 2, STARTS)], axis=1)
    x[0] = PICTURED["saddle"].start
    return _twice(x)


def _twice(x):
    x = x.astype("float32")
    y = np.zeros((len(x), 1), "float32")
    return x, y, x, y


for surface in SURFACES:
    declare(f"starts_{surface}", computed(_points, BOOK, f"points to start from, {surface}"))
declare("spectrum", computed(_positions, BOOK, "50 equidistant numbers from 0 to 1"))
declare("starts_trap", computed(_near, BOOK, "points to start from, between 3.25 and 3.35"))
declare("starts_parabola", computed(_across, BOOK, "points to start from, between -2.2 and -1.8"))
declare("starts_bowl", computed(_points, BOOK, "points to start from, bowl"))
declare("starts_saddle", computed(_beside, BOOK, "points to start from, beside a saddle"))
declare("starts_fit", computed(_points, BOOK, "lines to start from"))
