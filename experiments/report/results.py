"""An experiment's section: what ran, its figures and table, runs and tuning, protocol, deviations."""

import json

from experiments.report.blocks import Folded, Grid, Heading, Paragraph
from experiments.report.findings import place
from experiments.report.view import NOTHING
from experiments.spec.experiment import EARLIER
from experiments.spec.text import listed

NUMBERS = ("quantity", "variant", "source", "preset", "mean", "low", "high", "n", "unit", "paper", "verdict")


def experiments(view):
    """Return a section for each experiment that has run, and one line for each of the others."""
    blocks = []
    for experiment in view.paper.experiments:
        blocks += section(view, experiment)
    return blocks


def section(view, experiment):
    """Return the section of one experiment."""
    text, evidence = view.text, view.primary[experiment.name]
    blocks = [Heading(evidence.title, anchor=place(experiment.name))]
    if not evidence.preset:
        blocks.append(Paragraph(" ".join(filter(None, (text.page("not_run"), evidence.left_out())))))
        table = results(view, experiment)
        return [*blocks, table] if table else blocks
    experiment = evidence.experiment  # of an earlier declaration, where its runs are shown
    blocks.append(Paragraph(what_ran(view, evidence)))
    blocks += [picture for figure in figures(view, experiment) if (picture := figure.picture(evidence))]
    blocks += [table for table in (results(view, experiment),) if table]
    blocks.append(Folded(text.page("runs_and_tuning"), (runs(view, experiment, evidence),)))
    if evidence.preset == EARLIER:  # whose words are gone: those of today would be false of it
        return blocks
    protocol_rows = protocol(view, experiment, evidence)
    if protocol_rows:
        blocks.append(Folded(text.page("protocol"), (protocol_rows,)))
    differs = deviations(view, experiment, evidence)
    if differs:
        blocks.append(Folded(text.page("differs_n", n=len(differs.rows)), (differs,)))
    return blocks


def figures(view, experiment):
    """Return the figures that the paper declares for an experiment."""
    return [figure for figure in view.paper.figures if figure.experiment == experiment.name]


def what_ran(view, evidence):
    """Return the preset that counts, how its runs ended, and what is left out beside it."""
    text = view.text
    counts = dict(done=evidence.count("done"), diverged=evidence.count("diverged"), failed=evidence.count("failed"))
    if evidence.preset == EARLIER:
        told = text.page("earlier_ran", runs=len(evidence.records))
        return " ".join(filter(None, (told, evidence.left_out())))
    unfinished = evidence.count("interrupted", "running")
    told = text.page("runs_ended", **counts, unfinished=unfinished)
    told = text.page("ran_as", preset=evidence.preset, scope=text.page(evidence.preset), runs=told)
    replaced = text.page("replaced", n=len(evidence.replaced)) if evidence.replaced else ""
    return " ".join(filter(None, (told, evidence.left_out(), replaced)))


def results(view, experiment):
    """Return the table of an experiment's quantities, the paper's numbers beside the measured ones, or `None`."""
    text = view.text
    tables = [table for table in view.paper.tables if table.experiment == experiment.name]
    columns = [(source, view.evidence[source.name][experiment.name]) for source in view.sources]
    if not tables and not any(evidence.preset for _, evidence in columns):
        return None
    differ = len({(e.group.backend, e.group.data) for _, e in columns if e.preset and e.group}) > 1
    header = [text.page("quantity"), text.page("variant"), *(_source(text, *column, differ) for column in columns)]
    rows = []
    for quantity in view.paper.results.get(experiment.name, ()):
        for variant in experiment.variants:
            row = [text.quantity(quantity), text.labels[variant]]
            row += [view.estimate(evidence, variant, quantity) for _, evidence in columns]
            if tables:
                claim, verdict = view.cell(experiment, variant, quantity)
                number = text.amount(claim.amount(claim.value)) if claim else NOTHING
                row = [*row[:2], number, *row[2:], text.verdict(verdict) if verdict else NOTHING]
            rows.append(tuple(row))
    if not rows:
        return None
    shown = view.paper.results.get(experiment.name, ())
    some = listed(text.quantity(quantity) for quantity in shown if quantity.geometric)
    caption = text.page("results_caption_geometric" if some else "results_caption", quantities=some)
    if tables:
        header = [*header[:2], text.page("paper_column"), *header[2:], text.page("verdict")]
        caption = " ".join([caption, *(_tolerances(text, table) for table in tables)])
    name = f"{experiment.name}_results"
    return Grid(tuple(header), tuple(rows), caption, name, data=numbers(view, experiment, columns))


