"""Deep autoencoders of logistic units with sparse first weights (section 3)."""

import math

import keras
from keras import layers, ops

from custom.activations import Sigmoid
from custom.initializers import Sparse
from experiments.networks.parts import activation_layer
from experiments.seeds import derive

CONNECTIONS = 15  # of each unit, to the layer before


class SummedSquares(layers.Layer):
    """Sum over the pixels of `(reconstruction - image)^2`, by example: `(batch, ...)` twice to `(batch,)`."""

    def call(self, inputs):
        image, reconstruction = inputs
        return ops.sum(ops.square(reconstruction - image), axis=-1)


def autoencoder(*, input_shape, encoder, scale, seed):
    """Autoencoder whose output is its own loss: dense layers to the code and, mirrored, back to the pixels.

    All units are logistic but those of the code, which are linear. Each unit has 15 incoming weights from
    N(0, scale^2), its others are 0; biases start at 0.

    Args:
        input_shape: of one example with values in [0, 1]; it is flattened.
        encoder: units of its layers, the code last.
        scale: standard deviation of the weights that are not 0.
        seed: integer from which all weights follow.

    Returns:
        A model from `(batch, *input_shape)` to the summed squared error of each example, `(batch,)`.
    """
    inputs, pixels = keras.Input(input_shape), math.prod(input_shape)
    x = image = layers.Reshape((pixels,), name="flatten")(inputs)
    units = (*encoder, *encoder[-2::-1], pixels)
    for i, width in enumerate(units, 1):
        name = f"dense{i}"
        kernel = Sparse(CONNECTIONS, scale, derive(seed, name, "kernel"))
        x = layers.Dense(width, kernel_initializer=kernel, name=name)(x)
        if i != len(encoder):
            x = activation_layer(Sigmoid, seed, f"{name}_activation", "float32")(x)
    return keras.Model(inputs, SummedSquares(name="summed_squares")((image, x)), name="deep_autoencoder")
