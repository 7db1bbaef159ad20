"""From a request to finished records: tuning, final runs, what to skip, what to train together."""

import contextlib
import hashlib
import time

from experiments import data as datasets
from experiments import stopping
from experiments.errors import UsageError, quoted
from experiments.runs import backend, stacks
from experiments.runs import checkpoint as checkpoints
from experiments.runs.attempt import Attempt, compute, now, perform
from experiments.runs.environment import environment
from experiments.spec.experiment import Job
from experiments.spec.identity import UNNAMED, key_of
from experiments.spec.record import FINISHED
from experiments.spec.run import Undecided, best, final_runs, tuning_runs
from experiments.spec.settings import canonical


class Runner:
    """Performs runs; what is finished, here or in `published`, is not run again.

    Args:
        store: where records are read and written.
        progress: told what happens; see `experiments.runs.progress`.
        command: the command line that records quote.
        published: records by key that count as done too (`run --extend`).
        every: seconds between two checkpoints.
        compiler: `"auto"`: the engine's choice.
        stacking: `"auto"`: on JAX, runs that differ in seeds and numbers only become one program where
            that pays; `"always"`, `"never"`.
    """

    def __init__(
        self, store, progress, command, published=None, *, every=checkpoints.SECONDS, compiler="auto", stacking="auto"
    ):
        self.store, self.progress, self.command = store, progress, command
        self.published, self.every, self.compiler, self.stacking = published or {}, every, compiler, stacking
        self.lost = []  # variants that could not run, in words
        self._datasets = {}
        self.began = now()

    def dataset(self, name):
        """Return a dataset; one is kept at a time, as they are large."""
        if name not in self._datasets:
            self._datasets = {name: datasets.load(name)}
        return self._datasets[name]

    def address(self, run, backend=None):
        """Return the key of a run, on the data that are here and the backend that runs, or another."""
        return run.key(self.dataset(run.settings.data).fingerprint, backend or environment()["backend"])

    def known(self, run):
        """Return the record of a run that counts as done, published or here, or `None`."""
        address = self.address(run)
        return self.published.get(address) or self._done(run, address, self.store.read(run.paper, address))

    def _done(self, run, address, record):
        """Return the record that was read for a run, if it is a finished one of this very run."""
        if record is None and (earlier := self.address(run, UNNAMED)) != address:
            record = self.store.read(run.paper, earlier)  # of the time when no key named a backend
        mine = record and record["outcome"] in FINISHED and key_of(record) == address
        return record if mine else None

    @staticmethod
    def require(request):
        """Refuse bad settings, and data that are absent, broken or too few for them, before any work is done."""
        asked = [
            (experiment, settings)
            for _, experiment, variants in request.selected()
            for variant in variants
            for settings in request.forms(experiment, variant)
        ]
        for name in dict.fromkeys(settings.data for _, settings in asked):
            datasets.require(name)
        for experiment, settings in asked:
            datasets.suit(settings, experiment.data)

    def run(self, request):
        """Perform what a request asks for. Return the records, tuning runs included."""
        self.require(request)
        records, held = [], []
        for paper, experiment, variants in request.selected():
            grids = {v: tuning_runs(paper, experiment, v, request) for v in variants}
            tries = sorted((run for runs in grids.values() for run in runs), key=lambda run: run.seed)  # whole maps
            tried = self.execute(experiment, tries)
            records += tried.values()
            runs = []
            for variant, grid in grids.items():
                try:
                    tuned = best(experiment.tuning, [tried[run.identity] for run in grid]) if grid else None
                except Undecided as why:
                    self.lost.append(f"{paper.key} {experiment.name} {variant}: {why}")
                    self.progress.note(self.lost[-1])
                    continue
                runs += final_runs(paper, experiment, variant, request, tuned)
            # Seed by seed, so that an interrupted comparison is complete for the seeds it has.
            runs.sort(key=lambda run: run.seed)
            found = self.execute(experiment, runs, wait=False)
            records += found.values()
            held.append((experiment, [run for run in runs if run.identity not in found]))
        for experiment, runs in held:  # nothing rests on a final run: the next experiment need not wait for it
            records += self.execute(experiment, runs).values()
        return records

    def execute(self, experiment, runs, wait=True):
        """Return the records of `runs` by identity. A run that another process holds is waited for, or left out.

        Where runs may be trained together all are waited for: what is together is decided once.
        """
        records, waiting, groups = {}, list(runs), self._groups(runs)
        wait = wait or bool(groups)
        while waiting:
            groups = [group for group in groups if not self._together(experiment, group, records)]
            theirs = {run.identity for group in groups for run in group}  # one process has all of a group, or none
            held = []
            for run in waiting:
                stopping.check()
                if run.identity in records:
                    continue
                record = None if run.identity in theirs else self._alone(experiment, run)
                if record is None:
                    held.append(run)
                else:
                    records[run.identity] = record
            if not wait:
                break
            if len(held) == len(waiting):
                time.sleep(0.1)
            waiting = held
        return {run.identity: records[run.identity] for run in runs if run.identity in records}

    def _claimed(self, run, claims):
        """Return an `Attempt`; the record of a run that is done; or `None` where another process holds it."""
        address = self.address(run)
        if address in self.published:
            return self.published[address] | {"outcome": "published"}
        if done := self._done(run, address, self.store.read_finished(run.paper, address)):
            return done
        if not claims.enter_context(self.store.claim(run.paper, address)):
            return None
        known = self.store.read_claimed(run.paper, address)
        if done := self._done(run, address, known):
            return done
        if known and key_of(known) != address:  # of the time when no key named a backend
            self.store.rehome(known, key_of(known))
            known = None
        # What failed since this runner began, another process of the same command has tried. What began later than
        # now was written while a clock was ahead.
        if known and known["outcome"] == "failed" and self.began < known["started"] <= now():
            return known
        dataset = self.dataset(run.settings.data)
        return Attempt(self.store, self.progress, run, address, dataset, self.command, known)

    def _alone(self, experiment, run):
        with contextlib.ExitStack() as claims:
            found = self._claimed(run, claims)
            if found is None:
                return None
            if isinstance(found, dict):
                self.progress.skipped(run, found["outcome"])
                return self.published.get(key_of(found), found) if self.published else found
            with backend.forgetting():
                self._perform(experiment, found)
            return found.record

    def _perform(self, experiment, attempt):
        from experiments.engine import Computation, Session

        kept, session = self._checkpoint([attempt], attempt.address), None
        on_step = self.progress.started(attempt.run)
        try:
            attempt.description = self._described(experiment, attempt)
            if not isinstance(attempt.description, Computation):
                session = Session([attempt.description], compiler=self.compiler, checkpoint=kept, on_step=on_step)
        except UsageError:  # not the run is wrong but what was asked: nothing is written
            raise
        except BaseException as error:
            stopped = stopping.behind(error)
            attempt.end(stopped or error)
            if stopped:
                raise stopped from None
            if isinstance(error, Exception):
                return None
            raise
        attempt.begin()
        return perform([attempt], session, kept) if session else compute(attempt)

    def _described(self, experiment, attempt):
        """Return what the paper's `train` describes for a run.

        Raises:
            UsageError: it cannot, with settings that the user changed.
        """
        run = attempt.run
        try:
            return experiment.train(Job(experiment, run.settings, run.seed, self.dataset(run.settings.data)))
        except (ValueError, TypeError, ArithmeticError) as error:
            if not run.overrides or stopping.behind(error):
                raise
            given = " ".join(f"{name}={text}" for name, text in run.overrides.items())
            raise UsageError(f"Received: --set {quoted(given)}, with which {run.label} fails: {error}") from error

    def _checkpoint(self, attempts, name):
        """Return the checkpoint of one run, or of several that are trained together."""
        path = self.store.checkpoint(attempts[0].run.paper, name)
        meaning = attempts[0].meaning | {"run": name}
        return checkpoints.Checkpoint(path, meaning, self.every, self.progress.note)

    def _groups(self, runs):
        """Return lists of the runs that may be trained together."""
        if self.stacking == "never" or backend.name() != "jax" or self.compiler != "auto":
            return []
        return stacks.groups(runs)

    def _together(self, experiment, group, records):
        """Train what is left of a group together where that is possible; what is not is left to run alone.

        Which runs are stacked decides their last digits, so that it must not depend on who comes first: one process
        at a time looks at a group, and what it finds claimed then is trained alone for a reason that all would find.

        Returns:
            Whether the group has been looked at; else another process is at it.
        """
        with contextlib.ExitStack() as claims:
            if not claims.enter_context(self.store.claim(group[0].paper, f"group-{_digest(map(self.address, group))}")):
                return False
            found = [self._claimed(run, claims) for run in group]
            attempts = [a for a in found if isinstance(a, Attempt) and self._fresh(a)]
            for part in self._stacked(experiment, attempts):
                records.update({attempt.run.identity: attempt.record for attempt in part})
        return True

    def _fresh(self, attempt):
        """Tell whether a run may be stacked: what was interrupted alone goes on alone; what failed may fail again."""
        alone = attempt.known and attempt.known["outcome"] != "interrupted"
        return not alone and not self.store.checkpoint(attempt.run.paper, attempt.address).exists()

    def _stacked(self, experiment, attempts):
        """Train the attempts in as few programs as fit; yield each when it has ended."""
        todo = [attempts]
        while todo:
            part = todo.pop()
            if len(part) < 2:
                continue
            try:
                session, kept = self._session(experiment, part)
            except UsageError:
                raise
            except Exception as error:  # what cannot be traced fails in as many ways as there are layers
                stopping.check()
                self.progress.note(f"Not stacked: {_said(error)}.")
                todo += stacks.split(part)
                continue
            if session is None:
                return
            if len(part) > 2 and not stacks.fits(session):
                todo += stacks.halves(part)
                continue
            for attempt in part:
                attempt.begin()
            perform(part, session, kept)
            yield part

    def _session(self, experiment, attempts):
        """Return the session of several runs, and its checkpoint; `None` twice where stacking does not pay."""
        from experiments.engine import Session, Training
        from experiments.engine.differing import Unstackable

        for i, attempt in enumerate(attempts):
            attempt.description = description = self._described(experiment, attempt)
            if not isinstance(description, Training) or not description.stackable:
                raise Unstackable("what the paper describes is trained alone")
            if not i and self.stacking != "always" and not stacks.pays(description.model):
                return None, None
        name = f"stack-{_digest(a.address for a in attempts)}"
        self.store.sweep(attempts[0].run.paper, name)  # nobody else has these runs
        kept = self._checkpoint(attempts, name)
        on_step = self.progress.stacked([attempt.run for attempt in attempts])
        trainings = [attempt.description for attempt in attempts]
        return Session(trainings, checkpoint=kept, on_step=on_step), kept


def _digest(addresses):
    """Return one name for several runs."""
    return hashlib.sha256(canonical(list(addresses)).encode()).hexdigest()[:20]


def _said(error):
    from experiments.engine.differing import Unstackable

    return str(error) if isinstance(error, Unstackable) else f"{type(error).__name__}: {error}"
