"""Several local processes on one queue of runs.

Every process gets the same command. A run is claimed by a lock, so that each process takes the next
run that no other has, and waits at the end for those that others still train.
"""

import os
import signal
import subprocess
import sys
import threading

COMMAND = (sys.executable, "-m", "experiments")


def processes(arguments, workers):
    """Run `python -m experiments <arguments>` in `workers` processes; returns the worst exit code.

    Each process gets an equal share of the cores. Their lines are passed on as they come.
    """
    command, environment = [*COMMAND, *arguments], _environment(workers)
    children = [
        subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]

    def pass_on(child):
        for line in child.stdout:
            if not line.startswith("skip"):  # every process skips what another has finished
                print(line, end="", flush=True)

    threads = [threading.Thread(target=pass_on, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    try:
        codes = [child.wait() for child in children]
    except KeyboardInterrupt:
        for child in children:
            _stop(child)
        raise
    finally:
        for thread in threads:
            thread.join()
    for code in codes:
        if code < 0:  # it could say nothing itself
            kept = "Finished runs are kept: run the same command again."
            print(f"A worker was ended by {_name(-code)}. {kept}", flush=True)
    return max(code if code >= 0 else 1 for code in codes)


def _name(number):
    """A signal's name, and the usual reason where it is not somebody's wish."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    why = {"SIGSEGV": "a crash in a library", "SIGABRT": "a crash in a library", "SIGKILL": "often too little memory"}
    return f"{name} ({why[name]})" if name in why else name


def answer(arguments, workers):
    """What `python -m experiments <arguments>` prints, with the cores that one of `workers` has; `""` if it fails.

    In a process of its own, so that none of its memory, or of an accelerator's, stays with the caller.
    """
    done = subprocess.run(
        [*COMMAND, *arguments], env=_environment(workers), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def _environment(workers):
    if workers == 1:
        return None
    share = max(1, len(os.sched_getaffinity(0)) // workers if hasattr(os, "sched_getaffinity") else 1)
    return {**os.environ, "EXPERIMENTS_THREADS": os.environ.get("EXPERIMENTS_THREADS") or str(share)}


def _stop(child):
    """End a process that a terminal's Ctrl-C has told to stop already, and that a plain signal has not."""
    try:
        child.wait(timeout=3)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGINT)
        child.wait()
