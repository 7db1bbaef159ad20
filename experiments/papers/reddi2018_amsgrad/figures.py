"""Figures of this paper: a quantity over steps, and the grid of two settings as lines."""

import dataclasses

import numpy as np

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import (
    Figure,
    counted,
    curves_of,
    draw_mean,
    log_axis,
    name_lines,
    numerals,
    style,
    title,
)
from experiments.report.figures import words as w
from experiments.report.figures.looks import QUIET
from experiments.report.figures.style import hollow, label_y
from experiments.spec.text import listed


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


@dataclasses.dataclass(frozen=True)
class GridOfTwo(Figure):
    """The grid of two settings: a quantity over the first, a line for each variant and value of the second.

    Where a run diverged a cross stands at the upper edge. Its words: `of`, the name of a line.
    """

    experiment: str
    quantity: Quantity

    words = ("of",)
    text = "grid_of_two"

    def picture(self, evidence):
        quantity, text, words, look = self.quantity, evidence.text, evidence.text.figure(self), style(evidence)
        lines, lost = {}, 0
        for variant in evidence.experiment.variants:
            for (x, other), y in sorted(evidence.cells(variant, quantity).items()):
                lines.setdefault((variant, other), []).append((x, y * quantity.scale))
        if not any(np.isfinite(y) for points in lines.values() for _, y in points):
            return None
        others = sorted({other for _, other in lines})
        tuning, tuned = evidence.experiment.tuning, evidence.experiment.tunes(evidence.preset)
        setting = text.row("settings", tuning.names[0])
        said = dict(score=text.quantity(quantity), setting=text.tuned(tuning), title=evidence.title)
        shown = text.caption("tuning_title", **said)
        lost = sum(np.isinf(y) for points in lines.values() for _, y in points)

        def draw(axes):
            ends = []
            for (variant, other), points in lines.items():
                line = look[variant].line()
                line = line if other == others[0] else hollow(line | {"linestyle": ":"})
                label = text.fill(words["of"], evidence.labels[variant], other)
                x, y = np.array([point for point in points if np.isfinite(point[1])]).reshape(-1, 2).T
                axes.plot(x, y, label=label, ms=5, lw=1.4, **line)
                if len(y):
                    ends.append((label, line, y[-1]))
                crosses = [x for x, y in points if np.isinf(y)]
                edge = dict(ls="none", marker="x", ms=7, mew=1.6, clip_on=False, color=look[variant].colour)
                axes.plot(crosses, [1.0] * len(crosses), transform=axes.get_xaxis_transform(), **edge)
            log_axis(axes, "x", text)
            log_axis(axes, "y", text)
            axes.set_xlabel(w.capital(setting))
            label_y(axes, w.axis(text, quantity))
            title(axes, shown)
            name_lines(axes, ends)

        chosen = [f"{evidence.labels[v]} {text.chosen(value)}" for v, value in evidence.tuned.items()]
        parts = [text.caption("tuning", preset=evidence.preset, **said)]
        if tuned:
            parts.append(text.caption("one_seed_a_point", seed=tuning.seed))
            parts.append(text.caption("chosen", choices=listed(chosen)))
        else:
            parts.append(text.caption("tunes_nothing"))
        if lost:
            parts.append(text.caption("crosses_above", runs=lost))
        return Picture(
            f"{self.experiment}_tuning",
            w.described(text, text.caption("tuning_alt" if chosen else "tuning_alt_plain", **said), chosen),
            " ".join(parts),
            draw,
        )
