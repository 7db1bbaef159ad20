"""Normalised decay over lengths of training (supplementary figure 3), and warm restarts (figure 4)."""

import math

from keras.optimizers.schedules import CosineDecay, CosineDecayRestarts

from custom.optimizers import AdamW
from experiments.claims import TEST_ERROR, TRAIN_ERROR, VALIDATION_ERROR, Finding, Ordering, Quantity
from experiments.claims.quantities import after, mean
from experiments.data.splits import steps_per_epoch, training_points
from experiments.papers.loshchilov2019_adamw.maps import ChosenRatio
from experiments.papers.loshchilov2019_adamw.training import BOTH, DOMAINS, FULL, QUICKER, REDUCED, trained, tuned
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import Deviation, Experiment, Preset

MEAN_TEST_ERROR = Quantity("mean_test_error", "%", mean("test_error"), 100, 2)
# At the end of the first period of `reduced`.
AFTER_4 = Quantity("test_error_after_4", "%", after("test_error", 4), 100, 2)

LENGTHS = {"shortest": 1, "middle": 4, "longest": 16}
RESTARTS = {"one_cosine": False, "adamwr": True}
NORMALIZED = tuple(0.025 * 2.0**i for i in range(-2, 5))


def adamw(job, rate, epochs):
    """Return AdamW with the decay normalised for so many epochs."""
    s = job.settings
    decay = dict(weight_decay=s.weight_decay, base_learning_rate=s.learning_rate, normalized=True)
    points = training_points(s, job.dataset)
    return AdamW(rate, **decay, epochs=epochs, batch_size=s.batch_size, training_points=points)


def train_lengths(job):
    """Describe a training with one cosine."""
    s = job.settings
    rate = CosineDecay(s.learning_rate, s.epochs * steps_per_epoch(s, job.dataset))
    return trained(job, adamw(job, rate, s.epochs))


def train_restarts(job):
    """Describe one cosine, or restarts: periods of T, 2 T, 4 T, ... epochs, each with the decay normalised for it."""
    s, steps = job.settings, steps_per_epoch(job.settings, job.dataset)
    if not job.variant:
        return train_lengths(job)
    rate = CosineDecayRestarts(s.learning_rate, s.period * steps, t_mul=2.0)
    return trained(job, adamw(job, rate, s.period))


def lengths(settings, first, seeds):
    """Return a preset whose variants run for multiples of `first` epochs."""
    return Preset(settings, seeds, {name: dict(epochs=first * factor) for name, factor in LENGTHS.items()})


EVERY_EPOCH = REDUCED | dict(evaluation_every=1, train_evaluation_every=5)
TENTH = dict(learning_rate=0.01, weight_decay=0.1)
RESTARTED = FULL | dict(learning_rate=0.001, weight_decay=0.025, epochs=1500, period=100)
LENGTHS_PRESETS = {
    "quick": lengths(QUICKER | TENTH | dict(evaluation_every=16, train_evaluation_every=16), 1, 1),
    "reduced": lengths(EVERY_EPOCH | dict(learning_rate=0.01), 3, 3),
    "paper": lengths(FULL | dict(learning_rate=0.001), 25, 3),
}
RESTARTS_PRESETS = {
    "quick": Preset(QUICKER | TENTH | dict(epochs=3, period=1), 1),
    "reduced": Preset(EVERY_EPOCH | TENTH | dict(epochs=28, period=4), 10),
    "paper": Preset(RESTARTED, 3),
}
CHOICE = tuned("weight_decay", dict.fromkeys(LENGTHS, NORMALIZED), repeats={"reduced": 3})
WAYS = {name: ("shared", "rule", name) for name in ("lengths", "restarts")}
EXPERIMENTS = (
    Experiment("lengths", LENGTHS, train_lengths, LENGTHS_PRESETS, CHOICE, WAYS["lengths"], domains=DOMAINS),
    Experiment(
        "restarts", RESTARTS, train_restarts, RESTARTS_PRESETS, None, WAYS["restarts"], domains=DOMAINS, most=20
    ),
)

LENGTH = dict(experiment="lengths", quantity=VALIDATION_ERROR, presets=BOTH, first="longest", second="shortest")
RESTART = dict(experiment="restarts", lower="adamwr", higher=("one_cosine",))
PERIOD = RESTART | dict(text="restarts_after_a_period")
FINDINGS = (
    Finding(
        "normalised_decay",  # of its claims the second follows from the first
        (
            ChosenRatio(name="same_normalised_decay", low=0.5, high=2.0, **LENGTH),
            ChosenRatio(name="smaller_decay", high=0.5, factor=math.sqrt(1 / 16), **LENGTH),
        ),
    ),
    Finding(
        "restarts_on_the_way",
        (Ordering(name="restarts_on_the_way", quantity=MEAN_TEST_ERROR, presets=BOTH, **RESTART),),
    ),
    Finding(
        "restarts_after_a_period",
        (Ordering(name="restarts_after_4", quantity=AFTER_4, presets=("reduced",), words={"period": 4}, **PERIOD),),
        exploratory=True,
    ),
)
DEVIATIONS = (
    Deviation("lengths", experiments=("lengths",)),
    Deviation("epochs_and_rate", experiments=("lengths", "restarts"), presets=("reduced",)),
)
RESULTS = {"lengths": (TEST_ERROR, TRAIN_ERROR), "restarts": (MEAN_TEST_ERROR, AFTER_4, TEST_ERROR, TRAIN_ERROR)}
FIGURES = (
    Sensitivity("lengths"),
    LearningCurves("restarts", TEST_ERROR),
    FinalValues("restarts", MEAN_TEST_ERROR),
    PairedDifferences("restarts", MEAN_TEST_ERROR, "adamwr", "one_cosine"),
)
