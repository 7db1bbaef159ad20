"""The table of optimizers: a row added here goes through every test of its kind.

A new optimizer is its file, its name in `custom.optimizers`, and one row below. The row gives the oracle, one step in
float64 that knows nothing of `custom`:

    def rmsprop(w, g, state, t, rate, rho, epsilon):
        state = rules.start(state, w, "mean_square")
        mean_square = rho * state["mean_square"] + (1 - rho) * g**2
        return w - rate * g / (mean_square**0.5 + epsilon), {"mean_square": mean_square}

a function of this file, or of `tests.reference.optimizers`. An argument of a name that no other optimizer has goes
into `BAD_NUMBERS` or `BAD_CHOICES`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from custom.optimizers import (
    SGDW,
    AdaBelief,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    GradientDescent,
    Lion,
    Momentum,
    Nadam,
    Nesterov,
    PolyakHeavyBall,
    RAdam,
    RMSProp,
    Yogi,
)
from tests.reference import optimizers as rules


@dataclass(frozen=True)
class OptimizerCase:
    """An optimizer, its float64 rule, its defaults and the values to try one at a time."""

    cls: type
    rule: Callable
    slots: tuple
    defaults: dict
    options: tuple = ()
    # Arguments without a default, or of a variant that has a row of its own.
    required: dict = field(default_factory=dict)
    variant: str = ""

    @property
    def id(self):
        return self.cls.__name__ + self.variant

    @property
    def hyper(self):
        """Arguments of the rule when only the required ones are given."""
        return {**self.defaults, **self.required}

    def make(self, *args, **arguments):
        return self.cls(*args, **{**self.required, **arguments})


def yogi(w, g, state, t, rate, beta_1, beta_2, epsilon, bias_correction):
    """Zaheer et al. (2018), algorithm 2; corrected, both moments are divided as Adam's are."""
    state = rules.start(state, w, "moment_1", "moment_2")
    first = beta_1 * state["moment_1"] + (1 - beta_1) * g
    larger = np.where(state["moment_2"] > g**2, 1.0, np.where(state["moment_2"] < g**2, -1.0, 0.0))
    second = state["moment_2"] - (1 - beta_2) * larger * g**2
    by = (1 - beta_1**t, 1 - beta_2**t) if bias_correction else (1.0, 1.0)
    step = rate * (first / by[0]) / ((second / by[1]) ** 0.5 + epsilon)
    return w - step, {"moment_1": first, "moment_2": second}


def adabelief(w, g, state, t, rate, beta_1, beta_2, epsilon):
    """Zhuang et al. (2020), algorithm 2."""
    state = rules.start(state, w, "moment", "variance")
    moment = beta_1 * state["moment"] + (1 - beta_1) * g
    variance = beta_2 * state["variance"] + (1 - beta_2) * (g - moment) ** 2 + epsilon
    corrected = moment / (1 - beta_1**t), variance / (1 - beta_2**t)
    return w - rate * corrected[0] / (corrected[1] ** 0.5 + epsilon), {"moment": moment, "variance": variance}


ADAM = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
BETAS = ({"beta_1": 0.0}, {"beta_1": 0.5}, {"beta_2": 0.0}, {"beta_2": 0.9})

