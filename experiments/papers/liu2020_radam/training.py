"""Training that the networks' experiments share: ResNet on CIFAR-10, and the optimizers with their weight decay."""

from custom.activations import ReLU
from custom.optimizers import Adam, LinearWarmUp, Momentum, RAdam
from experiments import engine
from experiments.networks import residual_network
from experiments.papers.liu2020_radam.optimizers import PartlyAdam
from experiments.recipes import classifier, learning_rate

CODE = 5.0  # rho that the released code turns adaptive at; the paper's algorithm has 4


def sgd(rate, decay):
    return Momentum(rate, 0.9, l2=decay)


def adam(rate, decay):
    return Adam(rate, weight_decay=decay)


def radam(rate, decay):
    return RAdam(rate, threshold=CODE, weight_decay=decay)


def partly_adam(first, last):
    """Return what makes RAdam with Adam's steps from one to another."""
    return lambda rate, decay: PartlyAdam(rate, first, last, threshold=CODE, weight_decay=decay)


def warmed_up(steps):
    """Return what makes Adam whose rate rises linearly for so many steps."""
    return lambda rate, decay: adam(LinearWarmUp(rate, steps), decay)


def train(job):
    """Describe the training of the job's network; `job.variant` makes the optimizer from a schedule and a decay."""
    s, data = job.settings, job.dataset
    shape, classes = data.x_train.shape[1:], data.classes
    size = dict(channels=[round(16 * s.width * 2**stage) for stage in range(3)], blocks=s.blocks, pool=s.pool)
    model = residual_network(ReLU, input_shape=shape, classes=classes, seed=job.seed, precision=s.precision, **size)
    augment = engine.Augment(pad=s.pad, crop=shape[0], flip=s.flip)
    optimizer = job.variant(learning_rate(s, data), s.weight_decay)
    return classifier(job, model, optimizer, preprocessing="standardize", augment=augment)
