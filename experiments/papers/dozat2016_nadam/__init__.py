"""Incorporating Nesterov momentum into Adam (Dozat, 2016).

A convolutional autoencoder on MNIST under six optimizers (the book's figure 8), and what of Nadam's gain is due to
Nesterov's term and what to the momentum that rises over the steps. reduced: 10,000 images, few channels, 30 epochs.
paper: 50,000 images, 100 epochs, for a GPU. The report states what each run took.

python -m experiments run dozat2016_nadam --preset reduced
"""

from functools import partial

from custom.optimizers import Adam, GradientDescent, Momentum, Nadam, Nesterov, RMSProp
from experiments import engine
from experiments.claims import Alike, Finding, Margin, NoBetter, Ordering, Quantity
from experiments.claims.quantities import after, last
from experiments.papers.dozat2016_nadam.network import autoencoder
from experiments.recipes import classifier
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Integer, Listed, Paper, Preset, Tuning
from experiments.spec.quasi_random import log_uniform

MU, NU, EPSILON = 0.975, 0.999, 1e-8
BETAS = dict(beta_1=MU, beta_2=NU, epsilon=EPSILON)
ADAM, NADAM = partial(Adam, **BETAS), partial(Nadam, **BETAS)
OPTIMIZERS = {
    "sgd": GradientDescent,
    "momentum": partial(Momentum, momentum=MU),
    "nesterov": partial(Nesterov, momentum=MU),
    "rmsprop": partial(RMSProp, rho=NU, epsilon=EPSILON),
    "adam": ADAM,
    "nadam": NADAM,
}
# The term and the schedule, one without the other; and the schedule of Keras's class.
ABLATION = {
    "adam": ADAM,
    "adam_scheduled": partial(NADAM, nesterov=False),
    "nadam": NADAM,
    "nadam_constant": partial(NADAM, schedule="constant"),
    "nadam_keras": partial(NADAM, schedule="keras"),
}


def train(job):
    s = job.settings
    shape = job.dataset.x_train.shape[1:]
    options = dict(filters=s.filters, hidden=s.units, code=s.code, seed=job.seed, initializer=s.initializer)
    model = autoencoder(input_shape=shape, **options)
    optimizer = job.variant(s.learning_rate)
    return classifier(job, model, optimizer, preprocessing="standardize", task=engine.OWN_LOSS)


PRESETS = ("reduced", "paper")
RECIPE = dict(data="mnist", code=16, initializer="he_normal", evaluation="test", learning_rate=None)
EVERY_FIFTH = dict(evaluation_every=5, train_evaluation_every=5)
REDUCED = RECIPE | EVERY_FIFTH | dict(filters=[8, 16, 16], units=64, examples=10_000, epochs=30, batch_size=64)
FULL = RECIPE | EVERY_FIFTH | dict(filters=[32, 32, 32], units=256, examples=50_000, epochs=100, batch_size=128)
QUICK = dict(data="digits", filters=[4, 4, 4], units=16, examples=359, epochs=10, batch_size=32)

# One budget and one width of the space for every contender: seven rates of three decades. Each space is that of its
# kind of step; all of them hold the best rate that the paper is remembered to have.
PLAIN, WITH_MOMENTUM, SCALED = (log_uniform(low, 1000 * low, 7) for low in (0.01, 0.001, 3e-5))
RATES = dict.fromkeys((*OPTIMIZERS, *ABLATION), SCALED) | {"sgd": PLAIN}
RATES |= dict.fromkeys(("momentum", "nesterov"), WITH_MOMENTUM)
WHOLE = dict(evaluation="validation", evaluation_every=1000, train_evaluation_every=1000)  # that is, after the last


def experiment(name, variants):
    """Return an experiment; the rate alone is chosen, by the error on images that no run trains on, in whole runs."""
    presets = {
        "quick": Preset(REDUCED | QUICK, 1, {v: dict(learning_rate=RATES[v][3]) for v in variants}),
        "reduced": Preset(REDUCED, 5),
        "paper": Preset(FULL, 5),
    }
    grid = {variant: RATES[variant] for variant in variants}
    tuning = Tuning("learning_rate", grid, "validation_loss", dict.fromkeys(PRESETS, WHOLE))
    return Experiment(name, variants, train, presets, tuning, domains=DOMAINS, most=5)


