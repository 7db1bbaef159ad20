"""From a paper's declaration to finished records: tuning, final runs, what to skip."""

import dataclasses
import time

from experiments.harness import backend, stacks
from experiments.harness import checkpoint as checkpoints
from experiments.harness import data as datasets
from experiments.harness.attempt import FINISHED, Attempt, now
from experiments.harness.errors import UsageError
from experiments.harness.settings import Settings, canonical, key


@dataclasses.dataclass(frozen=True)
class Run:
    """One run that a preset asks for. `identity` is its meaning, data aside."""

    paper: str
    experiment: str
    preset: str
    role: str
    settings: Settings
    seed: int
    protocol: int
    overrides: dict = dataclasses.field(default_factory=dict)

    @property
    def identity(self):
        return canonical([self.paper, self.experiment, dict(self.settings), self.seed, self.protocol])

    @property
    def label(self):
        return label(vars(self))


@dataclasses.dataclass
class Job:
    """What an experiment's `train` gets: settings, data, seed, and where to leave facts.

    `facts` end up in the record (number of parameters, compiler, ...); `on_step` reports progress;
    `checkpoint` and `compiler` are for the engine.
    """

    experiment: object
    settings: Settings
    seed: int
    dataset: datasets.Dataset
    on_step: object
    facts: dict = dataclasses.field(default_factory=dict)
    checkpoint: checkpoints.Checkpoint | None = None
    compiler: str = "auto"

    @property
    def variant(self):
        return self.experiment.variants[self.settings.variant]


def label(record):
    """A run in words."""
    tuned = f" {record['role']}" if record["role"] != "final" else ""
    return f"{record['paper']} {record['experiment']} {record['settings']['variant']}{tuned} seed {record['seed']}"


def identity_of(record):
    """`Run.identity` of a stored record."""
    return canonical([record[name] for name in ("paper", "experiment", "settings", "seed", "protocol")])


def tuning_runs(paper, experiment, preset, variant, overrides=None):
    """Runs of the grid for one variant; none where the setting is given or not tuned."""
    tuning = experiment.tuning
    if tuning is None or tuning.given(overrides):
        return []
    base = experiment.settings(preset, variant, overrides).but(**tuning.changes[preset])
    return [
        Run(
            paper.key,
            experiment.name,
            preset,
            "tuning",
            base.but(**tuning.changes_to(value)),
            tuning.seed,
            paper.version,
            dict(overrides or {}),
        )
        for value in tuning.values(preset, variant)
    ]


def best(tuning, records):
    """The tuned value of the record with the lowest metric in its best epoch; `None` if all diverged."""
    scores = {}
    for record in records:
        values = [row[tuning.metric] for row in record["history"] if tuning.metric in row]
        if record["outcome"] == "done" and values:
            scores[tuning.value_of(record["settings"])] = min(values)
    return min(scores, key=scores.get) if scores else None


def final_runs(paper, experiment, preset, variant, seeds, tuned=None, overrides=None):
    """Runs that count, with the tuned value filled in."""
    settings = experiment.settings(preset, variant, overrides)
    if experiment.tuning and not experiment.tuning.given(overrides):
        settings = settings.but(**experiment.tuning.changes_to(tuned))
    return [
        Run(paper.key, experiment.name, preset, "final", settings, seed, paper.version, dict(overrides or {}))
        for seed in range(seeds)
    ]


class Runner:
    """Executes runs one after the other; what is finished, here or in `published`, is not run again.

    Args:
        store: where records are read and written.
        progress: told what happens; see `experiments.harness.progress`.
        command: the command line that records quote.
        published: records by identity that count as done too (`run --extend`).
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
        if name not in self._datasets:
            self._datasets = {name: datasets.load(name)}  # one at a time: they are large
        return self._datasets[name]

    def check(self, paper, preset, only=(), overrides=None):
        """What a call selects: `(experiment, variants)` pairs.

        Refuses unknown names, bad settings and absent data before any work is done.
        """
        paper.check_preset(preset)
        selected = [(e, variants) for e, variants in paper.select(only) if preset in e.presets]
        if not selected:
            raise UsageError(f"{paper.key}: preset {preset!r} has nothing called {' '.join(only)}.")
        for experiment, variants in selected:
            for name in {experiment.settings(preset, variant, overrides).data for variant in variants}:
                datasets.require(name)
        return selected

    def paper(self, paper, preset, selected, seeds=None, overrides=None):
        """Run what `check` selected. Returns the records, tuning runs included."""
        records = []
        for experiment, variants in selected:
            grids = {v: tuning_runs(paper, experiment, preset, v, overrides) for v in variants}
            tried = self.execute(experiment, [run for runs in grids.values() for run in runs])
            records += tried.values()
            runs = []
            for variant, grid in grids.items():
                tuned = best(experiment.tuning, [tried[run.identity] for run in grid]) if grid else None
                if grid and tuned is None:
                    self.lost.append(f"{paper.key} {experiment.name} {variant}: every value of the grid failed")
                    self.progress.note(self.lost[-1])
                    continue
                count = experiment.presets[preset].seeds if seeds is None else seeds
                runs += final_runs(paper, experiment, preset, variant, count, tuned, overrides)
            # Seed by seed, so that an interrupted comparison is complete for the seeds it has.
            records += self.execute(experiment, sorted(runs, key=lambda run: run.seed)).values()
        return records

    def execute(self, experiment, runs):
        """Records of `runs` by identity. A run that another process holds is waited for."""
        records = self._stacked(experiment, runs)
        waiting = [run for run in runs if run.identity not in records]
        while waiting:
            held = []
            for run in waiting:
                record = self._one(experiment, run)
                if record is None:
                    held.append(run)
                else:
                    records[run.identity] = record
            if len(held) == len(waiting):
                time.sleep(0.5)
            waiting = held
        return records

    def _stacked(self, experiment, runs):
        """Records of the runs that were trained together, by identity."""
        if self.stacking == "never" or backend.name() != "jax" or self.compiler != "auto":
            return {}
        training, records = stacks.Training(self, experiment, self.stacking == "always"), {}
        for group in stacks.groups(runs):
            records |= training.records(group)
        return records

    def _one(self, experiment, run):
        if run.identity in self.published:
            self.progress.skipped(run, "published")
            return self.published[run.identity]
        dataset = self.dataset(run.settings.data)
        address = self.address(run, dataset)
        with self.store.claim(run.paper, address) as free:
            if not free:
                return None
            known = self.store.read_claimed(run.paper, address)
            # What failed since this runner began, another process of the same command has tried.
            if known and (
                known["outcome"] in FINISHED or known["outcome"] == "failed" and known["started"] > self.began
            ):
                self.progress.skipped(run, known["outcome"])
                return known
            attempt = Attempt(self, run, address, dataset)
            attempt.begin()
            attempt.checkpoint(self.every)
            attempt.consume(lambda: experiment.train(self.job(experiment, attempt, self.progress.started(run))))
            return attempt.record

    @staticmethod
    def address(run, dataset):
        """The key of a run's record."""
        return key(run.paper, run.experiment, run.settings, run.seed, dataset.fingerprint, run.protocol)

    def job(self, experiment, attempt, on_step=None, compiler=None):
        """What the experiment's `train` gets for an attempt."""
        run = attempt.run
        dataset, compiler = self.dataset(run.settings.data), compiler or self.compiler
        return Job(experiment, run.settings, run.seed, dataset, on_step, attempt.facts, attempt.kept, compiler)
