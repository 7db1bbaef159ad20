"""A paper's page: what is claimed, what ran, what came out, and how to run it again."""

import json

from experiments.claims import Table
from experiments.report.blocks import Bullets, Grid, Heading, Page, Paragraph
from experiments.report.provenance import provenance
from experiments.report.view import NOTHING
from experiments.spec.run import differences

SCOPE = {
    "quick": "embedded data and a tiny network: it shows that everything runs, and judges nothing",
    "reduced": "real data at a smaller scale than the paper's: it may judge directions, never a size",
    "paper": "the paper's own protocol: it may judge everything",
}
GENERAL = ("general",)


def paper_page(view):
    """Return the page of a `PaperView`."""
    cited = view.paper.citation
    source = f"{cited.authors} {cited.venue}, {cited.year}. [{cited.link}]({cited.link})."
    blocks = [Paragraph(f"{source} Told in chapter {cited.chapter} of the book."), Paragraph(view.text.summary)]
    for section in (what_ran, findings, results, figures, runs, protocol, deviations, unfinished, changed, provenance):
        blocks += section(view)
    return Page(cited.title, tuple(blocks))


def what_ran(view):
    items = []
    for experiment in view.paper.experiments:
        evidence = view.primary[experiment.name]
        if not evidence.preset:
            items.append(f"{evidence.title}: not run. {evidence.left_out()}".rstrip())
            continue
        items.append(
            f"{evidence.title}: preset `{evidence.preset}` ({SCOPE[evidence.preset]}); "
            f"{evidence.count('done')} runs done, {evidence.count('diverged')} diverged, "
            f"{evidence.count('failed')} failed, {evidence.count('interrupted', 'running')} not finished. "
            f"{evidence.left_out()}".rstrip()
        )
    return [Heading("What ran"), Bullets(tuple(items))]


def findings(view):
    """Return the findings with their verdicts, and the claims that each rests on."""
    if not view.judgements:
        return []
    text, rows, claims = view.text, [], []
    for number, judgement in enumerate(view.judgements, 1):
        finding = judgement.finding
        kind = text.phrase("exploratory" if finding.exploratory else finding.kind)
        rows.append((number, finding.statement(text), finding.source(text), kind, text.verdict(judgement.verdict)))
        if isinstance(finding, Table):  # its cells stand under Results
            continue
        for claim, verdict in judgement.claims:
            why = claim.why(text)
            published = claim.published(text) + (f" ({why})" if why else "")
            reasons = "; ".join(text.reason(reason) for reason in verdict.reasons)
            measured = claim.measured(verdict, text)
            if measured:
                measured = f"{measured}. {text.title(claim.experiment)}, {view.primary[claim.experiment].preset}"
            words = (claim.statement(text), published, measured or NOTHING)
            claims.append((number, *words, text.verdict(verdict.verdict), reasons))
    tally = view.tally()
    header = ("No.", "Finding", "Source", "Kind", "Verdict")
    blocks = [
        Heading("Findings"),
        Paragraph(f"{tally[0].upper()}{tally[1:]}."),
        Grid(header, tuple(rows), text.phrase("findings_caption"), "findings", numeric=(0,)),
        Paragraph(text.phrase("method")),
    ]
    if claims:
        header = ("Finding", "Claim", "Paper", "Measured", "Verdict", "Reason")
        blocks.append(Grid(header, tuple(claims), text.phrase("claims_caption"), "claims", numeric=(0,)))
    return blocks


