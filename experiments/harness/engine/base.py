"""The engine's interface: what to train on, for how long, and the rows that come out."""

import dataclasses
import importlib
import math
import time

import keras
import numpy as np

from experiments.harness.engine import precision, state
from experiments.harness.engine.inputs import Augment, Inputs
from experiments.harness.engine.probes import Meter
from experiments.harness.engine.task import CLASSIFICATION, Task
from experiments.harness.environment import environment
from experiments.harness.errors import Diverged, UsageError, unknown
from experiments.harness.seeds import permutation

CHUNK = 50  # steps between two looks at the loss; Python sees a chunk, the compiler the steps in it
EVALUATION_BATCH = 500


CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)

# In place of a compiler: `train` yields a `Member` once, for `engine.stacked`, and hands on the rows that it is sent.
STACK = "stack"


@dataclasses.dataclass(frozen=True)
class Arrays:
    """What one run trains and is judged on.

    Attributes:
        x, y: training inputs (any dtype) and targets, integer labels where the task is a classification.
        splits: evaluation sets by name, each `(x, y)`.
        mean, scale: inputs enter the network as `(x - mean) * scale`, broadcast over the batch.
        augment: what changes the inputs of a training batch, or `None`.
    """

    x: np.ndarray
    y: np.ndarray
    splits: dict
    mean: np.ndarray
    scale: np.ndarray
    augment: Augment | None = None


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
        compiler: `"auto"`, or one of the adapter's `COMPILERS`.
        tf32: whether a GPU's float32 products round their factors to TensorFloat-32.
    """

    epochs: int
    batch_size: int
    seed: int
    evaluate_every: dict = dataclasses.field(default_factory=dict)
    compiler: str = "auto"
    tf32: bool = False

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
        """Whether `split` is evaluated after `epoch`."""
        return epoch == self.epochs or epoch % self.evaluate_every.get(split, 1) == 0


@dataclasses.dataclass
class Member:
    """What `train` was asked for by one run of a stack."""

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    arrays: Arrays
    plan: Plan
    facts: dict
    task: Task

    def __post_init__(self):
        self.inputs = Inputs(self.arrays)
        self.optimizer = precision.scaled(self.model, self.optimizer)

    @property
    def parts(self):
        """Variables: what trains, what a forward pass changes, the optimizer's."""
        return self.model.trainable_variables, self.model.non_trainable_variables, self.optimizer.variables


def has_convolutions(model):
    """Whether the model, or a model nested in it, contains convolutions: kernels of rank 3 and more."""
    return any(len(variable.shape) > 2 for variable in model.weights if "kernel" in variable.name)


def check_convolutions(model):
    """Refuse what oneDNN, which computes convolutions on a CPU for TensorFlow and PyTorch, does wrong.

    The gradient of a 1x1 convolution with a stride and fewer input channels than a vector register has
    numbers (8 or 16) is written beyond its memory: wrong numbers, or a crash at some later time
    (github.com/uxlfoundation/oneDNN, issue 6035).
    """
    for layer in model._flatten_layers():
        if not isinstance(layer, CONVOLUTIONS) or max(layer.kernel_size) > 1 or max(layer.strides) == 1:
            continue
        channels = layer.kernel.shape[-2]
        if channels < 16:
            raise UsageError(
                f"Received: the layer {layer.name!r}, a convolution of size 1 with strides {tuple(layer.strides)} on "
                f"{channels} channels, whose gradient oneDNN computes wrongly on a CPU. Expected 16 channels or more, "
                "or the pixels taken first (AveragePooling2D(1, strides)) and a convolution without strides."
            )


def has_randomness(model):
    """Whether the model, or a model nested in it, draws random numbers while it trains."""
    return any(variable.name == "seed_generator_state" for variable in model.non_trainable_variables)


