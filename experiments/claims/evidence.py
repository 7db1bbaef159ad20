"""Which records speak for an experiment under which preset."""

import dataclasses
import math

from experiments.spec.experiment import EARLIER, PRESETS, Experiment, Preset
from experiments.spec.identity import Group, group_of, key_of
from experiments.spec.paper import Paper
from experiments.spec.request import Request
from experiments.spec.run import Undecided, best, final_runs, tuning_runs
from experiments.spec.settings import canonical

ENDED = ("done", "diverged")


@dataclasses.dataclass
class Evidence:
    """The runs of one experiment, all of one `Group`, under the preset that judges.

    That is the widest preset that has the declared number of seeds; where none has, the widest that has run.

    Attributes:
        paper, experiment: from the declaration.
        preset: that preset, or `None` where nothing has finished.
        runs: records of every outcome, by variant and seed.
        tuning: records of the grid, by variant, in the order of the grid.
        tuned: the value chosen, by variant.
        group: of all these records; `None` where there are none.
        apart: by group, the records that the preset asks for too, and all of older protocols.
        others: records of this protocol with settings that the user changed.
        replaced: records that an earlier declaration asked for; those that are shown under `EARLIER` are not among
            them.
    """

    paper: Paper
    experiment: Experiment
    preset: str | None = None
    runs: dict = dataclasses.field(default_factory=dict)
    tuning: dict = dataclasses.field(default_factory=dict)
    tuned: dict = dataclasses.field(default_factory=dict)
    group: Group | None = None
    apart: dict = dataclasses.field(default_factory=dict)
    others: list = dataclasses.field(default_factory=list)
    replaced: list = dataclasses.field(default_factory=list)

    def told_by(self, paper):
        """Return the same evidence with the words of another language."""
        return dataclasses.replace(self, paper=paper)

    @property
    def text(self):
        """The paper's words."""
        return self.paper.text

    @property
    def labels(self):
        """Printed name of each variant."""
        return self.paper.text.labels

    @property
    def title(self):
        """The experiment's heading, with the name of the data where the widest preset trains on others."""
        title, experiment = self.text.title(self.experiment.name), self.experiment
        declared = next(e for e in self.paper.experiments if e.name == experiment.name)
        widest = [preset for preset in PRESETS if preset in declared.presets][-1:]
        own = experiment.data_of(self.preset) if self.preset in experiment.presets else ()
        if not own or any(own == declared.data_of(preset) for preset in widest):
            return title
        names = [self.text.value("data", name) or name for name in own]
        return self.text.phrase("with_data", title=title, data=self.text.all_of(names))

    @property
    def under(self):
        """What its runs were made under, in words: a preset, or an earlier protocol."""
        phrase = "under_earlier" if self.preset == EARLIER else "under"
        return self.text.phrase(phrase, preset=self.preset)

    def done(self, variant):
        """Return the finished records of a variant by seed; diverged and failed runs are not among them."""
        return {seed: r for seed, r in self.runs.get(variant, {}).items() if r["outcome"] == "done"}

    @property
    def missing(self):
        """How many runs the preset declares and nobody has made."""
        if self.preset is None:
            return 0
        declared = self.experiment.presets[self.preset].seeds
        ended = [sum(r["outcome"] in ENDED for r in self.runs.get(v, {}).values()) for v in self.experiment.variants]
        return sum(max(0, declared - count) for count in ended)

    def estimate(self, variant, quantity):
        """Return the estimate of a quantity, the one that tables, figures, claims and sentences use; or `None`."""
        return quantity.estimate(self.done(variant).values())

    def seconds(self, variants):
        """Return how long one seed of these variants takes, in seconds."""
        runs = [[r["seconds"] for r in self.done(variant).values()] for variant in dict.fromkeys(variants)]
        return sum(sum(some) / len(some) for some in runs if some)

    def _since(self, variant, margin):
        """Return the finished runs of a variant by seed; with a `Margin`, those that it may judge."""
        runs = self.done(variant).items()
        return [(seed, r) for seed, r in runs if margin is None or margin.judges(r)]

    def values(self, variant, quantity, margin=None):
        """Return a quantity by seed; with a `Margin`, of the runs that it may judge."""
        values = {seed: quantity.of(record) for seed, record in self._since(variant, margin)}
        return {seed: value for seed, value in values.items() if value is not None}

    def beyond(self, variant, quantity, margin=None):
        """Return, by seed, what a quantity is larger than in the finished runs in which it has no value."""
        runs = self._since(variant, margin) if quantity.beyond else ()
        return {seed: quantity.beyond(r["history"]) for seed, r in runs if quantity.of(r) is None and r["history"]}

    def maps(self, variant, quantity):
        """Return, by seed, a quantity by the tuned value, over the variant's grid; infinity for a run that diverged.

        Under a preset that tunes nothing the one cell is the value that all runs have.
        """
        tuning, records = self.experiment.tuning, self.tuning.get(variant, ())
        if tuning is None:
            return {}
        if self.preset and not self.experiment.tunes(self.preset):
            records = self.runs.get(variant, {}).values()
        found = {}
        for record in records:
            value = math.inf if record["outcome"] == "diverged" else None
            if record["outcome"] == "done":
                value = quantity.of(record)
            if value is not None:
                found.setdefault(record["seed"], {})[tuning.value_of(record["settings"])] = value
        return found

    def measured_once(self, column):
        """Tell whether each finished run of the grid has a column at its end alone."""
        runs = [r["history"] for records in self.tuning.values() for r in records if r["outcome"] == "done"]
        found = [[i for i, row in enumerate(rows) if row.get(column) is not None] for rows in runs]
        return bool(runs) and all(some == [len(rows) - 1] for some, rows in zip(found, runs, strict=True))

    def cells(self, variant, quantity):
        """Return a quantity by the tuned value: the mean of the seeds' maps, infinity where one diverged."""
        found = {}
        for cells in self.maps(variant, quantity).values():
            for value, number in cells.items():
                found.setdefault(value, []).append(number)
        return {value: sum(numbers) / len(numbers) for value, numbers in found.items()}

    def whole(self, variant, quantity):
        """Tell whether every cell of the variant's grid has a value, for every seed."""
        tuning, maps = self.experiment.tuning, self.maps(variant, quantity)
        if tuning is None:
            return False
        wanted = len(tuning.values(self.preset, variant))
        return all(len(maps.get(seed, ())) == wanted for seed in tuning.seeds(self.preset))

    def count(self, *outcomes):
        """Return how many of the runs that count ended so."""
        return sum(r["outcome"] in outcomes for runs in self.runs.values() for r in runs.values())

    @property
    def records(self):
        """Every record that the preset rests on, tuning included."""
        tuned = [r for records in self.tuning.values() for r in records]
        return tuned + [r for runs in self.runs.values() for _, r in sorted(runs.items())]

    def left_out(self):
        """Return in words which records do not count beside those that do, and why; `""` where all do."""
        if not self.apart:
            return ""
        text, now, parts = self.text, self.experiment.version, []
        for group, records in sorted(self.apart.items()):
            key = "group_left" if group.protocol == now else "group_older"
            told = dict(n=len(records), group=self.named(group), version=group.protocol, now=now)
            parts.append(text.phrase(key, **told))
        counted = text.phrase("counted_none")
        if self.records and self.preset != EARLIER:
            counted = text.phrase("counted", n=len(self.records), group=self.named(self.group))
        return text.phrase("left_out", counted=counted, groups="; ".join(parts))

    def named(self, group):
        """Return a group in words."""
        return self.text.phrase("group", backend=group.backend, data=group.data[:8])


