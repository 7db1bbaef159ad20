"""Domains: what each takes and refuses; every setting of every paper has one, whatever text a user gives it."""

import functools
import json
import math

import keras
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments import cli, papers
from experiments.data.preprocessing import AFFINE, OTHERS
from experiments.data.splits import EVALUATED
from experiments.engine.precision import POLICIES
from experiments.errors import DeclarationError, UsageError, line
from experiments.spec import Choice, Flag, Integer, Listed, Maybe, Real, Request, Rule, Tuning
from experiments.spec.domains import COMMON, Name, Refused
from experiments.spec.settings import Settings, canonical
from tests.doubles import paper

NUMBERS = Listed(Integer(1, 9), 3, ascending=True)
RULE = Rule(("he_normal",), "normal", Real(above=0.0, high=100.0))
# Domain, text, and the value that it stands for; `None`: refused.
TABLE = [
    (Integer(1, 9), "1", 1),
    (Integer(1, 9), "9", 9),
    (Integer(1, 9), "0", None),
    (Integer(1, 9), "10", None),
    (Integer(1, 9), "1.0", None),
    (Integer(1, 9), "true", None),
    (Integer(1, 9), "null", None),
    (Integer(1, 9), "01", None),
    (Integer(1, 9), "", None),
    (Integer(1, 9), "9" * 5000, None),
    (Real(low=0.0, below=1.0), "0", 0.0),
    (Real(low=0.0, below=1.0), "-0.0", 0.0),
    (Real(low=0.0, below=1.0), "1", None),
    (Real(low=0.0, below=1.0), "0.99999999", None),  # 1 in 32 bits
    (Real(above=0.0), "1e-50", None),  # 0 in 32 bits
    (Real(above=0.0), "1e39", None),  # infinite in 32 bits
    (Real(above=0.0), "1" + "0" * 400, None),
    (Real(above=0.0), "1e999", None),
    (Real(above=0.0), "0x10", None),
    (Real(above=0.0, high=16.0), "16", 16.0),
    (Real(above=0.0, high=16.0), "16.5", None),
    (Flag(), "false", False),
    (Flag(), "0", None),
    (Choice(("test", "validation")), "validation", "validation"),
    (Choice(("test", "validation")), "train", None),
    (Choice(("test", "validation")), "test ", None),
    (Name(), "digits", "digits"),
    (RULE, "he_normal", "he_normal"),
    (RULE, "normal_0.05", "normal_0.05"),
    (RULE, "normal_-1", None),
    (RULE, "normal_1_0", None),
    (RULE, "normal_NaN", None),
    (RULE, "normal_true", None),
    (RULE, "normal_", None),
    (RULE, "uniform_1", None),
    (NUMBERS, "[]", []),
    (NUMBERS, "[1, 2]", [1, 2]),
    (NUMBERS, "[2, 1]", None),
    (NUMBERS, "[1, 1]", None),
    (NUMBERS, "[1, 2, 3, 4]", None),
    (NUMBERS, "[0]", None),
    (NUMBERS, "[[1]]", None),
    (NUMBERS, "[" * 100_000, None),
    (NUMBERS, "{}", None),
    (NUMBERS, "[1_0]", None),
    (NUMBERS, "[٣]", None),
    (Integer(1, 9), "٣", None),
    (Integer(1, 99), "1_0", None),
    (Integer(1, 9), " 3", None),
    (Integer(1, 9), "3\n", None),
    (Real(), "1_0.5", None),
    (Real(), "١.٥", None),
    (Real(), "1e٣", None),
    (RULE, "normal_ 0.05", None),
    (RULE, "normal_1_0", None),
    (Maybe(Integer(1, 9)), "null", None),
    (Maybe(Integer(1, 9)), "3", 3),
]


@pytest.mark.parametrize(
    ("domain", "text", "value"), TABLE, ids=[f"{d.__class__.__name__} {t[:12]}" for d, t, _ in TABLE]
)
def test_a_text_is_read_as_a_value_or_refused(domain, text, value):
    if value is None and text != "null":
        with pytest.raises(Refused, match="Expected"):
            domain.read(text)
    elif value is None and not isinstance(domain, Maybe):
        with pytest.raises(Refused, match="of type NoneType"):
            domain.read(text)
    else:
        read = domain.read(text)
        assert canonical(read) == canonical(value) and math.copysign(1, read if isinstance(read, float) else 1) == 1


@functools.cache
def everything():
    """Return every experiment, preset and setting of every paper, as `(paper, experiment, preset, variant, name)`."""
    return tuple(
        (found, experiment, preset, variant, name)
        for found in papers.load()
        for experiment in found.experiments
        for preset in experiment.presets
        for variant in list(experiment.variants)[:1]
        for name in experiment.settings(preset, variant)
    )


NEAR = st.one_of(
    st.integers(-3, 3).map(str),
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from(
        ["true", "null", "test", "train", "he_normal", "normal_0.1", "digits", "[]", "[1]", "[1, 2]", '"x"']
    ),
    st.lists(st.integers(-2, 9) | st.floats(), max_size=4).map(json.dumps),
    st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=5).map(json.dumps),
    st.text(max_size=400),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl"]), max_size=400),
)


