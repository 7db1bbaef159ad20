"""The labels of Wilson et al. (2017), section 3.3."""

import numpy as np

from experiments.data.catalogue import computed, declare

CITATION = "Wilson et al., The Marginal Value of Adaptive Gradient Methods in Machine Learning, 2017"


def coin(name):
    """Draw 20,000 labels -1 or 1 each for training and testing, 1 with the probability in the name.

    The inputs repeat them: the features of the construction follow from the label and the number of the example
    alone.
    """
    share = float(name.rpartition("_")[2]) / 100
    y = np.where(np.random.default_rng(0).uniform(size=(2, 20_000, 1)) < share, 1, -1).astype("int8")
    return y[0], y[0], y[1], y[1]


for percent in (60, 75):
    declare(f"labels_{percent}", computed(coin, CITATION, f"labels, 1 with probability {percent / 100:g}, else -1"))
