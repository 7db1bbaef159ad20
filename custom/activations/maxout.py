"""Maxout."""

import math
from typing import Any

import keras
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Initializer, Shape, Tensor
from .base import to_float


@registered
class Maxout(keras.layers.Layer):
    """Maxout: each unit is the largest of several learned linear functions of the input.

    Formula: `h_i(x) = max_j z_ij` with `z_ij = x . W[:, i, j] + b_ij`, j = 1, ..., pieces; the
    derivative of h_i in x is `W[:, i, j*]` with j* the piece that is the largest. Where two are
    equally large, the automatic gradient is the backend's choice and `derivative` takes the first.

    Shapes: `(..., features)` in, `(..., units)` out. Weights: `kernel` `(features, units, pieces)`,
    `bias` `(units, pieces)`.

    Args:
        units: number of outputs.
        pieces: number of linear functions of each.
        kernel_initializer: default `"glorot_uniform"`, whose fans are `features` and `units * pieces`.
        bias_initializer: default `"zeros"`.

    Raises:
        ValueError: numbers of units or pieces below 1; an input of unknown number of features.

    Differences from Keras: Keras has no such layer. TensorFlow Addons' `Maxout` has no weights: it
    takes the maximum over groups of its inputs.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Maxout
    >>> layer = Maxout(units=1, pieces=2)
    >>> layer.build((None, 1))
    >>> _ = layer.kernel.assign(np.array([[[1.0, -1.0]]]))  # max(x, -x) = |x|
    >>> [float(v) for v in layer(np.array([[-2.0], [3.0]]))[:, 0]]
    [2.0, 3.0]

    Reference: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout Networks, ICML 2013,
    arXiv:1302.4389, section 3.
    """

    def __init__(
        self,
        units: int,
        pieces: int,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = _checks.count("units", units)
        self.pieces = _checks.count("pieces", pieces)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        features = input_shape[-1]
        if features is None:
            raise ValueError(f"Received: input shape {tuple(input_shape)}. Expected a known last axis.")
        self.input_spec = keras.InputSpec(min_ndim=1, axes={-1: features})

        def flat(shape, dtype=None):
            # Of a shape of three axes the first would count as a receptive field. Drawn in here, when Keras asks
            # for it: where a model is built while it is traced, that is later.
            return ops.reshape(self.kernel_initializer((features, self.units * self.pieces), dtype=dtype), shape)

        self.kernel = self.add_weight(shape=(features, self.units, self.pieces), initializer=flat, name="kernel")
        self.bias = self.add_weight(shape=(self.units, self.pieces), initializer=self.bias_initializer, name="bias")

    def pieces_of(self, x: Tensor) -> Tensor:
        """The linear functions z, of shape `(..., units, pieces)`."""
        x = to_float(x)
        if not self.built:
            self.build(tuple(x.shape))
        features = self.kernel.shape[0]
        kernel = ops.reshape(ops.cast(self.kernel, x.dtype), (features, self.units * self.pieces))
        # `@`, as `ops.matmul` on PyTorch takes float64 through float32; flat, as TensorFlow's needs two axes.
        shape = ops.shape(x)[:-1]
        z = ops.reshape(x, (-1 if features else math.prod(shape), features)) @ kernel
        return ops.reshape(z, (*shape, self.units, self.pieces)) + ops.cast(self.bias, x.dtype)

    def call(self, inputs: Tensor) -> Tensor:
        z = self.pieces_of(inputs)
        # Keras refuses the maximum of a tensor without elements along any axis; here it has none either.
        return z[..., 0] if 0 in tuple(z.shape) else ops.max(z, axis=-1)

    def derivative(self, x: Tensor) -> Tensor:
        """Derivative of each output in each feature, of shape `(..., units, features)`."""
        x = to_float(x)
        largest = ops.one_hot(ops.argmax(self.pieces_of(x), axis=-1), self.pieces, dtype=x.dtype)
        # (..., units, pieces) times (units, pieces, features), summed over the pieces.
        kernel = ops.transpose(ops.cast(self.kernel, x.dtype), (1, 2, 0))
        return ops.sum(ops.expand_dims(largest, -1) * kernel, axis=-2)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
