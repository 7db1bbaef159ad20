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
    if not 0 < low < high or n < 1:
        raise ValueError(f"Received: low={low!r}, high={high!r}, n={n!r}. Expected 0 < low < high and n >= 1.")
    points = qmc.Halton(1, scramble=False).random(n + 1)[1:, 0]
    values = (low * math.exp(point * math.log(high / low)) for point in points)
    return tuple(sorted(float(f"{value:.{DIGITS}g}") for value in values))
