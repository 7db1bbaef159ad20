"""Sections of a page that follow from the declaration: protocols, deviations, tuning."""

import dataclasses
import pathlib
import re
import types

import pytest

from experiments.claims import Evidence, Finding
from experiments.report.blocks import Bullets
from experiments.report.findings import findings, printed
from experiments.report.opening import settling
from experiments.report.results import deviations, in_words, protocol, runs
from experiments.report.view import PaperView, Source
from experiments.spec import Deviation, Experiment, Paper, Preset, Text, Tuning
from tests.fakes import CITATION, TUNING, paper, record, train, words

REPORTS = pathlib.Path(__file__).resolve().parents[2] / "reports"
ROWS = {
    "general": {"topic": {"topic": "Topic", "paper": "theirs", "ours": "{x}"}},
    "own": {"other": {"topic": "Other", "paper": "theirs", "ours": "{y}"}},
    "more": {"topic": {"topic": "Topic", "paper": "theirs", "ours": "{x} and more"}},
}


def view(*protocols):
    """Return a paper whose experiments have these protocols, and their evidence."""
    rows = {name: ROWS[name] for names in protocols for name in names}
    experiments = tuple(
        Experiment(f"e{i}", {}, train, {"quick": Preset({"x": i, "y": 9}, 1)}, protocol=names)
        for i, names in enumerate(protocols)
    )
    titles = {experiment.name: experiment.name.upper() for experiment in experiments}
    made = Paper("fake2000_test", Text({"experiments": titles, "protocol": rows}), CITATION, experiments)
    shown = types.SimpleNamespace(paper=made, text=made.text)
    return [protocol(shown, e, Evidence(made, e, "quick")) for e in experiments]


def test_a_protocol_stands_beside_what_ran():
    (table,) = view(("general",))
    assert table.name == "e0_protocol" and table.rows == (("Topic", "theirs", "0"),)
    assert table.header == ("Topic", "Paper", "Here")


def test_a_protocol_may_go_on_from_another():
    both, changed = view(("general", "own"), ("general", "more"))
    assert [row[0] for row in both.rows] == ["Topic", "Other"]
    assert changed.rows == (("Topic", "theirs", "1 and more"),)


def test_settings_read_as_words_in_both_languages():
    english, portuguese = Text({}), Text({}, "pt")
    assert [in_words(english, "examples", x) for x in (None, 5000)] == ["all", "5,000"]
    assert [in_words(portuguese, "examples", x) for x in (None, 5000)] == ["todos os", "5.000"]
    assert [in_words(portuguese, "drops", x) for x in ([60, 72], [], True, None, 0.05)] == [
        "60, 72", "nenhum", "sim", "nenhum", "0,05",
    ]  # fmt: skip
    assert in_words(english, "data", "cifar10") == "CIFAR-10" and in_words(english, "data", "other") == "other"


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*/README*.md")), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_published_page_shows_values_as_code_does(path):
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert not [row for row in rows if re.search(r"\b(?:True|False|None|null)\b|\| (?:true|false)\b", row)]


class TestDeviations:
    names = ("all", "first", "second", "quick", "first_quick")
    declared = (
        Deviation("all"),
        Deviation("first", experiments=("first",)),
        Deviation("second", experiments=("second",)),
        Deviation("quick", presets=("quick",)),
        Deviation("first_quick", experiments=("first",), presets=("quick",)),
    )

    def printed(self, experiment, preset):
        """Return the topics that are printed for runs of an experiment under a preset."""
        text = words()
        text["experiments"]["second"] = "Second experiment"
        text["deviations"] = {n: {"topic": n, "paper": "p", "ours": "o", "why": "w"} for n in self.names}
        presets = {name: Preset({"epochs": 1}, 1) for name in ("quick", "reduced", "paper")}
        second = Experiment("second", {"a": None, "b": None}, train, presets)
        made = paper(text=Text(text), experiments=(*paper().experiments, second), deviations=self.declared)
        experiment = made.experiment(experiment)
        shown = types.SimpleNamespace(paper=made, text=made.text)
        return [row[0] for row in deviations(shown, experiment, Evidence(made, experiment, preset)).rows]

    @pytest.mark.parametrize(
        ("experiment", "preset", "expected"),
        [
            ("first", "paper", ("all", "first")),
            ("second", "paper", ("all", "second")),
            ("second", "quick", ("all", "second", "quick")),
            ("first", "quick", ("all", "first", "quick", "first_quick")),
        ],
    )
    def test_those_that_hold_for_what_ran_are_printed(self, experiment, preset, expected):
        assert self.printed(experiment, preset) == list(expected)


