"""Final values of every seed."""

import dataclasses

import numpy as np
from matplotlib.ticker import MaxNLocator

from experiments.claims.quantities import POSSIBLE, Quantity
from experiments.report.blocks import Picture
from experiments.report.figures.style import Figure, style


@dataclasses.dataclass(frozen=True)
class FinalValues(Figure):
    """A quantity of the finished runs: every seed as a point, the mean and its 95 % interval."""

    experiment: str
    quantity: Quantity

    def picture(self, evidence):
        quantity = self.quantity
        values = {v: evidence.values(v, self.quantity) for v in evidence.experiment.variants}
        values = {v: np.array(list(by_seed.values())) for v, by_seed in values.items() if by_seed}
        if not values:
            return None
        estimates = {v: evidence.estimate(v, quantity).scaled(quantity.scale) for v in values}
        values = {v: x * quantity.scale for v, x in values.items()}
        everything = np.concatenate(list(values.values()))
        spread = float(np.ptp(everything)) or abs(float(everything[0])) or 1.0
        low, high = everything.min() - 0.5 * spread, everything.max() + 0.5 * spread
        if everything.min() >= 0:  # a share, a cost, a count
            low = max(low, -0.02 * high)
        if quantity.unit in POSSIBLE:  # no share lies beyond 100 %
            high = min(high, 1.02 * POSSIBLE[quantity.unit][1] * quantity.scale)
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
            axes.set_xlabel(evidence.text.axis(quantity))
            axes.grid(axis="y", visible=False)

        text = "; ".join(
            f"{evidence.labels[v]} {estimates[v].mean:.4g}"
            + (f" [{estimates[v].low:.4g}, {estimates[v].high:.4g}]" if estimates[v].interval else "")
            for v in values
        )
        note = " Bars that reach the edge go on beyond it; the table has their ends." if clipped else ""
        return Picture(
            f"{self.experiment}_{quantity.name}_final",
            f"{evidence.text.axis(quantity)}, mean and 95 % interval by variant: {text}.",
            f"{evidence.text.quantity(quantity)} of the finished runs, {evidence.title}, preset {evidence.preset}. "
            f"Points: seeds; bar: 95 % interval of the mean; tick: mean.{note}",
            draw,
        )
