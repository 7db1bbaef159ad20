"""Preprocessing against its definition, and the files that keep it."""

import numpy as np
import pytest

from experiments.data import preprocessing
from experiments.data.dataset import Dataset
from experiments.data.preprocessing import contrast_normalized, prepare, zca
from experiments.errors import UsageError
from tests.doubles import images


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPERIMENTS_DATA", str(tmp_path))
    x, y = images(60, (4, 4, 3))
    return Dataset("small", x[:40], y[:40], x[40:], y[40:], 10, {})


def scaled(found, part="x_train"):
    return (getattr(found, part).astype("float64") - found.mean) * found.scale


def test_affine_maps(data):
    x = data.x_train.astype("float64")
    np.testing.assert_allclose(scaled(prepare(data, "unit")), x / 255, rtol=1e-6)
    np.testing.assert_allclose(scaled(prepare(data, "identity")), x)
    np.testing.assert_allclose(scaled(prepare(data, "mean_image")), x - x.mean(0), rtol=1e-6, atol=1e-9)
    found = scaled(prepare(data, "standardize"))
    np.testing.assert_allclose(found.mean((0, 1, 2)), 0, atol=1e-9)
    np.testing.assert_allclose(found.std((0, 1, 2)), 1, rtol=1e-9)
    assert prepare(data, "standardize").x_train is data.x_train  # a batch is scaled in the compiled step


def test_affine_maps_are_fitted_on_the_rows_that_train(data):
    rows = np.arange(10)
    x = data.x_train[rows].astype("float64")
    np.testing.assert_allclose(prepare(data, "mean_image", rows).mean, x.mean(0))


def test_contrast_normalisation(data):
    found = contrast_normalized(data.x_train).reshape(40, -1).astype("float64")
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 55, rtol=1e-5)
    np.testing.assert_allclose(found.mean(1), 0, atol=1e-4)
    assert not contrast_normalized(np.full((1, 2, 2, 1), 9, "uint8")).any()  # no contrast to divide by


def test_zca_is_the_inverse_root_of_the_covariance():
    draw = np.random.default_rng(0)
    x = draw.normal(size=(500, 6)) @ draw.normal(size=(6, 6)) + 3
    mean, matrix = zca(x, bias=0.1)
    covariance = np.cov(x.T, bias=True) + 0.1 * np.eye(6)
    np.testing.assert_allclose(mean, x.mean(0))
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    np.testing.assert_allclose(matrix @ covariance @ matrix, np.eye(6), atol=1e-9)


def test_rows_at_a_time_change_nothing(data, monkeypatch):
    whole = preprocessing._gcn_zca(data.x_train, data.x_test)
    monkeypatch.setattr(preprocessing, "ROWS", 7)
    for one, other in zip(whole, preprocessing._gcn_zca(data.x_train, data.x_test), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_whitening_of_images_is_that_of_numpy_and_of_the_training_set_alone(data):
    found = prepare(data, "gcn_zca")
    train, test = (contrast_normalized(x).reshape(len(x), -1).astype("float64") for x in (data.x_train, data.x_test))
    values, vectors = np.linalg.eigh(np.cov(train.T, bias=True) + 0.1 * np.eye(48))
    matrix = vectors @ np.diag(values**-0.5) @ vectors.T
    expected = (test - train.mean(0)) @ matrix
    np.testing.assert_allclose(found.x_test.reshape(20, -1), expected, rtol=1e-3, atol=1e-3)
    assert found.x_train.dtype == "float32" and found.x_train.shape == data.x_train.shape


def test_each_image_on_its_own(data):
    found = prepare(data, "image_standardize").x_test.reshape(20, -1)
    np.testing.assert_allclose(found.mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(1), 1, rtol=1e-5)


def test_computed_once_and_kept_by_fingerprint(data, monkeypatch, tmp_path):
    first = prepare(data, "gcn_zca")
    calls = []
    monkeypatch.setitem(preprocessing.OTHERS, "gcn_zca", lambda *x: calls.append(x) or x)
    again = prepare(data, "gcn_zca")
    assert not calls and np.array_equal(first.x_train, again.x_train)
    (path,) = (tmp_path / "prepared").iterdir()
    assert data.fingerprint[:16] in path.name
    other = Dataset("small", data.x_train[::-1], data.y_train, data.x_test, data.y_test, 10, {})
    prepare(other, "gcn_zca")
    assert len(calls) == 1 and len(list((tmp_path / "prepared").iterdir())) == 2


def test_a_part_has_the_preprocessing_of_the_whole(data):
    whole, part = prepare(data, "gcn_zca"), prepare(data.part(7, 3), "gcn_zca")
    assert np.array_equal(part.x_train, whole.x_train[:7]) and np.array_equal(part.x_test, whole.x_test[:3])
    assert data.part(7, 3).part(2, 1).whole is data


def test_a_damaged_file_is_named(data, tmp_path):
    prepare(data, "image_standardize")
    (path,) = (tmp_path / "prepared").iterdir()
    path.write_bytes(b"PK nothing")
    with pytest.raises(UsageError, match="cannot be read"):
        prepare(data, "image_standardize")


def test_bags_of_words_become_the_numbers_of_their_words(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPERIMENTS_DATA", str(tmp_path))
    x = np.array([[0, 1, 0, 1], [0, 0, 0, 0], [1, 1, 0, 1]], "uint8")
    found = prepare(Dataset("bags", x[:2], np.zeros(2), x[2:], np.zeros(1), 2, {}), "words")
    assert found.x_train.tolist() == [[1, 3, 4], [4, 4, 4]] and found.x_test.tolist() == [[0, 1, 3]]
    assert found.x_train.dtype == "uint16" and (found.mean, found.scale) == (0, 1)


def test_what_is_not_a_bag_of_words_is_refused(data):
    with pytest.raises(UsageError, match=r"shape \(4, 4, 3\) with numbers up to 2.*0 and 1, one number a word"):
        prepare(data, "words")


def test_unknown_names(data):
    with pytest.raises(UsageError, match="Unknown preprocessing: 'gcn_zsa'. Did you mean 'gcn_zca'"):
        prepare(data, "gcn_zsa")


def test_kept_arrays_that_were_changed_are_not_taken(data):
    first = prepare(data, "gcn_zca").x_train
    (path,) = preprocessing.arrays_folder().rglob("*.npz")
    np.testing.assert_array_equal(prepare(data, "gcn_zca").x_train, first)
    with np.load(path) as arrays:
        kept = dict(arrays)
    np.savez(path, **kept | {"x_train": kept["x_train"][::-1]})
    with pytest.raises(UsageError, match="not those that were kept.*Delete it to have it made again"):
        prepare(data, "gcn_zca")
