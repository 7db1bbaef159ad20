"""The forest of findings: its lines, its axes, what stands on them."""

import collections
import dataclasses
import math

import pytest
from matplotlib.figure import Figure as Canvas

from experiments import papers
from experiments.claims import (
    TEST_ERROR,
    TRAIN_ERROR,
    Alike,
    Finding,
    Margin,
    NoBetter,
    Ordering,
    Quantity,
    Ratio,
    Value,
    judge,
)
from experiments.claims.statistics import mean_interval
from experiments.claims.verdict import Part, Verdict
from experiments.report import figures
from experiments.report.figures.forest import _weakest
from experiments.report.figures.looks import GROUND, VERDICTS
from experiments.report.figures.svg import SIZE
from experiments.report.view import PaperView, Source
from experiments.spec import Text
from tests.fakes import paper, record, words

PLACE = dict(experiment="first", presets=("reduced", "paper"))
SIDES = dict(lower="a", higher=("b",))
ORDERED = Ordering(name="lower", quantity=TEST_ERROR, gap=0.02, **SIDES, **PLACE)
TIMES = Ratio(name="times", quantity=TEST_ERROR, larger="b", smaller="a", value=4.0, **PLACE)
SAME = Alike(name="same", quantity=TEST_ERROR, first="a", second="b", margin=Margin(0.01), **PLACE)
NONE = NoBetter(name="none", quantity=TEST_ERROR, variant="a", than="b", margin=Margin(0.05), **PLACE)
VALUE = Value(name="value", experiment="first", quantity=TRAIN_ERROR, variant="a", value=0.05, tolerance=0.01)


def declared(*findings):
    said = words() | {"claims": {}, "findings": {}, "tables": {}}
    for finding in findings:
        said["findings"][finding.name] = {"source": "s", "says": f"Finding {finding.name}"}
        for claim in finding.claims:
            said["claims"][claim.name] = {"source": "s", "says": f"Claim {claim.name}", "why": "w"}
    return paper(text=Text(said), findings=findings, tables=())


def judged(one, values=((0.10, 0.11, 0.12), (0.13, 0.15, 0.14))):
    records = [record(v, seed, x) for v, column in zip("ab", values, strict=True) for seed, x in enumerate(column)]
    return judge(one, PaperView(one, [Source("Measured", tuple(records))]).primary)


def drawn(picture):
    canvas = Canvas(figsize=SIZE, layout="constrained")
    picture.draw(canvas.add_subplot())
    return canvas


def test_a_finding_is_a_line_and_claims_with_numbers_stand_below():
    one = declared(Finding("alone", (ORDERED,)), Finding("two", (SAME, VALUE)))
    alone, two, *below = figures.forest_rows(judged(one), one.text, "Fake")
    assert alone.label == "Fake 1. Finding alone" and alone.claim is ORDERED and not alone.below
    assert two.label == "Fake 2. Finding two" and two.claim is None
    assert [row.label for row in below] == ["Claim same", "Claim value"] and all(row.below for row in below)
    (_, short) = figures.forest_rows(judged(one), one.text, claims=False)
    assert short.label == "2. Finding two" and short.estimate is not None


def test_of_several_pairs_the_weakest_is_drawn():
    several = dataclasses.replace(ORDERED, higher=("b", "a"))
    one = declared(Finding("f", (several,)))
    (row,) = figures.forest_rows(judged(one), one.text)
    assert row.estimate is not None and row.estimate.mean == pytest.approx(0)


def test_the_weakest_is_the_least_sure_not_the_smallest():
    """One lies close above 0 and surely so, the other far above, and may lie below."""
    parts = [Part(mean_interval(values), against) for values, against in (((1.0, 1.1, 0.9), "a"), ((1, 9, 20), "b"))]
    assert parts[0].estimate.low > 0 > parts[1].estimate.low
    assert _weakest(Verdict("open", (), tuple(parts))).against == "b"
    assert _weakest(Verdict("open", (), tuple(parts[:1]))).against == "a"
    assert _weakest(Verdict("not run", ())) is None


def test_a_claim_says_what_its_number_is_held_against():
    held = ORDERED.yardstick()
    assert (held.unit, held.line, held.low, held.high) == ("points", 0.0, 0.0, None)
    assert held.printed(held.published) == pytest.approx(2)
    held = TIMES.yardstick()
    assert held.ratio and held.printed(held.published) == pytest.approx(4) and held.printed(held.line) == 1
    held = SAME.yardstick()
    assert (held.printed(held.low), held.printed(held.high)) == pytest.approx((-1, 1))
    assert dataclasses.replace(SAME, relative=True, margin=Margin(1.1)).yardstick().printed(math.log(1.1)) == 1.1
    assert NONE.yardstick().high == 0.05 and NONE.yardstick().low is None
    held = VALUE.yardstick()
    assert (held.printed(held.low), held.printed(held.published), held.printed(held.high)) == pytest.approx((4, 5, 6))
    assert held.line is None and held.printed(None) is None


@pytest.mark.parametrize("one", papers.load(), ids=lambda p: p.key)
def test_every_claim_of_every_paper_has_a_printed_yardstick(one):
    for claim in (*one.claims, *(cell for table in one.tables for cell in table.claims)):
        held = claim.yardstick()
        numbers = [held.printed(x) for x in (held.published, held.line, held.low, held.high) if x is not None]
        assert numbers, claim.name
        if held.ratio:
            assert all(x > 0 for x in numbers), claim.name


