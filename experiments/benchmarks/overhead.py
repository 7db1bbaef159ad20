"""Cost of a training step around its arithmetic: Keras's `fit`, this engine, plain PyTorch, side by side.

    python -m experiments.benchmarks.overhead --out reports/overhead_benchmark/overhead.json
    KERAS_BACKEND=jax python -m experiments.benchmarks.overhead --device gpu --out FILE

Each contender is a process of its own, as a backend is chosen for a process; they take turns, none
while another works. A row gives the median time of a step, and the interval of its ratio to the engine's over
the turns. The peak is that of a product of two large matrices, measured in the same turns. A contender
that dies says why in its cell, and the others go on.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile

from experiments.benchmarks.nets import NETS, operations
from experiments.benchmarks.options import above_0, at_least_1
from experiments.benchmarks.overhead_contenders import GPU_PEAK, PEAK, PLAIN
from experiments.files import write_atomically

# By name: backend, and what it does.
CONTENDERS = {
    "fit": ("tensorflow", "Keras fit, TensorFlow"),
    "fit_tuned": ("tensorflow", "Keras fit, TensorFlow, several steps per execution, the better compiler, oneDNN"),
    "engine_tensorflow": ("tensorflow", "engine, TensorFlow"),
    "fit_jax": ("jax", "Keras fit, JAX"),
    "engine_jax": ("jax", "engine, JAX"),
    "torch": ("torch", "PyTorch, channels last where there are convolutions"),
    "torch_compiled": ("torch", "PyTorch, the same, compiled"),
    "torch_first": ("torch", "PyTorch, channels first"),
    "torch_first_compiled": ("torch", "PyTorch, channels first, compiled"),
}
ENGINE = "engine_tensorflow"
CONVOLUTIONAL = ("lenet", "resnet", "nin_quarter")
# By the profiler, which sees one kernel in a network that XLA compiles.
PROFILED = ("lenet", "resnet", "cuda_half", "responses", "stages", "branched", "nin_quarter")
STACKS = (1, 8, 32, 128)
STACKED = ("tiny", "small", "deep")
ACTIVATIONS = ("Linear", "ReLU", "LeakyReLU", "PReLU", "RReLU", "ELU", "GELU", "SiLU")
# On a GPU: what ten minutes are enough for, and who takes part.
GPU_NETS = ("wide", "lenet", "responses", "stages", "resnet", "branched", "nin")
GPU_CONTENDERS = {
    "engine_jax": ("jax", "gpu_engine"),
    "engine_tensorflow": ("tensorflow", "gpu_engine"),
    "torch": ("torch", "gpu_torch"),
    "peak": ("torch", "gpu_peak"),
}
PRECISIONS = ("tf32", "bfloat16")
MACHINE = ("processor", "cores", "keras")  # what rows of one table share
SECONDS = {"cpu": 1.0, "gpu": 0.3}  # length of a turn
# One GPU is shared by the processes of a row; none of them may take all of its memory.
ENVIRONMENT = {
    "cpu": {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"},
    "gpu": {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"},
}


class Died(RuntimeError):
    """A contender has ended; says with what code, and why."""


class Child:
    """A contender in a process of its own."""

    def __init__(self, backend, *arguments, device="cpu"):
        environment = {**os.environ, **ENVIRONMENT[device], "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", "experiments.benchmarks.overhead_contenders", *map(str, arguments)]
        self.errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def ready(self):
        """Wait until it has compiled; return the accelerator that it uses, or nothing."""
        return " ".join(self.answer()[1:])

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Died(f"{' '.join(self.process.args[2:])} ended with code {self.process.wait()}: {self._why()}")
        return line.split()

    def _why(self):
        """The last line of what it wrote to stderr: that of the traceback."""
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        return lines[-1][:300] if lines else "it did not say why"

    def milliseconds(self, seconds):
        with contextlib.suppress(OSError):  # it is gone: `answer` tells why
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
        made, taken = self.answer()
        return 1e3 * float(taken) / int(made)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def side_by_side(children, rounds, seconds, failed):
    """Return, by name, milliseconds a step, one a round after a first that is not counted.

    A child that dies stands in `failed`, with the reason, and has no times.
    """
    times = {name: [] for name in children}
    for i in range(rounds + 1):
        for name in sorted(times, reverse=bool(i % 2)):
            try:
                took = children[name].milliseconds(seconds)
            except Died as error:
                failed[name] = str(error)
                del times[name]
                continue
            if i:
                times[name].append(took)
    return times


def measured(makers, rounds, seconds, references=None, device="cpu"):
    """Return, by name, the median of the times and, as `[low, median, high]`, of their ratios to another's.

    Args:
        makers: arguments of `Child` by name.
        rounds, seconds: turns of each, and the length of one.
        references: by name, by whose time of the same round its own is divided; one name for all, or none.
        device: `"cpu"` or `"gpu"`.

    Returns:
        `{"milliseconds": ..., "ratio": ..., "accelerator": ...}`, without what there is not; of a contender that
        died `{"failed": why}`.
    """
    from experiments.benchmarks import timing  # imports Keras, which the page has no need of

    children, accelerators, failed = {}, {}, {}
    try:
        for name, arguments in makers.items():
            children[name] = Child(*arguments, device=device)
        for name, child in children.items():
            try:
                accelerators[name] = child.ready()
            except Died as error:
                failed[name] = str(error)
        times = side_by_side({n: c for n, c in children.items() if n not in failed}, rounds, seconds, failed)
        found = {name: {"milliseconds": statistics.median(t)} for name, t in times.items()}
        references = dict.fromkeys(makers, references) if isinstance(references, str) else references or {}
        for name, result in found.items():
            other = references.get(name)
            if other in times and other != name:
                result["ratio"] = timing.ratios({name: times[name], other: times[other]}, other)[name]
            if accelerators[name]:
                result["accelerator"] = accelerators[name]
        return {name: found.get(name) or {"failed": failed[name]} for name in makers}
    finally:
        for child in children.values():
            child.__exit__()


def said(found):
    """Return the times of contenders in words, with what became of those that died."""
    times = {who: f"{v['milliseconds']:.3g}" if "milliseconds" in v else f"({v['failed']})" for who, v in found.items()}
    return "  ".join(f"{who} {time}" for who, time in times.items())


def rate(found, size):
    """Return the operations a second of a product of two matrices of `size` rows; `None` where it died."""
    return 2 * size**3 / (found["milliseconds"] / 1e3) if "milliseconds" in found else None


def table(options, keep):
    """Measure figures 1 and 2 of the page: each net, each contender, and the peak beside them."""
    rows = []
    for name in options.net or [n for n in NETS if n != "tiny"]:
        left_out = {"fit_jax"} if NETS[name].convolutional else {"torch_first", "torch_first_compiled"}
        # XLA's convolutions are slow in `fit` as well; without convolutions there is one layout.
        makers = {who: (backend, who, name) for who, (backend, _) in CONTENDERS.items() if who not in left_out}
        makers["peak"] = ("tensorflow", "peak", name)
        found = measured(makers, options.rounds, options.seconds, ENGINE)
        best = rate(found.pop("peak"), PEAK)
        rows.append({"net": name, "operations": operations(NETS[name]), "peak": best, "contenders": found})
        print(f"{NETS[name].title:28} {said(found)}  peak {(best or 0) / 1e9:.0f} GFLOP/s", flush=True)
        keep(rows)


def gpu(options, keep):
    """Measure each net in each precision beside compiled PyTorch."""
    rows = []
    for name in options.net or GPU_NETS:
        makers = {
            f"{who} {precision}": (backend, kind, name, precision)
            for precision in PRECISIONS
            for who, (backend, kind) in GPU_CONTENDERS.items()
        }
        references = {name: f"engine_jax {name.split()[1]}" for name in makers}
        found = measured(makers, options.rounds, options.seconds, references, "gpu")
        for precision in PRECISIONS:
            own = {who: found[f"{who} {precision}"] for who in GPU_CONTENDERS}
            best = rate(own.pop("peak"), GPU_PEAK)
            row = {"net": name, "precision": precision, "operations": operations(NETS[name])}
            rows.append(row | {"peak": best, "contenders": own})
            print(f"{NETS[name].title:28} {precision:8} {said(own)}  peak {(best or 0) / 1e12:.0f} TFLOP/s", flush=True)
        keep(rows)


def onednn(options, keep):
    rows = []
    for name in options.net or CONVOLUTIONAL:
        if name not in CONVOLUTIONAL:
            continue
        makers = {kind: ("tensorflow", kind, name) for kind in (PLAIN, ENGINE)}
        found = measured(makers, options.rounds, options.seconds, ENGINE)
        rows.append({"net": name, "contenders": found})
        print(f"{NETS[name].title:28} {said(found)}", flush=True)
        keep(rows)


def stacks(options, keep):
    rows = []
    for name in options.net or STACKED:
        if name not in STACKED:
            continue
        makers = {str(m): ("jax", "stacked", name, m) for m in STACKS}
        found = measured(makers | {"single": ("jax", "engine_jax", name)}, options.rounds, options.seconds, "single")
        rows.append({"net": name, "members": found})
        print(f"{NETS[name].title:28} {said(found)}", flush=True)
        keep(rows)


def activations(options, keep):
    makers = {a: ("tensorflow", "activation", "nin_quarter", a) for a in ACTIVATIONS}
    found = measured(makers, options.rounds, options.seconds, "ReLU")
    print(said(found), flush=True)
    keep(found)


def kernels(options, keep):
    rows = []
    for name in options.net or PROFILED:
        if name not in PROFILED:
            continue
        command = [sys.executable, "-m", "experiments.benchmarks.kernels", name]
        environment = {**os.environ, **ENVIRONMENT["cpu"], "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        why = f"{' '.join(command[2:])} ended with code {done.returncode}: {done.stderr.strip()[-300:]}"
        found = {"failed": why} if done.returncode else json.loads(done.stdout.splitlines()[-1])
        rows.append({"net": name, "shares": found})
        print(f"{NETS[name].title:28} {found}", flush=True)
        keep(rows)


PARTS = {"table": table, "kernels": kernels, "onednn": onednn, "stacks": stacks, "activations": activations}


def save(path, found, nets=None):
    """Put a part's results, as far as they are, into the file; what it holds of other parts stays.

    Args:
        path: of the file; without one nothing is kept.
        found: the part's results by its name, and `environment`.
        nets: those that were asked for. The rows of others stay too, where they are of the same machine.
    """
    if not path:
        return
    results = read(path)
    if nets:
        for part in set(found) & set(results) - {"environment", "activations"}:
            same = {row["net"] for row in found[part]}
            rows = [row for row in results[part] if row["net"] not in same] + found[part]
            found = found | {part: sorted(rows, key=lambda row: list(NETS).index(row["net"]))}
    write_atomically(path, json.dumps(results | found, indent=1) + "\n")


def read(path):
    """Return what a file of results holds; where there is none, nothing."""
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def elsewhere(path, environment):
    """Return in what the machine of a file of results differs from this one; empty where it does not."""
    before = read(path).get("environment", environment) if path else environment
    return [
        f"{name} {before[name]!r}, now {environment[name]!r}" for name in MACHINE if before[name] != environment[name]
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", help="file for the results, as JSON; parts that are not measured now stay as they are")
    parser.add_argument("--part", action="append", choices=PARTS, help="what to measure; may be repeated")
    parser.add_argument("--net", action="append", choices=NETS, help="network to measure; may be repeated")
    parser.add_argument("--device", choices=SECONDS, default="cpu", help="gpu: its table alone (default: cpu)")
    parser.add_argument("--rounds", type=at_least_1, default=6, help="turns of each contender (default: 6)")
    parser.add_argument("--seconds", type=above_0, help="length of a turn (default: 1; on a GPU 0.3)")
    options = parser.parse_args()
    if options.device == "gpu" and options.part:
        parser.error("Received: --part with --device gpu. Expected one of them: a GPU has one table.")
    options.seconds = options.seconds or SECONDS[options.device]
    from experiments.benchmarks import timing

    environment = timing.environment(None)
    if options.net and (differing := elsewhere(options.out, environment)):
        parser.error(f"Received: --net with a file of another machine ({'; '.join(differing)}). Measure all nets anew.")
    if options.device == "gpu":
        gpu(options, lambda rows: save(options.out, {"gpu": {"environment": environment, "rows": rows}}))
        return
    for part in options.part or PARTS:
        PARTS[part](
            options, lambda found, part=part: save(options.out, {"environment": environment, part: found}, options.net)
        )


if __name__ == "__main__":
    main()
