"""Losses and measures, against NumPy in float64."""

import numpy as np
import pytest
from keras import ops

from custom.optimizers import GradientDescent
from experiments import engine
from tests.nets import digits, perceptron, train

DRAW = np.random.default_rng(0)
LOGITS = DRAW.normal(0, 3, (7, 4)).astype("float32")
LABELS = DRAW.integers(0, 4, 7)
BITS = DRAW.integers(0, 2, 7)


def sums(task, y, outputs):
    return ops.convert_to_numpy(task.sums(ops.convert_to_tensor(y), ops.convert_to_tensor(outputs)))


def test_classification():
    z = LOGITS.astype("float64")
    loss = (np.log(np.exp(z).sum(1)) - z[np.arange(7), LABELS]).sum()
    expected = [loss, (z.argmax(1) != LABELS).sum()]
    np.testing.assert_allclose(sums(engine.CLASSIFICATION, LABELS.astype("int32"), LOGITS), expected, rtol=1e-5)
    assert engine.CLASSIFICATION.columns == ("loss", "error")


def test_binary_classification():
    z = LOGITS[:, :1].astype("float64")
    p = 1 / (1 + np.exp(-z[:, 0]))
    loss = -(BITS * np.log(p) + (1 - BITS) * np.log(1 - p)).sum()
    expected = [loss, ((p > 0.5) != BITS).sum()]
    np.testing.assert_allclose(
        sums(engine.BINARY_CLASSIFICATION, BITS.astype("int32"), LOGITS[:, :1]), expected, rtol=1e-5
    )


def test_regression_and_a_loss_of_the_network_itself():
    y = DRAW.normal(size=(7, 2, 2)).astype("float32")
    expected = ((LOGITS.astype("float64") - y.reshape(7, 4)) ** 2).mean(1).sum()
    np.testing.assert_allclose(sums(engine.REGRESSION, y, LOGITS), [expected], rtol=1e-5)
    np.testing.assert_allclose(sums(engine.OWN_LOSS, BITS, LOGITS[:, :1]), [LOGITS[:, 0].sum()], rtol=1e-5)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_sums_are_kept_in_float32(precision):
    large = ops.cast(ops.full((3, 1), 30000.0), precision)
    assert float(ops.convert_to_numpy(engine.OWN_LOSS.sums(BITS[:3], ops.cast(large, "float32"))[0])) > 65504


def test_training_minimises_the_task_and_its_columns_are_in_the_rows():
    given = digits()
    targets = np.eye(10, dtype="float32")[given.y]
    arrays = engine.Arrays(given.x, targets, {"train": (given.x, targets)}, given.mean, given.scale)
    task = engine.Task(engine.REGRESSION.loss, {"largest": lambda y, out: ops.max(ops.abs(out - y), axis=-1)})
    rows = list(train(perceptron(hidden=[32]), GradientDescent(0.5), arrays, engine.Plan(8, 10, 0), task=task))
    assert rows[-1]["train_loss"] < 0.85 * rows[0]["train_loss"]
    assert set(rows[0]) == {"epoch", "objective", "seconds", "train_loss", "train_largest"}
    assert rows[-1]["train_largest"] ** 2 >= rows[-1]["train_loss"]
