"""Lion's experiments: what the optimizers get, claims on searches by hand, exact facts, figures, the book's section."""

import dataclasses
import itertools
import math

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.optimizers import AdamW, Lion
from experiments.claims import Evidence
from experiments.data.pooling import pooled
from experiments.networks.vision_transformer import vision_transformer
from experiments.papers.chen2023_lion import PAPER, published, search
from experiments.papers.chen2023_lion.choices import near_best, reach_of
from experiments.papers.chen2023_lion.figures import GainByBatch, SearchMaps
from experiments.papers.chen2023_lion.network import small_convnet
from experiments.papers.chen2023_lion.step import LONGEST, SHORTEST, STATES, UNMOVED
from experiments.report.blocks import Bullets, Code
from tests.papers.jobs import job, trained

SMALL = dict(data="digits", examples=320, batch_size=32, epochs=5, pool=1, pad=0, flip=False, token_width=8, blocks=1)
SMALL |= dict(heads=2, patch=2)
CLAIMS = {claim.name: claim for claim in PAPER.claims}


def optimizer(variant, **changes):
    made = job(PAPER, "transformer", variant, "reduced", **SMALL | changes)
    return made.experiment.train(made).optimizer


def rate(schedule, step):
    return float(keras.ops.convert_to_numpy(schedule(step)))


@pytest.mark.parametrize("variant", ["adamw_small", "lion_large"])
def test_the_rate_warms_up_and_falls_to_0_and_the_decay_is_multiplied_by_it(variant):
    made = optimizer(variant, learning_rate=0.5, weight_decay=0.25)
    steps = 5 * 10
    found = [rate(made._learning_rate, step) for step in (0, 2, 4, 25, steps)]
    half = [0.5 * (1 + math.cos(math.pi * step / steps)) for step in (0, 2, 4, 25)]
    expected = [0.5 * part * share for part, share in zip(half, (0.2, 0.6, 1, 1), strict=True)]
    assert found == pytest.approx([*expected, 0.0], abs=1e-6)
    assert type(made) is (Lion if "lion" in variant else AdamW)
    # Without gradients the decay alone is left: rate of the step x lambda x weight, in both.
    w = keras.Variable([2.0])
    made.build([w])
    made.apply([keras.ops.zeros((1,))], [w])
    assert float(w.numpy()[0]) == pytest.approx(2.0 - found[0] * 0.25 * 2.0, rel=1e-6)


def test_both_search_as_many_places_the_same_ones_in_spaces_of_one_width():
    adamw, lion = (np.log(search.TRIED[name]) for name in search.OPTIMIZERS)
    assert adamw.shape == lion.shape == (search.TRIALS, 2)
    shift = math.log(search.SHIFT)
    np.testing.assert_allclose(lion - adamw, np.tile([-shift, shift], (search.TRIALS, 1)), atol=0.011)
    for name, found in zip(search.OPTIMIZERS, (adamw, lion), strict=True):
        bounds = np.log(search.space(name))
        assert (found.min(0) > bounds[:, 0]).all() and (found.max(0) < bounds[:, 1]).all()
        np.testing.assert_allclose(bounds[:, 1] - bounds[:, 0], math.log(search.WIDTH))
    for experiment in search.EXPERIMENTS:
        for variant in experiment.variants:
            assert experiment.tuning.grid[variant] == search.TRIED[variant.partition("_")[0]]


def test_batch_sizes_are_the_only_thing_in_which_sizes_differ():
    transformer = PAPER.experiment("transformer")
    for preset, sizes in (("reduced", (64, 192, 512)), ("paper", (64, 512, 4096))):
        found = [dict(transformer.settings(preset, f"lion_{size}")) for size in search.SIZES]
        assert tuple(s.pop("batch_size") for s in found) == sizes
        assert len({tuple(sorted((n, str(x)) for n, x in s.items() if n != "variant")) for s in found}) == 1


def test_pixels_of_coarser_images_are_means_of_squares_by_colour():
    images = np.zeros((1, 4, 4, 2), "uint8")
    images[0, :2, :2, 0], images[0, 2, 3, 1] = [[1, 2], [3, 6]], 200
    given = dataclasses.replace(job(PAPER, "step", "lion").dataset, x_train=images, x_test=images, cache={})
    found = pooled(given, 2, grey=False)
    assert found.x_train.tolist() == [[[[3, 0], [0, 0]], [[0, 0], [0, 50]]]]
    assert pooled(given, 2, grey=False) is found and pooled(given, 1) is given


