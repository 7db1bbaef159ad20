"""RMSProp."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import running_mean, sqrt
from .base import PaperOptimizer


@registered
class RMSProp(PaperOptimizer):
    """RMSProp: the gradient divided by a running root mean square of itself.

    Formula: `n <- rho n + (1 - rho) g^2`, `w <- w - eta g / (sqrt(n) + epsilon)`, with n starting at
    0 and no bias correction, so that the first step is eta / sqrt(1 - rho) (book algorithm 5, with
    epsilon outside the root as in the book's code; the lecture has none).

    Args:
        learning_rate: eta. Default 0.001.
        rho: decay of the mean, in [0, 1). Default 0.9, the lecture's.
        epsilon: above 0. Default 1e-8.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.RMSprop` puts epsilon, 1e-7, inside the root, and has
    a momentum and a centred form, which the lecture does not define. PyTorch's `RMSprop` has this
    rule with rho (alpha) 0.99 and learning rate 0.01, and its `weight_decay` is `l2` here;
    `optax.rmsprop` has it with `eps_in_sqrt=False`.

    Example:

    >>> import keras
    >>> from custom.optimizers import RMSProp
    >>> w = keras.Variable(1.0)
    >>> _ = RMSProp(0.1, rho=0.75).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.8

    Reference: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012.
    """

    slots = ("mean_square",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.9,
        *,
        epsilon: float = 1e-8,
        name: str = "rmsprop",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.rho = _checks.real("rho", rho, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, n: Tensor) -> tuple[Tensor, ...]:
        n = running_mean(n, g * g, self.rho)
        return -rate * g / (sqrt(n) + self.epsilon), n

    def get_config(self) -> Config:
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
