"""A paper checks itself: each slip in a declaration is named when the paper is made, with the nearest name."""

import dataclasses

import pytest

from experiments.claims import TEST_ERROR, Finding, Ordering, Quantity, Table
from experiments.errors import DeclarationError
from experiments.report.figures import LearningCurves, Shares
from experiments.spec import Deviation, Experiment, Preset, Text, Tuning
from experiments.spec.text import SECTIONS, listed
from tests.fakes import TUNING, paper, train, words

PRESETS = paper().experiments[0].presets
LOWER, VALUE = paper().claims


def findings(*claims):
    """Return a finding of each claim."""
    return tuple(Finding(f"finding_{i}", (claim,)) for i, claim in enumerate(claims))


def refused(what, near="", **changes):
    """Assert that the paper with these changes is refused in these words, with the paper's and the nearest name."""
    with pytest.raises(DeclarationError) as error:
        paper(**changes)
    message = str(error.value)
    assert message.startswith("fake2000_test: "), message
    assert what in message and "\n" not in message, message
    if near:
        assert f"Did you mean {near!r}?" in message, message


def text(*path, **row):
    """Return the paper's words with a row added, or replaced, at this place."""
    changed = words()
    place = changed
    for name in path[:-1]:
        place = place.setdefault(name, {})
    if not row and len(path) == 2 and SECTIONS.get(path[0]):
        row = dict.fromkeys(SECTIONS[path[0]], "Words")
    place[path[-1]] = row or "Words"
    return Text(changed)


def without(*path):
    """Return the paper's words without what stands at this place."""
    changed = words()
    place = changed
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    return Text(changed)


def experiment(**changes):
    return (dataclasses.replace(paper().experiments[0], **changes),)


def test_the_fake_paper_is_right():
    assert paper().key == paper(TUNING).key == "fake2000_test"


class TestVariants:
    def test_of_a_claim(self):
        changed = words()
        changed["labels"] = {"relu": "ReLU", "rrelu": "RReLU"}
        made = dict(text=Text(changed), experiments=experiment(variants={"relu": None, "rrelu": None}), tables=())
        lower = dataclasses.replace(LOWER, lower="rleu", higher=("rrelu",))
        del changed["tables"], changed["claims"]["value"]
        refused("claim 'lower' names the variant 'rleu'", "relu", **made, findings=findings(lower))
        higher = dataclasses.replace(LOWER, lower="relu", higher=("rrellu",))
        refused("claim 'lower' names the variant 'rrellu'", "rrelu", **made, findings=findings(higher))

    def test_of_a_row_of_a_table(self):
        tables = (dataclasses.replace(paper().tables[0], rows={"a": (0.1,), "c": (0.2,)}),)
        refused("table 'table_1' names the variant 'c'. Known: a, b.", tables=tables)

    def test_of_a_figure(self):
        figure = Shares("first", "cases", "of", bound={"aa": abs})
        row = {"label": "l", "axis": "a", "bound": "b"}
        made = dict(text=text("figures", "first_shares", **row), figures=(figure,))
        refused("figure Shares names the variant 'aa'", "a", **made)

    def test_of_a_label(self):
        refused("words for [labels] 'alpha'. Known: a, b.", text=text("labels", "alpha"))

    def test_without_a_label(self):
        refused("experiment 'first' names the label 'b'. Known: a.", text=without("labels", "b"))

    def test_of_a_preset(self):
        presets = {"quick": Preset({"epochs": 1}, 1, {"bb": {"epochs": 2}})}
        refused(
            "preset 'quick' of experiment 'first' names the variant 'bb'", "b", experiments=experiment(presets=presets)
        )

    def test_of_a_grid(self):
        tuning = dataclasses.replace(TUNING, grid={"a": (0.1,), "bb": (0.1,)})
        made = (dataclasses.replace(paper(TUNING).experiments[0], tuning=tuning),)
        refused("grid of experiment 'first' names the variant 'b'", "bb", experiments=made)


