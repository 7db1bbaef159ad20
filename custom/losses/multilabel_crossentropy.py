"""Multi-label cross-entropy."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from .base import PaperLoss, aligned, log_probabilities, mean


@registered
class MultilabelCrossentropy(PaperLoss):
    """Mean of the binary cross-entropies of an example's labels, each of which may hold or not.

    Formula: `L = -1/C sum_c [y_c log p_c + (1 - y_c) log(1 - p_c)]`, with C labels, y_c in [0, 1] and p_c
    the predicted probability of label c (book 10.8). From logits z_c, p_c = sigma(z_c) with sigma the
    logistic function, and the derivative in z_c is `(p_c - y_c) / C` per example. A probability of
    exactly 0 or 1 that misses the label counts as the nearest number inside (0, 1), with gradient 0: it
    costs 87.3 (p = 0) or 16.6 (p = 1) in float32, in place of infinity.

    Shapes: `y_true` and `y_pred` `(batch, ..., labels)`, the losses `(batch, ...)`. `(batch,)` is a
    batch with one label.

    Args:
        from_logits: whether `y_pred` holds logits, not probabilities; the better choice, as a logistic
            output rounds to 0 or 1. Default `False`.
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss.

    Raises:
        TypeError: a `from_logits` that is neither True nor False.
        ValueError: shapes that differ.

    Differences from Keras: `keras.losses.BinaryCrossentropy` has the same formula, but clips
    probabilities to [1e-7, 1 - 1e-7]: no label costs more than 16.2, the gradient is 0 outside, and in
    float16, where 1 - 1e-7 is 1, a probability of 1 gives NaN on TensorFlow and JAX. PyTorch's
    `BCELoss` clips each logarithm at -100, and its mean is over all labels of the batch.

    Example:

    >>> from custom.losses import MultilabelCrossentropy
    >>> round(float(MultilabelCrossentropy()([[1.0, 0.0]], [[0.5, 0.75]])), 4)
    1.0397
    >>> round(float(MultilabelCrossentropy(from_logits=True)([[1.0, 0.0]], [[0.0, -1000.0]])), 4)
    0.3466

    Reference: the book's section 10.5.1; Nam, Kim, Loza Mencia, Gurevych and Fuernkranz, Large-scale
    Multi-label Text Classification: Revisiting Neural Networks, ECML 2014, arXiv:1312.5419.
    """

    def __init__(self, from_logits: bool = False, name: str = "multilabel_crossentropy", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.from_logits = _checks.boolean("from_logits", from_logits)

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        y_true, y_pred = aligned(y_true, y_pred)
        yes, no = log_probabilities(y_pred, self.from_logits)
        return -mean(y_true * yes + (1 - y_true) * no, axis=-1)

    def get_config(self) -> Config:
        return {**super().get_config(), "from_logits": self.from_logits}
