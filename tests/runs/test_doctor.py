"""The doctor, and committed records with lines that are none."""

import json
import os

import pytest

from experiments.errors import UsageError
from experiments.runs import doctor, published
from experiments.runs.store import Store
from experiments.spec.settings import canonical
from tests.fakes import paper, record

PAPER = paper()
LINES = [canonical(record("a", seed)).encode() + b"\n" for seed in range(3)]


def cut(line):
    return line[: len(line) // 2] + b"\n"


DAMAGED = {  # the file, the number of the bad line, what is said of it, how many records are left
    "blank": ([LINES[0], b"\n", *LINES[1:]], 2, "it is blank", 3),
    "blank at the end": ([*LINES, b"\n"], 4, "it is blank", 3),
    "merge markers": ([LINES[0], b"<<<<<<< HEAD\n", *LINES[1:]], 2, "it is no JSON", 3),
    "byte order mark": ([b"\xef\xbb\xbf", *LINES], 1, "it is no JSON", 2),
    "cut": ([LINES[0], cut(LINES[1]), LINES[2]], 2, "it is no JSON", 2),
    "cut without an end": ([*LINES[:2], LINES[2][:-20]], 3, "it is no JSON", 2),
    "bytes": ([LINES[0], b"\xff\xfe\n", *LINES[1:]], 2, "it is no JSON", 3),
    "twice": ([*LINES, LINES[0]], 4, "it is of the run of line 1", 3),
    "edited": ([LINES[0], LINES[1].replace(b'"test_error":0.1', b'"test_error":0.3')], 2, "its checksum", 1),
    "not finished": (
        [LINES[0], canonical(record("b", 0, outcome="failed")).encode()],
        2,
        "Received: outcome=failed",
        1,
    ),
    "of another paper": ([LINES[0], LINES[1].replace(b"fake2000", b"real2001")], 2, "its checksum", 1),
    "empty": ([], 0, "it is empty", 0),
}


@pytest.fixture
def here(tmp_path):
    """A store with a record, and committed records."""
    store = Store(tmp_path / "runs")
    store.write(record("a", 0))
    path = published.at(PAPER, tmp_path / "reports")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(LINES))
    return tmp_path, store, path


def visit(here, repair=False):
    said = []
    return doctor.visit(here[1], repair, here[0] / "reports", said.append), said


def test_nothing_is_wrong(here):
    assert visit(here) == (0, ["4 records, 0 files or lines that are none"])
    assert visit((here[0] / "nowhere", Store(here[0] / "none"), None)) == (
        0,
        ["0 records, 0 files or lines that are none"],
    )


@pytest.mark.parametrize("parts, line, reason, left", DAMAGED.values(), ids=DAMAGED)
def test_a_line_that_is_no_record_is_named_and_the_others_go_on(here, parts, line, reason, left):
    folder, store, path = here
    content, notes = b"".join(parts), []
    path.write_bytes(content)
    records = published.read(PAPER, folder / "reports", notes.append)
    assert len(records) == left and all(canonical(r).encode() + b"\n" in LINES for r in records)
    where = f"{path}:{line}" if line else str(path)
    (note,) = notes
    assert note.startswith(f"{where} is no run record: {reason}") and note.endswith("doctor")
    with pytest.raises(UsageError) as error:  # it would be written again, without that line
        published.whole(PAPER, folder / "reports")
    assert str(error.value).startswith(f"{where} is no run record: {reason}")
    code, said = visit(here)
    assert code == 1 and said[0].startswith(f"{where}: {reason}") and "--repair" in said[-1]
    assert path.read_bytes() == content
    code, said = visit(here, repair=True)
    assert code == 0 and "moved to" in said[1]
    assert published.read(PAPER, folder / "reports", notes.append) == records and len(notes) == 1
    if line:  # every byte is in one of the two files
        aside = path.with_name("results.jsonl.aside")
        assert sorted(path.read_bytes() + aside.read_bytes()) == sorted(content)
    assert visit(here)[0] == 0


def test_what_is_set_aside_twice_is_kept_twice(here):
    _, _, path = here
    for text in (b"one", b"two\n"):
        path.write_bytes(b"".join(LINES) + text)
        visit(here, repair=True)
    assert path.with_name("results.jsonl.aside").read_bytes() == b"one\ntwo\n"
    assert path.read_bytes() == b"".join(LINES)


def test_bad_files_of_the_store_are_moved_beside_it_and_the_rest_stays(here):
    folder, store, path = here
    place = folder / "runs" / PAPER.key
    (place / "notes.json").write_text("remember")
    os.mkfifo(place / f"{'0' * 20}.json")
    (place / f"{'1' * 20}.json").write_text(json.dumps(record("a", 1)))
    (place / "readme.txt").write_text("mine")
    before = (place / f"{record('a', 0)['key']}.json").read_bytes()
    code, said = visit(here)
    assert code == 1 and len(said) == 4 and "it is no plain file" in said[0] and "which is not its name" in said[1]
    code, said = visit(here, repair=True)
    assert code == 0 and sum("moved to" in line for line in said) == 3
    assert {p.name for p in (place / ".aside").iterdir()} == {"notes.json", f"{'0' * 20}.json", f"{'1' * 20}.json"}
    assert store.all(PAPER.key) == [record("a", 0)] and (place / "readme.txt").exists()
    assert (place / f"{record('a', 0)['key']}.json").read_bytes() == before
    assert visit(here)[0] == 0


def test_committed_records_that_are_no_file_are_named(here):
    folder, _, path = here
    path.unlink()
    notes = []
    assert published.read(PAPER, folder / "reports", notes.append) == [] and notes == []
    os.mkfifo(path)
    assert published.read(PAPER, folder / "reports", notes.append) == []
    assert "it is no plain file" in notes[0]
    assert visit(here, repair=True)[0] == 0 and not path.exists()


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (record("a", 0), None),
        (record("a", 7, outcome="diverged"), None),
        (record("a", 0, learning_rate=0.1), None),  # the preset's own value
        (record("a", 0, backend="jax"), None),
        (record("a", 0, learning_rate=0.5), "changed settings (learning_rate)"),
        (record("a", 0, outcome="failed"), "not finished"),
        (record("a", 0, preset="quick"), "preset quick judges nothing"),
        (record("a", 0) | {"protocol": 2}, "of another protocol version than today's"),
        (record("a", 0) | {"experiment": "second"}, "the paper has no experiment second"),
        (record("a", 0) | {"code": {"commit": "f", "modified": True}}, "made by code with uncommitted changes"),
        (record("a", 0) | {"code": {"commit": "unknown", "modified": True}}, "made by code that no commit names"),
        (record("a", 0) | {"schema": 1}, "of a schema that had no checksum"),
        (
            record("a", 0) | {"settings": {**record("a", 0)["settings"], "variant": "c"}},
            "changed settings (preset, variant)",
        ),
    ],
)
def test_why_a_run_is_not_published(made, reason):
    assert published.refusal(PAPER, made) == reason
    assert bool(published.merge(PAPER, [], [made])) is (reason is None)
