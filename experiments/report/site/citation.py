"""How to cite: BibTeX of a paper and of the suite, and a paper's short name."""

import re

from experiments.report.site.sources import words

SUITE = """@software{{activations_and_optimizers,
  title   = {{Activations and optimizers: reproduced paper experiments in Keras 3}},
  author  = {{{{The contributors}}}},
  version = {{{version}}},
  license = {{Apache-2.0}}
}}"""
PAPER = """@misc{{{key},
  title        = {{{{{title}}}}},
  author       = {{{authors}}},
  year         = {{{year}}},
  howpublished = {{{venue}}},
  url          = {{{link}}}
}}"""
# A surname with its initials: "Kingma, D. P."
AUTHOR = re.compile(r"([^\W\d_][^,;]*), ((?:[A-Z]\.[ -]?)+)")


def append(paper, page, language):
    """Append a section on citing to a paper's page, unless it has BibTeX already."""
    if not page.is_file():
        return
    text = page.read_text(encoding="utf-8")
    if re.search(r"^@\w+\{", text, re.M):
        return
    import custom

    said = words(language)
    entries = f"{bibtex(paper.key, paper.citation)}\n\n{SUITE.format(version=custom.__version__)}"
    page.write_text(
        f"{text.rstrip()}\n\n## {said['citation']}\n\n{said['citation_note']}\n\n```bibtex\n{entries}\n```\n",
        encoding="utf-8",
    )


def bibtex(key, cited):
    """Return the paper's BibTeX."""
    names = " and ".join(f"{surname}, {initials.strip()}" for surname, initials in authors(cited))
    return PAPER.format(
        key=key, title=cited.title, authors=names or cited.authors, year=cited.year, venue=cited.venue, link=cited.link
    )


def authors(cited):
    """Return surname and initials of each author."""
    return [(re.sub(r"^and ", "", m[1].strip()), m[2]) for m in AUTHOR.finditer(cited.authors)]


def short(cited, language="en"):
    """Return names and year, as a text cites: "Kingma and Ba (2015)"."""
    surnames = [surname for surname, _ in authors(cited)] or [cited.authors]
    both = {"en": " and ", "pt": " e "}[language]
    names = both.join(surnames) if len(surnames) < 3 else f"{surnames[0]} et al."
    return f"{names} ({cited.year})"
