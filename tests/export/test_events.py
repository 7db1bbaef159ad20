"""Event files hold the histories of the records, each in the folder of its run."""

import datetime
import sys

import numpy as np
import pytest

from experiments.errors import UsageError
from experiments.export import events
from experiments.spec.identity import key_of
from experiments.spec.record import sealed
from tests.fakes import record


def read(folder):
    """Return the events of the only file in a folder."""
    import tensorflow

    (path,) = folder.iterdir()
    assert "tfevents" in path.name
    return list(tensorflow.compat.v1.train.summary_iterator(str(path)))


def test_each_run_has_its_history_in_its_folder(tmp_path):
    made = [record("a", 0, 0.1), record("b", 2, 0.3)]
    assert events.write(made, tmp_path) == 2
    for r in made:
        place = tmp_path / "fake2000_test" / "first" / r["settings"]["variant"] / str(r["seed"])
        first, *rows = read(place)
        assert first.file_version == "brain.Event:2"
        assert [event.step for event in rows] == [row["epoch"] for row in r["history"]]
        began = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).timestamp()
        assert [event.wall_time for event in rows] == [began + row["epoch"] for row in r["history"]]
        for event, row in zip(rows, r["history"], strict=True):
            found = {value.tag: value.simple_value for value in event.summary.value}
            assert found == {name: np.float32(value) for name, value in row.items() if name != "epoch"}


def test_runs_that_would_share_a_folder_are_told_apart():
    made = [record("a", 1000, 0.1, role="tuning", learning_rate=rate) for rate in (0.1, 0.2)] + [record("a", 0)]
    found = events.folders(made)
    assert found[key_of(made[2])] == "fake2000_test/first/a/0"
    for r in made[:2]:
        assert found[key_of(r)] == f"fake2000_test/first/a/1000-{key_of(r)[:8]}"


@pytest.mark.parametrize("name", ["..", "../../x", "/etc", "a\\b", ".hidden", "C:x", "x\ny", ""])
def test_no_name_of_a_variant_leads_out_of_the_folder(tmp_path, name):
    made = record("a", 0)
    made["settings"]["variant"] = name
    place = events.folders([sealed(made)])[key_of(made)]
    assert (tmp_path / place).resolve().parents[3] == tmp_path.resolve()
    assert place.count("/") == 3 and "//" not in place and "\\" not in place and ":" not in place


def test_the_same_records_give_the_same_bytes_and_replace_those_before(tmp_path):
    for _ in range(2):
        events.write([record("a", 0)], tmp_path / "a")
    events.write([record("a", 0)], tmp_path / "b")
    one, two = (list((tmp_path / side).rglob("*tfevents*")) for side in "ab")
    assert len(one) == len(two) == 1 and one[0].name == two[0].name and one[0].read_bytes() == two[0].read_bytes()


def test_a_run_without_an_epoch_has_a_file_without_numbers(tmp_path):
    made = sealed({**record("a", 0, outcome="failed"), "history": []})
    events.write([made], tmp_path)
    assert len(read(tmp_path / "fake2000_test/first/a/0")) == 1


def test_without_tensorflow_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(UsageError, match="Expected TensorFlow, to write it: pip install"):
        events.write([record("a", 0)], tmp_path)
    assert list(tmp_path.iterdir()) == []
