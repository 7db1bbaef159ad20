"""AdaMax."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import absolute, divide_no_nan, one_minus_power, running_maximum, running_mean
from .base import PaperOptimizer


@registered
class AdaMax(PaperOptimizer):
    """AdaMax: Adam with the infinity norm of the gradients in place of their second moment.

    Formula, at step t = 1, 2, ...: `m <- b1 m + (1 - b1) g`, `u <- max(b2 u, |g|)`,
    `w <- w - eta / (1 - b1^t) m / u`, with m and u starting at 0 (the paper's algorithm 2; book
    algorithm 7). There is no epsilon. Where u is 0, because no gradient has come yet, the paper's
    quotient is 0 / 0 and the step here is 0.

    Args:
        learning_rate: eta. Default 0.002.
        beta_1: b1, in [0, 1). Default 0.9.
        beta_2: b2, in [0, 1). Default 0.999.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Adamax` divides by u + epsilon, 1e-7, and its default
    learning rate is 0.001. PyTorch's `Adamax` and `optax.adamax` have `u <- max(b2 u, |g| + epsilon)`
    with epsilon 1e-8; PyTorch's `weight_decay` is `l2` here.

    Example:

    >>> import keras
    >>> from custom.optimizers import AdaMax
    >>> w = keras.Variable([1.0, 1.0])
    >>> _ = AdaMax(0.1).apply([keras.ops.convert_to_tensor([0.5, 0.0])], [w])
    >>> [round(float(x), 4) for x in keras.ops.convert_to_numpy(w)]
    [0.9, 1.0]

    Reference: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015,
    arXiv:1412.6980, algorithm 2.
    """

    slots = ("moment", "norm")

    def __init__(
        self,
        learning_rate: LearningRate = 0.002,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        *,
        name: str = "adamax",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor, u: Tensor) -> tuple[Tensor, ...]:
        m = running_mean(m, g, self.beta_1)
        u = running_maximum(u, absolute(g), self.beta_2)
        return -rate / one_minus_power(self.beta_1, t) * divide_no_nan(m, u), m, u

    def get_config(self) -> Config:
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
