"""Claims on ratios, seed by seed: how many times longer something takes, also where some runs never get there."""

import dataclasses
import math

from experiments.claims.claim import Claim
from experiments.claims.statistics import Estimate, ratio_interval
from experiments.claims.verdict import Margin, Measured, Part, Reason, compare, contradicted, on_ratios
from experiments.spec.text import bracketed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ratio(Claim):
    """A positive quantity is so many times larger for one variant than for another, seed by seed.

    Judged by the geometric mean of the paired ratios (Student's t of their logarithms). Of a time until something
    that a run never got to only a lower bound is known: the ratio then has no mean, and an interval from six pairs on
    (`statistics.ratio_interval`).

    Attributes:
        larger, smaller: variants.
        value: the published ratio, above 1.
        on_size, sizes: as of `Ordering`.
        margin: `Margin` of no difference, a factor, or `None`.
    """

    larger: str
    smaller: str
    value: float
    on_size: bool = False
    sizes: tuple = ("paper",)
    margin: Margin | None = None
    kind = "ratio"
    naming = ("larger", "smaller")

    def published(self, text):
        return text.phrase("times", ratio=round(self.value, 2))

    def shown(self, estimate, text):
        return describe_ratio(estimate, text, self.larger, self.smaller)

    def effect(self):
        return math.log(self.value) if self.value > 1 else self.margin and math.log(self.margin.value)

    def yardstick(self):
        return on_ratios(published=math.log(self.value), low=0.0)

    def measure(self, evidence):
        estimate, notes = ratio_of(self.quantity, evidence, self.larger, self.smaller)
        if estimate is None:
            return Measured(missing=Reason("no_pair"))
        later = None
        if self.margin:
            later, _ = ratio_of(self.quantity, evidence, self.larger, self.smaller, self.margin)
        return Measured((Part(estimate, later=later, notes=notes),), p=estimate.p_value())

    def decide(self, measured, evidence, p):
        (part,) = measured.parts
        if part.estimate.interval is None:
            return "open", (Reason("six_pairs"),)
        size = math.log(self.value) if self.on_size else None
        margin = self.margin and math.log(self.margin.value)
        verdict, reason = compare(part.estimate, p, size, evidence.preset in self.sizes, margin, part.later)
        return contradicted(self, verdict, (reason,))


def ratio_of(quantity, evidence, larger, smaller, margin=None):
    """Return the estimate of the logarithm of a ratio, and notes on times that were not reached; `None`: no pair."""
    sides = [_bounds(quantity, evidence, variant, margin) for variant in (larger, smaller)]
    seeds = sorted(set(sides[0]) & set(sides[1]))
    if not seeds:
        return None, ()
    pairs = [(sides[0][seed], sides[1][seed]) for seed in seeds]
    # A time that was not reached may be any larger one: the bound of the ratio is then 0 or infinity.
    lows, highs = [a[0] / b[1] for a, b in pairs], [a[1] / b[0] for a, b in pairs]
    notes = _known(lows, highs) if lows != highs else []
    waited = [variant for variant in (larger, smaller) if evidence.beyond(variant, quantity, margin)]
    told = ((variant, not_reached(evidence, variant, quantity, margin)) for variant in waited)
    notes += [dataclasses.replace(reason, about=variant) for variant, reason in told]
    return ratio_interval(lows, highs), tuple(notes)


def not_reached(evidence, variant, quantity, margin=None):
    """Return as a reason that some runs of a variant, or all, waited for something in vain."""
    beyond, values = evidence.beyond(variant, quantity, margin), evidence.values(variant, quantity, margin)
    times = " / ".join(evidence.text.numeral(least) for least in sorted(set(beyond.values())))
    unit = evidence.text.unit(quantity)
    counts = dict(waited=times, unit=unit, missed=len(beyond), runs=len(values) + len(beyond))
    if not values:
        return Reason.of("not_reached", **counts)
    reached = "; ".join(evidence.text.number(quantity, value) for _, value in sorted(values.items()))
    return Reason.of("not_all_reached", reached=reached, **counts)


def _bounds(quantity, evidence, variant, margin):
    """By seed, two numbers between which the quantity lies."""
    known = {seed: (value, value) for seed, value in evidence.values(variant, quantity, margin).items()}
    open_ended = evidence.beyond(variant, quantity, margin)
    return known | {seed: (least, math.inf) for seed, least in open_ended.items()}


def _known(lows, highs):
    """Return as notes what is known of ratios that are not all known."""
    found = [Reason.of("at_least", ratio=min(lows))] if min(lows) > 0 else []
    return found + ([Reason.of("at_most", ratio=max(highs))] if max(highs) < math.inf else [])


def describe_ratio(estimate: Estimate, text, larger=None, smaller=None):
    """Return the logarithm of a ratio in words, as the ratio: three significant digits, zeros too.

    Args:
        estimate: of the logarithm.
        text: the words.
        larger, smaller: variants that it is the ratio of; `None`: the place says so.
    """
    if estimate.mean is None:
        said = text.phrase("runs", n=estimate.n)
    else:
        words = f"{_digits(math.exp(estimate.mean), text)}×"
        if estimate.interval:
            words += f" {bracketed(*(_digits(math.exp(end), text) for end in estimate.interval))}"
        said = text.phrase("estimate", estimate=words, n=estimate.n)
    if larger is None:
        return said
    return text.phrase("over", first=text.labels[larger], second=text.labels[smaller], number=said)


def _digits(ratio, text):
    return text.numeral(ratio, "#.3g").rstrip(".,")
