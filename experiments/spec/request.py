"""A user's request: the command line's options, parsed once."""

import dataclasses
import json
from collections.abc import Mapping

from experiments.errors import UsageError, unknown
from experiments.spec.experiment import PRESETS


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
        UsageError: an unknown preset or name, fewer than one seed, a preset that a paper lacks.
    """

    papers: tuple
    preset: str
    only: tuple = ()
    seeds: int | None = None
    overrides: Mapping = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.preset not in PRESETS:
            raise unknown("preset", self.preset, PRESETS)
        if self.seeds is not None and self.seeds < 1:
            raise UsageError(f"Received: --seeds {self.seeds}. Expected at least 1.")
        if "variant" in self.overrides:
            name = self.overrides["variant"]
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
                raise UsageError(f"Received: --set {assignment}. Expected --set KEY=VALUE.")
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
        if tuning and tuning.given(self.overrides):  # a value of the grid shows what type it has
            settings = settings.but(**tuning.changes_to(tuning.values(self.preset, variant)[0]))
        return overridden(settings, self.overrides)

    def count(self, experiment):
        """Return how many seeds run."""
        return experiment.presets[self.preset].seeds if self.seeds is None else self.seeds


def overridden(settings, assignments):
    """Return settings with the user's texts in place, each read as what it replaces.

    Args:
        settings: `Settings`.
        assignments: texts by name.

    Raises:
        UsageError: an unknown name, a value of another type, a number that is not finite.
    """
    return settings.but(**{name: _read(name, text, settings[name]) for name, text in assignments.items()})


def _read(name, text, old):
    try:
        value = json.loads(text, parse_constant=_refuse)
    except ValueError:
        value = text
    if isinstance(old, float) and type(value) is int:
        value = float(text)  # of the text, because a number too large for a float is to be refused, not to fail
    if not _fits(value, old):
        expected = f"{type(old).__name__}, such as {old!r}"
        raise UsageError(f"Received: {name}={text}, of type {type(value).__name__}. Expected: {expected}.")
    return value


def _fits(value, old):
    if isinstance(old, list) and isinstance(value, list):
        return not old or {type(item) for item in value} <= {type(item) for item in old}
    return old is None or type(value) is type(old)


def _refuse(constant):
    raise UsageError(f"Received {constant} as a setting. Expected a finite number.")
