"""Networks of the papers, each in one place. All draws follow from the seed that is passed in."""

import functools
import inspect
import math

import keras
from keras import layers

from experiments.harness.seeds import derive


def activation_layer(factory, seed, name, dtype):
    """Build the activation; a random one gets a seed that follows from its name."""
    target = factory.func if isinstance(factory, functools.partial) else factory
    random = "seed" in inspect.signature(target).parameters
    return factory(name=name, dtype=dtype, **({"seed": derive(seed, name)} if random else {}))


def kernel_initializer(rule, seed, name):
    """`"he_normal"`, or `"normal_0.05"` for a Gaussian with that standard deviation."""
    if rule == "he_normal":
        return keras.initializers.HeNormal(derive(seed, name, "kernel"))
    kind, _, deviation = rule.partition("_")
    if kind != "normal":
        raise ValueError(f"Received: initializer={rule!r}. Expected 'he_normal' or 'normal_<standard deviation>'.")
    return keras.initializers.RandomNormal(stddev=float(deviation), seed=derive(seed, name, "kernel"))


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
        precision: a Keras dtype policy; the averaged outputs are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    blocks = (
        ((192, 5), (160, 1), (96, 1)),
        ((192, 5), (192, 1), (192, 1)),
        ((192, 3), (192, 1), (classes, 1)),
    )
    x = inputs = keras.Input(input_shape)
    for b, block in enumerate(blocks, start=1):
        for c, (channels, size) in enumerate(block, start=1):
            last = (b, c) == (3, 3)
            name = f"block{b}_conv{c}"
            filters = channels if last else max(1, round(channels * width))
            kernel = kernel_initializer(initializer, seed, name)
            x = layers.Conv2D(filters, size, padding="same", kernel_initializer=kernel, name=name, dtype=precision)(x)
            x = activation_layer(activation, seed, f"{name}_activation", precision)(x)
        if b == 1:
            x = layers.MaxPooling2D(3, 2, padding="same", name="block1_pool", dtype=precision)(x)
        elif b == 2:
            x = layers.AveragePooling2D(3, 2, padding="same", name="block2_pool", dtype=precision)(x)
        if b < 3 and dropout:
            x = layers.Dropout(dropout, seed=derive(seed, f"dropout{b}"), name=f"dropout{b}", dtype=precision)(x)
    outputs = layers.GlobalAveragePooling2D(name="average", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="network_in_network")


def multilayer_perceptron(
    activation,
    *,
    input_shape,
    hidden,
    classes,
    seed,
    input_dropout=0.0,
    dropout=0.0,
    initializer="he_normal",
    precision="float32",
):
    """Fully connected network: hidden layers with dropout after each, then logits.

    Args:
        activation: makes an activation layer, as in `network_in_network`.
        input_shape: shape of one example; it is flattened.
        hidden: units of each hidden layer.
        classes: number of classes.
        seed: integer from which weights and dropout masks follow.
        input_dropout: dropout rate on the inputs.
        dropout: dropout rate on each hidden layer.
        initializer: as in `network_in_network`.
        precision: a Keras dtype policy; logits are float32 under any.

    Returns:
        A model from `(batch, *input_shape)` to logits `(batch, classes)` in float32.
    """
    inputs = keras.Input(input_shape)
    x = layers.Reshape((math.prod(input_shape),), name="flatten")(inputs)
    if input_dropout:
        x = layers.Dropout(input_dropout, seed=derive(seed, "input_dropout"), name="input_dropout", dtype=precision)(x)
    for i, units in enumerate(hidden, start=1):
        kernel = kernel_initializer(initializer, seed, f"dense{i}")
        x = layers.Dense(units, kernel_initializer=kernel, name=f"dense{i}", dtype=precision)(x)
        x = activation_layer(activation, seed, f"dense{i}_activation", precision)(x)
        if dropout:
            x = layers.Dropout(dropout, seed=derive(seed, f"dropout{i}"), name=f"dropout{i}", dtype=precision)(x)
    kernel = kernel_initializer(initializer, seed, "logits")
    outputs = layers.Dense(classes, kernel_initializer=kernel, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="multilayer_perceptron")
