"""Counts, their exact intervals, and the claims that rest on them."""

import numpy as np
import pytest
from scipy import stats

from experiments.claims import Evidence, Finding, Probability
from experiments.claims.quantities import proportion
from experiments.claims.statistics import binomial_interval, mean_interval, share_interval
from experiments.report.figures import Shares, save
from experiments.spec import Citation, Experiment, Paper, Preset, Text


@pytest.mark.parametrize("n", [1, 20, 200])
@pytest.mark.parametrize("p", [0.001, 0.02, 0.5, 0.9])
def test_the_binomial_interval_covers_the_truth_as_often_as_it_says(n, p):
    intervals = [binomial_interval(count, n) for count in range(n + 1)]
    chances = stats.binom.pmf(range(n + 1), n, p)
    assert sum(c for c, e in zip(chances, intervals, strict=True) if e.low <= p <= e.high) >= 0.95
    draws = np.random.default_rng(0).binomial(n, p, 2000)
    assert np.mean([intervals[d].low <= p <= intervals[d].high for d in draws]) > 0.94


def test_cases_that_hang_together_count_as_one_run():
    """Ten nets that each answer all 100 questions or none are ten cases, not a thousand."""
    alike = [(50, 100), (52, 100), (48, 100)]
    apart = [(100, 100), (0, 100), (100, 100), (0, 100)]
    assert share_interval(apart).interval == mean_interval([1, 0, 1, 0], possible=(0, 1)).interval
    assert (share_interval(apart).n, share_interval(apart).cases) == (4, 400)
    # Less different than chance alone would make them: the exact interval is the wider one.
    assert share_interval(alike).interval == binomial_interval(150, 300).interval
    assert share_interval([(0, 100)] * 5).high > 0
    assert share_interval([(3, 10)]) == binomial_interval(3, 10)


def test_the_binomial_interval_is_that_of_clopper_and_pearson():
    found = binomial_interval(3, 10)  # from the beta distribution, and from published tables
    assert (found.mean, found.n, found.cases) == (0.3, 1, 10)
    assert found.interval == pytest.approx((stats.beta.ppf(0.025, 3, 8), stats.beta.ppf(0.975, 4, 7)))
    assert found.interval == pytest.approx((0.0667, 0.6525), abs=1e-4)
    assert binomial_interval(0, 100).interval == pytest.approx((0, 1 - 0.025 ** (1 / 100)))
    assert binomial_interval(100, 100).high == 1
    assert binomial_interval(30, 100, 0.99).low < binomial_interval(30, 100).low


@pytest.mark.parametrize("counts", [(-1, 5), (6, 5), (0, 0), (0.5, 5), (float("nan"), 5)])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match=r"Received: count=.*Expected whole numbers"):
        binomial_interval(*counts)


HISTORY = [{"epoch": 1, "dead": 1, "nets": 10}, {"epoch": 2, "dead": 4, "nets": 10}]


def test_a_proportion_is_read_from_the_row_it_names():
    assert proportion("x", "dead", "nets").counts(HISTORY) == (4, 10)
    first = proportion("x", "dead", "nets", epoch=1)
    assert first.counts(HISTORY) == (1, 10) and first.compute(HISTORY) == 0.1
    assert first.number(0.1) == "10.00" and first.difference_unit == "points"
    absent = proportion("x", "absent", "nets"), proportion("x", "dead", "absent")
    for missing in (proportion("x", "dead", "nets", epoch=3), *absent):
        assert missing.counts(HISTORY) is None and missing.compute(HISTORY) is None


WORDS = {
    "labels": {"a": "A"},
    "experiments": {"e": "Title"},
    "quantities": {"collapsed": "Nets that end constant"},
    "claims": {"c": {"source": "s", "says": "Words", "why": "why"}},
    "figures": {"e_shares": {"label": "Nets", "axis": "Layers", "bound": "half"}},
}
COLLAPSED = proportion("collapsed", "collapsed", "nets")
FIGURE = Shares("e", "collapsed", "nets", bound={"a": lambda x: x / 2})


def claim(low=None, high=None, variant="a"):
    return Probability(name="c", experiment="e", quantity=COLLAPSED, variant=variant, low=low, high=high)


PAPER = Paper(
    "p",
    Text(WORDS),
    Citation("Title", "Authors", "Venue", 2000, "https://example.org", "1"),
    experiments=(Experiment("e", {"a": None}, print, {name: Preset({}, 1) for name in ("quick", "paper")}),),
    findings=(Finding("f", (claim(),)),),
    figures=(FIGURE,),
)


def evidence(*counts, of=100, preset="paper"):
    runs = {
        seed: {"outcome": "done", "history": [{"epoch": 1, "collapsed": count, "nets": of}]}
        for seed, count in enumerate(counts)
    }
    return Evidence(PAPER, PAPER.experiment("e"), preset, {"a": runs})


@pytest.mark.parametrize(
    ("low", "high", "counts", "expected"),
    [
        (0.9, None, (99, 98, 99), "reproduced"),
        (0.9, None, (92, 91, 92), "open"),
        (0.9, None, (70, 75, 72), "not reproduced"),
        (None, 0.01, (0,) * 5, "reproduced"),
        (None, 0.01, (0, 0, 0), "open"),  # 0 of 300: up to 1.2 %
        (None, 0.01, (9, 8, 9), "not reproduced"),
        (0.4, 0.6, (50,) * 5, "reproduced"),
        (0.4, 0.6, (58,) * 3, "open"),
        (0.4, 0.6, (10,) * 3, "not reproduced"),
        (0.4, 0.6, (10, 10), "open"),  # two runs
        (0.4, 0.6, (20, 50, 80), "open"),  # the seeds differ by far more than counts would
        (0.9, None, (), "not run"),
    ],
)
def test_a_probability_is_judged_by_the_wider_interval(low, high, counts, expected):
    verdict = claim(low, high).judge(evidence(*counts))
    assert verdict.verdict == expected
    if counts:
        assert f"n = {len(counts)}, {100 * len(counts)} cases" in claim().measured(verdict, PAPER.text)


def test_a_probability_says_what_it_asks_for():
    assert claim(low=0.9).published(PAPER.text) == "at least 90.00 %"
    assert claim(high=0.01).published(PAPER.text) == "at most 1.00 %"
    assert claim(0.4, 0.6).published(PAPER.text) == "40.00 % to 60.00 %"
    assert claim(0.4, 0.6).statement(PAPER.text) == "Words"
    verdict = claim(0.4, 0.6).judge(evidence(50, 50))
    assert claim().measured(verdict, PAPER.text) == "50.00 % [42.87, 57.13], n = 2, 200 cases"
    assert claim(0.4, 0.6).judge(evidence(50, preset="quick")).verdict == "not at this scale"
    assert COLLAPSED.counts([{"epoch": 1}]) is None


def test_the_figure_of_shares_pools_the_seeds(tmp_path):
    picture = FIGURE.picture(evidence(40, 60))
    assert "A 50.00 %" in picture.alt and "Nets by layers" in picture.alt
    assert "of 200 at the last count" in picture.caption and "Dotted: half" in picture.caption
    save(picture.draw, tmp_path, picture.name)
    assert (tmp_path / "e_collapsed_shares.svg").is_file()
    assert FIGURE.picture(evidence()) is None
