"""Names under which Keras saves the components and finds them again."""

from collections.abc import Callable
from typing import TypeVar

import keras

# The name of the distribution: `custom` alone is what anybody may call a package of their own.
PACKAGE = "activations_and_optimizers"
# What stood before the name in the files of version 0.2.0.
OLD_PACKAGE = "custom"

Thing = TypeVar("Thing", bound=Callable)


def registered(thing: Thing) -> Thing:
    """Register a class or a function under this package's name; a class also under its old one.

    An old name that something else has stays with it: a class of the user's is not taken for ours.
    """
    keras.saving.register_keras_serializable(PACKAGE)(thing)
    is_class = isinstance(thing, type)
    if is_class:
        keras.saving.get_custom_objects().setdefault(f"{OLD_PACKAGE}>{thing.__name__}", thing)
    return thing