def numbers(view, experiment, columns):
    """Return the numbers of the table of results, in printed units."""
    rows = []
    for quantity in view.paper.results.get(experiment.name, ()):
        for variant in experiment.variants:
            claim, verdict = view.cell(experiment, variant, quantity)
            for source, evidence in columns:
                found = None if evidence.beyond(variant, quantity) else evidence.estimate(variant, quantity)
                values = [None, None, None] if found is None else [found.mean, *(found.interval or (None, None))]
                rows.append((
                    quantity.name,
                    variant,
                    source.name,
                    evidence.preset or "",
                    *(None if value is None else value * quantity.scale for value in values),
                    found.n if found else 0,
                    quantity.unit,
                    claim.value * quantity.scale if claim else None,
                    verdict or "",
                ))  # fmt: skip
    return NUMBERS, tuple(rows)


def _source(text, source, evidence, differ):
    """Return the heading of one source's column; backend and data stand there where the sources differ in them."""
    name = text.page(source.name)
    if not evidence.preset:
        return text.page("source_column_none", source=name)
    told = dict(source=name, preset=text.page("name_of_earlier") if evidence.preset == EARLIER else evidence.preset)
    told["data"] = in_words(text, "data", evidence.experiment.presets[evidence.preset].settings["data"])
    if differ:
        return text.page("source_column_of", **told, group=evidence.named(evidence.group))
    return text.page("source_column", **told)


def _tolerances(text, table):
    words, columns = text.table(table), {quantity.name: quantity for quantity in table.columns}
    parts = []
    for claim in {claim.quantity.name: claim for claim in table.claims}.values():
        told = dict(quantity=text.inside(text.quantity(columns[claim.quantity.name])))
        parts.append(text.page("one_tolerance", **told, amount=claim.difference(claim.tolerance)))
    return text.page("tolerance", source=words["source"], tolerances=", ".join(parts), why=words["why"])


def runs(view, experiment, evidence):
    """Return how the runs of each variant ended, and what was chosen for it."""
    text, tuning = view.text, experiment.tunes(evidence.preset)
    header = [text.page(n) for n in ("variant", "done", "diverged", "failed", "not_finished", "parameters")]
    header.append(text.page("seconds_a_run"))
    caption = text.page("runs_caption", title=evidence.title, preset=evidence.under)
    if tuning:
        setting = text.tuned(tuning)
        header[1:1] = [text.page("chosen", setting=setting), text.page("grid"), text.page("diverged_in_grid")]
        caption = f"{caption} {_chosen_by(text, experiment, evidence, tuning, setting)}"
    rows = []
    for variant in experiment.variants:
        records = list(evidence.runs.get(variant, {}).values())
        done = [r for r in records if r["outcome"] == "done"]
        counts = [sum(r["outcome"] == outcome for r in records) for outcome in ("done", "diverged", "failed")]
        row = [text.labels[variant], *counts, len(records) - sum(counts)]
        known = done and "parameters" in done[0]["facts"]
        row.append(text.numeral(done[0]["facts"]["parameters"], ",") if known else NOTHING)
        row.append(text.numeral(sum(r["seconds"] for r in done) / len(done), ".0f") if done else NOTHING)
        if tuning:
            row[1:1] = _choice(text, tuning, variant, evidence)
        rows.append(tuple(row))
    numeric = tuple(range(4 if tuning else 1, len(header)))
    return Grid(tuple(header), tuple(rows), caption, f"{experiment.name}_runs", numeric)


