"""A convolutional net of rectifiers, with or without normalisation, and how one is trained."""

import dataclasses
from collections.abc import Callable

import keras
from keras import layers

from custom.optimizers import Momentum
from experiments import engine
from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer, convolution, dense_end
from experiments.recipes import classifier, learning_rate
from experiments.seeds import derive

ACTIVATIONS = {"dead_units": "_activation$", "activation_mean": "_activation$"}
GRADIENTS = {"gradient_norm": "^conv"}


@dataclasses.dataclass(frozen=True)
class Contender:
    """A function, and the first weights that its paper asks for.

    Attributes:
        function: makes the activation layer.
        rule: a name of `kernel_initializer`. All rules draw the same numbers from one seed, in another range.
        again: whether it draws with seeds of its own: it is then one of the others once more.
    """

    function: Callable
    rule: str = "he_normal"
    again: bool = False


def convolutional_net(contender, *, shape, classes, maps, depths, normalised, seed):
    """Return a net of 3x3 convolutions in stages, each followed by the activation; logits from the mean of each map.

    Before every stage but the first, 2x2 max-pooling halves height and width. A normalised net has batch normalisation
    between convolution and activation. Biases start at 0.

    Args:
        contender: a `Contender`.
        shape: of an image.
        classes: number of classes.
        maps: by stage, the maps of each convolution.
        depths: by stage, the number of convolutions.
        normalised: whether there is batch normalisation.
        seed: integer from which all weights, random slopes and noise follow.
    """
    precision = policy("float32")
    options = dict(seed=seed, initializer=contender.rule, precision=precision)
    x = inputs = keras.Input(shape)
    number = 0
    for stage, (channels, depth) in enumerate(zip(maps, depths, strict=True), start=1):
        if stage > 1:
            x = layers.MaxPooling2D(2, name=f"pool{stage}")(x)
        for _ in range(depth):
            number += 1
            x = convolution(x, channels, 3, f"conv{number}", **options)
            if normalised:
                x = layers.BatchNormalization(momentum=0.9, name=f"norm{number}")(x)
            x = activation_layer(contender.function, seed, f"conv{number}_activation", precision)(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return dense_end("convolutional_net", inputs, x, contender.function, (), classes, **options)


def described(job, contender):
    """Return the training of a contender's net on the job's data."""
    if contender.again:
        job = dataclasses.replace(job, seed=derive(job.seed, "again"))
    s, data = job.settings, job.dataset
    how = dict(maps=s.maps, depths=s.depths, normalised=s.normalised)
    shape, classes = data.x_train.shape[1:], data.classes
    model = convolutional_net(contender, shape=shape, classes=classes, seed=job.seed, **how)
    return classifier(job, model, Momentum(learning_rate(s, data), s.momentum), preprocessing="standardize")


def looking(job, looked_at):
    """Return the training of the job's contender, which looks inside the net every so many epochs."""
    probes = tuple(engine.Probe(quantity, where, job.settings.look_every) for quantity, where in looked_at.items())
    return dataclasses.replace(described(job, job.variant), probes=probes)


def train(job):
    """Train a net, and look at its activations."""
    return looking(job, ACTIVATIONS)


def train_deep(job):
    """Train a net, and look at its activations and gradients."""
    return looking(job, ACTIVATIONS | GRADIENTS)
