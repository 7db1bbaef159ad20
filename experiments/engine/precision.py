"""Floating-point formats: which one a run computes in, loss scaling for float16, evaluation in full precision."""

import contextlib

import keras

from experiments.errors import UsageError, unknown

# What a script's `precision` setting may be, and the Keras dtype policy that it stands for. TensorFloat-32 is
# float32 in memory; the GPU's matrix products and convolutions round their factors to 10 bits.
POLICIES = {
    "float32": "float32",
    "tf32": "float32",
    "mixed_bfloat16": "mixed_bfloat16",
    "mixed_float16": "mixed_float16",
    "float64": "float64",
}


def policy(precision):
    """The Keras dtype policy of a `precision` setting."""
    if precision not in POLICIES:
        raise unknown("precision", precision, POLICIES)
    return POLICIES[precision]


def set_tf32(wanted, accelerator):
    """Make the backend's matrix products round their factors to TensorFloat-32, or keep them from it.

    TensorFlow and PyTorch's convolutions do so unasked on a GPU that can, and JAX's products too.

    Raises:
        UsageError: wanted where there is no GPU.
    """
    if wanted and accelerator is None:
        raise UsageError("Received: precision='tf32' without a GPU. Expected 'float32': TensorFloat-32 is a GPU's.")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(wanted)
    elif backend == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "tensorfloat32" if wanted else "float32")
    elif backend == "torch":
        import torch

        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = wanted


def scaled(model, optimizer):
    """The optimizer; within one that scales the loss, if a layer computes in float16, whose range is small."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    if any(layer.compute_dtype == "float16" for layer in model._flatten_layers()):
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


@contextlib.contextmanager
def full(model):
    """While the block runs or is traced, layers of mixed precision compute in the precision of their weights."""
    mixed = [x for x in model._flatten_layers() if x.compute_dtype != x.variable_dtype]
    kept = [layer.dtype_policy for layer in mixed]
    try:
        for layer in mixed:
            layer.dtype_policy = layer.variable_dtype
        yield
    finally:
        for layer, before in zip(mixed, kept, strict=True):
            layer.dtype_policy = before
