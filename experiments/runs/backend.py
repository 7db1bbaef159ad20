"""Settings of the backend that have to be made before it is imported."""

import contextlib
import ctypes
import importlib.util
import json
import os
import pathlib
import re
import sys

from experiments.data.folders import folder_of
from experiments.errors import UsageError, quoted, unknown

BACKENDS = ("tensorflow", "jax", "torch")
ROOT = pathlib.Path(__file__).resolve().parents[2]
# What Keras and JAX read from files and variables of the machine and what decides numbers: as they are without them.
JAX = {
    "jax_enable_x64": False,
    "jax_threefry_partitionable": True,
    "jax_default_prng_impl": "threefry2x32",
    "jax_random_seed_offset": 0,
    "jax_default_matmul_precision": None,
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
}
OF_A_TRACE = ("CustomGradient-", "Elementwise")  # the gradients that TensorFlow, and `custom`, register for one
THREADS = 1024  # more than any processor has cores for one run
# The variables that limit a backend's threads; by backend, the one that says how many compute one operation.
LIMITS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC")
LIMIT = {"tensorflow": "TF_NUM_INTRAOP_THREADS", "jax": "NPROC", "torch": "OMP_NUM_THREADS"}


def runs_folder():
    """Return the folder of the user's own records; `EXPERIMENTS_RUNS` changes it."""
    folder = folder_of("EXPERIMENTS_RUNS", "runs")
    for pages in (pathlib.Path("reports"), ROOT / "reports"):
        if folder.resolve().is_relative_to(pages.resolve()):
            received = f"Received: EXPERIMENTS_RUNS={quoted(folder, 120)}"
            raise UsageError(f"{received}. Expected a folder outside of reports, where pages replace what is there.")
    return folder


def check():
    """Refuse environment variables with which nothing can run."""
    threads = os.environ.get("EXPERIMENTS_THREADS")
    if threads and not (threads.isascii() and threads.isdecimal() and 1 <= int(threads[:20]) <= THREADS):
        expected = f"Expected an integer from 1 to {THREADS}, or nothing for all cores"
        raise UsageError(f"Received: EXPERIMENTS_THREADS={quoted(threads)}. {expected}.")
    if name() not in BACKENDS:
        raise unknown("backend (KERAS_BACKEND, or keras.json)", name(), BACKENDS)
    if importlib.util.find_spec(name()) is None:
        raise UsageError(
            f"The backend {name()!r} is not installed. Expected: pip install {name()}, or another backend."
        )
    found = importlib.util.find_spec("custom")
    if found is None or found.origin is None or pathlib.Path(found.origin).resolve().parent != ROOT / "custom":
        where = quoted(found.origin if found else None, 120)
        raise UsageError(f"Received: the package custom of {where}. Expected that of {quoted(ROOT, 120)}.")
    runs_folder()


def prepare():
    """Limit the backend's threads to `EXPERIMENTS_THREADS`, where that is set, quieten its start, keep its memory.

    TensorFlow uses oneDNN by itself on some processors only, where others are slower without it too
    (reports/overhead_benchmark). Here it is asked for everywhere, unless `TF_ENABLE_ONEDNN_OPTS` says otherwise.
    """
    check()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if limit := os.environ.get("EXPERIMENTS_THREADS"):
        os.environ.update(dict.fromkeys(LIMITS, limit))
    keep_memory()


def threads(backend):
    """Return the limit of a backend's threads that the environment states: ours, else the backend's; `None`: none."""
    stated = os.environ.get("EXPERIMENTS_THREADS") or os.environ.get(LIMIT[backend], "")
    # OpenMP's may be a list, whose first number is that of operations which are not inside others.
    number = re.fullmatch(r"\s*([1-9][0-9]{0,8})\s*" + (r"(,.*)?" if LIMIT[backend].startswith("OMP") else ""), stated)
    return int(number[1]) if number else None


def keep_memory():
    """Have the C library keep memory that was freed; returns whether it will.

    By default glibc gives a large array back to the system when it is freed and fetches the next one page by
    page, at every operation: where page faults are dear, as on virtual machines, that costs several times
    the arithmetic. The process stays as large as it once was.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another C library
        return False
    # By their numbers in malloc.h: no array outside the heap, no heap beside the first one, nothing given back.
    return all([mallopt(-4, 0), mallopt(-8, 1), mallopt(-1, 2**31 - 1)])


def name():
    """The backend that Keras will choose, without importing it."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    try:
        settings = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"
        return json.loads(settings.read_text()).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError, RuntimeError):  # no such file, or not a table; nobody's home
        return "tensorflow"


def load():
    """Import Keras and its backend without TensorFlow's start-up lines.

    TensorFlow writes them to file descriptor 2 before any log level can reach it. Python's own
    errors are raised, not written, so none is lost.
    """
    with _silent() if name() == "tensorflow" and "tensorflow" not in sys.modules else contextlib.nullcontext():
        import keras

        _settle(keras)
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.config.list_physical_devices()
            # Every run is a program of its own: what TensorFlow takes for one that is traced again and again.
            tf.get_logger().addFilter(lambda record: "triggered tf.function retracing" not in record.getMessage())


def _settle(keras):
    """Set what decides numbers to what every record means by it, whatever `keras.json` and variables of JAX say."""
    if keras.config.floatx() != "float32":
        keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    if keras.backend.backend() == "jax":
        import jax

        for option, value in JAX.items():
            if getattr(jax.config, option, value) != value:
                jax.config.update(option, value)


@contextlib.contextmanager
def _silent():
    sys.stderr.flush()
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


@contextlib.contextmanager
def forgetting():
    """Have the backend forget, when the block ends, what it would keep of a run for as long as the process lives.

    TensorFlow registers the gradient of each function that has one of its own when it is traced, and with the
    gradient it keeps the graph: some megabytes a run. Nobody can differentiate the graph of a run that has ended.
    """
    gradients = _gradients()
    before = set(gradients)
    try:
        yield
    finally:
        for name in set(gradients) - before:
            if name.startswith(OF_A_TRACE):
                del gradients[name]


def _gradients():
    """Return TensorFlow's gradients by name; nothing with another backend, or where TensorFlow keeps them elsewhere."""
    if name() != "tensorflow":
        return {}
    from tensorflow.python.framework import ops

    return getattr(getattr(ops, "gradient_registry", None), "_registry", {})
