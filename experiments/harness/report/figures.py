"""Figures, drawn from evidence. The same records give the same bytes, as SVG and PNG."""

import dataclasses
import pathlib

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.blocks import Picture
from experiments.harness.statistics import mean_interval

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


def style(experiment, variant):
    """Colour, marker and dashes of a variant: its place in the experiment, in every figure."""
    i = list(experiment.variants).index(variant)
    return {"color": COLOURS[i % 8], "marker": MARKERS[i % 8], "linestyle": DASHES[i % 8]}


def save(draw, folder, name):
    """Write a drawing as `<name>.svg` and `<name>.png`, without anything that changes by itself."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.3, 3.7), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
        figure.savefig(folder / f"{name}.png", dpi=150, metadata={"Software": None})


def log_axis(axes, name):
    """A logarithmic axis with plain numbers: at 1, 2 and 5 of each decade, or at 1 where it spans more than two."""
    getattr(axes, f"set_{name}scale")("log")
    axes.autoscale_view()
    axis = axes.xaxis if name == "x" else axes.yaxis
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def legend(axes):
    """The legend above the plot, in as many columns as fit."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, borderaxespad=0.2)


def axis_label(quantity):
    return f"{quantity.label} ({quantity.unit})" if quantity.unit else quantity.label


@dataclasses.dataclass(frozen=True)
class LearningCurves:
    """A column of the history over the epochs: mean of the seeds, with their range as a band."""

    experiment: str
    quantity: str
    log: bool = False

    def picture(self, evidence):
        quantity = QUANTITIES[self.quantity]
        column = {v: self._curves(evidence, v) for v in evidence.experiment.variants if self._curves(evidence, v)}
        if not column:
            return None
        counts = sorted({len(curves) for curves in column.values()})
        n = "–".join(map(str, dict.fromkeys([counts[0], counts[-1]])))

        def draw(axes):
            for variant, curves in column.items():
                epochs = sorted(set.intersection(*(set(c) for c in curves)))
                values = np.array([[c[e] for e in epochs] for c in curves]) * quantity.scale
                look = style(evidence.experiment, variant)
                every = max(1, len(epochs) // 10)
                axes.plot(epochs, values.mean(0), label=evidence.labels[variant], markevery=every, ms=4, lw=1.4, **look)
                axes.fill_between(epochs, values.min(0), values.max(0), color=look["color"], alpha=0.18, lw=0)
            axes.set_xlabel("Epoch")
            axes.set_ylabel(axis_label(quantity))
            if self.log:
                log_axis(axes, "y")
            else:
                axes.set_ylim(bottom=0)
            axes.xaxis.get_major_locator().set_params(integer=True)
            legend(axes)

        final = ", ".join(
            f"{evidence.labels[v]} {quantity.number(np.mean([c[max(c)] for c in curves]))}"
            for v, curves in column.items()
        )
        unit = f" {quantity.unit}" if quantity.unit else ""
        band = (
            f"Lines: mean of n = {n} seeds; bands: from the smallest to the largest of them."
            if counts[-1] > 1
            else "One seed each."
        )
        return Picture(
            f"{self.experiment}_{self.quantity}_curves",
            f"{quantity.label} over epochs, one line per variant. Last values{unit and ' in' + unit}: {final}.",
            f"{quantity.label} after each epoch, {evidence.experiment.title}, preset {evidence.preset}. {band}",
            draw,
        )

    def _curves(self, evidence, variant):
        curves = [
            {row["epoch"]: row[self.quantity] for row in record["history"] if self.quantity in row}
            for record in evidence.done(variant).values()
        ]
        return [curve for curve in curves if curve]


@dataclasses.dataclass(frozen=True)
class FinalValues:
    """A quantity of the finished runs: every seed as a point, the mean and its 95 % interval."""

    experiment: str
    quantity: str

    def picture(self, evidence):
        quantity = QUANTITIES[self.quantity]
        values = {v: evidence.values(v, self.quantity) for v in evidence.experiment.variants}
        values = {v: np.array(list(by_seed.values())) * quantity.scale for v, by_seed in values.items() if by_seed}
        if not values:
            return None
        everything = np.concatenate(list(values.values()))
        spread = float(np.ptp(everything)) or abs(float(everything[0])) or 1.0
        low, high = everything.min() - 0.5 * spread, everything.max() + 0.5 * spread
        estimates = {v: mean_interval(x) for v, x in values.items()}
        clipped = any(e.interval and (e.low < low or e.high > high) for e in estimates.values())

        def draw(axes):
            for y, (variant, x) in enumerate(values.items()):
                look, estimate = style(evidence.experiment, variant), estimates[variant]
                colour = look["color"]
                if estimate.interval:
                    axes.plot(estimate.interval, [y, y], color=colour, lw=2, solid_capstyle="butt")
                axes.plot(x, np.full(len(x), y) + 0.18, ls="none", marker=look["marker"], color=colour, ms=4, alpha=0.6)
                axes.plot([estimate.mean], [y], ls="none", marker="|", color=colour, ms=14, mew=2.5)
            axes.set_yticks(range(len(values)), [evidence.labels[v] for v in values])
            axes.set_ylim(len(values) - 0.5, -0.5)
            axes.set_xlim(low, high)
            axes.xaxis.set_major_locator(MaxNLocator(6))
            axes.set_xlabel(axis_label(quantity))
            axes.grid(axis="y", visible=False)

        text = "; ".join(
            f"{evidence.labels[v]} {estimates[v].mean:.4g}"
            + (f" [{estimates[v].low:.4g}, {estimates[v].high:.4g}]" if estimates[v].interval else "")
            for v in values
        )
        note = " Bars that reach the edge go on beyond it; the table has their ends." if clipped else ""
        return Picture(
            f"{self.experiment}_{self.quantity}_final",
            f"{axis_label(quantity)}, mean and 95 % interval by variant: {text}.",
            f"{quantity.label} of the finished runs, {evidence.experiment.title}, preset {evidence.preset}. Points: "
            f"seeds; bar: 95 % interval of the mean (Student's t); tick: mean.{note}",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """The tuning grid: the metric's best epoch over the tuned setting, one line per variant."""

    experiment: str

    def picture(self, evidence):
        tuning = evidence.experiment.tuning
        points = {}
        for variant, records in evidence.tuning.items():
            for r in records:
                values = [row[tuning.metric] for row in r["history"] if tuning.metric in row]
                if r["outcome"] == "done" and values:
                    points.setdefault(variant, []).append((r["settings"][tuning.setting], min(values)))
        if not points:
            return None
        setting, metric = tuning.setting.replace("_", " "), tuning.metric.replace("_", " ")

        def draw(axes):
            for variant, pairs in points.items():
                x, y = zip(*sorted(pairs), strict=True)
                axes.plot(x, y, label=evidence.labels[variant], ms=5, lw=1.4, **style(evidence.experiment, variant))
            log_axis(axes, "x")
            log_axis(axes, "y")
            axes.set_xlabel(setting.capitalize())
            axes.set_ylabel(f"{metric.capitalize()} (nats)")
            legend(axes)

        chosen = ", ".join(f"{evidence.labels[v]} {value:g}" for v, value in evidence.tuned.items())
        return Picture(
            f"{self.experiment}_tuning",
            f"Lowest {metric} over the {setting} by variant; chosen: {chosen}.",
            f"Lowest {metric} of any epoch over the {setting}, {evidence.experiment.title}, preset {evidence.preset}. "
            f"One seed ({tuning.seed}) per point; diverged runs have none. Chosen: {chosen}.",
            draw,
        )
