"""Run records: one JSON file per run, found by its key, complete or not there."""

import contextlib
import json
import os
import pathlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import filelock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

from experiments.errors import UsageError, quoted, warn
from experiments.files import PARTIAL, read_whole, set_aside, write_atomically
from experiments.spec.record import FINISHED, SCHEMA, BadRecord, checked, checksum, load, parsed, sealed

SPOKEN = 10  # bad files that are named one by one; `doctor` lists all
PLAIN = re.compile(r"\w[\w.-]*")


class Store:
    """Records below one folder, `<folder>/<paper>/<key>.json`.

    A run is claimed by a lock that the operating system releases when the process ends, however it
    ends. A record whose outcome is still "running" while nobody holds its lock was interrupted.

    A file that is no valid record is named, once, and left out. Who needs its place moves it aside.

    Args:
        folder: of all records.
        note: told what is left out, in words.
    """

    def __init__(self, folder: str | pathlib.Path = "runs", note: Callable[[str], object] = warn):
        self.folder, self.note = pathlib.Path(folder), note
        self._bad: set[pathlib.Path] = set()
        self._partials: dict[pathlib.Path, tuple[int, list[str]]] = {}

    def path(self, paper: str, key: str) -> pathlib.Path:
        """Return the file of a record."""
        return self.folder / _plain(paper) / f"{_plain(key)}.json"

    def checkpoint(self, paper: str, key: str) -> pathlib.Path:
        """Return where a run that is not finished keeps its checkpoint."""
        return self.folder / _plain(paper) / ".checkpoints" / f"{_plain(key)}.npz"

    def read(self, paper: str, key: str) -> dict[str, Any] | None:
        """Return the record, or `None`. One that is still running but abandoned reads as interrupted."""
        try:
            record = self._read(paper, key)
        except BadRecord as error:
            self._leave_out(self.path(paper, key), error)
            return None
        if record and record["outcome"] == "running":
            with self._idle(paper, key) as idle:
                if idle:  # read again: the run may have ended since
                    try:
                        record = _abandoned(self._read(paper, key))
                    except BadRecord as error:
                        self._leave_out(self.path(paper, key), error)
                        return None
        return record

    def read_finished(self, paper: str, key: str) -> dict[str, Any] | None:
        """Return the record if it is a finished one, which nobody changes any more: it needs no lock.

        What has its checksum is what `write` has checked; only other files are looked at place by place.
        """
        try:
            value = parsed(read_whole(self.path(paper, key)))
            record = value if _intact(value, key) else self._read(paper, key)
        except (BadRecord, OSError):
            return None
        return record if record and record["outcome"] in FINISHED else None

    def read_claimed(self, paper: str, key: str) -> dict[str, Any] | None:
        """Return what `read` does, to the holder of the claim: nobody else can be running it, or needs its place."""
        try:
            record = self._read(paper, key)
        except BadRecord as error:
            path = self.path(paper, key)
            self.note(f"{path} is no run record: {error}. It is kept as {set_aside(path)}.")
            return None
        return _abandoned(record)

    def _read(self, paper: str, key: str) -> dict[str, Any] | None:
        try:
            return load(self.path(paper, key), paper, key)
        except FileNotFoundError:
            return None

    def _leave_out(self, path: pathlib.Path, reason: BadRecord) -> None:
        if path in self._bad:
            return
        self._bad.add(path)
        if len(self._bad) <= SPOKEN:
            self.note(f"{path} is left out: {reason}. See: python -m experiments doctor")
        elif len(self._bad) == SPOKEN + 1:
            self.note("More files are left out. To see all: python -m experiments doctor")

    def all(self, paper: str) -> list[dict[str, Any]]:
        """Return every record of a paper, sorted by key."""
        found = []
        for path in files(self.folder / _plain(paper)):
            if not PLAIN.fullmatch(path.stem):
                self._leave_out(path, BadRecord("its name is none of a record"))
            elif record := self.read(paper, path.stem):
                found.append(record)
        return found

    def write(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Write a record with its checksum, all of it or none; return it. What is no record is a `BadRecord`."""
        written = sealed(record)
        text = self.text(written)
        checked(written)
        write_atomically(self.path(written["paper"], written["key"]), text)
        return written

    @staticmethod
    def text(record: Mapping[str, Any]) -> str:
        """Return the content of a record's file."""
        return json.dumps(sealed(record), indent=1, sort_keys=True, allow_nan=False) + "\n"

    def rehome(self, record: Mapping[str, Any], key: str) -> None:
        """Move a record to another key, which is its own by the rule of today; one that is there stays."""
        path = self.path(record["paper"], record["key"])
        if self.path(record["paper"], key).exists():
            set_aside(path)
        else:
            self.write({**record, "key": key})
            path.unlink()

    @contextlib.contextmanager
    def _idle(self, paper: str, key: str) -> Iterator[bool]:
        """Yield whether nobody holds a run; while the block lasts, nobody does. Writes nothing, as `claim` does."""
        if fcntl is None:
            with self.claim(paper, key) as free:
                yield free
            return
        try:
            handle = os.open(self._lock(paper, key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:  # there is no lock: nobody has ever held the run, or the records came from elsewhere
            yield True
            return
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True
        finally:
            os.close(handle)

    def _lock(self, paper: str, key: str) -> pathlib.Path:
        return self.folder / _plain(paper) / ".locks" / _plain(key)

    @contextlib.contextmanager
    def claim(self, paper: str, key: str) -> Iterator[bool]:
        """Hold a run while working on it; yield whether it was free."""
        place = self._lock(paper, key)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():  # a lock is emptied when it is taken, and with it what it leads to
            place.unlink(missing_ok=True)
        lock = filelock.FileLock(place)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            yield False
            return
        try:
            self.sweep(paper, key)
            yield True
        finally:
            lock.release()

    def sweep(self, paper: str, key: str) -> None:
        """Remove what a process that was killed while it wrote has left behind."""
        for path in (self.path(paper, key), self.checkpoint(paper, key)):
            for name in self._left(path.parent):
                if name.startswith(f".{path.name}."):
                    (path.parent / name).unlink(missing_ok=True)

    def _left(self, folder: pathlib.Path) -> list[str]:
        """Return the partial files of a folder, which is listed again only when it has changed.

        A folder that has just changed is listed each time: clocks of file systems tick in milliseconds.
        """
        try:
            changed = folder.stat().st_mtime_ns
        except FileNotFoundError:
            return []
        known, names = self._partials.get(folder, (-1, []))
        if known != changed:
            names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(PARTIAL)]
            settled = time.time_ns() - changed > 1_000_000_000
            self._partials[folder] = (changed if settled else -1, names)
        return names


def files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Return what lies in a paper's folder as records do, in the order of the keys."""
    return sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))


def _intact(value: Any, key: str) -> bool:
    """Tell whether a value is a record of today's schema, of this run, with the checksum of its content."""
    try:
        return value["schema"] == SCHEMA and value["key"] == key and value["checksum"] == checksum(value)
    except (TypeError, KeyError, AttributeError, ValueError, RecursionError):
        return False


def _abandoned(record: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a record as it reads when nobody is at work on its run."""
    if record and record["outcome"] == "running":
        return sealed({**record, "outcome": "interrupted"})
    return record


def _plain(name: str) -> str:
    """Return a paper's or a run's name, of which a path is made.

    Raises:
        UsageError: it leads out of its folder.
    """
    if not isinstance(name, str) or not PLAIN.fullmatch(name):
        raise UsageError(f"Received: {quoted(name)!r} as the name of a record. Expected letters, digits, - and _.")
    return name
