"""Curves over the epochs: of the history's columns, beside published ones, and of counted shares."""

import dataclasses

import numpy as np

from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.blocks import Picture
from experiments.harness.report.figures.base import (
    axis_label,
    counted,
    curves_of,
    draw_mean,
    from_zero,
    legend,
    log_axis,
    style,
)
from experiments.harness.statistics import share_interval


@dataclasses.dataclass(frozen=True)
class LearningCurves:
    """A column of the history over the epochs: mean of the seeds, with their range as a band."""

    experiment: str
    quantity: str
    log: bool = False

    def picture(self, evidence):
        quantity = QUANTITIES[self.quantity]
        column = {v: curves_of(evidence, v, self.quantity) for v in evidence.experiment.variants}
        column = {v: curves for v, curves in column.items() if curves}
        if not column:
            return None
        n = counted(column.values())

        def draw(axes):
            for variant, curves in column.items():
                look = style(evidence.experiment, variant)
                draw_mean(axes, curves, quantity.scale, evidence.labels[variant], look)
            axes.set_xlabel("Epoch")
            axes.set_ylabel(axis_label(quantity))
            if self.log:
                log_axis(axes, "y")
            else:
                from_zero(axes)
            axes.xaxis.get_major_locator().set_params(integer=True)
            legend(axes)

        final = ", ".join(
            f"{evidence.labels[v]} {quantity.number(np.mean([c[max(c)] for c in curves]))}"
            for v, curves in column.items()
        )
        unit = f" {quantity.unit}" if quantity.unit else ""
        band = (
            f"Lines: mean of n = {n} seeds; bands: from the smallest to the largest of them."
            if n != "1"
            else "One seed each."
        )
        return Picture(
            f"{self.experiment}_{self.quantity}_curves",
            f"{quantity.label} over epochs, one line per variant. Last values{unit and ' in' + unit}: {final}.",
            f"{quantity.label} after each epoch, {evidence.experiment.title}, preset {evidence.preset}. {band}",
            draw,
        )


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
        curves = {v: curves_of(evidence, v, self.quantity) for v in self.points}
        curves = {v: found for v, found in curves.items() if found}
        if not curves:
            return None

        def draw(axes):
            for variant, points in self.points.items():
                look, name = style(evidence.experiment, variant), evidence.labels[variant]
                x, y = zip(*points, strict=True)
                published = look | {"linestyle": (0, (1, 2)), "markerfacecolor": "white"}
                axes.plot(x, np.array(y) * quantity.scale, label=f"{name}, paper", ms=4, lw=1, **published)
                if variant in curves:
                    look |= {"linestyle": "-"}  # dots are the paper's
                    draw_mean(axes, curves[variant], quantity.scale, f"{name}, measured", look, markevery=1)
            if self.level is not None:
                axes.axhline(self.level * quantity.scale, color="#555555", lw=1, ls=(0, (4, 2)))
            axes.set_xlabel("Epoch")
            axes.set_ylabel(axis_label(quantity))
            from_zero(axes)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)

        unit = f" {quantity.unit}" if quantity.unit else ""
        ends = "; ".join(
            f"{evidence.labels[v]} {quantity.number(np.mean([c[max(c)] for c in found]))}{unit} measured after epoch "
            f"{max(found[0])}, {quantity.number(self.points[v][-1][1])}{unit} in the paper at {self.points[v][-1][0]}"
            for v, found in curves.items()
        )
        n = counted(curves.values())
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
class Shares:
    """Counted cases as a share of all, row by row, over all seeds, with its 95 % interval as a band.

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
        clustered: whether the cases of a run hang together; see `statistics.share_interval`.
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
    clustered: bool = False

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
        band = (
            "95 % interval over the seeds (Student's t, or exact where that is wider)"
            if self.clustered
            else "exact 95 % interval"
        )
        text = f"Lines: of {n} in the last row, all seeds together; bands: {band}."
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
        return {epoch: share_interval(pairs, self.clustered) for epoch, pairs in counts.items()}
