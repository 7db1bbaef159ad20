"""The comparison of sigmoidal functions that the book announces and leaves empty (section 7.8).

Six functions, each with the standard and the normalised initialisation of Glorot and Bengio (2010), in dense nets of 1,
2, 5 and 10 hidden layers, on MNIST and on CIFAR-10. The questions are this suite's own; they and their margins were set
before the runs. reduced: 10,000 images, CIFAR-10 in grey at half its resolution, 20 epochs; its runs are many and
short, for which JAX is the faster backend. paper: all images as they are, wider nets, 50 epochs, for a GPU.

KERAS_BACKEND=jax python -m experiments run comparison_sigmoidals --preset reduced
"""

from custom.activations import HardSigmoid, HardTanh, Sigmoid, Softsign, Tanh, WilsonCowan
from experiments.book.comparison_sigmoidals import cost
from experiments.book.comparison_sigmoidals.answers import Answers
from experiments.book.comparison_sigmoidals.layers import ByLayer
from experiments.book.comparison_sigmoidals.network import train
from experiments.book.comparison_sigmoidals.quantities import GRADIENT_LEFT, SATURATED_END, SATURATED_START
from experiments.claims import (
    RELATIVE_TIME,
    STEP_TIME,
    TEST_ERROR,
    TRAIN_ERROR,
    Alike,
    Finding,
    Margin,
    NoBetter,
    Ordering,
)
from experiments.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Integer, Paper, Preset, Tuning
from experiments.spec.quasi_random import log_uniform

FUNCTIONS = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softsign": Softsign,
    "hard_sigmoid": HardSigmoid,
    "hard_tanh": HardTanh,
    "wilson_cowan": WilsonCowan,
}
VARIANTS = {
    f"{name}{ending}": (function, initializer)
    for ending, initializer in (("", "standard"), ("_normalised", "normalised"))
    for name, function in FUNCTIONS.items()
}
ONE_OF_EACH = {name: (function, "normalised") for name, function in FUNCTIONS.items()}

DEPTHS, SETS = (1, 2, 5, 10), {"mnist": "MNIST", "cifar10": "CIFAR-10"}
RECIPE = dict(batch_size=50, momentum=0.9, evaluation="test", learning_rate=None)
REDUCED = RECIPE | dict(examples=10_000, epochs=20, evaluation_every=5, train_evaluation_every=20)
FULL = RECIPE | dict(examples=None, epochs=50, batch_size=100, evaluation_every=5, train_evaluation_every=10)
QUICK = RECIPE | dict(data="digits", examples=400, pool=1, epochs=3, batch_size=20, learning_rate=0.05)
QUICK |= dict(evaluation_every=1, train_evaluation_every=3)
SEEDS = 10

# One budget for every contender: seven rates of the same space, whose winners in a pilot of one seed lay well inside.
RATES = log_uniform(0.0003, 10.0, 7)
TUNING = Tuning(
    "learning_rate",
    dict.fromkeys(VARIANTS, RATES),
    metric="validation_error",
    changes={preset: {"evaluation": "validation"} for preset in ("reduced", "paper")},
)


def presets(data, depth):
    """Return the presets of one task; the embedded data stand for one of them."""
    small, full = dict(data=data, hidden=[64] * depth), dict(data=data, hidden=[512] * depth, pool=1)
    found = {
        "reduced": Preset(REDUCED | small | dict(pool=2 if data == "cifar10" else 1), SEEDS),
        "paper": Preset(FULL | full, SEEDS),
    }
    return {"quick": Preset(QUICK | dict(hidden=[16] * 2), 1), **found} if (data, depth) == ("mnist", 2) else found


def timed(**changes):
    """Return the settings of the experiment that times steps, in which no rate is chosen."""
    rarely = dict(evaluation_every=1000, train_evaluation_every=1000)
    return RECIPE | rarely | dict(data="mnist", pool=1, learning_rate=0.01) | changes


COST = {
    "quick": Preset(timed(data="digits", examples=400, epochs=2, batch_size=20, hidden=[16] * 2), 1),
    "reduced": Preset(timed(examples=10_000, epochs=12, hidden=[64] * 10), SEEDS),
    "paper": Preset(timed(examples=None, epochs=12, batch_size=100, hidden=[512] * 10), SEEDS),
}
DOMAINS = {"pool": Integer(1, 8)}
TASKS = {f"{data}_{depth}": (data, depth) for depth in (1, 10, 5, 2) for data in SETS}  # a cut leaves whole depths

