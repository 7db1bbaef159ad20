"""Numbers that a report states about a run, each computed from the run's history alone."""

import dataclasses
import math
from collections.abc import Callable

from experiments.harness.statistics import mean_interval

# By unit, what a stored number can be: shares lie between 0 and 1, costs and times are not negative.
POSSIBLE = {"%": (0.0, 1.0), "nats": (0.0, math.inf), "epochs": (0.0, math.inf)}


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A scalar of one run: how it is computed, called, and printed.

    Attributes:
        label: its name in tables and on axes.
        unit: printed after the number; "" for a pure number.
        compute: from the history (rows by epoch) to a number, or `None` where the rows lack it.
        scale: factor between the stored number and the printed one.
        digits: digits after the decimal point; `None` for four significant digits.
        counts: for a share of counted cases, from the history to `(cases, of how many)`; see `proportion`.
        clustered: whether those cases hang together within a run; see `statistics.share_interval`.
        beyond: for a time until something happens, how long a history in which it never did has waited
            for it: the number is larger than that, and `compute` gives `None`.
    """

    label: str
    unit: str
    compute: Callable
    scale: float = 1.0
    digits: int | None = None
    counts: Callable | None = None
    clustered: bool = False
    beyond: Callable | None = None

    @property
    def difference_unit(self):
        """Unit of a difference or a tolerance: percentages differ by percentage points."""
        return "points" if self.unit == "%" else self.unit

    def estimate(self, values):
        """The mean of these numbers, one a run, with its interval, cut at what the quantity can be."""
        return mean_interval(list(values), possible=POSSIBLE.get(self.unit, (-math.inf, math.inf)))

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


def mean(column):
    """Mean of the column over the epochs: the area under its curve."""

    def compute(history):
        values = [row[column] for row in history if column in row]
        return sum(values) / len(values) if values else None

    return compute


def after(column, epoch):
    """The column's value after that epoch; none in a run that is shorter."""
    return lambda history: next((row.get(column) for row in history if row["epoch"] == epoch), None)


def proportion(label, cases, of, epoch=None, digits=2, clustered=False):
    """The share of counted cases, in percent, with the two counts kept.

    Args:
        label: its name.
        cases, of: columns of the history, both counts.
        epoch: of the row that is read. Default: the last.
        digits, clustered: as in `Quantity`.
    """

    def counts(history):
        rows = history[-1:] if epoch is None else [row for row in history if row["epoch"] == epoch]
        return (rows[0][cases], rows[0][of]) if rows and rows[0].get(of) and cases in rows[0] else None

    def compute(history):
        found = counts(history)
        return found and found[0] / found[1]

    return Quantity(label, "%", compute, 100, digits, counts=counts, clustered=clustered)


def epochs_to(column, level, label):
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

    return Quantity(label, "epochs", compute, digits=1, beyond=lambda history: history[-1]["epoch"])


QUANTITIES = {
    "train_error": Quantity("Training error", "%", last("train_error"), 100, 2),
    "test_error": Quantity("Test error", "%", last("test_error"), 100, 2),
    "validation_error": Quantity("Validation error", "%", last("validation_error"), 100, 2),
    "test_error_after_4": Quantity("Test error of epoch 4", "%", after("test_error", 4), 100, 2),
    "test_error_after_100": Quantity("Test error of epoch 100", "%", after("test_error", 100), 100, 2),
    "mean_test_error": Quantity("Mean test error over the epochs", "%", mean("test_error"), 100, 2),
    "objective": Quantity("Training cost", "nats", last("objective")),
    "train_loss": Quantity("Training cost without dropout", "nats", last("train_loss")),
    "test_loss": Quantity("Test cost", "nats", last("test_loss")),
    "epochs_to_train_error_25": epochs_to("train_error", 0.25, "Epochs to 25 % training error"),
    "epochs_to_train_error_40": epochs_to("train_error", 0.40, "Epochs to 40 % training error"),
    "top1_validation_error": Quantity("Top-1 validation error", "%", last("top1_validation_error"), 100, 1),
    "top5_validation_error": Quantity("Top-5 validation error", "%", last("top5_validation_error"), 100, 1),
    "top5_test_error": Quantity("Top-5 test error", "%", last("top5_test_error"), 100, 1),
    "mean_objective": Quantity("Mean training cost", "nats", mean("objective")),
    "objective_after_3": Quantity("Training cost of epoch 3", "nats", after("objective", 3)),
    "objective_after_10": Quantity("Training cost of epoch 10", "nats", after("objective", 10)),
    "objective_after_100": Quantity("Training cost of epoch 100", "nats", after("objective", 100)),
    "mean_log_objective": Quantity("Mean log10 training cost", "", mean_log10("objective"), digits=3),
    **{
        f"born_dead_{layers}": proportion(f"Born dead, {layers} layers", "dead", "nets", epoch=layers)
        for layers in (5, 10, 20, 50)
    },
    "collapsed": proportion("Nets that end constant", "collapsed", "nets"),
    "revived": proportion("Born-dead nets that came alive", "revived", "born_dead"),
    "solved": proportion("Nets that have learned", "solved", "nets"),
    "clear": proportion("Nets within 0.2 of the targets", "clear", "nets"),
    "solved_by_1425": proportion("Nets that have learned in 1,425 sweeps", "solved", "nets", epoch=57),
    "solved_by_558": proportion("Nets that have learned in 558 sweeps", "solved", "nets", epoch=18),
    "mirrored": proportion("Learned nets with mirrored weights", "mirrored", "solved"),
    "coded": proportion("Learned nets with weights 1 : 2 : 4", "coded", "solved"),
    "second_weight": Quantity("Median second weight over the smallest", "", last("second_weight"), digits=2),
    "third_weight": Quantity("Median third weight over the smallest", "", last("third_weight"), digits=2),
    # Questions to one net.
    "right": proportion("Training questions answered", "right", "questions", clustered=True),
    "held_right": proportion("Held-out questions answered", "held_right", "held_out", clustered=True),
    "generalised": proportion("Nets that answer all held-out questions", "held_right_4", "nets"),
    "nation": Quantity("Largest correlation of a person unit with nationality", "", last("nation"), digits=2),
    "generation": Quantity("Largest correlation of a person unit with generation", "", last("generation"), digits=2),
    "test_positive": Quantity("New examples given the label 1", "%", last("test_positive"), 100, 2),
    "from_minimum_norm": Quantity("Distance from the solution of smallest norm", "", last("from_minimum_norm")),
    "from_sign": Quantity("Distance from the sign solution", "", last("from_sign")),
}
