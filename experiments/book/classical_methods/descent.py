"""Runs of the classical methods: each a path, of which some points are the rows."""

import math
import time

import numpy as np
from keras import ops

from custom.optimizers import GradientDescent, Nesterov, PolyakHeavyBall, minimize, newton, polyak_parameters
from experiments import engine
from experiments.book.classical_methods.problems import STARTS, SURFACES, trap
from experiments.errors import Diverged
from experiments.seeds import derive

NEAR = 1e-6  # of the first distance: when a method has arrived


def gradient_descent(condition):
    """Return gradient descent with the best constant rate for eigenvalues from 1 to `condition`."""
    return GradientDescent(2 / (condition + 1))


def heavy_ball(condition):
    """Return Polyak's heavy ball with his parameters."""
    return PolyakHeavyBall(*polyak_parameters(1, condition))


def nesterov(condition):
    """Return Nesterov's method with the parameters of the textbooks, for any strongly convex function."""
    root = math.sqrt(condition)
    return Nesterov(1 / condition, (root - 1) / (root + 1))


def nesterov_quadratic(condition):
    """Return Nesterov's method with the parameters that are best for quadratics."""
    root = math.sqrt(3 * condition + 1)
    return Nesterov(4 / (3 * condition + 1), (root - 2) / (root + 2))


METHODS = {f.__name__: f for f in (gradient_descent, heavy_ball, nesterov, nesterov_quadratic)}


def rates(condition):
    """Return by which factor the distance shrinks in a step in the end, by the theory, of each method."""
    root = math.sqrt(condition)
    return {
        "gradient_descent": (condition - 1) / (condition + 1),
        "heavy_ball": (root - 1) / (root + 1),
        "nesterov": 1 - 1 / root,
        "nesterov_quadratic": 1 - 2 / math.sqrt(3 * condition + 1),
    }


def converge(job):
    """Minimise `x' H x / 2`, H's eigenvectors drawn at random, from a point equally far along each of them."""
    s = job.settings
    eigenvalues = 1 + (s.condition - 1) * job.dataset.x_train[:, 0].astype("float64")
    draw = np.random.default_rng(derive(job.seed, "eigenvectors"))
    vectors, _ = np.linalg.qr(draw.normal(size=(len(eigenvalues), len(eigenvalues))))
    hessian = vectors * eigenvalues @ vectors.T
    fast = s.variant != "gradient_descent"
    each = math.ceil(s.lengths * (math.sqrt(s.condition) if fast else s.condition / 10) / s.epochs)

    def rows():
        began = time.perf_counter()
        found = minimize(
            lambda x: 0.5 * ops.sum(x * ops.matmul(hessian, x)),
            vectors.sum(axis=1),
            lambda: job.variant(s.condition),
            steps=each * s.epochs,
            tolerance=0,
            gradient=lambda x: ops.matmul(hessian, x),
        )
        distance = np.linalg.norm(found.path, axis=1)
        distance /= distance[0]
        arrived = {"arrived": int(np.argmax(distance <= NEAR))} if distance[-1] <= NEAR else {}
        for row in rows_of(s.epochs, each, began):
            yield row | {"distance": float(distance[row["steps"]])} | (arrived if row["epoch"] == s.epochs else {})

    return engine.Computation(rows(), {"parameters": len(eigenvalues), "compiler": "none"})


TRAPPED = {
    "heavy_ball": lambda: PolyakHeavyBall(*polyak_parameters(1, 25)),
    "nesterov": lambda: Nesterov(1 / 25, 2 / 3),
}


def wander(job):
    """Minimise the function that traps the heavy ball."""
    s = job.settings

    def rows():
        began = time.perf_counter()
        start = job.dataset.x_train[job.seed % STARTS]
        found = minimize(trap, start, job.variant, steps=s.epochs, tolerance=0)
        for row in rows_of(s.epochs, 1, began):
            yield row | {"position": float(found.path[row["steps"], 0])}

    return engine.Computation(rows(), {"parameters": 1, "compiler": "none"})


def _newton(function, start, steps):
    return newton(function, start, steps=steps, tolerance=0)


def _descent(function, start, steps):
    return minimize(function, start, lambda: GradientDescent(1e-3), steps=steps, tolerance=0)


TURNED = {"newton": _newton, "gradient_descent": _descent}


def turn(job):
    """Minimise Rosenbrock's function in its own coordinates, and in others in which a matrix drawn at random maps it.

    `moved` is how far the two paths part, at the same step, both in the first coordinates: a method that does not
    depend on the coordinates takes one path.
    """
    s, surface = job.settings, SURFACES["rosenbrock"]
    draw = np.random.default_rng(derive(job.seed, "coordinates"))
    left, right = (np.linalg.qr(draw.normal(size=(2, 2)))[0] for _ in range(2))
    matrix = left * [1.0, s.stretch] @ right
    start = job.dataset.x_train[job.seed % STARTS].astype("float64")

    def rows():
        began = time.perf_counter()
        plain = job.variant(surface, start, s.epochs)
        turned = job.variant(lambda z: surface(ops.matmul(matrix, z)), np.linalg.solve(matrix, start), s.epochs)
        _finite(turned.path[-1], s.epochs)
        for row in rows_of(s.epochs, 1, began):
            here, there = (path[min(row["steps"], len(path) - 1)] for path in (plain.path, turned.path @ matrix.T))
            yield row | {"moved": float(np.hypot(*(here - there))), "distance": surface.distance(here)}

    return engine.Computation(rows(), {"parameters": 2, "compiler": "none"})


def descend(job):
    """Minimise a surface of the plane from a point near its start."""
    s = job.settings
    surface = SURFACES[s.data.removeprefix("starts_")]
    each = s.steps // s.epochs

    def rows():
        began = time.perf_counter()
        start = job.dataset.x_train[job.seed % STARTS]
        found = minimize(surface, start, lambda: job.variant(s.learning_rate), steps=each * s.epochs, tolerance=0)
        path = found.path
        _finite(found.values[-1], s.epochs)
        for row in rows_of(s.epochs, each, began):
            x, y = path[min(row["steps"], len(path) - 1)]
            value = float(found.values[min(row["steps"], len(path) - 1)])
            found_here = {"x": x, "y": y, "value": value, "distance": surface.distance((x, y))}
            yield row | {name: float(f"{number:.6g}") for name, number in found_here.items()}

    return engine.Computation(rows(), {"parameters": 2, "compiler": "none"})


def rows_of(epochs, each, began):
    """Yield the beginnings of rows: every `each` steps; the time that all took is shared out evenly."""
    seconds = round((time.perf_counter() - began) / epochs, 4)
    for epoch in range(1, epochs + 1):
        yield {"epoch": epoch, "seconds": seconds, "steps": epoch * each}


def _finite(values, epoch):
    worst = float(np.max(np.abs(values)))
    if not worst < 1e10:
        raise Diverged(epoch, "value", worst)
