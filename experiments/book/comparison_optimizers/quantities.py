"""What is judged on each task."""

import math

from experiments.claims import TEST_ERROR, TEST_LOSS, Quantity

SMALLEST = 1e-12  # stands for a loss that is nearer to its minimum than float32 tells


def exact_loss(history):
    """Loss above its minimum, without noise, after the last epoch; `SMALLEST` where it is below."""
    value = history[-1].get("exact_loss")
    return None if value is None else max(value, SMALLEST)


def decades(history):
    """Decimal logarithm of `exact_loss`."""
    value = exact_loss(history)
    return None if value is None else math.log10(value)


EXACT_LOSS = Quantity("exact_loss", "", exact_loss, geometric=True, least=SMALLEST)
DECADES = Quantity("decades", "", decades, digits=2, difference="decades")

# A column of the history each, the lower, the better; and what differences are taken of.
MEASURED = {
    "quadratic": EXACT_LOSS,
    "logistic": TEST_ERROR,
    "perceptron": TEST_ERROR,
    "reviews": TEST_ERROR,
    "autoencoder": TEST_LOSS,
    "characters": TEST_LOSS,
    "convolutional": TEST_ERROR,
}
JUDGED = MEASURED | {"quadratic": DECADES}
