import dataclasses
import importlib
import json
import sys
import types
import zipfile

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


def small(monkeypatch, *names):
    """Have the catalogue say that sets have 30 and 10 examples."""
    for name in names:
        entry = catalogue.CATALOGUE[name]
        form = dataclasses.replace(entry.form, train=30, test=10)
        monkeypatch.setitem(catalogue.CATALOGUE, name, dataclasses.replace(entry, form=form))


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


def test_kept_arrays_need_no_tensorflow(folders, monkeypatch):
    small(monkeypatch, "mnist")
    keep(folders)
    mnist = data.load("mnist")
    assert mnist.x_train.shape == (30, 28, 28, 1) and mnist.x_test.shape == (10, 28, 28, 1)
    assert mnist.y_train.dtype == "int32"
    assert data.describe("mnist")["present"] and data.describe("mnist")["where"].endswith("mnist.npz")


@pytest.mark.parametrize(
    ("name", "kept", "shape"), [("mnist", (28, 28), (28, 28, 1)), ("cifar10",) + ((32, 32, 3),) * 2]
)
def test_keras_files_are_the_same_dataset(folders, monkeypatch, name, kept, shape):
    small(monkeypatch, name)
    # Keras's own mnist.npz has no channel axis, its CIFAR labels stand in a column.
    keep(folders, name, shape)
    expected = data.load(name).fingerprint
    keep(folders, name, kept, column=True)
    assert data.load(name).fingerprint == expected


X = np.zeros((30, 28, 28, 1), "uint8")
Y = np.arange(30) % 10
# What is kept in place of arrays of mnist, with what the message quotes.
UNFIT = {
    "no array": ({"x_test": None}, "it lacks x_test."),
    "floats": ({"x_train": X.astype("float64")}, "x_train is float64. Expected uint8."),
    "booleans": ({"x_train": X.astype(bool)}, "x_train is bool. Expected uint8."),
    "channels first": (
        {"x_train": X.transpose(0, 3, 1, 2)},
        "Expected (28, 28, 1). Channels come last: x_train.",
    ),
    "flat": ({"x_train": X.reshape(30, -1)}, "examples of shape (784,). Expected (28, 28, 1). Flat pixels do not say"),
    "another size": ({"x_test": np.zeros((10, 32, 32, 3), "uint8")}, "shape (32, 32, 3). Expected (28, 28, 1)."),
    "one image": ({"x_train": X[0]}, "x_train has examples of shape (28, 1). Expected (28, 28, 1)."),
    "scalar": ({"x_train": np.uint8(3)}, "x_train is one uint8, no array."),
    "text": ({"x_train": np.array("digits")}, "x_train is one <U6, no array."),
    "texts": ({"x_train": np.array(["digits"] * 30)}, "x_train is <U6. Expected uint8."),
    "too few": ({"x_train": X[:29], "y_train": Y[:29]}, "x_train has 29 examples. Expected 30."),
    "too few labels": ({"y_train": Y[:29]}, "x_train has 30 examples, y_train 29. Expected as many."),
    "none": ({"x_test": X[:0], "y_test": Y[:0]}, "x_test has 0 examples. Expected 10."),
    "label 3.7": ({"y_train": Y + 0.7}, "y_train is float64. Expected integer labels."),
    "label 3.0": ({"y_train": Y + 0.0}, "y_train is float64. Expected integer labels."),
    "label true": ({"y_train": Y > 4}, "y_train is bool. Expected integer labels."),
    "label objects": ({"y_train": np.array([{}] * 30)}, "y_train is object. Expected integer labels."),
    "label 10": ({"y_train": Y + 1}, "y_train has labels from 1 to 10. Expected 0 to 9."),
    "label -1": ({"y_test": Y[:10] - 1}, "y_test has labels from -1 to 8. Expected 0 to 9."),
    "label 2**32": ({"y_train": Y + 2**32}, "y_train has labels from 4294967296 to 4294967305. Expected 0 to 9."),
    "label of unsigned": ({"y_train": Y.astype("uint64") - np.uint64(1)}, "labels from 0 to 18446744073709551615."),
    "one hot": (
        {"y_train": np.eye(10, dtype="int64")[Y]},
        "y_train has shape (30, 10). Expected one label an example.",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_kept_arrays_of_another_form_are_refused_with_what_came_in(folders, monkeypatch, name):
    small(monkeypatch, "mnist")
    changes, message = UNFIT[name]
    keep(folders, **changes)
    with pytest.raises(UsageError) as error:
        data.load("mnist")
    said = str(error.value)
    assert "mnist.npz cannot be used: " in said and message in said and said.endswith("to have it made again.")
    assert "\n" not in said
    assert message in data.describe("mnist")["broken"]
    with pytest.raises(UsageError, match="cannot be used"):
        data.require("mnist")


def test_a_number_that_is_not_finite_or_not_of_a_bag_is_refused(folders, monkeypatch):
    monkeypatch.setattr(catalogue, "CATALOGUE", dict(catalogue.CATALOGUE))
    x = np.zeros((4, 2), "float32")
    loads = {
        "nan": ((np.full((4, 2), np.nan, "float32"), x, x[:1], x[:1]), "x_train has numbers that are not finite"),
        "infinity": ((x, x + np.inf, x[:1], x[:1]), "y_train has numbers that are not finite"),
        "texts": ((x, x, x[:1], np.array(["a"])), "y_test is <U1. Expected numbers."),
        "lists": ((x, x, x[:1], [0.0]), "y_test is of type list. Expected an array."),
        "three": ((x, x, x), "there are 3 arrays. Expected x_train, y_train, x_test, y_test."),
        "empty": ((x[:0], x[:0], x, x), "x_train has 0 examples. Expected at least 1."),
        "nothing": (None, "there are 1 arrays."),
    }
    for name, (arrays, message) in loads.items():
        catalogue.declare(name, catalogue.computed(lambda name, arrays=arrays: arrays, "Citation, 2000", name))
        with pytest.raises(UsageError) as error:
            data.load(name)
        assert message in str(error.value)
    entry = dataclasses.replace(
        catalogue.CATALOGUE["generated_reviews"], load=lambda name: (x.astype("uint8") + 2, Y[:4] % 2, x, Y[:4])
    )
    form = dataclasses.replace(entry.form, shape=(), train=0, test=0)
    catalogue.CATALOGUE["twos"] = dataclasses.replace(entry, form=form)
    with pytest.raises(UsageError, match="x_train has numbers from 2 to 2. Expected 0 to 1"):
        data.load("twos")


@pytest.mark.parametrize(("name", "what", "most"), [("imdb_characters", "codes", 32), ("imdb_bow", "numbers", 1)])
def test_a_code_that_the_kind_of_a_set_has_not_is_refused(folders, monkeypatch, name, what, most):
    shape = (7,)
    entry = catalogue.CATALOGUE[name]
    form = dataclasses.replace(entry.form, shape=shape, train=30, test=10)
    monkeypatch.setitem(catalogue.CATALOGUE, name, dataclasses.replace(entry, form=form))
    x = np.full((30, *shape), most, "uint8")
    keep(folders, name, shape, x_train=x, x_test=x[:10], y_train=Y[:30] % 2, y_test=Y[:10] % 2)
    assert data.load(name).x_train.max() == most
    x[3, 5] = most + 1
    keep(folders, name, shape, x_train=x, x_test=x[:10], y_train=Y[:30] % 2, y_test=Y[:10] % 2)
    with pytest.raises(UsageError, match=f"x_train has {what} from {most} to {most + 1}. Expected 0 to {most}.") as why:
        data.load(name)
    assert f"{name}.npz cannot be used" in str(why.value)


def test_every_set_that_is_embedded_has_the_form_that_the_catalogue_states():
    for name in ("digits", "digits_rgb", "generated_reviews"):
        found, form = data.load(name), catalogue.CATALOGUE[name].form
        assert (len(found.x_train), len(found.x_test), found.x_train.shape[1:]) == (form.train, form.test, form.shape)


def test_a_bomb_is_refused_by_its_head(folders):
    # 10 TB of zeros, of which nothing is read: only the heads are there.
    (folders / "arrays").mkdir()
    with zipfile.ZipFile(folders / "arrays" / "mnist.npz", "w") as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (10**13,)})
    with pytest.raises(UsageError, match=r"x_train has examples of shape \(\)"):
        data.load("mnist")


