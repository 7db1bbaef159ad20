"""The recipe of 1986 is the one that is run; family trees are the paper's; counts mean what they say."""

import dataclasses

import keras
import numpy as np
import pytest

from custom.optimizers import Momentum
from experiments import data
from experiments.claims.statistics import share_interval
from experiments.networks import ensemble_network
from experiments.papers.rumelhart1986_backprop import PAPER
from experiments.papers.rumelhart1986_backprop.data import PEOPLE, PLACES, RELATIONS, relatives
from experiments.papers.rumelhart1986_backprop.data import family_trees as questions
from experiments.papers.rumelhart1986_backprop.nets import FIRST, GENERATION, HELD_OUT, TREES, TwoPhases, code
from experiments.papers.rumelhart1986_backprop.network import family_tree_network
from experiments.recipes.ensemble import ensemble, half_squared_error, is_right, outputs, summed, weights
from experiments.seeds import derive
from tests.papers.jobs import job, rows, trained


def logistic(x):
    return 1 / (1 + np.exp(-x))


def test_the_symmetry_net_takes_the_steps_of_the_paper():
    """One row of sweeps against the equations of the paper in float64, net by net."""
    caught = {}

    def remember(model):
        caught["after"] = weights(model)
        return {}

    run = job(PAPER, "symmetry", "two", epochs=1, sweeps=6, nets=3)
    whole = run.dataset.x_train[None], run.dataset.y_train[None]
    units = dict(initializer="uniform_0.3", activation="sigmoid", last="sigmoid")
    model = ensemble_network(nets=3, inputs=6, hidden=[2], outputs=1, seed=0, **units)
    start = weights(model)
    assert all(np.abs(part).max() <= 0.3 for pair in start.values() for part in pair)
    task = summed(half_squared_error, {"solved": is_right})
    x, y = (part.repeat(6, 0) for part in whole)
    row = rows(ensemble(run, model, Momentum(0.1, 0.9), task, x, y, whole, 3, final=remember))[-1]
    x, d = (part.astype("float64") for part in (run.dataset.x_train, run.dataset.y_train))
    losses = []
    for net in range(3):
        w = [start[name][i][net].astype("float64") for name in ("dense1", "outputs") for i in (0, 1)]
        v = [np.zeros_like(part) for part in w]
        for _ in range(6):
            h = logistic(x @ w[0] + w[1])
            out = logistic(h @ w[2] + w[3])
            delta = (out - d) * out * (1 - out)
            hidden = delta @ w[2].T * h * (1 - h)
            g = [x.T @ hidden, hidden.sum(0), h.T @ delta, delta.sum(0)]  # summed over the patterns
            v = [-0.1 * gradient + 0.9 * before for gradient, before in zip(g, v, strict=True)]
            w = [part + step for part, step in zip(w, v, strict=True)]
        after = [caught["after"][name][i][net] for name in ("dense1", "outputs") for i in (0, 1)]
        for one, other in zip(after, w, strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-6)
        h = logistic(x @ w[0] + w[1])
        losses.append(0.5 * ((logistic(h @ w[2] + w[3]) - d) ** 2).sum())
    assert row["loss"] * 64 == pytest.approx(np.mean(losses), rel=1e-5)


def test_rows_of_the_logical_problems():
    found = trained(PAPER, "symmetry", "two", epochs=3)
    assert [row["epoch"] for row in found] == [1, 2, 3] and found[-1]["nets"] == 4
    assert found[-1]["solved"] == 0  # after 75 sweeps: the plateau
    assert found[-1]["coded"] == 0 and "second_weight" not in found[-1]
    assert trained(PAPER, "xor", "momentum", epochs=30)[-1]["solved"] > 0


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ((1, 2, 4, -4, -2, -1), (1, 1)),
        ((4, -1, 2, -2, 1, -4), (1, 1)),  # in any order, of any sign
        ((1, 2, 4.5, -4.5, -2, -1), (1, 0)),
        ((1, 2, 4, 4, -2, -1), (0, 0)),
    ],
)
def test_the_code_of_1_2_4(unit, expected):
    model = type("Model", (), {})()
    layer = type("Layer", (), {"name": "dense1", "bias": np.zeros((1, 2))})()
    units = np.stack([unit, np.negative(unit) * 1.5], axis=1).astype("float64")
    layer.weight, model.layers = units[None], [layer]
    found = code(model, np.array([True]))
    assert (found["mirrored"], found["coded"]) == expected
    assert code(model, np.array([False])) == {"mirrored": 0, "coded": 0}
    if expected == (1, 1):
        assert (found["second_weight"], found["third_weight"]) == pytest.approx((2, 4))


def test_patterns():
    symmetric = data.load("symmetry")
    assert len(np.unique(symmetric.x_train, axis=0)) == 64 and symmetric.y_train.sum() == 8
    assert all((x == x[::-1]).all() == y[0] for x, y in zip(symmetric.x_train, symmetric.y_train, strict=True))
    bits = data.load("exclusive_or")
    expected = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
    assert {tuple(x): y[0] for x, y in zip(bits.x_train, bits.y_train, strict=True)} == expected


