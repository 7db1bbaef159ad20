"""Sections of a page that follow from the declaration: protocols, deviations, tuning."""

import types

import pytest

from experiments.claims import Evidence
from experiments.report.page import deviations, protocol, runs
from experiments.report.view import PaperView, Source
from experiments.spec import Deviation, Experiment, Paper, Preset, Text, Tuning
from tests.fakes import CITATION, TUNING, paper, record, train, words

ROWS = {
    "general": {"topic": {"topic": "Topic", "paper": "theirs", "ours": "{x}"}},
    "own": {"other": {"topic": "Other", "paper": "theirs", "ours": "{y}"}},
    "more": {"topic": {"topic": "Topic", "paper": "theirs", "ours": "{x} and more"}},
}


def view(*protocols, ran=True):
    """Return a view of a paper whose experiments have these protocols, and have all run."""
    rows = {name: ROWS[name] for names in protocols for name in names} or {"general": ROWS["general"]}
    experiments = tuple(
        Experiment(f"e{i}", {}, train, {"quick": Preset({"x": i, "y": 9}, 1)}, protocol=names)
        for i, names in enumerate(protocols)
    )
    titles = {experiment.name: experiment.name.upper() for experiment in experiments}
    made = Paper("fake2000_test", Text({"experiments": titles, "protocol": rows}), CITATION, experiments)
    found = [(e, Evidence(made, e, "quick")) for e in experiments] if ran else []
    return types.SimpleNamespace(paper=made, text=made.text, ran=lambda: found)


def test_experiments_of_one_protocol_share_a_table():
    heading, shared, other = protocol(view(("general",), ("own",), ("general",), ("own",)))
    assert heading.text == "Protocol"
    assert shared.name == "protocol" and shared.rows == (("Topic", "theirs", "0", "2"),)
    assert other.name == "e1_protocol" and other.rows == (("Other", "theirs", "9", "9"),)
    assert other.header == ("Topic", "Paper", "E1 (preset quick)", "E3 (preset quick)")


def test_a_protocol_of_its_own_has_the_heading_too():
    heading, table = protocol(view(("own",)))
    assert heading.text == "Protocol" and table.name == "e0_protocol"


def test_a_protocol_may_go_on_from_another():
    _, _, both = protocol(view(("general",), ("general", "own")))
    assert both.name == "e1_protocol" and [row[0] for row in both.rows] == ["Topic", "Other"]
    _, changed = protocol(view(("general", "more")))
    assert changed.rows == (("Topic", "theirs", "0 and more"),)


def test_where_nothing_ran_the_general_protocol_stands_alone():
    _, empty = protocol(view(("general",), ran=False))
    assert empty.name == "protocol" and empty.rows == (("Topic", "theirs"),)
    assert protocol(view(("own",), ran=False)) == []


class TestDeviations:
    names = ("all", "first", "second", "quick", "first_quick")
    declared = (
        Deviation("all"),
        Deviation("first", experiments=("first",)),
        Deviation("second", experiments=("second",)),
        Deviation("quick", presets=("quick",)),
        Deviation("first_quick", experiments=("first",), presets=("quick",)),
    )

    def printed(self, *ran):
        """Return the topics that are printed where these pairs of an experiment and a preset ran."""
        text = words()
        text["experiments"]["second"] = "Second experiment"
        text["deviations"] = {n: {"topic": n, "paper": "p", "ours": "o", "why": "w"} for n in self.names}
        presets = {name: Preset({"epochs": 1}, 1) for name in ("quick", "reduced", "paper")}
        second = Experiment("second", {"a": None, "b": None}, train, presets)
        made = paper(text=Text(text), experiments=(*paper().experiments, second), deviations=self.declared)
        pairs = [(made.experiment(name), Evidence(made, made.experiment(name), preset)) for name, preset in ran]
        found = deviations(types.SimpleNamespace(paper=made, text=made.text, ran=lambda: pairs))
        return [row[0] for row in found[1].rows] if found else []

    @pytest.mark.parametrize(
        ("ran", "expected"),
        [
            ((), names),
            ((("first", "paper"),), ("all", "first")),
            ((("second", "quick"),), ("all", "second", "quick")),
            ((("first", "paper"), ("second", "quick")), ("all", "first", "second", "quick")),
            ((("first", "quick"),), ("all", "first", "quick", "first_quick")),
        ],
    )
    def test_those_that_hold_for_what_ran_are_printed(self, ran, expected):
        assert self.printed(*ran) == list(expected)


def test_a_preset_that_tunes_nothing_has_no_columns_of_tuning():
    tuned = Tuning("learning_rate", TUNING.grid, TUNING.metric, {"paper": {"epochs": 2}})
    (plain,) = paper().experiments
    presets = plain.presets | {"paper": Preset(plain.presets["paper"].settings | {"learning_rate": None}, 3)}
    experiment = Experiment("first", plain.variants, train, presets, tuned)
    made = paper(experiments=(experiment,))
    found = PaperView(made, [Source("Yours", tuple(record("a", seed) for seed in range(3)))])
    _, table = runs(found)
    assert table.header[:2] == ("Variant", "Done") and table.numeric == tuple(range(1, 7))
    assert table.rows[0][:2] == ("Alpha_1", 3) and "lowest" not in table.caption


def test_a_preset_may_have_a_grid_of_its_own():
    grids = {"quick": {"a": (0.1,), "b": (0.1,)}}
    tuning = Tuning("learning_rate", TUNING.grid, TUNING.metric, TUNING.changes, grids=grids)
    assert tuning.values("quick", "a") == (0.1,) and tuning.values("paper", "a") == (0.1, 1.0)
