"""How a paper is cited."""

import dataclasses
import pathlib
import re
from collections.abc import Mapping

from experiments.errors import DeclarationError
from experiments.spec.text import read_toml

AUTHOR = re.compile(r"([^,]+), ((?:[A-Z]\.[ -]?)+)")


@dataclasses.dataclass(frozen=True)
class Citation:
    """A paper as a bibliography names it, and its chapter of the book, in words of one language.

    Attributes:
        chapter: that tells it; of a paper that the book leaves out, where it would stand.
        in_book: whether the book tells it.
    """

    title: str
    authors: str
    venue: str
    year: int
    link: str
    chapter: str
    language: str = "en"
    in_book: bool = True

    @property
    def short(self):
        """Surnames and year, as a sentence cites it."""
        names = [surname for surname, _ in self._names()]
        who = {"en": " and ", "pt": " e "}[self.language].join(names) if len(names) < 3 else f"{names[0]} et al."
        return f"{who} ({self.year})"

    @property
    def bibtex(self):
        """The authors as BibTeX separates them."""
        return " and ".join(f"{surname}, {initials}" for surname, initials in self._names())

    def _names(self):
        found = AUTHOR.findall(self.authors.replace(", and ", ", "))
        return [(surname.strip(" ,"), initials.strip()) for surname, initials in found]

    @classmethod
    def load(cls, folder, language="en"):
        """Read `citation.toml` of a paper's folder: its `chapter` is one text, or a table of one for each language."""
        path = pathlib.Path(folder) / "citation.toml"
        read = read_toml(path)
        chapter = read.get("chapter")
        if isinstance(chapter, Mapping):
            if language not in chapter:
                raise DeclarationError(f"{path}: `chapter` has {', '.join(chapter)}. Expected {language!r} too.")
            read["chapter"] = chapter[language]
        return cls(**read, language=language)
