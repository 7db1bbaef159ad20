"""Training a classifier, as most papers do: data and settings in, rows of an epoch out."""

import dataclasses

import keras
import numpy as np

from experiments.harness import engine
from experiments.harness.data.preprocessing import prepare
from experiments.harness.seeds import derive

HELD_OUT = 6  # a validation set is one part in six of the training set


def classifier(job, model, optimizer, *, preprocessing="unit", augment=None, probes=(), task=engine.CLASSIFICATION):
    """Train `model` on the job's dataset and yield one row per epoch.

    Reads from the settings: `epochs`, `batch_size`, `evaluation` ("test": train on the whole
    training set; "validation": hold a fixed sixth of it out and evaluate there, never touching the
    test set), `train_evaluation_every` (epochs between two evaluations on the training set) and
    `precision`, where there is one.

    Args:
        job: the runner's `Job`.
        model: outputs from inputs.
        optimizer: a Keras optimizer.
        preprocessing: of the inputs; see `data.preprocessing.prepare`. Default: pixels divided by 255.
        augment: an `engine.Augment`, or `None`.
        probes: what to measure inside the network; see `engine.Probe`.
        task: the loss and what evaluations measure.
    """
    settings, data = job.settings, job.dataset
    arrays = dataclasses.replace(_arrays(data, preprocessing, settings.evaluation), augment=augment)
    job.facts |= {"parameters": model.count_params(), "trained_on": len(arrays.x)}
    every = {"train": settings.train_evaluation_every}
    tf32 = settings.get("precision") == "tf32"
    plan = engine.Plan(settings.epochs, settings.batch_size, job.seed, every, job.compiler, tf32)
    yield from engine.train(model, optimizer, arrays, plan, job.on_step, job.facts, job.checkpoint, probes, task)


def _arrays(data, preprocessing, evaluation):
    """The run's `Arrays`, the same objects for one run after the other, so that stacked runs share them."""
    key = preprocessing, evaluation
    if key not in data.cache:
        data.cache.clear()  # one at a time: they are large
        data.cache[key] = _made(data, preprocessing, evaluation)
    return data.cache[key]


def _made(data, preprocessing, evaluation):
    if evaluation != "validation":
        found = prepare(data, preprocessing)
        splits = {"train": (found.x_train, data.y_train), evaluation: (found.x_test, data.y_test)}
    else:
        order = np.random.default_rng(derive(0, "validation")).permutation(len(data.x_train))
        held_out, rows = np.split(order, [len(order) // HELD_OUT])
        found = prepare(data, preprocessing, rows)
        x, y = found.x_train, data.y_train
        splits = {"train": (x[rows], y[rows]), evaluation: (x[held_out], y[held_out])}
    return engine.Arrays(*splits["train"], splits, found.mean, found.scale)


def learning_rate(settings, dataset):
    """The settings' rate, divided by 10 at the start of each epoch after those in `drops`."""
    if not settings.drops:
        return settings.learning_rate
    n = len(dataset.x_train)
    if settings.evaluation == "validation":
        n -= n // HELD_OUT  # the epochs of `classifier` are shorter by what it holds out
    steps = n // max(1, settings.batch_size)  # a batch size of 0 is the engine's to refuse
    return keras.optimizers.schedules.PiecewiseConstantDecay(
        [epoch * steps - 1 for epoch in settings.drops],
        [settings.learning_rate * 10.0**-i for i in range(len(settings.drops) + 1)],
    )
