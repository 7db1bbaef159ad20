"""The rule of the linear losses is the library's; the theorem's bound; who goes where; what the networks are."""

import dataclasses

import keras
import numpy as np
import pytest
from matplotlib import pyplot

from custom.optimizers import Adam
from experiments.claims import Evidence
from experiments.papers.reddi2018_amsgrad import PAPER
from experiments.papers.reddi2018_amsgrad.data import SLOPES
from experiments.papers.reddi2018_amsgrad.linear_losses import AMSGRAD, LATE_ITERATE, NAMES, START, projected
from experiments.papers.reddi2018_amsgrad.networks import InverseSquareRoot
from experiments.report.figures import OverColumn, Sensitivity
from tests.papers.jobs import job, trained

SETTINGS = {name: PAPER.experiment(name).settings("paper", "adam") for name in NAMES}


def slopes(name, n=202):
    pool = np.array(SLOPES[SETTINGS[name].data], "float64")
    if name == "drawn":
        return pool[np.random.default_rng(0).integers(len(pool), size=n)]
    return np.resize(pool, n)


def rates(name, n=202):
    s = SETTINGS[name]
    root = np.sqrt(np.arange(1, n + 1)) if s.schedule == "inverse_root" else np.ones(n)
    return s.learning_rate / root


def path(name, x, amsgrad, some):
    """Return x before each step, and where it ends."""
    s, moments, found = SETTINGS[name], START, [x]
    for slope, rate in zip(some, rates(name, len(some)), strict=True):
        x, moments, visited, loss = projected([slope], [rate], x, moments, s.beta_1, s.beta_2, amsgrad)
        assert (visited, loss) == (found[-1], slope * found[-1])
        found.append(x)
    return np.array(found)


@pytest.mark.parametrize("variant", list(AMSGRAD))
@pytest.mark.parametrize("name", ["in_turn", "theorem_1"])  # one each of both schedules
def test_the_rule_is_that_of_the_library(name, variant):
    s, some = SETTINGS[name], slopes(name)
    rate = InverseSquareRoot(s.learning_rate) if s.schedule == "inverse_root" else s.learning_rate
    betas = dict(beta_1=s.beta_1, beta_2=s.beta_2)
    optimizer = Adam(rate, **betas, bias_correction=False, amsgrad=AMSGRAD[variant])
    start = -0.9999 if AMSGRAD[variant] else 0.9999  # each is soon projected at its end
    w = keras.Variable(start, dtype="float64")
    w.constraint = lambda x: keras.ops.clip(x, -1.0, 1.0)
    optimizer.build([w])
    found = [start]
    for slope in some:
        optimizer.apply([keras.ops.convert_to_tensor(slope, "float64")])
        found.append(float(keras.ops.convert_to_numpy(w)))
    mine = path(name, start, AMSGRAD[variant], some)
    np.testing.assert_allclose(mine, found, rtol=0, atol=3e-7)  # rates are float32 there
    assert np.ptp(mine) > 1e-3 and np.sign(start) in mine


def test_steps_in_chunks_are_the_same_steps():
    some, s = slopes("drawn"), SETTINGS["drawn"]
    betas = s.beta_1, s.beta_2, True
    x, moments, visited, loss = projected(some.tolist(), rates("drawn").tolist(), 0.5, START, *betas)
    steps = path("drawn", 0.5, True, some)
    assert x == steps[-1] and moments[2] >= moments[1]
    np.testing.assert_allclose((visited, loss), (steps[:-1].sum(), some @ steps[:-1]))


@pytest.mark.parametrize("name", NAMES)
def test_the_best_point_is_on_the_left(name):
    pool = SLOPES[SETTINGS[name].data]
    assert sum(pool) > 0 and pool[0] == max(pool)
    assert name == "theorem_1" or (len(pool), set(pool)) == (101 - (name == "drawn"), {1010, -10})


def test_the_bound_of_theorem_1():
    some, s = slopes("theorem_1", 3000), SETTINGS["theorem_1"]
    assert s.beta_2 == 1 / (1 + max(some) ** 2) and s.learning_rate < np.sqrt(1 - s.beta_2)
    steps = path("theorem_1", 1.0, False, some)
    assert (steps[::3] == 1).all()  # back after each three steps
    regret = (some * (steps[:-1] + 1)).reshape(-1, 3).sum(1)
    assert (regret >= 2 * max(some) - 4).all()


@pytest.mark.parametrize("name", NAMES)
def test_each_method_goes_to_its_end(name):
    # Larger steps of the plotted losses, to be there soon; drawn ones leave AMSGrad the further from its end.
    steps, rate = {"in_turn": (10_100, 0.02), "drawn": (200_000, 0.002), "theorem_1": (2000, 0.5)}[name]
    changes = dict(epochs=5, steps=steps, learning_rate=rate)
    adam, amsgrad = (trained(PAPER, name, variant, **changes)[-1] for variant in AMSGRAD)
    assert adam["iterate"] > 0.6 and amsgrad["iterate"] < -0.5
    assert amsgrad["regret"] < adam["regret"]
    if name == "theorem_1":
        assert adam["regret"] == pytest.approx(2 / 3, abs=0.02) and amsgrad["regret"] < 0.05


