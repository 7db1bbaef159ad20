"""The noise of the ill-conditioned quadratic."""

import numpy as np

from experiments.data.catalogue import computed, declare

N, DIMENSIONS = 1_000, 100
CITATION = "Schneider, Balles and Hennig, DeepOBS: A Deep Learning Optimizer Benchmark Suite, ICLR 2019"


def noise(name):
    """Return 1,000 points from N(0, 0.1^2) in 100 dimensions, whose mean is 0, as inputs and as test set."""
    points = 0.1 * np.random.default_rng(0).normal(size=(N, DIMENSIONS))
    points = (points - points.mean(0)).astype("float32")
    unused = np.zeros((N, 1), "float32")  # the network's output is its loss
    return points, unused, points, unused


declare("noise_of_quadratic", computed(noise, CITATION, "normal points around a quadratic's minimum"))
