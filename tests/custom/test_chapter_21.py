"""The book's chapter 21 and Keras's layers: the same values and the same gradients, against loops over windows."""

import dataclasses

import keras
import numpy as np
import pytest

from custom import layers
from tests.custom.backends import BACKEND, to_numpy, value_and_gradient, weight_gradients
from tests.reference import layers as oracle

PRECISIONS = pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)


@dataclasses.dataclass(frozen=True)
class Convolution:
    """The book's arguments of a convolution, and the shape of its input."""

    shape: tuple
    kernel: tuple
    filters: int = 2
    stride: object = 1
    padding: int = 0

    @property
    def strides(self):
        return (self.stride, self.stride) if isinstance(self.stride, int) else self.stride

    def keras(self, dtype):
        """The book's layer in Keras: its padding is a layer of zeros before a 'valid' convolution."""
        convolution = layers.Conv2D(self.filters, self.kernel, strides=self.strides, padding="valid", dtype=dtype)
        return keras.Sequential([keras.layers.ZeroPadding2D(self.padding, dtype=dtype), convolution])


@dataclasses.dataclass(frozen=True)
class Pooling:
    """The book's arguments of a pooling; `stride=None` is the size of the window."""

    shape: tuple
    size: tuple = (2, 2)
    stride: tuple | None = None

    @property
    def strides(self):
        return self.stride or self.size


# What differs from row to row: batch 1 and 3, one channel and more, windows that are not square, strides that are
# shorter and longer than the window, sizes that a stride does not divide, a border as wide as the kernel.
CONVOLUTIONS = [
    Convolution((1, 5, 5, 1), (3, 3), filters=1),
    Convolution((3, 5, 6, 2), (3, 2), filters=4),
    Convolution((3, 6, 5, 3), (1, 1), filters=2),
    Convolution((1, 6, 7, 2), (2, 3), stride=2),
    Convolution((3, 7, 6, 2), (3, 3), stride=2, padding=1),
    Convolution((1, 6, 6, 3), (3, 3), stride=2, padding=1),
    Convolution((3, 5, 4, 1), (3, 1), stride=1, padding=2),
    Convolution((1, 8, 7, 2), (2, 2), stride=3, padding=1),
    Convolution((3, 7, 8, 2), (3, 2), stride=(2, 3), padding=1),
    Convolution((1, 4, 3, 2), (4, 3), filters=3),
]
POOLINGS = [
    Pooling((1, 4, 4, 1)),
    Pooling((3, 5, 7, 2)),
    Pooling((3, 6, 5, 3), (3, 2)),
    Pooling((1, 7, 7, 2), (3, 3), (1, 1)),
    Pooling((3, 7, 6, 2), (3, 2), (2, 1)),
    Pooling((1, 8, 9, 2), (2, 2), (3, 3)),
    Pooling((3, 5, 6, 1), (5, 6)),
    Pooling((1, 4, 5, 3), (1, 1)),
]


def normal(seed, shape):
    """Normal values that float32 holds exactly, so that the oracle sees what the layer sees."""
    return np.random.default_rng(seed).normal(size=shape).astype("float32").astype("float64")


def close(actual, expected, precision, terms):
    """As close as a sum of `terms` products of size 1 allows, whose terms may cancel: 2e-6 relative, and in float32
    an absolute part of one rounding (6e-8) for each term, the worst that an order of summation can do."""
    rtol, atol = (1e-10, 1e-13 * terms) if precision == "float64" else (2e-6, 6e-8 * terms)
    np.testing.assert_allclose(to_numpy(actual), expected, rtol=rtol, atol=atol)


