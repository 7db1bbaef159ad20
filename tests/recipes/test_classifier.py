"""What `classifier` trains on, and when the learning rate drops."""

import numpy as np
import pytest

from custom.optimizers import GradientDescent
from experiments import engine
from experiments.data.splits import steps_per_epoch, training_points
from experiments.engine import chunks
from experiments.errors import UsageError
from experiments.recipes import classifier, learning_rate
from experiments.spec import Job, Settings
from tests.doubles import small_digits
from tests.nets import perceptron


def described(values, seed=0, data=None, optimizer=None, **options):
    """The training that `classifier` describes for these settings."""
    job = Job(None, Settings(values), seed, data or small_digits())
    return classifier(job, perceptron(), optimizer, **options)


@pytest.mark.parametrize(("evaluation", "steps"), [("test", 11), ("validation", 9)])
def test_the_rate_drops_at_the_start_of_an_epoch(evaluation, steps, monkeypatch):
    # Every step is its own chunk, after which the optimizer tells the rate of the next one.
    monkeypatch.setattr(chunks.Chunks, "length", lambda self, step: 1)
    data = small_digits()
    values = {"learning_rate": 0.1, "drops": [1, 2], "batch_size": 20, "epochs": 3, "evaluation": evaluation}
    values |= {"train_evaluation_every": 1}
    optimizer, rates = GradientDescent(learning_rate(Settings(values), data)), []
    training = described(values, data=data, optimizer=optimizer)
    performed = engine.Session([training], on_step=lambda *where: rates.append(float(optimizer.learning_rate)))
    history = [row for (row,) in performed.rows()]
    expected = [0.1] * steps + [0.01] * steps + [0.001] * steps
    assert rates[:-1] == pytest.approx(expected[1:])
    assert len(rates) == len(expected)
    assert f"{evaluation}_loss" in history[0]
    assert training.facts["trained_on"] == {"test": 220, "validation": 184}[evaluation]


def test_the_validation_set_is_held_out_of_training_and_is_not_the_test_set():
    data = small_digits()
    values = {"batch_size": 20, "epochs": 1, "evaluation": "validation", "train_evaluation_every": 1}
    one, two = (described(values, seed, data, preprocessing="standardize").arrays for seed in (0, 1))
    assert np.array_equal(one.x, two.x)  # the same examples for every seed
    held_out = one.splits["validation"][0]
    assert (len(one.x), len(held_out)) == (184, 36)
    rows = sorted(image.tobytes() for image in (*one.x, *held_out))
    assert rows == sorted(image.tobytes() for image in data.x_train)
    scaled = (one.x - one.mean) * one.scale
    assert scaled.mean() == pytest.approx(0, abs=1e-6) and scaled.std() == pytest.approx(1, abs=1e-6)


def test_fewer_examples_are_the_same_ones_whichever_set_is_evaluated():
    data, found = small_digits(), []
    values = {"batch_size": 20, "epochs": 4, "train_evaluation_every": 2, "evaluation_every": 4, "examples": 100}
    for evaluation in ("validation", "test"):
        settings = values | {"evaluation": evaluation}
        found.append(described(settings, data=data))
        assert (training_points(Settings(settings), data), steps_per_epoch(Settings(settings), data)) == (100, 5)
    (one, two), plan = (training.arrays for training in found), found[0].plan
    assert len(one.x) == 100 and np.array_equal(one.x, two.x) and np.array_equal(one.y, two.y)
    assert len(one.splits["validation"][0]) == 36 and len(two.splits["test"][0]) == len(data.x_test)
    held_out = {image.tobytes() for image in one.splits["validation"][0]}
    assert not held_out & {image.tobytes() for image in one.x}
    assert [plan.due("validation", e) for e in (1, 2, 3, 4)] == [False, False, False, True]


@pytest.mark.parametrize("examples", [0, 185])
def test_examples_that_are_not_there_are_refused(examples):
    values = {"batch_size": 20, "epochs": 1, "train_evaluation_every": 1, "examples": examples, "evaluation": "test"}
    with pytest.raises(UsageError, match=f"Received: examples={examples}. Expected 1 to 184"):
        described(values)


@pytest.mark.slow
def test_a_target_that_is_reached_ends_the_training_and_the_record_says_why():
    values = {"batch_size": 20, "epochs": 30, "evaluation": "test", "train_evaluation_every": 1, "evaluation_every": 30}
    stop = engine.Stop("train_error", 0.25)
    training = described(values, optimizer=GradientDescent(0.3), stop=stop)
    history = [row for (row,) in engine.Session([training]).rows()]
    assert len(history) < 30 and history[-1]["train_error"] <= 0.25 < history[-2]["train_error"]
    # The last row has every evaluation, due or not.
    assert "test_error" in history[-1] and "test_error" not in history[-2]
    assert training.facts["stopped"] == {"column": "train_error", "at_most": 0.25, "epoch": len(history)}
    alone = described(values, optimizer=GradientDescent(0.3))
    rows = [row for (row,) in engine.Session([alone]).rows()]
    assert len(rows) == 30 and "stopped" not in alone.facts
    same = [{k: v for k, v in row.items() if k != "seconds"} for row in rows[: len(history) - 1]]
    assert same == [{k: v for k, v in row.items() if k != "seconds"} for row in history[:-1]]


@pytest.mark.parametrize("split", ["train", "tset", ""])
def test_only_what_a_training_does_not_see_may_be_evaluated(split):
    values = {"batch_size": 20, "epochs": 1, "evaluation": split, "train_evaluation_every": 1}
    with pytest.raises(UsageError, match=f"evaluation='{split}'. Expected test or validation"):
        described(values)
