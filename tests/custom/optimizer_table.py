"""The table of optimizers: a row added here goes through every test of its kind."""

from collections.abc import Callable
from dataclasses import dataclass

from custom.optimizers import AdaDelta, AdaGrad, Adam, GradientDescent, Momentum, Nesterov, RMSProp
from tests.reference import optimizers as rules


@dataclass(frozen=True)
class OptimizerCase:
    """An optimizer, its float64 rule, its defaults and the values to try one at a time."""

    cls: type
    rule: Callable
    slots: tuple
    defaults: dict
    options: tuple = ()

    @property
    def id(self):
        return self.cls.__name__


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
        {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
        ({"beta_1": 0.0}, {"beta_1": 0.5}, {"beta_2": 0.0}, {"beta_2": 0.9}, {"epsilon": 0.1}),
    ),
]

BAD_ANY_OPTIMIZER = [
    ({"learning_rate": -0.1}, ValueError, ("learning_rate=-0.1", "[0, inf]")),
    ({"learning_rate": float("nan")}, ValueError, ("learning_rate=nan",)),
    ({"learning_rate": "fast"}, TypeError, ("learning_rate='fast'", "str")),
    ({"l2": -1e-4}, ValueError, ("l2=-0.0001",)),
    ({"l2": None}, TypeError, ("l2=None",)),
    ({"l2_exclude": (3,)}, TypeError, ("l2_exclude=3", "regular expression")),
    ({"l2_exclude": "(bias"}, ValueError, ("l2_exclude='(bias'", "regular expression")),
    ({"learning_rate_multipliers": {"bias": -2}}, ValueError, ("learning_rate_multipliers['bias']=-2",)),
    ({"learning_rate_multipliers": {"[": 2}}, ValueError, ("learning_rate_multipliers='['",)),
    ({"momentun": 0.9}, ValueError, ("momentun",)),
]

# By name of the argument: the values that no optimizer with that argument may accept.
BAD_HYPERPARAMETERS = {
    "momentum": (-0.1, 1.0, 1.5, float("nan")),
    "rho": (-0.1, 1.0, float("nan")),
    "beta_1": (-0.1, 1.0, float("nan")),
    "beta_2": (-0.1, 1.0, float("nan")),
    "epsilon": (0.0, -1e-8, float("inf")),
}
