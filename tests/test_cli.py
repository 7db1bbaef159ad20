"""The command as a user meets it: in a process of its own, and with every kind of wrong input."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from experiments import cli
from experiments.spec.packing import unpacked

ROOT = pathlib.Path(__file__).resolve().parents[1]


COMMAND = (sys.executable, "-m", "experiments")
UNLUCKY = """
from experiments import cli
from experiments.papers import xu2015_rrelu

def unlucky(*arguments, **options):
    raise RuntimeError("no luck")

xu2015_rrelu.network_in_network = unlucky
cli.main()
"""


def environment(folder):
    """Return an environment in which no dataset is found."""
    changes = {"PYTHONPATH": ROOT, "TFDS_DATA_DIR": folder / "none", "EXPERIMENTS_DATA": folder / "arrays"}
    return {**os.environ, **{name: str(value) for name, value in changes.items()}}


def experiments(folder, *arguments, command=COMMAND):
    """Run the command to its end."""
    options = dict(cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return subprocess.run([*command, *arguments], **options, timeout=600)


def started(folder, *arguments):
    """Start the command. A shell that starts tests in the background makes them deaf to Ctrl-C; it is not to be."""
    options = dict(cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    heard = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    return subprocess.Popen([*COMMAND, *arguments], **options, preexec_fn=heard)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Run `cli.main` in an empty folder without datasets."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path


def main(*arguments):
    with pytest.raises(SystemExit) as exit:
        cli.main(list(arguments))
    return exit.value.code


@pytest.mark.parametrize(("more", "lines"), [((), 1), (("--seeds", "8"), 0), (("--progress", "json"), 0)])
def test_run_says_before_it_trains_where_more_seeds_are_declared(here, capsys, monkeypatch, more, lines):
    monkeypatch.setattr("experiments.runs.runner.Runner.run", lambda self, request: print("trains") or [])
    command = ("run", "rumelhart1986_backprop", "--only", "trees", "--preset", "reduced", "--no-estimate")
    assert main(*command, *more) == 0
    said, _, _ = capsys.readouterr().out.partition("trains")
    line = "rumelhart1986_backprop, preset reduced: more seeds are declared than run: 8 at paper, 2 here (trees)"
    assert said.splitlines().count(line) == lines and said.count("declared") == lines


@pytest.mark.slow
def test_quick_twice_then_the_report(tmp_path):
    # Some of what `all` runs, which takes minutes.
    only = [word for name in ("mlp", "adam", "nesterov", "cifar10", "relu", "rrelu") for word in ("--only", name)]
    papers = ("run", "kingma2015_adam", "xu2015_rrelu", *only, "--preset", "quick")
    first = experiments(tmp_path, *papers, "--workers", "2")
    assert first.returncode == 0, first.stdout + first.stderr
    # TensorFlow's graph optimizer may log that it left a leaky ReLU alone; Python has nothing to say.
    assert "Traceback" not in first.stderr and "Warning" not in first.stderr
    *runs, last = first.stdout.splitlines()
    numbers = [re.match(r" *(\d+)/(\d+) done +(kingma2015_adam|xu2015_rrelu) ", line) for line in runs]
    assert all(numbers) and [int(n[1]) for n in numbers] == [*range(1, len(runs) + 1)], first.stdout
    assert {int(n[2]) for n in numbers} == {len(runs)}
    assert last == f"{len(runs)} runs: {len(runs)} trained now, 0 done before"
    second = experiments(tmp_path, *papers)
    assert second.returncode == 0 and f"\n{len(runs)} runs: 0 trained now, {len(runs)} done before" in second.stdout
    assert not re.search(r"^(start|epoch)", second.stdout, re.M)
    third = experiments(tmp_path, *papers, "--workers", "2")
    assert third.stdout == f"{len(runs)} runs: 0 trained now, {len(runs)} done before\n"
    report = experiments(tmp_path, "report")
    assert report.returncode == 0 and report.stdout.endswith("Open reports/local/README.md\n")
    for paper in ("kingma2015_adam", "xu2015_rrelu"):
        text = page(tmp_path, paper)
        assert (
            "preset `quick`" in text
            and "0 diverged, 0 failed" in text
            and not re.search(r"\| (not )?reproduced \|", text)  # a verdict
        )
    # Learning happened, in 40 steps.
    records = [unpacked(json.loads(x)) for x in (tmp_path / "reports/local/kingma2015_adam/results.jsonl").open()]
    adam = [
        r for r in records if r["settings"]["variant"] == "adam" and r["experiment"] == "mlp" and r["role"] == "final"
    ]
    assert adam and all(r["history"][-1]["objective"] < 0.7 * r["history"][0]["objective"] for r in adam)


def page(folder, paper):
    """Return the page of a paper among the user's own."""
    (path,) = [p for p in (folder / "reports/local" / paper).glob("*.md") if p.name in ("README.md", "report.md")]
    return path.read_text()


