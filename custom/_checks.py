"""Argument checks shared by the components: every message quotes what came in."""

import math
import numbers
import re

import numpy as np


def real(name, value, *, low=-math.inf, high=math.inf, low_open=False, high_open=False):
    """Return `value` as a float, or raise an error that names the interval it missed."""
    left, right = ("(" if low_open or math.isinf(low) else "["), (")" if high_open or math.isinf(high) else "]")
    interval = f"{left}{low:g}, {high:g}{right}"
    expected = "a finite number" if math.isinf(low) and math.isinf(high) else f"a number in {interval}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"Received: {name}={value!r} ({type(value).__name__}). Expected {expected}.")
    number = float(value)
    inside = (number > low if low_open else number >= low) and (number < high if high_open else number <= high)
    if not math.isfinite(number) or not inside:
        raise ValueError(f"Received: {name}={value!r}. Expected {expected}.")
    return number


def real_numbers(x):
    """Return `x` unless it is a tensor or an array of complex numbers, whose imaginary part a cast would drop."""
    if "complex" in str(getattr(x, "dtype", "")):
        raise TypeError(f"Received: an input of dtype {x.dtype}. Expected real numbers.")
    return x


def boolean(name, value):
    """Return `value` as a bool if it is True or False, Python's or NumPy's, or raise an error that quotes it."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"Received: {name}={value!r} ({type(value).__name__}). Expected True or False.")
    return bool(value)


def whole(value):
    """Tell whether `value` is a whole number of any type, which True and False are not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def count(name, value, least=1):
    """Return `value` if it is a whole number and not below `least`, or raise an error that quotes it."""
    if not whole(value) or value < least:
        raise ValueError(f"Received: {name}={value!r}. Expected a whole number, at least {least}.")
    return int(value)


def seed(value):
    """Return `value` if it is a whole number or `None`, or raise an error that quotes it."""
    if value is not None and not whole(value):
        raise ValueError(f"Received: seed={value!r}. Expected an integer or None.")
    return value if value is None else int(value)


def one_of(name, value, allowed):
    """Return the one of `allowed` that `value` is, be it NumPy's, or raise an error that lists them."""
    # Arrays and tensors compare by element.
    if not isinstance(value, (str, numbers.Real, np.bool_)) or value not in allowed:
        raise ValueError(f"Received: {name}={value!r}. Expected one of {', '.join(map(repr, allowed))}.")
    return allowed[allowed.index(value)]


def pattern(name, value):
    """Return `value` if it is a regular expression, or raise an error that says why it is none."""
    if not isinstance(value, str):
        raise TypeError(f"Received: {name}={value!r} ({type(value).__name__}). Expected a regular expression.")
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"Received: {name}={value!r} ({error}). Expected a regular expression.") from error
    return value
