"""Records and claims, also where a process is killed."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from experiments.errors import UsageError
from experiments.files import write_atomically
from experiments.runs.store import Store
from experiments.spec.record import BadRecord, load
from tests.fakes import record

WRITER = """
import itertools, json, sys
from experiments.runs.store import Store
store, templates = Store(sys.argv[1]), json.loads(sys.argv[2])
print("ready", flush=True)
for n in itertools.count():
    store.write(templates[n % 3] | {"facts": {"a": n, "filler": ["x" * 20] * 5000, "z": n}})
"""
HOLDER = """
import json, sys, time
from experiments.runs.store import Store
store, (record,) = Store(sys.argv[1]), json.loads(sys.argv[2])
with store.claim(record["paper"], record["key"]) as free:
    store.write(record | {"outcome": "running", "facts": {"free": free}})
    print("ready", flush=True)
    time.sleep(120)
"""
PAPER = "fake2000_test"


def start(script, folder, *records):
    """A process that runs `script` with some records and has said that it is ready."""
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    child = subprocess.Popen(
        [sys.executable, "-c", script, folder, json.dumps(records)], stdout=subprocess.PIPE, env=environment
    )
    assert child.stdout.readline() == b"ready\n"
    return child


def kill(child):
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


K = record("a", 0)["key"]


def test_a_record_comes_back_as_it_was(tmp_path):
    store, records = Store(tmp_path), [record("a", 0), record("b", 1, outcome="failed")]
    assert store.read(PAPER, K) is None
    assert store.write(records[0]) == records[0] == store.read(PAPER, K)
    store.write(records[1])
    assert store.all(PAPER) == sorted(records, key=lambda r: r["key"])
    assert store.all("nobody") == []


def test_the_same_record_is_the_same_bytes(tmp_path):
    store = Store(tmp_path)
    store.write(record("a", 0))
    first = store.path(PAPER, K).read_bytes()
    store.write(dict(reversed(record("a", 0).items())))
    assert store.path(PAPER, K).read_bytes() == first
    assert first.endswith(b"}\n") and b"\r" not in first


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seconds": float("nan")}, "JSON"),
        ({"seed": 1}, "Expected [0-9a-f]{20}, which follows from its content"),
        ({"key": "../../../escaped"}, "Expected 20 hexadecimal digits"),
        ({"paper": "../elsewhere"}, "Expected a name"),
    ],
)
def test_what_is_no_record_is_never_written(tmp_path, change, reason):
    store = Store(tmp_path / "runs")
    store.write(record("a", 0))
    with pytest.raises(ValueError, match=reason):
        store.write(record("a", 0) | change)
    assert store.all(PAPER) == [record("a", 0)]
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, "old")

    def refuse(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_killed_at_any_moment_every_record_is_whole(tmp_path):
    moments = random.Random(0)
    for _ in range(8):
        child = start(WRITER, tmp_path, *(record("a", seed) for seed in range(3)))
        time.sleep(moments.uniform(0, 0.3))
        kill(child)
        for path in (tmp_path / PAPER).glob("*.json"):
            facts = load(path, PAPER, path.stem)["facts"]
            assert facts["a"] == facts["z"]
    assert Store(tmp_path).all(PAPER)


def test_what_a_kill_leaves_of_a_write_is_removed_by_the_next_holder(tmp_path):
    store, folder = Store(tmp_path), tmp_path / PAPER
    other = folder / ".another.json.abc.partial"
    store.write(record("a", 0))
    left = [folder / f".{K}.json.abc.partial", folder / ".checkpoints" / f".{K}.npz.abc.partial"]
    for path in (*left, other):
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    child = start(HOLDER, tmp_path, record("a", 0))
    try:
        with store.claim(PAPER, K) as free:
            assert not free and other.exists()
        left[0].write_text("half")  # the holder may be writing
        with store.claim(PAPER, K):
            assert left[0].exists()
    finally:
        kill(child)
    with store.claim(PAPER, K) as free:
        assert free and not any(path.exists() for path in left) and other.exists()
    assert store.read(PAPER, K)["outcome"] == "interrupted"


def test_a_claim_is_exclusive_and_ends_with_its_process(tmp_path):
    store = Store(tmp_path)
    child = start(HOLDER, tmp_path, record("a", 0))
    try:
        assert store.read(PAPER, K)["outcome"] == "running"
        assert store.read(PAPER, K)["facts"]["free"]
        with store.claim(PAPER, K) as free:
            assert not free
        with store.claim(PAPER, "another") as free:
            assert free
    finally:
        kill(child)
    assert store.read(PAPER, K)["outcome"] == "interrupted"
    with store.claim(PAPER, K) as free:
        assert free
        assert store.read_claimed(PAPER, K)["outcome"] == "interrupted"
    with store.claim(PAPER, K) as free:  # released by the end of the block before
        assert free
        with store.claim(PAPER, K) as again:  # by the same process: held all the same
            assert not again


def test_a_claim_ends_with_its_block_however_that_ends(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ZeroDivisionError), store.claim(PAPER, K):
        raise ZeroDivisionError
    with store.claim(PAPER, K) as free:
        assert free


def test_many_runs_are_held_at_once(tmp_path):
    store = Store(tmp_path)
    with contextlib.ExitStack() as claims:  # as many as the largest stack has
        assert all(claims.enter_context(store.claim(PAPER, f"k{n}")) for n in range(256))


def _fifo(path):
    os.mkfifo(path)


def _huge(path):
    with path.open("wb") as file:
        file.truncate(2**40)


def _misplaced(path):
    path.write_text(json.dumps(record("b", 1)))


def _edited(path):
    path.write_text(json.dumps(record("a", 0)).replace('"test_error": 0.1', '"test_error": 0.01'))


BAD = {  # how a bad file comes to be, and a part of what is said of it
    "cut": (lambda path: path.write_text('{"outcome": "do'), "it is no JSON"),
    "empty": (lambda path: path.write_text(""), "it is no JSON"),
    "zeros": (lambda path: path.write_bytes(bytes(9)), "it is no JSON"),
    "bom": (lambda path: path.write_text("\ufeff{}"), "it is no JSON"),
    "deep": (lambda path: path.write_text("[" * 10**5), "nested too deep"),
    "list": (lambda path: path.write_text("[]"), "Expected a record"),
    "nothing": (lambda path: path.write_text("{}"), "it states no schema"),
    "nan": (lambda path: path.write_text('{"seconds": NaN}'), "Received: NaN"),
    "twice": (lambda path: path.write_text('{"seed": 1, "seed": 2}'), "stands twice"),
    "folder": (lambda path: path.mkdir(), "it is no plain file"),
    "fifo": (_fifo, "it is no plain file"),
    "huge": (_huge, "1,099,511,627,776 bytes"),
    "dangling": (lambda path: path.symlink_to("nowhere"), "it links to nothing"),
    "circle": (lambda path: path.symlink_to(path.name), "it cannot be read"),
    "misplaced": (_misplaced, "which is not its name"),
    "edited": (_edited, "its checksum is not that of its content"),
}


@pytest.mark.parametrize("make, reason", BAD.values(), ids=BAD)
def test_a_bad_file_is_named_once_and_left_out_and_its_place_is_had_without_losing_it(tmp_path, make, reason):
    notes = []
    store = Store(tmp_path, notes.append)
    store.write(record("a", 1))
    path = store.path(PAPER, K)
    make(path)
    for _ in range(2):
        assert store.all(PAPER) == [record("a", 1)] and store.read(PAPER, K) is None
    (note,) = notes
    assert note.startswith(f"{path} is left out: ") and reason in note and "doctor" in note and "\n" not in note
    with store.claim(PAPER, K):
        assert store.read_claimed(PAPER, K) is None
        store.write(record("a", 0))
    assert reason in notes[1] and f"kept as {path.parent / '.aside' / path.name}" in notes[1]
    assert os.path.lexists(path.parent / ".aside" / path.name) and store.read(PAPER, K) == record("a", 0)


def test_notes_beside_the_records_stop_nothing(tmp_path):
    notes = []
    store = Store(tmp_path, notes.append)
    store.write(record("a", 0))
    for name in ("notes.json", ".hidden.json", "notes.txt"):
        (tmp_path / PAPER / name).write_text('{"remember": "this"}')
    assert store.all(PAPER) == [record("a", 0)]
    assert len(notes) == 1 and "notes.json is left out: it states no schema" in notes[0]


def test_many_bad_files_are_not_all_named(tmp_path):
    notes = []
    store = Store(tmp_path, notes.append)
    for n in range(50):
        path = store.path(PAPER, f"{n:020x}")
        path.parent.mkdir(exist_ok=True)
        path.write_text("{")
    assert store.all(PAPER) == [] and len(notes) == 11 and "doctor" in notes[-1]


def test_a_record_of_the_first_schema_still_reads(tmp_path):
    """Its key names no backend, and it has no checksum."""
    notes = []
    store = Store(tmp_path, notes.append)
    for made, backend in ((record("a", 0), "tensorflow"), (record("a", 1), "jax")):
        made["environment"]["backend"] = backend
        made |= {"schema": 1}
        del made["checksum"]
        path = store.path(PAPER, made["key"])
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(made))
    assert [r["environment"]["backend"] for r in sorted(store.all(PAPER), key=lambda r: r["seed"])] == [
        "tensorflow",
        "jax",
    ]
    assert notes == []


@pytest.mark.parametrize("name", ["..", "../up", "a/b", "/tmp/x", "", ".hidden", "a\n", "a\x00", None])
def test_a_name_that_leads_out_of_its_folder_is_refused(tmp_path, name):
    store = Store(tmp_path / "runs")
    for place in ({"key": name}, {"paper": name}):
        with pytest.raises((UsageError, BadRecord)):  # no record of this name is valid
            store.write(record("a", 0) | place)
        named = {"paper": PAPER, "key": K} | place
        with pytest.raises(UsageError, match="as the name of a record"), store.claim(**named):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_linked_lock_empties_nothing(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "runs" / PAPER / ".locks").mkdir(parents=True)
    (tmp_path / "runs" / PAPER / ".locks/k").symlink_to(tmp_path / "kept")
    with Store(tmp_path / "runs").claim(PAPER, "k") as free:
        assert free
    assert (tmp_path / "kept").read_text() == "kept"


def test_a_folder_is_listed_once_for_many_claims_and_again_when_it_has_changed(tmp_path, monkeypatch):
    store, listed, scandir = Store(tmp_path), [], os.scandir
    store.write(record("a", 0))
    with store.claim(PAPER, "k0"):  # makes the folder of locks
        os.utime(tmp_path / PAPER, (0, 0))  # it has long been as it is
    monkeypatch.setattr("experiments.runs.store.os.scandir", lambda folder: listed.append(folder) or scandir(folder))
    for n in range(50):
        with store.claim(PAPER, f"k{n}") as free:
            assert free
    assert len(listed) == 1
    left = tmp_path / PAPER / ".k7.json.abc.partial"
    left.write_text("half")
    with store.claim(PAPER, "k7"):
        assert len(listed) == 2 and not left.exists()


def test_reading_writes_nothing_and_tells_who_is_at_work(tmp_path, monkeypatch):
    """As on a disk that is read-only."""
    store = Store(tmp_path)
    for seed in (0, 1):
        store.write(record("a", seed, outcome="interrupted") | {"outcome": "running", "error": None})
    before = sorted(tmp_path.rglob("*"))
    assert [r["outcome"] for r in store.all(PAPER)] == ["interrupted"] * 2 and sorted(tmp_path.rglob("*")) == before
    with store.claim(PAPER, K):
        outcomes = {r["seed"]: r["outcome"] for r in Store(tmp_path).all(PAPER)}
    assert outcomes == {0: "running", 1: "interrupted"}


def test_what_is_finished_is_read_without_a_lock(tmp_path):
    store = Store(tmp_path)
    store.write(record("a", 0))
    assert store.read_finished(PAPER, K)["outcome"] == "done" and not (tmp_path / PAPER / ".locks").exists()
    store.write(record("a", 0, outcome="failed"))
    assert store.read_finished(PAPER, K) is None
