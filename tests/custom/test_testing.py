"""The gradient check: what it passes, what it catches, and what it leaves alone."""

import re

import keras
import numpy as np
import pytest
from keras import ops

from custom.activations import LeakyReLU, PReLU, RReLU
from custom.testing import GradientCheck, GradientMismatch, check_gradient
from tests.custom.backends import BACKEND, to_numpy


def settings():
    """State that float64 needs and changes."""
    x64 = None
    if BACKEND == "jax":
        import jax

        x64 = jax.config.jax_enable_x64
    return keras.config.floatx(), x64, keras.backend.result_type("float64", "float32")


SETTINGS = settings()  # before any test has run


def with_gradient(value, gradient):
    """The function `value` with a backward pass of its own."""

    @ops.custom_gradient
    def function(x):
        def backward(*arguments, upstream=None):
            return gradient(x) * (arguments[-1] if upstream is None else upstream)

        return value(x), backward

    return function


class Cube(keras.layers.Layer):
    """`scale x^3`, with a backward pass in x that is right if `factor` is 3."""

    def __init__(self, factor=3.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.function = with_gradient(lambda x: x**3, lambda x: factor * x**2)

    def build(self, shape):
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, x):
        return self.scale * self.function(x)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


IMAGE, SERIES = (2, 4, 4, 2), (2, 3, 2)
LAYERS = {
    "dense": (lambda: keras.layers.Dense(3, activation="tanh"), (4, 2), {}, 3),
    "conv": (lambda: keras.layers.Conv2D(2, 3, strides=2, padding="same"), IMAGE, {}, 3),
    "prelu": (PReLU, (3, 4), {"kinks": 0.0}, 2),
    "leaky_relu": (LeakyReLU, (3, 4), {"kinks": [0.0]}, 1),
    "rrelu": (RReLU, (3, 4), {"kinks": [0.0], "training": True}, 1),
    "dropout": (lambda: keras.layers.Dropout(0.5, seed=1), (3, 4), {"training": True}, 1),
    "batch_normalization": (keras.layers.BatchNormalization, (5, 2), {"training": True}, 3),
    "gru": (lambda: keras.layers.GRU(2), SERIES, {}, 4),
    "bidirectional": (lambda: keras.layers.Bidirectional(keras.layers.SimpleRNN(1)), SERIES, {}, 7),
    "two inputs": (keras.layers.Multiply, [(2, 3), (2, 3)], {}, 2),
    "embedding": (lambda: keras.layers.Embedding(4, 2), None, {"inputs": np.array([[1, 2], [3, 1]])}, 1),
    "model": (
        lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "sigmoid"), keras.layers.Dense(1)]),
        (3, 3),
        {},
        5,
    ),
    "half precision": (lambda: keras.layers.Dense(2, activation="softplus", dtype="mixed_float16"), (3, 2), {}, 3),
    "float64": (lambda: keras.layers.Dense(2, activation="sigmoid", dtype="float64"), (3, 2), {}, 3),
    "right custom gradient": (Cube, (2, 3), {}, 2),
}
LOSSES = {
    "mean_squared_error": (keras.losses.MeanSquaredError, {}),
    "huber": (lambda: keras.losses.Huber(0.3), {}),
    "binary_crossentropy": (keras.losses.BinaryCrossentropy, {}),
    "categorical_crossentropy": (lambda: keras.losses.CategoricalCrossentropy(from_logits=True), {}),
    "sparse": (keras.losses.SparseCategoricalCrossentropy, {"targets": np.array([0, 2, 3])}),
    "kl_divergence": (keras.losses.KLDivergence, {}),
    "squared_hinge": (keras.losses.SquaredHinge, {"targets": np.ones((3, 4))}),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.slow
def test_right_layers_pass(name):
    make, shape, options, arrays = LAYERS[name]
    result = check_gradient(make(), shape, **options)
    assert result.passed and len(result.errors) == arrays
    assert result.largest == max(result.errors.values()) < 1e-7
    for key, automatic in result.automatic.items():
        assert automatic.dtype == "float64" and automatic.shape == result.numerical[key].shape
        assert np.abs(automatic).max() > 1e-3, "zeros would agree with anything"


@pytest.mark.parametrize("name", LOSSES)
def test_right_losses_pass(name):
    make, options = LOSSES[name]
    result = check_gradient(make(), (3, 4), **options)
    assert list(result.errors) == ["y_pred"] and result.largest < 1e-6
    assert np.abs(result.automatic["y_pred"]).max() > 1e-3


def test_gradient_is_in_float64():
    """Under any floatx, and on JAX without 64-bit numbers: float32 would be 1e-7 off."""
    x = np.linspace(-2, 2, 12).reshape(3, 4)
    tanh, identity = (check_gradient(f, inputs=x).automatic["inputs"] for f in (ops.tanh, lambda x: x))
    np.testing.assert_allclose(tanh / identity, 1 / np.cosh(x) ** 2, rtol=1e-13)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-2])
