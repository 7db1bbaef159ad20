"""Residual networks for small images, with a normalisation and an activation after each convolution."""

import keras
from keras import layers

from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer
from experiments.seeds import derive


def residual_network(
    activation, *, input_shape, classes, seed, channels=(16, 32, 64), blocks=3, pool=1, precision="float32"
):
    """Return the residual network of He et al. (2016) for CIFAR, with a projection wherever a shortcut changes shape.

    | input | layer |
    |---|---|
    | 32x32 | convolution 3x3, first number of channels; normalisation; activation |
    | 32x32 | stage 1: blocks |
    | 32x32 | stage 2: blocks, the first with stride 2; and so on |
    | 8x8 | global average pooling; dense, classes |

    A block is convolution 3x3, normalisation, activation, convolution 3x3, normalisation; the block's input is added,
    and the activation follows. Where stride or channels change, that input goes through a convolution 1x1 and a
    normalisation. `channels=(16, 32, 64), blocks=3` is ResNet-20; `channels=(64, 128, 256, 512), blocks=2` is ResNet-18
    as CIFAR has it, whose first convolution is 3x3 and which has no pooling after it.

    Convolutions have no biases; their weights are N(0, 2 / (k^2 n)) with k x k weights and n output channels. The dense
    layer's weights and biases are from U(-1 / sqrt(m), 1 / sqrt(m)) with m inputs.

    Args:
        activation: makes an activation layer, as in `networks.parts.activation_layer`.
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        seed: integer from which the weights follow.
        channels: of each stage.
        blocks: of each stage; at 0 a stage of stride 1 has no layer, and another one only the shortcut.
        pool: inputs are averaged over squares of so many pixels first.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)

    def convolved(x, filters, size, stride, name):
        kernel = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", derive(seed, name, "kernel"))
        options = dict(use_bias=False, kernel_initializer=kernel, name=name, dtype=precision)
        x = layers.Conv2D(filters, size, stride, "same", **options)(x)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm", dtype=precision)(x)

    def active(x, name):
        return activation_layer(activation, seed, f"{name}_activation", precision)(x)

    def shortcut(x, filters, stride, name):
        if stride > 1:  # the pixels that a 1x1 convolution with a stride takes; see engine.traits.check_convolutions
            x = layers.AveragePooling2D(1, stride, name=f"{name}_every", dtype=precision)(x)
        return convolved(x, filters, 1, 1, f"{name}_shortcut")

    x = inputs = keras.Input(input_shape)
    if pool > 1:
        x = layers.AveragePooling2D(pool, name="pool", dtype=precision)(x)
    x = active(convolved(x, channels[0], 3, 1, "stem"), "stem")
    for stage, filters in enumerate(channels, start=1):
        for block in range(1, blocks + 1):
            name, stride = f"stage{stage}_block{block}", 2 if stage > 1 and block == 1 else 1
            y = active(convolved(x, filters, 3, stride, f"{name}_conv1"), f"{name}_conv1")
            y = convolved(y, filters, 3, 1, f"{name}_conv2")
            if stride > 1 or x.shape[-1] != filters:
                x = shortcut(x, filters, stride, name)
            x = active(layers.Add(name=f"{name}_sum", dtype=precision)([x, y]), name)
    x = layers.GlobalAveragePooling2D(name="average", dtype="float32")(x)
    within, last = x.shape[-1] ** -0.5, {}
    for part in ("kernel", "bias"):
        last[f"{part}_initializer"] = keras.initializers.RandomUniform(-within, within, derive(seed, "logits", part))
    outputs = layers.Dense(classes, name="logits", dtype="float32", **last)(x)
    return keras.Model(inputs, outputs, name="residual_network")
