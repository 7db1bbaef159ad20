"""Writing pages: published ones beside their records, the user's own in `reports/local/`."""

import json
import pathlib
import re
import shutil
import tempfile

from experiments.harness.claims import VERDICTS
from experiments.harness.quantities import QUANTITIES
from experiments.harness.report import figures, render
from experiments.harness.report.blocks import Grid, Heading, Page, Paragraph, Picture
from experiments.harness.report.page import paper_page
from experiments.harness.report.view import NOTHING, PaperView, Source
from experiments.harness.settings import canonical
from experiments.harness.store import write_atomically

REPORTS = pathlib.Path("reports")
RECORDS = "results.jsonl"
# Folders of `reports/` that are not a paper's: the user's own pages, and those that others build and check.
OTHERS = ("local", "reference", "benchmarks", "overhead_benchmark", "mutants")
PUBLISHED = (
    "Published reports: committed records and the pages made from them. Beside them: [the reference pages of the "
    "components](reference/{index}), [the benchmarks](benchmarks/{index}), [what a training step "
    "costs](overhead_benchmark/{index}) and [the mutation gate](mutants/mutants.md)."
)
RESULTS = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.S)


def read_published(paper, reports=REPORTS):
    """The committed records of a paper."""
    path = pathlib.Path(reports) / paper.key / RECORDS
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_page(page, folder, records):
    """Write a page with its figures, tables and records; files of an earlier build are removed."""
    folder = pathlib.Path(folder)
    for part in ("figures", "tables"):
        shutil.rmtree(folder / part, ignore_errors=True)
    for block in page.blocks:
        if isinstance(block, Picture):
            figures.save(block.draw, folder / "figures", block.name)
        elif isinstance(block, Grid) and block.name:
            write_atomically(folder / "tables" / f"{block.name}.csv", render.csv_text(block))
            write_atomically(folder / "tables" / f"{block.name}.tex", render.latex(block))
    write_atomically(folder / "report.md", render.markdown(page))
    write_atomically(folder / "report.html", render.html(page))
    lines = [canonical(record) for record in sorted(records, key=lambda r: r["key"])]
    write_atomically(folder / RECORDS, "".join(f"{line}\n" for line in lines))


def publishable(record):
    """Whether a run belongs in the committed records: finished, real data, the preset's own settings."""
    return record["outcome"] in ("done", "diverged") and not record["overrides"] and record["preset"] != "quick"


def merge(published, own):
    """Published records with the user's own added; a key that is published stays as it is."""
    merged = {r["key"]: r for r in own if publishable(r)} | {r["key"]: r for r in published}
    return [merged[key] for key in sorted(merged)]


def publish(papers, everything, store, reports=REPORTS, readme=pathlib.Path("README.md")):
    """Merge the store's records of `papers` into the committed ones and rebuild every published page."""
    views = []
    for paper in everything:
        records = read_published(paper, reports)
        if paper in papers:
            records = merge(records, store.all(paper.key))
        view = PaperView(paper, [Source("Measured", tuple(records))])
        views.append(view)
        if records:
            write_page(paper_page(view), pathlib.Path(reports) / paper.key, records)
    index = index_page(views, "Reports", PUBLISHED, headlines(views))
    for name, text in (("README.md", render.markdown(index)), ("index.html", render.html(index))):
        write_atomically(pathlib.Path(reports) / name, text.replace("{index}", name))
    if readme.is_file():
        text = readme.read_text(encoding="utf-8")
        table = render.markdown(Page("", tuple(results(views)))).split("\n\n", 1)[1]
        write_atomically(readme, RESULTS.sub(lambda m: f"{m[1]}{table}{m[2]}", text))
    return views


def local(papers, everything, store, reports=REPORTS):
    """Build the user's own pages of `papers` and the index of all; returns the index to open."""
    folder = pathlib.Path(reports) / "local"
    views = []
    for paper in everything:
        own, published = tuple(store.all(paper.key)), tuple(read_published(paper, reports))
        view = PaperView(paper, [Source("Yours", own), Source("Published", published)])
        views.append(view)
        if paper not in papers:
            continue
        if own:
            write_page(paper_page(view), folder / paper.key, own)
        else:
            shutil.rmtree(folder / paper.key, ignore_errors=True)
    index = index_page(views, "Your reports", "Reports of your own runs, in `runs/`, beside the published ones.")
    write_atomically(folder / "index.html", render.html(index))
    write_atomically(folder / "README.md", render.markdown(index))
    return folder / "index.html"


