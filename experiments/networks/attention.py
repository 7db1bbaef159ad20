"""Self-attention, and learned places of tokens."""

import keras
import numpy as np
from keras import layers, ops

from experiments.seeds import derive

KERNELS = ("query", "key", "value", "output")
UNSEEN = -1e4  # added to the score of a token that is not to be seen: its share is 0, in half precision too


class SelfAttention(layers.Layer):
    """Multi-head self-attention of Vaswani et al. (2017) over the tokens of an example.

    Formula, for each head of width d: `softmax(q k^T / sqrt(d)) v`; the heads side by side go through a dense layer.

    Not Keras's `MultiHeadAttention`, in which an initializer with a seed gives queries, keys and values the same
    weights.

    Shapes: `(batch, tokens, width)` in and out; kernels `(4, width, width)` of queries, keys, values and outputs, with
    biases `(4, width)` that start at 0.

    Args:
        heads: how many; the width is a multiple of them.
        seed: integer from which the weights follow, by Glorot's uniform rule for each kernel.
        causal: whether a token sees itself and those before it alone. Default: all.
    """

    def __init__(self, heads, seed, causal=False, **kwargs):
        super().__init__(**kwargs)
        self.heads, self.seed, self.causal = heads, seed, causal

    def build(self, input_shape):
        width = input_shape[-1]
        if width % self.heads:
            raise ValueError(f"Received: width={width}, heads={self.heads}. Expected a width that the heads divide.")
        rules = [keras.initializers.GlorotUniform(derive(self.seed, self.name, name)) for name in KERNELS]
        start = np.stack([ops.convert_to_numpy(rule((width, width))) for rule in rules])
        # One kernel of rank 3, as which the engine takes it for a convolution's: on a CPU, TensorFlow then does without
        # XLA, whose products of many small matrices take ten times as long.
        self.kernel = self.add_weight(start.shape, initializer=lambda *_, **__: start, name="kernel")
        self.bias = self.add_weight(start.shape[:2], initializer="zeros", name="bias")

    def call(self, x):
        batch, tokens, width = ops.shape(x)[0], *x.shape[1:]
        apart = (batch, tokens, self.heads, width // self.heads)
        query, key, value = (
            ops.transpose(ops.reshape(ops.matmul(x, self.kernel[i]) + self.bias[i], apart), (0, 2, 1, 3))
            for i in range(3)
        )
        scores = ops.matmul(query * apart[-1] ** -0.5, ops.transpose(key, (0, 1, 3, 2)))
        if self.causal:
            later = np.triu(np.full((tokens, tokens), UNSEEN, "float32"), 1)
            scores = scores + ops.convert_to_tensor(later, dtype=scores.dtype)
        shares = ops.softmax(scores)
        seen = ops.reshape(ops.transpose(ops.matmul(shares, value), (0, 2, 1, 3)), (batch, tokens, width))
        return ops.matmul(seen, self.kernel[3]) + self.bias[3]


class PositionEmbedding(layers.Layer):
    """Adds to each token a learned vector of its place; they start normal with deviation 0.02."""

    def __init__(self, seed, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, input_shape):
        start = keras.initializers.RandomNormal(stddev=0.02, seed=derive(self.seed, self.name))
        self.places = self.add_weight(input_shape[1:], initializer=start, name="places")

    def call(self, x):
        return x + self.places
