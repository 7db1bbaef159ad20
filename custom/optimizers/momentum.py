"""Classical momentum and Nesterov's accelerated gradient."""

from typing import Any

import keras

from .. import _types
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from .base import PaperOptimizer
from .schedules import Schedule, momentum_at, momentum_of


@registered
class Momentum(PaperOptimizer):
    """Gradient descent with classical momentum.

    Formula: `v <- mu v - eta g`, `w <- w + v`, with v starting at 0 (book 6.15 with its missing sign,
    algorithm 2). The learning rate eta stands inside the velocity, so that a velocity built up
    under one rate keeps it when a schedule lowers the rate.

    Args:
        learning_rate: eta. Default 0.01.
        momentum: mu, in [0, 1), or a schedule such as `IncreasingMomentum`. Default 0.9.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: the same rule as `keras.optimizers.SGD(momentum=mu)`. PyTorch's `SGD` and
    `optax.sgd` keep the learning rate outside the velocity (`v <- mu v + g`, `w <- w - eta v`): the
    same path only while eta is constant. PyTorch's `weight_decay` is `l2` here.

    Example:

    >>> import keras
    >>> from custom.optimizers import Momentum
    >>> w = keras.Variable(1.0)
    >>> _ = Momentum(0.5).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.75

    Reference: Rumelhart, Hinton and Williams, Nature 323, 1986, equation 9; Sutskever et al., On the
    importance of initialization and momentum in deep learning, ICML 2013, equations 1-2.
    """

    slots = ("velocity",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: _types.Momentum = 0.9,
        name: str = "momentum",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.momentum = momentum_of(momentum)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, v: Tensor) -> tuple[Tensor, ...]:
        v *= momentum_at(self.momentum, t)
        v -= rate * g
        return v, v

    def get_config(self) -> Config:
        momentum = self.momentum
        if isinstance(momentum, Schedule):
            momentum = keras.saving.serialize_keras_object(momentum)
        return {**super().get_config(), "momentum": momentum}


@registered
class Nesterov(Momentum):
    """Nesterov's accelerated gradient, in the momentum form of Sutskever et al.

    Formula: the gradient is taken at the look-ahead point y = w + mu v: `v <- mu v - eta grad f(y)`,
    `w <- w + v` (book 6.17, algorithm 3). The variables hold y, where the loss is evaluated, so one
    step reads `v <- mu v - eta g`, `y <- y + mu v - eta g` with the new v; w is y - mu v. The book's
    code is this form, its equation 6.17 the one in w, its algorithm 3 the one in `m = -v / eta`.

    Args:
        learning_rate: eta. Default 0.01.
        momentum: mu, in [0, 1), or a schedule such as `IncreasingMomentum`, under which the variables hold
            w + mu v with the mu of the coming step. Default 0.9.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: the same rule as `keras.optimizers.SGD(momentum=mu, nesterov=True)`.
    PyTorch's `SGD(nesterov=True)` and `optax.sgd(nesterov=True)` keep the learning rate outside the
    velocity: the same path only while it is constant. PyTorch's `weight_decay` is `l2` here.

    Example:

    >>> import keras
    >>> from custom.optimizers import Nesterov
    >>> w = keras.Variable(1.0)
    >>> _ = Nesterov(0.5, momentum=0.5).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.625

    Reference: Sutskever et al., ICML 2013, equations 3-4.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: _types.Momentum = 0.9,
        name: str = "nesterov",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, momentum, name=name, **kwargs)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, v: Tensor) -> tuple[Tensor, ...]:
        v *= momentum_at(self.momentum, t)
        v -= rate * g
        return momentum_at(self.momentum, t + 1) * v - rate * g, v
