"""The table of activations: a row added here goes through every test of its kind.

A new activation is its file, its names in `custom.activations`, and one row below. The row gives the oracle,
two functions of float64 arrays that know nothing of `custom`:

    case(
        "softsign",
        ours.Softsign,
        value=lambda x: x / (1 + np.abs(x)),
        derivative=lambda x: 1 / (1 + np.abs(x)) ** 2,
        limits=(NAN, NAN),
    )

or leaves them out, and they are looked up by the row's name in `tests.reference.activations`. The layer's function
is found by its name (`LeakyReLU`, `leaky_relu`), and what is wrong to give it stands in `BAD_ACTIVATIONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

import custom.activations as ours
from custom.activations import LeakyReLU, PReLU, RReLU
from tests.reference import activations as oracle

ANY = ("tensorflow", "jax", "torch")
INF, NAN = float("inf"), float("nan")


@dataclass(frozen=True)
class Loss:
    """Digits that a backend's own primitive loses, beside the tolerance that all have.

    Where the true value is small beside what it is computed from, the error is absolute: `absolute`
    in units of the dtype's epsilon.
    """

    what: tuple
    precision: tuple
    backends: tuple
    absolute: float
    why: str


BOTH = ("float64", "float32")
SATURATED = Loss(("gradient",), BOTH, ANY, 4, "the backends differentiate by 1 - y, which rounds where y is near 1")
COMPLEMENT = Loss(("derivative",), BOTH, ANY, 4, "1 - s rounds where s is near 1, how far depends on the processor")
ROOT = Loss(("derivative", "gradient"), BOTH, ANY, 16, "the derivative has a root, near which its two terms cancel")
ERF = Loss(
    ("value", "derivative", "gradient"), BOTH, ANY, 16, "1 + erf loses its digits below -5; Keras has no complement"
)
PRODUCT = Loss(
    ("value", "derivative"),
    ("float32",),
    ANY,
    1e-3,
    "an exponential multiplies the rounding of its argument by the argument's size",
)
TF_ELU = Loss(
    ("value", "gradient"), ("float32",), ("tensorflow",), 4, "TensorFlow's kernel subtracts 1 from the exponential"
)


@dataclass(frozen=True)
class ActivationCase:
    """An activation layer, its float64 value and derivative, and the configuration it reports."""

    id: str
    make: Callable
    value: Callable
    derivative: Callable
    config: dict = field(default_factory=dict)
    kinks: tuple = ()  # where no derivative exists, and `derivative` is a choice
    limits: tuple = (-INF, INF)  # values at -inf and inf; NaN where the formula is inf / inf or 0 inf
    gradient: Callable | None = None  # automatic gradient, where it is not the derivative
    losses: tuple = ()
    elementwise: bool = True
    kernel_kink: tuple = ()  # backends whose float32 kernel has another slope at a kink, as the docstring says
    kernel_slope: float = 0.0  # that slope
    random: bool = False
    kernel_nan: tuple = ()  # backends whose float32 kernel may give NaN at infinity, as the docstring says

    def absolute(self, what, precision, backend, epsilon):
        """The absolute part of the tolerance: what the named losses add up to."""
        rows = (r for r in self.losses if what in r.what and precision in r.precision and backend in r.backends)
        return epsilon * max((row.absolute for row in rows), default=0.0)


def leaky_case(id, make, slope, config, **more):
    return ActivationCase(
        id,
        make,
        partial(oracle.leaky_relu, slope=slope),
        partial(oracle.leaky_relu_derivative, slope=slope),
        config,
        kinks=(0.0,),
        limits=(-INF if slope > 0 else INF, INF),
        **more,
    )


def case(id, make, config=None, *, value=None, derivative=None, **more):
    """A row whose oracles carry the row's name in the reference unless they are given."""
    value = value or getattr(oracle, id)
    derivative = derivative or getattr(oracle, f"{id}_derivative")
    return ActivationCase(id, make, value, derivative, config or {}, **more)


def constant(value):
    return {
        "module": "keras.initializers",
        "class_name": "Constant",
        "config": {"value": value},
        "registered_name": None,
    }


DIVISORS = {"lower": 3.0, "upper": 8.0, "form": "divisor", "seed": None}
SLOPES = {"lower": 1 / 8, "upper": 1 / 3, "form": "slope", "seed": 3}


def step_case(id, make, value, config, limits, kinks, **more):
    return ActivationCase(id, make, value, oracle.zero, config, kinks=kinks, limits=limits, **more)


