"""RAdam."""

import math
from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import exp, one_minus_power, positive, running_mean, sqrt, where
from .base import PaperOptimizer


@registered
class RAdam(PaperOptimizer):
    """Rectified Adam: the adaptive rate waits until its variance is tractable, and starts small.

    Formula, at step t = 1, 2, ...: `m <- b1 m + (1 - b1) g`, `v <- b2 v + (1 - b2) g^2`,
    `m_hat = m / (1 - b1^t)`, `rho_inf = 2 / (1 - b2) - 1`, `rho_t = rho_inf - 2 t b2^t / (1 - b2^t)`. If
    rho_t > threshold, `w <- w - eta r_t m_hat sqrt(1 - b2^t) / (sqrt(v) + epsilon)` with
    `r_t = sqrt((rho_t - 4) (rho_t - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho_t))`; else
    `w <- w - eta m_hat` (the paper's algorithm 2).

    Args:
        learning_rate: eta. Default 0.001.
        beta_1: b1, in [0, 1). Default 0.9.
        beta_2: b2, in [0, 1). Default 0.999. At 0.6 and below rho_t never passes 4.
        epsilon: above 0. Default 1e-8. The paper's algorithm has none; it stands where the authors'
            code has it, beside the root of the uncorrected v.
        threshold: 4 or more. Default 4, the paper's, which turns adaptive at step 5 for b2 = 0.999; the
            authors' code has 5, which turns at step 6.
        warmup: what happens until then: "sgd", the paper's momentum step with the same eta, or "skip",
            no step at all, the default of the authors' later package. Default "sgd".
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: Keras has none. PyTorch's `RAdam` is this rule with threshold 5; its
    `weight_decay` is `l2` here. `optax.radam` has threshold 5, reached as well as passed, and epsilon
    after the bias correction. TensorFlow Addons had threshold 5 and optional warm-up.

    Example:

    >>> import keras
    >>> from custom.optimizers import RAdam
    >>> w = keras.Variable(1.0)
    >>> _ = RAdam(0.1).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.95

    Reference: Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, ICLR 2020,
    arXiv:1908.03265, algorithm 2.
    """

    slots = ("moment_1", "moment_2")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        threshold: float = 4.0,
        warmup: str = "sgd",
        name: str = "radam",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)
        self.threshold = _checks.real("threshold", threshold, low=4.0)
        self.warmup = _checks.one_of("warmup", warmup, ("sgd", "skip"))
        self.rho_inf = 2 / (1 - self.beta_2) - 1

    def rho(self, t: Tensor) -> Tensor:
        """rho_t, without the difference of two numbers near rho_inf that it is at the first steps.

        With h = -log(b2) / 2 it is coth(h) - t coth(t h) + t, and coth(x) = 1 / x + x / (3 + x^2 / (5 +
        x^2 / (7 + ...))), whose poles cancel. Once t h > 1 the plain formula loses nothing.
        """

        def without_pole(x):
            fraction = 19.0
            for k in range(17, 1, -2):
                fraction = k + x * x / fraction
            return x / fraction

        if not self.beta_2:
            return 1 + 0 * t
        h = -math.log(self.beta_2) / 2
        power = exp(-2 * h * t)
        late = self.rho_inf - 2 * t * power / one_minus_power(self.beta_2, t)
        if h > 1:
            return late
        return where(t * h < 1, t * (1 - without_pole(t * h)) + without_pole(h), late)

    def rectification(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """1 if the step is adaptive, else 0; and r_t, 0 where it is not."""
        if self.rho_inf <= self.threshold:
            return 0 * t, 0 * t
        rho, top = self.rho(t), self.rho_inf
        adaptive = positive(rho - self.threshold)
        square = (rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho)
        return adaptive, sqrt(adaptive * square)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor, v: Tensor) -> tuple[Tensor, ...]:
        m = running_mean(m, g, self.beta_1)
        v = running_mean(v, g * g, self.beta_2)
        adaptive, r = self.rectification(t)
        waiting = 1 - adaptive
        scale = r * sqrt(one_minus_power(self.beta_2, t)) + (waiting if self.warmup == "sgd" else 0.0)
        # One quotient for both cases: over sqrt(v) + epsilon, or over 1.
        divisor = adaptive * sqrt(v) + (adaptive * self.epsilon + waiting)
        return -rate * scale / one_minus_power(self.beta_1, t) * m / divisor, m, v

    def get_config(self) -> Config:
        own = ("beta_1", "beta_2", "epsilon", "threshold", "warmup")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
