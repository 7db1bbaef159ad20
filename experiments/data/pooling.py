"""Images at a lower resolution."""

import dataclasses

import numpy as np

from experiments.data.dataset import Dataset


def pooled(dataset, side, grey=True):
    """Return a set of images whose pixels are the means of squares; the set itself for side 1.

    Args:
        dataset: a `Dataset` of images, whose height and width the squares fill.
        side: of a square, in pixels.
        grey: whether the mean is taken over the colours too. Default: it is.
    """
    if side == 1:
        return dataset
    key = "pooled", side, grey
    if key not in dataset.cache:
        small = {name: _pooled(getattr(dataset, name), side, grey) for name in ("x_train", "x_test")}
        dataset.cache[key] = dataclasses.replace(dataset, **small, cache={})
    found: Dataset = dataset.cache[key]
    return found


def _pooled(images, side, grey):
    n, height, width, colours = images.shape
    squares = images.reshape(n, height // side, side, width // side, side, colours)
    means = squares.mean((2, 4, 5) if grey else (2, 4), dtype="float32")
    return np.rint(means[..., None] if grey else means).astype("uint8")
