"""Runs that differ only in seeds and plain numbers, trained as one program where that pays (JAX)."""

import contextlib
import hashlib
import os

from experiments.harness import checkpoint as checkpoints
from experiments.harness.attempt import Attempt
from experiments.harness.errors import Diverged, UsageError
from experiments.harness.settings import canonical

MOST = 256  # members of a stack; each holds a lock, and a process may have 1,024 files open
# A stack pays while one run leaves the machine idle. Weights of a net, up to which it does: on a CPU it saved
# a quarter at 27,000 weights and hardly anything at 217,000 (reports/overhead_benchmark); for a GPU not measured.
WEIGHTS = {"cpu": 50_000, "gpu": 2_000_000}
SHARE = 0.5  # of the free memory, which a stack may use


def groups(runs):
    """Lists of two or more runs whose settings differ in floats only."""
    found = {}
    for run in runs:
        shape = {name: None if isinstance(value, float) else value for name, value in run.settings.items()}
        found.setdefault(canonical([run.experiment, run.role, shape]), []).append(run)
    return [
        group[i : i + MOST]
        for group in found.values()
        for i in range(0, len(group), MOST)
        if len(group[i : i + MOST]) > 1
    ]


def pays(model, device):
    """Whether nets of this size are faster together than one after the other."""
    from experiments.harness.engine.base import has_convolutions

    if device == "cpu" and has_convolutions(model):
        return False
    return model.count_params() <= WEIGHTS[device]


def free_memory():
    """Bytes that are free, on the accelerator if there is one."""
    import jax

    stats = jax.devices()[0].memory_stats()
    if stats and "bytes_limit" in stats:
        return stats["bytes_limit"] - stats["bytes_in_use"]
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Training:
    """Trains a group of runs together, each with a record of its own.

    Args:
        runner: the `Runner`.
        experiment: the `Experiment` of all runs.
        always: stack also where it does not pay.
    """

    def __init__(self, runner, experiment, always=False):
        self.runner, self.experiment, self.always = runner, experiment, always

    def records(self, runs):
        """Records by identity of those that were trained together; the others are left to run alone."""
        with contextlib.ExitStack() as claims:
            attempts = [a for run in runs if (a := self._claimed(run, claims))]
            return {a.run.identity: a.record for part in self._stacks(attempts) for a in part}

    def _claimed(self, run, claims):
        """An `Attempt`, or `None` for a run that is finished, published or held by another process."""
        runner = self.runner
        if run.identity in runner.published:
            return None
        dataset = runner.dataset(run.settings.data)
        address = runner.address(run, dataset)
        if not claims.enter_context(runner.store.claim(run.paper, address)):
            return None
        known = runner.store.read_claimed(run.paper, address)
        # One that was interrupted alone goes on alone, from its checkpoint; one that failed may fail again.
        alone = known and known["outcome"] != "interrupted" or runner.store.checkpoint(run.paper, address).exists()
        return None if alone else Attempt(runner, run, address, dataset)

    def _stacks(self, attempts):
        """Train the attempts in as few stacks as fit; yields each when it has ended."""
        from experiments.harness.engine.stacked import Unstackable

        todo = [attempts]
        while todo:
            part = todo.pop()
            if len(part) < 2:
                continue
            try:
                members, rows = self._members(part)
                if members is None:
                    return
                stack, kept = self._stack(part, members)
            except UsageError:
                raise
            except Exception as error:  # what cannot be traced fails in as many ways as there are layers
                why = error if isinstance(error, Unstackable) else f"{type(error).__name__}: {error}"
                self.runner.progress.note(f"Not stacked: {why}.")
                todo += _split(part)
                continue
            if stack is None:
                todo += [part[: len(part) // 2], part[len(part) // 2 :]]
                continue
            self._train(part, rows, stack, kept)
            yield part

    def _members(self, attempts):
        """Each run's net and plan, and the generators that wait for rows; `None` where stacking does not pay."""
        import jax

        from experiments.harness.engine.base import STACK, Member
        from experiments.harness.engine.stacked import Unstackable

        device = "cpu" if jax.default_backend() == "cpu" else "gpu"
        members, rows = [], []
        for attempt in attempts:
            job = self.runner.job(self.experiment, attempt, compiler=STACK)
            try:
                rows.append(self.experiment.train(job))
                member = next(rows[-1])
            except Exception as error:  # alone it will fail again, with a record that says so
                raise Unstackable(f"{type(error).__name__}: {error}") from error
            if not isinstance(member, Member):
                raise Unstackable("the script does not hand over to the engine")
            if not members and not (self.always or pays(member.model, device)):
                return None, None
            members.append(member)
        return members, rows

    def _stack(self, attempts, members):
        """The `Stack`, compiled, and its checkpoint; `None` twice if it needs too much memory."""
        from experiments.harness.engine.stacked import Stack

        first, runner = attempts[0], self.runner
        name = hashlib.sha256(canonical([a.address for a in attempts]).encode()).hexdigest()[:20]
        meaning = checkpoints.meaning(first.run.paper, name, first.run.protocol)
        runner.store.sweep(first.run.paper, f"stack-{name}")  # nobody else has these runs
        path = runner.store.checkpoint(first.run.paper, f"stack-{name}")
        kept = checkpoints.Checkpoint(path, meaning, runner.every, runner.progress.note)
        stack = Stack(members, kept, runner.progress.stacked([a.run for a in attempts]))
        needed = stack.loop.memory()
        if needed is not None and needed > SHARE * free_memory() and len(members) > 2:
            return None, None
        return stack, kept

    def _train(self, attempts, generators, stack, kept):
        """Hand each run its rows as they come. All records end together, so that a resumed stack is the same."""
        for attempt in attempts:
            attempt.begin()
        ended, rows = {}, stack.rows()

        def end(error=None):
            for i, attempt in enumerate(attempts):
                attempt.end(ended.get(i, error), kept.seconds() / len(attempts))

        try:
            for cells in rows:
                for i, cell in enumerate(cells):
                    if i not in ended:
                        ended |= self._hand(i, cell, attempts[i], generators[i])
        except KeyboardInterrupt as error:
            with contextlib.suppress(KeyboardInterrupt):
                rows.throw(error)
            ended.clear()
            end(error)
            raise
        except Exception as error:
            end(error)
            if isinstance(error, UsageError):
                raise
        else:
            end()
            kept.clear()

    @staticmethod
    def _hand(i, cell, attempt, generator):
        """Give a run one row; `{i: why}` if it ends there."""
        if isinstance(cell, Diverged):
            return {i: cell}
        try:
            attempt.row(generator.send(cell))
        except Exception as error:  # the script's, of this run alone
            return {i: error}
        return {}


def _split(attempts):
    """Smaller groups of runs that may fit one program: those of the same settings; none if that is no split."""
    found = {}
    for attempt in attempts:
        found.setdefault(canonical(dict(attempt.run.settings)), []).append(attempt)
    return list(found.values()) if len(found) > 1 else []
