"""Maps over learning rate and weight decay (figures 1 and 2, the book's figure 9), and long training (figure 3)."""

import itertools

from keras.optimizers.schedules import CosineDecay

from custom.optimizers import SGDW, Adam, AdamW, Momentum
from experiments.claims import OBJECTIVE, TEST_ERROR, TRAIN_ERROR, VALIDATION_ERROR, Finding, Margin, Ordering, Ratio
from experiments.data.splits import steps_per_epoch
from experiments.papers.loshchilov2019_adamw.maps import BasinTilt, HeatMaps, NoGain
from experiments.papers.loshchilov2019_adamw.training import (
    BOTH,
    DOMAINS,
    FULL,
    QUICK,
    QUICKER,
    REDUCED,
    SCHEDULES,
    trained,
    tuned,
)
from experiments.recipes import learning_rate
from experiments.report.figures import FinalValues, LearningCurves, Sensitivity
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
# Where two cores try fewer cells.
SGD_CELLS = tuple(itertools.product(SGD_RATES, (*DECAYS[:1], *DECAYS[2:6])))
SCHEDULE_CELLS = tuple(itertools.product(ADAM_RATES[3:5], DECAYS[2:5:2]))


def train(job):
    """Describe a training with one of the optimizers, its learning rate on a schedule."""
    s = job.settings
    steps = s.epochs * steps_per_epoch(s, job.dataset)
    rate = CosineDecay(s.learning_rate, steps) if s.schedule == "cosine" else learning_rate(s, job.dataset)
    return trained(job, job.variant(rate, s.learning_rate, s.weight_decay))


def grid(variants, rates, **cells):
    """Return the tuning that tries every learning rate with every decay."""
    return tuned(variants, ("learning_rate", "weight_decay"), tuple(itertools.product(rates, DECAYS)), **cells)


def preset(settings, seeds, drops=(), **changes):
    """Return a preset; with `drops`, of the variants of all schedules."""
    schedules = {"cosine": {}, "drops": dict(schedule="drops", drops=list(drops)), "fixed": dict(schedule="fixed")}
    variants = {name: schedules[name.rsplit("_", 1)[1]] for name in BY_SCHEDULE} if drops else {}
    return Preset(settings | dict(schedule="cosine", drops=[]) | changes, seeds, variants)


LONG = dict(width=6.0, epochs=1800, learning_rate=0.001)
PRESETS = {
    "adam": {"quick": preset(QUICKER, 1), "reduced": preset(REDUCED, 5), "paper": preset(FULL, 3)},
    "sgd": {"quick": preset(QUICK, 1), "reduced": preset(REDUCED, 3), "paper": preset(FULL, 3)},
    "schedules": {
        "quick": preset(QUICKER, 1, (1,)),
        "reduced": preset(REDUCED, 3, (4, 7, 10)),
        "paper": preset(FULL, 3, (30, 60, 80)),
    },
    "long": {"quick": preset(QUICKER, 1, epochs=4), "paper": preset(FULL, 3, **LONG)},
}
TUNING = {
    "adam": grid(ADAM, ADAM_RATES),
    "sgd": grid(SGD, SGD_RATES, reduced=SGD_CELLS),
    "schedules": grid(BY_SCHEDULE, ADAM_RATES, reduced=SCHEDULE_CELLS),
    "long": tuned(ADAM, "weight_decay", DECAYS, presets=("paper",)),
}
VARIANTS = {"adam": ADAM, "sgd": SGD, "schedules": BY_SCHEDULE, "long": ADAM}
EXPERIMENTS = tuple(
    Experiment(name, variants, train, PRESETS[name], TUNING[name], ("shared", "grid"), domains=DOMAINS)
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
            BasinTilt(name="sgd_l2_coupled", experiment="sgd", variant="sgd_l2", beside="sgdw", **CELLS, **DIAGONAL),
            BasinTilt(name="sgdw_apart", experiment="sgd", variant="sgdw", beside="sgd_l2", **CELLS, **APART),
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
        "cosine_best",
        (
            lower("cosine_beats_drops", "adamw_cosine", "adamw_drops"),
            lower("drops_beat_fixed", "adamw_drops", "adamw_fixed"),
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
    Deviation("sgd_grid", experiments=("sgd",), presets=("reduced",)),
)
RESULTS = dict.fromkeys(VARIANTS, (TEST_ERROR, TRAIN_ERROR, OBJECTIVE))
FIGURES = (
    HeatMaps("adam", VALIDATION_ERROR, 0.15),
    LearningCurves("adam", TEST_ERROR),
    FinalValues("adam", TEST_ERROR),
    HeatMaps("sgd", VALIDATION_ERROR, 0.15),
    FinalValues("sgd", TEST_ERROR),
    FinalValues("schedules", TEST_ERROR),
    LearningCurves("schedules", TEST_ERROR),
    Sensitivity("long"),
    LearningCurves("long", TEST_ERROR),
)
