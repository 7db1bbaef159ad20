"""Claims on ratios, also of times that not every run has reached."""

import dataclasses
import math

from experiments.claims.claim import Claim, Verdict
from experiments.claims.statistics import ratio_interval


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ratio(Claim):
    """A positive quantity is so many times larger for one variant than for another, seed by seed.

    Judged by the interval of the geometric mean of the paired ratios (Student's t of their
    logarithms). Of a time until something that a run never got to only a lower bound is known: the ratio
    then has no mean, and an interval from six pairs on (`statistics.ratio_interval`).

    Attributes:
        larger, smaller: variants.
        value: the published ratio.
        low, high: what counts as reproduced; `None`: no bound on that side.
    """

    larger: str
    smaller: str
    value: float
    low: float | None = None
    high: float | None = None
    kind = "ratio"
    naming = ("larger", "smaller")

    def published(self, text):
        bounds = [f"{word} {x:g}" for word, x in (("at least", self.low), ("at most", self.high)) if x is not None]
        return f"{self.value:g} times (reproduced if {' and '.join(bounds)}: {self.why(text)})"

    def _judge(self, evidence):
        sides = [self._bounds(evidence, variant) for variant in (self.larger, self.smaller)]
        seeds = sorted(set(sides[0]) & set(sides[1]))
        if not seeds:
            return Verdict("not run", "no seed has finished for both variants")
        pairs = [(sides[0][seed], sides[1][seed]) for seed in seeds]
        # A time that was not reached may be any larger one: the bound of the ratio is then 0 or infinity.
        lows, highs = [a[0] / b[1] for a, b in pairs], [a[1] / b[0] for a, b in pairs]
        mean, low, high = ratio_interval(lows, highs)
        parts = [f"{_digits(mean)} times" if mean else _bounds_in_words(lows, highs)]
        if mean and low:
            parts[0] += f" [{_digits(low)}, {_digits(high)}]"
        parts[0] += f", n = {len(seeds)}"
        for variant in (self.larger, self.smaller):
            values, beyond = self._values(evidence, variant), evidence.beyond(variant, self.quantity)
            if beyond:
                parts.append(f"{evidence.labels[variant]}: {not_reached(values, beyond, self.quantity)}")
        measured = "; ".join(parts)
        above, below = self.low is None or low >= self.low, self.high is None or high <= self.high
        if above and below:
            return Verdict("reproduced", "the 95 % interval lies where the claim puts it", measured)
        if (self.low is not None and high < self.low) or (self.high is not None and low > self.high):
            return Verdict("not reproduced", "the 95 % interval excludes the claim", measured)
        reason = "the 95 % interval straddles the line"
        if (low, high) == (0, math.inf):
            reason = (
                "one pair gives no interval" if mean else "where a time is only bounded, an interval needs six pairs"
            )
        return Verdict("inconclusive", reason, measured)

    def _bounds(self, evidence, variant):
        """By seed, two numbers between which the quantity lies."""
        known = {seed: (value, value) for seed, value in self._values(evidence, variant).items()}
        open_ended = evidence.beyond(variant, self.quantity)
        return known | {seed: (least, math.inf) for seed, least in open_ended.items()}


def _digits(ratio):
    """Three significant digits, zeros too: 1.00 says more than 1."""
    return f"{ratio:#.3g}".rstrip(".")


def _bounds_in_words(lows, highs):
    """Return in words the bounds of ratios that are not all known."""
    parts = [f"at least {min(lows):.3g}"] if min(lows) > 0 else []
    parts += [f"at most {max(highs):.3g}"] if max(highs) < math.inf else []
    return f"{' and '.join(parts)} times in every pair" if parts else "not known"


def not_reached(values, beyond, quantity):
    """In words, a time until something that some runs, or all, have waited for in vain."""
    runs = len(values) + len(beyond)
    waited = " or ".join(f"{least:g}" for least in sorted(set(beyond.values())))
    text = f"not reached within {waited} {quantity.unit} in {len(beyond)} of {runs} runs"
    reached = ", ".join(quantity.number(value) for _, value in sorted(values.items()))
    return f"{text}; {reached} {quantity.unit} in the others" if reached else text
