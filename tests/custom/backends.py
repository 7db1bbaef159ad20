"""Differences between the backends, in one place: gradients, compiled steps, fresh processes."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
from keras import ops

ROOT = pathlib.Path(__file__).resolve().parents[2]
BACKEND = keras.backend.backend()


def to_numpy(x):
    """`x` as a NumPy array; half-precision types become float32, which NumPy can compute in."""
    if isinstance(x, keras.Variable):
        x = x.value
    if keras.backend.standardize_dtype(x.dtype) in ("float16", "bfloat16"):
        x = ops.cast(x, "float32")
    if hasattr(x, "detach"):
        x = x.detach().cpu()
    # Keras's own way asks NumPy 2 for a conversion that TensorFlow and PyTorch warn about, each time.
    return np.array(x.numpy() if hasattr(x, "numpy") else x)


def value_and_gradient(function, x, upstream=None):
    """`function(x)` and the automatic gradient of sum(upstream * function(x)), of the same pass."""
    x = ops.convert_to_tensor(x)

    def weighted_sum(y):
        return ops.sum(y if upstream is None else y * ops.convert_to_tensor(upstream, dtype=y.dtype))

    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
            loss = weighted_sum(y)
        return y, tape.gradient(loss, x)
    if BACKEND == "torch":
        import torch

        x = x.detach().clone().requires_grad_()
        y = function(x)
        return y.detach(), torch.autograd.grad(weighted_sum(y), x)[0]
    import jax

    def loss_and_value(x):
        y = function(x)
        return weighted_sum(y), y

    (_, y), gradient = jax.value_and_grad(loss_and_value, has_aux=True)(x)
    return y, gradient


def compiled(function, xla=True):
    """`function` as the backend compiles it; PyTorch, which runs here without a compiler, as it is."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=xla)
    if BACKEND == "jax":
        import jax

        return jax.jit(function)
    return function


def weight_gradients(layer, x, upstream):
    """Automatic gradients of sum(upstream * layer(x)) in the layer's trainable weights."""
    layer(x)  # builds it
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = ops.sum(layer(x) * upstream)
        return tape.gradient(loss, [v.value for v in layer.trainable_variables])
    if BACKEND == "torch":
        import torch

        loss = ops.sum(layer(x) * ops.convert_to_tensor(upstream))
        return torch.autograd.grad(loss, [v.value for v in layer.trainable_variables])
    import jax

    def loss(values):
        return ops.sum(layer.stateless_call(values, [], x)[0] * upstream)

    return jax.grad(loss)([v.value for v in layer.trainable_variables])


def compiled_trajectory(optimizer, variables, sequences):
    """Apply the gradients step by step; return, for each variable, its values stacked by step.

    Compiled as the backend compiles a training loop, so that 200 steps take a fraction of a second
    and the rules are tested in the form in which they train.
    """
    optimizer.build(variables)
    points = [[] for _ in variables]
    for gradients in zip(*sequences, strict=True):
        tensors = [ops.convert_to_tensor(g, dtype=v.dtype) for g, v in zip(gradients, variables, strict=True)]
        if BACKEND == "tensorflow":
            if not points[0]:
                import tensorflow as tf

                apply = tf.function(lambda *gs: optimizer.apply(gs, variables), jit_compile=False)
            apply(*tensors)
            values = variables
        elif BACKEND == "jax":
            if not points[0]:
                import jax

                apply = jax.jit(optimizer.stateless_apply)
                values, state = [v.value for v in variables], [v.value for v in optimizer.variables]
            values, state = apply(state, tensors, values)
        else:
            optimizer.apply(tensors, variables)
            values = variables
        for trace, value in zip(points, values, strict=True):
            trace.append(to_numpy(value))
    if BACKEND == "jax":
        for variable, value in zip(optimizer.variables, state, strict=True):
            variable.assign(value)
    return [np.stack(trace) for trace in points]


def run_fresh(script, *arguments):
    """Run `script` in a new interpreter on the same backend; its standard error is in the failure."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": BACKEND},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout
