"""The sign function."""

from typing import Any

from keras import ops

from .. import _checks
from .._elementwise import Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, everywhere, identity_slope, no_slope, to_float


def _sign(x):
    return ops.where(ops.isnan(x), x, ops.sign(x))  # PyTorch's sign of NaN is 0


_STEP = Elementwise(_sign, no_slope)
_THROUGH = Elementwise(_sign, identity_slope)


@activation_function
def sign(x: Tensor, straight_through: bool = False) -> Tensor:
    """-1 for x < 0, 0 for x = 0, 1 for x > 0, element-wise. See `Sign`."""
    return (_THROUGH if straight_through else _STEP)(to_float(x))


@registered
class Sign(Activation):
    """Sign function: the step between -1 and 1.

    Formula: `f(x) = -1` for x < 0, 0 for x = 0, 1 for x > 0 (slides 000).

    Its gradient is zero everywhere, at 0 too, so nothing below it learns. With
    `straight_through=True` the backward pass takes it for the identity (gradient 1), the
    straight-through estimator of Bengio et al.; `derivative` stays the true one, 0.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        straight_through: whether gradients pass as through the identity. Default False.

    Raises:
        TypeError: `straight_through` that is no boolean.

    Differences from Keras: the value of `keras.ops.sign`, which has no straight-through gradient.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Sign
    >>> [float(v) for v in Sign()(np.array([-2.0, 0.0, 3.0]))]
    [-1.0, 0.0, 1.0]

    Reference: lecture slides 000; the estimator: Bengio, Leonard and Courville, arXiv:1308.3432,
    section 4.
    """

    def __init__(self, straight_through: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.straight_through = _checks.boolean("straight_through", straight_through)

    def call(self, inputs: Tensor) -> Tensor:
        return sign(inputs, self.straight_through)

    def derivative(self, x: Tensor) -> Tensor:
        return everywhere(0.0, x)

    def get_config(self) -> Config:
        return {**super().get_config(), "straight_through": self.straight_through}
