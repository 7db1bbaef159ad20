"""The models of this comparison alone: a noisy quadratic, and a small Transformer of characters."""

import keras
import numpy as np
from keras import layers, ops

from experiments.networks.attention import PositionEmbedding, SelfAttention
from experiments.networks.parts import kernel_initializer
from experiments.seeds import derive


def spectrum(condition, n):
    """Return the curvatures of the quadratic, from 1 / condition to 1, evenly over their logarithms, and directions.

    The directions `(n, n)` are drawn at random, once, so that no optimizer that works on each coordinate alone finds
    them on its axes.
    """
    turned, upper = np.linalg.qr(np.random.default_rng(0).normal(size=(n, n)))
    return np.geomspace(1 / condition, 1, n), turned * np.sign(np.diag(upper))


def start(seed, n):
    """Return the first point, of n numbers from N(0, 1)."""
    return np.random.default_rng(derive(seed, "start")).normal(size=n)


class Quadratic(layers.Layer):
    """`x Q x / 2 - e Q x` of the weight `x`, whose minimum is at the example `e`; over all of them, at their mean.

    Shapes: examples `(batch, n)`, losses `(batch,)`.
    """

    def __init__(self, matrix, first, **options):
        super().__init__(**options)
        self.matrix, self.first = matrix.astype("float32"), first.astype("float32")

    def build(self, input_shape):
        self.point = self.add_weight(
            shape=self.first.shape, initializer=lambda *_, **__: ops.convert_to_tensor(self.first), name="point"
        )

    def call(self, examples):
        gradient = ops.matmul(ops.convert_to_tensor(self.matrix), ops.expand_dims(self.point, -1))[:, 0]
        return ops.matmul(0.5 * self.point - examples, ops.expand_dims(gradient, -1))[:, 0]


def quadratic_model(values, directions, seed):
    """Return a model from examples `(batch, n)` to their losses.

    Args:
        values, directions: of `spectrum`.
        seed: integer from which the first point follows.
    """
    inputs = keras.Input((len(values),))
    layer = Quadratic(directions * values @ directions.T, start(seed, len(values)), name="quadratic")
    return keras.Model(inputs, layer(inputs), name="quadratic_model")


class NextCharacter(layers.Layer):
    """Cross-entropy of the next character, in nats, mean over the places: the output is the loss of the text."""

    def call(self, inputs):
        characters, logits = inputs
        characters = ops.cast(characters, "int32")
        losses = keras.losses.sparse_categorical_crossentropy(characters, logits, from_logits=True)
        return ops.mean(losses, axis=-1)


def character_model(*, codes, length, width, heads, blocks, seed):
    """Return a Transformer that foretells each next character of a text, whose output is its own loss.

    Each block adds causal attention, then two dense layers, the first four times as wide and rectified, each after
    layer normalisation.

    Args:
        codes: how many characters there are.
        length: of a text, without its last character.
        width: of the vectors; a multiple of `heads`.
        heads: of each attention.
        blocks: how many.
        seed: integer from which all weights follow.

    Returns:
        A model from texts `(batch, length + 1)`, as places in an alphabet, to losses `(batch,)` in nats.
    """

    def dense(units, name, activation=None):
        rule = kernel_initializer("normal_0.02", seed, name)
        return layers.Dense(units, activation=activation, kernel_initializer=rule, name=name)

    texts = keras.Input((length + 1,))
    rule = kernel_initializer("normal_0.02", seed, "characters")
    x = layers.Embedding(codes, width, rule, name="characters")(texts[:, :-1])
    x = PositionEmbedding(seed, name="places")(x)
    for i in range(1, blocks + 1):
        attention = SelfAttention(heads, seed, causal=True, name=f"attention{i}")
        x = x + attention(layers.LayerNormalization(name=f"norm{i}_1")(x))
        inside = dense(4 * width, f"wide{i}", "relu")(layers.LayerNormalization(name=f"norm{i}_2")(x))
        x = x + dense(width, f"narrow{i}")(inside)
    logits = dense(codes, "logits")(layers.LayerNormalization(name="norm")(x))
    return keras.Model(texts, NextCharacter(name="loss")((texts[:, 1:], logits)), name="character_model")
