"""Optimizers in their papers' form, one file each, as subclasses of `keras.optimizers.Optimizer`."""

from custom.optimizers.adadelta import AdaDelta
from custom.optimizers.adagrad import AdaGrad
from custom.optimizers.adam import Adam
from custom.optimizers.adamax import AdaMax
from custom.optimizers.adamw import AdamW
from custom.optimizers.base import PaperOptimizer
from custom.optimizers.gradient_descent import GradientDescent
from custom.optimizers.heavy_ball import PolyakHeavyBall, polyak_parameters
from custom.optimizers.lion import Lion
from custom.optimizers.lookahead import Lookahead
from custom.optimizers.minimize import minimize
from custom.optimizers.momentum import Momentum, Nesterov
from custom.optimizers.nadam import Nadam
from custom.optimizers.newton import hessian, jacobian, newton
from custom.optimizers.radam import RAdam
from custom.optimizers.rmsprop import RMSProp
from custom.optimizers.sgdw import SGDW

__all__ = [
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "GradientDescent",
    "Lion",
    "Lookahead",
    "Momentum",
    "Nadam",
    "Nesterov",
    "PaperOptimizer",
    "PolyakHeavyBall",
    "RAdam",
    "RMSProp",
    "SGDW",
    "hessian",
    "jacobian",
    "minimize",
    "newton",
    "polyak_parameters",
]
