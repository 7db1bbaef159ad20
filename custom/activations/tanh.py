"""The hyperbolic tangent."""

from keras import ops

from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, halves, is_double, to_float


@activation_function
def tanh(x: Tensor) -> Tensor:
    """tanh(x), element-wise. See `Tanh`."""
    x = to_float(x)
    if not is_double(x):
        return ops.tanh(x)
    positive, negative = halves(x)  # `ops.tanh` on JAX takes float64 through Keras's floatx
    above, below = ops.expm1(-2 * positive), ops.expm1(2 * negative)
    return ops.where(x > 0, -above / (2 + above), below / (2 + below))


@registered
class Tanh(Activation):
    """Hyperbolic tangent.

    Formula: `tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))` (book 7.5);
    `tanh'(x) = sech(x)^2 = 1 - tanh(x)^2` (book 7.6-7.7), at most 1, at x = 0.

    `derivative` is computed as `4 e / (1 + e)^2` with e = exp(-2 |x|): where tanh is close to 1, the
    difference 1 - tanh^2 loses its digits, and with them the automatic gradient, which the
    backends build from it.

    Shapes: any shape in, the same shape and dtype out.

    Differences from Keras: none; `keras.activations.tanh` is the same.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Tanh
    >>> [round(float(v), 4) for v in Tanh()(np.array([-1.0, 0.0, 1.0]))]
    [-0.7616, 0.0, 0.7616]

    Reference: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document
    recognition, 1998.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return tanh(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        e = ops.exp(-2 * ops.abs(to_float(x)))
        root = 2 / (1 + e)
        return e * root * root
