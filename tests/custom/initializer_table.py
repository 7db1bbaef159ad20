"""The table of initialisers: a row added here goes through every test of its kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from keras.initializers import VarianceScaling

import custom.initializers as ours
from tests.reference import initializers as oracle

# By shape: the inputs and outputs of a unit, counted by hand. Each unit has 60 inputs, which RandomizedAsymmetric
# is told.
DENSE = (60, 800)
FANS = {DENSE: (60, 800), (5, 12, 300): (60, 1500), (3, 5, 4, 200): (60, 3000)}
NAN = float("nan")


@dataclass(frozen=True)
class InitializerCase:
    """An initialiser, the law of its weights by fan-in and fan-out, and its configuration."""

    id: str
    make: Callable  # takes `seed`
    law: Callable | None  # None: a test of its own
    config: dict = field(default_factory=dict)
    twin: Callable | None = None  # Keras's initialiser of the same rule, which draws the same numbers
    shapes: tuple = tuple(FANS)
    keeps_none: bool = True  # whether a seed of None is saved as None


def joint(part, seed=None):
    return getattr(ours.RandomizedAsymmetric(60, seed), part)


def scaling(scale, mode, distribution):
    return partial(VarianceScaling, scale, mode, distribution)


NORMAL = "untruncated_normal"

INITIALIZERS = [
    InitializerCase("lecun_normal", ours.LeCunNormal, oracle.lecun_normal, {}, scaling(1.0, "fan_in", NORMAL)),
    InitializerCase(
        "fan_in_uniform", ours.FanInUniform, oracle.fan_in_uniform, {}, scaling(1 / 3, "fan_in", "uniform")
    ),
    InitializerCase(
        "glorot_uniform",
        ours.GlorotUniform,
        oracle.glorot_uniform,
        {},
        scaling(1.0, "fan_avg", "uniform"),
    ),
    InitializerCase(
        "glorot_uniform_sigmoid",
        ours.GlorotUniformSigmoid,
        oracle.glorot_uniform_sigmoid,
        {},
        scaling(16.0, "fan_avg", "uniform"),
    ),
    InitializerCase(
        "he_normal",
        ours.HeNormal,
        oracle.he_normal,
        {"negative_slope": 0.0, "mode": "fan_in"},
        scaling(2.0, "fan_in", NORMAL),
    ),
    InitializerCase(
        "he_normal_prelu",
        partial(ours.HeNormal, negative_slope=0.25),
        partial(oracle.he_normal, a=0.25),
        {"negative_slope": 0.25, "mode": "fan_in"},
        scaling(2 / 1.0625, "fan_in", NORMAL),
    ),
    InitializerCase(
        "he_normal_fan_out",
        partial(ours.HeNormal, negative_slope=-0.5, mode="fan_out"),
        partial(oracle.he_normal, a=-0.5, mode="fan_out"),
        {"negative_slope": -0.5, "mode": "fan_out"},
        scaling(1.6, "fan_out", NORMAL),
    ),
    InitializerCase("unit_norm_columns", ours.UnitNormColumns, oracle.unit_norm_columns),
    InitializerCase("sparse", ours.Sparse, None, {"connections": 15, "stddev": 1.0}),
    InitializerCase(
        "sparse_tanh",
        partial(ours.Sparse, 4, stddev=0.25),
        None,
        {"connections": 4, "stddev": 0.25},
    ),
    InitializerCase(
        "rai_kernel",
        partial(joint, "kernel"),
        oracle.randomized_asymmetric,
        {"part": "kernel", "fan_in": 60},
        keeps_none=False,
    ),
    InitializerCase(
        "rai_bias",
        partial(joint, "bias"),
        lambda n, m: oracle.randomized_asymmetric(60),
        {"part": "bias", "fan_in": 60},
        shapes=((20_000,),),
        keeps_none=False,
    ),
]

RAI = ours.RandomizedAsymmetric

# What is called, the error, and the words its message must contain: above all what came in.
BAD_INITIALIZERS = [
    (partial(ours.LeCunNormal, seed=1.5), ValueError, ("seed=1.5", "SeedGenerator")),
    (partial(ours.LeCunNormal, seed=True), ValueError, ("seed=True",)),
    (partial(ours.LeCunNormal, seed="a"), ValueError, ("seed='a'",)),
    (partial(ours.LeCunNormal(), (3, 4), dtype="int32"), ValueError, ("dtype='int32'", "floating")),
    (partial(ours.HeNormal, negative_slope=NAN), ValueError, ("negative_slope=nan",)),
    (partial(ours.HeNormal, negative_slope="0.25"), TypeError, ("negative_slope='0.25'",)),
    (partial(ours.HeNormal, mode="fan_avg"), ValueError, ("mode='fan_avg'", "'fan_in'", "'fan_out'")),
    (partial(ours.UnitNormColumns(), (7,)), ValueError, ("(7,)", "inputs, units")),
    (partial(ours.Sparse, 0), ValueError, ("connections=0", "at least 1")),
    (partial(ours.Sparse, 2.0), ValueError, ("connections=2.0",)),
    (partial(ours.Sparse, stddev=0), ValueError, ("stddev=0", "(0, inf)")),
    (partial(ours.Sparse, stddev=None), TypeError, ("stddev=None",)),
    (partial(ours.Sparse(), ()), ValueError, ("shape=()",)),
    (partial(RAI, 0), ValueError, ("fan_in=0", "at least 1")),
    (partial(RAI, 3, seed=0.5), ValueError, ("seed=0.5",)),
    (partial(RAI(5).kernel, (4, 3)), ValueError, ("fan_in=5", "(4, 3)", "fan_in=4")),
    (partial(RAI(5).kernel, (5,)), ValueError, ("(5,)",)),
    (partial(RAI(5).bias, (5, 3)), ValueError, ("(5, 3)", "(units,)")),
]
