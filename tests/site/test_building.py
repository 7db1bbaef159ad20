"""The whole way from a folder of pages to the site, with a small library."""

import re

import pytest

from experiments.errors import UsageError
from experiments.site import building
from experiments.site.public_names import Undocumented
from tests.site.test_components import FAKE, library  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning:myst_parser.*")]
NAVIGATION = "# Reports\n\n[A](a/README.md)\n"


@pytest.fixture
def place(tmp_path, library, monkeypatch):  # noqa: F811
    """A repository of its own, with pages of which one is in two languages."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "README.md": NAVIGATION,
        "README.pt.md": "# Relatórios\n\n[A](a/README.md)\n",
        "a/README.md": '# A\n\n## Found\n\n<a id="f"></a>\n\nIt holds. [Here](#f)\n\n## More\n\n[up](../README.md)\n\n'
        "[Cube](../../fakelib/activations/cube.py)\n",
        "b/README.md": "# B\n\n## One\n",
        "b/README.pt.md": "# B\n\n## Um\n",
    }.items():
        path = tmp_path / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def built(place):
    first, complaints = building.build([], place / "reports", place / "build" / "site", library="fakelib")
    assert complaints == []
    return first.parent.parent


def test_both_languages_are_built_with_a_reference(place):
    site = built(place)
    assert {p.name for p in site.iterdir()} == {"en", "pt", "files", "index.html", ".nojekyll"}
    english, portuguese = ((site / name / "a/index.html").read_text() for name in ("en", "pt"))
    assert '<html class="no-js" lang="pt-BR"' in portuguese and '<div lang="en">' in portuguese
    assert 'href="../../pt/a/index.html"' in english and 'href="../../en/a/index.html"' in portuguese
    assert 'id="f"' in english and 'href="#f"' in english and 'href="../index.html"' in english
    assert "Ir para o conteúdo" in portuguese and "Skip to content" not in portuguese
    assert 'href="../reference/activations/Cube.html"' in english
    cube = (site / "en/reference/activations/Cube.html").read_text()
    for needed in ("Differences from Keras", "Three x squared.", "Cube.svg", "half"):
        assert needed in cube
    assert (site / "files/fakelib/activations/cube.py").is_file()
    assert "Diferenças em relação a Keras" in (site / "pt/reference/activations/Cube.html").read_text()


def test_a_section_has_the_same_anchor_in_both_languages(place):
    text = (built(place) / "pt/b/index.html").read_text()
    assert '<section id="one">' in text and '<span id="um"></span>' in text


def test_nothing_of_the_web_is_fetched(place):
    for path in built(place).rglob("*.html"):
        text = path.read_text()
        assert not re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(?:https?:)?//', text), path


def test_a_public_name_without_documentation_fails_the_build(place, library):  # noqa: F811
    library(**{"activations/cube": FAKE["activations/cube"].replace('"""A helper, x / 2."""', "pass")})
    with pytest.raises(Undocumented, match="half: no docstring"):
        built(place)


def test_an_argument_without_documentation_fails_the_build(place, library):  # noqa: F811
    made = "def __init__(self, a=1, **kwargs):\n        super().__init__(**kwargs)\n\n    def call("
    text = FAKE["activations/cube"].replace("def call(", made)
    library(**{"activations/cube": text})
    with pytest.raises(Undocumented, match="Cube: its Args lack a"):
        built(place)


def test_no_pages_are_a_wrong_use(place):
    with pytest.raises(UsageError, match="has no page yet. Run: python -m experiments report"):
        building.build([], place / "reports", place / "build" / "local", own=True, library="fakelib")
