"""The comparison of rectifiers in a convolutional net on CIFAR-10 that the book announces (section 8.1, section 8.7).

Twelve rectifiers and tanh, ReLU twice, on three tasks: a net with batch normalisation on many images; a deeper one
without it; the first one on few images. What dies at a rate that is too large is looked at apart. The questions are
this suite's own; they and their margins were set before the runs. reduced: narrow nets, 25,000 images at most. paper:
all images, wider and deeper nets, for a GPU.

python -m experiments run comparison_rectifiers --preset reduced
"""

from functools import partial

from custom.activations import ELU, GELU, SELU, LeakyReLU, NoisyReLU, PReLU, ReLU, RReLU, SiLU, Softplus, Tanh
from experiments.book.comparison_rectifiers import cost
from experiments.book.comparison_rectifiers.answers import Answers
from experiments.book.comparison_rectifiers.layers import ByLayer
from experiments.book.comparison_rectifiers.network import Contender, train, train_deep
from experiments.book.comparison_rectifiers.quantities import ACTIVATION_MEAN, DEAD_UNITS, EPOCH_TIME, EPOCHS_TO_40
from experiments.claims import (
    RELATIVE_TIME,
    STEP_TIME,
    TEST_ERROR,
    TRAIN_ERROR,
    TRAIN_LOSS,
    Alike,
    Finding,
    Margin,
    NoBetter,
    Ordering,
)
from experiments.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Flag, Integer, Listed, Paper, Preset, Tuning
from experiments.spec.quasi_random import log_uniform

VARIANTS = {
    "relu": Contender(ReLU),
    "leaky_100": Contender(partial(LeakyReLU, 0.01)),
    "leaky_5.5": Contender(partial(LeakyReLU.from_divisor, 5.5)),
    "prelu": Contender(partial(PReLU, alpha_initializer=0.25)),
    "rrelu": Contender(partial(RReLU, lower=3, upper=8)),
    "elu": Contender(ELU),
    "selu": Contender(SELU, "lecun_normal"),
    "nrelu": Contender(NoisyReLU),
    "gelu": Contender(partial(GELU, approximate="none")),
    "gelu_tanh": Contender(partial(GELU, approximate="tanh")),
    "silu": Contender(SiLU),
    "softplus": Contender(Softplus),
    "tanh": Contender(Tanh, "lecun_normal"),
    "relu_again": Contender(ReLU, again=True),  # how far two runs of one function lie apart
}
ONE_OF_EACH = {name: contender for name, contender in VARIANTS.items() if not contender.again}
MAY_DIE = ("relu", "nrelu", "leaky_100", "leaky_5.5", "prelu", "rrelu", "gelu", "elu")
TRIED = {name: VARIANTS[name] for name in MAY_DIE}
TASKS = {"normalised": train, "plain": train_deep, "few": train}
SEEDS = 5

RECIPE = dict(data="cifar10", batch_size=50, momentum=0.9, evaluation="test", evaluation_every=1, learning_rate=None)
SHALLOW = RECIPE | dict(maps=[16, 32, 64], depths=[1, 2, 2], normalised=True)
DEEP = RECIPE | dict(maps=[16, 24, 32], depths=[1, 5, 10], normalised=False)
NORMALISED = SHALLOW | dict(examples=25_000, epochs=5, drops=[3, 4], train_evaluation_every=5, look_every=1)
PLAIN = DEEP | dict(examples=4_000, epochs=12, drops=[9, 11], train_evaluation_every=12, look_every=4)
FEW = SHALLOW | dict(examples=2_000, epochs=20, drops=[14, 18], train_evaluation_every=5, look_every=20)
PLAIN, FEW = PLAIN | dict(evaluation_every=4), FEW | dict(evaluation_every=5)
HOT = PLAIN | dict(epochs=3, drops=[], train_evaluation_every=3, look_every=1, learning_rate=0.05)
WIDE = dict(maps=[64, 128, 256], batch_size=100, evaluation_every=5, train_evaluation_every=20, look_every=20)
FULL = dict(examples=None, epochs=60, drops=[45, 55]) | WIDE
PAPER_OF = {
    "normalised": NORMALISED | FULL | dict(depths=[2, 2, 2]),
    "plain": PLAIN | FULL | dict(maps=[64, 96, 128], depths=[2, 10, 18]),
    "few": FEW | WIDE | dict(epochs=100, drops=[75, 90]),
}
BURNT = PAPER_OF["plain"] | dict(epochs=10, drops=[], look_every=1, learning_rate=0.05)
REDUCED_OF = {"normalised": NORMALISED, "plain": PLAIN, "few": FEW}
# As many digits as there are to be tested: one shape for both evaluations.
QUICK = NORMALISED | dict(data="digits", examples=359, epochs=2, drops=[], batch_size=20, learning_rate=0.05)
QUICK |= dict(maps=[8], depths=[1], train_evaluation_every=2, look_every=2)

# One budget for every contender: seven rates of the same space, in short runs without drops, judged by their end.
# Where a winner lies at an end, fifteen keep these and go further on both sides, for all.
RATES = log_uniform(0.0003, 1.0, 7)
SHORT = {"normalised": dict(epochs=3, examples=10_000), "plain": dict(epochs=4), "few": dict(epochs=8)}


def tuning(task):
    """Return how the learning rates of a task are chosen."""
    changes = {}
    for preset, short in (("reduced", SHORT[task]), ("paper", dict(epochs=15))):
        once = dict.fromkeys(("evaluation_every", "train_evaluation_every", "look_every"), short["epochs"])
        changes[preset] = dict(evaluation="validation", drops=[]) | short | once
    return Tuning("learning_rate", dict.fromkeys(VARIANTS, RATES), metric="validation_error", changes=changes)


