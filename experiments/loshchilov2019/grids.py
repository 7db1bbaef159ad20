"""Maps over learning rate and weight decay (figures 1 and 2, the book's figure 9), and long training (figure 3)."""

import itertools

from keras.optimizers.schedules import CosineDecay

from custom.optimizers import SGDW, Adam, AdamW, Momentum
from experiments.harness.claims import BasinTilt, NoGain, Ordering, Ratio
from experiments.harness.paper import Deviation, Experiment, Preset
from experiments.harness.report.figures import FinalValues, HeatMaps, LearningCurves, Sensitivity
from experiments.harness.supervised import learning_rate, steps_per_epoch
from experiments.loshchilov2019.training import PAPER_SETTINGS, QUICK, REDUCED, trained, tuned
from experiments.loshchilov2019.training import PROTOCOL as SHARED

# From the schedule, the alpha by which it is divided for the decay's multiplier, and lambda.
ADAM = {
    "adam_l2": lambda rate, alpha, decay: Adam(rate, l2=decay),
    "adamw": lambda rate, alpha, decay: AdamW(rate, weight_decay=decay, base_learning_rate=alpha),
}
SGD = {
    "sgd_l2": lambda rate, alpha, decay: Momentum(rate, 0.9, l2=decay),
    "sgdw": lambda rate, alpha, decay: SGDW(rate, 0.9, weight_decay=decay, base_learning_rate=alpha),
}
SCHEDULES = ("cosine", "drops", "fixed")
BY_SCHEDULE = {f"{name}_{schedule}": make for schedule in SCHEDULES for name, make in ADAM.items()}
DECAYS = (0.0, *(0.001 * 2.0**i for i in (-4, -2, 0, 2, 4, 6)))
POWERS = (-8, -6, -4, -2, 0, 2)
ADAM_RATES, SGD_RATES = tuple(0.01 * 2.0**i for i in POWERS), tuple(0.1 * 2.0**i for i in POWERS)


# fmt: off
def train(job):
    s = job.settings
    steps = s.epochs * steps_per_epoch(s, job.dataset)
    rate = CosineDecay(s.learning_rate, steps) if s.schedule == "cosine" else learning_rate(s, job.dataset)
    return trained(job, job.variant(rate, s.learning_rate, s.weight_decay))


def grid(name, title, variants, rates, presets, **grids):
    """Every learning rate with every decay; the best cell of each variant is run with more seeds."""
    cells = {"quick": tuple(itertools.product(rates[3:5], DECAYS[0:4:3]))} | grids
    both = ("learning_rate", "weight_decay")
    return Experiment(name, title, variants, train, presets,
                      tuned(variants, both, tuple(itertools.product(rates, DECAYS)), **cells), PROTOCOL)


def preset(settings, seeds, drops=(), **changes):
    """With `drops`: the variants of all schedules."""
    schedules = {"cosine": {}, "drops": dict(schedule="drops", drops=list(drops)), "fixed": dict(schedule="fixed")}
    variants = {name: schedules[name.rsplit("_", 1)[1]] for name in BY_SCHEDULE} if drops else {}
    return Preset(settings | dict(schedule="cosine", drops=[]) | changes, seeds, variants)


PROTOCOL = (
    *SHARED,
    ("Schedule", "cosine annealing to 0; drops at epochs 30, 60 and 80; none", "{schedule}; drops by 10 after epochs: "
     "{drops}"),
    ("Learning rate and decay", "a grid in powers of two", "a grid with factors of four; alpha times the schedule, "
     "and decay either in the gradient (L2) or times the schedule's multiplier (decoupled)"),
    ("Momentum", "0.9; betas 0.9 and 0.999", "the same"))
EXPERIMENTS = (
    grid("adam", "Adam with L2 and AdamW", ADAM, ADAM_RATES, {
        "quick": preset(QUICK, 1), "reduced": preset(REDUCED, 5), "paper": preset(PAPER_SETTINGS, 3)}),
    grid("sgd", "SGD with L2 and SGDW", SGD, SGD_RATES, {
        "reduced": preset(REDUCED, 3), "paper": preset(PAPER_SETTINGS, 3)},
        reduced=tuple(itertools.product(SGD_RATES, (*DECAYS[:1], *DECAYS[2:6])))),
    grid("schedules", "Adam with L2 and AdamW under three schedules", BY_SCHEDULE, ADAM_RATES, {
        "reduced": preset(REDUCED, 3, (4, 7, 10)), "paper": preset(PAPER_SETTINGS, 3, (30, 60, 80))},
        reduced=tuple(itertools.product(ADAM_RATES[3:5], DECAYS[2:5:2]))),
    Experiment("long", "Adam with L2 and AdamW, 1,800 epochs", ADAM, train, {
        "paper": preset(PAPER_SETTINGS, 3, width=6.0, epochs=1800, learning_rate=0.001)},
        tuned(ADAM, "weight_decay", DECAYS), PROTOCOL))
