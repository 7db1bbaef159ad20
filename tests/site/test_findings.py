"""The table of all findings, from the judgements of a paper."""

import types

import pytest

from experiments.site import all_findings


def row(name, key="a"):
    return {
        "key": key,
        "anchor": f"finding-{name}",
        "language": "en",
        "paper": "A (2000)",
        "finding": f"{name} <holds>",
        "verdict": "open",
        "class": "open",
        "kind": "finding",
        "component": ["Adam", "SGD"],
        "dataset": ["mnist"],
        "scale": [],
    }


@pytest.fixture
def page(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/index.md").write_text('<a id="finding-one"></a>\n\nOne.\n')
    rows = [row("one"), row("two"), row("both"), row("both", "b")]
    monkeypatch.setattr(all_findings, "rows_of", lambda view, language: rows)
    all_findings.write([types.SimpleNamespace()], tmp_path, "en", {"a/index"})
    return (tmp_path / "findings.md").read_text()


def test_a_row_has_the_anchor_of_its_papers_page_and_leads_there(page):
    assert '<tr id="finding-one"' in page and 'href="a/index.html#finding-one">one &lt;holds&gt;</a>' in page
    assert '<tr id="finding-two"' in page and 'href="a/index.html">two' in page  # its page does not have it yet


def test_two_of_one_name_have_two_anchors_and_one_without_a_page_no_link(page):
    assert '<tr id="a-finding-both"' in page and '<tr id="b-finding-both"' in page
    assert page.count('<td lang="en">both &lt;holds&gt;</td>') == 1


def test_what_is_filtered_by_stands_in_the_row(page):
    assert "&quot;component&quot;: [&quot;Adam&quot;, &quot;SGD&quot;]" in page and "<td>Adam, SGD" not in page
