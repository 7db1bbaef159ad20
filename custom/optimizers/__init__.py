"""Optimizers in their papers' form, one file each, as subclasses of `keras.optimizers.Optimizer`."""

from custom.optimizers.adadelta import AdaDelta
from custom.optimizers.adagrad import AdaGrad
from custom.optimizers.adam import Adam
from custom.optimizers.base import PaperOptimizer
from custom.optimizers.gradient_descent import GradientDescent
from custom.optimizers.momentum import Momentum, Nesterov
from custom.optimizers.rmsprop import RMSProp

__all__ = ["AdaDelta", "AdaGrad", "Adam", "GradientDescent", "Momentum", "Nesterov", "PaperOptimizer", "RMSProp"]