def test_differences_are_central(epsilon):
    """Of x^3 they are 3 x^2 + epsilon^2; one-sided ones would be 3 x^2 + 3 x epsilon + epsilon^2."""
    x = np.array([[0.5, -1.0, 2.0]])
    result = check_gradient(lambda x: x**3, inputs=x, epsilon=epsilon, tolerance=1)
    ratio = result.numerical["inputs"] / result.automatic["inputs"]
    np.testing.assert_allclose((ratio - 1) * 3 * x**2, np.full((1, 3), epsilon**2), rtol=1e-5)


@pytest.mark.parametrize("factor", [-3.0, 0.0, 3.00001, 2.9])
def test_wrong_custom_gradients_are_caught(factor):
    x = np.array([[1.0, 2.0], [-1.0, 3.0]])
    with pytest.raises(GradientMismatch) as caught:
        check_gradient(Cube(factor), inputs=x)
    result = caught.value.result
    assert isinstance(caught.value, AssertionError) and isinstance(result, GradientCheck) and not result.passed
    largest = max(3.0, abs(factor))
    np.testing.assert_allclose(result.errors["inputs"], abs(factor - 3) / largest, rtol=1e-3)
    np.testing.assert_allclose(result.automatic["inputs"] / result.numerical["inputs"], factor / 3, rtol=1e-9)
    scale = next(error for name, error in result.errors.items() if name.endswith("scale"))
    assert scale < 1e-8, "the other array is right, and told apart"
    assert "of inputs is not the slope at (" in str(caught.value) and repr(result) in str(caught.value)


def test_one_wrong_entry_is_found():
    def gradient(x):
        return ops.convert_to_tensor(np.where(np.arange(6).reshape(2, 3) == 4, 1.001, 1.0)) * 2 * x

    with pytest.raises(GradientMismatch, match=re.escape("not the slope at (1, 1)")):
        check_gradient(with_gradient(lambda x: x**2, gradient), (2, 3))


def test_wrong_weight_gradient_is_caught():
    class Frozen(keras.layers.Dense):
        def call(self, x):
            return ops.matmul(x, ops.stop_gradient(self.kernel)) + self.bias

    with pytest.raises(GradientMismatch, match="kernel is not the slope"):
        check_gradient(Frozen(2), (3, 2))


def test_predictions_and_targets_that_are_drawn():
    """Both suit cross-entropies: between 0 and 1, and targets that add up to 1."""

    class Half(keras.losses.Loss):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def call(self, y_true, y_pred):
            return self.function(y_true, y_pred)

    one, prediction, target = (
        check_gradient(Half(f), (5, 4)).automatic["y_pred"]
        for f in (lambda t, y: y, lambda t, y: y**2 / 2, lambda t, y: t * y)
    )
    assert (prediction / one > 0.05).all() and (prediction / one < 0.95).all()
    assert (target / one > 0).all()
    np.testing.assert_allclose((target / one).sum(axis=-1), 1, rtol=1e-12)


def test_targets_are_those_given():
    x, targets = np.array([[0.2, 0.7]]), np.array([[1.0, 3.0]])
    result = check_gradient(keras.losses.MeanSquaredError(), inputs=x, targets=targets)
    ratio = result.automatic["y_pred"][0] / (x - targets)[0]  # the same for both: they are averaged
    np.testing.assert_allclose(ratio[0], ratio[1], rtol=1e-13)