def test_the_regret_is_against_the_best_fixed_point():
    row = trained(PAPER, "theorem_1", "adam", epochs=1, steps=1)[0]
    assert row["regret"] == pytest.approx(3 * row["iterate"] + 3)  # the sum of the slopes is 3: the best point is -1


def test_both_variants_of_a_seed_have_the_same_draws_and_another_seed_others():
    first = [
        trained(PAPER, "drawn", variant, seed=seed, epochs=1, steps=1)[0] for variant in AMSGRAD for seed in (0, 1)
    ]
    assert first[0]["iterate"] == first[2]["iterate"] != first[1]["iterate"] == first[3]["iterate"]
    assert first[0]["regret"] == first[2]["regret"]


@pytest.mark.parametrize("name", ["logistic", "network_corrected"])
def test_the_networks(name):
    adam, amsgrad = (job(PAPER, name, variant) for variant in ("adam", "amsgrad"))
    one, other = adam.experiment.train(adam), amsgrad.experiment.train(amsgrad)
    assert one.facts["parameters"] == {"logistic": 650, "network_corrected": 7510}[name]
    for mine, theirs in zip(one.model.weights, other.model.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    assert (one.optimizer.amsgrad, other.optimizer.amsgrad) == (False, True)
    assert one.optimizer.bias_correction == other.optimizer.bias_correction == name.endswith("corrected")


def test_a_second_reading_differs_in_the_bias_correction_alone():
    for name in ("logistic", "network"):
        one, other = (dict(PAPER.experiment(n).settings("paper", "adam")) for n in (name, f"{name}_corrected"))
        assert {key for key in one if one[key] != other[key]} == {"bias_correction"}


def test_the_rate_falls_as_one_over_the_root():
    schedule = InverseSquareRoot.from_config(InverseSquareRoot(0.5).get_config())
    found = [float(keras.ops.convert_to_numpy(schedule(step))) for step in (0, 3, 99)]
    np.testing.assert_allclose(found, [0.5, 0.25, 0.05], rtol=1e-6)


def test_what_is_proved_is_a_confirmation():
    kinds = {finding.name: finding.kind for finding in PAPER.findings}
    assert [name for name, kind in kinds.items() if kind == "confirmation"] == ["theorem_1", "in_turn"]
    claims = [claim for claim in PAPER.claims if claim.text == "lower"]
    assert len(claims) == 4 and all(claim.margin and not claim.stated and claim.readings for claim in claims)


def test_where_a_method_is_in_the_end_is_a_mean_of_ten_rows():
    history = [{"epoch": i, "iterate": float(i)} for i in range(1, 13)]
    assert LATE_ITERATE.compute(history) == 7.5 and LATE_ITERATE.compute(history[:1]) == 1.0


def evidence(name, rows, preset="quick"):
    """Return one run of each variant of an experiment, with these rows."""
    experiment = PAPER.experiment(name)
    records = {
        v: {"outcome": "done", "seed": 0, "history": rows, "settings": dict(experiment.settings(preset, v))}
        for v in experiment.variants
    }
    return Evidence(PAPER, experiment, preset, {v: {0: record} for v, record in records.items()})


def drawn_lines(figure, found):
    """Return by label the lines that a figure draws."""
    _, axes = pyplot.subplots()
    figure.picture(found).draw(axes)
    lines = {line.get_label(): line for line in axes.lines}
    pyplot.close(axes.figure)
    return lines


def test_a_row_stands_at_its_steps():
    rows = [{"epoch": i, "iterate": 1 / i, "regret": 0.0} for i in (1, 2)]
    figure = next(f for f in PAPER.figures if isinstance(f, OverColumn) and f.quantity.name == "iterate")
    lines = drawn_lines(figure, evidence(figure.experiment, rows))
    assert lines["Adam"].get_xydata().tolist() == [[2, 1], [4, 0.5]]  # thousand steps
    assert [line.get_ydata()[0] for line in lines.values()].count(-1.0) == 1


def test_the_grid_has_a_line_for_each_second_setting():
    figure = next(f for f in PAPER.figures if isinstance(f, Sensitivity))
    rows = [{"epoch": 1, "test_loss": 1.0}, {"epoch": 2, "objective": 0.5, "train_loss": 0.5}]
    found = evidence(figure.experiment, rows)
    assert drawn_lines(figure, found)["AMSGrad, beta_2 0.999"].get_xydata().tolist() == [[0.03, 0.5]]
    tuned = dataclasses.replace(found, preset="reduced", tuned={"adam": (0.1, 0.99)})
    cells = [
        {"outcome": outcome, "seed": 1000, "history": rows, "settings": dict(learning_rate=rate, beta_2=beta)}
        for rate, beta, outcome in ((0.1, 0.99, "done"), (0.3, 0.99, "diverged"), (0.1, 0.999, "done"))
    ]
    tuned = dataclasses.replace(tuned, tuning={"adam": cells})
    lines = drawn_lines(figure, tuned)
    assert {"Adam, beta_2 0.99", "Adam, beta_2 0.999"} <= set(lines)
    assert [line.get_xdata().tolist() for line in lines.values() if line.get_marker() == "x"][0] == [0.3]
    said = figure.picture(tuned)
    assert "Adam 0.1, 0.99" in said.caption and "diverged (1)" in said.caption
