"""Values of a grid that fill a space evenly, however many of them are tried."""

import math

from scipy.stats import qmc

DIGITS = 3  # of a value, in decimal: what a page prints is what ran


def log_uniform(low, high, n):
    """Return n values between two bounds, evenly spread over their logarithms, in ascending order.

    They are the first n points of Halton's sequence in base 2, without 0. It has no random numbers, and the first n
    points are among the first m > n: a budget that is extended keeps what has run.

    Args:
        low, high: bounds, above 0; neither is a value.
        n: how many.

    Raises:
        ValueError: bounds that are not 0 < low < high, or no value at all.
    """
    points = _points(1, n, (low, high))
    return tuple(sorted(value for (value,) in points))


def log_uniform_pairs(first, second, n):
    """Return n pairs of values between two pairs of bounds, evenly spread over their logarithms.

    They are the first n points of Halton's sequence in bases 2 and 3, without 0, in its order: the first n are those of
    a longer list too, and the i-th has the same place in every space.

    Args:
        first, second: `(low, high)` of each value, 0 < low < high; neither bound is a value.
        n: how many.

    Raises:
        ValueError: bounds that are not 0 < low < high, or no pair at all.
    """
    return tuple(_points(2, n, first, second))


def _points(dimensions, n, *bounds):
    for low, high in bounds:
        if not 0 < low < high or n < 1:
            raise ValueError(f"Received: low={low!r}, high={high!r}, n={n!r}. Expected 0 < low < high and n >= 1.")
    places = qmc.Halton(dimensions, scramble=False).random(n + 1)[1:]
    scales = [(low, math.log(high / low)) for low, high in bounds]
    values = ([low * math.exp(x * size) for x, (low, size) in zip(place, scales, strict=True)] for place in places)
    return [tuple(float(f"{value:.{DIGITS}g}") for value in pair) for pair in values]