OPTIMIZERS = [
    OptimizerCase(GradientDescent, rules.gradient_descent, (), {"learning_rate": 0.01}),
    OptimizerCase(
        Momentum,
        rules.momentum,
        ("velocity",),
        {"learning_rate": 0.01, "momentum": 0.9},
        ({"momentum": 0.0}, {"momentum": 0.5}, {"momentum": 0.999}),
    ),
    OptimizerCase(
        Nesterov,
        rules.nesterov,
        ("velocity",),
        {"learning_rate": 0.01, "momentum": 0.9},
        ({"momentum": 0.0}, {"momentum": 0.5}, {"momentum": 0.999}),
    ),
    OptimizerCase(
        PolyakHeavyBall,
        rules.heavy_ball,
        ("previous",),
        {"learning_rate": 0.01, "beta": 0.9},
        ({"beta": 0.0}, {"beta": 0.5}, {"beta": 0.999}),
    ),
    OptimizerCase(
        SGDW,
        rules.sgdw,
        ("velocity",),
        {"learning_rate": 0.05, "momentum": 0.9},
        ({"momentum": 0.5}, {"weight_decay": 0.3}, {"base_learning_rate": 0.5}),
        required={"weight_decay": 0.01, "base_learning_rate": 0.05},
    ),
    OptimizerCase(
        AdaGrad,
        rules.adagrad,
        ("accumulator",),
        {"learning_rate": 0.01, "epsilon": 1e-8},
        ({"epsilon": 1e-3}, {"epsilon": 1.0}),
    ),
    OptimizerCase(
        AdaDelta,
        rules.adadelta,
        ("mean_square_gradient", "mean_square_step"),
        {"learning_rate": 1.0, "rho": 0.95, "epsilon": 1e-6},
        ({"rho": 0.0}, {"rho": 0.5}, {"epsilon": 0.1}),
    ),
    OptimizerCase(
        RMSProp,
        rules.rmsprop,
        ("mean_square",),
        {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-8},
        ({"rho": 0.0}, {"rho": 0.5}, {"epsilon": 0.1}),
    ),
    OptimizerCase(
        Adam,
        rules.adam,
        ("moment_1", "moment_2"),
        ADAM,
        (*BETAS, {"epsilon": 0.1}, {"bias_correction": False}, {"amsgrad": True, "beta_2": 0.5}),
    ),
    OptimizerCase(
        Adam,
        rules.adam,
        ("moment_1", "moment_2", "largest_moment_2"),
        ADAM,
        ({"beta_2": 0.5}, {"epsilon": 0.1}, {"bias_correction": False}),
        required={"amsgrad": True},
        variant="-amsgrad",
    ),
    OptimizerCase(
        AdamW,
        rules.adamw,
        ("moment_1", "moment_2"),
        ADAM,
        (*BETAS, {"epsilon": 0.1}, {"weight_decay": 0.3}, {"base_learning_rate": 0.01}, {"bias_correction": False}),
        required={"weight_decay": 0.02, "base_learning_rate": 0.001},
    ),
    OptimizerCase(
        AdaMax,
        rules.adamax,
        ("moment", "norm"),
        {"learning_rate": 0.002, "beta_1": 0.9, "beta_2": 0.999},
        BETAS,
    ),
    OptimizerCase(
        Nadam,
        rules.nadam,
        ("moment_1", "moment_2"),
        {
            "learning_rate": 0.002,
            "beta_1": 0.975,
            "beta_2": 0.999,
            "epsilon": 1e-8,
            "schedule": "dozat",
            "nesterov": True,
        },
        (*BETAS, {"epsilon": 0.1}, {"schedule": "constant"}, {"schedule": "keras"}, {"nesterov": False}),
    ),
    OptimizerCase(
        Nadam,
        rules.nadam,
        ("moment_1", "moment_2"),
        {"learning_rate": 0.002, "beta_1": 0.975, "beta_2": 0.999, "epsilon": 1e-8, "schedule": "dozat"},
        (*BETAS, {"epsilon": 0.1}, {"schedule": "constant"}, {"schedule": "keras"}),
        required={"nesterov": False},
        variant="-without_nesterov",
    ),
    OptimizerCase(
        RAdam,
        rules.radam,
        ("moment_1", "moment_2"),
        {**ADAM, "threshold": 4.0, "warmup": "sgd"},
        (
            *BETAS,
            {"beta_2": 0.6},
            {"beta_2": 0.7},
            {"epsilon": 0.1},
            {"threshold": 5.0},
            {"threshold": 30.0},
            {"warmup": "skip"},
        ),
    ),
    OptimizerCase(
        Yogi,
        yogi,
        ("moment_1", "moment_2"),
        {**ADAM, "learning_rate": 0.01, "epsilon": 1e-3, "bias_correction": False},
        (*BETAS, {"epsilon": 0.1}, {"bias_correction": True}),
    ),
    OptimizerCase(AdaBelief, adabelief, ("moment", "variance"), ADAM, (*BETAS, {"epsilon": 1e-3}, {"epsilon": 0.1})),
    OptimizerCase(
        Lion,
        rules.lion,
        ("momentum",),
        {"learning_rate": 0.0001, "beta_1": 0.9, "beta_2": 0.99},
        ({"beta_1": 0.0}, {"beta_1": 0.5}, {"beta_2": 0.0}, {"beta_2": 0.5}),
    ),
]

BAD_ANY_OPTIMIZER = [
    ({"learning_rate": -0.1}, ValueError, ("learning_rate=-0.1", "[0, inf)")),
    ({"learning_rate": float("nan")}, ValueError, ("learning_rate=nan",)),
    ({"learning_rate": "fast"}, TypeError, ("learning_rate='fast'", "str")),
    ({"l2": -1e-4}, ValueError, ("l2=-0.0001",)),
    ({"l2": "none"}, TypeError, ("l2='none'",)),
    ({"l2_exclude": (3,)}, TypeError, ("l2_exclude=3", "regular expression")),
    ({"l2_exclude": 3}, TypeError, ("l2_exclude=3 (int)", "regular expressions, or None")),
    ({"l2_exclude": "(bias"}, ValueError, ("l2_exclude='(bias'", "regular expression")),
    ({"weight_decay": -1e-4}, ValueError, ("weight_decay=-0.0001",)),
    ({"weight_decay": True}, TypeError, ("weight_decay=True",)),
    ({"weight_decay_exclude": (3,)}, TypeError, ("weight_decay_exclude=3", "regular expression")),
    ({"weight_decay_exclude": "(bias"}, ValueError, ("weight_decay_exclude='(bias'", "regular expression")),
    (
        {"learning_rate_multipliers": ["foo"]},
        TypeError,
        ("learning_rate_multipliers=['foo']. Expected a mapping from regular expression to factor.",),
    ),
    ({"learning_rate_multipliers": ()}, TypeError, ("learning_rate_multipliers=()",)),
    ({"learning_rate_multipliers": {"bias": -2}}, ValueError, ("learning_rate_multipliers['bias']=-2",)),
    ({"learning_rate_multipliers": {"[": 2}}, ValueError, ("learning_rate_multipliers='['",)),
    ({"momentun": 0.9}, ValueError, ("momentun",)),
]

# By name of the argument: the values that no optimizer with that argument may accept.
BAD_NUMBERS = {
    "momentum": (-0.1, 1.0, 1.5, float("nan")),
    "beta": (-0.1, 1.0, float("nan")),
    "rho": (-0.1, 1.0, float("nan")),
    "beta_1": (-0.1, 1.0, float("nan")),
    "beta_2": (-0.1, 1.0, float("nan")),
    "epsilon": (0.0, -1e-8, float("inf")),
    "threshold": (3.9, float("inf")),
    "base_learning_rate": (0.0, -1.0, float("nan")),
}
BAD_CHOICES = {"schedule": "fast", "warmup": "linear", "bias_correction": "no", "amsgrad": 2, "nesterov": "yes"}
