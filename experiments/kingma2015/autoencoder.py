"""Bias correction in a variational autoencoder (section 6.4, figure 4; the book's figure 7)."""

from functools import partial

import numpy as np

from custom.activations import Softplus
from custom.optimizers import Adam
from experiments.harness import engine
from experiments.harness.claims import WorseCells
from experiments.harness.paper import Deviation, Experiment, Preset, Tuning
from experiments.harness.report.figures import TuningPanels
from experiments.harness.seeds import permutation
from experiments.networks import variational_autoencoder

BETAS = tuple((beta_1, beta_2) for beta_1 in (0.0, 0.9) for beta_2 in (0.99, 0.999, 0.9999))
VARIANTS = {
    f"{word}_{beta_1:g}_{beta_2:g}": partial(Adam, beta_1=beta_1, beta_2=beta_2, bias_correction=word == "corrected")
    for beta_1, beta_2 in BETAS
    for word in ("corrected", "uncorrected")
}
LABELS = {
    f"{word}_{beta_1:g}_{beta_2:g}": f"Adam, betas {beta_1:g} and {beta_2:g}, {word}"
    for beta_1, beta_2 in BETAS
    for word in ("corrected", "uncorrected")
}
RATES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
HALVES = (1e-5, 3.16e-5, 1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)


# fmt: off
def train(job):
    s, data = job.settings, job.dataset
    model = variational_autoencoder(
        Softplus, input_shape=data.x_train.shape[1:], hidden=s.hidden, latent=s.latent, seed=job.seed)
    some = data.x_train[permutation(0, 0, len(data.x_train))[:s.examples]]  # the arrays are sorted
    unused = np.zeros(max(len(some), len(data.x_test)), "int32")  # the network's output is its loss
    splits = {name: (x, unused[:len(x)]) for name, x in (("train", some), ("test", data.x_test))}
    arrays = engine.Arrays(*splits["train"], splits, 0.0, 1 / 255)
    job.facts |= {"parameters": model.count_params(), "trained_on": len(some)}
    plan = engine.Plan(s.epochs, s.batch_size, job.seed, dict.fromkeys(splits, s.epochs), job.compiler)
    yield from engine.train(model, job.variant(s.learning_rate), arrays, plan, job.on_step, job.facts, job.checkpoint,
                            task=engine.OWN_LOSS)


PAPER_SETTINGS = dict(
    data="mnist", examples=60_000, hidden=500, latent=50, epochs=100, batch_size=100, learning_rate=None)
REDUCED = PAPER_SETTINGS | dict(examples=6_000, hidden=100, latent=20, epochs=10)
QUICK = REDUCED | dict(data="digits", examples=1_000, hidden=16, latent=2, batch_size=50)
PROTOCOL = (
    ("Data", "not stated for this figure, presumably MNIST", "{examples} examples of {data}, pixels divided by 255"),
    ("Network", "one hidden layer of 500 softplus units in encoder and decoder, 50 latent dimensions", "hidden layers "
     "of {hidden} softplus units, {latent} latent dimensions, Bernoulli likelihood"),
    ("Batch size", "not stated", "{batch_size}"),
    ("Epochs", "10 and 100", "{epochs}"),
    ("Learning rate", "log10 from -5 to -1", "the values of the grid, one run each"),
    ("Betas", "0 and 0.9; 0.99, 0.999 and 0.9999", "the same"),
    ("Initialisation", "not stated", "normal, standard deviation 0.01, biases 0"),
    ("Cost", "loss after 10 and after 100 epochs", "negative evidence lower bound as it is optimised, one draw of the "
     "code an example: mean over the epoch's mini-batches. Evaluations take the mean of the code in place of a draw"))

EXPERIMENTS = (
    Experiment("vae_bias_correction", "Variational autoencoder with and without bias correction", VARIANTS, train, {
        "quick": Preset(QUICK, seeds=1),
        "reduced": Preset(REDUCED, seeds=1),
        "paper": Preset(PAPER_SETTINGS, seeds=3)},
        # The grid is the experiment: its runs differ from those that follow in nothing but the seed.
        Tuning("learning_rate", dict.fromkeys(VARIANTS, RATES), metric="objective",
               changes={"quick": {}, "reduced": {}, "paper": {}},
               grids={"quick": dict.fromkeys(VARIANTS, (1e-2,)), "paper": dict.fromkeys(VARIANTS, HALVES)}),
        PROTOCOL),)


def pairs(first, second, *second_betas):
    return tuple((f"{first}_{beta_1:g}_{beta_2:g}", f"{second}_{beta_1:g}_{beta_2:g}")
                 for beta_1, beta_2 in BETAS if not second_betas or beta_2 in second_betas)


NEVER = "With bias correction the cost of epoch {} is at no betas and no learning rate higher than without"
UNSTABLE = ("Without bias correction training is unstable for beta_2 close to 1: it is worse than with it, or alone "
            "diverges, in more cells of the grid at 0.9999 than at 0.99; cost of epoch {}")
CLAIMS = tuple(claim for epoch, presets in ((10, ("reduced", "paper")), (100, ("paper",))) for claim in (
    WorseCells(source="Section 6.4, figure 4", experiment="vae_bias_correction", presets=presets,
               quantity=f"objective_after_{epoch}", pairs=pairs("corrected", "uncorrected"), tolerance=0.01,
               text=NEVER.format(epoch), why="less than 1 % is not to be seen in the figure"),
    WorseCells(source="Section 6.4, figure 4", experiment="vae_bias_correction", presets=presets,
               quantity=f"objective_after_{epoch}", pairs=pairs("uncorrected", "corrected", 0.9999),
               more_than=pairs("uncorrected", "corrected", 0.99), tolerance=0.1, text=UNSTABLE.format(epoch),
               why="the figure's failures stand out by far more")))
DEVIATIONS = (
    Deviation("Figure 4: batch size, initialisation", "not stated", "100; normal with deviation 0.01", "those of the "
              "paper that the network is from"),
    Deviation("Figure 4: width", "500 units, 50 latent dimensions", "100 units, 20 latent dimensions",
              "to run on two cores", ("reduced",)),
    Deviation("Figure 4: training set", "presumably 60,000 examples", "6,000 of them, drawn once: 10 epochs have as "
              "many steps as one of the paper's", "to run on two cores", ("reduced",)),
    Deviation("Figure 4: learning rates", "the steps of the grid are not stated", "one decade apart", "to run on two "
              "cores", ("reduced",)),
    Deviation("Figure 4: epochs", "10 and 100", "10", "to run on two cores", ("reduced",)),
    Deviation("Figure 4: data, network and grid", "MNIST, 500 units", "scikit-learn's digits, 16 units, 2 latent "
              "dimensions, batches of 50, one learning rate", "quick needs no download", ("quick",)))
RESULTS = {"vae_bias_correction": ("objective", "test_loss")}
PANELS = tuple(tuple((f"betas {b1:g}, {b2:g}", (f"corrected_{b1:g}_{b2:g}", f"uncorrected_{b1:g}_{b2:g}"))
                     for b1, b2 in BETAS if b1 == beta_1) for beta_1 in (0.0, 0.9))
FIGURES = tuple(
    TuningPanels("vae_bias_correction", f"objective_after_{epoch}", PANELS,
                 ("with bias correction", "without bias correction"), reach=4.0) for epoch in (10, 100))
# fmt: on
