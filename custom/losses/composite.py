"""Composite loss."""

from typing import Any

import keras

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from .base import PaperLoss, same_shape


@registered
class CompositeLoss(PaperLoss):
    """Weighted sum of a regression's and a classification's loss, as a detector of objects is trained with.

    Formula: `L = lambda L_regression + L_classification`, with lambda the weight of the regression (book
    10.10).

    Shapes: one tensor holds both parts side by side: the first `regression_outputs` entries of the last
    axis are the regression's, the rest the classification's, in `y_true` as in `y_pred`; so
    `keras.layers.Concatenate()` of the two heads is the model's output. The classification may have
    another width in `y_true`: one column for class numbers. The losses have the shape without the last
    axis.

    Args:
        regression: a Keras loss, or the name of one, for the first entries.
        classification: a Keras loss, or the name of one, for the rest. Each part's loss is taken per
            example, and both are reduced together.
        regression_outputs: how many entries are the regression's, at least 1.
        regression_weight: lambda, at least 0. Default 1.
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss; they hold for both parts.

    Raises:
        ValueError: an unknown loss; a part that sums over the batch (`reduction="sum"`), as the parts are
            reduced together; a weight below 0; tensors without entries for both parts.
        TypeError: a part that is no loss; a weight that is no number.

    Differences from Keras: Keras has no such class. For a model with two outputs,
    `compile(loss=[regression, classification], loss_weights=[lambda, 1])` minimises the same number, and
    shows the parts while training. This class is for a model with one output tensor, for training
    loops without `compile`, and for sample weights that both parts share.

    Example:

    >>> from custom.losses import BinaryCrossentropy, CompositeLoss, HalfSquaredError
    >>> loss = CompositeLoss(HalfSquaredError(), BinaryCrossentropy(), regression_outputs=2, regression_weight=0.5)
    >>> round(float(loss([[0.0, 1.0, 1.0]], [[1.0, 3.0, 0.5]])), 4)
    1.9431

    Reference: Girshick, Fast R-CNN, ICCV 2015, arXiv:1504.08083, equation 1, for a sum of this form.
    """

    def __init__(
        self,
        regression: str | Config | keras.losses.Loss,
        classification: str | Config | keras.losses.Loss,
        regression_outputs: int,
        regression_weight: float = 1.0,
        name: str = "composite_loss",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.regression = _part("regression", regression)
        self.classification = _part("classification", classification)
        self.regression_outputs = _checks.count("regression_outputs", regression_outputs)
        self.regression_weight = _checks.real("regression_weight", regression_weight, low=0.0)

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        n = self.regression_outputs
        for name, y in (("y_true", y_true), ("y_pred", y_pred)):
            if len(y.shape) < 2 or y.shape[-1] is not None and y.shape[-1] <= n:
                shape = tuple(y.shape)
                raise ValueError(
                    f"Received: {name} of shape {shape}. Expected (batch, ..., more than regression_outputs={n})."
                )
        regression = _per_example(self.regression, y_true[..., :n], y_pred[..., :n])
        classification = _per_example(self.classification, y_true[..., n:], y_pred[..., n:])
        if not same_shape(regression, classification):
            shapes = tuple(regression.shape), tuple(classification.shape)
            raise ValueError(f"Received: parts with losses of shapes {shapes[0]} and {shapes[1]}. Expected equal ones.")
        return self.regression_weight * regression + classification

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "regression": keras.losses.serialize(self.regression),
            "classification": keras.losses.serialize(self.classification),
            "regression_outputs": self.regression_outputs,
            "regression_weight": self.regression_weight,
        }


def _part(name, identifier):
    """The loss that `identifier` names, describes or is."""
    loss = keras.losses.get(identifier) if isinstance(identifier, (str, dict)) else identifier
    if not callable(loss) or isinstance(loss, type):
        raise TypeError(f"Received: {name}={identifier!r}. Expected a Keras loss or the name of one.")
    if isinstance(loss, keras.losses.Loss) and loss.reduction == "sum":
        raise ValueError(
            f"Received: {name} with reduction='sum'. Expected the default, as both parts are reduced together."
        )
    return loss


def _per_example(loss, y_true, y_pred):
    return (loss.call if isinstance(loss, keras.losses.Loss) else loss)(y_true, y_pred)
