"""Yogi."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import one_minus_power, running_mean, sign, sqrt
from .base import PaperOptimizer


@registered
class Yogi(PaperOptimizer):
    """Yogi: Adam whose second moment moves by a step of the gradient's size, not of its own.

    Formula, at step t = 1, 2, ...: `m <- b1 m + (1 - b1) g`, `v <- v - (1 - b2) sign(v - g^2) g^2`,
    `w <- w - eta m / (sqrt(v) + epsilon)`, with m and v starting at 0 (the paper's algorithm 2). Where
    g^2 is far below v, Adam forgets v by the factor b2; here v falls by (1 - b2) g^2 only, so that the
    step grows slowly. Where g^2 is above v both rise, Yogi by (1 - b2) g^2, Adam by (1 - b2) (g^2 - v).

    With bias correction `m / (1 - b1^t)` and `v / (1 - b2^t)` stand in place of m and v.

    Args:
        learning_rate: eta. Default 0.01.
        beta_1: b1, in [0, 1). Default 0.9.
        beta_2: b2, in [0, 1). Default 0.999.
        epsilon: above 0. Default 1e-3.
        bias_correction: whether m and v are divided by 1 - b1^t and 1 - b2^t. Default `False`, as in the paper.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: Keras has no Yogi, nor has PyTorch. TensorFlow Addons' `Yogi` is that of this
    class with bias correction, but for two things: m and v start at 1e-6, and epsilon is added before
    the correction, where it weighs 1 / sqrt(1 - b2^t) times as much. `optax.yogi` corrects m and v as
    this class does, and its m and v start at 1e-6.

    Example:

    >>> import keras
    >>> from custom.optimizers import Yogi
    >>> w = keras.Variable(1.0)
    >>> _ = Yogi(0.1, bias_correction=True, epsilon=1e-8).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.9

    Reference: Zaheer, Reddi, Sachan, Kale and Kumar, Adaptive Methods for Nonconvex Optimization,
    NeurIPS 2018, algorithm 2.
    """

    slots = ("moment_1", "moment_2")

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-3,
        *,
        bias_correction: bool = False,
        name: str = "yogi",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)
        self.bias_correction = _checks.one_of("bias_correction", bias_correction, (True, False))

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor, v: Tensor) -> tuple[Tensor, ...]:
        m = running_mean(m, g, self.beta_1)
        square = g * g
        v = v - (1 - self.beta_2) * sign(v - square) * square
        c1, c2 = (one_minus_power(b, t) if self.bias_correction else 1.0 for b in (self.beta_1, self.beta_2))
        root = sqrt(c2)
        return -rate * root / c1 * m / (sqrt(v) + self.epsilon * root), m, v

    def get_config(self) -> Config:
        own = ("beta_1", "beta_2", "epsilon", "bias_correction")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
