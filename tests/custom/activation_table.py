"""The table of activations: a row added here goes through every test of its kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from custom.activations import LeakyReLU, PReLU, ReLU, RReLU
from tests.reference import activations as oracle


@dataclass(frozen=True)
class ActivationCase:
    """An activation layer, its float64 value and derivative, and the configuration it reports."""

    id: str
    make: Callable
    value: Callable
    derivative: Callable
    config: dict = field(default_factory=dict)


def leaky_case(id, make, slope, config):
    return ActivationCase(
        id,
        make,
        partial(oracle.leaky_relu, slope=slope),
        partial(oracle.leaky_relu_derivative, slope=slope),
        config,
    )


def constant(value):
    return {
        "module": "keras.initializers",
        "class_name": "Constant",
        "config": {"value": value},
        "registered_name": None,
    }


DIVISORS = {"lower": 3.0, "upper": 8.0, "form": "divisor", "seed": None}
SLOPES = {"lower": 1 / 8, "upper": 1 / 3, "form": "slope", "seed": 3}

ACTIVATIONS = [
    ActivationCase("relu", ReLU, oracle.relu, oracle.relu_derivative),
    leaky_case("leaky", LeakyReLU, 0.01, {"negative_slope": 0.01}),
    leaky_case("leaky_0.3", partial(LeakyReLU, 0.3), 0.3, {"negative_slope": 0.3}),
    leaky_case("leaky_steep", partial(LeakyReLU, negative_slope=2), 2.0, {"negative_slope": 2.0}),
    leaky_case("leaky_divisor", partial(LeakyReLU.from_divisor, 5.5), 1 / 5.5, {"negative_slope": 1 / 5.5}),
    leaky_case("prelu", PReLU, 0.25, {"alpha_initializer": constant(0.25), "shared_axes": None}),
    leaky_case("prelu_negative", partial(PReLU, -0.125), -0.125, {"alpha_initializer": constant(-0.125)}),
    leaky_case("rrelu", RReLU, 2 / 11, DIVISORS),
    leaky_case("rrelu_slope", partial(RReLU, 1 / 8, 1 / 3, "slope", seed=3), 11 / 48, SLOPES),
]

# What is called, the error, and the words its message must contain: above all what came in.
BAD_ACTIVATIONS = [
    (partial(LeakyReLU, -0.1), ValueError, ("negative_slope=-0.1", "[0, inf]")),
    (partial(LeakyReLU, float("nan")), ValueError, ("negative_slope=nan",)),
    (partial(LeakyReLU, float("inf")), ValueError, ("negative_slope=inf",)),
    (partial(LeakyReLU, "0.1"), TypeError, ("negative_slope='0.1'", "str")),
    (partial(LeakyReLU, True), TypeError, ("negative_slope=True", "bool")),
    (partial(LeakyReLU.from_divisor, 0), ValueError, ("divisor=0", "(0, inf]")),
    (partial(LeakyReLU.from_divisor, -5.5), ValueError, ("divisor=-5.5",)),
    (partial(PReLU, float("nan")), ValueError, ("alpha_initializer=nan", "finite")),
    (partial(PReLU, True), TypeError, ("alpha_initializer=True",)),
    (partial(PReLU, "no_such"), ValueError, ("no_such",)),
    (partial(PReLU, shared_axes=1), TypeError, ("shared_axes=1",)),
    (partial(RReLU, lower=8, upper=3), ValueError, ("lower=8", "upper=3", "0 < lower < upper")),
    (partial(RReLU, lower=3, upper=3), ValueError, ("lower=3", "upper=3")),
    (partial(RReLU, lower=0, upper=3), ValueError, ("lower=0", "(0, inf]")),
    (partial(RReLU, lower=-1, upper=3), ValueError, ("lower=-1",)),
    (partial(RReLU, lower=3, upper=float("inf")), ValueError, ("upper=inf",)),
    (partial(RReLU, lower=float("nan")), ValueError, ("lower=nan",)),
    (partial(RReLU, lower="3"), TypeError, ("lower='3'",)),
    (partial(RReLU, form="normal"), ValueError, ("form='normal'", "'divisor'", "'slope'")),
    (partial(RReLU, 0, 0, form="slope"), ValueError, ("lower=0", "upper=0", "0 <= lower < upper")),
    (partial(RReLU, -0.1, 0.1, form="slope"), ValueError, ("lower=-0.1", "[0, inf]")),
    (partial(RReLU, seed=1.5), ValueError, ("seed=1.5",)),
]
