"""RAdam's paper: the variance by other ways, the steps that are Adam's, the spreads over rates, the figures."""

import math

import keras
import numpy as np
import pytest
from matplotlib import pyplot
from scipy import stats

from custom.optimizers import Adam, Momentum, RAdam
from experiments.claims import Evidence, judge
from experiments.claims.over_rates import spreads
from experiments.papers.liu2020_radam import PAPER, networks, variance
from experiments.papers.liu2020_radam.figures import Panels
from experiments.papers.liu2020_radam.optimizers import PartlyAdam
from experiments.report.figures import ByRate
from tests.papers.jobs import job, trained

BETA = 0.999
CLAIMS = {claim.name: claim for claim in PAPER.claims}


def rho(t):
    return 2 / (1 - BETA) - 1 - 2 * t * BETA**t / (1 - BETA**t)


def weights(optimizer, gradients):
    """Return where a weight is after each step."""
    w = keras.Variable(0.0, dtype="float64")
    optimizer.build([w])
    found = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float64")])
        found.append(float(keras.ops.convert_to_numpy(w)))
    return np.array(found)


def test_the_exact_variance_is_that_of_the_distribution():
    for n in (5, 20, 100):
        chi = stats.chi2(n)
        mean, square = (chi.expect(lambda x, n=n, p=p: (n / x) ** p) for p in (0.5, 1.0))
        assert variance.exact_variance(n) == pytest.approx(square - mean**2, rel=1e-6)
    ratio = [variance.first_order_variance(n) / variance.exact_variance(n) for n in (5, 50, 500)]
    assert ratio == pytest.approx([3.307, 1.049, 1.0045], rel=1e-3)


def test_the_rectification_is_the_root_of_the_variances():
    rows = trained(PAPER, "rectification", "code_rule", "paper")
    assert [row["step"] for row in rows if not row["adaptive"]] == [1, 2, 3, 4, 5]
    top = variance.first_order_variance(2 / (1 - BETA) - 1)
    for row in rows[5:]:
        r = math.sqrt(top / variance.first_order_variance(rho(row["step"])))
        assert row["rho"] == pytest.approx(rho(row["step"]), rel=1e-9) and row["rectified"] == pytest.approx(r)
    assert variance.ADAPTIVE_FROM.compute(rows) == 6 and variance.R_AT[500].compute(rows) == pytest.approx(
        0.4765, abs=1e-4
    )


def test_the_simulation_is_that_of_a_formula_and_both_rates_have_the_same_draws():
    few = dict(epochs=20, trajectories=40_000)
    plain, rectified = (trained(PAPER, "simulation", f"{kind}_0", **few) for kind in ("plain", "rectified"))
    # The first means are nearly plain ones: psi^2 is then scaled inverse chi-square with t degrees of freedom.
    at = {row["step"]: row["variance"] for row in plain}
    assert at[11] == pytest.approx(variance.exact_variance(11), rel=0.05)
    assert [("variance" in row) for row in rectified[:6]] == [False] * 4 + [True] * 2
    for one, other in zip(plain[4:], rectified[4:], strict=True):
        r2 = variance.first_order_variance(1999) / variance.first_order_variance(rho(one["step"]))
        assert other["variance"] == pytest.approx(r2 * one["variance"], rel=1e-6)
    assert variance.DECADES.compute(plain) > 2 * variance.DECADES.compute(rectified)
    assert variance.DECADES.compute([{"step": 4, "variance": 9.0}, {"step": 5, "variance": 1.0}]) == 0


def records(experiment, preset, seeds, **changes):
    """Return finished records of an experiment's computations."""
    found = PAPER.experiment(experiment)
    runs = {
        v: {
            seed: {"outcome": "done", "seed": seed, "seconds": 1.0, "started": "2027-01-01",
                   "settings": dict(found.settings(preset, v)),
                   "history": trained(PAPER, experiment, v, preset, seed, **changes)}
            for seed in range(seeds)
        }
        for v in found.variants
    }  # fmt: skip
    return Evidence(PAPER, found, preset, runs)


def test_what_is_exact_is_confirmed():
    evidence = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    evidence |= {name: records(name, "paper", 3) for name in ("rectification", "approximation")}
    verdicts = {j.finding.name: j.verdict for j in judge(PAPER, evidence)}
    assert [verdicts[n] for n in ("adaptive_from", "warm_up_of_its_own", "first_order")] == ["confirmed"] * 3
    assert verdicts["first_order_early"] == "reproduced" and verdicts["first_four"] == "not run"


@pytest.mark.parametrize(("first", "last"), [(1, 4), (5, 8)])
def test_some_steps_are_those_of_adam_and_all_others_those_of_radam(first, last):
    gradients = np.random.default_rng(0).normal(size=12)
    made = weights(PartlyAdam(0.1, first, last, threshold=5.0), gradients)
    moves, radam, adam, sgd = (
        np.diff(path, prepend=0)
        for path in (
            made,
            *(weights(o, gradients) for o in (RAdam(0.1, threshold=5.0), Adam(0.1), RAdam(0.1, threshold=100.0))),
        )
    )
    own = np.zeros(12, bool)
    own[first - 1 : last] = True
    np.testing.assert_allclose(moves[own], adam[own], rtol=1e-5)
    np.testing.assert_allclose(moves[~own], radam[~own], rtol=1e-5)
    np.testing.assert_allclose(radam[:5], sgd[:5], rtol=1e-6)  # SGD with momentum comes before
    assert not np.allclose(radam[own], adam[own], rtol=0.5)