@settings(max_examples=400, deadline=None)
@given(st.data(), NEAR)
@pytest.mark.slow
def test_any_text_for_any_setting_is_a_value_of_its_domain_or_one_line(data, text):
    found, experiment, preset, variant, name = data.draw(st.sampled_from(everything()))
    try:
        read = Request.parsed([found], preset, seeds=1, assignments=[f"{name}={text}"]).settings(experiment, variant)
    except UsageError as error:
        said = line(error)
        assert len(said) <= 280 and said.isprintable() and ("Expected" in said or "Did you mean" in said), said
    else:
        assert canonical(experiment.domain(name).checked(read[name])) == canonical(read[name])
        assert set(read) == set(experiment.settings(preset, variant))


@settings(max_examples=150, deadline=None)
@example("--set", "=")
@example("--set", "epochs=3")
@example("--seeds", "2")
@example("--workers", "2")
@given(st.sampled_from(["--set", "--seeds", "--workers", "--checkpoint-seconds", "--only", "--preset"]), NEAR)
def test_any_text_for_any_option_runs_or_is_one_line_and_writes_nothing(option, text):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as exit, capture() as said:
        for name in ("experiments.runs.runner.Runner.run", "experiments.runs.runner.Runner.dataset"):
            patch.setattr(name, lambda *arguments: [])
        patch.setattr("experiments.runs.estimate.remaining", lambda *arguments: [])
        patch.setattr("experiments.runs.executors.processes", lambda *arguments: 0)
        patch.setattr("experiments.cli.writable", lambda folder: folder)
        patch.setattr("experiments.files.replacing", None)
        cli.main(["run", "xu2015_rrelu", "--only", "relu", f"{option}={text}"])
    assert exit.value.code in (0, 2)
    if exit.value.code:
        assert said.text.startswith("experiments: ") and said.text.count("\n") == 1 and len(said.text) <= 300, said.text
        assert said.text[:-1].isprintable()


class capture:
    """Hold what is printed to the error stream."""

    def __enter__(self):
        self.patch, self.text = pytest.MonkeyPatch(), ""
        self.patch.setattr("sys.stderr", self)
        return self

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return False

    def __exit__(self, *error):
        self.patch.undo()


def test_what_other_rooms_know_is_what_may_be_chosen():
    assert COMMON["precision"].names == tuple(POLICIES)
    assert COMMON["preprocessing"].names == (*AFFINE, *OTHERS)
    assert COMMON["evaluation"].names == EVALUATED


def test_keras_takes_what_the_domains_let_pass():
    keras.layers.Dropout(COMMON["dropout"].read("0.9999"))
    keras.optimizers.SGD(1.0, momentum=COMMON["momentum"].read("0.9999"))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (dict(epochs=0), "preset 'quick' leaves a domain. Received: epochs=0. Expected at least 1."),
        (dict(learning_rte=0.1), "has the setting 'learning_rte', which has no domain. Did you mean 'learning_rate'?"),
        (dict(momentum=1.0), "Received: momentum=1.0. Expected below 1."),
        (dict(momentum=0), "has momentum=0. Expected 0.0, as"),
        (dict(evaluation="train"), "Expected test or validation."),
        (dict(seeds=0), "Received: seeds=0. Expected at least 1."),
        (dict(seeds=1001), "Received: seeds=1001. Expected at most 1000."),
        (
            dict(tuning=Tuning("learning_rate", dict.fromkeys("ab", (0.1, -1.0)), "loss", {"quick": {}})),
            "learning_rate=-1",
        ),
        (
            dict(tuning=Tuning("learning_rate", dict.fromkeys("ab", (0.1,)), "loss", {"quick": {"epochs": 0}})),
            "epochs=0",
        ),
        (dict(domains={"epoch": Integer(1, 3)}), "names the setting 'epoch'. Did you mean 'epochs'?"),
    ],
)
def test_a_paper_whose_settings_leave_their_domains_is_refused(declared, message):
    with pytest.raises(DeclarationError) as error:
        paper(lambda job: None, **declared)
    assert message in str(error.value), error.value


def test_a_setting_of_a_papers_own_has_its_domain_there():
    made = paper(lambda job: None, sweeps=3, domains={"sweeps": Integer(2, 9)})
    request = Request((made,), "quick", overrides={"sweeps": "1"})
    with pytest.raises(UsageError, match="sweeps=1. Expected at least 2"):
        request.settings(made.experiments[0], "a")


def test_a_narrower_domain_stands_before_the_shared_one():
    made = paper(lambda job: None, domains={"epochs": Integer(2, 9)})
    assert made.experiments[0].domain("epochs") == Integer(2, 9) and made.experiments[0].domain("data") == Name()


def test_presets_hold_what_a_user_would_give():
    for _, experiment, preset, variant, name in everything():
        declared = experiment.settings(preset, variant)
        if declared[name] is not None:
            assert canonical(dict(Settings({name: experiment.domain(name).checked(declared[name])}))) == canonical(
                {name: declared[name]}
            )
