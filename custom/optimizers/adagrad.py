"""AdaGrad."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import sqrt
from .base import PaperOptimizer


@registered
class AdaGrad(PaperOptimizer):
    """AdaGrad with a diagonal matrix: each coordinate divided by the root of its summed squares.

    Formula: `G <- G + g^2`, `w <- w - eta g / (sqrt(G) + epsilon)`, with G starting at 0 (book
    algorithm 4, with epsilon outside the root as in the paper, where it is called delta).

    Args:
        learning_rate: eta, tuned by problem in the paper. Default 0.01.
        epsilon: delta, above 0. Default 1e-8.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Adagrad` starts G at 0.1 and puts epsilon, 1e-7,
    inside the root; its default learning rate is 0.001. `optax.adagrad` has the same start and
    epsilon. PyTorch's `Adagrad` has this rule with epsilon 1e-10; its `weight_decay` is `l2` here.

    Example:

    >>> import keras
    >>> from custom.optimizers import AdaGrad
    >>> w = keras.Variable(1.0)
    >>> _ = AdaGrad(0.5).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.5

    Reference: Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization, JMLR 12, 2011, figure 1 with the diagonal matrix.
    """

    slots = ("accumulator",)

    def __init__(
        self, learning_rate: LearningRate = 0.01, *, epsilon: float = 1e-8, name: str = "adagrad", **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, total: Tensor) -> tuple[Tensor, ...]:
        total += g * g
        return -rate * g / (sqrt(total) + self.epsilon), total

    def get_config(self) -> Config:
        return {**super().get_config(), "epsilon": self.epsilon}
