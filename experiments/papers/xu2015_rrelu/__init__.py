"""Empirical evaluation of rectified activations in convolutional network (Xu et al., 2015).

reduced: quarter-width Network in Network, CIFAR-10, 20 epochs. paper: full width, 260 epochs, CIFAR-10
and CIFAR-100, for a GPU. The report states what each run took.

python -m experiments run xu2015_rrelu --preset reduced
"""

from functools import partial

from custom.activations import LeakyReLU, PReLU, ReLU, RReLU
from custom.optimizers import Momentum
from experiments.claims import OBJECTIVE, TEST_ERROR, TRAIN_ERROR, Ordering, Table
from experiments.papers.xu2015_rrelu.network import network_in_network
from experiments.recipes import classifier, learning_rate
from experiments.report.figures import FinalValues, LearningCurves
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
    "reduced": Preset(REDUCED | dict(data="cifar10"), seeds=2),
    "paper": Preset(FULL | dict(data="cifar10"), seeds=3),
}
CIFAR100 = {"paper": Preset(FULL | dict(data="cifar100"), seeds=3)}

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


def lower(name, quantity, variant, *others, data="cifar10", table=3, margin=0.0):
    """The claim that one variant's error is lower than the others', judged by `reduced` runs too."""
    text = f"lower_{quantity.name}" + ("_by_a_point" if margin else "")
    shared = dict(quantity=quantity, presets=("reduced", "paper"), text=text, words={"table": table})
    return Ordering(name=name, experiment=data, lower=variant, higher=others, margin=margin, **shared)


CLAIMS = (
    lower("leaky_helps", TEST_ERROR, "leaky_5.5", "relu", margin=0.01),
    lower("rrelu_helps", TEST_ERROR, "rrelu", "relu", margin=0.01),
    lower("prelu_helps", TEST_ERROR, "prelu", "relu"),
    lower("rrelu_best", TEST_ERROR, "rrelu", "relu", "leaky_100", "leaky_5.5", "prelu"),
    # PReLU over-fits, as its training error shows.
    lower("prelu_over_fits", TEST_ERROR, "leaky_5.5", "prelu"),
    lower("prelu_fits_best", TRAIN_ERROR, "prelu", "relu", "leaky_100", "leaky_5.5", "rrelu"),
    # RReLU regularises.
    lower("rrelu_regularises", TRAIN_ERROR, "leaky_5.5", "rrelu"),
    lower("rrelu_helps_100", TEST_ERROR, "rrelu", "leaky_5.5", data="cifar100", table=4),
    lower("prelu_over_fits_100", TEST_ERROR, "leaky_5.5", "prelu", data="cifar100", table=4),
    lower("prelu_helps_100", TEST_ERROR, "prelu", "leaky_100", data="cifar100", table=4),
    lower("leaky_helps_100", TEST_ERROR, "leaky_100", "relu", data="cifar100", table=4),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        # 2: RReLU draws 16 bits.
        Experiment("cifar10", VARIANTS, train, CIFAR10, version=2),
        Experiment("cifar100", VARIANTS, train, CIFAR100, version=2),
    ),
    tables=TABLES,
    claims=CLAIMS,
    deviations=(
        Deviation("recipe"),
        Deviation("input_scale"),
        INCOMPLETE_BATCHES,
        Deviation("data", presets=("quick",)),
        Deviation("width_and_epochs", presets=("quick", "reduced")),
        Deviation("initialisation", presets=("quick", "reduced")),
        Deviation("learning_rate", presets=("reduced",)),
        Deviation("rate_and_dropout", presets=("quick",)),
        Deviation("precision", presets=("reduced",)),
    ),
    results={"cifar10": ERRORS, "cifar100": ERRORS},
    headline=(TEST_ERROR,),
    figures=tuple(
        figure
        for data in ("cifar10", "cifar100")
        for figure in (
            LearningCurves(data, TEST_ERROR),
            LearningCurves(data, OBJECTIVE),
            FinalValues(data, TEST_ERROR),
            FinalValues(data, TRAIN_ERROR),
        )
    ),
)
