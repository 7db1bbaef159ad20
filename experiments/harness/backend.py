"""Settings of the backend that have to be made before it is imported."""

import contextlib
import json
import os
import pathlib
import sys


def prepare():
    """Limit the backend's threads to `EXPERIMENTS_THREADS`, where that is set, and quieten its start."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    threads = os.environ.get("EXPERIMENTS_THREADS")
    if threads:
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            os.environ.setdefault(name, threads)


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