def results(view):
    blocks = [Heading("Results")]
    for experiment in view.paper.experiments:
        tables = [table for table in view.paper.tables if table.experiment == experiment.name]
        columns = [(source.name, view.evidence[source.name][experiment.name]) for source in view.sources]
        title = view.text.title(experiment.name)
        differ = len({(e.group.backend, e.group.data) for _, e in columns if e.preset and e.group}) > 1
        header = ["Quantity", "Variant", *(_source_header(*column, differ) for column in columns)]
        rows = []
        for quantity in view.paper.results.get(experiment.name, ()):
            for variant in experiment.variants:
                row = [view.text.quantity(quantity), view.text.labels[variant]]
                row += [view.estimate(evidence, variant, quantity) for _, evidence in columns]
                if tables:
                    number, verdict = view.cell(experiment, variant, quantity)
                    row = [*row[:2], number, *row[2:], verdict]
                rows.append(tuple(row))
        if not rows or not (tables or any(evidence.preset for _, evidence in columns)):
            continue
        caption = f"{title}. Mean over the finished runs [95 % interval, cut at what is possible], number of runs n."
        if tables:
            header = [*header[:2], "Paper", *header[2:], "Verdict"]
            caption += "".join(f" {_tolerances(view.text, table)}" for table in tables)
        grid = Grid(tuple(header), tuple(rows), caption, f"{experiment.name}_results")
        blocks += [Heading(title, 3), grid]
    return blocks


def _source_header(name, evidence, differ):
    """Return the heading of one source's column; backend and data stand there where the sources differ in them."""
    if not evidence.preset:
        return f"{name} (not run)"
    data = evidence.experiment.presets[evidence.preset].settings["data"]
    return f"{name} ({evidence.preset}: {data}{f'; {evidence.group}' if differ else ''})"


def _tolerances(text, table):
    words, columns = text.table(table), {quantity.name: quantity for quantity in table.columns}
    tolerances = [(columns[name], tolerance) for name, tolerance in table.tolerance.items()]
    parts = ", ".join(f"{text.quantity(q).lower()} ± {q.number(x)} {q.difference_unit}" for q, x in tolerances)
    return f"Paper: {words['source']}; tolerance {parts} ({words['why']})."


def figures(view):
    pictures = [figure.picture(view.primary[figure.experiment]) for figure in view.paper.figures]
    pictures = [picture for picture in pictures if picture]
    return [Heading("Figures"), *pictures] if pictures else []


def runs(view):
    blocks = [_runs_of(view, experiment, evidence) for experiment, evidence in view.ran()]
    return [Heading("Runs and cost"), *blocks] if blocks else []


def _runs_of(view, experiment, evidence):
    tuning = experiment.tunes(evidence.preset)
    header = ["Variant", "Done", "Diverged", "Failed", "Not finished", "Parameters", "Seconds a run"]
    caption = f"Runs of {evidence.title}, preset {evidence.preset}."
    if tuning:
        metric = tuning.metric.replace("_", " ")
        header[1:1] = [f"Chosen {tuning.title}", "Grid", "Diverged in the grid"]
        changes, lengths = tuning.changes[evidence.preset], {}
        for variant in experiment.variants:
            lengths[experiment.settings(evidence.preset, variant).but(**changes).epochs] = True
        epochs = " or ".join(map(str, lengths)) + (" epoch" if list(lengths) == [1] else " epochs")
        caption += (
            f" Chosen is the {tuning.title} with the lowest {metric} in any epoch of a run of {epochs} with "
            f"seed {tuning.seed}; every variant has the same number of values to choose from."
        )
    rows = []
    for variant in experiment.variants:
        records = list(evidence.runs.get(variant, {}).values())
        done = [r for r in records if r["outcome"] == "done"]
        counts = [sum(r["outcome"] == outcome for r in records) for outcome in ("done", "diverged", "failed")]
        row = [view.text.labels[variant], *counts, len(records) - sum(counts)]
        row.append(f"{done[0]['facts']['parameters']:,}" if done and "parameters" in done[0]["facts"] else NOTHING)
        row.append(f"{sum(r['seconds'] for r in done) / len(done):.0f}" if done else NOTHING)
        if tuning:
            row[1:1] = _choice(tuning, variant, evidence)
        rows.append(tuple(row))
    numeric = tuple(range(4 if tuning else 1, len(header)))
    return Grid(tuple(header), tuple(rows), caption, f"{experiment.name}_runs", numeric)


def _choice(tuning, variant, evidence):
    axes, tuned = tuning.axes(evidence.preset, variant), evidence.tuned.get(variant)
    chosen = NOTHING
    if tuned is not None:
        places = zip(axes.values(), tuning.changes_to(tuned).values(), strict=True)
        ends = any(value in (values[0], values[-1]) for values, value in places)
        chosen = tuning.words(tuned) + (" (end of the grid)" if ends else "")
    diverged = sum(r["outcome"] == "diverged" for r in evidence.tuning.get(variant, []))
    tried = [", ".join(f"{value:g}" for value in values) for values in axes.values()]
    return [chosen, " x ".join(f"({values})" for values in tried) if len(tried) > 1 else tried[0], diverged]


