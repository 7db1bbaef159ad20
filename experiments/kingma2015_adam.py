"""Adam: a method for stochastic optimization (Kingma and Ba, 2015).

The multilayer network of section 6.2, figure 2a (the book's figure 6). reduced: MNIST, two hidden
layers of 500 units, 20 epochs. paper: 1,000 units, 200 epochs. The report states what each run took.

python -m experiments run kingma2015_adam --preset reduced
"""

from custom.activations import ReLU
from custom.optimizers import AdaDelta, AdaGrad, Adam, Nesterov, RMSProp
from experiments.harness import references
from experiments.harness.claims import Ordering, Value
from experiments.harness.paper import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset, Tuning
from experiments.harness.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.harness.supervised import classifier
from experiments.networks import multilayer_perceptron

VARIANTS = {"adagrad": AdaGrad, "rmsprop": RMSProp, "nesterov": Nesterov, "adadelta": AdaDelta, "adam": Adam}
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
    return classifier(job, model, job.variant(s.learning_rate))


PAPER_SETTINGS = dict(
    data="mnist", hidden=[1000, 1000], epochs=200, batch_size=128, learning_rate=None, input_dropout=0.0,
    dropout=0.0, precision="float32", evaluation="test", train_evaluation_every=5)
REDUCED = PAPER_SETTINGS | dict(hidden=[500, 500], epochs=20, train_evaluation_every=1)
QUICK = REDUCED | dict(data="digits", hidden=[64, 64], epochs=10, batch_size=32)
DROPOUT = dict(input_dropout=0.2, dropout=0.5)


def experiment(name, title, changes):
    """The multilayer network with or without dropout; its rates are tuned for each case."""
    tuning = Tuning("learning_rate", GRID, metric="validation_loss", changes={
        "quick": dict(evaluation="validation", epochs=5),
        "reduced": dict(evaluation="validation", epochs=3),
        "paper": dict(evaluation="validation", epochs=20)})
    return Experiment(name, title, VARIANTS, train, {
        "quick": Preset(QUICK | changes, seeds=2),
        "reduced": Preset(REDUCED | changes, seeds=3),
        "paper": Preset(PAPER_SETTINGS | changes, seeds=3)}, tuning)


LABELS = {
    "adagrad": "AdaGrad", "rmsprop": "RMSProp", "nesterov": "SGD with Nesterov momentum", "adadelta": "AdaDelta",
    "adam": "Adam"}
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
COSTS = ("objective", "mean_log_objective", "train_loss", "test_error")

PAPER = Paper(
    key="kingma2015_adam",
    reference=references.get("kingma2015"),
    summary="Five optimizers train one multilayer network on MNIST; the paper plots the training cost and finds that "
    "Adam converges fastest. Its figure is the only result: no numbers are tabulated and no seeds are stated. The case "
    "without dropout is shown beside it; the paper has it with an L2 term and against another method only, so it "
    "carries no claim.",
    labels=LABELS,
    experiments=(
        experiment("mlp_dropout", "Multilayer network with dropout", DROPOUT),
        experiment("mlp", "Multilayer network without dropout", {})),
    protocol=(
        ("Data", "MNIST", "{data}, pixels divided by 255"),
        ("Network", "two hidden layers of 1,000 ReLU units", "hidden layers of {hidden} ReLU units"),
        ("Dropout", "rates not stated", "inputs {input_dropout}, hidden units {dropout}"),
        ("Batch size", "128", "{batch_size}"),
        ("Epochs", "200", "{epochs}"),
        ("Learning rate", "best of a dense grid that is not given", "best of four by validation cost, constant"),
        ("Momentum and decay rates", "searched too", "each paper's own: momentum 0.9; rho 0.9 (RMSProp) and 0.95 "
         "(AdaDelta); betas 0.9 and 0.999"),
        ("Initialisation", "the same for all optimizers", "He normal, the same for all optimizers of a seed"),
        ("Cost", "training cost", "cross-entropy as it is optimised: mean over an epoch's mini-batches, dropout on")),
    claims=CLAIMS,
    deviations=(
        Deviation("Dropout rates", "not stated", "0.2 on inputs, 0.5 on hidden units", "customary at the time"),
        Deviation("Tuning", "learning rate and momentum on a dense grid, presumably by training cost",
                  "learning rate only, four values each, by the cost on a sixth of the training set held out", "one "
                  "declared budget for all; where training cost falls far below validation cost, as without dropout, "
                  "the rate so chosen need not be the one with the lowest training cost"),
        INCOMPLETE_BATCHES,
        Deviation("Data and network", "MNIST, 1,000 units, batches of 128", "scikit-learn's digits, 64 units, batches "
                  "of 32", "quick needs no download", ("quick",)),
        Deviation("Width", "1,000 units", "500 units", "to run on two cores in under an hour", ("reduced",)),
        Deviation("Epochs", "200", "20 (quick: 10)", "to run on two cores in under an hour", ("quick", "reduced"))),
    results={"mlp_dropout": COSTS, "mlp": COSTS},
    headline=("objective",),
    figures=tuple(figure for name in ("mlp_dropout", "mlp") for figure in (
        LearningCurves(name, "objective", log=True), LearningCurves(name, "train_loss", log=True),
        FinalValues(name, "mean_log_objective"), Sensitivity(name))))
# fmt: on


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)
