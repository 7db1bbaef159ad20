"""A variational autoencoder whose output is its own loss."""

import math

import keras
from keras import layers, ops, random

from experiments.networks.parts import activation_layer, kernel_initializer
from experiments.seeds import derive


class GaussianSample(layers.Layer):
    """A draw from `N(mean, exp(log variance))` while training; the mean in evaluation."""

    def __init__(self, seed, **options):
        super().__init__(**options)
        self.draws = random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        if not training:
            return mean
        noise = random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.draws)
        return mean + ops.exp(0.5 * log_variance) * noise


class BernoulliBound(layers.Layer):
    """The negative of the evidence lower bound, in nats: reconstruction plus divergence from N(0, 1), by example.

    Inputs: pixels x in [0, 1] and logits z, mean m and log variance l of the code, all `(batch, ...)`.
    `sum(log(1 + exp(z)) - x z) + 1/2 sum(exp(l) + m^2 - 1 - l)` (Kingma and Welling, 2014, equation 10).
    """

    def call(self, inputs):
        x, logits, mean, log_variance = inputs
        reconstruction = ops.sum(ops.softplus(logits) - x * logits, axis=-1)
        variance = ops.exp(log_variance)
        return reconstruction + 0.5 * ops.sum(variance + ops.square(mean) - 1 - log_variance, axis=-1)


def variational_autoencoder(activation, *, input_shape, hidden, latent, seed, initializer="normal_0.01"):
    """Variational autoencoder with one hidden layer on either side, whose output is its own loss.

    Args:
        activation: of both hidden layers; makes an activation layer, as `kernel_initializer` takes it.
        input_shape: shape of one example with values in [0, 1]; it is flattened.
        hidden: units of either hidden layer.
        latent: dimensions of the code.
        seed: integer from which weights and the noise of the code follow.
        initializer: as `kernel_initializer` takes it.

    Returns:
        A model from `(batch, *input_shape)` to the negative bound `(batch,)`, see `BernoulliBound`. In
        evaluation the code is its mean, so that what comes out is not the bound but has no randomness.
    """

    def dense(units, name):
        return layers.Dense(units, kernel_initializer=kernel_initializer(initializer, seed, name), name=name)

    inputs = keras.Input(input_shape)
    x = layers.Reshape((math.prod(input_shape),), name="flatten")(inputs)
    h = activation_layer(activation, seed, "encoder_activation", "float32")(dense(hidden, "encoder")(x))
    code = dense(latent, "mean")(h), dense(latent, "log_variance")(h)
    z = GaussianSample(derive(seed, "code"), name="code")(code)
    h = activation_layer(activation, seed, "decoder_activation", "float32")(dense(hidden, "decoder")(z))
    outputs = BernoulliBound(name="bound")((x, dense(math.prod(input_shape), "logits")(h), *code))
    return keras.Model(inputs, outputs, name="variational_autoencoder")
