"""Formats of floats: evaluation in full precision, loss scaling, TensorFloat-32."""

import contextlib

import keras
import numpy as np
import pytest

from custom.optimizers import GradientDescent, Momentum
from experiments import engine
from experiments.engine import precision
from experiments.engine.device import accelerator
from experiments.errors import Diverged, UsageError
from tests.nets import digits, perceptron, train


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.slow
def test_evaluation_has_the_precision_of_the_weights(policy):
    one, two = (perceptron(precision=p, hidden=[16, 16]) for p in ("float32", policy))
    plan = engine.Plan(1, 20, 0)
    full, mixed = ([*train(m, GradientDescent(0.0), digits(), plan)][0] for m in (one, two))
    # The same weights: training in narrow floats differs, evaluation does not.
    assert mixed["test_loss"] == pytest.approx(full["test_loss"], rel=1e-6)
    assert mixed["objective"] != pytest.approx(full["objective"], rel=1e-6)
    assert mixed["objective"] == pytest.approx(full["objective"], rel=0.02)
    assert all(layer.dtype_policy.name == policy for layer in two.layers if layer.name.startswith("dense"))


def test_policies_are_restored_after_an_error():
    model = perceptron(precision="mixed_bfloat16")
    with pytest.raises(RuntimeError), precision.full(model):
        assert {layer.compute_dtype for layer in model.layers} == {"float32"}
        raise RuntimeError
    assert "bfloat16" in {layer.compute_dtype for layer in model.layers}


def test_float16_trains_where_gradients_would_vanish():
    """A loss of 1e-6 times the cross-entropy: without scaling, float16 rounds its gradients to 0."""
    task = engine.Task(lambda y, out: 1e-6 * engine.CLASSIFICATION.loss(y, out), {})
    facts, model = {}, perceptron(precision="mixed_float16")
    plan = engine.Plan(6, 20, 0)
    rows = list(train(model, Momentum(1e5, 0.9), digits(), plan, facts=facts, task=task))
    assert facts["loss_scaling"] == "dynamic"
    assert rows[-1]["test_loss"] < 0.8 * rows[0]["test_loss"]


@pytest.mark.slow
def test_the_scaled_loss_leaves_training_as_it_is():
    one, two = (perceptron(precision="float32") for _ in range(2))
    scaled = keras.optimizers.LossScaleOptimizer(GradientDescent(0.05))
    plan = engine.Plan(3, 20, 0)
    plain = list(train(one, GradientDescent(0.05), digits(), plan))
    other = list(train(two, scaled, digits(), plan))
    for a, b in zip(plain, other, strict=True):
        assert a["objective"] == pytest.approx(b["objective"], rel=1e-5)
        assert a["test_loss"] == pytest.approx(b["test_loss"], rel=1e-5)


def test_an_overflow_halves_the_scale_and_leaves_the_weights():
    model, optimizer = perceptron(precision="mixed_float16"), GradientDescent(0.05)
    given = digits()
    x = np.full_like(given.x, 255)
    arrays = engine.Arrays(x, given.y, {}, given.mean * 0, np.float32(1e4))  # activations beyond float16's range
    before = [w.numpy() for w in model.weights]
    scaled = precision.scaled(model, optimizer)
    with contextlib.suppress(Diverged):
        list(train(model, scaled, arrays, engine.Plan(1, 220, 0)))
    assert all((a == w.numpy()).all() for a, w in zip(before, model.weights, strict=True))
    assert float(scaled.dynamic_scale.numpy()) == scaled.initial_scale / 2


def test_only_float16_is_scaled():
    for policy in ("float32", "mixed_bfloat16"):
        optimizer = GradientDescent(0.1)
        assert precision.scaled(perceptron(precision=policy), optimizer) is optimizer


@pytest.mark.skipif(accelerator() is not None, reason="of a CPU")
def test_tf32_is_refused_on_a_cpu():
    with pytest.raises(UsageError, match="precision='tf32' without a GPU"):
        list(train(perceptron(), GradientDescent(0.1), digits(), engine.Plan(1, 20, 0, tf32=True)))


def test_names_of_precisions():
    assert precision.policy("tf32") == precision.policy("float32") == "float32"
    with pytest.raises(UsageError, match="Unknown precision: 'float31'. Did you mean 'float32'"):
        precision.policy("float31")
