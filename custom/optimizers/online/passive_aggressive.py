"""Passive-aggressive learning."""

import numpy as np

from ... import _checks
from ..._registry import registered
from ..._types import Config
from .base import OnlineLearner


@registered
class PassiveAggressive(OnlineLearner):
    """Passive-aggressive: the smallest change of the weights that mends an example's loss.

    Formula: the new weights minimise `hinge loss + (lambda / 2) |w' - w|^2`: `w' = w - tau x d^T`, with
    `tau = min(1 / lambda, loss / (|x|^2 |d|^2))`, d as in `OnlineLearner`, `|d|^2` 1 for two classes and 2
    for more. Without a loss nothing changes. With lambda = 0 every example has loss 0 after its step.

    Shapes: examples `(examples, features)`, weights `(features,)` or `(features, classes)`.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
        strength: lambda, at least 0; `1 / lambda` is the aggressiveness C of PA-I. Default 0.

    Raises:
        ValueError: a number outside its interval; `features` or `classes` that are no whole number.
        TypeError: a `strength` that is no number.

    Differences from Keras: Keras has no such optimizer. scikit-learn's `PassiveAggressiveClassifier` is
    PA-I with C = 1 and an intercept, and treats more classes one against the rest.

    Example:

    >>> from custom.optimizers.online import PassiveAggressive
    >>> learner = PassiveAggressive(features=2).partial_fit([[1.0, 1.0], [0.0, -2.0]], [1, -1])
    >>> learner.weights.tolist(), learner.mistakes
    ([0.5, 0.5], 0)

    Reference: Crammer, Dekel, Keshet, Shalev-Shwartz and Singer, Online Passive-Aggressive Algorithms,
    JMLR 7, 2006; in the form of Duchi, Hazan and Singer, JMLR 12, 2011, section 6.
    """

    def __init__(self, features: int, classes: int | None = None, strength: float = 0.0) -> None:
        super().__init__(features, classes)
        self.strength = _checks.real("strength", strength, low=0.0)
        self._weights = np.zeros((self.features, self.outputs))

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        return self._weights[rows]

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        if direction is None or not values.any():
            return
        tau = loss / ((values @ values) * (direction @ direction))
        if tau * self.strength > 1:
            tau = 1 / self.strength
        self._weights[indices] -= tau * np.outer(values, direction)

    def get_config(self) -> Config:
        return {**super().get_config(), "strength": self.strength}
