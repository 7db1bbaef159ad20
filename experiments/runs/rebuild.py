"""The environment of a record, made again: its packages, in a folder of their own."""

import json
import pathlib
import platform
import subprocess
import sys

from experiments.errors import UsageError
from experiments.runs.environment import ROOT, digest, git


def read(path):
    """Return the record in a file, or an error that names the file."""
    try:
        record = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        return record["environment"]["packages"], record["environment"], record["code"]["commit"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"Received: {path} ({error}). Expected the file of a record, runs/PAPER/KEY.json.") from error


def pins(packages, environment, commit):
    """Return the lines of a constraints file for a record: those it ran with, and above them what it states itself."""
    lines, expected = [], environment.get("constraints")
    if expected:
        text = git("show", f"{commit}:constraints.txt")
        if digest(f"{text}\n".encode()) != expected:
            raise UsageError(
                f"Received: constraints {expected}, which commit {commit} has not. Expected a whole clone."
            )
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    own = {name.lower(): version.partition("+")[0] for name, version in packages.items()}
    kept = [line for line in lines if line.partition("==")[0].lower().replace("_", "-") not in own]
    return kept + [f"{name}=={version}" for name, version in own.items()]


def rebuild(path, folder):
    """Install the packages of a record into a new virtual environment; return its Python."""
    packages, environment, commit = read(path)
    folder = pathlib.Path(folder)
    if folder.exists():
        raise UsageError(f"Received: {folder}, which exists. Expected a folder to make.")
    lines = pins(packages, environment, commit)
    if environment["python"].split(".")[:2] != platform.python_version().split(".")[:2]:
        print(f"The record ran on Python {environment['python']}; this is {platform.python_version()}.")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (folder / "constraints.txt").write_text("".join(f"{line}\n" for line in lines))
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install"]
    subprocess.run([*pip, "--upgrade", "pip"], check=True)
    backends = [name for name in ("jax", "torch") if name == environment["backend"]]
    subprocess.run(
        [*pip, "-r", ROOT / "requirements.txt", *backends, "-c", folder / "constraints.txt"],
        check=True,
    )
    return python
