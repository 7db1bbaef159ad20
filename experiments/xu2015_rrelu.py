"""Empirical evaluation of rectified activations in convolutional network (Xu et al., 2015).

python -m experiments run xu2015_rrelu --preset reduced
"""

from functools import partial

from custom.activations import LeakyReLU, PReLU, ReLU, RReLU
from custom.optimizers import Momentum
from experiments.harness.paper import Experiment, Paper, Preset
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

PAPER = Paper(
    key="xu2015_rrelu",
    title="Empirical Evaluation of Rectified Activations in Convolutional Network",
    authors="Xu, B., Wang, N., Chen, T., and Li, M.",
    venue="arXiv:1505.00853",
    year=2015,
    link="https://arxiv.org/abs/1505.00853",
    chapter="8.4",
    summary="",
    labels={},
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
)
