"""Contrastive loss."""

from typing import Any

from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from .base import PaperLoss, aligned


@registered
class ContrastiveLoss(PaperLoss):
    """Contrastive loss: similar pairs together, dissimilar ones at least a margin apart.

    Formula: `L = (1 - y) d^2 / 2 + y max(0, m - d)^2 / 2`, with d = |f(a) - f(b)| the Euclidean distance of
    the pair's embeddings, m the margin, and y = 0 for a similar pair, y = 1 for a dissimilar one: the
    paper's convention (its equation 4; the book's 10.5.2.2 has a title only). The gradient in f(a) is
    `(1 - y) (f(a) - f(b)) - y max(0, m - d) (f(a) - f(b)) / d`; the last quotient, which has no value at
    d = 0, is taken as 0 there. So a dissimilar pair that coincides exactly stays where it is.

    Shapes: `y_pred` `(batch, 2, features)`, the two embeddings stacked: `keras.ops.stack([f(a), f(b)],
    axis=1)`, which works on the outputs of layers too. `y_true` `(batch,)` or `(batch, 1)`. The losses are
    `(batch,)`.

    Args:
        margin: m, above 0. Default 1.
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss.

    Raises:
        ValueError: a margin that is not above 0 and finite; a `y_pred` or `y_true` of another shape.
        TypeError: a margin that is no number.

    Differences from Keras: Keras has no such loss; the one in Keras's examples, and TensorFlow Addons'
    `ContrastiveLoss`, take distances in place of embeddings and have no factor 1/2, and in Addons y = 1
    means similar. PyTorch's `CosineEmbeddingLoss` and `HingeEmbeddingLoss` are other formulas.

    Example:

    >>> from custom.losses import ContrastiveLoss
    >>> pair = [[0.0, 0.0], [0.0, 0.5]]
    >>> [float(ContrastiveLoss(margin=2.5)([y], [pair])) for y in (0, 1)]
    [0.125, 2.0]

    Reference: Hadsell, Chopra and LeCun, Dimensionality Reduction by Learning an Invariant Mapping, CVPR
    2006, equation 4.
    """

    def __init__(self, margin: float = 1.0, name: str = "contrastive_loss", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.margin = _checks.real("margin", margin, low=0.0, low_open=True)

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        if len(y_pred.shape) != 3 or y_pred.shape[1] != 2:
            raise ValueError(f"Received: y_pred of shape {tuple(y_pred.shape)}. Expected (batch, 2, features).")
        square = ops.sum(ops.square(y_pred[:, 0] - y_pred[:, 1]), axis=-1)
        y_true, square = aligned(y_true, square)
        # The root's slope at 0 is infinite, and a selection behind it would multiply that by 0: NaN.
        apart = square > 0
        distance = ops.where(apart, ops.sqrt(ops.where(apart, square, ops.ones_like(square))), square)
        short = ops.relu(self.margin - distance)
        return ops.squeeze(0.5 * ((1 - y_true) * square + y_true * ops.square(short)), -1)

    def get_config(self) -> Config:
        return {**super().get_config(), "margin": self.margin}
