"""Newton's method, and the matrices of derivatives that it needs."""

from collections.abc import Callable

import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from .. import _autodiff, _checks
from .._types import Tensor
from .minimize import OptimizationResult, Search, finite_point


class SingularHessianError(np.linalg.LinAlgError):
    """Newton's step does not exist: the Hessian, with its damping, has no inverse.

    Args:
        message: where, and what would do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


def jacobian(function: Callable[[Tensor], Tensor], x: ArrayLike) -> np.ndarray:
    """Jacobian matrix: all first derivatives of a function, by automatic differentiation.

    Formula: `J[i, j] = d F_i / d x_j`, one row an output, one column an input (book equation 6.18).

    Shapes: `(m, n)` for a function from n to m numbers; in general the axes of `function(x)`, then
    those of `x`. A function with a single number as its value has the gradient, of x's shape.

    Args:
        function: from a Keras tensor to a Keras tensor, written with `keras.ops`.
        x: the point, an array of any shape; taken as float64.

    Returns:
        A NumPy array in float64.

    Raises:
        ValueError: a point that is empty or not finite.
        TypeError: a point that is no array of numbers; a function whose value is no tensor.

    Differences from Keras: Keras has no such function.

    Example:

    >>> import keras
    >>> from custom.optimizers.newton import jacobian
    >>> jacobian(lambda x: keras.ops.stack([x[0] * x[1], x[0] ** 2]), [2.0, 3.0]).tolist()
    [[3.0, 2.0], [4.0, 0.0]]

    Reference: the book, section 6.6.1.
    """
    return _in_float64(_autodiff.jacobian, function, x)


def hessian(function: Callable[[Tensor], Tensor], x: ArrayLike) -> np.ndarray:
    """Hessian matrix: all second derivatives of a function, by automatic differentiation.

    Formula: `H[i, j] = d^2 f / (d x_i d x_j)` (book equation 6.19); symmetric where the second
    derivatives are continuous.

    Shapes: `(n, n)` for a function of n numbers; in general the axes of `x`, twice.

    Args:
        function: from a Keras tensor to a single number, written with `keras.ops`.
        x: the point, an array of any shape; taken as float64.

    Returns:
        A NumPy array in float64.

    Raises:
        ValueError: a point that is empty or not finite; a function with more than one value.
        TypeError: a point that is no array of numbers; a function whose value is no tensor.

    Differences from Keras: Keras has no such function.

    Example:

    >>> import keras
    >>> from custom.optimizers.newton import hessian
    >>> hessian(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]).tolist()
    [[10.0, 6.0], [6.0, 0.0]]

    Reference: the book, section 6.6.1.
    """
    return _in_float64(_autodiff.hessian, function, x)


def newton(
    function: Callable[[Tensor], Tensor],
    start: ArrayLike,
    damping: float = 0.0,
    steps: int = 50,
    tolerance: float = 1e-8,
) -> OptimizationResult:
    """Newton's method: step by step to the stationary point of the local quadratic.

    Formula: `x' = x - (H + damping I)^-1 grad f(x)`, with H the Hessian of f at x. Without damping
    this is book equation 6.21: x' is where the gradient of the second-order series 6.20 vanishes. In
    float64 throughout.

    It looks for a point where the gradient vanishes, be that a minimum, a maximum or a saddle point,
    and near a saddle point or a maximum it goes there, where gradient descent would leave (book,
    section 6.6.2): look at the result's `curvature`. A damping larger than the size of the most
    negative eigenvalue makes each step a descent direction; a very large one is gradient descent with
    learning rate `1 / damping`. One step solves a system of n equations, after n gradients of the
    gradient: for tens or hundreds of variables, not for networks.

    Shapes: `start` of any shape; `path` is `(steps + 1, *shape)`, the start first.

    Args:
        function: from a Keras tensor to a single number, written with `keras.ops`.
        start: the initial point.
        damping: what is added to the diagonal of the Hessian, at least 0. Default 0.
        steps: the most steps to take. Default 50.
        tolerance: the norm of the gradient below which the search has converged. Default 1e-8.

    Returns:
        An `OptimizationResult`: path, values, gradient norms, whether it converged, why it stopped,
        and the curvature at the last point.

    Raises:
        SingularHessianError: a matrix without an inverse; the message names the point.
        ValueError: a start that is empty or not finite; a function with more than one value; a
            number outside its interval; `steps` that are no whole number.
        TypeError: a start, a `damping` or a `tolerance` of another type; a function whose value is no
            tensor.

    Differences from Keras: Keras has no second-order method. SciPy's `Newton-CG` solves for the step
    by conjugate gradients, searches along it, and avoids directions of negative curvature.

    Example:

    >>> from custom.optimizers.newton import newton
    >>> result = newton(lambda x: (x[0] - 1) ** 2 + 10 * (x[1] + 2) ** 2, [8.0, 8.0])
    >>> result.path.tolist(), result.curvature
    ([[8.0, 8.0], [1.0, -2.0]], 'minimum')

    Reference: the book, section 6.6.2; for the damping, Levenberg, A method for the solution of
    certain non-linear problems in least squares, Quarterly of Applied Mathematics 2, 1944.
    """
    damping = _checks.real("damping", damping, low=0.0)
    search = Search(steps, tolerance)
    x = finite_point("start", start)
    with _autodiff.precision("float64"):
        while True:
            point = ops.convert_to_tensor(x)
            value, (slope,) = _autodiff.value_and_gradient(function, point)
            slope = np.array(ops.convert_to_numpy(slope))
            reason = search.ends(x, ops.convert_to_numpy(value), slope)
            if reason is not None and reason.startswith("diverged"):
                return search.result(reason)
            matrix = np.reshape(ops.convert_to_numpy(_autodiff.hessian(function, point)), (x.size, x.size))
            if not np.isfinite(matrix).all():
                return search.result(f"diverged: the Hessian after {len(search.path) - 1} steps is not finite")
            if reason is not None:
                return search.result(reason, _curvature(matrix))
            matrix = _invertible(matrix + damping * np.eye(x.size), damping, x)
            x = x - np.reshape(np.linalg.solve(matrix, np.ravel(slope)), x.shape)


def _in_float64(derivatives, function, x):
    x = finite_point("x", x)
    with _autodiff.precision("float64"):
        return np.array(ops.convert_to_numpy(derivatives(function, ops.convert_to_tensor(x))))


def _eigenvalues(matrix):
    """Eigenvalues, with those that are 0 but for rounding set to 0."""
    values = np.linalg.eigvalsh(matrix)
    noise = len(values) * np.finfo("float64").eps * np.abs(values).max()
    return np.where(np.abs(values) <= noise, 0.0, values)


def _curvature(matrix):
    values = _eigenvalues(matrix)
    if (values > 0).all():
        return "minimum"
    if (values < 0).all():
        return "maximum"
    return "saddle point" if values.min() < 0 < values.max() else "undecided"


def _invertible(matrix, damping, x):
    values = _eigenvalues(matrix)
    if (values == 0).any():
        advice = "another damping" if damping else "damping > 0, which adds it to the eigenvalues,"
        raise SingularHessianError(
            f"Received: a function whose Hessian, with damping={damping:g}, is singular at x={x.tolist()}: its "
            f"eigenvalues there are {', '.join(f'{v:.6g}' for v in values)}. "
            f"Expected none that is 0: {advice} would do."
        )
    return matrix
