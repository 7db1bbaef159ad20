"""The residual network."""

import keras
from keras import layers

from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer
from experiments.seeds import derive


def two_branch_resnet(
    activation,
    *,
    input_shape,
    classes,
    seed,
    width=4.0,
    stages=3,
    blocks=4,
    pool=1,
    stem_stride=1,
    precision="float32",
):
    """Return the residual network of Gastaldi (2017) with two branches a block, 26 layers deep with 4 blocks a stage.

    | input | layer |
    |---|---|
    | 32x32 | convolution 3x3, 16; normalisation |
    | 32x32 | blocks with 16 k channels |
    | 32x32 | blocks with 32 k channels, the first with stride 2 |
    | 16x16 | blocks with 64 k channels, the first with stride 2 |
    | 8x8 | activation; global average pooling; dense, classes |

    k is `width`: 4 gives "2x64d" with 11.7 million parameters, 6 "2x96d" with 26.2. A block adds to its input the
    mean of two branches, each activation, convolution 3x3, normalisation, and the same again: Gastaldi
    weights the branches at random while training ("shake-shake"), here they weigh 1/2 each. Where the
    width changes, the input goes through the activation and two convolutions 1x1 of half the channels,
    the second one pixel lower and to the right, side by side and normalised.

    Convolutions have no biases; their weights are N(0, 2 / (k^2 n)) with k x k weights and n output
    channels.

    Args:
        activation: makes an activation layer, as in `networks.parts.activation_layer`.
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        seed: integer from which the weights follow.
        width: k; the numbers of channels are rounded to even ones.
        stages: how many of the three there are.
        blocks: of each stage.
        pool: inputs are averaged over squares of so many pixels first.
        stem_stride: of the first convolution; 2 quarters the arithmetic.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)

    def convolution(x, filters, size, stride, name):
        kernel = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal", derive(seed, name, "kernel"))
        options = dict(use_bias=False, kernel_initializer=kernel, name=name, dtype=precision)
        return layers.Conv2D(filters, size, stride, "same", **options)(x)

    def normalized(x, name):
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm", dtype=precision)(x)

    def active(x, name):
        return activation_layer(activation, seed, f"{name}_activation", precision)(x)

    def branch(x, filters, stride, name):
        for i, step in ((1, stride), (2, 1)):
            x = convolution(active(x, f"{name}_{i}"), filters, 3, step, f"{name}_conv{i}")
            x = normalized(x, f"{name}_{i}")
        return x

    def skip(x, filters, stride, name):
        x = active(x, name)
        shifted = layers.ZeroPadding2D(((1, 0), (1, 0)), name=f"{name}_pad", dtype=precision)(x)
        shifted = layers.Cropping2D(((0, 1), (0, 1)), name=f"{name}_crop", dtype=precision)(shifted)
        halves = []
        for i, y in ((1, x), (2, shifted)):
            if stride > 1:  # pixels that a 1x1 convolution with a stride takes; see engine.check_convolutions
                y = layers.AveragePooling2D(1, stride, name=f"{name}_every{i}", dtype=precision)(y)
            halves.append(convolution(y, filters // 2, 1, 1, f"{name}_conv{i}"))
        return normalized(layers.Concatenate(name=f"{name}_halves", dtype=precision)(halves), name)

    x = inputs = keras.Input(input_shape)
    if pool > 1:
        x = layers.AveragePooling2D(pool, name="pool", dtype=precision)(x)
    x = normalized(convolution(x, 16, 3, stem_stride, "stem"), "stem")
    for stage in range(1, stages + 1):
        filters = 2 * max(1, round(2 ** (stage + 2) * width))
        for block in range(1, blocks + 1):
            name, stride = f"stage{stage}_block{block}", 2 if stage > 1 and block == 1 else 1
            branches = [branch(x, filters, stride, f"{name}_branch{i}") for i in (1, 2)]
            mean = layers.Average(name=f"{name}_mean", dtype=precision)(branches)
            if x.shape[-1] != filters or stride > 1:
                x = skip(x, filters, stride, f"{name}_skip")
            x = layers.Add(name=f"{name}_sum", dtype=precision)([x, mean])
    x = layers.GlobalAveragePooling2D(name="average", dtype="float32")(active(x, "last"))
    kernel = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform", derive(seed, "logits", "kernel"))
    outputs = layers.Dense(classes, kernel_initializer=kernel, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="two_branch_resnet")
