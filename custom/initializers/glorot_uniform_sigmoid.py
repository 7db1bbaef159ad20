"""Glorot's uniform initialisation for logistic units."""

import math

from .._registry import registered
from .._types import Tensor
from .base import PaperInitializer, fans, symmetric_uniform


@registered
class GlorotUniformSigmoid(PaperInitializer):
    """Glorot's uniform weights times 4, for logistic units: the fourth rule of the slides (004).

    Formula: `w ~ U(-e, e)` with `e = 4 sqrt(6 / (n + m))`, n (fan_in) the number of inputs and m (fan_out)
    the number of outputs of a unit. The variance is 16 times Glorot's 2 / (n + m), as the logistic
    function's slope at 0 is 1/4 where tanh's is 1. The third rule, for tanh, is `GlorotUniform`.

    Shapes: any; `(..., inputs, units)` for kernels, with the fans as Keras counts them.

    Args:
        seed: an integer, a `keras.random.SeedGenerator`, or `None` (default) for one drawn at random.

    Raises:
        ValueError: a seed of another kind; a dtype that is not floating.

    Differences from Keras: `keras.initializers.GlorotUniform` has a quarter of the limit.
    `keras.initializers.VarianceScaling(16, "fan_avg", "uniform")` is this rule, and PyTorch's
    `nn.init.xavier_uniform_(w, gain=4)`, whose `calculate_gain("sigmoid")` is 1, not 4.

    Example:

    >>> import keras
    >>> from custom.initializers import GlorotUniformSigmoid
    >>> w = GlorotUniformSigmoid(seed=0)((300, 300))
    >>> round(float(keras.ops.max(keras.ops.abs(w))), 2)
    0.4

    Reference: slides 004; Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural
    Networks, AISTATS 2010, equation 16, for the rule without the 4.
    """

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        return symmetric_uniform(shape, 4 * math.sqrt(6 / sum(fans(shape))), dtype, self.seed)
