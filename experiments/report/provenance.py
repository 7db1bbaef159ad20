"""The end of a page: runs that did not count, data, machines and cost, commands, how to cite."""

import re

from experiments.report.blocks import Code, Folded, Grid, Heading, Paragraph
from experiments.report.paper_components import components
from experiments.report.render import code, plain
from experiments.report.results import setting
from experiments.report.view import NOTHING
from experiments.spec.run import differences

# The message of `Diverged`.
DIVERGED = re.compile(r"(?P<what>.+) became (?P<value>\S+) in epoch (?P<epoch>[0-9]{1,9})")
NUMBER = re.compile(r"nan|-?inf|-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?")
SUITE = """@software{activations_and_optimizers,
  title = {Activations and optimizers, reproduced in Keras 3},
  note = {Version, date and address: CITATION.cff}
}"""


def ending(view):
    """Return the last sections of a page."""
    return [*unfinished(view), *changed(view), *provenance(view), *citing(view)]


def unfinished(view):
    """Return the runs that did not finish as planned."""
    text, rows = view.text, []
    for r in view.records():
        if r["outcome"] != "done":
            title, role = _title(text, r["experiment"]), text.page(f"role_{r['role']}")
            outcome = text.page(f"outcome_{r['outcome']}")
            which = (title, view.label(r), role, r["preset"], _chosen(view, r), r["seed"])
            rows.append((*which, outcome, len(r["history"]), _why(text, r["error"])))
    if not rows:
        return []
    names = ("experiment", "variant", "role", "preset", "tuned_setting", "seed", "outcome", "epochs", "reason")
    header = tuple(text.page(name) for name in names)
    grid = Grid(header, tuple(rows), text.page("unfinished_caption"), "unfinished", (5, 7))
    return [Folded(text.page("unfinished"), (grid,))]


def _chosen(view, record):
    """Return the values of the settings that the experiment tunes, which tell one run from the next."""
    text, tuning = view.text, next((e.tuning for e in view.paper.experiments if e.name == record["experiment"]), None)
    names = [name for name in tuning.names if name in record["settings"]] if tuning else []
    return ", ".join(f"{text.row('settings', n)} {setting(text, record['settings'][n])}" for n in names) or NOTHING


def _title(text, experiment):
    """Return an experiment's heading; its identifier if the paper no longer has it."""
    return text.title(experiment) if text.has("experiments", experiment) else experiment


def _why(text, error):
    """Return why a run ended, in the page's words where it diverged."""
    found = DIVERGED.fullmatch(error or "")
    if found and NUMBER.fullmatch(found["value"]):
        name = found["what"].replace(" ", "_")
        what = text.inside(text.row("quantities", name)) if text.has("quantities", name) else plain(found["what"])
        value = text.numeral(float(found["value"]), ".4g")
        return text.page("became", what=what, value=value, epoch=int(found["epoch"]))
    return plain(error) if error else NOTHING


def changed(view):
    """Return the finished runs with changed settings, which count nowhere."""
    text, rows = view.text, []
    others = {r["key"] for evidence in view.primary.values() for r in evidence.others}
    for r in view.records():
        if r["key"] not in others or r["role"] != "final" or r["outcome"] != "done":
            continue
        differ = differences(view.paper.experiment(r["experiment"]), r)
        changes = ", ".join(code(f"{name}={setting(text, value)}") for name, value in sorted(differ.items())) or NOTHING
        numbers = []
        for quantity in view.paper.results.get(r["experiment"], ()):
            value = quantity.of(r)
            if value is not None:
                amount = text.with_unit(text.number(quantity, value), text.unit(quantity))
                numbers.append(f"{text.inside(text.quantity(quantity))} {amount}")
        rows.append((_title(text, r["experiment"]), view.label(r), r["preset"], changes, r["seed"], "; ".join(numbers)))
    if not rows:
        return []
    header = tuple(text.page(n) for n in ("experiment", "variant", "preset", "changes", "seed", "results"))
    grid = Grid(header, tuple(rows), text.page("changed_caption"), "changed", (4,))
    return [Folded(text.page("changed"), (grid,))]


