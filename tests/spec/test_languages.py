"""Every catalogue says in Portuguese what it says in English: the same keys, blanks, code, links and numbers."""

import collections
import pathlib
import re
import string
import tomllib

import pytest

from experiments import book, papers
from experiments.claims import TEST_ERROR
from experiments.claims.statistics import mean_interval
from experiments.errors import DeclarationError
from experiments.spec import Citation, Text
from experiments.spec.text import BEFORE_PERCENT, COMMA, LANGUAGES, SHARED, Amount

ROOMS = {papers: papers.names(), book: book.names()}
NAMES = [name for names in ROOMS.values() for name in names]
FOLDERS = {"shared": SHARED, "benchmarks": SHARED.parent / "benchmarks", "book": pathlib.Path(book.__file__).parent}
FOLDERS |= {name: pathlib.Path(room.__file__).parent / name for room, names in ROOMS.items() for name in names}
# What both languages write alike: names of optimizers, functions, data sets and networks, numbers with their code.
ALIKE = {
    "10⁻¹²",
    "1 CNN",
    "20 (quick: 10)",
    "5 CNNs",
    "AMSGrad",
    "AROW",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "AdaGrad-FB",
    "AdaGrad-RDA",
    "AdaMax",
    "Adam",
    "AdamW",
    "Betas",
    "CIFAR-10",
    "CIFAR-100",
    "Dropout",
    "ELU",
    "FB",
    "He normal",
    "Leaky ReLU, a = 100",
    "Lion",
    "MNIST",
    "MNIST; IMDB",
    "NReLU",
    "Nadam",
    "Nesterov",
    "Newton",
    "PA",
    "PReLU",
    "RAdam",
    "RDA",
    "RMSProp",
    "RReLU, U(3, 8)",
    "ReLU",
    "SELU",
    "SGD",
    "SGDW",
    "Shake-shake",
    "SiLU",
    "Wilson-Cowan",
    "Yogi",
    "beta_2",
    "float32",
    "hard sigmoid",
    "hard tanh",
    "leaky ReLU (1/100)",
    "nats",
    "softplus",
    "softsign",
    "tanh",
}
REPORTS = pathlib.Path(__file__).resolve().parents[2] / "reports"
STYLE = re.compile(r"<style.*?</style>", re.S)
FENCED = re.compile(r"^```.*?^```", re.M | re.S)
CODE = re.compile(r"`[^`]*`")
TARGET = re.compile(r"\]\([^)]*\)")
BLANK = re.compile(r"\{[^{}]*\}")
LINK = re.compile(r"https?://\S+|arXiv:\S+|\b[Vv](?:ersion|ersão) \d[\d.]*")
# Places in a text, which keep their points in every language.
PLACE = re.compile(r"\b(?:[Ss]ection|[Ss]eção|[Ll]emma|[Ll]ema|[Cc]hapter|[Cc]apítulo) \d+(?:\.\d+)*")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WORD = re.compile(r"[^\W\d_]{2,}")  # one letter is a symbol
ESTIMATE = mean_interval([0.1, 0.12, 0.15])
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


def catalogue(name, language):
    """Return the texts of a catalogue by their path."""
    path = FOLDERS[name] / f"text.{language}.toml"
    assert path.is_file(), f"{path} is not there."
    return dict(texts(tomllib.loads(path.read_text(encoding="utf-8"))))


def texts(words, path=()):
    for name, value in words.items():
        if isinstance(value, str):
            yield (*path, name), value
        else:
            yield from texts(value, (*path, name))


def blanks(text):
    """Return the blanks of a text, each with its form."""
    return sorted(f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None)


def prose(text):
    """Return a text without its code, blanks, links and versions."""
    for other in (CODE, TARGET, BLANK, LINK):
        text = other.sub(" ", text)
    return text


def numerals(text, language):
    """Return how often each number occurs, as Portuguese writes it, and each place in a text."""
    text = prose(text)
    places = [place.split()[1] for place in PLACE.findall(text)]
    numbers = NUMBER.findall(PLACE.sub(" ", text))
    return collections.Counter(places + [n.translate(COMMA) if language == "en" else n for n in numbers])


def point(text):
    """Return the numbers of a text that have a decimal point."""
    numbers = NUMBER.findall(PLACE.sub(" ", prose(text)))
    return [number for number in numbers if "." in number and not THOUSANDS.fullmatch(number.split(",")[0])]


def loose(text):
    """Return the percent signs that do not follow their number, or its blank, as Portuguese has them."""
    return re.findall(r"[\d}\]]\s*%", text.replace(f"{BEFORE_PERCENT['pt']}%", ""))


@pytest.fixture(params=FOLDERS)
def pairs(request):
    """Return the English and the Portuguese text of each path of a catalogue; both have the same paths."""
    english, portuguese = (catalogue(request.param, language) for language in LANGUAGES)
    assert sorted(english) == sorted(portuguese), sorted(set(english) ^ set(portuguese))
    return {path: (words, portuguese[path]) for path, words in english.items()}


def test_blanks_code_and_targets_are_the_same(pairs):
    for path, (english, portuguese) in pairs.items():
        assert blanks(english) == blanks(portuguese), path
        for kind in (CODE, TARGET):
            there = portuguese.replace(".pt.md", ".md")  # each language links to its own pages
            assert sorted(kind.findall(english)) == sorted(kind.findall(there)), path