def test_the_nets_of_reduced():
    shape = dict(input_shape=(16, 16, 3), classes=10, seed=0)
    transformer = vision_transformer(**shape, patch=4, width=48, blocks=2, heads=3, mlp_ratio=2)
    assert dict(patch=4, token_width=48, blocks=2, heads=3, mlp_ratio=2) == search.TINY
    block = 4 * 48 * 49 + 2 * 2 * 48 + (48 * 96 + 96) + (96 * 48 + 48)
    assert transformer.count_params() == (48 * 48 + 48) + 16 * 48 + 2 * block + 2 * 48 + 490
    net = small_convnet(**shape)
    channels = [3, 16, 16, 32, 32, 64, 64]
    kernels = sum(9 * a * b + 4 * b for a, b in itertools.pairwise(channels))
    assert net.count_params() == kernels + 650 and net.get_layer("stage3_conv2").output.shape[1:] == (4, 4, 64)


@pytest.mark.parametrize("variant", ["lion", "adamw"])
def test_what_a_step_moves_and_keeps(variant):
    record = {"history": trained(PAPER, "step", variant)}
    states, (shortest, longest, unmoved) = STATES.of(record), (q.of(record) for q in (SHORTEST, LONGEST, UNMOVED))
    assert states == {"lion": 1.0, "adamw": 2.0}[variant] and unmoved == 0.0
    assert (shortest, longest) == (1.0, 1.0) if variant == "lion" else shortest < 0.5 < longest
    last = record["history"][-1]
    parameters = 4 * 8 + 8 + 16 * 8 + (4 * 8 * 9 + 4 * 8 + (8 * 16 + 16) + (16 * 8 + 8)) + 2 * 8 + 90
    assert last["state_bytes"] == 4 * states * parameters


@pytest.mark.parametrize("variant", ["lion_small", "adamw_large"])
@pytest.mark.slow
def test_the_transformer_learns(variant):
    rate = 0.01 if "adamw" in variant else 0.003
    changes = dict(epochs=16, batch_size=16, token_width=16, learning_rate=rate, weight_decay=0.03, pad=0)
    rows = trained(PAPER, "transformer", variant, **changes, train_evaluation_every=16, evaluation_every=16)
    assert rows[-1]["train_error"] < 0.4 and rows[0]["objective"] > rows[-1]["objective"]


def records(variant, experiment, errors, role):
    """Return records of the trials, or of the seeds, of one variant, with these errors; infinity: diverged."""
    column = "validation_error" if role == "tuning" else "test_error"
    values = experiment.tuning.grid[variant]
    settings = [dict(zip(experiment.tuning.names, value, strict=True)) for value in values]
    return [
        {
            "seed": 1000 if role == "tuning" else seed,
            "settings": settings[seed] if role == "tuning" else settings[0],
            "outcome": "done" if math.isfinite(error) else "diverged",
            "history": [{"epoch": 1, column: error}],
            "started": "2026-12-31T00:00:00",
            "seconds": 1.0,
        }
        for seed, error in enumerate(errors)
    ]


def evidence(name, preset="reduced", finals=(0.50, 0.51, 0.49, 0.50, 0.50), **trials):
    """Return an experiment's evidence from the errors of the trials, by variant; the same finals for all, or by one."""
    experiment = PAPER.experiment(name)
    tuning = {v: records(v, experiment, errors, "tuning") for v, errors in trials.items()}
    of = finals if isinstance(finals, dict) else dict.fromkeys(trials, finals)
    runs = {v: dict(enumerate(records(v, experiment, of[v], "final"))) for v in trials}
    tuned = {v: experiment.tuning.grid[v][int(np.argmin(errors))] for v, errors in trials.items()}
    return Evidence(PAPER, experiment, preset, runs, tuning, tuned)


def all_but(*best, low=0.5, high=0.6):
    return [low if i in best else high for i in range(search.TRIALS)]


def test_two_runs_of_one_setting_differ_by_so_much():
    assert reach_of([0.5]) is None
    assert reach_of([0.50, 0.51, 0.49]) == pytest.approx(4.303 * 0.01 * math.sqrt(2), rel=1e-3)
    cells = {"a": 0.50, "b": 0.52, "c": 0.531, "d": math.inf}
    assert near_best(cells, 0.03) == ["a", "b"]


def side(setting="rate"):
    return math.log(search.WIDTH) / 4 * (2 if setting == "product" else 1)


