"""Arrays of a set in one file, `NAME.npz`: looked at before they are read, and refused where they do not fit."""

import zipfile

import numpy as np

from experiments import stopping
from experiments.data.form import NAMES, Head, Unfit
from experiments.errors import UsageError
from experiments.files import replacing

AGAIN = "Delete it to have it made again."
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def problem(path, form):
    """Return why a file cannot be used, from the heads of its arrays and its labels; `""` where it can."""
    try:
        _look(path, form)
    except Unfit as why:
        return f"{path} cannot be used: {why} {AGAIN}"
    except Exception as error:  # bytes that are not ours fail in as many ways as there are parsers
        stopping.check()
        return f"{path} cannot be used ({_said(error)}). Expected {', '.join(NAMES)}. {AGAIN}"
    return ""


def read(path, form):
    """Return the four arrays of a file. Keras or the user may have made it: no channel axis, labels in a column.

    Raises:
        UsageError: they are not of this form, or the file is broken.
    """
    if why := problem(path, form):
        raise UsageError(why)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return form.fitted([arrays[name] for name in NAMES])
    except Unfit as why:
        raise UsageError(f"{path} cannot be used: {why} {AGAIN}") from None
    except Exception as error:
        stopping.check()
        raise UsageError(f"{path} cannot be used ({_said(error)}). {AGAIN}") from error


def write(path, parts):
    """Write the four arrays, all of them or none."""
    with replacing(path) as file:
        np.savez(file, **dict(zip(NAMES, parts, strict=True)))


def _look(path, form):
    if not path.is_file():
        raise Unfit("it is no file.")
    with path.open("rb") as file:
        if file.read(6) == np.lib.format.MAGIC_PREFIX:
            raise Unfit(f"it is one array, of np.save. Expected {', '.join(NAMES)}, of np.savez.")
    with zipfile.ZipFile(path) as archive:
        inside = archive.namelist()
        lacks = [name for name in NAMES if f"{name}.npy" not in inside]
        if lacks:
            raise Unfit(f"it lacks {', '.join(lacks)}.")
        form.fit([_head(archive, name) for name in NAMES])
        for name in NAMES:
            if name.startswith("y"):
                with archive.open(f"{name}.npy") as file:
                    form.values(name, np.lib.format.read_array(file, allow_pickle=False))


def _head(archive, name):
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        if version not in HEADERS:
            raise Unfit(f"{name} is no plain array.")
        shape, _, dtype = HEADERS[version](file)
        return Head(shape, dtype)


def _said(error):
    """Return the first line of an error in words."""
    return (str(error).splitlines() or [type(error).__name__])[0]
