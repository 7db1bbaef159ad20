"""Forward and backward pass of each activation beside Keras's own form and beside ReLU.

    python -m experiments.benchmarks.activations --out reports/benchmarks/activations_tensorflow.json

The tensor is that of a convolution in a Network in Network: 128 images of 32 x 32 with 192 channels, 100
MB in float32. Compiled as training is: a `tf.function` without XLA (a network with convolutions on a
CPU; `--xla` for XLA), `jax.jit`, PyTorch eager. The contenders of a row take turns after a warm-up; a
row gives the median time, the median over the rounds of the ratios to Keras's form and to ReLU, and the
memory that a call needs beyond its input and upstream gradient.
"""

import argparse
import gc
import json
import subprocess
import sys
from functools import partial

import keras
import numpy as np
from keras import ops

from custom import activations as custom
from experiments.benchmarks import timing
from experiments.benchmarks.components import exported, required
from experiments.benchmarks.options import above_0, at_least_1
from experiments.runs import backend

BACKEND = keras.backend.backend()
SHAPE = (128, 32, 32, 192)


def training(layer):
    """Return the layer as it is while training."""
    return lambda x: layer(x, training=True)


def keras_prelu():
    """Return Keras's layer with the start and the sharing of ours."""
    return keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])


# Keras's form where another one than the function of the same name does the same.
KERAS = {
    "LeakyReLU": lambda: keras.layers.LeakyReLU(negative_slope=0.01),
    "PReLU": keras_prelu,
    "ELU": keras.layers.ELU,
    "GELU": lambda: partial(ops.gelu, approximate=False),
}
# Further forms of an activation, beside Keras's form of them.
FORMS = {
    "ELU": {"alpha 0.5": (partial(custom.ELU, 0.5), lambda: keras.layers.ELU(alpha=0.5))},
    "GELU": {
        "tanh form": (partial(custom.GELU, "tanh"), lambda: partial(ops.gelu, approximate=True)),
        "sigmoid form": (partial(custom.GELU, "sigmoid"), None),
    },
    "SiLU": {"learned beta": (partial(custom.SiLU, trainable=True), None)},
}


def contenders():
    """Return, by name, ours and Keras's form (`None`: it has none) of all activations that need no argument."""
    found = {}
    for name, cls in exported(custom, keras.layers.Layer).items():
        if required(cls):
            continue
        ours = (lambda cls=cls: training(cls(seed=0))) if issubclass(cls, custom.RandomActivation) else cls
        found[name] = (ours, KERAS.get(name) or keras_function(name))
        found |= {f"{name}, {form}": makers for form, makers in FORMS.get(name, {}).items()}
    return found


def keras_function(name):
    """Return a maker of Keras's function of the same name; `None` where it has none."""
    for function in dir(keras.activations):
        if function.replace("_", "") == name.lower() and hasattr(ops, function):
            return lambda: getattr(ops, function)
    return None


CONTENDERS = contenders()


def differentiated(make, x, upstream, xla):
    """Return a function that makes `n` forward and backward passes, weights included."""
    layer = make()
    layer(x[:1])  # builds it
    weights = list(getattr(layer, "trainable_variables", []))
    if BACKEND == "tensorflow":
        import tensorflow as tf

        @partial(tf.function, jit_compile=xla)
        def step(x, upstream):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            return y, tape.gradient(y, [x, *(v.value for v in weights)], upstream)

        def run(n):
            for _ in range(n):
                _, gradients = step(x, upstream)
            gradients[0][0, 0, 0, 0].numpy()

        return run
    if BACKEND == "jax":
        import jax

        def call(x, values, state):
            if isinstance(layer, keras.layers.Layer):
                return layer.stateless_call(values, state, x)[0]
            return layer(x)

        state = [v.value for v in getattr(layer, "non_trainable_variables", [])]

        @jax.jit
        def step(x, values, upstream):
            y, backward = jax.vjp(lambda x, values: call(x, values, state), x, values)
            return y, backward(upstream)

        values = [v.value for v in weights]

        def run(n):
            for _ in range(n):
                result = step(x, values, upstream)
            jax.block_until_ready(result)

        return run
    import torch

    x = x.detach().clone().requires_grad_()

    def run(n):
        for _ in range(n):
            torch.autograd.grad(layer(x), [x, *(v.value for v in weights)], upstream)

    return run


def makers_of(name):
    """Return what makes each contender of a row, ReLU too."""
    ours, keras_form = CONTENDERS[name]
    return {"custom": ours, **({"keras": keras_form} if keras_form else {}), "relu": lambda: ops.relu}


def tensors():
    """Return an input and an upstream gradient."""
    rng = np.random.default_rng(0)
    return [ops.convert_to_tensor(rng.standard_normal(SHAPE, dtype="float32")) for _ in range(2)]


def memory_of(name, who, xla):
    """Return the bytes of one contender's passes, from a fresh process: allocators keep what they once had."""
    command = [sys.executable, "-m", "experiments.benchmarks.activations", "--memory-of", name, who]
    done = subprocess.run(command + ["--xla"] * xla, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", help="file for the results, as JSON")
    parser.add_argument("--only", action="append", choices=CONTENDERS, help="activation; may be repeated")
    parser.add_argument("--rounds", type=at_least_1, default=15, help="turns of each contender (default: 15)")
    parser.add_argument("--seconds", type=above_0, default=0.1, help="length of a turn (default: 0.1)")
    parser.add_argument("--xla", action="store_true", help="compile by XLA on TensorFlow")
    parser.add_argument("--memory", action="store_true", help="measure peak memory, a process each")
    parser.add_argument("--memory-of", nargs=2, metavar=("NAME", "WHO"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.memory_of:  # which counts what is given back too
        backend.prepare()
    if options.memory_of:
        name, who = options.memory_of
        x, upstream = tensors()
        print(timing.peak_memory(differentiated(makers_of(name)[who], x, upstream, options.xla)))
        return
    environment = timing.environment(xla=BACKEND == "jax" or (BACKEND == "tensorflow" and options.xla))
    print(", ".join(f"{key} {value}" for key, value in environment.items()))
    x, upstream = tensors()
    rows = []
    for name in options.only or CONTENDERS:
        makers = makers_of(name)
        contenders = {who: differentiated(make, x, upstream, options.xla) for who, make in makers.items()}
        times = timing.measure(contenders, options.rounds, options.seconds)
        row = {
            "activation": name,
            "milliseconds": timing.medians(times),
            "ratio_to_relu": timing.ratios(times, "relu")["custom"],
            "ratio_to_keras": timing.ratios(times, "keras")["custom"] if "keras" in makers else None,
        }
        del contenders
        gc.collect()
        if options.memory:
            row["peak_bytes"] = {who: memory_of(name, who, options.xla) for who in makers if who != "relu"}
        rows.append(row)
        ratio = f"{row['ratio_to_keras'][1]:5.2f}" if "keras" in makers else "    -"
        memory = "".join(f"  {who} {b / 2**20:.0f} MiB" for who, b in row.get("peak_bytes", {}).items())
        print(
            f"{name:20} {row['milliseconds']['custom']:8.1f} ms  to Keras {ratio}"
            f"  to ReLU {row['ratio_to_relu'][1]:5.2f}{memory}",
            flush=True,
        )
    if options.out:
        with open(options.out, "w") as file:
            json.dump({"environment": environment, "results": rows}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
