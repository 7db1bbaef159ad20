"""Local response normalisation."""

from typing import Any

import keras
from keras import ops

from .. import _checks
from .._elementwise import Elementwise
from .._registry import registered
from .._types import Config, Shape, Tensor
from ..activations.base import to_float


def window_sum(x: Tensor, size: int, axes: tuple[int, ...]) -> Tensor:
    """Sum of `x` over a window of `size` elements along each axis, centred at each element, clipped at the ends."""
    for axis in axes:
        length = x.shape[axis]
        half = min(size // 2, length - 1)  # a wider window sees no more
        borders = [(0, 0)] * len(x.shape)
        borders[axis] = (half, half)
        padded = ops.pad(x, borders)
        before = (slice(None),) * axis
        # Shifted copies, not differences of a cumulative sum: those would cancel.
        x = sum(padded[(*before, slice(shift, shift + length))] for shift in range(2 * half + 1))
    return x


def _power(s: Tensor, beta: float) -> Tensor:
    """s^-beta for s above 0; the paper's beta by roots, which have kernels of their own."""
    if beta != 0.75:
        return ops.power(s, -beta)
    root = ops.rsqrt(s)
    return root * ops.sqrt(root)


def _divided(a: Tensor, total: Tensor, k: float, alpha: float, beta: float) -> Tensor:
    return a * _power(k + alpha * total, beta)


def _divided_by_a(t: Tensor, a: Tensor, total: Tensor, k: float, alpha: float, beta: float) -> Tensor:
    return t * _power(k + alpha * total, beta)


def _divided_by_total(t: Tensor, a: Tensor, total: Tensor, k: float, alpha: float, beta: float) -> Tensor:
    s = k + alpha * total
    return -alpha * beta * (t * a * _power(s, beta) / s)


# An element is in the window of another where that is in its own, so the gradient is the same sum again: not
# one of the copies, each of which would take a pass over an array of zeros.
windowed = Elementwise(window_sum, lambda t, x, size, axes: window_sum(t, size, axes))
divided = Elementwise(_divided, _divided_by_a, _divided_by_total)


@registered
class LocalResponseNormalization(keras.layers.Layer):
    """Local response normalisation: each activation is divided by the size of its neighbours.

    Formula: `b_i = a_i / (k + alpha S_i)^beta` with S_i the sum of a_j^2 over the window of i. For
    `across="channels"` (the paper's section 3.3) the window is the `size` channels from i - (size - 1) / 2
    to i + (size - 1) / 2 at the same position; for `across="positions"` (cuda-convnet's response
    normalisation within a map) it is the square, cube, ... of `size` positions a side around i in the
    same channel. A window is clipped at the ends: what lies outside adds nothing. alpha is not divided
    by the number of elements in the window. The derivative of b_i in a_j is
    `[i = j] (k + alpha S_i)^-beta - 2 alpha beta a_i a_j (k + alpha S_i)^(-beta - 1)` for j in the window
    of i, and 0 for others.

    Shapes: `(batch, ..., channels)` in, or with the channels at another `axis`, the same shape and dtype out;
    `across="positions"` needs known axes beside batch and channels. Sums and powers are taken in float32, or in
    float64 for float64: the square of a float16 above 255 is infinite.

    Args:
        size: elements of the window along each of its axes, odd. Default 5, the paper's.
        k: what is added to the sum, above 0. Default 2.
        alpha: factor of the sum, at least 0. Default 0.0001.
        beta: exponent, at least 0. Default 0.75.
        across: `"channels"`, the default, or `"positions"`.
        axis: the axis of the channels, as of Keras's `BatchNormalization`: the default is -1 whatever Keras's
            setting of the image data format, so that behind `Conv2D(data_format="channels_first")` it is 1.

    Raises:
        ValueError: a size that is not an odd whole number above 0; k, alpha or beta out of range; an
            `across` that is neither; axis 0, which is the batch, or one that the input lacks; an input with no
            or with unknown axes to normalise across.
        TypeError: an axis that is no whole number.

    Differences from Keras: Keras has no such layer. `tf.nn.local_response_normalization` has the same
    formula with `depth_radius = (size - 1) / 2`, `bias = k`, and other defaults. PyTorch's
    `LocalResponseNorm` and cuda-convnet's cross-map form divide alpha by the window's size (a window
    clipped at the ends too): give them `size * alpha`. cuda-convnet's form within a map divides by
    size^2 and has k = 1: its `size=3, scale=5e-5` is `size=3, alpha=5e-5 / 9, k=1` here.

    Example:

    >>> import numpy as np
    >>> from custom.layers import LocalResponseNormalization
    >>> layer = LocalResponseNormalization(size=3, k=1.0, alpha=1.0, beta=1.0)
    >>> [round(float(v), 4) for v in layer(np.array([[1.0, 2.0, 0.0, 3.0]]))[0]]  # sums 5, 5, 13, 9
    [0.1667, 0.3333, 0.0, 0.3]

    Reference: Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural
    Networks, NIPS 2012, section 3.3.
    """

    def __init__(
        self,
        size: int = 5,
        k: float = 2.0,
        alpha: float = 1e-4,
        beta: float = 0.75,
        across: str = "channels",
        axis: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size = _checks.count("size", size)
        if self.size % 2 == 0:
            raise ValueError(f"Received: size={size!r}. Expected an odd number: as many neighbours on either side.")
        self.k = _checks.real("k", k, low=0.0, low_open=True)
        self.alpha = _checks.real("alpha", alpha, low=0.0)
        self.beta = _checks.real("beta", beta, low=0.0)
        self.across = _checks.one_of("across", across, ("channels", "positions"))
        if not _checks.whole(axis):
            raise TypeError(f"Received: axis={axis!r} ({type(axis).__name__}). Expected an integer.")
        if axis == 0:
            raise ValueError(f"Received: axis={axis!r}. Expected an axis other than 0, the batch.")
        self.axis = int(axis)
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        axes = self._axes(len(input_shape))
        if not axes or any(input_shape[axis] is None for axis in axes):
            raise ValueError(
                f"Received: input shape {tuple(input_shape)} with across={self.across!r}, axis={self.axis}. Expected "
                "(batch, ..., channels), or the channels at another axis of it, with known axes to normalise across."
            )
        least = self.axis + 1 if self.axis > 0 else 1 - self.axis  # the batch's stands before it
        self.input_spec = keras.InputSpec(min_ndim=max(least, 2 if self.across == "channels" else 3))

    def _axes(self, rank):
        """The axes to sum along; none where the channels would be the batch, or beyond the input."""
        channels = self.axis % rank if -rank < self.axis < rank else 0
        if not channels or self.across == "channels":
            return (channels,) * bool(channels)
        return tuple(axis for axis in range(1, rank) if axis != channels)

    def call(self, inputs: Tensor) -> Tensor:
        inputs = to_float(inputs)
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        a = ops.cast(inputs, "float64" if dtype == "float64" else "float32")
        total = windowed(ops.square(a), size=self.size, axes=self._axes(len(a.shape)))
        return ops.cast(divided(a, total, k=self.k, alpha=self.alpha, beta=self.beta), dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "size": self.size,
            "k": self.k,
            "alpha": self.alpha,
            "beta": self.beta,
            "across": self.across,
            "axis": self.axis,
        }
