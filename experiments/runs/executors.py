"""Several local processes on one queue of runs.

Every process gets the same command. A run is claimed by a lock, so that each process takes the next
run that no other has, and waits at the end for those that others still train.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

from experiments import stopping
from experiments.runs import backend

COMMAND = (sys.executable, "-m", "experiments")
CRASHES = [getattr(signal, name) for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL") if hasattr(signal, name)]
AGAIN = 3  # times that a worker is started anew after a crash
STOP = 4.0  # seconds that workers have to stop: most end within `stopping.GRACE`, who keeps a checkpoint later


def processes(arguments, workers, progress):
    """Run `python -m experiments <arguments>` in `workers` processes; return the worst exit code.

    Each process gets an equal share of the cores. One that a library's crash ends is started again, `AGAIN` times at
    most: it goes on from its last checkpoint.

    Args:
        arguments: of a command whose output is `progress.Messages`.
        workers: number of processes.
        progress: a `progress.Overall`, which is told what they print.
    """
    command, environment, errors = [*COMMAND, *arguments], _environment(workers), _Errors(progress)
    team = [_Worker(i, command, environment, progress, errors) for i in range(workers)]
    for worker in team:
        worker.thread.start()
    try:
        for worker in team:
            worker.thread.join()
    except KeyboardInterrupt:
        with stopping.held():
            for worker in team:
                worker.ended.set()
            _stop([worker.child for worker in team if worker.child])
        raise
    finally:
        for worker in team:
            worker.end()
    codes = [worker.code for worker in team]
    for code in codes:
        if code < 0 or code > 128:  # it could say nothing itself, or what it said is ours to say
            kept = "Finished runs are kept: run the same command again."
            progress.note(f"A worker was ended by {_name(_signal(code))}. {kept}")
    return max(code if 0 <= code <= 128 else 1 for code in codes)


class _Worker:
    """A process, and another in its place where a library has crashed; a thread waits for it and reads what it says."""

    def __init__(self, number, command, environment, progress, errors):
        self.number, self.command, self.environment = number, command, environment
        self.progress, self.errors = progress, errors
        self.child, self.code, self.ended = None, 1, threading.Event()
        self.thread = threading.Thread(target=self._work)

    def _work(self):
        for again in range(AGAIN, -1, -1):
            if self.ended.is_set():
                return
            with _unheard(signal.SIGINT):
                self.child = child = _child(self.command, self.environment)
            heard = threading.Thread(target=_read, args=(child.stderr, self.errors.told, self.number))
            heard.start()
            _read(child.stdout, self.progress.told, self.number)
            self.code = child.wait()
            heard.join()
            _release(child)
            if not again or _signal(self.code) not in CRASHES or self.ended.is_set():
                return
            self.progress.note(f"A worker was ended by {_name(_signal(self.code))}; another takes its place.")

    def end(self):
        """End what a second Ctrl-C left; nothing where it has ended."""
        self.ended.set()
        if self.child:
            self.child.kill()
            _release(self.child)
        self.thread.join()


def _signal(code):
    """Return the number of the signal that an exit code means, or 0."""
    return -code if code < 0 else max(0, code - 128)


def _child(command, environment, stderr=subprocess.PIPE):
    """Start a process that ends with this one: `stopping.follow_driver` in it watches its standard input."""
    pipe, environment = subprocess.PIPE, {**(os.environ if environment is None else environment), stopping.LEASH: "1"}
    return subprocess.Popen(
        command, env=environment, stdin=pipe, stdout=pipe, stderr=stderr, text=True, errors="replace"
    )


@contextlib.contextmanager
def _unheard(number):
    """Have processes that the block starts not hear a signal, such as a terminal's Ctrl-C, which is their driver's."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _read(stream, tell, worker):
    with stream:
        for line in stream:
            tell(worker, line.rstrip("\n"))


class _Errors:
    """Errors that workers print: passed on, but a mistake that they all report once."""

    def __init__(self, progress):
        self.progress, self.seen = progress, {stopping.STOPPED}  # the parent says that one itself

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
    with _unheard(signal.SIGINT):
        child = _child([*COMMAND, *arguments], _environment(workers), subprocess.DEVNULL)
    try:
        said = child.stdout.read() if child.stdout else ""
        return said.strip() if child.wait() == 0 else ""
    finally:
        child.kill()
        _release(child)
        child.wait()


def _environment(workers):
    if workers == 1 or backend.threads(backend.name()):  # the user has said how many
        return None
    share = max(1, len(os.sched_getaffinity(0)) // workers if hasattr(os, "sched_getaffinity") else 1)
    return {**os.environ, "EXPERIMENTS_THREADS": str(share)}


def _stop(children):
    """Ask processes to stop, all at once; return when they have, or have had the time for it."""
    for child in children:
        with contextlib.suppress(OSError, ValueError):
            child.stdin.write("\n")
            child.stdin.flush()
    end = time.monotonic() + STOP
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.0, end - time.monotonic()))


def _release(child):
    """Let go of a process's leash."""
    with contextlib.suppress(OSError, ValueError):
        child.stdin.close()
