"""Parts that all figures share: the contract of a figure, axes, titles, names at the ends of lines, curves."""

import re
import textwrap

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import Formatter, LogLocator, MaxNLocator, NullFormatter
from scipy.optimize import isotonic_regression

from experiments.errors import DeclarationError, nearest
from experiments.report.figures.looks import GROUND, TEXT, looks_of

TOGETHER = re.compile(r"n = \S+( \S+)?")  # stands in one line
HIGH = 27  # letters of a label beside a vertical axis that stand in one line
WIDE = 62  # letters of a title that stand in one line
BROAD = 44  # letters of a label below a figure with names at its left
ROWS, ROW = 2, 0.19  # of a legend for which a figure has room; height of one more, in inches
ROOM, APART = 24, 0.068  # letters of a name beside a line; how far apart two names are, in heights of the axes


class Figure:
    """The contract of a figure that a paper declares.

    A figure names its `experiment`; `picture(evidence)` returns a `Picture`, or `None` where there is nothing
    to draw. What it says beyond labels, names of quantities and the shared `[captions]` stands in the paper's text,
    `[figures]`, under `text`, with the parts that `words` names.
    """

    kind = ""
    words = ()

    @property
    def text(self):
        """Key of its words in the paper's text."""
        return f"{self.experiment}_{self.kind}"

    def variants(self):
        """Return the variants that the figure names."""
        return ()

    def quantities(self):
        """Return the quantities that it draws."""
        return [self.quantity] if hasattr(self, "quantity") else []

    def check(self, text):
        """Raise a `DeclarationError` where words are missing."""
        for quantity in self.quantities():
            text.quantity(quantity)
        if not self.words:
            return
        found = text.figure(self)
        for part in self.words:
            if part not in found:
                raise DeclarationError(f"the text's [figures.{self.text}] lacks {part}.")
        for part in found:
            if part not in self.words:
                raise DeclarationError(f"the text's [figures.{self.text}] has {part!r}. {nearest(part, self.words)}")


def style(evidence):
    """Return the `Look` of each variant of an experiment: that of its component, in every figure of every paper."""
    return looks_of(evidence.experiment.variants, evidence.paper.components)


def title(axes, words):
    """Write what a figure shows above it."""
    words = textwrap.fill(TOGETHER.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), words), WIDE)
    axes.figure.suptitle(words, x=0.012, ha="left", fontsize=10, fontweight="bold", color=TEXT[0])


def label_y(axes, words):
    """Label the vertical axis, in several lines where it is too short for one."""
    axes.set_ylabel(textwrap.fill(words, HIGH))


def label_x(axes, words):
    """Label the horizontal axis, in several lines where names at its left leave no room for one."""
    axes.set_xlabel(textwrap.fill(words, BROAD))


class Numerals(Formatter):
    """Numbers at the ticks as a language writes them, all with as many decimals."""

    def __init__(self, text, even=True):
        self.text, self.even, self.ticks = text, even, []

    def set_locs(self, locs):
        """Take the places of all ticks."""
        self.ticks = [f"{tick:.9g}" for tick in locs]

    def __call__(self, x, pos=None):
        decimals = max((len(tick.partition(".")[2]) for tick in self.ticks), default=0)
        small = any("e" in tick for tick in self.ticks)
        return self.text.numeral(x, f".{decimals}f" if self.even and not small else "g").replace("-", "−")


def numerals(axes, text, names="xy"):
    """Let the ticks of linear axes be written in the text's language."""
    for name in names:
        (axes.xaxis if name == "x" else axes.yaxis).set_major_formatter(Numerals(text))


def log_axis(axes, name, text=None):
    """Make an axis logarithmic, with plain numbers: at 1, 2 and 5 of each decade, or at 1 where it spans more than two.

    Where it spans less than a factor of 4 they are equally far apart, as on a linear axis.
    """
    getattr(axes, f"set_{name}scale")("log")
    axes.autoscale_view()
    axis = axes.xaxis if name == "x" else axes.yaxis
    low, high = axis.get_view_interval()
    few = MaxNLocator(6) if high < 4 * low else None
    axis.set_major_locator(few or LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)))
    axis.set_major_formatter(Numerals(text, even=False) if text else lambda value, _: f"{value:g}")
    axis.set_minor_formatter(NullFormatter())


def from_zero(axes):
    """Begin the vertical axis at 0, unless something lies below it, or all in the upper half then, a thin band."""
    bottom, top = axes.get_ylim()
    if axes.dataLim.y0 >= 0 and bottom < top / 2:
        axes.set_ylim(bottom=0)


def whole(axis):
    """Put ticks at whole numbers."""
    axis.get_major_locator().set_params(integer=True)


