"""Which files are pages of the site, where their links lead, and what docstrings become."""

import gzip
import types

import pytest

from experiments.site import citation
from experiments.site.docstrings import prepared, undocumented
from experiments.site.formula import mathml
from experiments.site.sources import Tree, sheets, words
from experiments.spec.bibliography import Citation


@pytest.fixture
def reports(tmp_path):
    """A folder of pages, some in two languages, in a repository."""
    files = {
        "reports/README.md": "# All\n\n[A](a/README.md#x) [B](b/report.md) [here](README.pt.md)\n",
        "reports/README.pt.md": "# Tudo\n\n[A](a/README.pt.md) [B](b/report.md) [here](README.md)\n",
        "reports/a/README.md": "# A\n\n[up](../README.md) ![c](f/c.svg) [data](t.csv) [code](../../lib/x.py#L3)\n",
        "reports/a/README.pt.md": "# A em português\n",
        "reports/a/report.md": "# An older A\n",
        "reports/a/t.csv": "1",
        "reports/a/f/c.svg": "<svg/>",
        "reports/b/report.md": "# B\n\n[gone](../c/README.md) [w](https://x.org) [`f(x)`](#y)\n\n```\n[a](z.md)\n```\n",
        "reports/local/mine/README.md": "# Mine\n",
        "lib/x.py": "x = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "reports"


def tree(reports, language):
    found = sheets(reports, ("local",))
    out = reports.parent / "out"
    return Tree(reports, found, language, out / language, out / "files", reports.parent), {s.name: s for s in found}


def test_a_folders_page_is_its_readme_or_else_its_report(reports):
    found = {s.name: (s.english.name, s.portuguese and s.portuguese.name) for s in sheets(reports, ("local",))}
    assert found == {
        "index": ("README.md", "README.pt.md"),
        "a/index": ("README.md", "README.pt.md"),
        "b/index": ("report.md", None),
    }
    assert [s.name for s in sheets(reports / "local")] == ["mine/index"]


def test_links_lead_to_pages_of_the_same_language_and_to_the_twin_in_the_other(reports):
    english, found = tree(reports, "en")
    text = english.page(found["index"])
    assert "[A](a/index.md#x) [B](b/index.md)" in text and '<a href="../pt/index.html">here</a>' in text
    portuguese, _ = tree(reports, "pt")
    text = portuguese.page(found["index"])
    assert "[A](a/index.md) [B](b/index.md)" in text and '<a href="../en/index.html">here</a>' in text
    assert found["b/index"].is_foreign("pt") and not found["b/index"].is_foreign("en")


def test_a_line_of_links_leaves_the_other_language_to_the_switch(reports):
    page, twin = reports / "a/README.md", reports / "a/README.pt.md"
    page.write_text("# A\n\n[up](../README.md) · [Português](README.pt.md) · [data](t.csv)\n")
    twin.write_text("# A\n\n[English](README.md)\n\nSee [here](README.md).\n")
    english, found = tree(reports, "en")
    assert '[up](../index.md) · <a href="../../files/reports/a/t.csv">' in english.page(found["a/index"])
    portuguese, _ = tree(reports, "pt")
    text = portuguese.page(found["a/index"])
    assert "English" not in text and '<a href="../../en/a/index.html">here</a>' in text


def test_a_component_leads_to_its_reference_page(reports):
    page = reports / "a/README.md"
    page.write_text("# A\n\nComponents: [X](../../lib/x.py), [other](../../lib/x.py).\n")
    english, found = tree(reports, "en")
    english.reference = {("lib/x.py", "X"): "reference/lib/X"}
    text = english.page(found["a/index"])
    assert "[X](../reference/lib/X.rst)" in text and '<a href="../../files/lib/x.py">other</a>' in text


def test_files_are_copied_once_for_both_languages_and_pictures_beside_the_page(reports):
    english, found = tree(reports, "en")
    text = english.page(found["a/index"])
    assert "[up](../index.md) ![c](f/c.svg)" in text
    assert '<a href="../../files/reports/a/t.csv">data</a>' in text
    assert '<a href="../../files/lib/x.py#L3">code</a>' in text
    out = reports.parent / "out"
    assert (out / "files/lib/x.py").is_file() and (out / "en/a/f/c.svg").is_file()


def test_records_are_offered_packed(reports):
    content = b'{"key":"0"}\n' * 1000
    (reports / "a/results.jsonl").write_bytes(content)
    (reports / "a/README.md").write_text("# A\n\n[records](results.jsonl)\n")
    english, found = tree(reports, "en")
    assert '<a href="../../files/reports/a/results.jsonl.gz">records</a>' in english.page(found["a/index"])
    assert gzip.decompress((reports.parent / "out/files/reports/a/results.jsonl.gz").read_bytes()) == content


def test_a_link_to_nothing_is_said_and_code_stays(reports):
    english, found = tree(reports, "en")
    text = english.page(found["b/index"])
    assert "\ngone [w](https://x.org) [`f(x)`](#y)\n" in text and "\n[a](z.md)\n" in text
    assert [address for _, address in english.dead] == ["../c/README.md"]


def test_both_languages_have_the_same_words_to_say():
    english, portuguese = words("en"), words("pt")
    assert list(english) == list(portuguese)
    assert not [name for name in english if english[name] == portuguese[name] and len(english[name]) > 14]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("w <- w - eta g / (sqrt(n) + epsilon)", ["<mi>η</mi>", "<msqrt><mi>n</mi></msqrt>", "<mfrac>", "<mo>←</mo>"]),
        ("(1 - y) d^2 / 2", ["<mfrac><mrow><mrow><mo>(</mo><mn>1</mn>", "</mrow><mrow><mn>2</mn></mrow></mfrac>"]),
        ("x / a b", ["<mfrac><mrow><mi>x</mi></mrow><mrow><mi>a</mi></mrow></mfrac><mspace", "<mi>b</mi>"]),
        ("s_i = exp(z_i) / sum_j exp(z_j)", ["<mo>∑</mo>", "<mi>exp</mi><mrow><mo>(</mo><msub>"]),
        ("max(|a|, |n|)", ["<mo>|</mo><mi>a</mi><mo>|</mo>"]),
        ("v_hat / b1^t", ["<mover><mi>v</mi><mo>^</mo></mover>", "<msub><mi>b</mi><mn>1</mn></msub>"]),
    ],
)
def test_a_formula_is_mathematics(text, parts):
    made = mathml(text)
    for part in parts:
        assert part in made, made
    assert f'alttext="{text.replace("<", "&lt;")}"' in made


