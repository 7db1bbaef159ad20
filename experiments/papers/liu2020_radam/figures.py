"""Figures of this paper: a column over another one, in small pictures side by side."""

import dataclasses

from experiments.report.figures import OverColumn, title
from experiments.report.figures import words as w
from experiments.report.figures.style import label_y


@dataclasses.dataclass(frozen=True)
class Panels(OverColumn):
    """A column over another one, in small pictures side by side.

    Its words: `axis`; `panel`, the heading of each, with a blank for its number; `lines`, what the lines of each are.

    Attributes:
        panels: by number, the variants of a small picture.
    """

    panels: dict = dataclasses.field(default_factory=dict)
    words = ("axis", "panel", "lines")

    def variants(self):
        return tuple(variant for some in self.panels.values() for variant in some)

    def picture(self, evidence):
        whole = any(all(self.curves(evidence, v) for v in variants) for variants in self.panels.values())
        return super().picture(evidence) if whole else None

    def draw(self, axes, evidence, found, shown):
        figure, text, words = axes.figure, evidence.text, evidence.text.figure(self)
        some = {number: vs for number, vs in self.panels.items() if all(v in found for v in vs)}
        looks = next(iter(self.panels.values()))
        axes.remove()
        rows = -(-len(some) // 2)
        figure.set_size_inches(6.4, 1.0 + 1.75 * rows)
        drawn = figure.subplots(rows, 2, squeeze=False, sharex=True)
        for panel, (number, variants) in zip(drawn.flat, some.items(), strict=False):
            self.lines(panel, evidence, {v: found[v] for v in variants}, looks)
            panel.set_title(text.fill(words["panel"], number=text.numeral(number, "g")), fontsize=9)
            panel.tick_params(labelsize=8)
        for panel in drawn[-1]:
            panel.set_xlabel(words["axis"])
        for panel in drawn[:, 0]:
            label_y(panel, w.axis(text, self.quantity))
        handles = drawn[0, 0].get_lines()[: len(looks)]
        figure.legend(handles, words["lines"].split("; "), loc="outside lower left", ncols=len(handles))
        title(drawn[0, 0], shown)