class TestExperiments:
    @pytest.mark.parametrize(
        ("what", "changes"),
        [
            ("claim 'lower'", {"findings": findings(dataclasses.replace(LOWER, experiment="frist"), VALUE)}),
            ("table 'table_1'", {"tables": (dataclasses.replace(paper().tables[0], experiment="frist"),)}),
            ("figure LearningCurves", {"figures": (LearningCurves("frist", TEST_ERROR),)}),
            ("deviation 'seeds'", {"deviations": (Deviation("seeds", experiments=("frist",)),)}),
            ("table of results", {"results": {"frist": (TEST_ERROR,)}}),
        ],
    )
    def test_that_do_not_exist(self, what, changes):
        refused(f"{what} names the experiment 'frist'", "first", **changes)

    def test_of_one_name(self):
        refused("two experiments are called 'first'", experiments=experiment() * 2)

    def test_without_a_title(self):
        refused("has no [experiments] 'first'", text=without("experiments"))

    def test_a_title_without_an_experiment(self):
        refused("words for [experiments] 'firts'", "first", text=text("experiments", "firts"))

    def test_presets_without_a_function(self):
        refused("experiment 'first' has presets and no `train`", experiments=experiment(train=None))


class TestPresets:
    @pytest.mark.parametrize(
        ("what", "changes"),
        [
            ("deviation 'seeds'", {"deviations": (Deviation("seeds", presets=("papers",)),)}),
            ("claim 'lower'", {"findings": findings(dataclasses.replace(LOWER, presets=("papers",)), VALUE)}),
            ("table 'table_1'", {"tables": (dataclasses.replace(paper().tables[0], presets=("papers",)),)}),
            ("experiment 'first'", {"experiments": experiment(presets=PRESETS | {"papers": PRESETS["paper"]})}),
        ],
    )
    def test_that_do_not_exist(self, what, changes):
        refused(f"{what} names the preset 'papers'", "paper", **changes)


class TestProtocol:
    def test_a_blank_that_no_setting_fills(self):
        row = {"topic": "Epochs", "paper": "not stated", "ours": "{epoch} of them"}
        refused("protocol of experiment 'first'", "epochs", text=text("protocol", "general", "epochs", **row))

    def test_a_text_that_is_printed_and_has_no_words(self):
        presets = {"reduced": Preset(PRESETS["reduced"].settings | {"data": "starts_ravine"}, 3)}
        made = dict(experiments=experiment(presets=presets))
        refused("no words in [values.data] for 'starts_ravine'", **made)
        assert paper(text=text("values", "data", starts_ravine="starts near 0"), **made)

    def test_a_table_that_does_not_exist(self):
        refused(
            "has no [protocol] 'genral'", "general", experiments=experiment(protocol=("genral",)), text=Text(words())
        )

    def test_a_table_that_no_experiment_names(self):
        row = {"topic": "t", "paper": "p", "ours": "o"}
        refused("words for [protocol] 'generall'", "general", text=text("protocol", "generall", "x", **row))

    def test_a_part_that_is_missing(self):
        refused("[protocol.general.epochs] lacks ours", text=without("protocol", "general", "epochs", "ours"))

    def test_a_part_too_many(self):
        row = {"topic": "t", "paper": "p", "ours": "o", "our": "x"}
        refused("[protocol.general.epochs] has 'our'", "ours", text=text("protocol", "general", "epochs", **row))


class TestQuantities:
    mine = Quantity("test_eror", "%", lambda history: None)

    @pytest.mark.parametrize(
        "changes",
        [
            {"results": {"first": (mine,)}},
            {"tables": (Table("table_1", "first", (mine,), {"a": (0.1,)}, {"test_eror": 0.1}),)},
            {"findings": findings(dataclasses.replace(LOWER, quantity=mine), VALUE)},
            {"figures": (LearningCurves("first", mine),)},
        ],
    )
    def test_without_a_name(self, changes):
        refused("has no [quantities] 'test_eror'", "test_error", **changes)

    def test_a_name_without_a_quantity(self):
        refused("words for [quantities] 'test_eror'", "test_error", text=text("quantities", "test_eror"))

    def test_a_tolerance_for_each_column_of_a_table(self):
        table = dataclasses.replace(paper().tables[0], tolerance={"test_eror": 0.005})
        refused("table 'table_1' names the tolerance 'test_eror'", "test_error", tables=(table,))
        table = dataclasses.replace(paper().tables[0], tolerance={})
        refused("table 'table_1' has no tolerance for 'test_error'", tables=(table,))

    def test_a_number_for_each_column_of_a_table(self):
        table = dataclasses.replace(paper().tables[0], rows={"a": (0.1, 0.2)})
        refused("table 'table_1', row 'a', has 2 numbers. Expected 1", tables=(table,))


