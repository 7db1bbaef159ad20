"""Verdicts follow from the records, by the rules that the report states."""

import dataclasses

import pytest

from experiments.claims import TEST_ERROR, Alike, Evidence, Finding, Margin, NoBetter, Ordering, Reason
from experiments.claims.finding import confirmations, judge, totals
from experiments.report.view import PaperView, Source
from experiments.spec import Text
from tests.fakes import paper, record, words

CLOSE = ((0.10, 0.11, 0.12), (0.20, 0.21, 0.22))  # test errors of a and b by seed: a is lower by 10 points
OF_ERRORS = dict(name="lower", experiment="first", quantity=TEST_ERROR, presets=("reduced",))
BEFORE, AFTER = "2025-12-31", "2026-01-01"  # the records began on the second day


def verdicts(records, **changes):
    return PaperView(paper(**changes), [Source("measured", tuple(records))]).verdicts()


def pair(a, b, **more):
    return [record("a", s, v, **more) for s, v in enumerate(a)] + [record("b", s, v, **more) for s, v in enumerate(b)]


def judged(claim, records):
    """Return the verdict on a claim that stands alone in its paper."""
    return claim.judge(PaperView(paper(), [Source("measured", tuple(records))]).primary["first"])


def without_table(text):
    """Return words, and a paper's declaration, without the table."""
    del text["tables"]
    return dict(text=Text(text), tables=())


def lower(**changes):
    return dataclasses.replace(paper().claims[0], **changes)


@pytest.mark.parametrize(
    ("a", "b", "expected", "reason"),
    [
        (*CLOSE, "reproduced", "where_claimed"),
        (*reversed(CLOSE), "not reproduced", "other_side"),
        ((0.10, 0.25, 0.12), (0.20, 0.21, 0.22), "open", "straddles"),
        ((0.10, 0.10, 0.10), (0.10, 0.10, 0.10), "open", "straddles"),  # no difference at all is none
        ((0.10, 0.11), (0.20, 0.21), "open", "few_runs"),
        ((0.10, 0.11), (), "not run", "no_pair"),
    ],
)
def test_an_ordering_is_judged_by_paired_differences(a, b, expected, reason):
    found = verdicts(pair(a, b))["lower"]
    assert (found.verdict, found.reason) == (expected, reason)


def test_of_too_few_runs_the_declared_ones_come_before_a_forecast():
    some = verdicts(pair((0.10, 0.13), (0.20, 0.21)))["lower"]
    assert [reason.key for reason in some.reasons] == ["few_runs", "seeds_missing"]
    assert dict(some.reasons[1].words)["missing"] == 2  # of three seeds of two variants


@pytest.mark.parametrize(
    ("a", "changes", "expected", "reason"),
    [
        (CLOSE[0], {"gap": 0.1, "sizes": ("reduced",)}, "reproduced", "size_found"),
        (CLOSE[0], {"gap": 0.1}, "direction only", "size_needs_scale"),
        (CLOSE[0], {"gap": 0.3, "sizes": ("reduced",)}, "direction only", "size_excluded"),
        ((0.05, 0.11, 0.17), {"gap": 0.1, "sizes": ("reduced",)}, "open", "straddles"),
        ((0.13, 0.11, 0.09), {"gap": 0.1, "sizes": ("reduced",)}, "direction only", "size_too_wide"),
        (CLOSE[1], {"gap": 0.1, "sizes": ("reduced",), "margin": Margin(0.01)}, "no such difference", "within_margin"),
    ],
)
def test_a_claim_on_a_size_needs_the_size(a, changes, expected, reason):
    found = judged(lower(on_size=True, **changes), pair(a, CLOSE[1]))
    assert (found.verdict, found.reason) == (expected, reason)


@pytest.mark.parametrize(
    ("declared", "expected"), [(BEFORE, "no such difference"), (AFTER, "open"), ("", "no such difference")]
)
def test_a_margin_judges_runs_that_began_after_it(declared, expected):
    records = pair((0.200, 0.211, 0.219), CLOSE[1])
    assert judged(lower(margin=Margin(0.01, declared)), records).verdict == expected


def test_a_margin_may_be_declared_to_the_minute():
    run = {"started": "2026-11-29T07:50:12Z"}
    declared = ("2026-11-29T07:49", "2026-11-29T07:50", "2026-11-29", "2026-11-28")
    assert [Margin(0.01, day).judges(run) for day in declared] == [True, False, False, True]


def test_a_margin_is_above_0_and_has_a_day():
    with pytest.raises(ValueError, match=r"Received: value=0\. Expected a margin above 0"):
        Margin(0)
    with pytest.raises(ValueError, match="28.11"):
        Margin(1.0, "28.11.2026")


