"""Against Keras, and PyTorch where it is the backend; apart from both where the forms differ."""

from functools import partial

import keras
import numpy as np
import pytest

import custom.activations as ours
from tests.custom.backends import BACKEND, to_numpy, value_and_gradient

# Away from the kinks, on which the backends' own functions disagree.
X = (np.linspace(-6, 6, 121) + 0.013)[:, None].astype("float32")

SAME_AS_KERAS = {
    "linear": (ours.Linear, keras.activations.linear),
    "sigmoid": (ours.Sigmoid, keras.activations.sigmoid),
    "tanh": (ours.Tanh, keras.activations.tanh),
    "softsign": (ours.Softsign, keras.activations.softsign),
    "hard_sigmoid": (ours.HardSigmoid, keras.activations.hard_sigmoid),
    "hard_tanh": (ours.HardTanh, keras.activations.hard_tanh),
    "relu": (ours.ReLU, keras.layers.ReLU()),
    "leaky": (partial(ours.LeakyReLU, 0.2), keras.layers.LeakyReLU(negative_slope=0.2)),
    "prelu": (
        ours.PReLU,
        keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25)),
    ),
    "elu": (partial(ours.ELU, 0.7), keras.layers.ELU(alpha=0.7)),
    "selu": (ours.SELU, keras.activations.selu),
    "gelu": (ours.GELU, partial(keras.activations.gelu, approximate=False)),
    "gelu_tanh": (partial(ours.GELU, "tanh"), partial(keras.activations.gelu, approximate=True)),
    "silu": (ours.SiLU, keras.activations.silu),
    "softplus": (ours.Softplus, keras.activations.softplus),
    "sign": (ours.Sign, keras.ops.sign),
}


@pytest.mark.parametrize("name", SAME_AS_KERAS)
def test_same_as_keras(name):
    make, keras_form = SAME_AS_KERAS[name]
    layer = make()
    layer(X), keras_form(X)
    value, gradient = value_and_gradient(layer, X)
    np.testing.assert_allclose(to_numpy(value), to_numpy(keras_form(X)), rtol=2e-6, atol=1e-6)
    if name != "sign":  # TensorFlow's sign has no gradient at all
        _, keras_gradient = value_and_gradient(keras_form, X)
        # Keras's tanh form takes 1 - tanh^2 times a cubic's slope: 4e-6 off at x = -5.
        np.testing.assert_allclose(to_numpy(gradient), to_numpy(keras_gradient), rtol=2e-6, atol=4e-6)


def test_softmax_is_keras_softmax():
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    np.testing.assert_allclose(to_numpy(ours.Softmax()(x)), to_numpy(keras.layers.Softmax()(x)), rtol=1e-6)


TORCH = {
    "Softsign": (ours.Softsign, {}),
    "Hardsigmoid": (ours.HardSigmoid, {}),
    "Hardtanh": (ours.HardTanh, {}),
    "LeakyReLU": (partial(ours.LeakyReLU, 0.2), {"negative_slope": 0.2}),
    "PReLU": (ours.PReLU, {}),
    "ELU": (partial(ours.ELU, 0.7), {"alpha": 0.7}),
    "SELU": (ours.SELU, {}),
    "GELU": (ours.GELU, {}),
    "SiLU": (ours.SiLU, {}),
    "Softplus": (partial(ours.Softplus, 2.0), {"beta": 2.0}),
    "Sigmoid": (ours.Sigmoid, {}),
    "Tanh": (ours.Tanh, {}),
}


@pytest.mark.skipif(BACKEND != "torch", reason="torch.nn is compared where PyTorch is the backend")
@pytest.mark.parametrize("name", TORCH)
def test_same_as_pytorch(name):
    import torch

    make, options = TORCH[name]
    layer, module = make(), getattr(torch.nn, name)(**options)
    layer(X)
    value, gradient = value_and_gradient(layer, X)
    x = torch.tensor(X, requires_grad=True)
    y = module(x)
    (expected,) = torch.autograd.grad(y.sum(), x)
    np.testing.assert_allclose(to_numpy(value), y.detach().numpy(), rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(to_numpy(gradient), expected.numpy(), rtol=2e-6, atol=2e-6)


def test_keras_defaults_that_are_not_the_papers():
    """Each line is a difference that a docstring states."""
    x = np.array([[-1.0]], "float32")
    assert to_numpy(keras.layers.LeakyReLU()(x)).item() == pytest.approx(-0.3)  # Maas et al.: 0.01
    assert to_numpy(ours.LeakyReLU()(x)).item() == pytest.approx(-0.01)
    assert to_numpy(keras.layers.PReLU()(x)).item() == 0.0  # He et al. start at 0.25
    assert to_numpy(ours.PReLU()(x)).item() == -0.25
    images = keras.layers.PReLU()
    images.build((None, 5, 6, 3))
    assert tuple(images.alpha.shape) == (5, 6, 3)  # one slope an element; the paper: one a channel
    # Keras's ELU of 0.3 is the same function; its gradient at 0 is the left one, as in the book.
    assert to_numpy(value_and_gradient(keras.layers.ELU(alpha=0.3), np.zeros((1, 1), "float32"))[1]).item() == (
        pytest.approx(0.3)
    )


@pytest.mark.skipif(BACKEND != "torch", reason="torch.nn is compared where PyTorch is the backend")
def test_pytorch_rrelu_draws_the_slope():
    """Its evaluation slope is the mean slope, 11/48 = 0.229; the paper's divides by 5.5: 0.182."""
    import torch

    assert torch.nn.RReLU().eval()(torch.tensor([-1.0])).item() == pytest.approx(-11 / 48)
    assert to_numpy(ours.RReLU()(np.array([-1.0], "float32"))).item() == pytest.approx(-1 / 5.5)
    slope_form = ours.RReLU(1 / 8, 1 / 3, form="slope")
    assert to_numpy(slope_form(np.array([-1.0], "float32"))).item() == pytest.approx(-11 / 48)
