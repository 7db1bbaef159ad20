"""What is measured inside a net, and the time of an epoch."""

import statistics

from experiments.claims import Quantity
from experiments.claims.quantities import epochs_to


def looked_at(history, name):
    """Return the rows of this name that a probe measured, each by layer, in the order of the epochs."""
    return [row["probes"][name] for row in history if name in (row.get("probes") or {})]


def mean_of_layers(name):
    """Return the function from a history to the mean over the layers of what was measured last."""

    def compute(history):
        found = looked_at(history, name)
        return statistics.fmean(found[-1].values()) if found else None

    return compute


def epoch_time(history):
    """Seconds of an epoch of training, the median of all but the first, which compiles."""
    times = [row["seconds"] for row in history[1:]]
    return statistics.median(times) if times else None


DEAD_UNITS = Quantity("dead_units", "%", mean_of_layers("dead_units"), 100, 1)
ACTIVATION_MEAN = Quantity("activation_mean", "", mean_of_layers("activation_mean"), digits=3)
EPOCHS_TO_40 = epochs_to("epochs_to_test_error_40", "test_error", 0.40)
EPOCH_TIME = Quantity("epoch_time", "", epoch_time, digits=2)
