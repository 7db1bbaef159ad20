"""Argument checks shared by the components: every message quotes what came in."""

import math
import numbers


def real(name, value, *, low=-math.inf, high=math.inf, low_open=False, high_open=False):
    """Return `value` as a float, or raise an error that names the interval it missed."""
    interval = f"{'(' if low_open else '['}{low:g}, {high:g}{')' if high_open else ']'}"
    expected = "a finite number" if math.isinf(low) and math.isinf(high) else f"a number in {interval}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"Received: {name}={value!r} ({type(value).__name__}). Expected {expected}.")
    number = float(value)
    inside = (number > low if low_open else number >= low) and (number < high if high_open else number <= high)
    if not math.isfinite(number) or not inside:
        raise ValueError(f"Received: {name}={value!r}. Expected {expected}.")
    return number


def one_of(name, value, allowed):
    """Return `value` if it is one of `allowed`, or raise an error that lists them."""
    if value not in allowed:
        raise ValueError(f"Received: {name}={value!r}. Expected one of {', '.join(map(repr, allowed))}.")
    return value
