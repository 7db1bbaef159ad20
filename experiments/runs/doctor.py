"""The `doctor` command: files and lines that are no run records, and moving them aside. Nothing is deleted."""

import dataclasses
import pathlib

from experiments.files import replacing, set_aside
from experiments.runs import published
from experiments.runs.store import files
from experiments.spec.record import BadRecord, load


@dataclasses.dataclass(frozen=True)
class Complaint:
    """A file of the store, or a line of the committed records, that is no run record. Line 0: the whole file."""

    path: pathlib.Path
    reason: str
    line: int | None = None

    def __str__(self):
        return f"{self.path}{f':{self.line}' if self.line else ''}: {self.reason}"


def examine(store, reports=pathlib.Path("reports")):
    """Return how many records there are, and the complaints."""
    good, bad = 0, []
    for folder in _folders(store.folder):
        for path in files(folder):
            try:
                load(path, folder.name, path.stem)
                good += 1
            except (BadRecord, FileNotFoundError) as error:  # a file may vanish meanwhile
                bad += [Complaint(path, str(error))] if isinstance(error, BadRecord) else []
    for folder in _folders(reports):
        if folder.name != "local":
            records, lines = published.examine(folder / published.RECORDS, folder.name)
            good += len(records)
            bad += [Complaint(folder / published.RECORDS, reason, line) for line, reason in lines]
    return good, bad


def visit(store, repair=False, reports=pathlib.Path("reports"), say=print):
    """Name all complaints, and where they are moved; return the exit code: 1 if something is left to do."""
    good, bad = examine(store, reports)
    for complaint in bad:
        say(str(complaint))
    if repair:
        for path in dict.fromkeys(complaint.path for complaint in bad):
            mine = [c for c in bad if c.path == path]
            aside = set_aside(path) if not mine[0].line else _lines_aside(path, {c.line for c in mine})
            say(f"{path}: moved to {aside}")
    words = f"{good} records, {len(bad)} files or lines that are none"
    say(words + (": python -m experiments doctor --repair moves them aside" if bad and not repair else ""))
    return 1 if bad and not repair else 0


def _folders(folder):
    """Return the folders of papers in a folder."""
    return sorted(f for f in folder.glob("*") if f.is_dir() and not f.name.startswith("."))


def _lines_aside(path, numbers):
    """Move lines of a file to one beside it, after those that are there; every other byte stays."""
    lines = path.read_bytes().split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + lines[-1:]
    parts = {True: [], False: []}
    for number, line in enumerate(lines, start=1):
        parts[number in numbers].append(line)
    aside = path.with_name(f"{path.name}.aside")
    before = aside.read_bytes() if aside.exists() else b""
    before += b"\n" if before and not before.endswith(b"\n") else b""  # a line that was cut
    for file, content in ((aside, [before, *parts[True]]), (path, parts[False])):  # twice for a moment, never lost
        with replacing(file) as out:
            out.write(b"".join(content))
    return aside
