"""Softplus."""

from typing import Any

from keras import ops

from .. import _checks
from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, halves, is_double, to_float


def _value(x, beta):
    if beta == 1 and not is_double(x):
        return ops.softplus(x)
    # In halves, so that beta x does not overflow; PyTorch's kernel cuts off at 20, 2e-9 too early.
    positive, negative = halves(x)
    above = positive + ops.log1p(ops.exp(-beta * positive)) / beta
    return ops.where(x > 0, above, ops.log1p(ops.exp(beta * negative)) / beta)


_SOFTPLUS = Elementwise(_value, island=ALL)


@activation_function
def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    """log(1 + exp(beta x)) / beta, element-wise. See `Softplus`."""
    return _SOFTPLUS(to_float(x), beta=beta)


@registered
class Softplus(Activation):
    """Softplus: a smooth rectifier.

    Formula: `f(x) = log(1 + exp(beta x)) / beta`, `f'(x) = sigma(beta x)` with sigma the logistic
    function. For beta to infinity it becomes ReLU.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        beta: sharpness, above 0. Default 1. Glorot et al. (2011) call it alpha.

    Raises:
        ValueError: a beta that is not positive and finite.

    Differences from Keras: `keras.activations.softplus` has beta = 1 only.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Softplus
    >>> [round(float(v), 4) for v in Softplus(beta=2)(np.array([-1.0, 0.0, 1.0]))]
    [0.0635, 0.3466, 1.0635]

    Reference: Dugas, Bengio, Belisle, Nadeau and Garcia, Incorporating Second-Order Functional
    Knowledge for Better Option Pricing, NIPS 2000; the sharpness: Glorot, Bordes and Bengio, Deep
    Sparse Rectifier Neural Networks, AISTATS 2011, section 4.1.
    """

    def __init__(self, beta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.beta = _checks.real("beta", beta, low=0.0, low_open=True)

    def call(self, inputs: Tensor) -> Tensor:
        return softplus(inputs, self.beta)

    def derivative(self, x: Tensor) -> Tensor:
        return ops.sigmoid(self.beta * to_float(x))

    def get_config(self) -> Config:
        return {**super().get_config(), "beta": self.beta}
