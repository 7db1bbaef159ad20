"""The commands that tell what there is, as tables: `list`, `status`, `compare`, `data`."""

import collections
import sys

from experiments.errors import UsageError
from experiments.known import load, own_store
from experiments.spec import PRESETS


def list_papers(options):
    """Tell the papers, with their presets, data and runs."""
    from experiments.runs import published

    rows, store = [], own_store()
    for paper in load():
        presets = [p for p in PRESETS if any(p in e.presets for e in paper.experiments)]
        data = {preset.settings["data"]: None for e in paper.experiments for preset in e.presets.values()}
        findings = len(paper.findings) + len(paper.tables)
        known = published.read(paper)
        ran = _ran(paper, known), _ran(paper, store.all(paper.key), known)
        rows.append((paper.key, ", ".join(presets), findings, ", ".join(data), *ran))
    table(("paper", "presets", "findings", "data", "published", "yours"), rows)
    return 0


def _ran(paper, records, lent=()):
    """Return how many runs count under which preset, in words; see `gather`."""
    from experiments.claims.evidence import gather

    counts = collections.Counter()
    for experiment in paper.experiments:
        evidence = gather(paper, experiment, records, lent)
        if evidence.preset:
            counts[evidence.preset] += evidence.count("done")
    return ", ".join(f"{preset} {counts[preset]}" for preset in PRESETS if preset in counts) or "-"


def compare(options):
    """Tell what changed between two sets of records; return 1 where a verdict did."""
    from experiments.claims.changes import changes
    from experiments.export import comparison
    from experiments.runs import elsewhere

    known = {paper.key: paper for paper in load()}
    places = [elsewhere.read(place, known) for place in (options.before, options.after)]
    sets = [records for records, _ in places]
    wanted = [key for key in known if any(key in records for records in sets)]
    for records, alone in places:  # what a file does not speak of is no change
        wanted = [key for key in wanted if key in records or not alone]
    if not wanted:
        raise UsageError(
            f"Received: {options.before} and {options.after}, which share no paper. Expected one that both have."
        )
    found = {key: changes(known[key], *(records.get(key, []) for records in sets)) for key in wanted}
    lines = [line for key, findings in found.items() for line in comparison.changed(key, findings)]
    if options.json:
        print(comparison.as_json(found))
        return 1 if lines else 0
    for key, findings in found.items():
        print(f"{key}: {' and '.join(str(len(records.get(key, []))) for records in sets)} records")
        table(comparison.HEADER, comparison.rows(findings, known[key].text))
        print()
    print("\n".join(["Verdicts that changed:", *lines] if lines else ["No verdict changed."]))
    return 1 if lines else 0


def status(options):
    """Tell how far each preset of each experiment has come."""
    from experiments.claims.evidence import progress
    from experiments.runs.checkpoint import describe
    from experiments.spec.run import label

    store = own_store()
    known = [(paper, store.all(paper.key)) for paper in load()]
    rows, left_out = [], []
    for paper, records in known:
        for evidence, preset, wanted in progress(paper, records):
            counts = collections.Counter(r["outcome"] for r in evidence.records)
            where = (paper.key, evidence.experiment.name, preset)
            words = [f"{counts[o]} {o}" for o in ("diverged", "failed", "running", "interrupted") if counts[o]]
            words += [f"{sum(map(len, evidence.apart.values()))} left out"] if evidence.apart else []
            rows.append((*where, f"{counts['done']}/{wanted}", ", ".join(words) or "-"))
            left_out += [f"{' '.join(where)}: {text}" for text in [evidence.left_out()] if text]
    table(("paper", "experiment", "preset", "done", "others"), rows)
    for text in left_out:
        print(text)
    for record in (r for _, records in known for r in records if r["outcome"] in ("failed", "interrupted")):
        if where := describe(store.checkpoint(record["paper"], record["key"])):
            print(f"{label(record)}: {record['outcome']}; goes on from {where}")
    return 0


def data(options):
    """Tell which sets of data are there, and how to get the others."""
    load()  # each declares what it alone uses
    from experiments.data import CATALOGUE, describe

    described = {name: describe(name) for name in CATALOGUE}
    states = {name: "broken" if d["broken"] else "yes" if d["present"] else "no" for name, d in described.items()}
    rows = [(name, states[name], d["where"], d["licence"]) for name, d in described.items()]
    table(("dataset", "present", "where", "licence"), rows)
    for name, row in described.items():
        if row["broken"]:
            print(f"Broken: {row['broken']}")
        elif not row["present"]:
            print(f"To get {name}: {row['get']}")
    return 0


def table(header, rows):
    """Print a table: on a terminal folded to its width; elsewhere a row a line, which other programs can read."""
    rows = [tuple(map(str, row)) for row in rows]
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in (header, *rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in header:
        table.add_column(name, overflow="fold", no_wrap=name in ("paper", "dataset"))  # whole, to be copied
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
