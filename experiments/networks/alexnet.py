"""The network of Krizhevsky et al. (2012) for ImageNet."""

import keras
from keras import layers

from custom.layers import LocalResponseNormalization
from experiments.harness.engine.precision import policy
from experiments.harness.seeds import derive
from experiments.networks.parts import activation_layer, kernel_initializer


def imagenet_alexnet(activation, *, seed, classes=1000, width=1.0, dropout=0.5, precision="float32"):
    """The network of Krizhevsky et al. (2012) for ImageNet: 60,965,224 parameters.

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
        activation: makes an activation layer, as in `network_in_network`.
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
