"""The comparison of optimizers: its models by hand; that it trains; what it says."""

import itertools
import math

import keras
import numpy as np
import pytest
from keras import ops
from matplotlib.figure import Figure

from custom.optimizers import newton
from experiments.book.comparison_optimizers import CLASSIFIED, PAPER, TASKS, problems, variants
from experiments.book.comparison_optimizers.answers import Seen
from experiments.book.comparison_optimizers.contenders import EVERYWHERE, FORMS, NEWTON
from experiments.book.comparison_optimizers.networks import character_model, quadratic_model, spectrum, start
from experiments.book.comparison_optimizers.quantities import DECADES, MEASURED
from experiments.book.comparison_optimizers.second_order import loss, newton_rows, quadratic_rows, softmax_derivatives
from experiments.claims import Evidence
from experiments.data import texts
from experiments.data.dataset import Dataset
from experiments.errors import Diverged
from experiments.report.blocks import Bullets, Grid, Picture
from experiments.spec import Job
from experiments.spec.settings import Settings
from tests.papers.jobs import job, rows, trained


def array(x):
    return keras.ops.convert_to_numpy(x)


def test_the_quadratic_is_what_it_says():
    values, directions = spectrum(100.0, 6)
    assert values[0] == pytest.approx(0.01) and values[-1] == 1 and np.allclose(directions @ directions.T, np.eye(6))
    assert np.abs(directions).max() < 0.99  # not along the axes
    model, matrix = quadratic_model(values, directions, 3), directions * values @ directions.T
    (point,) = (array(w) for w in model.weights)
    assert np.allclose(point, start(3, 6)) and not np.allclose(start(3, 6), start(4, 6))
    examples = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")
    expected = [0.5 * (point - e) @ matrix @ (point - e) - 0.5 * e @ matrix @ e for e in examples]
    assert np.allclose(array(model(examples)), expected, atol=1e-5)


def characters(**changes):
    return character_model(**dict(codes=7, length=8, width=8, heads=2, blocks=2, seed=5) | changes)


def test_a_transformer_foretells_from_what_came_before():
    model, draw = characters(), np.random.default_rng(0)
    text = draw.integers(0, 7, (1, 9))
    inner = keras.Model(model.input, model.get_layer("logits").output)
    before = array(inner(text))
    assert before.shape == (1, 8, 7)
    for place in range(1, 9):
        changed = text.copy()
        changed[0, place] = (changed[0, place] + 1) % 7
        same = np.isclose(array(inner(changed)), before, atol=1e-6).all(-1)[0]
        assert same[:place].all() and not same[place:].any(), place
    logs = before - np.log(np.exp(before).sum(-1, keepdims=True))
    expected = -np.mean([logs[0, i, text[0, i + 1]] for i in range(8)])
    assert array(model(text))[0] == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match=r"width=8, heads=3"):
        characters(heads=3)


def test_texts_as_characters():
    found = texts.characters(["It's A <br />9-day WONDER!", "", "ab"], 20)
    told = ["".join(texts.ALPHABET[i] for i in row) for row in found]
    assert told == ["it's a 0 day wonder!", " " * 20, "ab ab ab ab ab ab ab"]
    assert found.dtype == "uint8"


def some(name, shape, most, n=60):
    """A small set of random inputs."""
    draw = np.random.default_rng(1)
    x = [draw.integers(0, most, (n, *shape)).astype("uint8") for _ in range(2)]
    y = [draw.integers(0, 2, n).astype("int32") for _ in range(2)]
    return Dataset(name, x[0], y[0], x[1], y[1], 2, {})


SMALL = {
    "autoencoder": (some("images", (4, 4, 1), 256), dict(hidden=[5], latent=2)),
    "characters": (some("characters", (9,), 7), dict(width=8, heads=2, blocks=1)),
    "convolutional": (some("images", (8, 8, 3), 256), dict(maps=[2, 3], depths=[1, 1])),
}


