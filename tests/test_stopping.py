"""Being asked to stop, and streams that are closed, full or read by nobody: nothing of it stops what is not to stop."""

import errno
import io
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from experiments import stopping, streams
from experiments.errors import UsageError
from experiments.runs import executors

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture
def awake():
    """A shell that starts tests in the background makes them deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


class Callback:
    def __del__(self):  # as in a callback of the garbage collector, nothing that is raised here gets out
        ctrl_c()


def test_a_stop_that_was_swallowed_is_heard_at_the_next_look(awake):
    with stopping.heard():
        callback = Callback()
        del callback
        with pytest.raises(stopping.Stopped, match="SIGINT"):
            stopping.check()
    stopping.check()  # of the next command nothing is asked


def test_a_stop_that_was_swallowed_is_raised_again_where_nobody_looks(awake, capsys):
    told = sys.unraisablehook
    with stopping.heard():
        callback, began = Callback(), time.monotonic()
        del callback
        with pytest.raises(stopping.Stopped, match="SIGINT"):
            time.sleep(30)
        assert time.monotonic() - began < 15
    assert sys.unraisablehook is told and capsys.readouterr().err == ""


def test_what_else_a_callback_could_not_raise_is_told(monkeypatch):
    class Broken:
        def __del__(self):
            raise ValueError("not a stop")

    heard = []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    with stopping.heard():
        broken = Broken()
        del broken
    assert [str(report.exc_value) for report in heard] == ["not a stop"]


def test_a_stop_that_came_out_as_another_error_is_one(awake):
    with stopping.heard():
        assert stopping.behind(ImportError()) is None
        with pytest.raises(ImportError) as found:
            try:
                ctrl_c()
            except stopping.Stopped as stopped:
                raise ImportError("initialization failed") from stopped
        assert stopping.behind(found.value).number == signal.SIGINT
        assert stopping.behind(OSError("disk full")) is None and stopping.behind(UsageError("no"), UsageError) is None
    assert stopping.behind(found.value) is None
    asked = KeyboardInterrupt()
    assert stopping.behind(asked) is asked


def test_what_is_held_ends_whole_and_impatience_ends_all(awake, monkeypatch):
    done = []
    with stopping.heard():
        with stopping.held():
            ctrl_c()
            ctrl_c()  # a terminal and a driver may say the same
            done.append("whole")
        with pytest.raises(stopping.Stopped):
            stopping.check()
        monkeypatch.setattr(stopping, "PATIENCE", 0.0)
        with pytest.raises(stopping.Stopped), stopping.held():
            ctrl_c()
            done.append("never")
    assert done == ["whole"]


# A process whose main thread is in no code of Python, as in a compiler: no handler of a signal gets a turn.
COMPILING = """
import hashlib, sys, threading
from experiments import stopping
stopping.GRACE = 0.2
with stopping.heard("stopped"):
    threading.Timer(0.1, lambda: print("up", flush=True)).start()
    if sys.argv[1] == "held":
        with stopping.held():
            hashlib.pbkdf2_hmac("sha256", b"", b"", int(sys.argv[2]))
            print("whole", flush=True)
        stopping.check()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_never_looks_whether_to_stop_is_broken_off(number):
    child = start_compiling("free")
    began = time.monotonic()
    child.send_signal(number)
    assert child.communicate(timeout=60) == ("", "stopped\n")
    assert child.returncode == 128 + number
    assert time.monotonic() - began < 30


WAITS = "print('up', flush=True)\nimport time\ntime.sleep(60)\n"
# As an extension in native code does whose start is broken off.
TURNS = """
try:
    print('up', flush=True)
    import time
    time.sleep(60)
except BaseException as error:
    raise ImportError from error
"""


@pytest.mark.parametrize("library", [WAITS, TURNS])
def test_who_asks_while_the_command_is_imported_is_heard(library, tmp_path):
    """The imports take seconds; what a library prints while it is broken off is not to be seen."""
    (tmp_path / "keras.py").write_text(library)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    options = dict(cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child = subprocess.Popen([sys.executable, "-m", "experiments", "list"], **options)
    assert child.stdout.readline() == "up\n"
    child.send_signal(signal.SIGTERM)
    assert child.communicate(timeout=60) == ("", f"{stopping.STOPPED}\n")
    assert child.returncode == 128 + signal.SIGTERM


def test_what_is_held_is_not_broken_off():
    child = start_compiling("held", 800_000)  # about a second
    child.send_signal(signal.SIGTERM)
    out, error = child.communicate(timeout=60)
    assert out == "whole\n" and "Stopped: stopped by SIGTERM" in error


def start_compiling(*arguments):
    """Start the process, which hears Ctrl-C also where a shell has started the tests in the background."""
    command = [sys.executable, "-c", COMPILING, *map(str, arguments)]
    options = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    child = subprocess.Popen(command, cwd=ROOT, preexec_fn=heard, **options)
    assert child.stdout.readline() == "up\n"
    return child


ENDING = """
from experiments import stopping
with stopping.heard("never"):
    stopping.follow_driver()
"""


def test_a_worker_that_is_done_ends():
    """The process that watches over it holds what it has open."""
    child = executors._child([sys.executable, "-c", ENDING], None)
    try:
        assert (child.wait(60), child.stdout.read(), child.stderr.read()) == (0, "", "")
    finally:
        child.kill()
        child.communicate()


# A process whose main thread never lets go: no other of its threads gets a turn, no handler of a signal.
DEAF = """
import re
from experiments import stopping
with stopping.heard():
    stopping.follow_driver()
    print("up", flush=True)
    re.match(r"(a+)+$", "a" * 60 + "b")
"""
DRIVER = """
import sys, time
from experiments.runs import executors
child = executors._child([sys.executable, "-c", sys.argv[1]], None)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="on Windows a worker may outlive its driver")
def test_a_worker_ends_with_its_driver_whatever_it_does():
    command = [sys.executable, "-c", DRIVER, DEAF]
    driver = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    worker = int(driver.stdout.readline())
    driver.kill()
    driver.communicate()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        state = pathlib.Path(f"/proc/{worker}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        os.kill(worker, signal.SIGKILL)
        pytest.fail("the worker outlived its driver")


def test_no_stream_stops_or_holds_up_who_writes(monkeypatch):
    monkeypatch.setattr(streams, "WAIT", 0.05)
    reading, writing = os.pipe()
    with open(writing, "w") as stream:
        steady = streams.Steady(stream)
        for _ in range(300):  # more than a pipe holds, and nobody reads
            assert steady.write("x" * 1000) == 1000
        assert os.read(reading, 100) == b"x" * 100
        os.close(reading)
        print("more", file=steady, flush=True)
        with pytest.raises(BrokenPipeError):
            stream.write("y")
            stream.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    with open("/dev/full", "w") as stream:
        print("x", file=streams.Steady(stream), flush=True)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            stream.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    text = io.StringIO()
    print("as ever", file=streams.Steady(text))
    assert text.getvalue() == "as ever\n"
    text.close()
    print("closed", file=streams.Steady(text), flush=True)
