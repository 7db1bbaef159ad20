"""Bias correction in a variational autoencoder (section 6.4, figure 4; the book's figure 7)."""

from functools import partial

import numpy as np

from custom.activations import Softplus
from custom.optimizers import Adam
from experiments import engine
from experiments.claims import OBJECTIVE, TEST_LOSS, Finding, Quantity
from experiments.claims.quantities import after
from experiments.networks.autoencoder import variational_autoencoder
from experiments.papers.kingma2015_adam.cells import WorseCells
from experiments.papers.kingma2015_adam.optimizers import TUNED
from experiments.papers.kingma2015_adam.panels import TuningPanels
from experiments.seeds import permutation
from experiments.spec import Deviation, Experiment, Integer, Preset, Tuning

OBJECTIVE_AFTER = {n: Quantity(f"objective_after_{n}", "nats", after("objective", n)) for n in (10, 100)}

NAME = "vae_bias_correction"
BETAS = tuple((beta_1, beta_2) for beta_1 in (0.0, 0.9) for beta_2 in (0.99, 0.999, 0.9999))
VARIANTS = {
    f"{word}_{beta_1:g}_{beta_2:g}": partial(Adam, beta_1=beta_1, beta_2=beta_2, bias_correction=word == "corrected")
    for beta_1, beta_2 in BETAS
    for word in ("corrected", "uncorrected")
}
RATES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
HALVES = (1e-5, 3.16e-5, 1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)


def train(job):
    s, data = job.settings, job.dataset
    shape = data.x_train.shape[1:]
    model = variational_autoencoder(Softplus, input_shape=shape, hidden=s.hidden, latent=s.latent, seed=job.seed)
    some = data.x_train[permutation(0, 0, len(data.x_train))[: s.examples]]  # the arrays are sorted
    unused = np.zeros(max(len(some), len(data.x_test)), "int32")  # the network's output is its loss
    splits = {name: (x, unused[: len(x)]) for name, x in (("train", some), ("test", data.x_test))}
    arrays = engine.Arrays(*splits["train"], splits, 0.0, 1 / 255)
    plan = engine.Plan(s.epochs, s.batch_size, job.seed, dict.fromkeys(splits, s.epochs))
    facts = {"parameters": model.count_params(), "trained_on": len(some)}
    return engine.Training(model, job.variant(s.learning_rate), arrays, plan, engine.OWN_LOSS, facts=facts)


FULL = dict(data="mnist", examples=60_000, hidden=500, latent=50, epochs=100, batch_size=100, learning_rate=None)
REDUCED = FULL | dict(epochs=10)
QUICK = dict(data="digits", examples=100, hidden=16, latent=2, epochs=10, batch_size=50, learning_rate=1e-3)
PRESETS = {"quick": Preset(QUICK, seeds=1), "reduced": Preset(REDUCED, seeds=1), "paper": Preset(FULL, seeds=3)}
# The grid is the experiment: its runs differ from those that follow in nothing but the seed, and have three.
TUNING = Tuning(
    "learning_rate",
    dict.fromkeys(VARIANTS, RATES),
    metric="objective",
    changes={"reduced": {}, "paper": {}},
    grids={"paper": dict.fromkeys(VARIANTS, HALVES)},
    repeats=dict.fromkeys(TUNED, 3),
)
DOMAINS = {"hidden": Integer(1, 16_384), "latent": Integer(1, 4096)}
EXPERIMENTS = (Experiment(NAME, VARIANTS, train, PRESETS, TUNING, ("autoencoder",), domains=DOMAINS, most=6),)


def pair(first, second, beta_1, beta_2):
    return f"{first}_{beta_1:g}_{beta_2:g}", f"{second}_{beta_1:g}_{beta_2:g}"


def uncorrected(beta_2):
    """The pairs without and with bias correction at one `beta_2`."""
    return tuple(pair("uncorrected", "corrected", b1, b2) for b1, b2 in BETAS if b2 == beta_2)


CORRECTED = tuple(pair("corrected", "uncorrected", *betas) for betas in BETAS)
NEVER_HIGHER = dict(text="never_higher", pairs=CORRECTED, tolerance=0.01)
UNSTABLE = dict(text="unstable", pairs=uncorrected(0.9999), more_than=uncorrected(0.99), tolerance=0.1)


def claims(words):
    """One of the claims on the cost of two epochs, of which each preset has its own."""
    shared = dict(experiment=NAME, **words)
    return tuple(
        WorseCells(name=f"{words['text']}_after_{n}", quantity=quantity, presets=at, words={"epoch": n}, **shared)
        for (n, quantity), at in zip(OBJECTIVE_AFTER.items(), (TUNED, ("paper",)), strict=True)
    )


FINDINGS = (Finding("never_higher", claims(NEVER_HIGHER)), Finding("unstable", claims(UNSTABLE)))
DEVIATIONS = (
    Deviation("figure_4_batch_size", (NAME,), TUNED),
    Deviation("figure_4_seeds", (NAME,), TUNED),
    Deviation("figure_4_rates", (NAME,), ("reduced",)),
    Deviation("figure_4_epochs", (NAME,), ("reduced",)),
    Deviation("figure_4_data", (NAME,), ("quick",)),
)
RESULTS = {NAME: (OBJECTIVE, TEST_LOSS)}
PANELS = tuple(
    tuple((betas, pair("corrected", "uncorrected", *betas)) for betas in BETAS if betas[0] == beta_1)
    for beta_1 in (0.0, 0.9)
)
FIGURES = tuple(TuningPanels(NAME, quantity, PANELS, reach=4.0) for quantity in OBJECTIVE_AFTER.values())
