"""The grid of Kingma and Ba's figure 4 as a result: claims that count its cells, the figure that draws them."""

import math

import pytest

from experiments.claims import Evidence, Finding, Measured, Part
from experiments.claims.statistics import mean_interval
from experiments.papers.kingma2015_adam.autoencoder import OBJECTIVE_AFTER
from experiments.papers.kingma2015_adam.cells import WorseCells
from experiments.papers.kingma2015_adam.linear import MEAN_OBJECTIVE
from experiments.papers.kingma2015_adam.panels import TuningPanels
from experiments.report.figures import save
from experiments.spec import Experiment, Paper, Preset, Text, Tuning
from tests.fakes import CITATION, train

RATES = (0.01, 0.1, 1.0)
TUNING = Tuning("learning_rate", dict.fromkeys("abcd", RATES), "objective", {"quick": {}, "paper": {}})
PRESETS = {name: Preset({"learning_rate": None}, 1) for name in ("quick", "paper")}
WORDS = {
    "labels": {v: v.upper() for v in "abcd"},
    "experiments": {"e": "Title"},
    "quantities": {"objective_after_10": "Cost of epoch 10"},
    "claims": {"worse": {"source": "s", "says": "Words", "why": "why"}},
    "figures": {"e_panels": {"panel": "{0}", "first": "x", "second": "y"}},
}
FIGURE = TuningPanels("e", OBJECTIVE_AFTER[10], (((("left",), ("a", "b")), (("right",), ("c", "d"))),), 4.0)


def grid(*costs, seed=1000):
    """Return the records of one variant's grid: a number, `None` for a run that failed, infinity for a diverged one."""
    outcomes = {None: "failed", math.inf: "diverged"}
    return [
        {
            "seed": seed,
            "settings": {"learning_rate": rate},
            "outcome": outcomes.get(cost, "done"),
            "history": [{"epoch": 10, "objective": cost}],
        }
        for rate, cost in zip(RATES, costs, strict=False)
    ]


def claim(**changes):
    values = dict(name="worse", experiment="e", quantity=OBJECTIVE_AFTER[10], pairs=(("a", "b"),), tolerance=0.1)
    return WorseCells(**values | changes)


EXPERIMENT = Experiment("e", dict.fromkeys("abcd"), train, PRESETS, TUNING)
PAPER = Paper(
    "fake2000_cells", Text(WORDS), CITATION, (EXPERIMENT,), findings=(Finding("f", (claim(),)),), figures=(FIGURE,)
)


def evidence(preset="paper", **tuning):
    return Evidence(PAPER, EXPERIMENT, preset, {}, {v: grid(*c) for v, c in tuning.items()})


@pytest.mark.parametrize(
    ("a", "b", "worse", "measured"),
    [
        ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0), 0, "worse in 0 of 3 cells, higher at all in 0"),
        ((1.05, 2.0, 3.0), (1.0, 2.0, 3.0), 0, "worse in 0 of 3 cells, higher at all in 1"),
        ((1.2, 2.0, 3.0), (1.0, 2.0, 3.0), 1, "worse in 1 of 3 cells, higher at all in 1"),
        ((1.0, math.inf, math.inf), (1.0, 2.0, math.inf), 1, "worse in 1 of 3 cells"),
        ((1.0, 2.0, 3.0), (1.0, math.inf, 3.0), 0, "diverged 0, the other 1"),
        ((1.0, None, 3.0), (1.0, 2.0, 3.0), 0, "worse in 0 of 2 cells"),
    ],
)
def test_cells_are_worse_beyond_the_tolerance_or_where_they_alone_diverge(a, b, worse, measured):
    found = claim().judge(evidence(a=a, b=b))
    assert found.parts[0].estimate.mean == worse and measured in claim().measured(found, PAPER.text)
    assert (found.verdict, found.reason) == ("open", "few_runs")  # one seed a cell