def test_numbers_are_the_same(pairs):
    for path, (english, portuguese) in pairs.items():
        assert numerals(english, "en") == numerals(portuguese, "pt"), (path, english, portuguese)


def test_every_text_is_translated(pairs):
    for path, (english, portuguese) in pairs.items():
        words = WORD.findall(prose(english))
        assert portuguese.strip() and (english != portuguese or not words or english in ALIKE), (path, english)


def test_what_is_alike_occurs():
    found = set()
    for name in FOLDERS:
        english, portuguese = (catalogue(name, language) for language in LANGUAGES)
        found |= {words for path, words in english.items() if portuguese.get(path) == words}
    assert sorted(ALIKE - found) == []


def test_portuguese_is_set_as_portuguese(pairs):
    for path, (_, text) in pairs.items():
        assert point(text) == [], (path, text)
        assert not loose(text), f"{path}: a thin space before %, {text!r}"
        assert '"' not in text and "  " not in text, (path, text)


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_speaks_portuguese(name):
    (paper,) = (papers if name in papers.names() else book).load([name])
    spoken = paper.speaking("pt")  # which checks itself
    assert spoken.text.language == "pt" and spoken.text.languages == LANGUAGES
    assert spoken.text.summary == catalogue(name, "pt")["summary",]
    assert spoken.experiments == paper.experiments and spoken.speaking("en").text == paper.text
    assert spoken.citation.title == paper.citation.title


@pytest.mark.parametrize("name", NAMES)
def test_claims_write_their_numbers_in_portuguese(name):
    (paper,) = (papers if name in papers.names() else book).load([name])
    text = paper.speaking("pt").text
    for claim in (*paper.claims, *(claim for table in paper.tables for claim in table.claims)):
        said = f"{claim.statement(text)} {claim.published(text)} {claim.shown(ESTIMATE, text)}"
        assert point(said) == [] and "Amount(" not in said and "points" not in said, said


def test_every_chapter_is_in_both_languages():
    for name in NAMES:
        english, portuguese = (Citation.load(FOLDERS[name], language).chapter for language in LANGUAGES)
        assert NUMBER.findall(english) == NUMBER.findall(portuguese), name
        assert english != portuguese or re.fullmatch(r"[\d.A-Z]+", english), f"{name}: {english!r} has words"


def test_a_chapter_that_lacks_a_language_is_refused(tmp_path):
    lines = [f'{name} = "x"' for name in ("title", "authors", "venue", "link")]
    (tmp_path / "citation.toml").write_text("\n".join([*lines, "year = 2000", 'chapter = { en = "7 and 8" }']))
    assert Citation.load(tmp_path).chapter == "7 and 8"
    with pytest.raises(DeclarationError, match="`chapter` has en. Expected 'pt' too"):
        Citation.load(tmp_path, "pt")


def test_numbers_have_a_decimal_comma_in_portuguese():
    english, portuguese = Text({}), Text({}, "pt")
    assert (english.numeral(1234.5, ",.2f"), portuguese.numeral(1234.5, ",.2f")) == ("1,234.50", "1.234,50")
    assert portuguese.numeral(0.9) == "0,9" and portuguese.numeral(128) == "128"
    assert (english.numeral(5816), portuguese.numeral(-5816.25, ".1f")) == ("5,816", "-5.816,2")
    assert english.numeral(0.12345) == "0.12345" and english.numeral(12345678.0) == "1.23457\u00a0×\u00a010⁷"
    assert (english.numeral(9.4e-17), portuguese.numeral(9.4e-17)) == ("9.4\u00a0×\u00a010⁻¹⁷", "9,4\u00a0×\u00a010⁻¹⁷")
    assert (english.numeral(1e-6), english.numeral(-1e6)) == ("10⁻⁶", "-10⁶")
    assert english.fill("{a} of {b}, {c}", a=10_000, b=999.5, c="2015") == "10,000 of 999.5, 2015"
    assert (english.number(TEST_ERROR, 0.1245), portuguese.number(TEST_ERROR, 0.1245)) == ("12.45", "12,45")


def test_a_percent_sign_keeps_its_distance_in_both_languages():
    english, portuguese = Text({}), Text({}, "pt")
    amount = Amount(TEST_ERROR, 0.1245)
    assert (english.amount(amount), portuguese.amount(amount)) == ("12.45 %", "12,45\u202f%")
    assert portuguese.with_unit("3", "épocas") == "3 épocas" and portuguese.with_unit("3", "") == "3"


def test_a_unit_is_in_the_singular_after_one_and_in_portuguese_after_all_below_two():
    english, portuguese = Text({}), Text({}, "pt")
    for value, one, other in (
        (0.0058, "0.58 points", "0,58 ponto percentual"),
        (-0.01999, "-2.00 points", "-2,00 pontos percentuais"),
        (-0.0199, "-1.99 points", "-1,99 ponto percentual"),
        (0.11, "11.00 points", "11,00 pontos percentuais"),
    ):
        amount = Amount(TEST_ERROR, value, True)
        assert (english.amount(amount), portuguese.amount(amount)) == (one, other)


@pytest.mark.parametrize("path", sorted(REPORTS.rglob("*.pt.*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_published_pages_and_figures_are_set_as_portuguese(path):
    text = FENCED.sub(" ", path.read_text(encoding="utf-8"))
    words = " ".join(re.findall(r">([^<]*)<", STYLE.sub("", text))) if path.suffix == ".svg" else text
    assert not loose(CODE.sub(" ", words))
