"""AdaDelta."""

import keras
from keras import ops

from custom import _checks
from custom.optimizers.base import PaperOptimizer


@keras.saving.register_keras_serializable(package="custom")
class AdaDelta(PaperOptimizer):
    """AdaDelta: a ratio of running root mean squares, of the steps over the gradients.

    Formula: `n <- rho n + (1 - rho) g^2`, `d = -sqrt(s + epsilon) / sqrt(n + epsilon) g`,
    `s <- rho s + (1 - rho) d^2`, `w <- w + eta d`, with n and s starting at 0 and epsilon inside
    both roots, as in the paper.

    Args:
        learning_rate: eta, a factor that the paper does not have. Default 1, the paper's rule.
        rho: decay of both means, in [0, 1). Default 0.95.
        epsilon: above 0. Default 1e-6.
        **kwargs: `l2`, `l2_exclude`, `learning_rate_multipliers` and the rest, as in `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Adadelta` has the same rule, with default learning
    rate 0.001 and epsilon 1e-7.

    Example:

    >>> import keras
    >>> from custom.optimizers import AdaDelta
    >>> w = keras.Variable(1.0)
    >>> _ = AdaDelta().apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.9955

    Reference: Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012, arXiv:1212.5701,
    algorithm 1.
    """

    slots = ("mean_square_gradient", "mean_square_step")

    def __init__(self, learning_rate=1.0, rho=0.95, epsilon=1e-6, name="adadelta", **kwargs):
        super().__init__(learning_rate, name=name, **kwargs)
        self.rho = _checks.real("rho", rho, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, gradient, variable, learning_rate):
        gradients = self.slot("mean_square_gradient", variable)
        steps = self.slot("mean_square_step", variable)
        rho, rest, epsilon = (self.constant(v, variable) for v in (self.rho, 1 - self.rho, self.epsilon))
        new_gradients = rho * gradients + rest * ops.square(gradient)
        step = -ops.sqrt(steps + epsilon) / ops.sqrt(new_gradients + epsilon) * gradient
        self.assign(gradients, new_gradients)
        self.assign(steps, rho * steps + rest * ops.square(step))
        self.assign_add(variable, learning_rate * step)

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
