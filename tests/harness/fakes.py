"""A paper that does not exist and records of runs that never were, for the tests of claims and reports."""

from experiments.harness.claims import Ordering, Table, Value
from experiments.harness.paper import Deviation, Experiment, Paper, Preset, Tuning
from experiments.harness.references import Reference
from experiments.harness.report.figures import LearningCurves, Sensitivity
from experiments.harness.settings import key

FINGERPRINT = "0123456789abcdef" * 4
SETTINGS = {"data": "digits", "epochs": 4, "learning_rate": 0.1, "batch_size": 32}
TUNING = Tuning(
    "learning_rate",
    {"a": (0.1, 1.0), "b": (0.1, 1.0)},
    metric="validation_loss",
    changes={preset: {"epochs": 2} for preset in ("quick", "reduced", "paper")},
)


def paper(tuning=None):
    """Two variants, a and b, in one experiment, `first`; two claims and a table of one cell."""
    settings = SETTINGS | ({"learning_rate": None} if tuning else {})
    presets = {
        "quick": Preset(settings | {"epochs": 3}, seeds=2),
        "reduced": Preset(settings, seeds=3),
        "paper": Preset(settings | {"epochs": 30}, seeds=3),
    }
    return Paper(
        key="fake2000_test", summary="Says little.",
        reference=Reference("A paper | with <signs> & such", "Fake, A.", "Journal", 2000, "https://example.org", "1"),
        labels={"a": "Alpha_1", "b": "Beta"},
        experiments=(Experiment("first", "First experiment", {"a": None, "b": None}, None, presets, tuning),),
        protocol=(("Epochs", "not stated", "{epochs}"),),
        tables=(
            Table("Table 1", "first", ("test_error",), {"a": (0.10,)}, {"test_error": 0.005}, "a test"),
        ),
        claims=(
            Ordering(source="Section 1", experiment="first", quantity="test_error", presets=("reduced", "paper"),
                     lower="a", higher=("b",), text="Alpha has a lower test error than Beta"),
            Value(source="Section 2", experiment="first", quantity="train_error", variant="a", value=0.05,
                  tolerance=0.01, why="a test"),
        ),
        deviations=(Deviation("Seeds", "not stated", "three", "an interval needs them"),),
        results={"first": ("test_error", "train_error")},
        headline=("test_error",),
        figures=(LearningCurves("first", "test_error"), Sensitivity("first")),
    )  # fmt: skip


def record(variant, seed, value=0.1, outcome="done", preset="reduced", role="final", **changes):
    """A run of `paper()` whose last test error is `value`; `changes` are settings that the user gave."""
    settings = {**paper().experiments[0].settings(preset, variant), **changes}
    history = [
        {"epoch": epoch, "objective": x, "seconds": 1.0, "train_loss": x, "train_error": x / 2, "test_loss": x,
         "test_error": x}
        for epoch, x in ((1, 2 * value), (2, value))
    ]  # fmt: skip
    return {
        "schema": 1,
        "key": key("fake2000_test", "first", settings, seed, FINGERPRINT, 1),
        "paper": "fake2000_test",
        "experiment": "first",
        "preset": preset,
        "role": role,
        "settings": settings,
        "overrides": {name: str(x) for name, x in changes.items()},
        "seed": seed,
        "protocol": 1,
        "data": {"name": "digits", "fingerprint": FINGERPRINT, "train": 1438, "test": 359, "classes": 10,
                 "source": "nowhere", "licence": "none", "citation": "none"},
        "code": {"commit": "f" * 40, "modified": False},
        "environment": {"python": "3.12.0", "system": "Linux x86_64", "processor": "None", "cores": 2, "threads": None,
                        "accelerator": None, "backend": "tensorflow", "packages": {"keras": "3.15.1"}},
        "command": "python -m experiments run fake2000_test --preset reduced",
        "started": "2026-01-01T00:00:00Z",
        "outcome": outcome,
        "error": None if outcome == "done" else f"forced {outcome}",
        "history": history,
        "facts": {"parameters": 1000, "compiler": "XLA"},
        "seconds": 2.0,
    }  # fmt: skip
