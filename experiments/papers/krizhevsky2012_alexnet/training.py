"""The two trainings on CIFAR-10, and what differs between their variants."""

from functools import partial

from custom.activations import ReLU, Tanh
from custom.layers import LocalResponseNormalization
from custom.optimizers import Momentum
from experiments import engine
from experiments.papers.krizhevsky2012_alexnet.networks import cifar_alexnet, cuda_convnet
from experiments.recipes import classifier, learning_rate

# Each with the first weights made for it, and both with those of cuda-convnet's own definition files.
UNITS = {
    "relu": (ReLU, "he_normal"),
    "tanh": (Tanh, "lecun_normal"),
    "relu_small": (ReLU, "small"),
    "tanh_small": (Tanh, "small"),
}
NORMALIZATIONS = {
    "without_lrn": None,
    # cuda-convnet's alpha, 2e-4, for inputs that are divided by their deviation, 64: it goes with their square.
    "with_lrn": partial(LocalResponseNormalization, size=5, k=1.0, alpha=2e-4 * 64**2, beta=0.75),
}


def small(width):
    """Return the first weights of cuda-convnet's `layers-18pct`, 1e-4 and 1e-2, for inputs over their deviation, 64.

    With fewer inputs to a unit they are larger, so that signals fade from layer to layer as in the whole network.
    """
    return {"conv1": f"normal_{1e-4 * 64}"} | dict.fromkeys(("conv2", "conv3", "logits"), f"normal_{0.01 / width**0.5}")


def train_figure1(job):
    """Describe the training of the four-layer network with one of `UNITS`, until a training error."""
    s, data, (activation, rule) = job.settings, job.dataset, job.variant
    initializer = small(s.width) if rule == "small" else rule
    options = dict(width=s.width, initializer=initializer, precision=s.precision)
    shape, classes = data.x_train.shape[1:], data.classes
    model = cuda_convnet(activation, input_shape=shape, classes=classes, seed=job.seed, **options)
    stop = engine.Stop("train_error", s.until) if s.until else None
    return classifier(job, model, Momentum(s.learning_rate, s.momentum), preprocessing="standardize", stop=stop)


def train_cifar(job):
    """Describe the training of the small AlexNet with one of `NORMALIZATIONS`."""
    s, data = job.settings, job.dataset
    options = dict(width=s.width, normalization=job.variant, precision=s.precision)
    shape = (s.crop, s.crop, *data.x_train.shape[3:])
    model = cifar_alexnet(ReLU, input_shape=shape, classes=data.classes, seed=job.seed, **options)
    optimizer = Momentum(learning_rate(s, data), s.momentum, l2=s.l2, l2_exclude=("bias", "conv"))
    augment = engine.Augment(crop=s.crop, flip=s.flip)
    return classifier(job, model, optimizer, preprocessing="standardize", augment=augment)
