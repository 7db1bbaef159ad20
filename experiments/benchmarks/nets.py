"""Networks of the overhead benchmark, each from one description, in Keras; `torch_nets` has them in plain PyTorch."""

import dataclasses
import functools
import itertools

import numpy as np


@dataclasses.dataclass(frozen=True)
class Net:
    """A network, its batch and its optimizer.

    Attributes:
        title: its name in tables.
        shape: shape of an input.
        layers: in order, each a tuple: `("dense", units)`, `("conv", filters, size)` and a stride if it has one
            (without biases before a normalisation), `("relu",)`, `("norm",)`,
            `("max", size, stride)`, `("average", size, stride)`, `("global",)`, `("flatten",)`,
            `("dropout", rate)`, `("responses",)` (local response normalisation), `("block", filters, stride)`
            (two normalised convolutions and a shortcut), `("branches", filters, stride)` (the mean of two
            such paths, each convolution after a ReLU, and a shortcut); `("points",)` and then
            `("nets", nets, units)`, dense layers of so many nets side by side, each with weights of its own.
        batch: examples a step.
        optimizer: `"sgd"`, `"momentum"` or `"adam"`.
        task: what the outputs are to be: `"classes"`, a label's logits; `"inputs"`, the logits of the input's
            numbers; `"numbers"`, one number each.
    """

    title: str
    shape: tuple
    layers: tuple
    batch: int
    optimizer: str
    task: str = "classes"

    @property
    def convolutional(self):
        return any(layer[0] in ("conv", "block", "branches") for layer in self.layers)


def _dense(*units, dropout=(), outputs=10):
    """Hidden layers; `dropout`: the rate on the inputs and that on each hidden layer."""
    first, after = [[("dropout", rate)] for rate in dropout] or ([], [])
    hidden = [layer for n in units for layer in (("dense", n), ("relu",), *after)]
    return (("flatten",), *first, *hidden, ("dense", outputs))


def _nets(nets, *units):
    """So many narrow nets with one output each."""
    hidden = [layer for n in units for layer in (("nets", nets, n), ("relu",))]
    return (("points",), *hidden, ("nets", nets, 1), ("flatten",))


def _pooled(*convolutions, normalized=False, dense=()):
    """Convolutions 5x5 with ReLU, each pooled; `normalized`: as well by their neighbours' responses."""
    after = [("responses",)] if normalized else []
    found = [x for n in convolutions for x in (("conv", n, 5), ("relu",), ("max", 3, 2), *after)]
    hidden = [layer for n in dense for layer in (("dense", n), ("relu",))]
    return (*found, ("flatten",), *hidden, ("dense", 10))


def _cuda_convnet(width):
    a, b = round(32 * width), round(64 * width)
    first = (("conv", a, 5), ("max", 3, 2), ("relu",))
    rest = [x for n in (a, b) for x in (("conv", n, 5), ("relu",), ("average", 3, 2))]
    return (*first, *rest, ("flatten",), ("dense", 10))


def _branched(width, blocks):
    """Gastaldi's residual network with two branches a block."""
    stages = [("branches", 16 * width * 2**s, 2 if s and not b else 1) for s in range(3) for b in range(blocks)]
    return (("average", 2, 2), ("conv", 16, 3, 2), ("norm",), *stages, ("relu",), ("global",), ("dense", 10))


def _nin(width):
    def block(*convolutions):
        return [layer for filters, size in convolutions for layer in (("conv", filters, size), ("relu",))]

    a, b, c = (round(n * width) for n in (192, 160, 96))
    return (
        *block((a, 5), (b, 1), (c, 1)),
        ("max", 3, 2),
        ("dropout", 0.5),
        *block((a, 5), (a, 1), (a, 1)),
        ("average", 3, 2),
        ("dropout", 0.5),
        *block((a, 3), (a, 1), (10, 1)),
        ("global",),
    )


def _resnet(width, blocks):
    """Three stages of residual blocks, as in He et al. (2016) for CIFAR-10."""
    stages = [("block", width * 2**s, 2 if s and not b else 1) for s in range(3) for b in range(blocks)]
    return (("conv", width, 3), ("norm",), ("relu",), *stages, ("global",), ("dense", 10))