@pytest.mark.parametrize("task", SMALL)
@pytest.mark.parametrize("evaluation", ["test", "validation"])
@pytest.mark.slow
def test_a_task_trains(task, evaluation):
    dataset, changes = SMALL[task]
    experiment = PAPER.experiment(task)
    changes |= dict(examples=40, epochs=2, batch_size=10, evaluation=evaluation, evaluation_every=1, learning_rate=0.01)
    found = rows(experiment.train(Job(experiment, experiment.settings("reduced", "adam").but(**changes), 0, dataset)))
    column = MEASURED[task].name.replace("test", evaluation)
    assert len(found) == 2 and all(math.isfinite(row[column]) for row in found)


def test_reviews_train_on_words():
    changes = dict(data="generated_reviews", examples=100, epochs=2, evaluation_every=1, learning_rate=0.1)
    found = rows(problems.reviews(job(PAPER, "reviews", "adagrad", "reduced", **changes)))
    assert found[-1]["test_error"] < 0.5


@pytest.mark.slow
def test_a_step_is_timed_beside_one_of_momentum():
    changes = dict(data="digits", examples=100, epochs=2, hidden=[4], batch_size=20)
    found = rows(problems.cost(job(PAPER, "cost", "adam", "reduced", **changes)))
    assert all(row["own"] > 0 and row["yardstick"] > 0 for row in found)


def test_newton_is_the_library_s_on_a_quadratic():
    values, directions = spectrum(1000.0, 6)
    matrix, first = directions * values @ directions.T, start(0, 6)
    found = list(quadratic_rows(matrix, first, Settings(dict(epochs=3, learning_rate=2.0))))
    other = newton(lambda x: 0.5 * ops.sum(x * ops.matmul(ops.convert_to_tensor(matrix), x)), first, 0.5, 3, 0)
    assert np.allclose([row["exact_loss"] for row in found], other.values[1:], rtol=1e-9)
    (row,) = quadratic_rows(matrix, first, Settings(dict(epochs=1, learning_rate=1e12)))
    assert row["exact_loss"] < 1e-15  # without damping at once


def test_newton_is_the_library_s_on_softmax_regression():
    draw = np.random.default_rng(0)
    x, y, first = draw.normal(size=(20, 3)), draw.integers(0, 4, 20), draw.normal(size=12)

    def objective(point):
        logits = ops.matmul(ops.convert_to_tensor(x), ops.reshape(point, (3, 4)))
        losses = keras.losses.sparse_categorical_crossentropy(ops.convert_to_tensor(y), logits, from_logits=True)
        return ops.mean(losses)

    steps = newton(objective, first, 0.1, 2, 0)
    settings = Settings(dict(epochs=2, learning_rate=10.0))
    rows_found = newton_rows(lambda p: softmax_derivatives(x, y, p), first, settings, {"loss": lambda p: loss(x, y, p)})
    assert np.allclose([row["loss"] for row in rows_found], steps.values[1:], rtol=1e-9)


def test_newton_that_leaves_the_numbers_has_diverged():
    settings, never = Settings(dict(epochs=1, learning_rate=1.0)), {"loss": lambda point: math.inf}
    with pytest.raises(Diverged):
        list(newton_rows(lambda p: (p, np.eye(1)), np.ones(1), settings, never))


def test_newton_is_ahead_of_gradient_descent_on_logistic_regression():
    changes = dict(data="digits", epochs=4, examples=100, pool=2, train_evaluation_every=4)
    first, second = (
        trained(PAPER, "logistic", name, "reduced", **changes, **more)
        for name, more in (("newton", dict(learning_rate=10.0)), ("full", dict(learning_rate=0.1, batch_size=100)))
    )
    assert first[-1]["train_loss"] < 0.5 * second[-1]["train_loss"]
    assert set(second[-1]) - {"objective"} <= set(first[-1])


def test_every_contender_has_the_same_budget():
    assert len(EVERYWHERE) == 11 and set(FORMS | NEWTON) == {"full", "stochastic", "newton"}
    for task in TASKS:
        experiment = PAPER.experiment(task)
        for name, contender in variants(task).items():
            grid = contender.rates()
            assert len(grid) == 7 and (contender.default in grid or name == "newton")
            assert contender.low < min(grid) and max(grid) < 1e4 * contender.low
            assert tuple(experiment.tuning.values("reduced", name)) == grid
        for preset in ("reduced", "paper"):
            settings = experiment.settings(preset, "adam")
            assert ("train_evaluation_every" in settings) == (task in CLASSIFIED)
        assert experiment.presets["reduced"].seeds >= 5


