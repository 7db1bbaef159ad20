"""On the importance of initialization and momentum in deep learning (Sutskever, Martens, Dahl and Hinton, 2013).

Deep autoencoders on MNIST: Nesterov's method against classical momentum over the largest momentum (table 1), momentum
lowered at the end (table 2), the scale of sparse first weights (table 3), and theorem 2.1. reduced: 14x14 pixels, a net
of 46,014 weights, 20,000 updates in the place of 750,000. paper: the paper's net and length, for a GPU. The report
states what each run took.

KERAS_BACKEND=jax python -m experiments run sutskever2013_momentum --preset reduced
"""

import dataclasses

from custom.optimizers import GradientDescent, IncreasingMomentum, Momentum, Nesterov
from experiments import engine
from experiments.claims import Finding, Margin, NoBetter, Ordering, Probability, Value
from experiments.data.pooling import pooled
from experiments.data.splits import steps_per_epoch
from experiments.papers.sutskever2013_momentum import quadratic
from experiments.papers.sutskever2013_momentum.network import autoencoder
from experiments.papers.sutskever2013_momentum.published import ALL_SETS, BEFORE, ERROR, LEFT, SCALES, TABLES
from experiments.recipes import classifier
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences, Sensitivity
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Integer, Listed, Paper, Preset, Real, Tuning

LARGEST = (0.9, 0.99, 0.995, 0.999)
METHODS = {"nesterov": Nesterov, "momentum": Momentum}
VARIANTS = {"sgd": (GradientDescent, 0.0, 1.0)} | {
    f"{name}_{mu}": (method, mu, 1.0) for name, method in METHODS.items() for mu in LARGEST
}
OF_SCALE = {f"scale_{scale}": (Nesterov, 0.99, float(scale)) for scale in SCALES}


def train(job):
    s, (method, mu, scale) = job.settings, job.variant
    job = dataclasses.replace(job, dataset=pooled(job.dataset, s.pool))
    shape = job.dataset.x_train.shape[1:]
    model = autoencoder(input_shape=shape, encoder=s.encoder, scale=scale, seed=job.seed)
    lowered_after = (s.epochs - s.last_epochs) * steps_per_epoch(s, job.dataset)
    rest = {"momentum": IncreasingMomentum(mu, s.interval, lowered_after)} if mu else {}
    return classifier(job, model, method(s.learning_rate, **rest), task=engine.OWN_LOSS)


PRESETS = ("reduced", "paper")
RECIPE = dict(data="mnist", batch_size=200, evaluation="test", learning_rate=None)
REDUCED = RECIPE | dict(examples=20_000, pool=2, encoder=[90, 45, 20, 8], epochs=200, interval=10)
REDUCED |= dict(last_epochs=10, train_evaluation_every=10, evaluation_every=200)
FULL = RECIPE | dict(examples=None, pool=1, encoder=[1000, 500, 250, 30], epochs=2500, interval=250)
FULL |= dict(last_epochs=4, train_evaluation_every=4, evaluation_every=2500)
QUICK = dict(data="digits", examples=359, pool=1, encoder=[16, 8, 4], batch_size=32, learning_rate=0.01)
QUICK |= dict(epochs=6, last_epochs=2, train_evaluation_every=2, evaluation_every=6)
RATES = (0.05, 0.01, 0.005, 0.001, 0.0005, 0.0001)  # the paper's
WHOLE = dict(train_evaluation_every=10_000)  # that is, after the last epoch
DOMAINS = dict(
    pool=Integer(1, 8),
    encoder=Listed(Integer(1, 16_384), 16),
    interval=Integer(1, 1_000_000),
    last_epochs=Integer(1, 1_000_000),
)


def experiment(name, variants):
    """Return an experiment; each variant has the rate of the paper's six that ends with the lowest training error."""
    presets = {"quick": Preset(REDUCED | QUICK, 1), "reduced": Preset(REDUCED, 5), "paper": Preset(FULL, 3)}
    tuning = Tuning("learning_rate", dict.fromkeys(variants, RATES), "train_loss", dict.fromkeys(PRESETS, WHOLE))
    return Experiment(name, variants, train, presets, tuning, ("networks",), domains=DOMAINS, most=5)


