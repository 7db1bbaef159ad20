"""Where a step's time goes: the kernels that the engine runs on TensorFlow, by what they do.

    python -m experiments.benchmarks.kernels NET

It prints a JSON object: the share of the kernels' time that each of `KINDS` has.
"""

import collections
import json
import pathlib
import re
import sys
import tempfile

from experiments.benchmarks import overhead_contenders
from experiments.benchmarks.nets import NETS

# By name of a kind: what the type of its kernels begins with, where they are not the optimizer's.
TYPES = {
    "products": ("Conv2D", "FusedConv2D", "DepthwiseConv", "MatMul", "FusedMatMul", "BatchMatMul", "Einsum"),
    "pooling": ("MaxPool", "AvgPool"),
    "norms": ("FusedBatchNorm",),
}
KINDS = (*TYPES, "optimizer", "rest")
OPTIMIZERS = ("sgd", "momentum", "adam", "gradient_descent")
KERNEL = re.compile(r"(?P<path>.+):_?(?:MklNative|Mkl)?_?(?P<type>[A-Za-z0-9_]+)")
STEPS = 20


def kind(event):
    """Return the kind of a profiler's event, `path:Type`; `None` where it is none of a kernel."""
    found = KERNEL.fullmatch(event)
    if not found or "::" in event or ": " in event:
        return None
    if any(part in OPTIMIZERS for part in found["path"].lower().split("/")):
        return "optimizer"
    return next((name for name, types in TYPES.items() if found["type"].startswith(types)), "rest")


def shares(events):
    """Return each kind's share of the time of the events, pairs of a name and a duration."""
    times = collections.Counter()
    for name, duration in events:
        if (found := kind(name)) is not None:
            times[found] += duration
    whole = sum(times.values())
    return {name: times[name] / whole for name in KINDS}


def events(folder):
    """Yield the events of a profile of TensorFlow's: `(name, picoseconds)`, those of the host."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    for path in pathlib.Path(folder).rglob("*.xplane.pb"):
        space = xplane_pb2.XSpace()
        space.ParseFromString(path.read_bytes())
        for plane in space.planes:
            if "CPU" in plane.name:
                for line in plane.lines:
                    yield from ((plane.event_metadata[e.metadata_id].name, e.duration_ps) for e in line.events)


def profile(name, steps=STEPS):
    """Return the shares of a network's step, after steps that are not counted."""
    import tensorflow as tf

    run = overhead_contenders.engine_steps(NETS[name])
    run(steps)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        run(steps)
        tf.profiler.experimental.stop()
        return shares(events(folder))


if __name__ == "__main__":
    from experiments.runs import backend

    backend.prepare()
    print(json.dumps(profile(sys.argv[1])))