@pytest.mark.parametrize("setting", ["rate", "decay", "product"])
def test_the_ratio_of_the_best_reaches_over_all_that_may_be_the_best(setting):
    claim = CLAIMS[f"{setting}_convolutional"]
    found = claim.measure(evidence("convolutional", adamw=all_but(0, 3), lion=all_but(5)))
    (part,) = found.parts
    number = {"rate": lambda r, d: r, "decay": lambda r, d: d, "product": lambda r, d: r * d}[setting]
    adamw, lion = (search.TRIED[name] for name in ("adamw", "lion"))
    ratios = [math.log(number(*adamw[i]) / number(*lion[5])) for i in (0, 3)]
    if setting == "decay":  # that of Lion by that of AdamW
        ratios = [-ratio for ratio in ratios]
    assert part.estimate.low == pytest.approx(min(ratios) - side(setting))
    assert part.estimate.high == pytest.approx(max(ratios) + side(setting))
    # Of two that tie the first in order counts as the best.
    assert part.estimate.mean in [pytest.approx(ratio) for ratio in ratios] and part.estimate.n == search.TRIALS
    near = [dict(part.notes[0].words)[name] for name in ("near", "others")]
    assert near == ([1, 2] if setting == "decay" else [2, 1])


def by_rate(optimizer, rate):
    """Return errors of trials: the one whose rate is nearest to a rate is clearly the best."""
    distances = [abs(math.log(r / rate)) for r, _ in search.TRIED[optimizer]]
    return all_but(int(np.argmin(distances)), low=0.3)


@pytest.mark.parametrize(
    ("adamw", "lion", "preset", "verdict"),
    [
        (0.01, 0.0003, "reduced", "direction only"),
        (0.003, 0.0015, "reduced", "open"),
        (0.0005, 0.007, "reduced", "not reproduced"),
        (0.01, 0.0015, "paper", "direction only"),  # too wide for a range as narrow as the paper's
    ],
)
def test_verdicts_on_the_rates(adamw, lion, preset, verdict):
    seen = evidence("convolutional", preset, adamw=by_rate("adamw", adamw), lion=by_rate("lion", lion))
    judged = CLAIMS["rate_convolutional"].judge(seen)
    assert judged.verdict == verdict
    if verdict == "open":
        assert {reason.key for reason in judged.reasons} == {"straddles", "search_cannot_tell"}


def test_the_decay_is_the_larger_one():
    claim = CLAIMS["decay_convolutional"]
    small = int(np.argmin([d for _, d in search.TRIED["adamw"]]))
    large = int(np.argmax([d for _, d in search.TRIED["lion"]]))
    assert claim.judge(evidence("convolutional", adamw=all_but(small), lion=all_but(large))).verdict == "direction only"
    large = int(np.argmax([d for _, d in search.TRIED["adamw"]]))
    small = int(np.argmin([d for _, d in search.TRIED["lion"]]))
    assert claim.judge(evidence("convolutional", adamw=all_but(large), lion=all_but(small))).verdict == "not reproduced"


def test_without_a_whole_search_or_a_spread_there_is_no_ratio():
    claim = CLAIMS["rate_convolutional"]
    assert claim.measure(evidence("convolutional", adamw=[0.5] * 3, lion=all_but(0))).missing.key == "not_whole"
    alone = evidence("convolutional", finals=(0.5,), adamw=all_but(0), lion=all_but(0))
    assert claim.measure(alone).missing.key == "no_spread"


def searches(adamw, lion, **options):
    trials = {v: adamw if v.startswith("adamw") else lion for v in search.BY_SIZE}
    return evidence("transformer", **options, **trials)


def test_robustness_is_compared_place_by_place():
    noise = np.random.default_rng(0).uniform(0, 0.01, search.TRIALS)
    adamw, lion = 0.5 + 3 * np.arange(16) / 100 + noise, 0.6 + np.arange(16) / 100
    claim = CLAIMS["more_robust"]
    (part,) = claim.measure(searches(adamw.tolist(), lion.tolist())).parts
    expected = (adamw - adamw.min()).mean() - (lion - lion.min()).mean()
    assert part.estimate.mean == pytest.approx(expected) and part.estimate.n == 16
    assert claim.judge(searches(adamw.tolist(), lion.tolist())).verdict == "reproduced"
    assert claim.judge(searches(lion.tolist(), adamw.tolist())).verdict == "not reproduced"
    lost = lion.copy()
    lost[3] = math.inf
    (part,) = claim.measure(searches(lost.tolist(), lion.tolist())).parts
    assert part.estimate.mean == pytest.approx((0.9 - lion[3]) / 16)


