"""The convolutional network on CIFAR-10 (section 6.3, figure 3)."""

from custom.activations import ReLU
from experiments.harness.claims import Ordering
from experiments.harness.paper import Deviation, Experiment, Preset, Tuning
from experiments.harness.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.harness.supervised import classifier
from experiments.kingma2015.optimizers import chosen
from experiments.networks import three_stage_convnet

GRID = {
    "adagrad": (0.001, 0.003, 0.01, 0.03),
    "nesterov": (0.001, 0.003, 0.01, 0.03),
    "adam": (0.0001, 0.0003, 0.001, 0.003),
}


# fmt: off
def train(job):
    s, data = job.settings, job.dataset
    model = three_stage_convnet(
        ReLU, input_shape=data.x_train.shape[1:], classes=data.classes, seed=job.seed, width=s.width,
        input_dropout=s.input_dropout, dropout=s.dropout, precision=s.precision)
    return classifier(job, model, job.variant(s.learning_rate), preprocessing=s.preprocessing)


PAPER_SETTINGS = dict(
    data="cifar10", preprocessing="gcn_zca", width=1.0, epochs=45, batch_size=128, learning_rate=None,
    input_dropout=0.0, dropout=0.0, precision="float32", evaluation="test", train_evaluation_every=5)
REDUCED = PAPER_SETTINGS | dict(width=1 / 4, epochs=10)
QUICK = REDUCED | dict(data="digits_rgb", preprocessing="standardize", width=1 / 16, epochs=3, batch_size=32)
PROTOCOL = (
    ("Data", "CIFAR-10, whitened", "{data}; {preprocessing}: global contrast normalisation, then ZCA whitening "
     "(gcn_zca), or the mean subtracted and divided by the deviation (standardize)"),
    ("Network", "three stages of 5x5 convolutions, 64, 64 and 128 channels, each with 3x3 max-pooling of stride 2, "
     "then 1,000 ReLU units", "the same, channels and units times {width}"),
    ("Dropout", "on the inputs and the dense layer, rates not stated; and none", "inputs {input_dropout}, dense layer "
     "{dropout}"),
    ("Batch size", "128", "{batch_size}"),
    ("Epochs", "45", "{epochs}"),
    ("Learning rate", "best of a dense grid that is not given", "best of four by training cost, constant"),
    ("Momentum and decay rates", "searched too", "each paper's own: momentum 0.9; betas 0.9 and 0.999"),
    ("Initialisation", "the same for all optimizers", "He normal, the same for all optimizers of a seed"),
    ("Cost", "training cost", "cross-entropy as it is optimised: mean over an epoch's mini-batches, dropout on"))


def experiment(name, title, changes):
    return Experiment(name, title, chosen("adagrad", "nesterov", "adam"), train, {
        "quick": Preset(QUICK | changes, seeds=1),
        "reduced": Preset(REDUCED | changes, seeds=3),
        "paper": Preset(PAPER_SETTINGS | changes, seeds=3)},
        Tuning("learning_rate", GRID, metric="objective", changes={
            "quick": dict(evaluation="validation", epochs=1),
            "reduced": dict(evaluation="validation", epochs=2),
            "paper": dict(evaluation="validation", epochs=10)},
            grids={"quick": {name: values[1:3] for name, values in GRID.items()}}),
        PROTOCOL)


EXPERIMENTS = (
    experiment("cnn_dropout", "Convolutional network with dropout", dict(input_dropout=0.2, dropout=0.5)),
    experiment("cnn", "Convolutional network without dropout", {}))
FIGURE = dict(source="Section 6.3, figure 3", presets=("reduced", "paper"))
CLAIMS = tuple(claim for e, words in zip(EXPERIMENTS, ("with dropout", "without dropout"), strict=True) for claim in (
    *(Ordering(**FIGURE, experiment=e.name, quantity="objective_after_3", lower=name, higher=("nesterov",),
               text=f"CIFAR-10, {words}: in the first three epochs {called} makes more progress than SGD with Nesterov "
               "momentum: its training cost of the third epoch is lower")
      for name, called in (("adam", "Adam"), ("adagrad", "AdaGrad"))),
    *(Ordering(**FIGURE, experiment=e.name, quantity="objective", lower=name, higher=("adagrad",),
               text=f"CIFAR-10, {words}: in the end {called} is far below AdaGrad: its training cost is lower")
      for name, called in (("adam", "Adam"), ("nesterov", "SGD with Nesterov momentum")))))
DEVIATIONS = (
    Deviation("Figure 3: whitening, dropout rates", "not stated", "global contrast normalisation and ZCA; 0.2 on "
              "inputs, 0.5 on the dense layer", "customary at the time"),
    Deviation("Figure 3: tuning", "learning rate and momentum on a dense grid", "learning rate only, four values each, "
              "by the training cost of a shorter run", "one declared budget for all"),
    Deviation("Figure 3: width and epochs", "64, 64, 128 channels, 1,000 units; 45 epochs", "a quarter of them; 10 "
              "epochs", "to run on two cores", ("reduced",)),
    Deviation("Figure 3: data and network", "CIFAR-10", "scikit-learn's digits as 32x32 images, not whitened, a "
              "sixteenth of the channels, two learning rates", "quick needs no download", ("quick",)))
RESULTS = {e.name: ("objective_after_3", "objective", "test_error") for e in EXPERIMENTS}
FIGURES = tuple(figure for name in RESULTS for figure in (
    LearningCurves(name, "objective", log=True), FinalValues(name, "objective"), Sensitivity(name)))
# fmt: on