@PRECISIONS
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolution(case, precision):
    x, biases = normal(0, case.shape), normal(1, case.filters)
    kernels = normal(2, (case.filters, case.shape[3], *case.kernel))  # the book's order of axes
    expected = oracle.conv2d(x, kernels, biases, case.strides, case.padding)
    heights = [oracle.output_size(case.shape[1 + a], case.kernel[a], case.strides[a], case.padding) for a in (0, 1)]
    assert expected.shape == (case.shape[0], *heights, case.filters)
    upstream = normal(3, expected.shape)

    layer = case.keras(precision)
    layer.build(case.shape)
    convolution = layer.layers[-1]
    convolution.kernel.assign(kernels.transpose(2, 3, 1, 0).astype(precision))
    convolution.bias.assign(biases.astype(precision))
    x, weight = x.astype(precision), upstream.astype(precision)
    y, dx = value_and_gradient(layer, x, weight)
    dkernel, dbias = weight_gradients(layer, x, weight)

    expected_dx, expected_dkernels, expected_dbias = oracle.conv2d_gradients(
        x, kernels, upstream, case.strides, case.padding
    )
    window, positions = case.kernel[0] * case.kernel[1], expected[..., 0].size
    assert to_numpy(y).dtype == precision
    close(y, expected, precision, window * case.shape[3])
    close(dx, expected_dx, precision, window * case.filters)
    close(to_numpy(dkernel).transpose(3, 2, 0, 1), expected_dkernels, precision, positions)
    close(dbias, expected_dbias, precision, positions)


def test_kernel_is_not_flipped():
    """A cross-correlation: one spike in the input shows the kernel mirrored, a convolution would show it as it is."""
    kernel = np.arange(1.0, 10).reshape(3, 3)
    spike = np.zeros((1, 5, 5, 1), "float32")
    spike[0, 2, 2, 0] = 1
    layer = layers.Conv2D(1, 3, dtype="float32")
    layer.build(spike.shape)
    layer.kernel.assign(kernel[:, :, None, None].astype("float32"))
    np.testing.assert_array_equal(to_numpy(layer(spike))[0, :, :, 0], kernel[::-1, ::-1])


