"""Logistic regression on digits and on film reviews (section 6.1, figure 1; the book's figure 5).

`alpha_t = alpha / sqrt(t)` for all optimizers; t counts mini-batches, as in the paper's theorem 4.1.
"""

import keras
from keras import ops

from custom.optimizers import AdaGrad
from experiments.harness import engine
from experiments.harness.claims import Ordering, Ratio
from experiments.harness.paper import Deviation, Experiment, Preset, Tuning
from experiments.harness.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.harness.supervised import classifier
from experiments.kingma2015.optimizers import OPTIMIZERS
from experiments.networks import multilayer_perceptron, words_regression

GRID = {  # alpha of the first step, a factor of about 3 apart
    "adagrad": (0.03, 0.1, 0.3, 1.0, 3.0),
    "adagrad_constant": (0.003, 0.01, 0.03, 0.1, 0.3),
    "rmsprop": (0.01, 0.03, 0.1, 0.3, 1.0),
    "nesterov": (0.1, 0.3, 1.0, 3.0, 10.0),
    "adam": (0.01, 0.03, 0.1, 0.3, 1.0),
}


class InverseSquareRoot(keras.optimizers.schedules.LearningRateSchedule):
    """`alpha / sqrt(t)`, with t = 1, 2, ... the number of the step."""

    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, step):
        return self.alpha / ops.sqrt(ops.cast(step, "float32") + 1.0)

    def get_config(self):
        return {"alpha": self.alpha}


def decaying(optimizer):
    """Makes the optimizer from alpha, with `alpha / sqrt(t)` for its learning rate."""
    return lambda alpha, **options: optimizer(InverseSquareRoot(alpha), **options)


# AdaGrad divides by the root of a sum over all steps, which is a decay of the same kind: with the schedule it
# decays twice. The second form, without the schedule, shows what that does.
VARIANTS = {name: decaying(optimizer) for name, optimizer in OPTIMIZERS.items()} | {"adagrad_constant": AdaGrad}
LABELS = {"adagrad_constant": "AdaGrad, constant"}


# fmt: off
def train(job):
    s, data = job.settings, job.dataset
    two = data.classes == 2  # one logit, as logistic regression has
    outputs = 1 if two else data.classes
    if s.preprocessing == "words":
        model = words_regression(
            words=data.x_train.shape[1], outputs=outputs, seed=job.seed, dropout=s.input_dropout)
    else:
        model = multilayer_perceptron(
            None, input_shape=data.x_train.shape[1:], hidden=[], classes=outputs, seed=job.seed,
            input_dropout=s.input_dropout, initializer="normal_0.01")
    optimizer = job.variant(s.learning_rate, l2=s.l2, l2_exclude="bias")
    task = engine.BINARY_CLASSIFICATION if two else engine.CLASSIFICATION
    return classifier(job, model, optimizer, preprocessing=s.preprocessing, task=task)


DIGITS = dict(
    data="mnist", preprocessing="unit", epochs=45, batch_size=128, learning_rate=None, l2=1e-4, input_dropout=0.0,
    evaluation="test", train_evaluation_every=5)
REVIEWS = DIGITS | dict(data="imdb_bow", preprocessing="words", epochs=160, l2=0.0)
PROTOCOL = (
    ("Data", "figure 1 left: MNIST; right: IMDB film reviews", "{data}"),
    ("Inputs", "784 pixels; bag of the 10,000 most frequent words", "{preprocessing}: pixels divided by 255 (unit), "
     "1 for a word that occurs and 0 for one that does not, of which only the former are computed with (words)"),
    ("Dropout on the inputs", "none; 0.5", "{input_dropout}"),
    ("L2 term", "for MNIST, coefficient not stated", "{l2}, in the gradient, without the biases"),
    ("Batch size", "128", "{batch_size}"),
    ("Epochs", "45; 160", "{epochs}"),
    ("Learning rate", "alpha / sqrt(t), alpha the best of a dense grid that is not given", "alpha / sqrt(t), t the "
     "number of the mini-batch; alpha the best of five by training cost"),
    ("Momentum and decay rates", "searched too", "each paper's own: momentum 0.9, rho 0.9, betas 0.9 and 0.999"),
    ("Initialisation", "the same for all optimizers", "normal, standard deviation 0.01, the same for all of a seed"),
    ("Cost", "training negative log-likelihood", "cross-entropy as it is optimised, without the L2 term: mean over an "
     "epoch's mini-batches, dropout on"))


def experiment(name, title, variants, presets, tuned):
    """Presets are changes by name; so are those of the tuning runs, which hold a sixth of the training set out."""
    tuning = Tuning("learning_rate", GRID, metric="objective", changes={
        preset: dict(evaluation="validation") | tuned.get(preset, {}) for preset in presets},
        grids={"quick": {variant: values[1:3] for variant, values in GRID.items()}})
    variants = {variant: VARIANTS[variant] for variant in variants}
    return Experiment(name, title, variants, train, presets, tuning, PROTOCOL)