def presets(task):
    """Return the presets of a task; the embedded data stand for the first one."""
    found = {"reduced": Preset(REDUCED_OF[task], SEEDS), "paper": Preset(PAPER_OF[task], 10)}
    return {"quick": Preset(QUICK, 1), **found} if task == "normalised" else found


def timed(settings, **changes):
    """Return the settings of the experiment that times steps, in which no rate is chosen and nothing else is done."""
    left_out = dict(look_every=1000, evaluation_every=1000, train_evaluation_every=1000)
    return settings | left_out | dict(examples=1_000, epochs=8, drops=[], learning_rate=0.01) | changes


COST = {
    "reduced": Preset(timed(NORMALISED), SEEDS),
    "paper": Preset(timed(PAPER_OF["normalised"], examples=10_000), 10),
}
DYING = {"reduced": Preset(HOT, SEEDS), "paper": Preset(BURNT, 10)}
DOMAINS = dict(
    maps=Listed(Integer(1, 4096), 8),
    depths=Listed(Integer(1, 200), 8),
    normalised=Flag(),
    look_every=Integer(1, 1_000_000),
)

# Declared, with the questions, before any run but pilots of one seed.
DECLARED = "2026-11-29T11:23"
ONE_POINT, HALF_A_POINT, FIVE_PERCENT = (Margin(x, DECLARED) for x in (0.01, 0.005, 0.05))
JUDGES = dict(presets=("reduced", "paper"))
EXPONENTIAL = ("elu", "selu", "gelu")
OTHERS = tuple(name for name in ONE_OF_EACH if name not in ("relu", *EXPONENTIAL))


def no_better(variant, text):
    """Return the claim that in the normalised net a function is not better than ReLU by more than a point."""
    place = dict(experiment="normalised", quantity=TEST_ERROR, text=text, margin=ONE_POINT, **JUDGES)
    return NoBetter(name=f"{variant}_no_better", variant=variant, than="relu", **place)


def lower(name, experiment, quantity, variant, other, margin=None, text=""):
    """Return the claim that a quantity is lower for one variant than for another."""
    place = dict(experiment=experiment, quantity=quantity, margin=margin, **JUDGES)
    return Ordering(name=name, lower=variant, higher=(other,), text=text, **place)


FLOOR = dict(experiment="normalised", quantity=TEST_ERROR, margin=ONE_POINT, **JUDGES)
FINDINGS = (
    Finding("exponential", tuple(no_better(name, "does_not_pay") for name in EXPONENTIAL)),
    Finding(
        "slower",
        tuple(
            lower(f"slower_{v}", "cost", RELATIVE_TIME, "relu", v, FIVE_PERCENT, "slower")
            for v in ("gelu", "gelu_tanh")
        ),
    ),
    Finding(
        "over_fits",
        (
            lower("fits_better", "few", TRAIN_LOSS, "prelu", "leaky_5.5"),
            lower("errs_more", "few", TEST_ERROR, "leaky_5.5", "prelu", HALF_A_POINT),
        ),
    ),
    Finding(
        "stay_alive",
        tuple(
            lower(f"alive_{v}", "dying", DEAD_UNITS, v, "relu", ONE_POINT, "alive") for v in ("leaky_100", "leaky_5.5")
        ),
    ),
    Finding("noise", (Alike(name="noise_floor", first="relu_again", second="relu", **FLOOR),)),
    Finding("nothing_better", tuple(no_better(name, "not_beyond") for name in OTHERS)),
)

LEAN = ("relu", "leaky_5.5", "prelu", "elu", "selu", "gelu", "softplus", "tanh")
INSIDE = (DEAD_UNITS, ACTIVATION_MEAN)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment("cost", ONE_OF_EACH, cost.train, COST, domains=DOMAINS, protocol=("cost",)),
        *(
            Experiment(task, VARIANTS, how, presets(task), tuning(task), domains=DOMAINS, protocol=("net", "tuned"))
            for task, how in TASKS.items()
        ),
        Experiment("dying", TRIED, train, DYING, domains=DOMAINS, protocol=("net", "untuned")),
    ),
    findings=FINDINGS,
    deviations=(
        Deviation("few_images", experiments=(*TASKS, "dying"), presets=("quick", "reduced")),
        Deviation("first_weights", experiments=(*TASKS, "dying")),
        INCOMPLETE_BATCHES,
    ),
    results={
        "cost": (STEP_TIME, RELATIVE_TIME),
        "normalised": (TEST_ERROR, TRAIN_ERROR, EPOCHS_TO_40, EPOCH_TIME, *INSIDE),
        "plain": (TEST_ERROR, TRAIN_ERROR, EPOCH_TIME, *INSIDE),
        "few": (TEST_ERROR, TRAIN_ERROR, TRAIN_LOSS, *INSIDE),
        "dying": (DEAD_UNITS, TRAIN_ERROR),
    },
    figures=(
        FinalValues("cost", RELATIVE_TIME),
        *(
            figure
            for task in TASKS
            for figure in (FinalValues(task, TEST_ERROR), LearningCurves(task, TEST_ERROR), Sensitivity(task))
        ),
        Sensitivity("plain", DEAD_UNITS),
        ByLayer("normalised", "activation_mean", LEAN),
        ByLayer("plain", "activation_mean", LEAN),
        ByLayer("plain", "gradient_norm", LEAN),
        FinalValues("few", TRAIN_LOSS),
        FinalValues("dying", DEAD_UNITS),
        ByLayer("dying", "dead_units", MAY_DIE),
    ),
    components={
        "leaky_100": "leaky_relu",
        "leaky_5.5": "very_leaky_relu",
    },
    answers=Answers(tuple(TASKS), tuple(VARIANTS), EXPONENTIAL, ONE_POINT.value),
)
