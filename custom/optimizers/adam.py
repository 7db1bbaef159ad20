"""Adam."""

import keras
from keras import ops

from custom import _checks
from custom.optimizers.base import PaperOptimizer


@keras.saving.register_keras_serializable(package="custom")
class Adam(PaperOptimizer):
    """Adam: adaptive moment estimation.

    Formula, at step t = 1, 2, ...: `m <- b1 m + (1 - b1) g`, `v <- b2 v + (1 - b2) g^2`,
    `w <- w - eta (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)`, with m and v starting at 0
    (the paper's algorithm 1; book algorithm 6, with epsilon outside the root as in the paper).

    Args:
        learning_rate: eta. Default 0.001.
        beta_1: b1, in [0, 1). Default 0.9.
        beta_2: b2, in [0, 1). Default 0.999.
        epsilon: above 0. Default 1e-8.
        **kwargs: `l2`, `l2_exclude`, `learning_rate_multipliers` and the rest, as in `PaperOptimizer`.

    Differences from Keras: `keras.optimizers.Adam` uses the form of the end of the paper's
    section 2, where epsilon, 1e-7, is added to sqrt(v) before the bias correction: it weighs
    1 / sqrt(1 - b2^t) times as much, 3.2e-6 at the first step.

    Example:

    >>> import keras
    >>> from custom.optimizers import Adam
    >>> w = keras.Variable(1.0)
    >>> _ = Adam(0.1).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.9

    Reference: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015,
    arXiv:1412.6980, algorithm 1.
    """

    slots = ("moment_1", "moment_2")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="adam", **kwargs):
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)

    def rule(self, gradient, variable, learning_rate):
        dtype = variable.dtype
        first, second = self.slot("moment_1", variable), self.slot("moment_2", variable)
        step = ops.cast(self.iterations + 1, dtype)
        beta_1, beta_2 = self.constant(self.beta_1, variable), self.constant(self.beta_2, variable)
        new_first = beta_1 * first + self.constant(1 - self.beta_1, variable) * gradient
        new_second = beta_2 * second + self.constant(1 - self.beta_2, variable) * ops.square(gradient)
        self.assign(first, new_first)
        self.assign(second, new_second)
        rate = learning_rate / (1 - ops.power(beta_1, step))
        root = ops.sqrt(new_second / (1 - ops.power(beta_2, step)))
        self.assign_sub(variable, rate * new_first / (root + self.constant(self.epsilon, variable)))

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
