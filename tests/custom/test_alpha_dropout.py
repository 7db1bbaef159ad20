"""Keras's AlphaDropout is the one of the SELU paper: its constants, what it keeps, what it drops."""

import keras
import numpy as np
import pytest

from custom.layers import AlphaDropout
from tests.custom.backends import BACKEND, to_numpy, value_and_gradient

# Klambauer et al. (2017): alpha and lambda of the fixed point (0, 1), and alpha' = -lambda alpha.
ALPHA_PRIME = -1.7580993408473766
RATES = (0.05, 0.1, 0.5)


def affine(rate):
    """a and b, from the two conditions that the paper solves, not from its solution: with m and v the mean and the
    variance of what replaces a standard normal x, a^2 v = 1 and a m + b = 0."""
    keep = 1 - rate
    mean = keep * 0 + rate * ALPHA_PRIME
    second = keep * 1 + rate * ALPHA_PRIME**2
    a = 1 / np.sqrt(second - mean**2)
    return a, -a * mean


def activations(shape=(400, 500), seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_constant_is_the_papers():
    """lambda alpha of Keras's SELU is its saturation, and the value that the paper prints."""
    saturation = to_numpy(keras.activations.selu(np.full(1, -1e3, "float32")))
    np.testing.assert_allclose(saturation, ALPHA_PRIME, rtol=2e-7)
    assert pytest.approx(-1.0507009873554805 * 1.6732632423543772, rel=1e-15) == ALPHA_PRIME


@pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)
@pytest.mark.parametrize("rate", RATES)
def test_values_and_gradient(rate, precision):
    """Every element is either a x + b, with slope a, or a alpha' + b, with slope 0; nothing in between."""
    x = activations((60, 50)).astype(precision)
    y, gradient = map(
        to_numpy,
        value_and_gradient(lambda x: AlphaDropout(rate, seed=1, dtype=precision)(x, training=True), x),
    )
    a, b = affine(rate)
    dropped = gradient == 0
    assert 0.5 * rate < dropped.mean() < 1.5 * rate and y.dtype == precision
    rtol, atol = (1e-10, 1e-13) if precision == "float64" else (2e-6, 2e-7)  # a x + b may cancel
    np.testing.assert_allclose(y, np.where(dropped, a * ALPHA_PRIME, a * x) + b, rtol=rtol, atol=atol)
    np.testing.assert_allclose(gradient[~dropped], a, rtol=rtol)


@pytest.mark.parametrize("rate", RATES)
def test_rate_mean_and_variance(rate):
    """With 200,000 draws: the share of dropped units, and mean 0 and variance 1, within 4 standard errors."""
    x = activations().astype("float32")
    y = to_numpy(AlphaDropout(rate, seed=2, dtype="float32")(x, training=True)).astype("float64")
    a, b = affine(rate)
    dropped = np.isclose(y, a * ALPHA_PRIME + b, atol=1e-6)
    assert abs(dropped.mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / x.size)
    assert abs(y.mean()) < 4 / np.sqrt(x.size)
    fourth = np.mean((y - y.mean()) ** 4)
    assert abs(y.var() - 1) < 4 * np.sqrt((fourth - 1) / x.size)
    # The test would see plain dropout: rescaled by 1 / q it has the variance 1 / q.
    assert abs(1 / (1 - rate) - 1) > 4 * np.sqrt((fourth - 1) / x.size)


def test_what_is_dropped_does_not_depend_on_the_input():
    """Else a mean and a variance could come out right by another way."""
    gradients = [
        to_numpy(
            value_and_gradient(
                lambda x: AlphaDropout(0.5, seed=3, dtype="float32")(x, training=True), x.astype("float32")
            )[1]
        )
        for x in (activations(seed=4), -3 - activations(seed=5) ** 2)
    ]
    np.testing.assert_array_equal(gradients[0] == 0, gradients[1] == 0)
    share = (gradients[0] == 0).mean(axis=0)
    assert np.abs(share - 0.5).max() < 5 * 0.5 / np.sqrt(400)


def test_test_time_is_the_identity():
    x = activations((20, 30)).astype("float32")
    for y in (AlphaDropout(0.5)(x), AlphaDropout(0.5)(x, training=False), AlphaDropout(0.0)(x, training=True)):
        np.testing.assert_array_equal(to_numpy(y), x)


def test_a_draw_can_be_shared_by_an_axis():
    x = activations((8, 30, 20)).astype("float32")
    layer = AlphaDropout(0.5, noise_shape=(None, 1, 20), seed=6, dtype="float32")
    gradient = to_numpy(value_and_gradient(lambda x: layer(x, training=True), x)[1])
    np.testing.assert_array_equal(gradient, np.broadcast_to(gradient[:, :1], x.shape))
    assert np.unique(gradient[:, 0]).size == 2


def test_rate_one_is_refused_when_called():
    """All units dropped leave nothing to normalise. Keras takes the rate, and divides by zero in training."""
    with pytest.raises(ZeroDivisionError):
        AlphaDropout(1.0)(np.ones((2, 3), "float32"), training=True)


def test_bad_rates_are_quoted():
    with pytest.raises(ValueError, match="1.5"):
        AlphaDropout(1.5)


@pytest.mark.skipif(BACKEND != "torch", reason="PyTorch is compared where it is the backend, not loaded beside another")
@pytest.mark.parametrize("rate", RATES)
def test_pytorchs_is_the_same(rate):
    import torch

    x = torch.tensor(activations((60, 50)), requires_grad=True)
    torch.manual_seed(0)
    y = torch.nn.AlphaDropout(rate)(x)
    dropped = torch.autograd.grad(y.sum(), x)[0].numpy() == 0
    a, b = affine(rate)
    expected = np.where(dropped, a * ALPHA_PRIME, a * x.detach().numpy()) + b
    np.testing.assert_allclose(y.detach().numpy(), expected, rtol=1e-10, atol=1e-13)
    np.testing.assert_array_equal(torch.nn.AlphaDropout(1.0)(x).detach().numpy(), np.zeros(x.shape))
