"""Born-dead nets are counted exactly, many nets trained at once are those trained alone, a dead net stays dead."""

import keras
import numpy as np
import pytest

from custom.optimizers import Adam, Momentum
from experiments import data, engine
from experiments.networks import ensemble_network, ensemble_weights
from experiments.papers.lu2019_dying_relu import PAPER
from experiments.papers.lu2019_dying_relu.nets import CHUNK, WIDTHS, bound, is_dead
from experiments.recipes.ensemble import (
    ensemble,
    half_squared_error,
    is_clear,
    is_constant,
    is_right,
    outputs,
    squared_error,
    summed,
    weights,
)
from tests.papers.jobs import job, rows, trained


def counted(width, layers, nets, points, seed=0):
    """Share of constant nets, from a plain forward pass of weights of its own; layers are affine ones."""
    draw, x = np.random.default_rng(seed), np.broadcast_to(points[None, :, None], (nets, len(points), 1))
    for i in range(layers):
        inputs, units = x.shape[-1], 1 if i == layers - 1 else width
        x = np.einsum("npi,nio->npo", x, draw.normal(0, (2 / inputs) ** 0.5, (nets, inputs, units)))
        x = x if i == layers - 1 else np.maximum(x, 0)
    return np.ptp(x, axis=1).max(-1) == 0


@pytest.mark.parametrize(("width", "layers"), [(2, 5), (3, 10), (5, 10)])
def test_counts_agree_with_a_plain_forward_pass(width, layers):
    found = trained(PAPER, "born_dead", f"width_{width}", nets=8000, epochs=layers)[-1]["dead"] / 8000
    expected = counted(width, layers, 8000, np.array([-1.0, 1.0])).mean()
    assert found == pytest.approx(expected, abs=4 * (2 * max(expected, 0.01) / 8000) ** 0.5)
    assert found <= bound(width, layers)


def test_two_points_decide_exactly_where_there_are_no_biases():
    ends, grid = np.array([-(3**0.5), 3**0.5]), np.linspace(-(3**0.5), 3**0.5, 200)
    assert np.array_equal(counted(2, 6, 2000, ends), counted(2, 6, 2000, grid))


def test_the_bound_is_that_of_one_input():
    # A layer of N units loses one input with probability 2^-N, and does so in one of L - 1 layers.
    assert bound(1, 2) == 0.5 and bound(2, 3) == 1 - 0.75**2
    draw = np.random.default_rng(1)
    lost = [any((draw.normal(size=(9, 2)) < 0).all(1)) for _ in range(4000)]
    assert np.mean(lost) == pytest.approx(bound(2, 10), abs=0.02)


def test_rows_of_counts():
    found = trained(PAPER, "born_dead", "width_2", nets=500)
    assert [row["epoch"] for row in found] == list(range(1, 13)) and found[0]["dead"] == 0
    deads = [row["dead"] for row in found]
    # One hidden layer is never 0 on both sides of 0: each unit is active on one of them.
    assert deads == sorted(deads) and deads[1] == 0 < deads[2] and {row["nets"] for row in found} == {500}
    assert deads == [row["dead"] for row in trained(PAPER, "born_dead", "width_2", nets=500)]
    assert deads != [row["dead"] for row in trained(PAPER, "born_dead", "width_2", nets=500, seed=1)]
    fewer = trained(PAPER, "born_dead", "rai_width_2", nets=500)
    assert fewer[-1]["dead"] < deads[-1] / 2


def test_nets_beyond_a_chunk_are_others():
    assert CHUNK < 25_000
    one, both = (trained(PAPER, "born_dead", "width_2", nets=n, epochs=3)[-1]["dead"] for n in (CHUNK, 2 * CHUNK))
    assert both != 2 * one and both == pytest.approx(2 * one, rel=0.1)


@pytest.mark.parametrize("rule", ["he_normal", "randomized_asymmetric", "uniform_0.5"])
def test_an_ensemble_is_its_nets_side_by_side(rule):
    model = ensemble_network(nets=3, inputs=2, hidden=[4, 3], outputs=2, seed=0, initializer=rule)
    x = np.random.default_rng(0).normal(size=(5, 7, 2)).astype("float32")
    found = outputs(model, x)
    assert found.shape == (5, 7, 3, 2)
    for net in range(3):
        value = x.astype("float64")
        for name, (weight, bias) in weights(model).items():
            value = value @ weight[net] + bias[net]
            value = value if name == "outputs" else np.maximum(value, 0)
        np.testing.assert_allclose(found[:, :, net], value, rtol=2e-5, atol=2e-6)
    kernels = [w for w, _ in weights(model).values()]
    assert len({round(float(w.flat[0]), 6) for k in kernels for w in k}) == 9  # no two nets start alike


def test_weights_start_as_the_rule_says():
    kernel, bias = (keras.ops.convert_to_numpy(w) for w in ensemble_weights("he_normal", 0, 4, 20_000))
    assert kernel.var() == pytest.approx(2 / 4, rel=0.03) and not bias.any()
    kernel, bias = (keras.ops.convert_to_numpy(w) for w in ensemble_weights("randomized_asymmetric", 0, 2, 20_000))
    both = np.concatenate([kernel, bias[None]])
    assert (both.max(0) > 0).all() and both.var(1) == pytest.approx([both.var(1).mean()] * 3, rel=0.05)
    kernel, bias = (keras.ops.convert_to_numpy(w) for w in ensemble_weights("uniform_0.3", 0, 2, 20_000))
    assert 0.299 < kernel.max() <= 0.3 and -0.3 <= bias.min() < -0.299
    with pytest.raises(ValueError, match="initializer='uniforn_1'"):
        ensemble_weights("uniforn_1", 0, 2, 2)


