"""Activation functions, one file each: formula, closed-form derivative, Keras layer, source."""

from .base import Activation, RandomActivation
from .binary_step import BinaryStep, binary_step
from .clipped_linear import ClippedLinear, clipped_linear
from .elu import ELU, elu
from .gelu import GELU, gelu
from .hard_sigmoid import HardSigmoid, hard_sigmoid
from .hard_tanh import HardTanh, hard_tanh
from .householder_unit import HouseholderUnit, householder_unit
from .leaky_relu import LeakyReLU, leaky_relu
from .linear import Linear, linear
from .maxout import Maxout
from .noisy_relu import NoisyReLU
from .prelu import PReLU
from .relu import ReLU, relu
from .rrelu import RReLU
from .selu import SELU, selu
from .sigmoid import Sigmoid, sigmoid
from .sign import Sign, sign
from .silu import SiLU, silu
from .softmax import Softmax, softmax
from .softplus import Softplus, softplus
from .softsign import Softsign, softsign
from .tanh import Tanh, tanh
from .wilson_cowan import WilsonCowan, wilson_cowan

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
