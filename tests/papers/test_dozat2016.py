"""Nadam's autoencoder has the paper's shape; the variants differ in what their names say; the protocol is one."""

import keras
import numpy as np
import pytest

from custom.optimizers import Adam, GradientDescent, Momentum, Nadam, Nesterov, RMSProp
from experiments.papers.dozat2016_nadam import ABLATION, HELD_OUT, OPTIMIZERS, PAPER, PRESETS, RATES, SCALED
from experiments.papers.dozat2016_nadam.network import autoencoder
from tests.papers.jobs import job, trained

REDUCED = dict(filters=[8, 16, 16], hidden=64, code=16)


def kinds(layers):
    return [type(layer).__name__ for layer in layers if isinstance(layer, (keras.layers.Dense, keras.layers.Conv2D,
                                                                           keras.layers.Conv2DTranspose))]  # fmt: skip


def test_the_network_has_three_convolutions_and_two_dense_layers_on_either_side_of_the_code():
    model = autoencoder(input_shape=(28, 28, 1), seed=0, **REDUCED)
    names = [layer.name for layer in model.layers]
    middle = names.index("code") + 1
    assert model.get_layer("code").output.shape == (None, 16)
    assert kinds(model.layers[:middle]) == ["Conv2D"] * 3 + ["Dense"] * 2
    assert kinds(model.layers[middle:]) == ["Dense"] * 2 + ["Conv2DTranspose"] * 3
    assert [n for n in names if n.endswith("_activation")] == [
        *(f"encoder_{part}_activation" for part in ("conv1", "conv2", "conv3", "dense")),
        *(f"decoder_{part}_activation" for part in ("dense1", "dense2", "conv1", "conv2")),
    ]
    text = PAPER.text.words["deviations"]["small"]["ours"]
    assert f"{model.count_params():,}" in text and f"{30 * (10_000 // 64):,}" in text


def test_its_output_is_the_mean_squared_error_of_each_image():
    model = autoencoder(input_shape=(8, 8, 1), filters=[2, 2, 2], hidden=4, code=3, seed=1)
    x = np.random.default_rng(0).normal(size=(5, 8, 8, 1)).astype("float32")
    image = keras.Model(model.input, model.get_layer("decoder_conv3").output)(x)
    found = keras.ops.convert_to_numpy(model(x))
    assert found.shape == (5,)
    np.testing.assert_allclose(found, np.mean((keras.ops.convert_to_numpy(image) - x) ** 2, axis=(1, 2, 3)), rtol=1e-5)


def test_the_weights_follow_from_the_seed_alone():
    one, again, other = (autoencoder(input_shape=(8, 8, 1), seed=s, **REDUCED) for s in (3, 3, 4))
    for a, b in zip(one.weights, again.weights, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(a), keras.ops.convert_to_numpy(b))
    kernel = "encoder_conv1"
    assert not np.array_equal(*(keras.ops.convert_to_numpy(m.get_layer(kernel).kernel) for m in (one, other)))


