"""The networks: two small ones for CIFAR-10, and that of the challenge, for ImageNet."""

import keras
from keras import layers

from custom.layers import LocalResponseNormalization
from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer, convolution, dense_end, kernel_initializer
from experiments.seeds import derive


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
    """Return the four-layer network of cuda-convnet's `layers-18pct` and `layers-80sec`, for 32x32 images.

    | input | layer |
    |---|---|
    | 32x32 | convolution 5x5, 32; max-pooling 3x3, stride 2; activation; normalisation, if any |
    | 16x16 | convolution 5x5, 32; activation; average pooling 3x3, stride 2; normalisation, if any |
    | 8x8 | convolution 5x5, 64; activation; average pooling 3x3, stride 2 |
    | 4x4 | dense layers with the activation, if any (`layers-80sec`: one of 64); dense, classes |

    Args:
        activation: makes an activation layer, as in `networks.parts.activation_layer`.
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
    """Return an AlexNet for small images, as Zhang et al. (2017, arXiv:1611.03530) describe theirs.

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


def imagenet_alexnet(activation, *, seed, classes=1000, width=1.0, dropout=0.5, precision="float32"):
    """Return the network of Krizhevsky et al. (2012) for ImageNet: 60,965,224 parameters.

    | input | layer |
    |---|---|
    | 224x224 | convolution 11x11, stride 4, 96; response normalisation; max-pooling 3x3, stride 2 |
    | 27x27 | convolution 5x5, 256, in 2 groups; response normalisation; max-pooling 3x3, stride 2 |
    | 13x13 | convolution 3x3, 384; 3x3, 384, in 2 groups; 3x3, 256, in 2 groups; max-pooling 3x3, stride 2 |
    | 6x6 | dense, 4096; dropout; dense, 4096; dropout; dense, classes |

    The groups are the paper's two GPUs; the normalisation, too, sees the channels of one of them at a
    time. The 55x55 outputs of the first layer need 2 pixels of zeros around 224x224 images, of which the
    paper does not speak. The activation follows every layer but the last. Weights start at N(0, 0.01),
    biases at 1 in convolutions 2, 4 and 5 and in the hidden dense layers, at 0 in the others.

    Args:
        activation: makes an activation layer, as in `networks.parts.activation_layer`.
        seed: integer from which weights and dropout masks follow.
        classes: number of classes.
        width: factor on channels and hidden units.
        dropout: rate after the hidden dense layers.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, 224, 224, 3)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)

    def weighted(kind, size, name, bias, x, dtype=precision, **options):
        kernel = kernel_initializer("normal_0.01", seed, name)
        bias = keras.initializers.Constant(bias)
        return kind(size, kernel_initializer=kernel, bias_initializer=bias, name=name, dtype=dtype, **options)(x)

    def active(x, name):
        return activation_layer(activation, seed, f"{name}_activation", precision)(x)

    inputs = keras.Input((224, 224, 3))
    x = layers.ZeroPadding2D(2, name="border", dtype=precision)(inputs)
    # Channels, kernel, stride, groups, first bias; whether normalisation and pooling follow.
    plan = ((96, 11, 4, 1, 0.0, True, True), (256, 5, 1, 2, 1.0, True, True), (384, 3, 1, 1, 0.0, False, False))
    plan += ((384, 3, 1, 2, 1.0, False, False), (256, 3, 1, 2, 1.0, False, True))
    for i, (channels, size, strides, groups, bias, normalized, pooled) in enumerate(plan, start=1):
        options = {"kernel_size": size, "strides": strides, "groups": groups, "padding": "valid" if i == 1 else "same"}
        filters = 2 * max(1, round(channels * width / 2))
        x = active(weighted(layers.Conv2D, filters, f"conv{i}", bias, x, **options), f"conv{i}")
        if normalized:
            shape = x.shape[1:]
            x = layers.Reshape((*shape[:2], 2, shape[2] // 2), name=f"columns{i}", dtype=precision)(x)
            x = LocalResponseNormalization(name=f"norm{i}", dtype=precision)(x)
            x = layers.Reshape(shape, name=f"maps{i}", dtype=precision)(x)
        if pooled:
            x = layers.MaxPooling2D(3, 2, name=f"pool{i}", dtype=precision)(x)
    x = layers.Flatten(name="flatten", dtype=precision)(x)
    for i in (1, 2):
        x = active(weighted(layers.Dense, max(1, round(4096 * width)), f"dense{i}", 1.0, x), f"dense{i}")
        x = layers.Dropout(dropout, seed=derive(seed, f"dropout{i}"), name=f"dropout{i}", dtype=precision)(x)
    outputs = weighted(layers.Dense, classes, "logits", 0.0, x, "float32")
    return keras.Model(inputs, outputs, name="imagenet_alexnet")