@pytest.mark.parametrize(
    ("costs", "verdict"),
    [((1.0, 1.0, 1.0), "reproduced"), ((1.0, 1.2, 1.0), "open"), ((1.2, 1.2, 1.2), "not reproduced")],
)
def test_grids_of_three_seeds_are_judged(costs, verdict):
    """The cost of the first variant in the third cell is another for each seed."""
    found = evidence()
    found.tuning["a"] = [r for seed, cost in enumerate(costs) for r in grid(1.0, 2.0, 3.0 * cost, seed=seed)]
    found.tuning["b"] = [r for seed in range(3) for r in grid(1.0, 2.0, 3.0, seed=seed)]
    measured = claim().measure(found)
    assert claim().decide(measured, found, None)[0] == verdict and measured.parts[0].estimate.n == 3
    assert "of 9 cells" in claim().measured(measured, PAPER.text)


@pytest.mark.parametrize("a", [(None,) * 3, ()])
def test_no_cells_are_no_runs(a):
    assert claim().judge(evidence(a=a, b=(1.0, 2.0, 3.0))).verdict == "not run"


@pytest.mark.parametrize(
    ("counts", "changes", "verdict"),
    [
        ((0, 0, 0), {}, "reproduced"),
        ((4, 5, 4), {}, "not reproduced"),
        ((0, 1, 0), {}, "open"),
        ((1, 1, 1), {"most": 1}, "reproduced"),
        ((2, 3, 2), {"more_than": (("c", "d"),)}, "reproduced"),
        ((0, 0, 0), {"more_than": (("c", "d"),)}, "not reproduced"),  # equal is not more
        ((-1, 3, 2), {"more_than": (("c", "d"),)}, "open"),
    ],
)
def test_counts_of_several_seeds_are_judged_by_their_interval(counts, changes, verdict):
    measured = Measured((Part(mean_interval(counts)),))
    assert claim(**changes).decide(measured, evidence(), None)[0] == verdict


def test_a_claim_may_allow_some_cells_or_compare_with_others():
    one = evidence(a=(1.2, 2.0, 3.0), b=(1.0, 2.0, 3.0), c=(2.0, 3.0, 3.0), d=(1.0, 1.0, 3.0))
    assert claim(most=1).published(PAPER.text) == "worse by more than 10 % in at most 1 cells"
    compared = claim(pairs=(("c", "d"),), more_than=(("a", "b"),))
    found = compared.judge(one)
    assert found.parts[0].estimate.mean == 1 and "worse in 1 of 3" in compared.measured(found, PAPER.text)
    assert claim(more_than=(("b", "absent"),)).judge(one).verdict == "not run"
    assert "than in the comparison" in compared.published(PAPER.text) and compared.statement(PAPER.text) == "Words"
    assert claim().judge(evidence("quick", a=(1.0,), b=(1.0,))).verdict == "not at this scale"


def test_the_figure_of_panels_keeps_diverged_cells_at_the_edge(tmp_path):
    picture = FIGURE.picture(evidence(a=(1.0, 2.0, 9.0), b=(3.0, math.inf, math.inf), c=(1.0, 2.0), d=()))
    assert "left, x 1.000 (0.01); left, y 3.000 (0.01); right, x 1.000 (0.01)." in picture.alt
    assert (
        "arrow heads, 1 runs beyond it; crosses, 2 runs that diverged" in picture.caption
        and "log10" not in picture.name
    )
    save(picture.draw, tmp_path, picture.name)
    assert (tmp_path / "e_objective_after_10_panels.svg").is_file()
    assert FIGURE.picture(evidence()) is None


def test_means_and_values_of_an_epoch():
    history = [{"epoch": e, "objective": 1.0 / e} for e in (1, 2, 10)]
    assert MEAN_OBJECTIVE.compute(history) == pytest.approx(1.6 / 3)
    assert OBJECTIVE_AFTER[10].compute(history) == 0.1
    assert OBJECTIVE_AFTER[100].compute(history) is None
    assert MEAN_OBJECTIVE.compute([{"epoch": 1}]) is None
