"""The datasets that the papers name, where each comes from and how to get it.

Those that one paper alone uses are declared by its folder, when it is imported; see `declare`.
"""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from experiments.data import generated, kept, prepared_sets, splits, texts
from experiments.data.dataset import Dataset, canonical_order, split
from experiments.data.folders import arrays_folder, tfds_folder
from experiments.data.form import Form, Unfit
from experiments.errors import DatasetMissing, DeclarationError, UsageError, line, unknown

SMALL, RGB, BAGS = (28, 28, 1), (32, 32, 3), (10_000,)


@dataclasses.dataclass(frozen=True)
class Entry:
    """One row of the catalogue: how to load a set, the form of its arrays, and what to say about it."""

    load: Callable[[str], tuple]
    form: Form
    source: str
    licence: str
    citation: str
    megabytes: float
    tfds: str = ""
    get: str = ""  # how to get it, where TensorFlow Datasets cannot fetch it alone
    here: Callable[[], bool] | None = None  # whether another library, which keeps it, has it

    @property
    def classes(self):
        """Number of classes; 0 where the targets are numbers."""
        return self.form.classes


def _digits(name):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    images = (x.reshape(-1, 8, 8, 1) * 15.9375).astype("uint8")  # 0..16 becomes 0..255
    images, y = canonical_order(images, y)
    if name == "digits_rgb":
        images = np.repeat(images.repeat(4, axis=1).repeat(4, axis=2), 3, axis=3)
    return split(images, y, test_fraction=0.2)


def _tfds(name, read=None):
    form, path = CATALOGUE[name].form, _path(name)
    if path.exists():
        parts = kept.read(path, form)
    else:
        parts = _fitted(name, (read or _read_tfds)(name))
        kept.write(path, parts)
    (x_train, y_train), (x_test, y_test) = canonical_order(*parts[:2]), canonical_order(*parts[2:])
    return x_train, y_train, x_test, y_test


def _path(name):
    return arrays_folder() / f"{name}.npz"


def _batches_only(name):
    raise UsageError(f"{name} does not fit into memory as arrays. Expected: batches, of data.imagenet.batches.")


def _fitted(name, parts):
    try:
        return CATALOGUE[name].form.fitted(parts)
    except Unfit as why:
        raise UsageError(f"The arrays of {name!r} cannot be used: {why}") from None


def _read_tfds(name):
    return prepared_sets.read(CATALOGUE[name].tfds, tfds_folder(), how_to_get(name))


def _reviews(name):
    return _tfds(name, _read_reviews)


def _read_reviews(name):
    """Return bags of the words that are the most frequent ones in the training set."""
    train, y_train, test, y_test = _read_tfds(name)
    train, test = ([text.decode("utf-8") for text in part] for part in (train, test))
    chosen = texts.vocabulary(train, *CATALOGUE[name].form.shape)
    return texts.bags(train, chosen), y_train, texts.bags(test, chosen), y_test


def _review_characters(name):
    return _tfds(name, _read_characters)


