"""Network in Network."""

import keras
from keras import layers

from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer, convolution
from experiments.seeds import derive


def network_in_network(
    activation, *, input_shape, classes, seed, width=1.0, dropout=0.5, initializer="normal_0.05", precision="float32"
):
    """Network in Network for 32x32 images, as Xu et al. (2015) print it (book table 5).

    | input | layer |
    |---|---|
    | 32x32 | convolution 5x5, 192; 1x1, 160; 1x1, 96; max-pooling 3x3, stride 2; dropout |
    | 16x16 | convolution 5x5, 192; 1x1, 192; 1x1, 192; average pooling 3x3, stride 2; dropout |
    | 8x8 | convolution 3x3, 192; 1x1, 192; 1x1, classes; global average pooling |

    The activation follows every convolution, the last one too, as in the published definitions of
    the network. `width` multiplies all channel counts but the last.

    Args:
        activation: makes an activation layer; called with `name`, `dtype` and, if it takes one, `seed`.
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        seed: integer from which weights, dropout masks and random slopes follow.
        width: factor on the numbers of channels.
        dropout: rate after both pooling layers.
        initializer: `"he_normal"` or `"normal_<standard deviation>"`; biases start at 0.
        precision: a name of `engine.precision.POLICIES`; the averaged outputs are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    blocks = (
        ((192, 5), (160, 1), (96, 1)),
        ((192, 5), (192, 1), (192, 1)),
        ((192, 3), (192, 1), (classes, 1)),
    )
    precision = policy(precision)
    x = inputs = keras.Input(input_shape)
    for b, block in enumerate(blocks, start=1):
        for c, (channels, size) in enumerate(block, start=1):
            last = (b, c) == (3, 3)
            name = f"block{b}_conv{c}"
            filters = channels if last else max(1, round(channels * width))
            x = convolution(x, filters, size, name, seed=seed, initializer=initializer, precision=precision)
            x = activation_layer(activation, seed, f"{name}_activation", precision)(x)
        if b == 1:
            x = layers.MaxPooling2D(3, 2, padding="same", name="block1_pool", dtype=precision)(x)
        elif b == 2:
            x = layers.AveragePooling2D(3, 2, padding="same", name="block2_pool", dtype=precision)(x)
        if b < 3 and dropout:
            x = layers.Dropout(dropout, seed=derive(seed, f"dropout{b}"), name=f"dropout{b}", dtype=precision)(x)
    outputs = layers.GlobalAveragePooling2D(name="average", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="network_in_network")
