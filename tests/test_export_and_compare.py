"""The commands `export` and `compare`, with a paper that does not exist."""

import csv
import dataclasses
import json
import pathlib
import re
import sys

import pytest

from experiments import book, cli, papers
from experiments.runs.store import Store
from experiments.spec.identity import key_of
from experiments.spec.record import sealed
from experiments.spec.settings import canonical
from tests.fakes import paper, record

KEY = "fake2000_test"


def records(b=(0.20, 0.21, 0.22), **changes):
    return [record(v, s, x, **changes) for v, xs in {"a": (0.10, 0.11, 0.12), "b": b}.items() for s, x in enumerate(xs)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Return an empty folder to work in, where the only paper is the one of the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(papers, "names", lambda: [KEY])
    monkeypatch.setattr(papers, "load", lambda names=(): [paper()])
    monkeypatch.setattr(book, "names", list)
    return tmp_path


def of(key, made):
    """Return a record as another paper's."""
    made = {**made, "paper": key}
    return sealed({**made, "key": key_of(made)})


def publish(folder, some, key=KEY):
    place = folder / key
    place.mkdir(parents=True)
    (place / "results.jsonl").write_text("".join(canonical(r) + "\n" for r in some))
    return str(folder)


def main(*arguments):
    with pytest.raises(SystemExit) as exit:
        cli.main(list(arguments))
    return exit.value.code


def runs_in(path):
    with pathlib.Path(path).open(encoding="utf-8", newline="") as file:
        return {row["run"]: row["outcome"] for row in csv.DictReader(file)}


def test_export_writes_the_published_records_or_ones_own(here, capsys):
    publish(here / "reports", records())
    own = record("a", 7, 0.3, outcome="failed")
    Store(here / "runs").write(own)
    assert main("export", KEY, "--to", "out") == 0
    assert capsys.readouterr().out.splitlines() == ["out/runs.csv", "out/epochs.csv"]
    assert runs_in("out/runs.csv") == {key_of(r): "done" for r in records()}
    assert main("export", "--own", "--to", "own", "--parquet", "--tensorboard") == 0
    assert "own/tensorboard: 1 runs. Look: tensorboard --logdir own/tensorboard" in capsys.readouterr().out
    assert runs_in("own/runs.csv") == {key_of(own): "failed"}
    assert len(list(pathlib.Path("own/tensorboard/fake2000_test/first/a/7").iterdir())) == 1
    assert sorted(path.name for path in pathlib.Path("own").glob("*.parquet")) == ["epochs.parquet", "runs.parquet"]


def test_export_writes_the_tables_of_the_pages_in_latex(here, capsys):
    publish(here / "reports", records())
    assert main("export", "--latex", "tex", "--decimal", "comma") == 0
    files = sorted(path.stem for path in pathlib.Path("tex", KEY).iterdir())
    assert capsys.readouterr().out == f"tex/all.tex: {len(files)} tables\n" and "first_results" in files
    text = pathlib.Path("tex", KEY, "first_results.tex").read_text()
    assert r"\label{tab:fake2000_test:first_results}" in text and r"11,00~\%" in text and "11.00" not in text
    assert main("export", "--latex", "point") == 0
    assert r"11.00~\%" in pathlib.Path("point", KEY, "first_results.tex").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Received: export without a folder. Expected --to FOLDER, --latex FOLDER, or both."),
        (("--to",), "argument --to: expected one argument"),
        (("--parquet", "--latex", "x"), "Received: --parquet without --to. Expected --to FOLDER too."),
        (("--tensorboard", "--latex", "x"), "Received: --tensorboard without --to."),
        (("--decimal", "comma", "--to", "x"), "Received: --decimal without --latex. Expected --latex FOLDER too."),
        (("--latex", "x", "--decimal", "coma"), "Unknown --decimal: 'coma'. Did you mean 'comma'?"),
        (("nobody1999", "--to", "x"), "Unknown paper: 'nobody1999'."),
        (("--own", "--to", "x"), "Received: export of papers that have no records in runs/."),
        (("--to", "file"), "Nothing can be written in file (File exists)."),
        (("--to", "/proc/x"), "Nothing can be written in /proc/x"),
    ],
)
def test_wrong_use_of_export_is_one_line(here, capsys, arguments, message):
    publish(here / "reports", records())
    (here / "file").write_text("kept")
    before = sorted(here.rglob("*"))
    assert main("export", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1, error
    assert sorted(here.rglob("*")) == before


def test_without_pyarrow_or_tensorflow_one_line_says_what_to_install(here, capsys, monkeypatch):
    publish(here / "reports", records())
    for option, module in (("--parquet", "pyarrow"), ("--tensorboard", "tensorflow")):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, module, None)
            assert main("export", "--to", "out", option) == 2
        assert f"pip install {module}" in capsys.readouterr().err


