"""Normalised decay over lengths of training (supplementary figure 3), and warm restarts (figure 4)."""

import math

from keras.optimizers.schedules import CosineDecay, CosineDecayRestarts

from custom.optimizers import AdamW
from experiments.harness.claims import ChosenRatio, Ordering
from experiments.harness.paper import Deviation, Experiment, Preset
from experiments.harness.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.harness.supervised import steps_per_epoch, training_points
from experiments.loshchilov2019.training import PAPER_SETTINGS, QUICK, REDUCED, trained, tuned
from experiments.loshchilov2019.training import PROTOCOL as SHARED

LENGTHS = {"shortest": 1, "middle": 4, "longest": 16}
NORMALIZED = tuple(0.025 * 2.0**i for i in range(-2, 5))


# fmt: off
def adamw(job, rate, epochs):
    """AdamW with the decay normalised for so many epochs."""
    s = job.settings
    return AdamW(
        rate, weight_decay=s.weight_decay, base_learning_rate=s.learning_rate, normalized=True, epochs=epochs,
        batch_size=s.batch_size, training_points=training_points(s, job.dataset))


def train_lengths(job):
    s = job.settings
    rate = CosineDecay(s.learning_rate, s.epochs * steps_per_epoch(s, job.dataset))
    return trained(job, adamw(job, rate, s.epochs))


def train_restarts(job):
    """One cosine, or restarts: periods of T, 2 T, 4 T, ... epochs, each with the decay normalised for it."""
    s, steps = job.settings, steps_per_epoch(job.settings, job.dataset)
    if not job.variant:
        return train_lengths(job)
    rate = CosineDecayRestarts(s.learning_rate, s.period * steps, t_mul=2.0)
    return trained(job, adamw(job, rate, s.period))


def lengths(settings, first, seeds):
    return Preset(settings, seeds, {name: dict(epochs=first * factor) for name, factor in LENGTHS.items()})


RULE = ("Decay", "lambda = lambda_norm sqrt(b / (B T)), T the epochs of the period", "the same")
LENGTHS_PROTOCOL = (
    *SHARED, RULE,
    ("Learning rate", "0.001, cosine annealing", "{learning_rate}, cosine annealing"),
    ("Normalised decay", "chosen for 25, 100 and 400 epochs", "the best of seven, a factor of 2 apart"))
RESTARTS_PROTOCOL = (
    *SHARED, RULE,
    ("Learning rate", "0.001, cosine annealing in periods of 100, 200, 400 and 800 epochs",
     "{learning_rate}, cosine annealing, once or in periods of {period} epochs, twice as long each time"),
    ("Normalised decay", "0.025", "{weight_decay}"))
FIXED = dict(learning_rate=0.01, weight_decay=0.1)
EXPERIMENTS = (
    Experiment("lengths", "AdamW, three lengths of training", LENGTHS, train_lengths, {
        "reduced": lengths(REDUCED | dict(learning_rate=0.01), 3, 2),
        "paper": lengths(PAPER_SETTINGS | dict(learning_rate=0.001), 25, 3)},
        tuned(LENGTHS, "weight_decay", NORMALIZED), LENGTHS_PROTOCOL),
    Experiment("restarts", "AdamW with and without warm restarts", {"one_cosine": False, "adamwr": True},
               train_restarts, {
        "quick": Preset(QUICK | FIXED | dict(period=1), 1),
        "reduced": Preset(REDUCED | FIXED | dict(epochs=28, period=4), 3),
        "paper": Preset(PAPER_SETTINGS | dict(learning_rate=0.001, weight_decay=0.025, epochs=1500, period=100), 3)},
        protocol=RESTARTS_PROTOCOL))
LABELS = {"one_cosine": "AdamW", "adamwr": "AdamW with restarts", "shortest": "Shortest",
          "middle": "4 times as long", "longest": "16 times as long"}

LENGTH = dict(source="Supplementary figure 3", experiment="lengths", quantity="validation_error",
              presets=("reduced", "paper"), first="longest", second="shortest")
CLAIMS = (
    ChosenRatio(**LENGTH, low=0.5, high=2.0, why="one step of the grid",
                text="The best normalised decay is the same for training 16 times as long"),
    ChosenRatio(**LENGTH, high=0.5, factor=math.sqrt(1 / 16), why="half; with the same normalised decay a quarter",
                text="The best decay itself is smaller for longer training"),
    Ordering(source="Figure 4", experiment="restarts", quantity="mean_test_error",
             presets=("reduced", "paper"), lower="adamwr", higher=("one_cosine",),
             text="With restarts the test error is lower on the way: the mean over all epochs"),
    *(Ordering(source="Figure 4", experiment="restarts", quantity=f"test_error_after_{period}", presets=(preset,),
               lower="adamwr", higher=("one_cosine",), text="With restarts the test error is lower at the end of the "
               f"first period, {period} epochs (a scalar chosen after the mean had been seen)")
      for preset, period in (("reduced", 4), ("paper", 100))))
DEVIATIONS = (
    Deviation("Supplementary figure 3", "AdamW and SGDW, CIFAR-10 and a smaller ImageNet; 25, 100 and 400 epochs",
              "AdamW on CIFAR-10", "one optimizer and data set carry the claim"),
    Deviation("Supplementary figure 3 and restarts: epochs, rate", "25, 100 and 400; 1,500; alpha = 0.001", "3, 12 and "
              "48; 28 in periods of 4, 8 and 16, normalised decay 0.1; alpha = 0.01", "to run on two cores; near the "
              "best of short trials", ("reduced",)))
RESULTS = {"lengths": ("test_error", "train_error"),
           "restarts": ("mean_test_error", "test_error_after_4", "test_error", "train_error")}
FIGURES = (Sensitivity("lengths"), LearningCurves("restarts", "test_error"), FinalValues("restarts", "mean_test_error"))
# fmt: on
