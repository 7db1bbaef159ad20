"""Maps over learning rate and weight decay (figures 1 and 2, the book's figure 9), and long training (figure 3)."""

import itertools

from keras.optimizers.schedules import CosineDecay

from custom.optimizers import SGDW, Adam, AdamW, Momentum
from experiments.claims import (
    OBJECTIVE,
    TEST_ERROR,
    TRAIN_ERROR,
    VALIDATION_ERROR,
    Finding,
    Margin,
    NoBetter,
    Ordering,
    Ratio,
    WiderGap,
)
from experiments.data.splits import steps_per_epoch
from experiments.papers.loshchilov2019_adamw.maps import BasinTilt, HeatMaps, NoGain
from experiments.papers.loshchilov2019_adamw.training import (
    BOTH,
    DOMAINS,
    FULL,
    QUICKER,
    REDUCED,
    SCHEDULES,
    trained,
    tuned,
)
from experiments.recipes import learning_rate
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, SeedsToVerdict, Sensitivity
from experiments.spec import Deviation, Experiment, Preset

# From the schedule, the alpha by which it is divided for the decay's multiplier, and lambda.
ADAM = {
    "adam_l2": lambda rate, alpha, decay: Adam(rate, l2=decay),
    "adamw": lambda rate, alpha, decay: AdamW(rate, weight_decay=decay, base_learning_rate=alpha),
}
SGD = {
    "sgd_l2": lambda rate, alpha, decay: Momentum(rate, 0.9, l2=decay),
    "sgdw": lambda rate, alpha, decay: SGDW(rate, 0.9, weight_decay=decay, base_learning_rate=alpha),
}
BY_SCHEDULE = {f"{name}_{schedule}": make for schedule in SCHEDULES for name, make in ADAM.items()}
DECAYS = (0.0, *(0.001 * 2.0**i for i in (-4, -2, 0, 2, 4, 6)))
POWERS = (-8, -6, -4, -2, 0, 2)
ADAM_RATES, SGD_RATES = tuple(0.01 * 2.0**i for i in POWERS), tuple(0.1 * 2.0**i for i in POWERS)
OPTIMIZERS = ADAM | SGD


def product(rates, decays, *variants):
    """Return all pairs of a rate and a decay, for each of some variants."""
    return dict.fromkeys(variants, tuple(itertools.product(rates, decays)))


# Where two cores try fewer cells: as many for each, those of SGD at ten times the rate.
FEWER = (-4, -2, 0, 2, 4)
SOME = product([0.01 * 2.0**i for i in FEWER], (*DECAYS[:1], *DECAYS[3:]), *ADAM) | product(
    [0.1 * 2.0**i for i in FEWER], (*DECAYS[:1], *DECAYS[3:]), *SGD
)
SCHEDULE_CELLS = product(ADAM_RATES[3:], DECAYS[2:6], *BY_SCHEDULE)


def train(job):
    """Describe a training with one of the optimizers, its learning rate on a schedule."""
    s = job.settings
    steps = s.epochs * steps_per_epoch(s, job.dataset)
    rate = CosineDecay(s.learning_rate, steps) if s.schedule == "cosine" else learning_rate(s, job.dataset)
    return trained(job, job.variant(rate, s.learning_rate, s.weight_decay))


def grid(values, **options):
    """Return the tuning that tries learning rates with decays, by variant."""
    return tuned(("learning_rate", "weight_decay"), values, **options)


def preset(settings, seeds, drops=(), **changes):
    """Return a preset; with `drops`, of the variants of all schedules."""
    schedules = {"cosine": {}, "drops": dict(schedule="drops", drops=list(drops)), "fixed": dict(schedule="fixed")}
    variants = {name: schedules[name.rsplit("_", 1)[1]] for name in BY_SCHEDULE} if drops else {}
    return Preset(settings | dict(schedule="cosine", drops=[]) | changes, seeds, variants)


LONG = dict(width=6.0, epochs=1800, learning_rate=0.001)
PRESETS = {
    "adam": {"quick": preset(QUICKER, 1), "reduced": preset(REDUCED, 10), "paper": preset(FULL, 3)},
    "schedules": {
        "quick": preset(QUICKER, 1, (1,)),
        "reduced": preset(REDUCED, 10, (14, 29, 38)),
        "paper": preset(FULL, 3, (30, 60, 80)),
    },
    "long": {"quick": preset(QUICKER, 1, epochs=4), "paper": preset(FULL, 3, **LONG)},
}
TUNING = {
    "adam": grid(
        product(ADAM_RATES, DECAYS, *ADAM) | product(SGD_RATES, DECAYS, *SGD), reduced=SOME, repeats={"reduced": 3}
    ),
    "schedules": grid(product(ADAM_RATES, DECAYS, *BY_SCHEDULE), reduced=SCHEDULE_CELLS),
    "long": tuned("weight_decay", dict.fromkeys(ADAM, DECAYS), presets=("paper",)),
}
VARIANTS = {"adam": OPTIMIZERS, "schedules": BY_SCHEDULE, "long": ADAM}
EXPERIMENTS = tuple(
    Experiment(name, variants, train, PRESETS[name], TUNING[name], ("shared", "grid"), domains=DOMAINS, most=20)
    for name, variants in VARIANTS.items()
)

