"""Empirical evaluation of rectified activations in convolutional network (Xu et al., 2015).

reduced: quarter-width Network in Network, CIFAR-10, 20 epochs. paper: full width, 260 epochs, CIFAR-10
and CIFAR-100, for a GPU. The report states what each run took.

python -m experiments run xu2015_rrelu --preset reduced
"""

from functools import partial

from custom.activations import LeakyReLU, PReLU, ReLU, RReLU
from custom.optimizers import Momentum
from experiments.harness import references
from experiments.harness.claims import Ordering, Table
from experiments.harness.paper import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset
from experiments.harness.report.figures import FinalValues, LearningCurves
from experiments.harness.supervised import classifier, learning_rate
from experiments.networks import network_in_network

# fmt: off
VARIANTS = {
    "relu": ReLU, "leaky_100": partial(LeakyReLU.from_divisor, 100), "leaky_5.5": partial(LeakyReLU.from_divisor, 5.5),
    "prelu": partial(PReLU, alpha_initializer=0.25), "rrelu": partial(RReLU, lower=3, upper=8)}


def train(job):
    s, data = job.settings, job.dataset
    model = network_in_network(
        job.variant, input_shape=data.x_train.shape[1:], classes=data.classes, seed=job.seed, width=s.width,
        dropout=s.dropout, initializer=s.initializer, precision=s.precision)
    optimizer = Momentum(
        learning_rate(s, data), s.momentum, l2=s.l2, l2_exclude=("bias", "alpha"),
        learning_rate_multipliers={"block3_conv3/kernel": 0.1, "block3_conv3/bias": 0.2, "bias": 2.0})
    return classifier(job, model, optimizer, preprocessing="standardize")


PAPER_SETTINGS = dict(
    width=1.0, epochs=260, batch_size=128, learning_rate=0.1, drops=[200, 230], momentum=0.9, l2=1e-4,
    dropout=0.5, initializer="normal_0.05", precision="float32", evaluation="test", train_evaluation_every=10)
REDUCED = PAPER_SETTINGS | dict(
    width=0.25, epochs=20, learning_rate=0.05, drops=[15, 18], initializer="he_normal",
    precision="mixed_bfloat16", train_evaluation_every=5)
QUICK = REDUCED | dict(
    data="digits_rgb", width=0.125, epochs=6, learning_rate=0.02, drops=[], dropout=0.0, batch_size=16,
    precision="float32", train_evaluation_every=1)
LABELS = {
    "relu": "ReLU", "leaky_100": "Leaky ReLU, a = 100", "leaky_5.5": "Leaky ReLU, a = 5.5", "prelu": "PReLU",
    "rrelu": "RReLU, U(3, 8)"}

ERRORS = ("train_error", "test_error")
TABLES = (
    Table(
        "Table 3 (book table 6)", "cifar10", ERRORS,
        {"relu":      (0.00318, 0.1245),
         "leaky_100": (0.00310, 0.1266),
         "leaky_5.5": (0.00362, 0.1120),
         "prelu":     (0.00178, 0.1179),
         "rrelu":     (0.00550, 0.1119)},
        tolerance={"train_error": 0.002, "test_error": 0.01},
        why="one point of test error separates the paper's two groups; the number of its runs is not stated"),
    Table(
        "Table 4 (book table 7)", "cifar100", ERRORS,
        {"relu":      (0.13560, 0.4290),
         "leaky_100": (0.11552, 0.4205),
         "leaky_5.5": (0.08536, 0.4042),
         "prelu":     (0.06330, 0.4163),
         "rrelu":     (0.11410, 0.4025)},
        tolerance={"train_error": 0.02, "test_error": 0.01},
        why="the smallest gap between groups of test errors; training error varies more with the schedule"))


def lower(quantity, variant, *others, data="cifar10", margin=0.0, source="Table 3"):
    """The claim that one variant's error is lower than the others', judged by `reduced` runs too."""
    what = "test error" if quantity == "test_error" else "training error"
    text = f"{LABELS[variant]} has a lower {what} than {', '.join(LABELS[o] for o in others)}"
    return Ordering(source=source, experiment=data, quantity=quantity, presets=("reduced", "paper"), lower=variant,
                    higher=others, margin=margin, text=text + (", by more than a point" if margin else ""))


CLAIMS = (
    lower("test_error", "leaky_5.5", "relu", margin=0.01),
    lower("test_error", "rrelu", "relu", margin=0.01),
    lower("test_error", "prelu", "relu"),
    lower("test_error", "rrelu", "relu", "leaky_100", "leaky_5.5", "prelu"),
    lower("test_error", "leaky_5.5", "prelu"),  # PReLU over-fits ...
    lower("train_error", "prelu", "relu", "leaky_100", "leaky_5.5", "rrelu"),  # ... as its training error shows
    lower("train_error", "leaky_5.5", "rrelu"),  # RReLU regularises
    lower("test_error", "rrelu", "leaky_5.5", data="cifar100", source="Table 4"),
    lower("test_error", "leaky_5.5", "prelu", data="cifar100", source="Table 4"),
    lower("test_error", "prelu", "leaky_100", data="cifar100", source="Table 4"),
    lower("test_error", "leaky_100", "relu", data="cifar100", source="Table 4"))

