"""AdamW's experiments: the schedules and decays that the runs get are the paper's."""

import math

import keras
import numpy as np
import pytest

from custom.optimizers import SGDW, Adam, AdamW, Momentum
from experiments.claims import Evidence
from experiments.data.splits import steps_per_epoch, training_points
from experiments.papers.loshchilov2019_adamw import PAPER, lengths, training
from tests.papers.jobs import job, rows, trained


def optimizer(*arguments, **changes):
    """Return a job of an experiment, and the optimizer that it is trained with."""
    waiting = job(PAPER, *arguments, **changes)
    return waiting, waiting.experiment.train(waiting).optimizer


def rate(schedule, step):
    return float(keras.ops.convert_to_numpy(schedule(step)))


@pytest.mark.parametrize(
    ("experiment", "variant", "cls", "l2", "decay"),
    [("adam", "adam_l2", Adam, 0.5, None), ("adam", "adamw", AdamW, None, 0.5), ("adam", "sgd_l2", Momentum, 0.5, None),
     ("adam", "sgdw", SGDW, None, 0.5)],
)  # fmt: skip
@pytest.mark.slow
def test_a_decay_is_in_the_gradient_or_decoupled(experiment, variant, cls, l2, decay):
    small = dict(data="digits_rgb", examples=480, batch_size=32, epochs=3)
    waiting, made = optimizer(experiment, variant, "paper", **small, learning_rate=0.2, weight_decay=0.5)
    assert type(made) is cls and (made.l2, made.weight_decay) == (l2, decay)
    steps = waiting.settings.epochs * (480 // 32)
    assert [rate(made._learning_rate, s) for s in (0, steps // 2, steps)] == pytest.approx([0.2, 0.1, 0.0], abs=0.01)
    if decay:
        assert made.base_learning_rate == 0.2


def test_the_schedules_are_those_of_figure_1():
    schedules = PAPER.experiment("schedules")
    for preset, drops in (("reduced", [14, 29, 38]), ("paper", [30, 60, 80])):
        found = {v: schedules.settings(preset, v) for v in schedules.variants}
        assert {v: (s.schedule, s.drops) for v, s in found.items()} == {
            f"{name}_{schedule}": (schedule, drops if schedule == "drops" else [])
            for name in ("adam_l2", "adamw") for schedule in ("cosine", "drops", "fixed")
        }  # fmt: skip
    changes = dict(data="digits_rgb", examples=480, batch_size=32, learning_rate=0.2, weight_decay=0.5)
    _, made = optimizer("schedules", "adamw_drops", "reduced", **changes)
    values = [rate(made._learning_rate, 15 * epoch + i) for epoch in (14, 29, 38) for i in (-1, 0)]
    assert values == pytest.approx([0.2, 0.02, 0.02, 0.002, 0.002, 0.0002])
    _, made = optimizer("schedules", "adamw_fixed", "reduced", **changes)
    assert float(made.learning_rate) == pytest.approx(0.2) and made.weight_decay == 0.5


@pytest.mark.slow
def test_the_normalised_decay_is_that_of_the_length_and_of_each_period():
    digits = dict(data="digits_rgb", examples=480, batch_size=32, weight_decay=0.025)
    for variant, epochs in (("shortest", 3), ("middle", 12), ("longest", 48)):
        _, made = optimizer("lengths", variant, "reduced", **digits)
        assert made.decay_scale * 0.01 == pytest.approx(math.sqrt(32 / (480 * epochs)))
    waiting, made = optimizer("restarts", "adamwr", "reduced", **digits)
    assert made.epochs == waiting.settings.period == 4 and made.restarts[:3] == (60, 180, 420)
    tops = [rate(made._learning_rate, step) for step in (0, 60, 180, 420)]
    assert tops == pytest.approx([0.01] * 4)
    _, made = optimizer("restarts", "one_cosine", "reduced", **digits)
    assert made.epochs == 28 and made.restarts == ()
    assert rate(made._learning_rate, 28 * 15) == pytest.approx(0, abs=1e-9)


def test_tuning_sees_the_held_out_images_and_every_variant_has_the_same_cells():
    for name in ("adam", "schedules", "lengths", "long"):
        tuning = PAPER.experiment(name).tuning
        for preset in tuning.changes:
            assert len({len(tuning.values(preset, v)) for v in PAPER.experiment(name).variants}) == 1
    adam = PAPER.experiment("adam").tuning
    for name, variant, sides in (
        ("adam", "adamw", (5, 5)),
        ("adam", "sgdw", (5, 5)),
        ("schedules", "adamw_drops", (3, 4)),
    ):
        axes = PAPER.experiment(name).tuning.axes("reduced", variant)
        assert {setting: len(v) for setting, v in axes.items()} == dict(
            zip(("learning_rate", "weight_decay"), sides, strict=True)
        )
    pairs = (adam.values("reduced", v) for v in ("adam_l2", "sgd_l2"))
    assert all(10 * a[0] == pytest.approx(b[0]) and a[1] == b[1] for a, b in zip(*pairs, strict=True))
    settings = PAPER.experiment("adam").settings("reduced", "adamw").but(**adam.changes["reduced"])
    assert (settings.evaluation, settings.examples) == ("validation", 5000)


@pytest.mark.slow
def test_a_run_trains_on_the_examples_of_its_settings_and_learns():
    values = dict(examples=480, width=0.25, stages=3, blocks=1, batch_size=32, epochs=3)
    waiting = job(PAPER, "adam", "adamw", **values)
    described = waiting.experiment.train(waiting)
    history = rows(described)
    assert described.facts["trained_on"] == 480 == training_points(waiting.settings, waiting.dataset)
    assert steps_per_epoch(waiting.settings, waiting.dataset) == 15
    assert history[-1]["objective"] < 0.8 * history[0]["objective"]


def test_tuning_runs_are_evaluated_after_the_last_epoch_only():
    changes = PAPER.experiment("adam").tuning.changes["reduced"]
    history = trained(PAPER, "adam", "adamw", learning_rate=0.01, weight_decay=0.0, epochs=2, **changes)
    assert "validation_error" in history[1] and not {"validation_error", "train_error", "test_error"} & set(history[0])


def test_the_reduced_network_is_small_and_the_papers_is_the_papers():
    assert (training.FULL["width"], training.FULL["blocks"]) == (4.0, 4)
    assert PAPER.experiment("long").presets["paper"].settings["width"] == 6.0
    assert np.isclose(lengths.NORMALIZED, 0.025).any() and np.isclose(lengths.NORMALIZED, 0.05).any()


def test_what_is_judged_on_maps_has_three_of_them():
    for experiment in PAPER.experiments:
        judged = [c for c in PAPER.claims if c.experiment == experiment.name and c.kind == "map"]
        if experiment.tunes("reduced"):
            assert len(experiment.tuning.seeds("reduced")) == (3 if judged else 1), experiment.name


def gaps(**errors):
    """Evidence of test errors by variant, a number a seed."""
    runs = {
        variant: {
            seed: {"outcome": "done", "history": [{"epoch": 1, "test_error": error}]} for seed, error in enumerate(some)
        }
        for variant, some in errors.items()
    }
    return Evidence(PAPER, PAPER.experiment("schedules"), "reduced", runs)


@pytest.mark.parametrize(("wide", "verdict"), [(0.05, "reproduced"), (0.01, "not reproduced"), (0.03, "open")])
def test_the_gap_of_one_schedule_is_compared_with_that_of_another(wide, verdict):
    claim = next(claim for claim in PAPER.claims if claim.name == "gap_drops_to_cosine")
    low, noise = (0.40, 0.41, 0.42, 0.43), (0.001, -0.001, 0.0, 0.0)
    errors = {"adamw_cosine": low, "adamw_drops": low, "adam_l2_drops": [e + 0.03 for e in low]}
    errors["adam_l2_cosine"] = [e + wide + n for e, n in zip(low, noise, strict=True)]
    found = gaps(**errors)
    measured = claim.measure(found)
    assert claim.decide(measured, found, measured.p)[0] == verdict
    assert measured.parts[0].estimate.mean == pytest.approx(wide - 0.03)
    assert "points" in claim.shown(measured.parts[0].estimate, PAPER.text)
    assert claim.published(PAPER.text) == "above 0.00 points"
    assert claim.measure(gaps(adamw_drops=low)).missing.key == "no_pair"
