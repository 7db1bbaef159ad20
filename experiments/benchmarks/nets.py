"""Networks of the overhead benchmark, each from one description, in Keras and in plain PyTorch."""

import dataclasses
import functools

import numpy as np


@dataclasses.dataclass(frozen=True)
class Net:
    """A network, its batch and its optimizer.

    Attributes:
        title: its name in tables.
        shape: shape of an input.
        layers: in order, each a tuple: `("dense", units)`, `("conv", filters, size)`, `("relu",)`, `("norm",)`,
            `("max", size, stride)`, `("average", size, stride)`, `("global",)`, `("flatten",)`,
            `("dropout", rate)`, `("block", filters, stride)` (two normalised convolutions and a shortcut).
        batch: examples a step.
        optimizer: `"sgd"`, `"momentum"` or `"adam"`.
    """

    title: str
    shape: tuple
    layers: tuple
    batch: int
    optimizer: str

    @property
    def convolutional(self):
        return any(layer[0] in ("conv", "block") for layer in self.layers)


def _dense(*units):
    hidden = [layer for n in units for layer in (("dense", n), ("relu",))]
    return (("flatten",), *hidden, ("dense", 10))


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
    "nin_quarter": Net("NIN, quarter width", (32, 32, 3), _nin(0.25), 128, "momentum"),
    "nin": Net("NIN", (32, 32, 3), _nin(1.0), 128, "momentum"),
}
STEPS = 50  # batches of data


def data(net, seed=0):
    """Return random images as bytes, and labels."""
    draw = np.random.default_rng(seed)
    n = STEPS * net.batch
    return draw.integers(0, 256, (n, *net.shape)).astype("uint8"), draw.integers(0, 10, n).astype("int32")


def keras_model(net, seed=0, activation=None):
    """Return the network in Keras, with a seed for each draw; `activation(name)` makes a layer in place of ReLU."""
    import keras
    from keras import layers

    from custom.activations import ReLU
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
            x = layers.BatchNormalization()(convolution(filters, 1, stride, False)(x))
        return layers.ReLU()(layers.Add()([x, y]))

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
        "block": lambda filters, stride: functools.partial(block, filters=filters, stride=stride),
    }
    x = inputs = keras.Input(net.shape)
    for kind, *arguments in net.layers:
        x = make[kind](*arguments)(x)
    return keras.Model(inputs, x)


def optimizer(net):
    """Return the paper's form of the network's optimizer."""
    from custom.optimizers import Adam, GradientDescent, Momentum

    return {"sgd": GradientDescent(0.01), "momentum": Momentum(0.01, 0.9), "adam": Adam(0.001)}[net.optimizer]


def torch_model(net):
    """Return the network in PyTorch. Pooling of 3 with stride 2 pads one row and column, which gives the same sizes."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, channels, filters, stride):
            super().__init__()
            self.path = nn.Sequential(
                nn.Conv2d(channels, filters, 3, stride, 1, bias=False),
                nn.BatchNorm2d(filters),
                nn.ReLU(),
                nn.Conv2d(filters, filters, 3, 1, 1, bias=False),
                nn.BatchNorm2d(filters),
            )
            same = channels == filters and stride == 1
            shortcut = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.shortcut = nn.Identity() if same else nn.Sequential(shortcut, nn.BatchNorm2d(filters))

        def forward(self, x):
            return torch.relu(self.path(x) + self.shortcut(x))

    height, width, channels = net.shape
    found = []
    for kind, *arguments in net.layers:
        if kind == "dense":
            found.append(nn.Linear(channels, arguments[0]))
            channels = arguments[0]
        elif kind == "conv":
            filters, size = arguments
            found.append(nn.Conv2d(channels, filters, size, padding=size // 2))
            channels = filters
        elif kind in ("max", "average"):
            size, stride = arguments
            found.append({"max": nn.MaxPool2d, "average": nn.AvgPool2d}[kind](size, stride, padding=(size - 1) // 2))
            height, width = -(-height // stride), -(-width // stride)
        elif kind == "block":
            filters, stride = arguments
            found.append(Block(channels, filters, stride))
            channels, height, width = filters, -(-height // stride), -(-width // stride)
        elif kind == "global":
            found += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        elif kind == "flatten":
            found.append(nn.Flatten())
            channels *= height * width
        elif kind == "norm":
            found.append(nn.BatchNorm2d(channels))
        else:
            found.append({"relu": nn.ReLU, "dropout": nn.Dropout}[kind](*arguments))
    return nn.Sequential(*found)


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
        elif kind == "conv":
            convolution(*arguments)
        elif kind == "block":
            filters, stride = arguments
            before = channels
            convolution(filters, 3, stride)
            if before != filters or stride > 1:
                products.append(height * width * before * filters)
            convolution(filters, 3)
        elif kind in ("max", "average"):
            height, width = -(-height // arguments[1]), -(-width // arguments[1])
        elif kind == "flatten":
            channels *= height * width
    return 2 * net.batch * (3 * sum(products) - products[0])
