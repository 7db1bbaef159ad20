"""The convolutional network on CIFAR-10 (section 6.3, figure 3)."""

from custom.activations import ReLU
from experiments.claims import OBJECTIVE, TEST_ERROR, Finding, Ordering, Quantity
from experiments.claims.quantities import after
from experiments.papers.kingma2015_adam.networks import three_stage_convnet
from experiments.papers.kingma2015_adam.optimizers import OF_PIXELS, TUNED, chosen, middle
from experiments.papers.kingma2015_adam.ratios import RatioWithin
from experiments.recipes import classifier
from experiments.report.figures import FinalValues, LearningCurves, Sensitivity
from experiments.spec import Deviation, Experiment, Preset, Tuning

OBJECTIVE_AFTER_3 = Quantity("objective_after_3", "nats", after("objective", 3))

VARIANTS = chosen("adagrad", "nesterov", "adam")
GRID = {
    "adagrad": (0.001, 0.003, 0.01, 0.03),
    "nesterov": (0.001, 0.003, 0.01, 0.03),
    "adam": (0.0001, 0.0003, 0.001, 0.003),
}
THREE = {"adagrad": (0.003, 0.01, 0.03), "nesterov": (0.003, 0.01, 0.03), "adam": (0.0003, 0.001, 0.003)}


def train(job):
    s, data = job.settings, job.dataset
    options = dict(width=s.width, input_dropout=s.input_dropout, dropout=s.dropout, precision=s.precision)
    shape, classes = data.x_train.shape[1:], data.classes
    model = three_stage_convnet(ReLU, input_shape=shape, classes=classes, seed=job.seed, **options)
    return classifier(job, model, job.variant(s.learning_rate), preprocessing=s.preprocessing)


NETWORK = dict(width=1.0, input_dropout=0.0, dropout=0.0, precision="float32")
RECIPE = dict(data="cifar10", preprocessing="gcn_zca", epochs=45, batch_size=128, learning_rate=None)
FULL = NETWORK | RECIPE | dict(evaluation="test", train_evaluation_every=5)
REDUCED = FULL | dict(width=1 / 4)
DIGITS = dict(data="digits_rgb", preprocessing="standardize", examples=64)
QUICK = FULL | DIGITS | dict(width=1 / 16, epochs=3, batch_size=32)
# By what is judged, the training cost that whole runs get to, in runs that differ from the others in the seed alone.
CHANGES = {"reduced": {}, "paper": dict(epochs=15)}


def experiment(name, **changes):
    """The convolutional network with dropout or without; its rates are tuned for each case."""
    presets = {
        "quick": Preset(QUICK | changes, seeds=1, variants=middle(GRID, VARIANTS)),
        "reduced": Preset(REDUCED | changes, seeds=5),
        "paper": Preset(FULL | changes, seeds=3),
    }
    tuning = Tuning("learning_rate", GRID, "objective", CHANGES, grids={"reduced": THREE})
    domains = {"preprocessing": OF_PIXELS}
    return Experiment(name, VARIANTS, train, presets, tuning, ("convolutional",), domains=domains, most=10)


EXPERIMENTS = (experiment("cnn_dropout", input_dropout=0.2, dropout=0.5), experiment("cnn"))
NAMES = tuple(e.name for e in EXPERIMENTS)


def claims(kind, quantity, presets, *pairs):
    """`kind`: "early" or "late", the part of the training that they are about; with dropout, and without."""
    return tuple(
        Ordering(
            name=f"{name}_{lower}_{kind}",
            text=f"{name}_{kind}",
            experiment=name,
            quantity=quantity,
            presets=presets,
            lower=lower,
            higher=(higher,),
        )
        for name in NAMES
        for lower, higher in pairs
    )


# "Far below" and "marginally" are read as a factor of two: the figure spans six decades.
FACTOR = 2.0


def end(text, larger, smaller, **bounds):
    """The claim on the ratio of two costs after the last epoch; with dropout, and without."""
    return tuple(
        RatioWithin(
            name=f"{name}_{smaller}_{text}",
            text=f"{name}_{text}",
            experiment=name,
            quantity=OBJECTIVE,
            presets=TUNED,
            larger=larger,
            smaller=smaller,
            **bounds,
        )
        for name in NAMES
    )


EARLY = claims("early", OBJECTIVE_AFTER_3, TUNED, ("adam", "nesterov"), ("adagrad", "nesterov"))
LATE = (*end("late", "adagrad", "adam", low=FACTOR), *end("late", "adagrad", "nesterov", low=FACTOR))
MARGINAL = end("marginal", "nesterov", "adam", low=1.0, high=FACTOR)
FINDINGS = (Finding("cnn_early", EARLY), Finding("cnn_late", LATE), Finding("cnn_marginal", MARGINAL))
DEVIATIONS = (
    Deviation("figure_3_whitening", NAMES, TUNED),
    Deviation("figure_3_tuning", NAMES, TUNED),
    Deviation("figure_3_width", NAMES, ("reduced",)),
    Deviation("figure_3_factor", NAMES),
    Deviation("figure_3_seeds", NAMES, ("reduced",)),
    Deviation("figure_3_data", NAMES, ("quick",)),
)
RESULTS = dict.fromkeys(NAMES, (OBJECTIVE_AFTER_3, OBJECTIVE, TEST_ERROR))
FIGURES = tuple(
    figure
    for name in NAMES
    for figure in (LearningCurves(name, OBJECTIVE, log=True), FinalValues(name, OBJECTIVE), Sensitivity(name))
)