def test_wrong_loss_is_caught():
    class Wrong(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return ops.mean(with_gradient(lambda d: d**2, lambda d: d)(y_pred - y_true), axis=-1)

    with pytest.raises(GradientMismatch, match="y_pred is not the slope"):
        check_gradient(Wrong(), (2, 3))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_caught(value):
    with pytest.raises(GradientMismatch) as caught:
        check_gradient(with_gradient(lambda x: x, lambda x: value * ops.ones_like(x)), (1, 2))
    assert caught.value.result.largest == np.inf


def test_gradients_of_zero_pass():
    """A bias before a normalisation, a step: nothing but rounding to compare."""
    assert check_gradient(lambda x: 0 * x, (2, 3)).largest == 0
    assert check_gradient(lambda x: ops.tanh(20 + ops.abs(x)), (2, 3)).passed
    model = keras.Sequential([keras.layers.Dense(2), keras.layers.LayerNormalization()])
    assert check_gradient(model, (4, 3)).passed


def test_at_a_kink_the_difference_is_the_mean_of_the_slopes():
    with pytest.raises(GradientMismatch, match="kink") as caught:
        check_gradient(LeakyReLU(0.1), inputs=np.zeros((1, 1)))
    result, words = caught.value.result, str(caught.value)
    np.testing.assert_allclose(result.numerical["inputs"] / result.automatic["inputs"], (0.1 + 1) / 2 / 0.1, rtol=1e-9)
    left, right = map(float, re.search(r"slope is (\S+) on the left and (\S+) on the right", words).groups())
    assert left / right == pytest.approx(0.1, rel=1e-4)


def test_random_inputs_keep_away_from_kinks():
    def inputs(**options):
        # The gradient of x^2 / 2 is x.
        return check_gradient(lambda x: ops.square(x) / 2, (40, 5), epsilon=1e-3, **options).automatic["inputs"] / scale

    scale = check_gradient(lambda x: x, (40, 5), epsilon=1e-3).automatic["inputs"]
    distances = np.abs(inputs(kinks=(0.0, 0.5))[..., None] - [0.0, 0.5])
    assert distances.min() >= 0.1 - 1e-12 and (distances < 0.1 + 1e-12).any()
    assert (np.abs(inputs()) < 0.1).any()


def test_weights_are_the_layers_own():
    layer = PReLU()
    layer.build((None, 3))
    layer.alpha.assign([0.5, 0.125, -1.0])
    result = check_gradient(layer, inputs=-np.ones((1, 3)))
    identity = check_gradient(lambda x: x, inputs=-np.ones((1, 3)))
    np.testing.assert_array_equal(
        result.automatic["inputs"] / identity.automatic["inputs"], np.array([[0.5, 0.125, -1.0]])
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_is_changed(dtype):
    """Float64 layers are not copied: their statistics and seeds must not move either."""
    for layer in (keras.layers.BatchNormalization(dtype=dtype), RReLU(seed=3, dtype=dtype)):
        layer.build((None, 3))
        before = [(to_numpy(v), v.dtype) for v in layer.variables]
        check_gradient(layer, (4, 3), training=True, kinks=0)
        assert before and layer.compute_dtype == dtype
        for variable, (value, its_dtype) in zip(layer.variables, before, strict=True):
            np.testing.assert_array_equal(to_numpy(variable), value)
            assert variable.dtype == its_dtype
    assert settings() == SETTINGS
    with pytest.raises(GradientMismatch):
        check_gradient(Cube(1.0), (2, 2))
    assert settings() == SETTINGS


def test_same_seed_same_inputs():
    first, again, other = (check_gradient(ops.sin, (2, 2), seed=seed).automatic["inputs"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_randomness_without_a_seed_generator_is_refused():
    # JAX refuses to trace it in the first place.
    with pytest.raises(
        ValueError, match="SeedGenerator" if BACKEND == "jax" else "two different outputs.*SeedGenerator"
    ):
        check_gradient(lambda x: x * keras.random.normal((2, 2), dtype="float64"), (2, 2))


def test_layers_that_cannot_be_copied():
    class Bare(keras.layers.Layer):
        def __init__(self, function, **kwargs):
            super().__init__(**kwargs)
            self.function = function

        def call(self, x):
            return self.function(x)

    with pytest.raises(ValueError, match="in float32, which cannot be copied.*dtype='float64'"):
        check_gradient(Bare(np.square), (2, 2))
    assert check_gradient(Bare(ops.square, dtype="float64"), (2, 2)).passed


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: check_gradient(ops.sin), ValueError, ("shape=None", "inputs=None", "(4, 3)")),
        (lambda: check_gradient(ops.sin, 3), ValueError, ("shape=3",)),
        (lambda: check_gradient("relu", (2, 2)), TypeError, ("'relu'", "layer")),
        (lambda: check_gradient(keras.layers.ReLU, (2, 2)), TypeError, ("ReLU'>", "Expected a Keras layer")),
        (lambda: check_gradient(keras.losses.Hinge, (2, 2)), TypeError, ("Hinge'>", "Expected a Keras layer")),
        (lambda: check_gradient(ops.sin, (2,), epsilon=0), ValueError, ("epsilon=0",)),
        (lambda: check_gradient(ops.sin, (2,), tolerance=-1), ValueError, ("tolerance=-1",)),
        (lambda: check_gradient(ops.sin, (0, 2)), ValueError, ("nothing to differentiate", "(0, 2)")),
        (lambda: check_gradient(lambda x: x, inputs=np.array([1, 2])), ValueError, ("nothing to differentiate",)),
    ],
)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_result_reads_well():
    text = repr(check_gradient(keras.layers.Dense(1, name="d"), (1, 2)))
    assert text.startswith("GradientCheck: largest relative error ") and "tolerance 1e-06" in text
    for row in (r"inputs +\S+ at \(0, \d\): automatic", r"d/kernel +\S+ at", r"d/bias +\S+ at \(0,\)"):
        assert re.search(row, text), text
