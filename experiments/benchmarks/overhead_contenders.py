"""Contenders of the overhead benchmark: those that take the steps, each in a process of its own.

    python -m experiments.benchmarks.overhead_contenders KIND NET [MEMBERS OR ACTIVATION]

It says `ready` when it has compiled, and then answers each line of its input, a number of seconds, with the
steps made in about that time and the time they took.
"""

import functools
import os
import sys
import time

from experiments.benchmarks.nets import NETS, STEPS, data

PLAIN = "engine_plain"  # the engine on TensorFlow without oneDNN
FEW = 5  # steps at a time of nets with convolutions
LONG = 1000  # steps of an epoch of `fit` for nets without convolutions
PEAK = 3000  # rows and columns of the matrices


def arrays_of(net, seed=0):
    """Return the data as the engine takes it, scaled as it enters the network."""
    import numpy as np

    from experiments import engine

    x, y = data(net, seed)
    return engine.Arrays(x, y, {}, np.zeros((), "float32"), np.float32(1 / 255))


def fit(net, tuned):
    """Return Keras's own loop over the same data, scaled beforehand."""
    import keras
    import numpy as np

    from experiments.benchmarks.nets import keras_model, optimizer

    model = keras_model(net)
    x, y = data(net)
    chunk = FEW if net.convolutional else STEPS
    options = {"steps_per_execution": chunk, "jit_compile": not net.convolutional} if tuned else {}
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer(net), loss, **options)
    x = x.astype("float32") / 255
    if not net.convolutional:  # an epoch of as many steps as users have, as each costs something too
        x, y = np.tile(x, (LONG // STEPS, 1, 1, 1)), np.tile(y, LONG // STEPS)
    most = len(y) // net.batch

    def run(steps):
        for i in range(0, steps, most):
            n = min(most, steps - i) * net.batch
            model.fit(x[:n], y[:n], net.batch, verbose=0)
        return steps

    return run


def training(net, arrays, seed=0, activation=None):
    """Return the description of one run of the engine."""
    from experiments import engine
    from experiments.benchmarks.nets import keras_model, optimizer

    return engine.Training(keras_model(net, seed, activation), optimizer(net), arrays, engine.Plan(1, net.batch, seed))


def engine_steps(net, activation=None):
    """Return the engine's compiled chunk."""
    from experiments import engine
    from experiments.seeds import permutation

    arrays = arrays_of(net)
    loop = engine.Session([training(net, arrays, activation=activation)]).loop
    order = permutation(0, 1, len(arrays.x)).reshape(STEPS, 1, -1)

    def run(steps):
        for i in range(0, steps, STEPS):
            loop.steps(order[: steps - i])
        return steps

    return run


def stacked_steps(net, members):
    """Return the engine's chunk for so many runs at once; its time is that of a step of all."""
    import numpy as np

    from experiments.engine.stacked import StackedLoop
    from experiments.seeds import permutation

    arrays = arrays_of(net)
    loop, n = StackedLoop([training(net, arrays, seed) for seed in range(members)]), len(arrays.x)
    order = np.stack([permutation(seed, 1, n).reshape(STEPS, -1) for seed in range(members)], axis=1)

    def run(steps):
        steps = max(1, steps // STEPS) * STEPS
        for _ in range(steps // STEPS):
            loop.steps(order)
        return steps

    return run


def torch_steps(net):
    """Return a plain loop as PyTorch's users write it: fused optimizer, convolutions with channels last."""
    import torch

    from experiments.benchmarks.nets import torch_model

    layout = torch.channels_last if net.convolutional else torch.contiguous_format
    model = torch_model(net).to(memory_format=layout)
    makers = {
        "sgd": functools.partial(torch.optim.SGD, lr=0.01),
        "momentum": functools.partial(torch.optim.SGD, lr=0.01, momentum=0.9),
        "adam": functools.partial(torch.optim.Adam, lr=0.001),
    }
    optimizer = makers[net.optimizer](model.parameters(), fused=True)
    x, y = data(net)
    x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(memory_format=layout)
    y, order = torch.from_numpy(y).long(), torch.randperm(len(y)).reshape(STEPS, -1)
    loss = torch.nn.CrossEntropyLoss()

    def run(steps):
        for i in range(steps):
            index = order[i % STEPS]
            optimizer.zero_grad(set_to_none=True)
            loss(model(x[index].float() / 255), y[index]).backward()
            optimizer.step()
        return steps

    return run


def peak():
    """Return products of two large matrices; a step is one."""
    import tensorflow as tf

    a = tf.random.normal((PEAK, PEAK))
    product = tf.function(lambda a: tf.reduce_sum(tf.matmul(a, a)))

    def run(steps):
        for _ in range(steps):
            product(a).numpy()
        return steps

    return run


def worker(kind, name, extra):
    """Return the steps that a child process measures."""
    if kind == "peak":
        return peak()
    net = NETS[name]
    if kind.startswith("fit"):
        return fit(net, kind == "fit_tuned")
    if kind == "torch":
        return torch_steps(net)
    if kind == "stacked":
        return stacked_steps(net, int(extra))
    if kind == "activation":
        from custom import activations

        return engine_steps(net, getattr(activations, extra))
    return engine_steps(net)


def serve(kind, name, extra=None):
    """Answer each line, a number of seconds, with the steps made and the time they took."""
    from experiments.runs import backend

    if kind == PLAIN:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    if kind not in ("fit", "fit_jax"):  # as users have it, who know of no settings
        backend.prepare()
    run = worker(kind, name, extra)
    # Whole chunks, as XLA compiles anew for each other length; where it is not used, a few steps will do.
    unit = 2
    if name in NETS and kind not in ("torch", "peak"):
        unit = FEW if NETS[name].convolutional else STEPS
    run(unit)  # compiles
    print("ready", flush=True)
    pace = None
    for line in sys.stdin:
        steps = unit
        if pace:
            steps = max(1, round(float(line) / pace / unit)) * unit
        began = time.perf_counter()
        made = run(steps)
        taken = time.perf_counter() - began
        pace = taken / made
        print(made, taken, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