@pytest.mark.parametrize(
    "text", ["seed", "rbm(x)", 'form="slope"', "learning_rate x weight_decay x w", "a + (b", "optimizer.apply(x) + 1"]
)
def test_what_is_no_formula_stays_code(text):
    assert mathml(text) is None


def test_sections_become_headings_and_names_stay_code():
    lines = """Leaky thing_ with a*b.

Formula, at step t: `x / a` for
x > 0.

Args:
    slope: s, see arXiv:1505.00853.
    **kwargs: the rest, `l2`.

Differences from Keras: none.

Example:

>>> f(*x)
""".splitlines()
    prepared(lines, "pt")
    text = "\n".join(lines)
    assert "Leaky thing\\_ with a\\*b." in text
    assert ".. rubric:: Fórmula\n\nAt step t: :formula:`x / a` for\nx > 0." in text
    assert "    slope: s, see `arXiv:1505.00853 <https://arxiv.org/abs/1505.00853>`__." in text
    assert "    **kwargs: the rest, ``l2``." in text and ">>> f(*x)" in text
    assert ".. rubric:: Diferenças em relação a Keras\n\nNone." in text and ".. rubric:: Exemplo" in text


def test_an_argument_that_is_not_described_is_named():
    plain = types.SimpleNamespace(kind=0, VAR_POSITIONAL=2, VAR_KEYWORD=4)
    known = {"a": plain, "b": plain, "name": plain}
    assert undocumented([":param a: one.", ":type a: int"], known) == ["b"]


def test_a_paper_is_cited_by_its_authors():
    cited = Citation("Adam", "Kingma, D. P., and Ba, J.", "ICLR", 2015, "https://arxiv.org/abs/1", "6")
    assert citation.short(cited) == "Kingma and Ba (2015)" and citation.short(cited, "pt") == "Kingma e Ba (2015)"
    assert "author       = {Kingma, D. P. and Ba, J.}" in citation.bibtex("kingma2015", cited)