def provenance(view):
    """Return sections on data, environment, cost and commands of all records of a page."""
    text, records = view.text, view.records()
    if not records:
        return []
    return [
        Heading(text.page("again"), anchor="again"),
        Paragraph(text.page("again_says")),
        Code("\n".join(sorted({r["command"] for r in records})), "sh"),
        *used(view),
        Folded(text.page("data"), (_data(text, records),)),
        Folded(text.page("environment"), (_environments(text, records),)),
    ]


def used(view):
    """Return the line of the components of `custom` that the paper's experiments use, each with its source file."""
    folder = view.paper.text.folder
    root = "../.." if view.sources[0].name != "yours" else "../../.."
    links = [f"[{c.name}]({root}/{c.file})" for c in (components(folder) if folder else ())]
    return [Paragraph(view.text.page("components", names=", ".join(links)))] if links else []


def citing(view):
    """Return the BibTeX of the paper and of this suite."""
    text, cited = view.text, view.paper.citation
    paper = "\n".join((
        f"@misc{{{view.paper.key},",
        f"  title = {{{cited.title}}},",
        f"  author = {{{cited.bibtex}}},",
        f"  year = {{{cited.year}}},",
        f"  howpublished = {{{cited.venue}}}" + ("," if cited.link else ""),
        *([f"  url = {{{cited.link}}}"] if cited.link else []),
        "}",
    ))  # fmt: skip
    blocks = (Paragraph(text.page("cite_says")), Code(f"{paper}\n\n{SUITE}", "bibtex"))
    return [Folded(text.page("cite"), blocks)]


def _data(text, records):
    sets = {r["data"]["fingerprint"]: r["data"] for r in records}
    rows = []
    for d in sorted(sets.values(), key=lambda d: (d["name"], d["fingerprint"])):
        size = f"{text.numeral(d['train'], ',')} + {text.numeral(d['test'], ',')}"
        name = text.value("data", d["name"]) or plain(d["name"])
        source, licence, citation = (plain(d[part]) for part in ("source", "licence", "citation"))
        rows.append((name, source, size, licence, citation, f"`{d['fingerprint'][:16]}`"))
    header = (*(text.page(name) for name in ("name", "origin", "sizes", "licence", "citation")), "SHA-256")
    return Grid(header, tuple(rows), text.page("data_caption"), "data")


def _environments(text, records):
    groups = {}
    for r in records:
        groups.setdefault(_environment(text, r), []).append(r["seconds"])
    rows = tuple(
        (*where, len(seconds), text.numeral(sum(seconds) / 60, ".1f"))
        for where, seconds in sorted(groups.items(), key=str)
    )
    names = ("processor", "cores", "accelerator", "backend", "precision", "versions", "code", "runs", "minutes")
    header = tuple(text.page(name) for name in names)
    return Grid(header, rows, text.page("environment_caption"), "environment", (7, 8))


def _environment(text, record):
    environment, commit = record["environment"], f"`{record['code']['commit'][:12]}`"
    cores = f"{environment['cores']}"
    if environment.get("threads"):
        cores = text.page("cores_a_run", cores=cores, threads=environment["threads"])
    libraries = ", oneDNN" if environment["backend"] == "tensorflow" and environment.get("onednn") else ""
    packages = ", ".join(f"{name} {version}" for name, version in sorted(environment["packages"].items()))
    return (
        plain(environment["processor"]),
        cores,
        plain(environment["accelerator"]) if environment["accelerator"] else text.page("none"),
        f"{environment['backend']}: {plain(record['facts'].get('compiler', text.page('not_compiled')))}{libraries}",
        plain(record["settings"].get("precision", NOTHING)),
        plain(f"Python {environment['python']}, {packages}"),
        text.page("modified", commit=commit) if record["code"]["modified"] else commit,
    )