SIGMOIDAL = [
    case("linear", ours.Linear),
    case(
        "clipped_linear",
        ours.ClippedLinear,
        {"continuous": False},
        limits=(0, 1),
        kinks=(-0.5, 0.5),
    ),
    case(
        "clipped_linear_continuous",
        partial(ours.ClippedLinear, continuous=True),
        {"continuous": True},
        derivative=oracle.clipped_linear_derivative,
        limits=(0, 1),
        kinks=(-0.5, 0.5),
    ),
    step_case(
        "binary_step",
        ours.BinaryStep,
        oracle.binary_step,
        {"threshold": 0.0, "straight_through": False},
        (0, 1),
        (0.0,),
    ),
    step_case(
        "binary_step_through",
        partial(ours.BinaryStep, 0.25, straight_through=True),
        partial(oracle.binary_step, threshold=0.25),
        {"threshold": 0.25, "straight_through": True},
        (0, 1),
        (0.25,),
        gradient=oracle.one,
    ),
    step_case("sign", ours.Sign, oracle.sign, {"straight_through": False}, (-1, 1), (0.0,)),
    step_case(
        "sign_through",
        partial(ours.Sign, straight_through=True),
        oracle.sign,
        {"straight_through": True},
        (-1, 1),
        (0.0,),
        gradient=oracle.one,
    ),
    step_case(
        "householder",
        partial(ours.HouseholderUnit, 0.25, -0.7),
        partial(oracle.householder_unit, threshold=0.25, activity=-0.7),
        {"threshold": 0.25, "activity": -0.7},
        (0, -0.7),
        (0.25,),
    ),
    case("sigmoid", ours.Sigmoid, {"slope": 1.0}, limits=(0, 1), losses=(SATURATED,)),
    case(
        "sigmoid_steep",
        partial(ours.Sigmoid, 2.5),
        {"slope": 2.5},
        value=partial(oracle.sigmoid, slope=2.5),
        derivative=partial(oracle.sigmoid_derivative, slope=2.5),
        limits=(0, 1),
        losses=(SATURATED,),
    ),
    case(
        "wilson_cowan",
        ours.WilsonCowan,
        {"a": 1.2, "theta": 2.8},
        limits=(float(oracle.wilson_cowan(-1e3)), float(oracle.wilson_cowan(1e3))),
        losses=(SATURATED, PRODUCT),
    ),
    case(
        "wilson_cowan_other",
        partial(ours.WilsonCowan, 0.7, -1.5),
        {"a": 0.7, "theta": -1.5},
        value=partial(oracle.wilson_cowan, a=0.7, theta=-1.5),
        derivative=partial(oracle.wilson_cowan_derivative, a=0.7, theta=-1.5),
        limits=(float(oracle.wilson_cowan(-1e3, 0.7, -1.5)), float(oracle.wilson_cowan(1e3, 0.7, -1.5))),
        losses=(SATURATED, PRODUCT),
    ),
    case("tanh", ours.Tanh, limits=(-1, 1), losses=(SATURATED,)),
    case("softsign", ours.Softsign, limits=(NAN, NAN), losses=(SATURATED,)),
    case("hard_sigmoid", ours.HardSigmoid, limits=(0, 1), kinks=(-3.0, 3.0), kernel_kink=("tensorflow",)),
    case("hard_tanh", ours.HardTanh, limits=(-1, 1), kinks=(-1.0, 1.0)),
]

RECTIFIERS = [
    case("relu", ours.ReLU, kinks=(0.0,), limits=(0, INF)),
    leaky_case("leaky", LeakyReLU, 0.01, {"negative_slope": 0.01}),
    leaky_case("leaky_0.3", partial(LeakyReLU, 0.3), 0.3, {"negative_slope": 0.3}),
    leaky_case("leaky_steep", partial(LeakyReLU, negative_slope=2), 2.0, {"negative_slope": 2.0}),
    leaky_case("leaky_divisor", partial(LeakyReLU.from_divisor, 5.5), 1 / 5.5, {"negative_slope": 1 / 5.5}),
    leaky_case("prelu", PReLU, 0.25, {"alpha_initializer": constant(0.25), "shared_axes": None}),
    leaky_case("prelu_negative", partial(PReLU, -0.125), -0.125, {"alpha_initializer": constant(-0.125)}),
    leaky_case("rrelu", RReLU, 2 / 11, DIVISORS, random=True),
    leaky_case("rrelu_slope", partial(RReLU, 1 / 8, 1 / 3, "slope", seed=3), 11 / 48, SLOPES, random=True),
    case(
        "noisy_relu",
        ours.NoisyReLU,
        {"seed": None},
        value=oracle.relu,
        derivative=oracle.relu_derivative,
        kinks=(0.0,),
        limits=(0, INF),
        random=True,
    ),
    case("elu", ours.ELU, {"alpha": 1.0}, limits=(-1, INF), losses=(TF_ELU, SATURATED)),
    case(
        "elu_0.3",
        partial(ours.ELU, 0.3),
        {"alpha": 0.3},
        value=partial(oracle.elu, alpha=0.3),
        derivative=partial(oracle.elu_derivative, alpha=0.3),
        kinks=(0.0,),
        limits=(-0.3, INF),
        losses=(TF_ELU, SATURATED),
    ),
    case(
        "selu",
        ours.SELU,
        kinks=(0.0,),
        limits=(-1.7580993408473766, INF),
        losses=(TF_ELU, SATURATED),
        kernel_kink=("tensorflow",),
        kernel_slope=1.0507009873554805,
    ),
    case("softplus", ours.Softplus, {"beta": 1.0}, limits=(0, INF)),
    case(
        "softplus_sharp",
        partial(ours.Softplus, 3),
        {"beta": 3.0},
        value=partial(oracle.softplus, beta=3.0),
        derivative=partial(oracle.softplus_derivative, beta=3.0),
        limits=(0, INF),
    ),
]

