"""The multilayer network on MNIST (section 6.2, figure 2; the book's figure 6)."""

from custom.activations import ReLU
from experiments.claims import MEAN_LOG_OBJECTIVE, OBJECTIVE, TEST_ERROR, TRAIN_LOSS, Finding, Ordering, Range
from experiments.papers.kingma2015_adam.networks import multilayer_perceptron
from experiments.papers.kingma2015_adam.optimizers import OPTIMIZERS, TUNED, middle
from experiments.recipes import classifier
from experiments.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.spec import Deviation, Experiment, Preset, Tuning

FOUR = {  # rates, a factor of about 3 apart, around the value that its paper or its users start from
    "adagrad": (0.003, 0.01, 0.03, 0.1),
    "rmsprop": (0.0001, 0.0003, 0.001, 0.003),
    "nesterov": (0.003, 0.01, 0.03, 0.1),
    "adadelta": (0.1, 0.3, 1.0, 3.0),
    "adam": (0.0001, 0.0003, 0.001, 0.003),
}
FIVE = {
    "adagrad": (0.001, 0.003, 0.01, 0.03, 0.1),
    "rmsprop": (0.0001, 0.0003, 0.001, 0.003, 0.01),
    "nesterov": (0.003, 0.01, 0.03, 0.1, 0.3),
    "adadelta": (0.1, 0.3, 1.0, 3.0, 10.0),
    "adam": (0.0001, 0.0003, 0.001, 0.003, 0.01),
}


def train(job):
    s, data = job.settings, job.dataset
    options = dict(input_dropout=s.input_dropout, dropout=s.dropout, precision=s.precision, seed=job.seed)
    shape, classes = data.x_train.shape[1:], data.classes
    model = multilayer_perceptron(ReLU, input_shape=shape, hidden=s.hidden, classes=classes, **options)
    l2 = dict(l2=s.l2, l2_exclude="bias") if "l2" in s else {}
    return classifier(job, model, job.variant(s.learning_rate, **l2))


NETWORK = dict(hidden=[1000, 1000], input_dropout=0.0, dropout=0.0, precision="float32")
RECIPE = dict(data="mnist", epochs=200, batch_size=128, learning_rate=None)
FULL = NETWORK | RECIPE | dict(evaluation="test", train_evaluation_every=5)
REDUCED = FULL | dict(epochs=20)
HALF = FULL | dict(hidden=[500, 500], epochs=20, train_evaluation_every=1)
QUICK = FULL | dict(data="digits", hidden=[64, 64], epochs=10, batch_size=32, examples=128)
VALIDATION = dict(evaluation="validation")
CHANGES = {"reduced": VALIDATION | dict(epochs=3), "paper": VALIDATION | dict(epochs=20)}


# Of the two of the figure by what is judged, the training cost that whole runs get to, in runs that differ from those
# that follow in nothing but the seed.
BY_COST = Tuning("learning_rate", FIVE, "objective", {"reduced": {}, "paper": dict(epochs=20)})
BY_VALIDATION = Tuning("learning_rate", FOUR, "validation_loss", CHANGES)


def experiment(name, reduced, tuning, **changes):
    """The multilayer network with dropout, an L2 term or neither; its rates are tuned for each case."""
    presets = {
        "quick": Preset(QUICK | changes, seeds=1, variants=middle(tuning.grid, OPTIMIZERS)),
        "reduced": Preset(reduced.settings | changes, reduced.seeds),
        "paper": Preset(FULL | changes, seeds=3),
    }
    return Experiment(name, OPTIMIZERS, train, presets, tuning, most=10)


OF_THE_FIGURE = (Preset(REDUCED, seeds=5), BY_COST)
EXPERIMENTS = (
    experiment("mlp_dropout", *OF_THE_FIGURE, input_dropout=0.2, dropout=0.5),
    experiment("mlp", Preset(HALF, seeds=3), BY_VALIDATION),
    experiment("mlp_l2", *OF_THE_FIGURE, l2=1e-4),
)
FIGURES_OF_THE_PAPER = ("mlp_dropout", "mlp_l2")
NAMES = tuple(e.name for e in EXPERIMENTS)

FIGURE = dict(experiment="mlp_dropout")
LOWEST = dict(lower="adam", higher=("adagrad", "rmsprop", "nesterov", "adadelta"), presets=TUNED)
PLAIN = dict(experiment="mlp", quantity=OBJECTIVE)
FINDINGS = (
    Finding(
        "mlp",
        (
            Ordering(name="mlp_fastest", quantity=MEAN_LOG_OBJECTIVE, **LOWEST, **FIGURE),
            Ordering(name="mlp_lowest", quantity=OBJECTIVE, **LOWEST, **FIGURE),
        ),
    ),
    Finding(
        "mlp_cost",
        (Range(name="mlp_final_cost", quantity=OBJECTIVE, variant="adam", low=0.01, high=0.1, **FIGURE),),
    ),
    Finding("mlp_plain", (Ordering(name="mlp_plain_lowest", **LOWEST, **PLAIN),), exploratory=True),
)
DEVIATIONS = (
    Deviation("figure_2_dropout", ("mlp_dropout",)),
    Deviation("figure_2_l2", ("mlp_l2",)),
    Deviation("figure_2_tuning", FIGURES_OF_THE_PAPER, TUNED),
    Deviation("figure_2_tuning_without", ("mlp",), TUNED),
    Deviation("figure_2_seeds", FIGURES_OF_THE_PAPER, ("reduced",)),
    Deviation("figure_2_data", NAMES, ("quick",)),
    Deviation("figure_2_width", ("mlp",), ("reduced",)),
    Deviation("figure_2_epochs", NAMES, ("quick", "reduced")),
)
RESULTS = dict.fromkeys(NAMES, (OBJECTIVE, MEAN_LOG_OBJECTIVE, TRAIN_LOSS, TEST_ERROR))
FIGURES = tuple(
    figure
    for name in NAMES
    for figure in (
        LearningCurves(name, OBJECTIVE, log=True),
        LearningCurves(name, TRAIN_LOSS, log=True),
        FinalValues(name, MEAN_LOG_OBJECTIVE),
        Sensitivity(name),
    )
)
