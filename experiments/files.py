"""Files that are whole or not there; rows as CSV."""

import contextlib
import csv
import errno
import itertools
import os
import pathlib
import stat
import tempfile

PARTIAL = ".partial"
LIMIT = 2**28  # bytes of a file that is read at once
# Control characters, and what else a reader may take for the end of a line.
CONTROLS = "".join(map(chr, (*range(32), *range(127, 160), 0x2028, 0x2029)))


def read_whole(path, limit=LIMIT):
    """Return the bytes of a file. It never waits: a pipe, a folder and what is larger than `limit` are an `OSError`."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        if os.path.islink(path):
            raise OSError(errno.ELOOP, "it links to nothing") from None
        raise
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        if status.st_size > limit:
            raise OSError(errno.EFBIG, f"it has {status.st_size:,} bytes, more than {limit:,}")
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read(limit + 1)
    finally:
        os.close(handle)


def set_aside(path):
    """Move a file, whatever it is, into the folder `.aside` beside it; return where it is now. Nothing is replaced."""
    folder = path.parent / ".aside"
    folder.mkdir(exist_ok=True)
    names = itertools.chain([path.name], (f"{path.name}.{n}" for n in itertools.count(2)))
    aside = next(folder / name for name in names if not os.path.lexists(folder / name))
    os.rename(path, aside)
    return aside


@contextlib.contextmanager
def replacing(path):
    """Yield a binary file that becomes `path` when the block ends, and vanishes when it fails.

    It is written beside, flushed to disk and renamed: a reader sees the old file or the new one.
    """
    path = pathlib.Path(path)
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PARTIAL)
    try:
        with _naming(path), os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _naming(path):
            os.chmod(partial, 0o644)
            os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):  # what failed is what is said
            os.unlink(partial)
        raise


@contextlib.contextmanager
def _naming(path):
    """Have an error of the block name the file that was to be written: the system names a partial one, or none."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None or str(error.filename).endswith(PARTIAL):
            error.filename = str(path)
        raise


def write_atomically(path, text):
    """Write a text file, all of it or none."""
    with replacing(path) as file:
        file.write(text.encode())


def as_csv(rows):
    """Return rows of texts as comma-separated values, a line a row; cells with control characters are quoted."""
    lines = _Lines()
    csv.writer(lines, lineterminator=CONTROLS).writerows(rows)  # which quotes what has a character of its terminator
    return "".join(line.removesuffix(CONTROLS) + "\n" for line in lines)


class _Lines(list):
    """What is written, call by call: a CSV writer makes one for each row."""

    def write(self, text):
        """Keep a text."""
        self.append(text)