def train(model, optimizer, arrays, plan, on_step=None, facts=None, checkpoint=None, probes=(), task=CLASSIFICATION):
    """Train and yield one row per epoch.

    The objective is the mean of the task's loss, by default the cross-entropy of integer labels under
    the model's logits, plus the model's own regularisation losses. Where a layer computes in float16
    the loss is scaled, dynamically, while gradients are taken.

    Args:
        model: a Keras model from inputs to what the task's loss takes.
        optimizer: a Keras optimizer.
        arrays: an `Arrays`.
        plan: a `Plan`.
        on_step: called after each chunk with the epoch, the step in it and the steps per epoch.
        facts: a dict that receives what the engine decided: `compiler`, and `loss_scaling` where the loss is scaled.
        checkpoint: where to go on from, and where to keep what a later call goes on from, or `None`. An
            object with `load(meaning)`, which returns the `(values, arrays)` of the last `save` or
            `None`; `due()`; and `save(values, arrays)`, of JSON values and NumPy arrays. Asked after each
            chunk and each epoch, and told on Ctrl-C. On a CPU a run that goes on yields the same
            numbers, bit for bit, as one that was never stopped; its earlier rows come first.
        probes: `Probe`s, which add `"probes": {quantity: {layer: value}}` to the rows of the epochs where one is due.
        task: the loss and what else evaluations measure; see `engine.task`.

    Yields:
        `{"epoch", "objective", "seconds", "<split>_loss", "<split>_<measure>", ...}`: the objective is
        the mean over the epoch's steps as the optimizer saw it (dropout and augmentation on); losses
        and measures (for a classification `error`, the fraction of examples misclassified) are
        evaluated after the epoch without randomness, in the precision of the weights; seconds are
        training time, without evaluation.

    Raises:
        Diverged: the objective or an evaluated loss is not finite.
        UsageError: no epoch, an empty batch or one larger than the training set, an evaluation every 0
            epochs, a compiler that the backend does not have, an augmentation that does not fit the inputs.
    """
    plan.check(len(arrays.x))
    facts = {} if facts is None else facts  # one that is empty is the caller's all the same
    if plan.compiler == STACK:
        if probes:
            raise UsageError("Received: probes for stacked runs. Expected none: measure them in single runs.")
        row = yield Member(model, optimizer, arrays, dataclasses.replace(plan, compiler="auto"), facts, task)
        while row is not None:
            row = yield row
        return
    adapter = importlib.import_module(f"experiments.harness.engine.{keras.backend.backend()}_adapter")
    if plan.compiler not in adapter.COMPILERS:
        raise unknown("compiler", plan.compiler, adapter.COMPILERS)
    precision.set_tf32(plan.tf32, environment()["accelerator"])
    optimizer, inputs = precision.scaled(model, optimizer), Inputs(arrays)
    loop = adapter.Loop(model, optimizer, arrays, plan.compiler, task, inputs)
    facts["compiler"] = loop.compiler
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        facts["loss_scaling"] = "dynamic"
    meter = Meter(model, arrays, probes, inputs) if probes else None
    variables = state.Variables.of(model, optimizer)
    run = _Run(loop, variables, arrays, plan, facts, checkpoint or state.Nowhere(), meter, task, inputs)
    run.go_on()
    yield from run.place.rows
    try:
        yield from run.epochs(on_step or (lambda epoch, step, steps: None))
    except KeyboardInterrupt:
        with state.undisturbed():
            run.save()
            raise


def meaning(plan, compiler, arrays, task):
    """What of a training its checkpoint has to share: of the compiler what `auto` chose, not how it was asked for."""
    augment = arrays.augment and dataclasses.asdict(arrays.augment)
    plan = dataclasses.asdict(plan) | {"compiler": compiler, "examples": len(arrays.x), "chunk": CHUNK}
    return plan | {"augment": augment, "columns": list(task.columns)}


class _Run:
    """One call of `train`: a compiled loop, the place it has reached, and where that is kept."""

    def __init__(self, loop, variables, arrays, plan, facts, checkpoint, meter, task, inputs):
        self.loop, self.variables, self.checkpoint, self.meter = loop, variables, checkpoint, meter
        self.arrays, self.plan, self.facts, self.place = arrays, plan, facts, state.Place()
        self.task, self.inputs = task, inputs

    def go_on(self):
        """Take up the checkpoint, if there is one that fits."""
        plan = meaning(self.plan, self.loop.compiler, self.arrays, self.task)
        found = self.checkpoint.load({"plan": plan, "variables": self.variables.layout()})
        if found:
            values, arrays = found
            self.variables.assign(arrays)
            self.place = state.Place(**values["place"])
            self.facts |= values["facts"] | self.facts

    def save(self):
        values = {"place": dataclasses.asdict(self.place), "facts": self.facts}
        self.checkpoint.save(values, self.variables.values())

    def epochs(self, on_step):
        """Rows of the epochs that are left."""
        n, size = len(self.arrays.x), self.plan.batch_size
        steps = n // size
        while self.place.epoch <= self.plan.epochs:
            epoch = self.place.epoch
            order = permutation(self.plan.seed, epoch, n)[: steps * size].reshape(steps, size)
            order = self.inputs.order(self.plan.seed, epoch, order)
            while self.place.step < steps:
                self._chunk(order[self.place.step : self.place.step + CHUNK])
                on_step(epoch, self.place.step, steps)
                if self.checkpoint.due():
                    self.save()
            row = {"epoch": epoch, "objective": self.place.total / steps, "seconds": round(self.place.seconds, 3)}
            for name, (x, y) in self.arrays.splits.items():
                if self.plan.due(name, epoch):
                    row |= self._evaluate(name, x, y)
            if self.meter and (measured := self.meter.measure(self.loop, epoch)):
                row["probes"] = measured
            self.place = self.place.after(row)
            if self.checkpoint.due():
                self.save()
            yield row

    def _chunk(self, order):
        """Train on a few batches. The variables and the place change together, whatever happens."""
        with state.undisturbed():
            began = time.perf_counter()
            loss = self.loop.steps(order)
            if not math.isfinite(loss):
                raise Diverged(self.place.epoch, "objective", loss)
            self.place.seconds += time.perf_counter() - began
            self.place.total += loss
            self.place.step += len(order)

    def _evaluate(self, name, x, y):
        """Mean loss and measures on one set; sums over batches are in float64."""
        batches = (slice(i, i + EVALUATION_BATCH) for i in range(0, len(x), EVALUATION_BATCH))
        sums = np.sum([self.loop.evaluate(x[rows], y[rows]) for rows in batches], axis=0)
        if not math.isfinite(sums[0]):
            raise Diverged(self.place.epoch, f"{name} loss", sums[0])
        return {f"{name}_{column}": float(s / len(x)) for column, s in zip(self.task.columns, sums, strict=True)}
