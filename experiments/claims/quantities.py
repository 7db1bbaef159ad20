"""Numbers that a report states about a run, each computed from the run's history alone."""

import dataclasses
import math
from collections.abc import Callable

from experiments.claims.statistics import geometric_interval, mean_interval, share_interval

# By unit, what a stored number can be: shares lie between 0 and 1, costs and times are not negative.
POSSIBLE = {"%": (0.0, 1.0), "nats": (0.0, math.inf), "epochs": (0.0, math.inf)}


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A scalar of one run: how it is computed and printed. Its printed name stands in the text, under `name`.

    Attributes:
        name: identifier; of the column of the history too, where it has one.
        unit: printed after the number; "" for a pure number.
        difference: printed after a difference of two. Default: the unit, of percentages percentage points.
        compute: from the history (rows by epoch) to a number, or `None` where the rows lack it.
        scale: factor between the stored number and the printed one.
        digits: digits after the decimal point; `None` for four significant digits.
        counts: for a share of counted cases, from the history to `(cases, of how many)`; see `proportion`.
        beyond: for a time until something happens, how long a history in which it never did has waited
            for it: the number is larger than that, and `compute` gives `None`.
        least: the smallest that it can be, where its unit does not say it: no interval reaches below.
        geometric: whether its numbers, which are not below 0, differ by factors, as those of a distance that every
            step shrinks by one. Its estimate is the geometric mean then; where a run has 0, which has no logarithm,
            the mean.
    """

    name: str
    unit: str
    compute: Callable
    scale: float = 1.0
    digits: int | None = None
    counts: Callable | None = None
    beyond: Callable | None = None
    least: float | None = None
    geometric: bool = False
    difference: str = ""

    @property
    def possible(self):
        """The smallest and the largest that a stored number can be."""
        low, high = POSSIBLE.get(self.unit, (0.0 if self.geometric else -math.inf, math.inf))
        return (low if self.least is None else self.least), high

    @property
    def difference_unit(self):
        """Unit of a difference or a tolerance: percentages differ by percentage points."""
        return self.difference or ("points" if self.unit == "%" else self.unit)

    def estimate(self, records):
        """Return the `Estimate` from the records that have the number, the only one; `None` where none has it.

        For a share of counted cases that of `statistics.share_interval`; for numbers that differ by factors that of
        `statistics.geometric_interval`; else the mean of the runs, its interval cut at what the quantity can be.
        """
        records = [record for record in records if self.of(record) is not None]
        if not records:
            return None
        if self.counts:
            return share_interval(self.pairs(records))
        values = [value for record in records if (value := self.of(record)) is not None]
        if self.geometric and min(values) > 0:
            return geometric_interval(values)
        return mean_interval(values, possible=self.possible)

    def of(self, record):
        """Return the number of a record; `None` where its history lacks it."""
        return self.compute(record["history"]) if record["history"] else None

    def pairs(self, records):
        """Return `(cases, of how many)` of each record that has them; none for a quantity that is no share."""
        found = [self.counts(record["history"]) for record in records] if self.counts else []
        return [pair for pair in found if pair]

    def number(self, value):
        """Return the printed number, without its unit."""
        value = value * self.scale
        return f"{value:z#.4g}" if self.digits is None else f"{value:z.{self.digits}f}"


def last(column):
    """The column's value after the last epoch."""
    return lambda history: history[-1].get(column)


def mean_log10(column):
    """Mean over the epochs of the column's decimal logarithm: the area under its logarithmic curve."""

    def compute(history):
        values = [row[column] for row in history if column in row]
        # A cost that underflows to 0 has no logarithm; the smallest float32 stands for it.
        return sum(math.log10(max(v, 1.2e-38)) for v in values) / len(values) if values else None

    return compute


def mean(column):
    """Mean of the column over the epochs: the area under its curve."""

    def compute(history):
        values = [row[column] for row in history if column in row]
        return sum(values) / len(values) if values else None

    return compute


def after(column, epoch):
    """The column's value after that epoch; none in a run that is shorter."""
    return lambda history: next((row.get(column) for row in history if row["epoch"] == epoch), None)


def proportion(name, cases, of, epoch=None, digits=2):
    """The share of counted cases, in percent, with the two counts kept.

    Args:
        name: identifier.
        cases, of: columns of the history, both counts.
        epoch: of the row that is read. Default: the last.
        digits: as in `Quantity`.
    """

    def counts(history):
        rows = history[-1:] if epoch is None else [row for row in history if row["epoch"] == epoch]
        return (rows[0][cases], rows[0][of]) if rows and rows[0].get(of) and cases in rows[0] else None

    def compute(history):
        found = counts(history)
        return found and found[0] / found[1]

    return Quantity(name, "%", compute, 100, digits, counts=counts)


def epochs_to(name, column, level):
    """Epochs until the column is at `level` or below, linear between two evaluations; none if it never is."""

    def compute(history):
        before = None
        for row in (row for row in history if column in row):
            if row[column] <= level:
                if before is None:
                    return float(row["epoch"])
                share = (before[column] - level) / (before[column] - row[column])
                return before["epoch"] + share * (row["epoch"] - before["epoch"])
            before = row
        return None

    return Quantity(name, "epochs", compute, digits=1, beyond=lambda history: history[-1]["epoch"])


# Those that more than one paper uses; a paper's own stand in its folder.
TRAIN_ERROR = Quantity("train_error", "%", last("train_error"), 100, 2)
TEST_ERROR = Quantity("test_error", "%", last("test_error"), 100, 2)
VALIDATION_ERROR = Quantity("validation_error", "%", last("validation_error"), 100, 2)
OBJECTIVE = Quantity("objective", "nats", last("objective"))
TRAIN_LOSS = Quantity("train_loss", "nats", last("train_loss"))
TEST_LOSS = Quantity("test_loss", "nats", last("test_loss"))
MEAN_LOG_OBJECTIVE = Quantity("mean_log_objective", "", mean_log10("objective"), digits=3)
