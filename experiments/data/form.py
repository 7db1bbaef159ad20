"""The form of a set's arrays, and whether arrays have it: nothing is cut, cast or reshaped to make it fit."""

import collections
import dataclasses
import math

import numpy as np

from experiments.data.texts import ALPHABET

NAMES = ("x_train", "y_train", "x_test", "y_test")
Head = collections.namedtuple("Head", "shape dtype")  # what is known of an array before its values are read
# Of the kinds whose inputs are codes: what their numbers are called, and the largest.
CODES = {"words": ("numbers", 1), "characters": ("codes", len(ALPHABET) - 1)}


class Unfit(Exception):
    """Arrays that are not of the form; the message says what came in and what would do."""


@dataclasses.dataclass(frozen=True)
class Form:
    """What there is of one set; what is not stated is not looked at.

    Attributes:
        kind: in a word: "images" are uint8, "words" and "characters" too, which are codes; others are numbers.
        shape: of an example.
        classes: labels are 0 to one less; 0: the targets are numbers.
        train, test: how many examples there are.
    """

    kind: str
    shape: tuple = ()
    classes: int = 0
    train: int = 0
    test: int = 0

    def fitted(self, arrays):
        """Return the four arrays: images with their channel axis, labels in one axis.

        Raises:
            Unfit: they are not of this form.
        """
        arrays = list(arrays) if isinstance(arrays, (tuple, list)) else [arrays]
        if len(arrays) != len(NAMES):
            raise Unfit(f"there are {len(arrays)} arrays. Expected {', '.join(NAMES)}.")
        self.fit(arrays)
        arrays = [self._shaped(name, array) for name, array in zip(NAMES, arrays, strict=True)]
        for name, array in zip(NAMES, arrays, strict=True):
            self.values(name, array)
        return tuple(arrays)

    def fit(self, heads):
        """Check shapes and dtypes, of arrays or of their heads alone."""
        for name, head in zip(NAMES, heads, strict=True):
            if not isinstance(head, (np.ndarray, Head)):
                raise Unfit(f"{name} is of type {type(head).__name__}. Expected an array.")
            if not head.shape:
                raise Unfit(f"{name} is one {head.dtype}, no array. Expected an axis of examples.")
            (self._inputs if name.startswith("x") else self._targets)(name, head)
        for part, count in (("train", self.train), ("test", self.test)):
            x, y = (heads[NAMES.index(f"{letter}_{part}")].shape[0] for letter in "xy")
            if x != y:
                raise Unfit(f"x_{part} has {x} examples, y_{part} {y}. Expected as many.")
            if not x or (count and x != count):
                raise Unfit(f"x_{part} has {x} examples. Expected {count or 'at least 1'}.")

    def values(self, name, array):
        """Check what an array holds."""
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise Unfit(f"{name} has numbers that are not finite. Expected finite numbers.")
        if name.startswith("y") and self.classes:
            self._between(name, "labels", array, self.classes - 1)
        elif name.startswith("x") and self.kind in CODES:
            what, most = CODES[self.kind]
            self._between(name, what, array, most)

    @staticmethod
    def _between(name, what, array, most):
        low, high = array.min(), array.max()
        if low < 0 or high > most:
            raise Unfit(f"{name} has {what} from {low} to {high}. Expected 0 to {most}.")

    def _inputs(self, name, head):
        if self.shape and head.dtype != "uint8":
            raise Unfit(f"{name} is {head.dtype}. Expected uint8.")
        if head.dtype.kind not in "iuf":
            raise Unfit(f"{name} is {head.dtype}. Expected numbers.")
        found = tuple(head.shape[1:])
        if not self.shape or found == self.shape or (self.shape[-1] == 1 and found == self.shape[:-1]):
            return
        hint = ""
        if found == (self.shape[-1], *self.shape[:-1]) and len(found) > 1:
            hint = f" Channels come last: {name}.transpose(0, 2, 3, 1)."
        elif found == (math.prod(self.shape),):
            hint = " Flat pixels do not say in which order they stand."
        raise Unfit(f"{name} has examples of shape {found}. Expected {self.shape}.{hint}")

    def _targets(self, name, head):
        if self.classes and head.dtype.kind not in "iu":
            raise Unfit(f"{name} is {head.dtype}. Expected integer labels.")
        if head.dtype.kind not in "iuf":
            raise Unfit(f"{name} is {head.dtype}. Expected numbers.")
        if self.classes and head.shape[1:] not in ((), (1,)):
            raise Unfit(f"{name} has shape {head.shape}. Expected one label an example.")

    def _shaped(self, name, array):
        """Return an array with an axis of one element more, or less: no number leaves its place."""
        if name.startswith("x") and self.shape and array.ndim == len(self.shape):
            return array[..., None]
        return array[:, 0] if name.startswith("y") and self.classes and array.ndim == 2 else array
