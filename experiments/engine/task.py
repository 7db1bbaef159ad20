"""Tasks of a network: a loss, and what else an evaluation measures."""

import dataclasses
from collections.abc import Callable, Mapping

import keras
from keras import ops


@dataclasses.dataclass(frozen=True)
class Task:
    """A loss and measures, each from targets and outputs `(batch, ...)` to one number an example, in `keras.ops`.

    Attributes:
        loss: what training minimises, as its mean over a batch.
        measures: by name; an evaluation on a split gives the column `<split>_<name>`, beside `<split>_loss`.
    """

    loss: Callable
    measures: Mapping = dataclasses.field(default_factory=dict)

    def sums(self, y, outputs):
        """Sums over the batch of the loss and of the measures, in order, as one float32 vector."""
        values = (f(y, outputs) for f in (self.loss, *self.measures.values()))
        return ops.stack([ops.cast(ops.sum(value), "float32") for value in values])

    @property
    def columns(self):
        """Names of what `sums` gives."""
        return ("loss", *self.measures)


def cross_entropy(y, logits):
    """`-log softmax(logits)[y]`, in nats; integer labels."""
    return keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)


def misclassified(y, logits):
    """1 where the largest logit is not the label's."""
    return ops.cast(ops.not_equal(ops.argmax(logits, -1), ops.cast(y, "int32")), "float32")


def binary_cross_entropy(y, logits):
    """`log(1 + exp(z)) - y z`, in nats, summed over the outputs; labels 0 and 1."""
    logits = ops.reshape(logits, (ops.shape(logits)[0], -1))
    y = ops.cast(ops.reshape(y, (ops.shape(y)[0], -1)), logits.dtype)
    return ops.sum(ops.softplus(logits) - y * logits, axis=-1)


def binary_misclassified(y, logits):
    """1 where the one logit is on the wrong side of 0."""
    return ops.cast(ops.not_equal(logits[:, 0] > 0, ops.cast(y, "bool")), "float32")


def squared_error(y, outputs):
    """Mean over the outputs of `(output - y)^2`."""
    outputs = ops.reshape(outputs, (ops.shape(outputs)[0], -1))
    y = ops.cast(ops.reshape(y, (ops.shape(y)[0], -1)), outputs.dtype)
    return ops.mean(ops.square(outputs - y), axis=-1)


CLASSIFICATION = Task(cross_entropy, {"error": misclassified})
BINARY_CLASSIFICATION = Task(binary_cross_entropy, {"error": binary_misclassified})
REGRESSION = Task(squared_error)
# The network's output is the loss of the example, as a variational autoencoder's bound is.
OWN_LOSS = Task(lambda y, outputs: ops.reshape(outputs, (-1,)))
