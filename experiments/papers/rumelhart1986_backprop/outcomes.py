"""Bars: how many of the held-out questions the nets answer."""

import dataclasses

import numpy as np

from experiments.claims.statistics import share_interval
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, numerals, style, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import GROUND, TEXT
from experiments.report.figures.style import label_y


@dataclasses.dataclass(frozen=True)
class Outcomes(Figure):
    """Cases by the way in which they ended: bars with their 95 % interval, counts pooled over the seeds.

    Its words: `label` and `axis`, of the vertical axis, in percent, and of the horizontal one.

    Attributes:
        experiment: whose runs.
        columns: of the last row, counts that exclude one another; their places, from 0, stand on the horizontal axis.
        of: column of all cases.
    """

    experiment: str
    columns: tuple
    of: str
    kind = "outcomes"
    words = ("label", "axis")

    def picture(self, evidence):
        found, text, words, look = {}, evidence.text, evidence.text.figure(self), style(evidence)
        for variant in evidence.experiment.variants:
            rows = [record["history"][-1] for record in evidence.done(variant).values()]
            rows = [row for row in rows if row.get(self.of) and self.columns[0] in row]
            if rows:
                found[variant] = [share_interval([(row[c], row[self.of]) for row in rows]) for c in self.columns]
        if not found:
            return None

        n = text.numeral(next(iter(found.values()))[0].cases, ",")
        said = dict(label=words["label"], axis=text.inside(words["axis"]), title=evidence.title)
        shown = text.caption("shares_title", n=n, **said)

        def draw(axes):
            width = 0.8 / len(found)
            for i, (variant, shares) in enumerate(found.items()):
                x = np.arange(len(shares)) + (i - (len(found) - 1) / 2) * width
                mean = np.array([e.mean for e in shares]) * 100
                ends = np.array([[e.mean - e.low, e.high - e.mean] for e in shares]).T * 100
                colours = {
                    "color": look[variant].colour,
                    "edgecolor": GROUND[0],
                    "hatch": ("", "//", "..", "xx")[i % 4],
                }
                axes.bar(x, mean, width * 0.9, lw=0, label=evidence.labels[variant], **colours)
                axes.errorbar(x, mean, ends.clip(0), fmt="none", ecolor=TEXT[0], elinewidth=0.9, capsize=2)
            numerals(axes, text, "y")
            axes.set_xticks(range(len(self.columns)))
            axes.set_xlabel(words["axis"])
            label_y(axes, f"{words['label']} (%)")
            axes.set_ylim(bottom=0)
            axes.grid(axis="x", visible=False)
            title(axes, shown)
            legend(axes)

        ends = [
            f"{evidence.labels[v]} "
            + ", ".join(f"{i}: {text.numeral(100 * e.mean, '.0f')}" for i, e in enumerate(shares))
            for v, shares in found.items()
        ]
        parts = [
            text.caption("outcomes", n=n, preset=evidence.under, **said),
            text.caption("lines_on_bars"),
        ]
        return Picture(
            f"{self.experiment}_{self.columns[0]}_outcomes",
            w.described(text, text.caption("outcomes_alt", label=words["label"], axis=said["axis"]), ends),
            " ".join(parts),
            draw,
        )
