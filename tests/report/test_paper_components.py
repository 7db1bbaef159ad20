"""Which components of `custom` a paper's page names, and that it and their reference pages find each other."""

import pytest

from experiments import papers
from experiments.report.paper_components import ROOT, components
from experiments.report.provenance import used
from experiments.report.view import PaperView, Source
from experiments.site import component_pages
from experiments.site.public_names import groups
from tests.fakes import paper, record


def test_what_a_package_imports_is_found_with_its_file(tmp_path):
    (tmp_path / "nets.py").write_text(
        "import keras\nfrom custom import losses\nfrom custom.activations import PReLU, relu\n"
        "def late():\n    from custom.optimizers.adam import Adam\n"
    )
    assert [(c.package, c.name, c.file) for c in components(tmp_path)] == [
        ("custom.activations", "PReLU", "custom/activations/prelu.py"),
        ("custom.activations", "relu", "custom/activations/relu.py"),
        ("custom.optimizers.adam", "Adam", "custom/optimizers/adam.py"),
    ]


def test_what_a_shared_network_uses_counts_where_it_is_imported(tmp_path):
    (tmp_path / "nets.py").write_text("from experiments.networks import ensemble_weights\n")
    assert [c.name for c in components(tmp_path)] == ["HeNormal", "RandomizedAsymmetric"]
    (tmp_path / "nets.py").rename(tmp_path / "other.py")
    (tmp_path / "other.py").write_text("from experiments.networks.ensembles import EnsembleDense\n")
    assert components(tmp_path) == ()


def test_a_page_names_them_and_a_page_without_a_package_none():
    (real,) = papers.load(["xu2015_rrelu"])
    shown = PaperView(real, [Source("measured", ())], "pt")
    (line,) = used(shown)
    assert line.text.startswith("Componentes: [LeakyReLU](../../custom/activations/leaky_relu.py), [PReLU](")
    (line,) = used(PaperView(real, [Source("yours", ())]))
    assert line.text.startswith("Components: [LeakyReLU](../../../custom/")
    assert used(PaperView(paper(), [Source("measured", (record("a", 0),))])) == []


@pytest.mark.parametrize("name", papers.names())
def test_pages_and_reference_pages_lead_to_each_other(name):
    (one,) = papers.load([name])
    found, places = components(one.text.folder), component_pages.places(groups())
    assert found
    readers = component_pages.users([one], places)
    for component in found:
        assert (ROOT / component.file).is_file()
        assert readers[places[component.file, component.name]] == (one,)
