"""Bars: how many of the held-out questions the nets answer."""

import dataclasses

import numpy as np

from experiments.claims.statistics import share_interval
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, style


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
        found, words = {}, evidence.text.figure(self)
        for variant in evidence.experiment.variants:
            rows = [record["history"][-1] for record in evidence.done(variant).values()]
            rows = [row for row in rows if row.get(self.of) and self.columns[0] in row]
            if rows:
                found[variant] = [share_interval([(row[c], row[self.of]) for row in rows]) for c in self.columns]
        if not found:
            return None

        def draw(axes):
            width = 0.8 / len(found)
            for i, (variant, shares) in enumerate(found.items()):
                x = np.arange(len(shares)) + (i - (len(found) - 1) / 2) * width
                mean = np.array([e.mean for e in shares]) * 100
                ends = np.array([[e.mean - e.low, e.high - e.mean] for e in shares]).T * 100
                look = {"color": style(evidence.experiment, variant)["color"], "hatch": ("", "//", "..", "xx")[i % 4]}
                axes.bar(x, mean, width * 0.9, edgecolor="white", lw=0, label=evidence.labels[variant], **look)
                axes.errorbar(x, mean, ends.clip(0), fmt="none", ecolor="#222222", elinewidth=0.9, capsize=2)
            axes.set_xticks(range(len(self.columns)))
            axes.set_xlabel(words["axis"])
            axes.set_ylabel(f"{words['label']} (%)")
            axes.set_ylim(bottom=0)
            axes.grid(axis="x", visible=False)
            legend(axes)

        text = "; ".join(
            f"{evidence.labels[v]} " + ", ".join(f"{i}: {100 * e.mean:.1f} %" for i, e in enumerate(shares))
            for v, shares in found.items()
        )
        n = next(iter(found.values()))[0].cases
        return Picture(
            f"{self.experiment}_{self.columns[0]}_outcomes",
            f"{words['label']} by {words['axis'][0].lower()}{words['axis'][1:]}. {text}.",
            f"{words['label']} by {words['axis'][0].lower()}{words['axis'][1:]}, {evidence.title}, preset "
            f"{evidence.preset}, {n:,} of each variant. Lines on the bars: 95 % interval, of the counts or between "
            "the seeds, whichever is wider.",
            draw,
        )
