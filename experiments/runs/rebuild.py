"""The environment of a record, made again: its packages, in a folder of their own."""

import pathlib
import platform
import shutil
import subprocess
import sys

from experiments.errors import UsageError
from experiments.runs.environment import ROOT, digest, git
from experiments.spec.record import BadRecord, load


def read(path):
    """Return what the record in a file states: packages, environment, commit; or an error that names the file."""
    try:
        record = load(path)
    except (BadRecord, FileNotFoundError) as error:
        why = error.strerror if isinstance(error, FileNotFoundError) else error
        raise UsageError(f"Received: {path} ({why}). Expected the file of a record, runs/PAPER/KEY.json.") from error
    return record["environment"]["packages"], record["environment"], record["code"]["commit"]


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
    """Install the packages of a record into a new virtual environment; return its Python.

    Raises:
        UsageError: the file holds no record, the folder exists, or the packages cannot be installed; then it is gone.
    """
    packages, environment, commit = read(path)
    folder = pathlib.Path(folder)
    lines = pins(packages, environment, commit)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise UsageError(f"Received: {folder}, which exists. Expected a folder to make.") from None
    try:
        return _installed(folder, lines, environment)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)  # what is half made would stand in the way of the next attempt
        if not isinstance(error, subprocess.CalledProcessError):
            raise
        said = f"what was to install them ended with exit code {error.returncode} and says why above"
        raise UsageError(
            f"The packages of {path} cannot be installed: {said}. Expected an index that pip reaches, with each of "
            f"them for Python {platform.python_version()}."
        ) from error


def _installed(folder, lines, environment):
    """Make the virtual environment in a folder, with these lines as constraints; return its Python."""
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
