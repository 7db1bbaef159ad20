"""The stochastic units of a restricted Boltzmann machine: their means and their draws.

`x` is what comes in from the other side. Everything is computed in float32 at least, or float64: half precision
would make probabilities and draws coarse.
"""

import math

import keras
from keras import ops

from .._types import Seed, Tensor


def wide(x: Tensor) -> Tensor:
    """`x` in float64 if that is its dtype, in float32 otherwise."""
    return ops.cast(x, "float64" if keras.backend.standardize_dtype(x.dtype) == "float64" else "float32")


def noise(x: Tensor, seed: Seed) -> Tensor:
    """Standard normal draws in the shape and dtype of `x`."""
    return keras.random.normal(ops.shape(x), dtype=keras.backend.standardize_dtype(x.dtype), seed=seed)


class Bernoulli:
    """0 or 1, and 1 with probability sigma(x)."""

    @staticmethod
    def mean(x: Tensor) -> Tensor:
        return ops.sigmoid(wide(x))

    @staticmethod
    def draw(x: Tensor, seed: Seed) -> Tensor:
        probability = Bernoulli.mean(x)
        dtype = keras.backend.standardize_dtype(probability.dtype)
        draw = keras.random.uniform(ops.shape(probability), dtype=dtype, seed=seed)
        return ops.cast(draw < probability, dtype)

    @staticmethod
    def log_sum(x: Tensor) -> Tensor:
        """ln(sum over h in {0, 1} of exp(h x)) = softplus(x)."""
        # Written out: PyTorch's softplus is x above 20, which is 2e-9 off there.
        return ops.relu(x) + ops.log1p(ops.exp(-ops.abs(x)))


class Gaussian:
    """Normal with mean x and variance 1."""

    @staticmethod
    def mean(x: Tensor) -> Tensor:
        return wide(x)

    @staticmethod
    def draw(x: Tensor, seed: Seed) -> Tensor:
        x = wide(x)
        return x + noise(x, seed)


class NReLU:
    """max(0, x + n), n ~ N(0, sigma(x)), where the logistic sigma(x) is the variance."""

    @staticmethod
    def mean(x: Tensor) -> Tensor:
        """The mean of a rectified normal: x Phi(x / s) + s phi(x / s), with s = sigma(x)^(1/2)."""
        x = wide(x)
        deviation = ops.sqrt(ops.sigmoid(x))
        # Beyond 40 both terms have their limits; the deviation may be 0 there, and TensorFlow's erf(-inf) is NaN.
        ratio = ops.clip(x / deviation, -40, 40)
        half, scale = (ops.convert_to_tensor(c, dtype=x.dtype) for c in (math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)))
        mean = x * (1 + ops.erf(half * ratio)) / 2 + deviation * scale * ops.exp(-ops.square(ratio) / 2)
        return ops.relu(mean)  # where the two terms cancel, rounding may leave -1e-8

    @staticmethod
    def draw(x: Tensor, seed: Seed) -> Tensor:
        x = wide(x)
        return ops.relu(x + noise(x, seed) * ops.sqrt(ops.sigmoid(x)))
