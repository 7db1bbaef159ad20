"""What is measured beside errors: gradients and saturation inside a net."""

import math

from experiments.claims import Quantity

SMALLEST = 1e-300  # stands for a gradient that is 0, which has no logarithm


def looked_at(history, name):
    """Return what the last row has of the layers under this name, by layer; `None` where nobody looked."""
    return (history[-1].get("probes") or {}).get(name)


def gradient_left(history):
    """Decimal logarithm of the error that reaches the first hidden layer, by that at the last one, at the start."""
    found = looked_at(history, "error_start")
    if not found:
        return None
    first, last = found["1"], found[str(len(found))]
    return math.log10(max(first, SMALLEST)) - math.log10(max(last, SMALLEST))


def saturated(when):
    """Return the function from a history to the share of saturated units, mean over the hidden layers."""

    def compute(history):
        found = looked_at(history, f"saturated_{when}")
        return sum(found.values()) / len(found) if found else None

    return compute


GRADIENT_LEFT = Quantity("gradient_left", "", gradient_left, digits=2, difference="decades")
SATURATED_START = Quantity("saturated_start", "%", saturated("start"), 100, 1)
SATURATED_END = Quantity("saturated_end", "%", saturated("end"), 100, 1)
