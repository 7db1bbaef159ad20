"""Claims on the differences of variants, seed by seed: which is lower, which are alike, which is no better."""

import dataclasses
import math

from experiments.claims.claim import Claim, describe
from experiments.claims.ratios import describe_ratio, ratio_of
from experiments.claims.statistics import paired_difference
from experiments.claims.verdict import (
    ENOUGH,
    Margin,
    Measured,
    Part,
    Reason,
    between,
    compare,
    contradicted,
    on_differences,
    on_ratios,
)

ORDER = ("not reproduced", "open", "no such difference", "direction only", "reproduced")  # of the pairs of a claim


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lower(Claim):
    """A claim that something is lower for one side than for another: what both print."""

    def published(self, text):
        return text.phrase("lower")

    def shown(self, estimate, text):
        return lower_by(estimate, self.quantity, text)

    def yardstick(self):
        return on_differences(self.quantity, low=0.0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ordering(Lower):
    """`lower` has a smaller value than each of `higher`, seed by seed.

    Every pair is compared by its paired differences, the other's value less that of `lower`. All pairs have to hold:
    the claim's p-value is that of the weakest pair. Where one is contradicted, it is that pair's, times the number of
    pairs.

    Attributes:
        lower: a variant.
        higher: variants that it should lie below.
        gap: the published difference, in the record's unit, or `None`. It stands beside the measured one, and tells
            how many runs would be needed.
        on_size: whether the claim is on that gap and not on the direction alone.
        sizes: presets that may judge a size.
        margin: `Margin` of no difference, or `None`.
    """

    lower: str
    higher: tuple
    gap: float | None = None
    on_size: bool = False
    sizes: tuple = ("paper",)
    margin: Margin | None = None
    kind = "ordering"
    naming = ("lower", "higher")

    def published(self, text):
        if self.gap is None:
            return super().published(text)
        return text.phrase("lower_by", gap=self.difference(self.gap))

    def effect(self):
        return self.gap or (self.margin and self.margin.value)

    def yardstick(self):
        return on_differences(self.quantity, published=self.gap, low=0.0)

    def measure(self, evidence):
        parts = []
        for other in self.higher:
            found = self._difference(evidence, other)
            if found is None:
                return Measured(missing=Reason("no_pair"))
            later = self._difference(evidence, other, self.margin) if self.margin else None
            parts.append(Part(found, other, later))
        return Measured(tuple(parts), p=_together([part.estimate for part in parts]))

    def _difference(self, evidence, other, margin=None):
        return paired_difference(*(evidence.values(v, self.quantity, margin) for v in (other, self.lower)))

    def decide(self, measured, evidence, p):
        size, judged = self.gap if self.on_size else None, evidence.preset in self.sizes
        margin, found = self.margin and self.margin.value, {}
        factor = p / measured.p if measured.p else 1.0  # what the correction for the paper's other claims made of it
        for part in measured.parts:
            own = min(1.0, factor * part.estimate.p_value() * (len(measured.parts) if part.estimate.mean < 0 else 1))
            verdict, reason = compare(part.estimate, own, size, judged, margin, part.later)
            found.setdefault(verdict, []).append((part.against, reason))
        verdict = next(v for v in ORDER if v in found)
        reasons = list(dict.fromkeys(reason for _, reason in found[verdict]))
        if len(self.higher) > 1 and len(found[verdict]) < len(self.higher):
            reasons.append(Reason.of("against", variants=tuple(other for other, _ in found[verdict])))
        return contradicted(self, verdict, tuple(reasons))


def _together(estimates):
    """Return the p-value of a claim that has to hold for every pair."""
    against = [e.p_value() for e in estimates if e.mean is not None and e.mean < 0]
    if against:
        return min(1.0, len(estimates) * min(against))
    return max(e.p_value() for e in estimates)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alike(Claim):
    """A quantity is the same for two variants, seed by seed, up to a margin.

    Reproduced where their difference lies within the margin (two one-sided tests), not reproduced where its 95 %
    interval lies outside.

    Attributes:
        first, second: variants.
        margin: `Margin` of no difference.
        relative: whether it is a factor, and the quantity positive: the ratio is then judged in place of the
            difference.
    """

    first: str
    second: str
    margin: Margin
    relative: bool = False
    kind = "alike"
    naming = ("first", "second")

    def published(self, text):
        if self.relative:
            return text.phrase("alike", margin=text.phrase("percent", number=100 * (self.margin.value - 1)))
        return text.phrase("alike", margin=self.difference(self.margin.value))

    def measured(self, verdict, text):
        sides = {side: text.labels[variant] for side, variant in self.named().items()}
        key = "over" if self.relative else "less"
        return text.phrase(key, number=number, **sides) if (number := super().measured(verdict, text)) else ""

    def shown(self, estimate, text):
        if self.relative:
            return describe_ratio(estimate, text)
        return describe(estimate, self.quantity, text, difference=True)

    def effect(self):
        return math.log(self.margin.value) if self.relative else self.margin.value

    def yardstick(self):
        ends = dict(low=-self.effect(), high=self.effect())
        return on_ratios(**ends) if self.relative else on_differences(self.quantity, **ends)

    def measure(self, evidence):
        estimate, notes = self._estimate(evidence)
        if estimate is None:
            return Measured(missing=Reason("no_pair"))
        later, _ = self._estimate(evidence, self.margin)
        return Measured((Part(estimate, later=later, notes=notes),))

    def _estimate(self, evidence, margin=None):
        if self.relative:
            return ratio_of(self.quantity, evidence, self.first, self.second, margin)
        values = (evidence.values(v, self.quantity, margin) for v in (self.first, self.second))
        return paired_difference(*values), ()

    def decide(self, measured, evidence, p):
        (part,), margin = measured.parts, self.effect()
        if part.estimate.interval is None:
            return "open", (Reason("six_pairs"),)
        if part.later is not None and part.later.n >= ENOUGH and part.later.within(margin):
            return "reproduced", (Reason("within_margin"),)
        verdict, reason = between(part.estimate, -margin, margin)
        if verdict == "reproduced":  # by runs from before the margin
            verdict, reason = "open", Reason("margin_is_new")
        return contradicted(self, verdict, (reason,))


@dataclasses.dataclass(frozen=True, kw_only=True)
class NoBetter(Claim):
    """A variant is not better than another: not lower by more than a margin, seed by seed.

    Reproduced where the upper end of the gain's 95 % interval lies below the margin, not reproduced where the lower
    end lies above it.

    Attributes:
        variant: that gains nothing.
        than: the other one.
        margin: `Margin`; a gain below it is none.
        gap: the published gain, below the margin, or `None`.
    """

    variant: str
    than: str
    margin: Margin
    gap: float | None = None
    kind = "no better"
    naming = ("variant", "than")

    def published(self, text):
        return text.phrase("no_better", margin=self.difference(self.margin.value))

    def shown(self, estimate, text):
        return lower_by(estimate, self.quantity, text)

    def effect(self):
        return self.margin.value - (self.gap or 0.0)

    def yardstick(self):
        return on_differences(self.quantity, published=self.gap, high=self.margin.value)

    def measure(self, evidence):
        found = [self._gain(evidence, margin) for margin in (None, self.margin)]
        if found[0] is None:
            return Measured(missing=Reason("no_pair"))
        return Measured((Part(found[0], self.than, found[1]),))

    def _gain(self, evidence, margin):
        return paired_difference(*(evidence.values(v, self.quantity, margin) for v in (self.than, self.variant)))

    def decide(self, measured, evidence, p):
        (part,), margin = measured.parts, self.margin.value
        if part.later is not None and part.later.n >= ENOUGH and part.later.high < margin:
            return "reproduced", (Reason("where_claimed"),)
        verdict, reason = between(part.estimate, None, margin)
        if verdict == "reproduced":
            verdict, reason = "open", Reason("margin_is_new")
        return contradicted(self, verdict, (reason,))


def lower_by(estimate, quantity, text):
    """Return a paired difference in words: lower by its mean where it is above 0, else higher by as much."""
    key, estimate = ("lower_by", estimate) if estimate.mean >= 0 else ("higher_by", estimate.negative())
    return text.phrase(key, gap=describe(estimate, quantity, text, difference=True))
