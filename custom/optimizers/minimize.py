"""Minimisation of a function of an array by any Keras optimizer, with the path that it took."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from .. import _autodiff, _checks
from .._types import Tensor
from .gradient_descent import GradientDescent


class OptimizationResult:
    """Result of `minimize` and `newton`.

    Args:
        path: the points, the start first, as one NumPy array `(steps + 1, *shape of the start)`.
        values: the function's value at each of them.
        gradient_norms: the Euclidean norm of its gradient at each of them.
        converged: whether the last of these norms is below the tolerance.
        reason: in words, why the search stopped.
        curvature: of the last point of `newton`, by the signs of the Hessian's eigenvalues:
            `"minimum"`, `"maximum"`, `"saddle point"` or, where one of them is 0, `"undecided"`.
            `None` where no Hessian was computed.
    """

    def __init__(
        self,
        path: Sequence[np.ndarray],
        values: Sequence[float],
        gradient_norms: Sequence[float],
        converged: bool,
        reason: str,
        curvature: str | None = None,
    ) -> None:
        self.path, self.values, self.gradient_norms = np.array(path), np.array(values), np.array(gradient_norms)
        self.converged, self.reason, self.curvature = converged, reason, curvature

    @property
    def steps(self) -> int:
        """Number of steps taken."""
        return len(self.path) - 1

    @property
    def point(self) -> np.ndarray:
        """The last point."""
        return self.path[-1]

    @property
    def value(self) -> float:
        """The function's value at the last point."""
        return self.values[-1]

    def __repr__(self):
        curvature = "" if self.curvature is None else f", curvature={self.curvature!r}"
        return (
            f"OptimizationResult(converged={self.converged}, steps={self.steps}, value={self.value:.6g}, "
            f"gradient_norm={self.gradient_norms[-1]:.3g}{curvature}, reason={self.reason!r})"
        )


class Search:
    """The record of a search, and when it ends."""

    def __init__(self, steps: int, tolerance: float) -> None:
        self.steps = _checks.count("steps", steps, least=0)
        self.tolerance = _checks.real("tolerance", tolerance, low=0.0)
        self.path, self.values, self.norms = [], [], []

    def ends(self, x: np.ndarray, value: float, gradient: ArrayLike) -> str | None:
        """Note a point; return the reason to stop there, or `None`."""
        self.path.append(x)
        self.values.append(float(value))
        self.norms.append(_norm(np.asarray(gradient, "float64")))
        done = len(self.path) - 1
        for name, numbers in (("point", x), ("value", value), ("gradient", self.norms[-1])):
            if not np.isfinite(numbers).all():
                return f"diverged: the {name} after {done} steps is not finite"
        if self.converged:
            return f"the gradient's norm, {self.norms[-1]:.3g}, is below the tolerance, {self.tolerance:.3g}"
        if done == self.steps:
            return f"{done} steps taken, as many as asked for"
        return None

    @property
    def converged(self) -> bool:
        return self.norms[-1] < self.tolerance

    def result(self, reason: str, curvature: str | None = None) -> OptimizationResult:
        finite = np.isfinite(self.values[-1]) and np.isfinite(self.path[-1]).all()
        return OptimizationResult(
            self.path, self.values, self.norms, bool(finite and self.converged), reason, curvature
        )


def _norm(x):
    """Euclidean norm, also where the squares would overflow."""
    largest = np.abs(x).max()
    return float(largest * np.linalg.norm(np.ravel(x / largest)) if 0 < largest < np.inf else largest)


def finite_point(name: str, value: ArrayLike, dtype: str = "float64") -> np.ndarray:
    """`value` as a NumPy array of `dtype`, or an error that quotes it."""
    if ops.is_tensor(value) or isinstance(value, keras.Variable):
        value = ops.convert_to_numpy(value)
    try:
        point = np.array(value, dtype)
    except (TypeError, ValueError) as error:
        raise TypeError(f"Received: {name}={value!r} ({error}). Expected an array of numbers.") from error
    if point.size == 0 or not np.isfinite(point).all():
        raise ValueError(f"Received: {name}={value!r}. Expected finite numbers, at least one.")
    return point


