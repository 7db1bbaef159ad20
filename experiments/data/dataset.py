"""Datasets as an experiment sees them."""

import dataclasses
import functools
import hashlib

import numpy as np


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Arrays of one dataset, in an order that does not depend on where they came from.

    Attributes:
        name: its name in the catalogue.
        x_train, y_train, x_test, y_test: inputs as the source gives them (images as uint8,
            `(n, height, width, channels)`), labels as int32.
        classes: number of classes.
        provenance: source, version, licence, citation, in words.
        whole: the set that this one is the beginning of, or `None`.
        cache: what is made from the arrays for one run after the other.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int
    provenance: dict
    whole: "Dataset | None" = None
    cache: dict = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def part(self, train, test):
        """The first examples of both sets."""
        return dataclasses.replace(
            self, x_train=self.x_train[:train], y_train=self.y_train[:train], x_test=self.x_test[:test],
            y_test=self.y_test[:test], whole=self.whole or self, cache={},
        )  # fmt: skip

    @functools.cached_property
    def fingerprint(self):
        """SHA-256 of the arrays: their shapes, dtypes and bytes."""
        digest = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(f"{array.shape}{array.dtype.str}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def describe(self):
        """The part of a record that says what the run was trained on."""
        return {
            "name": self.name,
            "fingerprint": self.fingerprint,
            "train": len(self.x_train),
            "test": len(self.x_test),
            "classes": self.classes,
            **self.provenance,
        }


def canonical_order(x, y):
    """Examples sorted by their bytes, then label: the same set gives the same arrays, however stored."""
    y = np.asarray(y).astype("int32")
    rows = np.concatenate([x.reshape(len(x), -1).view("uint8"), y[:, None].byteswap().view("uint8")], axis=1)
    order = np.argsort(np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").ravel(), kind="stable")
    return x[order], y[order]


def split(x, y, test_fraction, seed=0):
    """Fixed random split of a set that has none: `(x_train, y_train, x_test, y_test)`."""
    order = np.random.default_rng(seed).permutation(len(x))
    n = round(len(x) * test_fraction)
    return x[order[n:]], y[order[n:]], x[order[:n]], y[order[:n]]
