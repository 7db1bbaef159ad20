"""The contract that every activation layer of this package keeps, and what their formulas share."""

from typing import Any

import keras
from keras import ops

from .. import _checks
from .._types import Config, Shape, Store, Tensor


class Activation(keras.layers.Layer):
    """Base of the activation layers: any rank in, the same shape and dtype out; integers become floats.

    A subclass implements `call` (the function as its paper states it) and `derivative` (the
    closed form, element-wise). Where the function has a kink, `derivative` and the automatic
    gradient agree on the value that the subclass's docstring states, with two exceptions, both on TensorFlow
    in float32 and less, whose kernels are used there: the automatic gradient of `SELU` at 0 and of
    `HardSigmoid` at -3 and 3.

    Args:
        **kwargs: `name`, `dtype` and `trainable`, as for every Keras layer.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def derivative(self, x: Tensor) -> Tensor:
        """Element-wise derivative of the function at `x`, in closed form."""
        raise NotImplementedError(f"{type(self).__name__} does not state its derivative.")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape


class RandomActivation(Activation):
    """Base of the activations that draw random numbers while training.

    Args:
        seed: an integer for reproducible draws; `None` draws one at random.
        **kwargs: as for `Activation`.

    Raises:
        ValueError: a seed that is no integer.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = _checks.seed(seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    @staticmethod
    def draw_dtype(dtype: str) -> str:
        """The dtype to draw in: half precision would have 128 to 1,024 different values."""
        return "float64" if dtype == "float64" else "float32"

    def save_own_variables(self, store: Store) -> None:
        # Keras leaves random state out of its files: a resumed training would draw from the start.
        store["seed_generator_state"] = ops.convert_to_numpy(self.seed_generator.state)

    def load_own_variables(self, store: Store) -> None:
        if "seed_generator_state" in store:  # files of earlier versions have none
            self.seed_generator.state.assign(store["seed_generator_state"])

    def get_config(self) -> Config:
        return {**super().get_config(), "seed": self.seed}


def to_float(x: Tensor) -> Tensor:
    """`x` as a tensor of a floating dtype: its own, or Keras's floatx for integers; complex numbers are refused."""
    x = _checks.real_numbers(ops.convert_to_tensor(x))
    if "float" not in keras.backend.standardize_dtype(x.dtype):
        x = ops.cast(x, keras.config.floatx())
    return x


def is_double(x: Tensor) -> Tensor:
    """True if `x` is float64, where the formulas are written out: backends' kernels keep constants in
    float32 or subtract where they should not, which float32 does not show and 1e-10 does.
    """
    return keras.backend.standardize_dtype(x.dtype) == "float64"


def constant(value: float | Tensor, x: Tensor) -> Tensor:
    """`value` in the dtype of `x`."""
    # Not `ops.cast`: TensorFlow's takes a Python number through float32, 1e-8 off in float64.
    return ops.convert_to_tensor(value, dtype=x.dtype)


def halves(x: Tensor) -> Tensor:
    """`x` with zeros in place of its other half: where x > 0, and where x <= 0.

    Each half of a piecewise formula is computed from its own, so that neither overflows where the
    other holds. A selection passes the gradient at 0 to the second half; a maximum would split it.
    """
    zero = ops.zeros_like(x)
    return ops.where(x > 0, x, zero), ops.where(x > 0, zero, x)


def choose(condition: Tensor, x: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    """`yes` where the condition on `x` holds, `no` elsewhere, and NaN where x is NaN."""
    chosen = ops.where(condition, constant(yes, x), constant(no, x))
    return ops.where(ops.isnan(x), x, chosen)


def everywhere(value: float | Tensor, x: Tensor) -> Tensor:
    """`value` wherever x is a number, NaN where x is NaN, in x's shape and dtype."""
    x = to_float(x)
    return ops.where(ops.isnan(x), x, constant(value, x))


def piecewise_slope(x: Tensor, negative_slope: float | Tensor) -> Tensor:
    """1 where x > 0, `negative_slope` elsewhere, in x's dtype; NaN where x is NaN.

    The derivative that the leaky family shares; at x = 0 it is the negative slope, as the book
    chooses (equations 8.6, 8.8, 8.10).
    """
    x = to_float(x)
    return choose(x > 0, x, 1.0, negative_slope)


def pass_where(condition: Tensor, upstream: Tensor) -> Tensor:
    """`upstream` where the condition holds, 0 elsewhere: the backward pass of a clipped identity."""
    return ops.where(condition, upstream, ops.zeros((), upstream.dtype))


def clip(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """`x` clipped to [low, high]."""
    # On PyTorch `ops.clip` has no counterpart in ONNX.
    return x.clamp(low, high) if keras.backend.backend() == "torch" else ops.clip(x, low, high)


def no_slope(t: Tensor, x: Tensor, **settings: Any) -> Tensor:
    """The derivative of a step along `t`: 0."""
    return ops.zeros_like(t)


def identity_slope(t: Tensor, x: Tensor, **settings: Any) -> Tensor:
    """The derivative of a step along `t` if the step is taken for the identity."""
    return t
