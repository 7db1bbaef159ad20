"""Gaussian error linear unit, exact and in its two approximations."""

import math
from typing import Any

from keras import ops

from .. import _checks
from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, clip, is_double, to_float
from .silu import silu, silu_slope

FORMS = ("none", "tanh", "sigmoid")
# The paper's constants: of the cubic inside the tanh, and of the sigmoid.
CUBIC = 0.044715
SIGMOID_FACTOR = 1.702
# 1 + tanh t = 2 sigma(2 t): the sigmoid keeps its digits where the sum would lose them.
LINEAR = 2 * math.sqrt(2 / math.pi)


def _bounded(x):
    """`x` clipped to where the sigmoid of its cube is 0 or 1 in every dtype: the cube of a larger number
    overflows, and its derivative times 0 would be NaN.
    """
    return clip(x, -30.0, 30.0)


def _tanh_terms(x):
    """`x` bounded, its square, and sigma(z) with z twice the argument of the tanh."""
    bounded = _bounded(x)
    square = bounded * bounded
    return bounded, square, ops.sigmoid(bounded * (LINEAR + LINEAR * CUBIC * square))


def _tanh_derivative(t, x):
    bounded, square, sigma = _tanh_terms(x)
    return t * (sigma + (bounded * sigma) * (1 - sigma) * (LINEAR + 3 * LINEAR * CUBIC * square))


def _exact(x):
    if is_double(x):
        return 0.5 * x * (1 + ops.erf(_bounded(x) * math.sqrt(0.5)))
    return ops.gelu(x, approximate=False)


_EXACT = Elementwise(_exact, island=ALL)
_TANH = Elementwise(lambda x: x * _tanh_terms(x)[2], _tanh_derivative, island=ALL)


@activation_function
def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """x Phi(x) with Phi the standard Gaussian's distribution function, element-wise. See `GELU`."""
    _checks.one_of("approximate", approximate, FORMS)
    x = to_float(x)
    if approximate == "sigmoid":
        return silu(x, SIGMOID_FACTOR)
    return _TANH(x) if approximate == "tanh" else _EXACT(x)


@registered
class GELU(Activation):
    """Gaussian error linear unit.

    Formula, `approximate="none"`: `GELU(x) = x Phi(x) = x (1 + erf(x / sqrt(2))) / 2` (book 9.1), with
    `GELU'(x) = Phi(x) + x phi(x)` (book 9.4-9.5), Phi and phi the standard Gaussian's distribution
    function and density.
    `approximate="tanh"`: `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2` (book 9.2).
    `approximate="sigmoid"`: `x sigma(1.702 x)` (book 9.3). `derivative` is that of the chosen form.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        approximate: `"none"` (default), `"tanh"` or `"sigmoid"`. The paper's experiments used the
            tanh form.

    Raises:
        ValueError: an unknown form.

    Differences from Keras: `keras.activations.gelu` takes a boolean and has no sigmoid form. The
    names are PyTorch's, which lacks `"sigmoid"`. TensorFlow Addons used the tanh form by default. In
    float32 the exact form is the backend's kernel; PyTorch's gives NaN at plus infinity on
    some processors.

    Example:

    >>> import numpy as np
    >>> from custom.activations import GELU
    >>> [round(float(v), 4) for v in GELU()(np.array([-1.0, 0.0, 1.0]))]
    [-0.1587, 0.0, 0.8413]

    Reference: Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), arXiv:1606.08415, section 2.
    """

    def __init__(self, approximate: str = "none", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.approximate = _checks.one_of("approximate", approximate, FORMS)

    def call(self, inputs: Tensor) -> Tensor:
        return gelu(inputs, self.approximate)

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        if self.approximate == "sigmoid":
            return silu_slope(x, SIGMOID_FACTOR)
        if self.approximate == "tanh":
            x = _bounded(x)
            z = LINEAR * x * (1 + CUBIC * x * x)
            return ops.sigmoid(z) * (1 + x * LINEAR * (1 + 3 * CUBIC * x * x) * ops.sigmoid(-z))
        x = clip(x, -40.0, 40.0)  # beyond, the density is 0 in every dtype; infinity times 0 would be NaN
        density = ops.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return 0.5 * (1 + ops.erf(x * math.sqrt(0.5))) + x * density

    def get_config(self) -> Config:
        return {**super().get_config(), "approximate": self.approximate}
