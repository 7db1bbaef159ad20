"""Claims on how many times larger one cost is than another."""

import dataclasses
import math

from experiments.claims import Claim, Measured, Part, Reason
from experiments.claims.ratios import describe_ratio, ratio_of
from experiments.claims.verdict import between, on_ratios


@dataclasses.dataclass(frozen=True, kw_only=True)
class RatioWithin(Claim):
    """A positive quantity is between so many times and so many times larger for one variant than for another.

    Judged by the 95 % interval of the geometric mean of the ratios, seed by seed.

    Attributes:
        larger, smaller: variants.
        low, high: factors; `None`: no bound on that side.
    """

    larger: str
    smaller: str
    low: float | None = None
    high: float | None = None
    kind = "ratio within"
    naming = ("larger", "smaller")

    def published(self, text):
        if self.high is None:
            return text.phrase("at_least", number=f"{text.numeral(self.low)}×")
        low, high = (f"{text.numeral(bound)}×" for bound in (self.low, self.high))
        return text.phrase("between", low=low, high=high)

    def shown(self, estimate, text):
        return describe_ratio(estimate, text, self.larger, self.smaller)

    def yardstick(self):
        low, high = self._ends()
        return on_ratios(low=low, high=high)

    def _ends(self):
        """Return the logarithms of both bounds."""
        return tuple(bound and math.log(bound) for bound in (self.low, self.high))

    def measure(self, evidence):
        estimate, notes = ratio_of(self.quantity, evidence, self.larger, self.smaller)
        if estimate is None:
            return Measured(missing=Reason("no_pair"))
        return Measured((Part(estimate, notes=notes),))

    def decide(self, measured, evidence, p):
        verdict, reason = between(measured.parts[0].estimate, *self._ends())
        return verdict, (reason,)
