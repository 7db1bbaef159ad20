"""For all tests: what they share of a GPU, how XLA compiles, that Hypothesis repeats itself, the environment."""

import os
import pathlib
import unittest.mock

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]

os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
# JAX compiles most of the time: a worker finds the programs that another one, or an earlier run, has made.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".pytest_cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
# Tests compile more than they compute: XLA leaves out the passes that make long programs fast.
os.environ["XLA_FLAGS"] = " ".join(
    [
        "--xla_backend_optimization_level=0",
        "--xla_llvm_disable_expensive_passes=true",
        os.environ.get("XLA_FLAGS", ""),  # the last one counts
    ]
).strip()

# The same examples each time, and no time limit: a machine that others use is slow.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")


@pytest.fixture(autouse=True)
def environment():
    """Each test leaves the environment as it found it: a command that it calls in this process sets variables (oneDNN,
    threads), which this process has read already, and a process started by a later test would read anew."""
    with unittest.mock.patch.dict(os.environ):
        yield


def pytest_collection_modifyitems(items):
    """Begin with what takes long: several processes then end at the same time."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
