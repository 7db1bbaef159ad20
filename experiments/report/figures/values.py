"""Final values of every seed."""

import dataclasses

import numpy as np
from matplotlib.ticker import MaxNLocator

from experiments.claims.quantities import POSSIBLE, Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.style import Figure, bar, counted, numerals, style, title
from experiments.spec.text import bracketed


@dataclasses.dataclass(frozen=True)
class FinalValues(Figure):
    """A quantity of the finished runs: every seed as a point, the mean and its 95 % interval.

    Intervals that reach beyond the axis end in arrow heads.
    """

    experiment: str
    quantity: Quantity

    def picture(self, evidence):
        quantity, text, look = self.quantity, evidence.text, style(evidence)
        values = {v: evidence.values(v, self.quantity) for v in evidence.experiment.variants}
        values = {v: np.array(list(by_seed.values())) for v, by_seed in values.items() if by_seed}
        if not values:
            return None
        estimates = {v: evidence.estimate(v, quantity) for v in values}
        scaled = {v: estimate.scaled(quantity.scale) for v, estimate in estimates.items()}
        values = {v: x * quantity.scale for v, x in values.items()}
        everything = np.concatenate(list(values.values()))
        spread = float(np.ptp(everything)) or abs(float(everything[0])) or 1.0
        low, high = everything.min() - 0.5 * spread, everything.max() + 0.5 * spread
        if everything.min() >= 0:  # a share, a cost, a count
            low = max(low, -0.02 * high)
        if quantity.unit in POSSIBLE:  # no share lies beyond 100 %
            high = min(high, 1.02 * POSSIBLE[quantity.unit][1] * quantity.scale)
        clipped = any(e.interval and (e.low < low or e.high > high) for e in scaled.values())
        lost = {v: sum(r["outcome"] == "diverged" for r in evidence.runs[v].values()) for v in values}
        n, name = counted(values.values()), text.quantity(quantity)
        shown = text.caption("values_title", quantity=name, title=evidence.title, seeds=w.seeds(text, n))

        def label(variant):
            words = evidence.labels[variant]
            return f"{words}\n{text.caption('some_diverged', runs=lost[variant])}" if lost[variant] else words

        def draw(axes):
            axes.figure.set_size_inches(5.6, 1.5 + 0.36 * len(values))
            axes.set_ylim(len(values) - 0.5, -0.5)
            axes.set_xlim(low, high)
            for y, (variant, x) in enumerate(values.items()):
                line, estimate = look[variant], scaled[variant]
                bar(axes, y, estimate, line.colour)
                seeds = dict(ls="none", marker=line.marker, color=line.colour, ms=4, alpha=0.6)
                axes.plot(x, np.full(len(x), y) + 0.24, **seeds)
                axes.plot([estimate.mean], [y], ls="none", marker="|", color=line.colour, ms=12, mew=2.5)
            axes.set_yticks(range(len(values)), [label(v) for v in values])
            axes.xaxis.set_major_locator(MaxNLocator(6))
            numerals(axes, text, "x")
            axes.set_xlabel(w.axis(text, quantity))
            axes.grid(axis="y", visible=False)
            title(axes, shown)

        ends = [
            f"{evidence.labels[v]} {text.number(quantity, e.mean)}"
            + (f" {bracketed(*(text.number(quantity, end) for end in e.interval))}" if e.interval else "")
            for v, e in estimates.items()
        ]
        parts = [
            text.caption("values", quantity=name, title=evidence.title, preset=evidence.under),
            text.caption("points_and_bars"),
            *([text.caption("arrows")] if clipped else []),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_final",
            w.described(text, text.caption("values_alt", quantity=w.axis(text, quantity)), ends),
            " ".join(parts),
            draw,
        )
