"""Losses and their gradients in NumPy float64, from the book's and the papers' formulas.

Each function gives the losses of the examples, each `*_gradient` the derivative of their sum in `p`.
Nothing here imports `custom` or Keras, and the formulas are written in another form than there: with SciPy's
`xlogy` and `log_expit`, by scalar products in place of differences, by the chain rule in place of
automatic differentiation. `y` is the target, `p` the prediction, `z` a logit.
"""

import numpy as np
from scipy import special


def double(x):
    return np.asarray(x, np.float64)


def mean_squared_error(y, p):
    """The mean over the last axis (10.1)."""
    return np.var(y - p, axis=-1) + np.mean(y - p, axis=-1) ** 2


def mean_squared_error_gradient(y, p):
    return 2 * (p - y) / p.shape[-1]


def mean_absolute_error(y, p):
    """10.2"""
    return np.mean(np.maximum(y, p) - np.minimum(y, p), axis=-1)


def mean_absolute_error_gradient(y, p):
    return (np.heaviside(p - y, 0.5) - np.heaviside(y - p, 0.5)) / p.shape[-1]


def huber(y, p, delta=1.0):
    """10.3, as a parabola with its ends replaced: e^2 / 2 - max(0, |e| - delta)^2 / 2."""
    e = np.abs(y - p)
    return np.mean(e**2 / 2 - np.maximum(0, e - delta) ** 2 / 2, axis=-1)


def huber_gradient(y, p, delta=1.0):
    return np.clip(p - y, -delta, delta) / p.shape[-1]


def half_squared_error(y, p, axes=(-1,)):
    """6.4 without its sum over examples: |p|^2 / 2 - p . y + |y|^2 / 2."""
    return np.sum(p * p, axis=axes) / 2 - np.sum(p * y, axis=axes) + np.sum(y * y, axis=axes) / 2


def half_squared_error_gradient(y, p):
    return p - y


def binary_crossentropy(y, p):
    """10.4 and 10.8, the mean over the last axis."""
    return -np.mean(special.xlogy(y, p) + special.xlog1py(1 - y, -p), axis=-1)


def binary_crossentropy_gradient(y, p):
    return (p - y) / (p * (1 - p)) / p.shape[-1]


def logit_crossentropy(y, z):
    return -np.mean(y * special.log_expit(z) + (1 - y) * special.log_expit(-z), axis=-1)


def logit_crossentropy_gradient(y, z):
    return (special.expit(z) - y) / z.shape[-1]


def hinge(y, f):
    """10.5"""
    return np.mean(np.clip(1 - y * f, 0, None), axis=-1)


def hinge_gradient(y, f):
    return -y * np.heaviside(1 - y * f, 0.5) / f.shape[-1]


def categorical_crossentropy(y, p):
    """10.6"""
    return -np.sum(special.xlogy(y, p), axis=-1)


def categorical_crossentropy_gradient(y, p):
    return -y / p


def softmax_crossentropy(y, z):
    return special.logsumexp(z, axis=-1) * np.sum(y, axis=-1) - np.sum(y * z, axis=-1)


def softmax_crossentropy_gradient(y, z):
    return special.softmax(z, axis=-1) * np.sum(y, axis=-1, keepdims=True) - y


def one_hot(labels, classes):
    return np.eye(classes)[np.asarray(labels, int).reshape(-1)]


def triplet(p, margin):
    """10.9, with |a - b|^2 = |a|^2 - 2 a . b + |b|^2."""
    anchor, positive, negative = (p[:, i] for i in range(3))
    dot = lambda a, b: np.sum(a * b, axis=-1)  # noqa: E731
    apart = dot(positive, positive) - dot(negative, negative) - 2 * dot(anchor, positive - negative)
    return np.maximum(apart + margin, 0.0)


def triplet_gradient(p, margin):
    anchor, positive, negative = (p[:, i] for i in range(3))
    gradient = 2 * np.stack([negative - positive, positive - anchor, anchor - negative], axis=1)
    return gradient * np.heaviside(triplet(p, margin), 0.0)[:, None, None]


def contrastive(y, p, margin):
    """Hadsell et al., equation 4."""
    distance = np.linalg.norm(p[:, 0] - p[:, 1], axis=-1)
    return np.where(y == 0, distance**2 / 2, np.minimum(distance - margin, 0.0) ** 2 / 2)


def contrastive_gradient(y, p, margin):
    """Along the pair's direction: d for a similar pair, -max(0, m - d) for a dissimilar one."""
    difference = p[:, 0] - p[:, 1]
    distance = np.linalg.norm(difference, axis=-1)
    direction = difference / np.where(distance, distance, np.inf)[:, None]
    slope = np.where(y == 0, distance, np.minimum(distance - margin, 0.0))[:, None] * direction
    return np.stack([slope, -slope], axis=1)


def composite(y, p, split, weight, regression, classification):
    """10.10, where each part is a pair (value, gradient) of the functions above."""
    return weight * regression[0](y[:, :split], p[:, :split]) + classification[0](y[:, split:], p[:, split:])


def composite_gradient(y, p, split, weight, regression, classification):
    left, right = regression[1](y[:, :split], p[:, :split]), classification[1](y[:, split:], p[:, split:])
    return np.concatenate([weight * left, right], axis=-1)


def generator(y, p):
    """The terms of 10.11 that depend on the generator."""
    return np.mean((1 - y) * np.log1p(-p), axis=-1)


def generator_gradient(y, p):
    return (y - 1) / (1 - p) / p.shape[-1]


def generator_logits(y, z):
    return generator(y, special.expit(z))


def generator_logits_gradient(y, z):
    """(log(1 - s))' = -s' / (1 - s) = -s"""
    return (y - 1) * special.expit(z) / z.shape[-1]


def non_saturating(y, p):
    return np.mean((y - 1) * np.log(p), axis=-1)


def non_saturating_gradient(y, p):
    return (y - 1) / p / p.shape[-1]


def non_saturating_logits(y, z):
    return np.mean((1 - y) * np.logaddexp(0.0, -z), axis=-1)


def non_saturating_logits_gradient(y, z):
    return (y - 1) * special.expit(-z) / z.shape[-1]


def backpropagation(x, y, weights, biases, decay):
    """Gradients of the slides' cost (004): half squared error of a net with a logistic hidden layer and linear
    outputs, its mean over the m examples, plus decay / (2 m) times the squared weights without biases.

    `weights` are (inputs, outputs). Returns the cost, the gradients of the weights, and of the biases.
    """
    m = len(x)
    hidden = special.expit(x @ weights[0] + biases[0])
    output = hidden @ weights[1] + biases[1]
    cost = np.sum((output - y) ** 2) / (2 * m) + decay / (2 * m) * sum(np.sum(w**2) for w in weights)
    deltas = [None, output - y]
    deltas[0] = deltas[1] @ weights[1].T * hidden * (1 - hidden)
    gradients = [a.T @ d / m + decay / m * w for a, d, w in zip((x, hidden), deltas, weights, strict=True)]
    return cost, gradients, [d.sum(axis=0) / m for d in deltas]
