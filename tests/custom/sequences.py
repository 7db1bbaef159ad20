"""Gradient sequences on which the optimizers are compared with their oracles."""

import keras
import numpy as np

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
