"""From a declaration to the runs that it asks for; a run's meaning, and the key of its record."""

import dataclasses
import hashlib

from experiments.spec.settings import Settings, canonical


@dataclasses.dataclass(frozen=True)
class Run:
    """One run that a request asks for. `identity` is its meaning, data aside."""

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

    def key(self, fingerprint):
        """Return the content address of the run's record, on data with this fingerprint."""
        return key(self.paper, self.experiment, self.settings, self.seed, fingerprint, self.protocol)


def label(record):
    """Return a run in words."""
    tuned = f" {record['role']}" if record["role"] != "final" else ""
    return f"{record['paper']} {record['experiment']} {record['settings']['variant']}{tuned} seed {record['seed']}"


def identity_of(record):
    """Return `Run.identity` of a stored record."""
    return canonical([record[name] for name in ("paper", "experiment", "settings", "seed", "protocol")])


def key(paper, experiment, settings, seed, fingerprint, protocol):
    """Return the content address of a run: 20 hexadecimal digits that follow from what the run means."""
    meaning = {
        "paper": paper,
        "experiment": experiment,
        "settings": dict(settings),
        "seed": seed,
        "data": fingerprint,
        "protocol": protocol,
    }
    return hashlib.sha256(canonical(meaning).encode()).hexdigest()[:20]


def tuning_runs(paper, experiment, variant, request):
    """Return the runs of the grid for one variant; none where the setting is given or not tuned."""
    tuning = request.tunes(experiment)
    if tuning is None:
        return []
    base = request.settings(experiment, variant).but(**tuning.changes[request.preset])
    return [
        _run(paper, experiment, request, "tuning", base.but(**tuning.changes_to(value)), tuning.seed)
        for value in tuning.values(request.preset, variant)
    ]


def best(tuning, records):
    """Return the tuned value of the record with the lowest metric in its best epoch; `None` if all diverged."""
    scores = {}
    for record in records:
        values = [row[tuning.metric] for row in record["history"] if tuning.metric in row]
        if record["outcome"] == "done" and values:
            scores[tuning.value_of(record["settings"])] = min(values)
    return min(scores, key=scores.__getitem__) if scores else None


def final_runs(paper, experiment, variant, request, tuned=None):
    """Return the runs that count, with the tuned value filled in."""
    settings, tuning = request.settings(experiment, variant), request.tunes(experiment)
    if tuning:
        settings = settings.but(**tuning.changes_to(tuned))
    return [_run(paper, experiment, request, "final", settings, seed) for seed in range(request.count(experiment))]


def _run(paper, experiment, request, role, settings, seed):
    changes = dict(request.overrides)
    return Run(paper.key, experiment.name, request.preset, role, settings, seed, experiment.version, changes)
