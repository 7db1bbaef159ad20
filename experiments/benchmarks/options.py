"""Types of the benchmarks' options."""

import argparse
import math

from experiments.errors import quoted
from experiments.numerals import integer, real


def at_least_1(text):
    """Return an integer of at least 1."""
    try:
        if (value := integer(text)) >= 1:
            return value
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"Received: {quoted(text)}. Expected an integer of at least 1.")


def above_0(text):
    """Return a finite number above 0."""
    try:
        if 0 < (value := real(text)) < math.inf:
            return value
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"Received: {quoted(text)}. Expected a finite number above 0.")
