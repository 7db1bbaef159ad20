"""What is the book's own is found as papers are, and counts apart from them."""

import dataclasses
import pathlib

import pytest

from experiments import arguments, book, known, papers
from experiments.errors import UsageError
from experiments.report.blocks import Heading
from experiments.report.index import index_page, totals
from experiments.report.opening import sentences
from experiments.report.page import links
from experiments.report.view import PaperView, Source
from tests.fakes import paper, record


def test_a_folder_of_the_book_is_a_name_of_the_command():
    assert arguments.names() == [*papers.names(), *book.names()]
    with pytest.raises(UsageError, match="Unknown paper: 'comparison_of_nothing'"):
        arguments.parse(["run", "comparison_of_nothing"])


def test_the_command_loads_what_is_asked(monkeypatch):
    monkeypatch.setattr(book, "names", lambda: ["comparison_x"])
    monkeypatch.setattr(book, "load", lambda wanted=("comparison_x",): [f"book/{name}" for name in wanted])
    monkeypatch.setattr(papers, "load", lambda wanted=("a", "b"): [f"papers/{name}" for name in wanted])
    assert known.load() == known.load(["all"]) == ["papers/a", "papers/b", "book/comparison_x"]
    assert known.load(["comparison_x", "b", "b"]) == ["book/comparison_x", "papers/b"]


def own(records=()):
    """A view of the same declaration as if it were the book's."""
    fake = paper()
    text = dataclasses.replace(fake.text, folder=pathlib.Path("experiments/book/comparison_x"))
    return PaperView(dataclasses.replace(fake, key="comparison_x", text=text), [Source("measured", tuple(records))])


def test_the_index_has_the_books_own_under_a_heading_apart():
    of_paper = PaperView(paper(), [Source("measured", (record("a", 0), record("b", 0)))])
    for records in ((), (record("a", 0),)):
        page = index_page([own(records), of_paper])
        headings = [block.anchor for block in page.every(Heading)]
        assert headings == ["fake2000_test", "book", "comparison_x"]
        assert totals(of_paper.text, [of_paper])[0] in page.blocks[2].text


def test_a_page_links_to_its_declaration():
    assert "(../../experiments/book/comparison_x/__init__.py)" in links(own(), (None, None), ("en",))


def test_a_page_before_its_first_run_says_so_once():
    assert len(sentences(own())) == 1 and len(sentences(own([record("a", 0)]))) == 2


def test_a_page_without_records_links_to_none():
    assert "results.jsonl" not in links(own(), (None, None), ("en",))
    assert "(results.jsonl)" in links(own([record("a", 0)]), (None, None), ("en",))