@pytest.mark.slow
def test_crash_nan_and_kill_leave_the_store_sound_and_show_in_the_report(tmp_path):
    only = ("run", "xu2015_rrelu", "--only", "relu", "--seeds", "1")
    crash = experiments(tmp_path, *only, "--set", "epochs=2", command=(sys.executable, "-c", UNLUCKY))
    assert crash.returncode == 1 and "RuntimeError: no luck" in crash.stdout
    nan = experiments(tmp_path, *only, "--set", "learning_rate=1e30", "--workers", "2")
    assert nan.returncode == 0 and "1 diverged: " in nan.stdout
    killed = started(tmp_path, *only)
    for line in killed.stdout:
        if line.startswith("epoch"):
            break
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    files = list((tmp_path / "runs/xu2015_rrelu").glob("*.json"))
    assert sorted(json.loads(f.read_text())["outcome"] for f in files) == ["diverged", "failed", "running"]
    rows = [line.split(maxsplit=4) for line in experiments(tmp_path, "status").stdout.splitlines()]
    assert ["xu2015_rrelu", "cifar10", "quick", "0/5", "1 interrupted"] in rows
    assert experiments(tmp_path, "report").returncode == 0
    text = page(tmp_path, "xu2015_rrelu")
    assert all(f"| {outcome} |" in text for outcome in ("diverged", "failed", "interrupted"))
    assert re.search(r"became (nan|inf) in epoch 1\b", text) and "RuntimeError: no luck" in text
    again = experiments(tmp_path, *only)
    assert again.returncode == 0 and "1 trained now" in again.stdout


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_finished_runs_and_the_next_call_goes_on(tmp_path, workers):
    command = ("run", "kingma2015_adam", "--only", "mlp", "--only", "adam", "--seeds", "3", "--workers", workers)
    process = started(tmp_path, *command)
    for line in process.stdout:
        if re.match(r"( *\d+/\d+ )?done", line):
            break
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == "experiments: stopped. Finished runs are kept; the same command goes on.\n"
    assert "running" not in experiments(tmp_path, "status").stdout.split("paper", 1)[1].split("\n", 1)[1]
    again = experiments(tmp_path, *command)
    assert again.returncode == 0
    assert int(re.search(r"(\d+) done before", again.stdout)[1]) >= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("rum",), "Unknown command: 'rum'. Did you mean 'run'?"),
        (("run",), "the following arguments are required: PAPER"),
        (("run", "xu2015_relu"), "Unknown paper: 'xu2015_relu'. Did you mean 'xu2015_rrelu'?"),
        (("run", "xu2015_rrelu", "--preset", "quik"), "Unknown --preset: 'quik'. Did you mean 'quick'?"),
        (("run", "xu2015_rrelu", "--preset"), "argument --preset: expected one argument"),
        (("run", "xu2015_rrelu", "--compiler", "xls"), "Unknown --compiler: 'xls'. Did you mean 'xla'?"),
        (("run", "xu2015_rrelu", "--stack", "alway"), "Unknown --stack: 'alway'. Did you mean 'always'?"),
        (("run", "xu2015_rrelu", "--workers", "two"), "Received: --workers two. Expected an integer of at least 1."),
        (("run", "xu2015_rrelu", "--checkpoint-seconds", "nan"), "Received: --checkpoint-seconds nan. Expected a"),
        (("run", "xu2015_rrelu", "--checkpoint-seconds", "-1"), "Received: --checkpoint-seconds -1. Expected a"),
        (("status", "everything"), "unrecognized arguments: everything"),
        (("estimate", "xu2015_rrelu", "--stack", "never"), "unrecognized arguments: --stack never"),
        (("run", "xu2015_rrelu", "--only", "leaky_10"), "Unknown variant: 'leaky_10'. Did you mean 'leaky_100'?"),
        (
            ("run", "xu2015_rrelu", "--set", "learning_rat=1"),
            "Unknown setting: 'learning_rat'. Did you mean 'learning_rate'?",
        ),
        (("run", "xu2015_rrelu", "--set", "epochs"), "Received: --set epochs. Expected --set KEY=VALUE."),
        (("run", "xu2015_rrelu", "--set", "epochs=many"), "Received: epochs=many, of type str. Expected: int, such as"),
        (("run", "xu2015_rrelu", "--set", "learning_rate=NaN"), "Received NaN as a setting. Expected a finite number."),
        (("run", "xu2015_rrelu", "--set", "data=cifar1"), "Unknown dataset: 'cifar1'. Did you mean 'cifar10'?"),
        (
            ("run", "xu2015_rrelu", "--set", "batch_size=9999", "--only", "relu"),
            "Received: batch_size=9999. Expected at least 1 and at most 160",
        ),
        (
            ("run", "xu2015_rrelu", "--set", "batch_size=0", "--only", "relu"),
            "Received: batch_size=0. Expected at least 1",
        ),
        (("run", "xu2015_rrelu", "--set", "epochs=0", "--only", "relu"), "Received: epochs=0. Expected at least 1."),
        (
            ("run", "xu2015_rrelu", "--set", "train_evaluation_every=0", "--only", "relu"),
            "Received: train_evaluation_every=0. Expected at least 1.",
        ),
        (("run", "xu2015_rrelu", "--set", "evaluation=train"), "evaluation=train. Expected test or validation."),
        (("run", "xu2015_rrelu", "--set", "examples=1200"), "examples=1200. Expected at most 1199, of digits_rgb."),
        (
            ("run", "xu2015_rrelu", "--set", "data=generated_reviews"),
            "data=generated_reviews, for an experiment on other data.",
        ),
        (("run", "xu2015_rrelu", "--set", "data=imagenet2012"), "Dataset 'imagenet2012' (147000 MB) is not on this"),
        (("run", "xu2015_rrelu", "--set", "initializer=bogus"), "Expected he_normal, lecun_normal or normal_0.1."),
        (("run", "xu2015_rrelu", "--set", "initializer=normal_-1"), "initializer=normal_-1. Expected he_normal"),
        (("run", "xu2015_rrelu", "--set", "learning_rate=-1"), "learning_rate=-1. Expected above 0."),
        (("run", "xu2015_rrelu", "--set", "momentum=1"), "momentum=1. Expected below 1."),
        (("run", "xu2015_rrelu", "--set", "dropout=0.99999999999"), "dropout=0.99999999999. Expected below 1."),
        (("run", "xu2015_rrelu", "--set", "drops=[2,1]"), "drops=[2,1]. Expected numbers in ascending order."),
        (("run", "xu2015_rrelu", "--set", "epochs=" + "9" * 5000), "…, of type str. Expected: int, such as 1."),
        (("run", "xu2015_rrelu", "--set", "drops=" + "[" * 100_000), "…, of type str. Expected: list, such as [1]."),
        (("run", "xu2015_rrelu", "--set", "width=\x1b[31m\n\udc80"), "width=\\x1b[31m\\n\\udc80, of type str."),
        (("run", "lu2019_dying_relu", "--only", "line", "--set", "nets=-1"), "nets=-1. Expected at least 1."),
        (("run", "lu2019_dying_relu", "--only", "line", "--set", "layers=-1"), "layers=-1. Expected at least 2."),
        (("run", "rumelhart1986_backprop", "--only", "xor", "--set", "hidden=[0]"), "hidden=[0]. Expected at least 1."),
        (("run", "xu2015_rrelu", "--seeds", "3000000"), "--seeds 3000000. Expected an integer of at most 1000."),
        (("run", "xu2015_rrelu", "--seeds", "1" + "0" * 20), "Expected an integer of at most 1000."),
        (("run", "xu2015_rrelu", "--workers", "20000"), "--workers 20000. Expected an integer of at most 256."),
        (("run", "xu2015_rrelu", "--set", "variant=relu"), "Received: --set variant=relu. Expected --only relu."),
        (("run", "kingma2015_adam", "--set", "learning_rate=fast"), "Received: learning_rate=fast, of type str."),
        (("run", "xu2015_rrelu", "--seeds", "0"), "Received: --seeds 0. Expected an integer of at least 1."),
        (("run", "xu2015_rrelu", "--seeds", "1_0"), "Received: --seeds 1_0. Expected an integer of at least 1."),
        (("run", "xu2015_rrelu", "--seeds", "٣"), "Received: --seeds ٣. Expected an integer of at least 1."),
        (("run", "xu2015_rrelu", "--seeds", " 3"), "Received: --seeds  3. Expected an integer of at least 1."),
        (("run", "xu2015_rrelu", "--workers", "１"), "Received: --workers １. Expected an integer of at least 1."),
        (("run", "xu2015_rrelu", "--checkpoint-seconds", "١"), "Received: --checkpoint-seconds ١. Expected a finite"),
        (("run", "xu2015_rrelu", "--checkpoint-seconds", "1_0.5"), "Received: --checkpoint-seconds 1_0.5. Expected a"),
        (("run", "xu2015_rrelu", "--checkpoint-seconds", "1e٣"), "Received: --checkpoint-seconds 1e٣. Expected a"),
        (("run", "xu2015_rrelu", "--set", "epochs=٣"), "Received: epochs=٣, of type str. Expected: int, such as 1."),
        (
            ("run", "xu2015_rrelu", "--set", "epochs=1_0"),
            "Received: epochs=1_0, of type str. Expected: int",
        ),
        (("run", "xu2015_rrelu", "--only", "cifar100"), "preset 'quick' has nothing called cifar100"),
        (("report", "nobody1999"), "Unknown paper: 'nobody1999'."),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(here, capsys, arguments, message):
    assert main(*arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and len(error) <= 300, error
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("EXPERIMENTS_THREADS", "abc", "Received: EXPERIMENTS_THREADS=abc. Expected an integer from 1 to 1024"),
        ("EXPERIMENTS_THREADS", "-3", "Received: EXPERIMENTS_THREADS=-3. Expected an integer from 1"),
        ("EXPERIMENTS_THREADS", "1" * 5000, "Expected an integer from 1 to 1024"),
        (
            "KERAS_BACKEND",
            "nope",
            "(KERAS_BACKEND, or keras.json): 'nope'. Known: tensorflow, jax, torch.",
        ),
        ("KERAS_BACKEND", "tensorflw", "Did you mean 'tensorflow'?"),
        ("EXPERIMENTS_RUNS", "file", "Received: EXPERIMENTS_RUNS=file (not a folder). Expected a folder"),
        ("EXPERIMENTS_RUNS", "file/below", "Received: EXPERIMENTS_RUNS=file/below (not a folder)."),
        ("EXPERIMENTS_RUNS", "dangling", "Received: EXPERIMENTS_RUNS=dangling (not a folder)."),
        ("EXPERIMENTS_RUNS", "x" * 5000, "(File name too long). Expected a folder"),
        ("EXPERIMENTS_RUNS", "~nobody at all/runs", "EXPERIMENTS_RUNS=~nobody at all/runs ("),
        ("EXPERIMENTS_RUNS", "reports/local", "EXPERIMENTS_RUNS=reports/local. Expected a folder outside of reports"),
        ("EXPERIMENTS_DATA", "file", "Received: EXPERIMENTS_DATA=file (not a folder)."),
        ("TFDS_DATA_DIR", "file", "Received: TFDS_DATA_DIR=file (not a folder)."),
    ],
)
def test_a_variable_with_which_nothing_can_run_is_one_line(here, capsys, monkeypatch, variable, value, message):
    (here / "file").write_text("kept")
    (here / "dangling").symlink_to("nowhere")
    monkeypatch.setenv(variable, value)
    assert main("run", "kingma2015_adam", "--preset", "reduced") == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and len(error) <= 300, error
    assert sorted(path.name for path in here.iterdir()) == ["dangling", "file"]
    assert (here / "file").read_text() == "kept"


