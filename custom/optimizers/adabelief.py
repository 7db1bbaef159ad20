"""AdaBelief."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import one_minus_power, running_mean, sqrt
from .base import PaperOptimizer


@registered
class AdaBelief(PaperOptimizer):
    """AdaBelief: Adam that divides by how far gradients lie from their mean, not by their size.

    Formula, at step t = 1, 2, ...: `m <- b1 m + (1 - b1) g`, `s <- b2 s + (1 - b2) (g - m)^2 + epsilon`,
    `w <- w - eta (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + epsilon)`, with m and s starting at 0 (the
    paper's algorithm 2). g - m is taken with the new m. Under a gradient that stays the same, s falls
    with g - m, and the step grows beyond eta, where Adam's is eta.

    Epsilon enters s at every step, so that s tends to (its variance plus) epsilon / (1 - b2): 1e-5 at the
    defaults, whose root, 3e-3, bounds the step where the variance is smaller.

    Args:
        learning_rate: eta. Default 0.001.
        beta_1: b1, in [0, 1). Default 0.9.
        beta_2: b2, in [0, 1). Default 0.999.
        epsilon: above 0. Default 1e-8.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: Keras has no AdaBelief, nor has PyTorch. The authors' `adabelief-pytorch` has
    this rule, with epsilon 1e-16 and, unless told otherwise, rectification and decoupled decay.
    `optax.adabelief` adds its epsilon to the corrected root and, under the name `eps_root`, to s.

    Example:

    >>> import keras
    >>> from custom.optimizers import AdaBelief
    >>> w = keras.Variable(1.0)
    >>> _ = AdaBelief(0.09).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.9

    Reference: Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris and Duncan, AdaBelief Optimizer:
    Adapting Stepsizes by the Belief in Observed Gradients, NeurIPS 2020, arXiv:2010.07468, algorithm 2.
    """

    slots = ("moment", "variance")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        name: str = "adabelief",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor, s: Tensor) -> tuple[Tensor, ...]:
        m = running_mean(m, g, self.beta_1)
        apart = g - m
        s = running_mean(s, apart * apart, self.beta_2) + self.epsilon
        root = sqrt(one_minus_power(self.beta_2, t))
        step = -rate * root / one_minus_power(self.beta_1, t) * m / (sqrt(s) + self.epsilon * root)
        return step, m, s

    def get_config(self) -> Config:
        own = ("beta_1", "beta_2", "epsilon")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
