"""Dense nets of sigmoidal units, and how one of them is trained."""

import dataclasses

import keras
import numpy as np
from keras import layers

from custom.initializers import FanInUniform, GlorotUniform
from custom.optimizers import Momentum
from experiments.book.comparison_sigmoidals.inside import signals
from experiments.data.pooling import pooled
from experiments.networks.parts import activation_layer
from experiments.recipes import classifier
from experiments.seeds import derive, permutation

INITIALIZERS = {"standard": FanInUniform, "normalised": GlorotUniform}
LOOKED_AT = 500  # training examples on which gradients and saturation are measured


def dense_net(function, initializer, shape, classes, hidden, seed):
    """Return a net of dense layers, each followed by the activation, then logits; biases start at 0.

    Args:
        function: makes the activation layer.
        initializer: a name of `INITIALIZERS`. Both draw the same numbers from one seed, in another range.
        shape: of an input.
        classes: number of classes.
        hidden: units of each hidden layer.
        seed: integer from which all weights follow.
    """
    x = inputs = keras.Input(shape)
    x = layers.Flatten(name="flatten")(x)
    for name, units in [*((f"hidden{i}", units) for i, units in enumerate(hidden, 1)), ("logits", classes)]:
        rule = INITIALIZERS[initializer](seed=derive(seed, name, "kernel"))
        x = layers.Dense(units, kernel_initializer=rule, name=name)(x)
        if name != "logits":
            x = activation_layer(function, seed, f"{name}_activation", "float32")(x)
    return keras.Model(inputs, x, name="dense_net")


def described(job, function, initializer):
    """Return the training of a net on the job's data."""
    s = job.settings
    job = dataclasses.replace(job, dataset=pooled(job.dataset, s.pool))
    shape, classes = job.dataset.x_train.shape[1:], job.dataset.classes
    model = dense_net(function, initializer, shape, classes, s.hidden, job.seed)
    return classifier(job, model, Momentum(s.learning_rate, s.momentum), preprocessing="standardize")


def train(job):
    """Train a net; a run that counts also looks inside it, before the training and after it."""
    training = described(job, *job.variant)
    if job.settings.evaluation == "validation":  # a tuning run, which several may share a program with
        return training
    arrays = training.arrays
    rows = np.sort(permutation(0, 0, len(arrays.x))[:LOOKED_AT])
    x, y = (arrays.x[rows] - arrays.mean) * arrays.scale, arrays.y[rows]
    start = signals(training.model, x, y)

    def final(model):
        both = {"start": start, "end": signals(model, x, y)}
        return {"probes": {f"{name}_{when}": by for when, found in both.items() for name, by in found.items()}}

    return dataclasses.replace(training, final=final)
