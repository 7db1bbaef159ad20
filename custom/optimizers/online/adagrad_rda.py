"""AdaGrad with regularized dual averaging."""

import numpy as np

from ... import _checks
from ..._registry import registered
from ..._types import Config
from ._proximal import group_minimum, quotient, soft_threshold
from .base import RegularizedLearner


@registered
class AdaGradRDA(RegularizedLearner):
    """AdaGrad's primal-dual subgradient update of a sparse linear model, with a diagonal matrix.

    Formula: after t examples, with g the mean of all gradients so far and G the sum of their squares,
    `H = delta + sqrt(G)` and `w = -(eta t / H) sign(g) max(|g| - lambda, 0)` element-wise (l1 norm). With
    the mixed norm the weights of a feature for all classes minimise
    `<g, w> + lambda |w| + w^T H w / (2 eta t)`: their length solves an equation in one unknown.
    A weight whose gradients were all 0 is 0, also for delta = 0.

    Shapes: examples `(examples, features)`, weights `(features,)` or `(features, classes)`.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
        learning_rate: eta, above 0; the paper tunes it by problem. Default 1.
        strength: lambda, at least 0. Default 0.
        norm: `"l1"` (default) or `"l1/l2"`, the mixed norm: one group per feature.
        delta: what is added to the roots, at least 0. Default 0.

    Raises:
        ValueError: a number outside its interval; `features` or `classes` that are no whole number; an unknown norm.
        TypeError: a `learning_rate`, `strength` or `delta` that is no number.

    Differences from Keras: `keras.optimizers.Ftrl` with l1 is a close relative, with other rates in its
    proximal term; `keras.optimizers.Adagrad` has no such form.

    Example:

    >>> from custom.optimizers.online import AdaGradRDA
    >>> learner = AdaGradRDA(features=3, strength=0.3).partial_fit([[1.0, 0.0, 0.2], [0.0, -1.0, 0.1]], [1, -1])
    >>> learner.weights.round(4).tolist(), learner.mistakes, round(learner.sparsity, 4)
    ([0.4, 0.4, 0.0], 1, 0.6667)

    Reference: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization, JMLR 12, 2011, section 5 and figure 1.
    """

    def __init__(
        self,
        features: int,
        classes: int | None = None,
        learning_rate: float = 1.0,
        strength: float = 0.0,
        norm: str = "l1",
        delta: float = 0.0,
    ) -> None:
        super().__init__(features, classes, learning_rate, strength, norm)
        self.delta = _checks.real("delta", delta, low=0.0)
        self._sum = np.zeros((self.features, self.outputs))
        self._squares = np.zeros((self.features, self.outputs))

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        t = max(self.examples, 1)
        mean, h = self._sum[rows] / t, self.delta + np.sqrt(self._squares[rows])
        if self.norm == "l1":
            return -quotient(self.learning_rate * t * soft_threshold(mean, self.strength), h)
        return group_minimum(mean, h / (self.learning_rate * t), self.strength)

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        if direction is not None:
            g = np.outer(values, direction)
            self._sum[indices] += g
            self._squares[indices] += g**2

    def get_config(self) -> Config:
        return {**super().get_config(), "delta": self.delta}
