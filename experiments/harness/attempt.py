"""One run being trained: its record, on disk from the start to the outcome."""

import contextlib
import time
import traceback

from experiments.harness import checkpoint as checkpoints
from experiments.harness.environment import code, environment
from experiments.harness.errors import Diverged, UsageError
from experiments.harness.settings import canonical
from experiments.harness.store import SCHEMA

FINISHED = ("done", "diverged")


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Attempt:
    """The record of one run, from its first line to its outcome.

    Args:
        runner: the `Runner`, whose store, progress and command count.
        run: a `Run`.
        address: its key.
        dataset: its `Dataset`.
    """

    def __init__(self, runner, run, address, dataset):
        self.store, self.progress, self.run, self.address = runner.store, runner.progress, run, address
        self.meaning = checkpoints.meaning(run.paper, address, run.protocol)
        self.kept, self.facts = None, {}
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
            "command": runner.command,
            "started": now(),
            "outcome": "running",
            "error": None,
            "history": [],
            "facts": {},
            "seconds": 0.0,
        }

    def begin(self):
        self.store.write(self.record)

    def checkpoint(self, every):
        """The run's own checkpoint."""
        path = self.store.checkpoint(self.run.paper, self.address)
        self.kept = checkpoints.Checkpoint(path, self.meaning, every, self.progress.note)
        return self.kept

    def row(self, row):
        """One more epoch. A row that JSON cannot hold, such as a NaN, is an error of this run and no other."""
        canonical(row)
        self.record["history"].append(row)

    def consume(self, train):
        """Take all rows of `train()`. However that ends, the record says so."""
        rows = iter(())
        try:
            rows = train()  # which may fail before its first row
            for row in rows:
                self.row(row)
                if len(self.record["history"]) > self.kept.rows:
                    self.progress.epoch(self.run, row)
        except KeyboardInterrupt as error:
            with contextlib.suppress(KeyboardInterrupt, AttributeError):
                rows.throw(error)  # between two rows only this tells the engine, which then saves
            self.end(error)
            raise
        except Exception as error:
            self.end(error)
            if isinstance(error, UsageError):
                raise
        else:
            self.end()

    def end(self, error=None, seconds=None):
        """Write the outcome that follows from what ended the run; a run of a stack says what it took."""
        record = self.record
        record["outcome"], record["error"] = _outcome(error)
        if record["outcome"] == "failed" and not isinstance(error, UsageError):
            self.progress.note("".join(traceback.format_exception(error)))
        record["facts"] = self.facts
        record["seconds"] = round(self.kept.seconds() if seconds is None else seconds, 2)
        self.store.write(record)
        if self.kept and record["outcome"] in FINISHED:  # what failed may be mended, and then goes on
            self.kept.clear()
        if not isinstance(error, (KeyboardInterrupt, UsageError)):
            self.progress.finished(self.run, record)


def _outcome(error):
    if error is None:
        return "done", None
    if isinstance(error, Diverged):
        return "diverged", str(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", "stopped by the user"
    return "failed", str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"
