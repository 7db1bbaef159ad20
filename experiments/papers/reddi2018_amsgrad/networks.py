"""Logistic regression and a network with one hidden layer on MNIST (section 5, figure 2)."""

import itertools
from functools import partial

import keras

from custom.activations import ReLU
from custom.optimizers import Adam, InverseSquareRoot
from experiments.claims import TEST_LOSS, TRAIN_LOSS, Finding, Margin, Ordering
from experiments.networks.parts import dense_end
from experiments.recipes import classifier
from experiments.report.figures import LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import Choice, Deviation, Experiment, Flag, Preset, Real, Tuning

VARIANTS = {"adam": Adam, "amsgrad": partial(Adam, amsgrad=True)}


def train(job):
    s, data = job.settings, job.dataset
    inputs = keras.Input(data.x_train.shape[1:])
    options = dict(seed=job.seed, initializer=s.initializer, precision="float32")
    model = dense_end("dense", inputs, inputs, ReLU, s.hidden, data.classes, **options)
    rate = InverseSquareRoot(s.learning_rate) if s.schedule == "inverse_root" else s.learning_rate
    return classifier(job, model, job.variant(rate, beta_1=0.9, beta_2=s.beta_2, bias_correction=s.bias_correction))


PRESETS = ("reduced", "paper")
RECIPE = dict(data="mnist", epochs=12, batch_size=128, learning_rate=None, beta_2=None, bias_correction=False)
EVALUATION = dict(evaluation="test", train_evaluation_every=2)
CONVEX = RECIPE | EVALUATION | dict(hidden=[], initializer="normal_0.01", schedule="inverse_root")
HIDDEN = RECIPE | EVALUATION | dict(hidden=[100], initializer="he_normal", schedule="constant")
# As many digits as there are to be tested: one shape for both evaluations.
QUICK = dict(data="digits", examples=359, epochs=4, batch_size=32, beta_2=0.999)
BETAS = (0.99, 0.999)
RATES = {  # alpha of the first step, a factor of about 3 apart
    "logistic": (0.003, 0.01, 0.03, 0.1, 0.3),
    "network": (0.0001, 0.0003, 0.001, 0.003, 0.01),
}
DECAY = Real(low=0.0, below=1.0)
DOMAINS = dict(schedule=Choice(("constant", "inverse_root")), beta_2=DECAY, bias_correction=Flag())


def experiment(kind, settings, name="", **changes):
    """Return an experiment; both settings are chosen for each variant by what is judged, in whole runs."""
    settings, cells = settings | changes, tuple(itertools.product(RATES[kind], BETAS))
    middle = dict(learning_rate=RATES[kind][len(RATES[kind]) // 2])
    presets = {
        "quick": Preset(settings | QUICK | middle, seeds=1),
        "reduced": Preset(settings, seeds=5),
        "paper": Preset(settings, seeds=10),
    }
    whole = {preset: {} for preset in PRESETS}
    tuning = Tuning(("learning_rate", "beta_2"), dict.fromkeys(VARIANTS, cells), "train_loss", whole)
    return Experiment(name or kind, VARIANTS, train, presets, tuning, ("networks",), domains=DOMAINS, most=10)


CORRECTED = dict(bias_correction=True)
EXPERIMENTS = (
    experiment("logistic", CONVEX),
    experiment("network", HIDDEN),
    experiment("logistic", CONVEX, "logistic_corrected", **CORRECTED),
    experiment("network", HIDDEN, "network_corrected", **CORRECTED),
)
NAMES = tuple(e.name for e in EXPERIMENTS)


# Curves that differ by less lie on each other. Declared on 2026-11-29, before anything ran but a pilot of one seed.
MARGINS = {
    ("logistic", "train_loss"): Margin(0.002),
    ("logistic", "test_loss"): Margin(0.002),
    ("network", "train_loss"): Margin(0.002),
    ("network", "test_loss"): Margin(0.005),
}


def lower(name, quantity):
    """The claim that AMSGrad ends lower, under both readings of the bias correction."""
    return Ordering(
        name=f"{name}_{quantity.name}",
        experiment=name,
        quantity=quantity,
        presets=PRESETS,
        stated=False,
        readings=(f"{name}_corrected",),
        lower="amsgrad",
        higher=("adam",),
        margin=MARGINS[name, quantity.name],
        words={"margin": MARGINS[name, quantity.name].value},
        text="lower",
    )


FINDINGS = tuple(
    Finding(f"{name}_{word}", (lower(name, quantity),))
    for name in RATES
    for word, quantity in (("training", TRAIN_LOSS), ("test", TEST_LOSS))
)
DEVIATIONS = (
    Deviation("bias_correction", NAMES),
    Deviation("first_weights", NAMES),
    Deviation("tuning", NAMES, PRESETS),
    Deviation("epochs", NAMES, PRESETS),
    Deviation("networks_seeds", NAMES, PRESETS),
    Deviation("not_run", NAMES),
    Deviation("data", NAMES, ("quick",)),
    Deviation("incomplete_batches", NAMES),
)
RESULTS = dict.fromkeys(NAMES, (TRAIN_LOSS, TEST_LOSS))
FIGURES = tuple(
    figure
    for name in NAMES
    for figure in (
        LearningCurves(name, TRAIN_LOSS, log=True),
        LearningCurves(name, TEST_LOSS, log=True),
        PairedDifferences(name, TRAIN_LOSS, "amsgrad", "adam"),
        PairedDifferences(name, TEST_LOSS, "amsgrad", "adam"),
        Sensitivity(name),
    )
)
