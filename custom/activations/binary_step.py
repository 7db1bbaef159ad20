"""The binary step, or threshold unit."""

from typing import Any

from .. import _checks
from .._elementwise import Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, choose, constant, everywhere, identity_slope, no_slope, to_float


def _value(x, threshold):
    return choose(x >= constant(threshold, x), x, 1.0, 0.0)


_STEP = Elementwise(_value, no_slope)
_THROUGH = Elementwise(_value, identity_slope)


@activation_function
def binary_step(x: Tensor, threshold: float = 0.0, straight_through: bool = False) -> Tensor:
    """1 for x >= `threshold`, 0 below, element-wise. See `BinaryStep`."""
    return (_THROUGH if straight_through else _STEP)(to_float(x), threshold=threshold)


@registered
class BinaryStep(Activation):
    """Binary step: the unit of the perceptron.

    Formula: `f(x) = 1` for x >= theta and 0 for x < theta (book 8.15; Heaviside's step for
    theta = 0, book figure 13).

    Its gradient is zero everywhere, at the threshold too, so nothing below it learns. With
    `straight_through=True` the backward pass takes the unit for the identity (gradient 1), the
    straight-through estimator of Bengio et al.; `derivative` stays the true one, 0.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        threshold: theta. Default 0.
        straight_through: whether gradients pass as through the identity. Default False.

    Raises:
        ValueError: a threshold that is not finite.
        TypeError: a threshold that is no number; `straight_through` that is no boolean.

    Differences from Keras: Keras has no step. `keras.ops.heaviside` takes its value at 0 as an
    argument, and has no straight-through gradient.

    Example:

    >>> import numpy as np
    >>> from custom.activations import BinaryStep
    >>> [float(v) for v in BinaryStep(threshold=1)(np.array([-2.0, 1.0, 3.0]))]
    [0.0, 1.0, 1.0]

    Reference: Rosenblatt, The perceptron, Psychological Review 65, 1958; the estimator: Bengio,
    Leonard and Courville, arXiv:1308.3432, section 4.
    """

    def __init__(self, threshold: float = 0.0, straight_through: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.threshold = _checks.real("threshold", threshold)
        self.straight_through = _checks.boolean("straight_through", straight_through)

    def call(self, inputs: Tensor) -> Tensor:
        return binary_step(inputs, self.threshold, self.straight_through)

    def derivative(self, x: Tensor) -> Tensor:
        return everywhere(0.0, x)

    def get_config(self) -> Config:
        return {**super().get_config(), "threshold": self.threshold, "straight_through": self.straight_through}
