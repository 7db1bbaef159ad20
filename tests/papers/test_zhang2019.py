"""Lookahead's paper: the variances by formula, the fast weights behind the slow ones, what the networks are given."""

import keras
import numpy as np
import pytest
from matplotlib import pyplot

from custom.optimizers import Adam, GradientDescent, Lookahead, Momentum
from experiments.claims import Evidence, judge
from experiments.data.splits import steps_per_epoch
from experiments.papers.zhang2019_lookahead import PAPER, networks, quadratic
from experiments.papers.zhang2019_lookahead.training import fast_weights, measured
from experiments.report.figures import OverColumn
from tests.papers.jobs import job, rows, trained

CLAIMS = {claim.name: claim for claim in PAPER.claims}


def test_the_variances_are_the_fixed_points_of_their_recursions():
    for rate, k, alpha in ((0.1, 5, 0.5), (0.5, 10, 0.2), (1.0, 5, 0.8)):
        plain = slow = 0.0
        for _ in range(2000):
            plain = (1 - rate) ** 2 * plain + rate**2
            # theta starts at phi: what is kept of phi, and what the noise of k steps adds.
            kept, added = 1.0, 0.0
            for _ in range(k):
                kept, added = (1 - rate) * kept, (1 - rate) ** 2 * added + rate**2
            slow = (1 - alpha + alpha * kept) ** 2 * slow + alpha**2 * added
        assert quadratic.sgd_variance(rate) == pytest.approx(plain, rel=1e-9)
        assert quadratic.lookahead_variance(rate, k, alpha) == pytest.approx(slow, rel=1e-9)


def test_the_formula_is_that_of_the_paper_and_has_sgd_as_its_limit():
    rate, k, alpha = 0.3, 5, 0.4
    x = (1 - rate) ** k
    share = alpha**2 * (1 - x**2) / (alpha**2 * (1 - x**2) + 2 * alpha * (1 - alpha) * (1 - x))
    assert quadratic.lookahead_variance(rate, k, alpha) == pytest.approx(share * quadratic.sgd_variance(rate))
    assert quadratic.lookahead_variance(rate, k, 1.0) == pytest.approx(quadratic.sgd_variance(rate))
    assert quadratic.lookahead_variance(rate, k, 0.5) < quadratic.sgd_variance(rate)


def evidence(experiment, preset, histories, started="2027-01-01"):
    """Return finished records of an experiment: by variant, a history for each seed."""
    found = PAPER.experiment(experiment)
    runs = {
        v: {
            seed: {"outcome": "done", "seed": seed, "seconds": 1.0, "started": started, "history": history,
                   "settings": dict(found.settings(preset, v))}
            for seed, history in enumerate(of_seeds)
        }
        for v, of_seeds in histories.items()
    }  # fmt: skip
    return Evidence(PAPER, found, preset, runs)


@pytest.mark.slow
def test_the_library_has_these_variances():
    few = dict(copies=10_000, epochs=30)
    names = [v for v in quadratic.VARIANTS if v.endswith(("_0.5", "_1"))]
    histories = {v: [trained(PAPER, "quadratic", v, "paper", seed, **few) for seed in range(5)] for v in names}
    found = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    found["quadratic"] = evidence("quadratic", "paper", histories)
    verdicts = {c.name: v.verdict for j in judge(PAPER, found) for c, v in j.claims}
    found["quadratic"].runs |= dict.fromkeys(("sgd_0.1", "lookahead_0.1"), found["quadratic"].runs["sgd_1"])
    verdicts |= {name: CLAIMS[name].judge(found["quadratic"]).verdict for name in CLAIMS if name.endswith("_variance")}
    for name in ("sgd_0.5", "lookahead_0.5", "sgd_1", "lookahead_1"):
        assert verdicts[f"{name}_variance"] == "reproduced", name
    assert verdicts["lookahead_0.1_variance"] == "not reproduced"  # they are those of another rate
    assert CLAIMS["smaller_1"].judge(found["quadratic"]).verdict == "reproduced"


def test_fast_weights_are_found_behind_the_slow_ones():
    w, other = keras.Variable([1.0, -2.0]), keras.Variable([1.0, -2.0])
    optimizer, inner = Lookahead(Momentum(0.1, 0.9), k=3, alpha=0.4), Momentum(0.1, 0.9)
    for i in range(6):
        gradient = keras.ops.convert_to_tensor([0.3 * i + 1.0, -0.7])
        if i == 3:
            other.assign(w)  # back to the slow weights, as the inner optimizer's state goes on
        optimizer.apply([gradient], [w])
        inner.apply([gradient], [other])
    slow, fast = keras.ops.convert_to_numpy(w), keras.ops.convert_to_numpy(other)
    np.testing.assert_allclose(fast_weights(w, optimizer), fast, rtol=1e-5)
    assert not np.allclose(slow, fast, rtol=0.01)


