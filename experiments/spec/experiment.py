"""Experiments: variants that are compared, settings by preset, how a setting is chosen."""

import dataclasses
from collections.abc import Callable, Mapping

from experiments.errors import UsageError, quoted
from experiments.spec.domains import COMMON, Choice, Integer
from experiments.spec.settings import Settings

PRESETS = ("quick", "reduced", "paper")
# What records are shown under that a declaration of an earlier day asked for and today's does not.
EARLIER = "earlier"
TUNING_SEED = 1000  # none of the final ones, which count from 0
SEEDS = Integer(1, TUNING_SEED)  # how many there may be


@dataclasses.dataclass(frozen=True)
class Preset:
    """Settings of an experiment under one preset, and how many seeds run; of some variants, settings that differ."""

    settings: Mapping
    seeds: int
    variants: Mapping = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Tuning:
    """Choice of a setting, or of two together, for each variant before the runs that count.

    The same number of values is tried for every variant, with one seed, or with several where the grid itself is
    judged; the value with the lowest `metric`, in its best epoch or in the mean of all, is taken, on average over the
    seeds. Values of which a run diverges are never chosen.

    Attributes:
        setting: name of the setting, or a tuple of names; a preset that tunes gives each as `None`.
        grid: values by variant; tuples of values where there are several names.
        metric: column of the history.
        changes: by preset, settings of the tuning runs that differ from the final ones. A preset
            without an entry tunes nothing, and states the values itself.
        seed: the first seed of the tuning runs, none of the final ones.
        grids: grids of the presets that have one of their own.
        mean: whether the mean over the epochs decides in place of the best one.
        repeats: by preset, with how many seeds each value is tried. Default: one.
    """

    setting: str | tuple
    grid: Mapping
    metric: str
    changes: Mapping
    seed: int = TUNING_SEED
    grids: Mapping = dataclasses.field(default_factory=dict)
    mean: bool = False
    repeats: Mapping = dataclasses.field(default_factory=dict)

    @property
    def names(self):
        """Names of the settings that are chosen."""
        return (self.setting,) if isinstance(self.setting, str) else tuple(self.setting)

    @property
    def title(self):
        """The settings that are chosen, for a message."""
        return " and ".join(name.replace("_", " ") for name in self.names)

    def seeds(self, preset):
        """Return the seeds with which each value is tried under a preset."""
        return range(self.seed, self.seed + self.repeats.get(preset, 1))

    def values(self, preset, variant):
        """Return the values that are tried for a variant under a preset."""
        return self.grids.get(preset, self.grid)[variant]

    def changes_to(self, value):
        """Return the settings that a value of the grid stands for."""
        return {self.setting: value} if isinstance(self.setting, str) else dict(zip(self.setting, value, strict=True))

    def value_of(self, settings):
        """Return the value of the grid that these settings have."""
        return settings[self.setting] if isinstance(self.setting, str) else tuple(settings[n] for n in self.setting)

    def given(self, overrides):
        """Tell whether a user's changes leave nothing to choose; refuse those that leave half of it."""
        mine = [name for name in self.names if name in overrides]
        if mine and len(mine) < len(self.names):
            given = " ".join(f"{name}={quoted(overrides[name])}" for name in mine)
            raise UsageError(
                f"Received: --set {given}. The {self.title} are tuned together. Expected a value for each of them, or "
                "for none."
            )
        return bool(mine)

    def axes(self, preset, variant):
        """Return, by setting, the values that are tried of it, in order."""
        values = self.values(preset, variant)
        columns = [values] if isinstance(self.setting, str) else zip(*values, strict=True)
        return {name: sorted(set(column)) for name, column in zip(self.names, columns, strict=True)}


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One comparison of variants: everything but the variant is shared.

    Attributes:
        name: identifier, unique in the paper. Its title stands in the paper's text.
        variants: by identifier, what `job.variant` is.
        train: describes a run: `train(job)` returns an `engine.Training`, or an `engine.Computation`.
        presets: `Preset` by name; an experiment may lack one.
        tuning: `Tuning`, or `None`.
        protocol: names of the tables of protocol rows in the paper's text, one after the other.
        version: protocol version; raised when the meaning of a run of this experiment changes.
        domains: of its own settings, by name, and narrower ones of those in `spec.domains.COMMON`.
        most: the greatest number of seeds that may ever run, declared before any ran. `None`: none was.
    """

    name: str
    variants: Mapping
    train: Callable | None
    presets: Mapping = dataclasses.field(default_factory=dict)
    tuning: Tuning | None = None
    protocol: tuple = ("general",)
    version: int = 1
    domains: Mapping = dataclasses.field(default_factory=dict)
    most: int | None = None

    def domain(self, name):
        """Return the domain of a setting; `None` where it has none."""
        if name == "variant":
            return Choice(tuple(self.variants))
        return self.domains.get(name) or COMMON.get(name)

    @property
    def data(self):
        """Names of the sets that its presets are made for."""
        return tuple(dict.fromkeys(name for preset in self.presets for name in self.data_of(preset)))

    def data_of(self, preset):
        """Return the names of the sets that a preset trains on."""
        return tuple(dict.fromkeys(self.settings(preset, variant).get("data") for variant in self.variants))

    def tunes(self, preset):
        """Return the `Tuning` that a preset does, or `None`."""
        return self.tuning if self.tuning and preset in self.tuning.changes else None

    def settings(self, preset, variant):
        """Return the settings of one variant as a preset declares them."""
        declared = self.presets[preset]
        return Settings({**declared.settings, **declared.variants.get(variant, {}), "variant": variant})


@dataclasses.dataclass(frozen=True)
class Job:
    """Task of an experiment's `train`: settings, a seed and data.

    Attributes:
        experiment: the `Experiment`.
        settings: the run's `Settings`.
        seed: integer from which every random draw follows.
        dataset: a `Dataset`.
    """

    experiment: Experiment
    settings: Settings
    seed: int
    dataset: object

    @property
    def variant(self):
        """The experiment's variant that the settings name."""
        return self.experiment.variants[self.settings.variant]
