"""The engine's interface: what to train on, for how long, and the rows that come out."""

import dataclasses
import importlib
import math
import time

import keras
import numpy as np

from experiments.harness.errors import Diverged, UsageError
from experiments.harness.seeds import permutation

CHUNK = 50  # steps between two looks at the loss; Python sees a chunk, the compiler the steps in it
EVALUATION_BATCH = 500


@dataclasses.dataclass(frozen=True)
class Arrays:
    """What one run trains and is judged on.

    Attributes:
        x, y: training inputs (any dtype) and integer labels.
        splits: evaluation sets by name, each `(x, y)`.
        mean, scale: inputs enter the network as `(x - mean) * scale`, broadcast over the batch.
    """

    x: np.ndarray
    y: np.ndarray
    splits: dict
    mean: np.ndarray
    scale: np.ndarray


@dataclasses.dataclass(frozen=True)
class Plan:
    """How long and in which order.

    Attributes:
        epochs: passes over the training set.
        batch_size: examples per step; the examples of an epoch's last, incomplete batch are left
            out of that epoch, and another permutation leaves out others.
        seed: the order of the examples follows from it and the epoch.
        evaluate_every: epochs between two evaluations, by split; 1 where not given. The last epoch
            is always evaluated.
    """

    epochs: int
    batch_size: int
    seed: int
    evaluate_every: dict = dataclasses.field(default_factory=dict)

    def due(self, split, epoch):
        """Whether `split` is evaluated after `epoch`."""
        return epoch == self.epochs or epoch % self.evaluate_every.get(split, 1) == 0


def has_convolutions(model):
    """Whether the model, or a model nested in it, contains convolutions: kernels of rank 3 and more."""
    return any(len(variable.shape) > 2 for variable in model.weights if "kernel" in variable.name)


def has_randomness(model):
    """Whether the model, or a model nested in it, draws random numbers while it trains."""
    return any(variable.name == "seed_generator_state" for variable in model.non_trainable_variables)


def train(model, optimizer, arrays, plan, on_step=lambda epoch, step, steps: None, facts=None):
    """Train and yield one row per epoch.

    The objective is the mean cross-entropy of the integer labels under the model's logits, plus the
    model's own regularisation losses.

    Args:
        model: a Keras model from inputs to logits.
        optimizer: a Keras optimizer.
        arrays: an `Arrays`.
        plan: a `Plan`.
        on_step: called after each chunk with the epoch, the step in it and the steps per epoch.
        facts: a dict that receives what the engine decided: `compiler`.

    Yields:
        `{"epoch", "objective", "seconds", "<split>_loss", "<split>_error", ...}`: the objective is
        the mean over the epoch's steps as the optimizer saw it (dropout on); losses and errors
        (fractions of examples misclassified) are evaluated after the epoch without randomness;
        seconds are training time, without evaluation.

    Raises:
        Diverged: the objective or an evaluated loss is not finite.
        UsageError: no epoch, an empty batch or one larger than the training set, an evaluation every 0 epochs.
    """
    if not 1 <= plan.batch_size <= len(arrays.x):
        most = f"{len(arrays.x)} (the training set)"
        raise UsageError(f"Received: batch_size={plan.batch_size}. Expected at least 1 and at most {most}.")
    if plan.epochs < 1:
        raise UsageError(f"Received: epochs={plan.epochs}. Expected at least 1.")
    for name, every in plan.evaluate_every.items():
        if every < 1:
            raise UsageError(f"Received: an evaluation on {name} every {every} epochs. Expected at least 1.")
    steps = len(arrays.x) // plan.batch_size
    adapter = importlib.import_module(f"experiments.harness.engine.{keras.backend.backend()}_adapter")
    loop = adapter.Loop(model, optimizer, arrays)
    if facts is not None:
        facts["compiler"] = loop.compiler
    for epoch in range(1, plan.epochs + 1):
        order = permutation(plan.seed, epoch, len(arrays.x))[: steps * plan.batch_size]
        order = order.reshape(steps, plan.batch_size)
        total, seconds = 0.0, 0.0
        for start in range(0, steps, CHUNK):
            began = time.perf_counter()
            loss = loop.steps(order[start : start + CHUNK])
            seconds += time.perf_counter() - began
            if not math.isfinite(loss):
                raise Diverged(epoch, "objective", loss)
            total += loss
            on_step(epoch, min(start + CHUNK, steps), steps)
        row = {"epoch": epoch, "objective": total / steps, "seconds": round(seconds, 3)}
        for name, (x, y) in arrays.splits.items():
            if plan.due(name, epoch):
                loss, errors = np.sum(
                    [
                        loop.evaluate(x[i : i + EVALUATION_BATCH], y[i : i + EVALUATION_BATCH])
                        for i in range(0, len(x), EVALUATION_BATCH)
                    ],
                    axis=0,
                )
                if not math.isfinite(loss):
                    raise Diverged(epoch, f"{name} loss", loss)
                row |= {f"{name}_loss": float(loss / len(x)), f"{name}_error": float(errors / len(x))}
        yield row
