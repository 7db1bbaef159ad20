"""Plots of optimizers: the path of each on one quadratic, from one start, beside plain gradient descent."""

import importlib

import keras
import numpy as np
from keras import ops

from experiments.report.blocks import Picture
from experiments.report.figures import COLOURS
from experiments.site.parameters import parameters

FORMULA = "f(x, y) = (2 x + y)^2 / 10 + 2 (x - 2 y)^2"
START, STEPS, RATE = (-4.0, -0.5), 60, 0.08
X, Y = (-4.6, 2.4), (-2.6, 1.6)  # what the plot shows

# Settings that were chosen by hand, so that the path is readable in this many steps; for another optimizer `settings`
# chooses the learning rate.
SETTINGS = {
    "GradientDescent": {"learning_rate": RATE},
    "Momentum": {"learning_rate": 0.02},
    "Nesterov": {"learning_rate": 0.02},
    "PolyakHeavyBall": {"learning_rate": 0.05, "beta": 0.7},
    "AdaGrad": {"learning_rate": 1.0},
    "AdaDelta": {"epsilon": 0.01},
    "RMSProp": {"learning_rate": 0.15},
    "Adam": {"learning_rate": 0.3},
    "AdaMax": {"learning_rate": 0.5},
    "Nadam": {"learning_rate": 0.3},
    "AdamW": {"learning_rate": 0.3, "weight_decay": 0.005},
    "SGDW": {"learning_rate": 0.02, "weight_decay": 0.002},
    "RAdam": {"learning_rate": 0.08, "beta_2": 0.9},
    "Lion": {"learning_rate": 0.075},
    "Yogi": {"learning_rate": 0.1},
    "AdaBelief": {"learning_rate": 0.3},
}

RATES = (None, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # None: the default
INNER = "Momentum(learning_rate=0.02)"  # of wrappers such as Lookahead


def objective(x, y):
    """Return the quadratic's value."""
    return (2 * x + y) ** 2 / 10 + 2 * (x - 2 * y) ** 2


def gradient(x, y):
    """Return the quadratic's gradient."""
    along, across = (2 * x + y) / 5, 4 * (x - 2 * y)
    return np.array([2 * along + across, along - 2 * across])


def descent():
    """Return the path of plain gradient descent, for comparison."""
    points = [np.array(START)]
    for _ in range(STEPS):
        points.append(points[-1] - RATE * gradient(*points[-1]))
    return np.array(points)


def run(optimizer):
    """Return the points that an optimizer visits, start included."""
    w = keras.Variable(np.array(START), dtype="float64")
    points = [np.array(START)]
    for _ in range(STEPS):
        optimizer.apply([ops.convert_to_tensor(gradient(*points[-1]), dtype="float64")], [w])
        points.append(np.array(ops.convert_to_numpy(w), dtype="float64"))
    return np.array(points)


def settings(name, cls):
    """Return the arguments for the plot: the row of `SETTINGS`, an inner optimizer where one is asked for.

    Where there is no row, the learning rate is the one of `RATES` whose path stays in view and ends lowest.
    `None` where the class requires an argument for which there is no value.
    """
    arguments, known = dict(SETTINGS.get(name, {})), parameters(cls)
    for p in known.values():
        if p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or p.name in arguments:
            continue
        if p.name in ("inner", "optimizer"):
            arguments[p.name] = INNER
        elif p.name != "learning_rate" or name in SETTINGS:
            return None
    if name in SETTINGS or "learning_rate" not in known:
        return arguments
    tried = [{} if rate is None else {"learning_rate": rate} for rate in RATES]
    if known["learning_rate"].default is known["learning_rate"].empty:
        tried = tried[1:]
    return arguments | min(tried, key=lambda rate: _height(cls, arguments | rate))


def _height(cls, arguments):
    """Return how high the path ends; infinity where it leaves the view."""
    path = run(made(cls, arguments))
    seen = [(low <= path[:, axis]).all() and (path[:, axis] <= high).all() for axis, (low, high) in enumerate((X, Y))]
    return float(objective(*path[-1])) if all(seen) else np.inf


def made(cls, arguments):
    """Return the optimizer with these arguments."""
    inner = importlib.import_module("custom.optimizers").Momentum(**SETTINGS["Momentum"])
    return cls(**{key: inner if value is INNER else value for key, value in arguments.items()})


def picture(name, cls):
    """Return the path of an optimizer, or `None` if it cannot be made without arguments that only a user knows."""
    arguments = settings(name, cls)
    if arguments is None:
        return None
    exact = run(made(cls, arguments))
    path, plain = np.round(exact, 4), np.round(descent(), 4)
    words = ", ".join(f"`{key}={value}`" for key, value in arguments.items()) or "default arguments"
    end, value = exact[-1], float(objective(*exact[-1]))
    return Picture(
        name,
        f"Path of {name} over the contours of a quadratic: from ({START[0]:g}, {START[1]:g}) to "
        f"({_number(end[0])}, {_number(end[1])}) in {STEPS} steps; its minimum is (0, 0).",
        f"{STEPS} steps of {name}, {words}, on `{FORMULA}`, whose curvatures are 1 and 20, from "
        f"({START[0]:g}, {START[1]:g}); f falls from {objective(*START):.3g} to {value:.2g}. "
        + f"Grey: gradient descent, learning rate {RATE}. " * (not np.array_equal(path, plain))
        + "The plot shows how the rule moves; a ranking it is not.",
        lambda axes: _draw(axes, name, path, plain),
    )


def _number(value):
    return f"{round(float(value), 2) + 0.0:g}"


def _draw(axes, name, path, plain):
    x, y = np.meshgrid(np.linspace(*X, 141), np.linspace(*Y, 85))
    levels = [0.1, 0.5, 2, 6, 15, 30, 60]
    axes.contour(x, y, np.round(objective(x, y), 4), levels=levels, colors="#bbbbbb", linewidths=0.8)
    if not np.array_equal(path, plain):
        axes.plot(*plain.T, color="#888888", lw=1, marker=".", ms=3, label="gradient descent")
    axes.plot(*path.T, color=COLOURS[0], lw=1.4, marker="o", ms=3, label=name)
    axes.plot(*START, ls="none", marker="s", ms=6, color="#000000", label="start")
    axes.plot(0, 0, ls="none", marker="*", ms=11, color=COLOURS[1], zorder=4, label="minimum")
    axes.set(xlim=X, ylim=Y, xlabel="x", ylabel="y", aspect="equal")
    axes.grid(visible=False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False, borderaxespad=0.2)
