"""Grids as results: claims that count their cells, the figure that draws them, and presets with grids of their own."""

import math

import pytest

from experiments.harness.claims import WorseCells
from experiments.harness.paper import Experiment, Preset, Tuning
from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.evidence import Evidence
from experiments.harness.report.figures import TuningPanels, save
from experiments.harness.report.page import protocol

RATES = (0.01, 0.1, 1.0)
TUNING = Tuning(
    "learning_rate", dict.fromkeys("abcd", RATES), "objective", {}, grids={"quick": dict.fromkeys("abcd", (0.1,))}
)
EXPERIMENT = Experiment(
    "e", "Title", dict.fromkeys("abcd"), None, {"quick": Preset({}, 1), "paper": Preset({}, 1)}, TUNING
)


def grid(*costs):
    """Records of one variant's grid: a number, `None` for a run that failed, infinity for one that diverged."""
    outcomes = {None: "failed", math.inf: "diverged"}
    return [
        {
            "settings": {"learning_rate": rate},
            "outcome": outcomes.get(cost, "done"),
            "history": [{"epoch": 10, "objective": cost}],
        }
        for rate, cost in zip(RATES, costs, strict=False)
    ]


def evidence(preset="paper", **tuning):
    return Evidence(EXPERIMENT, {v: v.upper() for v in "abcd"}, preset, {}, {v: grid(*c) for v, c in tuning.items()})


def claim(**changes):
    values = dict(pairs=(("a", "b"),), text="Words", tolerance=0.1, why="why", quantity="objective_after_10")
    return WorseCells(**{"source": "s", "experiment": "e", **values, **changes})


@pytest.mark.parametrize(
    ("a", "b", "verdict", "measured"),
    [
        ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0), "reproduced", "worse in 0 of 3 cells, higher at all in 0"),
        ((1.05, 2.0, 3.0), (1.0, 2.0, 3.0), "reproduced", "worse in 0 of 3 cells, higher at all in 1"),
        ((1.2, 2.0, 3.0), (1.0, 2.0, 3.0), "not reproduced", "worse in 1 of 3 cells, higher at all in 1"),
        ((1.0, math.inf, math.inf), (1.0, 2.0, math.inf), "not reproduced", "worse in 1 of 3 cells"),
        ((1.0, 2.0, 3.0), (1.0, math.inf, 3.0), "reproduced", "diverged 0, the other 1"),
        ((1.0, None, 3.0), (1.0, 2.0, 3.0), "reproduced", "worse in 0 of 2 cells"),
        ((None,) * 3, (1.0, 2.0, 3.0), "not run", ""),
        ((), (), "not run", ""),
    ],
)
def test_cells_are_worse_beyond_the_tolerance_or_where_they_alone_diverge(a, b, verdict, measured):
    found = claim().judge(evidence(a=a, b=b))
    assert found.verdict == verdict and measured in found.measured


def test_a_claim_may_allow_some_cells_or_compare_with_others():
    one = evidence(a=(1.2, 2.0, 3.0), b=(1.0, 2.0, 3.0), c=(2.0, 3.0, 3.0), d=(1.0, 1.0, 3.0))
    assert claim(most=1).judge(one).verdict == "reproduced"
    assert claim(most=1).published() == "worse by more than 10 % in at most 1 cells (why)"
    compared = claim(pairs=(("c", "d"),), more_than=(("a", "b"),))
    assert (
        compared.judge(one).verdict == "reproduced"
        and "in the comparison worse in 1 of 3" in compared.judge(one).measured
    )
    assert claim(more_than=(("c", "d"),)).judge(one).verdict == "not reproduced"
    assert claim(more_than=(("a", "b"),)).judge(one).verdict == "not reproduced"  # equal is not more
    assert claim(more_than=(("b", "absent"),)).judge(one).verdict == "not run"
    assert "than in the comparison" in compared.published() and compared.statement({}) == "Words"
    assert claim().judge(evidence("quick", a=(1.0,), b=(1.0,))).verdict == "not run"


def test_the_figure_of_panels_keeps_diverged_cells_at_the_edge(tmp_path):
    figure = TuningPanels("e", "objective_after_10", ((("left", ("a", "b")), ("right", ("c", "d"))),), ("x", "y"), 4.0)
    picture = figure.picture(evidence(a=(1.0, 2.0, 9.0), b=(3.0, math.inf, math.inf), c=(1.0, 2.0), d=()))
    assert "left, x 1.000 at 0.01; left, y 3.000 at 0.01; right, x 1.000 at 0.01." in picture.alt
    assert "3 at the upper edge lie beyond it or diverged" in picture.caption and "log10" not in picture.name
    save(picture.draw, tmp_path, picture.name)
    assert (tmp_path / "e_objective_after_10_panels.png").is_file()
    assert figure.picture(evidence()) is None


def test_a_preset_may_have_a_grid_of_its_own():
    assert TUNING.values("quick", "a") == (0.1,) and TUNING.values("paper", "a") == RATES


def test_means_and_values_of_an_epoch():
    history = [{"epoch": e, "objective": 1.0 / e} for e in (1, 2, 10)]
    assert QUANTITIES["mean_objective"].compute(history) == pytest.approx(1.6 / 3)
    assert QUANTITIES["objective_after_10"].compute(history) == 0.1
    assert QUANTITIES["objective_after_100"].compute(history) is None
    assert QUANTITIES["mean_objective"].compute([{"epoch": 1}]) is None


def test_experiments_with_protocol_rows_of_their_own_get_their_own_table():
    class View:
        paper = type("P", (), {"protocol": (("Topic", "theirs", "{x}"),), "deviations": ()})()

        def __init__(self, *rows):
            self.experiments = [
                Experiment(f"e{i}", f"T{i}", {}, None, {"quick": Preset({"x": i, "y": 9}, 1)}, protocol=r)
                for i, r in enumerate(rows)
            ]

        def ran(self):
            return [(e, Evidence(e, {}, "quick")) for e in self.experiments]

    own = (("Other", "theirs", "{y}"),)
    _, shared, other = protocol(View((), own, (), own))
    assert shared.name == "protocol" and shared.rows == (("Topic", "theirs", "0", "2"),)
    assert other.name == "e1_protocol" and other.rows == (("Other", "theirs", "9", "9"),)
    assert other.header == ("Topic", "Paper", "T1 (preset quick)", "T3 (preset quick)")
    heading, empty = protocol(View())
    assert empty.rows == (("Topic", "theirs"),)
