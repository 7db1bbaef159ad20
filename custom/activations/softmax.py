"""Softmax."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from ._symbolic import activation_function
from .base import Activation, to_float


@activation_function
def softmax(x: Tensor, axis: int | Sequence[int] = -1) -> Tensor:
    """exp(x_i) / sum_j exp(x_j) along `axis`. See `Softmax`."""
    return ops.softmax(to_float(x), axis=axis)


@registered
class Softmax(Activation):
    """Softmax: positive numbers that sum to 1, from scores of any sign.

    Formula: `s_i = exp(z_i) / sum_j exp(z_j)` along one axis (slides 000 and 004), computed from
    z - max z, so that no exponential overflows. Its Jacobian is `ds_i / dz_j = s_i (delta_ij - s_j)`
    (`jacobian`), whose diagonal is `s_i (1 - s_i)` (`derivative`).

    Shapes: any shape of rank 1 or more in, the same shape and dtype out.

    Args:
        axis: the axis of the sum. Default -1.

    Raises:
        TypeError: an axis that is no integer.

    NaN: one score that is NaN makes all of its sum NaN; TensorFlow's kernel, in float32 and less, keeps it where it is
    and gives 0 for the others.

    Differences from Keras: `keras.layers.Softmax` also takes a mask and several axes.

    Example:

    >>> import numpy as np
    >>> from custom.activations import Softmax
    >>> [round(float(v), 4) for v in Softmax()(np.log([1.0, 2.0, 5.0]))]
    [0.125, 0.25, 0.625]

    Reference: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs,
    1990; lecture slides 004, "Função de ativação Softmax".
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not _checks.whole(axis):
            raise TypeError(f"Received: axis={axis!r} ({type(axis).__name__}). Expected an integer.")
        self.axis = axis = int(axis)
        self.input_spec = keras.InputSpec(min_ndim=axis + 1 if axis >= 0 else -axis)

    def call(self, inputs: Tensor) -> Tensor:
        return softmax(inputs, self.axis)

    def derivative(self, x: Tensor) -> Tensor:
        """Diagonal of the Jacobian, `s_i (1 - s_i)`, in the shape of `x`."""
        s = softmax(x, self.axis)
        return s * (1 - s)

    def jacobian(self, x: Tensor) -> Tensor:
        """`ds_i / dz_j`: the shape of `x` with the softmax axis last, and that axis once more."""
        s = ops.moveaxis(softmax(x, self.axis), self.axis, -1)
        diagonal = ops.expand_dims(s, -1) * ops.eye(s.shape[-1], dtype=s.dtype)
        return diagonal - ops.expand_dims(s, -1) * ops.expand_dims(s, -2)

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}
