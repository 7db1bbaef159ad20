"""The account of packages in a record, and the environment made again from it."""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys

import keras
import pytest

from experiments import cli
from experiments.errors import UsageError
from experiments.runs import backend, environment, rebuild
from experiments.spec.record import sealed
from tests.fakes import record

ROOT = pathlib.Path(__file__).resolve().parents[2]
OLD = next((ROOT / "tests" / "runs" / "old").rglob("*.json"))


def command(*arguments):
    """Run the `environment` command; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["environment", *map(str, arguments)])
    return ended.value.code


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_requirement_is_in_the_tested_set():
    text = (ROOT / "constraints.txt").read_text()
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in text.splitlines() if "==" in line}
    required = re.findall(r"^([\w-]+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert {name.lower().replace("_", "-") for name in required} <= pinned


def test_the_hash_is_there_where_the_versions_are(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert environment._constraints() is None
    (tmp_path / "constraints.txt").write_text("# a set\nnumpy==2.0.0\nnot-installed==1.0\n")
    for version, there in (("2.0.0", True), ("2.0.0+cpu", True), ("2.0.1", False)):
        monkeypatch.setattr(environment, "version", {"numpy": version}.get)
        assert (environment._constraints() is not None) is there


def repository(folder):
    """Make a repository with code in it; return what git says there."""

    def git(*arguments):
        how = dict(cwd=folder, check=True, capture_output=True, text=True)
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], **how).stdout.strip()

    (folder / "custom").mkdir(parents=True)
    (folder / "custom" / "one.py").write_text("1\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    return git


def test_the_code_is_that_of_the_checkout_whatever_git_is_told(monkeypatch, tmp_path):
    commits = {name: repository(tmp_path / name)("rev-parse", "HEAD") for name in ("here", "there")}
    monkeypatch.setattr(environment, "ROOT", tmp_path / "here")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "there" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "there"))
    code = environment.code.__wrapped__
    assert code() == {"commit": commits["here"], "modified": False}
    for name, value in {"COUNT": "1", "KEY_0": "status.showUntrackedFiles", "VALUE_0": "no"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    (tmp_path / "here" / "custom" / "two.py").write_text("2\n")
    assert code() == {"commit": commits["here"], "modified": True}
    (tmp_path / "here" / "custom" / "two.py").unlink()
    assert code() == {"commit": commits["here"], "modified": False}
    (tmp_path / "here" / "custom" / "one.py").write_text("2\n")
    assert code() == {"commit": commits["here"], "modified": True}


def test_code_of_which_git_says_nothing_may_have_been_changed(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "ROOT", tmp_path)  # no repository
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code = environment.code.__wrapped__
    assert code() == {"commit": "unknown", "modified": True}
    repository(tmp_path / "broken")
    monkeypatch.setattr(environment, "ROOT", tmp_path / "broken")
    (tmp_path / "broken" / ".git" / "index").write_text("no index")  # the commit is there, its changes are not known
    assert code() == {"commit": "unknown", "modified": True}


@pytest.mark.parametrize("value", ["1", "", None])
def test_the_number_of_threads_is_that_of_the_variables(monkeypatch, value):
    for name in backend.LIMITS:
        monkeypatch.setenv(name, "2")
    monkeypatch.delenv("EXPERIMENTS_THREADS", raising=False)
    if value is not None:
        monkeypatch.setenv("EXPERIMENTS_THREADS", value)
    backend.prepare()
    expected = value or "2"
    assert {os.environ[name] for name in backend.LIMITS} == {expected}
    assert {backend.threads(name) for name in backend.BACKENDS} == {int(expected)}


@pytest.mark.parametrize(
    ("name", "variable", "value", "expected"),
    [
        ("tensorflow", "TF_NUM_INTRAOP_THREADS", "3", 3),
        ("tensorflow", "TF_NUM_INTRAOP_THREADS", "0", None),  # as many as there are cores
        ("tensorflow", "TF_NUM_INTRAOP_THREADS", "٣", None),
        ("tensorflow", "OMP_NUM_THREADS", "3", None),  # which it does not follow
        ("torch", "OMP_NUM_THREADS", "4,2", 4),
        ("torch", "OMP_NUM_THREADS", "many", None),
        ("torch", "TF_NUM_INTRAOP_THREADS", "3", None),
        ("jax", "NPROC", "3", 3),
        ("jax", "OMP_NUM_THREADS", "3", None),
    ],
)
def test_a_record_states_the_limit_that_its_backend_follows(monkeypatch, name, variable, value, expected):
    for other in (*backend.LIMITS, "EXPERIMENTS_THREADS"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(variable, value)
    assert backend.threads(name) == expected
    monkeypatch.setattr("keras.backend.backend", lambda: name)
    assert environment.environment.__wrapped__()["threads"] == expected


def test_a_record_of_before_gives_the_versions_that_it_states():
    packages, stated, commit = rebuild.read(OLD)
    assert rebuild.pins(packages, stated, commit) == [f"{n}=={v.partition('+')[0]}" for n, v in packages.items()]


def test_a_record_of_a_tested_set_gives_all_of_it(monkeypatch):
    text = "# a set\nabsl-py==2.0\nnumpy==2.0.0"
    monkeypatch.setattr(rebuild, "git", lambda *arguments: text)
    stated = {"constraints": environment.digest(f"{text}\n".encode())}
    assert rebuild.pins({"numpy": "2.0.1"}, stated, "abc") == ["absl-py==2.0", "numpy==2.0.1"]
    with pytest.raises(UsageError, match="constraints 0123, which commit abc has not"):
        rebuild.pins({}, {"constraints": "0123"}, "abc")


def test_the_commands_that_rebuild_it(monkeypatch, tmp_path):
    ran = []

    def run(command, check):
        ran.append([str(part) for part in command])
        pathlib.Path(tmp_path / "env").mkdir(exist_ok=True)

    monkeypatch.setattr(rebuild.subprocess, "run", run)
    python = rebuild.rebuild(OLD, tmp_path / "env")
    assert ran[0] == [sys.executable, "-m", "venv", str(tmp_path / "env")]
    assert ran[1][1:] == ["-m", "pip", "install", "--upgrade", "pip"]
    assert ran[2][-2:] == ["-c", str(tmp_path / "env" / "constraints.txt")] and ran[2][0] == str(python)
    assert "keras==3.15.1" in (tmp_path / "env" / "constraints.txt").read_text().split()
    with pytest.raises(UsageError, match="which exists"):
        rebuild.rebuild(OLD, tmp_path / "env")


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"environment": {}})])
def test_what_is_no_record_is_named(text, tmp_path):
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="record.json"):
        rebuild.read(path)


EDITED = {
    "packages as a list": ("environment", "packages", ["numpy"]),
    "a number as version": ("environment", "packages", {"numpy": 2}),
    "a place as package": ("environment", "packages", {"numpy @ file:///tmp/evil #": "1"}),
    "two lines as version": ("environment", "packages", {"numpy": "2.0.0\n-e ."}),
    "a marker as version": ("environment", "packages", {"numpy": "2.0.0; x"}),
    "no Python": ("environment", "python", "\x1b[2J"),
    "constraints that are no hash": ("environment", "constraints", "abc"),
    "an option as commit": ("code", "commit", "--output=/tmp/x"),
    "a branch as commit": ("code", "commit", "main"),
}


@pytest.mark.parametrize(("part", "name", "value"), EDITED.values(), ids=EDITED)
def test_what_would_reach_pip_or_git_is_judged_first(part, name, value, tmp_path, monkeypatch):
    made = copy.deepcopy(record("a", 0))
    made[part][name] = value
    path = tmp_path / "record.json"
    path.write_text(json.dumps(sealed(made)))
    monkeypatch.setattr(rebuild, "git", lambda *arguments: pytest.fail("git was asked"))
    monkeypatch.setattr(rebuild.subprocess, "run", lambda *arguments, **named: pytest.fail("something ran"))
    with pytest.raises(UsageError, match=rf"record.json \(Received: {part}.{name}="):
        rebuild.rebuild(path, tmp_path / "env")
    assert not (tmp_path / "env").exists()


def test_an_edited_record_and_what_is_no_file_are_one_line(here, capsys):
    made = record("a", 0)
    made["environment"]["packages"]["numpy"] = "1.0.0"
    (here / "edited.json").write_text(json.dumps(made))
    (here / "outcome.json").write_text(json.dumps(sealed(made | {"outcome": "nonsense"})))
    os.mkfifo(here / "pipe.json")
    for name, why in (
        ("edited", "its checksum is not that of its content"),
        ("outcome", 'Received: outcome="nonsense"'),
        ("pipe", "it is no plain file"),
        ("none", "No such file or directory"),
    ):
        assert command(f"{name}.json", "env") == 2
        error = capsys.readouterr().err
        assert why in error and error.count("\n") == 1 and f"{name}.json" in error, error
    assert not (here / "env").exists()


@pytest.mark.parametrize("last", [1, 2, 3])
def test_packages_that_cannot_be_installed_are_one_line_and_leave_nothing(here, capsys, monkeypatch, last):
    ran = []

    def run(command, check):
        ran.append(command)
        if len(ran) == last:
            raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(rebuild.subprocess, "run", run)
    assert command(OLD, "env") == 2
    error = capsys.readouterr().err
    assert "cannot be installed" in error and "exit code 1" in error and error.count("\n") == 1, error
    assert len(ran) == last and list(here.iterdir()) == []


def test_what_is_published_is_found_from_any_folder(tmp_path):
    program = "import types; from experiments.runs import published; "
    program += "print(published.at(types.SimpleNamespace(key='xu2015_rrelu')))"
    arguments = [sys.executable, "-c", program]
    for folder, expected in ((tmp_path, ROOT / "reports"), (ROOT, pathlib.Path("reports"))):
        answer = subprocess.run(arguments, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
        assert answer.stdout.split() == [str(expected / "xu2015_rrelu" / "results.jsonl")], answer.stderr


KERAS_AND_JAX = """
from experiments.runs import backend
backend.prepare()
backend.load()
import keras
draw = keras.random.normal((2,), seed=0, dtype="float32")
print(keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon(), keras.ops.convert_to_numpy(draw))
"""


def test_no_file_or_variable_of_the_machine_decides_a_number(tmp_path):
    (tmp_path / "keras.json").write_text(
        '{"floatx": "float64", "epsilon": 0.01, "image_data_format": "channels_first", "backend": "jax"}'
    )
    changed = {"KERAS_HOME": str(tmp_path), "JAX_THREEFRY_PARTITIONABLE": "0", "JAX_ENABLE_X64": "1"}
    changed |= {"JAX_DEFAULT_PRNG_IMPL": "rbg", "JAX_RANDOM_SEED_OFFSET": "3"}
    same = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": keras.backend.backend(), "EXPERIMENTS_RUNS": "runs"}
    said = [
        subprocess.run(
            [sys.executable, "-c", KERAS_AND_JAX], env=same | extra, check=True, capture_output=True, text=True
        ).stdout
        for extra in ({"KERAS_HOME": str(tmp_path / "none")}, changed)
    ]
    assert said[0] == said[1] and said[0].startswith("float32 channels_last 1e-07 [")


def test_the_components_are_those_of_the_checkout(monkeypatch, tmp_path):
    backend.check()
    monkeypatch.setattr(backend, "ROOT", tmp_path)
    with pytest.raises(UsageError, match="Received: the package custom of .*Expected that of"):
        backend.check()
