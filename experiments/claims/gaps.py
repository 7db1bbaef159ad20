"""Gaps between two variants, and which of two is the wider."""

import dataclasses

from experiments.claims.claim import Claim, describe
from experiments.claims.statistics import paired_difference
from experiments.claims.verdict import Measured, Part, Reason, compare, on_differences


@dataclasses.dataclass(frozen=True, kw_only=True)
class WiderGap(Claim):
    """One pair of variants lies further apart than another pair, seed by seed.

    Attributes:
        higher, lower: the pair that is to lie further apart; the gap is the first one's value less the second's.
        above, below: the other pair.
    """

    higher: str
    lower: str
    above: str
    below: str
    kind = "gap"
    naming = ("higher", "lower", "above", "below")

    def published(self, text):
        return text.phrase("above", number=self.difference(0.0))

    def shown(self, estimate, text):
        return describe(estimate, self.quantity, text, difference=True)

    def yardstick(self):
        return on_differences(self.quantity, low=0.0)

    def measure(self, evidence):
        wide, narrow = (self._gaps(evidence, *pair) for pair in ((self.higher, self.lower), (self.above, self.below)))
        found = paired_difference(wide, narrow)
        if found is None:
            return Measured(missing=Reason("no_pair"))
        return Measured((Part(found),), p=found.p_value())

    def _gaps(self, evidence, first, second):
        one, other = (evidence.values(variant, self.quantity) for variant in (first, second))
        return {seed: one[seed] - other[seed] for seed in one if seed in other}

    def decide(self, measured, evidence, p):
        verdict, reason = compare(measured.parts[0].estimate, p)
        return verdict, (reason,)
