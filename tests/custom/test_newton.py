"""Newton's method, Jacobians and Hessians, against closed forms."""

import keras
import numpy as np
import pytest
from keras import ops

from custom import _autodiff
from custom.optimizers import OptimizationResult, SingularHessianError, hessian, jacobian, minimize, newton
from tests.custom.backends import BACKEND
from tests.reference import newton as oracle


def constant(array):
    return ops.convert_to_tensor(array, dtype="float64")


def logistic(w):
    margins = constant(oracle.LABELS) * ops.matmul(constant(oracle.EXAMPLES), w)
    return ops.mean(ops.log1p(ops.exp(-margins)))


def settings():
    """State that float64 needs and changes."""
    x64 = None
    if keras.backend.backend() == "jax":
        import jax

        x64 = jax.config.jax_enable_x64
    return keras.config.floatx(), x64, keras.backend.result_type("float64", "float32")


SETTINGS = settings()  # before any test has run

# The function in Keras operations, the same with its derivatives in NumPy, points.
FUNCTIONS = {
    "rosenbrock": (
        lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2,
        oracle.rosenbrock,
        [(-1.2, 1.0), (1.0, 1.0), (0.3, -2.0)],
    ),
    "quadratic": (
        lambda x: ops.sum(x * ops.matmul(constant(oracle.QUADRATIC), x)) / 2 + ops.sum(constant(oracle.LINEAR) * x),
        oracle.quadratic,
        [(1.0, 2.0, 3.0), (0.0, 0.0, 0.0)],
    ),
    "log_sum_exp": (ops.logsumexp, oracle.log_sum_exp, [(0.1, -2.0, 1.5, 0.0), (30.0, 31.0)]),
    "quartic": (lambda x: ops.sum(x**4), oracle.quartic, [(1.0, -0.5, 0.0)]),
    "sine_of_product": (lambda x: ops.sin(x[0] * x[1]), oracle.sine_of_product, [(0.7, -1.3), (0.0, 2.0)]),
    "logistic": (logistic, oracle.logistic, [(0.0, 0.0), (1.5, -0.5)]),
    "saddle": (lambda x: x[0] ** 2 - x[1] ** 2, oracle.saddle, [(1.0, 2.0)]),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS)


@every_function
def test_gradient_and_hessian_are_the_closed_forms(name):
    function, closed, points = FUNCTIONS[name]
    for point in points:
        _, gradient, matrix = closed(np.array(point))
        for actual, expected in ((jacobian(function, point), gradient), (hessian(function, point), matrix)):
            assert isinstance(actual, np.ndarray) and actual.dtype == "float64"
            np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize(
    "function, expected, point",
    [
        (lambda x: ops.stack([x[0] * ops.cos(x[1]), x[0] * ops.sin(x[1])]), oracle.polar_jacobian, (2.0, 0.7)),
        (ops.softmax, oracle.softmax_jacobian, (0.3, -1.0, 2.0)),
        (lambda x: ops.matmul(constant([[1, 2, 3], [4, 5, 6]]), x), lambda x: [[1, 2, 3], [4, 5, 6]], (1.0, 1.0, 1.0)),
        (lambda x: ops.stack([x[0], 0 * x[1] + 1]), lambda x: [[1, 0], [0, 0]], (1.0, 1.0)),
    ],
    ids=["polar", "softmax", "linear", "constant row"],
)
def test_jacobian_has_a_row_an_output(function, expected, point):
    np.testing.assert_allclose(jacobian(function, point), expected(np.array(point)), rtol=1e-12, atol=1e-14)


def test_any_shape():
    """The axes of the value, then those of the point."""
    x = np.arange(6.0).reshape(2, 3) + 1
    actual = jacobian(lambda x: ops.sum(x**2, axis=0), x)
    assert actual.shape == (3, 2, 3)
    expected = np.zeros((3, 2, 3))
    for j in range(3):
        expected[j, :, j] = 2 * x[:, j]
    np.testing.assert_allclose(actual, expected, rtol=1e-14)
    second = hessian(lambda x: ops.sum(x**3), x)
    np.testing.assert_allclose(second.reshape(6, 6), np.diag(6 * x.ravel()), rtol=1e-14)
    assert hessian(lambda x: x**3, 2.0).shape == () and hessian(lambda x: x**3, 2.0) == 12.0
    assert hessian(lambda x: x**3, [2.0]).tolist() == [[12.0]]


