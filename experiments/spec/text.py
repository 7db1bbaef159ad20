"""The words of a paper, apart from its code: `text.en.toml` beside it, and those that all papers share."""

import dataclasses
import functools
import pathlib
import re
import string
import tomllib
from collections.abc import Mapping

from experiments.errors import DeclarationError, nearest

LANGUAGES = ("en", "pt")
SHARED = pathlib.Path(__file__).parent
# The tables of a catalogue, and what each row of theirs holds: one text, or texts by these names.
SECTIONS = {
    "labels": (),
    "experiments": (),
    "quantities": (),
    "protocol": ("topic", "paper", "ours"),
    "deviations": ("topic", "paper", "ours", "why"),
    "tables": ("source", "why"),
    "findings": ("source", "says"),
    "claims": ("source", "says", "why"),
    "figures": None,  # as each kind of figure asks
    "answers": (),
    # The suite's own words, which no paper has.
    "verdicts": (),
    "reasons": (),
    "phrases": (),
    "units": (),
    "settings": (),
    "values": None,  # by setting, its values in words
    "page": (),
    "counts_one": (),
    "counts_many": (),
    "captions": (),
}
# Parts that a row may have beside those of its section.
OPTIONAL = {"findings": ("looked", "note")}
# What stands between a number and "%".
BEFORE_PERCENT = {"en": " ", "pt": "\u202f"}
# Written numbers after which a unit stands in the singular: in Portuguese all below 2.
ONE = {"en": re.compile(r"-?1"), "pt": re.compile(r"-?[01](\.\d+)?")}
# What separates decimals and thousands, exchanged.
COMMA = str.maketrans(".,", ",.")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGE = re.compile(r"(?<![\d.,])\d{4,}(?=\.|$)")


@dataclasses.dataclass(frozen=True)
class Amount:
    """A value of a quantity that fills a blank: it is written as the language writes it, with its unit.

    Attributes:
        quantity: the `Quantity`.
        value: in the record's unit.
        difference: whether it is a difference of two values.
    """

    quantity: object
    value: float
    difference: bool = False


def grouped(written):
    """Return a written number with a comma after each thousand, or with its power of ten: 5,816; 9.4 × 10⁻¹⁷; 10⁶."""
    digits, _, exponent = written.partition("e")
    if not exponent:
        return LARGE.sub(lambda found: f"{int(found[0]):,}", written, count=1)
    power = f"10{str(int(exponent)).translate(RAISED)}"
    return {"1": power, "-1": f"-{power}"}.get(digits, f"{digits}\u00a0×\u00a0{power}")


