"""Figures, drawn from evidence. The same records give the same bytes, as SVG and PNG."""

import dataclasses
import pathlib

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.blocks import Picture
from experiments.harness.statistics import binomial_interval, mean_interval

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


@dataclasses.dataclass(frozen=True)
class Shares:
    """Counted cases as a share of all, row by row: counts pooled over the seeds, exact 95 % interval as a band.

    Attributes:
        experiment: whose runs.
        cases, of: columns of the history, both counts.
        label: what the share is; the vertical axis, in percent.
        axis: what a row stands for; the horizontal axis.
        step: how much of it a row is.
        bound: by variant, a function of the horizontal axis that is drawn beside the curve, in shares of 1.
        bound_label: what it is, for the caption.
        log: whether the horizontal axis is logarithmic.
        mark: a position on the horizontal axis that gets a line, or `None`.
        mark_label: what it is, for the caption.
    """

    experiment: str
    cases: str
    of: str
    label: str
    axis: str
    step: float = 1
    bound: dict = dataclasses.field(default_factory=dict)
    bound_label: str = ""
    log: bool = False
    mark: float | None = None
    mark_label: str = ""

    def picture(self, evidence):
        found = {v: self._estimates(evidence, v) for v in evidence.experiment.variants}
        found = {v: estimates for v, estimates in found.items() if estimates}
        if not found:
            return None

        def draw(axes):
            for variant, estimates in found.items():
                x = np.array(sorted(estimates)) * self.step
                rows = np.array([(e.mean, e.low, e.high) for _, e in sorted(estimates.items())]) * 100
                look = style(evidence.experiment, variant)
                every = max(1, len(x) // 10)
                axes.plot(x, rows[:, 0], label=evidence.labels[variant], markevery=every, ms=4, lw=1.4, **look)
                axes.fill_between(x, rows[:, 1], rows[:, 2], color=look["color"], alpha=0.18, lw=0)
                if variant in self.bound:
                    values = [100 * self.bound[variant](value) for value in x]
                    axes.plot(x, values, color=look["color"], lw=0.8, ls=(0, (1, 2)))
            if self.mark is not None:
                axes.axvline(self.mark, color="#555555", lw=1, ls=(0, (4, 2)))
            if self.log:
                log_axis(axes, "x")
            axes.set_xlabel(self.axis)
            axes.set_ylabel(f"{self.label} (%)")
            axes.set_ylim(0, 102)
            legend(axes)

        last = "; ".join(f"{evidence.labels[v]} {e[max(e)].mean:.2%}".replace("%", " %") for v, e in found.items())
        cases = sorted({e[max(e)].n for e in found.values()})
        n = " to ".join(f"{count:,}" for count in dict.fromkeys([cases[0], cases[-1]]))
        text = f"Lines: of {n} in the last row, all seeds together; bands: exact 95 % interval."
        text += f" Dotted: {self.bound_label}." if self.bound else ""
        text += f" Dashed upright: {self.mark_label}." if self.mark is not None else ""
        return Picture(
            f"{self.experiment}_{self.cases}_shares",
            f"{self.label} over {self.axis[0].lower()}{self.axis[1:]}, one line per variant. At the end: {last}.",
            f"{self.label}, {evidence.experiment.title}, preset {evidence.preset}. {text}",
            draw,
        )

    def _estimates(self, evidence, variant):
        counts = {}
        for record in evidence.done(variant).values():
            for row in record["history"]:
                if row.get(self.of):
                    counts.setdefault(row["epoch"], []).append((row[self.cases], row[self.of]))
        return {epoch: binomial_interval(*map(sum, zip(*pairs, strict=True))) for epoch, pairs in counts.items()}


@dataclasses.dataclass(frozen=True)
class PublishedCurves:
    """Measured learning curves beside the published ones, read from a paper's figure.

    Attributes:
        experiment, quantity: as of `LearningCurves`.
        points: by variant, pairs of an epoch and a published value, in the record's unit.
        source: the paper's figure.
        level: a value that gets a line, or `None`.
        level_label: what it is, for the caption.
    """

    experiment: str
    quantity: str
    points: dict
    source: str
    level: float | None = None
    level_label: str = ""

    def picture(self, evidence):
        quantity = QUANTITIES[self.quantity]
        curves = {v: LearningCurves(self.experiment, self.quantity)._curves(evidence, v) for v in self.points}
        curves = {v: found for v, found in curves.items() if found}
        if not curves:
            return None

        def draw(axes):
            for variant, points in self.points.items():
                look, name = style(evidence.experiment, variant), evidence.labels[variant]
                x, y = zip(*points, strict=True)
                published = look | {"linestyle": (0, (1, 2)), "markerfacecolor": "white"}
                axes.plot(x, np.array(y) * quantity.scale, label=f"{name}, paper", ms=4, lw=1, **published)
                if variant not in curves:
                    continue
                epochs = sorted(set.intersection(*(set(c) for c in curves[variant])))
                values = np.array([[c[e] for e in epochs] for c in curves[variant]]) * quantity.scale
                look |= {"linestyle": "-"}  # dots are the paper's
                axes.plot(epochs, values.mean(0), label=f"{name}, measured", ms=4, lw=1.4, **look)
                axes.fill_between(epochs, values.min(0), values.max(0), color=look["color"], alpha=0.18, lw=0)
            if self.level is not None:
                axes.axhline(self.level * quantity.scale, color="#555555", lw=1, ls=(0, (4, 2)))
            axes.set_xlabel("Epoch")
            axes.set_ylabel(axis_label(quantity))
            axes.set_ylim(bottom=0)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)

        unit = f" {quantity.unit}" if quantity.unit else ""
        ends = "; ".join(
            f"{evidence.labels[v]} {quantity.number(np.mean([c[max(c)] for c in found]))}{unit} measured after epoch "
            f"{max(found[0])}, {quantity.number(self.points[v][-1][1])}{unit} in the paper at {self.points[v][-1][0]}"
            for v, found in curves.items()
        )
        counts = sorted({len(found) for found in curves.values()})
        n = "–".join(map(str, dict.fromkeys([counts[0], counts[-1]])))
        text = f"Filled markers: mean of n = {n} seeds; bands: from the smallest to the largest of them. "
        text += f"Open markers, dotted: {self.source}."
        text += f" Dashed: {self.level_label}." if self.level is not None else ""
        return Picture(
            f"{self.experiment}_{self.quantity}_published",
            f"{quantity.label} over epochs, measured and in the paper. Last values: {ends}.",
            f"{quantity.label} beside the paper's, {evidence.experiment.title}, preset {evidence.preset}. {text}",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class TuningPanels:
    """The tuning grid in panels: a quantity of every run over the tuned setting.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        panels: rows of `(title, variants)`, one for each panel.
        names: what the variants of a panel are called, in order.
        reach: upper end of the axis as a multiple of the lowest value; larger values and diverged runs are drawn there.
    """

    experiment: str
    quantity: str
    panels: tuple
    names: tuple
    reach: float = 3.0

    def picture(self, evidence):
        quantity, setting = QUANTITIES[self.quantity], evidence.experiment.tuning.setting
        points = {
            variant: {
                r["settings"][setting]: np.inf if r["outcome"] == "diverged" else quantity.of(r)
                for r in records
                if r["outcome"] in ("done", "diverged")
            }
            for variant, records in evidence.tuning.items()
        }
        points = {v: {x: y for x, y in p.items() if y is not None} for v, p in points.items()}
        if not any(np.isfinite(y) for p in points.values() for y in p.values()):
            return None
        name, low = setting.replace("_", " "), min(y * quantity.scale for p in points.values() for y in p.values())
        top = self.reach * low
        bottom = low - 0.05 * (top - low)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            grid = figure.subplots(len(self.panels), len(self.panels[0]), sharex=True, sharey=True, squeeze=False)
            for axes, (title, variants) in zip(grid.flat, (p for row in self.panels for p in row), strict=True):
                for i, variant in enumerate(variants):
                    if not points.get(variant):
                        continue
                    x, y = np.array(sorted(points[variant].items())).T
                    look = {"color": COLOURS[i], "marker": MARKERS[i], "ls": DASHES[i]}
                    clipped = np.minimum(y * quantity.scale, top)
                    axes.plot(np.log10(x), clipped, label=self.names[i], ms=4, lw=1.4, clip_on=False, **look)
                axes.set_title(title, fontsize=9)
                axes.xaxis.set_major_locator(MaxNLocator(integer=True))
                axes.set_ylim(bottom, top)
            figure.supxlabel(f"log10 of the {name}", fontsize=9)
            figure.supylabel(axis_label(quantity), fontsize=9)
            handles, labels = grid.flat[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False)

        best = []
        for title, variants in (panel for row in self.panels for panel in row):
            for variant, called in zip(variants, self.names, strict=True):
                if found := points.get(variant):
                    x = min(found, key=found.get)
                    best.append(f"{title}, {called} {quantity.number(found[x])} at {x:g}")
        beyond = sum(y * quantity.scale > top for p in points.values() for y in p.values())
        return Picture(
            f"{self.experiment}_{self.quantity}_panels",
            f"{axis_label(quantity)} over the {name}, one panel for each choice of the other settings. Lowest: "
            f"{'; '.join(best)}.",
            f"{quantity.label} over the {name}, {evidence.experiment.title}, preset {evidence.preset}. One run, seed "
            f"{evidence.experiment.tuning.seed}, per point; {beyond} at the upper edge lie beyond it or diverged.",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class Outcomes:
    """How many cases ended in which way: bars with the exact 95 % interval, counts pooled over the seeds.

    Attributes:
        experiment: whose runs.
        columns: of the last row, counts that exclude one another; their places, from 0, stand on the horizontal axis.
        of: column of all cases.
        label, axis: of the vertical axis, in percent, and of the horizontal one.
    """

    experiment: str
    columns: tuple
    of: str
    label: str
    axis: str

    def picture(self, evidence):
        found = {}
        for variant in evidence.experiment.variants:
            rows = [record["history"][-1] for record in evidence.done(variant).values()]
            rows = [row for row in rows if row.get(self.of) and self.columns[0] in row]
            if rows:
                n = sum(row[self.of] for row in rows)
                found[variant] = [binomial_interval(sum(row[column] for row in rows), n) for column in self.columns]
        if not found:
            return None

        def draw(axes):
            width = 0.8 / len(found)
            for i, (variant, shares) in enumerate(found.items()):
                x = np.arange(len(shares)) + (i - (len(found) - 1) / 2) * width
                mean = np.array([e.mean for e in shares]) * 100
                ends = np.array([[e.mean - e.low, e.high - e.mean] for e in shares]).T * 100
                look = {"color": style(evidence.experiment, variant)["color"], "hatch": ("", "//", "..", "xx")[i % 4]}
                axes.bar(x, mean, width * 0.9, edgecolor="white", lw=0, label=evidence.labels[variant], **look)
                axes.errorbar(x, mean, ends.clip(0), fmt="none", ecolor="#222222", elinewidth=0.9, capsize=2)
            axes.set_xticks(range(len(self.columns)))
            axes.set_xlabel(self.axis)
            axes.set_ylabel(f"{self.label} (%)")
            axes.set_ylim(bottom=0)
            axes.grid(axis="x", visible=False)
            legend(axes)

        text = "; ".join(
            f"{evidence.labels[v]} " + ", ".join(f"{i}: {100 * e.mean:.1f} %" for i, e in enumerate(shares))
            for v, shares in found.items()
        )
        n = next(iter(found.values()))[0].n
        return Picture(
            f"{self.experiment}_{self.columns[0]}_outcomes",
            f"{self.label} by {self.axis[0].lower()}{self.axis[1:]}. {text}.",
            f"{self.label} by {self.axis[0].lower()}{self.axis[1:]}, {evidence.experiment.title}, preset "
            f"{evidence.preset}, {n:,} of each variant. Lines on the bars: exact 95 % interval.",
            draw,
        )
