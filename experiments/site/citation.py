"""How to cite: BibTeX of a paper and of the suite, and a paper's short name."""

import re

from experiments.site.sources import words

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
    return PAPER.format(
        key=key, title=cited.title, authors=cited.bibtex, year=cited.year, venue=cited.venue, link=cited.link
    )


def short(cited, language="en"):
    """Return names and year, as a text cites: "Kingma and Ba (2015)"."""
    return cited.short.replace(" and ", {"en": " and ", "pt": " e "}[language])
