"""`minimize`: the paths of optimizers on functions, and when it stops."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from custom.optimizers.adam import Adam
from custom.optimizers.gradient_descent import GradientDescent
from custom.optimizers.minimize import minimize
from custom.optimizers.momentum import Momentum
from tests.custom.backends import run_fresh
from tests.reference import optimizers as oracle

CURVATURES = np.array([1.0, 4.0, 10.0])
START = [3.0, -2.0, 1.0]


def quadratic(x):
    return ops.sum(ops.convert_to_tensor(CURVATURES, dtype=x.dtype) * x**2) / 2


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


@pytest.mark.parametrize("rate", [0.01, 0.1, 2 / 11, 0.199])
def test_gradient_descent_has_its_exact_rate(rate):
    """Each coordinate shrinks by 1 - eta lambda a step: fastest together at eta = 2 / (m + M)."""
    result = minimize(quadratic, START, partial(GradientDescent, rate), steps=30, tolerance=0)
    k = np.arange(31)[:, None]
    expected = (1 - rate * CURVATURES) ** k * START
    np.testing.assert_allclose(result.path, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(result.values, (CURVATURES * expected**2).sum(axis=1) / 2, rtol=1e-11)
    np.testing.assert_allclose(result.gradient_norms, np.linalg.norm(CURVATURES * expected, axis=1), rtol=1e-11)
    assert result.path.dtype == "float64" and result.steps == 30 and not result.converged
    np.testing.assert_array_equal(result.point, result.path[-1])
    assert result.value == result.values[-1]


@pytest.mark.slow
def test_step_sizes_too_small_right_and_too_large():
    """As in the book's first figures: creeping, converging, beyond 2 / M climbing."""
    small, right, large = (
        minimize(quadratic, START, partial(GradientDescent, rate), steps=100) for rate in (1e-3, 2 / 11, 0.25)
    )
    assert not small.converged and small.steps == 100 and (np.diff(small.values) < 0).all()
    assert small.value > 0.4 * small.values[0]
    assert right.converged and right.gradient_norms[-1] < 1e-6 <= right.gradient_norms[-2]
    # |1 - eta lambda| is 9/11 for the slowest; 3 (9/11)^k < 1e-6 from k = 75, the other end needs a few more.
    assert 75 <= right.steps <= 85 and "below the tolerance, 1e-06" in right.reason
    # The fast coordinates shrink, while the one of curvature 10 grows by half a step, with its sign turning.
    assert not large.converged and large.value > 1e30
    np.testing.assert_allclose(large.path[1:, 2] / large.path[:-1, 2], -1.5, rtol=1e-12)


def test_divergence_ends_the_search():
    result = minimize(lambda x: ops.sum(x**4), [3.0], partial(GradientDescent, 1.0), steps=100)
    assert not result.converged and result.steps < 10
    assert "diverged" in result.reason and "not finite" in result.reason
    assert not np.isfinite(result.values[-1]) and np.isfinite(result.values[:-1]).all()


def test_nan_ends_the_search():
    result = minimize(lambda x: ops.sum(ops.log(x)), [1.0], partial(GradientDescent, 2.0), steps=100)
    assert result.path.tolist() == [[1.0], [-1.0]] and not result.converged
    assert result.reason == "diverged: the value after 1 steps is not finite"
    flat = minimize(lambda x: ops.sum(x), [1.0], gradient=lambda x: np.nan * x)
    assert flat.steps == 0 and flat.reason == "diverged: the gradient after 0 steps is not finite"


def test_start_at_the_minimum():
    result = minimize(quadratic, [0.0, 0.0, 0.0])
    assert result.converged and result.steps == 0 and result.path.tolist() == [[0.0, 0.0, 0.0]]


def test_defaults_are_the_books():
    """Learning rate 0.001, 100 epochs, tolerance 1e-6."""
    result = minimize(quadratic, START)
    assert result.steps == 100
    np.testing.assert_allclose(result.point, (1 - 0.001 * CURVATURES) ** 100 * START, rtol=1e-12)
    assert minimize(quadratic, [9e-7, 0.0, 0.0]).converged and not minimize(quadratic, [2e-6, 0.0, 0.0]).converged


def test_the_sign_that_the_book_prints_climbs():
    """Its class subtracts `lr * (-grad)`."""
    result = minimize(quadratic, START, gradient=lambda x: -ops.convert_to_tensor(CURVATURES) * x)
    assert (np.diff(result.values) > 0).all() and not result.converged


