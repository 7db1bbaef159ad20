"""The comparison of rectifiers: what is measured, by hand; that it trains; what it says."""

import math

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.activations import ReLU, Tanh
from experiments.book.comparison_rectifiers import MAY_DIE, ONE_OF_EACH, PAPER, RATES, TASKS, VARIANTS, quantities
from experiments.book.comparison_rectifiers.layers import ByLayer
from experiments.book.comparison_rectifiers.network import Contender, described
from experiments.claims import Evidence
from experiments.networks.convolutional import convolutional_net
from experiments.report.blocks import Bullets, Grid, Picture
from experiments.report.figures import Sensitivity
from tests.papers.jobs import job, trained

SHAPE = dict(shape=(8, 8, 1), classes=3, maps=[2, 3], depths=[1, 2])


def net(contender, normalised=True, seed=3):
    return convolutional_net(contender.function, contender.rule, normalised=normalised, seed=seed, **SHAPE)


def kernels(model):
    return [keras.ops.convert_to_numpy(layer.kernel) for layer in model.layers if hasattr(layer, "kernel")]


def test_a_net_is_what_it_says():
    names = [layer.name for layer in net(Contender(ReLU)).layers][1:]
    stages = [
        f"{kind}{i}{end}" for i in (1, 2, 3) for kind, end in (("conv", ""), ("norm", ""), ("conv", "_activation"))
    ]
    assert names == [*stages[:3], "pool2", *stages[3:], "average", "logits"]
    plain = net(Contender(ReLU), normalised=False)
    assert [layer.name for layer in plain.layers][1:] == [n for n in names if not n.startswith("norm")]
    assert plain.get_layer("conv3").output.shape[1:] == (4, 4, 3)


def test_contenders_share_their_draws_up_to_scale():
    rectified, old = (kernels(net(Contender(*how))) for how in ((ReLU, "he_normal"), (Tanh, "lecun_normal")))
    for a, b in zip(rectified[:-1], old[:-1], strict=True):
        assert np.allclose(a, math.sqrt(2) * b, rtol=1e-5)


def test_the_second_relu_has_draws_of_its_own():
    jobs = [job(PAPER, "normalised", variant, seed=1) for variant in ("relu", "relu", "relu_again")]
    first, same, again = (described(one, one.variant) for one in jobs)
    assert all(np.array_equal(a, b) for a, b in zip(kernels(first.model), kernels(same.model), strict=True))
    assert not any(np.allclose(a, b) for a, b in zip(kernels(first.model), kernels(again.model), strict=True))
    assert first.plan.seed == same.plan.seed == 1 != again.plan.seed


def test_quantities_are_of_the_last_look():
    rows = [
        {"epoch": 1, "seconds": 9.0, "test_error": 0.6, "probes": {"dead_units": {"a": 1.0, "b": 1.0}}},
        {"epoch": 2, "seconds": 2.0, "test_error": 0.3, "probes": {"dead_units": {"a": 0.25, "b": 0.5}}},
        {"epoch": 3, "seconds": 4.0, "test_error": 0.2},
    ]
    assert quantities.DEAD_UNITS.compute(rows) == 0.375 and quantities.EPOCH_TIME.compute(rows) == 3.0
    assert quantities.EPOCHS_TO_40.compute(rows) == pytest.approx(1 + 2 / 3)
    assert quantities.DEAD_UNITS.compute(rows[2:]) is None and quantities.EPOCH_TIME.compute(rows[:1]) is None


def test_every_contender_has_the_same_budget():
    assert len(RATES) == 7 and len(ONE_OF_EACH) == 13 and set(VARIANTS) - set(ONE_OF_EACH) == {"relu_again"}
    for task in TASKS:
        experiment = PAPER.experiment(task)
        assert list(experiment.variants) == list(VARIANTS)
        for preset, seeds in (("reduced", 5), ("paper", 10)):
            assert {tuple(experiment.tuning.values(preset, v)) for v in VARIANTS} == {RATES}
            assert experiment.presets[preset].seeds == seeds
            # A tuning run sees no image that a final one does not.
            examples = [
                experiment.presets[preset].settings["examples"],
                experiment.tuning.changes[preset].get("examples"),
            ]
            assert examples[1] is None or examples[1] <= examples[0]


