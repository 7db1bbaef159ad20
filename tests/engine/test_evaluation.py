"""Evaluation on an accelerator, played by the CPU: what is held there, and in how large batches."""

import keras
import numpy as np
import pytest

from custom.optimizers import GradientDescent
from experiments import engine
from experiments.engine import single
from tests.nets import BACKEND, described, digits, perceptron


def session():
    return engine.Session([described(perceptron(), GradientDescent(0.1), digits(), engine.Plan(2, 20, 0))])


def test_a_set_is_brought_to_an_accelerator_once(monkeypatch):
    monkeypatch.setattr(single, "EVALUATION_BATCH", 50)
    loop = session().loop
    expected = loop.evaluate("test")
    assert all(isinstance(a, np.ndarray) for batch in loop.held["test"] for a in batch)  # views: nothing is copied
    monkeypatch.setattr(single, "accelerator", lambda: "an accelerator")
    monkeypatch.setattr(single, "NUMBERS", 64 * 50)
    loop, brought = session().loop, []
    put = loop.adapted.put
    monkeypatch.setattr(loop.adapted, "put", lambda array: brought.append(len(array)) or put(array))
    found = [loop.evaluate(split) for split in ("test", "train", "test", "train")]
    assert brought == [50, 50, 10, 10, *[50] * 8, 20, 20]  # 60 and 220 examples with their labels
    assert found[0] == found[2] == expected and found[1] == found[3]
    assert not any(isinstance(a, np.ndarray) for batch in loop.held["test"] for a in batch)


def test_a_batch_is_as_large_as_the_largest_output_of_a_layer_allows(monkeypatch):
    inner = keras.Sequential([keras.Input((8, 8, 4)), keras.layers.Conv2D(32, 3), keras.layers.Flatten()])
    layers = [keras.layers.Conv2D(4, 3, padding="same"), inner, keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    assert single.evaluation_batch(model) == 500
    monkeypatch.setattr(single, "accelerator", lambda: "an accelerator")
    assert single.evaluation_batch(model) == 2**28 // (6 * 6 * 32)
    monkeypatch.setattr(single, "NUMBERS", 1000)
    assert single.evaluation_batch(model) == 500


@pytest.mark.skipif(BACKEND != "jax", reason="stacking is for JAX")
def test_a_stack_holds_its_sets_as_well(monkeypatch):
    from experiments.engine import stacked

    monkeypatch.setattr(stacked, "EVALUATION_BATCH", 50)
    members = [described(perceptron(), GradientDescent(0.1), digits(), engine.Plan(2, 20, i)) for i in range(2)]
    loop = engine.Session(members).loop
    expected = loop.evaluate("test")
    assert not loop.held
    monkeypatch.setattr(stacked, "accelerator", lambda: "an accelerator")
    assert np.array_equal(loop.evaluate("test"), expected)
    kept = list(loop.held.values())
    assert len(kept) == 2 and np.array_equal(loop.evaluate("test"), expected)
    assert all(a is b for a, b in zip(kept, loop.held.values(), strict=True))
