"""What a training step costs, from the rows of two trainings that took turns."""

import statistics

from experiments.claims.quantities import Quantity


def _times(history, name):
    return [row[name] for row in history[1:] if name in row]


def step_time(history):
    """Milliseconds of a step, the median of the epochs but the first, which compiles."""
    times = _times(history, "own")
    return statistics.median(times) if times else None


def relative_time(history):
    """The same by that of the yardstick, which took turns with it."""
    times = _times(history, "yardstick")
    return step_time(history) / statistics.median(times) if times else None


STEP_TIME = Quantity("step_time", "", step_time, digits=3)
RELATIVE_TIME = Quantity("relative_time", "", relative_time, digits=3, difference="yardsticks")
