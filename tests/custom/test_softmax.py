"""Softmax: its Jacobian, its axes, and scores that would overflow."""

import numpy as np
import pytest

from custom.activations import Softmax, softmax
from tests.custom.backends import to_numpy, value_and_gradient
from tests.reference import activations as oracle

SCORES = np.random.default_rng(0).normal(scale=3, size=(4, 5, 3))


@pytest.mark.parametrize("precision, rtol", [("float64", 1e-10), ("float32", 2e-6)], indirect=["precision"])
@pytest.mark.parametrize("axis", [-1, 0, 1, 2, -2])
def test_any_axis(axis, precision, rtol):
    layer = Softmax(axis, dtype=precision)
    x = SCORES.astype(precision)
    np.testing.assert_allclose(to_numpy(layer(x)), oracle.softmax(x, axis), rtol=rtol)
    np.testing.assert_allclose(to_numpy(layer(x)).sum(axis=axis), 1, rtol=rtol)
    # 1 - s cancels where s is near 1: an absolute part of a few roundings.
    atol = 4 * np.finfo(precision).eps
    np.testing.assert_allclose(to_numpy(layer.derivative(x)), oracle.softmax_derivative(x, axis), rtol=rtol, atol=atol)


def test_an_axis_may_be_numpys():
    layer = Softmax(axis=np.int64(-2))
    assert type(layer.get_config()["axis"]) is int
    np.testing.assert_array_equal(to_numpy(layer(SCORES)), to_numpy(Softmax(-2)(SCORES)))


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_gradient_is_the_jacobian_transposed_times_the_upstream(axis, float64):
    layer = Softmax(axis, dtype=float64)
    upstream = np.random.default_rng(1).normal(size=SCORES.shape)
    _, gradient = value_and_gradient(layer, SCORES, upstream)
    jacobian = to_numpy(layer.jacobian(SCORES))
    expected = np.einsum("...i,...ij->...j", np.moveaxis(upstream, axis, -1), jacobian)
    np.testing.assert_allclose(np.moveaxis(to_numpy(gradient), axis, -1), expected, rtol=1e-10, atol=1e-14)
    diagonal = np.moveaxis(np.diagonal(jacobian, axis1=-2, axis2=-1), -1, axis)
    np.testing.assert_allclose(to_numpy(layer.derivative(SCORES)), diagonal, rtol=1e-10, atol=1e-15)


def test_jacobian_is_the_limit_of_differences(float64):
    z, h = SCORES[0, 0], 1e-5
    jacobian = to_numpy(Softmax(dtype=float64).jacobian(z))
    for j in range(3):
        step = h * np.eye(3)[j]
        difference = (oracle.softmax(z + step) - oracle.softmax(z - step)) / (2 * h)
        np.testing.assert_allclose(jacobian[:, j], difference, atol=1e-10)


def test_large_scores_do_not_overflow():
    for precision in ("float16", "float32"):
        y = to_numpy(softmax(np.array([1.0, 2.0, 3.0], precision) * 2e4))
        np.testing.assert_allclose(y, [0, 0, 1])
    np.testing.assert_allclose(
        to_numpy(softmax(np.array([700.0, 701.0], "float32"))), oracle.softmax([0.0, 1.0]), rtol=1e-6
    )


def test_a_constant_added_to_all_scores_changes_nothing(float64):
    np.testing.assert_allclose(to_numpy(softmax(SCORES + 100)), to_numpy(softmax(SCORES)), rtol=1e-12)
