"""What the book's figures 1 to 3 picture, and paths from beside a saddle: by runs, with what theory says of them."""

import time

import numpy as np
from keras import ops

from custom.optimizers import GradientDescent, Momentum, minimize, newton
from experiments import engine
from experiments.book.classical_methods.descent import rows_of
from experiments.book.classical_methods.panels import Landscapes, Saddle, StepSizes, Walks
from experiments.book.classical_methods.problems import BEST, PICTURED, STARTS, line
from experiments.book.classical_methods.quantities import (
    DISTANCE,
    EVALUATIONS,
    FROM_SADDLE,
    GROWTH,
    LATE_DISTANCE,
    RATE,
    VALUE,
)
from experiments.claims import Finding, Ordering, Value
from experiments.seeds import derive
from experiments.spec import Experiment, Integer, Preset

ETA, BETA = 0.2, 0.9  # of all but figure 1
STEP_SIZES = {"too_small": 0.02, "right": 0.3, "too_large": 1.02}
LANDSCAPES = {"convex": "bowl", "non_convex": "waves"}
LEAVING = {
    "gradient_descent": lambda f, x, steps: minimize(f, x, lambda: GradientDescent(ETA), steps=steps, tolerance=0),
    "momentum": lambda f, x, steps: minimize(f, x, lambda: Momentum(ETA, BETA), steps=steps, tolerance=0),
    "newton": lambda f, x, steps: newton(f, x, steps=steps, tolerance=0),
}
BATCHES = {"batch": 100, "mini_batch": 10, "stochastic": 1}


def _start(job):
    return job.dataset.x_train[job.seed % STARTS].astype("float64")


