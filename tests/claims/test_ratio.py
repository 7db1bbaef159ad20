"""Ratios of paired runs: times that were reached, times that were waited for in vain, and what may be said of them."""

import math

import numpy as np
import pytest

from experiments.claims import TEST_ERROR, Margin, Ratio
from experiments.claims.quantities import epochs_to
from experiments.claims.statistics import mean_interval, ratio_interval
from experiments.report.view import PaperView, Source
from experiments.spec import Text
from tests.fakes import paper, record, words

QUANTITY = epochs_to("epochs_to_25", "train_error", 0.25)
EPOCHS = 20


def text():
    """Return the words of the claim."""
    claims = {"longer": {"source": "s", "says": "b takes six times as long", "why": "a test"}}
    return Text(words() | {"quantities": {"epochs_to_25": "Epochs to 25 %"}, "claims": claims})


def claim(**changes):
    values = dict(name="longer", experiment="first", quantity=QUANTITY, presets=("reduced",), value=6.0, on_size=True)
    return Ratio(**values | dict(larger="b", smaller="a", sizes=("reduced",)) | changes)


def run(variant, seed, epochs):
    """A run whose training error reaches 25 % after so many epochs; `None`: never."""
    made = record(variant, seed)
    made["history"] = [
        {"epoch": e, "objective": 1.0, "train_error": 0.25 if epochs is not None and e >= epochs else 0.5}
        for e in range(1, EPOCHS + 1)
    ]
    # A jump from 50 % to 25 % is at the level exactly where the evaluation is.
    return made


def view(a, b):
    records = [run("a", s, v) for s, v in enumerate(a)] + [run("b", s, v) for s, v in enumerate(b)]
    return PaperView(paper(), [Source("measured", tuple(records))])


def judge(a, b, **changes):
    return claim(**changes).judge(view(a, b).primary["first"])


@pytest.mark.parametrize(
    ("a", "b", "changes", "expected"),
    [
        ((2, 3, 2), (12, 18, 13), {}, "reproduced"),
        ((2, 3, 2), (4, 6, 5), {}, "direction only"),
        ((12, 18, 13), (2, 3, 2), {}, "not reproduced"),
        ((2, 3, 2), (3, 3, 1), {}, "open"),
        ((2, 3, 2), (12, 18, 13), {"sizes": ("paper",)}, "direction only"),
        ((2, 3, 2), (4, 6, 5), {"on_size": False}, "reproduced"),
        ((2,), (12,), {}, "open"),
        ((2,) * 3, (None,) * 3, {}, "open"),  # more than 10 times, each; but three pairs give no interval
        ((2,) * 6, (None,) * 6, {}, "direction only"),
        ((2,) * 6, (None,) * 6, {"on_size": False}, "reproduced"),
        ((2,) * 5 + (20,), (None,) * 5 + (10,), {}, "open"),
        ((None,) * 6, (10,) * 6, {}, "not reproduced"),  # less than half
        ((None,) * 6, (None,) * 6, {}, "open"),
        ((2, 3, 2), (2, 3, 2), {"margin": Margin(1.1)}, "no such difference"),
        ((), (10, 10), {}, "not run"),
    ],
)
def test_verdicts(a, b, changes, expected):
    assert judge(a, b, **changes).verdict == expected


def test_the_interval_is_of_the_mean_logarithm():
    verdict = judge((2, 4, 2), (12, 16, 14))
    estimate = mean_interval(np.log([6, 4, 7]))
    low, high = np.exp(estimate.interval)
    assert words_of(verdict) == f"Beta over Alpha_1: {np.exp(estimate.mean):.3g}× [{low:.3g}, {high:.3g}], n = 3"
    assert words_of(judge((1, 2, 3), (1, 2, 3))) == "Beta over Alpha_1: 1.00× [1.00, 1.00], n = 3"


def words_of(verdict):
    return claim().measured(verdict, text())


def test_a_time_that_was_not_reached_is_said_not_made_up():
    verdict = judge((2, 2, 2), (12, None, None))
    beta = "Beta: not reached within 20 epochs in 2 of 3 runs; 12.0 epochs in the others"
    assert words_of(verdict) == f"Beta over Alpha_1: n = 3; at least 6 times in every pair; {beta}"
    assert verdict.reason == "six_pairs"
    assert words_of(judge((None, None), (None, None))).startswith("Beta over Alpha_1: n = 2; Beta: not reached")
    half = "Beta over Alpha_1: n = 2; at most 0.5 times in every pair; Alpha_1: not"
    assert words_of(judge((None, None), (5, 10))).startswith(half)
    found = view((2, 2, 2), (12, None, None))
    (experiment,) = found.paper.experiments
    cells = [found.estimate(found.primary["first"], v, QUANTITY) for v in experiment.variants]
    assert cells == [
        "2.0 epochs [2.0, 2.0], n = 3",
        "not reached within 20 epochs in 2 of 3 runs; 12.0 epochs in the others",
    ]


def test_the_published_side_names_the_value():
    assert claim().published(text()) == "6 times"


def test_the_time_is_interpolated_between_evaluations():
    quantity = epochs_to("x", "train_error", 0.25)

    def of(*pairs):
        return quantity.of({"history": [{"epoch": e} | ({} if x is None else {"train_error": x}) for e, x in pairs]})

    assert of((1, 0.5), (2, 0.3), (3, 0.2)) == pytest.approx(2.5)
    assert of((1, 0.5), (2, None), (3, 0.2)) == pytest.approx(1 + 2 * 0.25 / 0.3)
    assert of((1, 0.2), (2, 0.1)) == 1.0  # earlier ones are not known
    assert of((1, 0.5), (2, 0.25), (3, 0.4)) == 2.0
    assert of((1, 0.5), (2, 0.3)) is None and of((1, None)) is None
    assert quantity.beyond([{"epoch": 1}, {"epoch": 7}]) == 7
    assert TEST_ERROR.beyond is None


def ends(low, high):
    """Return mean, low and high of `ratio_interval` as ratios."""
    found = ratio_interval(low, high)
    return tuple(None if x is None else math.exp(x) for x in (found.mean, found.low, found.high))


def test_bounds_give_an_interval_from_six_on():
    mean, low, high = ends([2.0, 3.0, 4.0], [2.0, 3.0, 4.0])
    assert mean == pytest.approx(24 ** (1 / 3)) and low < mean < high
    assert ends([2.0], [2.0]) == (pytest.approx(2.0), None, None)
    lows, highs = [2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 3.0, 4.0, 5.0, math.inf]
    assert ends(lows, highs) == (None, None, None)
    assert ends([*lows, 7.0], [*highs, 7.0]) == (None, pytest.approx(2.0), math.inf)
    assert ends([*lows, 0.0], [*highs, 7.0]) == (None, 0.0, math.inf)
    assert ends([0.0] * 6, [0.5] * 6) == (None, 0.0, 0.5)
    assert ratio_interval([2.0] * 6, [math.inf] * 6).p_value() == 2 * 2.0**-6  # the sign test