def gather(paper, experiment, records, lent=()):
    """Return the `Evidence` of one experiment from a paper's records.

    Args:
        paper, experiment: from the declaration.
        records: of the paper.
        lent: others of the paper, on whose grids runs may rest that have none of their own (`run --extend`).
    """
    found = presets(paper, experiment, records, lent)
    claimed = {r["key"] for e in found.values() for records in (e.records, *e.apart.values()) for r in records}
    spare = [r for r in records if r["experiment"] == experiment.name and r["key"] not in claimed]
    others = [r for r in spare if r["protocol"] == experiment.version]
    for evidence in found.values():
        for record in spare:
            if record["protocol"] < experiment.version:  # of settings that no preset has any more
                evidence.apart.setdefault(group_of(record), []).append(record)
    changed, replaced = ([r for r in others if bool(r["overrides"]) == given] for given in (True, False))
    for evidence in found.values():
        evidence.others, evidence.replaced = changed, replaced
    ran = [dataclasses.replace(found[p], preset=p) for p in PRESETS if p in found and found[p].runs]
    if ran:
        return ([evidence for evidence in ran if not evidence.missing] or ran)[-1]
    apart = next((found[p].apart for p in reversed(PRESETS) if p in found and found[p].apart), {})
    return _earlier(Evidence(paper, experiment, apart=apart, others=changed, replaced=replaced), records)


