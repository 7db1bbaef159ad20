"""Curves over the epochs: of the history's columns, beside published ones, and of counted shares."""

import dataclasses

import numpy as np

from experiments.claims.quantities import Quantity
from experiments.claims.statistics import share_interval
from experiments.report.blocks import Picture
from experiments.report.figures.style import Figure, counted, curves_of, draw_mean, from_zero, legend, log_axis, style
from experiments.spec.text import listed


@dataclasses.dataclass(frozen=True)
class LearningCurves(Figure):
    """A column of the history over the epochs: mean of the seeds, with their range as a band."""

    experiment: str
    quantity: Quantity
    log: bool = False

    def picture(self, evidence):
        quantity = self.quantity
        column = {v: curves_of(evidence, v, quantity.name) for v in evidence.experiment.variants}
        column = {v: curves for v, curves in column.items() if curves}
        if not column:
            return None
        n = counted(column.values())

        def draw(axes):
            for variant, curves in column.items():
                look = style(evidence.experiment, variant)
                draw_mean(axes, curves, quantity.scale, evidence.labels[variant], look)
            axes.set_xlabel("Epoch")
            axes.set_ylabel(evidence.text.axis(quantity))
            if self.log:
                log_axis(axes, "y")
            else:
                from_zero(axes)
            axes.xaxis.get_major_locator().set_params(integer=True)
            legend(axes)

        final = listed(
            f"{evidence.labels[v]} {quantity.number(np.mean([c[max(c)] for c in curves]))}"
            for v, curves in column.items()
        )
        unit = f" {quantity.unit}" if quantity.unit else ""
        band = (
            f"Lines: mean of n = {n} seeds; bands: from the smallest to the largest of them."
            if n != "1"
            else "One seed each."
        )
        name = evidence.text.quantity(quantity)
        return Picture(
            f"{self.experiment}_{quantity.name}_curves",
            f"{name} over epochs, one line per variant. Last values{unit and ' in' + unit}: {final}.",
            f"{name} after each epoch, {evidence.title}, preset {evidence.preset}. {band}",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class Shares(Figure):
    """Counted cases as a share of all, row by row, over all seeds, with its 95 % interval as a band.

    Its words: `label`, what the share is (the vertical axis, in percent); `axis`, what a row stands for (the
    horizontal one); `bound` and `mark`, what is drawn beside, for the caption.

    Attributes:
        experiment: whose runs.
        cases, of: columns of the history, both counts.
        step: how much of it a row is.
        bound: by variant, a function of the horizontal axis that is drawn beside the curve, in shares of 1.
        log: whether the horizontal axis is logarithmic.
        mark: a position on the horizontal axis that gets a line, or `None`.
    """

    experiment: str
    cases: str
    of: str
    step: float = 1
    bound: dict = dataclasses.field(default_factory=dict)
    log: bool = False
    mark: float | None = None
    kind = "shares"

    @property
    def words(self):
        bound, mark = ("bound",) if self.bound else (), ("mark",) if self.mark is not None else ()
        return ("label", "axis", *bound, *mark)

    def variants(self):
        return tuple(self.bound)

    def picture(self, evidence):
        words = evidence.text.figure(self)
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
            elif self.step == 1:
                axes.xaxis.get_major_locator().set_params(integer=True)
            axes.set_xlabel(words["axis"])
            axes.set_ylabel(f"{words['label']} (%)")
            axes.set_ylim(0, 102)
            legend(axes)

        last = "; ".join(f"{evidence.labels[v]} {e[max(e)].mean:.2%}".replace("%", " %") for v, e in found.items())
        cases = sorted({e[max(e)].cases for e in found.values()})
        n = " to ".join(f"{count:,}" for count in dict.fromkeys([cases[0], cases[-1]]))
        text = f"Lines: of {n} in the last row, all seeds together; bands: 95 % interval, of the counts or between the "
        text += "seeds, whichever is wider."
        text += f" Dotted: {words['bound']}." if self.bound else ""
        text += f" Dashed upright: {words['mark']}." if self.mark is not None else ""
        axis = words["axis"][0].lower() + words["axis"][1:]
        return Picture(
            f"{self.experiment}_{self.cases}_shares",
            f"{words['label']} over {axis}, one line per variant. At the end: {last}.",
            f"{words['label']}, {evidence.title}, preset {evidence.preset}. {text}",
            draw,
        )

    def _estimates(self, evidence, variant):
        counts = {}
        for record in evidence.done(variant).values():
            for row in record["history"]:
                if row.get(self.of):
                    counts.setdefault(row["epoch"], []).append((row[self.cases], row[self.of]))
        return {epoch: share_interval(pairs) for epoch, pairs in counts.items()}
