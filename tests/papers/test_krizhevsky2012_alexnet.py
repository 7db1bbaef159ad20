"""AlexNet: what is typed in its folder, and that its two trainings run as declared."""

import numpy as np
import pytest

from custom.layers import LocalResponseNormalization
from experiments import engine
from experiments.claims import TRAIN_ERROR
from experiments.data import Dataset
from experiments.papers.krizhevsky2012_alexnet import CURVES, PAPER, TABLES
from experiments.papers.krizhevsky2012_alexnet.curves import PublishedCurves
from experiments.papers.krizhevsky2012_alexnet.quantities import (
    EPOCHS_TO_25,
    EPOCHS_TO_40,
    MEAN_LOG_OBJECTIVE_OF_5,
)
from experiments.papers.krizhevsky2012_alexnet.training import NORMALIZATIONS, UNITS
from experiments.report.figures import save
from experiments.report.page import paper_page
from experiments.report.render import markdown
from experiments.report.view import PaperView, Source
from experiments.spec import Job, Request, Text
from experiments.spec.run import final_runs, key, tuning_runs
from tests import fakes
from tests.papers.jobs import rows

FIGURE1, CIFAR, FAST, SLOW, IMAGENET = PAPER.experiments


def published(quantity):
    """When the paper's curves reach a level: they are judged as runs are."""
    histories = ([{"epoch": e, "train_error": x} for e, x in CURVES[variant]] for variant in ("relu", "tanh"))
    return [quantity.of({"history": history}) for history in histories]


def test_the_published_curves_give_the_published_ratio():
    relu, tanh = published(EPOCHS_TO_25)
    assert relu == pytest.approx(5.875) and tanh is None  # the last point read is 25.1 %, after epoch 36
    assert CURVES["tanh"][-1][0] / relu == pytest.approx(6.1, abs=0.05)
    relu, tanh = published(EPOCHS_TO_40)
    (claim,) = {c.value for c in PAPER.claims if c.quantity == EPOCHS_TO_40}
    assert tanh / relu == pytest.approx(claim, abs=0.1)


def test_the_books_table_is_whole():
    table = next(table for table in TABLES if table.experiment == "imagenet")
    printed = [[x if x is None else round(100 * x, 1) for x in row] for row in table.rows.values()]
    assert printed == [
        [None, None, 26.2], [40.7, 18.2, None], [38.1, 16.4, 16.4], [39.0, 16.6, None], [36.7, 15.4, 15.3],
    ]  # fmt: skip
    assert len(table.claims) == 11 and IMAGENET.presets == {}


def job(experiment, variant, **changes):
    draw = np.random.default_rng(0)
    x = draw.integers(0, 256, (40, 32, 32, 3)).astype("uint8")
    y = draw.integers(0, 10, 40).astype("int32")
    data = Dataset("digits_rgb", x[:32], y[:32], x[32:], y[32:], 10, {})
    values = dict(examples=None, width=1 / 16, epochs=1, batch_size=16, learning_rate=0.01) | changes
    settings = experiment.settings("quick" if "quick" in experiment.presets else "reduced", variant).but(**values)
    return Job(experiment, settings, 0, data)


def described(experiment, *variants, **changes):
    """Return the trainings of some variants."""
    return [experiment.train(job(experiment, variant, **changes)) for variant in variants]


@pytest.mark.parametrize("experiment, variant", [(FIGURE1, "tanh"), (CIFAR, "with_lrn")])
def test_an_epoch(experiment, variant):
    (training,) = described(experiment, variant)
    (row,) = rows(training)
    assert {"epoch", "objective", "train_error", "test_error"} <= set(row)


def test_a_training_of_figure_1_ends_where_the_figure_does():
    def length(until):
        (training,) = described(FIGURE1, "relu", epochs=3, until=until)
        return len(rows(training))

    assert (length(1.0), length(0.0)) == (1, 3)  # no error is above 1, and none is below 0
    asked = {preset: FIGURE1.presets[preset].settings["until"] for preset in ("quick", "reduced", "paper")}
    assert asked == {"quick": 0.0, "reduced": 0.25, "paper": 0.25}
    assert all(changes["until"] == 0.0 for changes in FIGURE1.tuning.changes.values())  # of one length, to compare


def test_the_cost_of_five_epochs_is_that_of_whatever_length():
    history = [{"epoch": e, "objective": 10.0 ** -min(e, 6)} for e in range(1, 30)]
    assert MEAN_LOG_OBJECTIVE_OF_5.of({"history": history}) == -3
    assert MEAN_LOG_OBJECTIVE_OF_5.of({"history": history[:5]}) == -3


def test_both_networks_of_section_3_3_run_at_both_rates():
    for experiment, rate in ((FAST, 0.03), (SLOW, 0.01)):
        one, other = (experiment.settings("reduced", v).but(variant="") for v in NORMALIZATIONS)
        assert one == other and one.learning_rate == rate and experiment.tuning is None
    judged = {c.instead or c.experiment for c in PAPER.claims if c.text.startswith("normalisation_helps")}
    assert judged == {FAST.name, SLOW.name}


def test_the_units_start_from_the_same_draws_and_nothing_regularises():
    trainings = described(FIGURE1, *UNITS)
    (relu, tanh, small, other), arrays = (training.model for training in trainings), trainings[0].arrays
    for one, same in zip(small.trainable_variables, other.trainable_variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), same.numpy())
    for one, other in zip(relu.trainable_variables, tanh.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), 2**0.5 * other.numpy(), rtol=1e-6)
    assert arrays.augment is None and not relu.losses
    assert not any("Dropout" in type(layer).__name__ or "Normal" in type(layer).__name__ for layer in relu.layers)


