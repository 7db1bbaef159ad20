"""Linear models of texts, in which the weights of the words that occur are looked up."""

import keras
from keras import layers, ops

from experiments.networks.parts import kernel_initializer
from experiments.seeds import derive


def words_regression(*, words, outputs, seed, dropout=0.0, initializer="normal_0.01"):
    """Logits that are linear in which of `words` words occur: one dense layer on 0 and 1.

    A word that does not occur adds nothing to a logit, with or without dropout on the inputs. So the
    weights of those that do are looked up, dropped out and summed; a film review has about 130 of
    10,000 words, and a mask for all of them would take most of a step.

    Args:
        words: size of the vocabulary.
        outputs: number of logits.
        seed: integer from which weights and dropout masks follow.
        dropout: dropout rate on the inputs.
        initializer: as `kernel_initializer` takes it.

    Returns:
        A model from the numbers of the words, `(batch, any length)`, filled up with `words` (see
        `data.preprocessing`), to logits `(batch, outputs)` in float32.
    """
    inputs = keras.Input((None,))
    kernel = kernel_initializer(initializer, seed, "logits")
    x = WordWeights(words, outputs, kernel, name="logits", dtype="float32")(inputs)
    if dropout:
        # A word is dropped for all logits, as an input is.
        draws = derive(seed, "input_dropout")
        x = layers.Dropout(dropout, noise_shape=(None, None, 1), seed=draws, name="input_dropout", dtype="float32")(x)
    return keras.Model(inputs, SumAndBias(name="bias", dtype="float32")(x), name="words_regression")


class WordWeights(layers.Layer):
    """Rows of a `(words, outputs)` matrix by number, `(batch, length)` to `(batch, length, outputs)`; zeros beyond."""

    def __init__(self, words, outputs, kernel_initializer, **options):
        super().__init__(**options)
        self.words, self.outputs, self.kernel_initializer = words, outputs, kernel_initializer

    def build(self, input_shape):
        self.kernel = self.add_weight((self.words, self.outputs), self.kernel_initializer, name="kernel")

    def call(self, numbers):
        numbers = ops.cast(numbers, "int32")
        rows = ops.take(self.kernel, ops.minimum(numbers, self.words - 1), axis=0)
        return rows * ops.cast(numbers < self.words, rows.dtype)[..., None]


class SumAndBias(layers.Layer):
    """Sum over the words and a bias, `(batch, length, outputs)` to `(batch, outputs)`."""

    def build(self, input_shape):
        self.bias = self.add_weight((input_shape[-1],), "zeros", name="bias")

    def call(self, x):
        return ops.sum(x, axis=1) + self.bias
