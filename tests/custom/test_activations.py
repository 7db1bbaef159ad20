"""What every activation layer keeps: value, derivative, gradient, dtype, shape, configuration."""

import keras
import numpy as np
import pytest
from keras import ops

import custom.activations
from tests.custom.activation_table import ACTIVATIONS, BAD_ACTIVATIONS
from tests.custom.backends import to_numpy, value_and_gradient

every_case = pytest.mark.parametrize("case", ACTIVATIONS, ids=lambda case: case.id)
RTOL = {"float64": 1e-10, "float32": 2e-6}
both_precisions = pytest.mark.parametrize("precision", list(RTOL), indirect=True)

# Both zeros, the neighbourhood of the kink, large and tiny numbers inside float32's normal range:
# below it (1e-38) TensorFlow and XLA flush to zero.
MAGNITUDES = np.concatenate([np.logspace(-30, 30, 61), np.linspace(0.01, 6, 50)])
GRID = np.concatenate([-MAGNITUDES, [-0.0, 0.0], MAGNITUDES])


def grid(dtype):
    """The grid as a `(n, 1)` array: one channel, so that PReLU has one slope."""
    x = GRID if dtype == "float32" else np.concatenate([GRID, [-1e-300, -1e300, 1e-300, 1e300]])
    return x.astype(dtype)[:, None]


@every_case
@both_precisions
def test_value_is_the_papers(case, precision):
    x = grid(precision)
    y = to_numpy(case.make(dtype=precision)(x))
    assert y.dtype == precision
    np.testing.assert_allclose(y, case.value(x), rtol=RTOL[precision], atol=0)


@every_case
@both_precisions
def test_derivative_is_the_papers(case, precision):
    x = grid(precision)
    layer = case.make(dtype=precision)
    layer(x)
    slope = to_numpy(layer.derivative(x))
    assert slope.shape == x.shape and slope.dtype == precision
    np.testing.assert_allclose(slope, case.derivative(x), rtol=RTOL[precision], atol=0)


@every_case
@both_precisions
def test_automatic_gradient_is_the_derivative(case, precision):
    """Kinks included: the grid holds +0 and -0, where the backends' own kernels disagree."""
    x = grid(precision)
    upstream = np.random.default_rng(0).normal(size=x.shape)
    layer = case.make(dtype=precision)
    layer(x)
    _, gradient = value_and_gradient(layer, x, upstream)
    np.testing.assert_allclose(to_numpy(gradient), case.derivative(x) * upstream, rtol=RTOL[precision], atol=0)


@every_case
def test_gradient_at_the_kink_is_the_left_one(case):
    for zero in (0.0, -0.0):
        layer = case.make()
        x = np.full((1, 1), zero, "float32")
        layer(x)
        gradient = to_numpy(value_and_gradient(layer, x)[1]).item()
        assert gradient == to_numpy(layer.derivative(x)).item()
        assert gradient == pytest.approx(case.derivative(-1.0), rel=1e-6)


@every_case
@both_precisions
def test_nan_and_infinity_propagate(case, precision):
    x = np.array([[np.nan], [np.inf], [-np.inf]], precision)
    layer = case.make(dtype=precision)
    np.testing.assert_array_equal(to_numpy(layer(x)), case.value(x))
    slope = to_numpy(layer.derivative(x))
    assert np.isnan(slope[0, 0])
    np.testing.assert_allclose(slope[1:], case.derivative(x[1:]), rtol=RTOL[precision])


@every_case
@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32", "float64"], indirect=True)
def test_dtype_is_kept(case, precision):
    layer = case.make(dtype=precision)
    x = ops.cast(np.array([[-2.0], [0.0], [3.0]]), precision)
    tolerance = {"float16": 2e-3, "bfloat16": 1e-2}.get(precision, 1e-6)
    for y in (layer(x), layer(x, training=True) if case.id.startswith("rrelu") else layer(x)):
        assert keras.backend.standardize_dtype(y.dtype) == precision
    assert keras.backend.standardize_dtype(layer.derivative(x).dtype) == precision
    np.testing.assert_allclose(to_numpy(layer(x)), case.value([[-2.0], [0.0], [3.0]]), rtol=tolerance)
    np.testing.assert_allclose(to_numpy(layer.derivative(x))[:, 0], case.derivative([-2.0, 0.0, 3.0]), rtol=tolerance)


@every_case
def test_mixed_precision(case):
    layer = case.make(dtype="mixed_bfloat16")
    y = layer(np.array([[-2.0, 3.0]], "float32"))
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    assert all(keras.backend.standardize_dtype(v.dtype) == "float32" for v in layer.trainable_variables)
    np.testing.assert_allclose(to_numpy(y), case.value([[-2.0, 3.0]]), rtol=1e-2)


@every_case
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 4, 3), (2, 5, 4, 3), (2, 2, 5, 4, 3), (0, 3)], ids=str)
def test_any_rank(case, shape):
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    layer = case.make()
    y = to_numpy(layer(x))
    assert y.shape == shape == tuple(layer.compute_output_shape(shape))
    np.testing.assert_allclose(y, case.value(x), rtol=2e-6)


@every_case
def test_symbolic_use(case):
    inputs = keras.Input((4, 4, 3))
    outputs = case.make()(inputs)
    assert outputs.shape == (None, 4, 4, 3) and outputs.dtype == "float32"
    x = np.random.default_rng(2).normal(size=(2, 4, 4, 3)).astype("float32")
    model = keras.Model(inputs, outputs)
    np.testing.assert_allclose(to_numpy(model(x)), case.value(x), rtol=2e-6)
    np.testing.assert_allclose(model.predict(x, verbose=0), case.value(x), rtol=2e-6)


@every_case
def test_config_round_trip(case):
    layer = case.make(name="unit", dtype="float32")
    config = layer.get_config()
    assert {key: config[key] for key in case.config} == case.config
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer)).get_config() == config
    x = np.array([[-2.0, 0.0, 3.0]], "float32")
    np.testing.assert_array_equal(to_numpy(again(x)), to_numpy(layer(x)))


@every_case
def test_mask_passes_through(case):
    mask = np.array([[True, False, True]])
    layer = case.make()
    assert layer.supports_masking
    assert layer.compute_mask(np.zeros((1, 3)), mask) is mask


@pytest.mark.parametrize("call, error, words", BAD_ACTIVATIONS)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_table_is_complete():
    layers = {cls for cls in vars(custom.activations).values() if isinstance(cls, type)}
    tested = {type(case.make()) for case in ACTIVATIONS}
    assert layers - {custom.activations.Activation} == tested


def test_functions_are_the_layers_functions():
    x = grid("float32")
    np.testing.assert_array_equal(to_numpy(custom.activations.relu(x)), to_numpy(custom.activations.ReLU()(x)))
    np.testing.assert_array_equal(
        to_numpy(custom.activations.leaky_relu(x, 0.2)), to_numpy(custom.activations.LeakyReLU(0.2)(x))
    )


def test_base_states_no_derivative():
    with pytest.raises(NotImplementedError, match="Activation does not state"):
        custom.activations.Activation().derivative(0.0)
