"""The list of papers: totals, a card each, all findings in one picture; the user's own beside the published; README."""

from experiments.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.report.opening import counted, hours, sentences, settling
from experiments.report.page import FILES
from experiments.report.view import NOTHING
from experiments.spec.text import Text

JUDGED = ("reproduced", "direction only", "no such difference", "not reproduced", "open")


def index_page(views, language="en", languages=("en",), pictures=None, forest=None, overview=None):
    """Return the index of the published papers.

    Args:
        views: a `PaperView` of each paper, in this language.
        language, languages: the page's, and those that there is a page in.
        pictures: by paper, the `Picture` of its page that stands on its card.
        forest: `Picture` of all findings, or `None`.
        overview: `Picture` of their number by paper and verdict, or `None`.
    """
    text, file, pictures = Text({}, language), FILES[language], pictures or {}
    blocks = [Paragraph(_links(text, language, languages)), Paragraph(text.page("index_says"))]
    published = of_papers(views)
    own = [view for view in views if view not in published]
    blocks.append(Paragraph(" ".join(totals(text, published))))
    blocks += [overview] if overview else []
    for view in [*published, *own]:
        if own and view is own[0]:
            blocks += [Heading(text.page("index_book"), anchor="book"), Paragraph(text.page("index_book_says"))]
        key, cited = view.paper.key, view.paper.citation
        blocks.append(Heading(f"[{view.paper.title}]({key}/{file})", 3 if view in own else 2, key))
        blocks.append(Paragraph(" ".join([f"{cited.short}.", *sentences(view)])))
        blocks.append(Paragraph(f"**{view.tally()}**"))
        if key in pictures:
            told = pictures[key]
            blocks.append(Picture(f"{key}/figures/{told.name}", told.alt, ""))
        if found := settling(view):
            blocks.append(Paragraph(f"{text.page('settled')}: {' '.join(found)}"))
    if forest:
        blocks.append(Heading(text.page("index_forest"), anchor="findings"))
        blocks.append(forest)
    blocks.append(Paragraph(text.page("index_beside", file=file)))
    return Page(text.page("index_title"), tuple(blocks), language)


def of_papers(views):
    """Return the views of papers: what the book compares for itself counts apart."""
    return [view for view in views if view.paper.room != "book"]


def totals(text, views):
    """Return the sentences on all findings, runs and hours."""
    counts, confirmed, of = {}, 0, 0
    for view in views:
        for verdict, n in view.counts().items():
            counts[verdict] = counts.get(verdict, 0) + n
        mine = view.confirmations()
        confirmed, of = confirmed + mine[0], of + mine[1]
    records = [record for view in views for record in view.sources[0].records]
    told = dict(papers=len(views), findings=sum(counts.values()), runs=len(records))
    listed = text.all_of([counted(text, verdict, n) for verdict, n in counts.items() if n])
    found = [text.page("index_totals", **told, counts=listed, hours=hours(text, records))]
    return [*found, text.page("index_confirmations", confirmed=confirmed, of=of)] if of else found


def own_index(views, language="en", languages=("en",)):
    """Return the index of the user's own pages: whether everything works, what is published, what to run next."""
    text, file = Text({}, language), FILES[language]
    records = [(view, record) for view in views for record in view.sources[0].records]
    blocks = [Paragraph(_links(text, language, languages))] if len(languages) > 1 else []
    if not records:
        blocks.append(Paragraph(text.page("own_nothing")))
    else:
        bad = sum(record["outcome"] not in ("done", "diverged") for _, record in records)
        told = dict(runs=len(records), bad=bad)
        blocks.append(Paragraph(f"**{text.page('own_works_not' if bad else 'own_works', **told)}**"))
    blocks.append(Paragraph(text.page("own_says")))
    rows = []
    for view in views:
        own, title = view.sources[0].records, view.paper.title
        name = f"[{title}]({view.paper.key}/{file})" if own else title
        presets = ", ".join(dict.fromkeys(record["preset"] for record in view.records()))
        rows.append((name, f"{len(own)} ({presets})" if own else NOTHING, view.of("published").tally()))
    header = tuple(text.page(name) for name in ("own_paper", "own_ran", "own_published"))
    blocks.append(Grid(header, tuple(rows), text.page("own_caption")))
    blocks.append(Paragraph(text.page("own_next")))
    command = "python -m experiments run xu2015_rrelu --preset reduced --workers 2"
    blocks.append(Code(f"{command}\npython -m experiments run all --preset reduced --workers 2", "sh"))
    return Page(text.page("own_title"), tuple(blocks), language)


def _links(text, language, languages):
    return " · ".join(f"[{text.page('language')}]({FILES[other]})" for other in languages if other != language)


def decisive(judgement, text):
    """Return what was measured of the claim that decides a finding: the first of its verdict that has numbers."""
    told = [(claim, verdict) for claim, verdict in judgement.claims if verdict.parts]
    deciding = [each for each in told if each[1].verdict == judgement.verdict] or told
    return next((claim.measured(verdict, text) for claim, verdict in deciding), NOTHING)


def judged(views):
    """Return the README's table: each finding that has been judged, what was measured, the verdict."""
    text, rows, rest = Text({}, "en"), [], {}
    for view in views:
        page = f"reports/{view.paper.key}/README.md"
        for judgement in view.judgements:
            if not judgement.counted:
                continue
            if judgement.verdict not in JUDGED:
                rest[judgement.verdict] = rest.get(judgement.verdict, 0) + 1
                continue
            said = judgement.finding.statement(view.text)
            name = f"[{said}]({page}#finding-{judgement.finding.name})"
            measured = decisive(judgement, view.text)
            rows.append((view.paper.citation.short, name, measured, text.verdict(judgement.verdict)))
    if not rows:
        return []
    told = " ".join(text.page("readme_rest", n=n, verdict=text.verdict(v)) for v, n in rest.items())
    header = tuple(text.page(n) for n in ("paper_column", "readme_finding", "readme_measured", "verdict"))
    return [Grid(header, tuple(rows), text.page("readme_caption", rest=told))]
