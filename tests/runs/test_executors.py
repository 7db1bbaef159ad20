"""Several processes on one queue, and the one progress that they have."""

import io
import json
import os
import subprocess
import sys
import threading
import time

import pytest
from rich.console import Console

from experiments import streams
from experiments.runs import backend, executors
from experiments.runs.progress import Messages, Overall, OverallBar
from experiments.spec.run import Run
from experiments.spec.settings import Settings

RUN = Run("p", "e", "quick", "final", Settings({"variant": "a", "epochs": 2}), 0, 1)


def record(**changes):
    return {"outcome": "done", "seconds": 1.5, "error": None, "role": "final", **changes}


def processes(monkeypatch, script, total=0, workers=2):
    """Run a script in some processes; return the exit code."""
    monkeypatch.setattr(executors, "COMMAND", (sys.executable, "-c", script))
    progress = Overall(total)
    code = executors.processes([], workers, progress)
    progress.summary()
    return code


def test_workers_share_the_cores_unless_the_user_has_said_how_many_threads(monkeypatch):
    limit = backend.LIMIT[backend.name()]
    for name in (*backend.LIMITS, "EXPERIMENTS_THREADS"):
        monkeypatch.delenv(name, raising=False)
    cores = len(os.sched_getaffinity(0))
    assert executors._environment(1) is None
    assert executors._environment(2)["EXPERIMENTS_THREADS"] == str(max(1, cores // 2))
    for name in ("EXPERIMENTS_THREADS", limit):
        with monkeypatch.context() as changed:
            changed.setenv(name, "3")
            assert executors._environment(2) is None and backend.threads(backend.name()) == 3


def test_a_worker_that_dies_is_told_of(monkeypatch, capsys):
    """It cannot say so itself, and make says "Error 1" alone."""
    assert processes(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)") == 1
    said = (
        "A worker was ended by SIGKILL (often too little memory). Finished runs are kept: run the same command again."
    )
    assert capsys.readouterr().out.splitlines() == [said] * 2


@pytest.mark.parametrize(("crashes", "code"), [(2, 0), (9, 1)])
def test_a_worker_that_a_library_crashed_is_started_again(monkeypatch, capsys, tmp_path, crashes, code):
    script = (
        f"import os, pathlib, signal; path = pathlib.Path({str(tmp_path / 'times')!r}); "
        "times = int(path.read_text()) if path.exists() else 0; path.write_text(str(times + 1)); "
        f"os.kill(os.getpid(), signal.SIGSEGV) if times < {crashes} else None"
    )
    assert processes(monkeypatch, script, workers=1) == code
    assert int((tmp_path / "times").read_text()) == min(crashes, executors.AGAIN) + 1
    again = "A worker was ended by SIGSEGV (a crash in a library); another takes its place."
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines == [again] * len(lines) and (last == again) is (code == 0)


def test_a_mistake_that_each_worker_reports_is_said_once(monkeypatch, capsys):
    script = (
        "import sys; print('experiments: so not', file=sys.stderr); print('a warning', file=sys.stderr); sys.exit(2)"
    )
    assert processes(monkeypatch, script) == 2
    out, err = capsys.readouterr()
    assert out == "" and sorted(err.splitlines()) == ["a warning", "a warning", "experiments: so not"]


def test_what_is_no_message_is_passed_on(monkeypatch, capsys):
    assert processes(monkeypatch, "print('a library says'); print(7); print('[]')", workers=1) == 0
    assert capsys.readouterr().out.splitlines() == ["a library says", "7", "[]"]


def test_ctrl_c_ends_the_workers(monkeypatch):
    children, popen = [], subprocess.Popen

    def start(*arguments, **options):
        children.append(popen(*arguments, **options))
        return children[-1]

    def interrupted(self, *arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(executors.subprocess, "Popen", start)
    monkeypatch.setattr(executors, "_stop", interrupted)  # the user is impatient
    monkeypatch.setattr(Overall, "told", lambda self, worker, line: None)
    real, raised = threading.Thread.join, []

    def join(self, timeout=None):
        if threading.current_thread() is threading.main_thread() and not raised:
            while len(children) < 2:
                time.sleep(0.01)
            raised.append(True)
            raise KeyboardInterrupt
        real(self, timeout)

    monkeypatch.setattr(threading.Thread, "join", join)
    with pytest.raises(KeyboardInterrupt):
        processes(monkeypatch, "import time; time.sleep(120)")
    assert [child.wait(10) for child in children] == [-9, -9]


def told(capsys, act):
    """Return what a worker's progress prints."""
    act(Messages())
    return capsys.readouterr().out.splitlines()


def test_a_worker_tells_its_parent_and_the_parent_counts(capsys, monkeypatch):
    monkeypatch.setattr(Messages, "EVERY", -1.0)

    def work(progress):
        on_step = progress.started(RUN)
        on_step(2, 1, 2)
        progress.epoch(RUN, {})
        progress.skipped(RUN, "done")
        progress.finished(RUN, record())
        progress.note("Not stacked: why.")
        progress.summary([record(), record(outcome="diverged", error="NaN"), record(outcome="failed", error="E")])

    lines = told(capsys, work)
    assert [json.loads(line)["event"] for line in lines] == ["step", "step", "finished", "note", "summary"]
    whole = Overall(2)
    whole.told(0, lines[0])
    whole.told(0, lines[1])
    assert whole.completed == 0.75
    for line in lines[2:]:
        whole.told(0, line)
        whole.told(1, line)
    assert whole.completed == 2
    whole.summary()
    assert capsys.readouterr().out.splitlines() == [
        "1/2 done     p e a seed 0 in 1.5 s",
        "2/2 done     p e a seed 0 in 1.5 s",
        "Not stacked: why.",
        "3 runs: 2 trained now, 1 done before; 1 failed: E; 1 diverged: NaN",
    ]


def test_the_runs_of_a_stack_count_as_many(capsys, monkeypatch):
    monkeypatch.setattr(Messages, "EVERY", -1.0)
    whole = Overall(3)
    for line in told(capsys, lambda progress: progress.stacked([RUN] * 3)(1, 1, 1)):
        whole.told(0, line)
    assert whole.completed == 1.5
    for line in told(capsys, lambda progress: [progress.finished(RUN, record()) for _ in range(3)]):
        whole.told(0, line)
    assert whole.completed == 3


def test_on_a_terminal_it_is_one_bar_and_a_good_run_leaves_no_line(capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    lines = told(capsys, lambda p: (p.finished(RUN, record()), p.finished(RUN, record(outcome="failed", error="E"))))
    with OverallBar(4, console) as whole:
        for line in lines:
            whole.told(0, line)
        whole.bars.refresh()
    text = stream.getvalue()
    assert "2/4 runs" in text and "left" in text and "failed   p e a seed 0 in 1.5 s (E)" in text and "done" not in text


def test_workers_whose_output_nobody_reads_run_to_their_end(monkeypatch):
    """As under `run --workers 2 | head -1`: their pipes are emptied whatever becomes of our own output."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as broken:
        monkeypatch.setattr(sys, "stdout", streams.Steady(broken))
        assert processes(monkeypatch, "for _ in range(3000): print('x' * 100)") == 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), broken.fileno())
