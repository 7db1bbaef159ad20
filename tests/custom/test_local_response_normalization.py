"""Local response normalisation: its formula, its gradient, its two windows, its contract as a layer."""

import keras
import numpy as np
import pytest
from keras import ops

from custom.layers import LocalResponseNormalization
from custom.testing import check_gradient
from tests.custom.backends import BACKEND, run_fresh, to_numpy, value_and_gradient
from tests.custom.test_derivatives import STEP, forward_derivative, gradient_of
from tests.reference import local_response_normalization as oracle

X = 3 * np.random.default_rng(0).normal(size=(2, 5, 4, 7))
PAPER = {}
STRONG = {"size": 3, "k": 1.5, "alpha": 0.4, "beta": 0.6}
WITHIN = {"size": 3, "k": 1.0, "alpha": 0.3, "beta": 0.75, "across": "positions"}
CASES = [PAPER, STRONG, WITHIN, {**STRONG, "size": 7, "across": "positions"}, {**STRONG, "size": 99}]


@pytest.mark.parametrize("precision, rtol", [("float64", 1e-10), ("float32", 2e-6)], indirect=["precision"])
@pytest.mark.parametrize("options", CASES, ids=str)
def test_value_and_gradient_are_the_papers(options, precision, rtol):
    layer = LocalResponseNormalization(**options, dtype=precision)
    x, upstream = X.astype(precision), np.random.default_rng(1).normal(size=X.shape)
    value, gradient = map(to_numpy, value_and_gradient(layer, x, upstream))
    assert value.dtype == precision
    np.testing.assert_allclose(value, oracle.forward(x, **options), rtol=rtol)
    expected = oracle.gradient(x, upstream.astype(precision), **options)
    atol = 1e-12 if precision == "float64" else 4e-6  # terms of either sign may cancel
    np.testing.assert_allclose(gradient, expected, rtol=rtol, atol=atol)


def test_the_defaults_are_the_papers():
    """Section 3.3: k = 2, n = 5, alpha = 1e-4, beta = 0.75, at activations large enough to show alpha."""
    a = np.array([[100.0, 0.0, 200.0, 0.0, 0.0, 300.0]])
    layer = LocalResponseNormalization()
    assert (layer.size, layer.k, layer.alpha, layer.beta, layer.across) == (5, 2.0, 1e-4, 0.75, "channels")
    # The windows of elements 0, 2 and 5 hold 100^2 + 200^2, the same, and 300^2.
    expected = [100 / 7**0.75, 0, 200 / 7**0.75, 0, 0, 300 / 11**0.75]
    np.testing.assert_allclose(to_numpy(layer(a.astype("float32")))[0], expected, rtol=1e-6)


@pytest.mark.parametrize("options", CASES[:4], ids=str)
def test_gradient_is_the_slope(options):
    check_gradient(LocalResponseNormalization(**options), (2, 4, 3, 6))


@pytest.mark.parametrize("options", [PAPER | {"alpha": 0.2}, STRONG, WITHIN], ids=str)
def test_derivatives_along_a_tangent_in_both_modes(options, float64):
    """The first by forward mode, the second by reverse mode twice and by forward mode over it: central differences."""
    layer, x = LocalResponseNormalization(**options, dtype="float64"), X[:1]
    tangent = np.random.default_rng(3).normal(size=x.shape)
    layer(x)
    point, along = ops.convert_to_tensor(x), ops.convert_to_tensor(tangent)
    ahead, behind = x + STEP * tangent, x - STEP * tangent
    first = (oracle.forward(ahead, **options) - oracle.forward(behind, **options)) / (2 * STEP)
    np.testing.assert_allclose(to_numpy(forward_derivative(layer, point, along)), first, rtol=0, atol=1e-8)
    ones = np.ones_like(x)
    second = (oracle.gradient(ahead, ones, **options) - oracle.gradient(behind, ones, **options)) / (2 * STEP)
    product = gradient_of(lambda x: ops.sum(gradient_of(layer)(x) * along))
    np.testing.assert_allclose(to_numpy(product(ops.convert_to_tensor(x))), second, rtol=0, atol=1e-8)
    if BACKEND != "torch":
        np.testing.assert_allclose(
            to_numpy(forward_derivative(gradient_of(layer), point, along)), second, rtol=0, atol=1e-8
        )


@pytest.mark.parametrize("shape", [(3, 6), (3, 4, 6), (3, 2, 4, 6), (2, 2, 3, 2, 4)], ids=str)
@pytest.mark.parametrize("across", ["channels", "positions"])
def test_any_rank(shape, across):
    if across == "positions" and len(shape) == 2:
        pytest.skip("no positions")
    x = np.random.default_rng(2).normal(size=shape).astype("float32")
    layer = LocalResponseNormalization(**{**STRONG, "across": across})
    assert layer.compute_output_shape(shape) == shape
    np.testing.assert_allclose(to_numpy(layer(x)), oracle.forward(x, **{**STRONG, "across": across}), rtol=2e-6)


