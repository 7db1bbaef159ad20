"""Claims on one number: a published value, the cells of a published table, a range, a probability."""

import dataclasses

from experiments.claims.claim import Claim
from experiments.claims.verdict import Measured, Part, Reason, Yardstick, between, contradicted


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
        number = text.amount(self.amount(self.value))
        return f"{text.labels[self.variant]}: {text.inside(text.quantity(self.quantity))} {number}"

    def published(self, text):
        value = text.amount(self.amount(self.value))
        return f"{value} ± {text.amount(self.difference(self.tolerance))}" if self.tolerance else value

    def effect(self):
        return self.tolerance or None

    def yardstick(self):
        low, high = self.value - self.tolerance, self.value + self.tolerance
        return Yardstick(self.quantity.unit, self.value, None, low, high, self.quantity.scale)

    def measure(self, evidence):
        return _measured(evidence.estimate(self.variant, self.quantity))

    def decide(self, measured, evidence, p):
        ends = self.value - self.tolerance, self.value + self.tolerance
        return _decided(self, measured, *ends)


def _measured(estimate):
    return Measured(missing=Reason("no_variant")) if estimate is None else Measured((Part(estimate),))


def _decided(claim, measured, low, high):
    verdict, reason = between(measured.parts[0].estimate, low, high)
    return contradicted(claim, verdict, (reason,))


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
    """A published table, typed once: a finding, each of whose cells is a claim.

    Its words, `source` and `why`, stand in the text.

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
    kind = "finding"
    exploratory = False

    def variants(self):
        """Return the variants of its rows."""
        return tuple(self.rows)

    def gap(self, quantity, lower, higher):
        """Return the published difference of two variants in one of its columns."""
        column = [each.name for each in self.columns].index(quantity.name)
        return self.rows[higher][column] - self.rows[lower][column]

    @property
    def claims(self):
        """A claim for each cell that has a number."""
        return tuple(
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
        )

    def statement(self, text):
        """Return the finding in words."""
        return text.phrase("table", source=text.table(self)["source"])

    def source(self, text):
        """Return where the paper says so."""
        return text.table(self)["source"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Range(Claim):
    """A number lies between two bounds, one of which may be missing.

    Attributes:
        variant: whose number it is.
        low, high: bounds, in the record's unit; `None`: no bound on that side.
        value: the published number, or `None` where the paper has bounds alone.
    """

    variant: str
    low: float | None = None
    high: float | None = None
    value: float | None = None
    kind = "range"
    naming = ("variant",)

    def published(self, text):
        if self.value is not None:
            return text.amount(self.amount(self.value))
        if self.low is None:
            return text.phrase("at_most", number=self.amount(self.high))
        if self.high is None:
            return text.phrase("at_least", number=self.amount(self.low))
        return text.phrase("between", low=self.amount(self.low), high=self.amount(self.high))

    def yardstick(self):
        return Yardstick(self.quantity.unit, self.value, None, self.low, self.high, self.quantity.scale)

    def measure(self, evidence):
        return _measured(evidence.estimate(self.variant, self.quantity))

    def decide(self, measured, evidence, p):
        return _decided(self, measured, self.low, self.high)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probability(Range):
    """The probability of an event lies between two numbers, shares of 1, judged by counts pooled over the seeds.

    Judged by the interval of `statistics.share_interval`: the exact one of the counts, or that between the runs where
    it is wider.
    """

    kind = "probability"
