"""The slopes of the linear losses of Reddi, Kale and Kumar (2018)."""

import numpy as np

from experiments.data.catalogue import computed, declare

CITATION = "Reddi, Kale and Kumar, On the Convergence of Adam and Beyond, 2018"
# The sum is above 0, so that -1 is the best point of [-1, 1].
SLOPES = {
    "slopes_in_turn": (1010, *(-10,) * 100),
    "slopes_drawn": (1010, *(-10,) * 99),
    "slopes_of_theorem_1": (3, -1, -1),
}


def slopes(name):
    """Return the slopes `(n, 1)` that are taken in turn or drawn from, as inputs, targets and test set alike."""
    found = np.array(SLOPES[name], "int16")[:, None]
    return found, found, found, found


ENTRY = computed(slopes, CITATION, "slopes of linear losses")
for name in SLOPES:
    declare(name, ENTRY)
