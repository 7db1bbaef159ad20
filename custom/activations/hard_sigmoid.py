"""Hard sigmoid."""

import keras
from keras import ops

from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Tensor
from ._symbolic import activation_function
from .base import Activation, choose, is_double, pass_where, to_float

_KERNEL = Elementwise(ops.hard_sigmoid, island=ALL)
_WITH_CORNERS = Elementwise(lambda x: ops.relu6(x + 3) / 6, lambda t, x: pass_where(ops.abs(x) <= 3, t / 6))


@activation_function
def hard_sigmoid(x: Tensor) -> Tensor:
    """x / 6 + 1/2, clipped to [0, 1], element-wise. See `HardSigmoid`."""
    x = to_float(x)
    if keras.backend.backend() == "tensorflow" and not is_double(x):
        return _KERNEL(x)  # a third faster, without XLA, than a gradient that knows the corners
    return _WITH_CORNERS(x)


@registered
class HardSigmoid(Activation):
    """Hard sigmoid: three straight pieces in place of the logistic curve.

    Formula: `f(x) = 0` for x < -3, `x / 6 + 1/2` for -3 <= x <= 3, `1` for x > 3 (book 7.10);
    `f'(x) = 1/6` for |x| < 3 and 0 for |x| > 3 (book 7.11), and 1/6 at x = -3 and 3, as in the book's
    code.

    Shapes: any shape in, the same shape and dtype out.

    NaN: as of `ReLU`, in bfloat16.

    Differences from Keras: the value of `keras.activations.hard_sigmoid`, whose gradient at the two
    corners depends on the backend; in float32 and less on TensorFlow it is used here too, and takes
    the gradient at exactly x = -3 and 3 as 0. Keras 1 and 2 clipped 0.2 x + 1/2, as Courbariaux et al.'s code
    does.

    Example:

    >>> import numpy as np
    >>> from custom.activations import HardSigmoid
    >>> [float(v) for v in HardSigmoid()(np.array([-4.0, 0.0, 1.5]))]
    [0.0, 0.5, 0.75]

    Reference: Courbariaux, Bengio and David, BinaryConnect, NIPS 2015, equation 3 (there with slope
    1/2).
    """

    def call(self, inputs: Tensor) -> Tensor:
        return hard_sigmoid(inputs)

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        return choose(ops.abs(x) <= 3, x, 1 / 6, 0.0)
