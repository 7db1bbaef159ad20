"""Randomized leaky rectified linear unit."""

from typing import Any

from keras import ops

from .. import _checks, _random
from .._elementwise import ALL, BACKENDS, Elementwise
from .._registry import registered
from .._types import Config, Tensor
from .base import RandomActivation, piecewise_slope, to_float
from .leaky_relu import leaky_relu


def _factor(x, drawn, lower, upper):
    """1 for x > 0, what was drawn from U(lower, upper) for x <= 0."""
    drawn = lower + (upper - lower) * _random.unit(drawn)
    return ops.where(x > 0, ops.ones((), x.dtype), ops.cast(drawn, x.dtype))


def _divide(t, x, drawn, lower, upper):
    return t / _factor(x, drawn, lower, upper)


def _multiply(t, x, drawn, lower, upper):
    return t * _factor(x, drawn, lower, upper)


# What is drawn is locally constant in x: the function is the derivative times x.
_BY_DIVISOR = Elementwise(lambda x, *a, **s: _divide(x, x, *a, **s), _divide, natural=BACKENDS, island=ALL)
_BY_SLOPE = Elementwise(lambda x, *a, **s: _multiply(x, x, *a, **s), _multiply, natural=BACKENDS, island=ALL)


@registered
class RReLU(RandomActivation):
    """Randomized leaky rectified linear unit: a leaky ReLU with a random slope while training.

    Formula, `form="divisor"` (the paper's): `RReLU(x) = x` for x > 0 and `x / a` for x <= 0, with
    a ~ U(lower, upper) drawn anew for each element and each forward pass. At test time a is fixed
    at the middle of its range, (lower + upper) / 2: 5.5 for U(3, 8). The derivative is 1 for
    x > 0 and 1/a for x <= 0, at the kink too, with the a that the forward pass drew.

    `form="slope"` draws the slope itself, `s x` with s ~ U(lower, upper) and (lower + upper) / 2
    at test time (book 8.9-8.10). U(1/8, 1/3) has the same range as the divisor U(3, 8), but a
    larger mean: 0.229 against ln(8/3)/5 = 0.196, and 0.229 against 1/5.5 = 0.182 at test time.

    What is drawn is one of 65,536 equally likely numbers, the middles of as many equal parts of the
    range: two draws from each random word of 32 bits, since the words are what this layer costs. In
    float64 it is drawn in full.

    Shapes: any shape in, the same shape and dtype out.

    Args:
        lower: lower end of the range, above 0 for divisors, at least 0 for slopes. Default 3.
        upper: upper end, above `lower`, and above 1 for divisors. Default 8.
        form: `"divisor"` (default) or `"slope"`.
        seed: an integer for reproducible draws; `None` draws one at random.

    Raises:
        ValueError: a range that is empty, reversed or out of bounds; divisors that all are 1 or less, which
            are another library's slopes; an unknown form.

    Differences from Keras: Keras has no such layer. PyTorch's `RReLU`, and TensorFlow Addons', is the
    slope form with U(1/8, 1/3): `RReLU(1 / 8, 1 / 3, form="slope")`.

    Example:

    >>> import numpy as np
    >>> from custom.activations import RReLU
    >>> [float(v) for v in RReLU(lower=3, upper=5)(np.array([-2.0, 0.0, 3.0]), training=False)]
    [-0.5, 0.0, 3.0]

    Reference: Xu, Wang, Chen and Li, Empirical Evaluation of Rectified Activations in
    Convolutional Network, 2015, arXiv:1505.00853, section 2.4.
    """

    def __init__(
        self, lower: float = 3.0, upper: float = 8.0, form: str = "divisor", seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed, **kwargs)
        self.form = _checks.one_of("form", form, ("divisor", "slope"))
        for name, end in (("lower", lower), ("upper", upper)):
            _checks.real(name, end, low=0.0, low_open=form == "divisor")
        if not lower < upper:
            least = "0 < lower" if form == "divisor" else "0 <= lower"
            raise ValueError(f"Received: lower={lower}, upper={upper}. Expected {least} < upper.")
        if form == "divisor" and upper <= 1:
            raise ValueError(
                f"Received: lower={lower}, upper={upper} as divisors, all of which make x steeper. Expected upper > 1, "
                'or form="slope" for slopes, as in PyTorch and TensorFlow Addons.'
            )
        self.lower, self.upper = float(lower), float(upper)

    @property
    def test_slope(self) -> float:
        """Slope for x <= 0 at test time."""
        middle = (self.lower + self.upper) / 2
        return 1 / middle if self.form == "divisor" else middle

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        inputs = to_float(inputs)
        if not training:
            return leaky_relu(inputs, self.test_slope)
        drawn = _random.draw(ops.shape(inputs), inputs.dtype, self.seed_generator)
        compute = _BY_DIVISOR if self.form == "divisor" else _BY_SLOPE
        return compute(inputs, drawn, lower=self.lower, upper=self.upper)

    def derivative(self, x: Tensor) -> Tensor:
        """Derivative at test time."""
        return piecewise_slope(x, self.test_slope)

    def get_config(self) -> Config:
        return {**super().get_config(), "lower": self.lower, "upper": self.upper, "form": self.form}
