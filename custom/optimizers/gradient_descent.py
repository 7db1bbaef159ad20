"""Gradient descent."""

from typing import Any

from .._registry import registered
from .._types import LearningRate, Tensor
from .base import PaperOptimizer


@registered
class GradientDescent(PaperOptimizer):
    """Gradient descent: full batch, mini-batch or stochastic, the step is the same.

    Formula: `w <- w - eta g`, with eta the learning rate and g the gradient on whatever batch it was
    computed: all examples (book 6.1, algorithm 1), some (mini-batch) or one (stochastic, 6.16).

    Args:
        learning_rate: eta. Default 0.01.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.SGD` with momentum 0 takes the same step, as do PyTorch's
    `SGD` and `optax.sgd`. PyTorch's `weight_decay` is `l2` here.

    Example:

    >>> import keras
    >>> from custom.optimizers import GradientDescent
    >>> w = keras.Variable(1.0)
    >>> _ = GradientDescent(0.5).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.75

    Reference: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors,
    Nature 323, 1986, equation 8.
    """

    def __init__(self, learning_rate: LearningRate = 0.01, name: str = "gradient_descent", **kwargs: Any) -> None:
        super().__init__(learning_rate, name=name, **kwargs)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor) -> Tensor:
        return -rate * g
