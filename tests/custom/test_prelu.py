"""PReLU: what is learned, and which positions share it."""

import json

import numpy as np
import pytest

from custom.activations import PReLU
from tests.custom.backends import to_numpy, weight_gradients
from tests.reference import activations as oracle

IMAGES = np.random.default_rng(0).normal(size=(4, 5, 6, 3))


@pytest.mark.parametrize(
    "shared_axes, shape, shared",
    [
        (None, (1, 1, 3), (1, 2)),
        ((1, 2), (1, 1, 3), (1, 2)),
        ((), (5, 6, 3), ()),
        ((3,), (5, 6, 1), (3,)),
        ((1, 2, 3), (1, 1, 1), (1, 2, 3)),
    ],
    ids=str,
)
@pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)
def test_alpha_gradient(shared_axes, shape, shared, precision):
    """The channel-wise default, the paper's channel-shared form, one slope per element."""
    x = IMAGES.astype(precision)
    upstream = np.random.default_rng(1).normal(size=x.shape).astype(precision)
    layer = PReLU(shared_axes=shared_axes, dtype=precision)
    (gradient,) = weight_gradients(layer, x, upstream)
    assert tuple(layer.alpha.shape) == shape == tuple(gradient.shape)
    expected = oracle.prelu_alpha_gradient(x, upstream, shared)
    # A sum of up to 120 terms of size 1 that may cancel: an absolute part of 120 roundings.
    rtol, atol = (1e-10, 1e-13) if precision == "float64" else (2e-6, 120 * 6e-8)
    np.testing.assert_allclose(to_numpy(gradient), expected, rtol=rtol, atol=atol)


def test_each_channel_uses_its_own_slope():
    x = -np.ones((2, 5, 6, 3), "float32")
    layer = PReLU()
    layer.build(x.shape)
    layer.alpha.assign(np.array([0.1, 0.2, 0.3]).reshape(1, 1, 3))
    np.testing.assert_allclose(to_numpy(layer(x)), np.broadcast_to([-0.1, -0.2, -0.3], x.shape), rtol=1e-6)
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), np.broadcast_to([0.1, 0.2, 0.3], x.shape), rtol=1e-6)


def test_dense_features_have_one_slope_each():
    layer = PReLU()
    layer.build((None, 7))
    assert tuple(layer.alpha.shape) == (7,)
    assert layer.alpha.path.endswith("alpha")  # the name that `l2_exclude=("alpha",)` relies on
    np.testing.assert_array_equal(to_numpy(layer.alpha), np.full(7, 0.25, "float32"))


def test_derivative_needs_no_earlier_call():
    np.testing.assert_array_equal(to_numpy(PReLU().derivative(np.array([[-1.0, 1.0]], "float32"))), [[0.25, 1.0]])


@pytest.mark.parametrize("initializer, expected", [("zeros", 0.0), (1, 1.0), (np.float32(0.5), 0.5)])
def test_alpha_initializer(initializer, expected):
    layer = PReLU(initializer)
    layer.build((None, 2))
    np.testing.assert_array_equal(to_numpy(layer.alpha), [expected, expected])


def test_shared_axes_survive_the_configuration():
    layer = PReLU.from_config(PReLU(shared_axes=[1, 2]).get_config())
    layer.build((None, 5, 6, 3))
    assert tuple(layer.alpha.shape) == (1, 1, 3)
    for one in (1, np.int64(1), (np.int64(1),), range(1, 2)):  # one axis, as Keras takes it
        layer = PReLU(shared_axes=one)
        assert layer.get_config()["shared_axes"] == (1,)
        json.dumps(layer.get_config())
    everything = PReLU.from_config(PReLU(shared_axes=()).get_config())
    everything.build((None, 5, 6, 3))
    assert tuple(everything.alpha.shape) == (5, 6, 3)


@pytest.mark.parametrize(
    "shared_axes, shape, words",
    [
        ((0,), (None, 5, 6, 3), ("shared_axes=(0,)", "(None, 5, 6, 3)", "from 1 to 3")),
        ((4,), (None, 5, 6, 3), ("shared_axes=(4,)", "from 1 to 3")),
        ((-1,), (None, 5, 6, 3), ("shared_axes=(-1,)",)),
        ((1.0,), (None, 5, 3), ("shared_axes=(1.0,)",)),
        ((), (None, None, 6, 3), ("(None, None, 6, 3)", "shared_axes=()", "known size")),
        (None, (None, 5, None), ("(None, 5, None)", "known size")),
    ],
    ids=str,
)
def test_bad_axes_are_quoted(shared_axes, shape, words):
    with pytest.raises(ValueError) as caught:
        PReLU(shared_axes=shared_axes).build(shape)
    assert all(word in str(caught.value) for word in words), str(caught.value)
