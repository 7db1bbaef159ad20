"""The script on AlexNet: what is typed in it, and that its two trainings run as declared."""

import numpy as np
import pytest

from custom.layers import LocalResponseNormalization
from experiments import krizhevsky2012_alexnet as script
from experiments.harness import engine
from experiments.harness.data import Dataset
from experiments.harness.quantities import QUANTITIES
from experiments.harness.report import build
from experiments.harness.report.page import paper_page
from experiments.harness.report.render import markdown
from experiments.harness.report.view import PaperView, Source
from experiments.harness.runner import Job, final_runs
from experiments.harness.settings import key

FIGURE1, CIFAR, IMAGENET = script.PAPER.experiments


def published(name):
    """When the paper's curves reach a level: they are judged as runs are."""
    return [
        QUANTITIES[name].of({"history": [{"epoch": e, "train_error": x} for e, x in script.CURVES[variant]]})
        for variant in ("relu", "tanh")
    ]


def test_the_published_curves_give_the_published_ratio():
    relu, tanh = published("epochs_to_train_error_25")
    assert relu == pytest.approx(5.875) and tanh is None  # the last point read is 25.1 %, after epoch 36
    assert script.CURVES["tanh"][-1][0] / relu == pytest.approx(6.1, abs=0.05)
    relu, tanh = published("epochs_to_train_error_40")
    (claim,) = {c.value for c in script.CLAIMS if c.quantity == "epochs_to_train_error_40"}
    assert tanh / relu == pytest.approx(claim, abs=0.1)


def test_the_books_table_is_whole():
    table = next(table for table in script.TABLES if table.experiment == "imagenet")
    printed = [[x if x is None else round(100 * x, 1) for x in row] for row in table.rows.values()]
    assert printed == [
        [None, None, 26.2], [40.7, 18.2, None], [38.1, 16.4, 16.4], [39.0, 16.6, None], [36.7, 15.4, 15.3],
    ]  # fmt: skip
    assert len(table.claims()) == 11 and IMAGENET.presets == {}


def job(experiment, variant, **changes):
    draw = np.random.default_rng(0)
    x = draw.integers(0, 256, (40, 32, 32, 3)).astype("uint8")
    y = draw.integers(0, 10, 40).astype("int32")
    data = Dataset("digits_rgb", x[:32], y[:32], x[32:], y[32:], 10, {})
    values = dict(width=1 / 16, epochs=1, batch_size=16, learning_rate=0.01) | changes
    settings = experiment.settings("quick", variant).but(**values)
    return Job(experiment, settings, 0, data, lambda *where: None)


@pytest.fixture
def caught(monkeypatch):
    """What `engine.train` is given, in place of training."""
    calls = []
    monkeypatch.setattr(engine, "train", lambda model, optimizer, arrays, *rest: calls.append((model, arrays)) or [])
    return calls


@pytest.mark.parametrize("experiment, variant", [(FIGURE1, "tanh"), (CIFAR, "with_lrn")])
def test_an_epoch(experiment, variant):
    (row,) = experiment.train(job(experiment, variant))
    assert {"epoch", "objective", "train_error", "test_error"} <= set(row)


def test_the_units_start_from_the_same_draws_and_nothing_regularises(caught):
    for variant in script.UNITS:
        list(FIGURE1.train(job(FIGURE1, variant)))
    (relu, arrays), (tanh, _), (small, _), (other, _) = caught
    for one, same in zip(small.trainable_variables, other.trainable_variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), same.numpy())
    for one, other in zip(relu.trainable_variables, tanh.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), 2**0.5 * other.numpy(), rtol=1e-6)
    assert arrays.augment is None and not relu.losses
    assert not any("Dropout" in type(layer).__name__ or "Normal" in type(layer).__name__ for layer in relu.layers)


def test_small_weights_are_cuda_convnets_for_the_scale_of_the_inputs_and_the_width(caught):
    list(FIGURE1.train(job(FIGURE1, "tanh_small", width=0.25)))
    model = caught[0][0]
    deviations = {layer.name: layer.kernel.numpy().std() for layer in model.layers if hasattr(layer, "kernel")}
    # 1e-4 times 64, the deviation of CIFAR-10's pixels; 1e-2 times the root of 4, as units have a quarter of the
    # inputs.
    assert deviations == pytest.approx({"conv1": 0.0064, "conv2": 0.02, "conv3": 0.02, "logits": 0.02}, rel=0.1)


