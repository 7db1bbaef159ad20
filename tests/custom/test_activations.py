"""Contract of every activation layer: value, derivative, gradient, dtype, shape, configuration.

The values of all backends are held against one oracle, so the backends agree with each other.
"""

import inspect

import keras
import numpy as np
import pytest
from keras import ops

import custom.activations
from tests.custom.activation_table import ACTIVATIONS, BAD_ACTIVATIONS
from tests.custom.backends import BACKEND, compiled, to_numpy, value_and_gradient

every_case = pytest.mark.parametrize("case", ACTIVATIONS, ids=lambda case: case.id)
elementwise = pytest.mark.parametrize("case", [c for c in ACTIVATIONS if c.elementwise], ids=lambda case: case.id)
RTOL = {"float64": 1e-10, "float32": 2e-6}
both_precisions = pytest.mark.parametrize("precision", list(RTOL), indirect=True)

# Both zeros, every kink of the table, the neighbourhood of the origin, large and tiny numbers inside
# float32's normal range: below it (1e-38) TensorFlow and XLA flush to zero.
MAGNITUDES = np.concatenate(
    [np.logspace(-30, 30, 61), np.linspace(0.01, 6, 50), np.linspace(7, 90, 30), [0.25, 0.3, 0.5, 1, 3]]
)
GRID = np.concatenate([-MAGNITUDES, [-0.0, 0.0], MAGNITUDES])
# Results this small are flushed to zero, or lose digits as denormal numbers.
UNDERFLOW = {"float64": 1e-300, "float32": 1e-35}


def grid(dtype):
    """The grid as a `(n, 1)` array: one channel, so that PReLU has one slope."""
    x = GRID if dtype == "float32" else np.concatenate([GRID, [-1e-300, -1e300, 1e-300, 1e300]])
    return x.astype(dtype)[:, None]


def assert_close(case, what, actual, expected, precision):
    epsilon = np.finfo(precision).eps
    absolute = case.absolute(what, precision, BACKEND, epsilon) + UNDERFLOW[precision]
    np.testing.assert_allclose(actual, expected, rtol=RTOL[precision], atol=absolute)


@every_case
@both_precisions
def test_value_is_the_papers(case, precision):
    x = grid(precision)
    y = to_numpy(case.make(dtype=precision)(x))
    assert y.dtype == precision
    assert_close(case, "value", y, case.value(x), precision)


@every_case
@both_precisions
def test_derivative_is_the_papers(case, precision):
    x = grid(precision)
    layer = case.make(dtype=precision)
    layer(x)
    slope = to_numpy(layer.derivative(x))
    assert slope.shape == x.shape and slope.dtype == precision
    assert_close(case, "derivative", slope, case.derivative(x), precision)


@elementwise
@both_precisions
def test_nan_is_not_hidden(case, precision):
    """A number in its place would let a network whose weights are NaN look as if it had learned."""
    x = np.array([[np.nan], [1.0], [-1.0]], precision)
    layer = case.make(dtype=precision)
    np.testing.assert_array_equal(np.isnan(to_numpy(layer(x))), np.isnan(x))


@elementwise
@both_precisions
def test_automatic_gradient_is_the_derivative(case, precision):
    """Kinks included: the grid holds them, and +0 and -0, where the backends' own kernels disagree."""
    x = grid(precision)
    if BACKEND in case.kernel_kink and precision == "float32":
        # The kernel looks at its output, or at x + 3, which round to the kink's from here on.
        near = [(x <= kink + abs(kink) * 2e-7) & (x >= kink - max(1e-7, abs(kink) * 2e-7)) for kink in case.kinks]
        x = x[~np.any(near, axis=0)[:, 0]]
    upstream = np.where(np.arange(x.size) % 2, 1.0, -0.5)[:, None]
    layer = case.make(dtype=precision)
    layer(x)
    _, gradient = value_and_gradient(layer, x, upstream)
    expected = (case.gradient or case.derivative)(x) * upstream
    assert_close(case, "gradient", to_numpy(gradient), expected, precision)


@elementwise
def test_derivative_at_a_kink_is_the_books_choice(case):
    """Exactly, in the derivative and in the automatic gradient; at 0 with either sign."""
    for kink in case.kinks:
        for x in {kink, -kink} if kink == 0 else {kink}:
            x = np.full((1, 1), x, "float32")
            layer = case.make()
            layer(x)
            at_kink = case.derivative(np.full((1, 1), kink)).item()
            assert to_numpy(layer.derivative(x)).item() == pytest.approx(at_kink, rel=1e-6)
            gradient = to_numpy(value_and_gradient(layer, x)[1]).item()
            if case.gradient is None and BACKEND not in case.kernel_kink:
                assert gradient == pytest.approx(at_kink, rel=1e-6)
            elif case.kernel_kink:  # the exception that the docstring states
                assert gradient == pytest.approx(case.kernel_slope, rel=1e-6)