def _computation(job, path, parameters, row):
    """Return a run of which each row is what `row` gives of a point and its step."""
    epochs = job.settings.epochs

    def rows():
        began, points = time.perf_counter(), path()
        for each in rows_of(epochs, job.settings.steps // epochs, began):
            found = row(points[min(each["steps"], len(points) - 1)], each["steps"])
            yield each | {name: float(f"{float(number):.5g}") for name, number in found.items()}

    return engine.Computation(rows(), {"parameters": parameters, "compiler": "none"})


def step(job):
    """Minimise x^2: each step multiplies x by 1 - 2 eta."""

    def path():
        make = dict(optimizer=lambda: GradientDescent(job.variant), steps=job.settings.steps, tolerance=0)
        return minimize(lambda x: ops.sum(x * x), _start(job), **make).path[:, 0]

    return _computation(job, path, 1, lambda x, _: {"position": x, "distance": abs(x)})


def roll(job):
    """Minimise a bowl, or the same with waves, from one point."""
    surface = PICTURED[job.variant]

    def path():
        return minimize(surface, _start(job), lambda: GradientDescent(ETA), steps=job.settings.steps, tolerance=0).path

    return _computation(job, path, 2, lambda p, _: _place(p) | {"value": surface(p), "distance": surface.distance(p)})


def leave(job):
    """Minimise a function with two minima from beside the saddle between them."""
    surface = PICTURED["saddle"]

    def path():
        return job.variant(surface, _start(job), job.settings.steps).path

    def row(p, _):
        return _place(p) | {"from_saddle": np.hypot(*p), "distance": surface.distance(p)}

    return _computation(job, path, 2, row)


def walk(job):
    """Fit a line by gradient descent on some examples a step, drawn anew for each."""
    x, y = line()
    rows, draw = np.stack([x, np.ones_like(x)], axis=1), np.random.default_rng(derive(job.seed, "order"))

    def gradient(p):
        chosen = draw.choice(len(x), job.variant, replace=False)
        return rows[chosen].T @ (rows[chosen] @ ops.convert_to_numpy(p) - y[chosen]) / job.variant

    def path():
        make = dict(optimizer=lambda: GradientDescent(ETA), steps=job.settings.steps, tolerance=0)
        return minimize(PICTURED["fit"], _start(job), gradient=gradient, **make).path

    def row(p, steps):
        return _place(p) | {"distance": np.hypot(*(p - BEST)), "evaluations": steps * job.variant}

    return _computation(job, path, 2, row)


def _place(point):
    return {"x": point[0], "y": point[1]}


def experiment(name, variants, train, data, steps, seeds, rows=None):
    """Return an experiment whose preset `paper` takes these steps; `quick` takes few."""
    settings = dict(data=data, epochs=rows or steps, steps=steps)
    presets = {"quick": Preset(settings | dict(epochs=4, steps=4), 1), "paper": Preset(settings, seeds)}
    domains = dict(steps=Integer(1, 100_000))
    return Experiment(name, variants, train, presets, protocol=("general", name), domains=domains)


EXPERIMENTS = (
    experiment("step_sizes", STEP_SIZES, step, "starts_parabola", 20, 3),
    experiment("landscapes", LANDSCAPES, roll, "starts_bowl", 120, 3, rows=40),
    experiment("batches", BATCHES, walk, "starts_fit", 40, 5),
    experiment("saddle", LEAVING, leave, "starts_saddle", 60, 3),
)


def waves_minimum():
    """Return the height of the waves' minimum in the corner: where 0.2 x + 1.5 sin 1.5x is 0, by Newton's method."""
    x = 3.8
    for _ in range(20):
        x -= (0.2 * x + 1.5 * np.sin(1.5 * x)) / (0.2 + 2.25 * np.cos(1.5 * x))
    return float(2 * (0.1 * x * x + 1 - np.cos(1.5 * x)))


def fastest():
    """Return by which factor momentum leaves a saddle of curvature -1: the larger root of its recursion."""
    return float(np.roots([1, -(1 + BETA + ETA), BETA]).max())


def claim(name, experiment, variant, quantity, value, tolerance):
    """The claim that a number of a variant is the one of the theory."""
    place = dict(experiment=experiment, variant=variant, quantity=quantity, presets=("paper",))
    return Value(name=name, value=value, tolerance=tolerance, **place)


def nearer(variant, *others):
    """The claim that gradients over more examples end nearer the minimum."""
    place = dict(experiment="batches", quantity=LATE_DISTANCE, presets=("paper",), text="nearer")
    return Ordering(name=f"nearer_{variant}", lower=variant, higher=others, **place)


FINDINGS = (
    Finding(
        "step_sizes",
        tuple(
            claim(f"step_{variant}", "step_sizes", variant, RATE, abs(1 - 2 * eta), 0.001)
            for variant, eta in STEP_SIZES.items()
        ),
        kind="confirmation",
    ),
    Finding(
        "landscapes",
        (
            claim("bowl", "landscapes", "convex", VALUE, 0.0, 0.001),
            claim("waves", "landscapes", "non_convex", VALUE, waves_minimum(), 0.001),
        ),
        kind="confirmation",
    ),
    Finding("batches", (nearer("batch", "mini_batch", "stochastic"), nearer("mini_batch", "stochastic"))),
    Finding(
        "saddle",
        (
            claim("descent_leaves", "saddle", "gradient_descent", GROWTH, 1 + ETA, 0.005),
            claim("momentum_leaves", "saddle", "momentum", GROWTH, fastest(), 0.005),
            claim("newton_stays", "saddle", "newton", FROM_SADDLE, 0.0, 1e-6),
        ),
        kind="confirmation",
    ),
)
RESULTS = {
    "step_sizes": (RATE, DISTANCE),
    "landscapes": (VALUE, DISTANCE),
    "batches": (LATE_DISTANCE, EVALUATIONS),
    "saddle": (GROWTH, FROM_SADDLE, DISTANCE),
}
FIGURES = (
    StepSizes("step_sizes", STEP_SIZES),
    Landscapes("landscapes", LANDSCAPES),
    Walks("batches"),
    Saddle("saddle", {"gradient_descent": 1 + ETA, "momentum": fastest()}),
)
