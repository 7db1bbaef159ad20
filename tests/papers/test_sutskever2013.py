"""The autoencoder, its first weights and its schedule are the paper's; theorem 2.1 is exact; tables are as printed."""

import keras
import numpy as np
import pytest

from custom.optimizers import GradientDescent, Momentum, Nesterov
from experiments.data.pooling import pooled
from experiments.papers.sutskever2013_momentum import LARGEST, OF_SCALE, PAPER, PRESETS, RATES, VARIANTS, quadratic
from experiments.papers.sutskever2013_momentum.network import autoencoder
from experiments.papers.sutskever2013_momentum.published import ALL_SETS, BEFORE, LEFT, LOWERED, SCALES
from tests.papers.jobs import job, trained


def numpy(x):
    return keras.ops.convert_to_numpy(x)


def test_the_decoder_mirrors_the_encoder_and_the_code_alone_is_linear():
    model = autoencoder(input_shape=(14, 14, 1), encoder=[90, 45, 20, 8], scale=1.0, seed=0)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert [layer.units for layer in dense] == [90, 45, 20, 8, 20, 45, 90, 196]
    names = {layer.name for layer in model.layers}
    assert [d.name for d in dense if f"{d.name}_activation" not in names] == ["dense4"]
    assert f"{model.count_params():,}" in PAPER.text.words["deviations"]["scale_of_it"]["ours"]
    x = np.random.default_rng(0).random((3, 14, 14, 1)).astype("float32")
    image = keras.Model(model.input, model.get_layer("dense8_activation").output)(x)
    expected = np.sum((numpy(image) - x.reshape(3, -1)) ** 2, axis=1)
    np.testing.assert_allclose(numpy(model(x)), expected, rtol=1e-5)


@pytest.mark.parametrize("scale", [0.25, 4.0])
def test_fifteen_weights_of_each_unit_have_the_scale(scale):
    kernel = numpy(autoencoder(input_shape=(784,), encoder=[300, 5], scale=scale, seed=1).get_layer("dense1").kernel)
    assert ((kernel != 0).sum(0) == 15).all()
    assert kernel[kernel != 0].std() == pytest.approx(scale, rel=0.05)


def test_a_pooled_pixel_is_the_mean_of_a_square():
    found = job(PAPER, "mnist", "sgd").dataset
    small = pooled(found, 2)
    assert pooled(found, 1) is found and small is pooled(found, 2) and small.x_train.shape[1:] == (4, 4, 1)
    expected = found.x_train[:7, 2:4, 4:6, 0].astype("float64").mean((1, 2))
    np.testing.assert_allclose(small.x_train[:7, 1, 2, 0], expected, atol=0.5)


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_the_momentum_rises_and_is_lowered_for_the_last_updates(variant):
    waiting = job(PAPER, "mnist", variant)
    optimizer = waiting.experiment.train(waiting).optimizer
    cls = {"s": GradientDescent, "n": Nesterov, "m": Momentum}[variant[0]]
    assert type(optimizer) is cls
    if cls is not GradientDescent:
        mu, s, steps = float(variant.rpartition("_")[2]), waiting.settings, 359 // 32
        first = (s.epochs - s.last_epochs) * steps
        found = [float(numpy(optimizer.momentum(t))) for t in (0, s.interval, first - 1, first, s.epochs * steps)]
        reached = min(1 - 0.5 / ((first - 1) // s.interval + 1), mu)
        assert found == pytest.approx([0.5, 0.75, reached, min(reached, 0.9), min(mu, 0.9)])


def test_momentum_is_lowered_where_the_error_is_read_before():
    """The last evaluation but one is at the end of the epoch after which momentum is lowered."""
    for preset in ("quick", *PRESETS):
        s = PAPER.experiment("mnist").settings(preset, "sgd")
        assert s.train_evaluation_every == s.last_epochs and s.epochs % s.train_evaluation_every == 0
    rows = [
        {"epoch": 2, "train_loss": 4.0},
        {"epoch": 3},
        {"epoch": 4, "train_loss": 2.0},
        {"epoch": 6, "train_loss": 1.0},
    ]
    assert (BEFORE.compute(rows), LEFT.compute(rows)) == (2.0, 0.5)
    assert BEFORE.compute(rows[:1]) is None and LEFT.compute(rows[:1]) is None


def test_reduced_and_paper_have_the_lengths_that_their_words_say():
    lengths = {}
    for preset, examples in (("reduced", 20_000), ("paper", 60_000)):
        s = PAPER.experiment("mnist").settings(preset, "sgd")
        lengths[preset] = s.epochs * (examples // s.batch_size), s.last_epochs * (examples // s.batch_size)
    assert lengths == {"reduced": (20_000, 1000), "paper": (750_000, 1200)}


def test_the_tables_are_the_printed_ones():
    assert set(ALL_SETS) == set(VARIANTS) and list(SCALES) == [name.partition("_")[2] for name in OF_SCALE]
    assert LOWERED["MNIST"][1] == ALL_SETS["nesterov_0.99"][1] == 0.73 and LOWERED["Faces"][1] == 7.7
    assert [scale for _, _, scale in OF_SCALE.values()] == [0.25, 0.5, 1.0, 2.0, 4.0]
    assert [ALL_SETS[f"momentum_{mu}"][1] for mu in LARGEST] == [1.0, 0.77, 0.84, 0.9]
    assert RATES == (0.05, 0.01, 0.005, 0.001, 0.0005, 0.0001)


def test_theorem_2_1_is_exact_and_nothing_without_its_momentum():
    rows = {v: trained(PAPER, "theorem", v) for v in quadratic.VARIANTS}
    assert quadratic.APART.compute(rows["theorem"]) < 1e-12
    assert quadratic.APART.compute(rows["same_momentum"]) > 1e-2


@pytest.mark.parametrize(("step", "cls"), [(quadratic.classical, Momentum), (quadratic.nesterov, Nesterov)])
def test_the_steps_of_the_theorem_are_those_of_the_library(step, cls):
    theta, velocity, w = 2.0, 0.0, keras.Variable(2.0, dtype="float64")
    optimizer = cls(0.25, 0.5)
    optimizer.build([w])
    for _ in range(20):
        theta, velocity = step(lambda x: 1.5 * x - 1, theta, velocity, 0.25, 0.5)
        optimizer.apply([keras.ops.convert_to_tensor(1.5 * numpy(w) - 1, "float64")])
    held = theta + 0.5 * velocity if cls is Nesterov else theta
    assert float(numpy(w)) == pytest.approx(held, rel=1e-6)
