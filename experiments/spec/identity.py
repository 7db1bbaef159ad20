"""What belongs together: which records are of one run, and which may enter one mean.

All that decides a run's numbers has its place here:

- the *key*: paper, experiment, settings, seed, data (the arrays' fingerprint), protocol version, backend. Records of
  one key are of one run: it is run once, counts as done, and is published once.
- the *group*: data, protocol version, backend. Records of one mean, one tuning and one pair of seeds share it, for
  another backend draws other weights from the same seed.
- *code* decides by the protocol version, which is raised where a change of code changes what a run means; machine,
  threads, compiler and versions change the last digits only, and stand in the record.
- a *checkpoint* goes on bit for bit, and fixes all of these as well: `runs.checkpoint.meaning`.
"""

import dataclasses
import hashlib

from experiments.spec.settings import canonical

UNNAMED = "tensorflow"  # the backend whose runs had keys before keys named a backend; theirs stay


def key(paper, experiment, settings, seed, fingerprint, protocol, backend=UNNAMED):
    """Return the content address of a run: 20 hexadecimal digits that follow from what the run means."""
    meaning = {
        "paper": paper,
        "experiment": experiment,
        "settings": dict(settings),
        "seed": seed,
        "data": fingerprint,
        "protocol": protocol,
    }
    if backend != UNNAMED:
        meaning["backend"] = backend
    return hashlib.sha256(canonical(meaning).encode()).hexdigest()[:20]


def key_of(record, backend=None):
    """Return the key that a record's content gives, on its own backend or on another."""
    where = record["environment"]["backend"] if backend is None else backend
    paper, experiment, settings, seed = (record[name] for name in ("paper", "experiment", "settings", "seed"))
    return key(paper, experiment, settings, seed, record["data"]["fingerprint"], record["protocol"], where)


@dataclasses.dataclass(frozen=True, order=True)
class Group:
    """What all records of one mean share, their settings aside."""

    protocol: int
    backend: str
    data: str


def group_of(record):
    """Return the group of a record."""
    return Group(record["protocol"], record["environment"]["backend"], record["data"]["fingerprint"])
