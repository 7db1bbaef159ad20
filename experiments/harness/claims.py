"""Claims of a paper as data, and the verdict that the records give."""

import dataclasses

from experiments.harness.quantities import QUANTITIES
from experiments.harness.statistics import mean_interval, paired_difference

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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Value(Claim):
    """A published number: reproduced if the measured interval lies within the tolerance.

    Attributes:
        variant: whose number it is.
        value: the published number, in the record's unit.
        tolerance: how far the measured mean may be off, in the same unit.
        why: where the tolerance comes from.
    """

    variant: str
    value: float
    tolerance: float
    why: str
    kind = "value"

    def statement(self, labels):
        return f"{labels[self.variant]}: {QUANTITIES[self.quantity].label.lower()} {self.number(self.value)}"

    def published(self):
        return f"{self.number(self.value)} ± {self.difference(self.tolerance)}"

    def _judge(self, evidence):
        values = self._values(evidence, self.variant)
        if not values:
            return Verdict("not run", "no finished run of this variant")
        estimate = mean_interval(list(values.values()))
        return _interval_verdict(
            estimate, self.value - self.tolerance, self.value + self.tolerance, describe(estimate, self.quantity)
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ordering(Claim):
    """`lower` has a smaller value than each of `higher`, by at least `margin`, seed by seed.

    Every pair is compared by the interval of its paired differences. The claim is reproduced if all
    pairs are (no correction is due: all have to hold), not reproduced if one is contradicted.

    Attributes:
        lower: a variant.
        higher: variants that it should lie below.
        margin: by how much, in the record's unit.
        text: the claim in words.
    """

    lower: str
    higher: tuple
    text: str
    margin: float = 0.0
    kind = "ordering"

    def statement(self, labels):
        return self.text

    def published(self):
        return f"by more than {self.difference(self.margin)}" if self.margin else "lower"

    def _judge(self, evidence):
        parts = []
        for other in self.higher:
            left, right = self._values(evidence, self.lower), self._values(evidence, other)
            estimate = paired_difference(left, right)
            if estimate is None:
                return Verdict("not run", "no seed has finished for both variants")
            parts.append((other, estimate, _interval_verdict(estimate, None, -self.margin, "")))
        measured = "; ".join(
            f"vs {evidence.labels[o]}: {describe(e, self.quantity, difference=True)}" for o, e, _ in parts
        )
        verdicts = [v.verdict for _, _, v in parts]
        for verdict in ("not reproduced", "inconclusive"):
            if verdict in verdicts:
                names = ", ".join(evidence.labels[o] for o, _, v in parts if v.verdict == verdict)
                reason = next(v.reason for _, _, v in parts if v.verdict == verdict)
                return Verdict(verdict, f"{reason} (against {names})", measured)
        return Verdict("reproduced", parts[0][2].reason, measured)


def _interval_verdict(estimate, low, high, measured):
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


@dataclasses.dataclass(frozen=True)
class Table:
    """A published table, typed once; each cell becomes a `Value` claim.

    Attributes:
        source: its number in the paper (and the book).
        experiment: the experiment that measures it.
        columns: names in `QUANTITIES`.
        rows: published numbers by variant, in the record's unit.
        tolerance: by column.
        why: where the tolerances come from.
    """

    source: str
    experiment: str
    columns: tuple
    rows: dict
    tolerance: dict
    why: str
    presets: tuple = ("paper",)

    def claims(self):
        return [
            Value(
                source=self.source,
                experiment=self.experiment,
                quantity=column,
                presets=self.presets,
                variant=variant,
                value=value,
                tolerance=self.tolerance[column],
                why=self.why,
            )
            for variant, values in self.rows.items()
            for column, value in zip(self.columns, values, strict=True)
        ]

    def value(self, variant, column):
        """The published number, or `None`."""
        if column not in self.columns or variant not in self.rows:
            return None
        return self.rows[variant][self.columns.index(column)]
