"""Lion."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import running_mean, sign
from .base import PaperOptimizer


@registered
class Lion(PaperOptimizer):
    """Lion: the sign of a momentum, found by a search over programs.

    Formula: `c = b1 m + (1 - b1) g`, `w <- w - eta (sign(c) + lambda w)`, then
    `m <- b2 m + (1 - b2) g`, with m starting at 0 and sign(0) = 0 (the paper's algorithm 2). lambda is
    `weight_decay`, multiplied by the learning rate in the paper as in Keras.

    Args:
        learning_rate: eta. Default 0.0001.
        beta_1: b1, in [0, 1): the share of the momentum in the step. Default 0.9.
        beta_2: b2, in [0, 1): the decay of the momentum. Default 0.99.
        **kwargs: `weight_decay`, `l2`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Lion` has the same rule, with default learning rate
    0.001. `optax.lion` has it with default weight decay 0.001. PyTorch has none.

    Example:

    >>> import keras
    >>> from custom.optimizers import Lion
    >>> w = keras.Variable([1.0, 1.0])
    >>> _ = Lion(0.1).apply([keras.ops.convert_to_tensor([-3.0, 0.0])], [w])
    >>> [round(float(x), 4) for x in keras.ops.convert_to_numpy(w)]
    [1.1, 1.0]

    Reference: Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023,
    arXiv:2302.06675, algorithm 2.
    """

    slots = ("momentum",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.0001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        *,
        name: str = "lion",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor) -> tuple[Tensor, ...]:
        # The sign is taken before the momentum moves on.
        step = -rate * sign(self.beta_1 * m + (1 - self.beta_1) * g)
        return step, running_mean(m, g, self.beta_2)

    def get_config(self) -> Config:
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
