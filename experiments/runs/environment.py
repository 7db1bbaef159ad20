"""A record's account of the machine and the code: enough to explain a number, nothing private."""

import functools
import os
import pathlib
import platform
import subprocess
from importlib import metadata

PACKAGES = ("keras", "tensorflow", "jax", "torch", "numpy", "scikit-learn", "tensorflow-datasets")
ROOT = pathlib.Path(__file__).resolve().parents[2]


@functools.cache
def environment():
    """Machine, versions and backend of this process."""
    import keras

    from experiments.engine.device import accelerator

    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": int(os.environ.get("EXPERIMENTS_THREADS") or 0) or None,
        "accelerator": accelerator(),
        "backend": backend,
        "onednn": {"0": False, "1": True}.get(os.environ.get("TF_ENABLE_ONEDNN_OPTS")),
        "packages": {name: found for name in PACKAGES if (found := version(name))},
    }


@functools.cache
def code():
    """Commit of the checkout that runs, and whether it has uncommitted changes to code."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", "custom", "experiments")
    return {"commit": commit or "unknown", "modified": bool(changed)}


def version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git(*arguments):
    try:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