@pytest.mark.parametrize(
    ("a", "expected", "reason"),
    [
        ((0.200, 0.211, 0.219), "reproduced", "within_margin"),
        (CLOSE[0], "not reproduced", "excluded"),
        ((0.200, 0.24, 0.219), "open", "straddles"),
    ],
)
def test_alike_is_within_the_margin(a, expected, reason):
    claim = Alike(**OF_ERRORS, first="a", second="b", margin=Margin(0.01))
    found = judged(claim, pair(a, CLOSE[1]))
    assert (found.verdict, found.reason) == (expected, reason)
    assert claim.published(paper().text) == "alike, within 1.00 points"
    new = dataclasses.replace(claim, margin=Margin(0.01, AFTER))
    assert judged(new, pair((0.200, 0.210, 0.2201), CLOSE[1])).reason == "margin_is_new"


def test_alike_may_be_a_ratio():
    claim = Alike(**OF_ERRORS, first="a", second="b", margin=Margin(1.1), relative=True)
    found = judged(claim, pair((0.201, 0.211, 0.221), CLOSE[1]))
    assert (
        found.verdict == "reproduced"
        and claim.measured(found, paper().text) == "Alpha_1 over Beta: 1.00× [1.00, 1.01], n = 3"
    )
    assert claim.published(paper().text) == "alike, within 10 %"


@pytest.mark.parametrize(
    ("a", "expected"),
    [
        ((0.200, 0.211, 0.219), "reproduced"),
        ((0.30, 0.31, 0.32), "reproduced"),  # worse is no better
        (CLOSE[0], "not reproduced"),
        ((0.20, 0.19, 0.21), "open"),
    ],
)
def test_no_better_is_no_gain_above_the_margin(a, expected):
    claim = NoBetter(**OF_ERRORS, variant="a", than="b", margin=Margin(0.01))
    assert judged(claim, pair(a, CLOSE[1])).verdict == expected
    assert claim.published(paper().text) == "not better by more than 1.00 points"


def test_all_pairs_have_to_hold():
    three = dict.fromkeys("abc")
    declared = paper()
    experiment = dataclasses.replace(declared.experiments[0], variants=three)
    text = words()
    text["labels"]["c"] = "Gamma"
    claim = lower(higher=("b", "c"))
    text["claims"].pop("value")
    made = paper(experiments=(experiment,), findings=(Finding("f", (claim,)),), figures=(), **without_table(text))
    assert made.claims == (claim,)
    records = pair(*CLOSE) + [r | {"settings": r["settings"] | {"variant": "c"}} for r in pair((), (0.09, 0.11, 0.13))]
    found = judge(made, PaperView(made, [Source("measured", tuple(records))]).primary)
    ((_, verdict),) = found[0].claims
    assert verdict.verdict == "open" and verdict.reasons[1] == Reason.of("against", variants=("c",))
    measured = claim.measured(verdict, made.text)
    assert "vs Beta: lower, by 10.00 points" in measured and "vs Gamma: lower, by 0.00 points" in measured


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.049, 0.050, 0.051), "reproduced"),
        ((0.09, 0.091, 0.092), "not reproduced"),
        ((0.03, 0.05, 0.08), "open"),
    ],
)
def test_a_value_is_judged_against_its_tolerance(values, expected):
    records = [record(v, s, preset="paper") for s in range(3) for v in "ab"]
    for r, value in zip(records, [v for v in values for _ in "ab"], strict=True):
        r["history"][-1]["train_error"] = value
    assert verdicts(records)["value"].verdict == expected


def test_a_protocol_that_is_a_guess_contradicts_nothing_alone():
    records = pair(*reversed(CLOSE))
    found = judged(lower(stated=False), records)
    assert (found.verdict, found.reason) == ("open", "protocol_unknown")
    told = [reason.key for reason in judged(lower(stated=False, gap=0.02), records).reasons]
    assert told == ["protocol_unknown", "other_side"], "what more runs would do is no answer to it"
    assert judged(lower(stated=False), pair(*CLOSE)).verdict == "reproduced"
    # Two readings that agree do.
    second = dataclasses.replace(paper().experiments[0], name="second")
    text = words()
    text["experiments"]["second"] = "The other reading"
    claim = lower(stated=False, readings=("second",))
    text["claims"].pop("value")
    two = (*paper().experiments, second)
    made = paper(experiments=two, findings=(Finding("f", (claim,)),), figures=(), **without_table(text))
    for others, expected in ((records, "not reproduced"), (pair(*CLOSE), "open"), ([], "open")):
        everything = records + [r | {"experiment": "second"} for r in others]
        view = PaperView(made, [Source("measured", tuple(everything))])
        assert view.verdicts()["lower"].verdict == expected


