"""Empirical evaluation of rectified activations in convolutional network (Xu et al., 2015).

reduced: quarter-width Network in Network; CIFAR-10, 20 epochs of all images; CIFAR-10 and CIFAR-100, 5,000 images
until they are learned, where PReLU can over-fit. paper: full width, 260 epochs, for a GPU. The report states what
each run took.

python -m experiments run xu2015_rrelu --preset reduced
"""

from functools import partial

from custom.activations import LeakyReLU, PReLU, ReLU, RReLU
from custom.optimizers import Momentum
from experiments.claims import (
    OBJECTIVE,
    TEST_ERROR,
    TRAIN_ERROR,
    Alike,
    Finding,
    Margin,
    NoBetter,
    Ordering,
    Table,
)
from experiments.papers.xu2015_rrelu.network import network_in_network
from experiments.recipes import classifier, learning_rate
from experiments.report.figures import FinalValues, LearningCurves, PairedDifferences
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset

VARIANTS = {
    "relu": ReLU,
    "leaky_100": partial(LeakyReLU.from_divisor, 100),
    "leaky_5.5": partial(LeakyReLU.from_divisor, 5.5),
    "prelu": partial(PReLU, alpha_initializer=0.25),
    "rrelu": partial(RReLU, lower=3, upper=8),
}


def train(job):
    s, data = job.settings, job.dataset
    options = dict(width=s.width, dropout=s.dropout, initializer=s.initializer, precision=s.precision)
    shape, classes = data.x_train.shape[1:], data.classes
    model = network_in_network(job.variant, input_shape=shape, classes=classes, seed=job.seed, **options)
    slower = {"block3_conv3/kernel": 0.1, "block3_conv3/bias": 0.2, "bias": 2.0}  # the last layer; biases twice
    decay = dict(l2=s.l2, l2_exclude=("bias", "alpha"))
    optimizer = Momentum(learning_rate(s, data), s.momentum, learning_rate_multipliers=slower, **decay)
    return classifier(job, model, optimizer, preprocessing="standardize")


NETWORK = dict(width=1.0, dropout=0.5, initializer="normal_0.05", precision="float32")
RECIPE = dict(epochs=260, batch_size=128, learning_rate=0.1, drops=[200, 230], momentum=0.9, l2=1e-4)
FULL = NETWORK | RECIPE | dict(evaluation="test", train_evaluation_every=10)
QUARTER = FULL | dict(width=0.25, initializer="he_normal", precision="mixed_bfloat16")
REDUCED = QUARTER | dict(epochs=20, learning_rate=0.05, drops=[15, 18], train_evaluation_every=5)
TINY = QUARTER | dict(width=0.125, dropout=0.0, precision="float32", train_evaluation_every=1)
QUICK = TINY | dict(data="digits_rgb", examples=160, epochs=3, batch_size=16, learning_rate=0.02, drops=[])
CIFAR10 = {
    "quick": Preset(QUICK, seeds=1),
    "reduced": Preset(REDUCED | dict(data="cifar10"), seeds=5),
    "paper": Preset(FULL | dict(data="cifar10"), seeds=3),
}
CIFAR100 = {"paper": Preset(FULL | dict(data="cifar100"), seeds=3)}
# A pilot of one seed of each variant chose rate, dropout and lengths: training errors get to a few percent.
FEW = QUARTER | dict(examples=5000, batch_size=32, learning_rate=0.02, dropout=0.25, evaluation_every=5)
FEW10 = FEW | dict(data="cifar10", epochs=80, drops=[60, 72])
FEW100 = FEW | dict(data="cifar100", epochs=160, drops=[120, 144])

ERRORS = (TRAIN_ERROR, TEST_ERROR)
# fmt: off
TABLES = (
    Table("table_3", "cifar10", ERRORS,
          {"relu":      (0.00318, 0.1245),
           "leaky_100": (0.00310, 0.1266),
           "leaky_5.5": (0.00362, 0.1120),
           "prelu":     (0.00178, 0.1179),
           "rrelu":     (0.00550, 0.1119)}, {"train_error": 0.002, "test_error": 0.01}),
    Table("table_4", "cifar100", ERRORS,
          {"relu":      (0.13560, 0.4290),
           "leaky_100": (0.11552, 0.4205),
           "leaky_5.5": (0.08536, 0.4042),
           "prelu":     (0.06330, 0.4163),
           "rrelu":     (0.11410, 0.4025)}, {"train_error": 0.02, "test_error": 0.01}))
# fmt: on


# Test error of ReLU less that of a slope of 1/5.5.
PUBLISHED = {table.experiment: table.gap(TEST_ERROR, "leaky_5.5", "relu") for table in TABLES}
# The training recipe is a guess, as the paper states none. Differences below the margins are taken for none.
GUESS = dict(presets=("paper",), stated=False)
HALF_A_POINT, THREE_TENTHS = Margin(0.005, "2026-11-28"), Margin(0.003, "2026-11-28")
FEW_OF = {"cifar10": "few10", "cifar100": "few100"}
FITS = ("prelu", "relu", "leaky_100", "leaky_5.5", "rrelu")


