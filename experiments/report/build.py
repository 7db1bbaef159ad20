"""Writing pages: published ones beside their records, the user's own in `reports/local/`."""

import collections
import functools
import math
import pathlib
import re
import shutil
import tempfile

from experiments.claims.evidence import presets
from experiments.files import write_atomically
from experiments.report import figures, render
from experiments.report.blocks import Grid, Motion, Page, Picture
from experiments.report.index import index_page, judged, of_papers, own_index
from experiments.report.page import FILES, paper_page
from experiments.report.swapping import PLACE, swapped
from experiments.report.view import PaperView, Source
from experiments.runs import published
from experiments.spec.identity import key_of
from experiments.spec.packing import packed
from experiments.spec.settings import canonical
from experiments.spec.text import Text
from experiments.together import at_once

REPORTS = pathlib.Path("reports")
# Folders of `reports/` that are not a paper's: the user's own pages, and those that others build and check.
OTHERS = ("local", "benchmarks", "overhead_benchmark")
NUMBER = re.compile(r"-?\d+\.?\d*")
PARTS = {"figures": ".svg", "tables": ".csv"}  # folders of a page, with what they hold
FEW = 4  # figures that are drawn sooner than a process is made
HAIR = 0.05  # by which coordinates of a figure may differ from machine to machine
RESULTS = re.compile(r"(<!-- results -->\n).*?(<!-- /results -->)", re.S)


def write_page(pages, folder, records=None):
    """Write a page in each of its languages with its figures, tables and records, where any are, into a new folder."""
    folder = pathlib.Path(folder)
    drawn = [(block, page.language) for page in pages for block in page.every(Picture) if block.draw]
    drawn += [(block, page.language) for page in pages for block in page.every(Motion)]
    if len(drawn) < FEW:
        _draw(drawn, folder / "figures")
    else:
        at_once(*(functools.partial(_draw, drawn[i::2], folder / "figures") for i in range(2)))
    for page in pages:
        write_atomically(folder / FILES[page.language], render.markdown(page))
    for block in pages[0].every(Grid):
        if block.data:
            write_atomically(folder / "tables" / f"{block.name}.csv", render.csv_text(block))
    if records:
        lines = [canonical(packed(record)) for record in sorted(records, key=lambda r: r["key"])]
        write_atomically(folder / published.RECORDS, "".join(f"{line}\n" for line in lines))


def _draw(drawn, folder):
    """Save the figures of blocks, each with its language."""
    for block, language in drawn:
        figures.save(block.draw, folder, render.stem(block.name, language), getattr(block, "over", None))


def pages_of(paper, sources, neighbours=(None, None)):
    """Return the pages of a paper, one a language, and its views by language."""
    languages, first = paper.text.languages, PaperView(paper, sources)
    views = {language: first if language == first.language else first.speaking(language) for language in languages}
    return [paper_page(view, neighbours, languages, figures.forest) for view in views.values()], views


def publish(papers, everything, store, reports=REPORTS, readme=pathlib.Path("README.md"), note=print):
    """Merge the store's records of `papers` into the committed ones and rebuild every published page.

    Raises:
        UsageError: a line of committed records is none; nothing has been written.
    """
    reports, found, pictures = pathlib.Path(reports), {}, {}
    with swapped(reports, note) as beside:
        records = {paper.key: published.whole(paper, reports) for paper in everything}
        for paper in papers:
            records[paper.key] = _merged(paper, records[paper.key], store.all(paper.key), note)
        keys = [paper.key for paper in everything]
        for paper in everything:
            sources = [Source("measured", tuple(records[paper.key]))]
            pages, views = pages_of(paper, sources, _neighbours(keys, paper.key))
            for language, view in views.items():
                found.setdefault(language, []).append(view)
            write_page(pages, beside / paper.key, records[paper.key])
            for page in pages:
                drawn = [picture for picture in page.every(Picture) if picture.name != "findings"]
                pictures.setdefault(page.language, {}).update({paper.key: drawn[0]} if drawn else {})
        languages = tuple(found)
        write_page([_index(found[at], at, languages, pictures.get(at)) for at in languages], beside)
        _carry(reports, beside)
    if readme.is_file():
        text = readme.read_text(encoding="utf-8")
        table = render.markdown(Page("", tuple(judged(of_papers(found["en"]))))).split("\n\n", 1)[1]
        write_atomically(readme, RESULTS.sub(lambda m: f"{m[1]}{table}{m[2]}", text))
    return found["en"]


