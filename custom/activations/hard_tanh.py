"""Hard hyperbolic tangent."""

from keras import ops

from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, choose, clip, pass_where, to_float

_HARD_TANH = Elementwise(lambda x: clip(x, -1.0, 1.0), lambda t, x: pass_where(ops.abs(x) < 1, t), island=ALL)


@activation_function
def hard_tanh(x: Tensor) -> Tensor:
    """x clipped to [-1, 1], element-wise. See `HardTanh`."""
    return _HARD_TANH(to_float(x))


@registered
class HardTanh(Activation):
    """Hard hyperbolic tangent: three straight pieces in place of the curve.

    Formula: `f(x) = -1` for x < -1, `x` for -1 <= x <= 1, `1` for x > 1 (book 7.12); `f'(x) = 1` for
    |x| < 1 and 0 for |x| > 1 (book 7.13), and 0 at x = -1 and 1, as in the book's code.

    Shapes: any shape in, the same shape and dtype out.

    NaN stays NaN; the gradient that passes through it is 0, as beyond the corners.

    Differences from Keras: the value of `keras.activations.hard_tanh`, whose gradient at the two
    corners depends on the backend.

    Example:

    >>> import numpy as np
    >>> from custom.activations import HardTanh
    >>> [float(v) for v in HardTanh()(np.array([-4.0, 0.5, 1.5]))]
    [-1.0, 0.5, 1.0]

    Reference: Collobert, Large Scale Machine Learning, thesis, 2004.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return hard_tanh(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        return choose(ops.abs(x) < 1, x, 1.0, 0.0)