class _Blanks(string.Formatter):
    """`str.format` in which numbers and amounts are written as a language writes them."""

    def __init__(self, text):
        self.text = text

    def format_field(self, value, format_spec):
        if isinstance(value, Amount):
            return self.text.amount(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.text.numeral(value, format_spec or ("g" if isinstance(value, float) else "d"))
        return super().format_field(value, format_spec)


def bracketed(low, high):
    """Return an interval in brackets: a semicolon stands between numbers that have a comma of their own."""
    return f"[{low}; {high}]" if "," in f"{low}{high}" else f"[{low}, {high}]"


def listed(names):
    """Join names so that each can be told from the next: semicolons where a name has a comma of its own."""
    names = list(names)
    if any("," in name for name in names):
        return "; ".join(names)
    return ", ".join(names)


@dataclasses.dataclass(frozen=True)
class Text:
    """A paper's words in one language.

    Attributes:
        words: the catalogue, `text.<language>.toml`, as nested mappings: `summary`, and the tables of `SECTIONS`.
        language: one of `LANGUAGES`.
        folder: where the catalogue lies; `None` for words that were not read from a file.
    """

    words: Mapping
    language: str = "en"
    folder: pathlib.Path | None = None

    @classmethod
    def load(cls, folder, language="en"):
        """Read `text.<language>.toml` of a paper's folder, and the words that it shares with others."""
        folder = pathlib.Path(folder)
        return cls(read_toml(folder / f"text.{language}.toml"), language, folder)

    @property
    def languages(self):
        """The languages that this catalogue is written in."""
        if self.folder is None:
            return (self.language,)
        return tuple(language for language in LANGUAGES if (self.folder / f"text.{language}.toml").is_file())

    def numeral(self, value, spec="g"):
        """Return a number as this language writes it: `format(value, spec)`, thousands apart, its own decimal mark."""
        written = grouped(format(value, spec))
        return written.translate(COMMA) if self.language == "pt" else written

    def number(self, quantity, value):
        """Return a value of a quantity as this language writes it, without its unit."""
        written = grouped(quantity.number(value))
        return written.translate(COMMA) if self.language == "pt" else written

    def amount(self, amount):
        """Return an `Amount` with its unit."""
        quantity, unit = amount.quantity, self.unit(amount.quantity, amount.difference)
        name = quantity.difference_unit if amount.difference else quantity.unit
        if ONE[self.language].fullmatch(quantity.number(amount.value)) and self.has("units_of_one", name):
            unit = self.row("units_of_one", name)
        return self.with_unit(self.number(quantity, amount.value), unit)

    def with_unit(self, written, unit):
        """Return a written number with its printed unit, or alone where that is ""."""
        space = BEFORE_PERCENT[self.language] if unit == "%" else " "
        return f"{written}{space}{unit}" if unit else written

    def unit(self, quantity, difference=False):
        """Return the printed unit of a quantity, or of a difference of two of its values."""
        unit = quantity.difference_unit if difference else quantity.unit
        return self.row("units", unit) if unit else ""

    def fill(self, words, /, *places, **blanks):
        """Fill the blanks of a text: numbers and `Amount`s are written as this language writes them."""
        return _Blanks(self).format(words, *places, **blanks)

    @property
    def summary(self):
        """The paper in a few sentences."""
        return self.words.get("summary", "")

    @property
    def labels(self):
        """Printed name of each variant."""
        return self.words.get("labels", {})

    def title(self, experiment):
        """Return an experiment's heading."""
        return self.row("experiments", experiment)

    def quantity(self, quantity):
        """Return a quantity's printed name."""
        return self.row("quantities", quantity.name)

    def inside(self, name):
        """Return a name as it stands inside a sentence: its first letter small, unless the word is all capitals."""
        first = name.split(" ", 1)[0]
        return name if any(letter.isupper() for letter in first[1:]) else name[:1].lower() + name[1:]

    def tuned(self, tuning):
        """Return in words the settings that a `Tuning` chooses."""
        return self.all_of([self.row("settings", name) for name in tuning.names])

    def chosen(self, value):
        """Return a value of a grid, of one setting or of several together."""
        mark = "; " if self.language == "pt" else ", "
        return mark.join(self.numeral(part) for part in (value if isinstance(value, tuple) else (value,)))

    def all_of(self, names):
        """Join names by commas, the last by "and"."""
        names = list(names)
        if len(names) < 2:
            return "".join(names)
        return self.phrase("and", first=listed(names[:-1]), last=names[-1])

    def either(self, names):
        """Join names by commas, the last by "or"."""
        *first, last = names
        return self.page("or", first=listed(first), last=last) if first else last

    def axis(self, quantity):
        """Return the label of an axis: name and unit."""
        return f"{self.quantity(quantity)} ({self.unit(quantity)})" if quantity.unit else self.quantity(quantity)

    def protocol(self, names):
        """Return rows `(topic, what the paper did, what runs)` of the protocols called `names`, in order."""
        rows = {}
        for name in names:
            rows |= self.row("protocol", name)
        return tuple((row["topic"], row["paper"], row["ours"]) for row in rows.values())

    def deviation(self, deviation):
        """Return `(topic, paper, here, why)` of a deviation."""
        row = self.row("deviations", deviation.name)
        return tuple(row[part] for part in SECTIONS["deviations"])

    def table(self, table):
        """Return the words of a published table: `source` and `why`."""
        return self.row("tables", table.name)

    def claim(self, claim):
        """Return the words of a claim, `source`, `says` and `why`, with its blanks filled in."""
        row = self.row("claims", claim.text)
        blanks = {name: self._named(variants) for name, variants in claim.named().items()}
        title, quantity = self.title(claim.experiment), self.inside(self.quantity(claim.quantity))
        blanks |= {"experiment": title, "quantity": quantity, **claim.words}
        return {part: self.fill(row.get(part, ""), **blanks) for part in SECTIONS["claims"]}

    def phrase(self, name, **blanks):
        """Return one of the suite's own phrases, its blanks filled in."""
        return self.fill(self.row("phrases", name), **blanks)

    def page(self, name, **blanks):
        """Return what pages say under this name, its blanks filled in."""
        return self.fill(self.row("page", name), **blanks)

    def caption(self, name, **blanks):
        """Return one of the words of figures, its blanks filled in."""
        return self.fill(self.row("captions", name), **blanks)

    def verdict(self, verdict):
        """Return the printed name of a verdict."""
        return self.row("verdicts", verdict)

    def reason(self, reason):
        """Return a `Reason` in words: what it calls `variant` or `variants` by their labels, of `presets` either."""
        written = {"variant": self._named, "variants": self._named, "presets": self.either}
        words = {name: written[name](word) if name in written else word for name, word in reason.words}
        found = self.fill(self.row("reasons", reason.key), **words)
        return self.phrase("of_variant", variant=self.labels[reason.about], words=found) if reason.about else found

    def value(self, setting, written):
        """Return the words of a setting's value, `None` where there are none: its own, its room's, those of all papers.

        Args:
            setting: its name.
            written: the value as a text: of a text itself, else as JSON.
        """
        found = (words.get("values", {}).get(setting, {}) for words in self._catalogues())
        return next((known[written] for known in found if written in known), None)

    def figure(self, figure):
        """Return the words of a figure, by the names that its kind asks for."""
        return self.row("figures", figure.text)

    def has(self, section, name):
        """Tell whether there is a row for `name`."""
        return any(name in words.get(section, {}) for words in self._catalogues())

    def _catalogues(self):
        """Return the catalogues in which a row is looked up: its own, that of its room, that of all papers."""
        room = _of_room(self.folder.parent, self.language) if self.folder else {}
        return self.words, room, _shared(self.language)

    def _named(self, variants):
        if isinstance(variants, str):
            return self.labels[variants]
        return self.all_of(self.labels[variant] for variant in variants)

    def row(self, section, name):
        """Return the row for `name`, or the one that all papers share.

        Raises:
            DeclarationError: there is none; the message has the nearest name.
        """
        for words in self._catalogues():
            if name in words.get(section, {}):
                return words[section][name]
        known = [known for words in self._catalogues() for known in words.get(section, {})]
        raise DeclarationError(f"text.{self.language}.toml has no [{section}] {name!r}. {nearest(name, known)}")


@functools.cache
def _of_room(folder, language):
    path = folder / f"text.{language}.toml"
    return read_toml(path) if path.is_file() else {}


@functools.cache
def _shared(language):
    return read_toml(SHARED / f"text.{language}.toml")


def read_toml(path):
    """Return what a TOML file holds.

    Raises:
        DeclarationError: it is no TOML; the message names the file.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{path}: {error}.") from error
