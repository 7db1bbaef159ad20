"""Progress: a bar with an estimate on a terminal, plain lines elsewhere, JSON lines from a worker to its parent."""

import json
import sys
import threading
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Lines:
    """Plain lines, one an event, for logs and pipes."""

    EVERY = 30.0  # seconds between two lines within an epoch

    def __init__(self, stream=None):
        self.stream = stream or sys.stdout
        self.trained = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def _print(self, text):
        print(text, file=self.stream, flush=True)

    def started(self, run):
        """Say that a run starts; return what the engine calls as `on_step(epoch, step, steps)`."""
        self._print(f"start    {run.label}: {run.settings.epochs} epochs")
        return self._on_step(run.label, run.settings.epochs)

    def stacked(self, runs):
        """Say that several runs start as one program; return what `started` returns."""
        self._print(f"start    {len(runs)} runs as one program, {runs[0].label} to {runs[-1].label}")
        return self._on_step(f"{len(runs)} runs", runs[0].settings.epochs)

    def _on_step(self, label, epochs):
        last = time.monotonic()

        def on_step(epoch, step, steps):
            nonlocal last
            if time.monotonic() - last > self.EVERY:
                last = time.monotonic()
                self._print(f"step     {label}: epoch {epoch}/{epochs}, step {step}/{steps}")

        return on_step

    def epoch(self, run, row):
        """Say what an epoch gave."""
        numbers = ", ".join(f"{k} {v:.4g}" for k, v in row.items() if k not in ("epoch", "seconds", "probes"))
        self._print(f"epoch    {run.label}: {row['epoch']}/{run.settings.epochs} in {row['seconds']:.1f} s: {numbers}")

    def finished(self, run, record):
        """Say how a run ended."""
        self.trained += 1
        self._print(ended(run.label, record["outcome"], record["seconds"], record["error"]))

    def skipped(self, run, why):
        """Say that a run is not run again."""
        self._print(f"{'skip':8} {run.label}: {why}")

    def note(self, text):
        """Say something else."""
        self._print(text)

    def summary(self, records):
        """Say what all runs of the command came to."""
        self.note(summarised(self.trained, *counted(records)))


class Bars(Lines):
    """One bar for the run in progress, with the time it has left; finished runs stay as lines."""

    def __init__(self):
        super().__init__()
        self.console = Console()
        self.bars = _bars(self.console, MofNCompleteColumn(), TextColumn("steps"))
        self.task: TaskID | None = None

    def __enter__(self):
        self.bars.start()
        return self

    def __exit__(self, *error):
        self.bars.stop()

    def _print(self, text):
        self.console.print(text, markup=False, highlight=False)

    def started(self, run):
        """Show a run's bar; return what moves it."""
        return self._on_step(run.label, run.settings.epochs)

    def _on_step(self, label, epochs):
        task = self.task = self.bars.add_task(label, total=None)

        def on_step(epoch, step, steps):
            self.bars.update(task, total=epochs * steps, completed=(epoch - 1) * steps + step)

        return on_step

    def epoch(self, run, row):
        """Say nothing: the bar has moved."""

    def finished(self, run, record):
        """Say how a run ended, and take its bar away."""
        if self.task is not None:  # the runs of a stack finish together
            self.bars.remove_task(self.task)
            self.task = None
        super().finished(run, record)


class Messages(Lines):
    """Messages of a worker to its parent: one JSON object a line, which `Overall.told` reads."""

    EVERY = 1.0

    def _send(self, event, **facts):
        self._print(json.dumps({"event": event, **facts}))

    def started(self, run):
        """Tell that a run starts; return what tells how far it is."""
        return self._on_step(1, run.settings.epochs)

    def stacked(self, runs):
        """Tell that several runs start as one program; return what tells how far they are."""
        return self._on_step(len(runs), runs[0].settings.epochs)

    def _on_step(self, runs, epochs):
        self._send("step", runs=runs, share=0.0)
        last = time.monotonic()

        def on_step(epoch, step, steps):
            nonlocal last
            if time.monotonic() - last > self.EVERY:
                last = time.monotonic()
                self._send("step", runs=runs, share=(epoch - 1 + step / steps) / epochs)

        return on_step

    def epoch(self, run, row):
        """Tell nothing: the steps have told it."""

    def finished(self, run, record):
        """Tell how a run ended."""
        line = ended(run.label, record["outcome"], record["seconds"], record["error"])
        self._send("finished", outcome=record["outcome"], line=line)

    def skipped(self, run, why):
        """Tell nothing: each worker skips what another has finished."""

    def note(self, text):
        """Tell the parent to print a text."""
        self._send("note", text=text)

    def summary(self, records):
        """Tell what all runs of the command came to."""
        total, failed, diverged = counted(records)
        self._send("summary", runs=total, failed=failed, diverged=diverged)


