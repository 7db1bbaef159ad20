"""Committed records: reading them, and adding a user's own. Imports no Keras."""

import functools
import pathlib

from experiments.errors import UsageError, warn
from experiments.files import read_whole
from experiments.spec.identity import key_of
from experiments.spec.packing import unpacked
from experiments.spec.record import FINISHED, BadRecord, checked, checksum, parsed
from experiments.spec.run import differences

RECORDS = "results.jsonl"
REPORTS, CHECKOUT = pathlib.Path("reports"), pathlib.Path(__file__).resolve().parents[2]
FIRST = pathlib.Path(__file__).with_name("first_schema.txt")  # key and checksum of each published record without one


def examine(path, paper):
    """Return the records of a file, and `(line, reason)` for each line that is none; line 0 is the file itself."""
    records, bad, seen = [], [], {}
    try:
        content = read_whole(path)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [(0, f"it cannot be read ({error.strerror or error})")]
    if not content.strip():
        return [], [(0, "it is empty")]
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1] if not lines[-1] else lines, start=1):
        try:
            if not line.strip():
                raise BadRecord("it is blank")
            record = checked(unpacked(parsed(line)), paper)
            if not vouched_for(record):
                raise BadRecord("it has no checksum, and is none of the records of the first schema that are known")
            if record["outcome"] not in FINISHED:
                raise BadRecord(f"Received: outcome={record['outcome']}. Expected one of {', '.join(FINISHED)}")
            if (first := seen.setdefault(key_of(record), number)) != number:
                raise BadRecord(f"it is of the run of line {first}")
        except BadRecord as error:
            bad.append((number, str(error)))
        else:
            records.append(record)
    return records, bad


def vouched_for(record):
    """Tell whether a checksum vouches for a record: its own, or one in the list of those that were made before any."""
    return record["schema"] > 1 or _first().get(record["key"]) == checksum(record)


@functools.cache
def _first():
    """Return the checksum of each record of the first schema by its key."""
    return dict(line.split() for line in FIRST.read_text(encoding="utf-8").splitlines())


def at(paper, reports=None):
    """Return the file of a paper's committed records; of no folder, those here, or from elsewhere the checkout's."""
    if reports is None:
        reports = REPORTS if (REPORTS / paper.key).is_dir() else CHECKOUT / REPORTS
    return pathlib.Path(reports) / paper.key / RECORDS


def read(paper, reports=None, note=warn):
    """Return the committed records of a paper; lines that are none are named and left out."""
    records, bad = examine(at(paper, reports), paper.key)
    if bad:
        note(f"{named(at(paper, reports), bad)} Left out. See: python -m experiments doctor")
    return records


def whole(paper, reports="reports"):
    """Return the committed records of a paper, which are about to be written again: every line has to be one."""
    records, bad = examine(at(paper, reports), paper.key)
    if bad:
        words = named(at(paper, reports), bad)
        raise UsageError(f"{words} Mend it, or set it aside: python -m experiments doctor --repair")
    return records


def named(path, bad):
    (line, reason), more = bad[0], len(bad) - 1
    others = f" (and {more} more line{'s' if more > 1 else ''})" if more else ""
    return f"{path}{f':{line}' if line else ''} is no run record: {reason}{others}."


def refusal(paper, record, counting=()):
    """Return why a run does not belong in the committed records; `None` if it does.

    They are finished runs of real data with a preset's own settings, under the protocol of today, made by code that
    a commit names.

    Args:
        paper: whose it is.
        record: the run's.
        counting: keys of the runs that count under some preset: a value that the user gave may be the tuned one.
    """
    experiment = next((e for e in paper.experiments if e.name == record["experiment"]), None)
    differ = experiment and key_of(record) not in counting and differences(experiment, record)
    reasons = {
        "not finished": record["outcome"] not in FINISHED,
        "preset quick judges nothing": record["preset"] == "quick",
        f"the paper has no experiment {record['experiment']}": experiment is None,
        "of another protocol version than today's": experiment and record["protocol"] != experiment.version,
        f"changed settings ({', '.join(differ or ())})": differ,
        "made by code that no commit names": record["code"]["commit"] == "unknown",
        "made by code with uncommitted changes": record["code"]["modified"],
        "of a schema that had no checksum": not vouched_for(record),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def merge(paper, published, own, counting=()):
    """Return published records with the user's own added; a run that is published stays as it is."""
    merged = {key_of(r): r for r in own if not refusal(paper, r, counting)} | {key_of(r): r for r in published}
    return sorted(merged.values(), key=lambda r: r["key"])
