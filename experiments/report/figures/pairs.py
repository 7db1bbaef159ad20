"""Two variants, seed by seed: their paired differences, and how many seeds would settle which is lower."""

import dataclasses
import math
import textwrap

import numpy as np
from scipy import stats

from experiments.claims.quantities import Quantity
from experiments.claims.statistics import LEVEL, paired_difference, runs_for
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import GROUND, PALETTE, QUIET, TEXT
from experiments.report.figures.style import Figure, label_y, name_lines, numerals, style, title, whole
from experiments.spec.text import Amount, bracketed

BESIDE = 16  # letters in a line of a name that has another one beside it


@dataclasses.dataclass(frozen=True)
class Pair(Figure):
    """Two variants of an experiment, compared seed by seed.

    Attributes:
        experiment, quantity: as of `FinalValues`.
        lower, higher: variants; the difference is the second's value less the first's, as of the claim `Ordering`.
        size: the published difference, or the margin that is taken for none, in the record's unit; `None`: neither.
    """

    experiment: str
    quantity: Quantity
    lower: str
    higher: str
    size: float | None = None

    def variants(self):
        return (self.lower, self.higher)

    def differences(self, evidence):
        """Return the values of both by seed, of the seeds that both have, and the estimate of the difference."""
        found = [evidence.values(variant, self.quantity) for variant in (self.lower, self.higher)]
        seeds = sorted(set(found[0]) & set(found[1]))
        low, high = ({seed: values[seed] for seed in seeds} for values in found)
        return low, high, paired_difference(high, low)

    def said(self, evidence):
        """Return what captions say of the pair."""
        text = evidence.text
        names = dict(lower=evidence.labels[self.lower], higher=evidence.labels[self.higher])
        return names | dict(quantity=text.quantity(self.quantity), title=evidence.title)

    def named(self, kind):
        """Return the name of the file."""
        return f"{self.experiment}_{self.quantity.name}_{self.lower}_{self.higher}_{kind}".replace(".", "")


@dataclasses.dataclass(frozen=True)
class PairedDifferences(Pair):
    """A line for each seed from one variant's value to the other's; beside it the mean difference and its interval."""

    def picture(self, evidence):
        quantity, text, look = self.quantity, evidence.text, style(evidence)
        low, high, estimate = self.differences(evidence)
        if estimate is None:
            return None
        said = self.said(evidence)
        shown = text.caption("pairs_title", seeds=w.seeds(text, str(estimate.n)), **said)

        def draw(axes):
            figure = axes.figure
            axes.remove()
            values, beside = figure.subplots(1, 2, width_ratios=[3, 1.4])
            for seed in low:
                y = [high[seed] * quantity.scale, low[seed] * quantity.scale]
                values.plot([0, 1], y, color=QUIET[0], lw=0.9, zorder=1)
            for x, (variant, by_seed) in enumerate(((self.higher, high), (self.lower, low))):
                line = look[variant]
                y = np.array(list(by_seed.values())) * quantity.scale
                values.plot([x] * len(y), y, ls="none", marker=line.marker, color=line.colour, ms=6)
            names = [textwrap.fill(evidence.labels[v], BESIDE) for v in (self.higher, self.lower)]
            values.set_xticks([0, 1], names)
            values.set_xlim(-0.35, 1.35)
            label_y(values, w.axis(text, quantity))
            values.grid(axis="x", visible=False)
            numerals(values, text, "y")
            scaled = estimate.scaled(quantity.scale)
            beside.axhline(0, color=QUIET[0], lw=1)
            if scaled.interval:
                beside.plot([0, 0], scaled.interval, color=TEXT[0], lw=2, solid_capstyle="butt")
            beside.plot([0], [scaled.mean], ls="none", marker="o", ms=7, color=TEXT[0])
            if self.size is not None:
                diamond = dict(ls="none", marker="D", ms=7, mfc=GROUND[0], mec=TEXT[0], mew=1.2)
                beside.plot([0.35], [self.size * quantity.scale], **diamond)
            beside.set_xlim(-1, 1)
            beside.set_xticks([0], [text.caption("difference")])
            beside.grid(axis="x", visible=False)
            label_y(beside, w.labelled(text, text.caption("forest_difference"), quantity.difference_unit))
            beside.margins(y=0.15)
            numerals(beside, text, "y")
            title(values, shown)

        number = w.measured(text, quantity, estimate.mean, difference=True)
        if estimate.interval:
            number += f" {bracketed(*(text.number(quantity, end) for end in estimate.interval))}"
        parts = [
            text.caption("pairs", preset=evidence.under, **said),
            text.caption("pairs_lines", number=number, **said),
            *([text.caption("pairs_diamond")] if self.size is not None else []),
        ]
        head = text.caption("pairs_alt", **said)
        return Picture(self.named("pairs"), w.described(text, head, [number]), " ".join(parts), draw)


@dataclasses.dataclass(frozen=True)
class SeedsToVerdict(Pair):
    """How wide the interval of the difference is expected to be by number of seeds, from the spread that was measured.

    Beside it the size that a verdict has to find, and where the test finds it with 80 % power.
    """

    most: int = 40

    def picture(self, evidence):
        quantity, text = self.quantity, evidence.text
        _, _, estimate = self.differences(evidence)
        if estimate is None or estimate.n < 3 or not estimate.error or self.size is None:
            return None
        spread, size = estimate.error * math.sqrt(estimate.n), abs(self.size)
        needed, had = runs_for(size, spread), estimate.n
        said = self.said(evidence)
        shown = text.caption("power_title", **said)
        last = max(self.most, had + 1)

        def draw(axes):
            n = np.arange(3, last + 1)
            widths = half_width(n, spread) * quantity.scale
            line = dict(color=PALETTE["blue"][0], linestyle="-", marker="o")
            axes.plot(n, widths, lw=1.6, color=line["color"], label=text.caption("half_width"))
            axes.plot([had], [half_width(had, spread) * quantity.scale], ls="none", marker="o", color=line["color"])
            level = dict(color=PALETTE["vermillion"][0], linestyle="--", marker=None)
            axes.axhline(size * quantity.scale, lw=1.4, ls="--", color=level["color"], label=text.caption("size"))
            if needed is not None and needed <= last:
                axes.axvline(needed, color=QUIET[0], lw=1, ls=(0, (4, 2)))
            axes.set_ylim(0, max(1.15 * size * quantity.scale, float(widths[0])))
            axes.set_xlim(2, last + 1)
            axes.set_xlabel(text.caption("number_of_seeds"))
            label_y(axes, w.labelled(text, text.caption("half_width"), quantity.difference_unit))
            numerals(axes, text)
            whole(axes.xaxis)
            title(axes, shown)
            ends = [
                (text.caption("half_width"), line, widths[-1]),
                (text.caption("size"), level, size * quantity.scale),
            ]
            name_lines(axes, ends)

        power = text.caption("power_never")
        if needed is not None:
            power = text.caption("power_at", n=needed, size=Amount(quantity, size, difference=True))
        parts = [text.caption("power", preset=evidence.under, n=had, **said), power]
        return Picture(
            self.named("power"),
            w.described(text, text.caption("power_alt", **said), [power.rstrip(".")]),
            " ".join(parts),
            draw,
        )


def half_width(n, spread):
    """Return half the length of Student's interval of the mean of n differences with a standard deviation."""
    return stats.t.ppf(1 - LEVEL / 2, np.asarray(n) - 1) * spread / np.sqrt(n)