# Declared, with the questions, before any run but pilots of one seed.
DECLARED = "2026-11-29T07:28"
ONE_POINT, HALF_A_POINT, THREE_TENTHS = (Margin(x, DECLARED) for x in (0.01, 0.005, 0.003))
FIVE_PERCENT = Margin(0.05, DECLARED)
JUDGES = dict(presets=("reduced", "paper"))


def lower(name, experiment, variant, *others, quantity=TEST_ERROR, margin=HALF_A_POINT, text="lower"):
    """Return the claim that a quantity is lower for one variant than for the others."""
    data, depth = TASKS.get(experiment, ("mnist", 10))
    words = dict(set=SETS[data], layers=depth)
    place = dict(experiment=experiment, quantity=quantity, text=text, words=words, **JUDGES)
    return Ordering(name=name, lower=variant, higher=others, margin=margin, **place)


def shallow(data):
    """Return the claim that with one hidden layer tanh is not better than the logistic, by more than a point."""
    place = dict(experiment=f"{data}_1", quantity=TEST_ERROR, text="not_yet", words=dict(set=SETS[data]), **JUDGES)
    names = dict(variant="tanh_normalised", than="sigmoid_normalised")
    return NoBetter(name=f"not_yet_{data}", margin=ONE_POINT, **names, **place)


def deep(data):
    """Return the claims that with 5 and 10 layers tanh is better than the logistic."""
    names = "tanh_normalised", "sigmoid_normalised"
    return tuple(lower(f"falls_behind_{data}_{n}", f"{data}_{n}", *names, margin=ONE_POINT) for n in (5, 10))


def cheaper(variant, than):
    """Return the claim that a step of one function takes less time than one of another."""
    how = dict(quantity=RELATIVE_TIME, margin=FIVE_PERCENT, text="cheaper")
    return lower(f"{variant}_cheaper", "cost", variant, than, **how)


EASY = Alike(
    name="no_exponential",
    experiment="mnist_1",
    quantity=TEST_ERROR,
    first="tanh_normalised",
    second="hard_tanh_normalised",
    margin=THREE_TENTHS,
    text="alike",
    words=dict(set=SETS["mnist"]),
    **JUDGES,
)
FINDINGS = (
    Finding("falls_behind", tuple(claim for data in SETS for claim in (shallow(data), *deep(data)))),
    Finding("cheaper", (cheaper("softsign", "tanh"), cheaper("hard_tanh", "tanh"), cheaper("hard_sigmoid", "sigmoid"))),
    Finding(
        "normalised_helps",
        tuple(lower(f"normalised_{data}", f"{data}_10", "tanh_normalised", "tanh") for data in SETS),
    ),
    Finding("no_exponential", (EASY,)),
    Finding(
        "gradient_vanishes",
        tuple(
            lower(
                f"vanishes_{data}",
                f"{data}_10",
                "sigmoid_normalised",
                "tanh_normalised",
                quantity=GRADIENT_LEFT,
                margin=None,
                text="vanishes",
            )
            for data in SETS
        ),
    ),
)
INSIDE = (GRADIENT_LEFT, SATURATED_START, SATURATED_END)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment("cost", ONE_OF_EACH, cost.train, COST, domains=DOMAINS, protocol=("cost",)),
        *(
            Experiment(name, VARIANTS, train, presets(*task), TUNING, domains=DOMAINS, protocol=("task",))
            for name, task in TASKS.items()
        ),
    ),
    findings=FINDINGS,
    deviations=(
        Deviation("few_images", presets=("quick", "reduced")),
        Deviation("grey", experiments=tuple(f"cifar10_{depth}" for depth in DEPTHS), presets=("reduced",)),
        INCOMPLETE_BATCHES,
    ),
    results={
        "cost": (STEP_TIME, RELATIVE_TIME),
        **dict.fromkeys(TASKS, (TEST_ERROR, TRAIN_ERROR, *INSIDE)),
    },
    figures=(
        FinalValues("cost", RELATIVE_TIME),
        *(
            figure
            for name, (_, depth) in TASKS.items()
            for figure in (
                FinalValues(name, TEST_ERROR),
                Sensitivity(name),
                *((ByLayer(name, "error"), ByLayer(name, "saturated")) if depth > 1 else ()),
            )
        ),
        LearningCurves("mnist_10", TEST_ERROR),
        LearningCurves("cifar10_10", TEST_ERROR),
    ),
    components={name: name.removesuffix("_normalised") for name in VARIANTS},
    answers=Answers(TASKS, tuple(FUNCTIONS)),
)
