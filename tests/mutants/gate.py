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
from tests.mutants.choice import Choice
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
    """A run of tests on changed files."""

    id: str
    changed: dict  # text by file
    tests: tuple  # what pytest is to run
    affected: frozenset = frozenset()  # modules: rows of the tables that have none of them are left out
    generated: bool = False


@dataclass(frozen=True)
class Result:
    """End of a run: killed, timeout (killed, too), survived or broken."""

    id: str
    outcome: str
    test: str = ""  # the first test that failed
    error: str = ""  # with which exception
    seconds: float = 0.0
    log: str = ""


class Gate:
    """Runs tests against changed sources, `workers` at a time, none longer than `limit` seconds."""

    def __init__(self, sources, *, workers=2, limit=300, preload=PRELOAD, folder="tests/custom"):
        self.sources, self.workers, self.limit, self.preload, self.folder = sources, workers, limit, preload, folder
        self.choice = Choice(sources, folder)

    def control(self, results, report=lambda result: None):
        """Every test that noticed a change, without any change: it must pass, or its verdict would mean nothing."""
        tests = sorted({result.test for result in results if result.outcome == "killed" and result.test})
        (result,) = (
            self._run([Job("control", {}, tuple(tests))], report, 10 * self.limit)
            if tests
            else [Result("control", "survived")]
        )
        return result

    def mutants(self, mutants, report=lambda result: None):
        """The verdict on each mutant."""
        jobs, broken = [], []
        for mutant in mutants:
            try:
                changed = {mutant.file: mutate(self.sources.text.get(mutant.file, ""), mutant)}
                tests = tuple(f"{self.folder}/{test}" for test in self.choice.of(mutant.file))
                if not tests:
                    raise TableError(f"{mutant.id}: no test names anything of custom/{mutant.file}")
                affected = frozenset(self.choice.affected(mutant.file))
                jobs.append(Job(mutant.id, changed, tests, affected, mutant.generated))
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
                        if job.generated and result.outcome == "broken":  # no misspelling: the change itself does that
                            result = dataclasses.replace(result, outcome="killed", test="")
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
            child.run(self.sources.root, files, job.tests, job.affected, place)
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
