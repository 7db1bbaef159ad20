"""Means with honest intervals. No interval is made up where the data cannot give one."""

import dataclasses
import math

import numpy as np
from scipy import stats


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean, how many runs it rests on, and its 95 % interval (`None` below two runs)."""

    mean: float
    n: int
    low: float | None = None
    high: float | None = None

    @property
    def interval(self):
        return None if self.low is None else (self.low, self.high)


def mean_interval(values, confidence=0.95):
    """Mean of independent runs with Student's t interval.

    Args:
        values: one finite number per run.
        confidence: coverage of the interval if the values are normally distributed.

    Returns:
        An `Estimate`; without an interval for a single value.

    Raises:
        ValueError: no values, or one that is not finite.
    """
    values = np.asarray(values, dtype="float64")
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"Received: {values.tolist()}. Expected at least one value, all finite.")
    mean, n = float(values.mean()), int(values.size)
    if n == 1:
        return Estimate(mean, n)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * float(values.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, n, mean - half, mean + half)


def paired_difference(left, right, confidence=0.95):
    """Mean of left - right over the seeds that both have, with Student's t interval of the differences.

    Args:
        left, right: values by seed.

    Returns:
        An `Estimate`, or `None` where no seed is shared.
    """
    seeds = sorted(set(left) & set(right))
    return mean_interval([left[seed] - right[seed] for seed in seeds], confidence) if seeds else None
