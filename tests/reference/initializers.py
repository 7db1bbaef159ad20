"""The distributions that the initialisers draw from, by SciPy, and what is known of a sample's distance from them.

Nothing here imports `custom` or Keras. `n` is a unit's number of inputs, `m` that of its outputs.
"""

import dataclasses

import numpy as np
from scipy import stats


@dataclasses.dataclass(frozen=True)
class Law:
    """A weight's distribution: its distribution function, and its moments."""

    cdf: object
    mean: float
    variance: float
    kurtosis: float  # the fourth central moment by the squared variance: 3 for a normal distribution


def law(distribution):
    mean, variance, excess = (float(v) for v in distribution.stats("mvk"))
    return Law(distribution.cdf, mean, variance, excess + 3)


def uniform(limit):
    return law(stats.uniform(-limit, 2 * limit))


def lecun_normal(n, m):
    return law(stats.norm(0, n**-0.5))


def fan_in_uniform(n, m):
    return uniform(n**-0.5)


def glorot_uniform(n, m):
    return uniform((6 / (n + m)) ** 0.5)


def glorot_uniform_sigmoid(n, m):
    return uniform((96 / (n + m)) ** 0.5)


def he_normal(n, m, a=0.0, mode="fan_in"):
    """He et al. (2015), equations 14 and 15."""
    return law(stats.norm(0, (2 / (1 + a * a) / {"fan_in": n, "fan_out": m}[mode]) ** 0.5))


def truncated_lecun_normal(n, m):
    """Keras's: the variance is 1/n after the cut at two deviations of the parent."""
    return law(stats.truncnorm(-2, 2, 0, n**-0.5 / stats.truncnorm.std(-2, 2)))


def unit_norm_columns(n, m):
    """A coordinate w of a direction drawn uniformly in n dimensions: (1 + w) / 2 ~ Beta((n - 1) / 2, (n - 1) / 2)."""
    return law(stats.beta((n - 1) / 2, (n - 1) / 2, -1, 2))


def randomized_asymmetric(n, m=None):
    """Each weight, and the bias: with probability 1 / (n + 1) Beta(2, 1), else N(0, 0.6007^2 / n)."""
    share, normal, beta = 1 / (n + 1), stats.norm(0, 0.6007 / np.sqrt(n)), stats.beta(2, 1)
    parts = ((1 - share, normal), (share, beta))
    r1, r2, r3, r4 = (sum(p * d.moment(k) for p, d in parts) for k in (1, 2, 3, 4))
    variance, fourth = r2 - r1**2, r4 - 4 * r1 * r3 + 6 * r1**2 * r2 - 3 * r1**4
    return Law(lambda x: sum(p * d.cdf(x) for p, d in parts), r1, variance, fourth / variance**2)


def deviations(sample, law):
    """Distances of a sample from the law, each in units of its standard error: the mean, the variance, and the
    Kolmogorov distance times the root of the sample's size, which exceeds 2.2 once in 8,000 samples."""
    x = np.sort(np.ravel(np.asarray(sample, np.float64)))
    size, cdf = x.size, law.cdf(x)
    mean = (x.mean() - law.mean) / np.sqrt(law.variance / size)
    square = np.mean((x - law.mean) ** 2)
    variance = (square / law.variance - 1) / np.sqrt((law.kurtosis - 1) / size)
    steps = np.arange(size + 1) / size
    distance = max(np.max(steps[1:] - cdf), np.max(cdf - steps[:-1]))
    return abs(mean), abs(variance), distance * np.sqrt(size)


def born_dead(kernels, biases, x):
    """Share of the networks whose last layer of ReLU gives the same for all x.

    `kernels` are (networks, inputs, outputs) by layer, `biases` (networks, outputs).
    """
    signal = np.broadcast_to(x[None, :, None], (len(kernels[0]), len(x), 1))
    for kernel, bias in zip(kernels, biases, strict=True):
        signal = np.maximum(0.0, signal @ kernel + bias[:, None])
    return np.mean(np.all(np.ptp(signal, axis=1) == 0, axis=-1))