def test_compare_finds_no_change_between_the_same_records_in_two_forms(here, capsys):
    pages = publish(here / "pages", records())
    for r in records():
        Store(here / "runs").write(r)
    assert main("compare", pages, "runs") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"{KEY}: 6 and 6 records" and out[-1] == "No verdict changed."
    row = next(line for line in out if line.startswith("lower"))
    assert re.split(r"  +", row) == ["lower", "vs b", "reproduced", "reproduced", "0.00 points [0.00, 0.00]", "3 pairs"]


def test_compare_names_each_verdict_that_changed(here, capsys):
    old, new = publish(here / "old", records()), publish(here / "new", records((0.05, 0.04, 0.07), backend="jax"))
    assert main("compare", old, new) == 1
    out = capsys.readouterr().out
    assert out.endswith(f"Verdicts that changed:\n{KEY} lower: reproduced -> not reproduced\n")
    assert "3 + 3" in out and "pairs" not in out
    assert main("compare", old, new, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["changed"] is True and [p["paper"] for p in found["papers"]] == [KEY]
    (lower,) = [f for f in found["papers"][0]["findings"] if f["name"] == "lower"]
    assert (lower["before"], lower["after"]) == ("reproduced", "not reproduced")
    ((number,),) = [claim["numbers"] for claim in lower["claims"]]
    assert number["against"] == "b" and number["method"] == "Welch" and number["before"]["n"] == 3
    assert number["before"]["mean"] == pytest.approx(0.1)
    assert number["difference"]["low"] < number["difference"]["mean"] < number["difference"]["high"] < 0
    assert number["after"]["mean"] - number["before"]["mean"] == pytest.approx(number["difference"]["mean"])


def test_a_paper_on_one_side_alone_is_a_change_but_not_beside_a_file_of_another(here, capsys, monkeypatch):
    other = dataclasses.replace(paper(), key="other2001_paper")
    monkeypatch.setattr(papers, "load", lambda names=(): [paper(), other])
    old, new = publish(here / "old", records()), publish(here / "new", records())
    publish(here / "new", [of(other.key, r) for r in records()], other.key)
    assert main("compare", old, new) == 1
    out = capsys.readouterr().out
    assert f"{other.key} lower: not run -> reproduced" in out and f"{KEY} lower: " not in out
    assert main("compare", f"{old}/{KEY}/results.jsonl", new) == 0
    assert other.key not in capsys.readouterr().out
    assert main("compare", f"{old}/{KEY}", f"{new}/{other.key}") == 2
    assert "which share no paper" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("old",), "the following arguments are required: AFTER"),
        (
            ("old", "nowhere"),
            "Received: nowhere, where there are no records. Expected a folder with PAPER/results.jsonl",
        ),
    ],
)
def test_wrong_use_of_compare_is_one_line(here, capsys, arguments, message):
    publish(here / "old", records())
    assert main("compare", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1, error


def test_bad_lines_are_named_and_left_out(here, capsys):
    old, new = publish(here / "old", records()), publish(here / "new", records())
    file = here / "new" / KEY / "results.jsonl"
    file.write_text("<<<<<<< HEAD\n" + file.read_text())
    assert main("compare", old, new) == 0
    assert "results.jsonl:1 is no run record: it is no JSON" in capsys.readouterr().err


def test_the_table_fits_80_columns_and_loses_no_letter(here, capsys, monkeypatch):
    old, new = publish(here / "old", records()), publish(here / "new", records((0.05, 0.04, 0.07)))
    main("compare", old, new)
    piped = capsys.readouterr().out
    for name, value in (("COLUMNS", "80"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    main("compare", old, new)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, shown.splitlines())) <= 80
    assert sorted(re.sub(r"\W", "", shown)) == sorted(re.sub(r"\W", "", piped))
