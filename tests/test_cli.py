"""The command as a user meets it: in a process of its own, and with every kind of wrong input."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from experiments.harness import cli

ROOT = pathlib.Path(__file__).resolve().parents[1]


def environment(folder):
    return {
        **os.environ, "PYTHONPATH": str(ROOT), "TFDS_DATA_DIR": str(folder / "none"),
        "EXPERIMENTS_DATA": str(folder / "arrays"),
    }  # fmt: skip


def experiments(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "experiments", *arguments], cwd=folder, env=environment(folder), capture_output=True,
        text=True, stdin=subprocess.DEVNULL, timeout=600,
    )  # fmt: skip


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


@pytest.mark.slow
def test_quick_twice_then_the_report(tmp_path):
    # Some of what `all` runs, which takes minutes.
    only = [word for name in ("mlp", "adam", "nesterov", "cifar10", "relu", "rrelu") for word in ("--only", name)]
    papers = ("run", "kingma2015_adam", "xu2015_rrelu", *only, "--preset", "quick")
    first = experiments(tmp_path, *papers, "--workers", "2")
    assert first.returncode == 0, first.stdout + first.stderr
    # TensorFlow's graph optimizer may log that it left a leaky ReLU alone; Python has nothing to say.
    assert "Traceback" not in first.stderr and "Warning" not in first.stderr
    second = experiments(tmp_path, *papers)
    assert second.returncode == 0 and re.search(r"\n(\d+) runs: 0 trained now, \1 done before", second.stdout)
    assert not re.search(r"^(start|epoch)", second.stdout, re.M)
    report = experiments(tmp_path, "report")
    assert report.returncode == 0 and report.stdout.endswith("Open reports/local/index.html\n")
    for paper in ("kingma2015_adam", "xu2015_rrelu"):
        text = (tmp_path / "reports/local" / paper / "report.md").read_text()
        assert (
            "preset `quick`" in text
            and "0 diverged, 0 failed" in text
            and not re.search(r"\| (not )?reproduced \|", text)  # a verdict
        )
    # Learning happened: the adaptive optimizers fit the digits.
    records = [json.loads(line) for line in (tmp_path / "reports/local/kingma2015_adam/results.jsonl").open()]
    adam = [
        r for r in records if r["settings"]["variant"] == "adam" and r["experiment"] == "mlp" and r["role"] == "final"
    ]
    assert adam and all(r["history"][-1]["train_error"] < 0.05 for r in adam)


@pytest.mark.slow
def test_crash_nan_and_kill_leave_the_store_sound_and_show_in_the_report(tmp_path):
    only = ("run", "xu2015_rrelu", "--only", "relu", "--seeds", "1")
    crash = experiments(tmp_path, *only, "--set", "initializer=bogus")
    assert crash.returncode == 1 and "Received: initializer='bogus'" in crash.stdout
    nan = experiments(tmp_path, *only, "--set", "learning_rate=1e30")
    assert nan.returncode == 0 and "1 diverged: " in nan.stdout
    killed = subprocess.Popen(
        [sys.executable, "-m", "experiments", *only],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in killed.stdout:
        if line.startswith("epoch"):
            break
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    files = list((tmp_path / "runs/xu2015_rrelu").glob("*.json"))
    assert sorted(json.loads(f.read_text())["outcome"] for f in files) == ["diverged", "failed", "running"]
    status = experiments(tmp_path, "status").stdout
    row = next(
        line.split()
        for line in status.splitlines()
        if "cifar10     quick" in line or " cifar10 " in line and "quick" in line
    )
    assert row[-1] == "1"  # interrupted
    assert experiments(tmp_path, "report").returncode == 0
    page = (tmp_path / "reports/local/xu2015_rrelu/report.md").read_text()
    assert all(f"| {outcome} |" in page for outcome in ("diverged", "failed", "interrupted"))
    assert "objective became" in page and "Received: initializer='bogus'" in page
    again = experiments(tmp_path, *only)
    assert again.returncode == 0 and "1 trained now" in again.stdout


@pytest.mark.slow
def test_ctrl_c_keeps_finished_runs_and_the_next_call_goes_on(tmp_path):
    command = [
        sys.executable,
        "-m",
        "experiments",
        "run",
        "kingma2015_adam",
        "--only",
        "mlp",
        "--only",
        "adam",
        "--seeds",
        "1",
    ]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts tests in the background makes them deaf to Ctrl-C; the command is not to be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for line in process.stdout:
        if line.startswith("done"):
            break
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and "the same command goes on" in stderr and "Traceback" not in stderr
    again = experiments(tmp_path, *command[3:])
    assert again.returncode == 0
    assert int(re.search(r"(\d+) done before", again.stdout)[1]) >= 1


@pytest.mark.slow
def test_a_paper_runs_by_its_own_script(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "experiments.kingma2015_adam", "--only", "mlp", "--only", "adam", "--seeds", "1"],
        cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert answer.returncode == 0 and "5 runs: 5 trained now" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("rum",), "invalid choice: 'rum'"),
        (("run",), "the following arguments are required: PAPER"),
        (("run", "xu2015_relu"), "Unknown paper: 'xu2015_relu'. Did you mean 'xu2015_rrelu'?"),
        (("run", "xu2015_rrelu", "--preset", "quik"), "Unknown preset: 'quik'. Did you mean 'quick'?"),
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
            "Received: batch_size=9999. Expected at least 1 and at most 1438",
        ),
        (
            ("run", "xu2015_rrelu", "--set", "batch_size=0", "--only", "relu"),
            "Received: batch_size=0. Expected at least 1",
        ),
        (("run", "xu2015_rrelu", "--set", "epochs=0", "--only", "relu"), "Received: epochs=0. Expected at least 1."),
        (("run", "xu2015_rrelu", "--set", "train_evaluation_every=0", "--only", "relu"), "on train every 0 epochs"),
        (("run", "xu2015_rrelu", "--set", "variant=relu"), "Received: --set variant=relu. Expected --only relu."),
        (("run", "kingma2015_adam", "--set", "learning_rate=fast"), "Received: learning_rate=fast, of type str."),
        (("run", "xu2015_rrelu", "--seeds", "0"), "Received: --seeds 0. Expected at least 1."),
        (("run", "xu2015_rrelu", "--only", "cifar100"), "preset 'quick' has nothing called cifar100"),
        (("report", "nobody1999"), "Unknown paper: 'nobody1999'."),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(here, capsys, arguments, message):
    assert main(*arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1, error


def test_an_absent_dataset_says_what_how_large_and_how(here, capsys):
    assert main("run", "kingma2015_adam", "--preset", "reduced") == 2
    error = capsys.readouterr().err
    assert "Dataset 'mnist' (22 MB) is not on this machine" in error and "tfds.load('mnist')" in error
    assert list(here.iterdir()) == []  # nothing half-written


def test_list_status_and_data_answer_in_an_empty_folder(here, capsys):
    for command, needed in (("list", "xu2015_rrelu"), ("status", "cifar100"), ("data", "mnist")):
        assert main(command) == 0
        assert needed in capsys.readouterr().out


def test_reports_without_any_run_say_so(here, capsys):
    assert main("report") == 0
    assert "not run" in pathlib.Path("reports/local/README.md").read_text()
