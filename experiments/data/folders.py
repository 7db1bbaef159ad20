"""Folders that environment variables name."""

import os
import pathlib

from experiments.errors import UsageError, quoted


def folder_of(variable, default):
    """Return the folder that an environment variable names, or the default one; it need not exist yet.

    Raises:
        UsageError: what it names is no folder, or is below what is none.
    """
    named = os.environ.get(variable) or default
    why = "not a folder"
    try:
        path = pathlib.Path(named).expanduser()
        first = next(place for place in (path, *path.absolute().parents) if place.exists() or place.is_symlink())
        if first.is_dir():
            return path
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, nobody's home
        why = getattr(error, "strerror", None) or str(error)
    raise UsageError(
        f"Received: {variable}={quoted(named, 120)} ({quoted(why)}). Expected a folder, or a place for one."
    )


def writable(folder):
    """Return a folder in which files can be made, made itself where it was not there.

    Raises:
        UsageError: it cannot be made, or nothing can be written in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        why = "" if os.access(folder, os.W_OK | os.X_OK) else "permission denied"
    except OSError as error:
        why = error.strerror or type(error).__name__
    if why:
        raise UsageError(f"Nothing can be written in {quoted(folder, 120)} ({why}). Expected a folder for records.")
    return folder


def arrays_folder():
    """Return the folder of the arrays kept from earlier loads (`NAME.npz`); `EXPERIMENTS_DATA` changes it."""
    return folder_of("EXPERIMENTS_DATA", "data")


def tfds_folder():
    """Return the folder in which TensorFlow Datasets keeps its data; `TFDS_DATA_DIR` changes it."""
    return folder_of("TFDS_DATA_DIR", "~/tensorflow_datasets")
