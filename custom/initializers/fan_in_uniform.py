"""Uniform initialisation by the fan-in."""

import math

from .._registry import registered
from .._types import Tensor
from .base import PaperInitializer, fans, symmetric_uniform


@registered
class FanInUniform(PaperInitializer):
    """Uniform weights within one over the root of fan_in: the second rule of the slides (004).

    Formula: `w ~ U(-e, e)` with `e = sqrt(1 / n)` and n (fan_in) the number of inputs of a unit. The variance
    is 1 / (3 n): it makes activations and gradients shrink from layer to layer, which is what Glorot
    and Bengio (2010, equation 1) call the standard initialisation.

    Shapes: any; `(..., inputs, units)` for kernels, with the fans as Keras counts them.

    Args:
        seed: an integer, a `keras.random.SeedGenerator`, or `None` (default) for one drawn at random.

    Raises:
        ValueError: a seed of another kind; a dtype that is not floating.

    Differences from Keras: `keras.initializers.LecunUniform` has the limit sqrt(3 / n), and so the variance
    1 / n. `keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")` is this rule. PyTorch draws the
    weights, and the biases too, of its linear and convolutional layers by this rule.

    Example:

    >>> import keras
    >>> from custom.initializers import FanInUniform
    >>> w = FanInUniform(seed=0)((400, 300))
    >>> round(float(keras.ops.max(keras.ops.abs(w))), 3)
    0.05

    Reference: slides 004; Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural
    Networks, AISTATS 2010, equation 1.
    """

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        return symmetric_uniform(shape, math.sqrt(1 / fans(shape)[0]), dtype, self.seed)
