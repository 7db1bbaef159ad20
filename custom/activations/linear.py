"""The identity."""

from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, everywhere, to_float


@activation_function
def linear(x: Tensor) -> Tensor:
    """x itself. See `Linear`."""
    return to_float(x)


@registered
class Linear(Activation):
    """The identity: the activation of an output layer for regression.

    Formula: `f(x) = x`, `f'(x) = 1` (slides 000 and 004).

    Shapes: any shape in, the same shape and dtype out.

    Differences from Keras: none; `keras.activations.linear` is the same.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Linear
    >>> [float(v) for v in Linear()(np.array([-2.0, 0.0, 3.0]))]
    [-2.0, 0.0, 3.0]

    Reference: lecture slides 000, "Linear / Identidade", and 004, the output layer of a regression.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return linear(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        return everywhere(1.0, x)