class TestNames:
    def test_two_claims_of_one_name(self):
        refused("two claims are called 'lower'", findings=findings(LOWER, dataclasses.replace(LOWER, gap=0.1), VALUE))

    def test_two_tables_of_one_name(self):
        refused("two findings are called 'table_1'", tables=paper().tables * 2)
        named = Finding("table_1", (LOWER,))
        refused("are called 'table_1'", findings=(named, *findings(VALUE)))

    def test_a_finding_rests_on_claims(self):
        refused("finding 'empty' rests on no claim", findings=(Finding("empty", ()), *findings(LOWER, VALUE)))

    def test_a_finding_is_of_a_known_kind(self):
        wrong = Finding("f", (LOWER, VALUE), kind="confirmations")
        refused("names the kind 'confirmations'", "confirmation", findings=(wrong,))

    def test_a_finding_of_several_claims_has_words_of_its_own(self):
        refused("lacks [findings.f]", findings=(Finding("f", (LOWER, VALUE)),))
        made = paper(text=text("findings", "f", source="s", says="Both"), findings=(Finding("f", (LOWER, VALUE)),))
        assert made.findings[0].statement(made.text) == "Both" and made.findings[0].source(made.text) == "s"

    def test_two_deviations_of_one_name(self):
        refused("two deviations are called 'seeds'", deviations=paper().deviations * 2)

    def test_claims_may_share_their_words(self):
        other = dataclasses.replace(LOWER, name="other", text="lower")
        assert other.statement(paper(findings=findings(LOWER, other, VALUE)).text) == LOWER.statement(paper().text)


class TestWords:
    @pytest.mark.parametrize(
        ("path", "what"),
        [
            (("tables", "table_1", "why"), "[tables.table_1] lacks why"),
            (("deviations", "seeds", "ours"), "[deviations.seeds] lacks ours"),
            (("deviations", "seeds"), "has no [deviations] 'seeds'"),
            (("tables", "table_1"), "has no [tables] 'table_1'"),
            (("claims", "lower"), "has no [claims] 'lower'"),
            (("claims", "lower", "source"), "[claims.lower] lacks source"),
            (("claims", "lower", "says"), "[claims.lower] lacks says"),
        ],
    )
    def test_that_are_missing(self, path, what):
        refused(what, text=without(*path))

    @pytest.mark.parametrize(
        ("path", "what", "near"),
        [
            (("claims", "lowr"), "words for [claims] 'lowr'", "lower"),
            (("deviations", "seed"), "words for [deviations] 'seed'", "seeds"),
            (("tables", "table_2"), "words for [tables] 'table_2'", "table_1"),
            (("deviation", "seeds"), "text names the section 'deviation'", "deviations"),
            (("claims", "lower", "say"), "[claims.lower] has 'say'", "says"),
            (("tables", "table_1", "wy"), "[tables.table_1] has 'wy'", "why"),
        ],
    )
    def test_that_belong_to_nothing(self, path, what, near):
        refused(what, near, text=text(*path))

    def test_a_blank_of_a_claim_that_nothing_fills(self):
        row = {"source": "s", "says": "{lower} is lower than {hihger}"}
        refused("words of claim 'lower' name the blank 'hihger'", "higher", text=text("claims", "lower", **row))
        row = {"source": "Table {table}", "says": "{lower} is lower than {higher}"}
        refused("words of claim 'lower' name the blank 'table'", text=text("claims", "lower", **row))
        claims = (dataclasses.replace(LOWER, words={"table": 3}), VALUE)
        made = paper(text=text("claims", "lower", **row), findings=findings(*claims))
        assert made.claims[0].source(made.text) == "Table 3"

    @pytest.mark.parametrize("says", ["{lower", "lower}"])
    def test_a_brace_too_many(self, says):
        refused("a brace that closes or opens nothing", text=text("claims", "lower", source="s", says=says))
        row = {"topic": "t", "paper": "p", "ours": says}
        refused("a brace that closes or opens nothing", text=text("protocol", "general", "epochs", **row))

    def test_of_another_form(self):
        refused("[claims.lower] is 'Words'. Expected a table.", text=Text(words() | {"claims": {"lower": "Words"}}))
        refused("[labels] 'a' is {}. Expected a text.", text=Text(words() | {"labels": {"a": {}, "b": "Beta"}}))
        refused("[labels] is 'a'. Expected a table.", text=Text(words() | {"labels": "a"}))

    def test_of_a_figure(self):
        figure = Shares("first", "cases", "of")
        refused("has no [figures] 'first_shares'", figures=(figure,))
        refused("[figures.first_shares] lacks axis", text=text("figures", "first_shares", label="l"), figures=(figure,))
        row = {"label": "l", "axis": "a", "axes": "b"}
        made = dict(text=text("figures", "first_shares", **row), figures=(figure,))
        refused("[figures.first_shares] has 'axes'", "axis", **made)


