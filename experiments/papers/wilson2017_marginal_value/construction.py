"""The separable construction of Wilson et al. (2017), section 3.3, and training on it."""

import keras
import numpy as np
from keras import ops

from experiments import engine
from experiments.seeds import derive

BLOCK = 5  # features of an example's own
COLUMNS = ("epoch", "seconds", "train_loss", "train_error", "test_error", "test_positive")  # of a row


def features(labels, first, total):
    """Return the construction `(examples, 3 + 5 total)` for labels of the examples from number `first` of `total`.

    Feature 1 is the label, 2 and 3 are 1; then each example has five of its own, of which one is 1 for
    the label 1 and all are for the label -1. All others are 0.
    """
    x = np.zeros((len(labels), 3 + BLOCK * total), "int8")
    x[:, 0], x[:, 1:3] = labels, 1
    for i, label in enumerate(labels):
        start = 3 + BLOCK * (first + i)
        x[i, start : start + (1 if label > 0 else BLOCK)] = 1
    return x


def minimum_norm(x, y):
    """Return the least-squares solution of smallest norm, `X' a`, where a has one value for each label.

    Two examples of one label have the inner product 3, of unlike labels 1; an example with itself 4 or 8.
    """
    n, m = (y > 0).sum(), (y < 0).sum()
    plus, minus = np.linalg.solve([[3 * n + 1, m], [n, 3 * m + BLOCK]], [1, -1])
    return x.T.astype("float64") @ np.where(y > 0, plus, minus)


def sign_solution(x, y):
    """Return `sign(X' y) / 4`: it solves the problem too, and is where methods go that rescale each coordinate."""
    return np.sign(x.T.astype("float64") @ y) / 4


def train(job):
    """Fit by least squares from 0, all examples at once (SGD: batches); new examples have features never seen."""
    s, draw = job.settings, np.random.default_rng(derive(job.seed, "examples"))
    pools = job.dataset.y_train[:, 0], job.dataset.y_test[:, 0]
    labels = [pool[draw.choice(len(pool), s.examples, replace=False)].astype("float32") for pool in pools]
    x, new = (features(part, i * s.examples, 2 * s.examples) for i, part in enumerate(labels))
    splits = {"train": (x[None], labels[0][None]), "test": (new[None], labels[1][None])}
    if s.variant == "sgd":
        copies = s.steps * s.batch_size // s.examples
        stream = np.tile(x, (copies, 1))[:, None], np.tile(labels[0], copies)[:, None]
    else:
        stream = x[None].repeat(s.steps, 0), labels[0][None].repeat(s.steps, 0)
    linear = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", name="linear")
    model = keras.Sequential([keras.Input((None, x.shape[1])), linear])
    goals = {"from_minimum_norm": minimum_norm(x, labels[0]), "from_sign": sign_solution(x, labels[0])}

    def distances(model):
        w = np.asarray(ops.convert_to_numpy(model.get_layer("linear").kernel), "float64")[:, 0]
        return {name: float(np.linalg.norm(w - goal) / np.linalg.norm(goal)) for name, goal in goals.items()}

    return engine.Training(
        model,
        job.variant(),
        engine.Arrays(*stream, splits, 0.0, 1.0),
        engine.Plan(s.epochs, s.batch_size if s.variant == "sgd" else 1, job.seed),
        engine.Task(squared_error, {"error": error, "positive": positive}),
        facts={"parameters": model.count_params(), "trained_on": s.examples},
        row=lambda found: {name: found[name] for name in COLUMNS},
        final=distances,
    )


def squared_error(y, z):
    """Return the squared error, mean over the points of an example, as the others."""
    return ops.mean(ops.square(z[..., 0] - y), axis=1)


def error(y, z):
    """Return the share of points on the wrong side."""
    return ops.mean(ops.cast(z[..., 0] * y <= 0, "float32"), axis=1)


def positive(y, z):
    """Return the share of points that are given the label 1."""
    return ops.mean(ops.cast(z[..., 0] > 0, "float32"), axis=1)
