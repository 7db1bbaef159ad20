"""Verdicts follow from the records, by the rules that the report states."""

import dataclasses

import pytest

from experiments.report.view import PaperView, Source
from experiments.spec import Text
from tests.fakes import paper, record, words


def verdicts(records):
    view = PaperView(paper(), [Source("Measured", tuple(records))])
    return {claim.name: verdict for claim, verdict in view.all_verdicts}


def pair(a, b, **more):
    return [record("a", s, v, **more) for s, v in enumerate(a)] + [record("b", s, v, **more) for s, v in enumerate(b)]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0.10, 0.11, 0.12), (0.20, 0.21, 0.22), "reproduced"),
        ((0.20, 0.21, 0.22), (0.10, 0.11, 0.12), "not reproduced"),
        ((0.10, 0.25, 0.12), (0.20, 0.21, 0.22), "inconclusive"),
        ((0.10,), (0.20,), "inconclusive"),  # one pair has no interval
        ((0.10, 0.11), (), "not run"),
    ],
)
def test_an_ordering_is_judged_by_paired_differences(a, b, expected):
    assert verdicts(pair(a, b))["lower"].verdict == expected


def test_a_margin_has_to_be_exceeded():
    claim = dataclasses.replace(paper().claims[0], margin=0.2)
    view = PaperView(paper(), [Source("Measured", tuple(pair((0.10, 0.11, 0.12), (0.20, 0.211, 0.22))))])
    assert claim.judge(view.primary["first"]).verdict == "not reproduced"
    assert dataclasses.replace(claim, margin=0.05).judge(view.primary["first"]).verdict == "reproduced"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.049, 0.050, 0.051), "reproduced"),
        ((0.09, 0.091, 0.092), "not reproduced"),
        ((0.03, 0.05, 0.08), "inconclusive"),
    ],
)
def test_a_value_is_judged_against_its_tolerance(values, expected):
    records = [record("a", s, preset="paper") for s in range(3)]
    for r, value in zip(records, values, strict=True):
        r["history"][-1]["train_error"] = value
    assert verdicts(records)["value"].verdict == expected


def test_a_preset_judges_only_what_it_may():
    found = verdicts(pair((0.10, 0.11, 0.12), (0.20, 0.21, 0.22)))
    assert found["value"].verdict == "not run" and "reduced may not judge" in found["value"].reason
    assert found["table_1/a/test_error"].verdict == "not run"


def test_no_records_is_not_run():
    assert {v.verdict for v in verdicts([]).values()} == {"not run"}


def test_diverged_and_failed_runs_enter_no_mean():
    records = pair((0.10, 0.11, 0.12), (0.20, 0.21, 0.22))
    records += [record("a", 3, 99.0, outcome="diverged"), record("b", 3, 0.0, outcome="failed")]
    assert verdicts(records)["lower"] == verdicts(pair((0.10, 0.11, 0.12), (0.20, 0.21, 0.22)))["lower"]


def test_runs_of_another_protocol_version_or_other_settings_do_not_count():
    records = pair((0.10, 0.11, 0.12), (0.20, 0.21, 0.22))
    assert verdicts([r | {"protocol": 2} for r in records])["lower"].verdict == "not run"
    assert verdicts(pair((0.10, 0.11), (0.20, 0.21), learning_rate=0.5))["lower"].verdict == "not run"


def test_the_words_of_claims_stand_in_the_text():
    text, (ordering, value) = paper().text, paper().claims
    assert ordering.statement(text) == "Alpha has a lower test error than Beta" and ordering.source(text) == "Section 1"
    assert value.statement(text) == "Alpha_1: training error 5.00 %" and value.why(text) == "a test"
    assert ordering.published(text) == "lower" and value.published(text) == "5.00 % ± 1.00 points"
    (cell,) = paper().tables[0].claims()
    assert (cell.source(text), cell.why(text)) == ("Table 1", "a test")
    assert cell.statement(text) == "Alpha_1: test error 10.00 %"


def test_labels_fill_the_blanks_of_a_claim():
    text = words()
    text["labels"]["b"] = "Beta, or b"
    text["claims"]["lower"]["says"] = "{lower} is lower than {higher}, by {how}"
    (first, _), made = paper().claims, Text(text)
    claim = dataclasses.replace(first, higher=("b", "a"), words={"how": "far"})
    assert claim.statement(made) == "Alpha_1 is lower than Beta, or b; Alpha_1, by far"