QUADRATIC = dict(data=quadratic.NAME, epochs=20, steps=100, learning_rate=1.0, momentum=0.99)
THEOREM = Experiment(
    "theorem",
    quadratic.VARIANTS,
    quadratic.train,
    {
        "quick": Preset(QUADRATIC | dict(epochs=4), 1),
        "reduced": Preset(QUADRATIC, 5),
        "paper": Preset(QUADRATIC, 10),
    },
    protocol=("quadratic",),
    domains=dict(steps=Integer(1, 1_000_000), learning_rate=Real(above=0.0, high=1.0)),
)
EXPERIMENTS = (THEOREM, experiment("mnist", VARIANTS), experiment("scale", OF_SCALE))
NETWORKS = ("mnist", "scale")

# Errors that differ by less are taken for the same. Declared before anything ran but pilots of one seed.
MARGIN = Margin(0.05, "2026-11-29T15:00")
MNIST = dict(experiment="mnist", quantity=ERROR, presets=PRESETS)
WORDS = {"margin": MARGIN.value}


def lower(variant, *others, text="lower"):
    """Return the claim that a variant ends with a lower error; of one other the published difference stands beside."""
    gap = round(ALL_SETS[others[0]][1] - ALL_SETS[variant][1], 3)
    names = dict(name=f"{variant}_{others[0]}", lower=variant, higher=others, text=text, words=WORDS)
    return Ordering(gap=gap if len(others) == 1 else None, margin=MARGIN, **names, **MNIST)


NO_BETTER = dict(margin=MARGIN, text="no_better", words=WORDS, **MNIST)
FINDINGS = (
    Finding("momentum_helps", tuple(lower(f"{name}_0.9", "sgd") for name in METHODS)),
    Finding("larger_helps", tuple(lower(f"{name}_0.99", f"{name}_0.9") for name in METHODS)),
    Finding("nesterov_at_large", tuple(lower(f"nesterov_{mu}", f"momentum_{mu}") for mu in (0.995, 0.999))),
    Finding(
        "classical_worsens",
        tuple(
            NoBetter(name=f"worsens_{mu}", variant=f"momentum_{mu}", than="momentum_0.99", **NO_BETTER)
            for mu in (0.995, 0.999)
        ),
    ),
    Finding(
        "lowering",
        (
            Probability(
                name="lowering",
                experiment="mnist",
                quantity=LEFT,
                variant="nesterov_0.99",
                high=0.95,
            ),
        ),
    ),
    Finding(
        "scale",
        (
            Ordering(
                name="scale",
                experiment="scale",
                quantity=ERROR,
                presets=PRESETS,
                lower="scale_1",
                higher=("scale_0.25", "scale_0.5", "scale_4"),
                margin=MARGIN,
                stated=False,
                words=WORDS,
            ),
        ),
    ),
    Finding(
        "theorem",
        (
            Value(
                name="theorem",
                experiment="theorem",
                quantity=quadratic.APART,
                presets=PRESETS,
                variant="theorem",
                value=0.0,
                tolerance=1e-10,
            ),
        ),
        kind="confirmation",
    ),
)

PAPER = Paper.at(
    __file__,
    experiments=EXPERIMENTS,
    tables=TABLES,
    findings=FINDINGS,
    deviations=(
        Deviation("not_run"),
        Deviation("loss", NETWORKS),
        Deviation("code", NETWORKS),
        Deviation("look_ahead", NETWORKS),
        Deviation("rates", NETWORKS, PRESETS),
        Deviation("other_set", ("scale",)),
        Deviation("scale_of_it", NETWORKS, ("reduced",)),
        Deviation("schedule", NETWORKS, ("reduced",)),
        Deviation("last_updates", NETWORKS, ("paper",)),
        Deviation("seeds", NETWORKS, PRESETS),
        Deviation("data", NETWORKS, ("quick",)),
        INCOMPLETE_BATCHES,
    ),
    results={"theorem": (quadratic.APART,), "mnist": (ERROR, BEFORE, LEFT), "scale": (ERROR,)},
    figures=(
        FinalValues("theorem", quadratic.APART),
        LearningCurves("mnist", ERROR, log=True),
        FinalValues("mnist", ERROR),
        *(PairedDifferences("mnist", ERROR, f"nesterov_{mu}", f"momentum_{mu}") for mu in (0.995, 0.999)),
        Sensitivity("mnist", ERROR),
        LearningCurves("scale", ERROR, log=True),
        FinalValues("scale", ERROR),
        Sensitivity("scale", ERROR),
    ),
)
