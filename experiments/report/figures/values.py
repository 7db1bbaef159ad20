"""Final values of every seed."""

import dataclasses

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from experiments.claims.quantities import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.style import Figure, bar, counted, label_x, log_axis, numerals, style, title
from experiments.spec.text import bracketed


@dataclasses.dataclass(frozen=True)
class FinalValues(Figure):
    """A quantity of the finished runs: every seed as a point, the mean and its 95 % interval.

    Intervals that reach beyond the axis end in arrow heads. Where runs differ by factors the axis is logarithmic, and
    a run that has 0 stands at its left end.
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
        log = quantity.geometric and bool((everything > 0).any())
        low, high = _factors(everything) if log else _span(everything)
        high = min(high, 1.02 * quantity.possible[1] * quantity.scale)  # no share lies beyond 100 %
        zeros = int((everything == 0).sum()) if log else 0
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
            if log:
                log_axis(axes, "x", text)
                if high > 1e5 * low:  # few numbers as long as 1e-48 have room
                    axes.xaxis.set_major_locator(LogLocator(numticks=6))
                axes.set_xlim(low, high)
            for y, (variant, x) in enumerate(values.items()):
                line, estimate = look[variant], scaled[variant]
                bar(axes, y, estimate, line.colour)
                seeds = dict(ls="none", marker=line.marker, color=line.colour, ms=4, alpha=0.6, clip_on=not log)
                axes.plot(np.maximum(x, low), np.full(len(x), y) + 0.24, **seeds)
                mean = dict(ls="none", marker="|", color=line.colour, ms=12, mew=2.5)
                axes.plot([max(estimate.mean, low)], [y], **mean)
            axes.set_yticks(range(len(values)), [label(v) for v in values])
            if not log:
                axes.xaxis.set_major_locator(MaxNLocator(6))
                numerals(axes, text, "x")
            label_x(axes, w.axis(text, quantity))
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
            *([text.caption("geometric")] if quantity.geometric else []),
            *([text.caption("arrows")] if clipped else []),
            *([text.caption("zeros_at_left", runs=zeros)] if zeros else []),
        ]
        return Picture(
            f"{self.experiment}_{quantity.name}_final",
            w.described(text, text.caption("values_alt", quantity=w.axis(text, quantity)), ends),
            " ".join(parts),
            draw,
        )


def _span(values):
    """Return the ends of a linear axis for these values."""
    spread = float(np.ptp(values)) or abs(float(values[0])) or 1.0
    low, high = values.min() - 0.5 * spread, values.max() + 0.5 * spread
    return (max(low, -0.02 * high) if values.min() >= 0 else low), high  # a share, a cost, a count


def _factors(values):
    """Return the ends of a logarithmic axis for these values, of which one at least lies above 0."""
    logs = np.log(values[values > 0])
    spread = 0.15 * (float(np.ptp(logs)) or 1.0)
    return float(np.exp(logs.min() - spread)), float(np.exp(logs.max() + spread))