@pytest.mark.parametrize("variant", list(networks.WEIGHTS))
@pytest.mark.slow
def test_both_weights_are_evaluated_and_the_slow_ones_stay(variant):
    waiting = job(PAPER, "slow_and_fast", variant, epochs=1)
    training = waiting.experiment.train(waiting)
    (row,) = rows(training)
    loss, error = measured(training.model, training)
    assert (loss, error) == pytest.approx((row["test_loss"], row["test_error"]), rel=1e-4)
    assert row["fast_test_loss"] != pytest.approx(row["test_loss"], rel=1e-6)
    gaps = [quantity.of({"history": [row]}) for quantity in (networks.ERROR_GAP, networks.LOSS_GAP)]
    assert gaps == pytest.approx([row["fast_test_error"] - row["test_error"], row["fast_test_loss"] - row["test_loss"]])
    assert networks.LOSS_GAP.of({"history": [{"epoch": 1, "test_loss": 1.0}]}) is None


def test_a_step_back_ends_every_epoch_of_reduced():
    for experiment in networks.EXPERIMENTS:
        for preset in experiment.presets:
            for variant in experiment.variants:
                s = experiment.settings(preset, variant)
                steps = (s.examples or 50_000) // s.batch_size
                assert steps * s.epochs % s.k == 0, (experiment.name, preset, variant)
                assert preset != "reduced" or steps % s.k == 0, (experiment.name, variant)


@pytest.mark.parametrize(
    ("variant", "cls", "inner"),
    [("sgd", Momentum, None), ("adam", Adam, None), ("lookahead_sgd", Lookahead, Momentum),
     ("lookahead_adam", Lookahead, Adam)],
)  # fmt: skip
def test_the_optimizers_and_their_rates(variant, cls, inner):
    waiting = job(PAPER, "cifar10", variant, epochs=4, drops=[1, 3], learning_rate=0.5)
    made = waiting.experiment.train(waiting).optimizer
    assert type(made) is cls
    if inner:
        assert type(made.inner) is inner and (made.k, made.alpha) == (5, 0.5)
    moved = made.inner if inner else made
    decay = (5e-4, None) if variant.endswith("sgd") else (None, 0.1)
    assert (moved.l2, moved.weight_decay) == decay
    steps = steps_per_epoch(waiting.settings, waiting.dataset)
    rates = [float(keras.ops.convert_to_numpy(moved._learning_rate(t))) for t in (0, steps - 1, steps, 3 * steps)]
    assert rates == pytest.approx([0.5, 0.5, 0.1, 0.02])


def test_every_optimizer_has_as_many_rates_and_k_and_alpha_differ_alone():
    assert {len(rates) for rates in networks.RATES.values()} == {5}
    found = PAPER.experiment("k_and_alpha")
    settings = {v: dict(found.settings("reduced", v)) for v in found.variants}
    for variant, own in settings.items():
        assert {name for name in own if own[name] != settings["k_5"][name]} <= {"variant", "k", "alpha"}, variant
    assert {(s["k"], s["alpha"]) for s in settings.values()} == {(5, 0.5), (10, 0.5), (20, 0.5), (5, 0.2), (5, 0.8)}


def test_the_claim_on_slow_weights():
    def gaps(values):
        history = [[{"epoch": 1, "test_loss": 1.0, "fast_test_loss": 1.0 + value}] for value in values]
        return evidence("slow_and_fast", "reduced", dict.fromkeys(networks.WEIGHTS, history))

    claim = CLAIMS["lookahead_sgd_loss"]
    assert claim.judge(gaps([0.1, 0.12, 0.11, 0.09, 0.1])).verdict == "reproduced"
    assert claim.judge(gaps([-0.1, -0.12, -0.11, -0.09, -0.1])).reason == "protocol_unknown"
    assert claim.judge(gaps([-0.1, 0.12, -0.11, 0.09, -0.1])).verdict == "open"


def test_dashed_lines_stand_at_the_formulas():
    figure = next(f for f in PAPER.figures if isinstance(f, OverColumn))
    history = [{"epoch": i, "variance": 0.1 * i} for i in (1, 2)]
    found = evidence("quadratic", "quick", {v: [history] for v in figure.variants()})
    _, axes = pyplot.subplots()
    figure.picture(found).draw(axes)
    lines = list(axes.lines)
    pyplot.close(axes.figure)
    assert lines[0].get_xdata().tolist() == [5, 10]
    flat = sorted(
        line.get_ydata()[0] for line in lines if len(set(line.get_ydata())) == 1 and len(line.get_ydata()) == 2
    )
    assert flat == pytest.approx([quadratic.lookahead_variance(0.1, 5, 0.5), quadratic.sgd_variance(0.1)])


def test_one_step_of_the_quadratic_is_that_of_gradient_descent():
    (row,) = trained(PAPER, "quadratic", "sgd_1", "quick", epochs=1, k=1, copies=20_000)
    assert row["variance"] == pytest.approx(1.0, rel=0.03)  # at rate 1 the weight becomes c
    assert isinstance(Lookahead(GradientDescent(1.0)).inner, GradientDescent)
