"""Learning rates and momenta by the number of the step, as papers state them."""

from typing import Any

import keras
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor

Schedule = keras.optimizers.schedules.LearningRateSchedule


@registered
class InverseSquareRoot(Schedule):
    """A learning rate that falls as the inverse square root of the step.

    Formula: `eta_t = alpha / sqrt(t)`, with t = 1, 2, ... the number of the step.

    Args:
        alpha: rate of the first step, above 0.

    Differences from Keras: Keras has no such schedule.

    Example:

    >>> from custom.optimizers import InverseSquareRoot
    >>> schedule = InverseSquareRoot(0.1)
    >>> [round(float(schedule(step)), 4) for step in (0, 3, 99)]
    [0.1, 0.05, 0.01]

    Reference: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, arXiv:1412.6980, section 6.1;
    Reddi, Kale and Kumar, On the Convergence of Adam and Beyond, ICLR 2018, arXiv:1904.09237.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = _checks.real("alpha", alpha, low=0.0, low_open=True)

    def __call__(self, step: Tensor) -> Tensor:
        return self.alpha / ops.sqrt(ops.cast(step, "float32") + 1.0)

    def get_config(self) -> Config:
        return {"alpha": self.alpha}


@registered
class LinearWarmUp(Schedule):
    """A learning rate that rises in a straight line and then is another schedule's.

    Formula, at step t = 1, 2, ...: `min(1, t / steps) eta_t`, with eta_t a number or what a schedule gives. A schedule
    counts from the first step on, through the warm-up.

    Args:
        learning_rate: eta: a number above 0, or a Keras schedule.
        steps: number of steps until the full rate is reached, at least 1.

    Differences from Keras: `keras.optimizers.schedules.CosineDecay(warmup_steps=...)` warms up too, but for its own
    decay only, which begins when the warm-up ends.

    Example:

    >>> from custom.optimizers import LinearWarmUp
    >>> schedule = LinearWarmUp(0.1, steps=4)
    >>> [round(float(schedule(step)), 4) for step in (0, 1, 3, 50)]
    [0.025, 0.05, 0.1, 0.1]

    Reference: Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, ICLR 2020, arXiv:1908.03265,
    section 2, which compares it with RAdam.
    """

    def __init__(self, learning_rate: float | keras.optimizers.schedules.LearningRateSchedule, steps: int) -> None:
        if isinstance(learning_rate, dict):
            learning_rate = keras.saving.deserialize_keras_object(learning_rate)
        if not isinstance(learning_rate, Schedule):
            learning_rate = _checks.real("learning_rate", learning_rate, low=0.0, low_open=True)
        self.learning_rate = learning_rate
        self.steps = _checks.count("steps", steps)

    def __call__(self, step: Tensor) -> Tensor:
        rate = self.learning_rate(step) if isinstance(self.learning_rate, Schedule) else self.learning_rate
        return rate * ops.minimum(1.0, (ops.cast(step, "float32") + 1.0) / self.steps)

    def get_config(self) -> Config:
        rate = self.learning_rate
        return {
            "learning_rate": keras.saving.serialize_keras_object(rate) if isinstance(rate, Schedule) else rate,
            "steps": self.steps,
        }


@registered
class IncreasingMomentum(Schedule):
    """A momentum that rises in stages towards a maximum, as Nesterov's method would have it on a convex function.

    Formula, with k = floor((t - 1) / interval) at step t = 1, 2, ...: `mu_t = min(1 - 1 / (2 (k + 1)), maximum)`. That
    is the paper's `1 - 2^(-1 - log2(floor(t / 250) + 1))`: 0.5 at first, 0.75 after 250 steps, 0.9 after 1,000, 0.99
    after 12,250. Where `lowered_after` is given, mu is at most `lowered_to` from then on: the paper lowers it for the
    last 1,000 steps, which then take the fine ones.

    Args:
        maximum: largest mu, in [0, 1). Default 0.99.
        interval: number of steps of a stage, at least 1. Default 250.
        lowered_after: number of steps after which mu is lowered, or `None` for never. Default `None`.
        lowered_to: mu after that, in [0, 1). Default 0.9.

    Differences from Keras: `keras.optimizers.SGD` takes a number only. Give this to `Momentum` or `Nesterov`.

    Example:

    >>> from custom.optimizers import IncreasingMomentum
    >>> schedule = IncreasingMomentum(0.99)
    >>> [round(float(schedule(step)), 4) for step in (0, 249, 250, 1000, 100_000)]
    [0.5, 0.5, 0.75, 0.9, 0.99]

    Reference: Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning,
    ICML 2013, section 3.
    """

    def __init__(
        self, maximum: float = 0.99, interval: int = 250, lowered_after: int | None = None, lowered_to: float = 0.9
    ) -> None:
        self.maximum = _checks.real("maximum", maximum, low=0.0, high=1.0, high_open=True)
        self.interval = _checks.count("interval", interval)
        self.lowered_after = None if lowered_after is None else _checks.count("lowered_after", lowered_after)
        self.lowered_to = _checks.real("lowered_to", lowered_to, low=0.0, high=1.0, high_open=True)

    def __call__(self, step: Tensor) -> Tensor:
        step = ops.cast(step, "float32")
        mu = ops.minimum(1.0 - 0.5 / (ops.floor(step / self.interval) + 1.0), self.maximum)
        if self.lowered_after is None:
            return mu
        return ops.where(step < self.lowered_after, mu, ops.minimum(mu, self.lowered_to))

    def get_config(self) -> Config:
        own = ("maximum", "interval", "lowered_after", "lowered_to")
        return {name: getattr(self, name) for name in own}


def momentum_of(value: Any) -> Any:
    """Return a momentum that an optimizer was given: a number in [0, 1), or a schedule.

    Raises:
        ValueError: a number outside [0, 1).
        TypeError: neither.
    """
    if isinstance(value, dict):
        value = keras.saving.deserialize_keras_object(value)
    if isinstance(value, Schedule):
        return value
    return _checks.real("momentum", value, low=0.0, high=1.0, high_open=True)


def momentum_at(momentum: Any, t: Tensor) -> Tensor:
    """Return the momentum of step t = 1, 2, ..., in the form that rules take: a number where t is one."""
    if not isinstance(momentum, Schedule):
        return momentum
    value = momentum(t - 1)
    return float(value) if isinstance(t, (int, float)) else ops.cast(value, t.dtype)