def minimize(
    function: Callable[[Tensor], Tensor],
    start: ArrayLike,
    optimizer: keras.optimizers.Optimizer | Callable[[], keras.optimizers.Optimizer] | None = None,
    steps: int = 100,
    tolerance: float = 1e-6,
    gradient: Callable[[Tensor], Tensor] | None = None,
    dtype: str = "float64",
) -> OptimizationResult:
    """Minimise a function of one array with a Keras optimizer, and record the path.

    Formula: with `GradientDescent`, `x <- x - eta grad f(x)` until `|grad f(x)| < tolerance`, in the
    Euclidean norm (book equation 6.1, algorithm 1); any other optimizer takes its own step from the
    same gradient. This is what the book's class `GradientDescent` (section 6.1.2) is meant to do; as
    printed it subtracts `eta (-grad f)`, and climbs.

    Shapes: `start` of any shape; `path` is `(steps + 1, *shape)`, the start first.

    Args:
        function: from a Keras tensor to a single number, written with `keras.ops`.
        start: the initial point.
        optimizer: a Keras optimizer, of `custom.optimizers` or of Keras, or a callable without
            arguments that makes one. Never changed: a fresh copy takes the steps. Default
            `GradientDescent` with the book's learning rate, 0.001. An optimizer holds its learning
            rate in Keras's floatx from when it was made: 0.1 is 0.10000000149 unless floatx is
            float64. `lambda: Adam(0.1)` makes it here, in `dtype`, and exactly.
        steps: the most steps to take. Default 100.
        tolerance: the norm of the gradient below which the search has converged. Default 1e-6; 0
            takes all steps.
        gradient: from a Keras tensor to the gradient there, in place of automatic differentiation.
        dtype: `"float64"` (default) or `"float32"`, of the points and of the arithmetic.

    Returns:
        An `OptimizationResult`: path, values, gradient norms, whether it converged, why it stopped.
        A value, gradient or point that is not finite stops it, with `converged` False.

    Raises:
        ValueError: a start that is empty or not finite; a function or a gradient of the wrong
            shape; a number outside its interval; `steps` that are no whole number, another `dtype`.
        TypeError: a start, a `tolerance` or an `optimizer` of another type; without `gradient`, a function
            whose value is no tensor.

    Differences from Keras: Keras minimises the loss of a model only. SciPy's `minimize` has methods
    of its own in place of the optimizers that train networks.

    Example:

    >>> import keras
    >>> from custom.optimizers.gradient_descent import GradientDescent
    >>> from custom.optimizers.minimize import minimize
    >>> result = minimize(lambda x: keras.ops.sum(x**2), [4.0, -2.0], GradientDescent(0.25), steps=3)
    >>> result.path.tolist()
    [[4.0, -2.0], [2.0, -1.0], [1.0, -0.5], [0.5, -0.25]]
    >>> result.values.tolist(), result.converged
    ([20.0, 5.0, 1.25, 0.3125], False)

    Reference: the book, section 6.1.2, algorithm 1.
    """
    _checks.one_of("dtype", dtype, ("float64", "float32"))
    search = Search(steps, tolerance)
    start = finite_point("start", start, dtype)
    with _autodiff.precision(dtype):
        optimizer = _fresh(optimizer)
        variable = keras.Variable(start, dtype=dtype, name="x")
        optimizer.build([variable])
        while True:
            x = ops.stop_gradient(ops.convert_to_tensor(variable))
            value, slope = _value_and_gradient(function, gradient, x)
            reason = search.ends(ops.convert_to_numpy(x), ops.convert_to_numpy(value), ops.convert_to_numpy(slope))
            if reason is not None:
                return search.result(reason)
            optimizer.apply([slope], [variable])


def _fresh(optimizer):
    if optimizer is None:
        return GradientDescent(0.001)
    if isinstance(optimizer, keras.optimizers.Optimizer):
        return type(optimizer).from_config(optimizer.get_config())
    made = optimizer() if callable(optimizer) else None
    if not isinstance(made, keras.optimizers.Optimizer):
        what = f"a callable that makes {made!r}" if callable(optimizer) else f"optimizer={optimizer!r}"
        raise TypeError(
            f"Received: {what}. Expected a Keras optimizer, or a callable without arguments that makes one."
        )
    return made


def _value_and_gradient(function, gradient, x):
    if gradient is None:
        value, (slope,) = _autodiff.value_and_gradient(function, x)
        return value, slope
    value, slope = ops.convert_to_tensor(function(x)), ops.convert_to_tensor(gradient(x), dtype=x.dtype)
    if tuple(slope.shape) != tuple(x.shape):
        raise ValueError(f"Received: a gradient of shape {tuple(slope.shape)}. Expected x's, {tuple(x.shape)}.")
    return _autodiff.number(value), slope
