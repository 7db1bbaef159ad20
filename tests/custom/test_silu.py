"""SiLU with a learned beta: the weight, its gradient, its limits."""

import numpy as np
import pytest

from custom.activations import ReLU, SiLU
from tests.custom.backends import to_numpy, weight_gradients
from tests.reference import activations as oracle

X = np.random.default_rng(0).normal(size=(7, 4))


@pytest.mark.parametrize("precision, rtol", [("float64", 1e-10), ("float32", 2e-6)], indirect=["precision"])
def test_gradient_of_beta(precision, rtol):
    x, upstream = X.astype(precision), np.random.default_rng(1).uniform(0.5, 1, size=X.shape).astype(precision)
    layer = SiLU(trainable=True, dtype=precision)
    (gradient,) = weight_gradients(layer, x, upstream)
    assert tuple(layer.factor.shape) == () and layer.factor.path.endswith("beta")
    np.testing.assert_allclose(to_numpy(gradient), oracle.silu_beta_gradient(x, upstream), rtol=rtol)


def test_a_fixed_beta_is_no_weight():
    layer = SiLU(0.5)
    layer(X)
    assert layer.weights == []
    learned = SiLU(0.5, trainable=True)
    learned(X)
    assert [to_numpy(w).item() for w in learned.trainable_weights] == [0.5]


def test_either_of_the_two_arguments_says_both():
    for arguments, learned, trainable in (
        ({}, False, False),
        ({"learned": True}, True, True),
        ({"trainable": True}, True, True),
        ({"learned": False}, False, False),
        ({"trainable": False}, False, False),
        ({"learned": True, "trainable": False}, True, False),
        ({"learned": False, "trainable": True}, False, True),
    ):
        layer = SiLU(0.5, **arguments)
        for one in (layer, SiLU.from_config(layer.get_config())):
            one.build((None, 3))
            assert (one.learned, one.trainable) == (learned, trainable), arguments
            assert (len(one.weights), len(one.trainable_weights)) == (learned, learned and trainable), arguments
    for name in ("learned", "trainable"):
        with pytest.raises(TypeError, match=f"Received: {name}='yes'"):
            SiLU(**{name: "yes"})


def test_derivative_follows_the_learned_beta():
    layer = SiLU(trainable=True)
    x = X.astype("float32")
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), oracle.silu_derivative(x), rtol=1e-5, atol=1e-6)
    layer.factor.assign(2.5)
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), oracle.silu_derivative(x, 2.5), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(to_numpy(layer(x)), oracle.silu(x, 2.5), rtol=1e-5, atol=1e-6)


def test_limits_of_beta():
    """beta = 0 is x / 2; a large beta is ReLU."""
    x = X.astype("float32")
    np.testing.assert_allclose(to_numpy(SiLU(0.0)(x)), x / 2, rtol=1e-6)
    np.testing.assert_allclose(to_numpy(SiLU(1e4)(x)), to_numpy(ReLU()(x)), atol=1e-6)
