"""A paper's page: did it hold, at what scale, how sure; then the numbers, what differed, how to run it again."""

from experiments.report.blocks import Folded, Page, Paragraph
from experiments.report.findings import findings, printed
from experiments.report.opening import of_quick, opening
from experiments.report.provenance import ending
from experiments.report.results import experiments

FILES = {"en": "README.md", "pt": "README.pt.md"}
SCRIPTS = "../../experiments"


def paper_page(view, neighbours=(None, None), languages=("en",), forest=None):
    """Return the page of a `PaperView`.

    Args:
        view: the view.
        neighbours: keys of the papers before and after it.
        languages: those that the page is written in.
        forest: function from judgements, text and a name to a `Picture` of all findings, or `None`.
    """
    text, cited, own = view.text, view.paper.citation, view.sources[0].name == "yours"
    blocks = [Paragraph(links(view, neighbours, languages))]
    told = dict(authors=cited.authors, title=cited.title, venue=cited.venue, year=str(cited.year), link=cited.link)
    source = Paragraph(text.page("told_in" if cited.in_book else "told_nowhere", **told, chapter=cited.chapter))
    quick = own and view.presets() <= {"quick"}
    answers = view.paper.answers.blocks(view.primary, text) if view.paper.answers else []
    if quick:
        blocks += [*of_quick(view), source, Paragraph(text.summary), *answers]
    else:
        blocks += [*opening(view), Paragraph(text.summary), source, *answers]
        picture = forest(view.judgements, text, "findings") if forest else None
        blocks += [picture] if picture else []
        blocks += findings(view)
        if view.judgements:
            blocks.append(Folded(text.page("findings_as_table"), (printed(view),)))
    return Page(view.paper.title, (*blocks, *experiments(view), *ending(view)), view.language)


def links(view, neighbours, languages):
    """Return the line of links at the top: up, before, after, the other language, script, records."""
    text, file = view.text, FILES[view.language]
    found = [f"[{text.page('all_reports')}](../{file})"]
    for name, key in zip(("previous", "next"), neighbours, strict=True):
        found += [f"[{text.page(name)}](../{key}/{file})"] if key else []
    found += [f"[{text.page('language')}]({FILES[other]})" for other in languages if other != view.language]
    root = SCRIPTS if view.sources[0].name != "yours" else f"../{SCRIPTS}"
    found.append(f"[{text.page('script')}]({root}/{view.paper.room}/{view.paper.key}/__init__.py)")
    if view.sources[0].records:
        found.append(f"[{text.page('records')}](results.jsonl)")
    found.append(f"[{text.page('method')}]({root}/site/prose/method.{view.language}.md)")
    return " · ".join(found)
