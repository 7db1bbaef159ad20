"""The separable construction of Wilson et al. (2017), section 3.3, and training on it."""

import keras
import numpy as np
from keras import ops

from experiments.harness import engine
from experiments.harness.engine.base import STACK
from experiments.harness.seeds import derive

BLOCK = 5  # features of an example's own


def features(labels, first, total):
    """The construction, `(examples, 3 + 5 total)`: for labels -1 and 1 of the examples from number `first` of `total`.

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
    """The least-squares solution of smallest norm, `X' a`, where a has one value for each label.

    Two examples of one label have the inner product 3, of unlike labels 1; an example with itself 4 or 8.
    """
    n, m = (y > 0).sum(), (y < 0).sum()
    plus, minus = np.linalg.solve([[3 * n + 1, m], [n, 3 * m + BLOCK]], [1, -1])
    return x.T.astype("float64") @ np.where(y > 0, plus, minus)


def sign_solution(x, y):
    """`sign(X' y) / 4`: solves the problem as well, and is where methods go that rescale each coordinate."""
    return np.sign(x.T.astype("float64") @ y) / 4


# fmt: off
def train(job):
    """Least squares from 0 on all examples at once (SGD: on batches); new examples have features never seen."""
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
    model = keras.Sequential([keras.Input((None, x.shape[1])), keras.layers.Dense(
        1, use_bias=False, kernel_initializer="zeros", name="linear")])
    task = engine.Task(squared_error, {"error": error, "positive": positive})
    job.facts |= {"parameters": model.count_params(), "trained_on": s.examples}
    if job.compiler == STACK:  # the last row needs the model
        yield None
        return
    plan = engine.Plan(s.epochs, s.batch_size if s.variant == "sgd" else 1, job.seed, compiler=job.compiler)
    arrays = engine.Arrays(*stream, splits, 0.0, 1.0)
    for row in engine.train(model, job.variant(), arrays, plan, job.on_step, job.facts, job.checkpoint, task=task):
        kept = {name: row[name] for name in (
            "epoch", "seconds", "train_loss", "train_error", "test_error", "test_positive")}
        if row["epoch"] == s.epochs:
            w = np.asarray(ops.convert_to_numpy(model.get_layer("linear").kernel), "float64")[:, 0]
            for name, solution in (("minimum_norm", minimum_norm), ("sign", sign_solution)):
                goal = solution(x, labels[0])
                kept[f"from_{name}"] = float(np.linalg.norm(w - goal) / np.linalg.norm(goal))
        yield kept


def squared_error(y, z):
    """Mean over the points of an example, as the others."""
    return ops.mean(ops.square(z[..., 0] - y), axis=1)


def error(y, z):
    return ops.mean(ops.cast(z[..., 0] * y <= 0, "float32"), axis=1)


def positive(y, z):
    return ops.mean(ops.cast(z[..., 0] > 0, "float32"), axis=1)
# fmt: on
