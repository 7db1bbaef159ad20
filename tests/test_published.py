"""Every committed record is whole. That the pages are what the records give is what `make check` looks at."""

import hashlib
import pathlib

import pytest
from matplotlib.figure import Figure as Canvas

from experiments import book, papers
from experiments.report import render
from experiments.report.blocks import Picture
from experiments.report.page import paper_page
from experiments.report.view import PaperView, Source
from experiments.runs import published
from experiments.spec.identity import key, key_of
from experiments.spec.packing import unpacked
from experiments.spec.record import parsed
from experiments.spec.settings import canonical

# Records without a checksum of their own: how many there are, and the beginning of the SHA-256 of their lines.
BEFORE_CHECKSUMS = {
    "kingma2015_adam": (331, "e0484de10227f9f1"),
    "krizhevsky2012_alexnet": (42, "2c6c0e5950ecb222"),
    "loshchilov2019_adamw": (169, "244e14d89b79c29a"),
    "lu2019_dying_relu": (50, "14e6d8fa82d3e8ae"),
    "rumelhart1986_backprop": (40, "22470b574e2b9b19"),
    "wilson2017_marginal_value": (42, "2d66f71c5599293d"),
    "xu2015_rrelu": (10, "b5c840d0ea8db6b6"),
}
ROOT = pathlib.Path(__file__).resolve().parents[1]
PAPERS = [*papers.load(), *book.load()]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.key)
def test_every_published_record_is_where_its_meaning_puts_it(paper):
    records = published.read(paper, ROOT / "reports")
    assert len({key_of(r) for r in records}) == len(records)
    for r in records:
        content = (r["paper"], r["experiment"], r["settings"], r["seed"], r["data"]["fingerprint"], r["protocol"])
        assert r["key"] == key(*content, r["environment"]["backend"])
        assert r["outcome"] in ("done", "diverged") and not r["overrides"] and not r["code"]["modified"]
        if r["outcome"] == "done":
            assert [row["epoch"] for row in r["history"]] == list(range(1, r["settings"]["epochs"] + 1))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.key)
@pytest.mark.slow
def test_a_page_can_be_made_of_what_one_variant_left(paper):
    """Who has run one variant alone, or half of a preset, wants to see it."""
    kept = {(e.name, list(e.variants)[-1]) for e in paper.experiments}
    records = [
        r for r in published.read(paper, ROOT / "reports") if (r["experiment"], r["settings"]["variant"]) in kept
    ]
    page = paper_page(PaperView(paper, [Source("yours", tuple(records))]))
    for picture in page.every(Picture):
        picture.draw(Canvas().subplots())
    assert render.markdown(page).startswith(f"# {paper.title}")


def test_records_of_the_time_before_checksums_are_as_they_were():
    found = {}
    for path in sorted(ROOT.glob("reports/*/results.jsonl")):
        lines = [line for line in path.read_bytes().split(b"\n") if b'"schema":1,' in line]
        if lines:
            lines = [canonical(unpacked(parsed(line))).encode() for line in lines]  # as each was written
            found[path.parent.name] = len(lines), hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]
    assert found == BEFORE_CHECKSUMS


def test_a_record_of_the_first_schema_that_was_edited_or_made_later_is_none(tmp_path):
    path = tmp_path / "xu2015_rrelu" / "results.jsonl"
    path.parent.mkdir()
    lines = (ROOT / "reports" / "xu2015_rrelu" / "results.jsonl").read_bytes().splitlines(keepends=True)
    first = next(line for line in lines if b'"schema":1,' in line)
    record = unpacked(parsed(first))
    edited = record | {"history": [*record["history"][:-1], record["history"][-1] | {"test_error": 0.01}]}
    later = {**unpacked(parsed(next(line for line in lines if b'"schema":1,' not in line))), "schema": 1}
    later.pop("checksum")
    path.write_bytes(first + b"".join(f"{canonical(made)}\n".encode() for made in (edited, later)))
    records, bad = published.examine(path, "xu2015_rrelu")
    assert records == [record]
    assert [(line, "none of the records of the first schema" in reason) for line, reason in bad] == [
        (2, True),
        (3, True),
    ]
