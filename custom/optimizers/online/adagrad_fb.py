"""AdaGrad with forward-backward splitting."""

import numpy as np

from ... import _checks
from ..._registry import registered
from ..._types import Config
from ._proximal import group_minimum, quotient, soft_threshold
from .base import RegularizedLearner


@registered
class AdaGradFB(RegularizedLearner):
    """AdaGrad's composite mirror descent update of a sparse linear model, with a diagonal matrix.

    Formula: with g the example's gradient, G the sum of the squares of all so far, this one among them,
    and `H = delta + sqrt(G)`: `w <- S(w - eta g / H, lambda eta / H)` element-wise, with the soft threshold
    `S(z, k) = sign(z) max(|z| - k, 0)` (l1 norm). With the mixed norm the new weights of a feature for
    all classes minimise `(w - z)^T H (w - z) / 2 + eta lambda |w|`, with `z = w - eta g / H`: their length
    solves an equation in one unknown. A weight whose gradients were all 0 is 0, also for delta = 0.

    Features that an example does not have shrink too. With the l1 norm that is made up for when they
    are next looked at; with the mixed norm, whose steps do not add up, every feature with weights takes
    part in every step.

    Shapes: examples `(examples, features)`, weights `(features,)` or `(features, classes)`.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
        learning_rate: eta, above 0; the paper tunes it by problem. Default 1.
        strength: lambda, at least 0. Default 0, where it is the step of `custom.optimizers.AdaGrad`, whose
            epsilon is delta.
        norm: `"l1"` (default) or `"l1/l2"`, the mixed norm: one group per feature.
        delta: what is added to the roots, at least 0. Default 0.

    Raises:
        ValueError: a number outside its interval; `features` or `classes` that are no whole number; an unknown norm.
        TypeError: a `learning_rate`, `strength` or `delta` that is no number.

    Differences from Keras: `keras.optimizers.Adagrad` has no norm in its step, starts G at 0.1 and puts
    its epsilon inside the root.

    Example:

    >>> from custom.optimizers.online import AdaGradFB
    >>> learner = AdaGradFB(features=3, strength=0.3).partial_fit([[1.0, 0.0, 0.2], [0.0, -1.0, 0.1]], [1, -1])
    >>> learner.weights.round(4).tolist(), learner.mistakes, round(learner.sparsity, 4)
    ([0.4, 0.7, 0.0], 1, 0.6667)

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
        self._weights = np.zeros((self.features, self.outputs))
        self._squares = np.zeros((self.features, self.outputs))
        # The number of examples that each feature's stored weights have seen.
        self._seen = np.zeros((self.features, 1), "int64")

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        if self.norm == "l1/l2" or self.strength == 0:
            return self._weights[rows]
        waiting = self.examples - self._seen[rows]
        return soft_threshold(self._weights[rows], waiting * self._thresholds(self._squares[rows]))

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        if direction is not None:
            g, w = np.outer(values, direction), self.current(indices)
            self._squares[indices] += g**2
            h = self.delta + np.sqrt(self._squares[indices])
            self._weights[indices] = w - self.learning_rate * quotient(g, h)
            self._seen[indices] = self.examples
        if self.norm == "l1/l2" and self.strength:
            rows = np.flatnonzero(self._weights.any(axis=1))
            h = self.delta + np.sqrt(self._squares[rows])
            self._weights[rows] = group_minimum(-h * self._weights[rows], h, self.learning_rate * self.strength)

    def _thresholds(self, squares):
        return quotient(self.learning_rate * self.strength, self.delta + np.sqrt(squares))

    def get_config(self) -> Config:
        return {**super().get_config(), "delta": self.delta}
