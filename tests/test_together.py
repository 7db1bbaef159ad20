"""Two pieces of work at once."""

import os
import signal
import subprocess
import sys
import time

import pytest

from experiments.together import at_once

forked = pytest.mark.skipif(sys.platform != "linux", reason="does one after the other")


def fails():
    raise EOFError("its own")


def test_the_second_is_done_beside_the_first():
    first, second = at_once(os.getpid, os.getpid)
    assert first == os.getpid() and (second != first or sys.platform != "linux")


@pytest.mark.parametrize("works", [(fails, os.getpid), (os.getpid, fails)])
def test_what_either_raises_is_raised(works):
    with pytest.raises(EOFError, match="its own"):
        at_once(*works)


@forked
def test_a_process_that_says_nothing_is_missed():
    with pytest.raises(RuntimeError, match="was ended"):
        at_once(os.getpid, lambda: os._exit(1))


@forked
def test_the_second_ends_with_a_first_that_fails():
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        at_once(lambda: 1 / 0, lambda: time.sleep(60))
    assert time.monotonic() - began < 30


@forked
def test_ctrl_c_is_heard_once():
    """A terminal sends it to both."""
    script = """
import os, signal, time
from experiments.together import at_once
signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background is started deaf
def work():
    os.write(1, b"r")
    time.sleep(60)
at_once(work, work)
"""
    asked = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    assert asked.stdout.read(2) == "rr"  # both are at work
    os.killpg(asked.pid, signal.SIGINT)
    said = asked.communicate(timeout=60)[1]
    assert said.count("Traceback") == 1 and "Fork" not in said


@forked
def test_the_second_ends_with_the_process_that_asked_for_it(tmp_path):
    """It would write into what the next one builds."""
    script = """
import os, sys, time
from experiments.together import at_once
def second():
    print(os.getpid(), flush=True)
    time.sleep(60)
at_once(lambda: time.sleep(60), second)
"""
    asked = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(asked.stdout.readline())
    asked.send_signal(signal.SIGKILL)
    asked.wait()
    for _ in range(300):
        try:
            with open(f"/proc/{child}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":  # ended; nobody has asked how
                    return
        except FileNotFoundError:
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    raise AssertionError("the second process lives on")
