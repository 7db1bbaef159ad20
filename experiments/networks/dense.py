"""Fully connected networks."""

import math

import keras
from keras import layers

from experiments.harness.engine.precision import policy
from experiments.harness.seeds import derive
from experiments.networks.parts import dense_end


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
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, *input_shape)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    inputs = keras.Input(input_shape)
    x = layers.Reshape((math.prod(input_shape),), name="flatten")(inputs)
    if input_dropout:
        x = layers.Dropout(input_dropout, seed=derive(seed, "input_dropout"), name="input_dropout", dtype=precision)(x)
    return dense_end(
        "multilayer_perceptron", inputs, x, activation, hidden, classes,
        seed=seed, initializer=initializer, precision=precision, dropout=dropout,
    )  # fmt: skip
