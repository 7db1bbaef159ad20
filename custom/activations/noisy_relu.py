"""Noisy rectified linear unit."""

import keras
from keras import ops

from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Tensor
from .base import RandomActivation, pass_where, piecewise_slope, to_float
from .relu import relu


def _value(x, noise):
    return relu(x + ops.cast(noise, x.dtype) * ops.sqrt(ops.sigmoid(x)))


_NOISY = Elementwise(_value, lambda t, x, noise: pass_where(x > 0, t), island=ALL)


@registered
class NoisyReLU(RandomActivation):
    """Noisy rectified linear unit (NReLU): a rectified sum of input and noise while training.

    Formula: `NReLU(x) = max(0, x + n)` with n ~ N(0, sigma(x)) while training, where the logistic
    sigma(x) is the variance of the noise; `max(0, x)` otherwise. It approximates the sum of
    infinitely many binary units with shared weights and shifted biases. The noise belongs to the
    sampling, not to the gradient: the backward pass is that of ReLU, 1 for x > 0 and 0 for x <= 0
    (book 8.19).

    The book's conditional form (8.16, 8.18) is another function: it returns 0 for every x <= 0, and
    may be negative for x > 0. The paper's is used.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        seed: an integer for reproducible draws; `None` draws one at random.

    Raises:
        ValueError: a seed that is no integer.

    NaN: as of `ReLU`.

    Differences from Keras: Keras has no such layer; nor have PyTorch and TensorFlow Addons.

    Example:

    >>> import numpy as np
    >>> from custom.activations import NoisyReLU
    >>> [float(v) for v in NoisyReLU(seed=0)(np.array([-2.0, 0.0, 3.0]), training=False)]
    [0.0, 0.0, 3.0]

    Reference: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, ICML
    2010, section 2.
    """

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        inputs = to_float(inputs)
        if not training:
            return relu(inputs)
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        noise = keras.random.normal(ops.shape(inputs), dtype=self.draw_dtype(dtype), seed=self.seed_generator)
        return _NOISY(inputs, noise)

    def derivative(self, x: Tensor) -> Tensor:
        """Derivative of the backward pass, that of ReLU, in training and at test time."""
        return piecewise_slope(x, 0.0)