@elementwise
def test_derivative_is_the_limit_of_differences(case, float64):
    """Central differences in float64, away from kinks and jumps."""
    x, h = np.linspace(-6, 6, 97)[:, None] + 0.013, 1e-5
    x = x[np.all([np.abs(x[:, 0] - kink) > 2 * h for kink in (*case.kinks, 1e9)], axis=0)]
    layer = case.make(dtype=float64)
    difference = (to_numpy(layer(x + h)) - to_numpy(layer(x - h))) / (2 * h)
    # h^2 times a sixth of a third derivative, at most 30 here, and roundings of 1e-16 / h.
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), difference, rtol=0, atol=2e-9)


@every_case
@both_precisions
def test_nan_and_infinity_propagate(case, precision):
    x = np.array([[-np.inf], [np.inf], [np.nan]], precision)
    layer = case.make(dtype=precision)
    y = to_numpy(layer(x))[:, 0]
    assert np.isnan(y[2])
    for actual, limit in zip(y, case.limits, strict=False):
        if np.isnan(limit):  # 0 times infinity, or infinity by infinity: the limit 0 or NaN, nothing else
            assert np.isnan(actual) or abs(actual) < 1e-30
        elif BACKEND in case.kernel_nan and precision == "float32" and np.isnan(actual):
            continue  # on some processors, as the docstring says; on others the kernel gives the limit
        else:
            np.testing.assert_allclose(actual, limit, rtol=RTOL[precision], atol=1e-30)
    slope = to_numpy(layer.derivative(x))[:, 0]
    assert np.isnan(slope[2])
    if case.elementwise:
        far = np.array([-1e30, 1e30])
        np.testing.assert_allclose(slope[:2], case.derivative(far), rtol=RTOL[precision], atol=1e-30)


@elementwise
def test_denormal_inputs(case):
    """Flushed to zero or not, a denormal input gives what 0 gives, to within denormal numbers."""
    x = np.array([[-1e-40], [1e-40]], "float32")
    y = to_numpy(case.make()(x)).astype("float64")
    at_zero = case.value(np.zeros((2, 1)))
    assert (np.minimum(np.abs(y - case.value(x)), np.abs(y - at_zero)) <= 1e-37 + 1e-6 * np.abs(at_zero)).all()


@every_case
def test_half_precision_does_not_overflow(case):
    """Values, derivatives and gradients stay finite up to float16's largest number."""
    x = np.concatenate([np.logspace(-4, 4.81, 60), [65504.0]])
    x = np.concatenate([-x, [0.0], x]).astype("float16")[:, None]
    layer = case.make(dtype="float16")
    layer(x)
    expected = case.value(x.astype("float64"))
    fits = np.abs(expected) <= 65504
    y, slope = to_numpy(layer(x)), to_numpy(layer.derivative(x))
    np.testing.assert_allclose(y[fits], expected[fits], rtol=8e-3, atol=4e-3)
    np.testing.assert_allclose(slope, case.derivative(x.astype("float64")), rtol=8e-3, atol=4e-3)
    gradient = to_numpy(value_and_gradient(layer, x)[1])
    assert np.isfinite(gradient).all()


@every_case
@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32", "float64"], indirect=True)
def test_dtype_is_kept(case, precision):
    layer = case.make(dtype=precision)
    x = ops.cast(np.array([[-2.0], [0.0], [3.0]]), precision)
    rtol = {"float16": 4e-3, "bfloat16": 3e-2}.get(precision, 2e-6)
    atol = {"float16": 2e-3, "bfloat16": 1e-2}.get(precision, 1e-6)
    for y in (layer(x), layer(x, training=True) if case.random else layer(x)):
        assert keras.backend.standardize_dtype(y.dtype) == precision
    assert keras.backend.standardize_dtype(layer.derivative(x).dtype) == precision
    points = np.array([[-2.0], [0.0], [3.0]])
    np.testing.assert_allclose(to_numpy(layer(x)), case.value(points), rtol=rtol, atol=atol)
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), case.derivative(points), rtol=rtol, atol=atol)


