"""What a training step costs around its arithmetic: Keras's `fit`, this engine, plain PyTorch, side by side.

    python -m experiments.benchmarks.overhead --out reports/overhead_benchmark/overhead.json

Each contender is a process of its own, as a backend is chosen for a process; they take turns, none
while another works. A row gives the median time of a step. The peak is that of a product of two
large float32 matrices, measured in the same turns.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time

from experiments.benchmarks.nets import NETS, STEPS, data, operations
from experiments.harness.store import write_atomically

# By name: backend, and what it does.
CONTENDERS = {
    "fit": ("tensorflow", "Keras fit, TensorFlow"),
    "fit_tuned": ("tensorflow", "Keras fit, TensorFlow, several steps per execution, the better compiler, oneDNN"),
    "engine_tensorflow": ("tensorflow", "engine, TensorFlow"),
    "fit_jax": ("jax", "Keras fit, JAX"),
    "engine_jax": ("jax", "engine, JAX"),
    "torch": ("torch", "PyTorch"),
}
PLAIN = "engine_plain"  # the engine on TensorFlow without oneDNN
CONVOLUTIONAL = ("lenet", "resnet", "nin_quarter")
STACKS = (1, 8, 32, 128)
STACKED = ("tiny", "small", "deep")
ACTIVATIONS = ("Linear", "ReLU", "LeakyReLU", "PReLU", "RReLU", "ELU", "GELU", "SiLU")
FEW = 5  # steps at a time of nets with convolutions
LONG = 1000  # steps of an epoch of `fit` for nets without convolutions
PEAK = 3000  # rows and columns of the matrices


def arrays_of(net, seed=0):
    import numpy as np

    from experiments.harness import engine

    x, y = data(net, seed)
    return engine.Arrays(x, y, {}, np.zeros((), "float32"), np.float32(1 / 255))


def fit(net, tuned):
    """Keras's own loop over the same data, scaled beforehand."""
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


def engine_steps(net, activation=None):
    """The engine's compiled chunk."""
    import importlib

    import keras

    from experiments.benchmarks.nets import keras_model, optimizer
    from experiments.harness.engine.inputs import Inputs
    from experiments.harness.engine.task import CLASSIFICATION
    from experiments.harness.seeds import permutation

    adapter = importlib.import_module(f"experiments.harness.engine.{keras.backend.backend()}_adapter")
    arrays = arrays_of(net)
    loop = adapter.Loop(keras_model(net, 0, activation), optimizer(net), arrays, "auto", CLASSIFICATION, Inputs(arrays))
    order = permutation(0, 1, len(arrays.x)).reshape(STEPS, -1)

    def run(steps):
        for i in range(0, steps, STEPS):
            loop.steps(order[: steps - i])
        return steps

    return run


