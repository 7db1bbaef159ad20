"""The multilayer network on MNIST (section 6.2, figure 2; the book's figure 6)."""

from custom.activations import ReLU
from experiments.harness.claims import Ordering, Value
from experiments.harness.paper import Deviation, Experiment, Preset, Tuning
from experiments.harness.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.harness.supervised import classifier
from experiments.kingma2015.optimizers import OPTIMIZERS
from experiments.networks import multilayer_perceptron

GRID = {  # four rates each, a factor of about 3 apart, around the value that its paper or its users start from
    "adagrad": (0.003, 0.01, 0.03, 0.1),
    "rmsprop": (0.0001, 0.0003, 0.001, 0.003),
    "nesterov": (0.003, 0.01, 0.03, 0.1),
    "adadelta": (0.1, 0.3, 1.0, 3.0),
    "adam": (0.0001, 0.0003, 0.001, 0.003),
}


# fmt: off
def train(job):
    s, data = job.settings, job.dataset
    model = multilayer_perceptron(
        ReLU, input_shape=data.x_train.shape[1:], hidden=s.hidden, classes=data.classes, seed=job.seed,
        input_dropout=s.input_dropout, dropout=s.dropout, precision=s.precision)
    l2 = dict(l2=s.l2, l2_exclude="bias") if "l2" in s else {}
    return classifier(job, model, job.variant(s.learning_rate, **l2))


PAPER_SETTINGS = dict(
    data="mnist", hidden=[1000, 1000], epochs=200, batch_size=128, learning_rate=None, input_dropout=0.0,
    dropout=0.0, precision="float32", evaluation="test", train_evaluation_every=5)
REDUCED = PAPER_SETTINGS | dict(hidden=[500, 500], epochs=20, train_evaluation_every=1)
QUICK = REDUCED | dict(data="digits", hidden=[64, 64], epochs=10, batch_size=32)
DROPOUT = dict(input_dropout=0.2, dropout=0.5)


def experiment(name, title, changes, grids=None):
    """The multilayer network with dropout, an L2 term or neither; its rates are tuned for each case."""
    tuning = Tuning("learning_rate", GRID, metric="validation_loss", changes={
        "quick": dict(evaluation="validation", epochs=5),
        "reduced": dict(evaluation="validation", epochs=3),
        "paper": dict(evaluation="validation", epochs=20)}, grids=grids or {})
    return Experiment(name, title, OPTIMIZERS, train, {
        "quick": Preset(QUICK | changes, seeds=2),
        "reduced": Preset(REDUCED | changes, seeds=3),
        "paper": Preset(PAPER_SETTINGS | changes, seeds=3)}, tuning)


EXPERIMENTS = (
    experiment("mlp_dropout", "Multilayer network with dropout", DROPOUT),
    experiment("mlp", "Multilayer network without dropout", {}),
    experiment("mlp_l2", "Multilayer network with an L2 term", dict(l2=1e-4),
               {"quick": {name: values[1:3] for name, values in GRID.items()}}))
PROTOCOL = (
    ("Data", "MNIST", "{data}, pixels divided by 255"),
    ("Network", "two hidden layers of 1,000 ReLU units", "hidden layers of {hidden} ReLU units"),
    ("Dropout", "rates not stated", "inputs {input_dropout}, hidden units {dropout}"),
    ("Batch size", "128", "{batch_size}"),
    ("Epochs", "200", "{epochs}"),
    ("Learning rate", "best of a dense grid that is not given", "best of four by validation cost, constant"),
    ("Momentum and decay rates", "searched too", "each paper's own: momentum 0.9; rho 0.9 (RMSProp) and 0.95 "
     "(AdaDelta); betas 0.9 and 0.999"),
    ("Initialisation", "the same for all optimizers", "He normal, the same for all optimizers of a seed"),
    ("Cost", "training cost", "cross-entropy as it is optimised: mean over an epoch's mini-batches, dropout on"))

OTHERS = ("adagrad", "rmsprop", "nesterov", "adadelta")
FIGURE = dict(source="Section 6.2, figure 2a", experiment="mlp_dropout")
CLAIMS = (
    Ordering(**FIGURE, quantity="mean_log_objective", presets=("reduced", "paper"), lower="adam", higher=OTHERS,
             text="With dropout, Adam converges fastest: its training cost, averaged over all epochs on the "
             "logarithmic axis of the figure, is the lowest"),
    Ordering(**FIGURE, quantity="objective", presets=("reduced", "paper"), lower="adam", higher=OTHERS,
             text="With dropout, Adam ends with the lowest training cost"),
    Value(**FIGURE, quantity="objective", variant="adam", value=0.055, tolerance=0.045,
          why="the vertical axis, 0.01 to 0.1, is the only number that the figure gives"))
DEVIATIONS = (
    Deviation("Figure 2: dropout rates", "not stated", "0.2 on inputs, 0.5 on hidden units", "customary at the time"),
    Deviation("Figure 2b: another method, L2 coefficient", "Adam against the sum-of-functions optimizer (SFO), whose "
              "coefficient of the L2 term is not stated", "the five optimizers of figure 2a, without SFO; 1e-4 in the "
              "gradient, without the biases; no claim", "SFO is not among the optimizers here"),
    Deviation("Figure 2: tuning", "learning rate and momentum on a dense grid, presumably by training cost",
              "learning rate only, four values each, by the cost on a sixth of the training set held out", "one "
              "declared budget for all; where training cost falls far below validation cost, as without dropout, "
              "the rate so chosen need not be the one with the lowest training cost"),
    Deviation("Figure 2: data and network", "MNIST, 1,000 units, batches of 128", "scikit-learn's digits, 64 units, "
              "batches of 32", "quick needs no download", ("quick",)),
    Deviation("Figure 2: width", "1,000 units", "500 units", "to run on two cores in under an hour", ("reduced",)),
    Deviation("Figure 2: epochs", "200", "20 (quick: 10)", "to run on two cores in under an hour",
              ("quick", "reduced")))
COSTS = ("objective", "mean_log_objective", "train_loss", "test_error")
RESULTS = {e.name: COSTS for e in EXPERIMENTS}
FIGURES = tuple(figure for name in RESULTS for figure in (
    LearningCurves(name, "objective", log=True), LearningCurves(name, "train_loss", log=True),
    FinalValues(name, "mean_log_objective"), Sensitivity(name)))
# fmt: on
