"""Claims on means, differences and probabilities, judged by intervals over the seeds."""

import dataclasses

from experiments.claims.claim import Claim, Verdict, describe, interval_verdict
from experiments.claims.statistics import paired_difference, share_interval
from experiments.spec.text import listed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Value(Claim):
    """A published number: reproduced if the measured interval lies within the tolerance.

    Attributes:
        variant: whose number it is.
        value: the published number, in the record's unit.
        tolerance: how far the measured mean may be off, in the same unit.
    """

    variant: str
    value: float
    tolerance: float
    kind = "value"
    naming = ("variant",)

    def statement(self, text):
        return super().statement(text) or self.says(text)

    def says(self, text):
        """Return the statement that needs no words of its own: whose number is what."""
        return f"{text.labels[self.variant]}: {text.quantity(self.quantity).lower()} {self.number(self.value)}"

    def published(self, text):
        return f"{self.number(self.value)} ± {self.difference(self.tolerance)}"

    def _judge(self, evidence):
        values = self._values(evidence, self.variant)
        if not values:
            return Verdict("not run", "no finished run of this variant")
        estimate = self.quantity.estimate(values.values())
        return interval_verdict(
            estimate, self.value - self.tolerance, self.value + self.tolerance, describe(estimate, self.quantity)
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell(Value):
    """A cell of a published table, whose words are the table's."""

    table: object

    def statement(self, text):
        return self.says(text)

    def source(self, text):
        return text.table(self.table)["source"]

    def why(self, text):
        return text.table(self.table)["why"]


@dataclasses.dataclass(frozen=True)
class Table:
    """A published table, typed once; each cell becomes a claim. Its words, `source` and `why`, stand in the text.

    Attributes:
        name: identifier, unique in the paper.
        experiment: name of the experiment that measures it.
        columns: `Quantity`s.
        rows: published numbers by variant, in the record's unit; `None` where the table has none.
        tolerance: by name of the quantity.
        presets: presets that may judge it.
    """

    name: str
    experiment: str
    columns: tuple
    rows: dict
    tolerance: dict
    presets: tuple = ("paper",)

    def variants(self):
        """Return the variants of its rows."""
        return tuple(self.rows)

    def claims(self):
        """Return a claim for each cell that has a number."""
        return [
            Cell(
                name=f"{self.name}/{variant}/{quantity.name}",
                experiment=self.experiment,
                quantity=quantity,
                presets=self.presets,
                variant=variant,
                value=value,
                tolerance=self.tolerance[quantity.name],
                table=self,
            )
            for variant, values in self.rows.items()
            for quantity, value in zip(self.columns, values, strict=True)
            if value is not None
        ]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ordering(Claim):
    """`lower` has a smaller value than each of `higher`, by at least `margin`, seed by seed.

    Every pair is compared by the interval of its paired differences. The claim is reproduced if all
    pairs are (no correction is due: all have to hold), not reproduced if one is contradicted.

    Attributes:
        lower: a variant.
        higher: variants that it should lie below.
        margin: by how much, in the record's unit.
    """

    lower: str
    higher: tuple
    margin: float = 0.0
    kind = "ordering"
    naming = ("lower", "higher")

    def published(self, text):
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
                names = listed(evidence.labels[o] for o, _, v in parts if v.verdict == verdict)
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
        low, high: bounds, shares of 1; `None`: no bound on that side.
    """

    variant: str
    low: float | None = None
    high: float | None = None
    kind = "probability"
    naming = ("variant",)

    def published(self, text):
        why = self.why(text)
        if self.low is None:
            bounds = f"at most {self.number(self.high)}"
        elif self.high is None:
            bounds = f"at least {self.number(self.low)}"
        else:
            bounds = f"{self.number(self.low)} to {self.number(self.high)}"
        return bounds + (f" ({why})" if why else "")

    def _judge(self, evidence):
        quantity = self.quantity
        counts = quantity.pairs(evidence.done(self.variant).values())
        if not counts:
            return Verdict("not run", "no finished run of this variant")
        estimate = share_interval(counts, quantity.clustered)
        ends = ", ".join(quantity.number(end) for end in estimate.interval or ())
        cases = sum(count for count, _ in counts)
        measured = f"{self.number(estimate.mean)} [{ends}], {cases:,} of {estimate.n:,}"
        return interval_verdict(estimate, self.low, self.high, measured)
