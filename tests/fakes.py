"""A paper that does not exist and records of runs that never were, for the tests of claims and reports."""

import copy

from experiments.claims import TEST_ERROR, TRAIN_ERROR, Finding, Ordering, Table, Value
from experiments.report.figures import LearningCurves, Sensitivity
from experiments.spec import Citation, Deviation, Experiment, Paper, Preset, Text, Tuning
from experiments.spec.identity import key
from experiments.spec.record import sealed

FINGERPRINT = "0123456789abcdef" * 4
SETTINGS = {"data": "digits", "epochs": 4, "learning_rate": 0.1, "batch_size": 32}
TUNING = Tuning(
    "learning_rate",
    {"a": (0.1, 1.0), "b": (0.1, 1.0)},
    metric="validation_loss",
    changes={preset: {"epochs": 2} for preset in ("quick", "reduced", "paper")},
)
WORDS = {
    "summary": "Says little.",
    "labels": {"a": "Alpha_1", "b": "Beta"},
    "experiments": {"first": "First experiment"},
    "protocol": {"general": {"epochs": {"topic": "Epochs", "paper": "not stated", "ours": "{epochs}"}}},
    "tables": {"table_1": {"source": "Table 1", "why": "a test"}},
    "claims": {
        "lower": {"source": "Section 1", "says": "Alpha has a lower test error than Beta"},
        "value": {"source": "Section 2", "why": "a test"},
    },
    "deviations": {
        "seeds": {"topic": "Seeds", "paper": "not stated", "ours": "three", "why": "an interval needs them"}
    },
}
CITATION = Citation("A paper | with <signs> & such", "Fake, A.", "Journal", 2000, "https://example.org", "1")


def words():
    """Return the paper's words, to be changed."""
    return copy.deepcopy(WORDS)


def train(job):
    """Stand for a training: the tests of this paper run none."""
    raise AssertionError("nothing runs here")


def paper(tuning=None, **changes):
    """Return a paper of two variants, a and b, in one experiment, `first`; two findings and a table of one cell."""
    settings = SETTINGS | ({"learning_rate": None} if tuning else {})
    presets = {
        "quick": Preset(settings | {"epochs": 3}, seeds=2),
        "reduced": Preset(settings, seeds=3),
        "paper": Preset(settings | {"epochs": 30}, seeds=3),
    }
    lower = dict(experiment="first", quantity=TEST_ERROR, presets=("reduced", "paper"), lower="a", higher=("b",))
    value = dict(experiment="first", quantity=TRAIN_ERROR, variant="a", value=0.05, tolerance=0.01)
    declared = dict(
        text=Text(WORDS),
        citation=CITATION,
        experiments=(Experiment("first", {"a": None, "b": None}, train, presets, tuning),),
        tables=(Table("table_1", "first", (TEST_ERROR,), {"a": (0.10,)}, {"test_error": 0.005}),),
        findings=(
            Finding("lower", (Ordering(name="lower", **lower),)),
            Finding("value", (Value(name="value", **value),)),
        ),
        deviations=(Deviation("seeds"),),
        results={"first": (TEST_ERROR, TRAIN_ERROR)},
        figures=(LearningCurves("first", TEST_ERROR), Sensitivity("first")),
    )
    return Paper("fake2000_test", **declared | changes)


def record(
    variant,
    seed,
    value=0.1,
    outcome="done",
    preset="reduced",
    role="final",
    backend="tensorflow",
    fingerprint=FINGERPRINT,
    **changes,
):
    """A sealed run of `paper()` whose last test error is `value`; `changes` are settings that the user gave."""
    settings = {**paper().experiments[0].settings(preset, variant), **changes}
    values = [2 * value] * (settings["epochs"] - 1) + [value]
    history = [
        {"epoch": epoch, "objective": x, "seconds": 1.0, "train_loss": x, "train_error": x / 2, "test_loss": x}
        | {"test_error": x}
        for epoch, x in enumerate(values, start=1)
    ]
    data = {"name": "digits", "fingerprint": fingerprint, "train": 1438, "test": 359, "classes": 10}
    environment = {"python": "3.12.0", "system": "Linux x86_64", "processor": "None", "cores": 2, "threads": None}
    environment |= {"accelerator": None, "backend": backend, "packages": {"keras": "3.15.1"}}
    made = {
        "key": key("fake2000_test", "first", settings, seed, fingerprint, 1, backend),
        "paper": "fake2000_test",
        "experiment": "first",
        "preset": preset,
        "role": role,
        "settings": settings,
        "overrides": {name: str(x) for name, x in changes.items()},
        "seed": seed,
        "protocol": 1,
        "data": data | {"source": "nowhere", "licence": "none", "citation": "none"},
        "code": {"commit": "f" * 40, "modified": False},
        "environment": environment,
        "command": "python -m experiments run fake2000_test --preset reduced",
        "started": "2026-01-01T00:00:00Z",
        "outcome": outcome,
        "error": None if outcome == "done" else f"forced {outcome}",
        "history": history,
        "facts": {"parameters": 1000, "compiler": "XLA"},
        "seconds": 2.0,
    }
    return sealed(made)
