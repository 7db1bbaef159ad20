"""One run being performed: its record, on disk from the start to the outcome."""

import pathlib
import tempfile
import time
import traceback

from experiments import stopping
from experiments.errors import Diverged, UsageError, described
from experiments.files import write_atomically
from experiments.runs import checkpoint as checkpoints
from experiments.runs.environment import code, environment
from experiments.spec.record import FINISHED, SCHEMA, BadRecord, check_row
from experiments.spec.settings import canonical


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Attempt:
    """The record of one run, from its first line to its outcome.

    Args:
        store, progress: the runner's.
        run: a `Run`.
        address: its key.
        dataset: its `Dataset`.
        command: the command line that the record quotes.
        known: an earlier, unfinished record of the run, or `None`.
    """

    def __init__(self, store, progress, run, address, dataset, command, known=None):
        self.store, self.progress, self.run, self.address = store, progress, run, address
        self.known = known
        self.meaning = checkpoints.meaning(run.paper, address, run.protocol)
        self.description = None  # the `Training` or `Computation`, once there is one
        self.began = time.perf_counter()
        self.record = {
            "schema": SCHEMA,
            "key": address,
            "paper": run.paper,
            "experiment": run.experiment,
            "preset": run.preset,
            "role": run.role,
            "settings": dict(run.settings),
            "overrides": run.overrides,
            "seed": run.seed,
            "protocol": run.protocol,
            "data": dataset.describe(),
            "code": code(),
            "environment": environment(),
            "command": command,
            "started": now(),
            "outcome": "running",
            "error": None,
            "history": [],
            "facts": {},
            "seconds": 0.0,
        }

    def begin(self):
        """Write the record of a run that is under way."""
        self.record = self.store.write(self.record)

    def add(self, row):
        """Add one more epoch. A row that no record can hold, such as a NaN, is an error of this run and no other."""
        canonical(row)
        check_row(row, len(self.record["history"]) + 1)
        self.record["history"].append(row)

    def end(self, error=None, seconds=None):
        """Write the outcome that follows from what ended the run, and how long it took."""
        record = self.record
        record["outcome"], record["error"] = _outcome(error)
        if record["outcome"] == "failed" and not isinstance(error, UsageError):
            self.progress.note("".join(traceback.format_exception(error)))
        record["facts"] = self.description.facts if self.description else {}
        record["seconds"] = round(time.perf_counter() - self.began if seconds is None else seconds, 2)
        try:
            record = self.record = self._written(record)
        except (BadRecord, TypeError, ValueError) as wrong:  # too few epochs, facts that are none: of this run alone
            changes = {"outcome": "failed", "error": f"{type(wrong).__name__}: {wrong}", "facts": {}}
            record = self.record = self._written(record | changes)
        if not isinstance(error, (KeyboardInterrupt, UsageError)):
            self.progress.finished(self.run, record)

    def _written(self, record):
        """Write a record; where that is impossible, keep a finished one elsewhere and say where."""
        try:
            return self.store.write(record)
        except OSError as error:
            if record["outcome"] in FINISHED:
                self.progress.note(f"{described(error)}. {self._elsewhere(record)}")
            raise

    def _elsewhere(self, record):
        name = f"{record['paper']}-{record['key']}.json"
        for folder in (tempfile.gettempdir(), pathlib.Path.home(), pathlib.Path.cwd()):
            try:
                path = pathlib.Path(folder) / name
                write_atomically(path, self.store.text(record))
                return f"The record is kept as {path}. Move it to {self.store.path(record['paper'], record['key'])}."
            except (OSError, RuntimeError):  # nor there; nobody's home
                continue
        return "The record could be kept nowhere."


def perform(attempts, session, kept):
    """Take all rows of a session and write down what comes; however that ends, every record says so.

    The records of one session end together, so that a resumed one is the same.

    Args:
        attempts: an `Attempt` for each of the session's trainings.
        session: an `engine.Session`.
        kept: its `Checkpoint`.
    """
    ended = {}

    def end(error=None):
        for i, attempt in enumerate(attempts):
            attempt.end(ended.get(i, error), kept.seconds() / len(attempts))

    try:
        for cells in session.rows():
            for i, (attempt, cell) in enumerate(zip(attempts, cells, strict=True)):
                if cell is not None and i not in ended and (error := _add(attempt, cell, kept)):
                    ended[i] = error
            if len(ended) == len(attempts):
                break
    except BaseException as error:
        if stopped := stopping.behind(error, UsageError):
            with stopping.held():
                session.save()
                ended.clear()
                end(stopped)
            raise stopped from None
        if not isinstance(error, Exception):
            raise
        end(error)
        if isinstance(error, UsageError):
            raise
    else:
        try:
            end()
        except OSError:
            session.save()  # the next call has only the record to write
            raise
        if any(attempt.record["outcome"] in FINISHED for attempt in attempts):  # what failed may be mended, and go on
            kept.clear()


def _add(attempt, cell, kept):
    """Give a run one cell; return what ends it there, if anything does."""
    if isinstance(cell, Diverged):
        return cell
    try:
        row = attempt.description.recorded(cell)
        attempt.add(row)
    except Exception as error:  # the paper's, of this run alone
        if stopped := stopping.behind(error, UsageError):
            raise stopped from None
        return error
    if len(attempt.record["history"]) > kept.rows:
        attempt.progress.epoch(attempt.run, row)
    return None


def compute(attempt):
    """Take the rows of a `Computation`."""
    try:
        for row in attempt.description.rows:
            attempt.add(row)
            attempt.progress.epoch(attempt.run, row)
            stopping.check()
    except BaseException as error:
        if stopped := stopping.behind(error, UsageError):
            with stopping.held():
                attempt.end(stopped)
            raise stopped from None
        if not isinstance(error, Exception):
            raise
        attempt.end(error)
        if isinstance(error, UsageError):
            raise
    else:
        attempt.end()


def _outcome(error):
    if error is None:
        return "done", None
    if isinstance(error, Diverged):
        return "diverged", str(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", "stopped by the user"
    return "failed", str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"
