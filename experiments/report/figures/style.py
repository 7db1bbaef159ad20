"""Parts that all figures share: colours that stay apart, files that do not change by themselves, axes, curves."""

import pathlib

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from experiments.errors import DeclarationError, nearest

# Okabe and Ito's colours, which stay apart under the common forms of colour blindness; markers and
# dashes repeat the distinction for print in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 3)))
STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "svg.hashsalt": "experiments",
    "svg.fonttype": "path",
}


class Figure:
    """The contract of a figure that a paper declares.

    A figure names its `experiment`; `picture(evidence)` returns a `Picture`, or `None` where there is nothing
    to draw. What it says beyond labels and names of quantities stands in the paper's text, `[figures]`, under
    `text`, with the parts that `words` names.
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


def style(experiment, variant):
    """Return colour, marker and dashes of a variant: its place in the experiment, in every figure."""
    i = list(experiment.variants).index(variant)
    return {"color": COLOURS[i % 8], "marker": MARKERS[i % 8], "linestyle": DASHES[i % 8]}


def save(draw, folder, name):
    """Write a drawing as `<name>.svg` and `<name>.png`, without anything that changes by itself."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(6.3, 3.7), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
        figure.savefig(folder / f"{name}.png", dpi=150, metadata={"Software": None})


def log_axis(axes, name):
    """Make an axis logarithmic, with plain numbers: at 1, 2 and 5 of each decade, or at 1 where it spans more than two.

    Where it spans less than a factor of 4 they are equally far apart, as on a linear axis.
    """
    getattr(axes, f"set_{name}scale")("log")
    axes.autoscale_view()
    axis = axes.xaxis if name == "x" else axes.yaxis
    low, high = axis.get_view_interval()
    few = MaxNLocator(6) if high < 4 * low else None
    axis.set_major_locator(few or LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def from_zero(axes):
    """Begin the vertical axis at 0, unless all that is drawn would then lie in its upper half, a thin band."""
    bottom, top = axes.get_ylim()
    if bottom < top / 2:
        axes.set_ylim(bottom=0)


def legend(axes):
    """Put the legend above the plot, in as many columns as fit."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, borderaxespad=0.2)


def curves_of(evidence, variant, column):
    """Return a column of the history over the epochs: a dictionary for each seed that has it."""
    curves = [
        {row["epoch"]: row[column] for row in record["history"] if column in row}
        for record in evidence.done(variant).values()
    ]
    return [curve for curve in curves if curve]


def draw_mean(axes, curves, scale, label, look, markevery=None):
    """Draw the mean of the seeds' curves as a line, their range as a band, over the epochs that all have."""
    epochs = sorted(set.intersection(*(set(curve) for curve in curves)))
    values = np.array([[curve[epoch] for epoch in epochs] for curve in curves]) * scale
    every = markevery or max(1, len(epochs) // 10)
    axes.plot(epochs, values.mean(0), label=label, markevery=every, ms=4, lw=1.4, **look)
    axes.fill_between(epochs, values.min(0), values.max(0), color=look["color"], alpha=0.18, lw=0)


def counted(found):
    """Return how many seeds lists of curves have, in words: `3`, or `2–3` where they differ."""
    counts = sorted({len(curves) for curves in found})
    return "–".join(map(str, dict.fromkeys([counts[0], counts[-1]])))