def test_a_preset_that_tunes_nothing_has_no_columns_of_tuning():
    tuned = Tuning("learning_rate", TUNING.grid, TUNING.metric, {"paper": {"epochs": 2}})
    (plain,) = paper().experiments
    presets = plain.presets | {"paper": Preset(plain.presets["paper"].settings | {"learning_rate": None}, 3)}
    experiment = Experiment("first", plain.variants, train, presets, tuned)
    made = paper(experiments=(experiment,))
    found = PaperView(made, [Source("yours", tuple(record("a", seed) for seed in range(3)))])
    table = runs(found, experiment, found.primary["first"])
    assert table.header[:2] == ("Variant", "Done") and table.numeric == tuple(range(1, 7))
    assert table.rows[0][:2] == ("Alpha_1", 3) and "lowest" not in table.caption


def test_a_preset_may_have_a_grid_of_its_own():
    grids = {"quick": {"a": (0.1,), "b": (0.1,)}}
    tuning = Tuning("learning_rate", TUNING.grid, TUNING.metric, TUNING.changes, grids=grids)
    assert tuning.values("quick", "a") == (0.1,) and tuning.values("paper", "a") == (0.1, 1.0)


@pytest.mark.parametrize(("b", "shown"), [(0.2, False), (0.1, True), (0.05, True)])
def test_why_it_came_out_otherwise_stands_where_it_did(b, shown):
    """More seeds may have changed the verdict since the sentence was written."""
    text = words()
    text["claims"].pop("value"), text.pop("tables")
    text["findings"] = {"lower": {"source": "Section 1", "says": "Alpha is better", "looked": "at the code."}}
    made = paper(text=Text(text), tables=(), findings=(Finding("lower", paper().claims[:1]),))
    records = tuple(record(v, seed, x) for v, x in (("a", 0.1), ("b", b)) for seed in range(3))
    (entry,) = (x for x in findings(PaperView(made, [Source("measured", records)])) if isinstance(x, Bullets))
    assert ("What we looked at: at the code." in entry.items) == shown


def of_finding(*rests_on, records=(), claims=None, **words_of):
    """Return the blocks of one finding that rests on these claims, and their view; `claims`: words of more claims."""
    text = words()
    text["claims"] |= {name: text["claims"]["lower"] | {"says": says} for name, says in (claims or {}).items()}
    text["claims"].pop("value"), text.pop("tables")
    text["findings"] = {"both": {"source": "Section 1", "says": "Alpha is better", **words_of}}
    made = paper(text=Text(text), tables=(), findings=(Finding("both", rests_on),), figures=(), results={})
    found = PaperView(made, [Source("measured", tuple(records))])
    return findings(found), found


APART = [record(v, seed, x) for v, x in (("a", 0.1), ("b", 0.2)) for seed in range(3)]


@pytest.mark.parametrize("records", [APART, []])
def test_a_note_stands_beside_any_verdict(records):
    blocks, _ = of_finding(paper().claims[0], records=records, note="what a reader should know.")
    (entry,) = (block for block in blocks if isinstance(block, Bullets))
    assert ("Note: what a reader should know." in entry.items) == bool(records)


def test_a_verdict_that_not_all_statements_have_says_how_many_do():
    lower = paper().claims[0]
    other = dataclasses.replace(lower, name="other", text="lower", lower="b", higher=("a",))
    heads = [of_finding(*claims, records=APART)[0][1].text for claims in ((lower, other), (lower,))]
    assert heads[0].endswith("**not reproduced** (1 of 2 statements).") and heads[1].endswith("**reproduced**.")


