"""Figures that compare: seed by seed, by the seeds that a verdict needs, over several tasks."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from experiments.claims import TEST_ERROR
from experiments.claims.over_tasks import critical, groups, profile, ranks
from experiments.claims.statistics import mean_interval, runs_for
from experiments.report import figures
from experiments.report.figures.pairs import half_width
from experiments.report.figures.svg import SIZE
from experiments.report.view import PaperView, Source
from experiments.spec import Text
from tests.fakes import paper, record, words

TEXT = Text(words())


def evidence(*records):
    return PaperView(paper(), [Source("Measured", records)]).primary["first"]


def runs(variant, values, first=0):
    return [record(variant, seed, x) for seed, x in enumerate(values, first)]


def drawn(picture):
    canvas = Canvas(figsize=SIZE, layout="constrained")
    picture.draw(canvas.add_subplot())
    return canvas


class TestPairs:
    FIGURE = figures.PairedDifferences("first", TEST_ERROR, "a", "b", 0.02)

    def test_a_line_is_a_seed_that_both_have(self):
        shown = evidence(*runs("a", (0.10, 0.11, 0.12)), *runs("b", (0.13, 0.13), first=1))
        picture = self.FIGURE.picture(shown)
        left, right = drawn(picture).axes
        lines = [line.get_ydata() for line in left.lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"]
        assert np.allclose(lines, [[13, 11], [13, 12]])
        (mean,) = [line.get_ydata()[0] for line in right.lines if line.get_marker() == "o"]
        assert mean == pytest.approx(1.5)
        assert [line.get_ydata()[0] for line in right.lines if line.get_marker() == "D"] == [2]
        assert "Beta less Alpha_1" in picture.caption and "1.50 points" in picture.alt

    def test_the_difference_is_that_of_the_claims(self):
        a, b = (0.10, 0.11, 0.12), (0.13, 0.15, 0.14)
        _, _, estimate = self.FIGURE.differences(evidence(*runs("a", a), *runs("b", b)))
        assert estimate == mean_interval([y - x for x, y in zip(a, b, strict=True)])

    def test_the_two_names_keep_apart(self):
        text = words()
        text["labels"] = {"a": "Lookahead around SGD", "b": "Stochastic gradients"}
        shown = PaperView(paper(text=Text(text)), [Source("Measured", (*runs("a", (0.1001,)), *runs("b", (0.1002,))))])
        canvas = drawn(self.FIGURE.picture(shown.primary["first"]))
        canvas.draw_without_rendering()
        left, right = (label.get_window_extent() for label in canvas.axes[0].get_xticklabels())
        assert left.x1 + 4 < right.x0

    def test_without_a_pair_there_is_nothing(self):
        assert self.FIGURE.picture(evidence(*runs("a", (0.1, 0.1)))) is None
        one = self.FIGURE.picture(evidence(*runs("a", (0.1,)), *runs("b", (0.2,))))
        assert one is not None and "[" not in one.alt
        assert self.FIGURE.variants() == ("a", "b")


class TestPower:
    FIGURE = figures.SeedsToVerdict("first", TEST_ERROR, "a", "b", 0.01)
    SHOWN = (*runs("a", (0.10, 0.11, 0.12)), *runs("b", (0.13, 0.15, 0.14)))

    def test_the_width_is_students(self):
        values = [0.3, 0.1, 0.4, 0.2, 0.35]
        assert half_width(5, np.std(values, ddof=1)) == pytest.approx(mean_interval(values).half_width)

    def test_power_is_that_of_the_claims(self):
        picture = self.FIGURE.picture(evidence(*self.SHOWN))
        needed = runs_for(0.01, float(np.std([0.03, 0.04, 0.02], ddof=1)))
        assert f"80 % power to find 1.00 points from {needed} seeds on." in picture.caption
        (axes,) = drawn(picture).axes
        assert [x for x in axes.lines if list(x.get_xdata()) == [needed, needed]]
        assert [x for x in axes.lines if list(x.get_ydata()) == pytest.approx([1, 1])]

    def test_it_needs_three_pairs_a_spread_and_a_size(self):
        assert self.FIGURE.picture(evidence(*runs("a", (0.1, 0.2)), *runs("b", (0.3, 0.2)))) is None
        assert self.FIGURE.picture(evidence(*runs("a", (0.1,) * 3), *runs("b", (0.1,) * 3))) is None
        assert figures.SeedsToVerdict("first", TEST_ERROR, "a", "b").picture(evidence(*self.SHOWN)) is None


COSTS = {"x": {1: 1.0, 2: 2.0, 3: 3.0}, "y": {1: 2.0, 2: 1.0, 3: 3.0}, "z": {1: 4.0, 2: math.inf}}
LABELS = {"x": "First", "y": "Second", "z": "Third"}


class TestProfile:
    def test_factors_are_above_the_best_of_each_task(self):
        found = profile(COSTS)
        assert {c: list(row) for c, row in found.items()} == {
            "x": [1, 1, 2], "y": [1, 1, 2], "z": [4, math.inf, math.inf]
        }  # fmt: skip

    def test_the_line_is_the_share_of_tasks(self):
        picture = figures.performance_profile(COSTS, LABELS, TEXT, "profile")
        axes = drawn(picture).axes[0]
        by_label = {line.get_label(): line for line in axes.lines}
        assert list(by_label["First"].get_xdata()) == pytest.approx([1, 2, 4.4])
        assert list(by_label["First"].get_ydata()) == pytest.approx([200 / 3, 100, 100])
        assert by_label["Third"].get_ydata()[-1] == pytest.approx(100 / 3)
        assert picture.alt == "Share of tasks within a factor of the best contender. Best on: First 67 %; " + (
            "Second 67 %; Third 0 %."
        )

    def test_costs_are_above_0_and_there_are_some(self):
        with pytest.raises(ValueError, match="a cost of 0"):
            profile({"x": {1: 0.0}})
        nothing = {"x": {1: math.inf}, "y": {1: math.nan}}
        assert figures.performance_profile(nothing, LABELS, TEXT, "profile") is None


class TestCriticalDifferences:
    # Six tasks on which x is best, y second, z worst, and w just behind z.
    SIX = {c: {t: base + 0.01 * t for t in range(6)} for c, base in (("x", 1.0), ("y", 2.0), ("z", 3.0), ("w", 4.0))}
    NAMES = dict.fromkeys("xyzw", "c")

    def test_the_difference_is_that_of_the_published_table(self):
        # Demšar (2006), table 5: q = 2.343, 2.569 and 2.728 for 3, 4 and 5 contenders.
        for k, q in ((3, 2.343), (4, 2.569), (5, 2.728)):
            assert critical(k, 10) == pytest.approx(q * math.sqrt(k * (k + 1) / 60), rel=1e-3)

    def test_mean_ranks_share_ties(self):
        assert ranks(COSTS) == pytest.approx({"x": (1 + 2 + 1.5) / 3, "y": (2 + 1 + 1.5) / 3, "z": 3.0})

    def test_groups_are_those_that_are_not_told_apart(self):
        assert groups({"a": 1.0, "b": 1.5, "c": 2.4, "d": 4.0}, 1.0) == [["a", "b"], ["b", "c"]]
        assert groups({"a": 1.0, "b": 3.0}, 1.0) == []

    def test_there_is_a_diagram_from_six_tasks_on(self):
        five = {c: {t: x for t, x in by_task.items() if t < 5} for c, by_task in self.SIX.items()}
        assert figures.critical_differences(five, self.NAMES, TEXT, "ranks") is None
        picture = figures.critical_differences(self.SIX, self.NAMES, TEXT, "ranks")
        axes = drawn(picture).axes[0]
        bars = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 4]
        assert np.allclose(bars, [(0.96, 2.04), (1.96, 3.04), (2.96, 4.04)]) and "1.91" in picture.caption

    def test_where_nothing_differs_there_is_none(self):
        turned = {c: {t: float((t + i) % 3 + 1) for t in range(6)} for i, c in enumerate("xyz")}
        assert figures.critical_differences(turned, LABELS, TEXT, "ranks") is None
