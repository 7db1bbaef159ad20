"""Trainings being performed: the loop over epochs, the place it has reached, and where that is kept."""

import contextlib
import dataclasses
import math
import time

import numpy as np

from experiments import stopping
from experiments.engine import state
from experiments.engine.chunks import Chunks
from experiments.engine.single import SingleLoop
from experiments.errors import Diverged
from experiments.seeds import permutation


class Session:
    """Performs one training, or several of one architecture as one program (JAX).

    A row is `{"epoch", "objective", "seconds", "<split>_loss", "<split>_<measure>", ...}`: the objective is
    the mean over the epoch's steps as the optimizer saw it (dropout and augmentation on); losses and
    measures (for a classification `error`, the fraction of examples misclassified) are evaluated after the
    epoch without randomness, in the precision of the weights; seconds are training time, without
    evaluation, shared by the trainings of one program. A training whose objective, evaluated loss or variables
    are not finite has diverged. Probes add `"probes": {quantity: {layer: value}}` to
    the rows of the epochs where one is due; `final` adds `"final": {...}` to the last.

    On a CPU a session that goes on from a checkpoint yields the same numbers, bit for bit, as one that was
    never stopped; its earlier rows come first.

    Args:
        trainings: `Training`s. Several of them share a plan, but for the seed.
        compiler: `"auto"`, or one of the adapter's `COMPILERS`.
        checkpoint: where to go on from, and where to keep what a later session goes on from, or `None`. An
            object with `load(meaning)`, which returns the `(values, arrays)` of the last `save` or
            `None`; `due()`; and `save(values, arrays)`, of JSON values and NumPy arrays. Asked after each
            chunk and each epoch, as is whether somebody wants to stop (`experiments.stopping`).
        on_step: called after each chunk with the epoch, the step in it and the steps per epoch.

    Raises:
        Stopped: by `rows`: somebody has asked to stop.
        UsageError: what cannot be done, such as a compiler that the backend does not have.
        Unstackable: the trainings do not fit one program.
    """

    def __init__(self, trainings, *, compiler="auto", checkpoint=None, on_step=None):
        self.trainings, self.plan = list(trainings), trainings[0].plan
        self.loop = _loop(self.trainings, compiler)
        self.checkpoint, self.on_step = checkpoint or state.Nowhere(), on_step or (lambda epoch, step, steps: None)
        self.place, self.whole, self.ended = None, False, set()
        self.chunks = Chunks(self.loop.free)
        for training in self.trainings:
            training.facts |= self.loop.facts

    def rows(self):
        """Yield, epoch by epoch, a list with a cell for each training.

        A cell is a row, or the `Diverged` that ended the training; `None` for a training that has ended before.
        """
        self._go_on()
        yield from [[self._restored(i, cell) for i, cell in enumerate(cells)] for cells in self.place.rows]
        n, size = len(self.trainings[0].arrays.x), self.plan.batch_size
        steps = n // size
        while self.place.epoch <= self.plan.epochs and self._running():
            epoch = self.place.epoch
            order = np.stack([self._order(i, epoch, n, steps) for i in range(len(self.trainings))], axis=1)
            while self.place.step < steps and self._finite():
                self._chunk(order[self.place.step : self.place.step + self.chunks.length(self.place.step)])
                self.on_step(epoch, self.place.step, steps)
                if self.checkpoint.due() and self._finite():
                    self._save()
                stopping.check()
            cells = self._cells(epoch, steps)
            stored = [{"diverged": [c.epoch, c.quantity, c.value]} if isinstance(c, Diverged) else c for c in cells]
            self.place = self.place.after(stored)
            if self.checkpoint.due() and self._running():
                self._save()
            yield cells
            stopping.check()

    def save(self):
        """Keep the place that has been reached, as when the user stops; nothing where there is none that is whole."""
        if self.whole:
            with stopping.held():
                self._save()

    def _save(self):
        values = {"place": dataclasses.asdict(self.place), "facts": [training.facts for training in self.trainings]}
        self.checkpoint.save(values, self.loop.values())

    def _go_on(self):
        """Take up the checkpoint, if there is one that fits."""
        found = self.checkpoint.load(
            {"plan": self._meaning(), "variables": self.loop.layout(), "numbers": self.loop.numbers}
        )
        self.whole = not found
        if not found:
            self.place = state.Place(total=[0.0] * len(self.trainings))
            return
        values, arrays = found
        self.loop.assign(arrays)
        self.place = state.Place(**values["place"])
        for training, facts in zip(self.trainings, values["facts"], strict=True):
            training.facts |= facts | training.facts
        self.whole = True

    def _meaning(self):
        """Return what a checkpoint has to share: of the compiler what `auto` chose, not how it was asked for."""
        arrays, plan = self.trainings[0].arrays, dataclasses.asdict(self.plan)
        plan |= {"compiler": self.loop.compiler, "examples": len(arrays.x)}
        plan |= {"seed": [training.plan.seed for training in self.trainings]}
        augment = arrays.augment and dataclasses.asdict(arrays.augment)
        return plan | {"augment": augment, "columns": list(self.trainings[0].task.columns)}

    def _restored(self, i, cell):
        if cell and "diverged" in cell:
            self.ended.add(i)
            return Diverged(*cell["diverged"])
        if cell and self.plan.stop and self.plan.stop.reached(cell):
            self.ended.add(i)
        return cell

    def _running(self):
        return len(self.ended) < len(self.trainings)

    def _finite(self):
        """Tell whether a training that runs still has a finite objective."""
        return any(math.isfinite(total) for i, total in enumerate(self.place.total) if i not in self.ended)

    def _order(self, i, epoch, n, steps):
        seed, size = self.trainings[i].plan.seed, self.plan.batch_size
        order = permutation(seed, epoch, n)[: steps * size].reshape(steps, size)
        return self.loop.orders[i].order(seed, epoch, order)

    def _chunk(self, order):
        """Train on a few batches. The variables and the place change together; else the place is not whole.

        The first ones compile, for a minute even, and an earlier session's place is kept: they may be broken off.
        """
        with stopping.held() if self.chunks.seen else contextlib.nullcontext():
            self.whole = False
            began = time.perf_counter()
            for losses in self.loop.steps(order):
                self.place.total = [t + float(loss) for t, loss in zip(self.place.total, losses, strict=True)]
            seconds = time.perf_counter() - began
            self.place.seconds += seconds
            self.place.step += len(order)
            self.whole = True
        self.chunks.took(len(order), seconds)

    def _cells(self, epoch, steps):
        """The cells of an epoch that has been trained."""
        share = round(self.place.seconds / (len(self.trainings) - len(self.ended)), 6)
        running = [i for i in range(len(self.trainings)) if i not in self.ended]
        cells: list = [None] * len(self.trainings)
        for i in running:
            total = self.place.total[i]
            cells[i] = {"epoch": epoch, "objective": total / steps, "seconds": share}
            if not math.isfinite(total):
                cells[i] = Diverged(epoch, "objective", total)
        due = [split for split in self.loop.splits if self.plan.due(split, epoch)]
        self._evaluate(cells, epoch, due)
        self._judge(cells, epoch)
        reached = [i for i in running if self._stops(cells[i])]
        if reached:  # an ended training has all evaluations in its last row
            self._evaluate(cells, epoch, [split for split in self.loop.splits if split not in due], reached)
        for i in running:
            if isinstance(cells[i], Diverged) or i in reached:
                self.ended.add(i)
            if i in reached:
                self.trainings[i].facts["stopped"] = dataclasses.asdict(self.plan.stop) | {"epoch": epoch}
        (first, *_), cell = self.trainings, cells[0]
        if len(self.trainings) == 1 and isinstance(cell, dict):
            if measured := self.loop.measure(epoch):
                cell["probes"] = measured
            if first.final and (epoch == self.plan.epochs or reached):
                cell["final"] = first.final(first.model)
        return cells

    def _judge(self, cells, epoch):
        """End the trainings whose variables are not finite, though their losses are: a kernel may make NaN a number."""
        if not any(isinstance(cell, dict) for cell in cells):
            return
        for i, finite in enumerate(self.loop.finite()):
            if not finite and isinstance(cells[i], dict):
                path, value = self.loop.culprit(i)
                cells[i] = Diverged(epoch, f"the variable {path}", value)

    def _stops(self, cell):
        return isinstance(cell, dict) and self.plan.stop is not None and self.plan.stop.reached(cell)

    def _evaluate(self, cells, epoch, splits, members=None):
        """Add evaluations to the rows of some trainings, or of all; one that is not finite ends its training."""
        if not any(isinstance(cell, dict) for cell in cells):
            return
        for split in splits:
            for i, means in enumerate(self.loop.evaluate(split)):
                if not isinstance(cells[i], dict) or (members is not None and i not in members):
                    continue
                for column, value in zip(self.trainings[i].task.columns, means, strict=True):
                    cells[i][f"{split}_{column}"] = float(value)
                if not math.isfinite(means[0]):
                    cells[i] = Diverged(epoch, f"{split} loss", float(means[0]))


def _loop(trainings, compiler):
    if len(trainings) == 1:
        return SingleLoop(trainings[0], compiler)
    from experiments.engine.stacked import StackedLoop

    return StackedLoop(trainings)