def test_forms_differ_in_their_batches_alone():
    for task in ("quadratic", "logistic"):
        experiment = PAPER.experiment(task)
        for preset in experiment.presets:
            one, all_of = (experiment.settings(preset, name) for name in ("stochastic", "full"))
            assert one["batch_size"] == 1 and all_of["batch_size"] == all_of.get("examples", 1_000)
            differing = {k for k in one if one[k] != all_of[k]}
            assert differing == {"batch_size", "variant"}


@pytest.mark.slow
def test_quick_trains_every_variant():
    assert [e.name for e in PAPER.experiments if "quick" in e.presets] == ["quadratic"]
    for variant in variants("quadratic"):
        found = trained(PAPER, "quadratic", variant)
        for quantity in PAPER.results["quadratic"]:
            value = quantity.compute(found)
            assert value is not None and math.isfinite(value), (variant, quantity.name)


def test_decades_are_the_logarithm():
    assert DECADES.compute([{"exact_loss": 1.0}, {"exact_loss": 0.001}]) == pytest.approx(-3)
    assert DECADES.compute([{"exact_loss": 0.0}]) == -12 and DECADES.compute([{"epoch": 1}]) is None


def run(task, seed, value, rate=0.01, outcome="done"):
    """A finished run as far as the page looks at it."""
    column, times = MEASURED[task].name if task in MEASURED else "test_error", {"own": 3.0, "yardstick": 2.0}
    columns = {column: value, column.replace("test", "validation"): value, "train_loss": value, "objective": value}
    history = [
        {"epoch": e, "seconds": 1.0, **{k: v * f for k, v in columns.items()}, **times} for e, f in ((1, 2), (2, 1))
    ]
    settings = {"learning_rate": rate}
    return {"outcome": outcome, "seed": seed, "history": history, "seconds": 1.0, "settings": settings}


def said(language="en", factors=(), lost=(), tasks=tuple(TASKS), tuned=True):
    """The blocks of a page, and its words, from runs of values of 0.3 times a factor by variant."""
    paper, found, factors = PAPER.speaking(language), {}, dict(factors)
    for experiment in paper.experiments:
        evidence = found[experiment.name] = Evidence(paper, experiment)
        if experiment.name not in (*tasks, "cost"):
            continue
        evidence.preset = "reduced"
        for variant in experiment.variants:
            value = 0.3 * factors.get(variant, 1.0)
            spread = (0.0, 0.004, 0.002, 0.001, 0.003)
            evidence.runs[variant] = {
                s: run(experiment.name, s, value + spread[s] + 1e-4 * ((s * len(variant)) % 3)) for s in range(5)
            }
            if experiment.tuning and tuned:
                grid = experiment.tuning.values("reduced", variant)
                outcome = "diverged" if variant in lost else "done"
                evidence.tuning[variant] = [
                    run(experiment.name, 1000, value * (1 + i), rate, outcome if rate == grid[-1] else "done")
                    for i, rate in enumerate(grid)
                ]
    return paper.answers.blocks(found, paper.text), paper.text


def told(blocks):
    (bullets,) = (block for block in blocks if isinstance(block, Bullets))
    return bullets.items


def test_the_answers_are_what_the_numbers_say():
    blocks, _ = said(factors={"lion": 0.5, "adagrad": 1.5}, lost=("sgd",))
    first, budget, reached, quadratic, logistic, sparse, cost, lost = told(blocks)
    assert "Lion has the lowest mean rank" in first and "over 7 tasks" in first
    assert "After 7: Lion 1.00" in budget and "AdaGrad 3.00" in budget
    assert "Lion 7" in reached and "AdaGrad 0" in reached
    assert "Newton 0.3" in quadratic and "(single examples) 30" in logistic
    assert "AdaGrad errs more often than Nesterov" in sparse
    assert "Adam 1.500" in cost and "mini-batch SGD 7" in lost


