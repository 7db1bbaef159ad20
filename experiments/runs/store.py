"""Run records: one JSON file per run, found by its key, complete or not there."""

import contextlib
import json
import os
import pathlib
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import filelock

from experiments.errors import UsageError, quoted
from experiments.files import PARTIAL, write_atomically

SCHEMA = 1
PLAIN = re.compile(r"\w[\w.-]*")
OUTCOMES = ("done", "diverged", "failed", "interrupted")


class Store:
    """Records below one folder, `<folder>/<paper>/<key>.json`.

    A run is claimed by a lock that the operating system releases when the process ends, however it
    ends. A record whose outcome is still "running" while nobody holds its lock was interrupted.
    """

    def __init__(self, folder: str | pathlib.Path = "runs"):
        self.folder = pathlib.Path(folder)
        self._partials: dict[pathlib.Path, tuple[int, list[str]]] = {}

    def path(self, paper: str, key: str) -> pathlib.Path:
        """Return the file of a record."""
        return self.folder / _plain(paper) / f"{_plain(key)}.json"

    def checkpoint(self, paper: str, key: str) -> pathlib.Path:
        """Return where a run that is not finished keeps its checkpoint."""
        return self.folder / _plain(paper) / ".checkpoints" / f"{_plain(key)}.npz"

    def read(self, paper: str, key: str) -> dict[str, Any] | None:
        """Return the record, or `None`. One that is still running but abandoned reads as interrupted."""
        record = self._read(paper, key)
        if record and record["outcome"] == "running":
            with self.claim(paper, key) as free:
                if free:  # read again: the run may have ended since
                    record = self.read_claimed(paper, key)
        return record

    def read_claimed(self, paper: str, key: str) -> dict[str, Any] | None:
        """Return what `read` does, to the holder of the claim: nobody else can be running it."""
        record = self._read(paper, key)
        if record and record["outcome"] == "running":
            record["outcome"] = "interrupted"
        return record

    def _read(self, paper: str, key: str) -> dict[str, Any] | None:
        path = self.path(paper, key)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(record, dict) or "outcome" not in record:
                raise ValueError("it states no outcome")
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UsageError(f"{path} is not a run record ({error}). Delete it to run it again.") from error
        return record

    def all(self, paper: str) -> list[dict[str, Any]]:
        """Return every record of a paper, sorted by key."""
        keys = sorted(path.stem for path in (self.folder / paper).glob("*.json"))
        return [record for key in keys if (record := self.read(paper, key))]

    def write(self, record: Mapping[str, Any]) -> None:
        """Write a record, all of it or none."""
        text = json.dumps(record, indent=1, sort_keys=True, allow_nan=False)
        write_atomically(self.path(record["paper"], record["key"]), text + "\n")

    @contextlib.contextmanager
    def claim(self, paper: str, key: str) -> Iterator[bool]:
        """Hold a run while working on it; yield whether it was free."""
        place = self.folder / _plain(paper) / ".locks" / _plain(key)
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


def _plain(name: str) -> str:
    """Return a paper's or a run's name, of which a path is made.

    Raises:
        UsageError: it leads out of its folder.
    """
    if not isinstance(name, str) or not PLAIN.fullmatch(name):
        raise UsageError(f"Received: {quoted(name)!r} as the name of a record. Expected letters, digits, - and _.")
    return name
