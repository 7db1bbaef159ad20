"""One training in the form that a session takes: lists of one loss, one row of an evaluation."""

import importlib
import math

import keras
import numpy as np

from experiments import stopping
from experiments.engine import precision, state
from experiments.engine.device import accelerator
from experiments.engine.inputs import Inputs
from experiments.engine.probes import Meter
from experiments.errors import unknown

EVALUATION_BATCH = 500  # on a CPU, and the least elsewhere
NUMBERS = 2**28  # that the largest output of a layer may have in an evaluation on an accelerator: 1 GiB in float32


def evaluation_batch(model):
    """Return how many examples are evaluated at once: on an accelerator as many as surely fit."""
    if accelerator() is None:
        return EVALUATION_BATCH
    outputs = [layer.output for layer in model.layers if isinstance(layer, keras.layers.Layer) and layer._inbound_nodes]
    shapes = [tensor.shape[1:] for tensor in keras.tree.flatten(outputs)]
    sizes = [math.prod(n for n in shape if n is not None) for shape in shapes]
    return max(EVALUATION_BATCH, NUMBERS // max(sizes)) if sizes else EVALUATION_BATCH


def batches(x, y, size):
    """Return a set in batches, as views."""
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]


class SingleLoop:
    """The compiled loop of the backend's adapter for one training.

    Raises:
        UsageError: a compiler that the backend does not have, an augmentation that does not fit the inputs,
            a probe that finds no layer.
    """

    def __init__(self, training, compiler):
        adapter = importlib.import_module(f"experiments.engine.{keras.backend.backend()}_adapter")
        if compiler not in adapter.COMPILERS:
            raise unknown("compiler", compiler, adapter.COMPILERS)
        model, arrays = training.model, training.arrays
        precision.set_tf32(training.plan.tf32, accelerator())
        optimizer, self.inputs = precision.scaled(model, training.optimizer), Inputs(arrays)
        self.adapted = adapter.Loop(model, optimizer, arrays, compiler, training.task, self.inputs)
        self.free = accelerator() is None  # whether a chunk may have any length, without another program
        self.compiler, self.splits, self.orders = self.adapted.compiler, arrays.splits, [self.inputs]
        self.held, self.batch = {}, evaluation_batch(model)
        self.facts = {"compiler": self.compiler}
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            self.facts["loss_scaling"] = "dynamic"
        self.variables = state.Variables.of(model, optimizer)
        self.meter = Meter(model, arrays, training.probes, self.inputs) if training.probes else None
        self.numbers = []  # in which members differ: there is one

    def steps(self, order):
        """Train on `order` `(steps, 1, batch, ...)`; return the loss of each step, each in a list."""
        return [[loss] for loss in self.adapted.steps(order[:, 0])]

    def evaluate(self, split):
        """Return the means of the task's loss and measures on one set, in a list; sums over batches are in float64."""
        found = []
        for x, y in self._batches(split):
            stopping.check()  # an evaluation may take minutes
            found.append(self.adapted.evaluate(x, y))
        sums = np.sum(found, axis=0)
        return [[float(value / len(self.splits[split][0])) for value in sums]]

    def _batches(self, split):
        """Return a set in batches. On an accelerator they stay there: nothing crosses the bus a second time."""
        if split not in self.held:
            self.held[split] = batches(*self.splits[split], self.batch)
            if accelerator() is not None:
                put = self.adapted.put
                self.held[split] = [(put(x), put(y)) for x, y in self.held[split]]
        return self.held[split]

    def finite(self):
        """Tell, in a list, whether no variable of the model holds a NaN or an infinity."""
        return [self.adapted.finite()]

    def culprit(self, i):
        """Return the first variable that is not finite, by its path, and the first such value in it."""
        return self.variables.culprit(self.values())

    def measure(self, epoch):
        """Return what the probes that are due measure."""
        return self.meter.measure(self.adapted, epoch) if self.meter else {}

    def layout(self):
        """Return path, shape and dtype of each variable."""
        return self.variables.layout()

    def values(self):
        """Return all variables as arrays."""
        return self.variables.values()

    def assign(self, arrays):
        """Put arrays back that `values` gave."""
        self.variables.assign(arrays)
