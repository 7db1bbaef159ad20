"""From committed Markdown to the source trees of the site: which files are pages, and where their links lead."""

import dataclasses
import functools
import gzip
import os
import pathlib
import re
import shutil
import tomllib

LANGUAGES = ("en", "pt")
HERE = pathlib.Path(__file__).parent
# `[text](address)`, the text without brackets of its own but for an image's; an image begins with "!".
LINK = re.compile(r"(!?)\[((?:[^\[\]]|!?\[[^\[\]]*\](?:\([^()\s]*\))?)*)\]\(([^()\s]+)\)")
SEPARATOR = " · "  # of the links in a line of links
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.I)
PACKED = ".jsonl"  # how files end that the site offers packed
FENCE = re.compile(r"^(```.*?^```[^\n]*$)", re.M | re.S)


@functools.cache
def _words():
    return tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))


def words(language):
    """Return the site's own words in a language."""
    return _words()[language]


def theme_words():
    """Return, by the theme's English words, the Portuguese ones."""
    return _words()["theme"]


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A page of the site that comes from a file: its name there, the English file, the Portuguese one or `None`."""

    name: str
    english: pathlib.Path
    portuguese: pathlib.Path | None

    def file(self, language):
        """Return the file that a language shows."""
        return self.portuguese if language == "pt" and self.portuguese else self.english

    def is_foreign(self, language):
        """Tell whether a language shows the other one's text, for want of its own."""
        return language == "pt" and self.portuguese is None


def sheets(root, leave_out=()):
    """Return the pages below a folder, by a rule.

    A folder's page is its README.md, or else its report.md; other Markdown files keep their names. `X.pt.md` is the
    Portuguese form of `X.md`. Folders directly below `root` named in `leave_out` have none.
    """
    root, found = pathlib.Path(root), []
    for path in sorted(root.rglob("*.md")):
        folder = path.relative_to(root).parent
        if path.name.endswith(".pt.md") or (folder.parts and folder.parts[0] in leave_out):
            continue
        if path.stem == "report" and (path.parent / "README.md").is_file():
            continue
        name = "index" if path.stem in ("README", "report") else path.stem
        translated = path.with_suffix(".pt.md")
        found.append(Sheet((folder / name).as_posix(), path, translated if translated.is_file() else None))
    return found


class Tree:
    """The source tree of one language.

    Args:
        root: the folder of the committed pages.
        sheets: its pages.
        language: one of `LANGUAGES`.
        folder: where the sources are written.
        files: where files that pages link to are copied; the built tree of a language lies beside it.
        repository: what links may lead to; its files are copied on demand.
        reference: the page of each public name of the library, by its file and itself: a link on the name to the
            file leads to that page.
    """

    def __init__(self, root, sheets, language, folder, files, repository=".", reference=None):
        self.root, self.sheets, self.language = pathlib.Path(root), sheets, language
        self.folder, self.files, self.repository = pathlib.Path(folder), pathlib.Path(files), pathlib.Path(repository)
        self.reference = reference or {}
        self.dead = []  # `(file, address)` of links that lead nowhere
        self.known = {}  # resolved path of a Markdown file: `(name of its page, its language, or "" for either)`
        for sheet in sheets:
            self.known[sheet.english.resolve()] = sheet.name, "en" if sheet.portuguese else ""
            if sheet.portuguese:
                self.known[sheet.portuguese.resolve()] = sheet.name, "pt"
        method = self.repository.resolve() / "experiments" / "site" / "prose"
        self.known |= {method / f"method.{each}.md": ("method", each) for each in LANGUAGES}

    def write(self):
        """Write the pages, with their pictures."""
        for sheet in self.sheets:
            text = self.page(sheet)
            target = self.folder / f"{sheet.name}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def keep(self, place):
        """Copy a file of the repository to where links look for it, records packed; returns its place there."""
        source, packed = self.repository / place, place.endswith(PACKED)
        target = self.files / f"{place}{'.gz' if packed else ''}"
        if not packed:
            _copy(source, target)
        elif not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(gzip.compress(source.read_bytes(), mtime=0))
        return target.relative_to(self.files).as_posix()

    def page(self, sheet):
        """Return the Markdown of a page with its links led to their places on the site."""
        text = sheet.file(self.language).read_text(encoding="utf-8")
        parts = FENCE.split(text)  # code stays as it is
        for i in range(0, len(parts), 2):
            lines = [self._without_twin(sheet, line) for line in parts[i].split("\n")]
            parts[i] = self._linked(sheet, "\n".join(lines))
        return "".join(parts)

    def _without_twin(self, sheet, line):
        """Leave the link to the other language out of a line of links: the site has a switch on every page."""
        twin = sheet.english if self.language == "pt" else sheet.portuguese
        links = [(part, LINK.fullmatch(part)) for part in line.split(SEPARATOR)]
        if twin is None or not all(link for _, link in links):
            return line
        return SEPARATOR.join(part for part, link in links if link[3] != twin.name)

    def _linked(self, sheet, text):
        return LINK.sub(lambda match: self._link(sheet, *match.groups()), text)

    def _link(self, sheet, bang, label, address):
        label = self._linked(sheet, label)
        if SCHEME.match(address):
            return f"{bang}[{label}]({address})"
        path, _, fragment = address.partition("#")
        fragment = f"#{fragment}" if fragment else ""
        target = (sheet.file(self.language).parent / path).resolve()
        if target.is_dir():
            target = next(
                (p for p in (target / n for n in ("README.md", "report.md", "__init__.py")) if p.is_file()), target
            )
        if page := self._page(target, label):
            name, language = page
            if name == sheet.name and language not in ("", self.language):  # the same page in the other language
                return _anchor(f"{_up(sheet.name, 1)}{language}/{name}.html{fragment}", label)
            return _within(sheet.name, name, label, fragment)
        if bang and target.is_file():
            _copy(target, self.folder / os.path.dirname(sheet.name) / path)
            return f"![{label}]({path})"
        place = self._place(target)
        if not target.is_file() or place.startswith(".."):
            self.dead.append((sheet.file(self.language), address))
            return label
        return _anchor(f"{_up(sheet.name, 1)}files/{self.keep(place)}{fragment}", label)

    def _place(self, target):
        return os.path.relpath(target, self.repository.resolve())

    def _page(self, target, label):
        """Return name and language of the page that a link names; pages of the reference are made, not committed."""
        if target in self.known:
            return self.known[target]
        if page := self.reference.get((self._place(target), label)):
            return page, ""
        reference = self.root.resolve() / "reference"
        if target.is_relative_to(reference):
            place = target.relative_to(reference).with_suffix("").as_posix()
            return f"reference/{place.replace('README', 'index')}", ""
        return None


def _up(name, more):
    """Return the way from the page `name` up to its language's root, and `more` folders further."""
    return "../" * (name.count("/") + more)


def _within(page, other, label, fragment=""):
    """Return the link from a page to another one of the same language; those of the reference are no Markdown."""
    file = f"{other}.{'rst' if other.startswith('reference/') else 'md'}"
    return f"[{label}]({os.path.relpath(file, os.path.dirname(page) or '.')}{fragment})"


def _anchor(address, label):
    return f'<a href="{address}">{label}</a>'


def _copy(source, target):
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
