"""Triplet loss."""

from typing import Any

from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from .base import PaperLoss


@registered
class TripletLoss(PaperLoss):
    """Triplet loss: an anchor nearer to its like than to any other by a margin.

    Formula: `L(a, p, n) = max(|f(a) - f(p)|^2 - |f(a) - f(n)|^2 + alpha, 0)`, with f the embedding, a the
    anchor, p (positive) of the anchor's class, n (negative) of another, |.|^2 the squared Euclidean length
    and alpha the margin (book 10.9). Where it is positive, the gradient is `2 (f(n) - f(p))` in f(a),
    `2 (f(p) - f(a))` in f(p) and `2 (f(a) - f(n))` in f(n); at the kink it is 0.

    Shapes: `y_pred` `(batch, 3, features)`, the three embeddings stacked in the order anchor, positive,
    negative: `keras.ops.stack([f(a), f(p), f(n)], axis=1)`, which works on the outputs of layers too. The
    losses are `(batch,)`. A triplet needs no label: `y_true` is not looked at, may be `None`, and
    `fit(triplets)` needs no targets.

    Args:
        margin: alpha, at least 0. Default 0.2, as in the paper.
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss.

    Raises:
        ValueError: a negative or infinite margin; a `y_pred` of another shape.
        TypeError: a margin that is no number.

    Differences from Keras: Keras has no such loss. PyTorch's `TripletMarginLoss` takes distances, not their
    squares, has margin 1, and adds 1e-6 to each difference. TensorFlow Addons' `TripletSemiHardLoss` and
    `TripletHardLoss` take labels and choose the triplets of a batch themselves, with margin 1. The paper
    scales embeddings to length 1: end the embedding with `keras.layers.UnitNormalization()`.

    Example:

    >>> from custom.losses import TripletLoss
    >>> anchor, positive, negative = [0.0, 0.0], [0.0, 1.0], [1.0, 1.0]
    >>> float(TripletLoss(margin=1.5)(None, [[anchor, positive, negative]]))
    0.5

    Reference: Schroff, Kalenichenko and Philbin, FaceNet: A Unified Embedding for Face Recognition and
    Clustering, CVPR 2015, arXiv:1503.03832, equation 2.
    """

    def __init__(self, margin: float = 0.2, name: str = "triplet_loss", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.margin = _checks.real("margin", margin, low=0.0)

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        return super().__call__(y_pred if y_true is None else y_true, y_pred, sample_weight)

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        if len(y_pred.shape) != 3 or y_pred.shape[1] != 3:
            raise ValueError(f"Received: y_pred of shape {tuple(y_pred.shape)}. Expected (batch, 3, features).")
        anchor, positive, negative = (y_pred[:, i] for i in range(3))
        near, far = (ops.sum(ops.square(anchor - other), axis=-1) for other in (positive, negative))
        return ops.relu(near - far + self.margin)  # its gradient at 0 is 0; a maximum's would be 1/2 on JAX

    def get_config(self) -> Config:
        return {**super().get_config(), "margin": self.margin}
