"""What a paper script declares: experiments, presets, published tables, claims, deviations."""

import dataclasses
from collections.abc import Callable, Mapping

from experiments.harness.errors import UsageError, unknown
from experiments.harness.references import Reference
from experiments.harness.settings import Settings

PRESETS = ("quick", "reduced", "paper")


@dataclasses.dataclass(frozen=True)
class Preset:
    """Settings of an experiment under one preset, and how many seeds run; of some variants, settings that differ."""

    settings: Mapping
    seeds: int
    variants: Mapping = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Tuning:
    """How a setting, or two together, are chosen for each variant before the runs that count.

    The same number of values is tried for every variant, with one seed, on a validation split; the
    value with the lowest `metric`, in its best epoch, is taken. Runs that diverge are never chosen.

    Attributes:
        setting: name of the setting, or a tuple of names; the preset gives each as `None`.
        grid: values by variant; tuples of values where there are several names.
        grids: grids of the presets that have one of their own.
        metric: column of the history.
        changes: settings of the tuning runs that differ from the final ones, by preset.
        seed: seed of the tuning runs, none of the final ones.
    """

    setting: str
    grid: Mapping
    metric: str
    changes: Mapping
    seed: int = 1000
    grids: Mapping = dataclasses.field(default_factory=dict)

    @property
    def names(self):
        """The settings that are chosen."""
        return (self.setting,) if isinstance(self.setting, str) else tuple(self.setting)

    @property
    def title(self):
        """What is chosen, in words."""
        return " and ".join(name.replace("_", " ") for name in self.names)

    def values(self, preset, variant):
        """What is tried for a variant under a preset."""
        return self.grids.get(preset, self.grid)[variant]

    def changes_to(self, value):
        """The settings that a value of the grid stands for."""
        return {self.setting: value} if isinstance(self.setting, str) else dict(zip(self.setting, value, strict=True))

    def value_of(self, settings):
        """The value of the grid that these settings have."""
        return settings[self.setting] if isinstance(self.setting, str) else tuple(settings[n] for n in self.setting)

    def given(self, overrides):
        """Whether a user's changes leave nothing to choose; refuses those that leave half of it."""
        mine = [name for name in self.names if name in (overrides or {})]
        if mine and len(mine) < len(self.names):
            raise UsageError(
                f"Received: --set {' '.join(f'{name}={overrides[name]}' for name in mine)}. The {self.title} are tuned "
                "together. Expected a value for each of them, or for none."
            )
        return bool(mine)

    def words(self, value):
        """A value of the grid, for tables and captions."""
        return f"{value:g}" if isinstance(self.setting, str) else ", ".join(f"{v:g}" for v in value)

    def axes(self, preset, variant):
        """By setting, the values that are tried of it, in order."""
        values = self.values(preset, variant)
        columns = [values] if isinstance(self.setting, str) else zip(*values, strict=True)
        return {name: sorted(set(column)) for name, column in zip(self.names, columns, strict=True)}


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One comparison of variants: everything but the variant is shared.

    Attributes:
        name: identifier, unique in the paper.
        title: what the experiment is, for a heading.
        variants: what is compared, by identifier.
        train: `train(job)` yields one row per epoch; see `runner.Job`.
        presets: `Preset` by name; an experiment may lack one.
        tuning: `Tuning`, or `None`.
        protocol: rows as of `Paper.protocol` that hold for this experiment; none: the paper's.
    """

    name: str
    title: str
    variants: Mapping
    train: Callable
    presets: Mapping
    tuning: Tuning | None = None
    protocol: tuple = ()

    def settings(self, preset, variant, overrides=None):
        """Settings of one variant under a preset, with the user's changes."""
        overrides = overrides or {}
        if "variant" in overrides:
            raise UsageError(f"Received: --set variant={overrides['variant']}. Expected --only {overrides['variant']}.")
        declared = self.presets[preset]
        settings = Settings({**declared.settings, **declared.variants.get(variant, {}), "variant": variant})
        if self.tuning and self.tuning.given(overrides):  # a value of the grid shows what type it has
            settings = settings.but(**self.tuning.changes_to(self.tuning.values(preset, variant)[0]))
        return settings.overridden(overrides)


@dataclasses.dataclass(frozen=True)
class Deviation:
    """One point where a preset departs from the paper."""

    topic: str
    paper: str
    ours: str
    why: str
    presets: tuple = PRESETS


# What the engine does in every run.
INCOMPLETE_BATCHES = Deviation(
    "Incomplete batches",
    "not stated",
    "an epoch's last, incomplete batch is left out",
    "one shape for the compiled step; every epoch leaves out other examples",
)


@dataclasses.dataclass(frozen=True)
class Paper:
    """A paper and its reproduction.

    Attributes:
        key: name of the script, `<first author><year>_<topic>`.
        reference: the citation, from `references.get`.
        summary: what the paper claims, in a sentence or two.
        labels: printed name of each variant.
        experiments: what runs.
        protocol: rows `(topic, what the paper did, what runs)`; the last may name settings: `{epochs}`.
        tables, claims: see `experiments.harness.claims`.
        deviations: where our protocol departs.
        results: quantities that the tables of results show, by experiment.
        headline: the quantities among them that the README shows.
        figures: what is drawn, see `experiments.harness.report.figures`.
        version: protocol version; raised when the meaning of a run changes.
    """

    key: str
    reference: Reference
    summary: str
    labels: Mapping
    experiments: tuple
    protocol: tuple = ()
    tables: tuple = ()
    claims: tuple = ()
    deviations: tuple = ()
    results: Mapping = dataclasses.field(default_factory=dict)
    headline: tuple = ()
    figures: tuple = ()
    version: int = 1

    def experiment(self, name):
        for experiment in self.experiments:
            if experiment.name == name:
                return experiment
        raise unknown("experiment", name, [e.name for e in self.experiments])

    def names(self):
        """Identifiers of all variants and experiments."""
        return [*dict.fromkeys(v for e in self.experiments for v in e.variants), *(e.name for e in self.experiments)]

    def select(self, only):
        """`(experiment, variants)` pairs, restricted to the experiments and variants named in `only`."""
        for name in only:
            if name not in self.names():
                raise unknown("variant", name, self.names())
        experiments = [e for e in self.experiments if e.name in only] or list(self.experiments)
        wanted = {name for name in only if all(name != e.name for e in self.experiments)}
        chosen = [(e, [v for v in e.variants if not wanted or v in wanted]) for e in experiments]
        return [(e, variants) for e, variants in chosen if variants]

    def check_preset(self, preset):
        if preset not in PRESETS:
            raise unknown("preset", preset, PRESETS)
        if not any(preset in e.presets for e in self.experiments):
            raise UsageError(f"{self.key} has no preset {preset!r}.")
