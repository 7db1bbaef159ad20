"""Records are read from where the user says, and nothing is written there."""

import json
import os

import pytest

from experiments.errors import UsageError
from experiments.runs.elsewhere import read
from experiments.runs.store import Store
from experiments.spec.settings import canonical
from tests.fakes import record

KEY = "fake2000_test"


def lines(records):
    return "".join(canonical(r) + "\n" for r in records)


@pytest.fixture
def records():
    return sorted((record(v, s) for v in "ab" for s in range(2)), key=lambda r: r["key"])


def published(folder, records):
    (folder / KEY).mkdir(parents=True)
    (folder / KEY / "results.jsonl").write_text(lines(records))
    return folder


def stored(folder, records):
    store = Store(folder)
    for r in records:
        store.write(r)
    return folder


def places(folder, records):
    """Return every kind of place with these records, and whether it speaks of its papers alone."""
    (folder / "any.jsonl").write_text(lines(records))
    pages, runs = published(folder / "reports", records), stored(folder / "runs", records)
    return [
        (pages, False),
        (runs, False),
        (pages / KEY, True),
        (runs / KEY, True),
        (pages / KEY / "results.jsonl", True),
        (folder / "any.jsonl", True),
    ]


def test_every_kind_of_place_is_read_and_left_as_it_is(tmp_path, records):
    notes = []
    for place, alone in places(tmp_path, records):
        before = sorted(tmp_path.rglob("*"))
        found, only = read(str(place), [KEY, "other2001_paper"], notes.append)
        assert found == {KEY: records} and only == alone, place
        assert sorted(tmp_path.rglob("*")) == before
    assert notes == []


def test_bad_lines_and_files_are_named_and_left_out(tmp_path, records):
    notes = []
    pages = published(tmp_path / "reports", records)
    file = pages / KEY / "results.jsonl"
    file.write_text(file.read_text() + "no record\n" + canonical({**records[0], "seconds": 9.0}) + "\n")
    assert read(pages, [KEY], notes.append)[0] == {KEY: records}
    (note,) = notes
    assert note.startswith(f"{file}:5 is no run record: it is no JSON") and "(and 1 more line)" in note

    runs, notes = stored(tmp_path / "runs", records), []
    changed = {**records[0], "seconds": 9.0}
    (runs / KEY / f"{records[0]['key']}.json").write_text(json.dumps(changed))
    os.mkfifo(runs / KEY / f"{'0' * 20}.json")
    assert read(runs, [KEY], notes.append)[0] == {KEY: records[1:]}
    assert len(notes) == 2 and "it is no plain file" in notes[0] and "checksum" in notes[1]
    for n in range(30):
        (runs / KEY / f"bad{n}.json").write_text("{")
    notes.clear()
    read(runs, [KEY], notes.append)
    assert len(notes) == 11 and notes[-1].endswith("22 more files are left out.")


def test_records_of_a_paper_that_is_not_here_are_named(tmp_path, records):
    file, notes = tmp_path / "all.jsonl", []
    file.write_text(lines(records))
    with pytest.raises(UsageError, match="where there are no records"):
        read(file, ["other2001_paper"], notes.append)
    assert notes == [f"{file}: there is no paper {KEY}. Its records are left out."]


@pytest.mark.parametrize("place", ["nowhere", "empty", "file"])
def test_a_place_without_records_is_wrong_use(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=f"{place}, where there are no records. Expected a folder with PAPER/"):
        read(place, [KEY], lambda note: None)
