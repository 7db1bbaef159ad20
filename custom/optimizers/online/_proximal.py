"""Minimisers of a quadratic plus a norm, which make weights exactly 0."""

import numpy as np


def quotient(a, b):
    """`a / b`, and 0 where `b` is 0: a coordinate that has had no gradient yet stays where it is, at 0."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(b.shape), where=b != 0)


def soft_threshold(x, by):
    """`sign(x) max(|x| - by, 0)`: argmin over z of (z - x)^2 / 2 + by |z|."""
    return np.sign(x) * np.maximum(np.abs(x) - by, 0.0)


def group_soft_threshold(x, by):
    """Each row of `x` shortened by `by`, or 0: argmin over z of |z - x|^2 / 2 + by |z|, Euclidean norms."""
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    return x * quotient(np.maximum(norm - by, 0.0), norm)


def group_minimum(u, a, strength):
    """Of each row: argmin over x of `<u, x> + sum(a x^2) / 2 + strength |x|`, with a >= 0.

    It is 0 if `|u| <= strength`. Otherwise its length r solves `sum(u^2 / (a r + strength)^2) = 1`, and
    `x = -u r / (a r + strength)`. As 1 / sqrt of that sum is concave and increasing in r, Newton's
    method from a lower bound of the root comes to it from below (Duchi et al. 2011, section 5.3, has
    a bisection). Where a is 0, u has to be 0, and x is 0.
    """
    x = np.zeros(u.shape)
    u = np.where(a > 0, u, 0.0)
    norm = np.linalg.norm(u, axis=1)
    away = norm > strength
    if not away.any():
        return x
    u, a, norm = u[away], a[away], norm[away]
    if strength == 0:
        x[away] = -quotient(u, a)
        return x
    r = (norm - strength) / np.where(u != 0, a, 0.0).max(axis=1)
    for _ in range(100):
        scaled = u / (a * r[:, None] + strength)
        total = np.sum(scaled**2, axis=1)
        slope = np.sum(scaled**2 * a / (a * r[:, None] + strength), axis=1)
        step = total * (np.sqrt(total) - 1) / slope
        r = r + step
        if (np.abs(step) <= 1e-11 * r).all():  # the error is of the order of its square
            break
    r = r[:, None]
    x[away] = -u * r / (a * r + strength)
    return x
