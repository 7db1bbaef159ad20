"""Newton's method on the tasks that are small enough: all examples in a step, derivatives by formula, float64.

`custom.optimizers.newton` finds the derivatives of any function by itself, one gradient for each weight; with 500 of
them and thousands of examples that takes minutes. The tests hold the two side by side.
"""

import math
import time

import numpy as np
from keras import ops

from experiments.errors import Diverged


def newton_rows(derivatives, point, settings, measures):
    """Yield a row for each step of Newton's method, `x - (H + damping I)^-1 g`: one pass over the data.

    Args:
        derivatives: from a point `(n,)` to its gradient and its Hessian.
        point: the first one.
        settings: `epochs`; `learning_rate`, the reciprocal of the damping.
        measures: by column, a function of a point.
    """
    for epoch in range(1, settings.epochs + 1):
        began = time.perf_counter()
        gradient, hessian = derivatives(point)
        point = point - np.linalg.solve(hessian + np.eye(len(point)) / settings.learning_rate, gradient)
        row = {name: float(measure(point)) for name, measure in measures.items()}
        for name, value in row.items():
            if not math.isfinite(value):
                raise Diverged(epoch, name, value)
        yield {"epoch": epoch, "seconds": round(time.perf_counter() - began, 4)} | row


def quadratic_rows(matrix, point, settings):
    """Yield the rows of Newton's method on `x Q x / 2`."""
    loss = {"exact_loss": lambda x: 0.5 * x @ matrix @ x}
    return newton_rows(lambda x: (matrix @ x, matrix), point, settings, loss)


def logistic_rows(training, settings):
    """Yield the rows of Newton's method on softmax regression, from the first weights of a training, on its data."""
    arrays, weights = training.arrays, [ops.convert_to_numpy(w).astype("float64") for w in training.model.weights]
    splits = {name: _float64(arrays, *pair) for name, pair in arrays.splits.items()}
    measures = {}
    for name, (x, y) in splits.items():
        measures[f"{name}_loss"] = lambda point, x=x, y=y: loss(x, y, point)
        measures[f"{name}_error"] = lambda point, x=x, y=y: np.mean(np.argmax(_logits(x, point), -1) != y)
    start = np.concatenate([w.reshape(-1, w.shape[-1]) for w in weights]).ravel()  # kernel and bias, one row an input
    return newton_rows(lambda point: softmax_derivatives(*splits["train"], point), start, settings, measures)


def loss(x, y, point):
    """Mean cross-entropy of softmax regression: `x` with a column of ones, `point` the weights, one row an input."""
    logits = _logits(x, point)
    top = logits.max(-1, keepdims=True)
    return float(np.mean(np.log(np.exp(logits - top).sum(-1)) + top[:, 0] - logits[np.arange(len(y)), y]))


def softmax_derivatives(x, y, point):
    """Return the gradient `(n,)` and the Hessian `(n, n)` of `loss`.

    With probabilities p of an example x, the gradient is `x (p - y)` and the Hessian `x x^T` times `diag(p) - p p^T`,
    means over the examples.
    """
    logits = _logits(x, point)
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    inputs, classes = x.shape[1], p.shape[1]
    hessian = np.empty((inputs, classes, inputs, classes))
    for a in range(classes):
        for b in range(a, classes):
            weight = p[:, a] * ((a == b) - p[:, b])
            hessian[:, a, :, b] = hessian[:, b, :, a] = x.T @ (weight[:, None] * x) / len(x)
    p[np.arange(len(y)), y] -= 1
    n = inputs * classes
    return (x.T @ p / len(x)).ravel(), hessian.reshape(n, n)


def _logits(x, point):
    return x @ point.reshape(x.shape[1], -1)


def _float64(arrays, x, y):
    x = (x.astype("float64") - np.asarray(arrays.mean, "float64")) * np.asarray(arrays.scale, "float64")
    return np.concatenate([x.reshape(len(x), -1), np.ones((len(x), 1))], 1), np.asarray(y, "int32")
