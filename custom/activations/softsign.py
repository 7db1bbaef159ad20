"""Softsign."""

from keras import ops

from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, to_float


def _slope(x):
    root = 1 / (1 + ops.abs(x))
    return root * root


# Written out: TensorFlow's kernel cannot be differentiated twice.
_SOFTSIGN = Elementwise(ops.softsign, lambda t, x: t * _slope(x), island=ALL)


@activation_function
def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|), element-wise. See `Softsign`."""
    return _SOFTSIGN(to_float(x))


@registered
class Softsign(Activation):
    """Softsign: a sigmoidal function without an exponential.

    Formula: `softsign(x) = x / (1 + |x|)` (book 7.8); `softsign'(x) = 1 / (1 + |x|)^2` (book 7.9). At
    infinity the quotient is NaN, as in every backend's own.

    Shapes: any shape in, the same shape and dtype out.

    Differences from Keras: none; `keras.activations.softsign` is the same.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Softsign
    >>> [float(v) for v in Softsign()(np.array([-3.0, 0.0, 1.0]))]
    [-0.75, 0.0, 0.5]

    Reference: Elliott, A Better Activation Function for Artificial Neural Networks, 1993.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return softsign(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        return _slope(to_float(x))