@pytest.mark.slow
def test_one_bad_file_stops_no_command_and_the_doctor_sets_it_aside(here, capsys):
    place = here / "runs" / "xu2015_rrelu"
    place.mkdir(parents=True)
    (place / "notes.json").write_text("buy milk")
    os.mkfifo(place / f"{'0' * 20}.json")
    (here / "reports" / "xu2015_rrelu").mkdir(parents=True)
    lines = here / "reports" / "xu2015_rrelu" / "results.jsonl"
    whole = (ROOT / "reports/xu2015_rrelu/results.jsonl").read_bytes()
    lines.write_bytes(whole + b"\n<<<<<<< HEAD\n")
    for command in ("list", "status", "report"):
        assert main(command) == 0, command
        said = capsys.readouterr().err.splitlines()
        assert len(said) == (2 if command == "status" else 3) and all(s.startswith("experiments: ") for s in said), said
        assert any("notes.json is left out: it is no JSON" in line for line in said)
    assert main("publish") == 2
    blank = whole.count(b"\n") + 1
    assert f"results.jsonl:{blank} is no run record: it is blank (and 1 more line)" in capsys.readouterr().err
    assert main("doctor") == 1
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 5 and said[-1].startswith(f"{blank - 1} records, 4 files or lines that are none")
    assert main("doctor", "--repair") == 0 and main("doctor") == 0 and main("list") == 0
    assert capsys.readouterr().err == ""
    assert lines.read_bytes() == (ROOT / "reports/xu2015_rrelu/results.jsonl").read_bytes()


