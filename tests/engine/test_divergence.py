"""Trainings whose losses are finite and whose weights are not: a kernel has made NaN a number."""

import keras
import numpy as np
import pytest
from keras import ops

from custom.optimizers import Adam, GradientDescent
from experiments import engine
from experiments.errors import Diverged
from experiments.runs.runner import Runner
from experiments.runs.store import Store
from experiments.spec import Request
from tests.doubles import Progress, paper
from tests.nets import BACKEND, described, digits, train

PLAN = engine.Plan(3, 20, 0)


class Hiding(keras.layers.Layer):
    """A ReLU that makes NaN 0, as some kernels do; its derivative there is 0 too."""

    def call(self, x):
        return ops.where(x > 0, x, ops.zeros_like(x))


def net(seed=0, normalised=False):
    kernel = [keras.initializers.HeNormal(seed + i) for i in range(2)]
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Flatten(),
            layers.Dense(8, kernel_initializer=kernel[0], name="first"),
            *([layers.BatchNormalization(name="norm")] if normalised else []),
            Hiding(),
            layers.Dense(10, kernel_initializer=kernel[1], name="last"),
        ]
    )


def poisoned(seed=0, value=np.nan):
    """The net with a NaN in a bias of its first layer."""
    model = net(seed)
    bias = model.get_layer("first").bias
    bias.assign(np.where(np.arange(8) == 3, value, 0))
    return model


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_weights_that_are_not_finite_end_a_run_whose_losses_are(value):
    training = described(poisoned(value=value), GradientDescent(0.1), digits(), PLAN)
    session = engine.Session([training])
    ((cell,),) = session.rows()
    assert isinstance(cell, Diverged) and str(cell) == f"the variable sequential/first/bias became {value} in epoch 1"
    assert np.isfinite(session.loop.evaluate("test")).all()  # the losses alone say nothing


def test_statistics_count_as_well():
    model = net(normalised=True)
    model.get_layer("norm").moving_variance.assign(np.full(8, np.nan))
    with pytest.raises(Diverged, match="the variable sequential/norm/moving_variance became nan in epoch 1"):
        list(train(model, GradientDescent(0.1), digits(), PLAN))


def test_a_target_does_not_count_for_weights_that_are_not_finite():
    plan = engine.Plan(3, 20, 0, stop=engine.Stop("train_error", 1.0))
    training = described(poisoned(), GradientDescent(0.1), digits(), plan)
    ((cell,),) = engine.Session([training]).rows()
    assert isinstance(cell, Diverged) and "stopped" not in training.facts


@pytest.mark.skipif(BACKEND != "jax", reason="stacking is for JAX")
def test_each_member_of_a_stack_is_judged_by_itself():
    def cells(members):
        return list(engine.Session(members).rows())

    def member(seed, model):
        return described(model, Adam(0.01), digits(), engine.Plan(2, 20, seed))

    found = cells([member(0, net(0)), member(1, poisoned(1)), member(2, net(2))])
    (alone,) = cells([member(0, net(0))])[-1:]
    assert [type(cell) for cell in found[0]] == [dict, Diverged, dict]
    assert str(found[0][1]) == "the variable sequential/first/bias became nan in epoch 1"
    assert found[1][1] is None and isinstance(found[1][2], dict)
    assert found[1][0]["test_loss"] == pytest.approx(alone[0]["test_loss"], rel=1e-4)


def test_its_record_says_diverged(tmp_path):
    def training(job):
        return described(poisoned(), GradientDescent(0.1), digits(), engine.Plan(2, 20, job.seed))

    runner = Runner(Store(tmp_path), Progress(), "test")
    (record,) = runner.run(Request((paper(training, ["a"], 1),), "quick"))
    assert record["outcome"] == "diverged" and record["history"] == []
    assert record["error"] == "the variable sequential/first/bias became nan in epoch 1"
