"""Convolutional networks for small images."""

import keras
from keras import layers

from experiments.harness.engine.precision import policy
from experiments.harness.seeds import derive
from experiments.networks.parts import activation_layer, convolution, dense_end


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


def cuda_convnet(
    activation,
    *,
    input_shape,
    classes,
    seed,
    width=1.0,
    dense=(),
    normalization=None,
    initializer="he_normal",
    precision="float32",
):
    """The four-layer network of cuda-convnet's `layers-18pct` and `layers-80sec`, for 32x32 images.

    | input | layer |
    |---|---|
    | 32x32 | convolution 5x5, 32; max-pooling 3x3, stride 2; activation; normalisation, if any |
    | 16x16 | convolution 5x5, 32; activation; average pooling 3x3, stride 2; normalisation, if any |
    | 8x8 | convolution 5x5, 64; activation; average pooling 3x3, stride 2 |
    | 4x4 | dense layers with the activation, if any (`layers-80sec`: one of 64); dense, classes |

    Args:
        activation: makes an activation layer, as in `network_in_network`.
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        seed: integer from which weights and random slopes follow.
        width: factor on the numbers of channels.
        dense: units of the dense layers before the last.
        normalization: makes a layer from `name` and `dtype`, or `None`.
        initializer: as in `kernel_initializer`; biases start at 0.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    options = dict(seed=seed, initializer=initializer, precision=precision)
    x = inputs = keras.Input(input_shape)
    for i, channels in enumerate((32, 32, 64), start=1):
        x = convolution(x, max(1, round(channels * width)), 5, f"conv{i}", **options)
        pool = layers.MaxPooling2D if i == 1 else layers.AveragePooling2D
        pool = pool(3, 2, padding="same", name=f"pool{i}", dtype=precision)
        active = activation_layer(activation, seed, f"conv{i}_activation", precision)
        x = active(pool(x)) if i == 1 else pool(active(x))
        if normalization and i < 3:
            x = normalization(name=f"norm{i}", dtype=precision)(x)
    return dense_end("cuda_convnet", inputs, x, activation, dense, classes, **options)


def cifar_alexnet(
    activation,
    *,
    input_shape,
    classes,
    seed,
    width=1.0,
    normalization=None,
    initializer="he_normal",
    precision="float32",
):
    """An AlexNet for small images, as Zhang et al. (2017, arXiv:1611.03530) describe theirs.

    Two modules of convolution 5x5, 64, and max-pooling 3x3 with stride 2, each followed by local
    response normalisation if there is any; dense layers of 384 and 192 units; logits. For 28x28x3
    images and 10 classes 1,387,786 parameters, the number that Zhang et al. print.

    Args: as of `cuda_convnet`; `width` multiplies the dense layers' units, too.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    options = dict(seed=seed, initializer=initializer, precision=precision)
    x = inputs = keras.Input(input_shape)
    for i in (1, 2):
        x = convolution(x, max(1, round(64 * width)), 5, f"conv{i}", **options)
        x = activation_layer(activation, seed, f"conv{i}_activation", precision)(x)
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{i}", dtype=precision)(x)
        if normalization:
            x = normalization(name=f"norm{i}", dtype=precision)(x)
    dense = [max(1, round(units * width)) for units in (384, 192)]
    return dense_end("cifar_alexnet", inputs, x, activation, dense, classes, **options)


def three_stage_convnet(
    activation, *, input_shape, classes, seed, width=1.0, input_dropout=0.0, dropout=0.0, precision="float32"
):
    """The network c64-c64-c128-1000 of Kingma and Ba (2015), section 6.3, for 32x32 images.

    | input | layer |
    |---|---|
    | 32x32 | convolution 5x5, 64; activation; max-pooling 3x3, stride 2 |
    | 16x16 | convolution 5x5, 64; activation; max-pooling 3x3, stride 2 |
    | 8x8 | convolution 5x5, 128; activation; max-pooling 3x3, stride 2 |
    | 4x4 | dense, 1,000; activation; dense, classes |

    Args:
        activation: makes an activation layer, as in `network_in_network`.
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        seed: integer from which weights and dropout masks follow.
        width: factor on the numbers of channels and units.
        input_dropout: dropout rate on the inputs.
        dropout: dropout rate on the dense layer.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    options = dict(seed=seed, initializer="he_normal", precision=precision)
    x = inputs = keras.Input(input_shape)
    if input_dropout:
        x = layers.Dropout(input_dropout, seed=derive(seed, "input_dropout"), name="input_dropout", dtype=precision)(x)
    for i, channels in enumerate((64, 64, 128), start=1):
        x = convolution(x, max(1, round(channels * width)), 5, f"conv{i}", **options)
        x = activation_layer(activation, seed, f"conv{i}_activation", precision)(x)
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{i}", dtype=precision)(x)
    dense = [max(1, round(1000 * width))]
    return dense_end("three_stage_convnet", inputs, x, activation, dense, classes, dropout=dropout, **options)
