"""Replacing files and folders whole: built beside, flushed to disk, put in place by renames, one writer at a time.

A reader finds what was there before or what has been built, and of each folder all of it. Whoever is killed leaves
either nothing that matters, or a swap that the next one finishes.
"""

import contextlib
import ctypes
import errno
import json
import os
import pathlib
import shutil
from collections.abc import Callable, Iterator

import filelock

from experiments import stopping
from experiments.files import write_atomically

PLACE = ".swap"  # in the folder: the lock, what is being built, what is being swapped
EXCHANGE = 2  # RENAME_EXCHANGE of Linux's renameat2


@contextlib.contextmanager
def swapped(folder: str | os.PathLike, note: Callable[[str], object] = print) -> Iterator[pathlib.Path]:
    """Yield an empty folder; what is in it when the block ends replaces what has the same name in `folder`.

    An empty folder in it removes what has its name. Everything else in `folder` stays. Where the block fails nothing
    changes. Others who swap in the folder wait until the block has ended.

    Args:
        folder: in which things are replaced; made where it is not there.
        note: told what is waited for.
    """
    folder = pathlib.Path(folder)
    place = folder / PLACE
    place.mkdir(parents=True, exist_ok=True)
    building, swap = place / "building", place / "swap"
    lock = filelock.FileLock(place / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        note(f"Somebody else is writing in {folder}: waiting.")
        lock.acquire()
    try:
        _finish(swap, folder)
        shutil.rmtree(building, ignore_errors=True)  # of one who was killed
        building.mkdir()
        try:
            yield building
            _flush(building)
            numbers = {path.name: path.lstat().st_ino for path in building.iterdir()}
            write_atomically(place / "numbers", json.dumps(numbers))
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        with stopping.held():
            os.rename(building, swap)  # from here on it will be done, by us or by the next one
            _finish(swap, folder)
    finally:
        lock.release()


def _finish(swap: pathlib.Path, folder: pathlib.Path) -> None:
    """Put what lies in a folder of things to be swapped in place, unless it has been; then remove what it replaced.

    What is to be put in place is known by the number that the file system gives a file, which goes with it.
    """
    if not swap.is_dir():
        return
    numbers = json.loads((swap.parent / "numbers").read_bytes())
    for path in sorted(swap.iterdir()):
        if path.lstat().st_ino != numbers.get(path.name):
            continue  # the old one
        target = folder / path.name
        if path.is_dir() and not any(path.iterdir()):
            if os.path.lexists(target):
                os.rename(target, path.with_name(f"{path.name}.removed"))
        elif path.is_dir() and os.path.lexists(target):
            _exchange(path, target)
        else:
            os.replace(path, target)
    _synchronise(folder)
    done = swap.with_name("done")
    shutil.rmtree(done, ignore_errors=True)
    os.rename(swap, done)
    swap.with_name("numbers").unlink()
    shutil.rmtree(done, ignore_errors=True)


def _exchange(one: pathlib.Path, other: pathlib.Path) -> None:
    """Have two paths change places, in one step where the system can."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):  # another system
        rename = None
    here = -100  # AT_FDCWD
    if rename is not None:
        if rename(here, os.fsencode(one), here, os.fsencode(other), EXCHANGE) == 0:
            return
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            raise OSError(number, os.strerror(number), str(other))
    aside = one.with_name(f"{one.name}.aside")
    os.rename(other, aside)
    os.rename(one, other)
    os.rename(aside, one)


def _flush(folder: pathlib.Path) -> None:
    """Have all files below a folder, and their names, written to the disk."""
    for path in folder.rglob("*"):
        _synchronise(path)
    _synchronise(folder)


def _synchronise(path: pathlib.Path) -> None:
    if path.is_dir() and os.name == "nt":  # where folders cannot be opened
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
