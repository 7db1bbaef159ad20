"""The contenders: how each is made from a learning rate, and in which space that rate is chosen."""

import dataclasses
from collections.abc import Callable
from functools import partial

from custom.optimizers import (
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    GradientDescent,
    Lion,
    Momentum,
    Nadam,
    Nesterov,
    RAdam,
    RMSProp,
)
from experiments.spec.quasi_random import log_uniform

TRIALS, WIDTH = 7, 1e4


@dataclasses.dataclass(frozen=True)
class Contender:
    """An optimizer, and the learning rates that are tried, in four decades; one of them is the default.

    Attributes:
        make: from a schedule of the learning rate to an optimizer; `None` for Newton's method, which has none.
        low: lower end of the space of rates.
        default: the rate of its paper, or of the libraries where the paper has none; `None`: there is none.
    """

    make: Callable | None
    low: float
    default: float | None = None

    def rates(self):
        """Return the values that are tried, in ascending order."""
        return log_uniform(self.low, WIDTH * self.low, TRIALS)


def adamw(rate):
    """Return AdamW with the decay that libraries take: 0.01 times the rate, from the schedule of that rate."""
    alpha = rate.initial_learning_rate
    return AdamW(rate, weight_decay=0.01 * alpha, base_learning_rate=alpha)


EVERYWHERE = {
    "sgd": Contender(GradientDescent, 1e-3, 0.01),
    "momentum": Contender(partial(Momentum, momentum=0.9), 1e-4, 0.01),
    "nesterov": Contender(partial(Nesterov, momentum=0.9), 1e-4, 0.01),
    "adagrad": Contender(AdaGrad, 1e-3, 0.01),
    "rmsprop": Contender(RMSProp, 1e-5, 0.001),
    "adam": Contender(Adam, 1e-5, 0.001),
    "adamax": Contender(AdaMax, 2e-5, 0.002),
    "nadam": Contender(Nadam, 2e-5, 0.002),
    "adamw": Contender(adamw, 1e-5, 0.001),
    "radam": Contender(RAdam, 1e-5, 0.001),
    "lion": Contender(Lion, 1e-6, 1e-4),
}
FORMS = {
    "full": Contender(GradientDescent, 1e-3, 0.01),
    "stochastic": Contender(GradientDescent, 1e-5, 0.01),
}
# What is tried of Newton's method is 1 / damping: a very large damping is gradient descent with this learning rate.
NEWTON = {"newton": Contender(None, 1.0)}


def rates(contenders):
    """Return the rates that are tried, by contender."""
    return {name: contender.rates() for name, contender in contenders.items()}
