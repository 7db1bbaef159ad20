"""Shared parts of the initialisers: seeds, dtypes, fans."""

import math

import keras
import numpy as np
from keras import ops

from .. import _checks
from .._types import Config, Seed, Tensor


class PaperInitializer(keras.initializers.Initializer):
    """Base of the initialisers: a subclass implements `draw`, in float32 or float64.

    Seeds are those of Keras: with an integer, or `None`, which draws one when the initialiser is made,
    every call gives the same values for one shape; a `keras.random.SeedGenerator` gives new ones.

    Args:
        seed: an integer, a `keras.random.SeedGenerator` or `None` (default).
    """

    def __init__(self, seed: Seed = None) -> None:
        self._given = seed = _seed(seed)
        self.seed = keras.initializers.RandomNormal(seed=seed).seed  # Keras's own way to draw one for `None`

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
        dtype = keras.backend.standardize_dtype(dtype)
        if "float" not in dtype:
            raise ValueError(f"Received: dtype={dtype!r}. Expected a floating dtype.")
        # Half precision has too few numbers to draw from: it is rounded to at the end.
        return ops.cast(self.draw(tuple(shape), "float64" if dtype == "float64" else "float32"), dtype)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        """Values of the given shape, a tuple, in `dtype`, "float32" or "float64"."""
        raise NotImplementedError(f"{type(self).__name__} does not state what it draws.")

    def seeds(self, count: int) -> list:
        """Seeds for `count` independent draws of one call."""
        if isinstance(self.seed, int):
            return integers(self.seed, count)
        return [self.seed] * count  # a generator moves on by itself

    def get_config(self) -> Config:
        return {**super().get_config(), "seed": keras.saving.serialize_keras_object(self._given)}


def _seed(seed):
    """`seed` as Keras takes it, or an error that quotes it."""
    if isinstance(seed, dict):
        seed = keras.saving.deserialize_keras_object(seed)
    if seed is None or isinstance(seed, keras.random.SeedGenerator):
        return seed
    if not _checks.whole(seed):
        raise ValueError(f"Received: seed={seed!r}. Expected an integer, a keras.random.SeedGenerator or None.")
    return int(seed)


def integers(seed: int | list[int], count: int) -> list[int]:
    """`count` seeds for independent draws, from one or more integers."""
    words = [number % 2**64 for number in (seed if isinstance(seed, list) else [seed])]
    return [int(word) >> 1 for word in np.random.SeedSequence(words).generate_state(count)]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """The numbers of inputs and of outputs of a unit, as Keras counts them, at least 1.

    A kernel is (..., inputs, outputs), where the axes in front are a convolution's window and count in both.
    """
    if len(shape) < 2:
        return (max(1, shape[0]), max(1, shape[0])) if shape else (1, 1)
    window = math.prod(shape[:-2])
    return max(1, window * shape[-2]), max(1, window * shape[-1])


def columns(shape: tuple[int, ...]) -> tuple[int, int]:
    """(inputs, units) of a kernel, each unit a column; or an error that quotes the shape."""
    if len(shape) < 2:
        raise ValueError(f"Received: shape={tuple(shape)}. Expected a kernel, (..., inputs, units).")
    return math.prod(shape[:-1]), shape[-1]


def normal(shape: tuple[int, ...], variance: float, dtype: str, seed: Seed) -> Tensor:
    """N(0, variance), not truncated."""
    return keras.random.normal(shape, 0.0, math.sqrt(variance), dtype=dtype, seed=seed)


def symmetric_uniform(shape: tuple[int, ...], limit: float, dtype: str, seed: Seed) -> Tensor:
    """U(-limit, limit)."""
    return keras.random.uniform(shape, -limit, limit, dtype=dtype, seed=seed)
