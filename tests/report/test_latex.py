"""Tables in LaTeX fit the line of an A4 page, whatever stands in them, and a real LaTeX takes them."""

import re
import shutil
import subprocess

import pytest

from experiments import papers
from experiments.report.blocks import Grid
from experiments.report.latex import DECIMALS, LINE, latex, write
from experiments.report.page import paper_page
from experiments.report.render import plain
from experiments.report.view import PaperView, Source
from experiments.runs import published
from tests.fakes import paper, record

NEEDED = ("article.cls", "booktabs.sty", "longtable.sty", "array.sty")


def installed():
    """Tell whether there is a LaTeX with the packages that the tables need."""
    if not shutil.which("pdflatex") or not shutil.which("kpsewhich"):
        return False
    answer = subprocess.run(["kpsewhich", *NEEDED], capture_output=True, text=True)
    return len(answer.stdout.split()) == len(NEEDED)


compiled = pytest.mark.skipif(not installed(), reason="no LaTeX here: apt-get install texlive-latex-recommended")


def overfull(folder):
    """Compile `all.tex`; return by how many points its lines are too wide, those below 1 left out."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)
    log = (folder / "all.log").read_text(errors="replace")
    assert answer.returncode == 0, log[-3000:]
    assert (folder / "all.pdf").stat().st_size > 1000
    widths = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    return [width for width in widths if width >= 1]


WORDS = "seven short words that may be folded"
GRIDS = {
    "ascii": Grid(("A",), tuple((f"x{chr(n)}y{chr(n)}{chr(n)}",) for n in range(32, 127)), "Every character"),
    "latin": Grid(("A",), tuple((" ".join(map(chr, range(n, n + 16))),) for n in range(0xA0, 0x180, 16)), "É ü ñ"),
    "others": Grid(("A",), (("αβΩ ≤ ≥ ∞ √2 → …",), ("\x00\x1b 漢字 🙂 \u202e\ud83d",), ("a\nb\r\nc",)), "Others"),
    "options": Grid(("[a]", "*b"), (("[2pt]", "x"), ("*", "[y]"), ("[0.1, 0.2]", "")), "[c] first"),
    "inline": Grid(("A",), (("`a_b=0.5` of [this](https://a.b/c_d%20e) and [that](x/report.{page})",),), "See `x`"),
    "long_word": Grid(("Hash", "B"), (("f" * 300, "x"), (f"`{'a1' * 200}`", WORDS)), "Long"),
    "many": Grid(tuple(f"Column {n}" for n in range(16)), tuple(("12345.6789",) * 16 for _ in range(3)), "Many"),
    "wide": Grid(("No.", "A", "B", "Reason"), ((1, 40 * WORDS, WORDS, "why"),) * 3, 5 * WORDS, numeric=(0,)),
    "tall": Grid(("No.", "A"), tuple((n, WORDS) for n in range(200)), "Tall", numeric=(0,)),
    "empty": Grid(("A", "B"), (), "Empty"),
    "blank": Grid(("", ""), (("", ""), ("", "")), ""),
}


@compiled
@pytest.mark.parametrize("decimal", DECIMALS)
def test_whatever_stands_in_a_table_compiles_and_fits_the_line(tmp_path, decimal):
    grids = [Grid(g.header, g.rows, g.caption, name, g.numeric) for name, g in GRIDS.items()]
    assert write([("fake2000_test", "A title & 100 % of_it", grids)], tmp_path, decimal) == len(GRIDS)
    assert overfull(tmp_path) == []


@compiled
def test_a_line_that_is_too_wide_would_be_found(tmp_path):
    write([("fake", "Title", [Grid(("A",), (("a",),), "C", "a")])], tmp_path)
    table = tmp_path / "fake" / "a.tex"
    table.write_text(table.read_text().replace(r"p{\dimexpr 1.0", r"p{\dimexpr 1.1"))
    assert overfull(tmp_path)


@compiled
@pytest.mark.slow
def test_all_tables_of_the_published_pages_fit_the_line(tmp_path):
    tables = []
    for each in papers.load():
        page = paper_page(PaperView(each, [Source("measured", tuple(published.read(each)))]))
        tables.append((each.key, page.title, [grid for grid in page.every(Grid) if grid.name]))
    assert write(tables, tmp_path, "comma") > 50
    assert overfull(tmp_path) == []


def shares(text):
    """Return the shares of the line that the columns have."""
    return [float(share) for share in re.findall(r"p\{\\dimexpr ([\d.]+)\\linewidth", text)]


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_the_widths_add_up_to_the_line(grid):
    widths = shares(latex(grid))
    columns = len(grid.header) - grid.header.count("Reason")
    assert len(widths) == columns and 1 - 1e-5 * columns <= sum(widths) <= 1 and min(widths) > 0


def test_a_column_is_as_wide_as_what_stands_in_it_asks_for():
    text = latex(Grid(("A", "B", "C"), (("1", WORDS, 10 * WORDS),), "Caption"))
    a, b, c = shares(text)
    assert a < b < c and 10 < a * LINE < 30


def test_a_table_has_its_caption_a_label_with_the_papers_key_and_no_reasons():
    grid = Grid(("A_b", "Reason", "C"), (("x & y", "because", "<50 %"),), "A ± caption", "t_1", (2,))
    text = latex(grid, "xu2015_rrelu")
    assert r"\caption{A $\pm$ caption}\label{tab:xu2015_rrelu:t_1}" in text
    assert r"A\_\allowbreak{}b & C \\" in text and r"x \& y & \textless{}50~\% \\" in text
    assert "eason" not in text and "because" not in text
    flush = re.findall(r">\{\\(raggedleft|raggedright)", text)
    assert flush == ["raggedright", "raggedleft"]


def test_a_long_table_breaks_over_pages_and_repeats_its_header():
    short, tall = latex(Grid(("A",), (("x",),) * 20, "C")), latex(GRIDS["tall"])
    assert r"\begin{table}" in short and "longtable" not in short
    assert r"\begin{longtable}" in tall and tall.count(r"No. & A \\") == 2 and r"\endhead" in tall


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("0.32 %", r"0,32~\%"),
        ("1,234,567", "1.234.567"),
        ("10,000.5 nats", "10.000,5 nats"),
        ("-1.25 points [-2.0, -0.5], n = 5", "$-$1,25 points [$-$2,0; $-$0,5], n~=~5"),
        ("1.5e-05", "1,5e$-$05"),
        ("1.17× [1.06, 1.30]", r"1,17$\times$ [1,06; 1,30]"),
        ("U(3, 8), a = 5.5.", "U(3; 8), a = 5,5."),
        ("keras 3.15.1, torch 2.13.0+cpu", "keras 3.15.1, torch 2.13.0+cpu"),
        ("Python 3.11, jax", "Python 3.11, jax"),
        ("section 3.1 has 0.5 %", r"section 3.1 has 0,5~\%"),
        ("book 8.5 and 8.6", "book 8.5 and 8.6"),
        ("`momentum=0.9`", r"\texttt{momentum=}\allowbreak{}\texttt{0.}\allowbreak{}\texttt{9}"),
        ("half_width0.25", r"half\_\allowbreak{}width0.25"),
    ],
)
def test_a_decimal_comma(written, printed):
    text = latex(Grid(("A",), ((written,),), "C"), decimal="comma")
    # Places in which a line may end are shown where the case is about them.
    plain = text if "allowbreak" in printed else text.replace(r"\allowbreak{}", "").replace("-{}", "-")
    assert f"{printed} \\\\" in plain


def test_numbers_stay_as_they_are_where_no_comma_is_asked_for():
    text = latex(Grid(("A",), (("1,234.5 [0.1, 0.2]",),), "C"))
    assert "1,234.5 [0.1, 0.2]" in text


def test_the_same_grid_gives_the_same_text(tmp_path):
    view = PaperView(paper(), [Source("measured", tuple(record(v, s) for v in "ab" for s in range(3)))])
    grids = [grid for grid in paper_page(view).every(Grid) if grid.name]
    for name in ("a", "b"):
        write([("fake2000_test", "Title", grids)], tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.tex"))
    assert len(files) == len(grids) + 1
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
        assert file.name == "all.tex" or rf"\input{{{file.with_suffix('')}}}" in (tmp_path / "a/all.tex").read_text()


@pytest.mark.parametrize("text", ["`a`", "[x](https://example.org)", "*a* _b_ ~c~", "a``b"])
def test_a_text_of_a_record_is_printed_as_it_is(text):
    """What the page escapes for Markdown has no backslash in print, and none of it is code or a link."""
    made = latex(Grid(("A",), ((plain(text),),), "Caption", "name"), "paper")
    cell = made[made.index(r"\midrule") :]
    assert r"\textbackslash" not in cell and r"\texttt" not in cell
    assert all(letter in cell for letter in text if letter.isalpha())
