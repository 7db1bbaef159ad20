"""The contract of a claim, and the verdict on an interval."""

import dataclasses
from collections.abc import Mapping

from experiments.claims.quantities import Quantity

VERDICTS = ("reproduced", "not reproduced", "inconclusive", "not run")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A verdict, the reason for it, and the measured number it rests on."""

    verdict: str
    reason: str
    measured: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claim:
    """One checkable statement of a paper. Its words stand in the paper's text: `source`, `says` and `why`.

    Attributes:
        name: identifier, unique in the paper.
        experiment: name of the experiment that judges it.
        quantity: the `Quantity` that it is about.
        presets: presets that may judge it.
        text: key of its words; default: its name. Claims of one form share their words.
        words: what fills the blanks of its words, beside the labels of its variants, which fill those called
            as the claim's attributes.
    """

    name: str
    experiment: str
    quantity: Quantity
    presets: tuple = ("paper",)
    text: str = ""
    words: Mapping = dataclasses.field(default_factory=dict)
    naming = ()  # attributes that name a variant, or several

    def __post_init__(self):
        object.__setattr__(self, "text", self.text or self.name)

    def named(self):
        """Return, by attribute, the variant or the variants that it names."""
        return {name: value for name in self.naming if (value := getattr(self, name))}

    def variants(self):
        """Return all variants that the claim names."""
        found = self.named().values()
        return tuple(v for value in found for v in ([value] if isinstance(value, str) else value))

    def statement(self, text):
        """Return the claim in words."""
        return text.claim(self)["says"]

    def source(self, text):
        """Return where the paper says so."""
        return text.claim(self)["source"]

    def why(self, text):
        """Return where tolerances and bounds come from."""
        return text.claim(self)["why"]

    def judge(self, evidence):
        """Return the verdict from an `Evidence`, which holds one preset's runs."""
        if evidence is None or evidence.preset is None:
            return Verdict("not run", f"no finished run; judged by preset {' or '.join(self.presets)}")
        if evidence.preset not in self.presets:
            return Verdict(
                "not run", f"preset {evidence.preset} may not judge it; preset {' or '.join(self.presets)} may"
            )
        return self._judge(evidence)

    def _judge(self, evidence) -> Verdict:
        raise NotImplementedError(f"{type(self).__name__} states no verdict.")

    def _values(self, evidence, variant):
        return evidence.values(variant, self.quantity)

    def number(self, value):
        """Return a value of the claim's quantity with its unit."""
        return f"{self.quantity.number(value)} {self.quantity.unit}".strip()

    def difference(self, value):
        """Return a margin or tolerance of the claim's quantity with its unit."""
        return f"{self.quantity.number(value)} {self.quantity.difference_unit}".strip()


def interval_verdict(estimate, low, high, measured):
    """Return the verdict on "the mean lies between low and high" (`None`: no bound), by the 95 % interval."""
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
    """Return an estimate of a quantity, or of a difference of two, in words: mean, 95 % interval, number of runs."""
    unit = quantity.difference_unit if difference else quantity.unit
    text = f"{quantity.number(estimate.mean)} {unit}".strip()
    if estimate.interval:
        text += f" [{quantity.number(estimate.low)}, {quantity.number(estimate.high)}]"
    return f"{text}, n = {estimate.n}"
