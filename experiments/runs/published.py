"""Committed records: reading them, and adding a user's own. Imports no Keras."""

import json
import pathlib

RECORDS = "results.jsonl"
# Of the checkout, wherever the command is given.
REPORTS = pathlib.Path(__file__).resolve().parents[2] / "reports"


def read(paper, reports=REPORTS):
    """Return the committed records of a paper."""
    path = pathlib.Path(reports) / paper.key / RECORDS
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def publishable(record):
    """Tell whether a run belongs in the committed records: finished, real data, the preset's own settings."""
    return record["outcome"] in ("done", "diverged") and not record["overrides"] and record["preset"] != "quick"


def merge(published, own):
    """Return published records with the user's own added; a key that is published stays as it is."""
    merged = {r["key"]: r for r in own if publishable(r)} | {r["key"]: r for r in published}
    return [merged[key] for key in sorted(merged)]
