"""Preprocessing of a dataset's inputs: fitted on its training set, computed once, kept on disk."""

import dataclasses
import hashlib

import numpy as np

from experiments import stopping
from experiments.data.catalogue import arrays_folder
from experiments.errors import UsageError, unknown
from experiments.files import replacing

VERSION = 2  # raised when what a preprocessing computes changes, or how it is kept
GCN_NORM = 55.0
ZCA_BIAS = 0.1
ROWS = 5000  # images at a time


@dataclasses.dataclass(frozen=True)
class Prepared:
    """Inputs of both sets, and the affine map `(x - mean) * scale` with which they enter the network."""

    x_train: np.ndarray
    x_test: np.ndarray
    mean: np.ndarray
    scale: np.ndarray


def _unit(x):
    """Pixels divided by 255."""
    return np.zeros((), "float32"), np.float32(1 / 255)


def _identity(x):
    """The numbers as they are."""
    return np.zeros((), "float32"), np.float32(1)


def _standardize(x):
    """Each channel's mean subtracted, divided by its standard deviation."""
    axes = tuple(range(x.ndim - 1))
    return x.mean(axes, dtype="float64"), 1 / np.maximum(x.std(axes, dtype="float64"), 1e-6)


def _mean_image(x):
    """The mean of each pixel subtracted, the range of 0 to 255 kept."""
    return x.mean(0, dtype="float64"), np.float32(1)


def _image_standardize(x_train, x_test):
    """Each image on its own: its mean subtracted, divided by its deviation, or by 1 / sqrt(numbers) if that is more."""

    def change(x):
        flat = x.reshape(len(x), -1).astype("float32")
        flat -= flat.mean(1, keepdims=True)
        flat /= np.maximum(flat.std(1, keepdims=True), flat.shape[1] ** -0.5)
        return flat.reshape(x.shape)

    return _by_rows(change, x_train), _by_rows(change, x_test)


def contrast_normalized(x, norm=GCN_NORM):
    """Global contrast normalisation: each image minus its mean, scaled to the given Euclidean norm; float32."""
    flat = x.reshape(len(x), -1).astype("float32")
    flat -= flat.mean(1, keepdims=True)
    lengths = np.sqrt((flat.astype("float64") ** 2).sum(1, keepdims=True)) / norm
    flat /= np.where(lengths < 1e-8, 1.0, lengths).astype("float32")
    return flat.reshape(x.shape)


def zca(x, bias=ZCA_BIAS):
    """Mean and whitening matrix `(C + bias I)^(-1/2)` of flattened inputs, C their covariance (over n); float64."""
    flat = x.reshape(len(x), -1)
    mean, covariance = flat.mean(0, dtype="float64"), 0.0
    for i in range(0, len(flat), ROWS):
        part = flat[i : i + ROWS] - mean
        covariance = covariance + part.T @ part
    values, vectors = np.linalg.eigh(covariance / len(flat) + bias * np.eye(len(mean)))
    return mean, (vectors / np.sqrt(values)) @ vectors.T


def _gcn_zca(x_train, x_test):
    """Global contrast normalisation, then ZCA whitening fitted on the training set, as the maxout papers do."""
    x_train, x_test = _by_rows(contrast_normalized, x_train), _by_rows(contrast_normalized, x_test)
    mean, matrix = (a.astype("float32") for a in zca(x_train))

    def whiten(x):
        return ((x.reshape(len(x), -1) - mean) @ matrix).reshape(x.shape)

    return _by_rows(whiten, x_train), _by_rows(whiten, x_test)


def _words(x_train, x_test):
    """Bags of words, 0 and 1, as ascending numbers of the words that occur, filled up with the vocabulary's size."""
    for x in (x_train, x_test):
        if x.ndim != 2 or x.max(initial=0) > 1:
            raise UsageError(
                f"Received: inputs of shape {x.shape[1:]} with numbers up to {x.max(initial=0)}. Expected vectors of 0 "
                "and 1, one number a word."
            )
    length = max(int(np.count_nonzero(x, axis=1).max(initial=0)) for x in (x_train, x_test))

    def change(x):
        numbers = np.full((len(x), length), x.shape[1], "uint16" if x.shape[1] < 2**16 else "int32")
        for row, bag in zip(numbers, x, strict=True):
            (found,) = np.nonzero(bag)
            row[: len(found)] = found
        return numbers

    return change(x_train), change(x_test)


# An affine map leaves the arrays as they are and is applied to each batch; the others make new, larger arrays.
AFFINE = {"unit": _unit, "identity": _identity, "standardize": _standardize, "mean_image": _mean_image}
OTHERS = {"image_standardize": _image_standardize, "gcn_zca": _gcn_zca, "words": _words}


def _by_rows(change, x):
    """`change` of a few images at a time: intermediate results stay small."""
    out = np.empty(x.shape, "float32")
    for i in range(0, len(x), ROWS):
        out[i : i + ROWS] = change(x[i : i + ROWS])
    return out


def prepare(dataset, name, keep=None):
    """`Prepared` inputs of a dataset.

    Args:
        dataset: a `Dataset`; of a part of one, the whole is what the preprocessing is fitted on.
        name: `"unit"`, `"identity"`, `"standardize"`, `"mean_image"` (affine; fitted on the rows `keep` of
            the training set, or on all), `"image_standardize"`, `"gcn_zca"` (fitted on the whole training
            set, labels unseen) or `"words"` (for `networks.bags.words_regression`); these are kept in the folder
            of the arrays under the dataset's fingerprint.
        keep: rows of the training set that training uses, or `None` for all.

    Raises:
        UsageError: an unknown name; inputs that are not numbers of one shape.
    """
    if name in AFFINE:
        rows = dataset.x_train if keep is None else dataset.x_train[keep]
        return Prepared(dataset.x_train, dataset.x_test, *AFFINE[name](rows))
    if name not in OTHERS:
        raise unknown("preprocessing", name, [*AFFINE, *OTHERS])
    x_train, x_test = _kept(dataset.whole or dataset, name)
    return Prepared(x_train[: len(dataset.x_train)], x_test[: len(dataset.x_test)], *_identity(None))


def _kept(dataset, name):
    path = arrays_folder() / "prepared" / f"{dataset.name}-{name}-{dataset.fingerprint[:16]}-{VERSION}.npz"
    if not path.is_file():
        x_train, x_test = OTHERS[name](dataset.x_train, dataset.x_test)
        with replacing(path) as file:
            np.savez(file, x_train=x_train, x_test=x_test, digest=np.array(_digest(x_train, x_test)))
        return x_train, x_test
    try:
        with np.load(path, allow_pickle=False) as arrays:
            x_train, x_test, digest = arrays["x_train"], arrays["x_test"], arrays["digest"].item()
        if digest != _digest(x_train, x_test):
            raise ValueError("its numbers are not those that were kept")
        return x_train, x_test
    except Exception as error:  # bytes that are not ours fail in as many ways as there are parsers
        stopping.check()
        raise UsageError(f"{path} cannot be read ({error}). Delete it to have it made again.") from error


def _digest(*arrays):
    """Return the SHA-256 of arrays: their shapes, types and numbers."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.shape}{array.dtype.str}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
