import sys

import numpy as np
import pytest

from experiments.harness import data
from experiments.harness.data.base import canonical_order, split
from experiments.harness.errors import DatasetMissing, UsageError
from tests.harness.doubles import images


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Empty folders for the data; reading them with TensorFlow Datasets is an error."""
    monkeypatch.setenv("EXPERIMENTS_DATA", str(tmp_path / "arrays"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    return tmp_path


def keep(folders, name="mnist", shape=(28, 28, 1), column=False, **changes):
    """An `.npz` of a tiny set, as it stands where kept arrays are looked for."""
    (x_train, y_train), (x_test, y_test) = images(30, shape, seed=1), images(10, shape, seed=2)
    if column:
        y_train, y_test = y_train[:, None], y_test[:, None]
    arrays = dict(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test) | changes
    (folders / "arrays").mkdir(exist_ok=True)
    np.savez(folders / "arrays" / f"{name}.npz", **{k: v for k, v in arrays.items() if v is not None})


def test_canonical_order_does_not_depend_on_the_order_of_the_source():
    x, y = images(200, (3, 3, 1))
    x[50:100] = x[:50]  # images that occur twice, with other labels
    ordered = canonical_order(x, y)
    shuffle = np.random.default_rng(1).permutation(200)
    again = canonical_order(x[shuffle], y[shuffle].astype("uint8"))
    for one, other in zip(ordered, again, strict=True):
        assert np.array_equal(one, other)
    pairs = sorted((a.tobytes(), b) for a, b in zip(x, y, strict=True))
    assert [(a.tobytes(), b) for a, b in zip(*ordered, strict=True)] == pairs
    assert ordered[1].dtype == "int32"


def test_split_is_fixed_and_loses_nothing():
    x = np.arange(100)
    x_train, y_train, x_test, y_test = split(x, x, test_fraction=0.2)
    assert (len(x_train), len(x_test)) == (80, 20)
    assert np.array_equal(np.sort(np.concatenate([x_train, x_test])), x)
    assert np.array_equal(x_train, y_train) and np.array_equal(x_test, y_test)
    assert np.array_equal(split(x, x, test_fraction=0.2)[0], x_train)


@pytest.mark.parametrize(
    ("name", "shape", "fingerprint"),
    [
        ("digits", (8, 8, 1), "5904d59f3637141f103bb890018349b0f8915db5527be91edd3322db022c8765"),
        ("digits_rgb", (32, 32, 3), "d6ade233e18b351aaad94bf7bd82caf436f06ff3d7a70ad57d319a6af457df29"),
    ],
)
def test_the_digits_never_change(name, shape, fingerprint):
    digits = data.load(name)
    assert digits.x_train.shape == (1438, *shape) and digits.x_test.shape == (359, *shape)
    assert digits.x_train.dtype == "uint8" and digits.y_train.dtype == "int32"
    assert (digits.x_train.min(), digits.x_train.max()) == (0, 255)
    assert set(digits.y_train) == set(digits.y_test) == set(range(10))
    assert digits.fingerprint == fingerprint  # every key of a record on the digits contains it
    described = digits.describe()
    assert (described["train"], described["test"], described["fingerprint"]) == (1438, 359, fingerprint)
    assert described["licence"] == "CC BY 4.0"


def test_the_coloured_digits_are_the_digits():
    grey, rgb = data.load("digits"), data.load("digits_rgb")
    assert np.array_equal(rgb.x_test[:, ::4, ::4, :1], grey.x_test)
    assert np.array_equal(rgb.x_test[:, 3::4, 3::4, 2:], grey.x_test)


def test_a_fingerprint_sees_every_array_shape_and_type():
    digits = data.load("digits")

    def changed(**arrays):
        values = {name: getattr(digits, name) for name in ("x_train", "y_train", "x_test", "y_test")} | arrays
        return data.Dataset("digits", **values, classes=10, provenance={}).fingerprint

    other = digits.x_test.copy()
    other[0, 0, 0, 0] ^= 1
    prints = [changed(), changed(x_test=other), changed(y_test=digits.y_test[::-1])]
    prints += [changed(x_train=digits.x_train.reshape(1438, 64)), changed(y_train=digits.y_train.astype("uint32"))]
    assert len(set(prints)) == len(prints)
    assert prints[0] == digits.fingerprint


def test_an_unknown_dataset_names_the_nearest():
    with pytest.raises(UsageError, match="'cifar_10'.*'cifar10'"):
        data.load("cifar_10")


def test_a_missing_dataset_says_how_large_it_is_and_how_to_get_it_and_leaves_nothing(folders):
    with pytest.raises(DatasetMissing) as error:
        data.load("cifar10")
    message = str(error.value)
    assert "163 MB" in message and "tfds.load('cifar10')" in message and "\n" not in message
    assert list(folders.iterdir()) == []
    assert not data.describe("cifar10")["present"] and data.describe("digits")["present"]


def test_kept_arrays_need_no_tensorflow(folders):
    keep(folders)
    mnist = data.load("mnist")
    assert mnist.x_train.shape == (30, 28, 28, 1) and mnist.x_test.shape == (10, 28, 28, 1)
    assert mnist.y_train.dtype == "int32"
    assert data.describe("mnist")["present"] and data.describe("mnist")["where"].endswith("mnist.npz")


@pytest.mark.parametrize(
    ("name", "kept", "shape"), [("mnist", (28, 28), (28, 28, 1)), ("cifar10",) + ((32, 32, 3),) * 2]
)
def test_keras_files_are_the_same_dataset(folders, name, kept, shape):
    # Keras's own mnist.npz has no channel axis, its CIFAR labels stand in a column.
    keep(folders, name, shape)
    expected = data.load(name).fingerprint
    keep(folders, name, kept, column=True)
    assert data.load(name).fingerprint == expected


@pytest.mark.parametrize(
    "changes",
    [{"x_test": None}, {"x_train": np.zeros((30, 28, 28, 1))}, {"x_train": np.zeros((30, 32, 32, 3), "uint8")}]
    + [{"y_train": np.zeros(29, "int64")}, {"y_train": np.array([{}] * 30)}],
    ids=["no array", "floats", "shape", "too few labels", "objects"],
)
def test_kept_arrays_that_do_not_fit_are_refused(folders, changes):
    keep(folders, **changes)
    with pytest.raises(UsageError, match="mnist.npz cannot be used.*Delete"):
        data.load("mnist")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"text"])
def test_a_broken_file_is_refused(folders, content):
    (folders / "arrays").mkdir()
    (folders / "arrays" / "mnist.npz").write_bytes(content)
    with pytest.raises(UsageError, match="mnist.npz cannot be used"):
        data.load("mnist")