def test_what_would_settle_is_said_of_the_statements_where_they_differ():
    near = [record(v, seed, x + seed / 50 * (v == "b")) for v, x in (("a", 0.1), ("b", 0.08)) for seed in range(3)]
    lower = paper().claims[0]
    one = dataclasses.replace(lower, gap=0.05)
    other = dataclasses.replace(lower, name="other", text="lower", gap=0.0001)
    again = dataclasses.replace(one, name="again", text="again")
    (alone,) = settling(of_finding(one, records=near)[1])
    assert alone.startswith("Alpha is better: about")
    first, second = settling(of_finding(one, other, records=near)[1])
    assert first.startswith("Alpha has a lower test error than Beta: about") and second.endswith("suffice.")
    both, _ = settling(of_finding(one, again, other, records=near, claims={"again": "Alpha errs less"})[1])
    assert both.startswith("“Alpha has a lower test error than Beta” and “Alpha errs less”: about")
    many = {f"f{n}": {"source": "Section 1", "says": f"Fact {n}"} for n in range(4)}
    text = words()
    text["claims"].pop("value"), text.pop("tables")
    text["findings"] = many
    each = tuple(Finding(name, (dataclasses.replace(other, name=f"c{name}"),)) for name in many)
    made = paper(text=Text(text), tables=(), findings=each, figures=(), results={})
    (said,) = settling(PaperView(made, [Source("measured", tuple(near))]))
    assert said == "4 of them: not even 200 seeds would be expected to suffice."


def test_a_choice_by_what_is_measured_once_says_so():
    (experiment,) = paper().experiments
    tuning = Tuning("learning_rate", TUNING.grid, "validation_error", TUNING.changes)
    untold = {n: Preset({**p.settings, "learning_rate": None}, p.seeds) for n, p in experiment.presets.items()}
    made = paper(experiments=(dataclasses.replace(experiment, tuning=tuning, presets=untold),))
    for rows, said in (
        ({1: 0.5, 2: 0.4}, "in any epoch of a run"),
        ({2: 0.4}, "at the end of a run of 2 epochs with seed 1000"),
    ):
        evidence = Evidence(made, made.experiments[0], "quick")
        history = [{"epoch": n, **({"validation_error": rows[n]} if n in rows else {})} for n in (1, 2)]
        evidence.tuning = {"a": [record("a", 1000) | {"history": history}]}
        shown = types.SimpleNamespace(paper=made, text=made.text)
        assert said in runs(shown, made.experiments[0], evidence).caption


class TestWhatSeveralClaimsSayAlike:
    """Of one statement, held against the runs of two experiments."""

    def items(self, *records):
        """Return the items of the finding's entry, and the rows of the table."""
        text = words()
        text["experiments"]["second"] = "Few images"
        text["claims"].pop("value"), text.pop("tables")
        text["findings"] = {"both": {"source": "Section 1", "says": "Alpha is better"}}
        lower = dataclasses.replace(paper().claims[0], presets=("paper",))
        other = dataclasses.replace(lower, name="lower_few", text="lower", presets=("reduced",), experiment="second")
        again = dataclasses.replace(lower, name="lower_again", text="lower", presets=("reduced",))
        second = dataclasses.replace(paper().experiments[0], name="second")
        made = paper(
            text=Text(text),
            experiments=(*paper().experiments, second),
            tables=(),
            findings=(Finding("both", (lower, again, other)),),
            figures=(),
            results={},
        )
        found = PaperView(made, [Source("measured", records)])
        (entry,) = (block for block in findings(found) if isinstance(block, Bullets))
        return [item for item in entry.items if not item.startswith("See ")], printed(found).rows

    def test_stands_there_once(self):
        (item,), rows = self.items()
        assert item.count("Alpha has a lower test error than Beta") == 1 and len(rows) == 1
        assert rows[0][0] == "Alpha has a lower test error than Beta"  # what was measured, not what follows from it
        assert item.endswith("**not run**: no finished run that could judge it (preset paper or reduced).")

    def test_with_each_number_once(self):
        first = [record(v, seed, x) for v, x in (("a", 0.1), ("b", 0.2)) for seed in range(3)]
        few = [r | {"experiment": "second"} for r in first]
        (item,), _ = self.items(*first, *few)
        assert item.count("Measured: ") == 3 and item.count("Paper: lower") == 1
        assert "(First experiment, preset reduced). **not at this scale**" in item
        assert "(Few images, preset reduced). **reproduced**" in item
