"""Local response normalisation in NumPy float64, element by element, with its gradient. Imports nothing of `custom`."""

import itertools

import numpy as np


def neighbours(index, shape, size, across):
    """The indices in the window of `index`; axis 0 is the batch, the last one the channels."""
    moved = {len(shape) - 1} if across == "channels" else set(range(1, len(shape) - 1))
    half = size // 2
    ranges = [
        range(max(0, i - half), min(shape[axis] - 1, i + half) + 1) if axis in moved else [i]
        for axis, i in enumerate(index)
    ]
    return itertools.product(*ranges)


def forward(a, size=5, k=2.0, alpha=1e-4, beta=0.75, across="channels"):
    """b_i = a_i / (k + alpha sum of a_j^2)^beta."""
    a = np.asarray(a, np.float64)
    b = np.empty_like(a)
    for index in np.ndindex(*a.shape):
        total = 0.0
        for other in neighbours(index, a.shape, size, across):
            total += a[other] ** 2
        b[index] = a[index] / (k + alpha * total) ** beta
    return b


def gradient(a, upstream, size=5, k=2.0, alpha=1e-4, beta=0.75, across="channels"):
    """Gradient of sum(upstream * b) in a, by the quotient rule."""
    a = np.asarray(a, np.float64)
    da = np.zeros_like(a)
    for index in np.ndindex(*a.shape):
        window = list(neighbours(index, a.shape, size, across))
        d = k + alpha * sum(a[other] ** 2 for other in window)
        da[index] += upstream[index] / d**beta
        for other in window:
            da[other] -= upstream[index] * a[index] * beta * d ** (-beta - 1) * 2 * alpha * a[other]
    return da
