"""Numbers that a user writes: decimal digits of ASCII; nothing else that Python would take for a number."""

import re

INTEGER = re.compile(r"[-+]?[0-9]+")
REAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def integer(text):
    """Return the integer that a text writes, or raise a `ValueError`."""
    if not INTEGER.fullmatch(text):
        raise ValueError("no integer")
    return int(text)


def real(text):
    """Return the number that a text writes, or raise a `ValueError`."""
    if not REAL.fullmatch(text):
        raise ValueError("no number")
    return float(text)
