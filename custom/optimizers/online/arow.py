"""Adaptive regularization of weights."""

import numpy as np

from ... import _checks
from ..._registry import registered
from ..._types import Config
from .base import OnlineLearner


@registered
class AROW(OnlineLearner):
    """Adaptive regularization of weight vectors: a mean and a variance for each weight.

    Formula: where the loss, `1 - y mu^T x`, is above 0: `beta = 1 / (x^T Sigma x + r)`,
    `mu <- mu + loss beta y Sigma x`, `Sigma <- Sigma - beta Sigma x x^T Sigma`, starting from mu = 0 and
    Sigma = I (the paper's figure 1). Here Sigma is diagonal: after each step the entries off the
    diagonal are dropped, from Sigma (`diagonal="covariance"`: `s_i <- s_i - beta s_i^2 x_i^2`) or from
    its inverse (`diagonal="precision"`: `1 / s_i <- 1 / s_i + x_i^2 / r`). Predictions use mu.

    Shapes: examples `(examples, features)`, weights `(features,)`; two classes only, as in the paper.

    Args:
        features: number of features.
        strength: r, above 0 (Duchi et al. call it lambda). Default 1.
        diagonal: `"covariance"` (default) or `"precision"`.

    Raises:
        ValueError: a number outside its interval; `features` that are no whole number; an unknown `diagonal`.
        TypeError: a `strength` that is no number.

    Differences from Keras: Keras has no such optimizer.

    Example:

    >>> from custom.optimizers.online import AROW
    >>> learner = AROW(features=2).partial_fit([[1.0, 0.0], [0.0, -2.0]], [1, -1])
    >>> learner.weights.tolist(), learner.variances.round(4).tolist(), learner.mistakes
    ([0.5, 0.4], [0.5, 0.2], 1)

    Reference: Crammer, Kulesza and Dredze, Adaptive Regularization of Weight Vectors, NIPS 2009, figure 1.
    """

    def __init__(self, features: int, strength: float = 1.0, diagonal: str = "covariance") -> None:
        super().__init__(features)
        self.strength = _checks.real("strength", strength, low=0.0, low_open=True)
        self.diagonal = _checks.one_of("diagonal", diagonal, ("covariance", "precision"))
        self._mean = np.zeros((self.features, 1))
        self.variances = np.ones(self.features)

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        return self._mean[rows]

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        if direction is None:
            return
        variances = self.variances[indices]
        spread = variances * values
        beta = 1 / (values @ spread + self.strength)
        self._mean[indices] -= loss * beta * np.outer(spread, direction)
        if self.diagonal == "covariance":
            self.variances[indices] = variances - beta * spread**2
        else:
            self.variances[indices] = variances / (1 + variances * values**2 / self.strength)

    def get_config(self) -> Config:
        return {"features": self.features, "strength": self.strength, "diagonal": self.diagonal}