def _merged(paper, committed, own, note):
    """Return the committed records of a paper with the user's, and say which of those are left."""
    counting = _counting(paper, [*committed, *own])
    records = published.merge(paper, committed, own, counting)
    for line in _refused(paper, records, own, counting):
        note(line)
    return records


def _carry(folder, beside):
    """Keep in the folders that are replaced what no page consists of: the user's, and what the doctor has set aside."""
    for replaced in (path for path in beside.iterdir() if path.is_dir()):
        for path in (folder / replaced.name).rglob("*"):
            name = path.relative_to(folder)
            if (path.is_symlink() or path.is_file()) and not _of_page(name):
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, beside / name, follow_symlinks=False)


def _of_page(name):
    """Tell whether a file, by its path in the folder of all pages, is of the kinds that `write_page` writes."""
    *folders, file = name.parts
    if folders and folders[-1] in PARTS:
        return len(folders) <= 2 and name.suffix == PARTS[folders[-1]]
    return len(folders) <= 1 and file in (*FILES.values(), published.RECORDS)


def _index(views, language, languages, pictures):
    lines, counts, rows, text = [], collections.Counter(), [], Text({}, language)
    for view in of_papers(views):
        short, found = view.paper.citation.short, collections.Counter(view.counts())
        lines += figures.forest_rows(view.judgements, view.text, short, claims=False)
        counts.update(judgement.verdict for judgement in view.judgements)
        found["confirmed"] = view.confirmations()[0]
        rows.append((short, found))
    forest = figures.forest_of(tuple(lines), text, "findings", counts, most=2)
    return index_page(views, language, languages, pictures, forest, figures.overview(rows, text, "overview"))


def _neighbours(keys, key):
    """Return the keys before and after one, around the end."""
    if key not in keys or len(keys) < 2:
        return None, None
    i = keys.index(key)
    return keys[i - 1] if i else None, keys[i + 1] if i + 1 < len(keys) else None


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
    folder, found = pathlib.Path(reports) / "local", {}
    with swapped(folder) as beside:
        for paper in everything:
            own, known = tuple(store.all(paper.key)), tuple(published.read(paper, reports))
            pages, views = pages_of(paper, [Source("yours", own), Source("published", known)])
            for language, view in views.items():
                found.setdefault(language, []).append(view)
            if paper not in papers:
                continue
            if own:
                write_page(pages, beside / paper.key, own)
            else:
                (beside / paper.key).mkdir()  # removes it
        write_page([own_index(found[language], language, tuple(found)) for language in found], beside)
        _carry(folder, beside)
    return folder / FILES["en"]


def check(papers, reports=REPORTS, readme=pathlib.Path("README.md")):
    """Return the names of published files that a rebuild from the committed records would change."""
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
        rebuilt, committed = _files(copy), _files(reports)
        committed = {name: path for name, path in committed.items() if name.parts[0] not in OTHERS}
        differ = [reports.name / name for name in set(rebuilt) ^ set(committed)]
        differ += [
            reports.name / name for name in set(rebuilt) & set(committed) if not _same(committed[name], rebuilt[name])
        ]
        if copied_readme.read_bytes() != readme.read_bytes():
            differ.append(readme)
        return sorted(map(str, differ))


def _files(folder):
    """Return the files of the pages below a folder, by their path in it."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if name.parts[0] != PLACE and _of_page(name)}


def _same(one, other):
    """Tell whether two files say the same: a figure's coordinates may differ by a hair from machine to machine."""
    contents = [path.read_bytes() for path in (one, other)]
    if contents[0] == contents[1] or one.suffix != ".svg":
        return contents[0] == contents[1]
    texts = [content.decode(errors="replace") for content in contents]
    if NUMBER.sub("", texts[0]) != NUMBER.sub("", texts[1]):
        return False
    numbers = zip(*(map(float, NUMBER.findall(text)) for text in texts), strict=True)
    return all(math.isclose(a, b, rel_tol=0, abs_tol=HAIR) for a, b in numbers)
