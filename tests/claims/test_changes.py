"""What changed between two sets of records: verdicts, differences, pairs where there may be some."""

import numpy as np
import pytest
from scipy import stats

from experiments.claims import TEST_ERROR, Finding, Probability, Quantity, Table
from experiments.claims.changes import changes, welch
from experiments.claims.quantities import last
from experiments.claims.statistics import Estimate, mean_interval
from tests.fakes import paper, record

A, B = (0.10, 0.11, 0.12), (0.20, 0.22, 0.21)


def records(a=A, b=B, **changed):
    values = {"a": a, "b": b}
    return [record(v, s, x, **changed) for v, xs in values.items() for s, x in enumerate(xs)]


def named(found, name):
    """Return the change of a finding."""
    return next(change for change in found if change.finding.name == name)


def shift(found, name):
    """Return the only number of a finding of one claim."""
    ((claim,),) = [change.claims for change in found if change.finding.name == name]
    (one,) = claim.shifts
    return one


def test_the_same_records_change_nothing():
    found = changes(paper(), records(), records())
    assert not any(change.changed for change in found)
    lower = shift(found, "lower")
    assert lower.method == "paired" and lower.n == "3"
    assert lower.difference == Estimate(0.0, 3, 0.0, 0.0, 0.0)


def test_a_verdict_that_changes_and_by_how_much_seed_by_seed():
    found = changes(paper(), records(), records(b=(0.05, 0.04, 0.07)))
    lower = named(found, "lower")
    assert (lower.before, lower.after, lower.changed) == ("reproduced", "not reproduced", True)
    assert not named(found, "value").changed
    one = shift(found, "lower")
    assert one.method == "paired" and one.against == "b"
    # Higher less lower, after less before, seed by seed.
    differences = np.array([0.05, 0.04, 0.07]) - np.array(B)
    assert one.difference.interval == pytest.approx(mean_interval(differences).interval)
    (claim,) = lower.claims
    assert claim.shown(one.difference, paper().text).startswith(f"{100 * differences.mean():.2f} points [")


@pytest.mark.parametrize(
    "after",
    [
        records(b=(0.05, 0.04, 0.07), backend="jax"),
        records(b=(0.05, 0.04, 0.07), fingerprint="f" * 64),
    ],
    ids=["another backend", "other data"],
)
def test_runs_of_other_groups_are_not_paired(after):
    one = shift(changes(paper(), records(), after), "lower")
    assert one.method == "Welch" and one.n == "3, 3"
    before, later = np.array(B) - np.array(A), np.array([0.05, 0.04, 0.07]) - np.array(A)
    expected = stats.ttest_ind(later, before, equal_var=False).confidence_interval(0.95)
    assert one.difference.interval == pytest.approx((expected.low, expected.high))
    assert one.difference.mean == pytest.approx(later.mean() - before.mean())


def test_other_seeds_are_not_paired():
    after = [*records(), record("a", 3, 0.13), record("b", 3, 0.23)]
    one = shift(changes(paper(), records(), after), "lower")
    assert one.method == "Welch" and one.n == "3, 4"


@pytest.mark.parametrize("sizes", [(3, 3), (2, 9), (20, 4)])
def test_welch_is_that_of_scipy(sizes):
    draw = np.random.default_rng(0)
    one, two = draw.normal(1, 1, sizes[0]), draw.normal(3, 5, sizes[1])
    found = welch(mean_interval(one), mean_interval(two))
    expected = stats.ttest_ind(two, one, equal_var=False).confidence_interval(0.95)
    assert found.interval == pytest.approx((expected.low, expected.high))
    assert found.n == min(sizes) and found.mean == pytest.approx(two.mean() - one.mean())


def test_runs_without_spread_differ_by_an_interval_of_no_width():
    assert welch(Estimate(1.0, 3, 1.0, 1.0, 0.0), Estimate(3.0, 2, 3.0, 3.0, 0.0)).interval == (2.0, 2.0)


def test_one_run_has_a_difference_and_no_interval():
    one = shift(changes(paper(), records(A[:1], B[:1]), records(A[:1], (0.3,))), "lower")
    assert one.difference.mean == pytest.approx(0.1) and one.difference.interval is None and one.method == ""


def test_what_ran_on_one_side_only_has_no_difference():
    found = changes(paper(), [], records())
    assert (named(found, "lower").before, named(found, "lower").after) == ("not run", "reproduced")
    one = shift(found, "lower")
    assert one.before is None and one.difference is None and one.n == "-, 3"


def test_a_value_differs_by_points():
    found = changes(paper(), records(preset="paper"), records(preset="paper", a=(0.20, 0.21, 0.25)))
    (claim,) = named(found, "value").claims
    text = claim.shown(claim.shifts[0].difference, paper().text)
    assert " points [" in text and "%" not in text and text.endswith("n = 3")


def test_a_cell_of_a_table_may_change_where_the_table_does_not():
    table = Table("table_1", "first", (TEST_ERROR,), {"a": (0.10,), "b": (0.20,)}, {"test_error": 0.005})
    sides = [records((0.5,) * 3, b, preset="paper") for b in ((0.2,) * 3, (0.7,) * 3)]
    change = named(changes(paper(tables=(table,)), *sides), "table_1")
    assert (change.before, change.after, change.changed) == ("not reproduced", "not reproduced", True)
    assert {c.claim.name: (c.before.verdict, c.after.verdict) for c in change.claims} == {
        "table_1/a/test_error": ("not reproduced", "not reproduced"),
        "table_1/b/test_error": ("reproduced", "not reproduced"),
    }


def test_shares_are_compared_by_their_runs():
    dead = Quantity("share", "%", last("test_error"), 100, 2, counts=lambda h: (100 * h[-1]["test_error"], 100))
    words = paper().text.words | {"quantities": {"share": "Share"}}
    words["claims"] = {"rare": {"source": "here", "says": "rare"}}
    claim = Probability(name="rare", experiment="first", quantity=dead, presets=("reduced",), variant="a", high=0.5)
    fake = paper(text=type(paper().text)(words), findings=(Finding("rare", (claim,)),))
    before, after = records(a=(0.10, 0.20, 0.30)), records(a=(0.20, 0.20, 0.40, 0.50), b=(*B, 0.2))
    one = shift(changes(fake, before, after), "rare")
    expected = stats.ttest_ind([0.2, 0.2, 0.4, 0.5], [0.1, 0.2, 0.3], equal_var=False).confidence_interval(0.95)
    assert one.method == "Welch" and one.difference.interval == pytest.approx((expected.low, expected.high))
    assert shift(changes(fake, before, before), "rare").method == "paired"
