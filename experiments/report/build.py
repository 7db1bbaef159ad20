"""Writing pages: published ones beside their records, the user's own in `reports/local/`."""

import collections
import pathlib
import re
import shutil
import tempfile

from experiments.claims import confirmations
from experiments.claims.evidence import presets
from experiments.files import write_atomically
from experiments.report import figures, render
from experiments.report.blocks import Grid, Heading, Page, Paragraph, Picture
from experiments.report.page import paper_page
from experiments.report.view import NOTHING, PaperView, Source
from experiments.runs import published
from experiments.spec.identity import key_of
from experiments.spec.settings import canonical

REPORTS = pathlib.Path("reports")
# Folders of `reports/` that are not a paper's: the user's own pages, and those that others build and check.
OTHERS = ("local", "reference", "benchmarks", "overhead_benchmark")
TEXTS = (".md", ".html", ".csv", ".jsonl")
PUBLISHED = (
    "Published reports: committed records and the pages made from them. Beside them: [the reference pages of the "
    "components](reference/{index}), [the benchmarks](benchmarks/{index}) and [what a training step "
    "costs](overhead_benchmark/{index})."
)
RESULTS = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.S)


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
    write_atomically(folder / "report.md", render.markdown(page))
    write_atomically(folder / "report.html", render.html(page))
    lines = [canonical(record) for record in sorted(records, key=lambda r: r["key"])]
    write_atomically(folder / published.RECORDS, "".join(f"{line}\n" for line in lines))


def publish(papers, everything, store, reports=REPORTS, readme=pathlib.Path("README.md"), note=print):
    """Merge the store's records of `papers` into the committed ones and rebuild every published page.

    Raises:
        UsageError: a line of committed records is none; nothing has been written.
    """
    views = []
    committed = {paper.key: published.whole(paper, reports) for paper in everything}
    for paper in everything:
        records = committed[paper.key]
        if paper in papers:
            own = store.all(paper.key)
            counting = _counting(paper, [*records, *own])
            records = published.merge(paper, records, own, counting)
            for line in _refused(paper, records, own, counting):
                note(line)
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


def _counting(paper, records):
    """Return the keys of the records that count under some preset."""
    found = (presets(paper, experiment, records).values() for experiment in paper.experiments)
    return {key_of(r) for of_one in found for evidence in of_one for r in evidence.records}


def _refused(paper, records, own, counting):
    """Return lines that say which of the user's runs were not published, and why."""
    there = {key_of(record) for record in records}
    reasons = collections.Counter(published.refusal(paper, r, counting) for r in own if key_of(r) not in there)
    return [f"{paper.key}: not published: {n} of your runs, {why}" for why, n in sorted(reasons.items())]


def local(papers, everything, store, reports=REPORTS):
    """Build the user's own pages of `papers` and the index of all; returns the index to open."""
    folder = pathlib.Path(reports) / "local"
    views = []
    for paper in everything:
        own, known = tuple(store.all(paper.key)), tuple(published.read(paper, reports))
        view = PaperView(paper, [Source("Yours", own), Source("Published", known)])
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
    """Return the list of papers with their verdicts, and more blocks after it."""
    rows = []
    for view in views:
        ran = "; ".join(f"{e.name}: {v.preset}, {v.count('done')} runs" for e, v in view.ran()) or "not run"
        cited = view.paper.citation
        name = f"{cited.authors} ({cited.year}). {cited.title}"
        has_page = bool(view.sources[0].records)
        bad = sum(r["outcome"] != "done" for r in view.sources[0].records)
        rows.append((f"[{name}]({view.paper.key}/report.{{page}})" if has_page else name, ran, bad, view.tally()))
    header = ("Paper", "What ran", "Diverged, failed or interrupted", "Findings")
    return Page(title, (Paragraph(text), Grid(header, tuple(rows), "One row per paper.", numeric=(2,)), *more))


def results(views):
    """Return the README's table: what ran of each published paper, and the verdicts on its claims."""
    rows = []
    for view in views:
        if not view.sources[0].records:
            continue
        ran = ", ".join(dict.fromkeys(evidence.preset for _, evidence in view.ran())) or NOTHING
        runs = sum(len(evidence.records) for _, evidence in view.ran())
        counts, cited = view.counts(), view.paper.citation
        name = f"[{cited.title}](reports/{view.paper.key}/report.md) ({cited.year})"
        confirmed, of = confirmations(view.judgements)
        rows.append((name, ran, f"{runs:,}", *counts.values(), f"{confirmed} of {of}" if of else NOTHING))
    if not rows:
        return []
    header = (
        "Paper",
        "Preset",
        "Runs",
        *(view.text.verdict(verdict).capitalize() for verdict in (*counts, "confirmed")),
    )
    caption = "Findings by verdict; runs with those of tuning. The numbers: [reports/README.md](reports/README.md)."
    return [Grid(header, tuple(rows), caption, numeric=tuple(range(2, len(header))))]


def headlines(views):
    """Return the headline quantities of what has been published, one table an experiment."""
    blocks = []
    for view in views:
        for experiment, evidence in view.ran():
            shown = [quantity.name for quantity in view.paper.results.get(experiment.name, ())]
            for quantity in view.paper.headline:
                if quantity.name not in shown:
                    continue
                printed = {v: view.cell(experiment, v, quantity)[0] for v in experiment.variants}
                some = any(value != NOTHING for value in printed.values())
                rows = tuple(
                    (view.text.labels[v], *([printed[v]] if some else []), view.estimate(evidence, v, quantity))
                    for v in experiment.variants
                )
                caption = (
                    f"{evidence.title}, preset {evidence.preset}; {view.text.quantity(quantity).lower()}: mean [95 % "
                    f"interval], number of runs n. [Report]({view.paper.key}/report.{{page}})"
                )
                blocks.append(Grid(("Variant", *(["Paper"] if some else []), "Measured"), rows, caption))
    return [Heading("Headline numbers"), *blocks] if blocks else []


def check(papers, reports=REPORTS, readme=pathlib.Path("README.md")):
    """Return the names of published text files that a rebuild from the committed records would change."""
    reports, readme = pathlib.Path(reports), pathlib.Path(readme)
    for paper in papers:
        published.whole(paper, reports)  # here, so that a complaint names the file itself
    with tempfile.TemporaryDirectory() as folder:
        copy, copied_readme = pathlib.Path(folder) / "reports", pathlib.Path(folder) / "README.md"
        for paper in papers:
            if (records := reports / paper.key / published.RECORDS).is_file():
                (copy / paper.key).mkdir(parents=True)
                shutil.copy(records, copy / paper.key / published.RECORDS)
        shutil.copy(readme, copied_readme)
        publish([], papers, None, copy, copied_readme)
        rebuilt, committed = _texts(copy), _texts(reports)
        committed = {name: path for name, path in committed.items() if name.parts[0] not in OTHERS}
        differ = [reports.name / name for name in set(rebuilt) ^ set(committed)]
        differ += [
            reports.name / name
            for name in set(rebuilt) & set(committed)
            if committed[name].read_bytes() != rebuilt[name].read_bytes()
        ]
        if copied_readme.read_bytes() != readme.read_bytes():
            differ.append(readme)
        return sorted(map(str, differ))


def _texts(folder):
    """Return the text files below a folder, by their path in it."""
    return {path.relative_to(folder): path for path in folder.rglob("*") if path.suffix in TEXTS}
