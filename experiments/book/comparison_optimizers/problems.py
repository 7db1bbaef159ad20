"""The seven tasks: data, a model, and how it is trained by one of the contenders."""

import dataclasses

import keras
import numpy as np

from custom.activations import ReLU
from experiments import engine
from experiments.book.comparison_optimizers.contenders import EVERYWHERE
from experiments.book.comparison_optimizers.networks import character_model, quadratic_model, spectrum, start
from experiments.book.comparison_optimizers.second_order import logistic_rows, quadratic_rows
from experiments.data.pooling import pooled
from experiments.data.splits import HELD_OUT, steps_per_epoch
from experiments.data.texts import ALPHABET
from experiments.networks.autoencoder import variational_autoencoder
from experiments.networks.bags import words_regression
from experiments.networks.convolutional import convolutional_net
from experiments.networks.parts import dense_end
from experiments.recipes import classifier
from experiments.recipes.turns import in_turns
from experiments.seeds import derive, permutation

YARDSTICK = EVERYWHERE["momentum"]  # with whose step others are timed
LOOKED_AT = 1_000  # texts of the test set that are evaluated


def falling(settings, steps):
    """Return the settings' learning rate, which falls to 0 over all steps along half a cosine."""
    return keras.optimizers.schedules.CosineDecay(settings.learning_rate, max(1, settings.epochs * steps))


def quadratic(job):
    """Minimise an ill-conditioned quadratic, each example of which has its minimum elsewhere; see `quadratic_model`."""
    s, points = job.settings, job.dataset.x_train
    values, directions = spectrum(s.condition, points.shape[1])
    if job.variant.make is None:
        found = quadratic_rows(directions * values @ directions.T, start(job.seed, len(values)), s)
        return engine.Computation(found, {"parameters": len(values), "trained_on": len(points)})
    model = quadratic_model(values, directions, job.seed)
    unused = np.zeros(len(points), "int32")  # the network's output is its loss
    still = np.zeros((1, len(values)), "float32"), unused[:1]  # an example without noise
    arrays = engine.Arrays(points, unused, {"exact": still}, 0.0, 1.0)
    plan = engine.Plan(s.epochs, s.batch_size, job.seed, {"exact": 1})
    optimizer = job.variant.make(falling(s, len(points) // s.batch_size))
    facts = {"parameters": model.count_params(), "trained_on": len(points)}
    return engine.Training(model, optimizer, arrays, plan, engine.OWN_LOSS, facts=facts)


def dense(job):
    """Train logistic regression, or a net with hidden layers, on images, which may be at a lower resolution."""
    training = described(job, job.variant)
    if job.variant.make is None:
        return engine.Computation(logistic_rows(training, job.settings), training.facts)
    return training


def described(job, contender):
    """Return the training of a dense net by a contender; Newton's method has its first weights and data from it."""
    s = job.settings
    job = dataclasses.replace(job, dataset=pooled(job.dataset, s.pool))
    inputs = keras.Input(job.dataset.x_train.shape[1:])
    options = dict(seed=job.seed, initializer="he_normal", precision="float32")
    model = dense_end("dense", inputs, inputs, ReLU, s.hidden, job.dataset.classes, **options)
    make = contender.make or YARDSTICK.make
    return classifier(job, model, make(rate(job)), preprocessing="standardize")


def rate(job):
    """Return the falling learning rate of a classifier's training."""
    return falling(job.settings, steps_per_epoch(job.settings, job.dataset))


def convolutional(job):
    """Train a small convolutional net with batch normalisation."""
    s, data = job.settings, job.dataset
    how = dict(maps=s.maps, depths=s.depths, normalised=True, classes=data.classes, seed=job.seed)
    model = convolutional_net(ReLU, "he_normal", shape=data.x_train.shape[1:], **how)
    return classifier(job, model, job.variant.make(rate(job)), preprocessing="standardize")


def reviews(job):
    """Train logistic regression on which words occur in film reviews: most gradients of a step are 0."""
    model = words_regression(words=job.dataset.x_train.shape[1], outputs=1, seed=job.seed)
    how = dict(preprocessing="words", task=engine.BINARY_CLASSIFICATION)
    return classifier(job, model, job.variant.make(rate(job)), **how)


def autoencoder(job):
    """Train a variational autoencoder."""
    s, shape = job.settings, job.dataset.x_train.shape[1:]
    (hidden,) = s.hidden
    how = dict(hidden=hidden, latent=s.latent, initializer="he_normal", seed=derive(job.seed, "autoencoder"))
    return own_loss(job, variational_autoencoder(ReLU, input_shape=shape, **how), 1 / 255)


def characters(job):
    """Train a small Transformer to foretell the next character of a text."""
    s, length = job.settings, job.dataset.x_train.shape[1] - 1
    how = dict(codes=len(ALPHABET), length=length, width=s.width, heads=s.heads, blocks=s.blocks)
    return own_loss(job, character_model(**how, seed=job.seed), 1.0, LOOKED_AT)


def own_loss(job, model, scale, most=None):
    """Return the training of a model whose output is its loss.

    Args:
        job: a `spec.Job`. Its settings hold out data for validation as `recipes.classifier` does.
        model: from an input to the loss.
        scale: factor on the inputs.
        most: of the examples that are evaluated. Default: all.
    """
    s, data = job.settings, job.dataset
    rows = permutation(0, 0, len(data.x_train))  # the arrays are sorted
    held_out, rows = np.split(rows, [len(rows) // HELD_OUT])
    if s.evaluation != "validation" and s.examples is None:
        rows = np.concatenate([held_out, rows])
    x = data.x_train[np.sort(rows[: s.examples])]
    other = data.x_train[np.sort(held_out)] if s.evaluation == "validation" else data.x_test
    other = other[np.sort(permutation(0, 1, len(other))[:most])]
    unused = np.zeros(max(len(x), len(other)), "int32")
    arrays = engine.Arrays(x, unused[: len(x)], {s.evaluation: (other, unused[: len(other)])}, 0.0, scale)
    plan = engine.Plan(s.epochs, s.batch_size, job.seed, {s.evaluation: s.evaluation_every})
    facts = {"parameters": model.count_params(), "trained_on": len(x)}
    optimizer = job.variant.make(falling(s, len(x) // s.batch_size))
    return engine.Training(model, optimizer, arrays, plan, engine.OWN_LOSS, facts=facts)


def cost(job):
    """Return the times of a step of a contender and of one of momentum, epoch by epoch."""
    return engine.Computation(in_turns(*(described(job, contender) for contender in (job.variant, YARDSTICK))), {})