@pytest.mark.parametrize("across", ["channels", "positions"])
@pytest.mark.parametrize("axis", [1, 2, -2, -3, np.int64(3)])
def test_the_channels_may_stand_at_another_axis(axis, across, float64):
    options = {**STRONG, "across": across}
    layer = LocalResponseNormalization(**options, axis=axis, dtype=float64)
    x, upstream = np.moveaxis(X, -1, axis), np.moveaxis(np.random.default_rng(1).normal(size=X.shape), -1, axis)
    value, gradient = map(to_numpy, value_and_gradient(layer, x, upstream))
    np.testing.assert_allclose(np.moveaxis(value, axis, -1), oracle.forward(X, **options), rtol=1e-10)
    expected = oracle.gradient(X, np.moveaxis(upstream, axis, -1), **options)
    np.testing.assert_allclose(np.moveaxis(gradient, axis, -1), expected, rtol=1e-10, atol=1e-12)
    assert layer.compute_output_shape(x.shape) == x.shape
    again = LocalResponseNormalization.from_config(layer.get_config())
    assert (again.axis, type(again.axis)) == (axis, int)
    np.testing.assert_array_equal(to_numpy(again(x)), value)


def test_the_axis_is_the_last_whatever_kerass_setting():
    """As of Keras's BatchNormalization; and a file of before, which has no axis, means the last one."""
    config = LocalResponseNormalization(**STRONG).get_config()
    assert config.pop("axis") == -1
    before = keras.config.image_data_format()
    try:
        keras.config.set_image_data_format("channels_first")
        assert keras.layers.BatchNormalization().axis == -1
        layers = LocalResponseNormalization(**STRONG), LocalResponseNormalization.from_config(config)
        convolution = keras.layers.Conv2D(7, 1)
        model = keras.Sequential([keras.Input((3, 5, 4)), convolution, LocalResponseNormalization(**STRONG, axis=1)])
        assert model.output_shape == (None, 7, 5, 4)
    finally:
        keras.config.set_image_data_format(before)
    for layer in layers:
        assert layer.axis == -1
        np.testing.assert_allclose(to_numpy(layer(X.astype("float32"))), oracle.forward(X, **STRONG), rtol=2e-6)


@pytest.mark.parametrize(
    "axis, shape, error, words",
    [
        (0, None, ValueError, "axis=0. Expected an axis other than 0"),
        (1.0, None, TypeError, "axis=1.0 (float). Expected an integer"),
        (True, None, TypeError, "axis=True"),
        ([1], None, TypeError, "axis=[1] (list)"),
        (4, (2, 5, 4, 7), ValueError, "shape (2, 5, 4, 7) with across='channels', axis=4"),
        (-4, (2, 5, 4, 7), ValueError, "axis=-4. Expected (batch, ..., channels)"),
        (-5, (2, 5, 4, 7), ValueError, "axis=-5"),
        (1, (None, None, 4, 7), ValueError, "(None, None, 4, 7)"),
    ],
)
def test_an_axis_that_cannot_be_is_quoted(axis, shape, error, words):
    with pytest.raises(error) as caught:
        LocalResponseNormalization(axis=axis).build(shape)
    assert words in str(caught.value)


@pytest.mark.parametrize("size, alpha, beta, k", [(5, 1e-4, 0.75, 2.0), (3, 0.7, 0.5, 1.0)])
@pytest.mark.slow
def test_pytorch_divides_alpha_by_the_size(size, alpha, beta, k):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.LocalResponseNorm(size, alpha=size * alpha, beta=beta, k=k)
    x = (50 * X).astype("float32")
    expected = theirs(torch.tensor(x.transpose(0, 3, 1, 2))).numpy().transpose(0, 2, 3, 1)
    ours = to_numpy(LocalResponseNormalization(size, k, alpha, beta)(x))
    np.testing.assert_allclose(ours, expected, rtol=5e-6)
    wrong = torch.nn.LocalResponseNorm(size, alpha=alpha, beta=beta, k=k)(torch.tensor(x.transpose(0, 3, 1, 2)))
    assert np.abs(ours / wrong.numpy().transpose(0, 2, 3, 1) - 1).max() > 0.01


