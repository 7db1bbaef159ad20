"""Exponential linear unit."""

from typing import Any

from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, halves, is_double, to_float


@activation_function
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x for x > 0, `alpha (exp(x) - 1)` for x <= 0, element-wise. See `ELU`."""
    x = to_float(x)
    if is_double(x):
        return ops.where(x > 0, x, alpha * ops.expm1(halves(x)[1]))
    return ops.elu(x, alpha)


def elu_slope(x: Tensor, alpha: float = 1.0) -> Tensor:
    """1 for x > 0, `alpha exp(x)` for x <= 0."""
    x = to_float(x)
    return ops.where(x > 0, ops.ones_like(x), alpha * ops.exp(halves(x)[1]))


@registered
class ELU(Activation):
    """Exponential linear unit.

    Formula: `ELU(x) = x` for x > 0 and `alpha (exp(x) - 1)` for x <= 0 (book 8.11, where x = 0 stands
    on the other side: the value is 0 on both); `ELU'(x) = 1` for x > 0 and `alpha exp(x)` for x <= 0
    (book 8.12), so alpha at x = 0. The function has a kink there unless alpha = 1.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        alpha: minus the limit for x to minus infinity, at least 0. Default 1.

    Raises:
        ValueError: an alpha that is negative or not finite.

    Differences from Keras: the same function as `keras.layers.ELU`. TensorFlow's kernel computes
    exp(x) - 1 with a subtraction, so in float32 a small negative x is right to 6e-8, not to 7 digits;
    in float64 this layer uses expm1 on every backend.

    Example:

    >>> import numpy as np
    >>> from custom.activations import ELU
    >>> [round(float(v), 4) for v in ELU(alpha=0.5)(np.array([-1.0, 0.0, 1.0]))]
    [-0.3161, 0.0, 1.0]

    Reference: Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by
    Exponential Linear Units (ELUs), ICLR 2016, arXiv:1511.07289, equation 16.
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = _checks.real("alpha", alpha, low=0.0)

    def call(self, inputs: Tensor) -> Tensor:
        return elu(inputs, self.alpha)

    def derivative(self, x: Tensor) -> Tensor:
        return elu_slope(x, self.alpha)

    def get_config(self) -> Config:
        return {**super().get_config(), "alpha": self.alpha}
