"""Intervals have the coverage they promise, and none is made up."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired

from experiments.claims import MEAN_LOG_OBJECTIVE, OBJECTIVE, TEST_ERROR, Quantity
from experiments.claims.quantities import last
from experiments.claims.statistics import geometric_interval, holm, mean_interval, paired_difference, runs_for


@pytest.mark.parametrize("n", [2, 3, 10])
def test_the_interval_covers_the_mean_95_times_in_100(n):
    rng = np.random.default_rng(n)
    hits = sum(
        estimate.low <= 5 <= estimate.high for estimate in (mean_interval(rng.normal(5, 2, n)) for _ in range(2000))
    )
    assert 0.935 < hits / 2000 < 0.965  # 3 standard errors of a proportion of 0.95 in 2,000 draws


def test_the_interval_is_student_t():
    estimate = mean_interval([1.0, 2.0, 3.0])
    p = 0.975
    t = (2 * p - 1) / (2 * p * (1 - p)) ** 0.5  # the quantile of t with 2 degrees of freedom has a closed form
    half = t / 3**0.5
    assert (estimate.mean, estimate.n) == (2.0, 3)
    np.testing.assert_allclose(estimate.interval, (2 - half, 2 + half), rtol=1e-10)


def of(quantity, values):
    """Return a quantity's estimate from runs with these values."""
    return quantity.estimate([{"history": [{"test_error": v, "objective": v}]} for v in values])


def test_an_interval_is_cut_at_what_the_quantity_can_be():
    """And covers as often as before: what is cut off holds no mean."""
    values = [0.0, 0.0, 0.4]
    whole = mean_interval(values)
    assert whole.low < 0
    assert of(TEST_ERROR, values).interval == (0.0, whole.high)
    assert of(TEST_ERROR, [1.0, 1.0, 0.6]).interval == (pytest.approx(1 - whole.high), 1.0)
    assert of(OBJECTIVE, [100 * v for v in values]).low == 0
    logs = of(MEAN_LOG_OBJECTIVE, [10**v for v in values])
    assert (logs.low, logs.high) == pytest.approx(whole.interval)
    assert of(TEST_ERROR, [0.4]).scaled(100).interval is None and of(TEST_ERROR, []) is None
    assert whole.scaled(100).interval == (100 * whole.low, 100 * whole.high)


def test_an_interval_is_cut_at_the_least_that_its_quantity_says():
    share, plain = (Quantity("objective", "", last("objective"), least=least) for least in (0.0, None))
    assert of(share, [0.0, 0.0, 1.0]).low == 0 and of(plain, [0.0, 0.0, 1.0]).low < 0


def test_of_numbers_that_differ_by_factors_the_interval_lies_above_0():
    distance = Quantity("objective", "", last("objective"), geometric=True)
    values = [1e-12, 1e-9, 1e-4]
    found, logs = of(distance, values), mean_interval(np.log(values))
    assert np.log([found.mean, *found.interval]) == pytest.approx([logs.mean, *logs.interval])
    assert found.error is None and found.low > 0 > mean_interval(values).low
    with_zero = of(distance, [0.0, *values])
    assert (with_zero.mean, with_zero.low) == (pytest.approx(np.mean([0, *values])), 0.0)


@pytest.mark.parametrize("values", [[], [1.0, 0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_a_geometric_mean_is_of_numbers_above_0(values):
    with pytest.raises(ValueError, match="all finite and above 0"):
        geometric_interval(values)


def test_one_run_has_no_interval():
    assert mean_interval([3.0]).interval is None and geometric_interval([3.0]).interval is None


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_values_that_are_missing_or_not_finite_are_refused(values):
    with pytest.raises(ValueError, match="Expected at least one value, all finite"):
        mean_interval(values)


def test_a_paired_difference_uses_the_shared_seeds_only():
    left, right = {0: 1.0, 1: 12.0, 2: 3.0, 9: 100.0}, {0: 0.0, 1: 10.0, 2: 0.0, 7: -100.0}
    estimate = paired_difference(left, right)
    assert (estimate.mean, estimate.n) == (2.0, 3)


def test_pairing_removes_what_the_seeds_share():
    left, right = {0: 1.0, 1: 100.0, 2: 50.0}, {0: 2.0, 1: 101.1, 2: 51.0}
    assert paired_difference(left, right).high < 0
    assert mean_interval(list(left.values())).high > mean_interval(list(right.values())).low


def test_no_shared_seed_gives_nothing():
    assert paired_difference({0: 1.0}, {1: 1.0}) is None


def test_tails_are_those_of_student():
    values = [1.0, 2.0, 3.5, 2.0]
    estimate = mean_interval(values)
    found = stats.ttest_1samp(values, 0.5, alternative="greater").pvalue
    assert estimate.tail(0.5) == pytest.approx(found)
    assert estimate.p_value(1.0) == pytest.approx(stats.ttest_1samp(values, 1.0).pvalue)
    assert mean_interval([1.0]).p_value() == 1.0 and mean_interval([0.0] * 3).p_value() == 1.0
    assert mean_interval([1.0] * 3).p_value() == 0.0


def test_within_a_margin_is_two_one_sided_tests():
    values = np.array([0.1, -0.2, 0.15, 0.0])
    for margin in (0.1, 0.2, 0.3, 0.5):
        p, *_ = ttost_paired(values, np.zeros(4), -margin, margin)
        assert mean_interval(values).within(margin) == (p <= 0.05)


@pytest.mark.parametrize("n", [1, 3, 40])
def test_holm_is_that_of_statsmodels(n):
    """Small ones, large ones, and some that are equal."""
    rng = np.random.default_rng(n)
    p = rng.permutation([*rng.uniform(size=n), *rng.uniform(size=n) ** 4, *rng.choice([0.0, 0.001, 0.02, 1.0], n)])
    assert holm([float(x) for x in p]) == multipletests(p, method="holm")[1].tolist()


def test_holm_and_the_number_of_runs():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06]) and holm([]) == []
    assert runs_for(1.0, 0.0) == 3 and runs_for(0.01, 1.0) is None
    assert runs_for(1.0, 1.0) == 10  # as tables of the paired test have it
