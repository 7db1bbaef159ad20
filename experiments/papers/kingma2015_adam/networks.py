"""The networks of the paper's four kinds of experiment."""

import math

import keras
from keras import layers, ops, random

from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer, convolution, dense_end, kernel_initializer
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
        activation: of both hidden layers; makes an activation layer, as in `multilayer_perceptron`.
        input_shape: shape of one example with values in [0, 1]; it is flattened.
        hidden: units of either hidden layer.
        latent: dimensions of the code.
        seed: integer from which weights and the noise of the code follow.
        initializer: as in `multilayer_perceptron`.

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


def words_regression(*, words, outputs, seed, dropout=0.0, initializer="normal_0.01"):
    """Logits that are linear in which of `words` words occur: `multilayer_perceptron` without hidden layers on 0 and 1.

    A word that does not occur adds nothing to a logit, with or without dropout on the inputs. So the
    weights of those that do are looked up, dropped out and summed; a film review has about 130 of
    10,000 words, and a mask for all of them would take most of a step.

    Args:
        words: size of the vocabulary.
        outputs: number of logits.
        seed: integer from which weights and dropout masks follow.
        dropout: dropout rate on the inputs.
        initializer: as in `multilayer_perceptron`.

    Returns:
        A model from the numbers of the words, `(batch, any length)`, filled up with `words` (see
        `data.preprocessing`), to logits `(batch, outputs)` in float32.
    """
    inputs = keras.Input((None,))
    kernel = kernel_initializer(initializer, seed, "logits")
    x = WordWeights(words, outputs, kernel, name="logits", dtype="float32")(inputs)
    if dropout:
        # A word is dropped for all logits, as an input is.
        draws = derive(seed, "input_dropout")
        x = layers.Dropout(dropout, noise_shape=(None, None, 1), seed=draws, name="input_dropout", dtype="float32")(x)
    return keras.Model(inputs, SumAndBias(name="bias", dtype="float32")(x), name="words_regression")


class WordWeights(layers.Layer):
    """Rows of a `(words, outputs)` matrix by number, `(batch, length)` to `(batch, length, outputs)`; zeros beyond."""

    def __init__(self, words, outputs, kernel_initializer, **options):
        super().__init__(**options)
        self.words, self.outputs, self.kernel_initializer = words, outputs, kernel_initializer

    def build(self, input_shape):
        self.kernel = self.add_weight((self.words, self.outputs), self.kernel_initializer, name="kernel")

    def call(self, numbers):
        numbers = ops.cast(numbers, "int32")
        rows = ops.take(self.kernel, ops.minimum(numbers, self.words - 1), axis=0)
        return rows * ops.cast(numbers < self.words, rows.dtype)[..., None]


class SumAndBias(layers.Layer):
    """Sum over the words and a bias, `(batch, length, outputs)` to `(batch, outputs)`."""

    def build(self, input_shape):
        self.bias = self.add_weight((input_shape[-1],), "zeros", name="bias")

    def call(self, x):
        return ops.sum(x, axis=1) + self.bias
