"""Folders that are replaced whole, whoever is killed meanwhile, and by one at a time."""

import pathlib
import subprocess
import sys

import pytest

from experiments.report import swapping
from experiments.report.swapping import swapped

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Swaps, and ends as by a kill at the n-th step that changes names; the exit code says whether it came so far.
KILLED = """
import os, pathlib, shutil, sys
from experiments.report import swapping
folder, content, last, exchanging = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "True"
steps = 0

def counted(function):
    def step(*arguments, **options):
        global steps
        steps += 1
        if steps > last:
            os._exit(9)
        return function(*arguments, **options)
    return step

if not exchanging:
    swapping.ctypes.CDLL = lambda *arguments, **options: None
for module, names in ((os, ("rename", "replace", "unlink", "rmdir", "mkdir")), (swapping, ("_exchange",))):
    for name in names:
        setattr(module, name, counted(getattr(module, name)))
with swapping.swapped(folder) as beside:
    for name in ("a", "b"):
        (beside / name).mkdir()
        for part in ("one", "two"):
            (beside / name / part).write_text(content)
    (beside / "gone").mkdir()
    (beside / "file").write_text(content)
"""


def killed(folder, content, last, exchanging):
    command = [sys.executable, "-c", KILLED, str(folder), content, str(last), str(exchanging)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def state(folder):
    """Return the contents of all that is there, by entry."""
    found = {}
    for path in folder.iterdir():
        if path.is_dir() and path.name != swapping.PLACE:
            found[path.name] = {p.name: p.read_text() for p in path.iterdir()}
        elif path.is_file():
            found[path.name] = path.read_text()
    return found


def whole(content):
    both = {"one": content, "two": content}
    return {"a": both, "b": both, "file": content, "mine": "mine"}


@pytest.mark.parametrize("exchanging", [True, False])
def test_a_kill_at_any_step_leaves_whole_things_and_the_next_swap_finishes(tmp_path, exchanging):
    (tmp_path / "mine").write_text("mine")
    assert killed(tmp_path, "0", 10**6, exchanging) == 0 and state(tmp_path) == whole("0")
    before, step, ends = "0", 0, set()
    while True:
        (tmp_path / "gone").mkdir(exist_ok=True)
        (tmp_path / "gone" / "x").write_text("old")
        code = killed(tmp_path, str(step + 1), step, exchanging)
        found = state(tmp_path)
        found.pop("gone", None)
        old, new = whole(before), whole(str(step + 1))
        for name in old:
            # Where two paths cannot change places in one step, a folder is away for a moment.
            assert found.get(name) in (old[name], new[name]) or (not exchanging and name not in found), (step, name)
        with swapped(tmp_path):
            pass
        found = state(tmp_path)
        assert {**found, "gone": None} in ({**old, "gone": None}, {**new, "gone": None})
        ends.add(found == new)
        assert sorted(p.name for p in (tmp_path / swapping.PLACE).iterdir()) == ["lock"]
        before = found["file"]
        if code == 0:
            break
        step += 3 if exchanging else 5
    assert ends == {True, False} and "gone" not in found and step > 10


def test_nothing_changes_where_building_fails(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(ZeroDivisionError), swapped(tmp_path) as beside:
        (beside / "a").write_text("new")
        raise ZeroDivisionError
    assert state(tmp_path) == {"a": "old"}


def test_two_at_once_wait_for_each_other(tmp_path):
    script = (
        "import sys, pathlib; from experiments.report.swapping import swapped\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "for _ in range(20):\n"
        "    with swapped(folder, note=lambda text: None) as beside:\n"
        "        (beside / 'n').write_text(str(int((folder / 'n').read_text()) + 1))\n"
    )
    (tmp_path / "n").write_text("0")
    both = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0] and (tmp_path / "n").read_text() == "40"
