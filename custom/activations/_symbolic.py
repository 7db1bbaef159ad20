"""Functions of tensors, applied to symbolic ones."""

import functools
import inspect
from collections.abc import Callable
from typing import TypeVar, cast

import keras

from .._registry import registered
from .._types import Config, Tensor

Function = TypeVar("Function", bound=Callable[..., Tensor])


@registered
class AppliedFunction(keras.Operation):
    """A function of this package in a functional model: `function(x, **arguments)`.

    Shapes: any shape in, the same shape out.

    Args:
        function: one of those of `custom.activations`.
        arguments: by name, all but the tensor.
        name: of the operation.
    """

    def __init__(self, function: Callable[..., Tensor], arguments: Config, name: str | None = None) -> None:
        super().__init__(name=name)
        self.function, self.arguments = function, arguments

    def call(self, x: Tensor) -> Tensor:
        return self.function(x, **self.arguments)

    def get_config(self) -> Config:
        function = keras.saving.serialize_keras_object(self.function)
        return {"function": function, "arguments": self.arguments, "name": self.name}

    @classmethod
    def from_config(cls, config: Config) -> "AppliedFunction":
        return cls(**{**config, "function": keras.saving.deserialize_keras_object(config["function"])})


def activation_function(function: Function) -> Function:
    """Register a function, and have it take a `keras.KerasTensor`, as those of `keras.ops` do."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def anywhere(x, *args, **kwargs):
        if isinstance(x, keras.KerasTensor):
            _, *arguments = signature.bind(x, *args, **kwargs).arguments.items()
            return AppliedFunction(anywhere, dict(arguments))(x)
        return function(x, *args, **kwargs)

    return cast(Function, registered(anywhere))