def reviews(name, title, reduced, **changes):
    """`reduced`: epochs of that preset and of its tuning runs."""
    settings, (epochs, tuned) = REVIEWS | changes, reduced
    return experiment(name, title, ("adagrad", "rmsprop", "nesterov", "adam", "adagrad_constant"), {
        "quick": Preset(settings | dict(data="generated_reviews", epochs=10, batch_size=32), seeds=1),
        "reduced": Preset(settings | dict(epochs=epochs), seeds=3),
        "paper": Preset(settings | dict(evaluation_every=20, train_evaluation_every=20), seeds=3)}, {
        "quick": dict(epochs=5), "reduced": dict(epochs=tuned), "paper": dict(epochs=20)})


EXPERIMENTS = (
    experiment("logistic", "Logistic regression on MNIST", ("adagrad", "nesterov", "adam", "adagrad_constant"), {
        "quick": Preset(DIGITS | dict(data="digits", epochs=10, batch_size=32), seeds=1),
        "reduced": Preset(DIGITS | dict(epochs=10), seeds=3),
        "paper": Preset(DIGITS, seeds=3)}, {"quick": dict(epochs=5)}),
    reviews("imdb_dropout", "Logistic regression on film reviews with dropout", (5, 2), input_dropout=0.5),
    reviews("imdb", "Logistic regression on film reviews without dropout", (10, 3)))

LEFT = dict(source="Section 6.1, figure 1 left", experiment="logistic", quantity="mean_objective")
BOTH = ("reduced", "paper")
ALIKE = "5 %: curves that differ by less lie on each other in the figure"


def about_reviews(name, words, adagrad, called):
    """The claims of the figure's right half, for one of the two readings of AdaGrad's step size."""
    shared = dict(source="Section 6.1, figure 1 right", experiment=name, quantity="mean_objective", presets=BOTH)
    return (
        Ordering(**shared, lower=adagrad, higher=("nesterov",), margin=0.015,
                 text=f"Film reviews, {words}: {called} is far better than SGD with Nesterov momentum: its training "
                 "cost, averaged over all epochs, is lower by a twentieth of the figure's axis, 0.015 nats"),
        Ratio(**shared, larger="adam", smaller=adagrad, value=1.0, low=0.95, high=1.05, why=ALIKE,
              text=f"Film reviews, {words}: Adam and {called} converge alike: their training costs, averaged over all "
              "epochs, are alike"))


CLAIMS = (
    Ordering(**LEFT, presets=BOTH, lower="adam", higher=("adagrad",),
             text="MNIST: Adam converges faster than AdaGrad: its training cost, averaged over all epochs, is lower"),
    Ordering(**LEFT, presets=BOTH, lower="nesterov", higher=("adagrad",),
             text="MNIST: SGD with Nesterov momentum converges faster than AdaGrad: its training cost, averaged over "
             "all epochs, is lower"),
    Ratio(**LEFT, presets=BOTH, larger="adam", smaller="nesterov", value=1.0, low=0.95, high=1.05, why=ALIKE,
          text="MNIST: Adam converges like SGD with Nesterov momentum: their training costs, averaged over all epochs, "
          "are alike"),
    *(claim for name, words in (("imdb_dropout", "with dropout"), ("imdb", "without dropout"))
      for adagrad, called in (("adagrad", "AdaGrad"), ("adagrad_constant", "AdaGrad, its alpha constant,"))
      for claim in about_reviews(name, words, adagrad, called)))
DEVIATIONS = (
    Deviation("Figure 1: t in alpha / sqrt(t)", "not stated whether steps or epochs", "steps, that is mini-batches",
              "the theory that the schedule is to match counts them"),
    Deviation("Figure 1: AdaGrad", "not stated whether its step size decays by the schedule too", "both: with the "
              "schedule, as the others; and with a constant alpha, added when the first had run, to see what the decay "
              "does", "AdaGrad's own divisor grows like sqrt(t) already"),
    Deviation("Figure 1: L2 coefficient", "not stated", "1e-4 on MNIST; 0 on the reviews, for which no L2 term is "
              "mentioned", "small, and the same for all optimizers"),
    Deviation("Figure 1: tuning", "learning rate and momentum on a dense grid", "learning rate only, five values each, "
              "by the training cost of the last epochs", "one declared budget for all"),
    Deviation("Figure 1: data", "MNIST; IMDB", "scikit-learn's digits; generated bags of words; two values of "
              "alpha", "quick needs no download", ("quick",)),
    Deviation("Figure 1: epochs", "45; 160", "10; on the reviews with dropout 5 (quick: 10)", "to run in minutes on "
              "two cores", ("quick", "reduced")))
RESULTS = {e.name: ("objective", "mean_objective", "train_loss", "test_error") for e in EXPERIMENTS}
FIGURES = tuple(figure for e in EXPERIMENTS for figure in (
    LearningCurves(e.name, "objective", log=True), FinalValues(e.name, "mean_objective"), Sensitivity(e.name)))
# fmt: on
