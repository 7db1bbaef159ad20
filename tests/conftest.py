"""For all tests: no process takes the whole of a GPU, as several share it (`make test`); Hypothesis repeats itself."""

import os

import hypothesis

os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

# The same examples each time, and no time limit: a machine that others use is slow.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")
