"""RReLU: what is drawn, when, and with which distribution."""

import keras
import numpy as np
import pytest

from custom.activations import RReLU
from tests.custom.backends import to_numpy, value_and_gradient
from tests.reference.activations import RRELU_MEAN_DIVISOR, RRELU_MEAN_SLOPE, UNIFORM_SLOPE_MEAN

NEGATIVE = -np.random.default_rng(0).uniform(0.5, 2, size=(200, 500)).astype("float32")


def divisors(layer, x=NEGATIVE):
    """The drawn a, recovered from one training pass over negative inputs: y = x / a."""
    return x.astype("float64") / to_numpy(layer(x, training=True)).astype("float64")


def standard_error(values):
    return values.std() / np.sqrt(values.size)


def test_divisors_fill_their_range():
    drawn = divisors(RReLU(seed=1))
    # 1 ulp of float32 in y and in 1 / a: 3 parts in 10 million.
    assert 3 * (1 - 3e-7) <= drawn.min() < 3.001 and 7.999 < drawn.max() <= 8 * (1 + 3e-7)


def test_divisor_is_uniform():
    drawn = divisors(RReLU(seed=2))
    assert abs(drawn.mean() - RRELU_MEAN_DIVISOR) < 4 * standard_error(drawn)
    assert abs(drawn.var() - 25 / 12) < 0.03
    # Kolmogorov's distance to the uniform law: 1.95 / sqrt(n) is its 99.9 % point.
    ranks = np.arange(1, drawn.size + 1) / drawn.size
    assert np.abs(np.sort(drawn, axis=None) - (3 + 5 * ranks)).max() / 5 < 1.95 / np.sqrt(drawn.size)


def test_mean_slope_tells_the_two_forms_apart():
    """E[1/a] = 0.196 when the divisor is uniform, 0.229 when the slope is, as in other libraries."""
    papers = 1 / divisors(RReLU(seed=3))
    other = 1 / divisors(RReLU(1 / 8, 1 / 3, form="slope", seed=3))
    assert abs(papers.mean() - RRELU_MEAN_SLOPE) < 4 * standard_error(papers)
    assert abs(other.mean() - UNIFORM_SLOPE_MEAN) < 4 * standard_error(other)
    # The test above would see the wrong form: it lies more than 100 standard errors away.
    assert abs(other.mean() - RRELU_MEAN_SLOPE) > 100 * standard_error(papers)


def test_slope_form_fills_its_range():
    slopes = 1 / divisors(RReLU(0.1, 0.3, form="slope", seed=4))
    assert 0.1 * (1 - 3e-7) <= slopes.min() < 0.1001 and 0.2999 < slopes.max() <= 0.3 * (1 + 3e-7)


def test_each_element_has_its_own_draw():
    drawn = divisors(RReLU(seed=5), -np.ones((8, 6, 6, 16), "float32"))
    assert np.unique(drawn).size > 0.95 * drawn.size  # of 65,536 numbers some fall twice: 3.5 %
    for axis in range(drawn.ndim):
        assert drawn.std(axis=axis).min() > 0.1


def test_seed_decides_the_draw():
    first = divisors(RReLU(seed=6))
    np.testing.assert_array_equal(divisors(RReLU(seed=6)), first)
    assert abs(np.corrcoef(divisors(RReLU(seed=7)).ravel(), first.ravel())[0, 1]) < 0.02
    assert not np.array_equal(divisors(RReLU()), divisors(RReLU()))


def test_each_pass_draws_anew():
    layer = RReLU(seed=8)
    first, second = divisors(layer), divisors(layer)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.02
    again = RReLU(seed=8)
    divisors(again)
    np.testing.assert_array_equal(divisors(again), second)


def test_positive_inputs_are_untouched_in_training():
    x = np.abs(NEGATIVE[:4])
    np.testing.assert_array_equal(to_numpy(RReLU(seed=9)(x, training=True)), x)


def test_nan_and_infinity_propagate_in_training():
    y = to_numpy(RReLU(seed=10)(np.array([np.nan, np.inf, -np.inf, 0.0], "float32"), training=True))
    np.testing.assert_array_equal(y, [np.nan, np.inf, -np.inf, 0.0])


@pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)
@pytest.mark.parametrize("limits, form", [((3, 8), "divisor"), ((0.1, 0.3), "slope")])
def test_gradient_uses_the_slope_that_was_drawn(limits, form, precision):
    x = np.random.default_rng(11).normal(size=(50, 20)).astype(precision)
    layer = RReLU(*limits, form=form, seed=11, dtype=precision)
    layer.build(x.shape)
    y, gradient = value_and_gradient(lambda x: layer(x, training=True), x)
    y, gradient = to_numpy(y), to_numpy(gradient)
    np.testing.assert_allclose(gradient, y / x, rtol=1e-12 if precision == "float64" else 3e-7)
    assert np.unique(gradient[x < 0]).size > 0.99 * np.sum(x < 0)


def test_gradient_at_the_kink_is_a_drawn_slope():
    gradient = to_numpy(value_and_gradient(lambda x: RReLU(seed=12)(x, training=True), np.zeros(1000, "float32"))[1])
    assert (gradient >= 1 / 8 - 1e-6).all() and (gradient <= 1 / 3 + 1e-6).all()


@pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)
def test_test_time_slope_is_one_over_the_middle(precision):
    x = -np.ones((10, 10), precision)
    layer = RReLU(dtype=precision)
    assert layer.test_slope == 1 / 5.5
    for y in (layer(x), layer(x, training=False)):
        np.testing.assert_array_equal(to_numpy(y), np.full_like(x, -1 / 5.5))
    assert RReLU(0.1, 0.3, form="slope").test_slope == pytest.approx(0.2, rel=1e-15)


def test_evaluation_draws_nothing():
    """A pass at test time must not move the draws of training, or resuming would not be exact."""
    plain, evaluated = RReLU(seed=13), RReLU(seed=13)
    evaluated(NEGATIVE, training=False)
    np.testing.assert_array_equal(divisors(evaluated), divisors(plain))


def test_half_precision_draws_are_not_coarse():
    """Drawn in bfloat16, a would have 8 bits of mantissa; its mean would show the rounding."""
    layer = RReLU(seed=14, dtype="bfloat16")
    slopes = -to_numpy(layer(-np.ones((400, 500), "float32"), training=True)).astype("float64")
    assert abs(slopes.mean() - RRELU_MEAN_SLOPE) < 5e-4


def test_double_precision_draws_are_double(float64):
    """Most numbers of float64 are none of float32."""
    slopes = -to_numpy(RReLU(0.1, 0.3, form="slope", seed=17, dtype=float64)(-np.ones((50, 20)), training=True))
    assert (slopes != slopes.astype("float32")).mean() > 0.99


def test_training_mode_comes_from_the_model():
    inputs = keras.Input((500,))
    model = keras.Model(inputs, RReLU(seed=15)(inputs))
    drawn = NEGATIVE / to_numpy(model(NEGATIVE, training=True))
    np.testing.assert_array_equal(drawn, NEGATIVE / to_numpy(RReLU(seed=15)(NEGATIVE, training=True)))
    np.testing.assert_allclose(model.predict(NEGATIVE, verbose=0), NEGATIVE / 5.5, rtol=2e-6)


@pytest.mark.parametrize("seed", [None, 16])
def test_seed_survives_the_configuration(seed):
    layer = RReLU(seed=seed)
    assert layer.get_config()["seed"] == seed
    if seed is not None:
        np.testing.assert_array_equal(divisors(RReLU.from_config(layer.get_config())), divisors(layer))