def protocol(view):
    ran, tables = view.ran(), []
    # Experiments that share their protocol stand beside each other.
    for names in dict.fromkeys(experiment.protocol for experiment, _ in ran) or [GENERAL]:
        mine = [(experiment, evidence) for experiment, evidence in ran if experiment.protocol == names]
        if all(view.text.has("protocol", name) for name in names):
            name = "protocol" if names == GENERAL else f"{mine[0][0].name}_protocol"
            tables.append(_protocol(view.text.protocol(names), mine, name))
    return [Heading("Protocol"), *tables] if tables else []


def deviations(view):
    ran = [(experiment.name, evidence.preset) for experiment, evidence in view.ran()]
    departures = [d for d in view.paper.deviations if not ran or any(d.holds(*pair) for pair in ran)]
    if not departures:
        return []
    rows = tuple(view.text.deviation(d) for d in departures)
    caption = "Where the protocol that ran departs from the paper's, or fills what it leaves open."
    return [Heading("Registered deviations"), Grid(("Topic", "Paper", "Here", "Why"), rows, caption, "deviations")]


def _protocol(declared, ran, name):
    """Return one table of protocol rows, a column for each experiment that ran."""
    header = ("Topic", "Paper", *(f"{evidence.title} (preset {evidence.preset})" for _, evidence in ran))
    words = [_settings(experiment, evidence.preset) for experiment, evidence in ran]
    rows = tuple((topic, paper, *(ours.format(**w) for w in words)) for topic, paper, ours in declared)
    return Grid(header, rows, "The paper's protocol beside the one that ran.", name)


def _settings(experiment, preset):
    """Return the settings by name, in words; those in which variants differ, one after the other."""
    found = {}
    for variant in experiment.variants or [None]:
        for name, value in experiment.settings(preset, variant).items():
            found.setdefault(name, {})[_words(value)] = True
    return {name: " or ".join(values) for name, values in found.items()}


def _words(value):
    """Return a setting as a reader would write it."""
    if isinstance(value, list):
        return ", ".join(_words(v) for v in value) or "none"
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def unfinished(view):
    rows = []
    for r in view.records():
        if r["outcome"] != "done":
            which = (r["experiment"], view.label(r), r["role"], r["preset"], r["seed"])
            rows.append((*which, r["outcome"], len(r["history"]), r["error"] or NOTHING))
    if not rows:
        return []
    header = ("Experiment", "Variant", "Role", "Preset", "Seed", "Outcome", "Epochs", "Reason")
    caption = "Runs that did not finish as planned. None of them enters a mean."
    return [Heading("Diverged, failed and interrupted runs"), Grid(header, tuple(rows), caption, "unfinished", (4, 6))]


def changed(view):
    rows, others = [], {r["key"] for evidence in view.primary.values() for r in evidence.others}
    for r in view.records():
        if r["key"] not in others or r["role"] != "final" or r["outcome"] != "done":
            continue
        differ = differences(view.paper.experiment(r["experiment"]), r)
        changes = ", ".join(f"`{name}={_words(value)}`" for name, value in sorted(differ.items())) or NOTHING
        numbers = []
        for quantity in view.paper.results.get(r["experiment"], ()):
            value = quantity.of(r)
            if value is not None:
                name = view.text.quantity(quantity).lower()
                numbers.append(f"{name} {quantity.number(value)} {quantity.unit}".strip())
        rows.append((r["experiment"], view.label(r), r["preset"], changes, r["seed"], ", ".join(numbers)))
    if not rows:
        return []
    header = ("Experiment", "Variant", "Preset", "Changes", "Seed", "Results")
    caption = "Runs with changed settings. They enter no table, figure or verdict above."
    return [Heading("Runs with changed settings"), Grid(header, tuple(rows), caption, "changed", (4,))]
