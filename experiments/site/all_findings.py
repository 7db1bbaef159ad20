"""The page of all findings: one table that reads without a script, and sorts and filters with one."""

import collections
import html
import json

from experiments.errors import DeclarationError, warn
from experiments.report.findings import anchor
from experiments.site import citation
from experiments.site.sources import words

# Columns that can be filtered by; a cell of some of them has several values.
FILTERS = ("paper", "verdict", "component", "dataset", "scale")
NOTHING = "–"


def write(views, folder, language, pages):
    """Write `findings.md` into the source tree of a language, which has `pages`."""
    said = words(language)
    rows = [row for view in views for row in rows_of(view, language)]
    lead = said["findings_lead"].format(method=f"[{said['method']}](method.md)")
    table = _table(rows, folder, pages, said)
    text = f"# {said['findings']}\n\n{lead}\n\n```{{raw}} html\n{table}\n```\n"
    (folder / "findings.md").write_text(text, encoding="utf-8")


def rows_of(view, language):
    """Return a dictionary for each finding of a paper, in the words of a language, or in English for want of it."""
    own, text = _text(view.paper, language)
    rows = []
    for judgement in view.judgements:
        finding, evidence = judgement.finding, []
        for claim, _ in judgement.claims:
            evidence.append((claim, view.primary[claim.experiment]))
        ran = dict.fromkeys(found.preset for _, found in evidence if found.preset)
        rows.append(
            {
                "key": view.paper.key,
                "anchor": anchor(judgement),
                "language": own,
                "paper": citation.short(view.paper.citation, language),
                "finding": finding.statement(text),
                "verdict": text.verdict(judgement.verdict),
                "class": judgement.verdict.replace(" ", "-"),
                "kind": _kind(finding, text),
                "component": _components(judgement.claims, text),
                "dataset": _datasets(evidence, text),
                "scale": list(ran),
            }
        )
    return rows


def _text(paper, language):
    """Return the language whose words a paper has in full, and these words: the wanted one, or English."""
    try:
        if language in paper.text.languages:
            return language, paper.speaking(language).text
    except DeclarationError as error:
        warn(f"findings in {language!r}: {error}")
    return "en", paper.speaking("en").text


def _kind(finding, text):
    if finding.kind != "finding":
        return text.phrase(finding.kind)
    return text.phrase("exploratory") if finding.exploratory else text.phrase("finding")


def _components(claims, text):
    """Return the labels of the variants that the claims name."""
    found = {}
    for claim, _ in claims:
        for variants in claim.named().values():
            for variant in [variants] if isinstance(variants, str) else variants:
                found[text.labels.get(variant, variant)] = True
    return list(found)


def _datasets(evidence, text):
    """Return the data that the claims' experiments ran on, or would at the paper's scale, in words."""
    found = {}
    for _, one in evidence:
        presets = one.experiment.presets
        chosen = presets.get(one.preset) or next(reversed(presets.values()), None)
        if chosen:
            name = chosen.settings["data"]
            found[text.value("data", name) or name] = True
    return list(found)


def anchors(rows):
    """Return the anchor of each row: the one of its paper's page, with the paper's name where two are the same."""
    counts = collections.Counter(row["anchor"] for row in rows)
    return [row["anchor"] if counts[row["anchor"]] == 1 else f"{row['key']}-{row['anchor']}" for row in rows]


def _address(row, folder, pages):
    """Return where the paper's page has the finding; `None` where there is no page."""
    name = f"{row['key']}/index"
    if name not in pages:
        return None
    known = f'id="{html.escape(row["anchor"])}"' in (folder / f"{name}.md").read_text(encoding="utf-8")
    return f"{name}.html#{row['anchor']}" if known else f"{name}.html"


def _table(rows, folder, pages, said):
    columns = ("paper", "finding", "verdict", "component", "dataset", "scale", "kind")
    head = "".join(f'<th scope="col" data-column="{name}">{html.escape(said[name])}</th>' for name in columns)
    body = []
    for row, place in zip(rows, anchors(rows), strict=True):
        values = {name: row[name] if isinstance(row[name], list) else [row[name]] for name in FILTERS}
        cells = "".join(_cell(name, row, _address(row, folder, pages)) for name in columns)
        data = html.escape(json.dumps(values, ensure_ascii=False))
        body.append(f'<tr id="{html.escape(place)}" data-values="{data}">{cells}</tr>')
    settings = {"all": said["all"], "sort": said["sort_by"], "filters": said["filters"], "shown": said["shown"]}
    settings |= {"reset": said["reset"], "names": {name: said[name] for name in FILTERS}}
    return (
        f'<div class="table-wrapper docutils container">\n<table class="docutils findings" '
        f'data-settings="{html.escape(json.dumps(settings, ensure_ascii=False))}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(body) + "\n</tbody>\n</table>\n</div>"
    )


def _cell(name, row, address):
    value = row[name]
    text = html.escape(", ".join(value) or NOTHING if isinstance(value, list) else value)
    language = f' lang="{row["language"]}"' if name in ("finding", "component") else ""
    if name == "finding":
        text = f'<a href="{address}">{text}</a>' if address else text
    if name == "verdict":
        text = f'<span class="verdict verdict-{row["class"]}">{text}</span>'
    return f"<td{language}>{text}</td>"
