"""AdaDelta."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import running_mean, sqrt
from .base import PaperOptimizer


@registered
class AdaDelta(PaperOptimizer):
    """AdaDelta: a ratio of running root mean squares, of the steps over the gradients.

    Formula: `n <- rho n + (1 - rho) g^2`, `d = sqrt(s + epsilon) / sqrt(n + epsilon) g`,
    `s <- rho s + (1 - rho) d^2`, `w <- w - eta d`, with n and s starting at 0 and epsilon inside
    both roots, as in the paper.

    Args:
        learning_rate: eta, a factor that the paper does not have. Default 1, the paper's rule.
        rho: decay of both means, in [0, 1). Default 0.95.
        epsilon: above 0. Default 1e-6.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Adadelta` has the same rule, with default learning
    rate 0.001 and epsilon 1e-7. PyTorch's `Adadelta` and `optax.adadelta` have the same rule with rho
    0.9; PyTorch's `weight_decay` is `l2` here.

    Example:

    >>> import keras
    >>> from custom.optimizers import AdaDelta
    >>> w = keras.Variable(1.0)
    >>> _ = AdaDelta().apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.9955

    Reference: Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012, arXiv:1212.5701,
    algorithm 1.
    """

    slots = ("mean_square_gradient", "mean_square_step")

    def __init__(
        self,
        learning_rate: LearningRate = 1.0,
        rho: float = 0.95,
        epsilon: float = 1e-6,
        *,
        name: str = "adadelta",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.rho = _checks.real("rho", rho, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, n: Tensor, s: Tensor) -> tuple[Tensor, ...]:
        n = running_mean(n, g * g, self.rho)
        d = sqrt(s + self.epsilon) / sqrt(n + self.epsilon) * g
        s = running_mean(s, d * d, self.rho)
        return -rate * d, n, s

    def get_config(self) -> Config:
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
