"""Functions with their gradients and Hessians in closed form, and Newton's steps, in NumPy float64.

Nothing here imports `custom`.
"""

import numpy as np


def rosenbrock(x):
    """(1 - a)^2 + 100 (b - a^2)^2: value, gradient, Hessian."""
    a, b = x
    value = (1 - a) ** 2 + 100 * (b - a**2) ** 2
    gradient = np.array([2 * (a - 1) - 400 * a * (b - a * a), 200 * (b - a * a)])
    return value, gradient, np.array([[2 - 400 * b + 1200 * a * a, -400 * a], [-400 * a, 200.0]])


QUADRATIC = np.array([[5.0, 1.0, 0.5], [1.0, 4.0, -1.0], [0.5, -1.0, 3.0]])
LINEAR = np.array([1.0, -2.0, 0.25])


def quadratic(x):
    """x^T A x / 2 + b^T x."""
    return 0.5 * x @ QUADRATIC @ x + LINEAR @ x, QUADRATIC @ x + LINEAR, QUADRATIC


def log_sum_exp(x):
    """log of the sum of exp(x_i): gradient p, the softmax; Hessian diag(p) - p p^T."""
    e = np.exp(x - x.max())
    p = e / e.sum()
    return np.log(e.sum()) + x.max(), p, np.diag(p) - np.outer(p, p)


def quartic(x):
    """The sum of x_i^4, whose Hessian is singular where an x_i is 0."""
    return np.sum(x**4), 4 * x**3, np.diag(12 * x**2)


def sine_of_product(x):
    """sin(a b)."""
    a, b = x
    s, c = np.sin(a * b), np.cos(a * b)
    return s, np.array([b * c, a * c]), np.array([[-b * b * s, c - a * b * s], [c - a * b * s, -a * a * s]])


EXAMPLES = np.array([[1.0, 0.5], [1.0, -1.5], [1.0, 2.0], [1.0, -0.25], [1.0, 1.0]])
LABELS = np.array([1.0, -1.0, 1.0, 1.0, -1.0])


def logistic(w):
    """Mean of log(1 + exp(-y w^T x)) over five examples: iteratively reweighted least squares."""
    s = 1 / (1 + np.exp(LABELS * (EXAMPLES @ w)))
    value = np.mean(np.log1p(np.exp(-LABELS * (EXAMPLES @ w))))
    weights = s * (1 - s) / len(LABELS)
    return value, -(LABELS * s) @ EXAMPLES / len(LABELS), (EXAMPLES * weights[:, None]).T @ EXAMPLES


def saddle(x):
    """a^2 - b^2."""
    a, b = x
    return a**2 - b**2, np.array([2 * a, -2 * b]), np.diag([2.0, -2.0])


def polar_jacobian(x):
    """Of (r cos t, r sin t)."""
    r, t = x
    return np.array([[np.cos(t), -r * np.sin(t)], [np.sin(t), r * np.cos(t)]])


def softmax_jacobian(x):
    """d p_i / d x_j = p_i (delta_ij - p_j)."""
    p = np.exp(x) / np.exp(x).sum()
    return p[:, None] * (np.eye(len(x)) - p)


def newton_path(function, start, steps, damping=0.0):
    """The points of `steps` steps, by the explicit inverse; `function` returns value, gradient, Hessian."""
    path = [np.array(start, "float64")]
    for _ in range(steps):
        _, gradient, hessian = function(path[-1])
        path.append(path[-1] - np.linalg.inv(hessian + damping * np.eye(len(start))) @ gradient)
    return np.array(path)
