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

WRITER = """
import itertools, sys
from experiments.runs.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
for n in itertools.count():
    record = {"paper": "p", "key": f"k{n % 3}", "outcome": "done", "a": n, "filler": ["x" * 20] * 5000, "z": n}
    store.write(record)
"""
HOLDER = """
import sys, time
from experiments.runs.store import Store
store = Store(sys.argv[1])
with store.claim("p", "k") as free:
    store.write({"paper": "p", "key": "k", "outcome": "running", "free": free})
    print("ready", flush=True)
    time.sleep(120)
"""


def start(script, folder):
    """A process that runs `script` and has said that it is ready."""
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    child = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE, env=environment)
    assert child.stdout.readline() == b"ready\n"
    return child


def kill(child):
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


def record(**changes):
    return {"paper": "p", "key": "k", "outcome": "done", "history": [{"epoch": 1, "loss": 0.1}], **changes}


def test_a_record_comes_back_as_it_was(tmp_path):
    store = Store(tmp_path)
    assert store.read("p", "k") is None
    store.write(record())
    assert store.read("p", "k") == record()
    store.write(record(key="b", outcome="failed"))
    assert [r["key"] for r in store.all("p")] == ["b", "k"]
    assert store.all("nobody") == []


def test_the_same_record_is_the_same_bytes(tmp_path):
    store = Store(tmp_path)
    store.write(record())
    first = store.path("p", "k").read_bytes()
    store.write(dict(reversed(record().items())))
    assert store.path("p", "k").read_bytes() == first
    assert first.endswith(b"}\n") and b"\r" not in first


def test_a_nan_is_never_written(tmp_path):
    store = Store(tmp_path)
    store.write(record())
    with pytest.raises(ValueError, match="JSON"):
        store.write(record(history=[{"loss": float("nan")}]))
    assert store.read("p", "k") == record()


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
    for _ in range(12):
        child = start(WRITER, tmp_path)
        time.sleep(moments.uniform(0, 0.06))
        kill(child)
        for path in (tmp_path / "p").glob("*.json"):
            written = json.loads(path.read_text())
            assert written["a"] == written["z"]
    assert Store(tmp_path).all("p")


def test_what_a_kill_leaves_of_a_write_is_removed_by_the_next_holder(tmp_path):
    store, other = Store(tmp_path), tmp_path / "p" / ".another.json.abc.partial"
    store.write(record())
    left = [tmp_path / "p" / ".k.json.abc.partial", tmp_path / "p" / ".checkpoints" / ".k.npz.abc.partial"]
    for path in (*left, other):
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    child = start(HOLDER, tmp_path)
    try:
        with store.claim("p", "k") as free:
            assert not free and other.exists()
        left[0].write_text("half")  # the holder may be writing
        with store.claim("p", "k"):
            assert left[0].exists()
    finally:
        kill(child)
    with store.claim("p", "k") as free:
        assert free and not any(path.exists() for path in left) and other.exists()
    assert store.read("p", "k")["outcome"] == "interrupted"


def test_a_claim_is_exclusive_and_ends_with_its_process(tmp_path):
    store = Store(tmp_path)
    child = start(HOLDER, tmp_path)
    try:
        assert store.read("p", "k")["outcome"] == "running"
        assert store.read("p", "k")["free"]
        with store.claim("p", "k") as free:
            assert not free
        with store.claim("p", "another") as free:
            assert free
    finally:
        kill(child)
    assert store.read("p", "k")["outcome"] == "interrupted"
    with store.claim("p", "k") as free:
        assert free
        assert store.read_claimed("p", "k")["outcome"] == "interrupted"
    with store.claim("p", "k") as free:  # released by the end of the block before
        assert free
        with store.claim("p", "k") as again:  # by the same process: held all the same
            assert not again


def test_a_claim_ends_with_its_block_however_that_ends(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ZeroDivisionError), store.claim("p", "k"):
        raise ZeroDivisionError
    with store.claim("p", "k") as free:
        assert free


def test_many_runs_are_held_at_once(tmp_path):
    store = Store(tmp_path)
    with contextlib.ExitStack() as claims:  # as many as the largest stack has
        assert all(claims.enter_context(store.claim("p", f"k{n}")) for n in range(256))


@pytest.mark.parametrize("text", ['{"outcome": "do', "", "[]", "null", "{}", "\x00\x00"])
def test_a_corrupt_record_names_its_file_and_what_to_do(tmp_path, text):
    store = Store(tmp_path)
    path = store.path("p", "k")
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(UsageError, match="k.json is not a run record.*Delete it"):
        store.read("p", "k")
    with pytest.raises(UsageError, match="k.json"):
        store.all("p")


@pytest.mark.parametrize("name", ["..", "../up", "a/b", "/tmp/x", "", ".hidden", "a\n", "a\x00", None])
def test_a_name_that_leads_out_of_its_folder_is_refused(tmp_path, name):
    store = Store(tmp_path / "runs")
    for place in ({"key": name}, {"paper": name}):
        with pytest.raises(UsageError, match="as the name of a record. Expected letters"):
            store.write(record(**place))
        named = {"paper": "p", "key": "k"} | place
        with pytest.raises(UsageError, match="as the name of a record"), store.claim(**named):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_linked_lock_empties_nothing(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "runs/p/.locks").mkdir(parents=True)
    (tmp_path / "runs/p/.locks/k").symlink_to(tmp_path / "kept")
    with Store(tmp_path / "runs").claim("p", "k") as free:
        assert free
    assert (tmp_path / "kept").read_text() == "kept"


def test_a_folder_is_listed_once_for_many_claims_and_again_when_it_has_changed(tmp_path, monkeypatch):
    store, listed, scandir = Store(tmp_path), [], os.scandir
    for n in range(50):
        store.write(record(key=f"k{n}"))
    with store.claim("p", "k0"):  # makes the folder of locks
        os.utime(tmp_path / "p", (0, 0))  # it has long been as it is
    monkeypatch.setattr("experiments.runs.store.os.scandir", lambda folder: listed.append(folder) or scandir(folder))
    for n in range(50):
        with store.claim("p", f"k{n}") as free:
            assert free
    assert len(listed) == 1
    left = tmp_path / "p/.k7.json.abc.partial"
    left.write_text("half")
    with store.claim("p", "k7"):
        assert len(listed) == 2 and not left.exists()