def test_small_weights_are_cuda_convnets_for_the_scale_of_the_inputs_and_the_width():
    (training,) = described(FIGURE1, "tanh_small", width=0.25)
    model = training.model
    deviations = {layer.name: layer.kernel.numpy().std() for layer in model.layers if hasattr(layer, "kernel")}
    # 1e-4 times 64, the deviation of CIFAR-10's pixels; 1e-2 times the root of 4, as units have a quarter of the
    # inputs.
    assert deviations == pytest.approx({"conv1": 0.0064, "conv2": 0.02, "conv3": 0.02, "logits": 0.02}, rel=0.1)


def test_the_normalisation_is_all_that_differs():
    trainings = described(CIFAR, *NORMALIZATIONS)
    (without, having), arrays = (training.model for training in trainings), trainings[0].arrays
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
    scaled = NORMALIZATIONS["with_lrn"]()(a / 64)
    np.testing.assert_allclose(64 * np.asarray(scaled), np.asarray(raw), rtol=1e-5)


def records(experiment, preset, times):
    """Finished runs of an experiment whose training error reaches 30 % after so many epochs, by variant."""
    made, request = [], Request((PAPER,), preset, seeds=2)
    data = {"name": "cifar10", "fingerprint": "0", "train": 1, "test": 1, "source": "", "licence": "", "citation": ""}
    environment = {"processor": "p", "cores": 1, "accelerator": None, "backend": "b", "python": "3", "packages": {}}
    shared = {"data": data, "environment": environment, "code": {"commit": "f" * 40, "modified": False}}
    shared |= {
        "started": "2026-01-01T00:00:00Z",
        "command": "c",
        "seconds": 1.0,
        "outcome": "done",
        "error": None,
        "facts": {"parameters": 1},
    }
    for variant, when in times.items():
        errors = [0.3 if e >= when else 0.5 for e in range(1, experiment.settings(preset, variant).epochs + 1)]
        columns = ("objective", "train_error", "test_error", "validation_loss")
        history = [{"epoch": e, "seconds": 1.0} | dict.fromkeys(columns, x) for e, x in enumerate(errors, start=1)]
        grid = tuning_runs(PAPER, experiment, variant, request)
        for run in [*grid, *final_runs(PAPER, experiment, variant, request, 0.01)]:
            best = run.role == "tuning" and run.settings.learning_rate == 0.01
            low = {"train_error": 0.1, "validation_loss": 0.1} if best else {}
            made.append(
                shared
                | {name: getattr(run, name) for name in ("paper", "experiment", "preset", "role", "seed", "protocol")}
                | {"key": key(PAPER.key, experiment.name, run.settings, run.seed, "0", 1), "overrides": {}}
                | {"settings": dict(run.settings), "history": [row | low for row in history]}
            )
    return made


def test_the_page_says_what_was_not_reached_and_what_was_not_run():
    everything = records(FIGURE1, "reduced", {"relu": 3, "tanh": 1000}) + records(CIFAR, "paper", {"with_lrn": 2})
    view = PaperView(PAPER, [Source("measured", tuple(everything))])
    text = markdown(paper_page(view))
    epochs = FIGURE1.presets["reduced"].settings["epochs"]
    assert f"not reached within {epochs} epochs in 2 of 2 runs" in text
    verdicts = view.verdicts()
    assert (verdicts["sooner_to_25"].verdict, verdicts["sooner_to_25"].reason) == ("open", "few_runs")
    assert "## AlexNet on ImageNet\n\nNot run." in text and "26.2 %" in text
    cells = [verdicts[claim.name].verdict for table in TABLES for claim in table.claims]
    assert cells.count("not run") == 12 and len(cells) == 13  # one net of section 3.3 has run


def test_measured_curves_beside_published_ones(tmp_path):
    points = {"a": ((1, 0.5), (2, 0.25)), "b": ((1, 0.6), (30, 0.3))}
    figure = PublishedCurves("first", TRAIN_ERROR, points, level=0.25)
    words = fakes.words() | {"figures": {"first_published": {"source": "figure 1", "level": "25 %"}}}
    declared = fakes.paper(text=Text(words), figures=(figure,))

    def evidence(*records):
        return PaperView(declared, [Source("measured", records)]).primary["first"]

    def run(variant, seed, when):
        """A run whose training error falls to 25 % after so many epochs, of 20."""
        errors = {e: 0.25 if e >= when else 0.5 for e in range(1, 21)}
        history = [{"epoch": e, "objective": 1.0, "train_error": x} for e, x in errors.items()]
        return fakes.record(variant, seed) | {"history": history}

    runs = (run("a", 0, 2), run("a", 1, 3), run("b", 0, 99), run("b", 1, 99))
    picture = figure.picture(evidence(*runs))
    assert picture.name == "first_train_error_published"
    assert "Alpha_1 25.00 % (epoch 20), paper 25.00 % (epoch 2)" in picture.alt
    assert "Beta 50.00 % (epoch 20), paper 30.00 % (epoch 30)" in picture.alt
    assert "n = 2 seeds" in picture.caption and "Dashed: 25 %." in picture.caption
    assert "Open markers, dotted: figure 1." in picture.caption
    save(picture.draw, tmp_path, picture.name)
    assert "Alpha_1, paper" in (tmp_path / f"{picture.name}.svg").read_text()
    assert figure.picture(evidence()) is None
