"""The papers' citations, each in one place: `experiments/references.json`."""

import dataclasses
import functools
import json
import pathlib

from experiments.harness.errors import unknown

FILE = pathlib.Path(__file__).resolve().parents[1] / "references.json"


@dataclasses.dataclass(frozen=True)
class Reference:
    """A citation, and the chapter of the book that tells the paper."""

    title: str
    authors: str
    venue: str
    year: int
    link: str
    chapter: str


@functools.cache
def _all():
    return {key: Reference(**fields) for key, fields in json.loads(FILE.read_text(encoding="utf-8")).items()}


def get(key):
    """The reference called `key`."""
    if key not in _all():
        raise unknown("reference", key, _all())
    return _all()[key]
