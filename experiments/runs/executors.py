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
STOPPED = "experiments: stopped. Finished runs are kept; the same command goes on."


def processes(arguments, workers, progress):
    """Run `python -m experiments <arguments>` in `workers` processes; return the worst exit code.

    Each process gets an equal share of the cores.

    Args:
        arguments: of a command whose output is `progress.Messages`.
        workers: number of processes.
        progress: a `progress.Overall`, which is told what they print.
    """
    command, environment = [*COMMAND, *arguments], _environment(workers)
    children = [_child(command, environment) for _ in range(workers)]
    errors = _Errors(progress)
    threads = [threading.Thread(target=_read, args=(c.stdout, progress.told, i)) for i, c in enumerate(children)]
    threads += [threading.Thread(target=_read, args=(c.stderr, errors.told, i)) for i, c in enumerate(children)]
    for thread in threads:
        thread.start()
    try:
        codes = [child.wait() for child in children]
    except KeyboardInterrupt:
        for child in children:
            _stop(child)
        raise
    finally:
        for child in children:
            child.kill()  # ends those that a second Ctrl-C left; nothing where they have ended
        for thread in threads:
            thread.join()
    for code in codes:
        if code < 0:  # it could say nothing itself
            kept = "Finished runs are kept: run the same command again."
            progress.note(f"A worker was ended by {_name(-code)}. {kept}")
    return max(code if code >= 0 else 1 for code in codes)


def _child(command, environment):
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, errors="replace"
    )


def _read(stream, tell, worker):
    with stream:
        for line in stream:
            tell(worker, line.rstrip("\n"))


class _Errors:
    """Errors that workers print: passed on, but a mistake that they all report once."""

    def __init__(self, progress):
        self.progress, self.seen = progress, {STOPPED}  # the parent says that one itself

    def told(self, worker, line):
        if line.startswith("experiments: "):
            if line in self.seen:
                return
            self.seen.add(line)
        with self.progress.lock:
            print(line, file=sys.stderr, flush=True)


def _name(number):
    """Return a signal's name, and the usual reason where it is not somebody's wish."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    why = {"SIGSEGV": "a crash in a library", "SIGABRT": "a crash in a library", "SIGKILL": "often too little memory"}
    return f"{name} ({why[name]})" if name in why else name


def answer(arguments, workers):
    """Return what `python -m experiments <arguments>` prints, with the cores of one of `workers`; `""` if it fails.

    In a process of its own, so that none of its memory, or of an accelerator's, stays with the caller.
    """
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=_environment(workers),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
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
