"""Training a classifier, as most papers do: data and settings in, a `Training` out."""

import dataclasses

import keras
import numpy as np

from experiments import engine
from experiments.data.preprocessing import prepare
from experiments.data.splits import HELD_OUT, evaluated, steps_per_epoch
from experiments.errors import UsageError
from experiments.seeds import derive


def classifier(
    job, model, optimizer, *, preprocessing="unit", augment=None, probes=(), task=engine.CLASSIFICATION, stop=None
):
    """Return the training of `model` on the job's dataset.

    Reads from the settings: `epochs`, `batch_size`, `evaluation` ("test": train on the whole
    training set; "validation": hold a fixed sixth of it out and evaluate there, never touching the
    test set) and `train_evaluation_every` (epochs between two evaluations on the training set); where
    there are any, `evaluation_every` (of the other set; default 1), `examples` (as many of the training
    set, drawn once, are trained on) and `precision`.

    Args:
        job: a `spec.Job`.
        model: logits from inputs.
        optimizer: a Keras optimizer.
        preprocessing: of the inputs; see `data.preprocessing.prepare`. Default: pixels divided by 255.
        augment: an `engine.Augment`, or `None`.
        probes: what to measure inside the network; see `engine.Probe`.
        task: the loss and what evaluations measure.
        stop: an `engine.Stop`, a target that ends the training, or `None`.
    """
    settings, data = job.settings, job.dataset
    found = _arrays(data, preprocessing, evaluated(settings.evaluation), settings.get("examples"))
    arrays = dataclasses.replace(found, augment=augment)
    every = {"train": settings.train_evaluation_every, settings.evaluation: settings.get("evaluation_every", 1)}
    tf32 = settings.get("precision") == "tf32"
    plan = engine.Plan(settings.epochs, settings.batch_size, job.seed, every, tf32, stop)
    facts = {"parameters": model.count_params(), "trained_on": len(arrays.x)}
    return engine.Training(model, optimizer, arrays, plan, task, tuple(probes), facts)


def _arrays(data, preprocessing, evaluation, examples):
    """Return the run's `Arrays`, the same objects for one run after the other, so that stacked runs share them."""
    key = preprocessing, evaluation, examples
    if key not in data.cache:
        data.cache.clear()  # one at a time: they are large
        data.cache[key] = _made(data, preprocessing, evaluation, examples)
    return data.cache[key]


def _made(data, preprocessing, evaluation, examples):
    if evaluation != "validation" and examples is None:
        found = prepare(data, preprocessing)
        splits = {"train": (found.x_train, data.y_train), evaluation: (found.x_test, data.y_test)}
        return engine.Arrays(*splits["train"], splits, found.mean, found.scale)
    order = np.random.default_rng(derive(0, "validation")).permutation(len(data.x_train))
    held_out, rows = np.split(order, [len(order) // HELD_OUT])
    if examples is not None:
        if not 1 <= examples <= len(rows):
            raise UsageError(f"Received: examples={examples}. Expected 1 to {len(rows)}, of {data.name}.")
        rows = rows[:examples]  # the same ones, whichever set is evaluated
    found = prepare(data, preprocessing, rows)
    x, y = found.x_train, data.y_train
    other = (x[held_out], y[held_out]) if evaluation == "validation" else (found.x_test, data.y_test)
    splits = {"train": (x[rows], y[rows]), evaluation: other}
    return engine.Arrays(*splits["train"], splits, found.mean, found.scale)


def learning_rate(settings, dataset):
    """Return the settings' rate, divided by 10 at the start of each epoch after those in `drops`."""
    if not settings.drops:
        return settings.learning_rate
    steps = steps_per_epoch(settings, dataset)
    return keras.optimizers.schedules.PiecewiseConstantDecay(
        [epoch * steps - 1 for epoch in settings.drops],
        [settings.learning_rate * 10.0**-i for i in range(len(settings.drops) + 1)],
    )