_LENET = (
    ("conv", 6, 5),
    ("relu",),
    ("max", 2, 2),
    ("conv", 16, 5),
    ("relu",),
    ("max", 2, 2),
    ("flatten",),
    ("dense", 120),
    ("relu",),
    ("dense", 84),
    ("relu",),
    ("dense", 10),
)
NETS = {
    "tiny": Net(
        "6-2-1, 64 patterns", (6, 1, 1), (("flatten",), ("dense", 2), ("relu",), ("dense", 10)), 64, "momentum"
    ),
    "small": Net("784-32-32-10", (28, 28, 1), _dense(32, 32), 32, "sgd"),
    "deep": Net("784-8x128-10", (28, 28, 1), _dense(*[128] * 8), 64, "sgd"),
    "wide": Net("784-2x1000-10", (28, 28, 1), _dense(1000, 1000), 128, "adam"),
    "lenet": Net("LeNet-5 with ReLU", (28, 28, 1), _LENET, 128, "momentum"),
    "resnet": Net("ResNet-14, 8 to 32 channels", (32, 32, 3), _resnet(8, 2), 128, "momentum"),
    "words": Net(
        "10,000 words, logistic regression", (10000, 1, 1), _dense(dropout=(0.5, 0.5), outputs=2), 128, "adam"
    ),
    "autoencoder": Net(
        "784-500-50-500-784, autoencoder", (28, 28, 1), _dense(500, 50, 500, outputs=784), 100, "adam", "inputs"
    ),
    "ensemble": Net("500 nets 1-10x2-1 in one", (1, 1, 1), _nets(500, *[2] * 10), 64, "adam", "numbers"),
    "dropout": Net("784-2x1000-10, dropout", (28, 28, 1), _dense(1000, 1000, dropout=(0.2, 0.5)), 128, "adam"),
    "cuda_half": Net("cuda-convnet, half width", (32, 32, 3), _cuda_convnet(0.5), 128, "momentum"),
    "responses": Net(
        "AlexNet for CIFAR, quarter width",
        (32, 32, 3),
        _pooled(16, 16, normalized=True, dense=(96, 48)),
        128,
        "momentum",
    ),
    "stages": Net("c64-c64-c128-1000", (32, 32, 3), _pooled(64, 64, 128, dense=(1000,)), 128, "adam"),
    "branched": Net("two-branch ResNet, 16 channels", (32, 32, 3), _branched(1, 1), 64, "adam"),
    "nin_quarter": Net("NIN, quarter width", (32, 32, 3), _nin(0.25), 128, "momentum"),
    "nin": Net("NIN", (32, 32, 3), _nin(1.0), 128, "momentum"),
}
STEPS = 50  # batches of data


def data(net, seed=0):
    """Return random images as bytes, and targets: labels, the same bytes, or numbers."""
    draw = np.random.default_rng(seed)
    n = STEPS * net.batch
    x = draw.integers(0, 256, (n, *net.shape)).astype("uint8")
    if net.task == "classes":
        classes = net.layers[-1][1] if net.layers[-1][0] == "dense" else 10
        return x, draw.integers(0, classes, n).astype("int32")
    return x, x.reshape(n, -1) if net.task == "inputs" else draw.normal(size=(n, 1)).astype("float32")


def task(net):
    """Return what the engine trains the network for."""
    from keras import ops

    from experiments.engine.task import CLASSIFICATION, REGRESSION, Task, binary_cross_entropy

    reconstruction = Task(lambda y, logits: binary_cross_entropy(ops.cast(y, logits.dtype) / 255, logits))
    return {"classes": CLASSIFICATION, "inputs": reconstruction, "numbers": REGRESSION}[net.task]


def keras_loss(net):
    """Return the loss as Keras's users write it."""
    from keras import losses

    if net.task == "numbers":
        return losses.MeanSquaredError()
    return (losses.SparseCategoricalCrossentropy if net.task == "classes" else losses.BinaryCrossentropy)(True)


