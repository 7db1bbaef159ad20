"""From texts to bags of words, on a few of them."""

import dataclasses
import sys
import types

import numpy as np

from experiments.data import catalogue, texts
from experiments.data.generated import reviews

TRAIN = [b"It's GOOD, good<br /><br />good!", b"A bad film; it's a film.", "Café 'bad' 10/10".encode()]
TEST = [b"good good unheard-of FILM"]


def test_words_are_runs_of_letters_and_digits_with_inner_apostrophes():
    assert texts.words(TRAIN[0].decode()) == ["it's", "good", "good", "good"]
    assert texts.words(TRAIN[2].decode()) == ["café", "bad", "10", "10"]
    assert texts.words("rock'n'roll a_b <b>") == ["rock'n'roll", "a", "b", "b"] and texts.words(" <br/> ") == []


def test_the_vocabulary_counts_occurrences_and_breaks_ties_by_the_alphabet():
    decoded = [text.decode() for text in TRAIN]
    # good 3; 10, a, bad, film, it's 2 each; café 1
    assert texts.vocabulary(decoded, 4) == ["good", "10", "a", "bad"]
    assert texts.vocabulary(decoded, 100) == ["good", "10", "a", "bad", "film", "it's", "café"]


def test_a_bag_says_which_words_occur_not_how_often():
    found = texts.bags(["b a a", "", "c"], ["a", "b"])
    assert found.tolist() == [[1, 1], [0, 0], [0, 0]] and found.dtype == "uint8"


def test_the_catalogue_makes_bags_by_the_training_sets_vocabulary_and_keeps_them(tmp_path, monkeypatch):
    calls = []

    def load(name, split, **options):
        calls.append((name, split))
        return [(TRAIN, np.array([1, 0, 1])), (TEST, np.array([1]))]

    double = types.SimpleNamespace(load=load, as_numpy=lambda columns: columns)
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", double)
    monkeypatch.setenv("EXPERIMENTS_DATA", str(tmp_path))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    (tmp_path / "tfds/imdb_reviews/plain_text/1.0.0").mkdir(parents=True)
    (tmp_path / "tfds/imdb_reviews/plain_text/1.0.0/dataset_info.json").write_text("{}")
    entry = catalogue.CATALOGUE["imdb_bow"]
    form = dataclasses.replace(entry.form, shape=(5,), train=3, test=1)
    monkeypatch.setitem(catalogue.CATALOGUE, "imdb_bow", dataclasses.replace(entry, form=form))
    first, again = catalogue.load("imdb_bow"), catalogue.load("imdb_bow")
    assert calls == [("imdb_reviews/plain_text", ["train", "test"])]
    assert first.fingerprint == again.fingerprint and first.classes == 2
    # good, 10, a, bad, film: sorted by their bytes
    assert first.x_train.tolist() == [[0, 0, 1, 1, 1], [0, 1, 0, 1, 0], [1, 0, 0, 0, 0]]
    assert first.y_train.tolist() == [0, 1, 1]
    assert first.x_test.tolist() == [[1, 0, 0, 0, 1]] and first.x_train.dtype == "uint8"


def test_generated_reviews_have_the_form_of_the_real_ones():
    x, y, x_test, y_test = reviews("generated_reviews")
    assert x.shape == (800, 300) and x_test.shape == (200, 300) and x.dtype == "uint8" and set(np.unique(x)) == {0, 1}
    assert set(np.unique(y)) == set(np.unique(y_test)) == {0, 1} and y.dtype == "int32"
    often = x.mean(0)
    assert often[0] > 0.9 and often[:10].mean() > 5 * often[-100:].mean() > 0
    assert all(np.array_equal(a, b) for a, b in zip((x, y), reviews("generated_reviews")[:2], strict=True))
