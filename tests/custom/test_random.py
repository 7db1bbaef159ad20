"""Draws of 16 bits: their law, and that nothing of one draw is seen in another."""

import keras
import numpy as np
import pytest
from scipy import stats

from custom import _random
from tests.custom.backends import compiled, to_numpy

N = 1_000_000


def drawn(generator, shape=(N,)):
    return to_numpy(_random.unit(_random.draw(shape, "float32", generator))).astype("float64")


def test_uniform():
    """Mean, variance and Kolmogorov's distance, each within what one draw in 10,000 would pass."""
    u = drawn(keras.random.SeedGenerator(1))
    assert u.min() > 0 and u.max() < 1
    np.testing.assert_array_equal(u * 2**17 % 2, 1)  # middles of 65,536 equal parts
    assert abs(u.mean() - 0.5) < 3.9 * np.sqrt(1 / 12 / N)
    assert abs(u.var() - 1 / 12) < 3.9 * np.sqrt(1 / 180 / N)
    ranks = np.arange(1, N + 1) / N
    assert np.abs(np.sort(u) - ranks).max() < 2.23 / np.sqrt(N) + 2**-17


def test_every_value_and_every_bit():
    levels = (drawn(keras.random.SeedGenerator(2)) * 2**16).astype("int64")
    counts = np.bincount(levels, minlength=2**16)
    assert counts.size == 2**16 and stats.chisquare(counts).pvalue > 1e-4
    for bit in range(16):
        assert abs((levels >> bit & 1).mean() - 0.5) < 4.5 * 0.5 / np.sqrt(N)


@pytest.mark.parametrize("lag", [1, 2, 3, 64])
def test_neighbours_know_nothing_of_each_other(lag):
    """The two halves of a word among them: those of lag 1."""
    u = drawn(keras.random.SeedGenerator(3))
    assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4.5 / np.sqrt(N)
    table, *_ = np.histogram2d(u[:-lag:2], u[lag::2][: u[:-lag:2].size], bins=8, range=[(0, 1)] * 2)
    assert stats.chisquare(table.ravel()).pvalue > 1e-4


def test_steps_and_seeds_know_nothing_of_each_other():
    """Seeds far apart: on PyTorch Keras's second draw of seed 4 is the first of seed 5, whatever is drawn."""
    generator = keras.random.SeedGenerator(4)
    draws = [drawn(generator), drawn(generator), drawn(generator), drawn(keras.random.SeedGenerator(5000))]
    correlation = np.corrcoef(draws) - np.eye(4)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(N)
    for other in draws[1:]:
        table, *_ = np.histogram2d(draws[0], other, bins=8, range=[(0, 1)] * 2)
        assert stats.chisquare(table.ravel()).pvalue > 1e-4


def test_the_state_decides_and_moves_once_a_draw():
    generator, keras_own = keras.random.SeedGenerator(6), keras.random.SeedGenerator(6)
    first = drawn(generator, (5,))
    keras.random.uniform((5,), seed=keras_own)
    np.testing.assert_array_equal(to_numpy(generator.state), to_numpy(keras_own.state))
    assert not np.array_equal(drawn(generator, (5,)), first)
    np.testing.assert_array_equal(drawn(keras.random.SeedGenerator(6), (5,)), first)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 0, 3), (2, 3, 5)], ids=str)
def test_shapes(shape):
    u = drawn(keras.random.SeedGenerator(7), shape)
    assert u.shape == shape
    if keras.backend.backend() == "tensorflow":
        generator = keras.random.SeedGenerator(7)
        graph = compiled(lambda: _random.unit(_random.draw(shape, "float32", generator)), xla=False)
        np.testing.assert_array_equal(to_numpy(graph()), u)


def test_double_precision_is_drawn_in_full(float64):
    u = to_numpy(_random.unit(_random.draw((1000,), float64, keras.random.SeedGenerator(8))))
    assert u.dtype == float64 and (u * 2**17 % 1 != 0).mean() > 0.99
