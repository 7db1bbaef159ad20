"""Derivatives of derivatives, in both modes: what a gradient penalty, a Hessian and a solver of equations ask for.

Held against central differences of the closed-form derivative, which `test_activations.py` holds against
the oracles.
"""

import numpy as np
import pytest
from keras import ops

from tests.custom.activation_table import ACTIVATIONS
from tests.custom.backends import BACKEND, to_numpy

smooth_or_not = pytest.mark.parametrize("case", [c for c in ACTIVATIONS if c.elementwise], ids=lambda case: case.id)
both_precisions = pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)
STEP = 1e-5
TOLERANCE = {"float64": 1e-8, "float32": 2e-5}


def points(case):
    """Numbers of both signs, away from kinks, as a column: one channel."""
    x = np.concatenate([np.linspace(-5.9, 5.9, 24), [-2.3, -0.7, -0.2, 0.4, 1.9]])
    return x[np.all([np.abs(x - kink) > 0.01 for kink in (*case.kinks, 1e9)], axis=0)][:, None]


def slope(case, x):
    """The derivative that the backend differentiates by: the true one, or a straight-through step's."""
    return (case.gradient or case.derivative)(x)


def second_slope(case, x):
    return (slope(case, x + STEP) - slope(case, x - STEP)) / (2 * STEP)


def gradient_of(f):
    """The function from x to the gradient of sum(f(x)), to be differentiated again."""

    def gradient(x):
        if BACKEND == "tensorflow":
            import tensorflow as tf

            with tf.GradientTape() as tape:
                tape.watch(x)
                y = ops.sum(f(x))
            return tape.gradient(y, x, unconnected_gradients="zero")
        if BACKEND == "jax":
            import jax

            return jax.grad(lambda x: ops.sum(f(x)))(x)
        import torch

        x = x if x.requires_grad else x.requires_grad_()
        return torch.autograd.grad(ops.sum(f(x)), x, create_graph=True)[0]

    return gradient


