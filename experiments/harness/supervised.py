"""Training a classifier, as most papers do: data and settings in, rows of an epoch out."""

import keras
import numpy as np

from experiments.harness import engine
from experiments.harness.seeds import derive

HELD_OUT = 6  # a validation set is one part in six of the training set


def classifier(job, model, optimizer, *, standardize=False, probes=()):
    """Train `model` on the job's dataset and yield one row per epoch.

    Reads from the settings: `epochs`, `batch_size`, `evaluation` ("test": train on the whole
    training set; "validation": hold a fixed sixth of it out and evaluate there, never touching the
    test set) and `train_evaluation_every` (epochs between two evaluations on the training set).

    Args:
        job: the runner's `Job`.
        model: logits from inputs.
        optimizer: a Keras optimizer.
        standardize: subtract the mean and divide by the deviation of each channel of the training
            images; otherwise pixels are divided by 255.
        probes: what to measure inside the network; see `engine.Probe`.
    """
    settings, data = job.settings, job.dataset
    x, y, held_out = data.x_train, data.y_train, (data.x_test, data.y_test)
    if settings.evaluation == "validation":
        order = np.random.default_rng(derive(0, "validation")).permutation(len(x))
        n = len(x) // HELD_OUT
        held_out, (x, y) = (x[order[:n]], y[order[:n]]), (x[order[n:]], y[order[n:]])
    mean, scale = np.zeros((), "float32"), np.float32(1 / 255)
    if standardize:
        axes = tuple(range(x.ndim - 1))
        mean, scale = x.mean(axes, dtype="float64"), 1 / np.maximum(x.std(axes, dtype="float64"), 1e-6)
    job.facts |= {"parameters": model.count_params(), "trained_on": len(x)}
    arrays = engine.Arrays(x, y, {"train": (x, y), settings.evaluation: held_out}, mean, scale)
    every = {"train": settings.train_evaluation_every}
    plan = engine.Plan(settings.epochs, settings.batch_size, job.seed, every, job.compiler)
    yield from engine.train(model, optimizer, arrays, plan, job.on_step, job.facts, job.checkpoint, probes)


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