@pytest.mark.slow
def test_quick_trains_every_variant():
    assert [e.name for e in PAPER.experiments if "quick" in e.presets] == ["normalised"]
    for variant in VARIANTS:
        rows = trained(PAPER, "normalised", variant)
        assert len(rows) == 2
        for quantity in PAPER.results["normalised"]:
            value = quantity.compute(rows)
            assert value is None and quantity.beyond or math.isfinite(value), (variant, quantity.name)


def run(seed, error, **more):
    """A finished run as far as the page looks at it."""
    looks = {"dead_units": {"1": 0.0, "2": 0.5}, "activation_mean": {"1": 0.1, "2": -0.2}}
    row = {"epoch": 2, "seconds": 1.0, "test_error": error, "train_error": error, "train_loss": error, "probes": looks}
    times = {"own": 3.0 + 0.1 * seed, "yardstick": 2.0}
    history = [{"epoch": 1, "seconds": 5.0, "probes": looks} | times, row | times | more]
    return {"outcome": "done", "seed": seed, "history": history, "seconds": 1.0, "settings": {"learning_rate": 0.01}}


def said(language, errors, dead=(), lost=()):
    """The blocks of a page, and its words, from runs of these errors by variant, 0.3 for the others."""
    paper, found = PAPER.speaking(language), {}
    for experiment in paper.experiments:
        evidence = Evidence(paper, experiment, "reduced")
        for variant in experiment.variants:
            error, spread = errors.get(variant, 0.3), (0.0, 0.004, 0.002, 0.001, 0.003)
            probes = {"probes": {"dead_units": {"1": 0.9 if variant in dead else 0.1 + 0.001 * len(variant)}}}
            evidence.runs[variant] = {
                s: run(s, error + spread[s] + 0.0001 * ((s * len(variant)) % 3), **probes) for s in range(5)
            }
            evidence.tuning[variant] = [{"outcome": "diverged" if variant in lost else "done"}] * 2
        found[experiment.name] = evidence
    return paper.answers.blocks(found, paper.text), paper.text


def told(blocks):
    (bullets,) = (block for block in blocks if isinstance(block, Bullets))
    return bullets.items


def test_the_answers_are_what_the_numbers_say():
    errors = {"elu": 0.26, "selu": 0.34, "prelu": 0.35}
    blocks, _ = said("en", errors, dead=("relu",), lost=("selu",))
    pays, slower, over_fits, dying, exploding, noise, take = told(blocks)
    assert "ELU errs less often than ReLU, by 4.0" in pays and "SELU errs more often than ReLU, by 4.0" in pays
    assert "GELU (exact) and ReLU err equally often, to within 1.00 points" in pays
    assert "ReLU 1.600 [" in slower and "GELU (tanh form) 1.600 [" in slower
    assert "Not here: its cross-entropy" in over_fits  # it does not fit better
    assert "Both fixed slopes leave fewer dead" in dying and "ReLU 90.0 %" in dying
    assert exploding.count("of 2 each, SELU 2") == 3
    assert (
        "corrected for the number of functions, these err less often than ReLU: ELU; these more often: PReLU and SELU"
        in noise
    )
    assert "ELU has the lowest mean rank; over so few tasks the ranks tell no two apart" in take


def test_over_fitting_is_a_better_fit_and_a_worse_error():
    blocks, _ = said("en", {"prelu": 0.35})
    for evidence, verdict in ((0.1, "Yes:"), (0.9, "Not here:")):
        paper = PAPER
        found = {e.name: Evidence(paper, e) for e in paper.experiments}
        found["few"].preset = "reduced"
        for variant, error, loss in (("prelu", 0.35, evidence), ("leaky_5.5", 0.3, 0.5)):
            found["few"].runs[variant] = {s: run(s, error + 0.001 * s, train_loss=loss + 0.01 * s**2) for s in range(3)}
        found["few"].runs["prelu"][1]["history"][-1]["train_loss"] += 0.001
        (sentence,) = (item for item in told(paper.answers.blocks(found, paper.text)) if "over-fit" in item)
        assert verdict in sentence
    assert blocks