def forward_derivative(f, x, tangent):
    """The derivative of f at x along the tangent, by the backend's forward mode."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
            y = f(x)
        return accumulator.jvp(y, unconnected_gradients="zero")
    if BACKEND == "jax":
        import jax

        return jax.jvp(f, (x,), (tangent,))[1]
    import torch

    return torch.func.jvp(f, (x,), (tangent,))[1]


def make(case, precision):
    layer = case.make(dtype=precision)
    x = points(case)
    layer(x.astype(precision))
    return layer, ops.convert_to_tensor(x.astype(precision)), x


@smooth_or_not
@both_precisions
def test_reverse_over_reverse(case, precision):
    layer, tensor, x = make(case, precision)
    second = to_numpy(gradient_of(gradient_of(layer))(tensor)) if BACKEND != "torch" else _torch_second(layer, tensor)
    np.testing.assert_allclose(second, second_slope(case, x), rtol=0, atol=3 * TOLERANCE[precision])


def _torch_second(layer, x):
    first = gradient_of(layer)(x)
    if not first.requires_grad:  # a function of straight pieces
        return np.zeros(tuple(x.shape))
    import torch

    (second,) = torch.autograd.grad(first.sum(), x, allow_unused=True, materialize_grads=True)
    return second.numpy()


@smooth_or_not
@both_precisions
def test_forward(case, precision):
    layer, tensor, x = make(case, precision)
    tangent = np.where(np.arange(x.size) % 2, 1.0, -0.5)[:, None]
    actual = to_numpy(forward_derivative(layer, tensor, ops.convert_to_tensor(tangent.astype(precision))))
    np.testing.assert_allclose(actual, slope(case, x) * tangent, rtol=0, atol=TOLERANCE[precision])


@smooth_or_not
@both_precisions
def test_forward_over_reverse(case, precision):
    layer, tensor, x = make(case, precision)
    gradient = gradient_of(layer)
    if BACKEND == "torch":
        import torch

        gradient = torch.func.grad(lambda x: ops.sum(layer(x)))
    actual = to_numpy(forward_derivative(gradient, tensor, ops.ones_like(tensor)))
    np.testing.assert_allclose(actual, second_slope(case, x), rtol=0, atol=3 * TOLERANCE[precision])


@pytest.mark.skipif(BACKEND == "tensorflow", reason="TensorFlow has no vectorised Hessian of its own")
@smooth_or_not
def test_hessian_is_diagonal(case, float64):
    layer, tensor, x = make(case, float64)
    total = lambda x: ops.sum(layer(x[:, None]))  # noqa: E731
    if BACKEND == "jax":
        import jax

        matrix = jax.hessian(total)(tensor[:, 0])
    else:
        import torch

        matrix = torch.func.hessian(total)(tensor[:, 0].detach()).detach()
    np.testing.assert_allclose(to_numpy(matrix), np.diag(second_slope(case, x)[:, 0]), rtol=0, atol=3e-8)


@smooth_or_not
def test_gradient_penalty(case, float64):
    """A penalty on |dD/dx|, as WGAN-GP's but smooth at 0, differentiated in a weight below and in the layer's own."""
    rng = np.random.default_rng(0)
    x, kernel, last = rng.normal(size=(6, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4,))
    layer = case.make(dtype=float64)
    layer.build((6, 4))
    layer(x @ kernel)
    weights = [np.array(to_numpy(v)) for v in layer.trainable_variables]

    def by_closed_form(kernel, *weights):
        for variable, value in zip(layer.trainable_variables, weights, strict=True):
            variable.assign(value)
        u = x @ kernel
        inner = to_numpy(layer.derivative(u)) if case.gradient is None else slope(case, u)
        gradient = (inner * last) @ kernel.T
        return np.sum((np.sum(gradient**2, axis=1) - 1) ** 2)

    expected = []
    for i, array in enumerate((kernel, *weights)):
        difference = np.zeros(array.shape)
        for index in np.ndindex(*array.shape):
            ends = []
            for sign in (1, -1):
                moved = [np.array(a) for a in (kernel, *weights)]
                moved[i][index] += sign * STEP
                ends.append(by_closed_form(*moved))
            difference[index] = (ends[0] - ends[1]) / (2 * STEP)
        expected.append(difference)
    by_closed_form(kernel, *weights)  # the weights as they were

    arrays = [x, kernel, last]
    for got, want in zip(_penalty_gradients(layer, *arrays), expected, strict=True):
        np.testing.assert_allclose(to_numpy(got), want, rtol=1e-6, atol=1e-7)


def _penalty(gradient):
    return ops.sum((ops.sum(gradient**2, axis=1) - 1) ** 2)


def _penalty_gradients(layer, x, kernel, last):
    """Gradients of the penalty in the kernel and in the layer's trainable weights."""
    x, kernel, last = map(ops.convert_to_tensor, (x, kernel, last))
    if BACKEND == "tensorflow":
        import tensorflow as tf

        weights = [v.value for v in layer.trainable_variables]
        with tf.GradientTape() as outer:
            outer.watch(kernel)
            penalty = _penalty(gradient_of(lambda x: layer(x @ kernel) * last)(x))
        return outer.gradient(penalty, [kernel, *weights], unconnected_gradients="zero")
    if BACKEND == "jax":
        import jax

        state = [v.value for v in layer.non_trainable_variables]

        def penalty(kernel, weights):
            call = lambda x: layer.stateless_call(weights, state, x @ kernel)[0] * last  # noqa: E731
            return _penalty(gradient_of(call)(x))

        gradients = jax.grad(penalty, argnums=(0, 1))(kernel, [v.value for v in layer.trainable_variables])
        return [gradients[0], *gradients[1]]
    import torch

    kernel = kernel.clone().requires_grad_()
    gradient = gradient_of(lambda x: layer(x @ kernel) * last)(x)
    weights = [v.value for v in layer.trainable_variables]
    if not gradient.requires_grad:
        return [torch.zeros_like(w) for w in (kernel, *weights)]
    found = torch.autograd.grad(_penalty(gradient), [kernel, *weights], allow_unused=True, materialize_grads=True)
    return found


@pytest.mark.skipif(BACKEND != "jax", reason="of JAX's transformations")
@smooth_or_not
def test_mapped_over_a_batch(case):
    import jax

    layer, tensor, _ = make(case, "float32")
    np.testing.assert_array_equal(jax.vmap(lambda x: layer(x[None])[0])(tensor), layer(tensor))


@pytest.mark.skipif(BACKEND == "tensorflow", reason="one function that is differentiated twice")
@smooth_or_not
def test_forward_over_forward(case, float64):
    layer, tensor, x = make(case, float64)

    def once(f):
        return lambda x: forward_derivative(f, x, ops.ones_like(x))

    second = second_slope(case, x)
    np.testing.assert_allclose(
        to_numpy(once(once(layer))(tensor) + 0.0), second, rtol=0, atol=3e-8
    )  # PyTorch has 0s without memory
    if BACKEND == "jax":
        from jax import jacfwd
    else:
        from torch.func import jacfwd
    few = ops.reshape(tensor[:: len(x) // 5], (-1,))
    twice = to_numpy(jacfwd(jacfwd(lambda x: layer(x[:, None])[:, 0]))(few) + 0.0)
    want = np.zeros(twice.shape)
    np.einsum("iii->i", want)[:] = second[:: len(x) // 5, 0]
    np.testing.assert_allclose(twice, want, rtol=0, atol=3e-8)
