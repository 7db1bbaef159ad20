"""Gradient sequences on which the optimizers are compared with their oracles, and compiled steps."""

import keras
import numpy as np

from tests.custom.backends import BACKEND

STEPS = 200


def gradient_sequences(steps=STEPS, seed=0):
    """By name: starting point and gradients of each step, in float64.

    Ranks 0 to 4, and the cases that break rules: mostly zeros, all zeros, alternating signs, and
    numbers so small or large that epsilon or an overflow would show. Those start at 0, so that their
    displacement is not lost beside the starting point.
    """
    rng = np.random.default_rng(seed)

    def normal(*shape, scale=1.0):
        return scale * rng.normal(size=(steps, *shape))

    alternating = np.where(np.arange(steps) % 2, 1.0, -1.0)[:, None] * np.array([0.1, 1.0, 10.0])
    return {
        "rank_0": (rng.normal(size=()), normal()),
        "rank_1": (rng.normal(size=3), normal(3)),
        "rank_2": (rng.normal(size=(2, 3)), normal(2, 3)),
        "rank_3": (np.zeros((2, 1, 3)), normal(2, 1, 3)),
        "rank_4": (np.zeros((2, 1, 2, 2)), normal(2, 1, 2, 2)),
        "sparse": (np.zeros(5), normal(5) * (rng.random((steps, 5)) < 0.1)),
        "zeros": (rng.normal(size=2), np.zeros((steps, 2))),
        "alternating": (np.zeros(3), alternating),
        "tiny": (np.zeros(3), normal(3, scale=1e-20)),
        "huge": (np.zeros(3), normal(3, scale=1e15)),
    }


def variables_of(sequences, dtype):
    return [keras.Variable(start.astype(dtype), dtype=dtype, name=name) for name, (start, _) in sequences.items()]


class Compiled:
    """A compiled step of an optimizer over its variables, which says how often it was traced.

    Called with the gradients; variables and optimizer hold the new values afterwards.
    """

    def __init__(self, optimizer, variables):
        self.optimizer, self.variables = optimizer, variables
        optimizer.build(variables)
        if BACKEND == "tensorflow":
            import tensorflow as tf

            self.function = tf.function(lambda *gs: optimizer.apply(gs, variables), jit_compile=False)
        elif BACKEND == "jax":
            import jax

            self.function = jax.jit(optimizer.stateless_apply)

    def __call__(self, *gradients):
        gradients = [keras.ops.convert_to_tensor(g) for g in gradients]
        if BACKEND == "tensorflow":
            self.function(*gradients)
        elif BACKEND == "jax":
            state = [[v.value for v in vs] for vs in (self.optimizer.variables, self.variables)]
            weights, state = self.function(state[0], gradients, state[1])
            for variable, value in zip([*self.variables, *self.optimizer.variables], [*weights, *state], strict=True):
                variable.assign(value)
        else:
            self.optimizer.apply(gradients, self.variables)

    def traces(self):
        if BACKEND == "tensorflow":
            return self.function.experimental_get_tracing_count()
        return self.function._cache_size() if BACKEND == "jax" else 1
