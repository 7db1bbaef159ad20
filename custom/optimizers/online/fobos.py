"""Forward-backward splitting."""

import numpy as np

from ..._registry import registered
from ._proximal import group_soft_threshold, soft_threshold
from .base import RegularizedLearner


@registered
class FOBOS(RegularizedLearner):
    """Forward-backward splitting (the paper's FB) of a sparse linear model, without adaptive rates.

    Formula: at example t = 1, 2, ..., with `eta_t = eta / sqrt(t)` and g its gradient,
    `w <- S(w - eta_t g, lambda eta_t)`. With the l1 norm S is the soft threshold,
    `S(z, k) = sign(z) max(|z| - k, 0)`; with the mixed norm a feature's weights for all classes are
    shortened together, `z max(1 - k / |z|, 0)`. Features that an example does not have shrink too: that
    is made up for when they are next looked at, all at once, as thresholds add up.

    Shapes: examples `(examples, features)`, weights `(features,)` or `(features, classes)`.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
        learning_rate: eta, above 0; the paper tunes it by problem. Default 1.
        strength: lambda, at least 0. Default 0, where it is stochastic gradient descent.
        norm: `"l1"` (default) or `"l1/l2"`, the mixed norm: one group per feature.

    Raises:
        ValueError: a number outside its interval; `features` or `classes` that are no whole number; an unknown norm.
        TypeError: a `learning_rate` or `strength` that is no number.

    Differences from Keras: Keras has no such optimizer. `keras.optimizers.SGD` with an l1 regularizer
    takes the subgradient of the norm, and weights hardly ever become 0.

    Example:

    >>> from custom.optimizers.online import FOBOS
    >>> learner = FOBOS(features=3, strength=0.3).partial_fit([[1.0, 0.0, 0.2], [0.0, -1.0, 0.1]], [1, -1])
    >>> learner.weights.round(4).tolist(), learner.mistakes, round(learner.sparsity, 4)
    ([0.4879, 0.495, 0.0], 1, 0.6667)

    Reference: Duchi and Singer, Efficient Online and Batch Learning Using Forward Backward Splitting,
    JMLR 10, 2009; in the form of Duchi, Hazan and Singer, JMLR 12, 2011, section 6.
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
        self._weights = np.zeros((self.features, self.outputs))
        # The sum of all thresholds, and what of it each feature's stored weights have had.
        self._total = 0.0
        self._applied = np.zeros((self.features, 1))

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        shrink = soft_threshold if self.norm == "l1" else group_soft_threshold
        return shrink(self._weights[rows], self._total - self._applied[rows])

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        rate = self.learning_rate / np.sqrt(self.examples + 1)
        if direction is not None:
            self._weights[indices] = self.current(indices) - rate * np.outer(values, direction)
            self._applied[indices] = self._total
        self._total += self.strength * rate
