"""The datasets that the papers name, where each comes from and how to get it.

Those that one paper alone uses are declared by its folder, when it is imported; see `declare`.
"""

import dataclasses
import os
import pathlib
import zipfile
from collections.abc import Callable

import numpy as np

from experiments.data import generated, texts
from experiments.data.dataset import Dataset, canonical_order, split
from experiments.errors import DatasetMissing, DeclarationError, UsageError, unknown


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
    get: str = ""  # how to get it, where TensorFlow Datasets cannot fetch it alone


def arrays_folder():
    """Return the folder of the arrays kept from earlier loads (`NAME.npz`); `EXPERIMENTS_DATA` changes it."""
    return pathlib.Path(os.environ.get("EXPERIMENTS_DATA", "data"))


def tfds_folder():
    """Return the folder in which TensorFlow Datasets keeps its data."""
    return pathlib.Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser()


def _digits(name):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    images = (x.reshape(-1, 8, 8, 1) * 15.9375).astype("uint8")  # 0..16 becomes 0..255
    images, y = canonical_order(images, y)
    if name == "digits_rgb":
        images = np.repeat(images.repeat(4, axis=1).repeat(4, axis=2), 3, axis=3)
    return split(images, y, test_fraction=0.2)


def _tfds(name, read=None):
    kept = arrays_folder() / f"{name}.npz"
    if kept.is_file():
        parts = _read_kept(kept, CATALOGUE[name].shape)
    else:
        parts = (read or _read_tfds)(name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{name}.{os.getpid()}.partial.npz")
        try:
            np.savez(partial, x_train=parts[0], y_train=parts[1], x_test=parts[2], y_test=parts[3])
            os.replace(partial, kept)
        finally:
            partial.unlink(missing_ok=True)
    (x_train, y_train), (x_test, y_test) = canonical_order(*parts[:2]), canonical_order(*parts[2:])
    return x_train, y_train, x_test, y_test


def _batches_only(name):
    raise UsageError(f"{name} does not fit into memory as arrays. Expected: batches, of data.imagenet.batches.")


def _read_kept(path, shape):
    """Return the four arrays of a file.

    Keras or the user may have made it: no channel axis, labels in a column.
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        with np.load(path) as arrays:
            x_train, y_train, x_test, y_test = (arrays[name] for name in names)
        for x in (x_train, x_test):
            if x.dtype != "uint8":
                raise ValueError(f"its images are {x.dtype}")
        return (
            x_train.reshape(len(x_train), *shape),
            y_train.reshape(len(x_train)),
            x_test.reshape(len(x_test), *shape),
            y_test.reshape(len(x_test)),
        )
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} cannot be used ({error}). Expected {', '.join(names)}: images as uint8 of shape {shape}, "
            "integer labels. Delete the file to have it made again."
        ) from error


def _read_tfds(name):
    import tensorflow_datasets as tfds

    columns = tfds.as_numpy(
        tfds.load(CATALOGUE[name].tfds, split=["train", "test"], batch_size=-1, download=False, as_supervised=True)
    )
    return [array for image_and_label in columns for array in image_and_label]


def _reviews(name):
    return _tfds(name, _read_reviews)


def _read_reviews(name):
    """Return bags of the words that are the most frequent ones in the training set."""
    train, y_train, test, y_test = _read_tfds(name)
    train, test = ([text.decode("utf-8") for text in part] for part in (train, test))
    chosen = texts.vocabulary(train, *CATALOGUE[name].shape)
    return texts.bags(train, chosen), y_train, texts.bags(test, chosen), y_test


def _tfds_prepared(name):
    return any((tfds_folder() / CATALOGUE[name].tfds).glob("*/dataset_info.json"))


def how_to_get(name):
    """Return the command that fetches a dataset."""
    tfds = CATALOGUE[name].tfds
    if CATALOGUE[name].get:
        return CATALOGUE[name].get
    return f'python -c "import tensorflow_datasets as tfds; tfds.load({tfds!r})"' if tfds else "nothing to do"


def missing(name):
    """Return one line: what is missing, how large it is, and the command that fetches it."""
    size = f"{CATALOGUE[name].megabytes:.0f} MB"
    return f"Dataset {name!r} ({size}) is not on this machine. Get it with: {how_to_get(name)}"


CIFAR = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"


def computed(load, citation, what):
    """Return the entry of a set that is computed; it has numbers for targets, no classes.

    Args:
        load: from the name to `(x_train, y_train, x_test, y_test)`, the same arrays every time.
        citation: the paper that uses it.
        what: the set in words.
    """
    return Entry(load, 0, f"computed: {what}", "none needed", citation, 0)


def declare(name, entry):
    """Add a set to the catalogue, at the import of the paper that it belongs to.

    Raises:
        DeclarationError: another entry has this name.
    """
    if CATALOGUE.setdefault(name, entry) != entry:
        raise DeclarationError(f"two datasets are called {name!r}. Expected another name for each.")


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
    "imagenet2012": Entry(
        _batches_only,
        1000,
        "TensorFlow Datasets imagenet2012",
        "for research and teaching, by agreement",
        "Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, IJCV 2015",
        147_000,
        "imagenet2012",
        get="an account at image-net.org: put ILSVRC2012_img_train.tar and ILSVRC2012_img_val.tar into "
        "~/tensorflow_datasets/downloads/manual, then: tfds build imagenet2012",
    ),
    "imdb_bow": Entry(
        _reviews,
        2,
        "TensorFlow Datasets imdb_reviews, as bags of the 10,000 most frequent words of its training set: 1 for a word "
        "that occurs, else 0; words are runs of letters, digits and inner apostrophes, in lower case",
        "none stated; cite the paper",
        "Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011",
        81,
        "imdb_reviews/plain_text",
        (10_000,),
    ),
    "generated_reviews": Entry(
        generated.reviews,
        2,
        "computed: bags of 300 words with Zipf's frequencies, some more frequent under one label",
        "none needed",
        "Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015",
        0,
    ),
}


def present(name):
    """Tell whether the dataset can be loaded without fetching anything."""
    entry = CATALOGUE[name]
    return not entry.tfds or (arrays_folder() / f"{name}.npz").is_file() or _tfds_prepared(name)


def require(name):
    """Raise the error that `load` would, without loading anything."""
    if name not in CATALOGUE:
        raise unknown("dataset", name, CATALOGUE)
    if not present(name):
        raise DatasetMissing(missing(name))


def describe(name):
    """Return a row for the `data` command."""
    entry = CATALOGUE[name]
    where = "computed" if entry.source.startswith("computed") else "bundled with scikit-learn"
    if entry.tfds:
        kept = arrays_folder() / f"{name}.npz"
        where = str(kept) if kept.is_file() else str(tfds_folder() / entry.tfds) if present(name) else "missing"
    return {
        "name": name,
        "present": present(name),
        "where": where,
        "licence": entry.licence,
        "source": entry.source,
        "get": how_to_get(name),
    }


def load(name):
    """Load a dataset of the catalogue.

    Raises:
        UsageError: the name is not in the catalogue.
        DatasetMissing: the data are not on this machine; the message says how to get them.
    """
    require(name)
    entry = CATALOGUE[name]
    arrays = entry.load(name)
    provenance = {"source": entry.source, "licence": entry.licence, "citation": entry.citation}
    return Dataset(name, *arrays, entry.classes, provenance)
