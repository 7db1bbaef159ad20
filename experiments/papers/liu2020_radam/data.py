"""The places at which the variance of the adaptive rate is looked at, as sets."""

import numpy as np

from experiments.data.catalogue import computed, declare

CITATION = "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020"
NAMED = (100, 200, 500, 1000, 2000, 5000)  # steps that tables name
LAST = 6000


def steps(name):
    """Return 1 to 10, some 50 steps up to 6,000, each the same factor after the one before, and the named ones."""
    spread = np.geomspace(10, LAST, 50).round().astype("int32")
    found = np.unique([*range(1, 10), *spread, *NAMED]).astype("int32")[:, None]
    return found, found, found, found


def lengths(name):
    """Return the degrees of freedom that figure 8 spans, 5 to 500: 5 to 20, and some 40 more, as of the steps."""
    spread = np.geomspace(20, 500, 40).round().astype("int32")
    found = np.unique([*range(5, 20), *spread, 100]).astype("int32")[:, None]
    return found, found, found, found


SETS = {"radam_steps": (steps, "steps from 1 to 6,000"), "radam_lengths": (lengths, "degrees of freedom from 5 to 500")}
for name, (load, what) in SETS.items():
    declare(name, computed(load, CITATION, what))
