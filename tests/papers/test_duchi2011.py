"""Online learning on digits and texts: features, rows, the forms of the data, published tables, grids, figures."""

import dataclasses
import itertools
import types

import numpy as np
import pytest
from scipy import sparse

from experiments import data
from experiments.data.catalogue import CATALOGUE
from experiments.papers.duchi2011_adagrad import LADDER, PAPER, TUNED, algorithm, learning, published
from experiments.papers.duchi2011_adagrad import data as texts
from experiments.spec import Request
from experiments.spec.run import tuning_runs
from tests.papers.jobs import job, trained

MNIST, TEXT = PAPER.experiment("mnist"), PAPER.experiment("text")


def bags(rows=9, words=7, seed=0):
    """Return bags with weights, the last word in one of them and one of them empty, and labels of four categories."""
    draw = np.random.default_rng(seed)
    dense = draw.uniform(size=(rows, words)) * (draw.uniform(size=(rows, words)) < 0.4)
    dense[0], dense[1, -1] = 0, 1
    return sparse.csr_matrix(dense), draw.integers(0, 2, (rows, 4)).astype("uint8")


def test_the_gaussian_kernel():
    x, s = np.random.default_rng(0).uniform(size=(2, 3, 5)).astype("float32")
    expected = np.exp(-((x[:, None] - s[None]) ** 2).sum(2) / (2 * 0.7**2))
    np.testing.assert_allclose(learning.gaussian(x, s, 0.7), expected, rtol=1e-5)
    np.testing.assert_allclose(np.diag(learning.gaussian(x, x, 0.7)), 1, rtol=1e-5)


def test_numbers_of_words_stand_for_their_bags():
    train, test = bags(), bags(5, seed=1)
    x_train, y_train, x_test, y_test = texts.arrays(train, test)
    assert x_train.dtype == "uint16" and x_train.shape[1] == x_test.shape[1] and (y_train == train[1]).all()
    found = texts.bags("word numbers", x_train, x_test)
    for matrix, (expected, _) in zip(found, (train, test), strict=True):
        assert (matrix.toarray() == (expected.toarray() > 0)).all()
    (plain,) = texts.bags("words", (train[0].toarray() > 0).astype("uint8"))
    assert (plain != found[0]).nnz == 0 and plain.dtype == "float64"


@pytest.fixture
def reuters(monkeypatch):
    """Let scikit-learn have an RCV1 of a few texts; the names of its categories come in another order."""
    names = ["C11", *reversed(texts.CATEGORIES)]

    def fetch(subset, download_if_missing):
        matrix, labels = bags(40 if subset == "train" else 24, 30, seed=len(subset))
        target = np.concatenate([np.zeros((len(labels), 1), "uint8"), labels[:, ::-1]], 1)
        return types.SimpleNamespace(data=matrix, target=sparse.csr_matrix(target), target_names=names)

    monkeypatch.setattr("sklearn.datasets.fetch_rcv1", fetch)
    monkeypatch.setattr(texts, "kept", lambda: True)
    monkeypatch.setitem(CATALOGUE, "rcv1", dataclasses.replace(CATALOGUE["rcv1"], here=lambda: True))


def test_reuters_has_four_categories_each_learned_by_itself(reuters):
    found = data.load("rcv1")
    assert found.y_train.shape == (40, 4) and (found.y_train == bags(40, 30, seed=5)[1]).all()
    last = trained(PAPER, "rcv1", "adagrad_rda", "paper", epochs=2, learning_rate=0.1)[-1]
    assert last["seen"] == 48  # a quarter of 64 is held out
    for column, short in (("test_error", "error"), ("nonzero", "nonzero")):
        each = [last[f"{category.lower()}_{short}"] for category in texts.CATEGORIES]
        assert last[column] == pytest.approx(np.mean(each))


def test_reuters_that_is_not_here_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    assert not data.describe("rcv1")["present"]
    with pytest.raises(Exception, match="656 MB.*fetch_rcv1"):
        data.load("rcv1")


@pytest.mark.parametrize("variant", MNIST.variants)
def test_digits_are_learned(variant):
    found = trained(PAPER, "mnist", variant, epochs=2, learning_rate=1.0)
    assert [row["seen"] for row in found] == [150, 300] and found[0]["mistakes"] <= found[1]["mistakes"]
    last = found[-1]
    assert last["online_error"] == last["mistakes"] / 300 and last["test_error"] < 0.6
    assert "test_error" not in found[0] and 0 < last["nonzero"] <= 1


@pytest.mark.parametrize("variant", TEXT.variants)
def test_texts_are_learned(variant):
    found = trained(PAPER, "text", variant, epochs=2, learning_rate=0.3)
    assert [row["seen"] for row in found] == [375, 750]
    assert found[-1]["test_error"] < 0.55 and (found[-1]["nonzero"] < 1) == (variant not in ("pa", "arow"))


def test_two_passes_see_every_text_twice_and_variants_share_their_order():
    asked = {v: job(PAPER, "text", v, passes=2, epochs=2, learning_rate=0.03) for v in ("pa", "rda")}
    rows = {v: list(one.experiment.train(one).rows) for v, one in asked.items()}
    assert rows["pa"][-1]["seen"] == 1500 and rows["pa"][0]["seen"] == 750
    again = trained(PAPER, "text", "pa", passes=2, epochs=2, learning_rate=0.03)
    assert again[-1]["mistakes"] == rows["pa"][-1]["mistakes"]


def test_a_larger_lambda_keeps_fewer_support_images():
    shares = [trained(PAPER, "mnist", "rda", learning_rate=3.0, strength=s)[-1]["nonzero"] for s in (0.0, 0.05)]
    assert shares[0] == 1.0 and shares[1] < 1.0


def test_every_variant_has_as_many_rates_to_choose_from():
    assert all(later / earlier == pytest.approx(3.2, abs=0.21) for earlier, later in itertools.pairwise(LADDER))
    for experiment in PAPER.experiments:
        for preset in set(TUNED) & set(experiment.presets):
            request = Request((PAPER,), preset)
            counts = {len(tuning_runs(PAPER, experiment, v, request)) for v in experiment.variants}
            assert counts == {9 if experiment.name == "rcv1" else 7}, experiment.name
    assert algorithm("adagrad_rda_0.001") == "adagrad_rda" and algorithm("rda_3e-05") == "rda"


def test_published_numbers_say_what_the_findings_say():
    digits = published.DIGITS.rows
    for word in ("0.0005", "0.001"):  # sparser and more accurate
        assert all(a < b for a, b in zip(digits[f"adagrad_rda_{word}"], digits[f"rda_{word}"], strict=True))
    assert published.mean_gap("adagrad_rda", "rda", "error") == pytest.approx(0.0065)
    assert published.mean_gap("arow", "adagrad_fb", "error") == pytest.approx(-0.0055)
    assert published.mean_gap("adagrad_rda", "adagrad_fb", "nonzero") > 0.1
    assert all(not claim.stated for claim in PAPER.claims)
    assert all(not cell.stated for table in PAPER.tables for cell in table.claims)
    assert [table.exploratory for table in PAPER.tables] == [False, True, True]
