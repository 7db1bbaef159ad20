"""Two settings tuned together: the cells, claims on them, the map that shows them."""

import dataclasses
import functools
import math

import pytest
from matplotlib.figure import Figure

from experiments.claims import TEST_ERROR, VALIDATION_ERROR, Evidence, Measured, Part
from experiments.claims.statistics import mean_interval
from experiments.errors import UsageError
from experiments.papers.loshchilov2019_adamw.maps import BasinTilt, ChosenRatio, HeatMaps, NoGain, tilt_of
from experiments.report.figures import save
from experiments.spec import Experiment, Paper, Preset, Request, Text, Tuning
from experiments.spec.run import best, final_runs, tuning_runs
from tests.fakes import CITATION

RATES, DECAYS = (0.001, 0.01, 0.1, 1.0), (0.0, 0.001, 0.01, 0.1, 1.0)
CELLS = tuple((rate, decay) for rate in RATES for decay in DECAYS)
BOTH = ("learning_rate", "weight_decay")
TUNING = Tuning(BOTH, dict.fromkeys("ab", CELLS), "validation_error", {"paper": {"epochs": 1}})
SETTINGS = {"data": "digits", "epochs": 3, "learning_rate": None, "weight_decay": None}
GIVEN = SETTINGS | {"learning_rate": 0.1, "weight_decay": 0.01}
PRESETS = {"quick": Preset(GIVEN, 1), "paper": Preset(SETTINGS, 2)}
EXPERIMENT = Experiment("e", dict.fromkeys("ab"), lambda job: None, PRESETS, TUNING)
WORDS = {"labels": {"a": "A", "b": "B"}, "experiments": {"e": "Title"}, "claims": {}}
WORDS["claims"]["c"] = {"source": "s", "says": "Words", "why": "why"}
PAPER = Paper("p", Text(WORDS | {"claims": {}}), CITATION, (EXPERIMENT,))


def grid(error, seed=1000):
    """Records of a whole grid, the error a function of rate and decay; infinity: diverged; `None`: no record."""
    found = []
    for rate, decay in CELLS:
        value = error(rate, decay)
        if value is not None:
            found.append(
                {
                    "seed": seed,
                    "settings": {"learning_rate": rate, "weight_decay": decay},
                    "outcome": "diverged" if math.isinf(value) else "done",
                    "history": [{"epoch": 1, "validation_error": value}],
                }
            )
    return found


def evidence(**errors):
    tuning = {variant: grid(error) for variant, error in errors.items()}
    tuned = {variant: best(TUNING, records) for variant, records in tuning.items()}
    return Evidence(PAPER, EXPERIMENT, "paper", {}, tuning, tuned)


def diagonal(rate, decay):
    return 0.5 if decay == 0 else 0.1 + 0.1 * abs(math.log10(rate) + math.log10(decay) + 3)


def straight(rate, decay):
    return 0.5 if decay == 0 else 0.1 + 0.05 * (abs(math.log10(rate) + 1.4) + abs(math.log10(decay) + 1.6))


def claim(kind, **changes):
    values = dict(name="c", experiment="e", quantity=VALIDATION_ERROR)
    if kind is not ChosenRatio:
        values |= dict(variant="a")
    return kind(**values | changes)


def test_both_settings_are_tried_together_and_the_best_pair_goes_into_the_final_runs():
    request = Request((PAPER,), "paper")
    runs = tuning_runs(PAPER, EXPERIMENT, "a", request)
    assert [(r.settings.learning_rate, r.settings.weight_decay) for r in runs] == list(CELLS)
    tuned = best(TUNING, grid(straight))
    assert tuned == (0.1, 0.01)
    (first, _) = final_runs(PAPER, EXPERIMENT, "a", request, tuned)
    assert (first.settings.learning_rate, first.settings.weight_decay, first.settings.epochs) == (0.1, 0.01, 3)


