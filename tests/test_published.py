"""The committed pages are what the committed records give, and every record is whole."""

import pathlib

import pytest

from experiments import papers
from experiments.report import build
from experiments.runs import published
from experiments.spec.identity import key, key_of

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAPERS = papers.load()


def test_rebuilding_changes_no_page(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert build.check(PAPERS) == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.key)
def test_every_published_record_is_where_its_meaning_puts_it(paper):
    records = published.read(paper, ROOT / "reports")
    assert len({key_of(r) for r in records}) == len(records)
    for r in records:
        address = key(r["paper"], r["experiment"], r["settings"], r["seed"], r["data"]["fingerprint"], r["protocol"])
        assert r["key"] == address
        assert r["outcome"] in ("done", "diverged") and not r["overrides"] and not r["code"]["modified"]
        if r["outcome"] == "done":
            assert [row["epoch"] for row in r["history"]] == list(range(1, r["settings"]["epochs"] + 1))