class TestTuning:
    def tuned(self, rate, **changes):
        """Return an experiment that tunes under the preset `paper`, where the settings have this learning rate."""
        tuning = Tuning(**dict(setting="learning_rate", grid=TUNING.grid, metric="m", changes={"paper": {}}) | changes)
        presets = {name: Preset(dict(epochs=1, learning_rate=0.1), 1) for name in ("quick", "paper")}
        presets["paper"] = Preset(dict(epochs=1, learning_rate=rate), 1)
        return {"experiments": (Experiment("first", {"a": None, "b": None}, train, presets, tuning),)}

    def test_none_where_it_is_tuned_and_a_value_where_it_is_not(self):
        assert paper(**self.tuned(None)).experiments[0].tunes("paper")
        refused("preset 'paper', variant 'a', has learning_rate=0.1. Expected None", **self.tuned(0.1))
        made = self.tuned(None, changes={"quick": {}, "paper": {}})
        refused("preset 'quick', variant 'a', has learning_rate=0.1. Expected None", **made)
        refused("preset 'paper', variant 'a', has learning_rate=None. Expected None", **self.tuned(None, changes={}))

    def test_names_that_do_not_exist(self):
        refused(
            "tuning of experiment 'first' names the preset 'papers'",
            "paper",
            **self.tuned(None, changes={"papers": {}}),
        )
        made = self.tuned(None, grids={"papers": TUNING.grid})
        refused("tuning of experiment 'first' names the preset 'papers'", "paper", **made)
        refused("'learning_rat'", "learning_rate", **self.tuned(None, setting="learning_rat"))
        made = self.tuned(None, changes={"paper": {"epoch": 1}})
        refused("tuning of experiment 'first', preset 'paper', names the setting 'epoch'", "epochs", **made)


class TestListed:
    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            ([], ""),
            (["ReLU"], "ReLU"),
            (["ReLU", "PReLU"], "ReLU, PReLU"),
            (["ReLU", "Leaky ReLU, a = 100", "PReLU"], "ReLU; Leaky ReLU, a = 100; PReLU"),
            (["Leaky ReLU, a = 100"], "Leaky ReLU, a = 100"),
        ],
    )
    def test_each_name_can_be_told_from_the_next(self, names, expected):
        assert listed(names) == expected
        assert listed(iter(names)) == expected


def test_an_ordering_names_its_variants():
    claim = Ordering(name="x", experiment="first", quantity=TEST_ERROR, lower="a", higher=("b", "c"))
    assert claim.variants() == ("a", "b", "c") and claim.named() == {"lower": "a", "higher": ("b", "c")}
