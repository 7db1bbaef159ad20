"""Half squared error."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from .base import PaperLoss, aligned


@registered
class HalfSquaredError(PaperLoss):
    """Half the sum of the squared errors of an example's outputs.

    Formula: `E_c = 1/2 sum_j (y_j - d_j)^2`, with y_j the output and d_j the target of unit j in
    example c. The sum of E_c over all examples, `reduction="sum"`, is the book's 6.4; Keras's default
    reduction is their mean, the cost J of the slides (004). With a linear output the derivative in
    the pre-activation is `y_j - d_j` per example.

    Shapes: `y_true` and `y_pred` `(batch, outputs)`, the losses `(batch,)`. `(batch,)` is a batch of
    single outputs. With more axes, those not in `axis` are left for the reduction.

    Args:
        axis: the axis, or the axes as a tuple, that hold the outputs of one example. Default -1;
            `(1, 2, 3)` for images.
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss.

    Raises:
        ValueError: axis 0, which is the batch; shapes that differ.
        TypeError: an axis that is no whole number.

    Differences from Keras: `keras.losses.MeanSquaredError` (10.1) is the mean over the outputs in place
    of half the sum: 2 / outputs times this loss, and so are its gradients. PyTorch's
    `MSELoss(reduction="sum")` is twice `HalfSquaredError(reduction="sum")`.

    Example:

    >>> from custom.losses import HalfSquaredError
    >>> float(HalfSquaredError()([[0.0, 1.0], [2.0, 2.0]], [[1.0, 3.0], [2.0, 1.0]]))
    1.5

    Reference: Rumelhart, Hinton and Williams, Learning Representations by Back-Propagating Errors, Nature
    323, 1986, equation 3.
    """

    def __init__(self, axis: int | Sequence[int] = -1, name: str = "half_squared_error", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        axes = axis if isinstance(axis, Sequence) else (axis,)
        for one in axes:
            if not _checks.whole(one):
                raise TypeError(f"Received: axis={axis!r}. Expected a whole number, or a tuple of them.")
            if one == 0:
                raise ValueError(f"Received: axis={axis!r}. Expected axes other than 0, the batch.")
        axes = tuple(map(int, axes))
        self.axis = axes if isinstance(axis, Sequence) else axes[0]

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        y_true, y_pred = aligned(y_true, y_pred)
        error = y_pred - y_true
        return ops.sum((0.5 * error) * error, axis=self.axis)

    def get_config(self) -> Config:
        return {**super().get_config(), "axis": self.axis}
