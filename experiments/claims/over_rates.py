"""How far a map over learning rates spreads, and the claim that one optimizer's spreads less than another's."""

import dataclasses
import math

from experiments.claims.comparisons import Lower
from experiments.claims.statistics import paired_difference
from experiments.claims.verdict import Measured, Part, Reason, compare, contradicted

LOST = 1.0  # the error that a diverged run counts with


def spreads(maps, rates):
    """Return by seed the largest less the smallest value of a map over some learning rates."""
    found = {}
    for seed, cells in maps.items():
        values = [cells[rate] for rate in rates if rate in cells]
        values = [value if math.isfinite(value) else LOST for value in values]
        if len(values) == len(rates):
            found[seed] = max(values) - min(values)
    return found


@dataclasses.dataclass(frozen=True, kw_only=True)
class NarrowerSpread(Lower):
    """An error spreads less over some learning rates for one variant than for each of others, seed by seed.

    Attributes:
        lower: the variant that is to spread less.
        higher: another one.
        rates: values of the grid, which are judged.
    """

    lower: str
    higher: str
    rates: tuple
    kind = "spread"
    naming = ("lower", "higher")

    def measure(self, evidence):
        if not all(evidence.whole(variant, self.quantity) for variant in self.variants()):
            return Measured(missing=Reason("not_whole"))
        own, other = (spreads(evidence.maps(v, self.quantity), self.rates) for v in (self.lower, self.higher))
        found = paired_difference(other, own)
        if found is None:
            return Measured(missing=Reason("no_pair"))
        return Measured((Part(found),), p=found.p_value())

    def decide(self, measured, evidence, p):
        verdict, reason = compare(measured.parts[0].estimate, p)
        return contradicted(self, verdict, (reason,))
