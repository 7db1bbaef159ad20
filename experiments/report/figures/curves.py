"""Curves over the epochs: of the history's columns, beside published ones, and of counted shares."""

import dataclasses

import numpy as np

from experiments.claims.quantities import Quantity
from experiments.claims.statistics import share_interval
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import QUIET
from experiments.report.figures.style import (
    Figure,
    counted,
    curves_of,
    diverged,
    draw_mean,
    from_zero,
    label_y,
    log_axis,
    mean_of,
    name_lines,
    numerals,
    style,
    title,
    told_apart,
    whole,
)


@dataclasses.dataclass(frozen=True)
class LearningCurves(Figure):
    """A column of the history over the epochs: mean of the seeds, with their range as a band.

    Runs that diverged are drawn thin, as far as they got, with a cross at the end.
    """

    experiment: str
    quantity: Quantity
    log: bool = False

    def picture(self, evidence):
        quantity, text, look = self.quantity, evidence.text, style(evidence)
        column = {v: curves_of(evidence, v, quantity.name) for v in evidence.experiment.variants}
        column = {v: [self._shown(curve) for curve in curves] for v, curves in column.items() if curves}
        lost = {v: diverged(evidence, v, quantity.name) for v in evidence.experiment.variants}
        if not column:
            return None
        n, name = counted(column.values()), text.quantity(quantity)
        shown = text.caption("curves_title", quantity=name, title=evidence.title, seeds=w.seeds(text, n))

        def draw(axes):
            ends = []
            for variant, curves in column.items():
                line, label = look[variant].line(), evidence.labels[variant]
                last = draw_mean(axes, curves, quantity.scale, label, line, geometric=quantity.geometric)
                ends.append((label, line, last))
            for variant, curves in lost.items():
                for curve in filter(None, curves):
                    x, y = list(curve), np.array(list(curve.values())) * quantity.scale
                    axes.plot(x, y, color=look[variant].colour, lw=0.8, marker="x", markevery=[-1], ms=7, mew=1.6)
            axes.set_xlabel(text.caption("epoch"))
            label_y(axes, w.axis(text, quantity))
            numerals(axes, text)
            if self.log:
                log_axis(axes, "y", text)
            else:
                from_zero(axes)
            whole(axes.xaxis)
            title(axes, shown)
            name_lines(axes, ends)

        final = {v: mean_of([c[max(c)] for c in curves], quantity.geometric) for v, curves in column.items()}
        final = [f"{evidence.labels[v]} {w.measured(text, quantity, value)}" for v, value in final.items()]
        crosses, band = sum(map(len, lost.values())), "band_geometric" if quantity.geometric else "band"
        parts = [
            text.caption("curves", quantity=name, title=evidence.title, preset=evidence.under),
            text.caption("one_each") if n == "1" else text.caption(band, n=n),
            *([text.caption("crosses", runs=crosses)] if crosses else []),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_curves",
            w.described(text, text.caption("curves_alt", quantity=name), final),
            " ".join(parts),
            draw,
        )

    def _shown(self, curve):
        """Return a curve that goes no lower than what the quantity can be."""
        least = self.quantity.least
        return curve if least is None else {x: max(y, least) for x, y in curve.items()}


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
        text, words, look = evidence.text, evidence.text.figure(self), style(evidence)
        found = {v: self._estimates(evidence, v) for v in evidence.experiment.variants}
        found = {v: estimates for v, estimates in found.items() if estimates}
        if not found:
            return None
        cases = sorted({e[max(e)].cases for e in found.values()})
        n = "–".join(text.numeral(count, ",") for count in dict.fromkeys([cases[0], cases[-1]]))
        axis = text.inside(words["axis"])
        shown = text.caption("shares_title", label=words["label"], axis=axis, title=evidence.title, n=n)

        def draw(axes):
            ends = []
            for variant, estimates in found.items():
                x = np.array(sorted(estimates)) * self.step
                rows = np.array([(e.mean, e.low, e.high) for _, e in sorted(estimates.items())]) * 100
                places = told_apart(x, self.log)
                x, rows = x[places], rows[places]
                line, label = look[variant].line(), evidence.labels[variant]
                every = max(1, len(x) // 10)
                axes.plot(x, rows[:, 0], label=label, markevery=every, ms=4, lw=1.4, **line)
                axes.fill_between(x, rows[:, 1], rows[:, 2], color=line["color"], alpha=0.18, lw=0)
                ends.append((label, line, rows[-1, 0]))
                if variant in self.bound:
                    values = [100 * self.bound[variant](value) for value in x]
                    axes.plot(x, values, color=line["color"], lw=0.8, ls=(0, (1, 2)))
            if self.mark is not None:
                axes.axvline(self.mark, color=QUIET[0], lw=1, ls=(0, (4, 2)))
            numerals(axes, text)
            if self.log:
                log_axis(axes, "x", text)
            elif self.step == 1:
                whole(axes.xaxis)
            axes.set_xlabel(words["axis"])
            label_y(axes, f"{words['label']} (%)")
            axes.set_ylim(0, 102)
            title(axes, shown)
            name_lines(axes, ends)

        shares = {v: text.numeral(100 * e[max(e)].mean, ".2f") for v, e in found.items()}
        last = [f"{evidence.labels[v]} {text.with_unit(share, '%')}" for v, share in shares.items()]
        parts = [
            text.caption("shares", label=words["label"], title=evidence.title, preset=evidence.under),
            text.caption("share_bands", n=n),
            *([text.caption("dotted", what=words["bound"])] if self.bound else []),
            *([text.caption("dashed_upright", what=words["mark"])] if self.mark is not None else []),
        ]
        return Picture(
            f"{self.experiment}_{self.cases}_shares",
            w.described(text, text.caption("shares_alt", label=words["label"], axis=axis), last),
            " ".join(parts),
            draw,
        )

    def _estimates(self, evidence, variant):
        counts = {}
        for record in evidence.done(variant).values():
            for row in record["history"]:
                if row.get(self.of):
                    counts.setdefault(row["epoch"], []).append((row[self.cases], row[self.of]))
        return {epoch: share_interval(pairs) for epoch, pairs in counts.items()}
