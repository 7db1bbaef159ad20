"""Figure 4 of the paper: the grid in panels."""

import dataclasses

import numpy as np
from matplotlib.ticker import MaxNLocator

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, looks_of, title
from experiments.report.figures import words as w
from experiments.report.figures.style import Numerals

# Both are Adam: its colour, and the next.
CORRECTED, UNCORRECTED = looks_of(("adam", "uncorrected")).values()


@dataclasses.dataclass(frozen=True)
class TuningPanels(Figure):
    """The tuning grid in panels: a quantity of every run over the tuned setting.

    Its words: `panel`, the title of one; `first` and `second`, what its two variants are called.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        panels: rows of `(numbers, variants)`, one for each panel; the numbers fill the blanks of its title.
        reach: upper end of the axis as a multiple of the lowest value; larger values are drawn there as arrow heads,
            diverged runs as crosses.
    """

    experiment: str
    quantity: Quantity
    panels: tuple
    reach: float = 3.0
    kind = "panels"
    words = ("panel", "first", "second")

    def variants(self):
        return tuple(variant for row in self.panels for _, variants in row for variant in variants)

    def picture(self, evidence):
        quantity, tuning, text = self.quantity, evidence.experiment.tuning, evidence.text
        words = text.figure(self)
        names = (words["first"], words["second"])
        panels = [(text.fill(words["panel"], *numbers), variants) for row in self.panels for numbers, variants in row]
        points = {variant: evidence.cells(variant, self.quantity) for variant in evidence.experiment.variants}
        if not any(np.isfinite(y) for p in points.values() for y in p.values()):
            return None
        over, low = text.tuned(tuning), min(y * quantity.scale for p in points.values() for y in p.values())
        top = self.reach * low
        bottom = low - 0.05 * (top - low)
        seeds = [seed for runs in evidence.runs.values() for seed in runs]
        seed = tuning.seed if evidence.experiment.tunes(evidence.preset) else max(seeds)
        name = text.quantity(quantity)
        shown = text.caption("panels_title", quantity=name, setting=over, title=evidence.title)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            figure.set_size_inches(5.6, 4.2)
            grid = figure.subplots(len(self.panels), len(self.panels[0]), sharex=True, sharey=True, squeeze=False)
            for panel, (heading, variants) in zip(grid.flat, panels, strict=True):
                for variant, called, look in zip(variants, names, (CORRECTED, UNCORRECTED), strict=True):
                    if not points.get(variant):
                        continue
                    x, y = np.array(sorted(points[variant].items())).T
                    x, y = np.log10(x), y * quantity.scale
                    line = look.line()
                    panel.plot(x, np.minimum(y, top), label=called, ms=4, lw=1.4, clip_on=False, **line)
                    for these, marker in ((np.isfinite(y) & (y > top), "^"), (np.isinf(y), "x")):
                        edge = dict(ls="none", marker=marker, ms=7, mew=1.6, clip_on=False, color=look.colour)
                        if these.any():
                            panel.plot(x[these], np.full(these.sum(), top), **edge)
                panel.set_title(heading, fontsize=9, fontweight="normal")
                panel.xaxis.set_major_locator(MaxNLocator(integer=True))
                panel.set_ylim(bottom, top)
                panel.xaxis.set_major_formatter(Numerals(text))
                panel.yaxis.set_major_formatter(Numerals(text))
            if len(values := {x for found in points.values() for x in found}) == 1:  # there is nothing to scale by
                middle = np.log10(values.pop())
                grid.flat[0].set_xlim(middle - 1, middle + 1)
            grid[-1][len(grid[-1]) // 2].set_xlabel(text.caption("log10", what=over))
            figure.supylabel(w.axis(text, quantity), fontsize=10)
            title(grid.flat[0], shown)
            legend(grid.flat[0])

        best = []
        for heading, variants in panels:
            for variant, called in zip(variants, names, strict=True):
                if found := points.get(variant):
                    x = min(found, key=found.get)
                    number = text.number(quantity, found[x])
                    best.append(f"{heading}, {called} {number} ({text.numeral(x, 'g')})")
        cells = [y * quantity.scale for p in points.values() for y in p.values()]
        beyond = dict(beyond=sum(top < y < np.inf for y in cells), diverged=sum(np.isinf(y) for y in cells))
        parts = [
            text.caption("panels", quantity=name, setting=over, title=evidence.title, preset=evidence.under),
            text.caption("one_seed_a_point", seed=seed),
            *([text.caption("edge", **beyond)] if any(beyond.values()) else []),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_panels",
            w.described(text, text.caption("panels_alt", quantity=w.axis(text, quantity), setting=over), best),
            " ".join(parts),
            draw,
        )
