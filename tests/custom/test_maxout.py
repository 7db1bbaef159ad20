"""Maxout: its formula, its gradient, its contract as a layer with weights."""

import keras
import numpy as np
import pytest
from keras import ops

from custom.activations import Maxout
from tests.custom.backends import BACKEND, run_fresh, to_numpy, value_and_gradient, weight_gradients

X = np.random.default_rng(0).normal(size=(6, 5))


def build(dtype="float32", **options):
    layer = Maxout(4, 3, dtype=dtype, **options)
    layer.build((None, 5))
    layer.kernel.assign(np.random.default_rng(1).normal(size=(5, 4, 3)))
    layer.bias.assign(np.random.default_rng(2).normal(size=(4, 3)))
    return layer


def oracle(x, kernel, bias):
    """Value, derivative in x (batch, units, features), and the piece that is the largest, by loops."""
    value, slope, piece = np.empty((len(x), 4)), np.empty((len(x), 4, 5)), np.empty((len(x), 4), int)
    for n, row in enumerate(x):
        for i in range(4):
            z = [row @ kernel[:, i, j] + bias[i, j] for j in range(3)]
            piece[n, i] = int(np.argmax(z))
            value[n, i], slope[n, i] = max(z), kernel[:, i, piece[n, i]]
    return value, slope, piece


@pytest.mark.parametrize("precision, rtol", [("float64", 1e-10), ("float32", 2e-6)], indirect=["precision"])
def test_value_and_gradients(precision, rtol):
    layer, x = build(precision), X.astype(precision)
    kernel, bias = to_numpy(layer.kernel).astype("float64"), to_numpy(layer.bias).astype("float64")
    value, slope, piece = oracle(x.astype("float64"), kernel, bias)
    atol = 20 * np.finfo(precision).eps  # sums of six terms of size 1 that may cancel
    np.testing.assert_allclose(to_numpy(layer(x)), value, rtol=rtol, atol=atol)
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), slope, rtol=rtol)
    upstream = np.random.default_rng(3).normal(size=value.shape)
    _, gradient = value_and_gradient(layer, x, upstream)
    np.testing.assert_allclose(to_numpy(gradient), np.einsum("ni,nif->nf", upstream, slope), rtol=rtol, atol=atol)
    kernel_gradient, bias_gradient = np.zeros((5, 4, 3)), np.zeros((4, 3))
    for n, row in enumerate(x):
        for i in range(4):
            kernel_gradient[:, i, piece[n, i]] += upstream[n, i] * row
            bias_gradient[i, piece[n, i]] += upstream[n, i]
    actual = weight_gradients(layer, x, upstream.astype(precision))
    for ours, expected in zip(actual, (kernel_gradient, bias_gradient), strict=True):
        np.testing.assert_allclose(to_numpy(ours), expected, rtol=rtol, atol=4 * atol)


def test_absolute_value_and_rectifier_are_maxout_units():
    layer = Maxout(2, 2)
    layer.build((None, 1))
    layer.kernel.assign(np.array([[[1.0, -1.0], [1.0, 0.0]]]))
    x = np.linspace(-2, 2, 9, dtype="float32")[:, None]
    np.testing.assert_array_equal(to_numpy(layer(x)), np.concatenate([np.abs(x), np.maximum(x, 0)], axis=1))


@pytest.mark.parametrize("shape", [(5,), (2, 5), (2, 3, 5), (2, 3, 4, 5)], ids=str)
def test_any_rank(shape):
    layer = build()
    x = np.random.default_rng(4).normal(size=shape).astype("float32")
    assert to_numpy(layer(x)).shape == (*shape[:-1], 4) == tuple(layer.compute_output_shape(shape))


@pytest.mark.parametrize("shape", [(0, 4), (2, 0, 4), (0, 2, 4), (2, 0), (0, 0), (2, 3, 0)], ids=str)
def test_without_rows_or_features(shape):
    """As Keras's `Dense`; without features each unit is its largest bias."""
    layer, dense = Maxout(3, 2, bias_initializer="ones"), keras.layers.Dense(3, bias_initializer="ones")
    x = np.zeros(shape, "float32")
    value, expected = to_numpy(layer(x)), to_numpy(dense(x))
    np.testing.assert_array_equal(value, expected)
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    assert to_numpy(layer.derivative(x)).shape == (*shape[:-1], 3, shape[-1])
    assert to_numpy(keras.Sequential([keras.Input(shape[1:]), layer])(x)).shape == (*shape[:-1], 3)


def test_initial_weights_have_a_dense_layers_fans():
    """Glorot's bound is sqrt(6 / (features + units * pieces)); Keras would read the first of three axes
    as a receptive field."""
    layer = Maxout(40, 5, kernel_initializer=keras.initializers.GlorotUniform(seed=0))
    layer.build((None, 100))
    largest = np.abs(to_numpy(layer.kernel)).max()
    assert 0.99 * np.sqrt(6 / 300) < largest <= np.sqrt(6 / 300)
    assert not to_numpy(layer.bias).any()


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(precision):
    layer = build(precision)
    y = layer(X.astype("float32"))
    assert keras.backend.standardize_dtype(y.dtype) == precision.removeprefix("mixed_")
    assert keras.backend.standardize_dtype(layer.kernel.dtype) == "float32"
    np.testing.assert_allclose(to_numpy(y), to_numpy(build()(X.astype("float32"))), atol=0.1)


@pytest.mark.parametrize("method, shape", [("derivative", (6, 4, 5)), ("pieces_of", (6, 4, 3))])
def test_the_methods_need_no_earlier_call(method, shape):
    layer = Maxout(4, 3)
    assert tuple(getattr(layer, method)(X).shape) == shape
    assert layer.built and len(layer.weights) == 2


def test_unknown_number_of_features():
    with pytest.raises(ValueError, match=r"\(None, None\)"):
        Maxout(2, 2).build((None, None))


def test_config_training_and_a_fresh_process(tmp_path):
    model = keras.Sequential([keras.Input((5,)), Maxout(4, 3, kernel_initializer="he_normal"), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=BACKEND == "jax")
    before = [to_numpy(v) for v in model.trainable_variables]
    model.fit(X, X[:, :1], verbose=0)
    assert all(not np.array_equal(a, to_numpy(v)) for a, v in zip(before, model.trainable_variables, strict=True))
    layer = model.layers[0]
    assert Maxout.from_config(layer.get_config()).get_config() == layer.get_config()
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "x.npy", X)
    run_fresh(
        "import sys, keras, numpy as np, custom.activations\n"
        "model = keras.models.load_model(sys.argv[1] + '/model.keras')\n"
        "np.save(sys.argv[1] + '/y.npy', keras.ops.convert_to_numpy(model(np.load(sys.argv[1] + '/x.npy'))))",
        tmp_path,
    )
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), to_numpy(model(ops.convert_to_tensor(X))))
