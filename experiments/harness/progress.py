"""Progress: a bar with an estimate on a terminal, plain lines elsewhere."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Lines:
    """Plain lines, one per event, for logs and pipes."""

    EVERY = 30  # seconds between two lines within an epoch

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
        self._print(f"start    {run.label}: {run.settings.epochs} epochs")
        return self._on_step(run.label, run.settings.epochs)

    def _on_step(self, label, epochs):
        last = time.monotonic()

        def on_step(epoch, step, steps):
            nonlocal last
            if time.monotonic() - last > self.EVERY:
                last = time.monotonic()
                self._print(f"step     {label}: epoch {epoch}/{epochs}, step {step}/{steps}")

        return on_step

    def stacked(self, runs):
        """Several runs start as one."""
        self._print(f"start    {len(runs)} runs as one program, {runs[0].label} to {runs[-1].label}")
        return self._on_step(f"{len(runs)} runs", runs[0].settings.epochs)

    def epoch(self, run, row):
        numbers = ", ".join(f"{k} {v:.4g}" for k, v in row.items() if k not in ("epoch", "seconds", "probes"))
        self._print(f"epoch    {run.label}: {row['epoch']}/{run.settings.epochs} in {row['seconds']:.1f} s: {numbers}")

    def finished(self, run, record):
        self.trained += 1
        reason = f" ({record['error']})" if record["error"] else ""
        self._print(f"{record['outcome']:8} {run.label} in {record['seconds']:.1f} s{reason}")

    def skipped(self, run, why):
        self._print(f"{'skip':8} {run.label}: {why}")

    def note(self, text):
        self._print(text)


class Bars(Lines):
    """One bar for the run in progress, with the time it has left; finished runs stay as lines."""

    def __init__(self):
        super().__init__()
        self.console = Console()
        self.bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self.task = None

    def __enter__(self):
        self.bars.start()
        return self

    def __exit__(self, *error):
        self.bars.stop()

    def _print(self, text):
        self.console.print(text, markup=False, highlight=False)

    def started(self, run):
        return self._on_step(run.label, run.settings.epochs)

    def _on_step(self, label, epochs):
        self.task = self.bars.add_task(label, total=None)

        def on_step(epoch, step, steps):
            self.bars.update(self.task, total=epochs * steps, completed=(epoch - 1) * steps + step)

        return on_step

    def epoch(self, run, row):
        pass

    def finished(self, run, record):
        if self.task is not None:  # the runs of a stack finish together
            self.bars.remove_task(self.task)
            self.task = None
        super().finished(run, record)


def progress():
    """Bars on a terminal, lines elsewhere."""
    return Bars() if sys.stdout.isatty() else Lines()
