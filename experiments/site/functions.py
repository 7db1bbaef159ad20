"""Plots of activation layers: function and derivative, computed by the layer itself in float64."""

import dataclasses
import inspect

import numpy as np
from keras import ops

from experiments.report.blocks import Picture
from experiments.report.figures import COLOURS
from experiments.site.parameters import parameters

END, STEP = 6, 1 / 32  # the kinks that papers choose (0, +-1, +-3) are multiples of the step
GRID = np.arange(-END, END + STEP / 2, STEP)
DRAWS, SEED = 4000, 0
LEGEND = dict(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False, borderaxespad=0.2)
SHOWN = (-2.0, 0.0, 2.0)


@dataclasses.dataclass(frozen=True)
class Curve:
    """A line over `GRID`, with its values half a step further on, which tell a jump from a steep slope."""

    y: np.ndarray
    middle: np.ndarray

    def at(self, x):
        return float(self.y[round((x + END) / STEP)])

    def path(self):
        """Return the line's points, broken by NaN where it jumps; the ends there: its values, and the others."""
        step, mean = np.diff(self.y), (self.y[1:] + self.y[:-1]) / 2
        jumps = (np.abs(step) > 0.05) & (np.abs(self.middle - mean) > 0.45 * np.abs(step))
        points, filled, empty = [], [], []
        for i, (x, y) in enumerate(zip(GRID, self.y, strict=True)):
            points.append((x, y))
            if i == len(jumps) or not jumps[i]:
                continue
            after = (GRID[i + 1], self.y[i + 1])
            if abs(self.middle[i] - y) < abs(self.middle[i] - after[1]):  # the jump is at the next point
                end = (after[0], 2 * self.middle[i] - y)
                points += [end, (after[0], np.nan)]
                filled.append(after)
            else:
                end = (x, 2 * self.middle[i] - after[1])
                points += [(x, np.nan), end]
                filled.append((x, y))
            empty.append(end)
        return tuple(np.round(np.reshape(part, (-1, 2)).astype(float), 4).T for part in (points, filled, empty))


def picture(name, cls):
    """Return the plot of an activation layer that keeps its input's shape and needs no argument, or None."""
    layer = _layer(cls)
    if layer is None or not callable(getattr(layer, "derivative", None)):
        return None
    function = _curve(layer)
    if function is None:
        return None
    alone = np.array_equal(function.y, _evaluate(layer, GRID, beside=1.0), equal_nan=True)
    try:
        derivative = _curve(layer.derivative)
    except NotImplementedError:
        derivative = None
    draws = _draws(layer) if alone else None
    jumps = any(curve.path()[1].size for curve in (function, derivative) if curve)
    alt, caption = _alt(name, function, derivative), _caption(name, cls, alone, derivative, draws, jumps)
    return Picture(name, alt, caption, lambda axes: _draw(axes, function, derivative, draws))


def _layer(cls):
    """Return a layer with default arguments, in float64, with a fixed seed; None where an argument has no default."""
    arguments = parameters(cls)
    if any(p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in arguments.values()):
        return None
    return cls(dtype="float64", **({"seed": SEED} if "seed" in arguments else {}))


def _evaluate(function, x, beside=0.0):
    """Return the first column of the function of two columns, x and a constant, or None where the shape changes."""
    inputs = np.stack([x, np.full_like(x, beside)], axis=1)
    outputs = ops.convert_to_numpy(function(ops.convert_to_tensor(inputs)))
    return outputs[:, 0] if outputs.shape == inputs.shape else None


def _curve(function):
    y = _evaluate(function, GRID)
    return None if y is None else Curve(y, _evaluate(function, GRID[:-1] + STEP / 2))


def _draws(layer):
    """Return training-time outputs, one row for each point of the grid; None where training changes nothing."""
    if "training" not in inspect.signature(layer.call).parameters:
        return None
    inputs = np.repeat(GRID[:, None], DRAWS, axis=1)
    drawn = ops.convert_to_numpy(layer(ops.convert_to_tensor(inputs), training=True))
    settled = ops.convert_to_numpy(layer(ops.convert_to_tensor(inputs), training=False))
    return None if np.array_equal(drawn, settled) else np.round(drawn, 4)


def _draw(axes, function, derivative, draws):
    if draws is not None:
        x, draws = GRID[::4], draws[::4]
        low, high = np.round(np.quantile(draws, (0.05, 0.95), axis=1), 4)
        axes.fill_between(x, low, high, color=COLOURS[0], alpha=0.18, lw=0, label="90 % of the draws")
        axes.plot(x, draws[:, 0], ls="none", marker=".", ms=4, color=COLOURS[0], alpha=0.6, label="one draw")
    lines = [(function, "f(x)" if draws is None else "f(x) at test time", "-", COLOURS[0])]
    if derivative is not None:
        lines.append((derivative, "f′(x)", "--", COLOURS[1]))
    for curve, label, dashes, colour in lines:
        (x, y), filled, empty = curve.path()
        axes.plot(x, y, dashes, color=colour, lw=1.8, label=label)
        axes.plot(*empty, ls="none", marker="o", ms=4.5, mfc="white", mec=colour, zorder=3)
        axes.plot(*filled, ls="none", marker="o", ms=4.5, color=colour, zorder=4)
    axes.axhline(0, color="#888888", lw=0.7, zorder=0.5)
    axes.axvline(0, color="#888888", lw=0.7, zorder=0.5)
    axes.set_xlim(-END, END)
    axes.set_xlabel("x")
    handles, labels = axes.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda i: not labels[i].startswith("f"))
    axes.legend([handles[i] for i in order], [labels[i] for i in order], **LEGEND)


def _alt(name, function, derivative):
    values = [f"f({x:g}) = {_number(function.at(x))}" for x in SHOWN]
    if derivative is not None:
        values += [f"f′({x:g}) = {_number(derivative.at(x))}" for x in SHOWN]
    what = "and its derivative " if derivative is not None else ""
    return f"{name} {what}from x = {-END} to {END}: {', '.join(values)}."


def _number(value):
    """Return three digits, and no minus sign at a zero."""
    return f"{round(value, 4) + 0.0:.3g}"


def _caption(name, cls, alone, derivative, draws, jumps):
    settings = ", ".join(
        f"`{p.name}={p.default!r}`".replace("'", '"')
        for p in parameters(cls).values()
        if p.default is not p.empty and p.name != "seed"
    )
    parts = [f"{name} " + ("and its derivative" if derivative is not None else "")]
    if settings:
        parts[0] += f" with the defaults {settings}"
    if not alone:
        parts.append("the first of two outputs over its own input, the other input being 0")
    if draws is not None:
        parts.append(
            f"band: the middle 90 % of {DRAWS:,} draws at each x while training; dots: one draw at each x (seed {SEED})"
        )
    text = "; ".join(" ".join(part.split()) for part in parts) + "."
    return text + " Where a line jumps, the filled dot is its value." * jumps
