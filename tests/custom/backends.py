"""Differences between the backends, in one place: gradients, compiled steps, fresh processes."""

import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

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
    stacked = [ops.convert_to_tensor(np.stack(g), dtype=v.dtype) for g, v in zip(sequences, variables, strict=True)]
    steps = len(sequences[0])
    if BACKEND == "tensorflow":
        import tensorflow as tf

        def step(i, *arrays):
            optimizer.apply([g[i] for g in stacked], variables)
            return i + 1, *(array.write(i, v.value) for array, v in zip(arrays, variables, strict=True))

        @tf.function(autograph=False, jit_compile=False)
        def train():
            arrays = [tf.TensorArray(v.dtype, steps) for v in variables]
            _, *arrays = tf.while_loop(lambda i, *_: i < steps, step, (0, *arrays), parallel_iterations=1)
            return [array.stack() for array in arrays]

        return [to_numpy(values) for values in train()]
    if BACKEND == "jax":
        import jax

        apply = jax.jit(optimizer.stateless_apply)
        values, state = [v.value for v in variables], [v.value for v in optimizer.variables]
    points = [[] for _ in variables]
    for t in range(steps):
        gradients = [g[t] for g in stacked]
        if BACKEND == "jax":
            values, state = apply(state, gradients, values)
        else:
            optimizer.apply(gradients, variables)
            values = variables
        for trace, value in zip(points, values, strict=True):
            trace.append(to_numpy(value))
    if BACKEND == "jax":
        for variable, value in zip(optimizer.variables, state, strict=True):
            variable.assign(value)
    return [np.stack(trace) for trace in points]


# Reads jobs, a line each, and runs them in forks of itself: an interpreter that has imported Keras and its backend,
# which is most of the time that a script takes, and used nothing of them.
INTERPRETER = """
import json, os, sys, traceback
import keras
sys.stdout.write("ready\\n")
sys.stdout.flush()
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if not child:
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(job[name], os.O_WRONLY | os.O_CREAT), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv, code = ["-c", *job["arguments"]], 0
        try:
            exec(job["script"], {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.stdout.write(f"{os.waitpid(child, 0)[1]}\\n")
    sys.stdout.flush()
"""


@functools.cache
def _interpreter(environment):
    """One for all scripts with the same environment; its end of input ends it with this process."""
    environment = {**dict(environment), "PYTHONPATH": str(ROOT), "KERAS_BACKEND": BACKEND}
    process = subprocess.Popen(
        [sys.executable, "-c", INTERPRETER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def run_fresh(script, *arguments):
    """Run `script` where Keras and its backend are imported, and nothing else; its standard error is in the failure."""
    process = _interpreter(tuple(sorted((k, v) for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST")))
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = (pathlib.Path(folder) / name for name in ("stdout", "stderr"))
        job = {"script": script, "arguments": [*map(str, arguments)], "stdout": str(stdout), "stderr": str(stderr)}
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        code = process.stdout.readline().strip()
        assert code == "0", stderr.read_text()[-4000:]
        return stdout.read_text()
