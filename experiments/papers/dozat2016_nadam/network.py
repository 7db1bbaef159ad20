"""The convolutional autoencoder: three convolutions and two dense layers on either side of a code of 16 numbers."""

import math

import keras
from keras import layers, ops

from custom.activations import ReLU
from experiments.networks.parts import activation_layer, kernel_initializer

SIZE, STRIDES = 3, (2, 2, 1)  # of the three convolutions


class SquaredError(layers.Layer):
    """Mean over the pixels of `(reconstruction - image)^2`, by example: `(batch, ...)` twice to `(batch,)`."""

    def call(self, inputs):
        image, reconstruction = inputs
        return ops.mean(ops.square(reconstruction - image), axis=tuple(range(1, len(image.shape))))


def autoencoder(*, input_shape, filters, hidden, code, seed, initializer="he_normal"):
    """Convolutional autoencoder whose output is its own loss.

    | encoder | decoder |
    |---|---|
    | convolution 3x3, stride 2; ReLU | dense; ReLU |
    | convolution 3x3, stride 2; ReLU | dense, as many units as the encoder's last image has numbers; ReLU |
    | convolution 3x3; ReLU | transposed convolution 3x3; ReLU |
    | dense; ReLU | transposed convolution 3x3, stride 2; ReLU |
    | dense: the code | transposed convolution 3x3, stride 2: the image |

    The code and the image have no activation.

    Args:
        input_shape: `(height, width, channels)`; height and width are multiples of 4.
        filters: channels of the encoder's three convolutions; the first two are the decoder's, in reverse.
        hidden: units of the dense layer before the code and of the one after it.
        code: numbers of the code.
        seed: integer from which all weights follow.
        initializer: as in `networks.parts`; biases start at 0.

    Returns:
        A model from `(batch, *input_shape)` to the mean squared error of each example, `(batch,)`.
    """

    def kernel(name):
        return dict(name=name, kernel_initializer=kernel_initializer(initializer, seed, name))

    def active(x, name):
        return activation_layer(ReLU, seed, f"{name}_activation", "float32")(x)

    x = inputs = keras.Input(input_shape)
    for i, (channels, stride) in enumerate(zip(filters, STRIDES, strict=True), 1):
        name = f"encoder_conv{i}"
        x = active(layers.Conv2D(channels, SIZE, stride, padding="same", **kernel(name))(x), name)
    image = x.shape[1:]
    x = active(layers.Dense(hidden, **kernel("encoder_dense"))(layers.Flatten(name="flatten")(x)), "encoder_dense")
    x = layers.Dense(code, **kernel("code"))(x)
    for i, units in enumerate((hidden, math.prod(image)), 1):
        name = f"decoder_dense{i}"
        x = active(layers.Dense(units, **kernel(name))(x), name)
    x = layers.Reshape(image, name="unflatten")(x)
    for i, (channels, stride) in enumerate(zip((*filters[1::-1], input_shape[-1]), STRIDES[::-1], strict=True), 1):
        name = f"decoder_conv{i}"
        x = layers.Conv2DTranspose(channels, SIZE, stride, padding="same", **kernel(name))(x)
        x = active(x, name) if i < len(STRIDES) else x
    return keras.Model(inputs, SquaredError(name="squared_error")((inputs, x)), name="convolutional_autoencoder")
