"""Types of the public interface.

Keras gives tensors no type of their own: they are the backend's.
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, TypeAlias

import keras

# A tensor of the backend, a `keras.Variable`, a `keras.KerasTensor`, or what `keras.ops` makes a tensor of.
Tensor: TypeAlias = Any
Shape: TypeAlias = tuple[int | None, ...]
Seed: TypeAlias = int | keras.random.SeedGenerator | None
Config: TypeAlias = dict[str, Any]
Store: TypeAlias = MutableMapping[str, Any]
Initializer: TypeAlias = str | Config | keras.initializers.Initializer | Callable[..., Tensor]
LearningRate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule | Callable[[], Tensor]
Momentum: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule
Patterns: TypeAlias = str | Sequence[str]
