"""Figure 4 of the paper: the grid in panels."""

import dataclasses

import numpy as np
from matplotlib.ticker import MaxNLocator

from experiments.claims import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import COLOURS, DASHES, MARKERS, Figure


@dataclasses.dataclass(frozen=True)
class TuningPanels(Figure):
    """The tuning grid in panels: a quantity of every run over the tuned setting.

    Its words: `panel`, the title of one; `first` and `second`, what its two variants are called.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        panels: rows of `(numbers, variants)`, one for each panel; the numbers fill the blanks of its title.
        reach: upper end of the axis as a multiple of the lowest value; larger values and diverged runs are drawn there.
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
        quantity, tuning, words = self.quantity, evidence.experiment.tuning, evidence.text.figure(self)
        names = (words["first"], words["second"])
        panels = [(words["panel"].format(*numbers), variants) for row in self.panels for numbers, variants in row]
        points = {variant: evidence.cells(variant, self.quantity) for variant in evidence.experiment.variants}
        if not any(np.isfinite(y) for p in points.values() for y in p.values()):
            return None
        name, low = tuning.title, min(y * quantity.scale for p in points.values() for y in p.values())
        top = self.reach * low
        bottom = low - 0.05 * (top - low)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            grid = figure.subplots(len(self.panels), len(self.panels[0]), sharex=True, sharey=True, squeeze=False)
            for panel, (title, variants) in zip(grid.flat, panels, strict=True):
                for i, variant in enumerate(variants):
                    if not points.get(variant):
                        continue
                    x, y = np.array(sorted(points[variant].items())).T
                    look = {"color": COLOURS[i], "marker": MARKERS[i], "ls": DASHES[i]}
                    clipped = np.minimum(y * quantity.scale, top)
                    panel.plot(np.log10(x), clipped, label=names[i], ms=4, lw=1.4, clip_on=False, **look)
                panel.set_title(title, fontsize=9)
                panel.xaxis.set_major_locator(MaxNLocator(integer=True))
                panel.set_ylim(bottom, top)
            if len(values := {x for found in points.values() for x in found}) == 1:  # there is nothing to scale by
                middle = np.log10(values.pop())
                grid.flat[0].set_xlim(middle - 1, middle + 1)
            figure.supxlabel(f"log10 of the {name}", fontsize=9)
            figure.supylabel(evidence.text.axis(quantity), fontsize=9)
            handles, labels = grid.flat[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False)

        best = []
        for title, variants in panels:
            for variant, called in zip(variants, names, strict=True):
                if found := points.get(variant):
                    x = min(found, key=found.get)
                    best.append(f"{title}, {called} {quantity.number(found[x])} at {x:g}")
        beyond = sum(y * quantity.scale > top for p in points.values() for y in p.values())
        seeds = [seed for runs in evidence.runs.values() for seed in runs]
        seed = tuning.seed if evidence.experiment.tunes(evidence.preset) else max(seeds)
        over = f"over the {name}"
        return Picture(
            f"{self.experiment}_{quantity.name}_panels",
            f"{evidence.text.axis(quantity)} {over}, one panel for each choice of the other settings. Lowest: "
            f"{'; '.join(best)}.",
            f"{evidence.text.quantity(quantity)} {over}, {evidence.title}, preset {evidence.preset}. One run, seed "
            f"{seed}, per point; {beyond} at the upper edge lie beyond it or diverged.",
            draw,
        )
