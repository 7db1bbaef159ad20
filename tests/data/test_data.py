import importlib
import sys

import numpy as np
import pytest

from experiments import data
from experiments.data import catalogue
from experiments.data.dataset import canonical_order, split
from experiments.errors import DatasetMissing, DeclarationError, UsageError
from tests.doubles import images


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


COMPUTED = {  # every key of a record on one of them contains its fingerprint
    "lu2019_dying_relu": {
        "absolute_value": "da4e6d076de0ba038413cc83df2a73d979fbe01f077ca1626b9e65468397206f",
        "x_sin_5x": "e34a288d5ebcff49f31a5eda2ef20b35c39ea849b0b71e48e359f1aa15ebdba9",
        "step_sin_5x": "21a8939403644f9c8f1cecddb9b51e0454c3f95fa562d09b8aa9709e0db7402b",
        "absolute_value_2d": "1cbf212475841823bcf913c45c583df99a612e1a1a9cde1094b4bb7113e8973c",
    },
    "rumelhart1986_backprop": {
        "symmetry": "f9bfac259c60d6c2351fe406102b79d14e26ad2af84443e130371210dff1e94c",
        "family_trees": "2e6799930bd45b0aa14f01519dad1180164a6e2220906797c469d5ab6a9a167e",
        "exclusive_or": "96f98f36e2fc1579c6774966c95fb8c06368cedfbf73b99fbe1c2928332576d1",
    },
    "wilson2017_marginal_value": {
        "labels_60": "22db9c2729a948c3bb4f63c88b9d5954a3e345d0006e3be7a7766f00a8c1dc62",
        "labels_75": "b090f86124093f1e93a058c5db56c04978dd52c26540bf6e26d52f433a2870a9",
    },
}


@pytest.mark.parametrize("paper", COMPUTED)
def test_a_papers_own_sets_are_known_with_its_folder_and_never_change(paper):
    importlib.import_module(f"experiments.papers.{paper}.data")
    for name, fingerprint in COMPUTED[paper].items():
        assert data.load(name).fingerprint == fingerprint
        assert data.describe(name)["where"] == "computed" and data.describe(name)["present"]


def test_a_set_is_declared_once(monkeypatch):
    monkeypatch.setattr(catalogue, "CATALOGUE", dict(catalogue.CATALOGUE))
    x = np.zeros((4, 2), "float32")
    entry = catalogue.computed(lambda name: (x, x, x[:1], x[:1]), "Citation, 2000", "zeros")
    catalogue.declare("zeros", entry)
    catalogue.declare("zeros", entry)
    assert data.load("zeros").describe()["source"] == "computed: zeros" and data.load("zeros").classes == 0
    for name in ("zeros", "mnist"):
        with pytest.raises(DeclarationError, match=f"two datasets are called '{name}'"):
            catalogue.declare(name, catalogue.computed(lambda name: None, "Citation, 2000", "zeros"))


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
