"""The tidy tables hold what the records hold, to the last digit, the same bytes each time."""

import csv
import io
import json
import random
import sys

import pytest

from experiments.errors import UsageError
from experiments.export import tidy
from experiments.spec.identity import key_of
from experiments.spec.record import sealed
from tests.fakes import paper, record


def records():
    made = [record(v, s, 0.1 + s / 3) for v in "ab" for s in range(3)]
    made.append(record("a", 0, 0.3, preset="paper"))
    made.append(record("b", 3, 0.4, outcome="diverged"))
    made.append(record("a", 4, 0.4, drops=[1, 2], learning_rate=1))
    return made


def read(table):
    return list(csv.DictReader(io.StringIO(tidy.csv_bytes(table).decode())))


def number(value):
    """Return a value as the CSV has it."""
    return "" if value is None else str(value) if not isinstance(value, bool) else str(value).lower()


def test_each_run_has_a_row_with_its_settings_and_quantities():
    made = records()
    rows = {row["run"]: row for row in read(tidy.runs([(paper(), made)]))}
    assert len(rows) == len(made)
    for r in made:
        row = rows[key_of(r)]
        for name in ("paper", "experiment", "preset", "role", "outcome", "command", "started"):
            assert row[name] == r[name]
        assert (row["variant"], int(row["seed"])) == (r["settings"]["variant"], r["seed"])
        assert float(row["seconds"]) == r["seconds"] and int(row["epochs"]) == len(r["history"])
        assert row["backend"] == r["environment"]["backend"] and row["fingerprint"] == r["data"]["fingerprint"]
        assert json.loads(row["packages"]) == r["environment"]["packages"]
        settings = {n: v for n, v in r["settings"].items() if n != "variant"}
        assert {n for n in row if n.startswith("setting_") and row[n]} == {f"setting_{n}" for n in settings}
        assert float(row["setting_learning_rate"]) == settings["learning_rate"]
        assert (json.loads(row["setting_drops"]) if "drops" in settings else row["setting_drops"]) == settings.get(
            "drops", ""
        )
        done = r["outcome"] == "done"
        assert row["final_test_error"] == (repr(r["history"][-1]["test_error"]) if done else "")
        assert row["final_train_error"] == (repr(r["history"][-1]["train_error"]) if done else "")
        assert row["error"] == (r["error"] or "") and row["modified"] == "false"


def test_each_number_of_each_epoch_has_a_row():
    made = records()
    rows = read(tidy.epochs([(paper(), made)]))
    found = {(row["run"], int(row["epoch"]), row["column"]): float(row["value"]) for row in rows}
    expected = {
        (key_of(r), row["epoch"], column): value
        for r in made
        for row in r["history"]
        for column, value in row.items()
        if column != "epoch"
    }
    assert found == expected and len(rows) == len(expected)


def test_the_numbers_of_probes_stand_under_their_paths():
    made = record("a", 0)
    made["history"][0]["probes"] = {"dead": {"conv1": 0.5, "name": "x", "on": True}, "norms": [1, 2.5]}
    rows = [row for row in read(tidy.epochs([(paper(), [sealed(made)])])) if row["column"].startswith("probes")]
    found = {row["column"]: float(row["value"]) for row in rows}
    assert found == {"probes.dead.conv1": 0.5, "probes.norms.0": 1, "probes.norms.1": 2.5}


def test_the_same_records_in_another_order_give_the_same_bytes(tmp_path):
    made = records()
    tidy.write([(paper(), made)], tmp_path / "a")
    random.Random(0).shuffle(made)
    tidy.write([(paper(), made)], tmp_path / "b")
    for name in ("runs.csv", "epochs.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "  =1", "\t=1", "\r\nx", "＝1", "\tx"])
def test_no_text_is_a_formula_in_a_spreadsheet(text):
    made = sealed({**record("a", 0, outcome="failed"), "error": text, "history": []})
    (row,) = read(tidy.runs([(paper(), [made])]))
    assert row["error"] == f"'{text}"


def test_negative_numbers_and_text_in_any_script_stay():
    made = sealed({**record("a", 0, -0.5), "command": 'café — 漢字, "q"\nsecond line'})
    (row,) = read(tidy.runs([(paper(), [made])]))
    assert row["final_test_error"] == "-0.5" and row["command"] == made["command"]


ODD = ["\r", "\n", "\r\n", "\v", "\f", "\0", "\x1c", "\x85", "\u2028", "\t", "\x1b"]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_a_control_character_in_a_text_stays_in_its_row(odd):
    texts = [f"one{odd}two", f"{odd}", f"x{odd}", "plain"]
    made = [
        sealed({**record("a", s, outcome="failed"), "error": t or None, "history": []}) for s, t in enumerate(texts)
    ]
    table = tidy.runs([(paper(), made)])
    content = tidy.csv_bytes(table).decode()
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert len(rows) == 1 + len(texts) and {len(row) for row in rows} == {len(table.columns)}
    place = list(table.columns).index("error")
    assert [row[place].removeprefix("'") for row in rows[1:]] == texts
    outside = "".join(content.split('"')[::2])  # of quoted cells
    assert odd == "\n" or odd not in outside


def test_columns_of_several_types():
    rows = [{"a": 1, "b": 1, "c": True, "d": [1], "e": "x"}, {"a": 2.5, "b": None, "c": False, "d": "y", "e": 3}]
    table = tidy.Tidy.of(rows, ("z", "b"))
    assert list(table.columns) == ["z", "b", "a", "c", "d", "e"]
    assert table.types == {"z": str, "b": int, "a": float, "c": bool, "d": str, "e": str}
    assert table.rows() == [(None, 1, 1.0, True, "[1]", "x"), (None, None, 2.5, False, "y", "3")]


def test_parquet_holds_what_csv_holds(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pairs = [(paper(), records())]
    files = tidy.write(pairs, tmp_path, parquet=True)
    assert [path.name for path in files] == ["runs.csv", "runs.parquet", "epochs.csv", "epochs.parquet"]
    for name, table in (("runs", tidy.runs(pairs)), ("epochs", tidy.epochs(pairs))):
        found = parquet.read_table(tmp_path / f"{name}.parquet")
        assert found.to_pydict() == table.columns
        assert [str(field.type) for field in found.schema] == [
            {str: "string", float: "double", int: "int64", bool: "bool"}[kind] for kind in table.types.values()
        ]


def test_without_pyarrow_there_is_one_line_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="Expected pyarrow, which writes it: pip install"):
        tidy.write([(paper(), records())], tmp_path, parquet=True)
    assert list(tmp_path.iterdir()) == []
    assert len(tidy.write([(paper(), records())], tmp_path)) == 2