@pytest.mark.parametrize("make", [lambda: Adam(0.01), lambda: Momentum(0.001, 0.9)])
def test_training_all_at_once_is_training_each_alone(make):
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, (60, 1, 1)).astype("float32")
    y = np.abs(x)
    whole = x.reshape(1, 60, 1), y.reshape(1, 60, 1)
    task = summed(squared_error, {"constant": is_constant})

    def network(nets):
        return ensemble_network(nets=nets, inputs=1, hidden=[3], outputs=1, seed=0, initializer="he_normal")

    def last_row(model, nets):
        asked = job(PAPER, "line", "he", epochs=4, batch_size=10)
        return rows(ensemble(asked, model, make(), task, x, y, whole, nets))[-1]

    together = network(2)
    start = together.get_weights()
    row = last_row(together, 2)
    losses, constant = [], 0
    for net in range(2):
        alone = network(1)
        alone.set_weights([w[net : net + 1] for w in start])
        one = last_row(alone, 1)
        losses.append(one["loss"])
        constant += one["constant"]
        for all_, own in zip(together.get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_allclose(all_[net], own[0], rtol=1e-4, atol=1e-6)
    assert row["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    assert (row["constant"], row["nets"], row["epoch"]) == (constant, 2, 4)


def test_measures_of_an_ensemble():
    y = np.zeros((1, 3, 1, 1), "float32")
    found = np.array([[0.1, 0.1, 0.1], [0.2, 0.4, 0.1], [0.2, 0.1, 0.6]], "float32").T[None, :, :, None]
    for measure, expected in ((is_constant, [1, 0, 0]), (is_right, [1, 1, 0]), (is_clear, [1, 0, 0])):
        assert keras.ops.convert_to_numpy(measure(y, found)).astype(int).tolist() == [expected]
    task = summed(half_squared_error, {"right": is_right})
    loss, right = keras.ops.convert_to_numpy(task.sums(y[:, :, 0], keras.ops.convert_to_tensor(found)))
    assert loss == pytest.approx(0.5 * np.square(found).sum()) and right == 2


@pytest.mark.slow
def test_a_dead_net_stays_dead_and_rows_have_what_the_page_reads():
    found = trained(PAPER, "line", "he", nets=40, epochs=3, layers=5)
    assert [row["epoch"] for row in found] == [1, 2, 3]
    first, last = found[0], found[-1]
    assert 12 < last["born_dead"] <= last["collapsed"] <= 40 == last["nets"] and last["revived"] == 0
    assert last["loss"] < first["loss"] and first["born_dead"] == last["born_dead"]


def test_a_net_whose_signal_float32_loses_is_not_dead():
    """The second net of the plane's seed 1: constant to the last bit, no layer of it 0, its outputs varying in float64.

    The others of the hundred that are constant have a layer that is 0 on all points.
    """
    x = data.load("absolute_value_2d").x_train[None]
    model = ensemble_network(
        nets=100, inputs=2, hidden=[4] * 19, outputs=2, seed=1, initializer="randomized_asymmetric"
    )
    constant = keras.ops.convert_to_numpy(is_constant(None, outputs(model, x)))[0].astype(bool)
    dead = is_dead(model, x)
    assert np.flatnonzero(constant & ~dead).tolist() == [1] and dead.sum() == 6 and constant[dead].all()
    h = x[0].astype("float64")
    for name, (weight, bias) in weights(model).items():
        h = h @ weight[1].astype("float64") + bias[1]
        h = h if name == "outputs" else np.maximum(h, 0)
        assert h.any()
    assert 1e-10 < np.ptp(h, axis=0).max() < 1e-8


def test_what_ends_dead_ends_constant():
    last = trained(PAPER, "sine", "he", nets=60, epochs=2, layers=6, width=2)[-1]
    assert 0 < last["born_dead"] <= last["dead"] <= last["collapsed"] and last["revived"] == 0


def test_the_plane_has_two_outputs():
    found = trained(PAPER, "plane", "rai", "reduced", nets=3, epochs=1, layers=3)
    assert found[0]["nets"] == 3 and 0 < found[0]["loss"] < 10


def test_an_ensemble_is_not_stacked_again():
    asked = job(PAPER, "line", "he", layers=10)
    training = asked.experiment.train(asked)
    assert not training.stackable
    assert training.facts == {"parameters": 55, "nets": 20, "trained_on": 3000}


def test_counting_is_no_training():
    asked = job(PAPER, "born_dead", "width_2", nets=5, epochs=10)
    found = asked.experiment.train(asked)
    assert isinstance(found, engine.Computation) and found.facts == {"parameters": 55, "compiler": "NumPy"}


def test_the_bound_that_is_claimed_is_that_of_the_statement():
    claims = [claim for claim in PAPER.claims if "no more than 1 -" in claim.statement(PAPER.text)]
    assert [claim.high for claim in claims] == pytest.approx([1 - np.prod([1 - 2.0**-w] * 9) for w in WIDTHS])
    for claim, width in zip(claims, WIDTHS, strict=True):
        assert claim.variant == f"width_{width}" and f"2^-{width})" in claim.statement(PAPER.text)
