"""The mutation gate itself: its tables fit the sources, its verdicts are right, its report is the last run's."""

import json
import pathlib
import shutil
import subprocess
import sys
import textwrap

import pytest

from tests.mutants import generated, report
from tests.mutants.mutant import ROOT, Mutant, Sources, TableError, mutate
from tests.mutants.table import load, parse

SOURCES, TABLE = Sources(), load()
PACKAGES = ("activations", "initializers", "layers", "losses", "optimizers")


def test_every_row_fits_the_sources():
    wrong = []
    for mutant in TABLE:
        try:
            mutate(SOURCES.text.get(mutant.file, ""), mutant)
        except TableError as error:
            wrong.append(str(error))
        wrong += [f"{mutant.id}: no {test}" for test in mutant.tests if not (ROOT / "tests/custom" / test).exists()]
    assert not wrong, "\n".join(wrong)


def test_every_component_has_mutants():
    """At least two a file; a new component comes with its own."""
    files = [file for file in SOURCES.text if file.startswith(PACKAGES) and not pathlib.Path(file).name.startswith("_")]
    rows = [mutant.file for mutant in TABLE]
    assert [file for file in files if rows.count(file) < 2] == []
    assert len(TABLE) >= 300


@pytest.mark.parametrize(
    "text, words",
    [
        ("a sign\n- x\n+ -x", "before any '== file'"),
        ("== a.py\nselect: x", "names no tests"),
        ("== a.py\ntests: t.py\n\na sign\n- x", "'a sign' lacks"),
        ("== a.py\ntests: t.py\n\na sign\ntest: t.py\n- x\n+ y", "'test: t.py' is no field"),
        ("== a.py\ntests: t.py\nbackends: theano", "no backend: theano"),
    ],
)
def test_bad_tables_are_quoted(text, words):
    with pytest.raises(TableError, match=words):
        parse(text)


def test_rows_are_read_as_they_stand():
    header = "# note\n== b/a.py\ntests: t.py, u.py\nselect: a: b\n\n"
    text = header + "a sign\nbackends: jax\n- x\n-\n-   y\n+\n\nmore\n- 1\n+ 2\n"
    first, second = parse(text)
    assert first == Mutant("b/a: a sign", "b/a.py", "x\n\n  y", "", ("t.py", "u.py"), "a: b", ("jax",))
    assert second.id == "b/a: more" and second.backends == ("tensorflow", "jax", "torch")


@pytest.mark.parametrize(
    "original, replacement, words",
    [
        ("y", "z", "found 0 times"),
        ("x", "z", "found 2 times"),
        ("x +", "(x +", "no Python"),
        ("x + 1", "x  + 1", "changes nothing"),
    ],
)
def test_changes_that_do_not_fit_are_refused(original, replacement, words):
    with pytest.raises(TableError, match=words):
        mutate("z = x + 1  # x\n", Mutant("m: n", "m.py", original, replacement, ()))


@pytest.mark.skipif(not shutil.which("git"), reason="needs Git")
def test_the_hash_is_gits(tmp_path):
    """Of a tree whose names sort otherwise as folders than as files."""
    for name in ("a.py", "a/b.py", "a0.py", "a/é/c.py", "b/__init__.py"):
        place = tmp_path / "custom" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {name}\n", encoding="utf-8")

    def git(*words):
        return subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", "custom")
    tree = git("ls-tree", git("write-tree")).split()[2]
    assert Sources(tmp_path).tree() == tree


THING = """
def double(x):
    return 2 * x


def unused(x):
    return x + 1
"""
TEST_THING = """
import inspect
import linecache

from custom.part import thing


def test_double():
    linecache.updatecache(thing.__file__)
    assert thing.double(3) == 6, inspect.getsource(thing.double)


def test_nothing():
    pass
"""
RUN = """
import json, sys
from tests.mutants.gate import Gate
from tests.mutants.mutant import Mutant, Sources
gate = Gate(Sources(sys.argv[1]), preload=("pytest",), limit=float(sys.argv[2]))
rows, hints = json.loads(sys.stdin.read())
made = [Mutant(words, "part/thing.py", *change, ("test_thing.py",)) for words, change in rows.items()]
results = [*gate.controls(made), *gate.mutants(made, hints=hints)]
print(json.dumps({r.id: [r.outcome, r.test, r.error, r.log] for r in results}))
"""