def legend(axes, columns=None):
    """Put the legend below the plot, in as many columns as fit. A long one makes the figure higher."""
    handles, labels = axes.get_legend_handles_labels()
    longest = max((len(label) for label in labels), default=1)
    columns = columns or max(1, min(len(labels), int(400 / (5.2 * longest + 38))))
    width, height = axes.figure.get_size_inches()
    axes.figure.set_size_inches(width, height + ROW * max(0, -(-len(labels) // columns) - ROWS))
    axes.figure.legend(handles, labels, loc="outside lower left", ncols=columns)


def name_lines(axes, ends):
    """Write the names of lines beside their right ends where there is room; else a legend.

    Call it when the limits of the axes are set.

    Args:
        axes: with the lines, which have labels.
        ends: of each line its label, its look as `plot` takes it, and its last value.
    """
    if not ends:
        return
    places = [axes.transAxes.inverted().transform(axes.transData.transform((_x(axes), y)))[1] for _, _, y in ends]
    found = spread(places, APART)
    if found is None or max(len(label) for label, _, _ in ends) > ROOM:
        legend(axes)
        return
    for (label, look, _), y in zip(ends, found, strict=True):
        marker = {"marker": look.get("marker"), "markevery": [1], "markerfacecolor": look.get("markerfacecolor")}
        line = dict(color=look["color"], linestyle=look["linestyle"], lw=1.4, ms=4, **marker)
        axes.add_artist(Line2D([1.012, 1.032, 1.052], [y] * 3, transform=axes.transAxes, clip_on=False, **line))
        axes.text(1.066, y, label, transform=axes.transAxes, va="center_baseline", fontsize=9)


def _x(axes):
    return axes.get_xlim()[1]


def spread(places, apart, most=2.7):
    """Return places, in shares of the axes' height, moved as little as keeps them apart; `None` where it is too much.

    Args:
        places: heights, in any order.
        apart: the smallest distance.
        most: how far one may be moved, in units of `apart`.
    """
    order, n = np.argsort(places, kind="stable"), len(places)
    if (n - 1) * apart > 1:
        return None
    wanted, steps = np.clip(np.array(places, float)[order], 0, 1), apart * np.arange(n)
    moved = isotonic_regression(wanted - steps).x.clip(0, 1 - steps[-1]) + steps
    if np.abs(moved - wanted).max() > most * apart:
        return None
    found = np.empty(n)
    found[order] = moved
    return [float(y) for y in found]


def curves_of(evidence, variant, column):
    """Return a column of the history over the epochs: a dictionary for each seed that has it."""
    curves = [
        {row["epoch"]: row[column] for row in record["history"] if column in row}
        for record in evidence.done(variant).values()
    ]
    return [curve for curve in curves if curve]


def diverged(evidence, variant, column):
    """Return the same of the runs that diverged, as far as they got."""
    runs = [record for record in evidence.runs.get(variant, {}).values() if record["outcome"] == "diverged"]
    curves = [{row["epoch"]: row[column] for row in record["history"] if column in row} for record in runs]
    return [{x: y for x, y in curve.items() if np.isfinite(y)} for curve in curves]


def told_apart(x, log=False, most=400):
    """Return the positions of values, in rising order, that can be told apart on an axis.

    Args:
        x: the values.
        log: whether the axis is logarithmic.
        most: how many stand beside each other at most.
    """
    x = np.asarray(x, float)
    shown = np.flatnonzero(x > 0) if log else np.arange(len(x))  # a logarithmic axis shows nothing else
    if len(shown) < 2:
        return shown
    x = np.log(x[shown]) if log else x
    shares = (x - x[0]) / np.ptp(x)
    first = np.unique(np.floor(shares * (most - 1)), return_index=True)[1]
    return shown[np.union1d(first, len(x) - 1)]


def mean_of(values, geometric):
    """Return the mean over the first axis; of numbers that differ by factors, all above 0, the geometric one."""
    values = np.asarray(values, float)
    if not geometric:
        return values.mean(0)
    factors = np.exp(np.log(np.where(values > 0, values, 1.0)).mean(0))
    return np.where((values > 0).all(0), factors, values.mean(0))


def draw_mean(axes, curves, scale, label, look, markers=10, log=False, geometric=False):
    """Draw the mean of the seeds' curves as a line, their range as a band, over the epochs that all have.

    Args:
        markers: how many stand on the line, about.
        log: whether the horizontal axis will be logarithmic.
        geometric: whether the numbers differ by factors; see `mean_of`.

    Returns:
        The mean's last value.
    """
    epochs = np.array(sorted(set.intersection(*(set(curve) for curve in curves))))
    epochs = epochs[told_apart(epochs, log)]
    values = np.array([[curve[epoch] for epoch in epochs] for curve in curves]) * scale
    middle = mean_of(values, geometric)
    axes.plot(epochs, middle, label=label, markevery=max(1, len(epochs) // markers), ms=4, lw=1.4, **look)
    if len(curves) > 1:
        axes.fill_between(epochs, values.min(0), values.max(0), color=look["color"], alpha=0.18, lw=0)
    return float(middle[-1])


def hollow(look):
    """Return a look with markers that have no filling."""
    return look | {"markerfacecolor": GROUND[0]}


def counted(found):
    """Return how many seeds lists of curves have, in words: `3`, or `2–3` where they differ."""
    counts = sorted({len(curves) for curves in found})
    return "–".join(map(str, dict.fromkeys([counts[0], counts[-1]])))


def bar(axes, y, estimate, colour, lw=2.0, **look):
    """Draw an estimate's interval at a height; where the axes end before it does, it ends in an arrow head."""
    if not estimate.interval:
        return
    low, high = sorted(axes.get_xlim())
    ends = np.clip(estimate.interval, low, high)
    axes.plot(ends, [y, y], color=colour, lw=lw, solid_capstyle="butt", **look)
    for end, beyond, marker in ((low, estimate.low < low, "<"), (high, estimate.high > high, ">")):
        if beyond:
            axes.plot([end], [y], ls="none", marker=marker, ms=6, color=colour, clip_on=False, **look)