def test_lines_of_one_unit_share_an_axis():
    one = declared(*(Finding(c.name, (c,)) for c in (ORDERED, TIMES, SAME, VALUE)))
    canvas = drawn(figures.forest(judged(one), one.text, "forest"))
    labels = [axes.get_xlabel() for axes in canvas.axes]
    assert labels == ["Difference (points)", "Ratio", "Value (%)"]
    assert [axes.get_xscale() for axes in canvas.axes] == ["linear", "log", "linear"]


def test_a_unit_that_one_paper_alone_has_stands_in_a_figure_of_several():
    quantity = Quantity("train_error", "squares", TRAIN_ERROR.compute)
    one = declared(Finding("f", (dataclasses.replace(VALUE, quantity=quantity),)))
    own = Text(one.text.words | {"units": {"squares": "summed squares"}})
    rows = figures.forest_rows(judged(one), own)
    canvas = drawn(figures.forest_of(rows, Text({}), "forest", collections.Counter(["open"])))
    assert [axes.get_xlabel() for axes in canvas.axes] == ["Value (summed squares)"]


def test_a_description_counts_as_many_verdicts_as_have_room():
    one = declared(Finding("f", (VALUE,)))
    counts = collections.Counter(dict.fromkeys(VERDICTS, 17))
    alt = figures.forest_of(figures.forest_rows(judged(one), one.text), one.text, "forest", counts).alt
    assert "Verdicts: 17 reproduced; 17 " in alt and alt.endswith("; …")


def test_mean_interval_and_the_papers_number_stand_where_they_are():
    one = declared(Finding("f", (ORDERED,)))
    judgements = judged(one)
    estimate = judgements[0].claims[0][1].parts[0].estimate
    canvas = drawn(figures.forest(judgements, one.text, "forest"))
    (axes,) = canvas.axes
    (mean,) = [line for line in axes.lines if line.get_marker() == "o"]
    (diamond,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert mean.get_xdata()[0] == pytest.approx(100 * estimate.mean) and diamond.get_xdata()[0] == pytest.approx(2)
    assert diamond.get_markerfacecolor() == GROUND[0]
    ends = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 2]
    assert ends[0] == pytest.approx([100 * estimate.low, 100 * estimate.high])
    written = [t.get_text() for t in canvas.texts]
    assert one.text.verdict(judgements[0].verdict) in written and "1. Finding f" in written
    (colour,) = {t.get_color() for t in canvas.texts if t.get_text() == judgements[0].verdict}
    assert colour == VERDICTS[judgements[0].verdict][0]
    assert any("n = 3" in words for words in written)


def test_an_interval_beyond_the_axis_ends_in_an_arrow_head():
    wide = dataclasses.replace(ORDERED, name="wide", text="wide")
    one = declared(Finding("f", (ORDERED,)), Finding("g", (wide,)), Finding("h", (SAME,)))
    judgements = judged(one, ((0.10, 0.11, 0.12), (0.13, 0.15, 0.14)))
    claim, verdict = judgements[1].claims[0]
    part = verdict.parts[0]
    far = dataclasses.replace(part, estimate=dataclasses.replace(part.estimate, low=-5.0, high=5.0))
    judgements[1] = dataclasses.replace(judgements[1], claims=((claim, dataclasses.replace(verdict, parts=(far,))),))
    (axes,) = drawn(figures.forest(judgements, one.text, "forest")).axes
    assert len([line for line in axes.lines if line.get_marker() in ("<", ">")]) == 2
    assert axes.get_xlim()[0] > -50


def test_what_has_not_run_is_a_line_without_a_bar():
    one = declared(Finding("f", (ORDERED,)))
    nothing = judge(one, PaperView(one, [Source("Measured", ())]).primary)
    canvas = drawn(figures.forest(nothing, one.text, "forest"))
    assert not canvas.axes and "not run" in [t.get_text() for t in canvas.texts]


def test_a_time_that_is_only_bounded_has_no_mean():
    one = declared(Finding("f", (TIMES,)))
    judgements = judged(one)
    claim, verdict = judgements[0].claims[0]
    bounded = dataclasses.replace(verdict.parts[0].estimate, mean=None, low=0.1, high=math.inf, error=None)
    parts = (dataclasses.replace(verdict.parts[0], estimate=bounded),)
    judgements[0] = dataclasses.replace(judgements[0], claims=((claim, dataclasses.replace(verdict, parts=parts)),))
    (axes,) = drawn(figures.forest(judgements, one.text, "forest")).axes
    assert not [line for line in axes.lines if line.get_marker() == "o"]
    assert len([line for line in axes.lines if line.get_marker() == ">"]) == 1


def test_nothing_to_say_gives_no_figure_and_the_description_counts():
    assert figures.forest([], Text(words()), "forest") is None and figures.overview([], Text(words()), "o") is None
    one = declared(Finding("f", (ORDERED,)))
    picture = figures.forest(judged(one), one.text, "forest")
    assert picture.name == "forest" and "One line a finding (1)" in picture.alt and len(picture.alt) < 200


def test_a_paper_has_a_bar_with_a_part_for_each_verdict():
    rows = [("One (2001)", collections.Counter({"open": 3, "reproduced": 1})), ("Two (2002)", {"not run": 2})]
    picture = figures.overview([*rows, ("Three (2003)", {})], Text(words()), "overview")
    canvas = drawn(picture)
    (axes,) = canvas.axes
    assert [t.get_text() for t in axes.texts] == ["One (2001)", "1", "3", "Two (2002)", "2"]
    assert [round(part.get_width()) for part in axes.patches] == [1, 3, 2] and axes.get_xlim() == (0, 4)
    assert [t.get_text() for t in canvas.legends[0].get_texts()] == ["reproduced", "open", "not run"]
    told = "One (2001) 1 reproduced, 3 open; Two (2002) 2 not run"
    assert picture.alt == f"Findings by verdict, a bar for each paper: {told}."
