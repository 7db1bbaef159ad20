"""State from which training goes on where it was: its place, its sums, and every variable."""

import dataclasses
import re

import numpy as np


@dataclasses.dataclass
class Place:
    """Place that a training has reached.

    Attributes:
        epoch, step: the epoch in progress, from 1, and the steps done in it.
        total: the objectives of those steps, summed, for each training.
        seconds: how long they took.
        rows: the cells of the epochs before.
    """

    epoch: int = 1
    step: int = 0
    total: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0
    rows: list = dataclasses.field(default_factory=list)

    def after(self, row):
        """Return the start of the next epoch."""
        return Place(self.epoch + 1, total=[0.0] * len(self.total), rows=[*self.rows, row])


class Nowhere:
    """In place of a checkpoint: nothing is kept."""

    def load(self, meaning):
        return None

    def due(self):
        return False

    def save(self, values, arrays):
        pass


class Variables:
    """Variables, with their values as arrays."""

    def __init__(self, variables):
        self.all = list(variables)

    @classmethod
    def of(cls, model, optimizer):
        """All that training changes: weights, statistics, seeds of random layers, the optimizer's state."""
        return cls([*model.trainable_variables, *model.non_trainable_variables, *optimizer.variables])

    def layout(self):
        """Path, shape and dtype of each, in order, without the counters of unnamed layers.

        Keras calls the second unnamed layer of a process `dense_1`, so that the number depends on
        the models that were built before.
        """
        return [[re.sub(r"_\d+(?=[/_]|$)", "", v.path), list(v.shape), str(v.dtype)] for v in self.all]

    def culprit(self, arrays):
        """Return the path and the value of the first number that is not finite, among the variables' values."""
        for (path, _, _), array in zip(self.layout(), arrays, strict=True):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                return path, float(array[~np.isfinite(array)][0])
        raise ValueError("Received: finite variables. Expected one with a NaN or an infinity.")

    def values(self):
        """As arrays. Narrow floats, which NumPy cannot store, are widened: that is exact."""
        arrays = [np.asarray(v.numpy()) for v in self.all]
        return [a if a.dtype.isbuiltin == 1 else a.astype("float32") for a in arrays]

    def assign(self, arrays):
        """Put arrays back that `values` gave."""
        for variable, array in zip(self.all, arrays, strict=True):
            variable.assign(array)
