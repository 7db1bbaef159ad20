"""Run records: one JSON file per run, found by its key, complete or not there."""

import contextlib
import json
import os
import pathlib
import tempfile

try:
    import fcntl
except ImportError:  # Windows: no locks, so only one process may run at a time
    fcntl = None

from experiments.harness.errors import UsageError

SCHEMA = 1
OUTCOMES = ("done", "diverged", "failed", "interrupted")
PARTIAL = ".partial"


@contextlib.contextmanager
def replacing(path):
    """A binary file that becomes `path` when the block ends, and vanishes when it fails.

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


class Store:
    """Records below one folder, `<folder>/<paper>/<key>.json`.

    A run is claimed by a lock that the operating system releases when the process ends, however it
    ends. A record whose outcome is still "running" while nobody holds its lock was interrupted.
    """

    def __init__(self, folder="runs"):
        self.folder = pathlib.Path(folder)

    def path(self, paper, key):
        return self.folder / paper / f"{key}.json"

    def checkpoint(self, paper, key):
        """Where a run that is not finished keeps its checkpoint."""
        return self.folder / paper / ".checkpoints" / f"{key}.npz"

    def read(self, paper, key):
        """The record, or `None`. One that is still running but abandoned reads as interrupted."""
        record = self._read(paper, key)
        if record and record["outcome"] == "running":
            with self.claim(paper, key) as free:
                if free:  # read again: the run may have ended since
                    record = self.read_claimed(paper, key)
        return record

    def read_claimed(self, paper, key):
        """`read` for the holder of the claim: nobody else can be running it."""
        record = self._read(paper, key)
        if record and record["outcome"] == "running":
            record["outcome"] = "interrupted"
        return record

    def _read(self, paper, key):
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

    def all(self, paper):
        """Every record of a paper, sorted by key."""
        keys = sorted(path.stem for path in (self.folder / paper).glob("*.json"))
        return [record for key in keys if (record := self.read(paper, key))]

    def write(self, record):
        text = json.dumps(record, indent=1, sort_keys=True, allow_nan=False)
        write_atomically(self.path(record["paper"], record["key"]), text + "\n")

    @contextlib.contextmanager
    def claim(self, paper, key):
        """Hold a run while working on it: yields whether it was free."""
        if fcntl is None:
            yield True
            return
        folder = self.folder / paper / ".locks"
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / key, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            self.sweep(paper, key)
            yield True

    def sweep(self, paper, key):
        """Remove what a process that was killed while it wrote has left behind."""
        for path in (self.path(paper, key), self.checkpoint(paper, key)):
            for partial in path.parent.glob(f".{path.name}.*{PARTIAL}"):
                partial.unlink(missing_ok=True)
