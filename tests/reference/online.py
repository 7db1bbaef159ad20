"""Online learners in NumPy float64, after Duchi, Hazan and Singer (2011): all weights at every example.

Nothing here imports `custom`. Weights are `(features, outputs)`, one output for two classes. A rule takes
the weights, the list of all gradients so far (the newest last) and its settings, and returns the weights.
"""

import math

import numpy as np


def hinge(w, x, y):
    """Scores, loss and its gradient: of labels -1, 1 for one output, of 0, 1, ... for more."""
    scores = [math.fsum(w[i, c] * x[i] for i in range(len(x))) for c in range(w.shape[1])]
    gradient = np.zeros_like(w)
    if len(scores) == 1:
        loss = max(0.0, 1 - y * scores[0])
        if loss > 0:
            gradient[:, 0] = [-y * v for v in x]
        return scores, loss, gradient
    rival = max((c for c in range(len(scores)) if c != y), key=lambda c: scores[c])
    loss = max(0.0, 1 + scores[rival] - scores[y])
    if loss > 0:
        gradient[:, rival], gradient[:, y] = x, -x
    return scores, loss, gradient


def proximal(u, a, strength, norm):
    """argmin over x of <u, x> + sum(a x^2) / 2 + strength |x|, of one feature's weights; 0 where a is 0.

    The mixed norm by bisection on s in x = -u / (a + s): s |x| grows with s, and is `strength` at the
    solution, as s = strength / |x|.
    """
    if norm == "l1":
        x = [0.0 if h == 0 else -math.copysign(max(abs(v) - strength, 0), v) / h for v, h in zip(u, a, strict=True)]
        return np.array(x)
    if np.linalg.norm(u) <= strength:
        return np.zeros(len(u))

    def x(s):
        return np.array([0.0 if h == 0 else -v / (h + s) for v, h in zip(u, a, strict=True)])

    if strength == 0:
        return x(0.0)
    low, high = 0.0, 1.0
    while high * np.linalg.norm(x(high)) < strength:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * np.linalg.norm(x(middle)) < strength else (low, middle)
    return x((low + high) / 2)


def rda(w, gradients, learning_rate, strength, norm):
    """argmin of <mean gradient, w> + strength |w| + |w|^2 / (2 eta sqrt(t))."""
    t, mean = len(gradients), sum(gradients) / len(gradients)
    a = np.full(w.shape[1], 1 / (learning_rate * math.sqrt(t)))
    return np.array([proximal(row, a, strength, norm) for row in mean])


def fobos(w, gradients, learning_rate, strength, norm):
    """argmin of |w' - (w - eta_t g)|^2 / 2 + eta_t strength |w'|, eta_t = eta / sqrt(t)."""
    rate = learning_rate / math.sqrt(len(gradients))
    z = w - rate * gradients[-1]
    return np.array([proximal(-row, np.ones(len(row)), rate * strength, norm) for row in z])


def _root_of_squares(gradients, delta):
    return delta + np.sqrt(sum(g**2 for g in gradients))


def adagrad_rda(w, gradients, learning_rate, strength, norm, delta):
    """argmin of eta <mean gradient, w> + eta strength |w| + w^T H w / (2 t)."""
    t, h = len(gradients), _root_of_squares(gradients, delta)
    u = learning_rate * sum(gradients) / t
    return np.array([proximal(u[i], h[i] / t, learning_rate * strength, norm) for i in range(len(w))])


def adagrad_fb(w, gradients, learning_rate, strength, norm, delta):
    """argmin of eta <g, w'> + eta strength |w'| + (w' - w)^T H (w' - w) / 2."""
    h = _root_of_squares(gradients, delta)
    u = learning_rate * gradients[-1] - h * w
    return np.array([proximal(u[i], h[i], learning_rate * strength, norm) for i in range(len(w))])


def run(rule, examples, labels, outputs=1, **settings):
    """The weights after each example, and the number of examples that were predicted wrongly before."""
    w, gradients, path, mistakes = np.zeros((examples.shape[1], outputs)), [], [], 0
    for x, y in zip(examples, labels, strict=True):
        scores, _, gradient = hinge(w, x, y)
        mistakes += _predicted(scores) != y
        gradients.append(gradient)
        w = rule(w, gradients, **settings)
        path.append(w)
    return np.array(path), mistakes


def _predicted(scores):
    return (1 if scores[0] >= 0 else -1) if len(scores) == 1 else int(np.argmax(scores))


def passive_aggressive(examples, labels, outputs=1, strength=0.0):
    """w - tau g with tau = min(1 / lambda, loss / |g|^2), g the gradient of the loss."""
    w, path, mistakes = np.zeros((examples.shape[1], outputs)), [], 0
    for x, y in zip(examples, labels, strict=True):
        scores, loss, g = hinge(w, x, y)
        mistakes += _predicted(scores) != y
        if loss > 0:
            w = w - min(1 / strength if strength else math.inf, loss / np.sum(g**2)) * g
        path.append(w)
    return np.array(path), mistakes


def arow(examples, labels, r, diagonal):
    """Crammer et al. (2009), figure 1, with whole matrices whose off-diagonal entries are dropped."""
    mean, sigma, path, spreads, mistakes = np.zeros(examples.shape[1]), np.eye(examples.shape[1]), [], [], 0
    for x, y in zip(examples, labels, strict=True):
        margin = mean @ x
        mistakes += _predicted([margin]) != y
        if margin * y < 1:
            beta = 1 / (x @ sigma @ x + r)
            mean = mean + max(0, 1 - y * margin) * beta * y * (sigma @ x)
            if diagonal == "covariance":
                sigma = sigma - beta * np.outer(sigma @ x, x @ sigma)
                sigma = np.diag(np.diag(sigma))
            else:
                precision = np.linalg.inv(sigma) + np.outer(x, x) / r
                sigma = np.diag(1 / np.diag(precision))
        path.append(mean[:, None])
        spreads.append(np.diag(sigma))
    return np.array(path), np.array(spreads), mistakes