def _chosen_by(text, experiment, evidence, tuning, setting):
    """Return how values were chosen, in words."""
    changes, lengths = tuning.changes[evidence.preset], {}
    for variant in experiment.variants:
        lengths[experiment.settings(evidence.preset, variant).but(**changes).epochs] = True
    *some, last = map(str, lengths)
    many = text.page("or", first=", ".join(some), last=last) if some else last
    epochs = text.page("epochs_one" if list(lengths) == [1] else "epochs_many", n=many)
    metric = text.inside(text.row("quantities", tuning.metric))
    seeds = tuning.seeds(evidence.preset)
    tried = f"{seeds[0]}" if len(seeds) == 1 else text.page("seeds_between", low=str(seeds[0]), high=str(seeds[-1]))
    by = "_mean" if tuning.mean else "_once" if evidence.measured_once(tuning.metric) else ""
    return text.page(f"tuning_caption{by}", setting=setting, metric=metric, epochs=epochs, seed=tried)


def _choice(text, tuning, variant, evidence):
    axes, tuned = tuning.axes(evidence.preset, variant), evidence.tuned.get(variant)
    chosen = NOTHING
    if tuned is not None:
        places = zip(axes.values(), tuning.changes_to(tuned).values(), strict=True)
        chosen = text.chosen(tuned)
        if any((len(values) > 2 or len(axes) == 1) and value in (values[0], values[-1]) for values, value in places):
            chosen = text.page("end_of_grid", value=chosen)
    diverged = sum(r["outcome"] == "diverged" for r in evidence.tuning.get(variant, []))
    tried = [text.chosen(tuple(values)) for values in axes.values()]
    return [chosen, " x ".join(f"({values})" for values in tried) if len(tried) > 1 else tried[0], diverged]


def protocol(view, experiment, evidence):
    """Return the paper's protocol beside the one that ran, or `None` where there are no words for it."""
    text = view.text
    if not all(text.has("protocol", name) for name in experiment.protocol):
        return None
    words = settings(text, experiment, evidence.preset)
    declared = text.protocol(experiment.protocol)
    rows = tuple((topic, paper, text.fill(ours, **words)) for topic, paper, ours in declared)
    header = (text.page("topic"), text.page("paper_column"), text.page("here"))
    return Grid(header, rows, text.page("protocol_caption"), f"{experiment.name}_protocol")


def deviations(view, experiment, evidence):
    """Return where an experiment's runs depart from the paper, or `None` where they do not."""
    held = [d for d in view.paper.deviations if d.holds(experiment.name, evidence.preset)]
    if not held:
        return None
    header = tuple(view.text.page(name) for name in ("topic", "paper_column", "here", "why_column"))
    rows = tuple(view.text.deviation(d) for d in held)
    return Grid(header, rows, view.text.page("differs_caption"), f"{experiment.name}_deviations")


def settings(text, experiment, preset):
    """Return the settings by name, in words; those in which variants differ, one after the other."""
    found = {}
    for variant in experiment.variants or [None]:
        for name, value in experiment.settings(preset, variant).items():
            found.setdefault(name, {})[in_words(text, name, value)] = True
    return {name: text.either(values) for name, values in found.items()}


def in_words(text, name, value):
    """Return a setting in the words that the catalogue has for this value, or as `setting` writes it."""
    return text.value(name, value if isinstance(value, str) else json.dumps(value)) or setting(text, value)


def setting(text, value):
    """Return a setting as a reader would write it."""
    if isinstance(value, list):
        return ", ".join(setting(text, v) for v in value) or text.page("none")
    if isinstance(value, bool):
        return text.page("yes" if value else "no")
    if isinstance(value, int | float):
        return text.numeral(value, "g" if isinstance(value, float) else ",")
    return text.page("none") if value is None else str(value)
