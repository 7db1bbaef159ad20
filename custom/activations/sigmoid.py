"""The logistic sigmoid."""

from typing import Any

from keras import ops

from .. import _checks
from .._elementwise import HALF, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, to_float

_SIGMOID = Elementwise(lambda x, slope: ops.sigmoid(x if slope == 1 else slope * x), island=HALF)


@activation_function
def sigmoid(x: Tensor, slope: float = 1.0) -> Tensor:
    """1 / (1 + exp(-slope x)), element-wise. See `Sigmoid`."""
    return _SIGMOID(to_float(x), slope=slope)


@registered
class Sigmoid(Activation):
    """Logistic sigmoid.

    Formula: `sigma(x) = 1 / (1 + exp(-a x))` (book 7.2, there with a = 1; the slope a: slides 000);
    `sigma'(x) = a sigma(x) (1 - sigma(x))` (book 7.3-7.4), at most a / 4, at x = 0.

    `derivative` is computed as `a sigma(x) sigma(-x)`: where sigma is close to 1, the difference
    1 - sigma loses its digits, and with them the automatic gradient, which the backends build from
    it.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        slope: a, above 0. Default 1.

    Raises:
        ValueError: a slope that is not positive and finite.

    Differences from Keras: `keras.activations.sigmoid` has a = 1 only.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Sigmoid
    >>> [round(float(v), 4) for v in Sigmoid(slope=2)(np.array([-1.0, 0.0, 1.0]))]
    [0.1192, 0.5, 0.8808]

    Reference: Verhulst, 1845; as an activation: Rumelhart, Hinton and Williams, Nature 323, 1986,
    equation 2.
    """

    def __init__(self, slope: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.slope = _checks.real("slope", slope, low=0.0, low_open=True)

    def call(self, inputs: Tensor) -> Tensor:
        return sigmoid(inputs, self.slope)

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        return self.slope * sigmoid(x, self.slope) * sigmoid(-x, self.slope)

    def get_config(self) -> Config:
        return {**super().get_config(), "slope": self.slope}
