"""Traits of a model that decide how it is compiled, or that it must not be."""

import keras

from experiments.errors import UsageError

CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)


def has_convolutions(model):
    """Tell whether the model, or a model nested in it, has convolutions: kernels of rank 3 and more."""
    return any(len(variable.shape) > 2 for variable in model.weights if "kernel" in variable.name)


def has_randomness(model):
    """Tell whether the model, or a model nested in it, draws random numbers while it trains."""
    return any(variable.name == "seed_generator_state" for variable in model.non_trainable_variables)


def check_convolutions(model):
    """Refuse what oneDNN, which computes convolutions on a CPU for TensorFlow and PyTorch, does wrong.

    The gradient of a 1x1 convolution with a stride and fewer input channels than a vector register has
    numbers (8 or 16) is written beyond its memory: wrong numbers, or a crash at some later time
    (github.com/uxlfoundation/oneDNN, issue 6035).
    """
    for layer in model._flatten_layers():
        if not isinstance(layer, CONVOLUTIONS) or max(layer.kernel_size) > 1 or max(layer.strides) == 1:
            continue
        channels = layer.kernel.shape[-2]
        if channels < 16:
            raise UsageError(
                f"Received: the layer {layer.name!r}, a convolution of size 1 with strides {tuple(layer.strides)} on "
                f"{channels} channels, whose gradient oneDNN computes wrongly on a CPU. Expected 16 channels or more, "
                "or the pixels taken first (AveragePooling2D(1, strides)) and a convolution without strides."
            )
