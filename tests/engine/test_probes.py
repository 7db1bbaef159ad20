"""Probes against plain NumPy in float64."""

import keras
import numpy as np
import pytest

from custom.activations import RReLU
from custom.optimizers import GradientDescent
from experiments import engine
from experiments.engine import Probe, probes, state
from experiments.engine.inputs import Inputs
from experiments.errors import Diverged, UsageError
from experiments.seeds import permutation
from experiments.spec.settings import canonical
from tests.doubles import images
from tests.nets import L2, Reference, dense, digits
from tests.nets import loop as make_loop
from tests.nets import train as train_net

ALL = tuple(Probe(quantity) for quantity in probes.QUANTITIES)


def train(model, watched, epochs=1):
    return list(train_net(model, GradientDescent(0.05), digits(), engine.Plan(epochs, 20, 0), probes=watched))


def names(model):
    flatten, dense_1, activation, dense_2 = (layer.name for layer in model.layers)
    return flatten, dense_1, activation, dense_2


def test_probes_are_those_of_plain_numpy(monkeypatch):
    # 150 of 220 examples, in batches of 70, 70 and 10.
    monkeypatch.setattr(probes, "EXAMPLES", 150)
    monkeypatch.setattr(probes, "BATCH", 70)
    arrays, model = digits(), dense()
    dead = model.layers[1].bias
    dead.assign(np.where(np.arange(8) < 3, -1e3, 0.0))  # three units that no example wakes up
    (row,) = train(model, ALL)
    found = row["probes"]
    canonical(row)
    reference = Reference(model, arrays)
    chosen = permutation(0, 0, 220)[:150]
    x, y = reference.inputs(arrays.x[chosen]), arrays.y[chosen]
    z, h, logits = reference.forward(x)
    outputs = dict(zip(names(model), (x, z, h, logits), strict=True))
    expected = {
        "activation_mean": {n: a.mean() for n, a in outputs.items()},
        "activation_variance": {n: a.var() for n, a in outputs.items()},
        "zeros": {n: (a == 0).mean() for n, a in outputs.items()},
        "dead_units": {n: np.mean(a.max(0) <= 0) for n, a in outputs.items()},
    }
    weights = [w.copy() for w in reference.weights]
    reference.step(arrays.x[chosen], y, 1.0)  # with a rate of 1 the step is the gradient
    for quantity, values in (
        ("gradient_norm", [a - b for a, b in zip(weights, reference.weights, strict=True)]),
        ("weight_norm", weights),
    ):
        norms = [np.sqrt((kernel**2).sum() + (bias**2).sum()) for kernel, bias in (values[:2], values[2:])]
        expected[quantity] = dict(zip(names(model)[1::2], norms, strict=True))
    assert set(found) == set(probes.QUANTITIES) and L2 > 0
    for quantity, values in expected.items():
        assert found[quantity] == pytest.approx(values, rel=2e-5, abs=1e-6), quantity
    assert found["dead_units"][names(model)[2]] >= 3 / 8 and found["zeros"][names(model)[1]] == 0


def test_units_of_a_convolution_are_its_channels():
    x, y = images(24, (8, 8, 3))
    arrays = engine.Arrays(x, y, {}, np.zeros(()), np.array(1 / 255))
    kernel = np.zeros((3, 3, 3, 4), "float32")
    kernel[1, 1, 0, 0] = 1  # one channel passes what is never negative, the others are off
    layers = [keras.layers.Conv2D(4, 3, kernel_initializer=keras.initializers.Constant(kernel)), keras.layers.ReLU()]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers, keras.layers.Flatten(), keras.layers.Dense(10)])
    meter = probes.Meter(model, arrays, [Probe("dead_units", "conv"), Probe("zeros", "re_lu")], Inputs(arrays))
    found = meter.measure(None, 1)
    assert list(found["dead_units"].values()) == [3 / 4]
    black = np.mean(x[:, 1:-1, 1:-1, 0] == 0)
    assert list(found["zeros"].values()) == pytest.approx([(3 + black) / 4])


@pytest.mark.slow
def test_no_randomness_and_no_state_enter():
    def net():
        inner = [keras.layers.BatchNormalization(), RReLU(seed=0), keras.layers.Dropout(0.5, seed=0)]
        ends = [keras.layers.Dense(8, kernel_initializer="ones"), keras.layers.Dense(10, kernel_initializer="ones")]
        return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), ends[0], *inner, ends[1]])

    model, optimizer, arrays = net(), GradientDescent(0.1), digits()
    loop = make_loop(model, optimizer, arrays)
    loop.steps(np.arange(20, dtype="int32")[None])
    before = state.Variables.of(model, optimizer).values()
    meter = probes.Meter(model, arrays, ALL, Inputs(arrays))
    assert meter.measure(loop, 1) == meter.measure(loop, 2)
    for array, other in zip(before, state.Variables.of(model, optimizer).values(), strict=True):
        np.testing.assert_array_equal(array, other)
    # Nothing of the training changes by being looked at.
    found, expected = train(net(), ALL, 3), train(net(), (), 3)
    for row, other in zip(found, expected, strict=True):
        del row["seconds"], row["probes"], other["seconds"]
        assert row == other


@pytest.mark.slow
def test_probes_are_measured_when_due_and_cost_nothing_when_absent(monkeypatch):
    watched = (Probe("weight_norm", "dense", every=2), Probe("zeros", "activation", every=3))
    rows = train(dense(), watched, 4)
    assert [sorted(row.get("probes", ())) for row in rows] == [[], ["weight_norm"], ["zeros"], ["weight_norm"]]
    monkeypatch.setattr(probes.Meter, "__init__", None)
    assert all("probes" not in row for row in train(dense(), ()))


@pytest.mark.parametrize(
    ("probe", "message"),
    [
        (Probe("weigth_norm"), "Did you mean 'weight_norm'"),
        (Probe("zeros", "conv"), "layers='conv'.*one of the layers flatten.*dense"),
        (Probe("weight_norm", "activation"), "one of the layers"),
        (Probe("zeros", every=0), "every 0 epochs"),
    ],
)
def test_a_probe_of_nothing_is_refused(probe, message):
    with pytest.raises(UsageError, match=message):
        train(dense(), (probe,))


def test_an_infinite_quantity_is_a_divergence(monkeypatch):
    model, arrays = dense(), digits()
    meter = probes.Meter(model, arrays, [Probe("weight_norm")], Inputs(arrays))
    model.layers[-1].kernel.assign(np.full((8, 10), np.inf))
    with pytest.raises(Diverged, match="weight_norm of dense.* became inf in epoch 4"):
        meter.measure(None, 4)
