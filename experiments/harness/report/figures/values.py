"""What came out in the end: values of every seed, and how many cases ended in which way."""

import dataclasses

import numpy as np
from matplotlib.ticker import MaxNLocator

from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.blocks import Picture
from experiments.harness.report.figures.base import axis_label, legend, style
from experiments.harness.statistics import binomial_interval


@dataclasses.dataclass(frozen=True)
class FinalValues:
    """A quantity of the finished runs: every seed as a point, the mean and its 95 % interval."""

    experiment: str
    quantity: str

    def picture(self, evidence):
        quantity = QUANTITIES[self.quantity]
        values = {v: evidence.values(v, self.quantity) for v in evidence.experiment.variants}
        values = {v: np.array(list(by_seed.values())) for v, by_seed in values.items() if by_seed}
        if not values:
            return None
        estimates = {v: quantity.estimate(x).scaled(quantity.scale) for v, x in values.items()}
        values = {v: x * quantity.scale for v, x in values.items()}
        everything = np.concatenate(list(values.values()))
        spread = float(np.ptp(everything)) or abs(float(everything[0])) or 1.0
        low, high = everything.min() - 0.5 * spread, everything.max() + 0.5 * spread
        if everything.min() >= 0:  # a share, a cost, a count
            low = max(low, -0.02 * high)
        clipped = any(e.interval and (e.low < low or e.high > high) for e in estimates.values())

        def draw(axes):
            for y, (variant, x) in enumerate(values.items()):
                look, estimate = style(evidence.experiment, variant), estimates[variant]
                colour = look["color"]
                if estimate.interval:
                    axes.plot(estimate.interval, [y, y], color=colour, lw=2, solid_capstyle="butt")
                axes.plot(x, np.full(len(x), y) + 0.18, ls="none", marker=look["marker"], color=colour, ms=4, alpha=0.6)
                axes.plot([estimate.mean], [y], ls="none", marker="|", color=colour, ms=14, mew=2.5)
            axes.set_yticks(range(len(values)), [evidence.labels[v] for v in values])
            axes.set_ylim(len(values) - 0.5, -0.5)
            axes.set_xlim(low, high)
            axes.xaxis.set_major_locator(MaxNLocator(6))
            axes.set_xlabel(axis_label(quantity))
            axes.grid(axis="y", visible=False)

        text = "; ".join(
            f"{evidence.labels[v]} {estimates[v].mean:.4g}"
            + (f" [{estimates[v].low:.4g}, {estimates[v].high:.4g}]" if estimates[v].interval else "")
            for v in values
        )
        note = " Bars that reach the edge go on beyond it; the table has their ends." if clipped else ""
        return Picture(
            f"{self.experiment}_{self.quantity}_final",
            f"{axis_label(quantity)}, mean and 95 % interval by variant: {text}.",
            f"{quantity.label} of the finished runs, {evidence.experiment.title}, preset {evidence.preset}. Points: "
            f"seeds; bar: 95 % interval of the mean (Student's t); tick: mean.{note}",
            draw,
        )


@dataclasses.dataclass(frozen=True)
class Outcomes:
    """How many cases ended in which way: bars with the exact 95 % interval, counts pooled over the seeds.

    Attributes:
        experiment: whose runs.
        columns: of the last row, counts that exclude one another; their places, from 0, stand on the horizontal axis.
        of: column of all cases.
        label, axis: of the vertical axis, in percent, and of the horizontal one.
    """

    experiment: str
    columns: tuple
    of: str
    label: str
    axis: str

    def picture(self, evidence):
        found = {}
        for variant in evidence.experiment.variants:
            rows = [record["history"][-1] for record in evidence.done(variant).values()]
            rows = [row for row in rows if row.get(self.of) and self.columns[0] in row]
            if rows:
                n = sum(row[self.of] for row in rows)
                found[variant] = [binomial_interval(sum(row[column] for row in rows), n) for column in self.columns]
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
            axes.set_xlabel(self.axis)
            axes.set_ylabel(f"{self.label} (%)")
            axes.set_ylim(bottom=0)
            axes.grid(axis="x", visible=False)
            legend(axes)

        text = "; ".join(
            f"{evidence.labels[v]} " + ", ".join(f"{i}: {100 * e.mean:.1f} %" for i, e in enumerate(shares))
            for v, shares in found.items()
        )
        n = next(iter(found.values()))[0].n
        return Picture(
            f"{self.experiment}_{self.columns[0]}_outcomes",
            f"{self.label} by {self.axis[0].lower()}{self.axis[1:]}. {text}.",
            f"{self.label} by {self.axis[0].lower()}{self.axis[1:]}, {evidence.experiment.title}, preset "
            f"{evidence.preset}, {n:,} of each variant. Lines on the bars: exact 95 % interval.",
            draw,
        )