@pytest.fixture
def verdicts(tmp_path):
    """What the gate says of changes to a package of one function, in an interpreter of its own."""
    files = {
        "custom/__init__.py": "",
        "custom/part/__init__.py": "",
        "custom/part/thing.py": THING,
        "tests/custom/test_thing.py": TEST_THING,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))

    def judge(changes, limit=60, hints=None):
        done = subprocess.run(
            [sys.executable, "-c", RUN, tmp_path, str(limit)],
            input=json.dumps([changes, hints or {}]),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert {name: (tmp_path / name).read_text() for name in files} == files
        assert not list((tmp_path / "custom").rglob("*.pyc"))  # of a change it would outlive the run
        return json.loads(done.stdout)

    return judge


def test_verdicts(verdicts):
    found = verdicts(
        {
            "another factor": ("2 * x", "3 * x"),
            "an unused function": ("x + 1", "x - 1"),
            "a misspelt name": ("2 * x", "2 * y"),
            "an import that fails": ("def double", "import no_such_module\ndef double"),
            "the interpreter goes down": ("return 2 * x", "import os; os._exit(0)"),
            "a row that does not fit": ("4 * x", "5 * x"),
        }
    )
    assert {words: outcome for words, (outcome, *_) in found.items()} == {
        "control: test_thing.py": "survived",
        "another factor": "killed",
        "an unused function": "survived",
        "a misspelt name": "broken",
        "an import that fails": "broken",
        "the interpreter goes down": "broken",
        "a row that does not fit": "broken",
    }
    _, test, error, log = found["another factor"]
    assert test.endswith("test_thing.py::test_double") and error == "AssertionError"
    # Whoever reads the source of a function anew, as TensorFlow's autograph does, reads the changed one.
    assert "return 3 * x" in log
    assert "found 0 times" in found["a row that does not fit"][3]


def test_a_test_that_noticed_the_change_before_is_only_a_hint(verdicts):
    """One that is gone, or that passes now, does not decide."""
    changes = {words: ("2 * x", f"{i} * x") for i, words in enumerate(("right", "gone", "passing"), start=3)}
    names = {"right": "test_double", "gone": "test_no_more", "passing": "test_nothing"}
    hints = {words: f"tests/custom/test_thing.py::{test}" for words, test in names.items()}
    found = verdicts(changes, hints=hints)
    assert {found[words][0] for words in changes} == {"killed"}


def test_a_run_without_end_is_killed(verdicts):
    found = verdicts({"an endless loop": ("return 2 * x", "while x: x = -x")}, limit=5)
    assert found["an endless loop"][0] == "timeout"


def test_a_test_that_fails_without_any_change_is_no_control(verdicts, tmp_path):
    (tmp_path / "custom/part/thing.py").write_text(THING)
    (tmp_path / "tests/custom/test_thing.py").write_text("def test_wrong():\n    assert False\n")
    done = subprocess.run(
        [sys.executable, "-c", RUN, tmp_path, "60"],
        input=json.dumps([{"another factor": ("2 * x", "3 * x")}, {}]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert json.loads(done.stdout)["control: test_thing.py"][0] == "killed"


def test_random_changes():
    some = generated.mutants(SOURCES, TABLE, 60, seed=1)
    assert some == generated.mutants(SOURCES, TABLE, 60, seed=1) != generated.mutants(SOURCES, TABLE, 60, seed=2)
    assert len({mutant.id for mutant in some}) == 60
    for mutant in some:
        mutate(SOURCES.text[mutant.file], mutant)


def test_the_report_names_survivors(tmp_path):
    mutants = [Mutant(f"thing: {words}", "part/thing.py", "a", "b", ("t.py",)) for words in ("one", "two", "three")]
    results = [
        report_row("thing: one", "killed", "tests/custom/t.py::test_double[1]"),
        report_row("thing: two", "survived"),
        report_row("thing: three", "timeout"),
    ]
    text = report.write(results, mutants, "jax", "0" * 40, tmp_path).read_text()
    assert "| JAX | 3 | 2 | 1 | `" in text and "## custom.part" in text
    assert "| one | `t.py` `test_double` (JAX) |" in text
    assert "| two | **survived** (JAX) |" in text and "| three | a run that did not end (JAX) |" in text
    before = json.loads((tmp_path / "mutants.json").read_text())
    report.write(results[:1], mutants, "tensorflow", "1" * 40, tmp_path)
    after = json.loads((tmp_path / "mutants.json").read_text())
    assert list(after) == ["tensorflow", "jax"] and after["jax"] == before["jax"]
    assert report.hints("jax", tmp_path) == {"thing: one": "tests/custom/t.py::test_double[1]"}
    assert report.hints("torch", tmp_path) == {}


def report_row(id, outcome, test=""):
    from tests.mutants.gate import Result

    return Result(id, outcome, test, "AssertionError" if test else "", seconds=1.0)


def test_the_published_report_is_of_this_table():
    """`make mutants` writes it; a row that was added since then is not in it."""
    folder = ROOT / report.FOLDER
    data = json.loads((folder / "mutants.json").read_text(encoding="utf-8"))
    assert (folder / "mutants.md").read_text(encoding="utf-8") == report.page(data)
    rows = data["tensorflow"]["mutants"]
    assert [row["id"] for row in rows] == [mutant.id for mutant in TABLE if "tensorflow" in mutant.backends]
    assert {row["outcome"] for row in rows} <= set(report.KILLED)
