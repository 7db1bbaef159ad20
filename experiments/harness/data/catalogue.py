"""The datasets that the papers name, where each comes from and how to get it."""

import dataclasses
import os
import pathlib
from collections.abc import Callable

import numpy as np

from experiments.harness.data.base import Dataset, canonical_order, split
from experiments.harness.errors import DatasetMissing, unknown


@dataclasses.dataclass(frozen=True)
class Entry:
    """One row of the catalogue: how to load a set and what to say about it."""

    load: Callable[[str], tuple]
    classes: int
    source: str
    licence: str
    citation: str
    megabytes: float
    tfds: str = ""
    shape: tuple = ()


def arrays_folder():
    """Folder of the arrays kept from earlier loads (`NAME.npz`); `EXPERIMENTS_DATA` changes it."""
    return pathlib.Path(os.environ.get("EXPERIMENTS_DATA", "data"))


def tfds_folder():
    """Where TensorFlow Datasets keeps its data."""
    return pathlib.Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser()


def _digits(name):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    images = (x.reshape(-1, 8, 8, 1) * 15.9375).astype("uint8")  # 0..16 becomes 0..255
    images, y = canonical_order(images, y)
    if name == "digits_rgb":
        images = np.repeat(images.repeat(4, axis=1).repeat(4, axis=2), 3, axis=3)
    return split(images, y, test_fraction=0.2)


def _tfds(name):
    kept = arrays_folder() / f"{name}.npz"
    if kept.is_file():
        with np.load(kept) as arrays:
            parts = [arrays[part] for part in ("x_train", "y_train", "x_test", "y_test")]
    else:
        parts = _read_tfds(name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{name}.{os.getpid()}.partial.npz")
        np.savez(partial, x_train=parts[0], y_train=parts[1], x_test=parts[2], y_test=parts[3])
        os.replace(partial, kept)
    (x_train, y_train), (x_test, y_test) = canonical_order(*parts[:2]), canonical_order(*parts[2:])
    return x_train, y_train, x_test, y_test


def _read_tfds(name):
    if not _tfds_prepared(name):
        raise DatasetMissing(missing(name))
    import tensorflow_datasets as tfds

    columns = tfds.as_numpy(
        tfds.load(CATALOGUE[name].tfds, split=["train", "test"], batch_size=-1, download=False, as_supervised=True)
    )
    return [array for image_and_label in columns for array in image_and_label]


def _tfds_prepared(name):
    return any((tfds_folder() / CATALOGUE[name].tfds).glob("*/dataset_info.json"))


def missing(name):
    """One line: what is missing, how large it is, and the command that fetches it."""
    entry = CATALOGUE[name]
    return (
        f"Dataset {name!r} ({entry.megabytes:.0f} MB) is not on this machine. Get it with: "
        f'python -c "import tensorflow_datasets as tfds; tfds.load({entry.tfds!r})"'
    )


CIFAR = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"
CATALOGUE = {
    "digits": Entry(
        _digits,
        10,
        "scikit-learn load_digits (UCI, 8x8 grey)",
        "CC BY 4.0",
        "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
        0.1,
    ),
    "digits_rgb": Entry(
        _digits,
        10,
        "scikit-learn load_digits, each pixel repeated 4x4, three equal channels",
        "CC BY 4.0",
        "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
        0.1,
    ),
    "mnist": Entry(
        _tfds,
        10,
        "TensorFlow Datasets mnist",
        "CC BY-SA 3.0",
        "LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998",
        22,
        "mnist",
        (28, 28, 1),
    ),
    "cifar10": Entry(
        _tfds, 10, "TensorFlow Datasets cifar10", "none stated; cite the report", CIFAR, 163, "cifar10", (32, 32, 3)
    ),
    "cifar100": Entry(
        _tfds, 100, "TensorFlow Datasets cifar100", "none stated; cite the report", CIFAR, 162, "cifar100", (32, 32, 3)
    ),
}


def present(name):
    """Whether the dataset can be loaded without fetching anything."""
    entry = CATALOGUE[name]
    return not entry.tfds or (arrays_folder() / f"{name}.npz").is_file() or _tfds_prepared(name)


def describe(name):
    """Row for the `data` command."""
    entry = CATALOGUE[name]
    where = "bundled with scikit-learn"
    if entry.tfds:
        kept = arrays_folder() / f"{name}.npz"
        where = str(kept) if kept.is_file() else str(tfds_folder() / entry.tfds) if present(name) else "missing"
    return {"name": name, "present": present(name), "where": where, "licence": entry.licence, "source": entry.source}


def load(name):
    """Load a dataset of the catalogue.

    Raises:
        UsageError: the name is not in the catalogue.
        DatasetMissing: the data are not on this machine; the message says how to get them.
    """
    if name not in CATALOGUE:
        raise unknown("dataset", name, CATALOGUE)
    entry = CATALOGUE[name]
    arrays = entry.load(name)
    provenance = {"source": entry.source, "licence": entry.licence, "citation": entry.citation}
    return Dataset(name, *arrays, entry.classes, provenance)