def test_a_preset_judges_only_what_it_may_and_shows_what_it_measured():
    found = verdicts(pair(*CLOSE))
    assert (found["value"].verdict, found["value"].reason) == ("not at this scale", "scale")
    assert found["value"].parts[0].estimate.mean == pytest.approx(0.055)
    assert found["table_1/a/test_error"].verdict == "not at this scale"


def test_the_widest_preset_that_has_its_seeds_judges():
    reduced, one = pair(*CLOSE), pair((0.3,), (0.1,), preset="paper")
    view = PaperView(paper(), [Source("measured", (*reduced, *one))])
    assert view.primary["first"].preset == "reduced" and view.verdicts()["lower"].verdict == "reproduced"
    whole = pair(*reversed(CLOSE), preset="paper")
    assert verdicts(reduced + whole)["lower"].verdict == "not reproduced"
    # A run that diverged has been made.
    ended = [*whole[:-1], record("b", 2, preset="paper", outcome="diverged")]
    assert PaperView(paper(), [Source("measured", (*reduced, *ended))]).primary["first"].preset == "paper"


def test_seeds_that_are_missing_leave_a_claim_open():
    experiment = paper().experiments[0]
    presets = experiment.presets | {"reduced": dataclasses.replace(experiment.presets["reduced"], seeds=5)}
    more = dict(experiments=(dataclasses.replace(experiment, presets=presets),))
    found = verdicts(pair(*CLOSE), **more)["lower"]
    assert (found.verdict, found.reasons[0]) == ("open", Reason.of("seeds_missing", missing=4))


def test_no_records_is_not_run():
    assert {v.verdict for v in verdicts([]).values()} == {"not run"}


def test_diverged_and_failed_runs_enter_no_mean():
    records = pair(*CLOSE)
    records += [record("a", 3, 99.0, outcome="diverged"), record("b", 3, 0.0, outcome="failed")]
    assert verdicts(records)["lower"] == verdicts(pair(*CLOSE))["lower"]


def test_runs_of_another_protocol_version_or_other_settings_do_not_count():
    assert verdicts([r | {"protocol": 2} for r in pair(*CLOSE)])["lower"].verdict == "not run"
    assert verdicts(pair((0.10, 0.11), (0.20, 0.21), learning_rate=0.5))["lower"].verdict == "not run"


def test_a_finding_has_the_worst_verdict_of_its_claims():
    good, bad = lower(name="good", text="lower"), lower(name="bad", text="lower", lower="b", higher=("a",))
    text = words()
    text["findings"] = {"f": {"source": "s", "says": "Both"}}
    text["claims"].pop("value")
    for claims, kind, expected in (
        ((good,), "finding", "reproduced"),
        ((good, bad), "finding", "not reproduced"),
        ((good,), "confirmation", "confirmed"),
        ((good, bad), "confirmation", "not reproduced"),
    ):
        made = paper(text=Text(text), findings=(Finding("f", claims, kind=kind),))
        view = PaperView(made, [Source("measured", tuple(pair(*CLOSE)))])
        assert view.judgements[0].verdict == expected
        (held, *_) = (verdict.verdict for _, verdict in view.judgements[0].claims)
        assert held == ("confirmed" if kind == "confirmation" else "reproduced")  # whatever the others are
        assert view.judgements[0].finding.statement(made.text) == "Both"
        assert confirmations(view.judgements) == (int(expected == "confirmed"), int(kind == "confirmation"))
        assert totals(view.judgements)["reproduced"] == (expected == "reproduced")  # confirmations count apart
    explored = paper(findings=(Finding("f", (good,), exploratory=True),), **without_table(text))
    found = judge(explored, PaperView(explored, [Source("measured", tuple(pair(*CLOSE)))]).primary)
    assert found[0].verdict == "reproduced" and not any(totals(found).values())


def test_p_values_are_corrected_for_the_number_of_claims():
    records = pair((0.10, 0.11, 0.12), (0.20, 0.25, 0.30))
    text = words()
    text["claims"].pop("value")
    bare = without_table(text)
    (alone,) = judge(paper(findings=(Finding("f", (lower(name="c0", text="lower"),)),), **bare), view(records))
    many = tuple(Finding(f"f{i}", (lower(name=f"c{i}", text="lower"),)) for i in range(4))
    together = judge(paper(findings=many, **bare), view(records))
    p = alone.claims[0][1].p
    assert alone.verdict == "reproduced" and 0.0125 < p < 0.05
    assert [j.claims[0][1].p for j in together] == pytest.approx([4 * p] * 4)
    assert {(j.verdict, j.claims[0][1].reason) for j in together} == {("open", "corrected")}


def view(records):
    return PaperView(paper(), [Source("measured", tuple(records))]).primary


