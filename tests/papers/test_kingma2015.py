"""The figures of Kingma and Ba: what each run is, and that the records published before still speak."""

import dataclasses
import json
import math
import pathlib

import keras
import numpy as np
import pytest

from custom.optimizers import Adam
from experiments.claims import Evidence
from experiments.papers.kingma2015_adam import PAPER, autoencoder
from experiments.papers.kingma2015_adam.linear import InverseSquareRoot
from experiments.spec.experiment import PRESETS
from experiments.spec.request import Request
from experiments.spec.run import best, tuning_runs
from tests.papers.jobs import job, rows, trained

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
    waiting = job(PAPER, name, variant, learning_rate=rate, epochs=3, examples=None)
    training = waiting.experiment.train(waiting)
    history = rows(training)
    inputs = math.prod(waiting.dataset.x_train.shape[1:])
    assert training.facts["parameters"] == (inputs + 1) * outputs
    assert history[-1]["objective"] < 0.9 * history[0]["objective"]
    assert history[-1]["test_error"] < 0.35


@pytest.mark.slow
def test_figure_1_has_the_dropout_and_the_l2_term_that_its_settings_say():
    weak, strong = (
        trained(PAPER, "logistic", "adam", learning_rate=0.03, l2=l2, examples=None)[-1] for l2 in (0.0, 0.3)
    )
    assert strong["train_loss"] > 1.2 * weak["train_loss"]
    thin, full = (
        trained(PAPER, "imdb", "adam", learning_rate=0.1, input_dropout=p, examples=None)[-1] for p in (0.5, 0.0)
    )
    assert thin["objective"] > full["objective"]
    settings = {name: PAPER.experiment(name).presets["paper"].settings for name in ("imdb", "imdb_dropout")}
    assert [settings[name]["input_dropout"] for name in settings] == [0.0, 0.5]


@pytest.mark.slow
def test_bias_correction_matters_in_the_first_steps_only_through_the_optimizer():
    corrected, uncorrected = (
        trained(PAPER, "vae_bias_correction", f"{word}_0.9_0.9999", learning_rate=0.001, epochs=2, examples=1_000)
        for word in ("corrected", "uncorrected")
    )
    assert corrected[0]["objective"] != uncorrected[0]["objective"]
    assert "test_loss" in corrected[-1] and "test_loss" not in corrected[0]  # evaluated at the end only
    assert corrected[-1]["train_loss"] < 64 * math.log(2)  # the cost before the first step
    variant = PAPER.experiment("vae_bias_correction").variants["uncorrected_0_0.99"](0.5)
    assert (variant.beta_1, variant.beta_2, variant.bias_correction) == (0, 0.99, False)
    assert float(variant.learning_rate) == 0.5


@pytest.mark.parametrize("preset", PRESETS)
def test_every_variant_of_figure_4_has_the_same_grid(preset):
    experiment, request = PAPER.experiment("vae_bias_correction"), Request((PAPER,), preset)
    grids = {
        tuple(run.settings.learning_rate for run in tuning_runs(PAPER, experiment, variant, request))
        for variant in experiment.variants
    }
    assert len(experiment.variants) == 12 and len(grids) == 1
    assert len(grids.pop()) == {"quick": 0, "reduced": 3 * 5, "paper": 3 * 9}[preset]  # of three seeds
    assert len({experiment.settings("quick", variant).learning_rate for variant in experiment.variants}) == 1
    assert np.allclose(np.diff(np.log10(autoencoder.HALVES)), 0.5, atol=1e-3)


def test_all_variants_of_an_experiment_have_grids_of_one_length_which_hold_the_rate_of_quick():
    for experiment in PAPER.experiments:
        assert experiment.name in PAPER.results and experiment.tunes("quick") is None
        for preset in ("reduced", "paper"):
            assert len({len(experiment.tuning.values(preset, variant)) for variant in experiment.variants}) == 1
        for variant in experiment.variants:
            rate = experiment.settings("quick", variant).learning_rate
            assert rate in experiment.tuning.values("reduced", variant)


def test_every_experiment_has_a_figure_and_every_panel_both_forms_of_the_optimizer():
    assert {figure.experiment for figure in PAPER.figures} == {e.name for e in PAPER.experiments}
    assert len({e.protocol for e in PAPER.experiments}) == 4  # rows of its own for each kind of network
    panels = [panel for row in autoencoder.PANELS for panel in row]
    assert [betas for betas, _ in panels] == list(autoencoder.BETAS)
    for (beta_1, beta_2), names in panels:
        found = [autoencoder.VARIANTS[name](0.1) for name in names]
        assert [(f.beta_1, f.beta_2) for f in found] == [(beta_1, beta_2)] * 2
        assert [f.bias_correction for f in found] == [True, False]


def test_the_claims_on_instability_compare_without_bias_correction_to_with_it():
    unstable = [claim for claim in PAPER.claims if claim.text == "unstable"]
    assert [claim.words["epoch"] for claim in unstable] == [10, 100]
    for claim in unstable:
        for pairs, beta_2 in ((claim.pairs, 0.9999), (claim.more_than, 0.99)):
            expected = [(f"uncorrected_{b}_{beta_2}", f"corrected_{b}_{beta_2}") for b in ("0", "0.9")]
            assert list(pairs) == expected


