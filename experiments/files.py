"""Files that are whole or not there."""

import contextlib
import os
import pathlib
import tempfile

PARTIAL = ".partial"


@contextlib.contextmanager
def replacing(path):
    """Yield a binary file that becomes `path` when the block ends, and vanishes when it fails.

    It is written beside, flushed to disk and renamed: a reader sees the old file or the new one.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PARTIAL)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        pathlib.Path(partial).unlink(missing_ok=True)
        raise


def write_atomically(path, text):
    """Write a text file, all of it or none."""
    with replacing(path) as file:
        file.write(text.encode())
