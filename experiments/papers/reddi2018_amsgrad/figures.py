"""Figures of this paper: a quantity over steps."""

import dataclasses

import numpy as np

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, counted, curves_of, draw_mean, name_lines, numerals, style, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import QUIET
from experiments.report.figures.style import label_y


@dataclasses.dataclass(frozen=True)
class OverSteps(Figure):
    """A column of the history over the steps: mean of the seeds, with their range as a band.

    Its words: `axis`, the horizontal one; `mark`, what the dashed line is.

    Attributes:
        experiment, quantity: as of `LearningCurves`.
        mark: a value that gets a line.
    """

    experiment: str
    quantity: Quantity
    mark: float

    words = ("axis", "mark")

    @property
    def text(self):
        return f"{self.quantity.name}_over_steps"

    def picture(self, evidence):
        quantity, text, words, look = self.quantity, evidence.text, evidence.text.figure(self), style(evidence)
        found = {v: curves_of(evidence, v, quantity.name) for v in evidence.experiment.variants}
        found = {v: curves for v, curves in found.items() if curves}
        if not found:
            return None
        steps = evidence.experiment.presets[evidence.preset].settings["steps"]
        n, name = counted(found.values()), text.quantity(quantity)
        axis = text.inside(words["axis"])
        shown = text.caption("shares_title", label=name, axis=axis, title=evidence.title, n=n)

        def draw(axes):
            ends = []
            for variant, curves in found.items():
                line, label = look[variant].line(), evidence.labels[variant]
                thousands = [{epoch * steps / 1000: y for epoch, y in curve.items()} for curve in curves]
                ends.append((label, line, draw_mean(axes, thousands, quantity.scale, label, line)))
            axes.axhline(self.mark, color=QUIET[0], lw=1, ls=(0, (4, 2)))
            axes.set_xlim(left=0)
            axes.set_xlabel(words["axis"])
            label_y(axes, w.axis(text, quantity))
            numerals(axes, text)
            title(axes, shown)
            name_lines(axes, ends)

        last = [
            f"{evidence.labels[v]} {w.measured(text, quantity, np.mean([c[max(c)] for c in curves]))}"
            for v, curves in found.items()
        ]
        parts = [
            text.caption("shares", label=name, title=evidence.title, preset=evidence.preset),
            text.caption("one_each") if n == "1" else text.caption("band", n=n),
            text.caption("dashed", what=words["mark"]),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_over_steps",
            w.described(text, text.caption("shares_alt", label=name, axis=axis), last),
            " ".join(parts),
            draw,
        )
