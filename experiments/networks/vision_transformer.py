"""A vision transformer for small images."""

import keras
from keras import layers

from experiments.engine.precision import policy
from experiments.networks.attention import PositionEmbedding, SelfAttention
from experiments.seeds import derive


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
