"""Shared parts of the losses: their dtype, the shapes they meet, and stable logarithms."""

import keras
from keras import ops

from .. import _checks
from .._types import Config, Tensor
from ..activations.softplus import softplus

# By dtype: the smallest normal number, and the largest one below 1.
LIMITS = {"float32": (2.0**-126, 1 - 2.0**-24), "float64": (2.0**-1022, 1 - 2.0**-53)}


class PaperLoss(keras.losses.Loss):
    """Base of the losses: a subclass implements `losses`, the loss of each example.

    Half precision is computed in float32 and rounded once at the end, so that no intermediate result
    overflows. Keras then weights, masks and reduces the examples' losses.

    Args:
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss.
    """

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The loss of each example: the shape of `y_pred` without its last axis, or the batch axis alone."""
        raise NotImplementedError(f"{type(self).__name__} does not state its losses.")

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        for y in (y_true, y_pred):
            _checks.real_numbers(y)
        # Keras would hand over a list or a tuple as the structure of numbers that it is.
        y_true, y_pred = (
            ops.convert_to_tensor(y, self.dtype) if isinstance(y, (list, tuple)) else y for y in (y_true, y_pred)
        )
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        dtype = keras.backend.standardize_dtype(y_pred.dtype)
        return ops.cast(self.losses(wide(y_true), wide(y_pred)), dtype)

    def get_config(self) -> Config:
        # Keras's losses forget their dtype when they are saved.
        return {**super().get_config(), "dtype": self.dtype}


def wide(x: Tensor) -> Tensor:
    """`x` as a tensor in float64 if that is its dtype, in float32 otherwise."""
    x = ops.convert_to_tensor(x)
    return x if keras.backend.standardize_dtype(x.dtype) == "float64" else ops.cast(x, "float32")


def aligned(y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
    """Both with at least one axis after the batch's, and of one shape, or an error.

    `(batch,)` becomes `(batch, 1)`: numbers that stood side by side would otherwise be paired with
    each other, all with all. A number is a batch of one. A last axis of size 1 that `y_true` lacks is added.
    """
    shapes = tuple(y_true.shape), tuple(y_pred.shape)
    y_true, y_pred = (y if len(y.shape) else ops.expand_dims(y, -1) for y in (y_true, y_pred))
    y_true, y_pred = (ops.expand_dims(y, -1) if len(y.shape) == 1 else y for y in (y_true, y_pred))
    if len(y_true.shape) == len(y_pred.shape) - 1 and y_pred.shape[-1] == 1:
        y_true = ops.expand_dims(y_true, -1)
    if not same_shape(y_true, y_pred):
        raise ValueError(f"Received: y_true of shape {shapes[0]}, y_pred of shape {shapes[1]}. Expected equal shapes.")
    return y_true, y_pred


def same_shape(a: Tensor, b: Tensor) -> bool:
    """True if two tensors have one shape, as far as their sizes are known."""
    a, b = tuple(a.shape), tuple(b.shape)
    return len(a) == len(b) and all(m == n for m, n in zip(a, b, strict=True) if m is not None and n is not None)


def mean(x: Tensor, axis: int | None = None) -> Tensor:
    """The mean in the dtype of `x`: that of Keras goes through float32 on JAX and PyTorch."""
    count = ops.size(x) if axis is None else ops.shape(x)[axis]
    return ops.sum(x, axis=axis) / ops.cast(count, x.dtype)


def log_probabilities(y_pred: Tensor, from_logits: bool) -> tuple[Tensor, Tensor]:
    """log p and log(1 - p), where `y_pred` is p, or the logit of p.

    Logits are exact at any size. The infinite logarithm at a probability of 0 or 1 is replaced by that of
    the nearest number inside (0, 1), with gradient 0; all others keep every digit that they have.
    """
    if from_logits:
        return -softplus(-y_pred), -softplus(y_pred)
    least, most = LIMITS[keras.backend.standardize_dtype(y_pred.dtype)]
    least, most = (ops.convert_to_tensor(limit, dtype=y_pred.dtype) for limit in (least, most))
    # Not `ops.maximum`: on PyTorch it makes float64 float32.
    yes, no = ops.where(y_pred < least, least, y_pred), ops.where(y_pred > most, most, y_pred)
    return ops.log(yes), ops.log1p(-no)
