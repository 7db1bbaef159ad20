"""The networks of the paper's four kinds of experiment."""

import math

import keras
from keras import layers

from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer, convolution, dense_end
from experiments.seeds import derive


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
        activation: makes an activation layer; called with `name`, `dtype` and, if it takes one, `seed`.
        input_shape: shape of one example; it is flattened.
        hidden: units of each hidden layer.
        classes: number of classes.
        seed: integer from which weights and dropout masks follow.
        input_dropout: dropout rate on the inputs.
        dropout: dropout rate on each hidden layer.
        initializer: `"he_normal"` or `"normal_<standard deviation>"`; biases start at 0.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, *input_shape)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    inputs = keras.Input(input_shape)
    x = layers.Reshape((math.prod(input_shape),), name="flatten")(inputs)
    if input_dropout:
        x = layers.Dropout(input_dropout, seed=derive(seed, "input_dropout"), name="input_dropout", dtype=precision)(x)
    options = dict(seed=seed, initializer=initializer, precision=precision)
    return dense_end("multilayer_perceptron", inputs, x, activation, hidden, classes, dropout=dropout, **options)


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
        activation: makes an activation layer; called with `name`, `dtype` and, if it takes one, `seed`.
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
