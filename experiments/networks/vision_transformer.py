"""A vision transformer for small images."""

import keras
import numpy as np
from keras import layers, ops

from experiments.engine.precision import policy
from experiments.seeds import derive

KERNELS = ("query", "key", "value", "output")


class SelfAttention(layers.Layer):
    """Multi-head self-attention of Vaswani et al. (2017) over the tokens of an example, without a mask.

    Formula, for each head of width d: `softmax(q k^T / sqrt(d)) v`; the heads side by side go through a dense layer.

    Not Keras's `MultiHeadAttention`, in which an initializer with a seed gives queries, keys and values the same
    weights.

    Shapes: `(batch, tokens, width)` in and out; kernels `(4, width, width)` of queries, keys, values and outputs, with
    biases `(4, width)` that start at 0.

    Args:
        heads: how many; the width is a multiple of them.
        seed: integer from which the weights follow, by Glorot's uniform rule for each kernel.
    """

    def __init__(self, heads, seed, **kwargs):
        super().__init__(**kwargs)
        self.heads, self.seed = heads, seed

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
        shares = ops.softmax(ops.matmul(query * apart[-1] ** -0.5, ops.transpose(key, (0, 1, 3, 2))))
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


def vision_transformer(
    *, input_shape, classes, seed, patch=4, width=48, blocks=2, heads=3, mlp_ratio=2, precision="float32"
):
    """Return the vision transformer of Dosovitskiy et al. (2021), the mean of all tokens in place of a class token.

    | tokens | layer |
    |---|---|
    | (side / patch)^2 | patches, dense to `width`; learned places added |
    | the same | `blocks` times: x + attention(norm(x)), then x + dense(GELU(dense(norm(x)))) |
    | 1 | norm, mean over the tokens, dense to classes |

    ViT-S/16 has width 384, 12 blocks, 6 heads, ratio 4, patches of 16.

    Args:
        input_shape: `(height, width, channels)`, sides that patches fill.
        classes: number of classes.
        seed: integer from which the weights follow: Glorot's uniform rule, biases 0, the last layer 0.
        patch: pixels of a side of a patch.
        width: of a token.
        blocks: how many.
        heads: of each attention.
        mlp_ratio: width of the inner dense layer of a block, by that of a token.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    if any(side % patch for side in input_shape[:2]):
        raise ValueError(f"Received: input_shape={input_shape}. Expected sides that are multiples of {patch}.")
    rows, columns, channels = input_shape[0] // patch, input_shape[1] // patch, input_shape[2]

    def dense(x, units, name):
        kernel = keras.initializers.GlorotUniform(derive(seed, name, "kernel"))
        return layers.Dense(units, kernel_initializer=kernel, name=name, dtype=precision)(x)

    def normalized(x, name):
        return layers.LayerNormalization(epsilon=1e-6, name=name, dtype=precision)(x)

    x = inputs = keras.Input(input_shape)
    x = layers.Reshape((rows, patch, columns, patch * channels), name="rows", dtype=precision)(x)
    x = layers.Permute((1, 3, 2, 4), name="patches", dtype=precision)(x)
    x = layers.Reshape((rows * columns, patch * patch * channels), name="tokens", dtype=precision)(x)
    x = PositionEmbedding(seed, name="places", dtype=precision)(dense(x, width, "embedding"))
    for block in range(1, blocks + 1):
        name = f"block{block}"
        seen = SelfAttention(heads, seed, name=f"{name}_attention", dtype=precision)(normalized(x, f"{name}_norm1"))
        x = layers.Add(name=f"{name}_sum1", dtype=precision)([x, seen])
        inner = dense(normalized(x, f"{name}_norm2"), mlp_ratio * width, f"{name}_dense1")
        inner = layers.Activation("gelu", name=f"{name}_gelu", dtype=precision)(inner)
        x = layers.Add(name=f"{name}_sum2", dtype=precision)([x, dense(inner, width, f"{name}_dense2")])
    x = layers.GlobalAveragePooling1D(name="mean", dtype="float32")(normalized(x, "norm"))
    outputs = layers.Dense(classes, kernel_initializer="zeros", name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="vision_transformer")
