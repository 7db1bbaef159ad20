"""Checkpoints of a run in progress: one file, whole or not there, and refused where it does not fit."""

import contextlib
import functools
import hashlib
import itertools
import json
import os
import pathlib
import time

import numpy as np

from experiments import stopping
from experiments.errors import described
from experiments.files import replacing
from experiments.runs.backend import LIMITS
from experiments.runs.environment import ROOT, environment, version

SCHEMA = 2
SECONDS = 60.0  # between two checkpoints
# Rooms of `experiments` whose code decides no run's numbers: they judge, tell and measure what has run.
BESIDE = ("claims", "report", "benchmarks", "book", "papers")

LIBRARIES = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib"), "torch": ("torch",)}
# Variables by which libraries compute otherwise, by how they begin; of these, what changes no number.
FLAGS = ("XLA_", "TF_", "JAX_", "NVIDIA_TF32", "TORCH_", "PYTORCH_", "CUBLAS_", "CUDNN_", "ONEDNN_", "DNNL_", "MKL_")
QUIET = (
    "TF_CPP_",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "JAX_PLATFORM",
    "JAX_COMPILATION_CACHE",
    "XLA_PYTHON_CLIENT",
)
LOOKED_AT = 4  # of the files that were refused, the newest


@functools.cache
def digest(paper):
    """Return one number for the sources that a run of `paper` follows from.

    By rule: all of `custom` and `experiments`, but the rooms that only judge or tell, and other papers.
    """
    found = hashlib.sha256()
    for file in sorted([*(ROOT / "custom").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")]):
        name = file.relative_to(ROOT).as_posix()
        room = name.split("/")[1] if name.startswith("experiments/") else ""
        if room not in BESIDE or name.startswith((f"experiments/papers/{paper}/", f"experiments/book/{paper}/")):
            found.update(f"{name}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()[:12]


def meaning(paper, key, protocol):
    """Return what a checkpoint has to share with the run that goes on from it, in the words of a refusal."""
    import keras

    machine = environment()
    backend = machine["backend"]
    libraries = ("keras", "numpy", *LIBRARIES[backend])
    found = {
        "run": key,
        "protocol version": protocol,
        "code": digest(paper),
        "backend": backend,
        "versions": {"python": machine["python"], **{name: version(name) for name in libraries}},
        "precision": [keras.config.floatx(), keras.config.dtype_policy().name],
        "device": machine["accelerator"] or "CPU",
        "flags": _flags(),
    }
    if machine["accelerator"] is None:  # what decides the order of a sum on a CPU
        found |= {"processor": machine["processor"], "threads": machine["threads"] or machine["cores"]}
        found["thread limits"] = {name: os.environ[name] for name in LIMITS if name in os.environ}
        found |= {"oneDNN": machine["onednn"]} if backend == "tensorflow" else {}
    return found


def _flags():
    """Return the variables that decide how libraries compute, but those that have a name of their own in `meaning`."""
    apart = (*QUIET, *LIMITS)
    return {name: x for name, x in sorted(os.environ.items()) if name.startswith(FLAGS) and not name.startswith(apart)}


class Checkpoint:
    """The file in which one run keeps what it needs to go on, as the engine asks for it.

    `values` are the engine's: the `place` in the training (see `engine.state.Place`) and the facts so far.

    Args:
        path: the file.
        meaning: JSON values by name; a file that states others is refused, and set aside.
        every: seconds between two checkpoints; 0 for one at every occasion.
        note: told what happens, in words.
    """

    def __init__(self, path, meaning, every=SECONDS, note=print):
        self.path, self.every, self.note = pathlib.Path(path), every, note
        self.meaning = {"schema": SCHEMA, **meaning}
        self.rows = 0  # how many of the run's rows are from before
        self._earlier, self._began, self._last = 0.0, time.perf_counter(), time.monotonic()

    def seconds(self):
        """Return how long the run has taken: this process, and those before it up to the checkpoint."""
        return self._earlier + time.perf_counter() - self._began

    def load(self, meaning):
        """Return the `(values, arrays)` of the last `save`, or `None`; `meaning` is what else has to fit."""
        self.meaning |= json.loads(json.dumps(meaning))
        reason, aside, found = "", None, None
        if self.path.exists():
            reason, found = self._read(self.path)
        if reason:
            aside = self._set_aside()
        if found is None and (path := self._fitting()):
            os.replace(path, self.path)
            _, found = self._read(self.path)
        if reason:
            goes_on = "goes on from one that fits" if found else "starts from the beginning"
            self.note(
                f"Checkpoint refused: {reason}. The run {goes_on}; the file is kept as {aside} until the run is done, "
                "for a run under the conditions that it was made under."
            )
        if found is None:
            return None
        values, arrays, self._earlier = found
        self.rows = len(values["place"]["rows"])
        self.note(f"{'resume':8} from the checkpoint at {at(values)}")
        return values, arrays

    def _read(self, path):
        """Return why a file does not fit, and what it holds if it does: values, arrays, seconds."""
        try:
            with np.load(path, allow_pickle=False) as file:
                header = _header(file)
                found, values, earlier = header["meaning"], header["values"], float(header["seconds"])
                names = [*self.meaning, *(name for name in found if name not in self.meaning)]
                reasons = (_difference(name, found.get(name), self.meaning.get(name)) for name in names)
                if reason := next(filter(None, reasons), ""):
                    return reason, None
                arrays = [file[f"array{i}"] for i in range(header["arrays"])]
            len(values["place"]["rows"]), at(values)
        except Exception as error:  # bytes that are not ours fail in as many ways as there are parsers
            stopping.check()
            return f"it is damaged ({error or type(error).__name__})", None
        return "", (values, arrays, earlier)

    def _refused(self):
        return [path for path in self.path.parent.glob(f"{self.path.name}.refused*") if path.is_file()]

    def _fitting(self):
        """Return a file that was refused once and fits now, or `None`."""
        newest = sorted(self._refused(), key=lambda path: path.stat().st_mtime, reverse=True)
        return next((path for path in newest[:LOOKED_AT] if not self._read(path)[0]), None)

    def due(self):
        return time.monotonic() - self._last >= self.every

    def save(self, values, arrays):
        """Replace the file. A full disk costs the checkpoint, not the run."""
        header = {"meaning": self.meaning, "values": values, "seconds": self.seconds(), "arrays": len(arrays)}
        members = {f"array{i}": array for i, array in enumerate(arrays)}
        try:
            with replacing(self.path) as file:
                np.savez(file, header=np.frombuffer(json.dumps(header).encode(), "uint8"), **members)
        except OSError as error:
            self.note(f"No checkpoint of {self.path.stem}: {described(error)}. The run goes on.")
        self._last = time.monotonic()

    def clear(self):
        """The run is recorded: remove the file, and what was refused."""
        for path in [self.path, *self._refused()]:
            with contextlib.suppress(OSError):  # one that stays takes space, and no more
                path.unlink()

    def _set_aside(self):
        aside = self.path.with_name(f"{self.path.name}.refused")
        for n in itertools.count(2):
            if not aside.exists():
                break
            aside = self.path.with_name(f"{self.path.name}.refused{n}")
        os.replace(self.path, aside)
        return aside


def at(values):
    """Return where training was, in words."""
    return f"epoch {values['place']['epoch']}, step {values['place']['step']}"


def describe(path):
    """Return where the run of a checkpoint is, in words; `None` where there is no readable one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return at(_header(file)["values"])
    except Exception:  # damaged, or gone since
        stopping.check()
        return None


def _header(file):
    return json.loads(file["header"].tobytes())


def _difference(name, found, own):
    """Return in words where two values differ; `""` where they do not."""
    if found == own:
        return ""
    if isinstance(found, dict) and isinstance(own, dict):
        inner = next(n for n in [*own, *found] if found.get(n) != own.get(n) or (n in found) != (n in own))
        return _difference(f"{name} {inner}", found.get(inner), own.get(inner))
    if isinstance(found, list) and isinstance(own, list) and len(found) == len(own):
        i = next(i for i, (a, b) in enumerate(zip(found, own, strict=True)) if a != b)
        name, found, own = f"{name}[{i}]", found[i], own[i]
    elif isinstance(found, list) and isinstance(own, list):
        found, own = f"{len(found)} of them", f"{len(own)} of them"
    return f"its {name} is {_short(found)}, this run's is {_short(own)}"


def _short(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