def test_a_user_gives_both_or_neither():
    both = Request((PAPER,), "paper", seeds=1, overrides={"learning_rate": "0.3", "weight_decay": "0"})
    assert tuning_runs(PAPER, EXPERIMENT, "a", both) == []
    (run,) = final_runs(PAPER, EXPERIMENT, "a", both)
    assert (run.settings.learning_rate, run.settings.weight_decay) == (0.3, 0.0)
    half = Request((PAPER,), "paper", overrides={"learning_rate": "0.3"})
    with pytest.raises(UsageError, match="--set learning_rate=0.3. The learning rate and weight decay are tuned toget"):
        tuning_runs(PAPER, EXPERIMENT, "a", half)


def test_a_variant_may_have_settings_of_its_own():
    preset = Preset(SETTINGS, 1, {"b": {"epochs": 30}})
    experiment = Experiment("e", dict.fromkeys("ab"), lambda job: None, {"paper": preset})
    assert [experiment.settings("paper", v).epochs for v in "ab"] == [3, 30]
    changed = Request((PAPER,), "paper", overrides={"epochs": "5"})
    assert changed.settings(experiment, "b").epochs == 5


@pytest.mark.parametrize(
    ("error", "tilt", "measured"),
    [
        (diagonal, -1.0, "-1.00; over 4 cells"),
        (straight, 0.0, "0.00; over 4 cells"),
    ],
)
def test_the_tilt_of_a_basin_is_the_correlation_over_its_best_cells(error, tilt, measured):
    made = claim(BasinTilt, low=-1.0, high=-0.5, cells=4)
    found = made.judge(evidence(a=error))
    assert found.parts[0].estimate.mean == pytest.approx(tilt) and measured in made.measured(found, PAPER.text)
    assert (found.verdict, found.reason) == ("open", "few_runs")  # one map


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (lambda r, d: math.inf if d else 0.5, "no_correlation"),
        (lambda r, d: r, "no_correlation"),  # one learning rate has none
        (lambda r, d: None if r == 1 else 0.1, "not_whole"),
    ],
)
def test_a_map_without_a_tilt(error, reason):
    found = claim(BasinTilt, low=-1.0, high=1.0, cells=4).judge(evidence(a=error))
    assert (found.verdict, found.reason) == ("not run", reason)


def test_another_variants_tilt_is_stated_and_not_judged():
    made = claim(BasinTilt, low=-0.5, high=0.5, cells=4, beside="b")
    assert made.measured(made.judge(evidence(a=straight, b=diagonal)), PAPER.text).endswith("; B: -1.00")
    assert "B:" not in made.measured(made.judge(evidence(a=straight)), PAPER.text)


def test_cells_that_tie_with_the_last_count_too():
    made = claim(BasinTilt, low=-1, high=1, cells=3)
    assert "over 8 cells" in made.measured(made.judge(evidence(a=lambda r, d: 0.1 if r < 0.1 else 0.2)), PAPER.text)


@pytest.mark.parametrize(
    ("numbers", "bounds", "verdict"),
    [
        ((-0.9, -0.8, -0.85), (-1.0, -0.5), "reproduced"),
        ((0.1, 0.0, 0.1), (-1.0, -0.5), "not reproduced"),
        ((-0.9, -0.2, -0.6), (-1.0, -0.5), "open"),
    ],
)
def test_maps_of_several_seeds_are_judged_by_their_interval(numbers, bounds, verdict):
    measured = Measured((Part(mean_interval(numbers)),))
    low, high = bounds
    assert claim(BasinTilt, low=low, high=high).decide(measured, evidence(), None)[0] == verdict
    assert (
        claim(ChosenRatio, first="a", second="b", low=low, high=high).decide(measured, evidence(), None)[0] == verdict
    )


@pytest.mark.parametrize(
    ("gains", "gain", "verdict"),
    [((0.0, 0.001, 0.0), False, "reproduced"), ((0.02, 0.021, 0.02), False, "not reproduced"),
     ((0.02, 0.021, 0.02), True, "reproduced"), ((0.0, 0.001, 0.0), True, "not reproduced")],
)  # fmt: skip
def test_a_decay_gains_where_it_is_better_than_none_by_more_than_the_tolerance(gains, gain, verdict):
    made = claim(NoGain, tolerance=0.005, gain=gain)
    assert made.decide(Measured((Part(mean_interval(gains)),)), evidence(), None)[0] == verdict
    found = made.judge(evidence(a=lambda r, d: 0.3 if r != 0.01 else 0.12 if d == 0 else 0.1 + d))
    assert found.verdict == "open" and found.parts[0].estimate.mean == pytest.approx(0.019)
    assert "10.10 % at 0.01, 0.001; 12.00 % with 0" in made.measured(found, PAPER.text)
    words = "better by more than 0.50 points"
    assert made.published(PAPER.text) == (words if gain else f"not {words}")


