"""Optimizers in their papers' form, one file each, as subclasses of `keras.optimizers.Optimizer`."""

from . import online
from .adabelief import AdaBelief
from .adadelta import AdaDelta
from .adagrad import AdaGrad
from .adam import Adam
from .adamax import AdaMax
from .adamw import AdamW
from .base import PaperOptimizer
from .gradient_descent import GradientDescent
from .heavy_ball import PolyakHeavyBall, polyak_parameters
from .lion import Lion
from .lookahead import Lookahead
from .minimize import OptimizationResult, minimize
from .momentum import Momentum, Nesterov
from .nadam import Nadam
from .newton import SingularHessianError, hessian, jacobian, newton
from .radam import RAdam
from .rmsprop import RMSProp
from .schedules import IncreasingMomentum, InverseSquareRoot, LinearWarmUp
from .sgdw import SGDW
from .yogi import Yogi

__all__ = [
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "GradientDescent",
    "IncreasingMomentum",
    "InverseSquareRoot",
    "LinearWarmUp",
    "Lion",
    "Lookahead",
    "Momentum",
    "Nadam",
    "Nesterov",
    "OptimizationResult",
    "PaperOptimizer",
    "PolyakHeavyBall",
    "RAdam",
    "RMSProp",
    "SGDW",
    "SingularHessianError",
    "Yogi",
    "hessian",
    "jacobian",
    "minimize",
    "newton",
    "online",
    "polyak_parameters",
]
