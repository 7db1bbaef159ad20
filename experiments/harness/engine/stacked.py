"""Many runs of one architecture as one compiled program, on JAX.

The members of a stack are built one by one, as single runs are. Their variables are stacked along a
new first axis, and so are the plain numbers in which their layers and optimizers differ (a slope, a
momentum, a dropout rate); `jax.vmap` makes the step of one member that of all.
"""

import dataclasses
import time

import jax
import numpy as np
from jax import numpy as jnp

from experiments.harness.engine import state
from experiments.harness.engine.base import CHUNK, EVALUATION_BATCH, meaning
from experiments.harness.engine.differing import Differences, Unstackable
from experiments.harness.engine.jax_functions import functions
from experiments.harness.errors import Diverged, UsageError
from experiments.harness.seeds import permutation


def _said(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"


def _same(arrays):
    """Whether all members train on the same numbers."""
    first = arrays[0]
    return all(a is first or a.shape == first.shape and np.array_equal(a, first) for a in arrays)


class Loop:
    """The compiled step and evaluation of all members."""

    def __init__(self, members):
        first = self.first = members[0]
        self.members, self.inputs, self.task = members, first.inputs, first.task
        for member in members:
            member.optimizer.build(member.model.trainable_variables)
        layouts = {str(state.Variables.of(m.model, m.optimizer).layout()) for m in members}
        if len(layouts) > 1:
            raise Unstackable("their variables have other shapes")
        for name in ("mean", "scale"):
            if not _same([getattr(m.arrays, name) for m in members]):
                raise Unstackable(f"the {name} of their inputs differs")
        if len({str(m.arrays.augment) for m in members}) > 1 or any(m.task != first.task for m in members):
            raise Unstackable("they have other tasks or augmentations")
        self.state = tuple(
            [jnp.stack([np.asarray(v.value) for v in group]) for group in zip(*variables, strict=True)]
            for variables in zip(*(m.parts for m in members), strict=True)
        )
        self.splits = list(first.arrays.splits)
        self.shared = {name: self._is_shared(name) for name in ("", *self.splits)}
        self.data = self._arrays("")
        self.differences = Differences(members)

        step, evaluate, _ = functions(first.model, first.optimizer, first.task, first.inputs)
        step, evaluate = self.differences.inside(step), self.differences.inside(evaluate)

        def steps(members, order, data, values):
            every = jax.vmap(step, in_axes=(0, 0, None if self.shared[""] else 0, 0))
            members, losses = jax.lax.scan(lambda s, rows: every(values, s, data, rows), members, order)
            return members, losses.sum(0)

        self.cpu, self.programs, self.values = jax.default_backend() == "cpu", {}, self.differences.values
        self._trace(steps)
        self._steps = jax.jit(steps, donate_argnums=0)
        self._evaluate = {
            split: jax.jit(jax.vmap(evaluate, in_axes=(0, 0, 0, *([None if self.shared[split] else 0] * 2))))
            for split in self.splits
        }
        self.compiler = f"XLA scan, {len(members)} runs stacked"

    def _trace(self, steps):
        """Find the form of the numbers that this program can be traced with."""
        errors = []
        for raw in (False, True) if self.values else (False,):
            self.differences.raw = raw
            try:
                with jax.threefry_partitionable(not self.cpu):
                    jax.eval_shape(steps, self.state, self._order(1), self.data, self.values)
                return
            except UsageError:
                raise
            except Exception as error:  # what cannot be traced fails in as many ways as there are layers
                errors.append(error)
        raise errors[0] if isinstance(errors[0], Unstackable) else Unstackable(_said(errors[-1])) from errors[-1]

    def _order(self, steps):
        """Shape of the order of so many steps."""
        size = self.first.plan.batch_size
        shape = (steps, len(self.members), size, *([5] if self.inputs.augment else []))
        return jax.ShapeDtypeStruct(shape, "int32")

    def _pairs(self, split):
        return [m.arrays.splits[split] if split else (m.arrays.x, m.arrays.y) for m in self.members]

    def _is_shared(self, split):
        pairs = self._pairs(split)
        if len({tuple(a.shape for a in pair) for pair in pairs}) > 1:
            raise Unstackable("their data have other shapes")
        return all(_same(list(arrays)) for arrays in zip(*pairs, strict=True))

    def _arrays(self, split, rows=slice(None)):
        pairs = self._pairs(split)
        if self.shared[split]:
            return tuple(jnp.asarray(a[rows]) for a in pairs[0])
        return tuple(jnp.asarray(np.stack([a[rows] for a in arrays])) for arrays in zip(*pairs, strict=True))

    def _program(self, shape):
        """The compiled chunk for an order of this shape."""
        if shape not in self.programs:
            order = jax.ShapeDtypeStruct(shape, "int32")
            with jax.threefry_partitionable(not self.cpu):
                self.programs[shape] = self._steps.lower(self.state, order, self.data, self.values).compile()
        return self.programs[shape]

    def memory(self):
        """Bytes that a chunk needs, by the compiler's own account, the data included; `None` if it gives none."""
        steps = min(CHUNK, len(self.first.arrays.x) // self.first.plan.batch_size)
        program = self._program(self._order(steps).shape)
        found = program.memory_analysis()
        if found is None:
            return None
        return found.argument_size_in_bytes + found.output_size_in_bytes + found.temp_size_in_bytes

    def steps(self, order):
        """Train on `order` `(steps, members, batch, ...)`; the sums of the losses, one a member."""
        self.state, losses = self._program(order.shape)(self.state, order, self.data, self.values)
        return np.asarray(losses, "float64")

    def evaluate(self, split):
        """Means of the task's loss and measures on one set, `(members, columns)`; sums over batches in float64."""
        n, total = len(self._pairs(split)[0][0]), 0.0
        for i in range(0, n, EVALUATION_BATCH):
            x, y = self._arrays(split, slice(i, i + EVALUATION_BATCH))
            total = total + np.asarray(self._evaluate[split](self.values, *self.state[:2], x, y), "float64")
        return total / n

    def arrays(self):
        """The state, as arrays of NumPy."""
        found = [np.asarray(a) for part in self.state for a in part]
        return [a if a.dtype.isbuiltin == 1 else a.astype("float32") for a in found]

    def assign(self, arrays):
        """Put arrays back that `arrays` gave."""
        arrays = iter(arrays)
        self.state = tuple([jnp.asarray(next(arrays), a.dtype) for a in part] for part in self.state)


class Stack:
    """Training of members that share a plan, but for seeds.

    Args:
        members: `engine.base.Member`s; their plans differ in the seed only.
        checkpoint: as `train` takes it, for all together.
        on_step: called after each chunk with the epoch, the step in it and the steps per epoch.
    """

    def __init__(self, members, checkpoint=None, on_step=None):
        self.members, self.loop = members, Loop(members)
        self.plan, self.checkpoint = members[0].plan, checkpoint or state.Nowhere()
        plans = [dataclasses.asdict(m.plan) | {"seed": None} for m in members]
        if any(plan != plans[0] for plan in plans):
            raise Unstackable("their plans differ")
        for member in members:
            member.facts |= {"compiler": self.loop.compiler, "stacked": len(members)}
        self.on_step = on_step or (lambda epoch, step, steps: None)
        self.place = state.Place(total=[0.0] * len(members))
        self.ended = {}  # why a member stopped counting, by its index

    def rows(self):
        """Yield, epoch by epoch, one row or `Diverged` a member; `None` for those that had diverged before."""
        self._go_on()
        for row in self.place.rows:
            yield [self._restored(i, cell) for i, cell in enumerate(row)]
        try:
            yield from self._epochs()
        except KeyboardInterrupt:
            with state.undisturbed():
                self._save()
                raise

    def _restored(self, i, cell):
        if cell and "diverged" in cell:
            self.ended[i] = Diverged(*cell["diverged"])
            return self.ended[i]
        return cell

    def _go_on(self):
        first = self.members[0]
        plan = meaning(self.plan, self.loop.compiler, first.arrays, first.task)
        plan |= {"seed": [m.plan.seed for m in self.members]}
        layout = state.Variables.of(self.loop.first.model, self.loop.first.optimizer).layout()
        numbers = self.loop.differences.description
        found = self.checkpoint.load({"plan": plan, "variables": layout, "numbers": numbers})
        if found:
            values, arrays = found
            self.loop.assign(arrays)
            self.place = state.Place(**values["place"])

    def _save(self):
        self.checkpoint.save({"place": dataclasses.asdict(self.place), "facts": {}}, self.loop.arrays())

    def _epochs(self):
        n, size = len(self.members[0].arrays.x), self.plan.batch_size
        steps = n // size
        while self.place.epoch <= self.plan.epochs and len(self.ended) < len(self.members):
            epoch = self.place.epoch
            orders = [self._order(m, epoch, n, steps) for m in self.members]
            order = np.stack(orders, axis=1)
            while self.place.step < steps:
                chunk = order[self.place.step : self.place.step + CHUNK]
                with state.undisturbed():
                    began = time.perf_counter()
                    losses = self.loop.steps(chunk)
                    self.place.seconds += time.perf_counter() - began
                    self.place.total = [t + float(loss) for t, loss in zip(self.place.total, losses, strict=True)]
                    self.place.step += len(chunk)
                self.on_step(epoch, self.place.step, steps)
                if self.checkpoint.due():
                    self._save()
            row = self._row(epoch, steps)
            stored = [{"diverged": [c.epoch, c.quantity, c.value]} if isinstance(c, Diverged) else c for c in row]
            self.place = self.place.after(stored)
            self.place.total = [0.0] * len(self.members)
            if self.checkpoint.due():
                self._save()
            yield row

    def _order(self, member, epoch, n, steps):
        size = self.plan.batch_size
        order = permutation(member.plan.seed, epoch, n)[: steps * size].reshape(steps, size)
        return member.inputs.order(member.plan.seed, epoch, order)

    def _row(self, epoch, steps):
        share = round(self.place.seconds / (len(self.members) - len(self.ended)), 6)
        found = {name: self.loop.evaluate(name) for name in self.loop.splits if self.plan.due(name, epoch)}
        cells = []
        for i in range(len(self.members)):
            if i in self.ended:
                cells.append(None)
                continue
            row = {"epoch": epoch, "objective": self.place.total[i] / steps, "seconds": share}
            finals = {"objective": row["objective"]}
            for name, values in found.items():
                row |= {f"{name}_{c}": float(v) for c, v in zip(self.loop.task.columns, values[i], strict=True)}
                finals[f"{name} loss"] = float(values[i][0])
            wrong = next(((what, v) for what, v in finals.items() if not np.isfinite(v)), None)
            if wrong:
                self.ended[i] = row = Diverged(epoch, *wrong)
            cells.append(row)
        return cells