def test_functions_that_do_not_depend_on_the_point():
    assert jacobian(lambda x: constant([1.0, 2.0]), [3.0, 4.0]).tolist() == [[0, 0], [0, 0]]
    assert hessian(lambda x: ops.sum(3 * x), [3.0, 4.0]).tolist() == [[0, 0], [0, 0]]
    assert hessian(lambda x: constant(5.0), [3.0]).tolist() == [[0]]


def test_through_a_custom_gradient():
    """The layers' own backward passes count; forward-mode differentiation cannot do this."""

    @ops.custom_gradient
    def cube(x):
        def backward(*arguments, upstream=None):
            upstream = arguments[-1] if upstream is None else upstream
            return upstream * 3 * x**2

        return x**3, backward

    np.testing.assert_allclose(jacobian(cube, [2.0, 3.0]), [[12.0, 0.0], [0.0, 27.0]], rtol=1e-14)


def test_several_arrays_at_once():
    """The form that other tools use: one gradient an array, zeros where it does not matter."""
    with _autodiff.precision("float64"):
        a, b, c = (constant(v) for v in ([1.0, 2.0], [[3.0], [4.0]], [7.0]))
        value, gradients = _autodiff.value_and_gradient(lambda a, b, c: ops.sum(ops.matmul(a, b)), a, b, c)
        assert float(ops.convert_to_numpy(value)) == 11.0
        assert [np.ravel(ops.convert_to_numpy(g)).tolist() for g in gradients] == [[3, 4], [1, 2], [0]]