PAPER = Paper(
    key="xu2015_rrelu",
    reference=references.get("xu2015"),
    summary="Four rectified units in one Network in Network, everything else equal: ReLU, leaky ReLU with a fixed "
    "slope 1/a, PReLU with a learned slope, RReLU with a random one. The paper finds that a clearly non-zero slope "
    "lowers the test error, that PReLU over-fits a small data set, and that RReLU's randomness counters it.",
    labels=LABELS,
    experiments=(
        Experiment("cifar10", "Network in Network on CIFAR-10", VARIANTS, train, {
            "quick": Preset(QUICK, seeds=2),
            "reduced": Preset(REDUCED | dict(data="cifar10"), seeds=2),
            "paper": Preset(PAPER_SETTINGS | dict(data="cifar10"), seeds=3)}),
        Experiment("cifar100", "Network in Network on CIFAR-100", VARIANTS, train, {
            "paper": Preset(PAPER_SETTINGS | dict(data="cifar100"), seeds=3)})),
    protocol=(
        ("Data", "CIFAR-10 and CIFAR-100, raw RGB, no augmentation, no ensemble", "{data}, no augmentation"),
        ("Network", "Network in Network, its table 1 (book table 5)", "the same layers, channels times {width}"),
        ("Activation", "not stated for the last layer", "after every convolution, the last 1x1 included, as in NIN"),
        ("Dropout", "0.5 after both pooling layers", "{dropout} after both pooling layers"),
        ("Optimizer", "not stated; NIN: SGD, momentum 0.9, batch 128", "SGD, momentum {momentum}, batch {batch_size}"),
        ("Learning rate", "not stated; NIN: 0.1, last layer a tenth of it, biases twice",
         "{learning_rate}, last layer a tenth of it, biases twice; divided by 10 after epochs: {drops}"),
        ("Epochs", "not stated; NIN: 200 + 30 + 30", "{epochs}"),
        ("L2", "not stated; NIN: 0.0001 on weights", "{l2} on kernels; none on biases and on PReLU's slopes"),
        ("Initialisation", "not stated; NIN: normal, deviation 0.05", "{initializer}; PReLU's slopes at 0.25"),
        ("Seeds", "not stated", "weights, data order and dropout masks shared by all variants of a seed")),
    tables=TABLES,
    claims=CLAIMS,
    deviations=(
        Deviation("Training recipe", "not stated", "that of Network in Network (Lin et al., 2014), from its authors' "
                  "configuration files", "the paper's network is theirs"),
        Deviation("Input scale", "raw RGB", "mean subtracted and divided by the deviation, channel by channel",
                  "an affine map of raw RGB, which the paper leaves unscaled or does not describe"),
        INCOMPLETE_BATCHES,
        Deviation("Data", "CIFAR-10", "digits of scikit-learn, 32x32x3", "quick needs no download", ("quick",)),
        Deviation("Width and epochs", "full width; hundreds of epochs", "a quarter of the width (quick: an eighth), 20 "
                  "epochs (quick: 6)", "to run on two cores in about two hours", ("quick", "reduced")),
        Deviation("Initialisation", "normal, deviation 0.05 (NIN)", "He normal", "0.05 suits the full width only: with "
                  "fewer inputs to a unit, signals fade from layer to layer", ("quick", "reduced")),
        Deviation("Learning rate", "0.1 (NIN), held for 200 epochs", "0.05, divided by 10 after epochs 15 and 18",
                  "chosen once, for ReLU, by the cost of the first epochs; the same for all variants", ("reduced",)),
        Deviation("Learning rate, dropout", "0.1 (NIN); 0.5", "0.02; none", "a net of a few channels has to leave its "
                  "plateau in six short epochs", ("quick",)),
        Deviation("Precision", "float32", "mixed_bfloat16: weights in float32, convolutions in bfloat16; evaluations "
                  "of seeds 0 and 1 too, of later seeds in float32", "faster on the processor used; all variants "
                  "alike; the engine came to evaluate in the precision of the weights", ("reduced",))),
    results={"cifar10": ERRORS, "cifar100": ERRORS},
    headline=("test_error",),
    figures=tuple(figure for data in ("cifar10", "cifar100") for figure in (
        LearningCurves(data, "test_error"), LearningCurves(data, "objective"),
        FinalValues(data, "test_error"), FinalValues(data, "train_error"))))
# fmt: on


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)