def test_the_normalisation_is_all_that_differs(caught):
    for variant in script.NORMALIZATIONS:
        list(CIFAR.train(job(CIFAR, variant)))
    (without, arrays), (having, _) = caught
    norms = [layer for layer in having.layers if isinstance(layer, LocalResponseNormalization)]
    assert [layer.name for layer in norms] == ["norm1", "norm2"]
    assert {layer.name for layer in having.layers} - {layer.name for layer in without.layers} == {"norm1", "norm2"} | (
        {having.layers[0].name} - {without.layers[0].name}
    )
    for one, other in zip(without.trainable_variables, having.trainable_variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert without.input_shape == (None, 24, 24, 3)
    assert arrays.augment == engine.Augment(crop=24, flip=True)


def test_scaling_inputs_and_alpha_is_no_change():
    """Inputs over s and alpha times s^2 give the normalisation over s."""
    a = np.random.default_rng(0).normal(0, 64, (2, 3, 3, 8)).astype("float32")
    raw = LocalResponseNormalization(size=5, k=1.0, alpha=2e-4, beta=0.75)(a)
    scaled = script.NORMALIZATIONS["with_lrn"]()(a / 64)
    np.testing.assert_allclose(64 * np.asarray(scaled), np.asarray(raw), rtol=1e-5)


def records(experiment, preset, times):
    """Finished runs of an experiment whose training error reaches 30 % after so many epochs, by variant."""
    made = []
    for variant, when in times.items():
        settings = experiment.settings(preset, variant)
        (run,) = final_runs(script.PAPER, experiment, preset, variant, 1, 0.01)
        errors = [0.3 if e >= when else 0.5 for e in range(1, settings.epochs + 1)]
        history = [
            {"epoch": e, "objective": x, "seconds": 1.0, "train_error": x, "test_error": x, "validation_loss": x}
            for e, x in enumerate(errors, start=1)
        ]
        tuning = experiment.tuning
        for seed, role, s in [(s, "final", run.settings) for s in range(2)] + [
            (tuning.seed, "tuning", settings.but(**tuning.changes[preset], learning_rate=rate))
            for rate in tuning.grid[variant]
        ]:
            low = {"objective": 0.1, "validation_loss": 0.1} if role == "tuning" and s.learning_rate == 0.01 else {}
            made.append({
                "key": key(script.PAPER.key, experiment.name, s, seed, "0", 1), "paper": script.PAPER.key,
                "experiment": experiment.name, "preset": preset, "role": role, "settings": dict(s), "overrides": {},
                "seed": seed, "protocol": 1, "outcome": "done", "error": None, "facts": {"parameters": 1},
                "history": [row | low for row in history],
                "data": {"name": "cifar10", "fingerprint": "0", "train": 1, "test": 1, "source": "", "licence": "",
                         "citation": ""},
                "code": {"commit": "f" * 40, "modified": False}, "command": "c", "seconds": 1.0,
                "environment": {"processor": "p", "cores": 1, "accelerator": None, "backend": "b", "python": "3",
                                "packages": {}},
            })  # fmt: skip
    return made


def test_the_page_says_what_was_not_reached_and_what_was_not_run():
    everything = records(FIGURE1, "reduced", {"relu": 3, "tanh": 1000}) + records(CIFAR, "reduced", {"with_lrn": 2})
    view = PaperView(script.PAPER, [Source("Measured", tuple(everything))])
    text = markdown(paper_page(view))
    epochs = FIGURE1.presets["reduced"].settings["epochs"]
    assert f"not reached within {epochs} epochs in 2 of 2 runs" in text
    verdicts = {(c.source, getattr(c, "low", None)): v for c, v in view.verdicts if c.experiment == "figure1"}
    assert all(v.verdict == "not run" for (_, low), v in verdicts.items() if low == 3)
    assert "AlexNet on ImageNet: not run." in text and "26.2 %" in text
    assert sum(v.verdict == "not run" for _, v in view.cell_verdicts) == 13
    captions = [block.caption for block in build.headlines([view])[1:]]
    assert len(captions) == 2 and "epochs to 40 %" in captions[0] and "test error" in captions[1]
