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
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)

    def scaled(self, factor):
        """The same estimate in other units; the factor is above 0."""
        ends = (end if end is None else factor * end for end in (self.low, self.high))
        return Estimate(factor * self.mean, self.n, *ends)


def mean_interval(values, confidence=0.95, possible=(-math.inf, math.inf)):
    """Mean of independent runs with Student's t interval.

    Args:
        values: one finite number per run.
        confidence: coverage of the interval if the values are normally distributed.
        possible: the smallest and the largest mean that there can be. The interval is cut there: what is
            cut off holds no mean, so the coverage stays.

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
    return Estimate(mean, n, max(mean - half, possible[0]), min(mean + half, possible[1]))


def binomial_interval(count, n, confidence=0.95):
    """Share of `count` cases in `n` independent ones, with the exact interval of Clopper and Pearson.

    Its ends are the probabilities p for which so few or so many cases have the chance (1 - confidence) / 2
    under a binomial distribution; it covers the truth at least as often as it says, whatever p and n are.

    Args:
        count: how many cases, from 0 to n.
        n: of how many, at least 1.

    Returns:
        An `Estimate`, with an interval for any n.

    Raises:
        ValueError: numbers that are not whole, or not 0 <= count <= n with n >= 1.
    """
    whole = all(float(x).is_integer() for x in (count, n))
    if not (whole and n >= 1 and 0 <= count <= n):
        raise ValueError(f"Received: count={count}, n={n}. Expected whole numbers, 0 <= count <= n and n >= 1.")
    found = stats.binomtest(int(count), int(n)).proportion_ci(confidence, method="exact")
    return Estimate(int(count) / int(n), int(n), float(found.low), float(found.high))


def share_interval(counts, clustered=False, confidence=0.95):
    """Share of counted cases over several runs.

    Args:
        counts: of each run, how many cases and of how many.
        clustered: whether cases of a run hang together, as the answers of one net do. Then the runs alone
            are independent, and the interval is Student's t of their shares; where these differ less than
            independent cases would, the exact interval of the pooled counts, an end at a time. `False`:
            that one alone.
        confidence: coverage.

    Returns:
        An `Estimate`, n the number of all cases.
    """
    cases, every = (sum(column) for column in zip(*counts, strict=True))
    pooled = binomial_interval(cases, every, confidence)
    if not clustered or len(counts) < 2:
        return pooled
    between = mean_interval([count / n for count, n in counts], confidence, (0.0, 1.0))
    ends = [each.interval for each in (between, pooled) if each.interval]
    return Estimate(between.mean, pooled.n, min(low for low, _ in ends), max(high for _, high in ends))


def ratio_interval(low, high, confidence=0.95):
    """A central value of positive ratios, each known or only known to lie between two numbers, with its interval.

    Where all are known: their geometric mean, with Student's t interval of the mean of the logarithms.
    Where one is not, nothing is known of the spread, and the interval is the one of the median that needs no
    distribution: from the smallest lower bound to the largest upper bound. It covers the median with
    probability 1 - 2^(1 - n), which is 95 % from six ratios on; below, there is none.

    Args:
        low, high: for each ratio two numbers, the same if it is known; 0 and infinity where there is no bound.

    Returns:
        `(mean, low, high)`: the mean `None` unless all are known; ends 0 and infinity where there is no end.
    """
    if all(a == b for a, b in zip(low, high, strict=True)):
        estimate = mean_interval([math.log(value) for value in low], confidence)
        ends = [math.exp(end) for end in estimate.interval or ()] or [0.0, math.inf]
        return math.exp(estimate.mean), *ends
    if 1 - 2.0 ** (1 - len(low)) < confidence:
        return None, 0.0, math.inf
    return None, min(low), max(high)


def paired_difference(left, right, confidence=0.95):
    """Mean of left - right over the seeds that both have, with Student's t interval of the differences.

    Args:
        left, right: values by seed.

    Returns:
        An `Estimate`, or `None` where no seed is shared.
    """
    seeds = sorted(set(left) & set(right))
    return mean_interval([left[seed] - right[seed] for seed in seeds], confidence) if seeds else None