LABELS = {
    "adam_l2": "Adam with L2", "adamw": "AdamW", "sgd_l2": "SGD with L2", "sgdw": "SGDW",
    **{f"{name}_{schedule}": f"{words}, {schedule}" for schedule in SCHEDULES
       for name, words in (("adam_l2", "Adam with L2"), ("adamw", "AdamW"))}}

FIGURE = dict(source="Figure 2 (book figure 9)")
MAP = FIGURE | dict(experiment="adam", quantity="validation_error")
BOTH = ("reduced", "paper")
HALF = "half a point, about the standard error of an error on the images held out"
DIAGONAL = dict(low=-1.0, high=-0.5, why="ours: clearly a diagonal; the paper shows the map")
APART = dict(low=-0.5, high=0.5, why="ours: not clearly a diagonal; the paper shows the map")
BASINS = (("sgd", "sgd_l2", "sgdw", "The basin of SGD with L2 is a diagonal: rate and decay are coupled", DIAGONAL),
          ("sgd", "sgdw", "sgd_l2", "The basin of SGDW lies along the axes: rate and decay are decoupled", APART),
          ("adam", "adamw", "adam_l2", "The basin of AdamW lies along the axes: rate and decay are decoupled", APART))
CLAIMS = (
    Ordering(**FIGURE, experiment="adam", quantity="test_error", presets=BOTH, lower="adamw",
             higher=("adam_l2",), text="The best of AdamW has a lower test error than the best of Adam with L2"),
    NoGain(**MAP, presets=BOTH, variant="adam_l2", tolerance=0.005, why=HALF,
           text="Adam with L2: the best decay above 0 is no better than none"),
    NoGain(**MAP, presets=BOTH, variant="adamw", tolerance=0.005, why=HALF, gain=True,
           text="AdamW: the best decay is better than none"),
    *(BasinTilt(**FIGURE, experiment=experiment, quantity="validation_error", presets=BOTH, variant=variant,
                beside=beside, text=text, **bounds) for experiment, variant, beside, text, bounds in BASINS),
    *(Ordering(source="Figure 1", experiment="schedules", quantity="test_error", presets=BOTH,
               lower=f"adamw_{schedule}", higher=(f"adam_l2_{schedule}",),
               text=f"{words}: AdamW has a lower test error than Adam with L2")
      for schedule, words in (("fixed", "Fixed learning rate"), ("drops", "Drops"), ("cosine", "Cosine annealing"))),
    *(Ordering(source="Figure 1", experiment="schedules", quantity="test_error", presets=BOTH,
               lower=f"adamw_{lower}", higher=(f"adamw_{higher}",), text=f"AdamW: {text}")
      for lower, higher, text in (("cosine", "drops", "cosine annealing is better than drops"),
                                  ("drops", "fixed", "drops are better than a fixed rate"))),
    Ratio(source="Figure 3", experiment="long", quantity="test_error", larger="adam_l2", smaller="adamw",
          value=1.18, low=1.09, why="half of the difference", text="After 1,800 epochs at alpha = 0.001 the best decay "
          "gives AdamW a test error 15 % below that of Adam with L2"))
DEVIATIONS = (
    Deviation("Figure 1: drops", "by a factor that is not stated", "by 10", "customary"),
    Deviation("Figure 1: grid, drops", "the grid of figure 2; epochs 30, 60 and 80 of 100", "two learning rates, two "
              "decays; epochs 4, 7 and 10 of 12", "to run on two cores", ("reduced",)),
    Deviation("Figure 2: grid of SGD", "the same as Adam's, ten times the rate", "six learning rates, five decays",
              "to run on two cores", ("reduced",)))
RESULTS = dict.fromkeys(("adam", "sgd", "schedules", "long"), ("test_error", "train_error", "objective"))
FIGURES = (
    HeatMaps("adam", "validation_error", 0.15), LearningCurves("adam", "test_error"), FinalValues("adam", "test_error"),
    HeatMaps("sgd", "validation_error", 0.15), FinalValues("sgd", "test_error"),
    FinalValues("schedules", "test_error"), LearningCurves("schedules", "test_error"),
    Sensitivity("long"), LearningCurves("long", "test_error"))
# fmt: on
