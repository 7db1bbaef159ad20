"""Theorem 2.1: on a quadratic, Nesterov's method is classical momentum with another mu for each eigenvalue."""

import time

import numpy as np

from experiments import engine
from experiments.claims import Quantity
from experiments.data.catalogue import computed, declare
from experiments.seeds import derive

EIGENVALUES = 1 / np.arange(1, 51) ** 2  # 1 to 0.0004; quotients are the same on every machine
NAME = "quadratic_50"


def eigenvalues(name):
    """Return the eigenvalues `(n, 1)`, as inputs, targets and test set alike."""
    found = EIGENVALUES[:, None]
    return found, found, found, found


CITATION = "Sutskever et al., On the importance of initialization and momentum in deep learning, 2013"
declare(NAME, computed(eigenvalues, CITATION, "eigenvalues of a quadratic"))


def classical(gradient, theta, velocity, rate, mu):
    """Take a step of classical momentum, equations 1 and 2; numbers, or arrays of them, in float64."""
    velocity = mu * velocity - rate * gradient(theta)
    return theta + velocity, velocity


def nesterov(gradient, theta, velocity, rate, mu):
    """Take a step of Nesterov's method, equations 3 and 4."""
    velocity = mu * velocity - rate * gradient(theta + mu * velocity)
    return theta + velocity, velocity


def train(job):
    """Return the run of both methods on `1/2 x'Ax - b'x`, from one start, in the paper's general coordinates.

    Nesterov's method knows nothing of eigenvectors: A is a full matrix. The other side runs in their coordinates, one
    number at a time, with the momentum that the variant has for an eigenvalue.
    """
    return engine.Computation(_rows(job), {"parameters": len(EIGENVALUES), "compiler": "none"})


def _rows(job):
    s, values = job.settings, job.dataset.y_train[:, 0].astype("float64")
    draw = np.random.default_rng(derive(job.seed, "quadratic"))
    vectors, _ = np.linalg.qr(draw.normal(size=(len(values),) * 2))
    matrix, linear = vectors * values @ vectors.T, draw.normal(size=len(values))
    theta, velocity = draw.normal(size=len(values)), np.zeros(len(values))
    y, speed, b, size = vectors.T @ theta, np.zeros(len(values)), vectors.T @ linear, np.abs(theta).max()
    mu = job.variant(s.momentum, s.learning_rate, values)
    for row in range(1, s.epochs + 1):
        began, apart = time.perf_counter(), 0.0
        for _ in range(s.steps):
            theta, velocity = nesterov(lambda x: matrix @ x - linear, theta, velocity, s.learning_rate, s.momentum)
            y, speed = classical(lambda x: values * x - b, y, speed, s.learning_rate, mu)
            size = max(size, np.abs(theta).max())
            apart = max(apart, np.abs(vectors @ y - theta).max())
        yield {"epoch": row, "seconds": round(time.perf_counter() - began, 3), "apart": float(apart / size)}


def largest(history):
    """Return the largest distance of all rows."""
    return max(row["apart"] for row in history)


VARIANTS = {
    "theorem": lambda mu, rate, values: mu * (1 - rate * values),
    "same_momentum": lambda mu, rate, values: np.full(len(values), mu),
}
APART = Quantity("apart", "", largest, geometric=True)