def test_an_open_claim_says_what_would_settle_it():
    open_ended = ((0.10, 0.22, 0.19), (0.20, 0.21, 0.22))
    found = judged(lower(gap=0.04), pair(*open_ended))
    (_, reason) = found.reasons
    # Standard deviation 5.6 points: Student's test finds 4 with 80 % from 18 pairs on; 2 x 2 s a pair of runs.
    assert reason == Reason.of("more_runs_minutes", more=15, minutes=1.0)
    assert judged(lower(gap=0.001), pair(*open_ended)).reasons[1].key == "none_would"
    assert len(judged(lower(), pair(*open_ended)).reasons) == 1  # nothing published, no margin
    assert judged(lower(margin=Margin(0.04)), pair(*open_ended)).reasons[1] == reason
    # Established but for the correction: what is to be found is the margin, never the size that was measured.
    for lower_end, key in (((0.10, 0.11, 0.12), "corrected"), ((0.30, 0.39, 0.48), "corrected_against")):
        evidence = view(pair(lower_end, (0.20, 0.25, 0.30)))["first"]
        apart = lower(margin=Margin(0.0001)).judge(evidence, p=0.11)
        assert [r.key for r in apart.reasons] == [key, "none_would"]
        assert lower(margin=Margin(0.04)).judge(evidence, p=0.11).reasons[1].key == "more_runs_minutes"


@pytest.mark.parametrize(
    ("seconds", "said"), [(20.0, "5 min"), (239.9, "60 min"), (240.0, "1 h"), (435.0, "1.8 h"), (29_000.0, "120 h")]
)
def test_what_would_settle_takes_minutes_or_hours(seconds, said, monkeypatch):
    evidence = view(pair((0.10, 0.22, 0.19), (0.20, 0.21, 0.22)))["first"]
    monkeypatch.setattr(Evidence, "seconds", lambda self, variants: seconds)
    (_, reason) = lower(gap=0.04).judge(evidence).reasons
    assert f"15 more seeds, {said} of runs" in paper().text.reason(reason)


def test_beyond_the_greatest_number_of_seeds_that_was_declared_a_claim_stays_open():
    evidence = view(pair((0.10, 0.22, 0.19), (0.20, 0.21, 0.22)))["first"]
    for most, key in ((17, "beyond_most"), (18, "more_runs_minutes")):
        evidence.experiment = dataclasses.replace(evidence.experiment, most=most)
        (_, reason) = lower(gap=0.04).judge(evidence).reasons
        assert (reason.key, dict(reason.words)["more"]) == (key, 15)


def test_the_words_of_claims_stand_in_the_text():
    text, (ordering, value) = paper().text, paper().claims
    assert ordering.statement(text) == "Alpha has a lower test error than Beta" and ordering.source(text) == "Section 1"
    assert value.statement(text) == "Alpha_1: training error 5.00 %" and value.why(text) == "a test"
    assert ordering.published(text) == "lower" and value.published(text) == "5.00 % ± 1.00 points"
    assert lower(gap=0.02).published(text) == "lower, by 2.00 points"
    (cell,) = paper().tables[0].claims
    assert (cell.source(text), cell.why(text)) == ("Table 1", "a test")
    assert cell.statement(text) == "Alpha_1: test error 10.00 %"
    assert paper().tables[0].statement(text) == "The numbers of Table 1"


def test_labels_fill_the_blanks_of_a_claim():
    text = words()
    text["labels"]["b"] = "Beta, or b"
    text["claims"]["lower"]["says"] = "{lower} is lower than {higher}, by {how}"
    made = Text(text)
    claim = lower(higher=("b", "a"), words={"how": "far"})
    assert claim.statement(made) == "Alpha_1 is lower than Beta, or b and Alpha_1, by far"


def test_orderings_of_several_variants_have_no_size():
    assert isinstance(lower(), Ordering) and lower().effect() is None


def test_a_smaller_scale_of_its_own_judges_where_the_claims_own_may_not():
    second = dataclasses.replace(paper().experiments[0], name="second")
    text = words()
    text["experiments"]["second"] = "Few images"
    text["claims"].pop("value")
    claim = lower(presets=("paper",), instead="second")
    two = (*paper().experiments, second)
    made = paper(experiments=two, findings=(Finding("f", (claim,)),), figures=(), **without_table(text))
    few = [r | {"experiment": "second"} for r in pair(*CLOSE)]
    for records, expected in (
        (pair(*CLOSE), "not at this scale"),
        (pair(*CLOSE) + few, "reproduced"),
        (few, "reproduced"),
        (few + pair(*reversed(CLOSE), preset="paper"), "not reproduced"),  # its own, where it may
        ([], "not run"),
    ):
        view = PaperView(made, [Source("measured", tuple(records))])
        assert view.verdicts()["lower"].verdict == expected
