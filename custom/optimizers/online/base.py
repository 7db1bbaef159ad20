"""Shared parts of the online learners: examples, the hinge loss, predictions, the count of mistakes."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ... import _checks
from ..._types import Config
from ._rows import dense, labels, rows


class OnlineLearner:
    """Base of the online learners: a linear model that sees one example after the other.

    Formula: of two classes, y = -1 or 1, the score is `s = w^T x` and the loss `max(0, 1 - y s)`. Of more
    classes, y = 0, 1, ..., each has a row of scores `s_c = w_c^T x`, and the loss is `max(0, 1 + max over
    c != y of s_c - s_y)`. Both are `max(0, 1 + d^T s)`, with d = -y, or 1 at the best wrong class and
    -1 at the right one; the gradient in the weights is then `x d^T` where the loss is above 0, and 0
    elsewhere. Ties go to the class 1, or to the first.

    A subclass states `current(rows)`, the weights of the given features after all examples so far, and
    `learn(indices, values, direction, loss)`, what an example changes (`direction`, d, is `None` where the
    loss is 0). The weights start at 0; there is no intercept: append a feature that is always 1.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
    """

    def __init__(self, features: int, classes: int | None = None) -> None:
        self.features = _checks.count("features", features)
        if classes is not None and _checks.count("classes", classes) < 2:
            raise ValueError(f"Received: classes={classes}. Expected at least 2, or None for labels -1 and 1.")
        self.classes = classes
        self.outputs = 1 if classes is None else int(classes)
        self.examples = 0
        self.mistakes = 0

    def current(self, rows: np.ndarray | slice) -> np.ndarray:
        """Weights `(features asked for, outputs)` after all examples so far."""
        raise NotImplementedError(f"{type(self).__name__} states no weights.")

    def learn(self, indices: np.ndarray, values: np.ndarray, direction: np.ndarray | None, loss: float) -> None:
        """Change the state by one example."""
        raise NotImplementedError(f"{type(self).__name__} states no rule.")

    def partial_fit(self, x: Any, y: ArrayLike) -> Self:
        """One pass over the examples, in their order; more passes, or more data, by calling it again.

        Args:
            x: an array `(examples, features)`, a CSR matrix (anything with `indptr`, `indices`, `data` and
                `shape`, such as SciPy's), or a list of tuples `(indices, values)`. An example costs
                time in proportion to its values that are not 0.
            y: the labels.

        Returns:
            The learner.
        """
        examples, y = rows(x, self.features), labels(y, self.classes)
        if len(examples) != len(y):
            raise ValueError(f"Received: {len(examples)} examples and {len(y)} labels. Expected as many of each.")
        for (indices, values), label in zip(examples, y, strict=True):
            scores = values @ self.current(indices)
            self.mistakes += int(self._predicted(scores[None])[0] != label)
            direction = self._direction(scores, label)
            loss = 1 + direction @ scores
            self.learn(indices, values, direction if loss > 0 else None, max(loss, 0.0))
            self.examples += 1
        return self

    def _direction(self, scores, label):
        if self.classes is None:
            return np.array([-float(label)])
        direction = np.zeros(self.outputs)
        others = scores.copy()
        others[label] = -np.inf
        direction[label], direction[np.argmax(others)] = -1.0, 1.0
        return direction

    def _predicted(self, scores):
        return np.where(scores[:, 0] >= 0, 1, -1) if self.classes is None else np.argmax(scores, axis=1)

    def _scores(self, x):
        weights = self.current(slice(None))
        if isinstance(x, np.ndarray):
            return dense(x, self.features) @ weights
        pairs = rows(x, self.features)
        return np.array([values @ weights[indices] for indices, values in pairs]).reshape(len(pairs), self.outputs)

    def decision_function(self, x: Any) -> np.ndarray:
        """Scores: `(examples,)` of two classes, `(examples, classes)` of more."""
        scores = self._scores(x)
        return scores[:, 0] if self.classes is None else scores

    def predict(self, x: Any) -> np.ndarray:
        """Labels."""
        return self._predicted(self._scores(x))

    @property
    def weights(self) -> np.ndarray:
        """Weights: `(features,)` of two classes, `(features, classes)` of more."""
        weights = self.current(slice(None)) + 0.0  # a copy, without -0
        return weights[:, 0] if self.classes is None else weights

    @property
    def sparsity(self) -> float:
        """Share of the weights that are not 0."""
        return float(np.mean(self.weights != 0))

    @property
    def row_sparsity(self) -> float:
        """Share of the features that have any weight that is not 0."""
        return float(np.mean((self.current(slice(None)) != 0).any(axis=1)))

    def get_config(self) -> Config:
        """Arguments of the constructor; what has been learned is not among them."""
        return {"features": self.features, "classes": self.classes}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        return cls(**config)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"


class RegularizedLearner(OnlineLearner):
    """Base of the learners with a learning rate and a norm that makes weights 0.

    Args:
        features: number of features.
        classes: `None` (default) for two classes with labels -1 and 1; else the number of classes.
        learning_rate: eta, above 0; the paper tunes it by problem. Default 1.
        strength: lambda, of the norm, at least 0. Default 0.
        norm: `"l1"` (default), lambda times the sum of the absolute weights; or `"l1/l2"`, the mixed norm:
            lambda times the sum over features of the Euclidean norm of the feature's weights for all
            classes, which keeps or drops a feature as a whole.
    """

    def __init__(
        self,
        features: int,
        classes: int | None = None,
        learning_rate: float = 1.0,
        strength: float = 0.0,
        norm: str = "l1",
    ) -> None:
        super().__init__(features, classes)
        self.learning_rate = _checks.real("learning_rate", learning_rate, low=0.0, low_open=True)
        self.strength = _checks.real("strength", strength, low=0.0)
        self.norm = _checks.one_of("norm", norm, ("l1", "l1/l2"))

    def get_config(self) -> Config:
        own = ("learning_rate", "strength", "norm")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
