"""Images in grey at a lower resolution."""

import dataclasses

import numpy as np

from experiments.data.dataset import Dataset


def pooled(dataset, side):
    """Return a set of images in grey, each pixel the mean of a square and of the colours; the set itself for side 1."""
    if side == 1:
        return dataset
    if ("pooled", side) not in dataset.cache:
        small = {name: _pooled(getattr(dataset, name), side) for name in ("x_train", "x_test")}
        dataset.cache["pooled", side] = dataclasses.replace(dataset, **small, cache={})
    found: Dataset = dataset.cache["pooled", side]
    return found


def _pooled(images, side):
    n, height, width, colours = images.shape
    squares = images.reshape(n, height // side, side, width // side, side, colours)
    return np.rint(squares.mean((2, 4, 5), dtype="float32")).astype("uint8")[..., None]