@pytest.mark.skipif(BACKEND != "tensorflow", reason="is TensorFlow's")
def test_tensorflow_takes_half_the_window():
    import tensorflow as tf

    theirs = tf.nn.local_response_normalization(X, depth_radius=2, bias=1.5, alpha=0.4, beta=0.6).numpy()
    ours = to_numpy(LocalResponseNormalization(5, 1.5, 0.4, 0.6)(X.astype("float32")))
    np.testing.assert_allclose(ours, theirs, rtol=5e-6)


def test_cuda_convnets_forms():
    """Their scale is divided by the number of elements of a whole window, and 1 is added."""
    x = (100 * X).astype("float32")
    for across, cells in (("channels", 3), ("positions", 9)):
        ours = to_numpy(LocalResponseNormalization(3, 1.0, 0.05 / cells, 0.75, across)(x)).astype("float64")
        squares = np.zeros(X.shape)
        for index in np.ndindex(*X.shape):
            squares[index] = sum(float(x[j]) ** 2 for j in oracle.neighbours(index, X.shape, 3, across))
        np.testing.assert_allclose(ours, x / (1 + 0.05 / cells * squares) ** 0.75, rtol=3e-6)


@pytest.mark.parametrize(
    "change", [{"size": 5}, {"k": 1.501}, {"alpha": 0.4004}, {"beta": 0.6006}, {"across": "positions"}], ids=str
)
def test_another_constant_is_noticed(change):
    """By the tolerance of the comparison with the formula."""
    ours = to_numpy(LocalResponseNormalization(**STRONG)(X.astype("float32")))
    assert np.abs(oracle.forward(X, **{**STRONG, **change}) / ours - 1).max() > 1e-4


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_keeps_its_dtype_and_does_not_overflow(precision):
    x = np.full((1, 1, 1, 5), 3e4, "float32")  # the square is beyond float16
    layer = LocalResponseNormalization(dtype=precision)
    y = layer(x)
    assert keras.backend.standardize_dtype(y.dtype) == precision.removeprefix("mixed_")
    np.testing.assert_allclose(to_numpy(y), oracle.forward(to_numpy(ops.cast(x, y.dtype))), rtol=8e-3)


def test_integers_become_floats():
    assert "float" in keras.backend.standardize_dtype(LocalResponseNormalization()(np.ones((2, 3), "int32")).dtype)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"size": 4}, "size=4. Expected an odd"),
        ({"size": 0}, "size=0"),
        ({"size": 2.5}, "size=2.5"),
        ({"k": 0}, "k=0"),
        ({"alpha": -1}, "alpha=-1"),
        ({"beta": float("nan")}, "beta=nan"),
        ({"beta": -0.1}, "beta=-0.1"),
        ({"across": "maps"}, "across='maps'. Expected one of 'channels', 'positions'"),
    ],
)
def test_bad_arguments_are_quoted(options, words):
    with pytest.raises(ValueError) as error:
        LocalResponseNormalization(**options)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "across, shape",
    [("channels", (None, 4, 4, None)), ("positions", (None, None, 4, 3)), ("positions", (3, 4)), ("channels", (3,))],
)
def test_inputs_without_known_axes(across, shape):
    with pytest.raises(ValueError) as error:
        LocalResponseNormalization(across=across).build(shape)
    assert str(shape) in str(error.value)


def test_config_training_and_a_fresh_process(tmp_path):
    """Unknown sizes of the axes that it does not look across are none of its business."""
    layers = [
        keras.layers.Conv2D(4, 3, padding="same"),
        LocalResponseNormalization(**STRONG),
        LocalResponseNormalization(**WITHIN),
        keras.layers.GlobalAveragePooling2D(),
    ]
    model = keras.Sequential([keras.Input((5, 4, 7)), *layers])
    layer = model.layers[1]
    assert LocalResponseNormalization.from_config(layer.get_config()).get_config() == layer.get_config()
    assert {name: layer.get_config()[name] for name in STRONG} == STRONG
    model.compile("sgd", "mse", jit_compile=BACKEND == "jax")
    x = X.astype("float32")
    before = to_numpy(model.layers[0].kernel)
    model.fit(x, x[:, 0, 0, :4], verbose=0)
    assert not np.array_equal(before, to_numpy(model.layers[0].kernel))
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "x.npy", x)
    run_fresh(
        "import sys, keras, numpy as np, custom.layers\n"
        "model = keras.models.load_model(sys.argv[1] + '/model.keras')\n"
        "np.save(sys.argv[1] + '/y.npy', keras.ops.convert_to_numpy(model(np.load(sys.argv[1] + '/x.npy'))))",
        tmp_path,
    )
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), to_numpy(model(x)))
    free = keras.layers.Input((None, None, 7))
    assert LocalResponseNormalization()(free).shape == (None, None, None, 7)
