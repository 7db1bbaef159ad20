"""Scaled exponential linear unit."""

from keras import ops

from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, is_double, to_float
from .elu import elu, elu_slope

# The fixed point of the paper's equations 4 and 5 for mean 0 and variance 1.
ALPHA = 1.6732632423543772848170429916717
LAMBDA = 1.0507009873554804934193349852946


@activation_function
def selu(x: Tensor) -> Tensor:
    """`lambda x` for x > 0, `lambda alpha (exp(x) - 1)` for x <= 0, element-wise. See `SELU`."""
    x = to_float(x)
    return LAMBDA * elu(x, ALPHA) if is_double(x) else ops.selu(x)


@registered
class SELU(Activation):
    """Scaled exponential linear unit: layers of it keep mean 0 and variance 1.

    Formula: `SELU(x) = lambda x` for x > 0 and `lambda alpha (exp(x) - 1)` for x <= 0 (book 8.13), with
    lambda = 1.0507009873554805 and alpha = 1.6732632423543772; `SELU'(x) = lambda` for x > 0 and
    `lambda alpha exp(x)` for x <= 0 (book 8.14), so lambda alpha = 1.7581 at x = 0.

    Shapes: any shape in, the same shape and dtype out.

    Differences from Keras: the same function as `keras.activations.selu`. In float32 on TensorFlow its
    kernel is used, which takes the gradient at exactly x = 0 as lambda, and computes exp(x) - 1
    with a subtraction (right to 2e-7, not to 7 digits, for a small negative x). The paper's variance
    needs weights of variance 1/n: `custom.initializers.LeCunNormal`; Keras's LecunNormal is a
    truncated Gaussian of that variance.

    Example:

    >>> import numpy as np
    >>> from custom.activations import SELU
    >>> [round(float(v), 4) for v in SELU()(np.array([-1.0, 0.0, 1.0]))]
    [-1.1113, 0.0, 1.0507]

    Reference: Klambauer, Unterthiner, Mayr and Hochreiter, Self-Normalizing Neural Networks, NIPS
    2017, arXiv:1706.02515, equation 2.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return selu(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        return LAMBDA * elu_slope(x, ALPHA)
