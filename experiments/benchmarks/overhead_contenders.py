"""Contenders of the overhead benchmark: those that take the steps, each in a process of its own.

    python -m experiments.benchmarks.overhead_contenders KIND NET [MEMBERS, ACTIVATION OR PRECISION]

It says `ready` when it has compiled, with the accelerator that it uses, and then answers each line of its
input, a number of seconds, with the steps made in about that time and the time they took.
"""

import contextlib
import functools
import os
import sys
import time

from experiments.benchmarks.nets import NETS, STEPS, data

PLAIN = "engine_plain"  # the engine on TensorFlow without oneDNN
FEW = 5  # steps at a time of nets with convolutions
LONG, LARGE = 1000, 2**29  # steps of an epoch of `fit` for nets without convolutions, and bytes of its images
PEAK, GPU_PEAK = 3000, 8192  # rows and columns of the matrices


def arrays_of(net, seed=0):
    """Return the data as the engine takes it, scaled as it enters the network."""
    import numpy as np

    from experiments import engine

    x, y = data(net, seed)
    return engine.Arrays(x, y, {}, np.zeros((), "float32"), np.float32(1 / 255))


def fit(net, tuned):
    """Return Keras's own loop over the same data, scaled beforehand."""
    import numpy as np

    from experiments.benchmarks.nets import keras_loss, keras_model, optimizer

    model = keras_model(net)
    x, y = data(net)
    chunk = FEW if net.convolutional else STEPS
    options = {"steps_per_execution": chunk, "jit_compile": not net.convolutional} if tuned else {}
    model.compile(optimizer(net), keras_loss(net), **options)
    x = x.astype("float32") / 255
    if net.task == "inputs":
        y = x.reshape(len(x), -1)
    if not net.convolutional:  # an epoch of as many steps as users have, as each costs something too
        times = max(1, min(LONG // STEPS, LARGE // x.nbytes))
        x, y = (np.concatenate([array] * times) for array in (x, y))
    most = len(y) // net.batch

    def run(steps):
        for i in range(0, steps, most):
            n = min(most, steps - i) * net.batch
            model.fit(x[:n], y[:n], net.batch, verbose=0)
        return steps

    return run


def training(net, arrays, seed=0, activation=None, precision="float32"):
    """Return the description of one run of the engine; `precision`: `"float32"`, `"tf32"`, `"bfloat16"`."""
    import keras

    from experiments import engine
    from experiments.benchmarks.nets import keras_model, optimizer, task

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    try:
        model = keras_model(net, seed, activation)
    finally:
        keras.config.set_dtype_policy(before)
    plan = engine.Plan(1, net.batch, seed, tf32=precision == "tf32")
    return engine.Training(model, optimizer(net), arrays, plan, task(net))


def engine_steps(net, activation=None, precision="float32"):
    """Return the engine's compiled chunk."""
    from experiments import engine
    from experiments.seeds import permutation

    arrays = arrays_of(net)
    loop = engine.Session([training(net, arrays, activation=activation, precision=precision)]).loop
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


def torch_steps(net, *, last=True, compiled=False, precision="float32", device="cpu"):
    """Return a plain loop as PyTorch's users write it: fused optimizer, data on the device.

    Args:
        net: a `Net`.
        last: whether the channels of a convolution's images come last in memory.
        compiled: whether forward and backward pass are compiled.
        precision: `"float32"`, `"tf32"`, or `"bfloat16"` (autocast).
        device: of model and data.
    """
    import torch

    from experiments.benchmarks.torch_nets import torch_loss, torch_model

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.benchmark = True
    narrow = functools.partial(torch.autocast, device, torch.bfloat16) if precision == "bfloat16" else _as_it_is
    layout = torch.channels_last if net.convolutional and last else torch.contiguous_format
    model = torch_model(net).to(device, memory_format=layout)
    makers = {
        "sgd": functools.partial(torch.optim.SGD, lr=0.01),
        "momentum": functools.partial(torch.optim.SGD, lr=0.01, momentum=0.9),
        "adam": functools.partial(torch.optim.Adam, lr=0.001),
    }
    optimizer = makers[net.optimizer](model.parameters(), fused=True)
    x, y = data(net)
    x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(memory_format=layout).to(device)
    y = torch.from_numpy(y.astype("int64") if net.task == "classes" else y).to(device)
    order = torch.randperm(len(y), device=device).reshape(STEPS, -1)
    of_outputs = torch_loss(net)

    def loss(x, y):
        with narrow():
            return of_outputs(model(x.float() / 255), y)

    loss = torch.compile(loss) if compiled else loss

    def run(steps):
        for i in range(steps):
            index = order[i % STEPS]
            optimizer.zero_grad(set_to_none=True)
            loss(x[index], y[index]).backward()
            optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        return steps

    return run


def _as_it_is():
    return contextlib.nullcontext()


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


def gpu_peak(precision, size=GPU_PEAK, device="cuda"):
    """Return products of two large matrices in a precision, on a GPU."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    a = torch.randn(size, size, device=device, dtype=torch.bfloat16 if precision == "bfloat16" else torch.float32)

    def run(steps):
        for _ in range(steps):
            product = a @ a
        product[0, 0].item()
        return steps

    return run


def worker(kind, name, extra):
    """Return the steps that a child process measures."""
    from custom import activations

    net = NETS[name]
    makers = {
        "peak": peak,
        "fit": lambda: fit(net, False),
        "fit_jax": lambda: fit(net, False),
        "fit_tuned": lambda: fit(net, True),
        "torch": lambda: torch_steps(net),
        "torch_compiled": lambda: torch_steps(net, compiled=True),
        "torch_first": lambda: torch_steps(net, last=False),
        "torch_first_compiled": lambda: torch_steps(net, last=False, compiled=True),
        "stacked": lambda: stacked_steps(net, int(extra)),
        "activation": lambda: engine_steps(net, getattr(activations, extra)),
        "gpu_engine": lambda: engine_steps(net, precision=extra),
        "gpu_torch": lambda: torch_steps(net, compiled=True, precision=extra, device="cuda"),
        "gpu_peak": lambda: gpu_peak(extra),
    }
    return makers.get(kind, lambda: engine_steps(net))()


def steps_at_once(kind, name):
    """Return how many steps a turn is a multiple of.

    Whole chunks, as XLA compiles anew for each other length; where it is not used, a few steps will do.
    """
    if kind == "gpu_engine":
        return STEPS
    if name not in NETS or "torch" in kind or "peak" in kind:
        return 2
    return FEW if NETS[name].convolutional else STEPS


def serve(kind, name, extra=None):
    """Answer each line, a number of seconds, with the steps made and the time they took."""
    from experiments.runs import backend

    if kind == PLAIN:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    if kind not in ("fit", "fit_jax"):  # as users have it, who know of no settings
        backend.prepare()
    device = ""
    if kind.startswith("gpu_"):
        from experiments.engine.device import accelerator

        device = accelerator()
        if device is None:
            raise SystemExit(f"{os.environ['KERAS_BACKEND']} sees no GPU")
    run = worker(kind, name, extra)
    unit = steps_at_once(kind, name)
    run(unit)  # compiles
    print("ready", device, flush=True)
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
