"""Settings of the backend that have to be made before it is imported."""

import contextlib
import ctypes
import json
import os
import pathlib
import sys


def prepare():
    """Limit the backend's threads to `EXPERIMENTS_THREADS`, where that is set, quieten its start, keep its memory.

    TensorFlow uses oneDNN by itself on some processors only, where others are slower without it too
    (reports/overhead_benchmark). Here it is asked for everywhere, unless `TF_ENABLE_ONEDNN_OPTS` says otherwise.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    threads = os.environ.get("EXPERIMENTS_THREADS")
    if threads:
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            os.environ.setdefault(name, threads)
    keep_memory()


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
    if "KERAS_BACKEND" in os.environ:
        return os.environ["KERAS_BACKEND"]
    settings = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"
    try:
        return json.loads(settings.read_text()).get("backend", "tensorflow")
    except (OSError, ValueError):
        return "tensorflow"


def load():
    """Import Keras and its backend without TensorFlow's start-up lines.

    TensorFlow writes them to file descriptor 2 before any log level can reach it. Python's own
    errors are raised, not written, so none is lost.
    """
    with _silent() if name() == "tensorflow" and "tensorflow" not in sys.modules else contextlib.nullcontext():
        import keras

        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.config.list_physical_devices()
            # Every run is a program of its own: what TensorFlow takes for one that is traced again and again.
            tf.get_logger().addFilter(lambda record: "triggered tf.function retracing" not in record.getMessage())


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