WIDTH = Integer(1, 4096)
DOMAINS = dict(filters=Listed(WIDTH, 3), units=WIDTH, code=WIDTH)
EXPERIMENTS = (experiment("optimizers", OPTIMIZERS), experiment("ablation", ABLATION))
NAMES = tuple(e.name for e in EXPERIMENTS)


def held_out(history):
    """Return the error by which rates are chosen; of a run that chooses none, that on the test set."""
    return history[-1].get("validation_loss", history[-1].get("test_loss"))


UNIT = "variances"
TRAINING = Quantity("train_loss", UNIT, last("train_loss"), digits=4, least=0.0)
UNSEEN = Quantity("test_loss", UNIT, last("test_loss"), digits=4, least=0.0)
HELD_OUT = Quantity("validation_loss", UNIT, held_out, digits=4, least=0.0)
EARLY = Quantity("train_loss_after_10", UNIT, after("train_loss", 10), digits=4, least=0.0)
WORDS = {TRAINING.name: "training", UNSEEN.name: "unseen", EARLY.name: "early"}

# Curves that differ by less lie on each other. Declared before anything ran but a pilot of one seed.
MARGIN = Margin(0.003, "2026-11-29T14:20")
PLACE = dict(presets=PRESETS, stated=False, margin=MARGIN)


def lower(experiment, quantity, variant, *others, text="lower"):
    """Return the claim that a variant's error is lower than that of the others."""
    word = WORDS[quantity.name]
    names = dict(name=f"{variant}_{word}_{others[-1]}", lower=variant, higher=others, text=text)
    return Ordering(experiment=experiment, quantity=quantity, words={"margin": MARGIN.value}, **names, **PLACE)


def below(*others):
    """Return the claims that Nadam is below these in training and on images that it has not seen."""
    return tuple(lower("optimizers", quantity, "nadam", *others) for quantity in (TRAINING, UNSEEN))


def in_ablation(kind, **variants):
    """Return claims of one kind on both errors of two variants of the ablation."""
    first, second = variants.values()
    return tuple(
        kind(
            name=f"{first}_{second}_{WORDS[quantity.name]}",
            experiment="ablation",
            quantity=quantity,
            text=kind.kind.replace(" ", "_"),
            words={"margin": MARGIN.value},
            **variants,
            **PLACE,
        )
        for quantity in (TRAINING, UNSEEN)
    )


TERM = (("nadam", "adam_scheduled"), ("nadam_constant", "adam"))  # with Nesterov's term and without, one momentum
FINDINGS = (
    Finding("lowest", below("sgd", "momentum", "nesterov", "rmsprop")),
    Finding("below_adam", below("adam")),
    Finding("fastest", (lower("optimizers", EARLY, *reversed(OPTIMIZERS), text="faster"),)),
    # The paper does not take its method apart; these questions are the suite's own.
    Finding(
        "term",
        tuple(lower("ablation", quantity, *pair) for pair in TERM for quantity in (TRAINING, UNSEEN)),
        exploratory=True,
    ),
    Finding("schedule", in_ablation(NoBetter, variant="adam_scheduled", than="adam"), exploratory=True),
    Finding("keras", in_ablation(Alike, first="nadam_keras", second="nadam"), exploratory=True),
)
RIVALS = {"optimizers": (("nadam", "adam"), ("nadam", "nesterov")), "ablation": (*TERM, ("nadam", "adam"))}

PAPER = Paper.at(
    __file__,
    experiments=EXPERIMENTS,
    findings=FINDINGS,
    deviations=(
        Deviation("published_text"),
        Deviation("architecture"),
        Deviation("published_rates", ("optimizers",)),
        Deviation("space"),
        Deviation("criterion", presets=PRESETS),
        Deviation("unseen"),
        Deviation("flips"),
        Deviation("extra_nu"),
        Deviation("rmsprop", ("optimizers",)),
        Deviation("small", presets=("reduced",)),
        Deviation("seeds", presets=PRESETS),
        Deviation("data", presets=("quick",)),
        INCOMPLETE_BATCHES,
    ),
    results=dict.fromkeys(NAMES, (TRAINING, UNSEEN, EARLY)),
    figures=tuple(
        figure
        for name in NAMES
        for figure in (
            LearningCurves(name, TRAINING, log=True),
            LearningCurves(name, UNSEEN, log=True),
            FinalValues(name, UNSEEN),
            *(PairedDifferences(name, UNSEEN, *pair) for pair in RIVALS[name]),
            Sensitivity(name, HELD_OUT),
            Sensitivity(name, TRAINING),
        )
    ),
)