def test_what_is_claimed_on_imagenet_is_not_judged_here():
    low, high = (0.40, 0.41, 0.42, 0.40, 0.41), (0.50, 0.51, 0.52, 0.50, 0.52)
    finals = {v: high if v.startswith("adamw") else low for v in search.BY_SIZE}
    seen = searches(all_but(0), all_but(0), finals=finals)
    judged = CLAIMS["imagenet_vit_s"].judge(seen)
    assert judged.verdict == "not at this scale" and judged.reason == "only_imagenet"
    assert judged.parts[0].estimate.mean == pytest.approx(0.102)
    assert not CLAIMS["imagenet_alike"].judged(seen)
    assert CLAIMS["cifar_middle"].judge(seen).verdict == "reproduced"
    assert CLAIMS["gain_grows"].measure(seen).parts[0].estimate.mean == pytest.approx(0.0)


def test_published_numbers_are_those_of_the_card():
    gains = {net: published.gain(net) for net in ("resnet", "mixer_s", "mixer_b", "vit_s", "vit_b", "coatnet")}
    expected = dict(resnet=0.11, mixer_s=0.66, mixer_b=1.99, vit_s=0.58, vit_b=1.96, coatnet=0.71)
    assert {net: round(100 * gain, 2) for net, gain in gains.items()} == expected
    pairs = published.SETTINGS.rows
    for what in ("vit", "diffusion"):
        adamw, lion = (np.array(pairs[f"pair_{what}_{name}"]) for name in search.OPTIMIZERS)
        np.testing.assert_allclose(adamw / lion, [10.0, 0.1])
        assert np.prod(adamw) == pytest.approx(np.prod(lion))


def test_what_counts():
    kinds = {finding.name: (finding.kind, finding.exploratory) for finding in PAPER.findings}
    assert [n for n, (kind, _) in kinds.items() if kind == "confirmation"] == ["sign_step", "one_state"]
    assert [n for n, (_, told) in kinds.items() if told] == ["cifar_transformer", "cifar_convolutional"]


@pytest.mark.parametrize("name", ["transformer", "convolutional"])
def test_maps_show_every_trial_on_one_scale(name):
    figure = next(f for f in PAPER.figures if isinstance(f, SearchMaps) and f.experiment == name)
    errors = [math.inf, *np.linspace(0.45, 0.7, search.TRIALS - 1)]
    trials = dict.fromkeys(PAPER.experiment(name).variants, errors)
    picture = figure.picture(evidence(name, **trials))
    sheet = Figure(layout="constrained")
    picture.draw(sheet.subplots())
    panels = [axes for axes in sheet.axes if axes.get_title()]
    assert len(panels) == len(trials)
    clim = {axes.collections[0].get_clim() for axes in panels}
    assert clim == {(45.0, 60.0)}
    assert all(len(axes.collections[0].get_offsets()) == search.TRIALS - 1 for axes in panels)
    assert f"Crosses: {len(trials)} runs" in picture.caption


def test_the_gain_stands_at_its_batch_size():
    figure = next(f for f in PAPER.figures if isinstance(f, GainByBatch))
    finals = {v: [0.5 if v.startswith("adamw") else 0.48, 0.5] for v in search.BY_SIZE}
    seen = searches(all_but(0), all_but(0), finals=finals)
    sheet = Figure(layout="constrained")
    axes = sheet.subplots()
    figure.picture(seen).draw(axes)
    lines = [line.get_xydata().tolist() for line in axes.lines]
    assert [[64, 1.0], [192, 1.0], [512, 1.0]] in [[[x, round(y, 6)] for x, y in line] for line in lines]
    assert [[64, 0.0], [32768, 2.5]] in [[[x, round(y, 6)] for x, y in line] for line in lines]


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_page_has_the_section_that_the_book_lacks(language):
    text = PAPER.speaking(language).text
    bare = PAPER.answers.blocks({e.name: Evidence(PAPER, e) for e in PAPER.experiments}, text)
    (code,) = [block for block in bare if isinstance(block, Code)]
    assert "theta_(t-1)" in code.text and not any(isinstance(block, Bullets) for block in bare)
    seen = {"convolutional": evidence("convolutional", adamw=all_but(0), lion=all_but(1))}
    (bullets,) = [block for block in PAPER.answers.blocks(seen, text) if isinstance(block, Bullets)]
    assert len(bullets.items) == 1 and "5" in bullets.items[0]
