"""The nets of Krizhevsky et al. (2012) on CIFAR-10, and what differs between them."""

from functools import partial

from custom.activations import ReLU, Tanh
from custom.layers import LocalResponseNormalization
from custom.optimizers import Momentum
from experiments.harness import engine
from experiments.harness.supervised import classifier, learning_rate
from experiments.networks import cifar_alexnet, cuda_convnet

# Each with the first weights made for it, and both with those of cuda-convnet's own definition files.
# fmt: off
UNITS = {
    "relu": (ReLU, "he_normal"), "tanh": (Tanh, "lecun_normal"), "relu_small": (ReLU, "small"),
    "tanh_small": (Tanh, "small")}
NORMALIZATIONS = {
    "without_lrn": None,
    # cuda-convnet's alpha, 2e-4, for inputs that are divided by their deviation, 64: it goes with their square.
    "with_lrn": partial(LocalResponseNormalization, size=5, k=1.0, alpha=2e-4 * 64**2, beta=0.75),
}


def small(width):
    """First weights of cuda-convnet's `layers-18pct`, 1e-4 and 1e-2, for inputs divided by their deviation, 64.

    With fewer inputs to a unit they are larger, so that signals fade from layer to layer as in the whole network.
    """
    return {"conv1": f"normal_{1e-4 * 64}"} | dict.fromkeys(("conv2", "conv3", "logits"), f"normal_{0.01 / width**0.5}")


def train_figure1(job):
    s, data, (activation, initializer) = job.settings, job.dataset, job.variant
    initializer = small(s.width) if initializer == "small" else initializer
    model = cuda_convnet(
        activation, input_shape=data.x_train.shape[1:], classes=data.classes, seed=job.seed, width=s.width,
        initializer=initializer, precision=s.precision)
    return classifier(job, model, Momentum(s.learning_rate, s.momentum), preprocessing="standardize")


def train_cifar(job):
    s = job.settings
    model = cifar_alexnet(
        ReLU, input_shape=(s.crop, s.crop, 3), classes=job.dataset.classes, seed=job.seed, width=s.width,
        normalization=job.variant, precision=s.precision)
    optimizer = Momentum(learning_rate(s, job.dataset), s.momentum, l2=s.l2, l2_exclude=("bias", "conv"))
    augment = engine.Augment(crop=s.crop, flip=s.flip)
    return classifier(job, model, optimizer, preprocessing="standardize", augment=augment)
# fmt: on
