"""The engine on the backend that Keras uses, against plain NumPy."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from custom.activations import ReLU, RReLU
from custom.optimizers import Adam, GradientDescent
from experiments import engine
from experiments.engine import chunks, single, traits
from experiments.engine.device import accelerator
from experiments.errors import Diverged, UsageError
from experiments.recipes.classifier import learning_rate
from experiments.seeds import permutation
from experiments.spec.settings import Settings
from tests.doubles import images, small_digits
from tests.nets import (
    BACKEND,
    NOTHING,
    Normalised,
    Reference,
    Spy,
    adapter,
    dense,
    digits,
    loop,
    perceptron,
    train,
    whole_chunks,
)


@pytest.fixture
def spy(monkeypatch):
    """A loop that only takes down what it is given, in chunks whose lengths do not depend on the clock."""
    spy = Spy()
    monkeypatch.setattr(adapter(), "Loop", spy)
    whole_chunks(monkeypatch)
    return spy


def test_history_and_weights_are_those_of_plain_numpy():
    # 55 steps an epoch: a whole chunk and a remainder. The rate drops after the first epoch.
    arrays, plan = digits(), engine.Plan(epochs=3, batch_size=4, seed=3)
    settings = Settings({"learning_rate": 0.05, "drops": [1], "batch_size": 4, "evaluation": "test"})
    model = dense()
    reference = Reference(model, arrays)
    expected = list(reference.train(plan, [0.05, 0.005, 0.005]))
    found = list(train(model, GradientDescent(learning_rate(settings, small_digits())), arrays, plan))
    for row, other in zip(found, expected, strict=True):
        assert row.pop("seconds") >= 0
        assert row == pytest.approx(other, rel=2e-5)
    for weight, other in zip(model.trainable_weights, reference.weights, strict=True):
        np.testing.assert_allclose(weight.numpy(), other, rtol=1e-4, atol=1e-6)


def test_the_model_that_was_trained_is_the_one_that_was_evaluated():
    arrays, model = digits(), perceptron(RReLU, dropout=0.2)
    *_, row = train(model, Adam(0.01), arrays, engine.Plan(2, 20, 0))
    x, y = arrays.splits["test"]
    logits = model.predict((x - arrays.mean) * arrays.scale, verbose=0)
    assert np.mean(logits.argmax(1) != y) == pytest.approx(row["test_error"])


@pytest.mark.parametrize("options", [{"dropout": 0.2, "input_dropout": 0.1}, {"activation": RReLU}])
def test_random_layers_train(options):
    rows = list(train(perceptron(hidden=[32], **options), Adam(0.01), digits(), engine.Plan(5, 20, 0)))
    assert rows[-1]["train_loss"] < 0.5 * rows[0]["train_loss"]


def test_convolutions_train_with_the_compiler_that_suits_them():
    x, y = images(24, (8, 8, 3))
    arrays = engine.Arrays(x, y % 2, {"train": (x, y % 2)}, np.full(3, 127.0), np.full(3, 1 / 70))
    convolution = keras.layers.Conv2D(4, 3, kernel_initializer=keras.initializers.HeNormal(0))
    head = [keras.layers.Flatten(), keras.layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(1))]
    model, facts = keras.Sequential([keras.Input((8, 8, 3)), convolution, RReLU(seed=0), *head]), {}
    rows = list(train(model, Adam(0.01), arrays, engine.Plan(8, 8, 0), facts=facts))
    assert rows[-1]["train_loss"] < 0.8 * rows[0]["train_loss"]
    compilers = {"tensorflow": ("TensorFlow graph", "XLA"), "jax": ("XLA step", "XLA scan"), "torch": ("none", "none")}
    assert facts["compiler"] == compilers[BACKEND][accelerator() is not None]


@pytest.mark.parametrize("model", [lambda: perceptron(dropout=0.5), lambda: dense(RReLU(seed=1))])
def test_random_layers_draw_anew_each_step_however_steps_are_chunked(model):
    row = np.arange(20, dtype="int32")[None]
    one, two = (loop(model(), GradientDescent(0.0), digits()) for _ in range(2))
    losses = [loss for _ in range(3) for loss in one.steps(row)]
    assert len(set(losses)) == 3
    assert list(two.steps(np.repeat(row, 3, axis=0))) == losses


def test_a_net_without_randomness_repeats_its_loss():
    training = loop(dense(), GradientDescent(0.0), digits())
    row = np.arange(20, dtype="int32")[None]
    assert training.steps(row) == training.steps(row)


def test_evaluation_uses_no_randomness_and_the_slope_of_the_test():
    arrays = digits()
    model = dense(RReLU(lower=3, upper=8, seed=1))
    training = loop(model, GradientDescent(0.1), arrays)
    training.steps(np.arange(20, dtype="int32")[None])
    before = [v.numpy().tolist() for v in model.variables]
    x, y = arrays.splits["test"]
    first, second = training.evaluate(x, y), training.evaluate(x, y)
    assert list(first) == list(second)
    assert [v.numpy().tolist() for v in model.variables] == before
    loss, error = Reference(model, arrays, negative_slope=1 / 5.5).evaluate(x, y)
    assert list(first) == pytest.approx([loss * len(x), error * len(x)], rel=1e-5)


def test_state_that_does_not_train_is_carried_from_step_to_step():
    arrays = digits()
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.BatchNormalization(), keras.layers.Dense(10)]
    )
    training = loop(model, GradientDescent(0.01), arrays)
    order = permutation(0, 1, 220)[:60].reshape(3, 20)
    training.steps(order[:2])
    training.steps(order[2:])
    mean = np.zeros(64)
    for rows in order:
        mean = 0.99 * mean + 0.01 * Reference(model, arrays).inputs(arrays.x[rows]).mean(0)
    found = model.layers[1].moving_mean.numpy()
    np.testing.assert_allclose(found, mean, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("clipping", [{"clipvalue": 0.02}, {"clipnorm": 0.1}, {"global_clipnorm": 0.3}])
@pytest.mark.slow
def test_normalisation_schedule_clipping_regularisers_and_averages_are_those_of_numpy(clipping):
    arrays, plan, net = digits(), engine.Plan(epochs=3, batch_size=20, seed=3), Normalised(clipping)
    expected = list(net.train(arrays, plan))
    found = [row["objective"] for row in train(net.model, net.optimizer, arrays, plan)]
    assert found == pytest.approx(expected, rel=2e-5)
    averages = net.optimizer._model_variables_moving_average
    for variables, others in (
        (net.model.trainable_weights, net.weights),
        (net.model.non_trainable_weights, net.statistics),
        (averages, net.averages),
    ):
        for variable, other in zip(variables, others, strict=True):
            # 33 steps of float32: a few roundings of weights of the order of 1.
            np.testing.assert_allclose(variable.numpy(), other, rtol=1e-4, atol=1e-5)
    assert any((a != b).any() for a, b in zip(net.averages, net.weights, strict=True))


@pytest.mark.slow
def test_the_compiler_can_be_chosen_and_is_recorded():
    names = {
        "tensorflow": {"xla": "XLA", "graph": "TensorFlow graph"},
        "jax": {"xla": "XLA scan", "step": "XLA step"},
        "torch": {},
    }[BACKEND]
    assert ("auto", *names) == adapter().COMPILERS
    (expected,) = train(dense(), Adam(0.01), digits(), engine.Plan(1, 4, 0))
    for compiler, name in names.items():
        facts = {}
        plan = engine.Plan(1, 4, 0)
        (found,) = train(dense(), Adam(0.01), digits(), plan, facts=facts, compiler=compiler)
        assert facts == {"compiler": name}
        # Two compilers round differently; 55 steps of Adam carry that on. An error is one of 60 examples.
        losses = [q for q in expected if q.endswith(("loss", "objective"))]
        assert [found[q] for q in losses] == pytest.approx([expected[q] for q in losses], rel=1e-4)
    with pytest.raises(UsageError, match="Unknown compiler: 'xlaa'"):
        list(train(dense(), Adam(0.01), digits(), engine.Plan(1, 4, 0), compiler="xlaa"))


@pytest.mark.skipif(BACKEND == "torch", reason="nothing is compiled")
@pytest.mark.parametrize(("batch", "rest"), [(4, 50), (22, 500)])
def test_one_program_serves_chunks_of_every_length_and_each_shape_of_an_evaluation_has_one(monkeypatch, batch, rest):
    # An incomplete batch of an evaluation is a shape more for its set: 220 = 4 * 50 + 20, 60 = 50 + 10.
    loops, Loop = [], adapter().Loop
    monkeypatch.setattr(adapter(), "Loop", lambda *arguments: loops.append(Loop(*arguments)) or loops[0])
    monkeypatch.setattr(single, "EVALUATION_BATCH", rest)
    training = train(dense(), GradientDescent(0.01), digits(), engine.Plan(3, batch, 0))
    counts = []
    for _ in training:
        loop = loops[0]
        if BACKEND == "jax":
            counts.append([f._cache_size() for f in (loop._steps, loop._evaluate)])
        else:
            counts.append([f.experimental_get_tracing_count() for f in (loop._compiled(batch), loop._evaluate)])
    shapes = 3 if rest == 50 else 2
    # TensorFlow traces the steps once for all shapes, the evaluation once for one shape and once for all others.
    assert counts == [[1, shapes] if BACKEND == "jax" else [1, 2]] * 3


def test_nothing_is_compiled_twice_for_the_same_shapes():
    calls = []

    class Counting(keras.layers.Layer):
        def call(self, x):
            calls.append(1)
            return x

    arrays = digits()
    training = train(dense(Counting()), GradientDescent(0.01), arrays, engine.Plan(3, 4, 0))
    counts = [len(calls) for _ in training]
    if BACKEND == "torch":  # nothing is compiled: 55 steps and two evaluations an epoch
        assert np.diff(counts).tolist() == [57, 57]
    else:
        assert counts[1:] == counts[:1] * 2


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow's XLA")
def test_xla_has_one_program_for_every_number_of_steps():
    training = engine.Training(dense(), GradientDescent(0.01), digits(), engine.Plan(1, 4, 0))
    adapted = single.SingleLoop(training, "xla").adapted
    order = np.zeros((chunks.LONGEST, 4), "int32")
    described = adapted._compiled(4).experimental_get_compiler_ir
    programs = {described(order, np.int32(count), *adapted.data)("hlo") for count in (1, 2, chunks.LONGEST)}
    assert len(programs) == 1


def test_each_epoch_leaves_out_the_remainder_alone(spy):
    arrays = digits()
    seen = []
    plan = engine.Plan(3, 8, seed=5)
    list(train(*NOTHING, arrays, plan, on_step=lambda *where: seen.append(where)))
    assert len(spy.orders) == 3 and seen == [(epoch, 27, 27) for epoch in (1, 2, 3)]
    for epoch, order in enumerate(spy.orders, start=1):
        assert order.shape == (27, 8) and order.dtype == "int32"
        assert np.array_equal(order.ravel(), permutation(5, epoch, 220)[:216])
        assert len(np.unique(order)) == 216
    left_out = [frozenset(range(220)) - frozenset(order.ravel().tolist()) for order in spy.orders]
    assert len(set(left_out)) == 3


def test_epochs_are_split_into_chunks_and_the_mean_is_over_steps(spy):
    seen = []
    rows = list(train(*NOTHING, digits(), engine.Plan(1, 2, 0), on_step=lambda *w: seen.append(w[1:])))
    assert [len(order) for order in spy.orders] == [50, 50, 10] and seen == [(50, 110), (100, 110), (110, 110)]
    assert rows[0]["objective"] == 1.0


def test_splits_are_evaluated_when_due_and_at_the_end(spy, monkeypatch):
    monkeypatch.setattr(single, "EVALUATION_BATCH", 50)
    rows = list(train(*NOTHING, digits(), engine.Plan(5, 20, 0, {"train": 3})))
    assert [row["epoch"] for row in rows if "train_loss" in row] == [3, 5]
    assert all("test_loss" in row for row in rows)
    assert spy.batches[:2] == [50, 10]
    assert rows[0]["test_loss"] == 2.0 and rows[0]["test_error"] == pytest.approx(2 / 60)


def test_variants_of_a_seed_share_kernels_and_order(spy):
    def kernels(model):
        return [w.numpy() for w in model.weights if w.path.endswith("kernel")]

    relu, rrelu, other = perceptron(ReLU), perceptron(RReLU, dropout=0.5), perceptron(ReLU, seed=1)
    assert len(kernels(relu)) == 2
    for a, b, c in zip(kernels(relu), kernels(rrelu), kernels(other), strict=True):
        assert np.array_equal(a, b) and not np.array_equal(a, c)
    for model in (relu, rrelu):
        list(train(model, NOTHING[1], digits(), engine.Plan(2, 20, 7)))
    assert all(np.array_equal(a, b) for a, b in zip(spy.orders[:2], spy.orders[2:], strict=True))


def test_a_nan_stops_with_its_epoch(spy):
    spy.losses = [1.0] * 11 + [float("nan")]  # one a step; an epoch has eleven
    rows = []
    with pytest.raises(Diverged, match="objective became nan in epoch 2") as error:
        rows += train(*NOTHING, digits(), engine.Plan(5, 20, 0))
    assert (error.value.epoch, len(spy.orders)) == (2, 2)


def test_a_real_explosion_stops():
    # The objective of the only step is still that of the initial weights; the evaluation is not.
    training = train(dense(), GradientDescent(1e30), digits(), engine.Plan(3, 220, 0))
    with pytest.raises(Diverged, match="train loss became (nan|inf) in epoch 1"):
        list(training)


def test_a_batch_larger_than_the_set_is_refused():
    with pytest.raises(UsageError, match="batch_size=221.*at least 1 and at most 220"):
        list(train(dense(), GradientDescent(0.1), digits(), engine.Plan(1, 221, 0)))


def narrow(*ends, channels=4):
    """An inner convolutional model and a classifier."""
    inner = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(channels, 3), *ends])
    return keras.Sequential([inner, keras.layers.Flatten(), keras.layers.Dense(10)])


@pytest.mark.skipif(BACKEND == "jax", reason="not oneDNN")
@pytest.mark.slow
def test_convolutions_whose_gradient_onednn_gets_wrong_are_refused():
    """They write beyond their memory, which shows by chance only: as another number, or as a crash, later."""
    plan = engine.Plan(1, 16, 0)
    with pytest.raises(UsageError, match=r"Received: the layer 'thin', .* strides \(1, 2\) on 4 channels"):
        list(train(narrow(keras.layers.Conv2D(3, 1, (1, 2), name="thin")), Adam(), digits(), plan))
    for ends in (
        [keras.layers.AveragePooling2D(1, 2), keras.layers.Conv2D(3, 1)],
        [keras.layers.Conv2D(3, 2, 2)],
        [keras.layers.Conv2D(3, (1, 2), (2, 1))],
    ):
        assert len(list(train(narrow(*ends), Adam(), digits(), plan))) == 1
    assert len(list(train(narrow(keras.layers.Conv2D(3, 1, 2), channels=16), Adam(), digits(), plan))) == 1


def test_pixels_taken_first_are_those_of_a_convolution_with_a_stride():
    x = np.random.default_rng(0).normal(size=(2, 7, 8, 16)).astype("float32")
    strided, plain = (keras.layers.Conv2D(5, 1, strides, padding="same") for strides in (2, 1))
    expected = keras.ops.convert_to_numpy(strided(x))
    every = keras.layers.AveragePooling2D(1, 2)(x)
    plain.build(every.shape)
    plain.set_weights(strided.get_weights())
    np.testing.assert_allclose(keras.ops.convert_to_numpy(plain(every)), expected, rtol=1e-5, atol=1e-6)


def test_models_within_models_are_seen():
    inner = perceptron(RReLU)
    outer = keras.Sequential([keras.Input((8, 8, 1)), inner])
    assert traits.has_randomness(outer) and not traits.has_convolutions(outer)
    convolution = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()])
    outer = keras.Sequential([keras.Input((8, 8, 1)), convolution, keras.layers.Dense(10)])
    assert traits.has_convolutions(outer) and not traits.has_randomness(outer)
    assert not traits.has_randomness(perceptron()) and traits.has_randomness(perceptron(dropout=0.5))


ALONE = """
import sys
sys.modules[{other!r}] = None  # as if it were not installed
from experiments.runs.runner import Runner
from experiments.runs.store import Store
from experiments.papers.kingma2015_adam import PAPER
from experiments.spec import Request
from experiments.spec.run import final_runs
from tests.doubles import Progress

experiment = PAPER.experiment("mlp")
request = Request((PAPER,), "quick", seeds=1, overrides={{"epochs": "2", "examples": "1000"}})
runs = final_runs(PAPER, experiment, "adam", request)
(record,) = Runner(Store(sys.argv[1]), Progress(), "test").execute(experiment, runs).values()
assert record["outcome"] == "done", record["error"]
assert record["environment"]["backend"] == {backend!r}
assert len(record["history"]) == 2 and record["history"][-1]["train_error"] < 0.5
assert not any(name.split(".")[0] == {other!r} and module for name, module in sys.modules.items())
"""


@pytest.mark.slow
@pytest.mark.skipif(BACKEND == "torch", reason="the runner's own packages need one of the two others")
def test_a_backend_needs_no_other(tmp_path):
    backend, other = BACKEND, {"tensorflow": "jax", "jax": "tensorflow"}[BACKEND]
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", ALONE.format(backend=backend, other=other), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