def _read_characters(name):
    """Return the first characters of each review as places in `texts.ALPHABET`."""
    train, y_train, test, y_test = _read_tfds(name)
    found = ([text.decode("utf-8") for text in part] for part in (train, test))
    train, test = (texts.characters(part, *CATALOGUE[name].form.shape) for part in found)
    return train, y_train, test, y_test


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
        what: the set in words; sets of the same words can stand for one another.
    """
    return Entry(load, Form(what), f"computed: {what}", "none needed", citation, 0)


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
        Form("images", (8, 8, 1), 10, 1438, 359),
        "scikit-learn load_digits (UCI, 8x8 grey)",
        "CC BY 4.0",
        "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
        0.1,
    ),
    "digits_rgb": Entry(
        _digits,
        Form("images", RGB, 10, 1438, 359),
        "scikit-learn load_digits, each pixel repeated 4x4, three equal channels",
        "CC BY 4.0",
        "Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
        0.1,
    ),
    "mnist": Entry(
        _tfds,
        Form("images", SMALL, 10, 60_000, 10_000),
        "TensorFlow Datasets mnist",
        "CC BY-SA 3.0",
        "LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998",
        22,
        "mnist",
    ),
    "cifar10": Entry(
        _tfds,
        Form("images", RGB, 10, 50_000, 10_000),
        "TensorFlow Datasets cifar10",
        "none stated; cite the report",
        CIFAR,
        163,
        "cifar10",
    ),
    "cifar100": Entry(
        _tfds,
        Form("images", RGB, 100, 50_000, 10_000),
        "TensorFlow Datasets cifar100",
        "none stated; cite the report",
        CIFAR,
        162,
        "cifar100",
    ),
    "imagenet2012": Entry(
        _batches_only,
        Form("images in batches", classes=1000),
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
        Form("words", BAGS, 2, 25_000, 25_000),
        "TensorFlow Datasets imdb_reviews, as bags of the 10,000 most frequent words of its training set: 1 for a word "
        "that occurs, else 0; words are runs of letters, digits and inner apostrophes, in lower case",
        "none stated; cite the paper",
        "Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011",
        81,
        "imdb_reviews/plain_text",
    ),
    "imdb_characters": Entry(
        _review_characters,
        Form("characters", (65,), 2, 25_000, 25_000),
        "TensorFlow Datasets imdb_reviews, the first 65 characters of each: letters in lower case, space, five marks, "
        "and 0 for a digit",
        "none stated; cite the paper",
        "Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011",
        81,
        "imdb_reviews/plain_text",
    ),
    "generated_reviews": Entry(
        generated.reviews,
        Form("words", (300,), 2, 800, 200),
        "computed: bags of 300 words with Zipf's frequencies, some more frequent under one label",
        "none needed",
        "Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015",
        0,
    ),
}


def present(name):
    """Tell whether the dataset can be loaded without fetching anything."""
    entry = CATALOGUE[name]
    if entry.here:
        return entry.here()
    return not entry.tfds or _path(name).exists() or prepared_sets.present(entry.tfds, tfds_folder())


def broken(name):
    """Return why a set that is here cannot be loaded, or `""`: what can be told without reading its inputs."""
    entry = CATALOGUE[name]
    if not entry.tfds or not present(name):
        return ""
    if _path(name).exists():
        return kept.problem(_path(name), entry.form)
    return prepared_sets.problem(entry.tfds, tfds_folder())


def require(name):
    """Raise the error that `load` would, without loading anything."""
    if name not in CATALOGUE:
        raise unknown("dataset", name, CATALOGUE)
    if not present(name):
        raise DatasetMissing(missing(name))
    if why := broken(name):
        raise UsageError(why)


def describe(name):
    """Return a row for the `data` command."""
    entry = CATALOGUE[name]
    where, why = "computed" if entry.source.startswith("computed") else "bundled with scikit-learn", ""
    if entry.here:
        where = "kept by scikit-learn" if entry.here() else "missing"
    if entry.tfds:
        where = "missing"
        try:
            if present(name):
                where = str(_path(name) if _path(name).exists() else tfds_folder() / entry.tfds)
            why = broken(name)
        except UsageError as error:  # a folder that is none
            why = str(error)
    return {
        "name": name,
        "present": where != "missing",
        "broken": line(why),
        "where": where,
        "licence": entry.licence,
        "source": entry.source,
        "get": how_to_get(name),
    }


def load(name):
    """Load a dataset of the catalogue.

    Raises:
        UsageError: the name is not in the catalogue; the arrays are not of the form that the catalogue states.
        DatasetMissing: the data are not on this machine; the message says how to get them.
    """
    require(name)
    entry = CATALOGUE[name]
    arrays = _fitted(name, entry.load(name))
    provenance = {"source": entry.source, "licence": entry.licence, "citation": entry.citation}
    return Dataset(name, *arrays, entry.classes, provenance)


@functools.cache
def _counted(name, entry):
    """Return the shape of an example and how many there are to train on, of a set that is computed too."""
    if entry.form.train or not entry.source.startswith("computed"):
        return entry.form.shape, entry.form.train
    x_train = entry.load(name)[0]
    return x_train.shape[1:], len(x_train)


def suit(settings, usual):
    """Refuse settings that their dataset cannot serve: another kind of data, more examples than there are.

    Args:
        settings: of a run.
        usual: names of the sets that the experiment is made for.
    """
    name = settings.data
    kinds = {CATALOGUE[other].form.kind for other in usual if other in CATALOGUE}
    if CATALOGUE[name].form.kind not in kinds:
        alike = [other for other, entry in CATALOGUE.items() if entry.form.kind in kinds]
        raise UsageError(f"Received: data={name}, for an experiment on other data. Expected {', '.join(alike)}.")
    splits.check(settings, name, *_counted(name, CATALOGUE[name]))
