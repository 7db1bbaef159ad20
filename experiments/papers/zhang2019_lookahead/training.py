"""Training that the networks' experiments share: a residual network on CIFAR, Lookahead, its fast and slow weights."""

import dataclasses

import numpy as np
from keras import ops
from keras.optimizers.schedules import PiecewiseConstantDecay

from custom.activations import ReLU
from custom.optimizers import Adam, Lookahead, Momentum
from experiments import engine
from experiments.data.splits import steps_per_epoch
from experiments.engine.inputs import Inputs
from experiments.networks import residual_network
from experiments.recipes import classifier

FALLS = 5.0  # the factor by which the rate falls


def sgd(rate, s):
    return Momentum(rate, 0.9, l2=s.l2)


def adam(rate, s):
    return Adam(rate, weight_decay=s.weight_decay)


def lookahead_sgd(rate, s):
    return Lookahead(sgd(rate, s), k=s.k, alpha=s.alpha)


def lookahead_adam(rate, s):
    return Lookahead(adam(rate, s), k=s.k, alpha=s.alpha)


def schedule(settings, dataset):
    """Return the settings' rate, divided by 5 at the start of each epoch after those in `drops`."""
    if not settings.drops:
        return settings.learning_rate
    steps = steps_per_epoch(settings, dataset)
    rates = [settings.learning_rate * FALLS**-i for i in range(len(settings.drops) + 1)]
    return PiecewiseConstantDecay([epoch * steps - 1 for epoch in settings.drops], rates)


def train(job):
    """Describe the training of the job's network; `job.variant` makes the optimizer from a schedule and the settings.

    Where the steps of an epoch are a multiple of k, evaluations are those of the slow weights.
    """
    s, data = job.settings, job.dataset
    shape, classes = data.x_train.shape[1:], data.classes
    size = dict(channels=[round(s.first * 2**stage) for stage in range(s.stages)], blocks=s.blocks, pool=s.pool)
    model = residual_network(ReLU, input_shape=shape, classes=classes, seed=job.seed, precision=s.precision, **size)
    augment = engine.Augment(pad=s.pad, crop=shape[0], flip=s.flip)
    optimizer = job.variant(schedule(s, data), s)
    return classifier(job, model, optimizer, preprocessing="standardize", augment=augment)


def train_and_look_back(job):
    """Describe the same training; in the end the fast weights, from before the last step back, are evaluated too."""
    training, settings = train(job), job.settings
    steps, optimizer = steps_per_epoch(settings, job.dataset) * settings.epochs, training.optimizer
    if steps % settings.k:
        raise ValueError(
            f"Received: k={settings.k}, {steps} steps. Expected a multiple of k, so that it ends with a step back."
        )

    def final(model):
        with_fast = [fast_weights(v, optimizer) for v in model.trainable_variables]
        slow = [np.array(ops.convert_to_numpy(v)) for v in model.trainable_variables]
        for variable, value in zip(model.trainable_variables, with_fast, strict=True):
            variable.assign(value)
        loss, error = measured(model, training)
        for variable, value in zip(model.trainable_variables, slow, strict=True):
            variable.assign(value)
        return {"fast_test_loss": loss, "fast_test_error": error}

    return dataclasses.replace(training, final=final)


def fast_weights(variable, optimizer):
    """Return where the inner optimizer had taken a variable before the step back that has just been taken.

    `optimizer.slow` is where that cycle began, phi, until the next one begins; the variable is
    phi + alpha (theta - phi).
    """
    phi, now = (np.asarray(ops.convert_to_numpy(v), "float64") for v in (optimizer.slow(variable), variable))
    return (phi + (now - phi) / optimizer.alpha).astype("float32")


def measured(model, training, size=500):
    """Return the means of the task's loss and error on the test set."""
    inputs, (x, y) = Inputs(training.arrays), training.arrays.splits["test"]
    total = np.zeros(len(training.task.columns))
    for i in range(0, len(x), size):
        outputs = model(inputs.evaluation(x[i : i + size]), training=False)
        total += np.asarray(ops.convert_to_numpy(training.task.sums(ops.convert_to_tensor(y[i : i + size]), outputs)))
    return [float(value) / len(x) for value in total]
