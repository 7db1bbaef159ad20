"""A record's account of the machine and the code: enough to explain a number, nothing private."""

import functools
import hashlib
import os
import pathlib
import platform
import subprocess
from importlib import metadata

from experiments.runs.backend import threads

PACKAGES = ("keras", "tensorflow", "jax", "torch", "numpy", "scikit-learn", "tensorflow-datasets")
# Variables by which git looks into another checkout; its configuration, such as which folders are safe, stays.
ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
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
        "threads": threads(backend),
        "accelerator": accelerator(),
        "backend": backend,
        "onednn": {"0": False, "1": True}.get(os.environ.get("TF_ENABLE_ONEDNN_OPTS")),
        "constraints": _constraints(),
        "packages": {name: found for name in PACKAGES if (found := version(name))},
    }


@functools.cache
def code():
    """Commit of the checkout that runs, and whether it has uncommitted changes to code, or may have."""
    changed = _answer("status", "--porcelain", "--untracked-files=all", "--", "custom", "experiments")
    commit = git("rev-parse", "HEAD") if changed is not None else ""
    return {"commit": commit or "unknown", "modified": changed is None or bool(changed)}


def _constraints():
    """The hash of the constraints file, if every package here that it names has its version."""
    try:
        text = (ROOT / "constraints.txt").read_bytes()
    except OSError:
        return None
    pairs = [line.split("==") for line in text.decode().splitlines() if "==" in line and not line.startswith("#")]
    found = {name: version(name) for name, _ in pairs}
    same = all(found[name] is None or found[name].partition("+")[0] == wanted for name, wanted in pairs)
    return digest(text) if same else None


def version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def digest(text):
    """Return the hash by which a record names a constraints file."""
    return hashlib.sha256(text).hexdigest()[:16]


def git(*arguments):
    """Return what git answers in the checkout, or nothing."""
    return _answer(*arguments) or ""


def _answer(*arguments):
    """Return what git says of this checkout, whatever other one its variables name; `None` where it fails."""
    own = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    how = {"cwd": ROOT, "env": own, "capture_output": True, "text": True, "timeout": 30}
    try:
        answer = subprocess.run(["git", *arguments], **how, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