def test_it_comes_back_from_its_settings():
    made = PartlyAdam(0.1, 5, 8, threshold=5.0)
    again = PartlyAdam.from_config(made.get_config())
    assert (again.first, again.last, again.threshold) == (5, 8, 5.0)


def optimizer(experiment, variant, **changes):
    waiting = job(PAPER, experiment, variant, **changes)
    return waiting.experiment.train(waiting).optimizer


def test_the_decay_is_coupled_for_sgd_alone():
    sgd, adam, radam = (optimizer("rates", v) for v in ("sgd", "adam", "radam"))
    assert (type(sgd), type(adam), type(radam)) == (Momentum, Adam, RAdam)
    assert (sgd.l2, sgd.weight_decay, sgd.momentum) == (1e-4, None, 0.9)
    assert [(o.l2, o.weight_decay) for o in (adam, radam)] == [(None, 1e-4)] * 2
    assert radam.threshold == 5 and radam.warmup == "sgd"


def test_the_warm_up_rises_to_the_rate_and_the_drops_follow():
    made = optimizer("warm_up", "adam_100", epochs=40, drops=[20, 30], batch_size=32)
    rates = [float(keras.ops.convert_to_numpy(made._learning_rate(step))) for step in (0, 49, 99, 219, 220, 330)]
    assert rates == pytest.approx([0.001, 0.05, 0.1, 0.1, 0.01, 0.001])  # 11 steps an epoch


def test_the_drops_are_where_the_code_has_them():
    for name in networks.NAMES:
        s = PAPER.experiment(name).settings("paper", "radam")
        assert (s.epochs, s.drops, s.blocks, s.examples, s.pool) == (164, [81, 122], 3, None, 1)
        s = PAPER.experiment(name).settings("reduced", "radam")
        assert [drop / s.epochs for drop in s.drops] == pytest.approx([81 / 164, 122 / 164], abs=0.02)


def test_spreads_are_over_the_papers_rates_and_a_lost_run_counts():
    whole = {0.3: 0.9, 0.1: 0.5, 0.03: 0.3, 0.01: 0.4, 0.003: 0.45}
    maps = {0: whole, 1: {0.1: 0.5, 0.03: 0.5, 0.01: math.inf, 0.003: 0.5}, 2: {0.1: 0.5}}
    assert spreads(maps, networks.RATES) == pytest.approx({0: 0.2, 1: 0.5})


def grid(errors):
    """Return the evidence of the map of rates, with these errors by variant and a little noise by seed."""
    experiment = PAPER.experiment("rates")
    cells = {
        v: [
            {"outcome": "done", "seed": seed,
             "history": [{"epoch": 1, "validation_error": error + 0.001 * (seed - 1000)}],
             "settings": dict(experiment.settings("reduced", v)) | {"learning_rate": rate}}
            for rate, error in zip(networks.WIDER, of_rates, strict=True)
            for seed in experiment.tuning.seeds("reduced")
        ]
        for v, of_rates in errors.items()
    }  # fmt: skip
    runs = {v: {s: {"outcome": "done", "seed": s, "history": [], "settings": {}} for s in range(5)} for v in errors}
    return Evidence(PAPER, experiment, "reduced", runs, cells, dict.fromkeys(errors, 0.03))


def test_the_narrower_spread_is_a_claim_on_the_map():
    flat, steep = (0.9, 0.30, 0.31, 0.30, 0.31, 0.9), (0.9, 0.6, 0.3, 0.3, 0.4, 0.9)
    claim = CLAIMS["narrower_than_adam"]
    assert claim.judge(grid({"sgd": steep, "adam": steep, "radam": flat})).verdict == "reproduced"
    assert claim.judge(grid({"sgd": flat, "adam": flat, "radam": steep})).verdict == "not reproduced"
    part = grid({"sgd": steep, "adam": steep, "radam": flat})
    part.tuning["adam"].pop()
    assert claim.judge(part).reason == "not_whole"


def drawn_lines(figure, found):
    """Return the lines of all axes that a figure draws."""
    _, axes = pyplot.subplots()
    picture = axes.figure
    figure.picture(found).draw(axes)
    lines = [line for each in picture.axes for line in each.lines]
    pyplot.close(picture)
    return lines


def test_the_map_is_drawn_with_its_seeds():
    figure = next(f for f in PAPER.figures if isinstance(f, ByRate))
    lines = drawn_lines(figure, grid({"radam": (0.9, 0.3, 0.31, 0.3, 0.31, math.inf)}))
    assert lines[0].get_xdata().tolist() == sorted(networks.WIDER) and len(lines) == 5  # its name too
    assert lines[0].get_ydata()[1] == pytest.approx(31.1)
    assert len(lines[1].get_xdata()) == 5  # the lost cell has no point


def test_small_pictures_have_two_lines_each():
    figure = next(f for f in PAPER.figures if isinstance(f, Panels))
    lines = drawn_lines(figure, records("simulation", "quick", 1, epochs=8, trajectories=20))
    assert len(lines) == 12 and len({line.get_color() for line in lines}) == 2
    assert lines[0].get_xdata()[0] == 1 and lines[1].get_xdata()[0] == 5