@pytest.mark.parametrize(
    "name, damping",
    [
        ("rosenbrock", 0.0),
        ("rosenbrock", 0.5),
        ("logistic", 0.0),
        ("logistic", 0.5),
        ("log_sum_exp", 0.5),  # singular without
        ("quartic", 0.5),
    ],
)
def test_path_is_the_rules(name, damping):
    function, closed, points = FUNCTIONS[name]
    result = newton(function, points[0], damping=damping, steps=4, tolerance=0)
    expected = oracle.newton_path(closed, points[0], 4, damping)
    # The inverse and the solution of a system differ by condition times rounding: 2500 * 1e-16.
    np.testing.assert_allclose(result.path, expected, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(result.values, [closed(x)[0] for x in expected], rtol=1e-8, atol=1e-20)
    norms = [np.linalg.norm(closed(x)[1]) for x in result.path]
    # Next to a minimum the gradient is what rounding leaves of numbers that cancel.
    np.testing.assert_allclose(result.gradient_norms, norms, rtol=1e-9, atol=1e-12)
    assert result.steps == 4 and not result.converged and "4 steps" in result.reason


def test_quadratic_in_one_step():
    result = newton(FUNCTIONS["quadratic"][0], [10.0, -20.0, 30.0], tolerance=1e-12)
    assert result.converged and result.steps == 1 and result.curvature == "minimum"
    np.testing.assert_allclose(result.point, -np.linalg.solve(oracle.QUADRATIC, oracle.LINEAR), rtol=1e-12)


def test_rosenbrock_in_six_steps():
    """The values pass through 1411.8: Newton's method is no descent method."""
    result = newton(FUNCTIONS["rosenbrock"][0], [-1.2, 1.0])
    assert result.converged and result.steps == 6 and result.curvature == "minimum"
    np.testing.assert_allclose(result.values[:5], [24.2, 4.7319, 1411.845, 0.0559655, 0.313189], rtol=1e-4)
    np.testing.assert_allclose(result.values[5:], [1.85e-11, 3.4e-20], rtol=0.02)
    np.testing.assert_allclose(result.point, [1, 1], atol=1e-9)


def test_affine_invariance():
    """Under x = A y the points of Newton's method map onto each other; those of gradient descent do not."""
    function, _, (start, *_) = FUNCTIONS["rosenbrock"]
    a = np.array([[2.0, 1.0], [0.5, -3.0]])
    there = newton(lambda y: function(ops.matmul(constant(a), y)), np.linalg.solve(a, start), steps=5, tolerance=0)
    here = newton(function, start, steps=5, tolerance=0)
    np.testing.assert_allclose(there.path @ a.T, here.path, rtol=1e-9)


def test_errors_square_near_the_minimum():
    result = newton(logistic, [0.0, 0.0], tolerance=1e-14)
    errors = np.linalg.norm(result.path - result.point, axis=1)[:-1]
    errors = errors[errors > 1e-7]  # below, the square is rounding
    assert len(errors) >= 3 and (errors[2:] < 2 * errors[1:-1] ** 2).all()


def test_newton_goes_to_saddle_points_and_maxima():
    """The book's warning. Damping beyond the most negative eigenvalue makes it go downhill."""
    saddle = FUNCTIONS["saddle"][0]
    result = newton(saddle, [1.0, 2.0])
    assert result.converged and result.steps == 1 and result.curvature == "saddle point"
    np.testing.assert_allclose(result.point, [0, 0], atol=1e-15)
    damped = newton(saddle, [1.0, 2.0], damping=3.0, steps=5)
    assert not damped.converged and (np.diff(damped.values) < 0).all()
    maximum = newton(lambda x: -ops.sum(x**2), [1.0])
    assert maximum.converged and maximum.curvature == "maximum"
    flat = newton(lambda x: ops.sum(x**4), [0.0])
    assert flat.converged and flat.steps == 0 and flat.curvature == "undecided"
    for sign in (1, -1):  # flat along one axis, curved along the other
        trough = newton(lambda x, sign=sign: sign * x[0] ** 2 + x[1] ** 4, [0.0, 0.0])
        assert trough.converged and trough.curvature == "undecided"


def test_large_damping_is_gradient_descent():
    function, closed, _ = FUNCTIONS["quadratic"]
    result = newton(function, [1.0, 2.0, 3.0], damping=1e9, steps=1)
    step = (result.path[1] - result.path[0]) * 1e9
    # (H + d I)^-1 g = g / d - H g / d^2 + ...; the sum with x rounds at 1e-16 * 1e9.
    np.testing.assert_allclose(step, -closed(np.array([1.0, 2.0, 3.0]))[1], rtol=1e-6)


def test_singular_hessian_says_where_and_what_would_do():
    function = lambda x: ops.sum(x) ** 2  # noqa: E731
    with pytest.raises(SingularHessianError) as caught:
        newton(function, [1.0, 2.0])
    for words in ("x=[1.0, 2.0]", "damping=0", "eigenvalues there are 0, 4", "damping > 0"):
        assert words in str(caught.value)
    assert isinstance(caught.value, np.linalg.LinAlgError)
    assert newton(function, [1.0, 2.0], damping=1e-3).converged
    with pytest.raises(SingularHessianError, match="another damping"):
        newton(FUNCTIONS["saddle"][0], [1.0, 2.0], damping=2.0)
    # A matrix of rank 1 whose other eigenvalues are 0 but for rounding.
    with pytest.raises(SingularHessianError, match="eigenvalues there are 0, 0, 0.28"):
        newton(lambda x: ops.sum(constant([0.1, 0.2, 0.3]) * x) ** 2, [1.0, 1.0, 1.0])
    with pytest.raises(SingularHessianError, match="x=2.0"):
        newton(lambda x: 3 * x, 2.0)


def test_what_is_not_finite_stops_it():
    # x <- x - (x log x - x): from e^3 to a negative number, where there is no logarithm.
    result = newton(lambda x: ops.sum(x * ops.log(x) - x), [np.exp(3.0)])
    assert not result.converged and result.steps == 1
    assert "diverged" in result.reason and "after 1 steps is not finite" in result.reason
    # From 1 to 0 in one step, where |x|^1.5 has a slope and no curvature.
    result = newton(lambda x: ops.sum(x**2 / 2 + ops.where(x == 0, ops.abs(x) ** 1.5, 0 * x)), [1.0])
    assert result.steps == 1 and "the Hessian after 1 steps is not finite" in result.reason


def test_any_shape_of_start():
    function = lambda x: ops.sum((x - 3) ** 2 * (1 + x[0, 0] ** 2))  # noqa: E731
    square = newton(function, np.ones((2, 2)), steps=3, tolerance=0)
    flat = newton(lambda x: function(ops.reshape(x, (2, 2))), np.ones(4), steps=3, tolerance=0)
    assert square.path.shape == (4, 2, 2)
    np.testing.assert_allclose(square.path.reshape(4, 4), flat.path, rtol=1e-13)
    number = newton(lambda x: (x - 2) ** 2, 5.0)
    assert number.path.tolist() == [5.0, 2.0] and number.converged


def test_result_reads_well():
    result = newton(FUNCTIONS["saddle"][0], [1.0, 2.0])
    text = repr(result)
    assert type(result) is OptimizationResult
    for words in ("converged=True", "steps=1", "curvature='saddle point'", "tolerance, 1e-08"):
        assert words in text


@pytest.mark.parametrize("search", [newton, minimize, jacobian, hessian])
@pytest.mark.parametrize("function", [lambda x: float(ops.sum(x**2)), lambda x: np.sum(ops.convert_to_numpy(x) ** 2)])
def test_a_function_that_leaves_the_backend_is_refused(search, function):
    """Its gradient would be 0, and the search at its end. JAX has words of its own for what it cannot trace."""
    words = "trace" if BACKEND == "jax" else "Received: a function whose value is .* Expected a tensor"
    with pytest.raises(TypeError, match=words):
        search(function, [1.0, 2.0])
    with pytest.raises(TypeError, match=r"whose value is 5.0 \(float\). Expected a tensor: write it with keras.ops"):
        search(lambda x: 5.0, [1.0, 2.0])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda f: newton(f, [1.0], damping=-1), ValueError, ("damping=-1", "[0, inf)")),
        (lambda f: newton(f, [1.0], steps=-1), ValueError, ("steps=-1", "at least 0")),
        (lambda f: newton(f, [1.0], tolerance=float("nan")), ValueError, ("tolerance=nan",)),
        (lambda f: newton(f, [np.nan]), ValueError, ("start=[nan]", "finite")),
        (lambda f: newton(f, []), ValueError, ("start=[]",)),
        (lambda f: newton(f, "here"), TypeError, ("start='here'",)),
        (lambda f: newton(lambda x: x, [1.0, 2.0]), ValueError, ("shape (2,)", "single number")),
        (lambda f: hessian(f, [np.inf]), ValueError, ("x=[inf]",)),
        (lambda f: jacobian(f, "x"), TypeError, ("x='x'",)),
    ],
)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error) as caught:
        call(lambda x: ops.sum(x**2))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_keras_is_left_as_it_was():
    newton(FUNCTIONS["saddle"][0], [1.0, 2.0])
    assert settings() == SETTINGS
    with pytest.raises(ZeroDivisionError):
        hessian(lambda x: 1 / 0, [1.0])
    assert settings() == SETTINGS


def test_float64_stays_float64():
    """On JAX and PyTorch Keras's own rule would make float32 of it in these operations."""
    x = np.linspace(-3, 3, 7)
    with _autodiff.precision("float64"):
        for name in ("tanh", "sin", "exp"):
            y = getattr(ops, name)(constant(x))
            assert keras.backend.standardize_dtype(y.dtype) == "float64"
            np.testing.assert_allclose(ops.convert_to_numpy(y), getattr(np, name)(x), rtol=1e-14)
        assert float(ops.convert_to_numpy(ops.mean(constant([0.1, 0.3])))) == pytest.approx(0.2, rel=1e-15)
