"""A paper's page: what is claimed, what ran, what came out, and how to run it again."""

import dataclasses
import json

from experiments.harness.claims import VERDICTS, Value, describe
from experiments.harness.quantities import QUANTITIES
from experiments.harness.report.blocks import Bullets, Code, Grid, Heading, Page, Paragraph
from experiments.harness.report.evidence import gather
from experiments.harness.statistics import mean_interval

SCOPE = {
    "quick": "embedded data and a tiny network: it shows that everything runs, and judges nothing",
    "reduced": "real data at a smaller scale than the paper's: it may judge orderings, never a published value",
    "paper": "the paper's own protocol: it may judge everything",
}
NOTHING = "–"


@dataclasses.dataclass(frozen=True)
class Source:
    """Where records come from: "Measured", "Published" or "Yours"."""

    name: str
    records: tuple


class PaperView:
    """A paper with the evidence of each source; the first source is judged and drawn."""

    def __init__(self, paper, sources):
        self.paper, self.sources = paper, sources
        self.evidence = {s.name: {e.name: gather(paper, e, s.records) for e in paper.experiments} for s in sources}
        self.primary = self.evidence[sources[0].name]
        self.claims = [*paper.claims, *(claim for table in paper.tables for claim in table.claims())]
        self.verdicts = [(claim, claim.judge(self.primary[claim.experiment])) for claim in self.claims]

    def tally(self):
        """Verdict counts in words."""
        counts = {v: sum(verdict.verdict == v for _, verdict in self.verdicts) for v in VERDICTS}
        return ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n) or "no claims"

    def ran(self):
        """Experiments that have evidence under some preset, with it."""
        return [(e, self.primary[e.name]) for e in self.paper.experiments if self.primary[e.name].preset]

    def page(self):
        p = self.paper
        blocks = [
            Paragraph(
                f"{p.authors} {p.venue}, {p.year}. [{p.link}]({p.link}). Told in chapter {p.chapter} of the book."
            ),
            Paragraph(p.summary),
            *self._what_ran(),
            *self._claims(),
            *self._results(),
            *self._figures(),
            *self._runs(),
            *self._protocol(),
            *self._unfinished(),
            *self._changed(),
            *self._provenance(),
        ]
        return Page(p.title, tuple(blocks))

    def _what_ran(self):
        items = []
        for experiment in self.paper.experiments:
            evidence = self.primary[experiment.name]
            if not evidence.preset:
                items.append(f"{experiment.title}: not run.")
                continue
            items.append(
                f"{experiment.title}: preset `{evidence.preset}` ({SCOPE[evidence.preset]}); "
                f"{evidence.count('done')} runs done, {evidence.count('diverged')} diverged, "
                f"{evidence.count('failed')} failed, {evidence.count('interrupted', 'running')} not finished."
            )
        return [Heading("What ran"), Bullets(tuple(items))]

    def _claims(self):
        rows = tuple(
            (claim.source, claim.statement(self.paper.labels), claim.published(), verdict.measured or NOTHING,
             verdict.verdict, verdict.reason)
            for claim, verdict in self.verdicts
            if claim in self.paper.claims
        )  # fmt: skip
        if not self.verdicts:
            return []
        text = (
            f"Of {len(self.verdicts)} claims: {self.tally()}. Verdicts are computed from the records: an ordering from the "
            "95 % interval (Student's t) of the differences paired by seed, a published value from the 95 % interval of "
            "the mean against the stated tolerance."
        )
        header = ("Source", "Claim", "Paper", "Measured", "Verdict", "Reason")
        caption = "Claims of the paper other than the cells of its tables, which stand under Results."
        return [Heading("Claims"), Paragraph(text), Grid(header, rows, caption, "claims")]

    def _results(self):
        blocks = [Heading("Results")]
        for experiment in self.paper.experiments:
            quantities = self.paper.results.get(experiment.name, ())
            if not quantities:
                continue
            columns = [(s.name, self.evidence[s.name][experiment.name]) for s in self.sources]
            header = ["Variant", "Quantity", "Paper", *(self._source_header(n, e) for n, e in columns), "Verdict"]
            rows = []
            for variant in experiment.variants:
                for quantity in quantities:
                    claim, verdict = self._cell_claim(experiment, variant, quantity)
                    rows.append(
                        (self.paper.labels[variant], QUANTITIES[quantity].label,
                         claim._number(claim.value) if claim else NOTHING,
                         *(self._estimate(e, variant, quantity) for _, e in columns),
                         verdict.verdict if verdict else NOTHING)
                    )  # fmt: skip
            tables = [t for t in self.paper.tables if t.experiment == experiment.name]
            caption = f"{experiment.title}. Mean over the finished runs [95 % interval, Student's t], number of runs n."
            for table in tables:
                tolerances = ", ".join(
                    f"{QUANTITIES[c].label.lower()} ± {QUANTITIES[c].number(t)} {QUANTITIES[c].unit}"
                    for c, t in table.tolerance.items()
                )
                caption += f" Paper: {table.source}; tolerance {tolerances} ({table.why})."
            blocks += [
                Heading(experiment.title, 3),
                Grid(tuple(header), tuple(rows), caption, f"{experiment.name}_results"),
            ]
        return blocks

    def _source_header(self, name, evidence):
        data = evidence.experiment.presets[evidence.preset].settings["data"] if evidence.preset else ""
        return f"{name} ({evidence.preset}: {data})" if evidence.preset else f"{name} (not run)"

    def _cell_claim(self, experiment, variant, quantity):
        for claim, verdict in self.verdicts:
            if isinstance(claim, Value) and claim not in self.paper.claims and (claim.experiment, claim.variant, claim.quantity) == (
                experiment.name, variant, quantity,
            ):  # fmt: skip
                return claim, verdict
        return None, None

    def _estimate(self, evidence, variant, quantity):
        values = evidence.values(variant, quantity)
        return describe(mean_interval(list(values.values())), quantity) if values else NOTHING

    def _figures(self):
        pictures = [(figure, figure.picture(self.primary[figure.experiment])) for figure in self.paper.figures]
        pictures = [picture for _, picture in pictures if picture]
        return [Heading("Figures"), *pictures] if pictures else []

    def _runs(self):
        blocks = []
        for experiment, evidence in self.ran():
            tuning = experiment.tuning
            header = ["Variant", "Done", "Diverged", "Failed", "Not finished", "Parameters", "Seconds a run"]
            if tuning:
                header[1:1] = [f"Chosen {tuning.setting.replace('_', ' ')}", "Grid", "Diverged in the grid"]
            rows = []
            for variant in experiment.variants:
                records = list(evidence.runs.get(variant, {}).values())
                count = {o: sum(r["outcome"] == o for r in records) for o in ("done", "diverged", "failed")}
                done = [r for r in records if r["outcome"] == "done"]
                row = [self.paper.labels[variant], *count.values(), len(records) - sum(count.values()),
                       f"{done[0]['facts']['parameters']:,}" if done else NOTHING,
                       f"{sum(r['seconds'] for r in done) / len(done):.0f}" if done else NOTHING]  # fmt: skip
                if tuning:
                    grid = evidence.tuning.get(variant, [])
                    tuned, values = evidence.tuned.get(variant), [f"{v:g}" for v in tuning.grid[variant]]
                    edge = tuned in (min(tuning.grid[variant]), max(tuning.grid[variant]))
                    row[1:1] = [f"{tuned:g}{' (end of the grid)' if edge else ''}" if tuned else NOTHING,
                                ", ".join(values), sum(r["outcome"] == "diverged" for r in grid)]  # fmt: skip
                rows.append(tuple(row))
            caption = f"Runs of {experiment.title}, preset {evidence.preset}."
            if tuning:
                caption += (
                    f" The {tuning.setting.replace('_', ' ')} is the one with the lowest {tuning.metric.replace('_', ' ')} in "
                    f"any epoch of a run of {self._tuning_epochs(evidence)} epochs with seed {tuning.seed}; the same number of "
                    "values for every variant."
                )
            first_number = 4 if tuning else 1
            blocks.append(
                Grid(tuple(header), tuple(rows), caption, f"{experiment.name}_runs",
                     tuple(range(first_number, len(header))))
            )  # fmt: skip
        return [Heading("Runs and cost"), *blocks] if blocks else []

    @staticmethod
    def _tuning_epochs(evidence):
        settings = {**evidence.experiment.presets[evidence.preset].settings}
        return (settings | evidence.experiment.tuning.changes[evidence.preset])["epochs"]

    def _protocol(self):
        ran = self.ran()
        blocks = []
        if self.paper.protocol:
            header = ("Topic", "Paper", *(f"{e.title} (preset {v.preset})" for e, v in ran))
            rows = []
            for topic, published, ours in self.paper.protocol:
                cells = []
                for experiment, evidence in ran:
                    settings = {**experiment.presets[evidence.preset].settings}
                    cells.append(ours.format(**{k: _words(v) for k, v in settings.items()}))
                rows.append((topic, published, *cells))
            caption = "The paper's protocol beside the one that ran."
            blocks += [Heading("Protocol"), Grid(header, tuple(rows), caption, "protocol")]
        presets = {evidence.preset for _, evidence in ran}
        rows = tuple(
            (d.topic, d.paper, d.ours, d.why) for d in self.paper.deviations if presets & set(d.presets) or not presets
        )
        if rows:
            header = ("Topic", "Paper", "Here", "Why")
            blocks += [Heading("Registered deviations"), Grid(header, rows, "Where the protocol that ran departs from the "
                                                              "paper's, or fills what it leaves open.", "deviations")]  # fmt: skip
        return blocks

    def _unfinished(self):
        rows = tuple(
            (r["experiment"], self.paper.labels.get(r["settings"]["variant"], r["settings"]["variant"]), r["role"],
             r["preset"], r["seed"], r["outcome"], len(r["history"]), r["error"] or NOTHING)
            for r in self._records()
            if r["outcome"] != "done"
        )  # fmt: skip
        if not rows:
            return []
        header = ("Experiment", "Variant", "Role", "Preset", "Seed", "Outcome", "Epochs", "Reason")
        caption = "Runs that did not finish as planned. None of them enters a mean."
        return [Heading("Diverged, failed and interrupted runs"), Grid(header, rows, caption, "unfinished", (4, 6))]

    def _changed(self):
        rows = []
        for r in self._records():
            if not r["overrides"] or r["role"] != "final" or r["outcome"] != "done":
                continue
            changes = ", ".join(f"`{k}={v}`" for k, v in sorted(r["overrides"].items()))
            results = ", ".join(
                f"{QUANTITIES[q].label.lower()} {QUANTITIES[q].number(value)} {QUANTITIES[q].unit}".strip()
                for q in self.paper.results.get(r["experiment"], ())
                if (value := QUANTITIES[q].of(r)) is not None
            )
            rows.append(
                (r["experiment"], self.paper.labels[r["settings"]["variant"]], r["preset"], changes, r["seed"], results)
            )
        if not rows:
            return []
        header = ("Experiment", "Variant", "Preset", "Changes", "Seed", "Results")
        caption = "Runs with changed settings. They enter no table, figure or verdict above."
        return [Heading("Runs with changed settings"), Grid(header, tuple(rows), caption, "changed", (4,))]

    def _provenance(self):
        records = self._records()
        if not records:
            return []
        data = {r["data"]["fingerprint"]: r["data"] for r in records}
        data_rows = tuple(
            (
                d["name"],
                d["source"],
                f"{d['train']:,} + {d['test']:,}",
                d["licence"],
                d["citation"],
                f"`{d['fingerprint'][:16]}`",
            )
            for d in sorted(data.values(), key=lambda d: d["name"])
        )
        machines = {}
        for r in records:
            e, s = r["environment"], r["settings"]
            packages = ", ".join(f"{name} {version}" for name, version in sorted(e["packages"].items()))
            where = (e["processor"], f"{e['cores']} cores" + (f", {e['threads']} thread a run" if e["threads"] else ""),
                     e["accelerator"] or "none", f"{e['backend']}: {r['facts'].get('compiler', 'not reached')}",
                     s.get("precision", NOTHING), f"Python {e['python']}, {packages}",
                     f"`{r['code']['commit'][:12]}`" + (" with uncommitted changes" if r["code"]["modified"] else ""))  # fmt: skip
            machines.setdefault(where, []).append(r["seconds"])
        machine_rows = tuple(
            (*where, len(seconds), f"{sum(seconds) / 60:.1f}") for where, seconds in sorted(machines.items(), key=str)
        )
        commands = sorted({r["command"] for r in records})
        return [
            Heading("Data"),
            Grid(("Name", "Source", "Training + test", "Licence", "Citation", "SHA-256"), data_rows,
                 "Data of all runs, with the fingerprint of the arrays in canonical order.", "data"),
            Heading("Environment and cost"),
            Grid(("Processor", "Cores", "Accelerator", "Backend: compiler", "Precision", "Versions", "Code", "Runs", "Minutes"),
                 machine_rows, "Where the runs were made, tuning included, and their total time.", "environment", (7, 8)),
            Heading("Commands"),
            Code("\n".join(commands)),
        ]  # fmt: skip

    def _records(self):
        order = {e.name: i for i, e in enumerate(self.paper.experiments)}
        return sorted(
            self.sources[0].records,
            key=lambda r: (
                order.get(r["experiment"], 99),
                r["preset"],
                r["role"],
                r["settings"]["variant"],
                r["seed"],
                r["key"],
            ),
        )


def _words(value):
    """A setting as a reader would write it."""
    if isinstance(value, list):
        return ", ".join(_words(v) for v in value) or "none"
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
