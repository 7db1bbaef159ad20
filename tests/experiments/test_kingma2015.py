"""The figures of Kingma and Ba: what each run is, and that the records published before still speak."""

import json
import math
import pathlib

import keras
import numpy as np
import pytest

from custom.optimizers import Adam
from experiments.harness.quantities import QUANTITIES
from experiments.harness.runner import tuning_runs
from experiments.kingma2015 import autoencoder, linear
from experiments.kingma2015.linear import InverseSquareRoot
from experiments.kingma2015_adam import PAPER
from tests.experiments.jobs import job, rows

RECORDS = pathlib.Path(__file__).resolve().parents[2] / "reports/kingma2015_adam/results.jsonl"


def test_the_learning_rate_is_divided_by_the_root_of_the_number_of_the_step():
    rate = InverseSquareRoot(0.3)
    assert [float(rate(step)) for step in (0, 3, 99)] == pytest.approx([0.3, 0.15, 0.03])
    weight = keras.Variable(0.0)
    optimizer = Adam(InverseSquareRoot.from_config(rate.get_config()))
    for _ in range(4):
        optimizer.apply([keras.ops.convert_to_tensor(1.0)], [weight])
    # Adam's step under a constant gradient is the rate itself.
    expected = -0.3 * sum(t**-0.5 for t in (1, 2, 3, 4))
    assert float(keras.ops.convert_to_numpy(weight)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "variant", "rate", "outputs"),
    [("logistic", "nesterov", 0.1, 10), ("imdb_dropout", "rmsprop", 0.03, 1), ("imdb", "adagrad", 0.1, 1)],
)
def test_logistic_regression_learns_and_has_one_weight_for_each_input_and_output(name, variant, rate, outputs):
    waiting = job(PAPER, name, variant, learning_rate=rate, epochs=3)
    history = list(PAPER.experiment(name).train(waiting))
    inputs = math.prod(waiting.dataset.x_train.shape[1:])
    assert waiting.facts["parameters"] == (inputs + 1) * outputs
    assert history[-1]["objective"] < 0.9 * history[0]["objective"]
    assert history[-1]["test_error"] < 0.35


def test_figure_1_has_the_dropout_and_the_l2_term_that_its_settings_say():
    weak, strong = (rows(PAPER, "logistic", "adam", learning_rate=0.03, l2=l2)[-1] for l2 in (0.0, 0.3))
    assert strong["train_loss"] > 1.2 * weak["train_loss"]
    thin, full = (rows(PAPER, "imdb", "adam", learning_rate=0.1, input_dropout=p)[-1] for p in (0.5, 0.0))
    assert thin["objective"] > full["objective"]
    settings = {name: PAPER.experiment(name).presets["paper"].settings for name in ("imdb", "imdb_dropout")}
    assert [settings[name]["input_dropout"] for name in settings] == [0.0, 0.5]


def test_bias_correction_matters_in_the_first_steps_only_through_the_optimizer():
    corrected, uncorrected = (
        rows(PAPER, "vae_bias_correction", f"{word}_0.9_0.9999", learning_rate=0.001, epochs=2)
        for word in ("corrected", "uncorrected")
    )
    assert corrected[0]["objective"] != uncorrected[0]["objective"]
    assert "test_loss" in corrected[-1] and "test_loss" not in corrected[0]  # evaluated at the end only
    assert corrected[-1]["train_loss"] < 64 * math.log(2)  # the cost before the first step
    variant = PAPER.experiment("vae_bias_correction").variants["uncorrected_0_0.99"](0.5)
    assert (variant.beta_1, variant.beta_2, variant.bias_correction) == (0, 0.99, False)
    assert float(variant.learning_rate) == 0.5


@pytest.mark.parametrize("preset", ["quick", "reduced", "paper"])
def test_every_variant_of_figure_4_has_the_same_grid(preset):
    experiment = PAPER.experiment("vae_bias_correction")
    grids = {
        tuple(run.settings.learning_rate for run in tuning_runs(PAPER, experiment, preset, variant))
        for variant in experiment.variants
    }
    assert len(experiment.variants) == 12 and len(grids) == 1
    assert len(grids.pop()) == {"quick": 1, "reduced": 5, "paper": 9}[preset]
    assert np.allclose(np.diff(np.log10(autoencoder.HALVES)), 0.5, atol=1e-3)


def test_every_claim_and_figure_names_what_there_is():
    for claim in PAPER.claims:
        variants = PAPER.experiment(claim.experiment).variants
        named = {
            "ordering": lambda c: (c.lower, *c.higher),
            "ratio": lambda c: (c.larger, c.smaller),
            "value": lambda c: (c.variant,),
            "cells": lambda c: [v for pair in (*c.pairs, *c.more_than) for v in pair],
        }[claim.kind](claim)
        assert set(named) <= set(variants) and claim.quantity in QUANTITIES
    for experiment in PAPER.experiments:
        assert set(experiment.variants) <= set(PAPER.labels) and experiment.name in PAPER.results
        grids = [experiment.tuning.grid, *experiment.tuning.grids.values()]
        assert all(len({len(values) for values in grid.values()}) == 1 for grid in grids)
    assert {figure.experiment for figure in PAPER.figures} == {e.name for e in PAPER.experiments}
    for title, variants in (panel for row in autoencoder.PANELS for panel in row):
        assert len(variants) == 2 and all(v in autoencoder.VARIANTS for v in variants), title
    assert linear.PROTOCOL != autoencoder.PROTOCOL


def test_the_records_published_before_the_other_figures_still_count():
    """The multilayer network's settings and the protocol's version are what they were."""
    records = [json.loads(line) for line in RECORDS.open(encoding="utf-8")]
    records = [r for r in records if r["experiment"] in ("mlp", "mlp_dropout") and r["preset"] == "reduced"]
    assert len(records) >= 70
    for record in records:
        experiment = PAPER.experiment(record["experiment"])
        settings = dict(experiment.settings("reduced", record["settings"]["variant"]))
        settings["learning_rate"] = record["settings"]["learning_rate"]
        if record["role"] == "tuning":
            settings |= experiment.tuning.changes["reduced"]
        assert record["settings"] == settings and record["protocol"] == PAPER.version


def test_the_convolutional_network_and_the_l2_term_train():
    assert rows(PAPER, "cnn_dropout", "adam", learning_rate=0.003, epochs=1)[0]["train_loss"] < math.log(10)
    plain, small = (rows(PAPER, "mlp_l2", "adam", learning_rate=0.001, epochs=1, l2=l2)[-1] for l2 in (0.0, 0.1))
    assert small["train_loss"] > plain["train_loss"]
