"""Regularized dual averaging."""

import numpy as np

from ..._registry import registered
from ._proximal import group_soft_threshold, soft_threshold
from .base import RegularizedLearner


@registered
class RDA(RegularizedLearner):
    """Regularized dual averaging of a sparse linear model, without adaptive rates.

    Formula: after t examples, with g the mean of all gradients so far, `w = -eta sqrt(t) S(g, lambda)`.
    With the l1 norm S is the soft threshold `sign(g) max(|g| - lambda, 0)`; with the mixed norm a
    feature's gradients for all classes are shortened together, `g max(1 - lambda / |g|, 0)`. It
    minimises `<g, w> + lambda |w| + |w|^2 / (2 eta sqrt(t))`, |w| in the last term Euclidean.

    Shapes: examples `(examples, features)`, weights `(features,)` or `(features, classes)`.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
        learning_rate: eta, above 0; the paper tunes it by problem. Default 1.
        strength: lambda, at least 0. Default 0.
        norm: `"l1"` (default) or `"l1/l2"`, the mixed norm: one group per feature.

    Raises:
        ValueError: a number outside its interval; `features` or `classes` that are no whole number; an unknown norm.
        TypeError: a `learning_rate` or `strength` that is no number.

    Differences from Keras: Keras has no such optimizer; the nearest is `keras.optimizers.Ftrl`.

    Example:

    >>> from custom.optimizers.online import RDA
    >>> learner = RDA(features=3, strength=0.3).partial_fit([[1.0, 0.0, 0.2], [0.0, -1.0, 0.1]], [1, -1])
    >>> learner.weights.round(4).tolist(), learner.mistakes, round(learner.sparsity, 4)
    ([0.2828, 0.2828, 0.0], 1, 0.6667)

    Reference: Xiao, Dual Averaging Methods for Regularized Stochastic Learning and Online Optimization,
    JMLR 11, 2010; in the form of Duchi, Hazan and Singer, JMLR 12, 2011, section 6.
    """

    def __init__(
        self,
        features: int,
        classes: int | None = None,
        learning_rate: float = 1.0,
        strength: float = 0.0,
        norm: str = "l1",
    ) -> None:
        super().__init__(features, classes, learning_rate, strength, norm)
        self._sum = np.zeros((self.features, self.outputs))

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        t = max(self.examples, 1)
        shrink = soft_threshold if self.norm == "l1" else group_soft_threshold
        return -self.learning_rate * np.sqrt(t) * shrink(self._sum[rows] / t, self.strength)

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        if direction is not None:
            self._sum[indices] += np.outer(values, direction)
