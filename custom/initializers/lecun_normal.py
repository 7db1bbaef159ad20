"""LeCun's normal initialisation, not truncated."""

from .._registry import registered
from .._types import Tensor
from .base import PaperInitializer, fans, normal


@registered
class LeCunNormal(PaperInitializer):
    """Normal weights with variance 1 / fan_in: the first rule of the slides (004), and that of SELU.

    Formula: `w ~ N(0, 1 / n)`, with n (fan_in) the number of inputs of a unit; a convolution's are
    window times channels. A sum of n such weights times inputs with mean 0 and variance 1 has mean 0
    and variance 1: the fixed point of SELU. The normal distribution is whole: the SELU paper's weights
    are not truncated.

    Shapes: any; `(..., inputs, units)` for kernels, with the fans as Keras counts them.

    Args:
        seed: an integer, a `keras.random.SeedGenerator`, or `None` (default) for one drawn at random.

    Raises:
        ValueError: a seed of another kind; a dtype that is not floating.

    Differences from Keras: `keras.initializers.LecunNormal` has the same mean and variance, but is cut off at
    2 standard deviations of the normal distribution that it comes from, which is 2.27 of its own:
    its kurtosis is 2.37, not 3. JAX's `lecun_normal` is truncated too. PyTorch has none by the name;
    `nn.init.kaiming_normal_(w, nonlinearity="linear")` is this rule.

    Example:

    >>> import keras
    >>> from custom.initializers import LeCunNormal
    >>> w = LeCunNormal(seed=0)((400, 300))
    >>> round(float(keras.ops.var(w)) * 400, 1)
    1.0

    Reference: LeCun, Bottou, Orr and Mueller, Efficient BackProp, 1998, section 4.6, for the variance;
    Klambauer, Unterthiner, Mayr and Hochreiter, Self-Normalizing Neural Networks, NIPS 2017,
    arXiv:1706.02515, section 3, "Initialization"; slides 004.
    """

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        return normal(shape, 1 / fans(shape)[0], dtype, self.seed)