def _earlier(evidence, records):
    """Return what an earlier declaration of the experiment asked for, under the preset `EARLIER`, if it was run.

    It is shown until there are runs of today's declaration, and judges nothing.
    """
    experiment, groups = evidence.experiment, {}
    for r in records:
        whole = r["role"] == "final" and r["preset"] in PRESETS[1:] and not r["overrides"]
        mine = r["experiment"] == experiment.name and r["protocol"] <= experiment.version
        if whole and mine and r["settings"]["variant"] in experiment.variants:
            runs = groups.setdefault((group_of(r), r["preset"]), {}).setdefault(r["settings"]["variant"], {})
            runs.setdefault(canonical(r["settings"]), []).append(r)
    if not groups:
        return evidence
    chosen = {at: {v: max(runs.values(), key=_finished) for v, runs in found.items()} for at, found in groups.items()}
    (group, _), found = max(chosen.items(), key=lambda item: _finished(sum(item[1].values(), [])))
    settings = {variant: runs[0]["settings"] for variant, runs in found.items()}
    first = next(iter(settings.values()))
    shared = {n: x for n, x in first.items() if all(n in s and s[n] == x for s in settings.values())}
    own = {v: {n: x for n, x in s.items() if n not in shared and n != "variant"} for v, s in settings.items()}
    shared.pop("variant", None)
    preset = Preset(shared, max(map(len, found.values())), own)
    shown = {r["key"] for runs in found.values() for r in runs}
    return dataclasses.replace(
        evidence,
        experiment=dataclasses.replace(experiment, presets={EARLIER: preset}, tuning=None),
        preset=EARLIER,
        runs={v: {r["seed"]: r for r in sorted(found[v], key=_seed)} for v in experiment.variants if v in found},
        group=group,
        replaced=[r for r in evidence.replaced if r["key"] not in shown],
    )


def _finished(records):
    """Return how much records weigh: the finished ones, then the latest."""
    return sum(r["outcome"] == "done" for r in records), max(r["started"] for r in records)


def _seed(record):
    return record["seed"]


def presets(paper, experiment, records, lent=()):
    """Return, by preset, the `Evidence` of the group that has the most finished runs; see `gather`.

    Of two that have as many, that with the more runs of any outcome counts, then the one that began last.
    """
    groups, grids = {}, {key_of(r): r for r in lent if r["role"] == "tuning" and r["experiment"] == experiment.name}
    for record in records:
        if record["experiment"] == experiment.name:
            groups.setdefault(group_of(record), []).append(record)
    found = {}
    for preset in experiment.presets:
        under = {group: _under(paper, experiment, preset, group, groups[group], grids) for group in sorted(groups)}
        under = {group: evidence for group, evidence in under.items() if evidence.records}
        current = [evidence for group, evidence in under.items() if group.protocol == experiment.version]
        chosen = max(current, key=_weight, default=Evidence(paper, experiment))
        chosen.apart = {group: evidence.records for group, evidence in under.items() if evidence is not chosen}
        found[preset] = chosen
    return found


def _weight(evidence):
    records = evidence.records
    return evidence.count("done"), evidence.count("done", "diverged"), len(records), max(r["started"] for r in records)


def _under(paper, experiment, preset, group, records, grids):
    """Return what the records of one group are under a preset; an older protocol is taken as if it were today's.

    `grids` are tuning runs of others, by key: a variant that has runs and no grid of its own may rest on theirs.
    """
    evidence, request = Evidence(paper, experiment, group=group), Request((paper,), preset, seeds=1)
    by_key, by_settings = {key_of(r): r for r in records}, {}
    for record in records:
        if record["role"] == "final":
            by_settings.setdefault(canonical(record["settings"]), {})[record["seed"]] = record

    def asked(run, found=by_key):
        return found.get(dataclasses.replace(run, protocol=group.protocol).key(group.data, group.backend))

    for variant in experiment.variants:
        asked_for = tuning_runs(paper, experiment, variant, request)
        grid, tuned = [asked(run) for run in asked_for], None
        if lent := bool(grid) and not any(grid):
            grid = [asked(run, grids) for run in asked_for]
        if grid:
            try:
                tuned = best(experiment.tuning, grid) if None not in grid else None
            except Undecided:
                tuned = None
            if tuned is None:
                evidence.tuning |= {variant: [r for r in grid if r]} if any(grid) and not lent else {}
                continue
        (run,) = final_runs(paper, experiment, variant, request, tuned)
        runs = by_settings.get(canonical(dict(run.settings)))
        if runs:
            evidence.runs[variant] = dict(sorted(runs.items()))
        if grid and (runs or not lent):
            evidence.tuning[variant], evidence.tuned[variant] = grid, tuned
    return evidence


def progress(paper, records):
    """Return what there is of each preset: `(Evidence, preset, how many runs it wants)`."""
    found = []
    for experiment in paper.experiments:
        for preset, evidence in presets(paper, experiment, records).items():
            request, declared = Request((paper,), preset), experiment.presets[preset]
            wanted = len(experiment.variants) * declared.seeds
            wanted += sum(len(tuning_runs(paper, experiment, v, request)) for v in experiment.variants)
            found.append((evidence, preset, wanted))
    return found