MODERN = [
    case("gelu", ours.GELU, {"approximate": "none"}, limits=(NAN, INF), losses=(ROOT, ERF), kernel_nan=("torch",)),
    case(
        "gelu_tanh",
        partial(ours.GELU, "tanh"),
        {"approximate": "tanh"},
        limits=(NAN, INF),
        losses=(ROOT, PRODUCT),
    ),
    case(
        "gelu_sigmoid",
        partial(ours.GELU, approximate="sigmoid"),
        {"approximate": "sigmoid"},
        value=partial(oracle.silu, beta=1.702),
        derivative=partial(oracle.silu_derivative, beta=1.702),
        limits=(NAN, INF),
        losses=(ROOT, PRODUCT),
    ),
    case("silu", ours.SiLU, {"beta": 1.0, "trainable": False}, limits=(NAN, INF), losses=(ROOT,)),
    case(
        "silu_beta",
        partial(ours.SiLU, 0.4),
        {"beta": 0.4},
        value=partial(oracle.silu, beta=0.4),
        derivative=partial(oracle.silu_derivative, beta=0.4),
        limits=(NAN, INF),
        losses=(ROOT, PRODUCT),
    ),
    case(
        "swish",
        partial(ours.SiLU, 1.5, trainable=True),
        {"beta": 1.5, "trainable": True},
        value=partial(oracle.silu, beta=1.5),
        derivative=partial(oracle.silu_derivative, beta=1.5),
        limits=(NAN, INF),
        losses=(ROOT, PRODUCT),
    ),
    case("softmax", ours.Softmax, {"axis": -1}, limits=(NAN, NAN), elementwise=False, losses=(COMPLEMENT,)),
]

ACTIVATIONS = SIGMOIDAL + RECTIFIERS + MODERN

