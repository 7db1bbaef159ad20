"""Rectified linear unit."""

from keras import ops

from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, piecewise_slope, to_float


@activation_function
def relu(x: Tensor) -> Tensor:
    """ReLU(x) = max(0, x), element-wise. See `ReLU`."""
    return ops.relu(to_float(x))


@registered
class ReLU(Activation):
    """Rectified linear unit.

    Formula: `ReLU(x) = max(0, x)`; `ReLU'(x) = 1` for x > 0 and 0 for x <= 0 (book 8.3-8.4; the
    value at the kink is the book's choice).

    Shapes: any shape in, the same shape and dtype out.

    NaN stays NaN, but where JAX compiles for a CPU: XLA's maximum, of which this is made, may give 0 for it, as in
    `jax.nn.relu`. A mean of the outputs then hides weights that are not finite.

    Differences from Keras: none in value; `keras.layers.ReLU` also takes a ceiling, a threshold
    and a negative slope, which are other functions.

    Example:

    >>> import numpy as np
    >>> from custom.activations import ReLU
    >>> [float(v) for v in ReLU()(np.array([-2.0, 0.0, 3.0]))]
    [0.0, 0.0, 3.0]

    Reference: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines,
    ICML 2010.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return relu(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        return piecewise_slope(x, 0.0)
