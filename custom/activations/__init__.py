"""Activation functions, one file each: formula, closed-form derivative, Keras layer, source."""

from custom.activations.base import Activation, RandomActivation
from custom.activations.binary_step import BinaryStep, binary_step
from custom.activations.clipped_linear import ClippedLinear, clipped_linear
from custom.activations.elu import ELU, elu
from custom.activations.gelu import GELU, gelu
from custom.activations.hard_sigmoid import HardSigmoid, hard_sigmoid
from custom.activations.hard_tanh import HardTanh, hard_tanh
from custom.activations.householder_unit import HouseholderUnit, householder_unit
from custom.activations.leaky_relu import LeakyReLU, leaky_relu
from custom.activations.linear import Linear, linear
from custom.activations.maxout import Maxout
from custom.activations.noisy_relu import NoisyReLU
from custom.activations.prelu import PReLU
from custom.activations.relu import ReLU, relu
from custom.activations.rrelu import RReLU
from custom.activations.selu import SELU, selu
from custom.activations.sigmoid import Sigmoid, sigmoid
from custom.activations.sign import Sign, sign
from custom.activations.silu import SiLU, silu
from custom.activations.softmax import Softmax, softmax
from custom.activations.softplus import Softplus, softplus
from custom.activations.softsign import Softsign, softsign
from custom.activations.tanh import Tanh, tanh
from custom.activations.wilson_cowan import WilsonCowan, wilson_cowan

__all__ = [
    "Activation",
    "BinaryStep",
    "ClippedLinear",
    "ELU",
    "GELU",
    "HardSigmoid",
    "HardTanh",
    "HouseholderUnit",
    "LeakyReLU",
    "Linear",
    "Maxout",
    "NoisyReLU",
    "PReLU",
    "RReLU",
    "RandomActivation",
    "ReLU",
    "SELU",
    "SiLU",
    "Sigmoid",
    "Sign",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
    "WilsonCowan",
    "binary_step",
    "clipped_linear",
    "elu",
    "gelu",
    "hard_sigmoid",
    "hard_tanh",
    "householder_unit",
    "leaky_relu",
    "linear",
    "relu",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
    "wilson_cowan",
]
