"""Parametric rectified linear unit."""

import numbers
from collections.abc import Sequence
from typing import Any, Self

import keras
from keras import ops

from .. import _checks
from .._elementwise import ALL, Elementwise
from .._registry import registered
from .._types import Config, Initializer, Shape, Tensor
from .base import Activation, piecewise_slope, to_float


def _factor(x, alpha):
    """1 for x > 0 and alpha for x <= 0, which is the derivative in x too."""
    return ops.where(x > 0, ops.ones((), x.dtype), alpha)


def _alpha_derivative(t, x, alpha):
    return t * ops.where(x > 0, ops.zeros((), x.dtype), x)


_PRELU = Elementwise(
    lambda x, alpha: x * _factor(x, alpha),
    lambda t, x, alpha: t * _factor(x, alpha),
    _alpha_derivative,
    natural=("jax", "torch"),
    island=ALL,
    exported=lambda x, alpha: ops.relu(x) + -alpha * ops.relu(-x),
)


def prelu(x: Tensor, alpha: Tensor) -> Tensor:
    """x for x > 0, `alpha x` for x <= 0, `alpha` broadcast over the batch and the shared axes."""
    return _PRELU(x, alpha)


def _axes(shared_axes):
    """The shared axes as a tuple, `None` as itself; or an error that quotes what is neither."""
    if shared_axes is None:
        return None
    axes = (shared_axes,) if _checks.whole(shared_axes) else shared_axes
    if isinstance(axes, str) or not isinstance(axes, Sequence):
        raise TypeError(f"Received: shared_axes={shared_axes!r}. Expected an axis, a tuple of axes, or None.")
    return tuple(int(axis) if _checks.whole(axis) else axis for axis in axes)


@registered
class PReLU(Activation):
    """Parametric rectified linear unit: a leaky ReLU whose slope is learned.

    Formula: `PReLU(x) = x` for x > 0 and `alpha x` for x <= 0 (book 8.7); the derivative in x is
    1 for x > 0 and alpha for x <= 0, at the kink too (8.8); the derivative in alpha is min(0, x),
    summed over the elements that share it.

    Shapes: `(batch, ..., channels)` in, or `(batch, channels, ...)` with `data_format="channels_first"`; the
    same shape and dtype out, integers as floats. The weight `alpha` has one
    entry per input axis except the batch and the shared axes, whose entries have length 1.

    Args:
        alpha_initializer: starting slope, a number or a Keras initializer. Default 0.25, as in
            the paper.
        shared_axes: axes, or one axis, counted from 1 as in Keras, along which one slope serves all. Default
            `None`: all axes but batch and channels are shared, so that an image has one slope
            per channel, as the paper's channel-wise form. `()` gives every element its own.
        alpha_regularizer: a Keras regularizer of the slopes. Default `None`; the paper has none.
        alpha_constraint: a Keras constraint of the slopes. Default `None`; the paper has none.
        data_format: where the channels of an input of three axes or more are, if `shared_axes` is `None`:
            `"channels_last"` or `"channels_first"` (axis 1). Default: Keras's setting, as for its convolutions.

    Raises:
        ValueError: a starting slope that is not finite; an axis that the input does not have; another
            `data_format`; an input of another rank or size than the layer was built for.
        TypeError: `shared_axes` that is neither an integer nor a sequence; complex inputs.

    Differences from Keras: `keras.layers.PReLU` starts at slope 0 with one slope per element, and its second
    argument is `alpha_regularizer`. The paper keeps the slopes out of weight decay: pass
    `l2_exclude=("alpha",)` to an optimizer of `custom.optimizers`.

    Example:

    >>> import numpy as np
    >>> from custom.activations import PReLU
    >>> [float(v) for v in PReLU()(np.array([[-2.0, 0.0, 3.0]]))[0]]
    [-0.5, 0.0, 3.0]

    Reference: He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015, arXiv:1502.01852,
    equation 1 and section 2.1.
    """

    def __init__(
        self,
        alpha_initializer: float | Initializer = 0.25,
        shared_axes: int | Sequence[int] | None = None,
        *,
        alpha_regularizer: str | Config | keras.regularizers.Regularizer | None = None,
        alpha_constraint: str | Config | keras.constraints.Constraint | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(alpha_initializer, numbers.Real):
            alpha_initializer = keras.initializers.Constant(_checks.real("alpha_initializer", alpha_initializer))
        self.alpha_initializer = keras.initializers.get(alpha_initializer)
        self.shared_axes = _axes(shared_axes)
        self.alpha_regularizer = keras.regularizers.get(alpha_regularizer)
        self.alpha_constraint = keras.constraints.get(alpha_constraint)
        data_format = keras.config.image_data_format() if data_format is None else data_format
        self.data_format = _checks.one_of("data_format", data_format, ("channels_last", "channels_first"))

    def _between(self, rank):
        """The axes that are neither the batch's nor the channels'."""
        last = self.data_format == "channels_last" or rank < 3
        return tuple(range(1, rank - 1)) if last else tuple(range(2, rank))

    def build(self, input_shape: Shape) -> None:
        rank = len(input_shape)
        shared = self._between(rank) if self.shared_axes is None else self.shared_axes
        if any(not _checks.whole(axis) or not 1 <= axis < rank for axis in shared):
            raise ValueError(
                f"Received: shared_axes={self.shared_axes} for an input of shape {tuple(input_shape)}. "
                f"Expected axes from 1 to {rank - 1}."
            )
        shape = tuple(1 if axis in shared else input_shape[axis] for axis in range(1, rank))
        if None in shape:
            raise ValueError(
                f"Received: input shape {tuple(input_shape)} with shared_axes={self.shared_axes}. "
                "Expected a known size along every axis that is not shared."
            )
        axes = {axis: input_shape[axis] for axis in range(1, rank) if axis not in shared}
        self.input_spec = keras.InputSpec(ndim=rank, axes=axes)
        self.alpha = self.add_weight(
            shape=shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, inputs: Tensor) -> Tensor:
        inputs = to_float(inputs)
        return prelu(inputs, ops.cast(self.alpha, inputs.dtype))

    def derivative(self, x: Tensor) -> Tensor:
        x = to_float(x)
        if not self.built:
            self.build(tuple(x.shape))
        return piecewise_slope(x, self.alpha)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "alpha_initializer": keras.initializers.serialize(self.alpha_initializer),
            "shared_axes": self.shared_axes,
            "alpha_regularizer": keras.regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": keras.constraints.serialize(self.alpha_constraint),
            "data_format": self.data_format,
        }

    @classmethod
    def from_config(cls, config: Config) -> Self:
        # Files of version 0.2.0 have none: there the channels were the last axis.
        return super().from_config({"data_format": "channels_last", **config})
