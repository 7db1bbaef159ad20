"""Grids that fill a space evenly."""

import pytest

from experiments.spec.quasi_random import log_uniform


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
