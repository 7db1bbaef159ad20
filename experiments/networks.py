"""Networks of the papers, each in one place. All draws follow from the seed that is passed in."""

import functools
import inspect
import math

import keras
from keras import layers

from custom.initializers import HeNormal, RandomizedAsymmetric
from custom.layers import LocalResponseNormalization
from experiments.harness.engine.precision import policy
from experiments.harness.seeds import derive


def activation_layer(factory, seed, name, dtype):
    """Build the activation; a random one gets a seed that follows from its name."""
    target = factory.func if isinstance(factory, functools.partial) else factory
    random = "seed" in inspect.signature(target).parameters
    return factory(name=name, dtype=dtype, **({"seed": derive(seed, name)} if random else {}))


def kernel_initializer(rule, seed, name):
    """`"he_normal"`, `"lecun_normal"`, or `"normal_0.05"` for a Gaussian with that standard deviation."""
    if rule == "he_normal":
        return keras.initializers.HeNormal(derive(seed, name, "kernel"))
    if rule == "lecun_normal":
        return keras.initializers.LecunNormal(derive(seed, name, "kernel"))
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
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, *input_shape)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
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
    x = inputs = keras.Input(input_shape)
    for i, channels in enumerate((32, 32, 64), start=1):
        kernel = kernel_initializer(initializer, seed, f"conv{i}")
        filters = max(1, round(channels * width))
        x = layers.Conv2D(filters, 5, padding="same", kernel_initializer=kernel, name=f"conv{i}", dtype=precision)(x)
        pool = layers.MaxPooling2D if i == 1 else layers.AveragePooling2D
        pool = pool(3, 2, padding="same", name=f"pool{i}", dtype=precision)
        active = activation_layer(activation, seed, f"conv{i}_activation", precision)
        x = active(pool(x)) if i == 1 else pool(active(x))
        if normalization and i < 3:
            x = normalization(name=f"norm{i}", dtype=precision)(x)
    return _dense_end("cuda_convnet", inputs, x, activation, dense, classes, seed, initializer, precision)


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
    x = inputs = keras.Input(input_shape)
    for i in (1, 2):
        kernel = kernel_initializer(initializer, seed, f"conv{i}")
        filters = max(1, round(64 * width))
        x = layers.Conv2D(filters, 5, padding="same", kernel_initializer=kernel, name=f"conv{i}", dtype=precision)(x)
        x = activation_layer(activation, seed, f"conv{i}_activation", precision)(x)
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{i}", dtype=precision)(x)
        if normalization:
            x = normalization(name=f"norm{i}", dtype=precision)(x)
    dense = [max(1, round(units * width)) for units in (384, 192)]
    return _dense_end("cifar_alexnet", inputs, x, activation, dense, classes, seed, initializer, precision)


def _dense_end(name, inputs, x, activation, dense, classes, seed, initializer, precision):
    """The model `name`: dense layers with the activation, then logits, after convolutions that end in `x`."""
    x = layers.Flatten(name="flatten", dtype=precision)(x)
    for i, units in enumerate(dense, start=1):
        kernel = kernel_initializer(initializer, seed, f"dense{i}")
        x = layers.Dense(units, kernel_initializer=kernel, name=f"dense{i}", dtype=precision)(x)
        x = activation_layer(activation, seed, f"dense{i}_activation", precision)(x)
    kernel = kernel_initializer(initializer, seed, "logits")
    outputs = layers.Dense(classes, kernel_initializer=kernel, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name=name)


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


def ensemble_weights(rule, seed, inputs, units):
    """Kernel `(inputs, units)` and bias `(units,)` as a dense layer of the rule starts.

    Args:
        rule: `"he_normal"` (not truncated, biases 0), `"randomized_asymmetric"` or `"uniform_<limit>"` (weights
            and biases from U(-limit, limit)).
        seed: integer.
    """
    if rule == "he_normal":
        return HeNormal(seed=seed)((inputs, units)), keras.ops.zeros((units,))
    if rule == "randomized_asymmetric":
        return RandomizedAsymmetric(inputs, seed).draw(units)
    kind, _, limit = rule.partition("_")
    if kind != "uniform":
        raise ValueError(
            f"Received: initializer={rule!r}. Expected 'he_normal', 'randomized_asymmetric' or 'uniform_<limit>'."
        )
    both = keras.random.uniform((inputs + 1, units), -float(limit), float(limit), seed=seed)
    return both[:-1], both[-1]


