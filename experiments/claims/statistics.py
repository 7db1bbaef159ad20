"""Means with honest intervals, tests of a direction and of sameness. No interval is made up."""

import bisect
import dataclasses
import math

import numpy as np
from scipy import special

LEVEL = 0.05  # of every test; intervals cover 1 - LEVEL


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number measured in several runs.

    Attributes:
        mean: the central value; `None` where some runs are only known to lie beyond something.
        n: how many independent runs it rests on.
        low, high: ends of its 95 % interval; `None` where there is none.
        error: standard error of the mean; `None` where the interval is not Student's t.
        cases: for a share, how many cases were counted in all.
    """

    mean: float | None
    n: int
    low: float | None = None
    high: float | None = None
    error: float | None = None
    cases: int | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def half_width(self):
        """Half the length of the interval; infinity where there is none."""
        return math.inf if self.low is None or self.high is None else (self.high - self.low) / 2

    def scaled(self, factor):
        """The same estimate in other units; the factor is above 0."""
        numbers = ("mean", "low", "high", "error")
        return dataclasses.replace(self, **{n: v if (v := getattr(self, n)) is None else factor * v for n in numbers})

    def negative(self):
        """The estimate of the same number with the other sign."""
        mean, low, high = (None if v is None else -v for v in (self.mean, self.high, self.low))
        return dataclasses.replace(self, mean=mean, low=low, high=high)

    def tail(self, line):
        """Return the one-sided p-value of "the mean is at most `line`": small where it lies clearly above.

        Student's t. Where runs are only bounded, the sign test: 2^-n if the interval lies above the line. Without an
        interval 1.
        """
        if self.interval is None:
            return 1.0
        if self.mean is None or self.error is None:
            return 2.0**-self.n if self.low > line else 1.0
        if self.error == 0:
            return 0.0 if self.mean > line else 1.0
        return float(special.stdtr(self.n - 1, (line - self.mean) / self.error))

    def p_value(self, line=0.0):
        """Return the two-sided p-value of "the mean is `line`"."""
        return min(1.0, 2 * min(self.tail(line), self.negative().tail(-line)))

    def within(self, margin):
        """Tell whether the mean lies between -margin and margin: two one-sided tests, each at 5 %."""
        return max(self.tail(-margin), self.negative().tail(-margin)) <= LEVEL


def mean_interval(values, confidence=1 - LEVEL, possible=(-math.inf, math.inf)):
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
    error = 0.0 if np.ptp(values) == 0 else float(values.std(ddof=1)) / math.sqrt(n)
    half = float(special.stdtrit(n - 1, (1 + confidence) / 2)) * error
    return Estimate(mean, n, max(mean - half, possible[0]), min(mean + half, possible[1]), error)


def geometric_interval(values, confidence=1 - LEVEL):
    """Geometric mean of independent runs, with the interval that Student's t gives for the mean of the logarithms.

    It covers the truth where the logarithms are normally distributed: where runs differ by factors rather than by
    amounts. It lies above 0.

    Args:
        values: one number above 0 per run.
        confidence: coverage.

    Returns:
        An `Estimate`; without an interval for a single value.

    Raises:
        ValueError: no values, or one that is not above 0, or not finite.
    """
    values = np.asarray(values, dtype="float64")
    if values.size == 0 or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"Received: {values.tolist()}. Expected at least one value, all finite and above 0.")
    found = mean_interval(np.log(values), confidence)
    mean, low, high = (None if x is None else math.exp(min(x, 709.0)) for x in (found.mean, found.low, found.high))
    return Estimate(mean, found.n, low, high)


def binomial_interval(count, n, confidence=1 - LEVEL):
    """Share of `count` cases in `n` independent ones, with the exact interval of Clopper and Pearson.

    Its ends are the probabilities p for which so few or so many cases have the chance (1 - confidence) / 2
    under a binomial distribution; it covers the truth at least as often as it says, whatever p and n are.

    Args:
        count: how many cases, from 0 to n.
        n: of how many, at least 1.

    Returns:
        An `Estimate` of one run, with an interval for any n.

    Raises:
        ValueError: numbers that are not whole, or not 0 <= count <= n with n >= 1.
    """
    whole = all(float(x).is_integer() for x in (count, n))
    if not (whole and n >= 1 and 0 <= count <= n):
        raise ValueError(f"Received: count={count}, n={n}. Expected whole numbers, 0 <= count <= n and n >= 1.")
    count, n, tail = int(count), int(n), (1 - confidence) / 2
    low = float(special.betaincinv(count, n - count + 1, tail)) if count > 0 else 0.0
    high = float(special.betainccinv(count + 1, n - count, tail)) if count < n else 1.0
    return Estimate(count / n, 1, low, high, cases=n)


def share_interval(counts, confidence=1 - LEVEL):
    """Share of counted cases over several runs.

    The cases of a run may hang together, as the answers of one net do, or the nets of one data set. The interval
    is therefore the wider of two, an end at a time: Student's t of the runs' shares, and the exact one of the pooled
    counts.

    Args:
        counts: of each run, how many cases and of how many.
        confidence: coverage.

    Returns:
        An `Estimate`.
    """
    cases, every = (sum(column) for column in zip(*counts, strict=True))
    pooled = binomial_interval(cases, every, confidence)
    if len(counts) < 2:
        return pooled
    between = mean_interval([count / n for count, n in counts], confidence, (0.0, 1.0))
    ends = [each.interval for each in (between, pooled) if each.interval]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return Estimate(cases / every, len(counts), low, high, cases=int(every))


def ratio_interval(low, high, confidence=1 - LEVEL):
    """Logarithm of positive ratios, each known or only known to lie between two numbers, with its interval.

    Where all are known: the mean of the logarithms, with Student's t interval.
    Where one is not, nothing is known of the spread, and the interval is the one of the median that needs no
    distribution: from the smallest lower bound to the largest upper bound. It covers the median with
    probability 1 - 2^(1 - n), which is 95 % from six ratios on; below, there is none.

    Args:
        low, high: for each ratio two numbers, the same if it is known; 0 and infinity where there is no bound.

    Returns:
        An `Estimate` of logarithms: its mean is `None` unless all ratios are known.
    """
    if all(a == b for a, b in zip(low, high, strict=True)):
        return mean_interval([math.log(value) for value in low], confidence)
    if 1 - 2.0 ** (1 - len(low)) < confidence:
        return Estimate(None, len(low))
    smallest, largest = (-math.inf if end == 0 else math.log(end) for end in (min(low), max(high)))
    return Estimate(None, len(low), smallest, largest)


def paired_difference(left, right, confidence=1 - LEVEL):
    """Mean of left - right over the seeds that both have, with Student's t interval of the differences.

    Args:
        left, right: values by seed.

    Returns:
        An `Estimate`, or `None` where no seed is shared.
    """
    seeds = sorted(set(left) & set(right))
    return mean_interval([left[seed] - right[seed] for seed in seeds], confidence) if seeds else None


def holm(p_values):
    """Return p-values corrected for their number by Holm's method, in the same order.

    The smallest of m is multiplied by m, the next one by m - 1, and so on; none becomes less than one before it, or
    more than 1. statsmodels gives the same, and sets Python's garbage collector on the whole process at each call.

    Reference: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979), pp. 65-70.
    """
    p = np.array(p_values, dtype="float64")
    order = np.argsort(p)
    p[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return p.tolist()


def runs_for(effect, spread, power=0.8):
    """Return how many paired runs find a mean difference with so much power; `None` where a thousand would not.

    Args:
        effect: the mean difference, above 0.
        spread: standard deviation of the differences.
        power: probability that the two-sided 5 % test of Student finds it.
    """
    if spread == 0:
        return 3
    from statsmodels.stats.power import TTestPower

    test, numbers = TTestPower(), (*range(3, 50), *range(50, 1001, 10))
    first = bisect.bisect_left(numbers, power, key=lambda n: test.power(effect / spread, n, LEVEL))
    return numbers[first] if first < len(numbers) else None