@pytest.mark.parametrize(
    "make, rule, options",
    [
        (partial(Momentum, 0.01, momentum=0.8), oracle.momentum, {"learning_rate": 0.01, "momentum": 0.8}),
        (
            partial(Adam, 0.1),
            oracle.adam,
            {"learning_rate": 0.1, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
        ),
    ],
    ids=["momentum", "adam"],
)
def test_paths_of_other_optimizers(make, rule, options):
    result = minimize(quadratic, START, make, steps=20, tolerance=0)
    expected, state = [np.array(START)], None
    for t in range(1, 21):
        w, state = oracle.step(rule, expected[-1], CURVATURES * expected[-1], state, t, **options)
        expected.append(w)
    np.testing.assert_allclose(result.path, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.slow
def test_optimizers_of_keras():
    result = minimize(rosenbrock, [-1.2, 1.0], partial(keras.optimizers.SGD, 2.0**-10, momentum=0.875), steps=200)
    # Numbers that float32 holds exactly: Keras's own optimizers take theirs through it on TensorFlow.
    w, v = np.array([-1.2, 1.0]), 0
    for _ in range(200):
        v = 0.875 * v - 2.0**-10 * np.array(
            [2 * (w[0] - 1) - 400 * w[0] * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]
        )
        w = w + v
    np.testing.assert_allclose(result.point, w, rtol=1e-9)
    assert result.values[-1] < 0.01 * result.values[0]


def test_an_optimizer_is_copied_with_its_rate_as_it_holds_it():
    """In floatx of when it was made: 0.1 in float32 is 1.5e-9 more. `partial` is exact."""
    optimizer = GradientDescent(0.1)
    first, again = (minimize(quadratic, START, optimizer, steps=3) for _ in range(2))
    np.testing.assert_array_equal(first.path, again.path)
    assert not optimizer.built and int(ops.convert_to_numpy(optimizer.iterations)) == 0
    rate = np.float64(np.float32(0.1))
    np.testing.assert_allclose(first.path[1], (1 - rate * CURVATURES) * START, rtol=1e-14, atol=1e-16)
    assert abs(first.path[1][0] / (0.9 * 3) - 1) > 1e-10


def test_schedules():
    class Hyperbolic(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 / ops.sqrt(ops.cast(step, "float64") + 1)

    result = minimize(quadratic, START, lambda: GradientDescent(Hyperbolic()), steps=5)
    w = np.array(START)
    for t in range(1, 6):
        w = w - 0.1 / np.sqrt(t) * CURVATURES * w
    np.testing.assert_allclose(result.point, w, rtol=1e-12, atol=1e-14)


def test_a_given_gradient_is_used():
    calls = []

    def gradient(x):
        calls.append(1)
        return ops.convert_to_tensor(CURVATURES) * x

    given = minimize(quadratic, START, partial(GradientDescent, 0.1), steps=7, gradient=gradient)
    found = minimize(quadratic, START, partial(GradientDescent, 0.1), steps=7)
    assert len(calls) == 8
    np.testing.assert_allclose(given.path, found.path, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (2, 1, 2)])
def test_any_shape(shape):
    start = np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape)
    result = minimize(lambda x: ops.sum(x**2) / 2, start, partial(GradientDescent, 0.5), steps=2)
    assert result.path.shape == (3, *shape)
    np.testing.assert_array_equal(result.path[2], start / 4)


def test_float32():
    result = minimize(quadratic, START, partial(GradientDescent, 0.1), steps=10, dtype="float32")
    assert result.path.dtype == "float32" and result.converged is False
    expected = (1 - np.float32(0.1) * CURVATURES) ** 10 * START
    np.testing.assert_allclose(result.point, expected, rtol=2e-6, atol=1e-7)
    assert np.abs(result.point[0] / expected[0] - 1) > 1e-12, "float64 would be exact"


def test_starts_may_be_tensors_and_are_not_changed():
    start = keras.Variable([2.0, 4.0])
    result = minimize(lambda x: ops.sum(x**2), start, partial(GradientDescent, 0.25), steps=1)
    assert result.path.tolist() == [[2.0, 4.0], [1.0, 2.0]]
    assert ops.convert_to_numpy(start).tolist() == [2.0, 4.0]


def test_keras_is_left_as_it_was():
    """In a process of its own: the global policy of layers is fixed when the first one is made."""
    run_fresh("""
import keras
from custom.optimizers.minimize import minimize

before = keras.config.floatx(), keras.backend.result_type("float64", "float32")
layer = []

def function(x):
    layer.append(keras.layers.Dense(1))
    return keras.ops.sum(x**2)

minimize(function, [1.0], steps=1)
try:
    minimize(lambda x: 1 / 0, [1.0])
except ZeroDivisionError:
    pass
assert (keras.config.floatx(), keras.backend.result_type("float64", "float32")) == before
assert keras.Variable(1.0).dtype == "float32", keras.Variable(1.0).dtype
assert keras.layers.Dense(1).compute_dtype == "float32", keras.layers.Dense(1).compute_dtype
assert layer
""")


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"start": []}, ValueError, ("start=[]",)),
        ({"start": [np.inf]}, ValueError, ("start=[inf]", "finite")),
        ({"start": "origin"}, TypeError, ("start='origin'",)),
        ({"steps": 0.5}, ValueError, ("steps=0.5",)),
        ({"steps": -1}, ValueError, ("steps=-1", "at least 0")),
        ({"steps": False}, ValueError, ("steps=False",)),
        ({"tolerance": -1}, ValueError, ("tolerance=-1",)),
        ({"dtype": "float16"}, ValueError, ("dtype='float16'", "'float64'")),
        ({"optimizer": "adam"}, TypeError, ("optimizer='adam'", "Expected a Keras optimizer")),
        ({"optimizer": lambda: 0.1}, TypeError, ("makes 0.1", "Expected a Keras optimizer")),
        ({"function": lambda x: x}, ValueError, ("shape (3,)", "single number")),
        ({"function": lambda x: x, "gradient": lambda x: x}, ValueError, ("shape (3,)", "single number")),
        ({"gradient": lambda x: x[:1]}, ValueError, ("shape (1,)", "(3,)")),
    ],
)
def test_bad_arguments_are_quoted(options, error, words):
    with pytest.raises(error) as caught:
        minimize(**{"function": quadratic, "start": START, **options})
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_result_reads_well():
    text = repr(minimize(quadratic, START, steps=2))
    for words in ("OptimizationResult(converged=False, steps=2", "value=", "gradient_norm=", "2 steps taken"):
        assert words in text
    assert "curvature" not in text


def test_the_norm_has_to_be_below_the_tolerance():
    """The book stops at `norm < tolerance`: a norm that equals it goes on."""
    plane = lambda x: 3 * x[0] + 4 * x[1]  # noqa: E731
    assert not minimize(plane, [0.0, 0.0], steps=0, tolerance=5.0).converged
    assert minimize(plane, [0.0, 0.0], steps=0, tolerance=5.001).converged
