"""Against Keras and PyTorch where the forms coincide, and apart from Keras where they do not."""

import keras
import numpy as np
import pytest

from custom.optimizers import AdaDelta, AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp
from tests.custom.backends import BACKEND, to_numpy
from tests.reference import optimizers as oracle

GRADIENTS = np.random.default_rng(8).normal(size=(50, 4))
START = np.random.default_rng(9).normal(size=4)
# An epsilon that no float64 sum can see: without it, Keras's forms are the papers'.
NEGLIGIBLE = 1e-100


def final(optimizer, gradients=GRADIENTS):
    variable = keras.Variable(START, dtype="float64", name="w")
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
    return to_numpy(variable)


@pytest.mark.parametrize(
    "ours, keras_form",
    [
        (lambda: GradientDescent(0.05), lambda: keras.optimizers.SGD(0.05)),
        (lambda: Momentum(0.05, 0.8), lambda: keras.optimizers.SGD(0.05, momentum=0.8)),
        (lambda: Nesterov(0.05, 0.8), lambda: keras.optimizers.SGD(0.05, momentum=0.8, nesterov=True)),
        (lambda: AdaDelta(0.5, 0.9, 1e-4), lambda: keras.optimizers.Adadelta(0.5, rho=0.9, epsilon=1e-4)),
        (
            lambda: AdaGrad(0.05, epsilon=NEGLIGIBLE),
            lambda: keras.optimizers.Adagrad(0.05, initial_accumulator_value=0.0, epsilon=NEGLIGIBLE),
        ),
        (
            lambda: RMSProp(0.05, 0.8, epsilon=NEGLIGIBLE),
            lambda: keras.optimizers.RMSprop(0.05, rho=0.8, epsilon=NEGLIGIBLE),
        ),
        (
            lambda: Adam(0.05, 0.8, 0.99, epsilon=NEGLIGIBLE),
            lambda: keras.optimizers.Adam(0.05, 0.8, 0.99, epsilon=NEGLIGIBLE),
        ),
    ],
    ids=["sgd", "momentum", "nesterov", "adadelta", "adagrad", "rmsprop", "adam"],
)
def test_same_as_keras(ours, keras_form, float64):
    # Keras's TensorFlow optimizers take their own constants through float32: 1e-7 apart there.
    rtol = 3e-7 if BACKEND == "tensorflow" else 1e-10
    np.testing.assert_allclose(final(ours()) - START, final(keras_form()) - START, rtol=rtol, atol=rtol)


def test_adam_epsilon_stands_outside_and_after_the_correction(float64):
    """One step from g: eta g / (|g| + epsilon), whatever the betas. Keras has epsilon before the
    correction, where it weighs 1 / sqrt(1 - beta_2) times as much."""
    g, epsilon = 2.0, 0.5
    moved = START - final(Adam(0.1, epsilon=epsilon), [np.full(4, g)])
    np.testing.assert_allclose(moved, 0.1 * g / (g + epsilon), rtol=1e-10)
    keras_moved = START - final(keras.optimizers.Adam(0.1, epsilon=epsilon), [np.full(4, g)])
    np.testing.assert_allclose(keras_moved, 0.1 * g / (g + epsilon / np.sqrt(0.001)), rtol=1e-4)
    assert np.abs(keras_moved / moved - 1).min() > 0.5


def test_adagrad_accumulator_starts_at_zero(float64):
    """The first step is eta sign(g), however small g is; from Keras's 0.1 it would be far less."""
    moved = START - final(AdaGrad(0.1), [np.full(4, 1e-3)])
    np.testing.assert_allclose(moved, 0.1, rtol=2e-5)
    keras_moved = START - final(keras.optimizers.Adagrad(0.1), [np.full(4, 1e-3)])
    assert (keras_moved < 0.01 * moved).all()


def test_rmsprop_first_step_is_not_corrected(float64):
    moved = START - final(RMSProp(0.1), [np.full(4, 1e-3)])
    np.testing.assert_allclose(moved, 0.1 / np.sqrt(0.1), rtol=1e-4)


def test_nesterov_looks_ahead_on_a_quadratic(float64):
    """The paper's two-line form, with the gradient taken at w + mu v, on f(w) = h w^2 / 2."""
    curvature, rate, mu = np.array([1.0, 10.0]), 0.05, 0.9
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    variable = keras.Variable(w, dtype="float64", name="y")
    optimizer = Nesterov(rate, mu)
    for _ in range(40):
        optimizer.apply([keras.ops.convert_to_tensor(curvature * to_numpy(variable))], [variable])
        v = mu * v - rate * curvature * (w + mu * v)
        w = w + v
        np.testing.assert_allclose(
            to_numpy(variable) - mu * to_numpy(optimizer.slot("velocity", variable)), w, atol=1e-13
        )


@pytest.mark.skipif(
    BACKEND != "torch", reason="torch.optim is compared where PyTorch is the backend, not loaded beside another"
)
@pytest.mark.parametrize(
    "rule, name, options, torch_options",
    [
        (oracle.gradient_descent, "SGD", {}, {}),
        # A constant rate may stand inside or outside the velocity, as PyTorch has it.
        (oracle.momentum, "SGD", {"momentum": 0.8}, {"momentum": 0.8}),
        (oracle.nesterov, "SGD", {"momentum": 0.8}, {"momentum": 0.8, "nesterov": True}),
        (oracle.adagrad, "Adagrad", {"epsilon": 0.1}, {"eps": 0.1}),
        (oracle.adadelta, "Adadelta", {"rho": 0.9, "epsilon": 0.1}, {"rho": 0.9, "eps": 0.1}),
        (oracle.rmsprop, "RMSprop", {"rho": 0.8, "epsilon": 0.1}, {"alpha": 0.8, "eps": 0.1}),
        (oracle.adam, "Adam", {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 0.1}, {"betas": (0.8, 0.9), "eps": 0.1}),
    ],
)
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_oracle_is_the_same_as_pytorch(rule, name, options, torch_options, l2):
    import torch

    w = torch.nn.Parameter(torch.tensor(START))
    optimizer = getattr(torch.optim, name)([w], lr=0.05, weight_decay=l2, **torch_options)
    for g in GRADIENTS:
        w.grad = torch.tensor(g, device=w.device)
        optimizer.step()
    expected, _ = oracle.trajectory(rule, START, GRADIENTS, learning_rate=0.05, l2=l2, **options)
    np.testing.assert_allclose(w.detach().cpu().numpy(), expected[-1], rtol=1e-10, atol=1e-13)
