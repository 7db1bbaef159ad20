"""What every claim has, and the verdict on an interval."""

import dataclasses

from experiments.harness.quantities import QUANTITIES

VERDICTS = ("reproduced", "not reproduced", "inconclusive", "not run")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A verdict, the reason for it, and the measured number it rests on."""

    verdict: str
    reason: str
    measured: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """What every claim has.

    Attributes:
        source: where the paper says so.
        experiment: name of the experiment that judges it.
        quantity: name in `QUANTITIES`.
        presets: presets that may judge it.
    """

    source: str
    experiment: str
    quantity: str
    presets: tuple = ("paper",)

    def judge(self, evidence):
        """Verdict from an `Evidence` (see `report.evidence`), which holds one preset's runs."""
        if evidence is None or evidence.preset is None:
            return Verdict("not run", f"no finished run; judged by preset {' or '.join(self.presets)}")
        if evidence.preset not in self.presets:
            return Verdict(
                "not run", f"preset {evidence.preset} may not judge it; preset {' or '.join(self.presets)} may"
            )
        return self._judge(evidence)

    def _values(self, evidence, variant):
        return evidence.values(variant, self.quantity)

    def number(self, value):
        """A value of the claim's quantity with its unit."""
        quantity = QUANTITIES[self.quantity]
        return f"{quantity.number(value)} {quantity.unit}".strip()

    def difference(self, value):
        """A margin or tolerance of the claim's quantity with its unit."""
        quantity = QUANTITIES[self.quantity]
        return f"{quantity.number(value)} {quantity.difference_unit}".strip()


def interval_verdict(estimate, low, high, measured):
    """Verdict on "the mean lies between low and high" (`None`: no bound), by the 95 % interval."""
    if estimate.interval is None:
        return Verdict("inconclusive", "one run gives no interval", measured)
    above = low is None or estimate.low >= low
    below = high is None or estimate.high <= high
    if above and below:
        return Verdict("reproduced", "the 95 % interval lies where the claim puts it", measured)
    if (high is not None and estimate.low > high) or (low is not None and estimate.high < low):
        return Verdict("not reproduced", "the 95 % interval excludes the claim", measured)
    return Verdict("inconclusive", "the 95 % interval straddles the line", measured)


def describe(estimate, quantity, difference=False):
    """An estimate of a quantity, or of a difference of two, in words: mean, 95 % interval, number of runs."""
    quantity = QUANTITIES[quantity]
    unit = quantity.difference_unit if difference else quantity.unit
    text = f"{quantity.number(estimate.mean)} {unit}".strip()
    if estimate.interval:
        text += f" [{quantity.number(estimate.low)}, {quantity.number(estimate.high)}]"
    return f"{text}, n = {estimate.n}"