@every_case
def test_mixed_precision(case):
    layer = case.make(dtype="mixed_bfloat16")
    y = layer(np.array([[-2.0, 3.0]], "float32"))
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    assert all(keras.backend.standardize_dtype(v.dtype) == "float32" for v in layer.trainable_variables)
    np.testing.assert_allclose(to_numpy(y), case.value([[-2.0, 3.0]]), rtol=3e-2, atol=1e-2)


@every_case
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 4, 3), (2, 5, 4, 3), (2, 2, 5, 4, 3), (0, 3)], ids=str)
def test_any_rank(case, shape):
    if not shape and not case.elementwise:
        pytest.skip("needs an axis")
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    layer = case.make()
    y = to_numpy(layer(x))
    assert y.shape == shape == tuple(layer.compute_output_shape(shape))
    np.testing.assert_allclose(y, case.value(x), rtol=2e-6, atol=4e-7)


@every_case
def test_symbolic_use(case):
    inputs = keras.Input((4, 4, 3))
    outputs = case.make()(inputs)
    assert outputs.shape == (None, 4, 4, 3) and outputs.dtype == "float32"
    x = np.random.default_rng(2).normal(size=(2, 4, 4, 3)).astype("float32")
    model = keras.Model(inputs, outputs)
    np.testing.assert_allclose(to_numpy(model(x)), case.value(x), rtol=2e-6, atol=4e-7)


@every_case
@pytest.mark.parametrize("xla", [False, True] if BACKEND == "tensorflow" else [True])
def test_compiled_is_the_same_as_eager(case, xla):
    """Value and gradient; XLA may join operations and round differently."""
    x = np.linspace(-6, 6, 41, dtype="float32")[:, None] + np.float32(0.01)
    layer = case.make()
    layer(x)

    def everything(x):
        y, gradient = value_and_gradient(layer, x)
        return y, layer.derivative(x), gradient

    names, x = ("value", "derivative", "gradient"), ops.convert_to_tensor(x)
    for name, found, eager in zip(names, compiled(everything, xla)(x), everything(x), strict=True):
        np.testing.assert_allclose(to_numpy(found), to_numpy(eager), rtol=2e-6, atol=1e-6, err_msg=name)


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


def test_wilson_cowan_up_to_where_its_constant_overflows():
    """At rest all fires: S is 0 for x > 0, and falls to -1 where x < 2 theta."""
    for theta in (-709.5, 709.5, 1e6):
        layer = custom.activations.WilsonCowan(1.0, theta)
        y = to_numpy(layer(np.array([1e3, 1.0, 0.0, -1e3], "float32")))
        expected = [float(theta < 1e3 and theta > 0), 0, 0, -float(theta < 0)]
        np.testing.assert_allclose(y, expected, atol=1e-6)


def test_table_is_complete():
    layers = {cls for cls in vars(custom.activations).values() if isinstance(cls, type)}
    tested = {type(case.make()) for case in ACTIVATIONS} | {custom.activations.Maxout}  # test_maxout.py
    assert layers - {custom.activations.Activation, custom.activations.RandomActivation} == tested


# By the name of the layer, in lower case.
FUNCTIONS = {
    name.replace("_", ""): getattr(custom.activations, name) for name in custom.activations.__all__ if name.islower()
}


@every_case
def test_function_is_the_layers(case):
    """The function of the layer's name in snake_case: its defaults, its values with the layer's settings.

    Layers that draw or learn have none, unless the learning is an option.
    """
    layer = case.make()
    function = FUNCTIONS.get(type(layer).__name__.lower())
    if function is None:
        layer(grid("float32"))
        assert case.random or layer.trainable_weights
        return
    options = [p for p in inspect.signature(function).parameters.values() if p.name != "x"]
    defaults = inspect.signature(type(layer)).parameters
    assert {p.name: p.default for p in options} == {p.name: defaults[p.name].default for p in options}
    settings = {key: value for key, value in case.config.items() if key not in ("trainable", "seed")}
    x = grid("float32")
    np.testing.assert_array_equal(to_numpy(function(x, **settings)), to_numpy(layer(x)))
    y = function([-1, 0, 2], **settings)  # integers become Keras's floatx
    if type(layer).__name__ not in ("ReLU", "Linear"):
        assert keras.backend.standardize_dtype(y.dtype) == "float32"


def test_base_states_no_derivative():
    with pytest.raises(NotImplementedError, match="Activation does not state"):
        custom.activations.Activation().derivative(0.0)
