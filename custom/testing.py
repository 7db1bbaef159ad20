"""Tools for testing layers and losses of one's own."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
from keras import ops

from . import _autodiff, _checks
from ._types import Shape, Tensor


class GradientMismatch(AssertionError):
    """The automatic gradient is not the slope of the function; `result` holds the `GradientCheck`."""

    def __init__(self, message: str, result: "GradientCheck") -> None:
        super().__init__(message)
        self.result = result


class GradientCheck:
    """Findings of `check_gradient`, for each array by name.

    `errors`, the largest relative error; `positions`, its index; `automatic` and `numerical`, the two
    gradients as NumPy arrays. `largest` is the largest of the errors, `tolerance` what was allowed.
    """

    def __init__(
        self,
        automatic: Mapping[str, np.ndarray],
        numerical: Mapping[str, np.ndarray],
        output: np.ndarray,
        tolerance: float,
    ) -> None:
        self.automatic, self.numerical, self.tolerance = automatic, numerical, tolerance
        # Below a thousandth of the largest gradient, or of the largest output, differences are rounding.
        sizes = [np.abs(g[np.isfinite(g)]).max(initial=0.0) for g in (*automatic.values(), *numerical.values(), output)]
        floor = max(1e-3 * max(sizes), np.finfo("float64").tiny)
        self.errors, self.positions = {}, {}
        for name, a in automatic.items():
            n = numerical[name]
            with np.errstate(invalid="ignore"):
                errors = np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
            errors = np.where(np.isfinite(errors), errors, np.inf)
            worst = np.unravel_index(np.argmax(errors), errors.shape)
            self.errors[name], self.positions[name] = float(errors[worst]), tuple(map(int, worst))

    @property
    def largest(self) -> float:
        return max(self.errors.values())

    @property
    def passed(self) -> bool:
        return self.largest <= self.tolerance

    def __repr__(self):
        rows = [f"GradientCheck: largest relative error {self.largest:.2g}, tolerance {self.tolerance:.2g}"]
        width = max(map(len, self.errors))
        for name, error in self.errors.items():
            at = self.positions[name]
            a, n = self.automatic[name][at], self.numerical[name][at]
            rows.append(f"  {name:{width}}  {error:.2g} at {at}: automatic {a:.9g}, numerical {n:.9g}")
        return "\n".join(rows)


def check_gradient(
    layer_or_loss: Callable[..., Tensor],
    shape: Shape | Sequence[Shape] | None = None,
    *,
    inputs: Tensor | Sequence[Tensor] | None = None,
    targets: Tensor | None = None,
    kinks: Sequence[float] = (),
    training: bool | None = None,
    epsilon: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientCheck:
    """Compare the automatic gradient with central finite differences, entry by entry, in float64.

    Formula: `dJ/dt_j ~ (J(t + epsilon 1_j) - J(t - epsilon 1_j)) / (2 epsilon)` for each entry t_j of
    the inputs and of the trainable weights (Silva, Redes Neurais II, "Checagem de gradiente"). J is
    the sum of the outputs, each times a fixed random number, so that errors of several outputs do not
    cancel. The error of an entry is `|a - n| / max(|a|, |n|, floor)`, with a the automatic and n the
    numerical gradient; floor is a thousandth of the largest gradient or term of J there is.

    At a kink n is the mean of the slopes on its two sides, which no automatic gradient is: draw the
    inputs away from it (`kinks`). Layers are copied by their configuration, with their weights, and
    the copy works in float64 whatever the dtype of the layer, on JAX without 64-bit numbers too.
    Layers that draw from a `keras.random.SeedGenerator` of their own draw the same in all evaluations.
    Two evaluations for each entry: try a small layer on a small batch.

    Shapes: of the inputs or of `y_pred`, with the batch: `(4, 3)`; a list of shapes for a layer that
    takes a list of inputs.

    Args:
        layer_or_loss: a Keras layer or model, checked in its inputs and trainable weights; a Keras
            loss, checked in `y_pred` (its value for each example; how Keras reduces them is not
            part of it); or any function of one tensor.
        shape: of the inputs to draw: normal for a layer or a function, uniform between 0.05 and 0.95
            for a loss, which suits probabilities. Not needed where `inputs` are given.
        inputs: given inputs (for a loss: y_pred) in place of random ones: an array, or a list of
            arrays for a layer that takes a list. Integers are passed on, and not checked.
        targets: y_true of a loss. Default: positive numbers of y_pred's shape that add up to 1 along the
            last axis. Where they do not, TensorFlow's cross-entropy of logits has a wrong gradient.
        kinks: where the function has a kink, in terms of its inputs. Random inputs are kept 100
            epsilon away from each. Default none.
        training: passed to the layer unless `None`, the default.
        epsilon: half the distance of the two evaluations. Default 1e-5, where the error of the
            formula, of order epsilon^2, and rounding, 1e-16 / epsilon, are both about 1e-10.
        tolerance: the largest relative error that passes. Default 1e-6.
        seed: of the random numbers. Default 0.

    Returns:
        A `GradientCheck`.

    Raises:
        GradientMismatch: an AssertionError that says where the two gradients differ.
        ValueError: neither shape nor inputs; nothing to check; a layer that draws random numbers
            anew at each evaluation; a layer that cannot be copied and is not in float64.
        TypeError: neither a layer nor a loss nor a function; a class of them.

    Differences from Keras: Keras has no such function. PyTorch's `torch.autograd.gradcheck` checks a
    function's whole Jacobian against the same differences.

    Example:

    >>> import keras
    >>> from custom.testing import check_gradient
    >>> result = check_gradient(keras.layers.Dense(2, activation="tanh"), (4, 3))
    >>> result.passed, len(result.errors)
    (True, 3)

    Reference: D. Silva, Redes Neurais II, Universidade Federal de Santa Catarina, "Dica de
    implementação: Checagem de gradiente".
    """
    epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)
    tolerance = _checks.real("tolerance", tolerance, low=0.0)
    rng = np.random.default_rng(seed)
    is_loss = isinstance(layer_or_loss, keras.losses.Loss)
    if not is_loss and (isinstance(layer_or_loss, type) or not callable(layer_or_loss)):
        raise TypeError(f"Received: {layer_or_loss!r}. Expected a Keras layer, a Keras loss or a function.")
    with _autodiff.precision("float64"):
        inputs, several = _inputs(rng, shape, inputs, kinks, is_loss, epsilon)
        names = [f"inputs[{i}]" for i in range(len(inputs))] if several else ["y_pred" if is_loss else "inputs"]
        weights = {}
        if is_loss:
            if targets is None:
                targets = rng.uniform(0.05, 0.95, inputs[0].shape)
                targets /= targets.sum(axis=-1, keepdims=True)
            call = _loss_call(layer_or_loss, targets)
        elif isinstance(layer_or_loss, keras.layers.Layer):
            call, weights = _layer_call(layer_or_loss, inputs if several else inputs[0], training)
        else:
            call = layer_or_loss
        fixed = {name: x for name, x in zip(names, inputs, strict=True) if x.dtype.kind != "f"}
        points = {name: x for name, x in zip(names, inputs, strict=True) if name not in fixed} | weights
        if not any(point.size for point in points.values()):
            raise ValueError(
                f"Received: {layer_or_loss!r} with inputs of shape {[x.shape for x in inputs]}. "
                "Expected floating inputs or trainable weights: there is nothing to differentiate."
            )

        def outputs(*arrays):
            values = fixed | dict(zip(points, arrays, strict=True))
            given = [values[name] for name in names]
            y = call(given if several else given[0], *[values[name] for name in weights])
            return [y for y in keras.tree.flatten(y) if "float" in keras.backend.standardize_dtype(y.dtype)]

        return _compare(_autodiff.compiled(outputs), points, rng, epsilon, tolerance)


def _inputs(rng, shape, inputs, kinks, is_loss, epsilon):
    """The inputs as NumPy arrays, and whether the layer takes a list of them."""
    if inputs is not None:
        several = isinstance(inputs, (list, tuple)) and all(hasattr(x, "shape") for x in inputs)
        arrays = [np.asarray(ops.convert_to_numpy(x)) for x in (inputs if several else [inputs])]
        return [x.astype("float64") if x.dtype.kind == "f" else x for x in arrays], several
    if not isinstance(shape, (list, tuple)):
        raise ValueError(f"Received: shape={shape!r}, inputs=None. Expected a shape such as (4, 3), or inputs.")
    several = bool(shape) and all(isinstance(s, (list, tuple)) for s in shape)
    arrays = []
    for size in shape if several else [shape]:
        x = rng.uniform(0.05, 0.95, size) if is_loss else rng.normal(size=size)
        for kink in np.ravel(kinks):
            away = np.where(x < kink, -1, 1) * 100 * epsilon
            x = np.where(np.abs(x - kink) < 100 * epsilon, kink + away, x)
        arrays.append(x)
    return arrays, several


def _loss_call(loss, targets):
    targets = np.asarray(ops.convert_to_numpy(targets))
    targets = ops.convert_to_tensor(targets, dtype="float64" if targets.dtype.kind == "f" else None)
    return lambda y_pred: loss.call(targets, y_pred)


def _layer_call(layer, inputs, training):
    """The layer as a function of its inputs and weights, and the weights by name."""
    copy, options = _double(layer), {} if training is None else {"training": training}
    if not copy.built:
        copy(keras.tree.map_structure(ops.convert_to_tensor, inputs))
    if layer.built and copy is not layer:
        copy.set_weights(layer.get_weights())
    # Evaluated without side effects: every call starts from the same random and other state.
    state = [v.value for v in copy.non_trainable_variables]
    weights = {}
    for variable in copy.trainable_variables:
        name = variable.path if variable.path not in weights else f"{variable.path} ({len(weights)})"
        weights[name] = np.array(ops.convert_to_numpy(variable.value), "float64")

    def call(inputs, *values):
        return copy.stateless_call(list(values), state, inputs, **options)[0]

    return call, weights


def _double(layer):
    """A copy of the layer in float64; the layer itself if that is what it is in."""
    if layer.compute_dtype == "float64" and all(v.dtype == "float64" for v in layer.trainable_variables):
        return layer
    try:
        return type(layer).from_config(_in_double(layer.get_config()))
    except Exception as error:
        raise ValueError(
            f"Received: {layer!r}, in {layer.compute_dtype}, which cannot be copied by its configuration. "
            "Expected a layer with get_config, or one made with dtype='float64'."
        ) from error


def _in_double(config):
    """A configuration with every floating dtype in it replaced: those of nested layers too."""
    if isinstance(config, (list, tuple)):
        return type(config)(_in_double(value) for value in config)
    if not isinstance(config, dict):
        return config
    policy = config.get("dtype")
    floating = isinstance(policy, dict) or (isinstance(policy, str) and "float" in policy)
    return {k: "float64" if k == "dtype" and floating else _in_double(v) for k, v in config.items()}


def _compare(outputs, points, rng, epsilon, tolerance):
    def evaluate(values):
        return [np.array(ops.convert_to_numpy(y), "float64") for y in outputs(*map(ops.convert_to_tensor, values))]

    center = evaluate(points.values())
    if any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(center, evaluate(points.values()), strict=True)):
        raise ValueError(
            "Received: a layer that gives two different outputs for the same input. Expected random numbers from a "
            "keras.random.SeedGenerator that the layer owns as an attribute, whose state can be held fixed; and a seed "
            "for Keras's Dropout on PyTorch, which draws from PyTorch without one."
        )
    upstream = [rng.normal(size=y.shape) for y in center]

    def total(*arrays):
        return sum(ops.sum(ops.convert_to_tensor(u) * y) for u, y in zip(upstream, outputs(*arrays), strict=True))

    _, gradients = _autodiff.value_and_gradient(total, *points.values())
    automatic = {name: np.array(ops.convert_to_numpy(g)) for name, g in zip(points, gradients, strict=True)}

    def difference(above, below):
        # Of each output before they are summed: what does not change adds no rounding.
        return sum(np.sum(u * (a - b)) for u, a, b in zip(upstream, above, below, strict=True))

    def moved(name, index, by):
        x = points[name].copy()
        x[index] += by
        return x[index], evaluate((points | {name: x}).values())

    numerical = {name: np.zeros_like(x) for name, x in points.items()}
    for name, x in points.items():
        for index in np.ndindex(x.shape):
            (high, above), (low, below) = moved(name, index, epsilon), moved(name, index, -epsilon)
            numerical[name][index] = difference(above, below) / (high - low)
    terms = np.concatenate([np.ravel(u * y) for u, y in zip(upstream, center, strict=True)])
    result = GradientCheck(automatic, numerical, terms, tolerance)
    if result.passed:
        return result
    name = max(result.errors, key=result.errors.get)
    at = result.positions[name]
    right = difference(moved(name, at, epsilon)[1], center) / epsilon
    left = difference(center, moved(name, at, -epsilon)[1]) / epsilon
    hint = ""
    if abs(right - left) > 1e-2 * max(abs(right), abs(left)):
        hint = (
            f"\nThe slope is {left:.6g} on the left and {right:.6g} on the right: if this is a kink, keep the inputs "
            "away from it (kinks=)."
        )
    raise GradientMismatch(f"The automatic gradient of {name} is not the slope at {at}.\n{result!r}{hint}", result)
