"""Schedules of learning rates and momenta: their papers' numbers, and what optimizers make of them."""

import keras
import numpy as np
import pytest

from custom.optimizers import (
    SGDW,
    Adam,
    GradientDescent,
    IncreasingMomentum,
    InverseSquareRoot,
    LinearWarmUp,
    Momentum,
    Nesterov,
)


def values(schedule, steps):
    return [float(schedule(step)) for step in steps]


def test_the_momentum_rises_as_in_the_paper():
    """1 - 2^(-1 - log2(floor(t / 250) + 1)), at most the maximum; the appendix lowers it to 0.9 at the end."""
    steps = np.array([0, 1, 249, 250, 999, 1000, 5000, 12_249, 12_250, 40_000])
    paper = np.minimum(1 - 2.0 ** (-1 - np.log2(steps // 250 + 1)), 0.99)
    np.testing.assert_allclose(values(IncreasingMomentum(0.99), steps), paper, rtol=1e-6)
    lowered = IncreasingMomentum(0.995, interval=10, lowered_after=50)
    np.testing.assert_allclose(values(lowered, (49, 50, 51)), [0.9, 0.9, 0.9], rtol=1e-6)
    np.testing.assert_allclose(values(IncreasingMomentum(0.995, 5, 50), (49, 50)), [0.95, 0.9], rtol=1e-6)
    assert values(IncreasingMomentum(0.3, lowered_after=1), (5,)) == pytest.approx([0.3])  # never raised


def test_a_rate_falls_or_warms_up():
    assert values(InverseSquareRoot(0.2), (0, 3, 8)) == pytest.approx([0.2, 0.1, 0.2 / 3])
    assert values(LinearWarmUp(0.2, 5), (0, 2, 4, 5)) == pytest.approx([0.04, 0.12, 0.2, 0.2])
    both = LinearWarmUp(InverseSquareRoot(1.0), 4)
    assert values(both, (0, 1, 3, 8)) == pytest.approx([0.25, 0.5 / 2**0.5, 0.5, 1 / 3])


@pytest.mark.parametrize("cls", [Momentum, Nesterov])
def test_a_momentum_that_changes_is_the_papers_two_sequences(cls):
    """w and v by the paper's equations 1-4, with the gradient where they take it."""
    schedule, rate = IncreasingMomentum(0.9, interval=3, lowered_after=10, lowered_to=0.4), 0.05
    curvature = np.array([1.0, 8.0])
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    variable = keras.Variable(w.astype("float32"))
    optimizer = cls(rate, momentum=schedule)
    mu = [float(schedule(t)) for t in range(16)]
    for t in range(15):
        point = w + mu[t] * v if cls is Nesterov else w
        g = curvature * keras.ops.convert_to_numpy(variable).astype("float64")
        np.testing.assert_allclose(g, curvature * point, rtol=2e-4, atol=1e-5)
        optimizer.apply([keras.ops.convert_to_tensor(g.astype("float32"))], [variable])
        v = mu[t] * v - rate * curvature * point
        w = w + v
    ahead = w + mu[15] * v if cls is Nesterov else w
    np.testing.assert_allclose(keras.ops.convert_to_numpy(variable), ahead, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: Momentum(0.1, momentum=IncreasingMomentum(0.95, 100, 2000, 0.8)),
        lambda: Nesterov(LinearWarmUp(0.1, 10), momentum=IncreasingMomentum()),
        lambda: SGDW(0.1, weight_decay=0.01, momentum=IncreasingMomentum(0.5)),
        lambda: Adam(LinearWarmUp(InverseSquareRoot(0.1), 7)),
        lambda: GradientDescent(InverseSquareRoot(0.3)),
    ],
)
def test_configurations_come_back(optimizer):
    first = optimizer()
    second = type(first).from_config(first.get_config())
    assert second.get_config() == first.get_config()
    for one in (first, second):
        one.variable = keras.Variable(np.float32([1.0, -1.0]))
        for g in ([0.5, 0.1], [-0.2, 0.3], [0.1, 0.1]):
            one.apply([keras.ops.convert_to_tensor(np.float32(g))], [one.variable])
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(one.variable) for one in (first, second)))


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: InverseSquareRoot(0.0), ValueError, "alpha=0.0"),
        (lambda: LinearWarmUp("fast", 5), TypeError, "learning_rate='fast'"),
        (lambda: LinearWarmUp(0.1, 0), ValueError, "steps=0"),
        (lambda: IncreasingMomentum(1.0), ValueError, "maximum=1.0"),
        (lambda: IncreasingMomentum(interval=2.5), ValueError, "interval=2.5"),
        (lambda: IncreasingMomentum(lowered_after=0), ValueError, "lowered_after=0"),
        (lambda: IncreasingMomentum(lowered_to=-0.1), ValueError, "lowered_to=-0.1"),
        (lambda: Momentum(momentum="high"), TypeError, "momentum='high'"),
        (lambda: Nesterov(momentum=1.0), ValueError, "momentum=1.0"),
    ],
)
def test_what_cannot_be_is_quoted(make, error, said):
    with pytest.raises(error, match=said):
        make()


def test_it_trains_in_a_compiled_fit():
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    y = x @ np.float32([[1.0], [-2.0], [0.5]])
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(Nesterov(LinearWarmUp(0.05, 4), momentum=IncreasingMomentum(0.9, interval=5)), "mse")
    history = model.fit(x, y, 16, epochs=20, verbose=0).history["loss"]
    assert history[-1] < 1e-3 * history[0]
