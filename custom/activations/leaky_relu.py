"""Leaky rectified linear unit."""

from typing import Any, Self

import keras
from keras import ops

from .. import _checks
from .._elementwise import HALF, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, is_double, piecewise_slope, to_float


def _value(x, negative_slope):
    if keras.backend.backend() == "jax" or is_double(x):
        # JAX's kernel has the gradient 1 at x = 0; TensorFlow's keeps the slope as a float32
        # attribute, 1e-8 off in float64.
        return x * piecewise_slope(ops.stop_gradient(x), negative_slope)
    return ops.leaky_relu(x, negative_slope)


_LEAKY = Elementwise(_value, island=HALF)


@activation_function
def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """x for x > 0, `negative_slope * x` for x <= 0, element-wise. See `LeakyReLU`."""
    return _LEAKY(to_float(x), negative_slope=negative_slope)


@registered
class LeakyReLU(Activation):
    """Leaky rectified linear unit.

    Formula: `LeakyReLU(x) = x` for x > 0 and `s x` for x <= 0, with the slope s fixed (book
    8.5-8.6); the derivative is 1 for x > 0 and s for x <= 0, at the kink too.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        negative_slope: s, at least 0. Default 0.01, the slope of Maas et al. (2013). Xu et al.
            (2015) write the slope as a divisor, x / a: `LeakyReLU.from_divisor(a)`.

    Raises:
        ValueError: a slope that is negative or not finite.

    Differences from Keras: `keras.layers.LeakyReLU` has the slope 0.3 by default.

    Example:

    >>> import numpy as np
    >>> from custom.activations import LeakyReLU
    >>> [float(v) for v in LeakyReLU.from_divisor(4)(np.array([-2.0, 0.0, 3.0]))]
    [-0.5, 0.0, 3.0]

    Reference: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic
    Models, 2013; the divisor: Xu et al., arXiv:1505.00853, equation 2.
    """

    def __init__(self, negative_slope: float = 0.01, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = _checks.real("negative_slope", negative_slope, low=0.0)

    @classmethod
    def from_divisor(cls, divisor: float, **kwargs: Any) -> Self:
        """The layer with slope 1 / divisor, as Xu et al. write it (divisor > 0)."""
        return cls(negative_slope=1.0 / _checks.real("divisor", divisor, low=0.0, low_open=True), **kwargs)

    def call(self, inputs: Tensor) -> Tensor:
        return leaky_relu(inputs, self.negative_slope)

    def derivative(self, x: Tensor) -> Tensor:
        return piecewise_slope(x, self.negative_slope)

    def get_config(self) -> Config:
        return {**super().get_config(), "negative_slope": self.negative_slope}