class EnsembleDense(layers.Layer):
    """Dense layers of many independent nets, side by side: `outputs[..., n, :] = f(x[..., n, :] W[n] + b[n])`.

    No number of one net meets one of another. Where an optimizer treats each weight by itself, as
    (stochastic) gradient descent, momentum and Adam do, training on the sum of the nets' losses
    therefore equals training each net alone on the same batches.

    Shapes: inputs `(batch, points, inputs)`, which all nets share, or `(batch, points, nets, inputs)`; outputs
    `(batch, points, nets, units)`; weights `(nets, inputs, units)` and `(nets, units)`.

    Args:
        nets: how many.
        units: of each net's layer.
        rule: how weights and biases start, see `ensemble_weights`.
        seed: integer from which they follow.
        activation: as Keras takes it. Default: none.
    """

    def __init__(self, nets, units, rule, seed, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.nets, self.units, self.rule, self.seed = nets, units, rule, seed
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        kernel, bias = ensemble_weights(self.rule, self.seed, input_shape[-1], self.nets * self.units)
        kernel = keras.ops.reshape(kernel, (input_shape[-1], self.nets, self.units))
        start = {"weight": keras.ops.transpose(kernel, (1, 0, 2)), "bias": keras.ops.reshape(bias, (self.nets, -1))}
        start = {name: keras.ops.convert_to_numpy(value) for name, value in start.items()}
        # Not "kernel": a kernel of rank 3 is a convolution's, for which the engine chooses another compiler.
        for name, value in start.items():
            setattr(self, name, self.add_weight(shape=value.shape, initializer=lambda *_, v=value, **__: v, name=name))

    def call(self, x):
        shared = "bpi,nio->bpno" if len(x.shape) == 3 else "bpni,nio->bpno"
        return self.activation(keras.ops.einsum(shared, x, self.weight) + self.bias)


def ensemble_network(*, nets, inputs, hidden, outputs, seed, initializer, activation="relu", last=None):
    """Many independent fully connected nets of one shape, in one model.

    Args:
        nets: how many.
        inputs: numbers that a point consists of.
        hidden: units of each hidden layer.
        outputs: units of the last layer.
        seed: integer from which all weights follow.
        initializer: see `ensemble_weights`.
        activation, last: of hidden layers and of the last one, as Keras takes them.

    Returns:
        A model from `(batch, points, inputs)` to `(batch, points, nets, outputs)`: an example may be one
        point, or a whole set of points.
    """
    x = entry = keras.Input((None, inputs))
    for i, units in enumerate([*hidden, outputs], start=1):
        final = i > len(hidden)
        name = "outputs" if final else f"dense{i}"
        x = EnsembleDense(nets, units, initializer, derive(seed, name), last if final else activation, name=name)(x)
    return keras.Model(entry, x, name="ensemble_network")


def family_tree_network(*, nets, seed, initializer):
    """Many of the nets of Rumelhart, Hinton and Williams (1986), figure 3, for two family trees; all units logistic.

    24 people and 12 relations enter through 6 units each; then 12, 6 and 24 units.

    Args:
        nets, seed, initializer: as in `ensemble_network`.

    Returns:
        A model from `(batch, points, 36)` to `(batch, points, nets, 24)`.
    """

    def dense(units, name):
        return EnsembleDense(nets, units, initializer, derive(seed, name), "sigmoid", name=name)

    entry = keras.Input((None, 36))
    codes = dense(6, "person")(entry[..., :24]), dense(6, "relation")(entry[..., 24:])
    x = layers.Concatenate(name="codes")(codes)
    for units, name in ((12, "central"), (6, "penultimate"), (24, "outputs")):
        x = dense(units, name)(x)
    return keras.Model(entry, x, name="family_tree_network")


class GaussianSample(layers.Layer):
    """A draw from `N(mean, exp(log variance))` while training; the mean in evaluation."""

    def __init__(self, seed, **options):
        super().__init__(**options)
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        if not training:
            return mean
        noise = keras.random.normal(keras.ops.shape(mean), dtype=mean.dtype, seed=self.draws)
        return mean + keras.ops.exp(0.5 * log_variance) * noise


class BernoulliBound(layers.Layer):
    """The negative of the evidence lower bound, in nats: reconstruction plus divergence from N(0, 1), by example.

    Inputs: pixels x in [0, 1] and logits z, mean m and log variance l of the code, all `(batch, ...)`.
    `sum(log(1 + exp(z)) - x z) + 1/2 sum(exp(l) + m^2 - 1 - l)` (Kingma and Welling, 2014, equation 10).
    """

    def call(self, inputs):
        x, logits, mean, log_variance = inputs
        reconstruction = keras.ops.sum(keras.ops.softplus(logits) - x * logits, axis=-1)
        variance = keras.ops.exp(log_variance)
        return reconstruction + 0.5 * keras.ops.sum(variance + keras.ops.square(mean) - 1 - log_variance, axis=-1)


def variational_autoencoder(activation, *, input_shape, hidden, latent, seed, initializer="normal_0.01"):
    """Variational autoencoder with one hidden layer on either side, whose output is its own loss.

    Args:
        activation: of both hidden layers; makes an activation layer, as in `network_in_network`.
        input_shape: shape of one example with values in [0, 1]; it is flattened.
        hidden: units of either hidden layer.
        latent: dimensions of the code.
        seed: integer from which weights and the noise of the code follow.
        initializer: as in `network_in_network`.

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
    x = inputs = keras.Input(input_shape)
    if input_dropout:
        x = layers.Dropout(input_dropout, seed=derive(seed, "input_dropout"), name="input_dropout", dtype=precision)(x)
    for i, channels in enumerate((64, 64, 128), start=1):
        kernel, filters = kernel_initializer("he_normal", seed, f"conv{i}"), max(1, round(channels * width))
        x = layers.Conv2D(filters, 5, padding="same", kernel_initializer=kernel, name=f"conv{i}", dtype=precision)(x)
        x = activation_layer(activation, seed, f"conv{i}_activation", precision)(x)
        x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{i}", dtype=precision)(x)
    x = layers.Flatten(name="flatten")(x)
    kernel = kernel_initializer("he_normal", seed, "dense")
    x = layers.Dense(max(1, round(1000 * width)), kernel_initializer=kernel, name="dense", dtype=precision)(x)
    x = activation_layer(activation, seed, "dense_activation", precision)(x)
    if dropout:
        x = layers.Dropout(dropout, seed=derive(seed, "dropout"), name="dropout", dtype=precision)(x)
    kernel = kernel_initializer("he_normal", seed, "logits")
    outputs = layers.Dense(classes, kernel_initializer=kernel, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="three_stage_convnet")
