"""NoisyReLU: the noise while training, its variance, and the backward pass that ignores it."""

import numpy as np
import pytest
from scipy import special, stats

from custom.activations import NoisyReLU
from tests.custom.backends import to_numpy, value_and_gradient


def draws(x, seed=1, n=200_000, **options):
    return to_numpy(NoisyReLU(seed=seed, **options)(np.full((n, 1), x, "float32"), training=True)).astype("float64")


@pytest.mark.parametrize("x", [-1.5, -0.7, 0.0, 0.7, 4.0])
def test_rectified_gaussian(x):
    """max(0, x + n), n of variance sigma(x): share of zeros, mean and variance, in closed form."""
    deviation = np.sqrt(special.expit(x))
    y = draws(x)
    share = stats.norm.cdf(-x / deviation)  # P(x + n < 0)
    assert abs((y == 0).mean() - share) < 5 * np.sqrt(share * (1 - share) / y.size) + 1e-6
    density = stats.norm.pdf(x / deviation)
    mean = x * (1 - share) + deviation * density
    second = (x**2 + deviation**2) * (1 - share) + x * deviation * density
    spread = np.sqrt(second - mean**2)
    assert abs(y.mean() - mean) < 5 * spread / np.sqrt(y.size)
    fourth = np.mean((y - y.mean()) ** 4)
    assert abs(y.var() - spread**2) < 5 * np.sqrt(fourth / y.size)
    assert (y >= 0).all()


def test_the_logistic_function_is_the_variance_not_the_deviation():
    """At x = -1 they are 0.27 and 0.52: the two readings of the formula lie far apart."""
    positive = (draws(-1.0) > 0).mean()
    assert positive == pytest.approx(stats.norm.cdf(-1 / np.sqrt(special.expit(-1))), abs=0.002)
    assert positive != pytest.approx(stats.norm.cdf(-1 / special.expit(-1)), abs=0.01)


def test_expected_sum_of_shifted_binary_units():
    """The unit stands for a sum: sum over i of sigma(x - i + 1/2), close to log(1 + e^x)."""
    for x in (-2.0, 0.0, 3.0):
        units = special.expit(x - np.arange(1, 200) + 0.5).sum()
        assert units == pytest.approx(np.logaddexp(0, x), abs=0.02)
    assert draws(3.0).mean() == pytest.approx(units, abs=0.06)  # the approximation is good for large x


def test_backward_pass_is_relus_whatever_the_noise():
    x = np.random.default_rng(2).normal(size=(100, 50)).astype("float32")
    x[0, 0] = 0.0
    layer = NoisyReLU(seed=3)
    layer.build(x.shape)
    y, gradient = value_and_gradient(lambda x: layer(x, training=True), x, upstream=np.full_like(x, 2.0))
    np.testing.assert_array_equal(to_numpy(gradient), 2.0 * (x > 0))
    # The noise did change the sign of some: there the gradient of the drawn value would differ.
    assert ((to_numpy(y) > 0) != (x > 0)).mean() > 0.05


def test_no_noise_at_test_time():
    x = np.random.default_rng(4).normal(size=(20, 5)).astype("float32")
    np.testing.assert_array_equal(to_numpy(NoisyReLU(seed=5)(x)), np.maximum(x, 0))
    np.testing.assert_array_equal(to_numpy(NoisyReLU(seed=5)(x, training=False)), np.maximum(x, 0))


def test_seeds_and_passes():
    first = draws(0.5, seed=6, n=1000)
    np.testing.assert_array_equal(draws(0.5, seed=6, n=1000), first)
    assert abs(np.corrcoef(draws(0.5, seed=7, n=1000).ravel(), first.ravel())[0, 1]) < 0.15
    layer, x = NoisyReLU(seed=6), np.full((1000, 1), 0.5, "float32")
    one, two = to_numpy(layer(x, training=True)), to_numpy(layer(x, training=True))
    np.testing.assert_array_equal(one, first.astype("float32"))
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.15
    assert np.unique(one[one > 0]).size > 0.99 * (one > 0).sum()  # each element its own


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_draws_are_not_coarse(dtype):
    """Noise that JAX draws in half precision has no tails: at x = 0 its largest would be 1.8 or 2.3, not 3."""
    y = to_numpy(NoisyReLU(seed=8, dtype=dtype)(np.zeros((200_000, 1), "float32"), training=True))
    assert abs(y.mean() - np.sqrt(0.5) / np.sqrt(2 * np.pi)) < 2e-3
    assert y.max() > 2.6


def test_any_integer_is_a_seed():
    given, same = NoisyReLU(seed=np.int64(3)), NoisyReLU(seed=3)
    assert type(given.get_config()["seed"]) is int
    x = np.zeros((2, 5), "float32")
    np.testing.assert_array_equal(*(to_numpy(layer(x, training=True)) for layer in (given, same)))


def test_nan_and_infinity_propagate_in_training():
    y = to_numpy(NoisyReLU(seed=9)(np.array([np.nan, np.inf, -np.inf], "float32"), training=True))
    np.testing.assert_array_equal(y, [np.nan, np.inf, 0.0])