def test_family_trees_are_the_papers():
    found = relatives()
    assert len(found) == 52 and sum(map(len, found.values())) == 56
    x, y, *_ = questions("family_trees")
    assert x.shape == (104, 36) and y.shape == (104, 24) and len(np.unique(x, axis=0)) == 104
    assert (x[:, :24].sum(1) == 1).all() and (x[:, 24:].sum(1) == 1).all() and y.sum() == 112
    half = x[:, :12].any(1)
    assert half.sum() == 52 and not y[half][:, 12:].any() and not y[~half][:, :12].any()
    assert np.array_equal(y[half][:, :12], y[~half][:, 12:])  # isomorphic

    def ask(person, relation):
        question = np.zeros(36)
        question[[PEOPLE.index(person), 24 + RELATIONS.index(relation)]] = 1
        (answer,) = y[(x == question).all(1)]
        return {PEOPLE[i] for i in np.flatnonzero(answer)}

    # The two that the paper prints, and others that follow from its figure.
    assert ask("Colin", "aunt") == {"Jennifer", "Margaret"}
    assert ask("Colin", "uncle") == {"Arthur", "Charles"}
    assert ask("Victoria", "brother") == {"Arthur"} and ask("James", "wife") == {"Victoria"}
    assert ask("Charlotte", "father") == {"James"} and ask("Margaret", "nephew") == {"Colin"}
    assert ask("Sophia", "mother") == {"Lucia"} and ask("Tomaso", "niece") == {"Sophia"}
    assert len(GENERATION) == len(PLACES) == 12
    assert dict(zip(PLACES, GENERATION, strict=True))["aunt"] == 1


def test_two_phases_of_momentum_and_weights_that_shrink():
    w, steps = keras.Variable(np.ones(2), dtype="float64"), FIRST + 5
    optimizer = TwoPhases((0.5, 1.0), 0.002)
    expected, v = np.ones(2), 0.0
    for t in range(1, steps + 1):
        g = np.array([0.01 * t, -0.02])
        optimizer.apply([keras.ops.convert_to_tensor(g, "float64")], [w])
        rate, momentum = (0.5, 0.5) if t <= 20 else (1.0, 0.9)
        v = -rate * g + momentum * v
        expected = (1 - 0.002) * (expected + v)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(w), expected, rtol=1e-6)


def held_out(net):
    return np.random.default_rng(derive(0, "held_out", net)).choice(104, HELD_OUT, replace=False)


@pytest.mark.slow
def test_held_out_questions_do_not_enter_the_gradient():
    """A net's weights are the same whatever the answers to its four held-out questions are."""

    def last_row(change=()):
        run = job(PAPER, "trees", "repaired", "paper", epochs=1, sweeps=3, nets=1)
        y = run.dataset.y_train.copy()
        y[list(change)] = 1 - y[list(change)]
        changed = dataclasses.replace(run, dataset=dataclasses.replace(run.dataset, y_train=y))
        return rows(run.experiment.train(changed))[-1]

    first, seen = last_row(), [i for i in range(104) if i not in held_out(0)]
    assert (first["questions"], first["held_out"], first["nets"]) == (100, 4, 1)
    assert last_row(held_out(0))["nation"] == first["nation"]
    assert last_row(seen[:4])["nation"] != first["nation"]
    assert set(held_out(0)) != set(held_out(1))  # each net has its own


def test_family_tree_network_has_the_units_of_the_figure():
    model = family_tree_network(nets=2, seed=0, initializer="uniform_0.3")
    assert model.count_params() == 2 * ((24 * 6 + 6) + (12 * 6 + 6) + (12 * 12 + 12) + (12 * 6 + 6) + (6 * 24 + 24))
    x = questions("")[0][None]
    found = outputs(model, x)
    assert found.shape == (1, 104, 2, 24)
    w = weights(model)
    for net in range(2):
        person, relation = (
            logistic(part @ w[name][0][net] + w[name][1][net])
            for part, name in ((x[0, :, :24], "person"), (x[0, :, 24:], "relation"))
        )
        h = np.concatenate([person, relation], axis=1)
        for name in ("central", "penultimate", "outputs"):
            h = logistic(h @ w[name][0][net] + w[name][1][net])
        np.testing.assert_allclose(found[0, :, net], h, rtol=1e-4)


def test_the_sweeps_that_claims_name_are_rows():
    assert PAPER.experiment("symmetry").settings("paper", "two").sweeps * 57 == 1425
    assert PAPER.experiment("xor").settings("paper", "plain").sweeps * 18 == 558
    assert PAPER.experiment("trees").settings("paper", "printed").sweeps * 60 == 1500
    assert TREES["printed"] == ((0.005, 0.01), 0.002, 0.3)


def test_only_nets_of_two_hidden_units_are_looked_into():
    for variant, columns in (("none", False), ("two", True), ("four", False)):
        run = job(PAPER, "symmetry", variant)
        training = run.experiment.train(run)
        assert (training.final is not None) == columns and not training.stackable


def test_so_many_nets_tell_a_share_from_the_one_that_is_claimed():
    preset = PAPER.experiment("trees").presets["paper"]
    (claim,) = (claim for claim in PAPER.claims if claim.name == "printed_generalises")
    enough, before = (
        share_interval([(0, preset.settings["nets"])] * seeds).high for seeds in (preset.seeds, preset.seeds - 1)
    )
    assert enough < claim.low < before


def test_more_units_are_compared_on_nets_that_are_not_those_of_symmetry():
    (claim,) = (claim for claim in PAPER.claims if claim.experiment == "hidden_units")
    units = PAPER.experiment("hidden_units").variants
    assert all(units[claim.lower][0] < units[more][0] for more in claim.higher)
    settings = [PAPER.experiment(name).settings("paper", "two") for name in ("symmetry", "hidden_units")]
    assert settings[0].but(nets=100) == settings[1] and settings[0].nets == 20
    first = [
        weights(PAPER.experiment(name).train(job(PAPER, name, "two", nets=nets)).model)["dense1"][0][0]
        for name, nets in (("symmetry", 20), ("hidden_units", 100))
    ]
    assert not np.allclose(*first)
