"""JAX: pure steps over a state of three lists, compiled one at a time or as a `lax.scan` over a chunk."""

import jax
import numpy as np
from jax import numpy as jnp

from experiments.engine.chunks import padded
from experiments.engine.jax_functions import functions, looped
from experiments.engine.traits import has_convolutions

COMPILERS = ("auto", "xla", "step")


class Loop:
    """Compiled training and evaluation of one model."""

    def __init__(self, model, optimizer, arrays, compiler, task, inputs):
        optimizer.build(model.trainable_variables)
        self.model, self.optimizer = model, optimizer
        # An argument of the compiled functions, never a constant in them: XLA would copy it.
        self.data = jnp.asarray(arrays.x), jnp.asarray(arrays.y)

        step, evaluate, gradients, finite = functions(model, optimizer, task, inputs)

        def loop(state, data, order, count=None):
            count = len(order) if count is None else count
            return looped(lambda state, rows: step(state, data, rows), state, order, count)

        # On a CPU, XLA runs convolutions slower inside a loop than outside of one, and compiles the
        # newer, partitionable random numbers 20 times slower than the older ones (6 s a draw).
        self.cpu = jax.default_backend() == "cpu"
        self.scanned = compiler == "xla" or compiler == "auto" and not (self.cpu and has_convolutions(model))
        self.compiler = "XLA scan" if self.scanned else "XLA step"
        self._steps = jax.jit(loop if self.scanned else step, donate_argnums=0)
        self._evaluate = jax.jit(evaluate)
        self._gradients = jax.jit(gradients)
        self._finite = jax.jit(finite)

    def _state(self):
        """The variables behind the state: what trains, what a forward pass changes, the optimizer's."""
        return self.model.trainable_variables, self.model.non_trainable_variables, self.optimizer.variables

    def steps(self, order):
        """Train on the rows of `order`, one batch each; return their losses."""
        variables = self._state()
        state, losses = tuple([variable.value for variable in part] for part in variables), []
        with jax.threefry_partitionable(not self.cpu):
            if self.scanned and self.cpu:  # one program, in which a step is the same whatever the count
                state, losses = self._steps(state, self.data, padded(order), np.int32(len(order)))
            elif self.scanned:  # on a GPU a count that is unknown would have to be fetched from there at every step
                state, losses = self._steps(state, self.data, order)
            else:
                for rows in order:
                    state, loss = self._steps(state, self.data, rows)
                    losses.append(loss)
        # The old buffers were donated, so the model gets the new ones before anybody reads it.
        for part, values in zip(variables, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        return np.asarray(jax.device_get(losses), "float64")[: len(order)]

    def evaluate(self, x, y):
        """The task's sums over one batch of examples."""
        trainable, non_trainable, _ = ([variable.value for variable in part] for part in self._state())
        return np.asarray(self._evaluate(trainable, non_trainable, x, y), "float64")

    def put(self, array):
        """Return the array as it is held on the device."""
        return jnp.asarray(array)

    def finite(self):
        """Tell whether no variable of the model holds a NaN or an infinity."""
        trainable, non_trainable, _ = ([variable.value for variable in part] for part in self._state())
        return bool(self._finite(trainable, non_trainable))

    def gradients(self, x, y):
        """Gradient of the objective over one batch of examples, without randomness, by trainable variable."""
        trainable, non_trainable, _ = ([variable.value for variable in part] for part in self._state())
        return [np.asarray(gradient) for gradient in self._gradients(trainable, non_trainable, x, y)]
