"""Simulated data of the shapes in use: intervals cover, false alarms are rare, power is as predicted."""

import math

import numpy as np
import pytest

from experiments.claims.comparisons import Alike, NoBetter
from experiments.claims.statistics import (
    geometric_interval,
    mean_interval,
    ratio_interval,
    runs_for,
    share_interval,
)
from experiments.claims.verdict import Margin, Measured, Part, compare

TRIALS = 1000
SEEDS = (3, 5, 10)


def covered(make, truth, trials=2 * TRIALS):
    """Return how often the interval of `make(rng)` holds the truth."""
    rng = np.random.default_rng(0)
    found = (make(rng) for _ in range(trials))
    return np.mean([e.interval is not None and e.low <= truth <= e.high for e in found])


# Errors of 30 % with a spread of 1 point; the skewness of the costs in the records (gamma, shape 16).
DIFFERENCES = {
    "normal": lambda rng, n: rng.normal(0.01, 0.01, n),
    "skewed": lambda rng, n: 0.01 + (rng.gamma(16, 1, n) - rng.gamma(16, 1, n)) / 400,
    "skewed_to_one_side": lambda rng, n: rng.gamma(16, 0.01 / 16, n),
}


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("shape", DIFFERENCES)
def test_intervals_of_differences_cover(shape, n):
    assert covered(lambda rng: mean_interval(DIFFERENCES[shape](rng, n)), 0.01) >= 0.94


@pytest.mark.parametrize("n", SEEDS)
def test_intervals_of_geometric_means_cover_where_those_of_means_do_not(n):
    def make(rng):
        return 1e-6 * np.exp(3 * rng.normal(size=n))

    assert covered(lambda rng: geometric_interval(make(rng)), 1e-6) >= 0.94
    assert covered(lambda rng: mean_interval(make(rng)), 1e-6 * math.exp(4.5)) < 0.8


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize(("p", "spread"), [(0.03, 0.0), (0.3, 0.0), (0.3, 0.08), (0.9, 0.04)])
def test_intervals_of_shares_cover_where_cases_hang_together_too(p, spread, n):
    """Of 100 cases a run; the probability differs from run to run by `spread`."""

    def make(rng):
        shares = p if not spread else rng.beta(p * (k := p * (1 - p) / spread**2 - 1), (1 - p) * k, n)
        return share_interval([(int(c), 100) for c in rng.binomial(100, shares, n)])

    assert covered(make, p) >= 0.94


@pytest.mark.parametrize(("n", "most"), [(3, math.inf), (6, math.inf), (6, 6.0), (10, 6.0)])
def test_intervals_of_ratios_cover_also_where_times_are_only_bounded(n, most):
    def make(rng):
        ratios = 5 * np.exp(0.3 * rng.normal(size=n))
        return ratio_interval(list(np.minimum(ratios, most)), list(np.where(ratios > most, np.inf, ratios)))

    assert covered(make, math.log(5)) >= 0.94


def alarms(verdicts, shape, mean, n, **rules):
    """Return how often one of these verdicts comes out where the true mean difference is `mean`."""
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(TRIALS):
        estimate = mean_interval(DIFFERENCES[shape](rng, n) - 0.01 + mean)
        found += compare(estimate, estimate.p_value(), later=estimate, **rules)[0] in verdicts
    return found / TRIALS


DECIDED = ("reproduced", "direction only", "not reproduced")


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_where_there_is_no_difference_a_verdict_on_one_is_rare(shape, n):
    assert alarms(DECIDED, shape, 0.0, n) <= 0.065  # 5 %, and two standard errors of 1,000 trials
    assert alarms(DECIDED, shape, 0.0, n, size=0.01) <= 0.065


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_at_a_difference_of_the_margin_no_such_difference_is_rare(shape, n):
    for sign in (-1, 1):
        assert alarms(("no such difference",), shape, sign * 0.01, n, margin=0.01) <= 0.065


@pytest.mark.parametrize("kind", [Alike, NoBetter])
def test_so_is_reproduced_of_a_claim_of_no_difference(kind):
    sides = dict(first="a", second="b") if kind is Alike else dict(variant="a", than="b")
    claim = kind(name="c", experiment="e", quantity=None, margin=Margin(0.01), **sides)
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(TRIALS):
        estimate = mean_interval(rng.normal(0.01, 0.01, 5))
        measured = Measured((Part(estimate, later=estimate),))
        found += claim.decide(measured, None, None)[0] == "reproduced"
    assert found / TRIALS <= 0.065


@pytest.mark.parametrize("effect", [0.5, 1.0, 2.0])
def test_the_power_is_as_predicted(effect):
    """Of the number of runs that is said to find an effect with 80 %."""
    n = runs_for(effect, 1.0)
    rng = np.random.default_rng(3)
    power = np.mean([mean_interval(rng.normal(effect, 1, n)).low > 0 for _ in range(TRIALS)])
    fewer = np.mean([mean_interval(rng.normal(effect, 1, n - 1)).low > 0 for _ in range(TRIALS)])
    assert power >= 0.77 and fewer <= 0.83
