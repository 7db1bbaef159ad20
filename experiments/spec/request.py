"""A user's request: the command line's options, parsed once."""

import dataclasses
from collections.abc import Mapping

from experiments.errors import UsageError, quoted, unknown
from experiments.spec.domains import Refused, parsed, refusal
from experiments.spec.experiment import PRESETS, SEEDS


@dataclasses.dataclass(frozen=True)
class Request:
    """Papers, a preset, and what of them is to differ.

    Attributes:
        papers: the `Paper`s.
        preset: a name of `PRESETS`.
        only: names of variants and experiments; none: all of them.
        seeds: seeds 0 to N-1 run; `None`: as many as the preset says.
        overrides: changed settings, as texts by name.

    Raises:
        UsageError: an unknown preset or name, a number of seeds outside `SEEDS`, a preset that a paper lacks.
    """

    papers: tuple
    preset: str
    only: tuple = ()
    seeds: int | None = None
    overrides: Mapping = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.preset not in PRESETS:
            raise unknown("preset", self.preset, PRESETS)
        if self.seeds is not None:
            try:
                SEEDS.checked(self.seeds)
            except Refused as why:
                raise UsageError(f"Received: --seeds {quoted(self.seeds)}{why}") from None
        if "variant" in self.overrides:
            name = quoted(self.overrides["variant"])
            raise UsageError(f"Received: --set variant={name}. Expected --only {name}.")
        known = list(dict.fromkeys(name for paper in self.papers for name in paper.names()))
        for name in self.only:
            if name not in known:
                raise unknown("variant", name, known)

    @classmethod
    def parsed(cls, papers, preset, only=(), seeds=None, assignments=()):
        """Return the request of a command line, whose `--set` options are the texts `KEY=VALUE`."""
        overrides = {}
        for assignment in assignments:
            name, equals, value = assignment.partition("=")
            if not equals:
                raise UsageError(f"Received: --set {quoted(assignment)}. Expected --set KEY=VALUE.")
            overrides[name] = value
        return cls(tuple(papers), preset, tuple(only), seeds, overrides)

    def selected(self):
        """Return `(paper, experiment, variants)` triples that the request asks for, each with some variants."""
        found = []
        for paper in self.papers:
            only = [name for name in self.only if name in paper.names()]
            if self.only and not only:
                continue
            if not any(self.preset in e.presets for e in paper.experiments):
                raise UsageError(f"{paper.key} has no preset {self.preset!r}.")
            chosen = [(e, variants) for e, variants in paper.select(only) if self.preset in e.presets]
            if not chosen:
                raise UsageError(f"{paper.key}: preset {self.preset!r} has nothing called {' '.join(only)}.")
            found += [(paper, experiment, variants) for experiment, variants in chosen]
        return found

    def tunes(self, experiment):
        """Return the `Tuning` that the request leaves to be done, or `None`."""
        tuning = experiment.tunes(self.preset)
        return tuning if tuning and not tuning.given(self.overrides) else None

    def settings(self, experiment, variant):
        """Return the settings of one variant, with the user's changes."""
        settings, tuning = experiment.settings(self.preset, variant), experiment.tunes(self.preset)
        if tuning:
            tuning.given(self.overrides)
        return overridden(settings, self.overrides, experiment.domain)

    def forms(self, experiment, variant):
        """Return the settings of one variant's final runs, and those of its tuning runs; what is tuned is open."""
        settings, tuning = self.settings(experiment, variant), self.tunes(experiment)
        return [settings, settings.but(**tuning.changes[self.preset])] if tuning else [settings]

    def count(self, experiment):
        """Return how many seeds run."""
        return experiment.presets[self.preset].seeds if self.seeds is None else self.seeds

    def fewer_seeds(self):
        """Return a line for each paper of which another preset declares more seeds than run; none for `quick`.

        The number of seeds is declared before anything runs. A reader is told where it is not what this request runs.
        """
        found = {}
        for paper, experiment, _ in self.selected() if self.preset != PRESETS[0] else ():
            run, others = self.count(experiment), {name: each.seeds for name, each in experiment.presets.items()}
            preset = max(others, key=others.__getitem__)  # of two that declare as many, the smaller scale
            if others[preset] > run:
                where = (others[preset], preset, run)
                found.setdefault(paper.key, {}).setdefault(where, []).append(experiment.name)
        return [
            f"{key}, preset {self.preset}: more seeds are declared than run: "
            + "; ".join(f"{n} at {preset}, {run} here ({', '.join(names)})" for (n, preset, run), names in some.items())
            for key, some in found.items()
        ]


def overridden(settings, assignments, domain=lambda name: None):
    """Return settings with the user's texts in place, each read as a value of its domain.

    Args:
        settings: `Settings`.
        assignments: texts by name.
        domain: from a name to the setting's domain; where that is `None`, a value has the type of what it replaces.

    Raises:
        UsageError: an unknown name, a value outside its domain, of another type, or not finite.
    """
    return settings.but(**{name: _read(name, text, settings[name], domain(name)) for name, text in assignments.items()})


def _read(name, text, old, domain):
    if domain:
        try:
            return domain.read(text)
        except Refused as why:
            raise refusal(name, text, why) from None
    value = parsed(text)
    if isinstance(old, float) and type(value) is int:
        value = float(text)  # of the text, because a number too large for a float is to be refused, not to fail
    if not _fits(value, old):
        expected = f"{type(old).__name__}, such as {old!r}"
        raise UsageError(f"Received: {name}={quoted(text)}, of type {type(value).__name__}. Expected: {expected}.")
    return value


def _fits(value, old):
    if isinstance(old, list) and isinstance(value, list):
        return not old or {type(item) for item in value} <= {type(item) for item in old}
    return old is None or type(value) is type(old)
