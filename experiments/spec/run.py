"""From a declaration to the runs that it asks for."""

import dataclasses
import functools
import math

from experiments.spec.identity import key
from experiments.spec.record import FINISHED
from experiments.spec.settings import Settings, canonical


@dataclasses.dataclass(frozen=True)
class Run:
    """One run that a request asks for. `identity` tells it from the others of one command; see `spec.identity`.

    `overrides` are the user's changes, as texts, of the settings that differ from the preset's own.
    """

    paper: str
    experiment: str
    preset: str
    role: str
    settings: Settings
    seed: int
    protocol: int
    overrides: dict = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def identity(self):
        return canonical([self.paper, self.experiment, dict(self.settings), self.seed, self.protocol])

    @property
    def label(self):
        return label(vars(self))

    def key(self, fingerprint, backend):
        """Return the content address of the run's record, on data with this fingerprint and on this backend."""
        return key(self.paper, self.experiment, self.settings, self.seed, fingerprint, self.protocol, backend)


def label(record):
    """Return a run in words."""
    tuned = f" {record['role']}" if record["role"] != "final" else ""
    return f"{record['paper']} {record['experiment']} {record['settings']['variant']}{tuned} seed {record['seed']}"


def tuning_runs(paper, experiment, variant, request):
    """Return the runs of the grid for one variant, seed by seed; none where the setting is given or not tuned."""
    tuning = request.tunes(experiment)
    if tuning is None:
        return []
    changes = tuning.changes[request.preset]
    base = request.settings(experiment, variant).but(**changes)
    own = experiment.settings(request.preset, variant).but(**changes)
    grid = [base.but(**tuning.changes_to(value)) for value in tuning.values(request.preset, variant)]
    runs = [_runs(paper, experiment, request, "tuning", each, own, tuning.seeds(request.preset)) for each in grid]
    return [run for of_seed in zip(*runs, strict=True) for run in of_seed]


class Undecided(Exception):
    """A grid of which no value can be chosen."""


def best(tuning, records):
    """Return the tuned value with the lowest metric, as `Tuning` says.

    Raises:
        Undecided: a run of every value diverged; or one has no result yet, which could be the best.
    """
    records, scores = list(records), {}
    if unfinished := sum(record["outcome"] not in FINISHED for record in records):
        raise Undecided(f"{unfinished} of {len(records)} runs of the grid have no result, so that nothing is chosen")
    for record in records:
        values = [row[tuning.metric] for row in record["history"] if tuning.metric in row]
        score = math.inf
        if record["outcome"] == "done" and values:
            score = sum(values) / len(values) if tuning.mean else min(values)
        scores.setdefault(tuning.value_of(record["settings"]), []).append(score)
    means = {value: sum(some) / len(some) for value, some in scores.items() if math.inf not in some}
    if not means:
        raise Undecided("every value of the grid failed")
    return min(means, key=means.__getitem__)


def final_runs(paper, experiment, variant, request, tuned=None):
    """Return the runs that count, with the tuned value filled in."""
    settings, tuning = request.settings(experiment, variant), request.tunes(experiment)
    if tuning:
        settings = settings.but(**tuning.changes_to(tuned))
    own = experiment.settings(request.preset, variant)
    return _runs(paper, experiment, request, "final", settings, own, range(request.count(experiment)))


def _runs(paper, experiment, request, role, settings, own, seeds):
    """Return the runs of some settings, one a seed."""
    differ = _differing(settings, own) if request.overrides else ()
    overrides = {name: text for name, text in request.overrides.items() if name in differ}
    of_all = paper.key, experiment.name, request.preset, role, settings
    return [Run(*of_all, seed, experiment.version, overrides) for seed in seeds]


def _differing(settings, own):
    """Return the settings that differ from a preset's own, by name; 1 and 1.0 do."""
    return {n: v for n, v in settings.items() if n not in own or canonical(v) != canonical(own[n])}


def differences(experiment, record):
    """Return the settings in which a record's run is not what its preset asks for, by name.

    A value that is chosen by tuning differs if the user gave it, or if it is none of the grid.
    """
    preset, variant, tuning = record["preset"], record["settings"]["variant"], experiment.tunes(record["preset"])
    if preset not in experiment.presets or variant not in experiment.variants:
        return {"preset": preset, "variant": variant}
    own, tuned = experiment.settings(preset, variant), {}
    if tuning:
        given = tuning.value_of({name: record["settings"].get(name) for name in tuning.names})
        from_grid = not any(name in record["overrides"] for name in tuning.names)
        if from_grid and given in tuning.values(preset, variant):
            tuned = tuning.changes_to(given)
        if record["role"] == "tuning":
            own = own.but(**tuning.changes[preset])
    own = own.but(**tuned)
    return _differing(record["settings"], own) | {name: None for name in own if name not in record["settings"]}
