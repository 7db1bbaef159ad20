"""Activation functions, one file each: formula, closed-form derivative, Keras layer, source."""

from custom.activations.base import Activation
from custom.activations.leaky_relu import LeakyReLU, leaky_relu
from custom.activations.prelu import PReLU
from custom.activations.relu import ReLU, relu
from custom.activations.rrelu import RReLU

__all__ = ["Activation", "LeakyReLU", "PReLU", "RReLU", "ReLU", "leaky_relu", "relu"]