# Half a point, about the standard error of an error on the images held out.
HALF_A_POINT = Margin(0.005, "2026-11-28")
BEST = dict(quantity=TEST_ERROR, presets=BOTH, margin=HALF_A_POINT)
CELLS = dict(quantity=VALIDATION_ERROR, presets=BOTH)
DIAGONAL, APART = dict(low=-1.0, high=-0.5), dict(low=-0.5, high=0.5)


def lower(name, first, second):
    """The claim that the best of one has a lower test error than that of the other, with a schedule."""
    return Ordering(name=name, experiment="schedules", lower=first, higher=(second,), **BEST)


def gap(name, wide, narrow):
    """The claim that the optimizers lie further apart under one schedule than under another."""
    pairs = dict(higher=f"adam_l2_{wide}", lower=f"adamw_{wide}", above=f"adam_l2_{narrow}", below=f"adamw_{narrow}")
    return WiderGap(name=name, experiment="schedules", quantity=TEST_ERROR, presets=BOTH, **pairs)


DECAY = dict(experiment="adam", tolerance=0.005, **CELLS)
FINDINGS = (
    Finding(
        "decoupled_best",
        (Ordering(name="decoupled_best", experiment="adam", lower="adamw", higher=("adam_l2",), **BEST),),
    ),
    Finding(
        "decay_gains",
        (
            NoGain(name="l2_gains_nothing", variant="adam_l2", **DECAY),
            NoGain(name="decay_gains", variant="adamw", gain=True, **DECAY),
        ),
    ),
    Finding(
        "sgd_basins",
        (
            BasinTilt(name="sgd_l2_coupled", experiment="adam", variant="sgd_l2", beside="sgdw", **CELLS, **DIAGONAL),
            BasinTilt(name="sgdw_apart", experiment="adam", variant="sgdw", beside="sgd_l2", **CELLS, **APART),
        ),
    ),
    Finding(
        "adamw_basin",
        (BasinTilt(name="adamw_apart", experiment="adam", variant="adamw", beside="adam_l2", **CELLS, **APART),),
    ),
    Finding(
        "decoupled_schedules",
        (
            lower("decoupled_fixed", "adamw_fixed", "adam_l2_fixed"),
            lower("decoupled_drops", "adamw_drops", "adam_l2_drops"),
            lower("decoupled_cosine", "adamw_cosine", "adam_l2_cosine"),
        ),
    ),
    Finding(
        "gap_grows",
        (gap("gap_fixed_to_drops", "drops", "fixed"), gap("gap_drops_to_cosine", "cosine", "drops")),
    ),
    Finding(
        "cosine_best",
        (
            lower("cosine_beats_drops", "adamw_cosine", "adamw_drops"),
            lower("drops_beat_fixed", "adamw_drops", "adamw_fixed"),
            lower("cosine_beats_drops_l2", "adam_l2_cosine", "adam_l2_drops"),
            lower("drops_beat_fixed_l2", "adam_l2_drops", "adam_l2_fixed"),
        ),
    ),
    Finding(
        "rivals_sgd",
        tuple(
            NoBetter(name=f"rivals_{other}", text="rivals", experiment="adam", variant=other, than="adamw", **BEST)
            for other in SGD
        ),
    ),
    Finding(
        "long",
        (
            Ratio(
                name="long",
                experiment="long",
                quantity=TEST_ERROR,
                larger="adam_l2",
                smaller="adamw",
                value=1.18,
                on_size=True,
            ),
        ),
    ),
)
DEVIATIONS = (
    Deviation("drops", experiments=("schedules",)),
    Deviation("schedules_grid", experiments=("schedules",), presets=("reduced",)),
    Deviation("cells", experiments=("adam",), presets=("reduced",)),
)
RESULTS = dict.fromkeys(VARIANTS, (TEST_ERROR, TRAIN_ERROR, OBJECTIVE))
FIGURES = (
    HeatMaps("adam", VALIDATION_ERROR, 0.15, of=tuple(ADAM)),
    HeatMaps("adam", VALIDATION_ERROR, 0.15, of=tuple(SGD)),
    LearningCurves("adam", TEST_ERROR),
    FinalValues("adam", TEST_ERROR),
    PairedDifferences("adam", TEST_ERROR, "adamw", "adam_l2"),
    SeedsToVerdict("adam", TEST_ERROR, "adamw", "adam_l2", HALF_A_POINT.value),
    FinalValues("schedules", TEST_ERROR),
    LearningCurves("schedules", TEST_ERROR),
    Sensitivity("long"),
    LearningCurves("long", TEST_ERROR),
)
