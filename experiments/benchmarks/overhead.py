"""Cost of a training step around its arithmetic: Keras's `fit`, this engine, plain PyTorch, side by side.

    python -m experiments.benchmarks.overhead --out reports/overhead_benchmark/overhead.json

Each contender is a process of its own, as a backend is chosen for a process; they take turns, none
while another works. A row gives the median time of a step. The peak is that of a product of two
large float32 matrices, measured in the same turns.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

from experiments.benchmarks.nets import NETS, operations
from experiments.benchmarks.overhead_contenders import PEAK, PLAIN
from experiments.files import write_atomically

# By name: backend, and what it does.
CONTENDERS = {
    "fit": ("tensorflow", "Keras fit, TensorFlow"),
    "fit_tuned": ("tensorflow", "Keras fit, TensorFlow, several steps per execution, the better compiler, oneDNN"),
    "engine_tensorflow": ("tensorflow", "engine, TensorFlow"),
    "fit_jax": ("jax", "Keras fit, JAX"),
    "engine_jax": ("jax", "engine, JAX"),
    "torch": ("torch", "PyTorch"),
}
CONVOLUTIONAL = ("lenet", "resnet", "nin_quarter")
STACKS = (1, 8, 32, 128)
STACKED = ("tiny", "small", "deep")
ACTIVATIONS = ("Linear", "ReLU", "LeakyReLU", "PReLU", "RReLU", "ELU", "GELU", "SiLU")


class Child:
    """A contender in a process of its own."""

    def __init__(self, backend, *arguments):
        environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", "experiments.benchmarks.overhead_contenders", *map(str, arguments)]
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
    """Return, by name, milliseconds a step, one a round after a first that is not counted."""
    times = {name: [] for name in children}
    for i in range(rounds + 1):
        for name in sorted(children, reverse=bool(i % 2)):
            took = children[name].milliseconds(seconds)
            if i:
                times[name].append(took)
    return times


def measured(makers, rounds, seconds):
    """Return median times, by name. `makers`: arguments of `Child` by name."""
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
    """Measure figures 1 and 2 of the page: each net, each contender, and the peak beside them."""
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
    options = parser.parse_args()
    from experiments.benchmarks import timing  # imports Keras, which the page has no need of

    environment = timing.environment(None)
    for part in options.part or PARTS:
        PARTS[part](options, lambda found, part=part: save(options.out, environment, part, found))


if __name__ == "__main__":
    main()
