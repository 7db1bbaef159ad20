"""The classical methods: rates and steps by the theory, the trap, the paths, what the book's figures 1 to 3 picture."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from keras import ops

from experiments import data
from experiments.book import classical_methods
from experiments.book.classical_methods import descent, pictured, problems, quantities
from experiments.claims import Evidence
from experiments.report import blocks, figures, render
from experiments.spec import Job

PAPER = classical_methods.PAPER


def history(experiment, variant, seed=0, **changes):
    """Return the rows of a run of the preset `paper`."""
    experiment = PAPER.experiment(experiment)
    settings = experiment.settings("paper", variant).but(**changes)
    return list(experiment.train(Job(experiment, settings, seed, data.load(settings.data))).rows)


@pytest.mark.parametrize("condition", [10, 100])
def test_rates_are_spectral_radii(condition):
    eigenvalues = np.linspace(1, condition, 50)
    for name, rate in descent.rates(condition).items():
        optimizer = descent.METHODS[name](condition)
        alpha = float(ops.convert_to_numpy(optimizer.learning_rate))
        beta = getattr(optimizer, "beta", getattr(optimizer, "momentum", 0.0))
        ahead = 1 - alpha * eigenvalues if "nesterov" in name else 1.0
        pull = 1 - alpha * eigenvalues
        first = (1 + beta) * pull if "nesterov" in name else pull + beta
        roots = [np.roots([1, -a, b]) for a, b in np.broadcast(first, beta * ahead)]
        assert np.abs(roots).max() == pytest.approx(rate, abs=2e-3), name


@pytest.mark.parametrize("method", ["heavy_ball", "nesterov", "nesterov_quadratic"])
def test_steps_to_a_millionth(method):
    """As a recursion in NumPy has it, in the eigenvectors' coordinates; Nesterov's weights are where it looks ahead."""
    optimizer = descent.METHODS[method](100)
    alpha = float(ops.convert_to_numpy(optimizer.learning_rate))
    beta, eigenvalues = getattr(optimizer, "beta", getattr(optimizer, "momentum", 0.0)), np.linspace(1, 100, 50)
    before = here = ahead = np.ones(50)
    for step in range(1, 151):  # noqa: B007
        at = ahead if "nesterov" in method else here
        moved = at - alpha * eigenvalues * at + (0.0 if "nesterov" in method else beta * (here - before))
        before, here = here, moved
        ahead = here + beta * (here - before)
        if np.linalg.norm(ahead if "nesterov" in method else here) <= descent.NEAR * np.sqrt(50):
            break
    rows = history("condition_100", method, epochs=10, lengths=15)
    assert rows[-1]["steps"] == 150 and rows[-1]["arrived"] == step


def test_the_trap_has_the_slope_that_it_says():
    for x, slope in ((-3.0, -75.0), (0.5, 12.5), (1.5, 25.5), (4.0, 76.0)):
        values = [float(ops.convert_to_numpy(problems.trap(np.array([x + h])))) for h in (-1e-3, 1e-3)]
        assert (values[1] - values[0]) / 2e-3 == pytest.approx(slope, rel=1e-4)
    for edge in (1.0, 2.0):
        here, there = (float(ops.convert_to_numpy(problems.trap(np.array([edge + h])))) for h in (-1e-9, 1e-9))
        assert here == pytest.approx(there, abs=1e-6)


def test_the_heavy_ball_is_trapped_and_nesterov_is_not():
    trapped, free = (history("three_cycle", variant) for variant in ("heavy_ball", "nesterov"))
    assert sorted(row["position"] for row in trapped[-3:]) == pytest.approx([-1.802, 0.647, 2.116], abs=2e-3)
    assert quantities.farthest(free) < 1e-3 < 2 < quantities.farthest(trapped)


def test_newton_takes_one_path_in_all_coordinates():
    newton, descent_ = (history("coordinates", variant, epochs=8) for variant in ("newton", "gradient_descent"))
    assert max(row["moved"] for row in newton) < 1e-6 and newton[-1]["distance"] < 1e-6
    assert descent_[-1]["moved"] > 1e-3


def test_surfaces_are_0_at_their_minima():
    for surface in problems.SURFACES.values():
        assert [float(surface(m)) for m in surface.minima] == pytest.approx([0.0] * len(surface.minima), abs=1e-8)
        assert surface.distance(surface.minima[-1]) == 0.0


def test_the_rate_is_that_of_the_second_half():
    rows = [{"distance": 0.5**k, "steps": 3 * k} for k in range(1, 11)]
    assert quantities.rate(rows) == pytest.approx(0.5 ** (1 / 3))
    assert quantities.rate([{"distance": 0.0, "steps": 1}] * 2) is None


def quick(name):
    """Return the evidence of a run of each variant of an experiment, of the preset `quick`."""
    experiment = PAPER.experiment(name)
    runs = {}
    for variant in experiment.variants:
        settings = experiment.settings("quick", variant)
        rows = list(experiment.train(Job(experiment, settings, 0, data.load(settings.data))).rows)
        runs[variant] = {0: {"outcome": "done", "seed": 0, "history": rows, "settings": dict(settings)}}
    return Evidence(PAPER, experiment, "quick", runs)


class TestWhatTheBookPictures:
    """Figures 1 to 3, and a saddle: the numbers of the theory, from recursions in NumPy."""

    def test_a_step_on_a_parabola_is_a_factor(self):
        for variant, eta in pictured.STEP_SIZES.items():
            x = [row["position"] for row in history("step_sizes", variant)]
            assert x == pytest.approx([-2 * (1 - 2 * eta) ** k for k in range(1, len(x) + 1)], rel=1e-4)

    @pytest.mark.slow
    def test_waves_hold_what_a_bowl_lets_go(self):
        convex, waves = (history("landscapes", variant)[-1] for variant in ("convex", "non_convex"))
        assert convex["value"] < 1e-3 and waves["value"] == pytest.approx(pictured.waves_minimum(), abs=1e-4)
        x, y = waves["x"], waves["y"]
        assert -x == pytest.approx(y) and 0.2 * y + 1.5 * np.sin(1.5 * y) == pytest.approx(0, abs=1e-4)

    def test_a_gradient_over_all_examples_goes_straight_to_the_least_squares(self):
        batch, *others = (history("batches", variant) for variant in pictured.BATCHES)
        x, y = problems.line()
        assert np.polyfit(x, y, 1) == pytest.approx(problems.BEST)
        point = np.array([-1.5, 2.0])
        for row in batch:
            slope, off = point
            error = slope * x + off - y
            point = point - pictured.ETA * np.array([np.mean(error * x), np.mean(error)])
            assert (row["x"], row["y"]) == pytest.approx(tuple(point), rel=1e-4)
        distances = [quantities.late(rows) for rows in (batch, *others)]
        assert distances == sorted(distances) and [rows[-1]["evaluations"] for rows in others] == [400, 40]

    @pytest.mark.slow
    def test_momentum_leaves_a_saddle_faster_and_newton_does_not(self):
        descent_, momentum, newton = (history("saddle", variant) for variant in pictured.LEAVING)
        assert pictured.fastest() == pytest.approx(1.5)
        assert quantities.growth(descent_) == pytest.approx(1.2, abs=1e-3)
        assert quantities.growth(momentum) == pytest.approx(1.5, abs=1e-3)
        assert newton[-1]["from_saddle"] == 0.0 and quantities.growth(newton) is None

    @pytest.mark.parametrize("figure", pictured.FIGURES, ids=lambda figure: figure.kind)
    def test_is_drawn(self, figure, tmp_path):
        picture = figure.picture(quick(figure.experiment))
        figures.save(picture.draw, tmp_path, picture.name)
        text = (tmp_path / f"{picture.name}.svg").read_text(encoding="utf-8")
        assert PAPER.text.labels[next(iter(PAPER.experiment(figure.experiment).variants))].split()[0] in text
        assert figure.picture(Evidence(PAPER, PAPER.experiment(figure.experiment))) is None


@pytest.fixture(scope="module")
def found():
    """Return the still and the animation, of a few steps."""
    evidence = {name: quick(name) for name in problems.SURFACES}
    return PAPER.answers.blocks(evidence, PAPER.text)


class TestMotion:
    @pytest.mark.slow
    def test_a_still_is_shown_and_the_animation_is_linked(self, found):
        still, motion = found
        page = render.markdown(blocks.Page("Paths", (still, motion)))
        assert f"![{still.alt}](figures/all_paths.svg)" in page
        assert f"\n[{motion.text}](figures/all_paths_moving.svg)\n" in page

    def test_nothing_moves_where_little_motion_is_asked_for(self, found, tmp_path):
        _, motion = found
        figures.save(motion.draw, tmp_path, motion.name, motion.over)
        text = (tmp_path / f"{motion.name}.svg").read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        styles = [e.text for e in root.iter() if e.tag.endswith("style")]
        (moving,) = (style for style in styles if "animation" in style)
        assert moving.startswith("@media (prefers-reduced-motion:no-preference){") and moving.endswith("}}")
        assert "<animate" not in text and "infinite" not in text
        names = set(re.findall(r"@keyframes (\w+)", moving))
        classes = {e.get("class").split()[1] for e in root.iter() if e.get("class")}
        assert names == classes and len(names) == 2 * 4 * len(classical_methods.OPTIMIZERS)

    def test_nothing_is_said_where_nothing_ran(self):
        evidence = {name: Evidence(PAPER, PAPER.experiment(name)) for name in problems.SURFACES}
        assert PAPER.answers.blocks(evidence, PAPER.text) == []