def test_a_folder_in_which_nothing_can_be_written_is_one_line(here, capsys, monkeypatch):
    monkeypatch.setenv("EXPERIMENTS_RUNS", "/proc/runs")
    assert main("run", "rumelhart1986_backprop", "--only", "xor", "--set", "epochs=1") == 2
    error = capsys.readouterr().err
    assert error.startswith("experiments: Nothing can be written in /proc/runs (No such file or directory).")
    assert error.count("\n") == 1


def test_an_absent_dataset_says_what_how_large_and_how(here, capsys):
    assert main("run", "kingma2015_adam", "--preset", "reduced") == 2
    error = capsys.readouterr().err
    assert "Dataset 'mnist' (22 MB) is not on this machine" in error and "tfds.load('mnist')" in error
    assert list(here.iterdir()) == []  # nothing half-written


@pytest.mark.slow
def test_list_status_and_data_answer_in_an_empty_folder(here, capsys):
    for command, needed in (("list", "xu2015_rrelu"), ("status", "cifar100"), ("data", "mnist")):
        assert main(command) == 0
        header, *rows = capsys.readouterr().out.splitlines()
        assert any(needed in row for row in rows)
        assert not any(row.endswith(" ") for row in rows) and "\x1b" not in header


@pytest.mark.slow
def test_a_table_fits_a_terminal_and_no_cell_loses_a_letter(here, capsys, monkeypatch):
    for name, value in (("COLUMNS", "80"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    for command in ("list", "status", "data"):
        assert main(command) == 0
        piped = capsys.readouterr().out
        with monkeypatch.context() as terminal:
            terminal.setattr(sys.stdout, "isatty", lambda: True)
            assert main(command) == 0
        shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
        table = shown.split("To get ")[0].splitlines()
        assert max(map(len, table)) <= 80, command
        assert letters(shown) == letters(piped), command


def letters(text):
    """Return the letters of a text in alphabetical order: folding a cell changes their order."""
    return sorted(re.sub(r"\W", "", text))


def test_help_shows_choices_but_no_hidden_option(capsys):
    assert main("run", "--help") == 0
    text = capsys.readouterr().out
    assert "{quick,reduced,paper}" in text and "{auto,always,never}" in text and "--progress" not in text


def test_reports_without_any_run_say_so(here, capsys):
    assert main("report") == 0
    assert "not run" in pathlib.Path("reports/local/README.md").read_text()


SAID = "experiments: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")
@pytest.mark.parametrize(
    ("ending", "code", "error"),
    [
        ("> /dev/full", 3, SAID),
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("<&- >&- 2>&-", 0, ""),
        ("> /dev/full 2>&1", 3, ""),
        ("| true", 141, ""),
    ],
)
def test_a_stream_that_takes_nothing_is_one_line_or_none(tmp_path, ending, code, error):
    command = f"sleep 0.2; set -o pipefail; {sys.executable} -m experiments doctor {ending}"
    command = ["bash", "-c", command.replace("| true", "| { exec <&-; }")]
    done = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (code, error)


def test_an_error_of_the_system_is_one_line_and_a_traceback_on_request(here, capsys, monkeypatch):
    (here / "reports" / "local").mkdir(parents=True)
    (here / "reports" / "local" / ".swap").write_text("in the way")
    assert main("report") == 3
    error = capsys.readouterr().err
    assert error == "experiments: File exists: reports/local/.swap\n"
    assert main("report", "--debug") == 3 and main("--debug", "report") == 3
    error = capsys.readouterr().err
    assert error.count("Traceback") == 2 and "FileExistsError" in error