def prepared(folders, files=("train.tfrecord-00000-of-00001", "test.tfrecord-00000-of-00001"), info=None):
    """Lay out what TensorFlow Datasets leaves of a prepared set."""
    folder = folders / "tfds/mnist/3.0.1"
    folder.mkdir(parents=True)
    splits = [{"name": name, "shardLengths": ["1"]} for name in ("train", "test")]
    (folder / "dataset_info.json").write_text(json.dumps({"splits": splits}) if info is None else info)
    for name in files:
        (folder / f"mnist-{name}").write_bytes(b"")


def test_a_prepared_set_without_tensorflow_datasets_says_so(folders):
    prepared(folders)
    for text in (refusal("mnist"), data.describe("mnist")["broken"]):
        assert "tfds/mnist is for TensorFlow Datasets. Expected: pip install tensorflow-datasets." in text


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"files": ("train.tfrecord-00000-of-00001",)}, "3.0.1 has 0 of 1 files of test. Delete it and get the set"),
        ({"info": "{"}, "dataset_info.json cannot be read (JSONDecodeError). Delete"),
        ({"info": '{"splits": [3]}'}, "dataset_info.json cannot be read (TypeError). Delete"),
        ({"info": "[]"}, "dataset_info.json cannot be read (AttributeError). Delete"),
    ],
)
def test_a_prepared_set_that_is_half_deleted_says_what_is_left(folders, monkeypatch, layout, message):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", types.SimpleNamespace())
    prepared(folders, **layout)
    assert message in data.describe("mnist")["broken"] and message in refusal("mnist")


def test_an_error_of_tensorflow_datasets_is_one_line_and_nothing_is_kept(folders, monkeypatch):
    def load(name, **options):
        raise AssertionError("no metadata\nin detail")

    monkeypatch.setitem(sys.modules, "tensorflow_datasets", types.SimpleNamespace(load=load, as_numpy=None))
    prepared(folders)
    said = refusal("mnist")
    assert "tfds/mnist cannot be read (AssertionError: no metadata). Delete it and get the set again: python" in said
    assert "\n" not in said and not (folders / "arrays").exists()


def test_what_tensorflow_datasets_gives_is_looked_at_before_it_is_kept(folders, monkeypatch):
    small(monkeypatch, "mnist")
    double = types.SimpleNamespace(
        load=lambda *a, **b: [(X, Y + 1), (X[:10], Y[:10])], as_numpy=lambda columns: columns
    )
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", double)
    prepared(folders)
    assert "The arrays of 'mnist' cannot be used: y_train has labels from 1 to 10." in refusal("mnist")
    assert not (folders / "arrays").exists()


def refusal(name):
    with pytest.raises(UsageError) as error:
        data.load(name)
    return str(error.value)


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


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"text", b"\x93NUMPY\x01\x00"])
def test_a_broken_file_is_refused(folders, content):
    (folders / "arrays").mkdir()
    (folders / "arrays" / "mnist.npz").write_bytes(content)
    with pytest.raises(UsageError, match="mnist.npz cannot be used"):
        data.load("mnist")
