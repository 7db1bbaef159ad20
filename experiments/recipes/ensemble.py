"""Experiments that count: many small nets trained as one model, rows that hold how many of them did what."""

import functools

import keras
from keras import ops

from experiments import engine


def summed(loss, measures=None):
    """Return the task of an ensemble: the sum of its nets' losses, and counts of nets.

    Args:
        loss: from targets `(batch, points, 1, outputs)` and outputs `(batch, points, nets, outputs)`, without
            reduction, to `(batch, points, nets, outputs)`. Its sum is taken over points, nets and outputs.
        measures: by name, from the same two to `(batch, nets)`, zeros and ones: what is counted.
    """

    def sums(function, y, outputs):
        value = ops.cast(function(ops.cast(ops.expand_dims(y, 2), outputs.dtype), outputs), "float32")
        return ops.sum(value, axis=tuple(range(1, len(value.shape))))

    return engine.Task(
        functools.partial(sums, loss), {name: functools.partial(sums, f) for name, f in (measures or {}).items()}
    )


def half_squared_error(y, outputs):
    """`1/2 (output - y)^2`."""
    return 0.5 * ops.square(outputs - y)


def squared_error(y, outputs):
    """`(output - y)^2`."""
    return ops.square(outputs - y)


def is_constant(y, outputs):
    """1 for a net whose outputs are equal on all points of the example, to the last bit."""
    return ops.all(ops.max(outputs, axis=1) == ops.min(outputs, axis=1), axis=-1)


def is_right(y, outputs):
    """1 for a net all of whose outputs are on the target's side of 1/2: |output - y| < 1/2 for each point."""
    return ops.max(ops.abs(outputs - y), axis=(1, 3)) < 0.5


def is_clear(y, outputs):
    """1 for a net all of whose outputs are within 0.2 of the targets."""
    return ops.max(ops.abs(outputs - y), axis=(1, 3)) < 0.2


def ensemble(job, model, optimizer, task, x, y, evaluation, nets, counts=(), final=None):
    """Return the training of an ensemble, whose rows are counts.

    Reads from the settings: `epochs`, `batch_size`. A row is `{"epoch", "seconds", "loss", "nets", ...}`: the
    loss of one net on a point of the evaluation, mean over both, and counts.

    Args:
        job: a `spec.Job`.
        model: from `(batch, points, inputs)` to `(batch, points, nets, outputs)`.
        optimizer: a Keras optimizer that treats every weight by itself.
        task: from `summed`.
        x, y: training examples `(examples, points, ...)`.
        evaluation: one example `(1, points, ...)` of inputs and targets, on which nets are counted.
        nets: how many there are.
        counts: numbers of nets that stand in every row, as `(name, number)` pairs.
        final: makes more columns of the last row from the trained model, or `None`.
    """

    def row(found):
        counted = {name: round(found[f"all_{name}"]) for name in task.measures}
        loss = float(f"{found['all_loss'] / nets / evaluation[0].shape[1]:.7g}")  # float32 has no more digits
        same = {name: found[name] for name in ("epoch", "seconds")}
        return {**same, "loss": loss, "nets": nets, **dict(counts), **counted}

    return engine.Training(
        model,
        optimizer,
        engine.Arrays(x, y, {"all": evaluation}, 0.0, 1.0),
        engine.Plan(job.settings.epochs, job.settings.batch_size, job.seed),
        task,
        facts={"parameters": model.count_params() // nets, "nets": nets, "trained_on": len(x)},
        row=row,
        final=final,
        stackable=False,  # what is stacked already is trained by itself
    )


def outputs(model, x):
    """Return the model's outputs as a NumPy array."""
    return ops.convert_to_numpy(model(ops.convert_to_tensor(x), training=False))


def weights(model):
    """Return all weights as NumPy arrays, by layer: `{layer: (weight, bias)}`."""
    return {
        layer.name: tuple(keras.ops.convert_to_numpy(w) for w in (layer.weight, layer.bias))
        for layer in model.layers
        if hasattr(layer, "weight") and hasattr(layer, "bias")
    }
