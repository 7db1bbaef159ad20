"""Numbers that a report states about a run, each computed from the run's history alone."""

import dataclasses
import math
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A scalar of one run: how it is computed, called, and printed.

    Attributes:
        label: its name in tables and on axes.
        unit: printed after the number; "" for a pure number.
        compute: from the history (rows by epoch) to a number, or `None` where the rows lack it.
        scale: factor between the stored number and the printed one.
        digits: digits after the decimal point; `None` for four significant digits.
    """

    label: str
    unit: str
    compute: Callable
    scale: float = 1.0
    digits: int | None = None

    @property
    def difference_unit(self):
        """Unit of a difference or a tolerance: percentages differ by percentage points."""
        return "points" if self.unit == "%" else self.unit

    def of(self, record):
        return self.compute(record["history"]) if record["history"] else None

    def number(self, value):
        """The printed number, without its unit."""
        value = value * self.scale
        return f"{value:#.4g}" if self.digits is None else f"{value:.{self.digits}f}"


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


QUANTITIES = {
    "train_error": Quantity("Training error", "%", last("train_error"), 100, 2),
    "test_error": Quantity("Test error", "%", last("test_error"), 100, 2),
    "objective": Quantity("Training cost", "nats", last("objective")),
    "train_loss": Quantity("Training cost without dropout", "nats", last("train_loss")),
    "test_loss": Quantity("Test cost", "nats", last("test_loss")),
    "mean_log_objective": Quantity("Mean log10 training cost", "", mean_log10("objective"), digits=3),
}