def keras_model(net, seed=0, activation=None):
    """Return the network in Keras, with a seed for each draw; `activation(name)` makes a layer in place of ReLU."""
    import keras
    from keras import layers

    from custom.activations import ReLU
    from custom.layers import LocalResponseNormalization
    from experiments.networks.ensembles import EnsembleDense
    from experiments.seeds import derive

    names = iter(range(1000))

    def kernel():
        return keras.initializers.HeNormal(derive(seed, next(names)))

    def convolution(filters, size, stride=1, bias=True):
        return layers.Conv2D(filters, size, stride, "same", use_bias=bias, kernel_initializer=kernel())

    def block(x, filters, stride):
        y = layers.BatchNormalization()(convolution(filters, 3, stride, False)(x))
        y = layers.BatchNormalization()(convolution(filters, 3, 1, False)(layers.ReLU()(y)))
        if x.shape[-1] != filters or stride > 1:
            x = layers.BatchNormalization()(convolution(filters, 1, 1, False)(every(x, stride)))
        return layers.ReLU()(layers.Add()([x, y]))

    def every(x, stride):
        """The pixels that a 1x1 convolution with a stride takes; see `engine.traits.check_convolutions`."""
        return layers.AveragePooling2D(1, stride)(x) if stride > 1 else x

    def branches(x, filters, stride):
        paths = []
        for _ in range(2):
            y = x
            for step in (stride, 1):
                y = layers.BatchNormalization()(convolution(filters, 3, step, False)(layers.ReLU()(y)))
            paths.append(y)
        if x.shape[-1] != filters or stride > 1:
            x = layers.ReLU()(x)
            shifted = layers.Cropping2D(((0, 1), (0, 1)))(layers.ZeroPadding2D(((1, 0), (1, 0)))(x))
            halves = [convolution(filters // 2, 1, 1, False)(every(y, stride)) for y in (x, shifted)]
            x = layers.BatchNormalization()(layers.Concatenate()(halves))
        return layers.Add()([x, layers.Average()(paths)])

    make = {
        "dense": lambda units: layers.Dense(units, kernel_initializer=kernel()),
        "conv": convolution,
        "relu": activation or ReLU,
        "norm": layers.BatchNormalization,
        "max": lambda size, stride: layers.MaxPooling2D(size, stride, "same"),
        "average": lambda size, stride: layers.AveragePooling2D(size, stride, "same"),
        "global": layers.GlobalAveragePooling2D,
        "flatten": layers.Flatten,
        "dropout": lambda rate: layers.Dropout(rate, seed=derive(seed, next(names))),
        "responses": LocalResponseNormalization,
        "block": lambda filters, stride: functools.partial(block, filters=filters, stride=stride),
        "branches": lambda filters, stride: functools.partial(branches, filters=filters, stride=stride),
        "points": lambda: layers.Reshape((1, -1)),
        "nets": lambda nets, units: EnsembleDense(nets, units, "he_normal", derive(seed, next(names))),
    }
    x = inputs = keras.Input(net.shape)
    for (kind, *arguments), following in itertools.zip_longest(net.layers, net.layers[1:]):
        bias = {"bias": False} if kind == "conv" and following == ("norm",) else {}
        x = make[kind](*arguments, **bias)(x)
    return keras.Model(inputs, x)


def optimizer(net):
    """Return the paper's form of the network's optimizer."""
    from custom.optimizers import Adam, GradientDescent, Momentum

    return {"sgd": GradientDescent(0.01), "momentum": Momentum(0.01, 0.9), "adam": Adam(0.001)}[net.optimizer]


def operations(net):
    """Return the floating-point operations of one training step in its matrix products and convolutions.

    Two for each multiplication and addition: forward, for the weights' gradient, and, but for the
    first layer, for the inputs' gradient.
    """
    height, width, channels = net.shape
    products = []

    def convolution(filters, size, stride=1):
        nonlocal height, width, channels
        height, width = -(-height // stride), -(-width // stride)
        products.append(height * width * size * size * channels * filters)
        channels = filters

    for kind, *arguments in net.layers:
        if kind == "dense":
            products.append(channels * arguments[0])
            channels = arguments[0]
        elif kind == "nets":
            nets, units = arguments
            products.append(nets * channels * units)
            channels = units
        elif kind == "conv":
            convolution(*arguments)
        elif kind in ("block", "branches"):
            filters, stride = arguments
            before = channels
            convolution(filters, 3, stride)
            if before != filters or stride > 1:
                products.append(height * width * before * filters)
            convolution(filters, 3)
            if kind == "branches":
                products += [height * width * 9 * before * filters, height * width * 9 * filters**2]
        elif kind in ("max", "average"):
            height, width = -(-height // arguments[1]), -(-width // arguments[1])
        elif kind == "flatten":
            channels *= height * width
    return 2 * net.batch * (3 * sum(products) - products[0])
