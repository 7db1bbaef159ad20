"""Runs mutants in forked children, so that the framework is imported once for all of them."""

import collections
import contextlib
import dataclasses
import gc
import importlib
import json
import os
import pathlib
import signal
import tempfile
import time
from dataclasses import dataclass

from tests.mutants import child
from tests.mutants.mutant import TableError, mutate

# One thread a child, as the children themselves run side by side; and a parent without threads can be forked.
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
PRELOAD = ("pytest", "numpy", "scipy.special", "scipy.stats", "keras")


@dataclass(frozen=True)
class Job:
    """A run of tests: files, or only `hint`, the test that noticed the change the last time."""

    id: str
    changed: dict  # text by file
    tests: tuple
    select: str = ""
    hint: str = ""

    def arguments(self, folder):
        if self.hint:
            return [self.hint]
        return [f"{folder}/{test}" for test in self.tests] + (["-k", self.select] if self.select else [])


@dataclass(frozen=True)
class Result:
    """How a run ended: killed, timeout (killed, too), survived or broken."""

    id: str
    outcome: str
    test: str = ""  # the first test that failed
    error: str = ""  # with which exception
    seconds: float = 0.0
    log: str = ""


class Gate:
    """Runs tests against changed sources, `workers` at a time, none longer than `limit` seconds.

    The controls have ten times that: they run whole files, where a change ends most runs early.
    """

    def __init__(self, sources, *, workers=2, limit=120, preload=PRELOAD, folder="tests/custom"):
        self.sources, self.workers, self.limit, self.preload, self.folder = sources, workers, limit, preload, folder

    def controls(self, mutants, report=lambda result: None):
        """Each test file, without any change: it must pass, or its verdicts would mean nothing."""
        files = sorted({test for mutant in mutants for test in mutant.tests})
        return self._run([Job(f"control: {file}", {}, (file,)) for file in files], report, 10 * self.limit)

    def mutants(self, mutants, report=lambda result: None, hints=None):
        """The verdict on each mutant; `hints`, by id, are tests to run before the others."""
        jobs, broken = [], []
        for mutant in mutants:
            try:
                changed = {mutant.file: mutate(self.sources.text.get(mutant.file, ""), mutant)}
                hint = (hints or {}).get(mutant.id, "")
                jobs.append(Job(mutant.id, changed, mutant.tests, mutant.select, hint))
            except TableError as error:
                broken.append(Result(mutant.id, "broken", log=str(error)))
                report(broken[-1])
        done = {result.id: result for result in [*broken, *self._run(jobs, report, self.limit)]}
        return [done[mutant.id] for mutant in mutants]

    def _run(self, jobs, report, limit):
        os.environ.update(SETTINGS)
        for name in self.preload:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()  # else each child's garbage collection would touch, and so copy, all of the parent's memory
        waiting, running, results = collections.deque(jobs), {}, []
        with tempfile.TemporaryDirectory() as folder:
            files = self.sources.write(pathlib.Path(folder, "unchanged"))
            try:
                while waiting or running:
                    while waiting and len(running) < self.workers:
                        job, place = waiting.popleft(), pathlib.Path(tempfile.mkdtemp(dir=folder))
                        running[self._start(job, place, files)] = (job, place, time.monotonic())
                    time.sleep(0.01)
                    for pid, (job, place, start) in list(running.items()):
                        result = self._ended(pid, job.id, place, time.monotonic() - start, limit)
                        if result is None:
                            continue
                        del running[pid]
                        if job.hint and result.outcome != "killed":  # not by that test: by any?
                            waiting.appendleft(dataclasses.replace(job, hint=""))
                            continue
                        results.append(result)
                        report(result)
            finally:
                for pid in running:
                    _kill(pid)
        return results

    def _start(self, job, place, files):
        for file, text in job.changed.items():
            other = place / pathlib.PurePath(file).name
            other.write_text(text, encoding="utf-8")
            files = {**files, self.sources.module(file): str(other)}
        pid = os.fork()
        if not pid:
            child.run(self.sources.root, files, job.arguments(self.folder), place)
        return pid

    def _ended(self, pid, id, place, seconds, limit):
        """The result of the run `pid`, or None while it goes on."""
        if seconds > limit:
            _kill(pid)
            return Result(id, "timeout", seconds=seconds)
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            return None
        log = place / child.LOG
        log = log.read_text(errors="replace") if log.exists() else ""
        try:
            found = json.loads((place / child.RESULT).read_text())
        except (OSError, ValueError):
            # The interpreter itself went down: a change may do that, an unchanged run must not.
            return Result(id, "broken", error="no result", seconds=seconds, log=log)
        return Result(id, found["outcome"], found["test"], found["error"], seconds, log)


def _kill(pid):
    for end in (lambda: os.killpg(pid, signal.SIGKILL), lambda: os.kill(pid, signal.SIGKILL)):
        with contextlib.suppress(ProcessLookupError):  # it has no group of its own in its first moments
            end()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
