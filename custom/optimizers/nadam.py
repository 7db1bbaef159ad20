"""Nadam."""

import math
from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import exp, one_minus_power, running_mean, sqrt
from .base import PaperOptimizer

# By schedule: how fast mu_t = b1 (1 - 0.96^(rate t) / 2) rises.
RATES = {"dozat": 1 / 250, "keras": 1.0}


@registered
class Nadam(PaperOptimizer):
    """Nadam: Adam with Nesterov's momentum, and momentum that rises over the steps.

    Formula, at step t = 1, 2, ..., with `mu_t = b1 (1 - 0.96^(t / 250) / 2)` and P_t the product of
    mu_1 to mu_t: `m <- mu_t m + (1 - mu_t) g`, `v <- b2 v + (1 - b2) g^2`,
    `m_hat = mu_(t+1) m / (1 - P_(t+1)) + (1 - mu_t) g / (1 - P_t)`, `v_hat = v / (1 - b2^t)`,
    `w <- w - eta m_hat / (sqrt(v_hat) + epsilon)`, with m and v starting at 0.

    The schedules:

    - "dozat": the workshop paper's, as above.
    - "constant": mu_t = b1, so that P_t = b1^t (book algorithm 8, with the t + 1 that it lost).
    - "keras": `mu_t = b1 (1 - 0.96^t / 2)`, over after 100 steps instead of 25,000, and constant b1 in
      the recursion of m.

    Without Nesterov's term, `m_hat = m / (1 - P_t)`: Adam with the momentum of the schedule, which tells the
    gain of the one from that of the other. With "constant" that is Adam; under "keras", where the mean has
    constant b1, it is divided by the product of the schedule all the same.

    The paper prints `v_hat = b2 v / (1 - b2^t)`, as does the book. That b2 does not follow from the
    derivation and no implementation has it; a learning rate and an epsilon divided by sqrt(b2), 1.0005
    times as large by default, give that form.

    Args:
        learning_rate: eta. Default 0.002, the best of the paper's experiment.
        beta_1: b1, mu in the paper, in [0, 1). Default 0.975, as in the paper's experiment.
        beta_2: b2, nu in the paper, in [0, 1). Default 0.999.
        epsilon: above 0. Default 1e-8.
        schedule: "dozat", "constant" or "keras". Default "dozat".
        nesterov: whether the step looks ahead with the momentum of the next one. Default `True`.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Nadam` is `schedule="keras"` with beta_1 0.9, epsilon 1e-7
    and learning rate 0.001. PyTorch's `NAdam` has the schedule of "dozat" with constant b1 (0.9) in the
    recursion of m; its `weight_decay` is `l2` here. `optax.nadam` is "constant" with beta_1 0.9.

    Example:

    >>> import keras
    >>> from custom.optimizers import Nadam
    >>> w = keras.Variable(1.0)
    >>> _ = Nadam(0.1, beta_1=0.5, schedule="constant").apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.8667

    Reference: Dozat, Incorporating Nesterov Momentum into Adam, ICLR workshop 2016, algorithm 2;
    Sutskever et al., ICML 2013, for the idea of the schedule.
    """

    slots = ("moment_1", "moment_2")
    scalar_slots = {"one_minus_product": 0.0}

    def __init__(
        self,
        learning_rate: LearningRate = 0.002,
        beta_1: float = 0.975,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        schedule: str = "dozat",
        nesterov: bool = True,
        name: str = "nadam",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)
        self.schedule = _checks.one_of("schedule", schedule, ("constant", *RATES))
        self.nesterov = _checks.one_of("nesterov", nesterov, (True, False))

    def momentum(self, t: Tensor) -> Tensor:
        """mu_t."""
        if self.schedule == "constant":
            return self.beta_1
        return self.beta_1 * (1 - 0.5 * exp(t * (RATES[self.schedule] * math.log(0.96))))

    def scalar_rule(self, rate: Tensor, t: Tensor, c: Tensor) -> Tensor:
        """c = 1 - P_t, from `P_t = P_(t-1) mu_t`: so written a sum of two positive numbers, which loses no
        digits where P_t is near 1.
        """
        return c + (1 - c) * (1 - self.momentum(t))

    def rule(
        self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor, v: Tensor, c: Tensor
    ) -> tuple[Tensor, ...]:
        mu, next_mu = self.momentum(t), self.momentum(t + 1)
        m = running_mean(m, g, self.beta_1 if self.schedule == "keras" else mu)
        v = running_mean(v, g * g, self.beta_2)
        if self.nesterov:
            next_c = c + (1 - c) * (1 - next_mu)
            m_hat = next_mu / next_c * m + (1 - mu) / c * g
        else:
            m_hat = m / c
        # m_hat / (sqrt(v / c2) + epsilon) with sqrt(c2) taken out of the root.
        root = sqrt(one_minus_power(self.beta_2, t))
        return -rate * root * m_hat / (sqrt(v) + self.epsilon * root), m, v

    def get_config(self) -> Config:
        own = ("beta_1", "beta_2", "epsilon", "schedule", "nesterov")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
