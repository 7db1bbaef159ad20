"""A convolutional net of rectifiers, with or without normalisation, and how one is trained."""

import dataclasses
from collections.abc import Callable

from custom.optimizers import Momentum
from experiments import engine
from experiments.networks.convolutional import convolutional_net
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


def described(job, contender):
    """Return the training of a contender's net on the job's data."""
    if contender.again:
        job = dataclasses.replace(job, seed=derive(job.seed, "again"))
    s, data = job.settings, job.dataset
    how = dict(maps=s.maps, depths=s.depths, normalised=s.normalised)
    shape, classes = data.x_train.shape[1:], data.classes
    how |= dict(shape=shape, classes=classes, seed=job.seed)
    model = convolutional_net(contender.function, contender.rule, **how)
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