def stacked_steps(net, members):
    """The engine's chunk for so many runs at once; its time is that of a step of all."""
    from experiments.benchmarks.nets import keras_model, optimizer
    from experiments.harness.engine.base import Member, Plan
    from experiments.harness.engine.stacked import Loop
    from experiments.harness.engine.task import CLASSIFICATION
    from experiments.harness.seeds import permutation

    arrays = arrays_of(net)
    runs = [
        Member(keras_model(net, seed), optimizer(net), arrays, Plan(1, net.batch, seed), {}, CLASSIFICATION)
        for seed in range(members)
    ]
    loop, n = Loop(runs), len(arrays.x)
    import numpy as np

    order = np.stack([permutation(seed, 1, n).reshape(STEPS, -1) for seed in range(members)], axis=1)

    def run(steps):
        steps = max(1, steps // STEPS) * STEPS
        for _ in range(steps // STEPS):
            loop.steps(order)
        return steps

    return run


def torch_steps(net):
    """A plain loop as PyTorch's users write it: fused optimizer, convolutions with channels last."""
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
    """Products of two large matrices; a step is one."""
    import tensorflow as tf

    a = tf.random.normal((PEAK, PEAK))
    product = tf.function(lambda a: tf.reduce_sum(tf.matmul(a, a)))

    def run(steps):
        for _ in range(steps):
            product(a).numpy()
        return steps

    return run


def worker(kind, name, extra):
    """What a child process measures."""
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


def serve(kind, name, extra):
    """Answer each line, a number of seconds, with the steps made and the time they took."""
    from experiments.harness import backend

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


class Child:
    """A contender in a process of its own."""

    def __init__(self, backend, *arguments):
        environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", "experiments.benchmarks.overhead", "--serve", *map(str, arguments)]
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ready(self):
        """Wait until it has compiled."""
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.process.args)} ended with code {self.process.wait()}")
        return line.split()

    def milliseconds(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        made, taken = self.answer()
        return 1e3 * float(taken) / int(made)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()


def side_by_side(children, rounds, seconds):
    """By name: milliseconds a step, one a round after a first that is not counted."""
    times = {name: [] for name in children}
    for i in range(rounds + 1):
        for name in sorted(children, reverse=bool(i % 2)):
            took = children[name].milliseconds(seconds)
            if i:
                times[name].append(took)
    return times


def measured(makers, rounds, seconds):
    """`makers`: arguments of `Child` by name. Median times, by name."""
    children = {}
    try:
        for name, arguments in makers.items():
            children[name] = Child(*arguments)
        for child in children.values():
            child.ready()
        times = side_by_side(children, rounds, seconds)
        return {name: {"milliseconds": statistics.median(t)} for name, t in times.items()}
    finally:
        for child in children.values():
            child.__exit__()


def table(options, keep):
    """Figures 1 and 2 of the page: each net, each contender, and the peak beside them."""
    rows = []
    for name in options.net or [n for n in NETS if n != "tiny"]:
        makers = {who: (backend, who, name) for who, (backend, _) in CONTENDERS.items()}
        if NETS[name].convolutional:
            del makers["fit_jax"]  # XLA's convolutions, as in `fit`
        makers["peak"] = ("tensorflow", "peak", name)
        found = measured(makers, options.rounds, options.seconds)
        best = 2 * PEAK**3 / (found.pop("peak")["milliseconds"] / 1e3)
        rows.append({"net": name, "operations": operations(NETS[name]), "peak": best, "contenders": found})
        text = "  ".join(f"{who} {value['milliseconds']:.3g}" for who, value in found.items())
        print(f"{NETS[name].title:28} {text}  peak {best / 1e9:.0f} GFLOP/s", flush=True)
        keep(rows)


def onednn(options, keep):
    rows = []
    for name in options.net or CONVOLUTIONAL:
        if name not in CONVOLUTIONAL:
            continue
        makers = {kind: ("tensorflow", kind, name) for kind in (PLAIN, "engine_tensorflow")}
        rows.append({"net": name, "contenders": measured(makers, options.rounds, options.seconds)})
        times = {who: round(v["milliseconds"], 1) for who, v in rows[-1]["contenders"].items()}
        print(f"{NETS[name].title:28}", times, flush=True)
        keep(rows)


def stacks(options, keep):
    rows = []
    for name in options.net or STACKED:
        if name not in STACKED:
            continue
        makers = {str(m): ("jax", "stacked", name, m) for m in STACKS}
        found = measured(makers | {"single": ("jax", "engine_jax", name)}, options.rounds, options.seconds)
        rows.append({"net": name, "members": found})
        print(f"{NETS[name].title:28}", {m: round(v["milliseconds"], 3) for m, v in found.items()}, flush=True)
        keep(rows)


def activations(options, keep):
    makers = {a: ("tensorflow", "activation", "nin_quarter", a) for a in ACTIVATIONS}
    found = measured(makers, options.rounds, options.seconds)
    print({a: round(v["milliseconds"], 1) for a, v in found.items()}, flush=True)
    keep(found)


PARTS = {"table": table, "onednn": onednn, "stacks": stacks, "activations": activations}


def save(path, environment, part, found):
    """Put a part's results, as far as they are, into the file; what it holds of other parts stays."""
    if not path:
        return
    results = {}
    if os.path.exists(path):
        with open(path) as file:
            results = json.load(file)
    write_atomically(path, json.dumps(results | {"environment": environment, part: found}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", help="file for the results, as JSON; parts that are not measured now stay as they are")
    parser.add_argument("--part", action="append", choices=PARTS, help="what to measure; may be repeated")
    parser.add_argument("--net", action="append", choices=NETS, help="network to measure; may be repeated")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (default: 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a turn (default: 1)")
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        kind, name, extra = (*options.serve, None, None)[:3]
        serve(kind, name, extra)
        return
    from experiments.benchmarks import timing

    environment = timing.environment(None)
    for part in options.part or PARTS:
        PARTS[part](options, lambda found, part=part: save(options.out, environment, part, found))


if __name__ == "__main__":
    main()
