"""The classical methods: rates and steps by the theory, the trap, the paths."""

import numpy as np
import pytest
from keras import ops

from experiments import data
from experiments.book import classical_methods
from experiments.book.classical_methods import descent, problems
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
    assert classical_methods.farthest(free) < 1e-3 < 2 < classical_methods.farthest(trapped)


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
    assert classical_methods.rate(rows) == pytest.approx(0.5 ** (1 / 3))
    assert classical_methods.rate([{"distance": 0.0, "steps": 1}] * 2) is None
