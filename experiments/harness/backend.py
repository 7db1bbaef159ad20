"""Settings of the backend that have to be made before it is imported."""

import os


def prepare():
    """Quieten the backend and limit its threads to `EXPERIMENTS_THREADS`, where that is set."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    threads = os.environ.get("EXPERIMENTS_THREADS")
    if threads:
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            os.environ.setdefault(name, threads)
