"""RMSProp."""

import keras
from keras import ops

from custom import _checks
from custom.optimizers.base import PaperOptimizer


@keras.saving.register_keras_serializable(package="custom")
class RMSProp(PaperOptimizer):
    """RMSProp: the gradient divided by a running root mean square of itself.

    Formula: `n <- rho n + (1 - rho) g^2`, `w <- w - eta g / (sqrt(n) + epsilon)`, with n starting at
    0 and no bias correction, so that the first step is eta / sqrt(1 - rho) (book algorithm 5, with
    epsilon outside the root as in the book's code; the lecture has none).

    Args:
        learning_rate: eta. Default 0.001.
        rho: decay of the mean, in [0, 1). Default 0.9, the lecture's.
        epsilon: above 0. Default 1e-8.
        **kwargs: `l2`, `l2_exclude`, `learning_rate_multipliers` and the rest, as in `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.RMSprop` puts epsilon, 1e-7, inside the root, and has
    a momentum and a centred form, which the lecture does not define.

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

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-8, name="rmsprop", **kwargs):
        super().__init__(learning_rate, name=name, **kwargs)
        self.rho = _checks.real("rho", rho, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, gradient, variable, learning_rate):
        mean_square = self.slot("mean_square", variable)
        rho = self.constant(self.rho, variable)
        new = rho * mean_square + self.constant(1 - self.rho, variable) * ops.square(gradient)
        self.assign(mean_square, new)
        self.assign_sub(variable, learning_rate * gradient / (ops.sqrt(new) + self.constant(self.epsilon, variable)))

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
