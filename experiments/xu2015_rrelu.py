"""Empirical evaluation of rectified activations in convolutional network (Xu et al., 2015).

python -m experiments run xu2015_rrelu --preset reduced
"""

from functools import partial

from custom.activations import LeakyReLU, PReLU, ReLU, RReLU
from custom.optimizers import Momentum
from experiments.harness.claims import Ordering, Table
from experiments.harness.paper import Deviation, Experiment, Paper, Preset
from experiments.harness.report.figures import FinalValues, LearningCurves
from experiments.harness.supervised import classifier, learning_rate
from experiments.networks import network_in_network

VARIANTS = {
    "relu": ReLU,
    "leaky_100": partial(LeakyReLU.from_divisor, 100),
    "leaky_5.5": partial(LeakyReLU.from_divisor, 5.5),
    "prelu": partial(PReLU, alpha_initializer=0.25),
    "rrelu": partial(RReLU, lower=3, upper=8),
}


def train(job):
    s, data = job.settings, job.dataset
    model = network_in_network(
        job.variant,
        input_shape=data.x_train.shape[1:],
        classes=data.classes,
        seed=job.seed,
        width=s.width,
        dropout=s.dropout,
        initializer=s.initializer,
        precision=s.precision,
    )
    optimizer = Momentum(
        learning_rate(s, data),
        s.momentum,
        l2=s.l2,
        l2_exclude=("bias", "alpha"),
        learning_rate_multipliers={"block3_conv3/kernel": 0.1, "block3_conv3/bias": 0.2, "bias": 2.0},
    )
    return classifier(job, model, optimizer, standardize=True)


PAPER_SETTINGS = dict(
    width=1.0,
    epochs=260,
    batch_size=128,
    learning_rate=0.1,
    drops=[200, 230],
    momentum=0.9,
    l2=1e-4,
    dropout=0.5,
    initializer="normal_0.05",
    precision="float32",
    evaluation="test",
    train_evaluation_every=10,
)
REDUCED = PAPER_SETTINGS | dict(
    width=0.25,
    epochs=20,
    learning_rate=0.05,
    drops=[15, 18],
    initializer="he_normal",
    precision="mixed_bfloat16",
    train_evaluation_every=5,
)
QUICK = REDUCED | dict(
    data="digits_rgb",
    width=0.0625,
    epochs=3,
    drops=[],
    precision="float32",
    batch_size=64,
    train_evaluation_every=1,
)

LABELS = {
    "relu": "ReLU", "leaky_100": "Leaky ReLU, a = 100", "leaky_5.5": "Leaky ReLU, a = 5.5", "prelu": "PReLU",
    "rrelu": "RReLU, U(3, 8)",
}  # fmt: skip
ERRORS = ("train_error", "test_error")
BOTH = ("reduced", "paper")
TABLES = (
    Table(
        "Table 3 (book table 6)", "cifar10", ERRORS,
        {"relu": (0.00318, 0.1245), "leaky_100": (0.0031, 0.1266), "leaky_5.5": (0.00362, 0.1120),
         "prelu": (0.00178, 0.1179), "rrelu": (0.00550, 0.1119)},
        tolerance={"train_error": 0.002, "test_error": 0.01},
        why="one point of test error is what separates the paper's two groups; its seeds are not stated",
    ),
    Table(
        "Table 4 (book table 7)", "cifar100", ERRORS,
        {"relu": (0.1356, 0.4290), "leaky_100": (0.11552, 0.4205), "leaky_5.5": (0.08536, 0.4042),
         "prelu": (0.0633, 0.4163), "rrelu": (0.1141, 0.4025)},
        tolerance={"train_error": 0.02, "test_error": 0.01},
        why="the smallest gap between groups of test errors; training error varies more with the schedule",
    ),
)  # fmt: skip


def ordering(text, quantity, lower, *higher, experiment="cifar10", margin=0.0, source="Table 3 and section 4"):
    return Ordering(source=source, experiment=experiment, quantity=quantity, presets=BOTH, lower=lower, higher=higher,
                    text=text, margin=margin)  # fmt: skip


CLAIMS = (
    ordering("Leaky ReLU with a = 5.5 has a lower test error than ReLU, by more than a point", "test_error",
             "leaky_5.5", "relu", margin=0.01),
    ordering("RReLU has a lower test error than ReLU, by more than a point", "test_error", "rrelu", "relu", margin=0.01),
    ordering("PReLU has a lower test error than ReLU", "test_error", "prelu", "relu"),
    ordering("RReLU has the lowest test error of all", "test_error", "rrelu", "relu", "leaky_100", "leaky_5.5", "prelu"),
    ordering("PReLU has the lowest training error of all", "train_error", "prelu",
             "relu", "leaky_100", "leaky_5.5", "rrelu"),
    ordering("Leaky ReLU with a = 5.5 has a lower training error than RReLU, which regularises", "train_error",
             "leaky_5.5", "rrelu"),
    ordering("Leaky ReLU with a = 5.5 has a lower test error than PReLU, which over-fits", "test_error",
             "leaky_5.5", "prelu"),
    *(
        ordering(f"{LABELS[lower]} has a lower test error than {LABELS[higher]}", "test_error", lower, higher,
                 experiment="cifar100", source="Table 4")
        for lower, higher in (("rrelu", "leaky_5.5"), ("leaky_5.5", "prelu"), ("prelu", "leaky_100"), ("leaky_100", "relu"))
    ),
)  # fmt: skip

