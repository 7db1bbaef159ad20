"""What `classifier` trains on, and when the learning rate drops."""

import numpy as np
import pytest

from custom.optimizers import GradientDescent
from experiments.harness import engine
from experiments.harness.engine import base
from experiments.harness.errors import UsageError
from experiments.harness.runner import Job
from experiments.harness.settings import Settings
from experiments.harness.supervised import classifier, learning_rate, steps_per_epoch, training_points
from tests.harness.doubles import small_digits
from tests.harness.nets import perceptron


@pytest.mark.parametrize(("evaluation", "steps"), [("test", 11), ("validation", 9)])
def test_the_rate_drops_at_the_start_of_an_epoch(evaluation, steps, monkeypatch):
    # Every step is its own chunk, after which the optimizer tells the rate of the next one.
    monkeypatch.setattr(base, "CHUNK", 1)
    data = small_digits()
    values = {"learning_rate": 0.1, "drops": [1, 2], "batch_size": 20, "epochs": 3, "evaluation": evaluation}
    settings = Settings({**values, "train_evaluation_every": 1})
    optimizer = GradientDescent(learning_rate(settings, data))
    rates, model = [], perceptron()
    job = Job(None, settings, 0, data, lambda *where: rates.append(float(optimizer.learning_rate)))
    history = list(classifier(job, model, optimizer))
    expected = [0.1] * steps + [0.01] * steps + [0.001] * steps
    assert rates[:-1] == pytest.approx(expected[1:])
    assert len(rates) == len(expected)
    assert f"{evaluation}_loss" in history[0]
    assert job.facts["trained_on"] == {"test": 220, "validation": 184}[evaluation]


def test_the_validation_set_is_held_out_of_training_and_is_not_the_test_set(monkeypatch):
    caught = []
    monkeypatch.setattr(engine, "train", lambda model, optimizer, arrays, *rest: caught.append(arrays) or iter(()))
    data = small_digits()
    values = {"batch_size": 20, "epochs": 1, "evaluation": "validation", "train_evaluation_every": 1}
    for seed in (0, 1):
        list(classifier(Job(None, Settings(values), seed, data, None), perceptron(), None, preprocessing="standardize"))
    one, two = caught
    assert np.array_equal(one.x, two.x)  # the same examples for every seed
    held_out = one.splits["validation"][0]
    assert (len(one.x), len(held_out)) == (184, 36)
    rows = sorted(image.tobytes() for image in (*one.x, *held_out))
    assert rows == sorted(image.tobytes() for image in data.x_train)
    scaled = (one.x - one.mean) * one.scale
    assert scaled.mean() == pytest.approx(0, abs=1e-6) and scaled.std() == pytest.approx(1, abs=1e-6)


def test_fewer_examples_are_the_same_ones_whichever_set_is_evaluated(monkeypatch):
    caught = []
    monkeypatch.setattr(engine, "train", lambda model, optimizer, *rest: caught.append(rest[:2]) or iter(()))
    data = small_digits()
    values = {"batch_size": 20, "epochs": 4, "train_evaluation_every": 2, "evaluation_every": 4, "examples": 100}
    for evaluation in ("validation", "test"):
        settings = Settings(values | {"evaluation": evaluation})
        list(classifier(Job(None, settings, 0, data, None), perceptron(), None))
        assert (training_points(settings, data), steps_per_epoch(settings, data)) == (100, 5)
    (one, plan), (two, _) = caught
    assert len(one.x) == 100 and np.array_equal(one.x, two.x) and np.array_equal(one.y, two.y)
    assert len(one.splits["validation"][0]) == 36 and len(two.splits["test"][0]) == len(data.x_test)
    held_out = {image.tobytes() for image in one.splits["validation"][0]}
    assert not held_out & {image.tobytes() for image in one.x}
    assert [plan.due("validation", e) for e in (1, 2, 3, 4)] == [False, False, False, True]


@pytest.mark.parametrize("examples", [0, 185])
def test_examples_that_are_not_there_are_refused(examples):
    values = {"batch_size": 20, "epochs": 1, "train_evaluation_every": 1, "examples": examples, "evaluation": "test"}
    with pytest.raises(UsageError, match=f"Received: examples={examples}. Expected 1 to 184"):
        list(classifier(Job(None, Settings(values), 0, small_digits(), None), perceptron(), None))
