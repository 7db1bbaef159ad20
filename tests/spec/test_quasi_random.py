"""Grids that fill a space evenly."""

import pytest

from experiments.spec.quasi_random import log_uniform, log_uniform_pairs


def test_seven_values_are_as_far_apart_as_seven_can_be():
    assert log_uniform(0.001, 10.0, 7) == (0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0, 3.16)
    assert log_uniform(1.0, 100.0, 1) == (10.0,)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_a_longer_budget_keeps_what_was_tried(n):
    few, more = log_uniform(0.01, 1.0, n), log_uniform(0.01, 1.0, n + 3)
    assert set(few) < set(more) and list(more) == sorted(more) and 0.01 < more[0] < more[-1] < 1.0


@pytest.mark.parametrize(("low", "high", "n"), [(0, 1, 3), (2, 1, 3), (1, 2, 0)])
def test_bounds_that_hold_nothing_are_refused(low, high, n):
    with pytest.raises(ValueError, match=f"Received: low={low}, high={high}, n={n}. Expected 0 < low < high"):
        log_uniform(low, high, n)


def test_pairs_spread_over_both_settings():
    pairs = log_uniform_pairs((0.01, 1.0), (1.0, 1000.0), 8)
    assert pairs[:3] == ((0.1, 10.0), (0.0316, 100.0), (0.316, 2.15))
    assert sorted(x for x, _ in pairs[:7]) == list(log_uniform(0.01, 1.0, 7))
    thirds = [sum(low < y < high for _, y in pairs) for low, high in ((1, 9.99), (9.99, 99.9), (99.9, 1000))]
    assert thirds == [2, 3, 3]


def test_a_longer_list_of_pairs_goes_on_and_a_shifted_space_has_the_same_places():
    few, more = (log_uniform_pairs((0.01, 1.0), (1.0, 100.0), n) for n in (5, 9))
    assert more[:5] == few
    shifted = log_uniform_pairs((0.1, 10.0), (10.0, 1000.0), 5)
    assert [(x / 10, y / 10) for x, y in shifted] == [pytest.approx(pair) for pair in few]


def test_bounds_of_pairs_that_hold_nothing_are_refused():
    with pytest.raises(ValueError, match="Received: low=2, high=1, n=3"):
        log_uniform_pairs((0.1, 1.0), (2, 1), 3)