def test_runs_of_newton_that_go_astray_are_told():
    assert "5 of Newton's 5 runs end above 50 %" in told(said(factors={"newton": 2.0})[0])[4]
    assert "astray" not in told(said()[0])[4]


def test_best_of_k_is_the_mean_over_the_choices():
    blocks, text = said()
    values = [4.0, 1.0, 3.0, math.inf]
    experiment = PAPER.experiment("convolutional")
    evidence = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    evidence["convolutional"].preset = "reduced"
    evidence["convolutional"].runs = {v: {0: run("convolutional", 0, 0.3)} for v in experiment.variants}
    grid = [0.1, 0.2, 0.3, 0.001]
    evidence["convolutional"].tuning["adam"] = [
        run("convolutional", 1000, 1.0 if math.isinf(v) else v, rate, "diverged" if math.isinf(v) else "done")
        for v, rate in zip(values, grid, strict=True)
    ]
    seen = Seen(PAPER.answers, evidence, text)
    assert seen.best_of("convolutional", "adam", 0) == math.inf and seen.best_of("convolutional", "adam", 1) == math.inf
    pairs = [min(pair) for pair in itertools.combinations(values, 2)]
    assert seen.best_of("convolutional", "adam", 2) == pytest.approx(sum(pairs) / 6)
    assert seen.best_of("convolutional", "adam", 4) == 1 and seen.best_of("convolutional", "adam", 7) is None
    assert blocks and seen.factors() == {}


def test_a_target_is_reached_by_half_of_the_runs_whose_median_it_is():
    evidence = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    evidence["convolutional"].preset = "reduced"
    evidence["convolutional"].runs = {
        name: {s: run("convolutional", s, x) for s, x in enumerate(values)}
        for name, values in {"adam": (0.3, 0.3, 0.5, 0.5), "sgd": (0.3, 0.5, 0.5, 0.5)}.items()
    }
    epochs = Seen(PAPER.answers, evidence, PAPER.text).epochs()
    assert math.isfinite(epochs["adam"]["convolutional"]) and math.isinf(epochs["sgd"]["convolutional"])


def test_what_the_runs_cannot_say_is_said():
    blocks, _ = said(tasks=("convolutional",), tuned=False)
    items = told(blocks)
    assert any("Not every optimizer has been tuned" in item for item in items)
    assert not any("Film reviews" in item or "quadratic" in item for item in items)


def test_both_languages_say_the_same():
    english, portuguese = (told(said(language, lost=("sgd",))[0]) for language in ("en", "pt"))
    assert len(english) == len(portuguese) == 8
    assert "Quanto importa o ajuste" in portuguese[1] and "SGD em mini-batch 7" in portuguese[-1]


def test_pictures_and_tables():
    blocks, _ = said(factors={v: 1 + 0.1 * i for i, v in enumerate(EVERYWHERE)})
    pictures = [block for block in blocks if isinstance(block, Picture)]
    assert [picture.name for picture in pictures] == ["tuning", "times_profile", "ranks"]
    for picture in pictures:
        figure = Figure(figsize=(6, 4), layout="constrained")
        picture.draw(figure.add_subplot())
        assert len(figure.axes) == 1
    assert pictures[1].caption.endswith("times what a step takes.")
    times, gaps = (block for block in blocks if isinstance(block, Grid))
    assert len(times.rows) == len(EVERYWHERE) and len(times.header) == len(gaps.header) == 1 + len(TASKS)
    assert len(gaps.rows) == len(EVERYWHERE) - 1


def test_nothing_is_answered_by_quick():
    evidence = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    assert PAPER.answers.blocks(evidence, PAPER.text) == []
    evidence["quadratic"].preset = "quick"
    evidence["quadratic"].runs = {v: {0: run("quadratic", 0, 0.1)} for v in variants("quadratic")}
    blocks = PAPER.answers.blocks(evidence, PAPER.text)
    assert not any(isinstance(block, Bullets) for block in blocks)
    (drawn,) = (block for block in blocks if isinstance(block, Picture))
    assert "answer nothing" in blocks[1].text and drawn.caption.endswith("step has been timed.")  # not every one
