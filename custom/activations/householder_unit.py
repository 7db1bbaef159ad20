"""The threshold unit of Householder's nerve fibres."""

from typing import Any

from .. import _checks
from .._elementwise import Elementwise
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, choose, constant, everywhere, no_slope, to_float


def _value(x, threshold, activity):
    return choose(x > constant(threshold, x), x, activity, 0.0)


_UNIT = Elementwise(_value, no_slope)


@activation_function
def householder_unit(x: Tensor, threshold: float = 0.0, activity: float = 1.0) -> Tensor:
    """`activity` for x > `threshold`, 0 elsewhere. See `HouseholderUnit`."""
    return _UNIT(to_float(x), threshold=threshold, activity=activity)


@registered
class HouseholderUnit(Activation):
    """Householder's nerve fibre: a constant response above a threshold, none below.

    Formula: `f(x) = 0` for x <= h and `a` for x > h, with h the threshold and a the activity (book
    8.2), positive in an excitatory fibre and negative in an inhibitory one. Its derivative is 0
    everywhere, at the threshold too, so nothing below it learns.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        threshold: h. Default 0.
        activity: a, not 0. Default 1.

    Raises:
        ValueError: a number that is not finite; activity 0.

    Differences from Keras: Keras has no such function. `BinaryStep` is 1 at its threshold, this unit
    is 0 there.

    Example:

    >>> import numpy as np
    >>> from custom.activations import HouseholderUnit
    >>> [float(v) for v in HouseholderUnit(threshold=1, activity=-0.5)(np.array([-2.0, 1.0, 3.0]))]
    [0.0, 0.0, -0.5]

    Reference: Householder, A theory of steady-state activity in nerve-fiber networks: I, Bulletin of
    Mathematical Biophysics 3, 1941.
    """

    def __init__(self, threshold: float = 0.0, activity: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.threshold = _checks.real("threshold", threshold)
        self.activity = _checks.real("activity", activity)
        if not self.activity:
            raise ValueError(f"Received: activity={activity!r}. Expected a number other than 0.")

    def call(self, inputs: Tensor) -> Tensor:
        return householder_unit(inputs, self.threshold, self.activity)

    def derivative(self, x: Tensor) -> Tensor:
        return everywhere(0.0, x)

    def get_config(self) -> Config:
        return {**super().get_config(), "threshold": self.threshold, "activity": self.activity}
