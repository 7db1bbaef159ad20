"""Plots of optimizers: the path of each on one quadratic, from one start, beside plain gradient descent."""

import importlib

import keras
import numpy as np
from keras import ops

from experiments.harness.reference.signature import parameters
from experiments.harness.report.blocks import Picture
from experiments.harness.report.figures import COLOURS

FORMULA = "f(x, y) = (2 x + y)^2 / 10 + 2 (x - 2 y)^2"
START, STEPS, RATE = (-4.0, -0.5), 60, 0.08
X, Y = (-4.6, 2.4), (-2.6, 1.6)  # what the plot shows

# What makes the path readable in this many steps; an optimizer without a row keeps its defaults.
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
}

INNER = "Momentum(learning_rate=0.02)"  # of wrappers such as Lookahead


def objective(x, y):
    return (2 * x + y) ** 2 / 10 + 2 * (x - 2 * y) ** 2


def gradient(x, y):
    along, across = (2 * x + y) / 5, 4 * (x - 2 * y)
    return np.array([2 * along + across, along - 2 * across])


def descent():
    """The path of plain gradient descent, for comparison."""
    points = [np.array(START)]
    for _ in range(STEPS):
        points.append(points[-1] - RATE * gradient(*points[-1]))
    return np.array(points)


def run(optimizer):
    """The points that an optimizer visits, start included."""
    w = keras.Variable(np.array(START), dtype="float64")
    points = [np.array(START)]
    for _ in range(STEPS):
        optimizer.apply([ops.convert_to_tensor(gradient(*points[-1]), dtype="float64")], [w])
        points.append(np.array(ops.convert_to_numpy(w), dtype="float64"))
    return np.array(points)


def settings(name, cls):
    """Arguments for the plot: the row of `SETTINGS` and an inner optimizer where one is asked for.

    None where the class requires an argument for which neither has a value.
    """
    arguments = dict(SETTINGS.get(name, {}))
    for p in parameters(cls).values():
        if p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or p.name in arguments:
            continue
        if p.name not in ("inner", "optimizer"):
            return None
        arguments[p.name] = INNER
    return arguments


def picture(name, cls):
    """The path of an optimizer, or None if it cannot be made without arguments that only a user knows."""
    arguments = settings(name, cls)
    if arguments is None:
        return None
    made = {key: _inner() if value is INNER else value for key, value in arguments.items()}
    exact = run(cls(**made))
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


def _inner():
    return importlib.import_module("custom.optimizers").Momentum(**SETTINGS["Momentum"])


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