# What is called, the error, and the words its message must contain: above all what came in.
BAD_ACTIVATIONS = [
    (partial(LeakyReLU, -0.1), ValueError, ("negative_slope=-0.1", "[0, inf)")),
    (partial(LeakyReLU, float("nan")), ValueError, ("negative_slope=nan",)),
    (partial(LeakyReLU, float("inf")), ValueError, ("negative_slope=inf",)),
    (partial(LeakyReLU, "0.1"), TypeError, ("negative_slope='0.1'", "str")),
    (partial(LeakyReLU, True), TypeError, ("negative_slope=True", "bool")),
    (partial(LeakyReLU.from_divisor, 0), ValueError, ("divisor=0", "(0, inf)")),
    (partial(LeakyReLU.from_divisor, -5.5), ValueError, ("divisor=-5.5",)),
    (partial(PReLU, float("nan")), ValueError, ("alpha_initializer=nan", "finite")),
    (partial(PReLU, True), TypeError, ("alpha_initializer=True",)),
    (partial(PReLU, "no_such"), ValueError, ("no_such",)),
    (partial(PReLU, shared_axes="1"), TypeError, ("shared_axes='1'", "an axis")),
    (partial(PReLU, shared_axes=1.0), TypeError, ("shared_axes=1.0",)),
    (partial(PReLU, shared_axes=True), TypeError, ("shared_axes=True",)),
    (partial(RReLU, lower=8, upper=3), ValueError, ("lower=8", "upper=3", "0 < lower < upper")),
    (partial(RReLU, lower=3, upper=3), ValueError, ("lower=3", "upper=3")),
    (partial(RReLU, lower=0, upper=3), ValueError, ("lower=0", "(0, inf)")),
    (partial(RReLU, lower=-1, upper=3), ValueError, ("lower=-1",)),
    (partial(RReLU, lower=3, upper=float("inf")), ValueError, ("upper=inf",)),
    (partial(RReLU, lower=float("nan")), ValueError, ("lower=nan",)),
    (partial(RReLU, lower="3"), TypeError, ("lower='3'",)),
    (partial(RReLU, form="normal"), ValueError, ("form='normal'", "'divisor'", "'slope'")),
    (partial(RReLU, 0, 0, form="slope"), ValueError, ("lower=0", "upper=0", "0 <= lower < upper")),
    (partial(RReLU, -0.1, 0.1, form="slope"), ValueError, ("lower=-0.1", "[0, inf)")),
    (partial(RReLU, 0.125, 1 / 3), ValueError, ("lower=0.125", "upper=0.333", 'form="slope"')),
    (partial(RReLU, 0.5, 1), ValueError, ("upper=1", "upper > 1")),
    (partial(RReLU, seed=1.5), ValueError, ("seed=1.5",)),
    (partial(PReLU, data_format="first"), ValueError, ("data_format='first'", "'channels_last'")),
    (partial(PReLU, "zeros", "l2"), TypeError, ("shared_axes='l2'",)),
    (partial(ours.SiLU, learned=1), TypeError, ("learned=1",)),
    (partial(ours.NoisyReLU, seed="a"), ValueError, ("seed='a'", "an integer or None")),
    (partial(ours.NoisyReLU, seed=True), ValueError, ("seed=True",)),
    (partial(ours.NoisyReLU, seed=[1]), ValueError, ("seed=[1]", "an integer or None")),
    (partial(ours.ClippedLinear, continuous=1), TypeError, ("continuous=1", "True or False")),
    (partial(ours.BinaryStep, NAN), ValueError, ("threshold=nan", "finite")),
    (partial(ours.BinaryStep, straight_through="yes"), TypeError, ("straight_through='yes'",)),
    (partial(ours.Sign, straight_through=None), TypeError, ("straight_through=None",)),
    (partial(ours.HouseholderUnit, activity=0), ValueError, ("activity=0", "other than 0")),
    (partial(ours.HouseholderUnit, threshold=INF), ValueError, ("threshold=inf",)),
    (partial(ours.Sigmoid, 0), ValueError, ("slope=0", "(0, inf)")),
    (partial(ours.Sigmoid, "steep"), TypeError, ("slope='steep'",)),
    (partial(ours.WilsonCowan, a=-1.2), ValueError, ("a=-1.2",)),
    (partial(ours.WilsonCowan, theta=NAN), ValueError, ("theta=nan",)),
    (partial(ours.WilsonCowan, 300, -3), ValueError, ("a=300.0", "theta=-3.0", "finite exp(-a theta)")),
    (partial(ours.WilsonCowan, 1.0, -800.0), ValueError, ("a=1.0", "theta=-800.0")),
    (partial(ours.WilsonCowan, 1e200, -1e200), ValueError, ("a=1e+200", "theta=-1e+200")),
    (partial(ours.wilson_cowan, [1.0], 300, -3), ValueError, ("a=300", "theta=-3", "finite exp(-a theta)")),
    (partial(ours.wilson_cowan, [1.0], np.float32(1), np.float32(-800)), ValueError, ("theta=", "-800.0")),
    (partial(ours.ELU, -1.0), ValueError, ("alpha=-1.0", "[0, inf)")),
    (partial(ours.ELU, NAN), ValueError, ("alpha=nan",)),
    (partial(ours.Softplus, 0.0), ValueError, ("beta=0.0",)),
    (partial(ours.SiLU, INF), ValueError, ("beta=inf",)),
    (partial(ours.SiLU, trainable=1), TypeError, ("trainable=1",)),
    (partial(ours.GELU, "erf"), ValueError, ("approximate='erf'", "'none'", "'tanh'", "'sigmoid'")),
    (partial(ours.GELU, True), ValueError, ("approximate=True",)),
    (partial(ours.gelu, [1.0], approximate="exact"), ValueError, ("approximate='exact'",)),
    (partial(ours.Softmax, axis=1.0), TypeError, ("axis=1.0", "float")),
    (partial(ours.Softmax, axis=True), TypeError, ("axis=True",)),
    (partial(ours.Maxout, 0, 2), ValueError, ("units=0", "at least 1")),
    (partial(ours.Maxout, 3, 2.0), ValueError, ("pieces=2.0",)),
]
