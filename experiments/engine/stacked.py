"""Many runs of one architecture as one compiled program, on JAX.

The members of a stack are built one by one, as single runs are. Their variables are stacked along a
new first axis, and so are the plain numbers in which their layers and optimizers differ (a slope, a
momentum, a dropout rate); `jax.vmap` makes the step of one member that of all.
"""

import dataclasses

import jax
import numpy as np
from jax import numpy as jnp

from experiments import stopping
from experiments.engine import precision, state
from experiments.engine.chunks import LONGEST, padded
from experiments.engine.device import accelerator
from experiments.engine.differing import Differences, Unstackable
from experiments.engine.inputs import Inputs
from experiments.engine.jax_functions import functions, looped
from experiments.engine.single import EVALUATION_BATCH
from experiments.errors import UsageError


def _said(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"


def _same(arrays):
    """Tell whether all members train on the same numbers."""
    first = arrays[0]
    return all(a is first or a.shape == first.shape and np.array_equal(a, first) for a in arrays)


class Member:
    """One training of a stack, and what the engine makes for it."""

    def __init__(self, training):
        self.model, self.arrays, self.plan, self.task = training.model, training.arrays, training.plan, training.task
        self.optimizer = precision.scaled(training.model, training.optimizer)
        self.inputs = Inputs(training.arrays)

    @property
    def parts(self):
        """Variables: what trains, what a forward pass changes, the optimizer's."""
        return self.model.trainable_variables, self.model.non_trainable_variables, self.optimizer.variables


class StackedLoop:
    """The compiled step and evaluation of all members.

    Args:
        trainings: `Training`s; their plans differ in the seed only.

    Raises:
        Unstackable: they do not fit one program.
    """

    def __init__(self, trainings):
        members = [Member(training) for training in trainings]
        first = self.first = members[0]
        plans = [dataclasses.asdict(training.plan) | {"seed": None} for training in trainings]
        if any(plan != plans[0] for plan in plans):
            raise Unstackable("their plans differ")
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

        step, evaluate, _, finite = functions(first.model, first.optimizer, first.task, first.inputs)
        step, evaluate = self.differences.inside(step), self.differences.inside(evaluate)

        def steps(members, order, count, data, values):
            every = jax.vmap(step, in_axes=(0, 0, None if self.shared[""] else 0, 0))
            count = count if self.cpu else len(order)  # see the adapter
            return looped(lambda s, rows: every(values, s, data, rows), members, order, count)

        self.held = {}
        self.cpu = self.free = jax.default_backend() == "cpu"  # free: whether a chunk may have any length
        self.programs, self.given = {}, self.differences.values
        self._trace(steps)
        self._steps = jax.jit(steps, donate_argnums=0)
        self._finite = jax.jit(jax.vmap(finite))
        self._evaluate = {
            split: jax.jit(jax.vmap(evaluate, in_axes=(0, 0, 0, *([None if self.shared[split] else 0] * 2))))
            for split in self.splits
        }
        self.compiler = f"XLA scan, {len(members)} runs stacked"
        self.facts = {"compiler": self.compiler, "stacked": len(members)}
        self.orders, self.numbers = [member.inputs for member in members], self.differences.description

    def _trace(self, steps):
        """Find the form of the numbers that this program can be traced with."""
        errors = []
        for raw in (False, True) if self.given else (False,):
            self.differences.raw = raw
            try:
                with jax.threefry_partitionable(not self.cpu):
                    jax.eval_shape(steps, self.state, self._shape(1), np.int32(1), self.data, self.given)
                return
            except UsageError:
                raise
            except Exception as error:  # what cannot be traced fails in as many ways as there are layers
                stopping.check()
                errors.append(error)
        raise errors[0] if isinstance(errors[0], Unstackable) else Unstackable(_said(errors[-1])) from errors[-1]

    def _shape(self, steps):
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

    def _held(self, split, rows):
        """Return a part of a set; an accelerator keeps it from the first evaluation on."""
        if accelerator() is None:
            return self._arrays(split, rows)
        place = split, rows.start
        if place not in self.held:
            self.held[place] = self._arrays(split, rows)
        return self.held[place]

    def _program(self, shape):
        """The compiled chunk for an order of this shape."""
        if shape not in self.programs:
            order = jax.ShapeDtypeStruct(shape, "int32")
            with jax.threefry_partitionable(not self.cpu):
                self.programs[shape] = self._steps.lower(
                    self.state, order, np.int32(0), self.data, self.given
                ).compile()
        return self.programs[shape]

    def memory(self):
        """Return the bytes that a chunk needs, data included; `None` where the compiler does not say."""
        steps = LONGEST if self.free else min(LONGEST, len(self.first.arrays.x) // self.first.plan.batch_size)
        program = self._program(self._shape(steps).shape)
        found = program.memory_analysis()
        if found is None:
            return None
        return found.argument_size_in_bytes + found.output_size_in_bytes + found.temp_size_in_bytes

    def steps(self, order):
        """Train on `order` `(steps, members, batch, ...)`; return the losses of each step, one a member."""
        given = padded(order) if self.free else order
        program = self._program(given.shape)
        self.state, losses = program(self.state, given, np.int32(len(order)), self.data, self.given)
        return np.asarray(losses, "float64")[: len(order)]

    def evaluate(self, split):
        """Means of the task's loss and measures on one set, `(members, columns)`; sums over batches in float64."""
        n, total = len(self._pairs(split)[0][0]), 0.0
        for i in range(0, n, EVALUATION_BATCH):
            stopping.check()  # an evaluation may take minutes
            x, y = self._held(split, slice(i, i + EVALUATION_BATCH))
            total = total + np.asarray(self._evaluate[split](self.given, *self.state[:2], x, y), "float64")
        return total / n

    def finite(self):
        """Tell, by member, whether no variable of its model holds a NaN or an infinity."""
        return np.asarray(self._finite(*self.state[:2])).tolist()

    def culprit(self, i):
        """Return the first variable of a member that is not finite, by its path, and the first such value in it."""
        return self._variables().culprit([array[i] for array in self.values()])

    def _variables(self):
        return state.Variables.of(self.first.model, self.first.optimizer)

    def layout(self):
        """Return path, shape and dtype of each variable of one member."""
        return self._variables().layout()

    def values(self):
        """Return the state of all members, as arrays of NumPy."""
        found = [np.asarray(a) for part in self.state for a in part]
        return [a if a.dtype.isbuiltin == 1 else a.astype("float32") for a in found]

    def assign(self, arrays):
        """Put arrays back that `values` gave."""
        arrays = iter(arrays)
        self.state = tuple([jnp.asarray(next(arrays), a.dtype) for a in part] for part in self.state)