THREE = dataclasses.replace(EXPERIMENT, tuning=dataclasses.replace(TUNING, repeats={"paper": 3}))


def maps(**errors):
    """Evidence of three maps of each variant: the error a function of rate, decay and the number of the map."""
    tuning = {
        variant: [r for i in range(3) for r in grid(functools.partial(error, i=i), 1000 + i)]
        for variant, error in errors.items()
    }
    tuned = {variant: best(THREE.tuning, records) for variant, records in tuning.items()}
    return Evidence(PAPER, THREE, "paper", {}, tuning, tuned)


def decided(made, found):
    """Return the verdict of a claim on three maps, and on how many numbers it rests."""
    measured = made.measure(found)
    return made.decide(measured, found, None)[0], measured.parts[0].estimate.n


def test_the_choice_of_every_map_is_compared():
    tuning = dataclasses.replace(THREE.tuning, setting="weight_decay", grid=dict.fromkeys("ab", DECAYS))
    best_decays, made = (0.001, 0.01, 0.01), claim(ChosenRatio, first="a", second="b", low=0.05, high=2.0)

    def of(best_decay):
        return [
            {
                "seed": 1000 + i,
                "settings": {"weight_decay": decay},
                "outcome": "done",
                "history": [{"epoch": 1, "validation_error": abs(decay - best_decay(i))}],
            }
            for i in range(3)
            for decay in DECAYS
        ]

    runs = {"a": of(lambda i: best_decays[i]), "b": of(lambda i: 0.01)}
    found = Evidence(PAPER, dataclasses.replace(THREE, tuning=tuning), "paper", {}, runs, {"a": 0.01, "b": 0.01})
    estimate = made.measure(found).parts[0].estimate
    assert estimate.n == 3 and estimate.mean == pytest.approx((0.1 + 1 + 1) / 3)


def test_a_grid_of_several_seeds_is_several_maps():
    request = Request((PAPER,), "paper")
    runs = tuning_runs(PAPER, THREE, "a", request)
    assert [run.seed for run in runs] == [s for s in (1000, 1001, 1002) for _ in CELLS]
    # The best of the first map is not the best on average, and a value of which one run diverges is never chosen.
    found = maps(a=lambda r, d, i: (0.0, 0.9, 0.9)[i] if r == 1 else (0.1, 0.1, math.inf)[i] if r == 0.1 else 0.5 + d)
    assert found.tuned["a"] == (0.001, 0.0) and found.whole("a", VALIDATION_ERROR)
    cells = found.cells("a", VALIDATION_ERROR)
    assert cells[1.0, 0.0] == pytest.approx(0.6) and cells[0.1, 0.0] == math.inf
    assert found.maps("a", VALIDATION_ERROR)[1001][1.0, 0.0] == 0.9
    del found.tuning["a"][0]
    assert not found.whole("a", VALIDATION_ERROR)


def test_the_gain_of_a_decay_covers_that_its_best_cell_is_chosen_among_more():
    """On each map another cell with decay is lucky; luck makes neither a gain nor its absence."""
    lucky = {0: 0.001, 1: 0.01, 2: 0.1}
    found = maps(a=lambda r, d, i: 0.1 if (r, d) == (0.01, lucky[i]) else 0.3 + r / 100)
    for gain in (False, True):
        assert decided(claim(NoGain, tolerance=0.005, gain=gain), found) == ("open", 3)
    estimate = claim(NoGain, tolerance=0.005).measure(found).parts[0].estimate
    assert estimate.mean < 0 and estimate.high >= 0.2
    quiet = maps(a=lambda r, d, i: 0.3 + r / 100 + d / 100 + i / 1000)
    assert decided(claim(NoGain, tolerance=0.005), quiet) == ("reproduced", 3)
    real = maps(a=lambda r, d, i: 0.1 + i / 1000 if (r, d) == (0.01, 0.01) else 0.3)
    assert decided(claim(NoGain, tolerance=0.005, gain=True), real) == ("reproduced", 3)


