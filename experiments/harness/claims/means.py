"""Claims on means, differences and probabilities, judged by intervals over the seeds."""

import dataclasses

from experiments.harness.claims.base import Claim, Verdict, describe, interval_verdict
from experiments.harness.quantities import QUANTITIES
from experiments.harness.statistics import paired_difference, share_interval


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
        estimate = QUANTITIES[self.quantity].estimate(values.values())
        return interval_verdict(
            estimate, self.value - self.tolerance, self.value + self.tolerance, describe(estimate, self.quantity)
        )


@dataclasses.dataclass(frozen=True)
class Table:
    """A published table, typed once; each cell becomes a `Value` claim.

    Attributes:
        source: its number in the paper (and the book).
        experiment: the experiment that measures it.
        columns: names in `QUANTITIES`.
        rows: published numbers by variant, in the record's unit; `None` where the table has none.
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
            if value is not None
        ]

    def value(self, variant, column):
        """The published number, or `None`."""
        if column not in self.columns or variant not in self.rows:
            return None
        return self.rows[variant][self.columns.index(column)]


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
            parts.append((other, estimate, interval_verdict(estimate, None, -self.margin, "")))
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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probability(Claim):
    """The probability of an event lies between two numbers, judged by counts pooled over the seeds.

    Reproduced if the exact 95 % interval (Clopper and Pearson) of the count lies between them. The
    cases are taken to be independent, within a run and between runs; of a clustered quantity the runs
    alone, and the interval is that of `statistics.share_interval`.

    Attributes:
        variant: whose probability it is.
        text: the claim in words.
        low, high: bounds, shares of 1; `None`: no bound on that side.
        why: where bounds that the paper does not print come from.
    """

    variant: str
    text: str
    low: float | None = None
    high: float | None = None
    why: str = ""
    kind = "probability"

    def statement(self, labels):
        return self.text

    def published(self):
        if self.low is None:
            bounds = f"at most {self.number(self.high)}"
        elif self.high is None:
            bounds = f"at least {self.number(self.low)}"
        else:
            bounds = f"{self.number(self.low)} to {self.number(self.high)}"
        return bounds + (f" ({self.why})" if self.why else "")

    def _judge(self, evidence):
        quantity = QUANTITIES[self.quantity]
        counts = [quantity.counts(record["history"]) for record in evidence.done(self.variant).values()]
        counts = [pair for pair in counts if pair]
        if not counts:
            return Verdict("not run", "no finished run of this variant")
        estimate = share_interval(counts, quantity.clustered)
        ends = ", ".join(quantity.number(end) for end in estimate.interval)
        cases = sum(count for count, _ in counts)
        measured = f"{self.number(estimate.mean)} [{ends}], {cases:,} of {estimate.n:,}"
        return interval_verdict(estimate, self.low, self.high, measured)