def test_deviations_hold_for_what_they_are_about_only():
    """The logistic experiments' published runs are of `paper`: what `reduced` changes of figure 1 is not theirs."""
    held = {
        d.name: {(e.name, p) for e in PAPER.experiments for p in PRESETS if d.holds(e.name, p)}
        for d in PAPER.deviations
    }
    assert not any(preset == "paper" for _, preset in held["figure_1_epochs"])
    assert held["figure_2_l2"] == {("mlp_l2", preset) for preset in PRESETS}
    assert held["figure_2_dropout"] == {("mlp_dropout", preset) for preset in PRESETS}
    figures = {"1": {"logistic", "imdb_dropout", "imdb"}, "2": {"mlp_dropout", "mlp", "mlp_l2"}}
    figures |= {"3": {"cnn_dropout", "cnn"}, "4": {"vae_bias_correction"}}
    for name, pairs in held.items():
        if name != "incomplete_batches":
            assert {experiment for experiment, _ in pairs} <= figures[name.split("_")[1]], name
        if name.endswith("_tuning"):  # `quick` tunes nothing
            assert {preset for _, preset in pairs} == {"reduced", "paper"}


def test_the_records_published_of_the_network_without_dropout_still_count():
    """Its settings and the protocol's version are what they were."""
    records = [json.loads(line) for line in RECORDS.open(encoding="utf-8")]
    records = [r for r in records if r["experiment"] == "mlp" and r["preset"] == "reduced"]
    assert len(records) >= 35
    for record in records:
        experiment = PAPER.experiment(record["experiment"])
        settings = dict(experiment.settings("reduced", record["settings"]["variant"]))
        settings["learning_rate"] = record["settings"]["learning_rate"]
        if record["role"] == "tuning":
            settings |= experiment.tuning.changes["reduced"]
        assert record["settings"] == settings and record["protocol"] == experiment.version


@pytest.mark.slow
def test_the_convolutional_network_and_the_l2_term_train():
    (row,) = trained(PAPER, "cnn_dropout", "adam", learning_rate=0.003, epochs=1, examples=None)
    assert row["train_loss"] < math.log(10)
    plain, small = (
        trained(PAPER, "mlp_l2", "adam", learning_rate=0.001, epochs=1, examples=None, l2=l2)[-1] for l2 in (0.0, 0.1)
    )
    assert small["train_loss"] > plain["train_loss"]


def test_figure_1_chooses_by_the_number_that_it_judges():
    for name in ("logistic", "imdb", "imdb_dropout"):
        experiment = PAPER.experiment(name)
        judged = {c.quantity.name for c in PAPER.claims if c.experiment == name}
        assert experiment.tuning.mean and judged == {f"mean_{experiment.tuning.metric}"}
        assert experiment.tuning.changes == {"reduced": {}, "paper": {}}
    history = [{"epoch": 1, "objective": 0.9}, {"epoch": 2, "objective": 0.1}]
    late = {"outcome": "done", "settings": {"learning_rate": 3.0}, "history": history}
    even = late | {"settings": {"learning_rate": 1.0}, "history": [{"epoch": e, "objective": 0.4} for e in (1, 2)]}
    tuning = PAPER.experiment("logistic").tuning
    assert best(tuning, [late, even]) == 1.0 and best(dataclasses.replace(tuning, mean=False), [late, even]) == 3.0


def test_what_reduced_judges_runs_as_long_and_on_as_much_as_the_claim_asks_for():
    reduced = {e.name: e.presets["reduced"].settings for e in PAPER.experiments}
    assert [reduced[name]["epochs"] for name in ("cnn", "cnn_dropout")] == [45, 45]
    assert [reduced[name]["hidden"] for name in ("mlp_dropout", "mlp_l2")] == [[1000, 1000]] * 2
    assert reduced["vae_bias_correction"]["examples"] == 60_000 and reduced["vae_bias_correction"]["epochs"] == 10
    for name in ("cnn", "cnn_dropout", "mlp_dropout", "mlp_l2", "vae_bias_correction"):
        assert PAPER.experiment(name).tuning.changes["reduced"] == {}  # chosen by whole runs


def cost_of(**costs):
    """Evidence of training costs by variant, one for each seed."""
    runs = {
        variant: {
            seed: {"outcome": "done", "history": [{"epoch": 45, "objective": cost}]} for seed, cost in enumerate(some)
        }
        for variant, some in costs.items()
    }
    return Evidence(PAPER, PAPER.experiment("cnn"), "reduced", runs)


@pytest.mark.parametrize(
    ("name", "ratio", "verdict"),
    [("cnn_adam_late", 3.0, "reproduced"), ("cnn_adam_late", 1.5, "not reproduced"), ("cnn_adam_late", 2.0, "open"),
     ("cnn_adam_marginal", 1.5, "reproduced"), ("cnn_adam_marginal", 3.0, "not reproduced"),
     ("cnn_adam_marginal", 0.8, "not reproduced"), ("cnn_adam_marginal", 1.0, "open")],
)  # fmt: skip
def test_far_below_and_marginally_below_are_told_by_a_factor_of_two(name, ratio, verdict):
    claim = next(claim for claim in PAPER.claims if claim.name == name)
    low, noise = (0.01, 0.012, 0.011, 0.009), (1.01, 0.99, 1.02, 0.98)
    larger = [ratio * n * cost for n, cost in zip(noise, low, strict=True)]
    found = cost_of(**{claim.smaller: low, claim.larger: larger})
    measured = claim.measure(found)
    assert claim.decide(measured, found, None)[0] == verdict
    assert "×" in claim.shown(measured.parts[0].estimate, PAPER.text) and "2×" in claim.published(PAPER.text)
    assert claim.measure(cost_of(adam=low)).missing.key == "no_pair"