class Overall:
    """One progress of all workers together: on no terminal a line a run. Threads may call it.

    Args:
        total: runs that are left to do.
    """

    def __init__(self, total):
        self.total, self.trained = total, 0
        self.parts = {}  # by worker: runs that it trains now, and the share of them that is done
        self.notes, self.ended = set(), None
        self.lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def told(self, worker, line):
        """Take in a line of a worker's output; what is no message is passed on."""
        try:
            message = json.loads(line)
            event = message["event"]
        except (ValueError, TypeError, KeyError):
            return self.note(line)
        with self.lock:
            if event == "step":
                self.parts[worker] = message["runs"], message["share"]
            elif event == "finished":
                self.trained += 1
                runs, share = self.parts.get(worker, (1, 1.0))
                self.parts[worker] = max(0, runs - 1), share
                self.total = max(self.total, self.trained)
                self._finished(message["outcome"], message["line"])
            elif event == "summary":
                self.ended = message["runs"], message["failed"], message["diverged"]
            elif event == "note" and message["text"] not in self.notes:  # each worker may have the same to say
                self.notes.add(message["text"])
                self._print(message["text"])
            self._moved()

    @property
    def completed(self):
        """Runs that are done, with the shares of those in progress."""
        return self.trained + sum(runs * share for runs, share in self.parts.values())

    def note(self, text):
        """Print a text."""
        with self.lock:
            self._print(text)

    def summary(self):
        """Print what all runs came to, as the workers that ended have told."""
        if self.ended:
            self.note(summarised(self.trained, *self.ended))

    def _print(self, text):
        print(text, flush=True)

    def _finished(self, outcome, line):
        width = len(str(self.total))
        self._print(f"{self.trained:{width}}/{self.total} {line}")

    def _moved(self):
        pass


class OverallBar(Overall):
    """The same on a terminal: one bar with the time left; of the runs that end, those that are not done stay."""

    def __init__(self, total, console=None):
        super().__init__(total)
        self.console = console or Console()
        counts = TextColumn("{task.fields[trained]}/{task.total:.0f} runs")
        self.bars = _bars(self.console, counts, speed_estimate_period=600)  # runs differ in length
        self.task = self.bars.add_task("training", total=total, trained=0)

    def __enter__(self):
        self.bars.start()
        return self

    def __exit__(self, *error):
        self.bars.stop()

    def _print(self, text):
        self.console.print(text, markup=False, highlight=False)

    def _finished(self, outcome, line):
        if outcome != "done":
            self._print(line)

    def _moved(self):
        self.bars.update(self.task, total=self.total, completed=self.completed, trained=self.trained)


def _bars(console, *counts, **options):
    """Return the columns of a bar: what, how far, how long, how long yet."""
    columns = TextColumn("{task.description}"), BarColumn(), *counts, TimeElapsedColumn(), TextColumn("left")
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, **options)


def ended(label, outcome, seconds, error):
    """Return how a run ended, in words."""
    return f"{outcome:8} {label} in {seconds:.1f} s" + (f" ({error})" if error else "")


def counted(records):
    """Return the number of records, and the errors of those that failed and of those that diverged.

    Divergence is a result, which the report states; for some variants the one that the paper expects. Of the
    runs of tuning it says nothing.
    """
    failed = [r["error"] for r in records if r["outcome"] == "failed"]
    diverged = [r["error"] for r in records if r["outcome"] == "diverged" and r["role"] == "final"]
    return len(records), failed, diverged


def summarised(trained, total, failed, diverged):
    """Return what all runs came to, in words."""
    text = f"{total} runs: {trained} trained now, {total - trained} done before"
    for errors, word in ((failed, "failed"), (diverged, "diverged")):
        if errors:
            text += f"; {len(errors)} {word}: {', '.join(sorted(set(errors)))}"
    return text


def progress(kind="auto"):
    """Return bars on a terminal and lines elsewhere; JSON lines for `"json"`."""
    if kind == "json":
        return Messages()
    return Bars() if sys.stdout.isatty() else Lines()


def overall(total):
    """Return one bar on a terminal, lines elsewhere."""
    return OverallBar(total) if sys.stdout.isatty() else Overall(total)