PAPER = Paper(
    key="xu2015_rrelu",
    title="Empirical Evaluation of Rectified Activations in Convolutional Network",
    authors="Xu, B., Wang, N., Chen, T., and Li, M.",
    venue="arXiv:1505.00853",
    year=2015,
    link="https://arxiv.org/abs/1505.00853",
    chapter="8.4",
    summary="Four rectified units in one Network in Network, everything else equal: ReLU, leaky ReLU with a fixed slope "
    "1/a, PReLU with a learned slope and RReLU with a random one. The paper finds that a clearly non-zero slope on the "
    "negative side lowers the test error, that PReLU over-fits a small data set, and that RReLU's randomness counters it.",
    labels=LABELS,
    experiments=(
        Experiment(
            "cifar10",
            "Network in Network on CIFAR-10",
            VARIANTS,
            train,
            {
                "quick": Preset(QUICK, seeds=2),
                "reduced": Preset(REDUCED | dict(data="cifar10"), seeds=2),
                "paper": Preset(PAPER_SETTINGS | dict(data="cifar10"), seeds=3),
            },
        ),
        Experiment(
            "cifar100",
            "Network in Network on CIFAR-100",
            VARIANTS,
            train,
            {"paper": Preset(PAPER_SETTINGS | dict(data="cifar100"), seeds=3)},
        ),
    ),
    protocol=(
        ("Data", "CIFAR-10 and CIFAR-100, raw RGB, no augmentation, no ensemble", "{data}, no augmentation"),
        ("Network", "Network in Network of its table 1 (book table 5)", "the same layers, channels times {width}"),
        ("Activation", "after every convolution", "after every convolution, the last 1x1 included"),
        ("Dropout", "0.5 after both pooling layers", "{dropout} after both pooling layers"),
        ("Optimizer", "not stated; NIN: SGD, momentum 0.9, batch 128", "SGD, momentum {momentum}, batch {batch_size}"),
        (
            "Learning rate",
            "not stated; NIN: 0.1, last layer a tenth of it, biases twice",
            "{learning_rate}, last layer a tenth of it, biases twice; divided by 10 after epochs: {drops}",
        ),
        ("Epochs", "not stated; NIN: 200 + 30 + 30", "{epochs}"),
        ("L2", "not stated; NIN: 0.0001 on weights", "{l2} on kernels; none on biases and on PReLU's slopes"),
        ("Initialisation", "not stated; NIN: normal, deviation 0.05", "{initializer}; PReLU's slopes at 0.25"),
        ("Seeds", "not stated", "weights, data order and dropout masks shared by all variants of a seed"),
    ),
    tables=TABLES,
    claims=CLAIMS,
    deviations=(
        Deviation(
            "Training recipe",
            "not stated",
            "that of Network in Network (Lin et al., 2014), as its authors' configuration files give it",
            "the paper's network is theirs",
        ),
        Deviation(
            "Input scale",
            "raw RGB",
            "mean subtracted and divided by the deviation, channel by channel",
            "an affine map of raw RGB, without which the recipe's rates have no meaning",
        ),
        Deviation(
            "Incomplete batches",
            "not stated",
            "an epoch's last, incomplete batch is left out",
            "one shape for the compiled step; every epoch leaves out other images",
        ),
        Deviation(
            "Data", "CIFAR-10", "scikit-learn's digits, enlarged to 32x32x3", "quick needs no download", ("quick",)
        ),
        Deviation(
            "Width and epochs",
            "full width; hundreds of epochs",
            "a quarter of the width (quick: an eighth), 20 epochs (quick: 10)",
            "to run on two cores in about two hours",
            ("quick", "reduced"),
        ),
        Deviation(
            "Initialisation",
            "normal, deviation 0.05 (NIN)",
            "He normal",
            "0.05 is right for the full width only: signals would shrink 4 times faster by layer at a quarter of it",
            ("quick", "reduced"),
        ),
        Deviation(
            "Learning rate",
            "0.1 (NIN), held for 200 epochs",
            "0.05, divided by 10 after epochs 15 and 18",
            "chosen once, for ReLU, by the cost of the first epochs; the same for all variants",
            ("reduced",),
        ),
        Deviation(
            "Learning rate and dropout",
            "0.1 (NIN); dropout 0.5",
            "0.02; no dropout",
            "so that a net of a few channels leaves its plateau in ten short epochs",
            ("quick",),
        ),
        Deviation(
            "Precision",
            "float32",
            "mixed_bfloat16: weights in float32, convolutions in bfloat16",
            "1.7 times the speed on the processor used; all variants alike",
            ("reduced",),
        ),
    ),  # fmt: skip
    results={"cifar10": ERRORS, "cifar100": ERRORS},
    headline=("test_error",),
    figures=(
        LearningCurves("cifar10", "test_error"),
        LearningCurves("cifar10", "objective"),
        FinalValues("cifar10", "test_error"),
        FinalValues("cifar10", "train_error"),
        LearningCurves("cifar100", "test_error"),
        FinalValues("cifar100", "test_error"),
        FinalValues("cifar100", "train_error"),
    ),
)


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)