def test_a_reconstruction_that_is_grey_has_the_error_one():
    """The unit: the training images have variance 1 as they enter."""
    found = job(PAPER, "optimizers", "sgd", examples=1100)
    training = found.experiment.train(found)
    training.model.get_layer("decoder_conv3").kernel.assign(0 * training.model.get_layer("decoder_conv3").kernel)
    x = (training.arrays.x.astype("float64") - training.arrays.mean) * training.arrays.scale
    error = float(keras.ops.mean(training.model(x.astype("float32"))))
    assert error == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize(
    ("experiment", "variant", "cls", "options"),
    [
        ("optimizers", "sgd", GradientDescent, {}),
        ("optimizers", "momentum", Momentum, dict(momentum=0.975)),
        ("optimizers", "nesterov", Nesterov, dict(momentum=0.975)),
        ("optimizers", "rmsprop", RMSProp, dict(rho=0.999, epsilon=1e-8)),
        ("optimizers", "adam", Adam, {}),
        ("optimizers", "nadam", Nadam, dict(schedule="dozat", nesterov=True)),
        ("ablation", "adam", Adam, {}),
        ("ablation", "adam_scheduled", Nadam, dict(schedule="dozat", nesterov=False)),
        ("ablation", "nadam_constant", Nadam, dict(schedule="constant", nesterov=True)),
        ("ablation", "nadam", Nadam, dict(schedule="dozat", nesterov=True)),
        ("ablation", "nadam_keras", Nadam, dict(schedule="keras", nesterov=True)),
    ],
)
def test_a_variant_is_what_its_name_says(experiment, variant, cls, options):
    made = PAPER.experiment(experiment).variants[variant](0.25)
    assert type(made) is cls and float(made.learning_rate) == 0.25
    if cls in (Adam, Nadam):
        options = options | dict(beta_1=0.975, beta_2=0.999, epsilon=1e-8)
    assert {name: getattr(made, name) for name in options} == options


def test_every_contender_has_the_same_budget_and_as_wide_a_space():
    for experiment in PAPER.experiments:
        grids = [experiment.tuning.grid[variant] for variant in experiment.variants]
        assert {len(grid) for grid in grids} == {7}
        np.testing.assert_allclose([grid[-1] / grid[0] for grid in grids], 1000**0.75, rtol=0.01)
        for preset in PRESETS:
            assert experiment.tunes(preset).changes[preset]["evaluation"] == "validation"
            assert experiment.settings(preset, "nadam").evaluation == "test"
    remembered = dict(sgd=0.2, momentum=0.5 / 40, nesterov=0.5 / 40, rmsprop=0.001, adam=0.002, nadam=0.002)
    assert set(remembered) == set(OPTIMIZERS)
    assert all(RATES[v][0] < rate < RATES[v][-1] for v, rate in remembered.items())
    assert all(RATES[v] == SCALED for v in ABLATION)


def test_a_tuning_run_is_as_long_as_one_that_counts_and_evaluated_at_its_end_alone():
    for experiment in PAPER.experiments:
        for preset in PRESETS:
            final = experiment.settings(preset, "adam")
            tuned = final.but(**experiment.tunes(preset).changes[preset])
            assert {n for n in final if final[n] != tuned[n]} == {
                "evaluation", "evaluation_every", "train_evaluation_every",
            }  # fmt: skip
            assert tuned.evaluation_every >= tuned.epochs


@pytest.mark.slow
def test_adam_and_nadam_of_both_experiments_are_the_same_runs():
    for variant in ("adam", "nadam"):
        one, other = (trained(PAPER, name, variant, epochs=2, examples=64) for name in ("optimizers", "ablation"))
        strip = [[{k: x for k, x in row.items() if k != "seconds"} for row in rows] for rows in (one, other)]
        assert strip[0] == strip[1]


@pytest.mark.slow
def test_the_error_by_which_a_rate_is_chosen_stands_in_every_run():
    assert HELD_OUT.compute([{"epoch": 1, "validation_loss": 0.5, "train_loss": 0.4}]) == 0.5
    assert HELD_OUT.compute([{"epoch": 1, "test_loss": 0.6, "train_loss": 0.4}]) == 0.6
    rows = trained(PAPER, "optimizers", "nadam", epochs=1, examples=64, evaluation="validation")
    assert HELD_OUT.compute(rows) == rows[-1]["validation_loss"]


def test_what_the_paper_does_not_say_is_not_counted():
    exploratory = {finding.name for finding in PAPER.findings if finding.exploratory}
    assert exploratory == {"term", "schedule", "keras"}
    assert {claim.experiment for f in PAPER.findings for claim in f.claims if f.exploratory} == {"ablation"}
    assert all(not claim.stated and claim.margin.declared for claim in PAPER.claims)
