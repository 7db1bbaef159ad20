"""He's normal initialisation for rectifiers, not truncated, with PReLU's slope."""

from .. import _checks
from .._registry import registered
from .._types import Config, Seed, Tensor
from .base import PaperInitializer, fans, normal


@registered
class HeNormal(PaperInitializer):
    """Normal weights that keep the variance through layers of ReLU, leaky ReLU or PReLU.

    Formula: `w ~ N(0, 2 / ((1 + a^2) n))`, with a the slope for negative inputs (at the start, for PReLU)
    and n the number of inputs of a unit (fan_in, the paper's n_l), or of its outputs (fan_out, its
    n^_l) (equation 15; 10 and 14 for a = 0). With fan_in the forward signal keeps its mean square from
    layer to layer, with fan_out the gradient does; the paper finds either enough, and used fan_out. For
    a = 1 the rule is `LeCunNormal`.

    Shapes: any; `(..., inputs, units)` for kernels, with the fans as Keras counts them.

    Args:
        negative_slope: a. Default 0, for ReLU; 0.25 for PReLU as it starts.
        mode: `"fan_in"` (default) or `"fan_out"`.
        seed: an integer, a `keras.random.SeedGenerator`, or `None` (default) for one drawn at random.

    Raises:
        ValueError: a slope that is not finite; an unknown mode; a seed of another kind; a dtype that is not
            floating.
        TypeError: a slope that is no number.

    Differences from Keras: `keras.initializers.HeNormal` has a = 0 and fan_in only; its variance is the
    same, but it is cut off at 2 standard deviations of the normal distribution that it comes from.
    PyTorch's `nn.init.kaiming_normal_(w, a, mode)` is this rule.

    Example:

    >>> import keras
    >>> from custom.initializers import HeNormal
    >>> w = HeNormal(negative_slope=0.25, seed=0)((400, 300))
    >>> round(float(keras.ops.var(w)) * 400 * (1 + 0.25**2), 1)
    2.0

    Reference: He, Zhang, Ren and Sun, Delving Deep into Rectifiers, ICCV 2015, arXiv:1502.01852, equations 10,
    14 and 15.
    """

    def __init__(self, *, negative_slope: float = 0.0, mode: str = "fan_in", seed: Seed = None) -> None:
        super().__init__(seed)
        self.negative_slope = _checks.real("negative_slope", negative_slope)
        self.mode = _checks.one_of("mode", mode, ("fan_in", "fan_out"))

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        n = fans(shape)[("fan_in", "fan_out").index(self.mode)]
        return normal(shape, 2 / ((1 + self.negative_slope**2) * n), dtype, self.seed)

    def get_config(self) -> Config:
        return {**super().get_config(), "negative_slope": self.negative_slope, "mode": self.mode}


# The class name that files hold. Where nothing has registered this class, Keras looks for an initialiser by that
# name alone: its own HeNormal would take these arguments, and fail without a word of what is missing.
HeNormal.__name__ = "UntruncatedHeNormal"
