"""The clipped linear function of the lecture slides."""

from typing import Any

from keras import ops

from .. import _checks
from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, choose, clip, pass_where, to_float


def _inside(x):
    return ops.logical_and(x > -0.5, x < 0.5)


def _value(x, continuous):
    if continuous:
        return clip(x + 0.5, 0.0, 1.0)
    return ops.where(_inside(x), x, choose(x >= 0.5, x, 1.0, 0.0))


_CLIPPED = Elementwise(_value, lambda t, x, continuous: pass_where(_inside(x), t), island=ALL)


@activation_function
def clipped_linear(x: Tensor, continuous: bool = False) -> Tensor:
    """x between -1/2 and 1/2, 0 below and 1 above, element-wise. See `ClippedLinear`."""
    return _CLIPPED(to_float(x), continuous=continuous)


@registered
class ClippedLinear(Activation):
    """Clipped linear function.

    Formula: `f(x) = 1` for x >= 1/2, `x` for -1/2 < x < 1/2, `0` for x <= -1/2, as the slides print
    it; `f'(x) = 1` for |x| < 1/2 and 0 elsewhere, at both corners too.

    So printed, the function jumps from -1/2 to 0 at x = -1/2 and from 1/2 to 1 at x = 1/2.
    `continuous=True` shifts the middle piece by 1/2 and removes the jumps: `f(x) = x + 1/2` there.

    Shapes: any shape in, the same shape and dtype out.

    NaN stays NaN; the gradient that passes through it is 0, as beyond the corners.

    Args:
        continuous: whether to shift the middle piece, so that the three meet. Default False, the
            slides' form.

    Raises:
        TypeError: `continuous` that is no boolean.

    Differences from Keras: Keras has no such function; `keras.activations.hard_sigmoid` clips
    x / 6 + 1/2.

    Example:

    >>> import numpy as np
    >>> from custom.activations import ClippedLinear
    >>> x = np.array([-2.0, -0.25, 0.25, 3.0])
    >>> [float(v) for v in ClippedLinear()(x)], [float(v) for v in ClippedLinear(continuous=True)(x)]
    ([0.0, -0.25, 0.25, 1.0], [0.0, 0.25, 0.75, 1.0])

    Reference: lecture slides 000, "Linear / Identidade".
    """

    def __init__(self, continuous: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.continuous = _checks.boolean("continuous", continuous)

    def call(self, inputs: Tensor) -> Tensor:
        return clipped_linear(inputs, self.continuous)

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        return choose(_inside(x), x, 1.0, 0.0)

    def get_config(self) -> Config:
        return {**super().get_config(), "continuous": self.continuous}