def index_page(views, title, text, more=()):
    """The list of papers with their verdicts, and more blocks after it."""
    rows = []
    for view in views:
        ran = "; ".join(f"{e.name}: {v.preset}, {v.count('done')} runs" for e, v in view.ran()) or "not run"
        reference = view.paper.reference
        name = f"{reference.authors} ({reference.year}). {reference.title}"
        has_page = bool(view.sources[0].records)
        bad = sum(r["outcome"] != "done" for r in view.sources[0].records)
        rows.append((f"[{name}]({view.paper.key}/report.{{page}})" if has_page else name, ran, bad, view.tally()))
    header = ("Paper", "What ran", "Diverged, failed or interrupted", "Claims")
    return Page(title, (Paragraph(text), Grid(header, tuple(rows), "One row per paper.", numeric=(2,)), *more))


def results(views):
    """The README's table: what ran of each published paper, and the verdicts on its claims."""
    rows = []
    for view in views:
        if not view.sources[0].records:
            continue
        presets = ", ".join(dict.fromkeys(evidence.preset for _, evidence in view.ran()))
        runs = sum(len(evidence.records) for _, evidence in view.ran())
        counts = view.counts()
        name = f"[{view.paper.reference.title}](reports/{view.paper.key}/report.md) ({view.paper.reference.year})"
        rows.append((name, presets, f"{runs:,}", *(counts[verdict] for verdict in VERDICTS)))
    header = ("Paper", "Preset", "Runs", *(verdict.capitalize() for verdict in VERDICTS))
    caption = "Claims by verdict; runs with those of tuning. The numbers: [reports/README.md](reports/README.md)."
    return [Grid(header, tuple(rows), caption, numeric=(2, 3, 4, 5, 6))]


def headlines(views):
    """The headline quantities of what has been published, one table an experiment."""
    blocks = []
    for view in views:
        for experiment, evidence in view.ran():
            for quantity in view.paper.headline:
                if quantity not in view.paper.results.get(experiment.name, ()):
                    continue
                published = {v: view.cell(experiment, v, quantity)[0] for v in experiment.variants}
                some = any(value != NOTHING for value in published.values())
                rows = tuple(
                    (view.paper.labels[v], *([published[v]] if some else []), view.estimate(evidence, v, quantity))
                    for v in experiment.variants
                )
                caption = (
                    f"{experiment.title}, preset {evidence.preset}; {QUANTITIES[quantity].label.lower()}: mean [95 % "
                    f"interval], number of runs n. [Report]({view.paper.key}/report.{{page}})"
                )
                blocks.append(Grid(("Variant", *(["Paper"] if some else []), "Measured"), rows, caption))
    return [Heading("Headline numbers"), *blocks] if blocks else []


def check(papers, reports=REPORTS, readme=pathlib.Path("README.md")):
    """Names of published text files that a rebuild from the committed records would change."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "reports"
        for paper in papers:
            if (records := pathlib.Path(reports) / paper.key / RECORDS).is_file():
                (copy / paper.key).mkdir(parents=True)
                shutil.copy(records, copy / paper.key / RECORDS)
        copied_readme = pathlib.Path(folder) / "README.md"
        shutil.copy(readme, copied_readme)
        publish([], papers, None, copy, copied_readme)
        rebuilt = {
            p.relative_to(folder): p for p in copy.rglob("*") if p.suffix in (".md", ".html", ".csv", ".tex", ".jsonl")
        }
        committed = {p.relative_to(reports.parent) for p in pathlib.Path(reports).rglob("*")
                     if p.suffix in (".md", ".html", ".csv", ".tex", ".jsonl")
                     and p.relative_to(reports).parts[0] not in OTHERS}  # fmt: skip
        differ = [
            str(name) for name, path in rebuilt.items()
            if name not in committed or (reports.parent / name).read_bytes() != path.read_bytes()
        ]  # fmt: skip
        differ += [str(name) for name in committed - set(rebuilt)]
        if copied_readme.read_bytes() != readme.read_bytes():
            differ.append(str(readme))
        return sorted(differ)