def test_every_map_has_a_tilt_and_a_choice_of_its_own():
    tilts = maps(a=lambda r, d, i: diagonal(r, d), b=lambda r, d, i: straight(r, d))
    assert decided(claim(BasinTilt, low=-1.0, high=-0.5, cells=4), tilts) == ("reproduced", 3)
    assert decided(claim(BasinTilt, variant="b", low=-0.5, high=0.5, cells=4), tilts) == ("reproduced", 3)


def test_a_tilt_reaches_to_that_of_the_mean_of_the_maps():
    """The best cells of each map are lucky ones; the mean of the maps is a diagonal."""

    def noisy(r, d, i):
        return diagonal(r, d) - (0.05 * ((CELLS.index((r, d)) + i) % 3 == 0) if d else 0)

    found = maps(a=noisy)
    estimate = claim(BasinTilt, low=-1.0, high=-0.5, cells=4).measure(found).parts[0].estimate
    of_mean = tilt_of(found.cells("a", VALIDATION_ERROR), 4)
    assert estimate.low <= of_mean <= estimate.high and estimate.error is None


def test_chosen_values_are_compared_with_one_another():
    one = Evidence(PAPER, EXPERIMENT, "paper", tuned={"a": 0.05, "b": 0.1})
    made = claim(ChosenRatio, first="a", second="b", low=0.5, high=2.0)
    assert made.measured(made.judge(one), PAPER.text) == "0.50; from 0.05 and 0.1"
    halved = claim(ChosenRatio, first="a", second="b", high=0.4, factor=0.5)
    assert halved.judge(one).parts[0].estimate.mean == 0.25 and halved.published(PAPER.text) == "at most 0.4"
    one.tuned["b"] = 0.0
    assert made.judge(one).reason == "choice_of_zero"
    del one.tuned["b"]
    assert made.judge(one).reason == "not_whole"


def test_the_map_shows_every_cell_and_frames_the_best(tmp_path):
    found = evidence(a=diagonal, b=lambda r, d: math.inf if r == 1 else None if d == 1 else straight(r, d))
    picture = HeatMaps("e", VALIDATION_ERROR, 0.2, best=4).picture(found)
    assert picture.name == "e_validation_error_maps"
    assert "Lowest: A 10.00 % (0.001, 1); B" in picture.alt and "Crosses: 5 runs that diverged" in picture.caption
    assert "A -1.00" in picture.caption
    figure = Figure()
    picture.draw(figure.add_subplot())
    left, right = figure.axes[:2]
    texts = {(t.get_position()): t.get_text() for t in left.texts}
    assert texts[(3.5, 1.5)] == "10.0" and len(texts) == len(CELLS)
    assert len(left.patches) == 4
    assert [t.get_text() for t in right.texts].count("×") == 5
    save(picture.draw, tmp_path, picture.name)
    assert (tmp_path / f"{picture.name}.svg").is_file()
    assert HeatMaps("e", VALIDATION_ERROR, 0.2).picture(evidence()) is None


def test_a_preset_that_tunes_nothing_shows_the_one_cell_that_runs():
    run = {"seed": 0, "settings": GIVEN, "outcome": "done", "history": [{"epoch": 1, "test_error": 0.25}]}
    found = Evidence(PAPER, EXPERIMENT, "quick", {"a": {0: run}})
    assert found.cells("a", TEST_ERROR) == {(0.1, 0.01): 0.25}
    picture = HeatMaps("e", VALIDATION_ERROR, 0.2).picture(found)
    assert picture.name == "e_test_error_maps" and "A 25.00 % (0.1, 0.01)" in picture.alt
    assert "Test error of the one cell that runs" in picture.caption and "tunes nothing" in picture.caption
    figure = Figure()
    picture.draw(figure.add_subplot())
    assert [t.get_text() for t in figure.axes[0].texts] == ["25.0"]
