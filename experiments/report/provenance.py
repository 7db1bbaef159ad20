"""Origin of a page's numbers: data, machine, versions, code, cost, commands."""

from experiments.report.blocks import Code, Grid, Heading
from experiments.report.view import NOTHING


def provenance(view):
    """Return sections on data, environment, cost and commands of all records of a page."""
    records = view.records()
    if not records:
        return []
    return [
        Heading("Data"),
        _data(records),
        Heading("Environment and cost"),
        _environments(records),
        Heading("Commands"),
        Code("\n".join(sorted({r["command"] for r in records}))),
    ]


def _data(records):
    sets = {r["data"]["fingerprint"]: r["data"] for r in records}
    rows = []
    for d in sorted(sets.values(), key=lambda d: (d["name"], d["fingerprint"])):
        size, print_ = f"{d['train']:,} + {d['test']:,}", f"`{d['fingerprint'][:16]}`"
        rows.append((d["name"], d["source"], size, d["licence"], d["citation"], print_))
    header = ("Name", "Source", "Training + test", "Licence", "Citation", "SHA-256")
    return Grid(header, tuple(rows), "Data of all runs, with the fingerprint of the arrays in canonical order.", "data")


def _environments(records):
    groups = {}
    for r in records:
        groups.setdefault(_environment(r), []).append(r["seconds"])
    rows = tuple(
        (*where, len(seconds), f"{sum(seconds) / 60:.1f}") for where, seconds in sorted(groups.items(), key=str)
    )
    header = ("Processor", "Cores", "Accelerator", "Backend: compiler", "Precision", "Versions", "Code")
    caption = "Where the runs were made, tuning included, and their total time."
    return Grid((*header, "Runs", "Minutes"), rows, caption, "environment", (7, 8))


def _environment(record):
    environment, commit = record["environment"], record["code"]["commit"][:12]
    cores = f"{environment['cores']}"
    if environment.get("threads"):
        cores += f", {environment['threads']} a run"
    libraries = ", oneDNN" if environment["backend"] == "tensorflow" and environment.get("onednn") else ""
    packages = ", ".join(f"{name} {version}" for name, version in sorted(environment["packages"].items()))
    return (
        environment["processor"],
        cores,
        environment["accelerator"] or "none",
        f"{environment['backend']}: {record['facts'].get('compiler', 'not reached')}{libraries}",
        record["settings"].get("precision", NOTHING),
        f"Python {environment['python']}, {packages}",
        f"`{commit}`" + (" with uncommitted changes" if record["code"]["modified"] else ""),
    )
