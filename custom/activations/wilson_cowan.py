"""The response function of Wilson and Cowan."""

import math
import sys
from typing import Any

import numpy as np
from keras import ops

from .. import _checks
from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, halves, is_double, to_float

NUMBERS = (int, float, np.number)
LARGEST = math.log(sys.float_info.max)  # the exponential of a larger number is infinite


def _check(a, theta):
    """Raise an error that quotes the settings if exp(-a theta), a constant of the function, is infinite."""
    if -a * theta > LARGEST:
        raise ValueError(f"Received: a={a!r}, theta={theta!r}. Expected a finite exp(-a theta): a theta above -709.78.")


def _expm1(x):
    """exp(x) - 1 for x <= 0."""
    if is_double(x):
        return ops.expm1(x)
    half = ops.tanh(x / 2)  # PyTorch's expm1 has no counterpart in ONNX
    return 2 * half / (1 - half)


def _value(x, a, theta):
    # sigma(u) - sigma(v) loses its digits near the origin, where u = a (x - theta) meets
    # v = -a theta. As sigma(u) sigma(-v) (1 - exp(v - u)) it keeps them; for x < 0 the mirrored form
    # keeps the exponential below 1.
    at_rest = 1 / (1 + math.exp(-a * theta))  # sigma(-v)
    positive, negative = halves(x)
    above = ops.sigmoid(a * (positive - theta)) * -_expm1(-a * positive) * at_rest
    below = ops.sigmoid(a * (theta - negative)) * _expm1(a * negative) * (1 - at_rest)
    return ops.where(x > 0, above, below)


def _slope(x, a, theta):
    u = a * (x - theta)
    return a * ops.sigmoid(u) * ops.sigmoid(-u)


_WILSON_COWAN = Elementwise(_value, lambda t, x, a, theta: t * _slope(x, a, theta), island=ALL)


@activation_function
def wilson_cowan(x: Tensor, a: float = 1.2, theta: float = 2.8) -> Tensor:
    """A logistic sigmoid shifted so that it passes through the origin. See `WilsonCowan`."""
    if isinstance(a, NUMBERS) and isinstance(theta, NUMBERS):
        _check(a, theta)
    return _WILSON_COWAN(to_float(x), a=a, theta=theta)


@registered
class WilsonCowan(Activation):
    """Response function of Wilson and Cowan: the share of a population of neurons that fires.

    Formula: `S(x) = 1 / (1 + exp(-a (x - theta))) - 1 / (1 + exp(a theta))` (book 7.1), with S(0) = 0;
    `S'(x) = a sigma(u) sigma(-u)` at u = a (x - theta), the logistic sigma's derivative, largest at
    x = theta.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        a: slope, above 0. Default 1.2, the paper's for excitatory neurons (book figure 12).
        theta: threshold, the position of the largest slope. Default 2.8.

    Raises:
        ValueError: a slope that is not positive and finite; a threshold that is not finite; both together of
            such a size that exp(-a theta) overflows.

    Differences from Keras: Keras has no such function.

    Example:

    >>> import numpy as np
    >>> from custom.activations import WilsonCowan
    >>> [round(float(v), 4) for v in WilsonCowan()(np.array([0.0, 2.8, 20.0]))]
    [0.0, 0.4664, 0.9664]

    Reference: Wilson and Cowan, Excitatory and Inhibitory Interactions in Localized Populations of
    Model Neurons, Biophysical Journal 12, 1972, equation 15.
    """

    def __init__(self, a: float = 1.2, theta: float = 2.8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.a = _checks.real("a", a, low=0.0, low_open=True)
        self.theta = _checks.real("theta", theta)
        _check(self.a, self.theta)

    def call(self, inputs: Tensor) -> Tensor:
        return wilson_cowan(inputs, self.a, self.theta)

    def derivative(self, x: Tensor) -> Tensor:
        return _slope(to_float(x), self.a, self.theta)

    def get_config(self) -> Config:
        return {**super().get_config(), "a": self.a, "theta": self.theta}
