"""Adam: a method for stochastic optimization (Kingma and Ba, 2015).

python -m experiments run kingma2015_adam --preset reduced
"""

from custom.activations import ReLU
from custom.optimizers import AdaDelta, AdaGrad, Adam, Nesterov, RMSProp
from experiments.harness.paper import Experiment, Paper, Preset, Tuning
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


def train(job):
    s, data = job.settings, job.dataset
    model = multilayer_perceptron(
        ReLU,
        input_shape=data.x_train.shape[1:],
        hidden=s.hidden,
        classes=data.classes,
        seed=job.seed,
        input_dropout=s.input_dropout,
        dropout=s.dropout,
        precision=s.precision,
    )
    return classifier(job, model, job.variant(s.learning_rate))


PAPER_SETTINGS = dict(
    data="mnist",
    hidden=[1000, 1000],
    epochs=200,
    batch_size=128,
    learning_rate=None,
    input_dropout=0.0,
    dropout=0.0,
    precision="float32",
    evaluation="test",
    train_evaluation_every=5,
)
REDUCED = PAPER_SETTINGS | dict(hidden=[500, 500], epochs=20, train_evaluation_every=1)
QUICK = REDUCED | dict(data="digits", hidden=[64, 64], epochs=10)
DROPOUT = dict(input_dropout=0.2, dropout=0.5)


def experiment(name, title, changes):
    """The multilayer network with or without dropout; its rates are tuned for each case."""
    tuning = Tuning(
        "learning_rate",
        GRID,
        metric="validation_loss",
        changes={
            "quick": dict(evaluation="validation", epochs=5),
            "reduced": dict(evaluation="validation", epochs=3),
            "paper": dict(evaluation="validation", epochs=20),
        },
    )
    presets = {
        "quick": Preset(QUICK | changes, seeds=2),
        "reduced": Preset(REDUCED | changes, seeds=3),
        "paper": Preset(PAPER_SETTINGS | changes, seeds=3),
    }
    return Experiment(name, title, VARIANTS, train, presets, tuning)


PAPER = Paper(
    key="kingma2015_adam",
    title="Adam: A Method for Stochastic Optimization",
    authors="Kingma, D. P., and Ba, J.",
    venue="ICLR",
    year=2015,
    link="https://arxiv.org/abs/1412.6980",
    chapter="6.4.3",
    summary="",
    labels={},
    experiments=(
        experiment("mlp_dropout", "Multilayer network on MNIST, with dropout", DROPOUT),
        experiment("mlp", "Multilayer network on MNIST, without dropout", {}),
    ),
)
