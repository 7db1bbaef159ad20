"""Figures of this paper: a column over another one, in one picture or in small ones side by side."""

import dataclasses

import numpy as np

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import (
    Figure,
    counted,
    draw_mean,
    from_zero,
    log_axis,
    name_lines,
    numerals,
    style,
    title,
)
from experiments.report.figures import words as w
from experiments.report.figures.style import label_y


@dataclasses.dataclass(frozen=True)
class OverColumn(Figure):
    """A column of the rows over another one: mean of the seeds, with their range as a band.

    Its words: `axis`, the horizontal one; of small pictures also `panel`, the heading of each, with a blank for its
    number, and `lines`, what the lines of each are.

    Attributes:
        experiment, quantity: as of `LearningCurves`.
        column: the horizontal one.
        log: names of the axes that are logarithmic.
        panels: by number, the variants of a small picture; `None`: all are in one.
    """

    experiment: str
    quantity: Quantity
    column: str
    log: str = ""
    panels: dict | None = None

    @property
    def text(self):
        return f"{self.experiment}_{self.quantity.name}"

    @property
    def words(self):
        return ("axis", "panel", "lines") if self.panels else ("axis",)

    def variants(self):
        return tuple(variant for some in (self.panels or {}).values() for variant in some)

    def picture(self, evidence):
        quantity, text, words, look = self.quantity, evidence.text, evidence.text.figure(self), style(evidence)
        found = {v: list(self._curves(evidence, v)) for v in evidence.experiment.variants}
        found = {v: curves for v, curves in found.items() if curves}
        if not found:
            return None
        n, name = counted(found.values()), text.quantity(quantity)
        axis = text.inside(words["axis"])
        shown = text.caption("shares_title", label=name, axis=axis, title=evidence.title, n=n)

        def lines(axes, variants, looks=None):
            """Draw some variants; return the ends of their lines."""
            ends = []
            for i, variant in enumerate(variants):
                line, label = look[looks[i] if looks else variant].line(), evidence.labels[variant]
                last = draw_mean(axes, found[variant], quantity.scale, label, line, log="x" in self.log)
                ends.append((label, line, last))
            for letter in "xy":
                if letter in self.log:
                    log_axis(axes, letter, text)
                else:
                    numerals(axes, text, letter)
            return ends

        def draw(axes):
            ends = lines(axes, found)
            if "y" not in self.log:
                from_zero(axes)
            axes.set_xlabel(words["axis"])
            label_y(axes, w.axis(text, quantity))
            title(axes, shown)
            name_lines(axes, ends)

        def draw_panels(axes):
            figure, some = axes.figure, {k: vs for k, vs in self.panels.items() if all(v in found for v in vs)}
            axes.remove()
            rows = -(-len(some) // 2)
            figure.set_size_inches(6.4, 1.0 + 1.75 * rows)
            drawn = figure.subplots(rows, 2, squeeze=False, sharex=True)
            for panel, (number, variants) in zip(drawn.flat, some.items(), strict=False):
                lines(panel, variants, next(iter(self.panels.values())))
                panel.set_title(text.fill(words["panel"], number=text.numeral(number, "g")), fontsize=9)
                panel.tick_params(labelsize=8)
            for panel in drawn[-1]:
                panel.set_xlabel(words["axis"])
            for panel in drawn[:, 0]:
                label_y(panel, w.axis(text, quantity))
            handles = drawn[0, 0].get_lines()[: len(next(iter(some.values())))]
            figure.legend(handles, words["lines"].split("; "), loc="outside lower left", ncols=len(handles))
            title(drawn[0, 0], shown)

        last = [
            f"{evidence.labels[v]} {w.measured(text, quantity, np.mean([c[max(c)] for c in curves]))}"
            for v, curves in found.items()
        ]
        parts = [
            text.caption("shares", label=name, title=evidence.title, preset=evidence.under),
            text.caption("one_each") if n == "1" else text.caption("band", n=n),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_over_{self.column}",
            w.described(text, text.caption("shares_alt", label=name, axis=axis), last),
            " ".join(parts),
            draw_panels if self.panels else draw,
        )

    def _curves(self, evidence, variant):
        for record in evidence.done(variant).values():
            rows = [row for row in record["history"] if row.get(self.quantity.name) is not None]
            if rows:
                yield {row[self.column]: row[self.quantity.name] for row in rows}