def lower(data, quantity, variant, *others, margin=None, **changes):
    """The claim that one variant's error is lower than the others'; of one other the table's gap stands beside it."""
    table = TABLES[list(FEW_OF).index(data)]
    gap = table.gap(quantity, variant, others[0]) if len(others) == 1 else None
    place = dict(experiment=data, instead=FEW_OF[data], quantity=quantity)
    words = dict(text=f"lower_{quantity.name}", words={"table": table.name[-1]})
    values = dict(name="_".join((data, quantity.name, variant, *others)), lower=variant, higher=others, gap=gap)
    return Ordering(**values | place | words | dict(margin=margin) | GUESS | changes)


def slope_helps(data):
    return tuple(lower(data, TEST_ERROR, v, "relu", margin=HALF_A_POINT) for v in ("leaky_5.5", "rrelu"))


def over_fits(data):
    return lower(data, TRAIN_ERROR, *FITS), lower(data, TEST_ERROR, "leaky_5.5", "prelu", margin=THREE_TENTHS)


# Of all images at `reduced` too: nothing over-fits there, but slopes may help.
OF_ALL = dict(presets=("reduced", "paper"), instead="", margin=HALF_A_POINT)
ALL_HELP = tuple(lower("cifar10", TEST_ERROR, v, "relu", name=f"{v}_all", **OF_ALL) for v in ("leaky_5.5", "rrelu"))
TEST10 = dict(experiment="cifar10", instead="few10", quantity=TEST_ERROR, words={"table": 3}, **GUESS)
SMALL = dict(variant="leaky_100", than="relu", gap=-0.0021, margin=HALF_A_POINT)
FINDINGS = (
    Finding("slope_helps", (*slope_helps("cifar10"), *ALL_HELP)),
    Finding("small_slope_does_not", (NoBetter(name="small_slope", **SMALL, **TEST10),)),
    Finding("prelu_helps", (lower("cifar10", TEST_ERROR, "prelu", "relu", margin=HALF_A_POINT),)),
    Finding("prelu_over_fits", over_fits("cifar10")),
    Finding("rrelu_regularises", (lower("cifar10", TRAIN_ERROR, "leaky_5.5", "rrelu"),)),
    Finding(
        "random_or_fixed",
        (Alike(name="random", first="rrelu", second="leaky_5.5", margin=THREE_TENTHS, **TEST10),),
    ),
    Finding("slope_helps_100", slope_helps("cifar100")),
    Finding("small_slope_helps_100", (lower("cifar100", TEST_ERROR, "leaky_100", "relu", margin=HALF_A_POINT),)),
    Finding("prelu_over_fits_100", over_fits("cifar100")),
    Finding("rrelu_best_100", (lower("cifar100", TEST_ERROR, "rrelu", "leaky_5.5", margin=THREE_TENTHS),)),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        # 2: RReLU draws 16 bits.
        Experiment("cifar10", VARIANTS, train, CIFAR10, version=2),
        Experiment("few10", VARIANTS, train, {"reduced": Preset(FEW10, seeds=10)}),
        Experiment("cifar100", VARIANTS, train, CIFAR100, version=2),
        Experiment("few100", VARIANTS, train, {"reduced": Preset(FEW100, seeds=5)}),
    ),
    tables=TABLES,
    findings=FINDINGS,
    deviations=(
        Deviation("recipe"),
        Deviation("input_scale"),
        INCOMPLETE_BATCHES,
        Deviation("data", presets=("quick",)),
        Deviation("few_images", experiments=("few10", "few100")),
        Deviation("width_and_epochs", experiments=("cifar10",), presets=("quick", "reduced")),
        Deviation("initialisation", presets=("quick", "reduced")),
        Deviation("learning_rate", experiments=("cifar10",), presets=("reduced",)),
        Deviation("rate_and_dropout", presets=("quick",)),
        Deviation("seeds"),
        Deviation("precision", presets=("reduced",)),
    ),
    components={"leaky_100": "leaky_relu", "leaky_5.5": "very_leaky_relu"},
    results=dict.fromkeys(("cifar10", "few10", "cifar100", "few100"), ERRORS),
    figures=tuple(
        figure
        for data in ("cifar10", "few10", "cifar100", "few100")
        for figure in (
            LearningCurves(data, TEST_ERROR),
            LearningCurves(data, OBJECTIVE),
            FinalValues(data, TEST_ERROR),
            FinalValues(data, TRAIN_ERROR),
            PairedDifferences(data, TEST_ERROR, "leaky_5.5", "relu", PUBLISHED.get(data)),
            PairedDifferences(data, TEST_ERROR, "rrelu", "leaky_5.5"),
        )
    ),
)