@pytest.mark.parametrize("size", [6, 7])
def test_same_padding_is_not_the_books(size, float64):
    """At stride 2 over an even size, 'same' pads 0 before and 1 after, the book's padding=1 one on each side: outputs
    of one shape, at other places. Over an odd size the two agree."""
    x, kernels = normal(4, (1, size, size, 2)), normal(5, (3, 2, 3, 3))
    layer = layers.Conv2D(3, 3, strides=2, padding="same", use_bias=False, dtype="float64")
    layer.build(x.shape)
    layer.kernel.assign(kernels.transpose(2, 3, 1, 0))
    same, before = to_numpy(layer(x)), 1 if size % 2 else 0
    book = oracle.conv2d(x, kernels, np.zeros(3), (2, 2), 1)
    border = ((before, 1), (before, 1))
    close(same, oracle.conv2d(x, kernels, np.zeros(3), (2, 2), border), "float64", 18)
    assert same.shape == book.shape
    if size % 2:
        close(same, book, "float64", 18)
    else:
        assert np.abs(same - book).max() > 1


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_same_padding_is_the_books_at_stride_1(kernel, float64):
    x, kernels = normal(6, (1, 6, 7, 2)), normal(7, (2, 2, kernel, kernel))
    layer = layers.Conv2D(2, kernel, padding="same", use_bias=False, dtype="float64")
    layer.build(x.shape)
    layer.kernel.assign(kernels.transpose(2, 3, 1, 0))
    close(layer(x), oracle.conv2d(x, kernels, np.zeros(2), (1, 1), kernel // 2), "float64", 50)


@PRECISIONS
@pytest.mark.parametrize("case", POOLINGS, ids=str)
@pytest.mark.parametrize(
    "cls, forward, backward",
    [
        (layers.MaxPooling2D, oracle.max_pool, oracle.max_pool_gradient),
        (layers.AveragePooling2D, oracle.average_pool, oracle.average_pool_gradient),
    ],
    ids=["max", "average"],
)
def test_pooling(cls, forward, backward, case, precision):
    # Distinct values, a shuffled grid: no window has two largest elements.
    x = np.random.default_rng(8).permutation(int(np.prod(case.shape))).reshape(case.shape) / 64 - 1.0
    expected = forward(x, case.size, case.strides)
    upstream = normal(9, expected.shape)
    layer = cls(case.size, strides=case.stride, dtype=precision)
    y, dx = value_and_gradient(layer, x.astype(precision), upstream.astype(precision))
    assert to_numpy(y).shape == expected.shape and to_numpy(y).dtype == precision
    window = case.size[0] * case.size[1]
    close(y, expected, precision, window)
    close(dx, backward(x, upstream, case.size, case.strides), precision, window)


@pytest.mark.parametrize("case", POOLINGS, ids=str)
def test_first_of_equal_maxima_takes_the_gradient(case):
    """After a ReLU a window is often all zeros. On the CPU the first of its largest elements, row by row, takes the
    whole gradient, on TensorFlow, JAX and PyTorch alike; it is never shared out."""
    x = np.random.default_rng(10).integers(0, 2, case.shape).astype("float32")
    upstream = normal(11, oracle.max_pool(x, case.size, case.strides).shape)
    _, dx = value_and_gradient(
        layers.MaxPooling2D(case.size, strides=case.stride, dtype="float32"), x, upstream.astype("float32")
    )
    close(dx, oracle.max_pool_gradient(x, upstream, case.size, case.strides), "float32", case.size[0] * case.size[1])


@pytest.mark.parametrize("cls", [layers.MaxPooling2D, layers.AveragePooling2D])
def test_window_larger_than_the_input_is_refused(cls):
    """The book's int((2 - 3) / 2) + 1 rounds towards zero and would leave one output, of a window cut short. Keras
    refuses where a model is built; called on an array, it leaves an empty output, or whatever the backend does."""
    assert oracle.output_size(2, 3, 2) == 0
    with pytest.raises(ValueError, match="zero or negative"):
        cls((3, 3), strides=2)(keras.Input((2, 2, 1)))


SHAPES = pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 4, 5, 2), (3, 6, 3, 4)], ids=str)


@PRECISIONS
@SHAPES
@pytest.mark.parametrize("keepdims", [True, False])
def test_global_average_pooling(keepdims, shape, precision):
    """The book keeps the two axes, with size 1: `keepdims=True`. Keras's default drops them."""
    x = normal(12, shape)
    expected = oracle.global_average_pool(x)
    upstream = normal(13, expected.shape)
    layer = layers.GlobalAveragePooling2D(keepdims=keepdims, dtype=precision)
    dims = expected.shape if keepdims else (shape[0], shape[3])
    y, dx = value_and_gradient(layer, x.astype(precision), upstream.reshape(dims).astype(precision))
    assert to_numpy(y).dtype == precision
    if BACKEND != "tensorflow":
        precision = "float32"  # Keras takes its mean through float32 there, whatever the dtype
    close(y, expected.reshape(dims), precision, 1)
    close(dx, oracle.global_average_pool_gradient(x, upstream), precision, 1)


@PRECISIONS
@SHAPES
def test_flatten(shape, precision):
    x = normal(14, shape)
    upstream = normal(15, (shape[0], x[0].size))
    y, dx = value_and_gradient(layers.Flatten(dtype=precision), x.astype(precision), upstream.astype(precision))
    np.testing.assert_array_equal(to_numpy(y), oracle.flatten(x))
    np.testing.assert_array_equal(to_numpy(dx), oracle.flatten_gradient(x, upstream))


def test_every_layer_of_keras_has_its_formula():
    ours = {name for name in layers.__all__ if getattr(layers, name) is getattr(keras.layers, name, None)}
    assert set(layers.BOOK_FORMULAS) == ours and len(ours) == 6
    for formula, section, note in layers.BOOK_FORMULAS.values():
        assert formula and section and note
