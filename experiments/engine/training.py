"""Trainings, their data and their length: the descriptions that a paper gives and a `Session` performs."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping

import keras
import numpy as np

from experiments.engine.inputs import Augment
from experiments.engine.task import CLASSIFICATION, Task
from experiments.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Arrays:
    """Data that one run trains and is judged on.

    Attributes:
        x, y: training inputs (any dtype) and targets, integer labels where the task is a classification.
        splits: evaluation sets by name, each `(x, y)`.
        mean, scale: inputs enter the network as `(x - mean) * scale`, broadcast over the batch.
        augment: what changes the inputs of a training batch, or `None`.
    """

    x: np.ndarray
    y: np.ndarray
    splits: Mapping
    mean: np.ndarray | float
    scale: np.ndarray | float
    augment: Augment | None = None


@dataclasses.dataclass(frozen=True)
class Stop:
    """A target that ends a training when it is reached.

    Attributes:
        column: of the row, such as `train_error`; looked at after each epoch in which it is evaluated.
        at_most: the training ends after the first epoch in which the column is at this value or below.
    """

    column: str
    at_most: float

    def reached(self, row):
        """Tell whether the training ends with this row."""
        return self.column in row and row[self.column] <= self.at_most


@dataclasses.dataclass(frozen=True)
class Plan:
    """Length and order of a training.

    Attributes:
        epochs: passes over the training set.
        batch_size: examples per step; the examples of an epoch's last, incomplete batch are left
            out of that epoch, and another permutation leaves out others.
        seed: the order of the examples follows from it and the epoch.
        evaluate_every: epochs between two evaluations, by split; 1 where not given. After the last epoch
            every split is evaluated.
        tf32: whether a GPU's float32 products round their factors to TensorFloat-32.
        stop: a target that ends the training before its last epoch, or `None`.
    """

    epochs: int
    batch_size: int
    seed: int
    evaluate_every: Mapping = dataclasses.field(default_factory=dict)
    tf32: bool = False
    stop: Stop | None = None

    def check(self, examples):
        """Refuse what cannot be done with this number of examples."""
        if not 1 <= self.batch_size <= examples:
            most = f"{examples} (the training set)"
            raise UsageError(f"Received: batch_size={self.batch_size}. Expected at least 1 and at most {most}.")
        if self.epochs < 1:
            raise UsageError(f"Received: epochs={self.epochs}. Expected at least 1.")
        for name, every in self.evaluate_every.items():
            if every < 1:
                raise UsageError(f"Received: an evaluation on {name} every {every} epochs. Expected at least 1.")

    def due(self, split, epoch):
        """Tell whether `split` is evaluated after `epoch`."""
        return epoch == self.epochs or epoch % self.evaluate_every.get(split, 1) == 0


@dataclasses.dataclass
class Training:
    """One network to be trained, and everything that decides how.

    The objective is the mean of the task's loss, by default the cross-entropy of integer labels under
    the model's logits, plus the model's own regularisation losses. Where a layer computes in float16
    the loss is scaled, dynamically, while gradients are taken.

    Attributes:
        model: a Keras model from inputs to what the task's loss takes.
        optimizer: a Keras optimizer.
        arrays: an `Arrays`.
        plan: a `Plan`.
        task: the loss and what else evaluations measure; see `engine.task`.
        probes: `Probe`s, measured inside the network.
        facts: what the record is to say beside the rows (number of parameters, ...); the engine adds its own.
        row: from a row of the engine to the row of the record; default: the same.
        final: from the trained model to more columns of the last row; default: none.
        stackable: whether it may be trained together with others, as one program.
    """

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    arrays: Arrays
    plan: Plan
    task: Task = CLASSIFICATION
    probes: tuple = ()
    facts: dict = dataclasses.field(default_factory=dict)
    row: Callable | None = None
    final: Callable | None = None
    stackable: bool = True

    def __post_init__(self):
        self.plan.check(len(self.arrays.x))
        self.stackable = self.stackable and not self.probes and self.final is None

    def recorded(self, row):
        """Return the record's row for one of the engine's, whose columns of `final` stand under that name."""
        final = row.get("final", {})
        row = {name: value for name, value in row.items() if name != "final"}
        return (self.row(row) if self.row else row) | final


@dataclasses.dataclass
class Computation:
    """A run that trains no network: its rows are computed, one after the other, and begin anew if interrupted.

    Attributes:
        rows: dictionaries with `epoch`, 1, 2, ..., and `seconds`.
        facts: as of `Training`.
    """

    rows: Iterable
    facts: dict = dataclasses.field(default_factory=dict)
