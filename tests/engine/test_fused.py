"""TensorFlow's kernel of batch normalisation against Keras's own passes."""

import contextlib

import keras
import numpy as np
import pytest

from custom.optimizers import GradientDescent
from experiments import engine
from tests.doubles import images
from tests.nets import BACKEND, train

if BACKEND != "tensorflow":
    pytest.skip("a kernel of TensorFlow", allow_module_level=True)

import tensorflow as tf

from experiments.engine import fused, tensorflow_adapter

KERNEL = "FusedBatchNormV3"
IMAGES = (6, 4, 5, 3)


class Doubled(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return 2 * super().call(inputs, training=training, mask=mask)


def normalized(options, kernel, shape=IMAGES, cls=keras.layers.BatchNormalization, masked=False, frozen=False, scale=1):
    """Outputs, gradients and statistics of a layer in training; names of the operations of its program."""
    layer = cls(**options)
    layer.build(shape)
    draw = np.random.default_rng(0)
    for weight in layer.weights:
        weight.assign(draw.uniform(0.5, 2, weight.shape))
    layer.trainable = not frozen
    x, upstream = (tf.constant(scale * draw.normal(1, 2, shape), layer.compute_dtype) for _ in range(2))
    mask = {"mask": tf.constant(draw.integers(0, 2, shape[:-1]) > 0)} if masked else {}

    @tf.function
    def step(x):
        with fused.normalization(layer) if kernel else contextlib.nullcontext(), tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True, **mask)
        return y, tape.gradient(y, [x, *(v.value for v in layer.trainable_variables)], upstream)

    found = tf.nest.flatten(step(x))
    names = {operation.type for operation in step.get_concrete_function(x).graph.get_operations()}
    return [np.asarray(a, "float64") for a in (*found, *layer.weights)], [a.dtype for a in found], names


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"axis": 3, "momentum": 0.9, "epsilon": 1e-5},
        {"scale": False},
        {"center": False},
        {"center": False, "scale": False, "momentum": 0.0},
        {"dtype": "mixed_bfloat16"},
        {"dtype": "mixed_float16"},
    ],
)
@pytest.mark.parametrize("shape", [IMAGES, (1, 1, 2, 3), (1, 1, 1, 3)])
def test_values_gradients_and_statistics_are_those_of_keras(options, shape):
    expected, dtypes, passes = normalized(options, False, shape)
    found, others, names = normalized(options, True, shape)
    assert KERNEL in names and KERNEL not in passes and others == dtypes
    close = {"mixed_bfloat16": 2e-2, "mixed_float16": 2e-3}.get(options.get("dtype"), 2e-5)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=close, atol=close)
    for a, b in zip(found[-2:], expected[-2:], strict=True):  # statistics are in float32 under any policy
        np.testing.assert_allclose(a, b, rtol=2e-6)


def test_a_small_epsilon_is_taken_as_it_is():
    """`tf.compat.v1.nn.fused_batch_norm` raises it to 1.001e-5; with a variance of 1e-10 that is 0.05 % of all."""
    options = {"epsilon": 1e-5}
    (expected, *_), (found, *_) = (normalized(options, kernel, scale=1e-5)[0] for kernel in (False, True))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "case",
    [
        {"options": {"axis": 1}},
        {"options": {"renorm": True}},
        {"options": {"synchronized": True}},
        {"options": {"dtype": "float64"}},
        {"options": {}, "shape": (6, 3)},
        {"options": {}, "shape": (6, 4, 3)},
        {"options": {}, "masked": True},
        {"options": {}, "frozen": True},
        {"options": {}, "cls": Doubled},
    ],
    ids=str,
)
def test_what_the_kernel_does_not_do_is_left_to_keras(case):
    expected, _, _ = normalized(kernel=False, **case)
    found, _, names = normalized(kernel=True, **case)
    assert KERNEL not in names
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_second_derivatives_are_those_of_keras():
    draw = np.random.default_rng(0)
    x, upstream = (tf.constant(draw.normal(1, 2, IMAGES), "float32") for _ in range(2))
    layer = keras.layers.BatchNormalization()
    layer.build(IMAGES)
    variables = [x, layer.gamma.value, layer.beta.value]

    def second(context):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with context, tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.reduce_sum(tf.tanh(layer(x, training=True)) * upstream)
            penalty = tf.add_n([tf.reduce_sum(g**2) for g in inner.gradient(y, variables)])
        return outer.gradient(penalty, variables)

    found, expected = second(fused.normalization(layer)), second(contextlib.nullcontext())
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def test_a_model_is_itself_again_whatever_happens():
    inner = keras.Sequential([keras.Input(IMAGES[1:]), keras.layers.BatchNormalization()])
    model = keras.Sequential([keras.Input(IMAGES[1:]), inner, keras.layers.BatchNormalization()])
    layers = [inner.layers[0], model.layers[1]]
    before = [set(vars(layer)) for layer in layers]
    with pytest.raises(RuntimeError, match="no luck"), fused.normalization(model):
        assert all("call" in vars(layer) for layer in layers)
        with fused.normalization(model):  # once more: the outer one's
            pass
        assert all("call" in vars(layer) for layer in layers)
        raise RuntimeError("no luck")
    assert [set(vars(layer)) for layer in layers] == before


@pytest.mark.slow
def test_the_engine_trains_images_with_it_and_a_user_does_not(monkeypatch):
    x, y = images(24, (8, 8, 3))
    arrays = engine.Arrays(x, y, {"train": (x, y)}, np.full(3, 127.0), np.full(3, 1 / 70))

    def rows():
        kernel = [keras.initializers.HeNormal(i) for i in range(2)]
        layers = [keras.layers.Conv2D(4, 3, kernel_initializer=kernel[0]), keras.layers.BatchNormalization()]
        head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10, kernel_initializer=kernel[1])]
        model = keras.Sequential([keras.Input((8, 8, 3)), *layers, keras.layers.ReLU(), *head])
        found = list(train(model, GradientDescent(0.1), arrays, engine.Plan(3, 8, 0)))
        return model, [row["train_loss"] for row in found]

    calls, kernel = [], fused._call
    monkeypatch.setattr(fused, "_call", lambda *inputs, **options: calls.append(1) or kernel(*inputs, **options))
    model, losses = rows()
    assert calls
    calls.clear()
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 8, 8, 3)), np.ones((4, 10)), verbose=0)
    assert not calls
    monkeypatch.setattr(tensorflow_adapter.fused, "normalization", lambda model: contextlib.nullcontext())
    assert losses == pytest.approx(rows()[1], rel=1e-5) and not calls
