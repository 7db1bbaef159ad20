"""Sigmoid linear unit, also called Swish."""

from typing import Any

import keras
from keras import ops

from .. import _checks
from .._elementwise import ALL, BACKENDS, Elementwise
from .._registry import registered
from .._types import Config, Shape, Tensor
from ._symbolic import activation_function
from .base import Activation, clip, to_float

_FIXED = Elementwise(lambda x, beta: ops.silu(x) if beta == 1 else x * ops.sigmoid(beta * x), island=ALL)


@activation_function
def silu(x: Tensor, beta: float | Tensor = 1.0) -> Tensor:
    """x sigma(beta x) with the logistic sigma, element-wise. See `SiLU`."""
    x = to_float(x)
    return _FIXED(x, beta=beta) if isinstance(beta, (int, float)) else _LEARNED(x, beta)


def silu_slope(x: Tensor, beta: float | Tensor = 1.0) -> Tensor:
    """sigma(beta x) (1 + beta x sigma(-beta x))."""
    z = beta * to_float(x)
    # Beyond 800 sigma(-z) is 0 in every dtype; infinity times 0 would be NaN.
    return ops.sigmoid(z) * (1 + clip(z, -800.0, 800.0) * ops.sigmoid(-z))


def _beta_derivative(t, x, beta):
    z = beta * x
    return t * (x * ops.sigmoid(z) * ops.sigmoid(-z)) * x


_LEARNED = Elementwise(
    lambda x, beta: x * ops.sigmoid(beta * x),
    lambda t, x, beta: t * silu_slope(x, beta),
    _beta_derivative,
    natural=BACKENDS,
    island=ALL,
)


@registered
class SiLU(Activation):
    """Sigmoid linear unit; with a factor beta, fixed or learned, it is Swish.

    Formula: `f(x) = x sigma(beta x)` with sigma the logistic function (book chapter 9, there with
    beta = 1); `f'(x) = sigma(beta x) (1 + beta x sigma(-beta x))`; the derivative in beta is
    `x^2 sigma(beta x) sigma(-beta x)`, summed over all elements.

    Shapes: any shape in, the same shape and dtype out. A learned beta is one number for the layer.

    Args:
        beta: factor inside the sigmoid, or its starting value. Default 1.
        trainable: as for every Keras layer, whether training changes beta; it may change later. Default
            `None`: what `learned` is.
        learned: whether beta is a weight of the layer, which `trainable` then freezes or frees. Default
            `None`: what `trainable` is. With neither beta is fixed.

    Raises:
        ValueError: a beta that is not finite.
        TypeError: `trainable` or `learned` that is no boolean.

    Differences from Keras: `keras.activations.silu` has beta = 1 only, not learned.

    Example:

    >>> import numpy as np
    >>> from custom.activations import SiLU
    >>> [round(float(v), 4) for v in SiLU()(np.array([-1.0, 0.0, 1.0]))]
    [-0.2689, 0.0, 0.7311]

    Reference: Hendrycks and Gimpel, arXiv:1606.08415, section 2 (the name SiLU); Elfwing, Uchibe and
    Doya, arXiv:1702.03118; Ramachandran, Zoph and Le, Searching for Activation Functions,
    arXiv:1710.05941 (Swish).
    """

    def __init__(
        self, beta: float = 1.0, trainable: bool | None = None, learned: bool | None = None, **kwargs: Any
    ) -> None:
        trainable, learned = (
            value if value is None else _checks.boolean(name, value)
            for name, value in (("trainable", trainable), ("learned", learned))
        )
        # Either says both where it stands alone, as `trainable` does in files of version 0.2.0.
        super().__init__(trainable=bool(learned) if trainable is None else trainable, **kwargs)
        self.learned = bool(trainable) if learned is None else learned
        self.beta = _checks.real("beta", beta)

    def build(self, input_shape: Shape) -> None:
        if self.learned:
            self.factor = self.add_weight(shape=(), initializer=keras.initializers.Constant(self.beta), name="beta")

    def current_beta(self, x: Tensor) -> Tensor:
        if not self.learned:
            return self.beta
        if not self.built:
            self.build(tuple(x.shape))
        return ops.cast(self.factor, x.dtype)

    def call(self, inputs: Tensor) -> Tensor:
        inputs = to_float(inputs)
        return silu(inputs, self.current_beta(inputs))

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        return silu_slope(x, self.current_beta(x))

    def get_config(self) -> Config:
        return {**super().get_config(), "beta": self.beta, "learned": self.learned}