def test_what_the_runs_cannot_say_is_said():
    paper = PAPER
    found = {e.name: Evidence(paper, e) for e in paper.experiments}
    for name in ("normalised", "few", "dying"):
        found[name].preset = "reduced"
        found[name].runs = {v: {0: run(0, 0.3)} for v in paper.experiment(name).variants}
    pays, slower, over_fits, dying, exploding, noise, _ = told(paper.answers.blocks(found, paper.text))
    assert pays.count("too few runs") == 3 and "not measured yet" in slower
    assert "These runs cannot say" in over_fits and "These runs cannot say" in dying
    assert exploding.count("none was tried") == 2 and "nothing can be said" in noise


def test_both_languages_say_the_same():
    english, portuguese = (told(said(language, {"elu": 0.26}, dead=("relu",))[0]) for language in ("en", "pt"))
    assert len(english) == len(portuguese) == 7
    assert "a ELU erra" not in portuguese[0] and "ELU erra menos que ReLU: 4,0" in portuguese[0]
    assert "As duas inclinações fixas deixam menos unidades mortas" in portuguese[3]


def test_pictures_and_table():
    blocks, _ = said("en", {"elu": 0.26})
    pictures = [block for block in blocks if isinstance(block, Picture)]
    assert [picture.name for picture in pictures] == ["gaps", "profile"]  # three tasks are too few for ranks
    for picture in pictures:
        figure = Figure(figsize=(6, 4), layout="constrained")
        picture.draw(figure.add_subplot())
        assert len(figure.axes) == (3 if picture.name == "gaps" else 1)
    (grid,) = (block for block in blocks if isinstance(block, Grid))
    assert len(grid.rows) == len(VARIANTS) - 1 and len(grid.header) == 1 + len(TASKS)


def test_layers_are_drawn_at_two_moments():
    evidence = Evidence(PAPER, PAPER.experiment("dying"), "reduced")
    evidence.runs = {v: {s: run(s, 0.3) for s in range(2)} for v in MAY_DIE}
    found = ByLayer("dying", "dead_units", MAY_DIE)
    assert found._curves(evidence, "relu")["end"].tolist() == [0, 50]
    picture = found.picture(evidence)
    assert picture is not None and picture.name == "dying_dead_units_layers"
    figure = Figure(figsize=(6, 4), layout="constrained")
    picture.draw(figure.add_subplot())
    assert len(figure.axes) == 2


@pytest.mark.parametrize("name", ["{}", "conv{}_activation"])
def test_ten_layers_are_drawn_in_their_order(name):
    """A record has them sorted as texts."""
    evidence = Evidence(PAPER, PAPER.experiment("dying"), "reduced")
    probes = {"probes": {"dead_units": {name.format(n): n / 100 for n in (1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9)}}}
    evidence.runs = {"relu": {0: run(0, 0.3) | {"history": [probes, probes]}}}
    curves = ByLayer("dying", "dead_units", MAY_DIE)._curves(evidence, "relu")
    assert curves["start"].tolist() == pytest.approx(range(1, 12))


def test_a_quantity_over_the_rates():
    evidence = Evidence(PAPER, PAPER.experiment("plain"), "reduced")
    evidence.tuning = {"relu": [run(1000, 0.3)], "elu": [run(1000, 0.3) | {"outcome": "diverged"}]}
    picture = Sensitivity("plain", quantities.DEAD_UNITS).picture(evidence)
    assert picture is not None and picture.name == "plain_dead_units_tuning"
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    picture.draw(axes)
    (line,) = (line for line in axes.lines if line.get_label() == "ReLU")
    assert line.get_ydata().tolist() == [25.0]


def test_nothing_is_answered_by_quick():
    evidence = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    assert PAPER.answers.blocks(evidence, PAPER.text) == []
    evidence["normalised"].preset = "quick"
    evidence["normalised"].runs = {v: {0: run(0, 0.1)} for v in VARIANTS}
    blocks = PAPER.answers.blocks(evidence, PAPER.text)
    assert not any(isinstance(block, Bullets) for block in blocks)
    assert "answer nothing" in blocks[1].text and any(isinstance(block, Picture) for block in blocks)
